//! The population that RFM scores compare with, kept for as long as it is true enough.

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{
    EventTime, History, MICROS_PER_DAY, Span, Warning, WarningCode, Window, WorkspaceName, Zone,
};
use lojal_scoring::rfm::{CutpointBasis, Cutpoints, RfmValues, SecondAxis, segment};
use lojal_store::Parts;
use parking_lot::Mutex;

use crate::ask::facts::own_answers::{Rank, Standing};
use crate::ask::purchases::net_purchases;
use crate::{Engine, EngineError, Moment, Scope};

/// The definition of the scores.
pub(crate) const DEFINITION: &str = "rfm@1";

/// From so many customers on, a population may be as old as the instant that questions about "now" share; measuring it
/// after every write would cost more than it tells.
const LARGE: u64 = 20_000;
/// Populations kept. Each is a few hundred bytes.
const KEPT: usize = 256;

/// A question about segments.
#[derive(Clone, Debug, Default)]
pub struct SegmentQuestion {
    /// When.
    pub scope: Scope,
    /// Window of frequency and monetary; none for 365 days.
    pub window: Option<Window>,
}

impl SegmentQuestion {
    /// The window when the question names none, as it is written.
    pub const WINDOW: &str = "365d";

    pub(crate) fn window(&self) -> Window {
        self.window.unwrap_or(Window::days(365))
    }
}

/// Whom scores compare with.
#[derive(Clone, Debug)]
pub struct Population {
    /// The instant at which it was measured.
    pub as_of: EventTime,
    /// The revision at which it was measured.
    pub revision: u64,
    /// Customers with a purchase, in the window or not.
    pub customers: u64,
    /// The thresholds.
    pub cutpoints: Cutpoints,
}

impl Population {
    /// How the thresholds were found.
    #[must_use]
    pub fn basis(&self) -> CutpointBasis {
        self.cutpoints.basis()
    }

    /// Customers who bought in the window.
    #[must_use]
    pub fn buyers(&self) -> u64 {
        self.cutpoints.purchasers()
    }

    /// A remark for answers that rest on fixed thresholds.
    pub(crate) fn warning(&self) -> Option<Warning> {
        (self.cutpoints.basis() == CutpointBasis::Fixed).then(|| {
            let sentence = format!(
                "only {} customers bought in the window, so scores use fixed thresholds; a longer window may have more",
                self.buyers()
            );
            Warning::new(WarningCode::FixedThresholds, sentence)
        })
    }
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    workspace: WorkspaceName,
    window: Window,
    as_of: EventTime,
}

/// Populations by what they were measured for.
#[derive(Default)]
pub(crate) struct Populations {
    kept: Mutex<HashMap<Key, Arc<Population>>>,
    /// One at a time: whoever waits finds the answer made.
    measuring: tokio::sync::Mutex<()>,
}

impl Populations {
    /// Forgets those of a workspace.
    pub(crate) fn forget(&self, workspace: &WorkspaceName) {
        self.kept.lock().retain(|key, _| key.workspace != *workspace);
    }
}

/// What scores are made of. None for a customer without a purchase that was kept.
pub(crate) fn rfm_values(history: &History<'_>, span: Span, today: i32, zone: &Zone) -> Option<RfmValues> {
    let (mut last, mut frequency, mut monetary_micros) = (None, 0, 0);
    for purchase in net_purchases(history).filter(|purchase| purchase.counts()) {
        last = Some(purchase.time);
        if span.contains(purchase.time) {
            frequency += 1;
            monetary_micros = i64::saturating_add(monetary_micros, purchase.net_micros());
        }
    }
    let recency_days = i64::from(today) - i64::from(zone.day_of(last?));
    Some(RfmValues { recency_days: recency_days.max(0), frequency, monetary_micros })
}

/// Where customers stand in a population, for facts.
struct Ranks {
    population: Arc<Population>,
    before: EventTime,
    span: Span,
    window: Window,
    zone: Zone,
}

impl Rank for Ranks {
    fn standing(&self, history: &History<'_>, before: EventTime, today: i32) -> Option<Standing> {
        let span = if before == self.before { self.span } else { self.window.resolve(before, &self.zone) };
        let scores = self.population.cutpoints.score(&rfm_values(history, span, today, &self.zone)?);
        Some(Standing { scores, segment: segment(scores, SecondAxis::Frequency) })
    }
}

impl Engine {
    /// Where customers stand at a moment, and what there is to say about that.
    pub(crate) async fn ranks(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
    ) -> Result<(Arc<dyn Rank>, Option<Warning>), EngineError> {
        let window = SegmentQuestion::default().window();
        let population = self.population(workspace, window, moment).await?;
        let (before, zone) = (moment.as_of, moment.zone.clone());
        let warning = population.warning();
        let ranks = Ranks { population, before, span: window.resolve(before, &zone), window, zone };
        Ok((Arc::new(ranks), warning))
    }

    /// The RFM values of everybody with a purchase, unordered and in parts, and how many customers in the cut have none.
    pub(crate) async fn all_rfm_values(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        span: Span,
    ) -> Result<(Vec<Vec<RfmValues>>, u64), EngineError> {
        let mut moment = Moment { filter: None, ..moment.clone() };
        self.rfm_values_of_matching(workspace, &mut moment, span).await
    }

    /// The same of those customers only whom the moment is about.
    pub(crate) async fn rfm_values_of_matching(
        &self,
        workspace: &WorkspaceName,
        moment: &mut Moment,
        span: Span,
    ) -> Result<(Vec<Vec<RfmValues>>, u64), EngineError> {
        let (today, zone) = (moment.today(), moment.zone.clone());
        let add = move |(values, others): &mut (Vec<RfmValues>, u64), history: &History<'_>| match rfm_values(
            history, span, today, &zone,
        ) {
            Some(of_buyer) => values.push(of_buyer),
            None => *others += u64::from(history.customer.is_some()),
        };
        let parts = self.fold(workspace, moment, Parts::ALL, Default::default, add).await?;
        let (values, others): (Vec<Vec<RfmValues>>, Vec<u64>) = parts.into_iter().unzip();
        Ok((values, others.iter().sum()))
    }

    /// The population of a moment, measured now or a little earlier.
    pub(crate) async fn population(
        &self,
        workspace: &WorkspaceName,
        window: Window,
        moment: &Moment,
    ) -> Result<Arc<Population>, EngineError> {
        let key = Key { workspace: workspace.clone(), window, as_of: moment.as_of };
        let fresh = |kept: &HashMap<Key, Arc<Population>>| {
            let good_enough = moment.is_default && moment.customers >= LARGE;
            kept.get(&key).filter(|held| held.revision == moment.revision || good_enough).cloned()
        };
        if let Some(population) = fresh(&self.populations.kept.lock()) {
            return Ok(population);
        }
        let _one_at_a_time = self.populations.measuring.lock().await;
        if let Some(population) = fresh(&self.populations.kept.lock()) {
            return Ok(population);
        }
        let span = window.resolve(moment.as_of, &moment.zone);
        let (values, _) = self.all_rfm_values(workspace, moment, span).await?;
        let measure = move || {
            let values = values.concat();
            (values.len() as u64, Cutpoints::from_population(&values))
        };
        let (customers, cutpoints) = self.aside(measure).await?;
        let population =
            Arc::new(Population { as_of: moment.as_of, revision: moment.revision, customers, cutpoints });
        let mut kept = self.populations.kept.lock();
        if self.epoch() != moment.epoch {
            return Ok(population);
        }
        if kept.len() >= KEPT {
            // Questions about now never come back to an earlier now.
            let now = self.clock.now();
            kept.retain(|key, _| key.as_of > now.minus_micros(MICROS_PER_DAY / 24));
            if kept.len() >= KEPT {
                kept.clear();
            }
        }
        kept.insert(key, population.clone());
        Ok(population)
    }
}
