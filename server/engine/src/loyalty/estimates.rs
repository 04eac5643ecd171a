//! Scores and how well they predict, as estimates.

use lojal_domain::{Estimate, Method};
use lojal_scoring::loyalty::{AttitudeEffect, Points, Predictor, Validated};
use lojal_scoring::statistics::areas::Area;
use lojal_scoring::statistics::normal::two_sided_quantile;

/// How well something predicts.
#[derive(Clone, Debug)]
pub struct PredictorRow {
    /// What.
    pub predictor: Predictor,
    /// Customers of whom it is known.
    pub customers: u64,
    /// Those of them who have the outcome.
    pub with_outcome: u64,
    /// How often of two customers the one with the outcome has more of it.
    pub area: Estimate,
    /// The area of the score of the same customers, less this one.
    pub score_gain: Estimate,
    /// Share of those with the outcome among the tenth with most of it, over the share among all.
    pub lift: Option<f64>,
    /// Mean squared error of a probability made of it on the other half.
    pub brier: Option<f64>,
    /// The same of the share of the other half.
    pub brier_of_constant: Option<f64>,
}

/// One customer's points.
pub(super) fn points(of: Option<Points>, confidence: f64) -> Estimate {
    let Some(points) = of else { return Estimate::undefined(Method::PosteriorMean) };
    let (low, high) = points.interval(confidence);
    Estimate::plain(Some(points.value), 1, Method::PosteriorMean)
        .between(Some(low), Some(high), confidence)
        .give_or_take(Some(points.standard_error))
}

/// An area, or a difference of two, with its normal interval within these ends.
fn area(of: Option<Area>, (least, most): (f64, f64), n: u64, confidence: f64) -> Estimate {
    let Some(Area { value, standard_error }) = of else { return Estimate::undefined(Method::DeLong) };
    let reach = standard_error.map(|error| two_sided_quantile(confidence) * error);
    let end = |sign: f64| reach.map(|reach| (value + sign * reach).clamp(least, most));
    Estimate::plain(Some(value), n, Method::DeLong)
        .between(end(-1.0), end(1.0), confidence)
        .give_or_take(standard_error)
}

pub(super) fn row(of: &Validated, confidence: f64) -> PredictorRow {
    PredictorRow {
        predictor: of.predictor,
        customers: of.customers,
        with_outcome: of.with_outcome,
        area: area(of.area, (0.0, 1.0), of.customers, confidence),
        score_gain: area(of.score_gain, (-1.0, 1.0), of.customers, confidence),
        lift: of.lift,
        brier: of.brier,
        brier_of_constant: of.brier_of_constant,
    }
}

/// The odds of whoever thinks ten points better of us, over those of another of whom the same was expected.
pub(super) fn odds_ratio(of: Option<&AttitudeEffect>, confidence: f64) -> Estimate {
    let Some(effect) = of else { return Estimate::undefined(Method::MaximumLikelihood) };
    let reach = two_sided_quantile(confidence) * effect.standard_error;
    let [low, high] = [effect.log_odds - reach, effect.log_odds + reach].map(f64::exp);
    Estimate::plain(Some(effect.log_odds.exp()), effect.customers, Method::MaximumLikelihood).between(
        Some(low),
        Some(high),
        confidence,
    )
}
