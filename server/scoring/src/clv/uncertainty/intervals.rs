//! How sure a prediction is: the uncertainty of fitted parameters, carried over to whatever is computed from them.
//!
//! Four ways, named in every answer:
//!
//! - **Delta method** (Rao, *Linear Statistical Inference*, 6a.2). The estimates are about normal with covariance `V` in
//!   the logarithms of the parameters, so a smooth answer `g` has the variance `grad g' V grad g`. With `V = L L'` that is
//!   the sum of squared slopes of `g` along the columns of `L`; a slope is the difference quotient over a ten
//!   thousandth of a standard deviation, exact to about four digits. One extra evaluation a parameter.
//! - **Parametric bootstrap** (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, ch. 6.5 and 13.3). Customers
//!   are simulated from the fitted model and the model is fitted to them, many times; the interval runs between
//!   percentiles of what the replicates answer. It knows no normality, and costs as many evaluations as replicates.
//!
//! - **Spread of a posterior** (Gelman et al., *Bayesian Data Analysis*, 3rd ed., 2013, section 4.1). Where an answer is the mean over
//!   models that stand for a posterior, its interval has the mean and the variance of what they answer, on the scale on
//!   which it is about normal. The value model is one for all of them; its part of the variance is that of the delta method.
//! - **Within and between** the models of a mixture: `sum of w_m (V_m + (g_m - g)^2)` with `V_m` the variance that the delta method
//!   gives model `m`, whose answer is `g_m` on the scale, and `g` their mean (the law of total variance). The weights count as
//!   known. A learner that moves odds is a model the more for each: once without it and once as if nothing else counted.
//!
//! An interval here is about the **expectation**: how well the data determine it. What one customer then does varies
//! far more, and what all of them do is more than parameters are wrong about: [`crate::clv::OutcomeRange`] tells that.
//!
//! Positive answers get their interval on the log scale and probabilities on the logit scale, so that no end is impossible. A
//! number of customers among n lies between 0 and n: its lower end is that of the logarithm of the number, its upper end
//! that of the logarithm of the rest. Where nearly all are alive a logit would stretch the lower end towards 0, though the
//! number itself is well known.

use super::directions::directions;
use super::scale::{CONFIDENCE, IntervalScale};
use crate::clv::learner::shift::Shift;
use crate::clv::{
    ByFrequency, CustomerHistory, DAYS_PER_YEAR, GammaGamma, GammaGammaFit, PurchaseFit, PurchaseModel,
};

/// Length of the step along each direction, in standard deviations.
const STEP: f64 = 1e-4;

/// A log or logit standard error beyond this says nothing any more: the interval would span nine powers of ten.
const LARGEST_ERROR: f64 = 5.0;

/// How an interval was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntervalMethod {
    /// Delta method.
    Delta,
    /// Parametric bootstrap.
    Bootstrap,
    /// Spread of the posterior that the answer is the mean over.
    Posterior,
    /// Delta method within each of several models, and the spread between them.
    Mixture,
}

/// The standard error of an answer and its interval of 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfidenceInterval {
    /// In the unit of the answer.
    pub standard_error: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A purchase model and, where there is one, a value model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// When customers buy and leave.
    pub purchases: PurchaseModel,
    /// What a purchase is worth.
    pub value: Option<GammaGamma>,
}

/// The models to ask besides the fitted ones, and what to make of their answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncertainty {
    method: IntervalMethod,
    pairs: Vec<Pair>,
    /// Of the models that the answer is the mean over; none where it is that of one.
    parts: Vec<Part>,
    /// How much a learner counts beside them; 0 without one.
    learner: f64,
}

/// One of several models: itself, and after it itself moved along each direction in which it is uncertain. After all of them comes
/// the first with the value model moved.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    weight: f64,
    moved: usize,
}

impl Uncertainty {
    /// The delta method around a fit. `None` where the purchase model has no covariance, because the data do not
    /// identify it; a value model without one counts as known.
    #[must_use]
    pub fn delta(purchases: &PurchaseFit, value: Option<&GammaGammaFit>) -> Option<Self> {
        Self::around(purchases.model, &directions(&purchases.covariance_of_log_params)?, value)
    }

    /// The delta method around a model along columns `l` with `sum l l'` the covariance of the parameters' logarithms.
    pub(crate) fn around(
        purchases: PurchaseModel,
        columns: &[Vec<f64>],
        value: Option<&GammaGammaFit>,
    ) -> Option<Self> {
        let base = Pair { purchases, value: value.map(|fit| fit.model) };
        let mut pairs = with_moved_purchases(base, columns)?;
        pairs.extend(value.into_iter().flat_map(|fit| with_moved_value(base, fit)));
        Some(Self { method: IntervalMethod::Delta, pairs, parts: Vec::new(), learner: 0.0 })
    }

    /// What is uncertain of models that answer as one: within and between fits by weight, and between nodes by weight that stand for a
    /// posterior, all weights having the sum 1, and between all of them and a learner that counts so much of 1; a value model without a covariance
    /// counts as known. `None` where a fit has no covariance, and for a single one by itself, for which there is [`Self::delta`].
    #[must_use]
    pub fn of_parts(
        fits: &[(f64, &PurchaseFit)],
        nodes: &[(f64, PurchaseModel)],
        value: Option<&GammaGammaFit>,
        learner: f64,
    ) -> Option<Self> {
        let pair = |purchases| Pair { purchases, value: value.map(|fit| fit.model) };
        let (mut parts, mut pairs) = (Vec::new(), Vec::new());
        for &(weight, fit) in fits {
            let base = pair(fit.model);
            let moved = with_moved_purchases(base, &directions(&fit.covariance_of_log_params)?)?;
            parts.push(Part { weight, moved: moved.len() });
            pairs.push(base);
            pairs.extend(moved);
        }
        parts.extend(nodes.iter().map(|&(weight, _)| Part { weight, moved: 0 }));
        pairs.extend(nodes.iter().map(|&(_, model)| pair(model)));
        let base = *pairs.first()?;
        pairs.extend(value.into_iter().flat_map(|fit| with_moved_value(base, fit)));
        let is_posterior = fits.is_empty() && learner <= 0.0;
        let method = if is_posterior { IntervalMethod::Posterior } else { IntervalMethod::Mixture };
        (parts.len() > 1 || learner > 0.0).then_some(Self { method, pairs, parts, learner })
    }

    /// The percentiles of replicates, at least 20 of them.
    #[must_use]
    pub fn bootstrap(replicates: Vec<Pair>) -> Option<Self> {
        (replicates.len() >= 20).then_some(Self {
            method: IntervalMethod::Bootstrap,
            pairs: replicates,
            parts: Vec::new(),
            learner: 0.0,
        })
    }

    /// How its intervals are made.
    #[must_use]
    pub const fn method(&self) -> IntervalMethod {
        self.method
    }

    /// The models whose answers [`Self::interval`] needs, in its order.
    #[must_use]
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// How many answers that are.
    pub(in crate::clv) fn answers(&self) -> usize {
        if self.learner > 0.0 { 2 * self.pairs.len() } else { self.pairs.len() }
    }

    /// How odds move in the answers it needs, those of all models once for each: as the models say and, with a learner, as if nothing else
    /// counted.
    pub(in crate::clv) fn layers(&self, shift: Shift) -> impl Iterator<Item = Shift> + use<> {
        std::iter::once(Shift::NONE).chain((self.learner > 0.0).then(|| shift.counting(1.0)))
    }

    /// The interval of an answer, given what each of [`Self::pairs`] answers, with a learner followed by what each does if nothing else
    /// counts.
    ///
    /// `None` where the answer is at the end of its range (nothing to vary), not finite, or so uncertain that an interval
    /// would say nothing.
    #[must_use]
    pub fn interval(&self, scale: IntervalScale, answer: f64, others: &[f64]) -> Option<ConfidenceInterval> {
        if others.len() != self.answers() {
            return None;
        }
        match self.method {
            IntervalMethod::Delta => by_slopes(scale, answer, others),
            IntervalMethod::Bootstrap => by_percentiles(scale, answer, others),
            IntervalMethod::Posterior | IntervalMethod::Mixture => self.by_parts(scale, answer, others),
        }
    }

    /// What is uncertain within and between models, from what they and those moved around them answer.
    fn by_parts(&self, scale: IntervalScale, answer: f64, others: &[f64]) -> Option<ConfidenceInterval> {
        let place = scale.to(answer)?;
        // Probabilities are spread as they are, since one model may be sure that somebody is still a customer, and there is no logit of that.
        let is_plain = scale == IntervalScale::Logit;
        let spread = |&other: &f64| if is_plain { Some(other) } else { scale.to(other) };
        let on_scale: Vec<f64> = others.iter().map(spread).collect::<Option<_>>()?;
        // The variance of what models answer that are moved from `at`.
        let around =
            |at: f64, moved: &[f64]| -> f64 { moved.iter().map(|to| ((to - at) / STEP).powi(2)).sum() };
        let mut answers = Vec::with_capacity(2 * self.parts.len());
        let mut of_value = 0.0;
        let layers = [1.0 - self.learner, self.learner];
        for (of_layer, layer) in on_scale.chunks_exact(self.pairs.len()).zip(layers) {
            let mut rest = of_layer;
            for part in &self.parts {
                let (at, after) = rest.split_first()?;
                let (moved, after) = after.split_at_checked(part.moved)?;
                answers.push((layer * part.weight, *at, around(*at, moved)));
                rest = after;
            }
            of_value += layer * around(*of_layer.first()?, rest);
        }
        let mean: f64 = answers.iter().map(|(weight, at, _)| weight * at).sum();
        let of_purchases: f64 =
            answers.iter().map(|(weight, at, within)| weight * (within + (at - mean).powi(2))).sum();
        let error = (of_purchases + of_value).sqrt();
        let (mean, error) = if is_plain { (place, error / scale.slope(answer)) } else { (mean, error) };
        let says_something = error > 0.0 && error < LARGEST_ERROR;
        let (low, high) = says_something.then(|| scale.ends(answer, mean, error)).flatten()?;
        Some(ConfidenceInterval { standard_error: error * scale.slope(answer), low, high })
    }
}

/// How well a fit determines what it predicts: the standard error of the logarithm of a new customer's purchases within a year,
/// by the delta method. 0.1 is about 10 %; infinite where the fit has no covariance or says nothing.
#[must_use]
pub fn error_of_a_year(fit: &PurchaseFit) -> f64 {
    let year = |model: &PurchaseModel| model.expected_purchases(&CustomerHistory::NEW, DAYS_PER_YEAR);
    let Some(uncertainty) = Uncertainty::delta(fit, None) else { return f64::INFINITY };
    let others: Vec<f64> = uncertainty.pairs.iter().map(|pair| year(&pair.purchases)).collect();
    let expected = year(&fit.model);
    let interval = uncertainty.interval(IntervalScale::Log, expected, &others);
    interval.map_or(f64::INFINITY, |interval| interval.standard_error / expected)
}

/// Parameters moved by a [`STEP`] along a direction of their logarithms.
pub(crate) fn moved(parameters: &[f64], column: &[f64]) -> Vec<f64> {
    parameters.iter().zip(column).map(|(at, l)| at * (STEP * l).exp()).collect()
}

/// The delta method, from what models [`moved`] along each direction answer.
pub(crate) fn by_slopes(scale: IntervalScale, answer: f64, others: &[f64]) -> Option<ConfidenceInterval> {
    let at = scale.to(answer)?;
    let square = |&other: &f64| scale.to(other).map(|moved| ((moved - at) / STEP).powi(2));
    let variance: f64 = others.iter().map(square).sum::<Option<f64>>()?;
    let error = variance.sqrt();
    let says_something = error < LARGEST_ERROR;
    let (low, high) = says_something.then(|| scale.ends(answer, at, error)).flatten()?;
    Some(ConfidenceInterval { standard_error: error * scale.slope(answer), low, high })
}

/// A pair with the purchase model moved along each direction, itself for a direction of no length. `None` where that is no model.
fn with_moved_purchases(base: Pair, columns: &[Vec<f64>]) -> Option<Vec<Pair>> {
    let at = base.purchases.parameters();
    let along = |column: &Vec<f64>| {
        if column.iter().all(|l| l.abs() <= 0.0) {
            return Some(base);
        }
        let purchases = base.purchases.with_parameters(&moved(&at, column)).ok()?;
        Some(Pair { purchases, ..base })
    };
    columns.iter().map(along).collect()
}

/// A pair with the value model moved along each direction of its covariance.
fn with_moved_value(base: Pair, fit: &GammaGammaFit) -> Vec<Pair> {
    let covariance: Vec<Vec<f64>> = fit.covariance_of_log_params.iter().map(|r| r.to_vec()).collect();
    let of = |value: GammaGamma| Pair { value: Some(value), ..base };
    let along = |column: Vec<f64>| {
        let [p, q, gamma] = moved(&[fit.model.p, fit.model.q, fit.model.gamma], &column)[..] else {
            return None;
        };
        Some(of(GammaGamma { p, q, gamma, ..fit.model }))
    };
    // How values go with frequency is estimated first and around its mean, so it is uncertain by itself.
    let by_frequency = fit.by_frequency.zip(fit.model.by_frequency).map(|(known, by_frequency)| {
        let b = by_frequency.b + STEP * known.standard_error;
        of(GammaGamma { by_frequency: Some(ByFrequency { b, ..by_frequency }), ..fit.model })
    });
    let columns = directions(&covariance).unwrap_or_default();
    columns.into_iter().filter_map(along).chain(by_frequency).collect()
}

/// The bootstrap, from what each replicate answers.
fn by_percentiles(scale: IntervalScale, answer: f64, replicates: &[f64]) -> Option<ConfidenceInterval> {
    scale.to(answer)?;
    if replicates.iter().any(|&replicate| scale.to(replicate).is_none()) {
        return None;
    }
    let mut sorted = replicates.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let mean = sorted.iter().sum::<f64>() / n;
    let variance = sorted.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    // Percentiles of replicates that all lie to one side of the estimate would leave it out of its own interval.
    Some(ConfidenceInterval {
        standard_error: variance.sqrt(),
        low: quantile(&sorted, 0.5 * (1.0 - CONFIDENCE)).min(answer),
        high: quantile(&sorted, 0.5 * (1.0 + CONFIDENCE)).max(answer),
    })
}

/// The quantile of sorted numbers, linear between them (type 7 of Hyndman and Fan).
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let place = q * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::uncertainty::scale::Z_OF_CONFIDENCE;
    use crate::clv::{
        PatternTable, Purchase, PurchaseModelKind, TimeUnit, fit_purchase_model, fit_value, summarize,
    };

    #[test]
    fn a_year_is_known_where_a_parameter_is_not() {
        let summaries = (0..400_i32).filter_map(|who| {
            let days = (0..=who % 7).map(|i| who % 90 + i * (20 + who % 31));
            let bought: Vec<Purchase> =
                days.map(|day| Purchase { day, gross_micros: 1, refunded_micros: 0 }).collect();
            summarize(&bought, 360)
        });
        let go_on = &mut |_| std::ops::ControlFlow::Continue(());
        let table = PatternTable::from_summaries(summaries);
        let mut fit = fit_purchase_model(PurchaseModelKind::BgNbd, &table, TimeUnit::Week, go_on).unwrap();
        // Nobody ever leaves, so a may be anything that is small.
        let [r, alpha] = [0, 1].map(|i| fit.model.parameters()[i]);
        fit.model = PurchaseModel::new(PurchaseModelKind::BgNbd, [r, alpha, 8e-6, 1e6], TimeUnit::Week);
        let known = |of_a: f64| {
            let mut fit = fit.clone();
            for i in 0..4 {
                for j in 0..4 {
                    let of = &mut fit.covariance_of_log_params[i][j];
                    *of = if (i, j) == (2, 2) {
                        of_a
                    } else if i > 1 || j > 1 {
                        0.0
                    } else {
                        *of
                    };
                }
            }
            error_of_a_year(&fit)
        };
        let (held, flat) = (known(0.0), known(4.4e11));
        assert!((0.01..0.5).contains(&held) && (flat / held - 1.0).abs() < 1e-3, "{held} {flat}");
    }

    fn pair(alpha: f64, value: Option<GammaGamma>) -> Pair {
        let purchases = PurchaseModel::new(PurchaseModelKind::MbgNbd, [0.8, alpha, 0.9, 2.5], TimeUnit::Week);
        Pair { purchases, value }
    }

    #[test]
    fn the_spread_of_a_posterior_has_its_mean_and_variance_on_the_scale() {
        let nodes = [(0.75, pair(5.0, None).purchases), (0.25, pair(9.0, None).purchases)];
        let uncertainty = Uncertainty::of_parts(&[], &nodes, None, 0.0).unwrap();
        assert_eq!((uncertainty.method(), uncertainty.pairs().len()), (IntervalMethod::Posterior, 2));
        // Logarithms 0 and 2 with mean 1/2 and variance 3/4.
        let answers = [1.0, 2.0_f64.exp()];
        let answer = 0.75 * answers[0] + 0.25 * answers[1];
        let interval = uncertainty.interval(IntervalScale::Log, answer, &answers).unwrap();
        let error = 0.75_f64.sqrt();
        assert!((interval.low - (0.5 - Z_OF_CONFIDENCE * error).exp()).abs() < 1e-12);
        assert!((interval.high - (0.5 + Z_OF_CONFIDENCE * error).exp()).abs() < 1e-12);
        assert!((interval.standard_error - error * answer).abs() < 1e-12);
        assert_eq!(uncertainty.interval(IntervalScale::Log, answer, &[1.0, 0.0]), None);
        assert_eq!(uncertainty.interval(IntervalScale::Log, answer, &[1.0]), None);
        assert_eq!(Uncertainty::of_parts(&[], &nodes[..1], None, 0.0), None);
    }

    #[test]
    fn a_mixture_is_uncertain_within_and_between_its_models() {
        let members = [(0.75, pair(5.0, None)), (0.25, pair(9.0, None))];
        let [first, second] = members.map(|(_, pair)| pair);
        let parts = vec![Part { weight: 0.75, moved: 2 }, Part { weight: 0.25, moved: 1 }];
        let pairs = vec![first, first, first, second, second];
        let mixture = Uncertainty { method: IntervalMethod::Mixture, pairs, parts, learner: 0.0 };
        // Logarithms 0 and 2: between them 3/4. Within the first 0.3^2 + 0.4^2, within the second 0.6^2.
        let answers = [0.0, 0.3 * STEP, 0.4 * STEP, 2.0, 2.0 + 0.6 * STEP].map(f64::exp);
        let answer = 0.75 + 0.25 * 2.0_f64.exp();
        let interval = mixture.interval(IntervalScale::Log, answer, &answers).unwrap();
        let error = (0.75_f64 + 0.75 * 0.25 + 0.25 * 0.36).sqrt();
        assert!((interval.standard_error / answer - error).abs() < 1e-9, "{interval:?}");
        assert!((interval.high.ln() - (0.5 + Z_OF_CONFIDENCE * error)).abs() < 1e-9, "{interval:?}");
        assert_eq!(mixture.interval(IntervalScale::Log, answer, &answers[1..]), None);
        // A learner that counts a fifth and says a logarithm more of everything: mean 0.5 + 0.2, variance 0.16 more.
        let mixture = Uncertainty { learner: 0.2, ..mixture };
        let more = answers.map(|answer| answer * std::f64::consts::E);
        let interval = mixture.interval(IntervalScale::Log, answer, &[answers, more].concat()).unwrap();
        let error = (error * error + 0.2 * 0.8).sqrt();
        assert!((interval.standard_error / answer - error).abs() < 1e-9, "{interval:?}");
        assert!((interval.high.ln() - (0.7 + Z_OF_CONFIDENCE * error)).abs() < 1e-9, "{interval:?}");
        assert_eq!(mixture.interval(IntervalScale::Log, answer, &answers), None);
    }

    #[test]
    fn a_model_that_is_sure_leaves_the_mixture_an_interval() {
        let members = [pair(5.0, None), pair(9.0, None)];
        let parts = vec![Part { weight: 0.75, moved: 1 }, Part { weight: 0.25, moved: 0 }];
        let pairs = vec![members[0], members[0], members[1]];
        let mixture = Uncertainty { method: IntervalMethod::Mixture, pairs, parts, learner: 0.0 };
        // Within the first 0.1^2, and between 0.4 and 1.
        let interval = mixture.interval(IntervalScale::Logit, 0.55, &[0.4, 0.4 + 0.1 * STEP, 1.0]).unwrap();
        let error = (0.75_f64 * 0.01 + 0.75 * 0.15 * 0.15 + 0.25 * 0.45 * 0.45).sqrt();
        assert!((interval.standard_error - error).abs() < 1e-9, "{interval:?}");
        assert!(
            0.0 < interval.low && interval.low < 0.2 && 0.85 < interval.high && interval.high < 1.0,
            "{interval:?}"
        );
        // Where all are sure there is nothing to vary.
        assert_eq!(mixture.interval(IntervalScale::Logit, 1.0, &[1.0; 3]), None);
    }

    #[test]
    fn what_is_not_known_of_values_adds_to_the_spread() {
        let bought = crate::clv::Purchase { day: 0, gross_micros: 10_000_000, refunded_micros: 0 };
        let go_on = &mut |_| std::ops::ControlFlow::Continue(());
        let value = fit_value(&[summarize([bought], 9).unwrap()], u32::MAX, go_on).unwrap();
        let nodes = [5.0, 9.0].map(|alpha| (0.5, pair(alpha, None).purchases));
        let uncertainty = Uncertainty::of_parts(&[], &nodes, Some(&value), 0.0).unwrap();
        // Purchases of 1 and e^0.6, each worth the mean of Gamma-Gamma, of whose logarithm the variance is 1/16 and 1.
        let worth = |pair: &Pair| pair.value.unwrap().expected_value(0, 0.0).unwrap();
        let mut answers: Vec<f64> = uncertainty.pairs().iter().map(worth).collect();
        answers[1] *= 0.6_f64.exp();
        let answer = 0.5 * (answers[0] + answers[1]);
        let interval = uncertainty.interval(IntervalScale::Log, answer, &answers).unwrap();
        let error = (0.3_f64.powi(2) + 0.0625 + 1.0).sqrt();
        assert!((interval.standard_error / answer - error).abs() < 1e-6, "{interval:?}");
    }
}
