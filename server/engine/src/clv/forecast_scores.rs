//! How likely a forecaster made what came, beside how far off it was.

use lojal_domain::{Estimate, Method};
use lojal_scoring::clv::{
    CustomerHistory, Decile, Judged, ProperScores, PurchaseModel, PurchaseSummary, Score, area_under_curve,
};
use lojal_scoring::retention::Limits;
use lojal_scoring::statistics::normal::two_sided_quantile;
use lojal_store::Wanted;
use rayon::prelude::*;

use crate::ask::estimates::{CONFIDENCE, limited, normal};
use crate::clv::holdout::Holdout;

/// Of more customers than this an even part is judged: a distribution costs many times what its mean does.
const MOST_JUDGED: usize = 20_000;

/// How likely a forecaster made what came. Rules of thumb have an order of customers and no distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastScores {
    /// Mean of -ln of the probability that was given to the number of purchases that came.
    pub log_score: Option<Estimate>,
    /// Continuous ranked probability score, in purchases.
    pub crps: Option<Estimate>,
    /// Brier's score of whether they bought at all.
    pub brier_score: Option<Estimate>,
    /// Mean of -ln of the probability that was given to whether they bought at all.
    pub log_loss: Option<Estimate>,
    /// How often of two customers the one who bought was ranked higher; none where all or none did.
    pub area_under_curve: Option<Estimate>,
    /// Slope of the logit of who bought; none where it cannot be told.
    pub calibration_slope: Option<Estimate>,
    /// Probabilities of buying at all against the share who did.
    pub deciles: Vec<Decile>,
}

/// Of a model, by its distribution for each customer; none for nobody or when nobody wants it any more.
pub(crate) fn of_model(model: &PurchaseModel, holdout: &Holdout, wanted: &Wanted) -> Option<ForecastScores> {
    let judge = |(before, came): (&PurchaseSummary, &f64)| {
        let history = CustomerHistory::from(before);
        (!wanted.given_up()).then(|| Judged::forecast(model, &history, holdout.days(), *came as usize))
    };
    let step = holdout.before.len().div_ceil(MOST_JUDGED).max(1);
    let pairs = holdout.before.par_iter().zip(&holdout.purchases).step_by(step);
    let all: Vec<Judged> = pairs.map(judge).collect::<Option<_>>()?;
    let scores = ProperScores::of(&all)?;
    let n = scores.customers;
    let mean =
        |score: Score| Some(normal(Some(score.value), score.standard_error, n, Method::Mean, CONFIDENCE));
    Some(ForecastScores {
        log_score: mean(scores.log_score),
        crps: mean(scores.crps),
        brier_score: mean(scores.brier),
        log_loss: mean(scores.log_loss),
        area_under_curve: scores.area_under_curve.map(|score| area(score, n)),
        calibration_slope: scores.calibration_slope.map(|score| signed(score, n, Method::MaximumLikelihood)),
        deciles: scores.deciles,
    })
}

/// Of a rule of thumb, by what it expects of each customer; none where all or none bought.
pub(crate) fn of_order(expected: &[f64], holdout: &Holdout) -> Option<ForecastScores> {
    let bought: Vec<bool> = holdout.purchases.iter().map(|&came| came > 0.0).collect();
    let score = area_under_curve(expected, &bought)?;
    Some(ForecastScores {
        log_score: None,
        crps: None,
        brier_score: None,
        log_loss: None,
        area_under_curve: Some(area(score, bought.len() as u64)),
        calibration_slope: None,
        deciles: Vec::new(),
    })
}

fn area(score: Score, n: u64) -> Estimate {
    let area = normal(Some(score.value), score.standard_error, n, Method::DeLong, CONFIDENCE);
    Estimate { high: area.high.map(|high| high.min(1.0)), ..area }
}

/// Of a figure that may be negative.
pub(crate) fn signed(score: Score, n: u64, method: Method) -> Estimate {
    let half = score.standard_error.map(|error| two_sided_quantile(CONFIDENCE) * error);
    let limits =
        Limits { low: half.map(|half| score.value - half), high: half.map(|half| score.value + half) };
    limited(Some(score.value), limits, n, method, CONFIDENCE).give_or_take(score.standard_error)
}
