//! The posterior of (1), (2) and the likelihood, as a few models with weights.
//!
//! The highest point of a posterior is no summary of it where few data leave it wide, lopsided or with two tops: customers who are
//! slow, and customers who are gone. What is expected is the mean over all of it,
//!
//! ```text
//! E[g | data] = sum_k integral g(theta, k) L(theta, k) p(theta) p(k) / sum_k integral L(theta, k) p(theta) p(k)          (3)
//! ```
//!
//! which is what `penalised` fits and predictions need. (3) is summed by importance sampling over the points of `proposal`
//! (Robert and Casella, *Monte Carlo Statistical Methods*, 2nd ed., 2004, eq. 3.10), and few of them are kept: points are sorted by
//! what they expect of these customers within a year and cut into strata of equal weight, each of which is represented by
//! the point nearest to its mean. So sums over customers are those of all points, whatever else is asked is averaged over
//! as many models as there are strata, and the same data give the same models.
//!
//! Customers do not share k, though the likelihood says so, and of a few repeat buyers one who buys every day decides it alone: with
//! two others, who came back after decades, k is 12 and nobody is expected ever again. That a customer is as regular as the shop is
//! therefore believed as if one more customer had been seen who buys at random (Laplace's rule, with n repeat buyers):
//!
//! ```text
//! P'(k) = n/(n+1) P(k | data),  k > 1        P'(1) = 1 - sum of these                                               (4)
//! ```

use serde::{Deserialize, Serialize};

use super::beliefs::{BELIEFS, Setting, likeliest, ln_sum};
use super::density::sample;
use super::proposal::{Normal, ln_density, points};
use crate::clv::fitting::optimize::{Optimum, covariance};
use crate::clv::fitting::outcome::FitError;
use crate::clv::fitting::search::Sample;
use crate::clv::histories::patterns::PatternTable;
use crate::clv::parameters::DAYS_PER_YEAR;
use crate::clv::uncertainty::directions::directions;
use crate::clv::{CustomerHistory, PurchaseModel, PurchaseModelKind, TimeUnit};

/// Points at which the posterior is evaluated.
const POINTS: u32 = 2_048;
/// Strata whose models are kept.
const STRATA: usize = 32;
/// Points that are asked what they expect of all customers, for each stratum.
const ASKED_PER_STRATUM: usize = 4;
/// Days are rounded for that to this share of the longest age.
const COARSE_STEPS: u32 = 24;

/// Shares of the points around tops, as curved as they are and twice as wide, and of the beliefs.
const SHARES: [f64; 3] = [0.40, 0.35, 0.25];
/// Tops get points by this power of their weight, which curvature tells only roughly ...
const TEMPERED: f64 = 0.7;
/// ... and those whose logarithm of it is so far below that of the highest get none.
const NEGLIGIBLE: f64 = 12.0;
/// From so many repeat buyers on (4) is less than a point in three thousand, and is left out.
const SHARED_FROM: u64 = 3_000;

/// One of the models whose answers, weighted, are the posterior's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PosteriorNode {
    /// How much it counts; the weights of a posterior sum to 1.
    pub weight: f64,
    /// The model.
    pub model: PurchaseModel,
}

/// A maximum of likelihood and beliefs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Top {
    pub(super) k: u32,
    pub(super) optimum: Optimum<4>,
}

/// A point of the posterior.
#[derive(Clone, Copy, Debug)]
struct Draw {
    model: PurchaseModel,
    ln_weight: f64,
}

impl Setting {
    /// The four coordinates of (1), from the logarithms of r, alpha, a, b.
    pub(super) fn coordinates(self, [r, alpha, a, b]: [f64; 4]) -> [f64; 4] {
        let events = alpha - self.ln_weeks() + f64::from(self.k).ln();
        [r, events, events + b - r - a, ln_sum(a, b)]
    }

    /// The other way round.
    pub(super) fn ln_parameters(self, [r, events, stay, sum]: [f64; 4]) -> [f64; 4] {
        let logit = events - r - stay;
        let alpha = events + self.ln_weeks() - f64::from(self.k).ln();
        [r, alpha, sum - ln_sum(0.0, -logit), sum - ln_sum(0.0, logit)]
    }
}

/// The posterior of the customers of a table, whose tops are these, the highest first.
#[derive(Clone, Copy)]
pub(super) struct Posterior<'t> {
    pub(super) table: &'t PatternTable,
    pub(super) unit: TimeUnit,
    pub(super) tops: &'t [Top],
}

impl Posterior<'_> {
    fn setting(&self, k: u32) -> Setting {
        Setting { unit_days: self.unit.days(), k }
    }

    /// The models that stand for it.
    ///
    /// # Errors
    ///
    /// [`FitError::Cancelled`] as soon as it is not `wanted`.
    pub(super) fn nodes(&self, wanted: &mut dyn FnMut() -> bool) -> Result<Vec<PosteriorNode>, FitError> {
        let draws = self.draws(wanted)?;
        let year = |draw: &Draw| draw.model.expected_purchases(&CustomerHistory::NEW, DAYS_PER_YEAR);
        let sorted = sorted_by(draws, year);
        let step = self.table.longest_age_days().div_ceil(COARSE_STEPS).max(1);
        let coarse = self.table.coarsened(step);
        let mut asked = Vec::with_capacity(STRATA * ASKED_PER_STRATUM);
        for model in systematic(&sorted, STRATA * ASKED_PER_STRATUM) {
            if !wanted() {
                return Err(FitError::Cancelled);
            }
            asked.push((total(&model, &coarse), model));
        }
        asked.sort_by(|one, other| one.0.total_cmp(&other.0));
        Ok(represented(&asked))
    }

    /// Points with the logarithms of their weights; none if the tops are too flat for it.
    fn draws(&self, wanted: &mut dyn FnMut() -> bool) -> Result<Vec<Draw>, FitError> {
        let proposal = self.proposal();
        let mut draws = Vec::with_capacity(POINTS as usize);
        let mut sampled: Option<(u32, Sample<'_, 4>)> = None;
        for (k, at) in points(&proposal, POINTS) {
            if !wanted() {
                return Err(FitError::Cancelled);
            }
            let setting = self.setting(k);
            let (_, sample) = match sampled.take().filter(|sampled| sampled.0 == k) {
                Some(same) => sampled.insert(same),
                None => sampled.insert((k, sample(self.table, setting))),
            };
            let ln_parameters = setting.ln_parameters(at);
            let ln_weight =
                self.ln_posterior(k, sample.at(&ln_parameters).value) - ln_density(&proposal, k, &at);
            let kind = if k > 1 { PurchaseModelKind::MbgCnbd } else { PurchaseModelKind::MbgNbd };
            let model = PurchaseModel::new(kind, ln_parameters.map(f64::exp), self.unit).with_regularity(k);
            if ln_weight.is_finite() && model.check().is_ok() {
                draws.push(Draw { model, ln_weight });
            }
        }
        if let Some(at_random) = self.at_random() {
            doubt_regularity(&mut draws, at_random);
        }
        Ok(draws)
    }

    /// The share of (4) that goes to customers who buy at random, where it matters.
    fn at_random(&self) -> Option<f64> {
        let repeat_buyers = self.table.repeat_customers();
        (repeat_buyers < SHARED_FROM).then_some(1.0 / (repeat_buyers as f64 + 1.0))
    }

    /// Logarithm of the posterior but for a constant, from the mean a customer that was maximised.
    fn ln_posterior(&self, k: u32, mean: f64) -> f64 {
        ln_posterior(self.table, self.unit, k, mean)
    }

    fn proposal(&self) -> Vec<Normal> {
        let mut around: Vec<(Normal, f64)> = self.tops.iter().filter_map(|top| self.around(top)).collect();
        let highest = |among: &mut dyn Iterator<Item = &(Normal, f64)>| {
            among.map(|(_, ln_mass)| *ln_mass).fold(f64::NEG_INFINITY, f64::max)
        };
        let most = highest(&mut around.iter());
        if let Some(at_random) = self.at_random() {
            // They have weight by (4), so they get points.
            let lifted =
                (most + at_random.ln() - highest(&mut around.iter().filter(|of| of.0.k == 1))).max(0.0);
            around.iter_mut().filter(|of| of.0.k == 1).for_each(|of| of.1 += lifted);
        }
        let tempered = |ln_mass: f64| (TEMPERED * (ln_mass - most)).exp();
        let near: Vec<(Normal, f64)> =
            around.into_iter().filter(|(_, ln_mass)| most - ln_mass < NEGLIGIBLE).collect();
        let sum: f64 = near.iter().map(|(_, ln_mass)| tempered(*ln_mass)).sum();
        let mut all = Vec::with_capacity(3 * near.len());
        let mut ks: Vec<u32> = near.iter().map(|(normal, _)| normal.k).collect();
        ks.dedup();
        for k in &ks {
            for (normal, ln_mass) in near.iter().filter(|(normal, _)| normal.k == *k) {
                let share = tempered(*ln_mass) / sum;
                all.push(normal.wider(1.0, SHARES[0] * share));
                all.push(normal.wider(2.0, SHARES[1] * share));
            }
            all.push(self.believed(*k, SHARES[2] / ks.len() as f64));
        }
        all
    }

    /// The normal distribution with the curvature of a top, and the logarithm of what it holds; none where a top is flat.
    fn around(&self, top: &Top) -> Option<(Normal, f64)> {
        let at = top.optimum.at;
        let covariance = covariance(&top.optimum, self.table.customers() as f64)?;
        let share = 1.0 / (1.0 + (at[3] - at[2]).exp());
        // How the coordinates move with the logarithms.
        let slopes = [
            [1.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [-1.0, 1.0, -1.0, 1.0],
            [0.0, 0.0, share, 1.0 - share],
        ];
        let one = |i: usize, j: usize| -> f64 {
            let row = |p: usize| (0..4).map(|q| covariance[p][q] * slopes[j][q]).sum::<f64>();
            (0..4).map(|p| slopes[i][p] * row(p)).sum()
        };
        let of_coordinates: Vec<Vec<f64>> = (0..4).map(|i| (0..4).map(|j| one(i, j)).collect()).collect();
        let columns = directions(&of_coordinates).filter(|columns| columns.len() == 4)?;
        let lower: [[f64; 4]; 4] = std::array::from_fn(|i| std::array::from_fn(|j| columns[j][i]));
        let ln_size: f64 = (0..4).map(|i| lower[i][i].ln()).sum();
        let ln_mass = self.ln_posterior(top.k, top.optimum.evaluation.value) + ln_size;
        let mean = self.setting(top.k).coordinates(at);
        ln_mass.is_finite().then_some((Normal { k: top.k, share: 1.0, mean, lower }, ln_mass))
    }

    /// (1) itself.
    fn believed(&self, k: u32, share: f64) -> Normal {
        let setting = self.setting(k);
        let mean = setting.coordinates(likeliest(setting));
        let deviation = |i: usize, j: usize| if i == j { BELIEFS[i].1 } else { 0.0 };
        Normal { k, share, mean, lower: std::array::from_fn(|i| std::array::from_fn(|j| deviation(i, j))) }
    }
}

/// Logarithm of the posterior but for a constant that all k share, from the mean a customer of log-likelihood and belief.
pub(super) fn ln_posterior(table: &PatternTable, unit: TimeUnit, k: u32, mean: f64) -> f64 {
    let ln_belief_in_k = -f64::from(k) * std::f64::consts::LN_2;
    mean * table.customers() as f64 + table.regularity.ln_constant(k, unit) + ln_belief_in_k
}

/// Gives this share of the weight of points with k > 1 to those with k = 1: (4).
fn doubt_regularity(draws: &mut [Draw], share: f64) {
    let ln_sum_of = |at_random: bool| {
        let each =
            || draws.iter().filter(|draw| is_random(&draw.model) == at_random).map(|draw| draw.ln_weight);
        let most = each().fold(f64::NEG_INFINITY, f64::max);
        most + each().map(|ln_weight| (ln_weight - most).exp()).sum::<f64>().ln()
    };
    let (random, regular) = (ln_sum_of(true), ln_sum_of(false));
    if !(random.is_finite() && regular.is_finite()) {
        return;
    }
    let more = ln_sum(random, regular + share.ln()) - random;
    let less = (-share).ln_1p();
    for draw in draws {
        draw.ln_weight += if is_random(&draw.model) { more } else { less };
    }
}

fn is_random(model: &PurchaseModel) -> bool {
    model.regularity().is_none_or(|k| k == 1)
}

/// Models with their weights, sorted by what `of` says of each.
fn sorted_by(draws: Vec<Draw>, of: impl Fn(&Draw) -> f64) -> Vec<PosteriorNode> {
    let most = draws.iter().map(|draw| draw.ln_weight).fold(f64::NEG_INFINITY, f64::max);
    let mut keyed: Vec<(f64, PosteriorNode)> = draws
        .iter()
        .map(|draw| {
            let weight = (draw.ln_weight - most).exp();
            (of(draw), PosteriorNode { weight, model: draw.model })
        })
        .filter(|(_, node)| node.weight > 0.0)
        .collect();
    keyed.sort_by(|one, other| one.0.total_cmp(&other.0));
    keyed.into_iter().map(|(_, node)| node).collect()
}

/// So many of them, one from the middle of each stretch of equal weight.
fn systematic(sorted: &[PosteriorNode], number: usize) -> Vec<PurchaseModel> {
    let sum: f64 = sorted.iter().map(|node| node.weight).sum();
    let mut taken = Vec::with_capacity(number);
    let mut before = 0.0;
    for node in sorted {
        before += node.weight;
        while taken.len() < number && (taken.len() as f64 + 0.5) / number as f64 * sum < before {
            taken.push(node.model);
        }
    }
    taken
}

/// Purchases that all customers of a table are expected to make within a year.
fn total(model: &PurchaseModel, table: &PatternTable) -> f64 {
    let each = table.rows().map(|(repeat_purchases, recency, age, customers)| {
        let (recency_days, age_days) = (f64::from(recency), f64::from(age));
        let history =
            CustomerHistory { repeat_purchases, recency_days, age_days, first_day: None, pace: 1.0 };
        customers * model.expected_purchases(&history, DAYS_PER_YEAR)
    });
    each.sum()
}

/// One model for each stratum of equal weight: that nearest to its mean. One that stands for several is told once.
fn represented(sorted: &[(f64, PurchaseModel)]) -> Vec<PosteriorNode> {
    let mut nodes: Vec<PosteriorNode> = Vec::with_capacity(STRATA);
    for stratum in sorted.chunks(ASKED_PER_STRATUM) {
        let mean = stratum.iter().map(|(total, _)| total).sum::<f64>() / stratum.len() as f64;
        let off = |of: &(f64, PurchaseModel)| (of.0 - mean).abs();
        let Some((_, model)) = stratum.iter().min_by(|one, other| off(one).total_cmp(&off(other))) else {
            continue;
        };
        let weight = stratum.len() as f64 / sorted.len() as f64;
        match nodes.iter_mut().find(|node| node.model == *model) {
            Some(node) => node.weight += weight,
            None => nodes.push(PosteriorNode { weight, model: *model }),
        }
    }
    nodes
}

#[cfg(test)]
mod tests;
