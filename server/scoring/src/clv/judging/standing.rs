//! Which of several models to believe, by what they said of several past days.
//!
//! With `s_im` the log score (see [`proper`](super::proper)) of model `m` for judgement `i`, a customer on one of those days, models
//! stand in the order of their means, and the one with the least is best. How far another is behind is
//!
//! ```text
//! D_m = 1/n sum over i of (s_im - s_i,best)
//! var D_m = c/(c-1) 1/n^2 sum over customers of (sum over their judgements of (s_im - s_i,best - D_m))^2
//! ```
//!
//! for `c` customers: what one customer does on two days is no two witnesses (Liang and Zeger, "Longitudinal data analysis using
//! generalized linear models", *Biometrika* 73, 1986). A difference of less than its own standard error and of less than a
//! thousandth is none, and there the simpler model is taken. The error alone, as in Breiman, Friedman, Olshen and Stone (*Classification
//! and Regression Trees*, 1984, section 3.4.3), would make everybody equal where there are few customers.

use super::score::{Score, mean};

/// A log score that is less than this behind is as good: customers' purchases are 1.001 times as likely.
const NOTHING: f64 = 1e-3;

/// What models said of one customer on one past day.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Who it is, by a number in which even and odd have no meaning; a customer may be judged on several days.
    pub customer: u64,
    /// How much the day counts in weights, of 1; in standings all count the same.
    pub counts: f64,
    /// The log score of each model.
    pub log_scores: Vec<f64>,
}

/// How a model did among others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Which, by its place in the log scores.
    pub model: usize,
    /// Over how many judgements.
    pub judgements: u64,
    /// Mean log score over them, the less the better.
    pub log_score: Score,
    /// How much more that is than the best one's; 0 for that one itself.
    pub behind: Score,
}

impl Standing {
    /// Whether it forecasts as well as the best: the difference is nothing, and may be chance.
    #[must_use]
    pub fn is_as_good(&self) -> bool {
        self.behind.value <= self.behind.standard_error.unwrap_or(0.0).min(NOTHING)
    }
}

/// How models did, best first. Empty without a judgement.
#[must_use]
pub fn standings(judgements: &[Judgement]) -> Vec<Standing> {
    let models = judgements.iter().map(|judgement| judgement.log_scores.len()).min().unwrap_or(0);
    let scores = |model: usize| judgements.iter().map(move |judgement| judgement.log_scores[model]);
    let all = (0..models).filter_map(|model| Some((model, mean(scores(model))?)));
    let mut all: Vec<(usize, Score)> = all.collect();
    all.sort_by(|(_, a), (_, b)| a.value.total_cmp(&b.value));
    let Some(&(best, _)) = all.first() else { return Vec::new() };
    let by_customer = by_customer(judgements);
    let standing = |(model, log_score): (usize, Score)| Standing {
        model,
        judgements: judgements.len() as u64,
        log_score,
        behind: behind(judgements, &by_customer, |i| {
            judgements[i].log_scores[model] - judgements[i].log_scores[best]
        }),
    };
    all.into_iter().map(standing).collect()
}

/// Places of judgements, those of one customer beside each other.
pub(in crate::clv) fn by_customer(judgements: &[Judgement]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..judgements.len()).collect();
    places.sort_by_key(|&i| judgements[i].customer);
    places
}

/// How far one forecast is behind another, in the mean of all judgements, by the difference in each of them; places are
/// [`by_customer`].
pub(in crate::clv) fn behind(
    judgements: &[Judgement],
    by_customer: &[usize],
    difference: impl Fn(usize) -> f64,
) -> Score {
    let n = judgements.len() as f64;
    let value = by_customer.iter().map(|&i| difference(i)).sum::<f64>() / n;
    let (mut customers, mut squares) = (0.0, 0.0);
    for of_one in by_customer.chunk_by(|&a, &b| judgements[a].customer == judgements[b].customer) {
        let sum: f64 = of_one.iter().map(|&i| difference(i) - value).sum();
        customers += 1.0;
        squares += sum * sum;
    }
    let variance = customers / (customers - 1.0) * squares / (n * n);
    Score { value, standard_error: (customers > 1.0).then(|| variance.sqrt()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(customer: u64, log_scores: &[f64]) -> Judgement {
        Judgement { customer, counts: 1.0, log_scores: log_scores.to_vec() }
    }

    #[test]
    fn the_least_score_is_best_and_others_are_behind_it() {
        let all = [judged(1, &[1.5, 1.0]), judged(2, &[0.5, 0.25]), judged(3, &[2.0, 0.75])];
        let [first, second] = &standings(&all)[..] else { panic!("two models") };
        assert_eq!((first.model, second.model), (1, 0));
        assert_eq!((first.behind.value, first.behind.standard_error), (0.0, Some(0.0)));
        assert!(first.is_as_good() && !second.is_as_good());
        // 0.5, 0.25 and 1.25: mean 2/3, sample variance 13/48, so the error of the mean is its root over 3.
        assert!((second.behind.value - 2.0 / 3.0).abs() < 1e-15);
        let error = second.behind.standard_error.unwrap();
        assert!((error - (13.0_f64 / 48.0 / 3.0).sqrt()).abs() < 1e-15, "{error}");
    }

    /// A customer who is judged three times with the same result is one customer.
    #[test]
    fn customers_are_witnesses_and_their_days_are_not() {
        let once: Vec<Judgement> = (0..9).map(|who| judged(who, &[(who % 3) as f64, 0.9])).collect();
        let thrice: Vec<Judgement> = once.iter().cycle().take(27).cloned().collect();
        let [one, three] = [&once, &thrice].map(|all| standings(all)[1]);
        assert!((one.behind.value - three.behind.value).abs() < 1e-15);
        let [one, three] = [one, three].map(|standing| standing.behind.standard_error.unwrap());
        assert!((one - three).abs() < 1e-15, "{one} {three}");
    }

    #[test]
    fn a_difference_is_none_if_it_is_small_and_may_be_chance() {
        let second = |more: f64, less: f64| {
            let scores = |who: u64| [1.0, 1.0 + if who.is_multiple_of(2) { more } else { less }];
            let all: Vec<Judgement> = (0..100).map(|who| judged(who, &scores(who))).collect();
            let standings = standings(&all);
            assert_eq!((standings[0].model, standings[1].model), (0, 1));
            standings[1]
        };
        assert!(second(0.5, -0.499).is_as_good());
        // Within its error, and of a hundredth.
        let chance = second(0.5, -0.48);
        assert!(chance.behind.value < chance.behind.standard_error.unwrap() && !chance.is_as_good());
        // Of a two thousandth, and the same for everybody.
        assert!(!second(0.0005, 0.0005).is_as_good());
    }

    #[test]
    fn nobody_says_nothing_and_a_single_customer_has_no_error() {
        assert!(standings(&[]).is_empty());
        let one = standings(&[judged(1, &[1.0, 2.0])]);
        assert_eq!((one.len(), one[1].behind.standard_error), (2, None));
        assert!(!one[1].is_as_good());
    }
}
