//! What a forecast rests on: how much of it is the customer's own record, how much what all customers do, and how much what is believed
//! of shops in general.
//!
//! Customers buy at rates of their own. Given that they still are customers, what is expected of the rate is a weighted mean of their own
//! and of everybody's (Bühlmann, "Experience rating and credibility", *ASTIN Bulletin* 4, 1967; exact for these models: Jewell, "Credible
//! means are exact Bayesian for exponential families", *ASTIN Bulletin* 8, 1974):
//!
//! ```text
//! E[lambda | x, T, alive] = (r + x) / (alpha + T) = Z x/T + (1 - Z) r/alpha,              K = alpha                 (1)
//! E[p | x, n, alive]      = (alpha + x) / (alpha + beta + n) = Z x/n + (1 - Z) alpha/(alpha + beta),
//!                                                                                         K = alpha + beta          (2)
//! Z = T / (K + T)                                                                                                   (3)
//! ```
//!
//! (2) is of BG/BB, where T is n. Z is 0 for whoever has just come, one half after K, and goes to 1 with the time for which they are known:
//! silence is a record, too. With regular purchases (CNBD-k) (1) is about stages, of which k make a purchase: kx and those since the
//! last purchase, which nobody sees and which count with what is expected of them, stand for x. Z depends on time alone and not on
//! what was bought. 1 - Z is the share of the variance of rates that is left once records of that length are known, in the mean of all
//! customers.
//!
//! What is not the customer's own is everybody's, as far as the data of everybody determine it. The rest, b, is belief: of what is not
//! known beforehand of a new customer's purchases within a year the share that is still not known, a ratio of variances, too
//! (`Estimation::belief_share`). For normal distributions b is the weight of the belief in what comes out; here it is so by the slopes at
//! the maximum. Customers of a shop among shops are a hierarchy, and weights multiply (Bühlmann and Gisler, *A Course in Credibility
//! Theory and its Applications*, 2005, chapter 6); of models that answer together the rate is the mean by weight, and so are its parts:
//!
//! ```text
//! own = sum_m w_m Z_m,    all customers = sum_m w_m (1 - Z_m) (1 - b_m),    beliefs = sum_m w_m (1 - Z_m) b_m       (4)
//! ```
//!
//! This is about the rate, and not about whether they are still customers, nor about what a purchase is worth. That they are is read
//! from their silence by the model of everybody, and does not come in parts.

use super::ensemble::Ensemble;
use crate::clv::PurchaseModel;
use crate::clv::model::non_negative;
use serde::{Deserialize, Serialize};

/// (4): shares in [0, 1] with the sum 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Credibility {
    /// The customer's own record.
    pub own: f64,
    /// What all customers do, or all with the same attributes where the model is of those.
    pub others: f64,
    /// What is believed of shops in general.
    pub beliefs: f64,
}

impl PurchaseModel {
    /// K of (1) and (2) in days, above 0: the record of a customer who is known for so long counts as much as everybody's.
    #[must_use]
    pub fn credibility_days(&self) -> f64 {
        let in_units = match self {
            Self::BgNbd(m) => m.alpha,
            Self::MbgNbd(m) => m.alpha,
            Self::ParetoNbd(m) => m.alpha,
            Self::BgCnbd(m) => m.alpha,
            Self::MbgCnbd(m) => m.alpha,
            Self::Nbd(m) => m.alpha,
            Self::BgBb(m) | Self::BgBbDated(m) => m.alpha + m.beta,
        };
        in_units * self.unit().days()
    }

    /// (3): how much of what is expected of the rate of somebody who is known for `age_days`, as long as they are a customer, is their own
    /// record; in [0, 1]. Under BG/BB these are opportunities, as days of their mean length. An age that is negative or not a number
    /// counts as 0.
    #[must_use]
    pub fn own_share(&self, age_days: f64) -> f64 {
        // Of ages without end as of none: no infinity over another.
        1.0 / (1.0 + self.credibility_days() / non_negative(age_days))
    }
}

impl Credibility {
    /// (4) of what an ensemble says of somebody who is known for `age_days`. `beliefs` has b of each of its members, in their order.
    #[must_use]
    pub fn of(base: &Ensemble, beliefs: impl IntoIterator<Item = f64>, age_days: f64) -> Self {
        let parts = base.members().iter().zip(beliefs).map(|(member, belief)| {
            let own = member.pair.purchases.own_share(age_days);
            let rest = 1.0 - own;
            (member.weight, Self { own, others: rest * (1.0 - belief), beliefs: rest * belief })
        });
        Self::sum(parts)
    }

    /// The mean of several by weight; `None` where the weights have no positive sum.
    #[must_use]
    pub fn mean(weighted: impl IntoIterator<Item = (f64, Self)>) -> Option<Self> {
        let mut all = 0.0;
        let sum = Self::sum(weighted.into_iter().inspect(|(weight, _)| all += weight));
        let share = |of: f64| of / all;
        (all > 0.0).then(|| Self {
            own: share(sum.own),
            others: share(sum.others),
            beliefs: share(sum.beliefs),
        })
    }

    fn sum(weighted: impl IntoIterator<Item = (f64, Self)>) -> Self {
        weighted.into_iter().fold(Self::default(), |sum, (weight, one)| Self {
            own: sum.own + weight * one.own,
            others: sum.others + weight * one.others,
            beliefs: sum.beliefs + weight * one.beliefs,
        })
    }
}

/// Days for which a customer has to be known until half of what an ensemble expects of their rate is their own record: K of a single model.
/// `None` where customers are so much alike that it takes more than a thousand years.
#[must_use]
pub fn half_own_days(base: &Ensemble) -> Option<f64> {
    const MOST_DAYS: f64 = 365_250.0;
    /// They bring a thousand years to less than a hundredth of a second.
    const HALVINGS: u32 = 42;
    let is_own = |age_days: f64| base.mean(|model| model.own_share(age_days)) >= 0.5;
    if !is_own(MOST_DAYS) {
        return None;
    }
    let (mut low, mut high) = (0.0, MOST_DAYS);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if is_own(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]
mod tests;
