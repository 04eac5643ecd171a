//! Who may be leaving?

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use lojal_domain::{EventTime, History, Horizon, WorkspaceName};
use lojal_scoring::warnings::Kind;
use lojal_store::Parts;

use crate::ask::ranked::{best_of, keep};
use crate::warnings::reading::Room;
use crate::warnings::warners::{EarlyWarning, Warned, Warner, bits};
use crate::{Engine, EngineError, Provenance, Scope};

/// Warnings of one message.
const BATCH: usize = 250;

/// Who may be leaving?
#[derive(Clone, Debug)]
pub struct ListEarlyWarnings {
    /// When, and of whom.
    pub scope: Scope,
    /// Of these kinds; of all where none is named.
    pub kinds: Vec<Kind>,
    /// Of customers with as much at risk, in the workspace's currency.
    pub min_value_at_risk: Option<f64>,
    /// With those that somebody has taken care of.
    pub with_acknowledged: bool,
    /// In which order.
    pub order: EarlyWarningOrder,
    /// At most so many.
    pub limit: usize,
    /// Within which nothing is bought by those who leave.
    pub horizon: Horizon,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlyWarningOrder {
    /// Where most hangs on whether they come back.
    ValueAtRisk,
    /// Whoever is likeliest to leave first.
    ChurnProbability,
    /// The newest first.
    Newest,
}

impl EarlyWarningOrder {
    fn key(self, warned: &Warned) -> f64 {
        match self {
            // Of whom nothing is known to be at risk comes last.
            Self::ValueAtRisk => warned.value_at_risk.unwrap_or(f64::NEG_INFINITY),
            Self::ChurnProbability => warned.fused.log_odds,
            Self::Newest => f64::from(warned.sign.raised),
        }
    }
}

/// Warnings that a list is about, whatever its limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EarlyWarningTotals {
    /// How many.
    pub warnings: u64,
    /// Of how many customers.
    pub customers: u64,
    /// What is at risk with these customers, in the workspace's currency.
    pub value_at_risk: f64,
    /// Warnings of each kind.
    pub by_kind: [u64; Kind::ALL.len()],
}

impl EarlyWarningTotals {
    fn add(&mut self, of_customer: &[Warned]) {
        let Some(first) = of_customer.first() else { return };
        self.customers += 1;
        self.warnings += of_customer.len() as u64;
        self.value_at_risk += first.value_at_risk.unwrap_or_default();
        of_customer.iter().for_each(|warned| self.by_kind[warned.sign.seen.kind().index()] += 1);
    }

    fn merge(&mut self, other: &Self) {
        self.customers += other.customers;
        self.warnings += other.warnings;
        self.value_at_risk += other.value_at_risk;
        self.by_kind.iter_mut().zip(other.by_kind).for_each(|(all, some)| *all += some);
    }
}

/// A warning's place in an order. The better is less: the greater key first, equal ones by customer and kind.
struct Listed {
    key: f64,
    warned: Warned,
}

impl Ord for Listed {
    fn cmp(&self, other: &Self) -> Ordering {
        let name = |of: &Self| (of.warned.sign.seen.kind(), of.warned.sign.onset);
        let by_key = other.key.total_cmp(&self.key);
        by_key
            .then_with(|| self.warned.customer.cmp(&other.warned.customer))
            .then_with(|| name(self).cmp(&name(other)))
    }
}

impl PartialOrd for Listed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Listed {}

/// What a list is about, of some customers.
#[derive(Default)]
struct Part {
    best: BinaryHeap<Listed>,
    totals: EarlyWarningTotals,
    room: Room,
}

/// Warnings, a batch at a time.
pub struct EarlyWarningBatches {
    /// Of all that the list is about.
    pub totals: EarlyWarningTotals,
    warner: Warner,
    listed: std::vec::IntoIter<Listed>,
    confidence: f64,
}

impl EarlyWarningBatches {
    /// Where they come from.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.warner.provenance()
    }

    /// The next batch; empty at the end.
    pub fn next_batch(&mut self) -> Vec<EarlyWarning> {
        let (warner, confidence) = (&self.warner, self.confidence);
        self.listed.by_ref().take(BATCH).map(|listed| warner.view(&listed.warned, confidence)).collect()
    }
}

impl Engine {
    /// Answers [`ListEarlyWarnings`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a filter with an attribute nobody has.
    pub async fn list_early_warnings(
        &self,
        workspace: &WorkspaceName,
        question: ListEarlyWarnings,
    ) -> Result<EarlyWarningBatches, EngineError> {
        let ListEarlyWarnings { scope, kinds, min_value_at_risk, with_acknowledged, order, limit, .. } =
            question;
        let moment = self.moment(workspace, scope).await?;
        // What was taken care of today is so, though the data may be at rest since long ago.
        let acknowledged_by = if moment.is_default { EventTime::MAX } else { moment.as_of };
        let warner = self.warner(workspace, moment, question.horizon, acknowledged_by).await?;
        let warner = Arc::new(warner);
        let (cut, wanted, telling) = (warner.moment.cut(), bits(&kinds), warner.clone());
        let add = move |part: &mut Part, history: &History<'_>| {
            let signs = telling.signs(history, &mut part.room);
            if signs.kinds & wanted == 0 || !telling.passes(history) {
                return;
            }
            let mut warned = telling.warned(history, &signs, wanted);
            warned.retain(|one| {
                one.is_worth(min_value_at_risk)
                    && (with_acknowledged || telling.acknowledgement(one).is_none())
            });
            part.totals.add(&warned);
            for one in warned {
                keep(&mut part.best, Listed { key: order.key(&one), warned: one }, limit);
            }
        };
        let parts = self.scan(workspace, cut, Parts::ALL, Part::default, add).await?;
        let mut totals = EarlyWarningTotals::default();
        parts.iter().for_each(|part| totals.merge(&part.totals));
        let heaps = parts.into_iter().map(|part| part.best).collect();
        let listed = self.aside(move || best_of(heaps, limit)).await?;
        let warner = Arc::into_inner(warner)
            .ok_or_else(|| EngineError::Internal("a scan goes on after its end".to_owned()))?;
        let confidence = question.confidence;
        Ok(EarlyWarningBatches { totals, warner, listed: listed.into_iter(), confidence })
    }
}
