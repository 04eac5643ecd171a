//! How many purchases one customer makes: the whole distribution, as far as it matters.

use super::range::{Ends, OutcomeRange};
use crate::clv::judging::tails::Tails;
use crate::clv::{CustomerHistory, Ensemble, Known, PurchaseModel};

/// Purchases asked for at first; twice as many each time as long as something is missing.
const FIRST: usize = 32;
/// So little may be missing.
const MISSING: f64 = 1e-6;
/// No more purchase days than these are looked at: every day for 45 years.
const MOST: usize = 1 << 14;

/// The distribution of a customer's purchase days within a horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct PurchaseCounts {
    /// Of exactly 0, 1, 2, ...
    probabilities: Vec<f64>,
}

impl PurchaseCounts {
    /// What models expect of the next `horizon_days`: all but a millionth of the probability, and no more than 16,384 purchases.
    #[must_use]
    pub fn ahead(models: &Ensemble, known: &Known, horizon_days: f64) -> Self {
        Self::grown(|out| models.purchase_probabilities(known, horizon_days, out))
    }

    /// The same of one model.
    pub(super) fn of_model(model: &PurchaseModel, history: &CustomerHistory, horizon_days: f64) -> Self {
        Self::grown(|out| model.purchase_probabilities(history, horizon_days, out))
    }

    fn grown(fill: impl Fn(&mut [f64])) -> Self {
        let mut probabilities = vec![0.0; FIRST];
        loop {
            fill(&mut probabilities);
            probabilities.iter_mut().for_each(|p| *p = p.clamp(0.0, 1.0));
            let found = Self { probabilities };
            if found.is_whole() || found.probabilities.len() >= MOST {
                return found;
            }
            probabilities = found.probabilities;
            probabilities.resize(2 * probabilities.len(), 0.0);
        }
    }

    /// Whether hardly anything is missing.
    pub(super) fn is_whole(&self) -> bool {
        self.more_than(self.probabilities.len()) <= MISSING
    }

    /// From probabilities of 0, 1, 2, ... purchases; what is missing to 1 is the probability of more.
    #[must_use]
    pub const fn of(probabilities: Vec<f64>) -> Self {
        Self { probabilities }
    }

    /// Probabilities of exactly 0, 1, 2, ... purchases, each in [0, 1].
    #[must_use]
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// How many of them, from 0 purchases on, hold at least `covered` of the probability; all where they do not.
    #[must_use]
    pub fn holding(&self, covered: f64) -> usize {
        self.reaching(covered).map_or(self.probabilities.len(), |last| last + 1)
    }

    /// The smallest number with `P(at most that many) >= q`; `None` beyond what was looked at.
    fn reaching(&self, q: f64) -> Option<usize> {
        let mut below = 0.0;
        self.probabilities.iter().position(|p| {
            below += p;
            below >= q
        })
    }

    /// Probability of more purchases than the first `listed` of the probabilities stand for, in [0, 1].
    #[must_use]
    pub fn more_than(&self, listed: usize) -> f64 {
        let below: f64 = self.probabilities.iter().take(listed).sum();
        (1.0 - below).clamp(0.0, 1.0)
    }

    /// The range of purchases, which reaches out to such tails. `None` where more than 16,384 are too likely to know its upper end.
    #[must_use]
    pub fn range(&self, tails: &Tails) -> Option<OutcomeRange> {
        let up_to = |figure: f64, ends: Ends| {
            let many = figure as usize + usize::from(ends == Ends::Included);
            Some(1.0 - self.more_than(many))
        };
        OutcomeRange::of(tails, |q| self.reaching(q).map(|k| k as f64), up_to)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "whole numbers, and what no rounding touches")]
mod tests {
    use super::*;
    use crate::clv::{Pair, PurchaseModelKind, TimeUnit};

    fn one(kind: PurchaseModelKind, parameters: &[f64]) -> Ensemble {
        Pair { purchases: PurchaseModel::new(kind, parameters, TimeUnit::Day), value: None }.into()
    }

    #[test]
    fn ends_are_the_smallest_numbers_with_so_much_up_to_them() {
        // Up to 0, 1, 2, 3, 4: .02, .12, .6, .92, .98.
        let counts = PurchaseCounts::of(vec![0.02, 0.1, 0.48, 0.32, 0.06, 0.02]);
        let range = counts.range(&Tails::default()).unwrap();
        assert_eq!(range.ascending(), [1.0, 1.0, 2.0, 3.0, 4.0]);
        // And hold more than they have to: from 1 to 3, and from 1 to 4.
        assert!((range.probability_80 - 0.9).abs() < 1e-12 && (range.probability_95 - 0.96).abs() < 1e-12);
        let sure = PurchaseCounts::of(vec![1.0]).range(&Tails::default()).unwrap();
        assert_eq!((sure.ascending(), sure.probability_80, sure.probability_95), ([0.0; 5], 1.0, 1.0));
        // Where more comes at either end they reach further.
        let tails = Tails { of_80: 0.02, of_95: 0.005 };
        assert_eq!(counts.range(&tails).unwrap().ascending(), [0.0, 0.0, 2.0, 4.0, 5.0]);
        // Nobody knows where the last fortieth is.
        assert_eq!(PurchaseCounts::of(vec![0.5, 0.45]).range(&Tails::default()), None);
    }

    #[test]
    fn what_is_not_listed_is_the_rest() {
        let counts = PurchaseCounts::of(vec![0.5, 0.25, 0.125]);
        assert_eq!([0, 1, 2, 3, 9].map(|listed| counts.more_than(listed)), [1.0, 0.5, 0.25, 0.125, 0.125]);
        assert_eq!([0.5, 0.6, 0.875, 0.9].map(|covered| counts.holding(covered)), [1, 2, 3, 3]);
    }

    /// NBD of r + x = 1 is geometric: up to k with P(none) = 2 / (2 + t) is 1 - (t / (2 + t))^(k + 1).
    #[test]
    fn quantiles_of_a_geometric_distribution_are_exact() {
        let models = one(PurchaseModelKind::Nbd, &[1.0, 1.0]);
        let history = CustomerHistory {
            repeat_purchases: 0,
            recency_days: 0.0,
            age_days: 1.0,
            first_day: None,
            pace: 1.0,
        };
        for horizon in [0.5, 7.0, 60.0, 1_000.0] {
            let counts = PurchaseCounts::ahead(&models, &history.into(), horizon);
            let more: f64 = horizon / (2.0 + horizon);
            let quantile = |q: f64| ((1.0 - q).ln() / more.ln() - 1.0).ceil().max(0.0);
            let wanted = [0.025, 0.1, 0.5, 0.9, 0.975].map(quantile);
            assert_eq!(counts.range(&Tails::default()).unwrap().ascending(), wanted, "{horizon}");
            assert!(counts.more_than(counts.probabilities().len()) <= MISSING);
        }
    }

    #[test]
    fn whoever_buys_more_often_than_anybody_has_no_range() {
        let history = CustomerHistory {
            repeat_purchases: 5_000,
            recency_days: 364.0,
            age_days: 365.0,
            first_day: None,
            pace: 1.0,
        };
        let counts =
            PurchaseCounts::ahead(&one(PurchaseModelKind::Nbd, &[1.0, 1.0]), &history.into(), 18_250.0);
        assert_eq!((counts.probabilities().len(), counts.range(&Tails::default())), (MOST, None));
        assert!(counts.more_than(MOST) > 0.999);
    }
}
