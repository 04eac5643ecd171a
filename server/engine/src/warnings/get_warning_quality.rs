//! How far can warnings be trusted?

use lojal_domain::{Estimate, EventTime, Horizon, Method, Methods, WorkspaceName};
use lojal_scoring::statistics::normal::two_sided_quantile;
use lojal_scoring::warnings::Kind;

use crate::warnings::past::Fifth;
use crate::warnings::warners::DEFINITION;
use crate::{Engine, EngineError, Provenance, Scope};

/// How far can warnings be trusted?
#[derive(Clone, Debug)]
pub struct GetWarningQuality {
    /// When.
    pub scope: Scope,
    /// Within which nothing is bought by those who leave.
    pub horizon: Horizon,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

/// How far warnings of a kind can be trusted.
#[derive(Clone, Debug)]
pub struct WarningKindQuality {
    /// Which kind.
    pub kind: Kind,
    /// Customers and days in the past with such a warning, and how many of them bought nothing within the horizon.
    pub warned: (u64, u64),
    /// The same of all who could have had one.
    pub possible: (u64, u64),
    /// The second of those over the first, with a warning.
    pub precision: Estimate,
    /// The same of all who could have had one.
    pub base_rate: Estimate,
    /// How much likelier those are to leave; none where a precision is not measured.
    pub lift: Option<f64>,
    /// Share of those who left who had been warned of; none where nobody left.
    pub recall: Option<f64>,
    /// What such a sign multiplies the odds by, beside the others and the purchase model.
    pub likelihood_ratio: Estimate,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct WarningQuality {
    /// Each kind.
    pub kinds: Vec<WarningKindQuality>,
    /// Customers of the past by how likely they were to leave, as learned from other days.
    pub fifths: Vec<(Fifth, Estimate)>,
    /// The days in the past, the latest first.
    pub dates: Vec<EventTime>,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Engine {
    /// Answers [`GetWarningQuality`].
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn get_warning_quality(
        &self,
        workspace: &WorkspaceName,
        question: GetWarningQuality,
    ) -> Result<WarningQuality, EngineError> {
        let GetWarningQuality { scope, horizon, confidence } = question;
        let moment = self.moment(workspace, scope).await?;
        let standard = self.standard(workspace, &moment, horizon).await?;
        let learned = &standard.learned;
        let kind = |kind: Kind| {
            let (warned, possible) = (&learned.warned[kind.index()], &learned.possible[kind.index()]);
            let (precision, base_rate) =
                (standard.precision(kind, confidence), standard.base_rate(kind, confidence));
            let ratio = precision.value.zip(base_rate.value.filter(|rate| *rate > 0.0));
            WarningKindQuality {
                kind,
                warned: (warned.n, warned.left),
                possible: (possible.n, possible.left),
                lift: ratio.map(|(precision, rate)| precision / rate),
                recall: (possible.left > 0).then(|| warned.left as f64 / possible.left as f64),
                likelihood_ratio: likelihood_ratio(learned.fusion.log_odds_of(kind), warned.n, confidence),
                precision,
                base_rate,
            }
        };
        let share = |fifth: &Fifth| crate::ask::estimates::share(fifth.left, fifth.n, confidence);
        let mut provenance = moment.provenance(DEFINITION, None);
        provenance.warnings.extend(standard.warning());
        Ok(WarningQuality {
            kinds: Kind::ALL.into_iter().map(kind).collect(),
            fifths: learned.fifths.iter().map(|fifth| (*fifth, share(fifth))).collect(),
            dates: standard.dates.iter().map(|date| date.start).collect(),
            provenance,
        })
    }
}

fn likelihood_ratio((log_odds, error): (f64, f64), n: u64, confidence: f64) -> Estimate {
    let reach = two_sided_quantile(confidence) * error;
    let methods = Methods::from(Method::RidgeLogistic).and(Method::ClusteredByCustomer);
    Estimate::plain(Some(log_odds.exp()), n, methods).between(
        Some((log_odds - reach).exp()),
        Some((log_odds + reach).exp()),
        confidence,
    )
}
