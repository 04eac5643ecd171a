//! Who is warned of at a moment, and with what.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{
    Estimate, EventTime, History, Horizon, Method, Methods, Warning, WarningCode, WorkspaceName,
};
use lojal_scoring::statistics::normal::two_sided_quantile;
use lojal_scoring::warnings::{Fused, Kind};
use thread_local::ThreadLocal;

use crate::ask::day::date_of;
use crate::ask::filter::Sieve;
use crate::clv::forecast::{Forecast, Outlook};
use crate::clv::model_by_stratum::Memories;
use crate::loyalty::judges::outlook;
use crate::warnings::acknowledgements::Acknowledgement;
use crate::warnings::names::WarningId;
use crate::warnings::past::within;
use crate::warnings::reading::{Reader, Room};
use crate::warnings::signs::{Seen, Sign, Signs};
use crate::warnings::standards::Standard;
use crate::warnings::words::evidence;
use crate::{Engine, EngineError, Moment, Provenance};

/// The definition of warnings.
pub(crate) const DEFINITION: &str = "early_warnings@1";
/// Days in the past from which on a precision is measured.
pub(super) const FEWEST_DATES: usize = 3;
/// Warnings of the past from which on a precision is measured.
pub(super) const FEWEST_WARNINGS: u64 = 30;
/// Probabilities to leave from which on a warning is grave, and from which on it is more than a hint.
const GRAVE: f64 = 0.8;
const SERIOUS: f64 = 0.5;

/// How grave a warning is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// They rather buy again.
    Low,
    /// They rather do not.
    Medium,
    /// They hardly do.
    High,
}

/// A warning of somebody.
#[derive(Clone, Debug)]
pub(crate) struct Warned {
    pub(crate) customer: Box<str>,
    pub(crate) sign: Sign,
    /// Probability by the models that they buy nothing within the horizon.
    pub(crate) model: f64,
    /// The same with all signs.
    pub(crate) fused: Fused,
    pub(crate) clv: Option<f64>,
    pub(crate) value_at_risk: Option<f64>,
}

impl Warned {
    /// Whether as much is at risk with them, if that is asked for.
    pub(crate) fn is_worth(&self, least: Option<f64>) -> bool {
        least.is_none_or(|least| self.value_at_risk.is_some_and(|value| value >= least))
    }
}

/// A warning of somebody, in full.
#[derive(Clone, Debug)]
pub struct EarlyWarning {
    /// Its name, which stays.
    pub id: String,
    /// Who.
    pub customer: String,
    /// What is seen.
    pub seen: Seen,
    /// What is seen, in words.
    pub evidence: String,
    /// When what is seen began: of a silence the day of the last purchase.
    pub onset: EventTime,
    /// When it became a warning.
    pub raised: EventTime,
    /// How grave it is.
    pub severity: Severity,
    /// Probability that they buy nothing within the horizon, with all signs of theirs.
    pub churn_probability: Estimate,
    /// The same by the models alone.
    pub model_churn_probability: f64,
    /// What they are expected to be worth in twelve months.
    pub clv: Option<f64>,
    /// The worth that hangs on whether they come back.
    pub value_at_risk: Option<f64>,
    /// Share of warnings of its kind in the past after which nothing was bought within the horizon.
    pub precision: Estimate,
    /// Share of all who could have been warned of.
    pub base_rate: Estimate,
    /// That somebody has taken care of it.
    pub acknowledgement: Option<Acknowledgement>,
}

/// Kinds as bits; all of them where a question names none.
pub(crate) fn bits(kinds: &[Kind]) -> u8 {
    const ALL: u8 = (1 << Kind::ALL.len()) - 1;
    if kinds.is_empty() { ALL } else { kinds.iter().fold(0, |bits, kind| bits | 1 << kind.index()) }
}

/// Tells who is warned of.
pub(crate) struct Warner {
    pub(crate) moment: Moment,
    pub(crate) standard: Arc<Standard>,
    pub(crate) acknowledged: HashMap<u64, Acknowledgement>,
    reader: Reader,
    /// Within the horizon, and within twelve months.
    within: Forecast,
    year: Forecast,
    sieve: Sieve,
    memories: ThreadLocal<RefCell<(Memories, Memories)>>,
}

impl Warner {
    /// Whether a customer is one of those the question is about.
    pub(crate) fn passes(&self, history: &History<'_>) -> bool {
        self.sieve.passes(history)
    }

    /// What is seen of a customer, whether the question is about them or not.
    pub(crate) fn signs(&self, history: &History<'_>, room: &mut Room) -> Signs {
        self.reader.read(history, self.moment.today(), room)
    }

    /// The warnings of a customer of whom this is seen and wanted.
    pub(crate) fn warned(&self, history: &History<'_>, signs: &Signs, wanted: u8) -> Vec<Warned> {
        let Some(customer) = history.customer.filter(|_| signs.kinds & wanted != 0) else {
            return Vec::new();
        };
        let mut memories = self.memories.get_or_default().borrow_mut();
        let today = self.moment.today();
        let purchase = self.within.expected(history, today, &mut memories.0);
        let Some(purchase) = purchase.and_then(|expected| expected.purchase_probability) else {
            return Vec::new();
        };
        let year = self.year.expected(history, today, &mut memories.1).unwrap_or_default();
        let model = 1.0 - purchase;
        let fused = self.standard.learned.fusion.fused(model, signs.kinds);
        let is_wanted = |sign: &&Sign| wanted >> sign.seen.kind().index() & 1 == 1;
        let warned = |sign: &Sign| Warned {
            customer: customer.into(),
            sign: *sign,
            model,
            fused,
            clv: year.clv,
            value_at_risk: year.value_at_risk(),
        };
        signs.found.iter().filter(is_wanted).map(warned).collect()
    }

    /// That somebody has taken care of a warning.
    pub(crate) fn acknowledgement(&self, warned: &Warned) -> Option<&Acknowledgement> {
        if self.acknowledged.is_empty() {
            return None;
        }
        self.acknowledged.get(&WarningId::of(&warned.sign, &warned.customer).hash())
    }

    /// A warning in full.
    pub(crate) fn view(&self, warned: &Warned, confidence: f64) -> EarlyWarning {
        let zone = &self.moment.zone;
        let (sign, learned) = (&warned.sign, &self.standard.learned);
        let kind = sign.seen.kind();
        let probability = warned.fused.probability;
        let (low, high) = warned.fused.between(two_sided_quantile(confidence));
        let methods = Methods::from(Method::RidgeLogistic).and(Method::ClusteredByCustomer);
        let id = WarningId::of(sign, &warned.customer);
        EarlyWarning {
            id: id.text(),
            customer: id.customer,
            seen: sign.seen,
            evidence: evidence(&sign.seen, self.moment.currency),
            onset: zone.start_of(date_of(sign.onset)),
            raised: zone.start_of(date_of(sign.raised)),
            severity: match probability {
                p if p >= GRAVE => Severity::High,
                p if p >= SERIOUS => Severity::Medium,
                _ => Severity::Low,
            },
            churn_probability: Estimate::plain(Some(probability), learned.cases as u64, methods).between(
                Some(low),
                Some(high),
                confidence,
            ),
            model_churn_probability: warned.model,
            clv: warned.clv,
            value_at_risk: warned.value_at_risk,
            precision: self.standard.precision(kind, confidence),
            base_rate: self.standard.base_rate(kind, confidence),
            acknowledgement: self.acknowledgement(warned).cloned(),
        }
    }

    pub(crate) fn provenance(&self) -> Provenance {
        let mut provenance = self.moment.provenance(DEFINITION, None);
        provenance.warnings.extend(self.within.model.warnings());
        provenance.warnings.extend(self.sieve.warning());
        provenance.warnings.extend(self.standard.warning());
        provenance
    }
}

impl Standard {
    fn is_measured(&self) -> bool {
        self.dates.len() >= FEWEST_DATES
    }

    /// The share of warnings of a kind in the past after which nothing was bought within the horizon.
    pub(super) fn precision(&self, kind: Kind, confidence: f64) -> Estimate {
        let counted = &self.learned.warned[kind.index()];
        if self.is_measured() {
            counted.share(FEWEST_WARNINGS, confidence)
        } else {
            Estimate::plain(None, counted.n, Method::Wilson)
        }
    }

    /// The same of all who could have been warned of.
    pub(super) fn base_rate(&self, kind: Kind, confidence: f64) -> Estimate {
        self.learned.possible[kind.index()].share(1, confidence)
    }

    /// What there is to say where precision is not measured.
    pub(super) fn warning(&self) -> Option<Warning> {
        (!self.is_measured()).then(|| {
            let sentence = format!(
                "there are records for {} days in the past after which the horizon has passed, and a precision needs {FEWEST_DATES}: \
                 probabilities rest on the purchase model and on beliefs; choose a shorter horizon, or wait",
                self.dates.len()
            );
            Warning::new(WarningCode::InsufficientHistory, sentence)
        })
    }
}

impl Engine {
    /// Whoever tells who is warned of at a moment, and what was taken care of before an instant, which may be a later one.
    pub(crate) async fn warner(
        &self,
        workspace: &WorkspaceName,
        moment: Moment,
        horizon: Horizon,
        acknowledged_by: EventTime,
    ) -> Result<Warner, EngineError> {
        let unfiltered = Moment { filter: None, ..moment.clone() };
        let sieve = self.sieve(workspace, &moment, None).await?;
        let ahead = within(horizon);
        let within = self.forecast_at(workspace, unfiltered.clone(), &ahead).await?;
        let within = self.remembering(workspace, within, &ahead);
        let ahead = Outlook { intervals: None, ..outlook()? };
        let year = self.forecast_at(workspace, unfiltered.clone(), &ahead).await?;
        let year = self.remembering(workspace, year, &ahead);
        let standard = self.standard(workspace, &unfiltered, horizon).await?;
        let acknowledged = self.acknowledged(workspace, acknowledged_by).await?;
        let reader = Reader { shop: standard.shop.clone(), zone: moment.zone.clone() };
        let memories = ThreadLocal::new();
        Ok(Warner { moment, standard, acknowledged, reader, within, year, sieve, memories })
    }
}
