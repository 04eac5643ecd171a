//! How much each of several models counts in a forecast that mixes them.
//!
//! A mixture forecasts `P(y) = sum over m of w_m P_m(y)`, with weights of the sum 1 that make what came on past days likely (Yao,
//! Vehtari, Simpson and Gelman, "Using stacking to average Bayesian predictive distributions", *Bayesian Analysis* 13(3), 2018,
//! eq. 4). Unlike a choice they move smoothly with what is known. With `p_im` the probability that model `m` gave to what came in
//! judgement `i`, of which a customer has as many as there are days, they are at the maximum of
//!
//! ```text
//! L(w) = sum over i of c_i/d_i ln(sum over m of w_m p_im) + sum over m of b_m ln w_m                                     (1)
//! ```
//!
//! `c_i` is how much the day counts, of 1, and `d_i` the sum of that over the judgements of the same customer: what one does on three days is
//! no three witnesses, and a day that hardly counts moves nothing when it is the first to be judged. The second sum is a belief that all count the same, a Dirichlet distribution of twos where all `b_m` are 1. It is worth about `b_m` customers a model whom that model alone can
//! explain, so it rules where few customers have bought, and is nothing where thousands have. Without it, a difference of nothing
//! would move all the weight.
//!
//! `L` is concave in `w`, so there is one maximum; it is found by Newton's method in logarithms of ratios of weights.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::score::{Score, mean};
use super::standing::{Judgement, behind, by_customer};
use crate::clv::fitting::newton::{LAST_DIGITS, Local, Ranges, covariance, maximize};
use nalgebra::DMatrix;

/// No weight is further from another than by this factor's logarithm.
const FURTHEST: f64 = 30.0;

/// How much models count.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// Of each model, in their order, of the sum 1; with the standard error of that.
    pub weights: Vec<Score>,
}

/// What a mixture would have scored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StackScore {
    /// Its mean log score, the less the better.
    pub log_score: Score,
    /// How much less that is than the score of the best single model; negative where it is more.
    pub gain: Score,
}

/// The weights at the maximum of (1), with a belief of each model, above 0. `None` without a judgement or without a model.
#[must_use]
pub fn stack(judgements: &[Judgement], beliefs: &[f64]) -> Option<Stack> {
    let models = models_of(judgements)?.min(beliefs.len());
    let witnesses = Witnesses::of(judgements, &beliefs[..models]);
    let free = models - 1;
    let ranges = Ranges { low: vec![-FURTHEST; free], high: vec![FURTHEST; free] };
    let go_on = |_, _: &[f64], _| ControlFlow::<()>::Continue(());
    let ControlFlow::Continue(peak) =
        maximize(|at| witnesses.likelihood(at), &vec![0.0; free], &ranges, LAST_DIGITS, go_on)
    else {
        return None;
    };
    let weights = weights_at(&peak.at);
    let covariance = covariance(&peak.local.hessian, &peak.held, witnesses.number);
    let score = |m: usize| Score {
        value: weights[m],
        standard_error: covariance.as_ref().map(|covariance| standard_error(&weights, m, covariance)),
    };
    Some(Stack { weights: (0..models).map(score).collect() })
}

/// What mixtures of these models score for customers who had no part in their weights: those with even numbers are forecast with the
/// weights that those with odd numbers give, and the other way round. `None` where either are nobody.
#[must_use]
pub fn score_of_stack(judgements: &[Judgement], beliefs: &[f64]) -> Option<StackScore> {
    let models = models_of(judgements)?;
    let (even, odd): (Vec<Judgement>, Vec<Judgement>) =
        judgements.iter().cloned().partition(|judgement| judgement.customer.is_multiple_of(2));
    let by_even = stack(&even, beliefs)?;
    let by_odd = stack(&odd, beliefs)?;
    let mixed = |judgement: &Judgement| {
        let by = if judgement.customer.is_multiple_of(2) { &by_odd } else { &by_even };
        log_score_of(judgement, &by.weights)
    };
    let scores: Vec<f64> = judgements.iter().map(mixed).collect();
    let single = |m: usize| mean(judgements.iter().map(move |judgement| judgement.log_scores[m]));
    let best = (0..models)
        .filter_map(|m| Some((m, single(m)?.value)))
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(m, _)| m)?;
    let gain = behind(judgements, &by_customer(judgements), |i| judgements[i].log_scores[best] - scores[i]);
    Some(StackScore { log_score: mean(scores.iter().copied())?, gain })
}

fn models_of(judgements: &[Judgement]) -> Option<usize> {
    judgements.iter().map(|judgement| judgement.log_scores.len()).min().filter(|&models| models > 0)
}

fn log_score_of(judgement: &Judgement, weights: &[Score]) -> f64 {
    let least = judgement.log_scores.iter().copied().fold(f64::INFINITY, f64::min);
    let likely = |(score, weight): (&f64, &Score)| weight.value * (least - score).exp();
    least - judgement.log_scores.iter().zip(weights).map(likely).sum::<f64>().ln()
}

/// What all models said of each judgement, relative to the likeliest.
struct Witnesses<'a> {
    /// What is believed of each model.
    beliefs: &'a [f64],
    /// Of each judgement one after the other, a probability a model.
    likely: Vec<f64>,
    /// How much each counts of all of the same customer.
    shares: Vec<f64>,
    /// Customers.
    number: f64,
}

impl<'a> Witnesses<'a> {
    fn of(judgements: &[Judgement], beliefs: &'a [f64]) -> Self {
        let models = beliefs.len();
        let mut days: HashMap<u64, f64> = HashMap::new();
        for judgement in judgements {
            *days.entry(judgement.customer).or_default() += judgement.counts;
        }
        let share = |judgement: &Judgement| judgement.counts / days[&judgement.customer];
        let likely = |judgement: &Judgement| {
            let scores = judgement.log_scores[..models].to_vec();
            let least = scores.iter().copied().fold(f64::INFINITY, f64::min);
            scores.into_iter().map(move |score| (least - score).exp())
        };
        Self {
            beliefs,
            likely: judgements.iter().flat_map(likely).collect(),
            shares: judgements.iter().map(share).collect(),
            number: days.len() as f64,
        }
    }

    /// (1) over the number of customers at logarithms of weights over the last one's.
    fn likelihood(&self, at: &[f64]) -> Local {
        let weights = weights_at(at);
        let mut local = Local::zero(at.len());
        // With r_m = w_m p_m / sum, the share of model m: d/du_m = r_m - w_m, and the second derivatives are those of both
        // softmaxes.
        let mut shares = vec![0.0; self.beliefs.len()];
        let mut add = |local: &mut Local, share: f64, likely: &[f64]| {
            for ((slot, weight), likely) in shares.iter_mut().zip(&weights).zip(likely) {
                *slot = weight * likely;
            }
            let sum: f64 = shares.iter().sum();
            local.value += share * sum.ln();
            for i in 0..at.len() {
                let of_i = shares[i] / sum;
                local.gradient[i] += share * (of_i - weights[i]);
                for j in 0..at.len() {
                    let same = if i == j { of_i - weights[i] } else { 0.0 };
                    let product = weights[i] * weights[j] - of_i * shares[j] / sum;
                    local.hessian[(i, j)] += share * (same + product);
                }
            }
        };
        for (likely, &share) in self.likely.chunks_exact(self.beliefs.len()).zip(&self.shares) {
            add(&mut local, share, likely);
        }
        // The belief is so many customers a model whom that model alone can explain.
        for (m, &belief) in self.beliefs.iter().enumerate() {
            let alone: Vec<f64> =
                (0..self.beliefs.len()).map(|other| if other == m { 1.0 } else { 0.0 }).collect();
            add(&mut local, belief, &alone);
        }
        local.scale(1.0 / self.number);
        local
    }
}

/// Weights by their logarithms over the last one's.
fn weights_at(at: &[f64]) -> Vec<f64> {
    let all = || at.iter().copied().chain([0.0]);
    let greatest = all().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = all().map(|u| (u - greatest).exp()).sum();
    all().map(|u| (u - greatest).exp() / sum).collect()
}

/// Of one weight, by the slopes `dw_m/du_i = w_m ([m = i] - w_i)`.
fn standard_error(weights: &[f64], m: usize, covariance: &[Vec<f64>]) -> f64 {
    let slope = |i: usize| weights[m] * (if m == i { 1.0 } else { 0.0 } - weights[i]);
    let slopes = DMatrix::from_fn(1, covariance.len(), |_, i| slope(i));
    let matrix = DMatrix::from_fn(covariance.len(), covariance.len(), |i, j| covariance[i][j]);
    let variance = (&slopes * matrix * slopes.transpose()).sum();
    variance.max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a customer who was given these probabilities by the models.
    fn judged(customer: u64, likely: &[f64]) -> Judgement {
        Judgement { customer, counts: 1.0, log_scores: likely.iter().map(|p| -p.ln()).collect() }
    }

    /// That all models count the same, as far as there are any.
    const ALIKE: [f64; 4] = [1.0; 4];

    fn weights(judgements: &[Judgement]) -> Vec<f64> {
        stack(judgements, &ALIKE).unwrap().weights.iter().map(|weight| weight.value).collect()
    }

    /// By SciPy: `tests/golden/stacking.py`.
    #[test]
    fn weights_are_those_that_another_program_finds() {
        let likely = |i: u64, m: u64| (1 + (7 * i + 5 * m + i * i * (m + 2)) % 23) as f64 / 25.0;
        let customer = |i: u64| 3 * (i / 6) + [0, 1, 1, 2, 2, 2][i as usize % 6];
        let counts = |i: u64| [1.0, 1.0, 0.5, 1.0, 0.5, 0.125][i as usize % 6];
        let judged = |i: u64| Judgement {
            counts: counts(i),
            ..judged(customer(i), &[0, 1, 2, 3].map(|m| likely(i, m)))
        };
        let all: Vec<Judgement> = (0..300).map(judged).collect();
        let found = stack(&all, &ALIKE).unwrap();
        let golden = [
            (0.471_276_626, 0.111_692),
            (0.036_603_413, 0.035_193),
            (0.230_765_419, 0.099_272),
            (0.261_354_543, 0.092_880),
        ];
        for (weight, (value, error)) in found.weights.iter().zip(golden) {
            assert!((weight.value - value).abs() < 1e-7, "{found:?}");
            assert!((weight.standard_error.unwrap() - error).abs() < 2e-6, "{found:?}");
        }
    }

    #[test]
    fn weights_are_those_of_a_mixture_of_which_each_part_is_seen() {
        // 60 whom the first model alone explains, 40 the second alone, and one a model of the belief: 61 and 41 of 102.
        let all: Vec<Judgement> =
            (0..100).map(|who| judged(who, if who < 60 { &[0.5, 1e-9] } else { &[1e-9, 0.5] })).collect();
        let found = stack(&all, &ALIKE).unwrap();
        let [first, second] = found.weights[..] else { panic!("two models") };
        assert!((first.value - 61.0 / 102.0).abs() < 1e-6, "{first:?}");
        assert!((first.value + second.value - 1.0).abs() < 1e-12);
        // Of a share: the root of w (1 - w) / n.
        let error = (first.value * second.value / 102.0_f64).sqrt();
        assert!((first.standard_error.unwrap() - error).abs() < 1e-6, "{first:?} {error}");
        // Of which a quarter as much is believed: 61 of 101 and a quarter.
        let less = stack(&all, &[1.0, 0.25]).unwrap();
        assert!((less.weights[0].value - 61.0 / 101.25).abs() < 1e-6, "{less:?}");
    }

    #[test]
    fn few_judgements_leave_all_models_about_the_same_and_many_do_not() {
        let of = |n: u64| weights(&(0..n).map(|who| judged(who, &[0.30, 0.29, 0.20])).collect::<Vec<_>>());
        let [few, some, many] = [of(1), of(30), of(30_000)];
        assert!(few.iter().all(|weight| (weight - 1.0 / 3.0).abs() < 0.05), "{few:?}");
        assert!(some[0] > some[1] && some[1] > some[2] && some[1] > 0.2, "{some:?}");
        assert!(many[0] > 0.99, "{many:?}");
        // A difference of nothing moves nothing, however many there are.
        let same = weights(&(0..30_000).map(|who| judged(who, &[0.3, 0.3])).collect::<Vec<_>>());
        assert!((same[0] - 0.5).abs() < 1e-9, "{same:?}");
    }

    #[test]
    fn a_customer_judged_three_times_is_one_witness() {
        let once: Vec<Judgement> =
            (0..30).map(|who| judged(who, if who % 3 == 0 { &[0.5, 0.1] } else { &[0.3, 0.4] })).collect();
        let thrice: Vec<Judgement> = once.iter().cycle().take(90).cloned().collect();
        let (once, thrice) = (weights(&once), weights(&thrice));
        assert!((once[0] - thrice[0]).abs() < 1e-9, "{once:?} {thrice:?}");
    }

    #[test]
    fn a_mixture_is_scored_by_customers_who_had_no_part_in_its_weights() {
        let all: Vec<Judgement> =
            (0..400).map(|who| judged(who, if who % 4 < 2 { &[0.8, 0.1] } else { &[0.1, 0.8] })).collect();
        // Each half gives both the weight 1/2, so everybody was given 0.45, and by either model 0.8 or 0.1.
        let score = score_of_stack(&all, &ALIKE).unwrap();
        assert!((score.log_score.value + 0.45_f64.ln()).abs() < 1e-9, "{score:?}");
        let single = -0.5 * (0.8_f64.ln() + 0.1_f64.ln());
        assert!((score.gain.value - (single + 0.45_f64.ln())).abs() < 1e-9, "{score:?}");
        assert_eq!(score_of_stack(&all[..1], &ALIKE), None);
    }

    #[test]
    fn one_model_has_all_the_weight_and_nobody_gives_none() {
        assert_eq!(weights(&[judged(1, &[0.3])]), [1.0]);
        assert_eq!(stack(&[], &[1.0]), None);
        assert_eq!(stack(&[judged(1, &[])], &[1.0]), None);
        // What no model thought possible says nothing against any of them.
        let impossible = Judgement { customer: 2, counts: 1.0, log_scores: vec![690.0, 690.0] };
        let found = weights(&[impossible, judged(1, &[0.9, 0.1])]);
        assert!(found[0] > 0.5 && found[0].is_finite(), "{found:?}");
    }
}
