//! How likely forecasts made what happened: scores of whole distributions, and of whether customers bought again at all.
//!
//! With `y` purchases of a customer, `P` the distribution that was forecast for them, `p = P(at least one)` and `b = 1` for whoever
//! bought, each a mean over customers, the less the better:
//!
//! ```text
//! log score = -ln P(y)                 Good, "Rational decisions", JRSS B 14, 1952
//! CRPS      = sum over k >= 0 of (P(at most k) - [y <= k])^2
//! Brier     = (p - b)^2                Brier, Monthly Weather Review 78, 1950
//! log loss  = -ln(p) if b = 1, else -ln(1 - p)
//! ```
//!
//! All four are proper: nobody is told to forecast anything but what they believe (Gneiting and Raftery, "Strictly proper scoring
//! rules, prediction, and estimation", *JASA* 102, 2007). Beside them: how well customers are told apart (the area under the curve),
//! and whether probabilities are as extreme as they may be (the slope of the logit).

use super::score::{Score, mean};
use crate::clv::judging::accuracy::{Decile, deciles_of};
use crate::clv::{CustomerHistory, PurchaseModel};
use crate::statistics::areas::{Area, area};
use crate::statistics::logistic::fit;

/// Probabilities below this count as this: no logarithm of zero.
const LEAST: f64 = 1e-300;

/// A probability of buying again, as far from 0 and 1 as its logit has to be to be a number.
const LEAST_AGAIN: f64 = 1e-12;

/// What one customer's forecast was worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    log_score: f64,
    crps: f64,
    again: f64,
    bought: bool,
}

impl Judged {
    /// Of what a model says of a customer's next `horizon_days`, and of the number of purchases that came in them. Of the
    /// distribution as much is asked for as there is, but for a millionth, and no more than 4,096 purchases or those that came.
    #[must_use]
    pub fn forecast(
        model: &PurchaseModel,
        history: &CustomerHistory,
        horizon_days: f64,
        came: usize,
    ) -> Self {
        const FIRST: usize = 16;
        const MISSING: f64 = 1e-6;
        const MOST: usize = 4_096;
        let mut probabilities = vec![0.0; FIRST.max(came + 1)];
        loop {
            model.purchase_probabilities(history, horizon_days, &mut probabilities);
            let missing = 1.0 - probabilities.iter().sum::<f64>();
            if missing < MISSING || probabilities.len() >= MOST {
                return Self::of(&probabilities, came);
            }
            probabilities.resize(2 * probabilities.len(), 0.0);
        }
    }

    /// Of probabilities of 0, 1, 2, ... purchases, and of the number that came. What is missing to 1 is the probability of more
    /// than the last, and a number beyond it was given that.
    #[must_use]
    pub fn of(probabilities: &[f64], came: usize) -> Self {
        let (mut below, mut crps) = (0.0, 0.0);
        for (k, probability) in probabilities.iter().enumerate() {
            below += probability;
            let happened = if came <= k { 1.0 } else { 0.0 };
            crps += (below - happened) * (below - happened);
        }
        // Beyond the last one the distribution is taken for over.
        crps += came.saturating_sub(probabilities.len().max(1)) as f64;
        let given = probabilities.get(came).copied().unwrap_or(1.0 - below);
        let again = 1.0 - probabilities.first().copied().unwrap_or(0.0);
        Self { log_score: -given.max(LEAST).ln(), crps, again: again.clamp(0.0, 1.0), bought: came > 0 }
    }
}

/// The log score of a model for one customer, as of [`Judged`]: of the distribution no more is asked for than what came.
#[must_use]
pub fn log_score(model: &PurchaseModel, history: &CustomerHistory, horizon_days: f64, came: usize) -> f64 {
    let mut probabilities = vec![0.0; came + 1];
    model.purchase_probabilities(history, horizon_days, &mut probabilities);
    // What is not a number is not known to be likely.
    -probabilities[came].max(LEAST).ln()
}

/// How likely forecasts of many customers made what happened.
#[derive(Debug, Clone, PartialEq)]
pub struct ProperScores {
    /// Customers judged.
    pub customers: u64,
    /// Of the number of purchases.
    pub log_score: Score,
    /// Of the number of purchases, in purchases.
    pub crps: Score,
    /// Of whether they bought at all.
    pub brier: Score,
    /// Of whether they bought at all.
    pub log_loss: Score,
    /// See [`area_under_curve`].
    pub area_under_curve: Option<Score>,
    /// Slope of a logistic regression of who bought on the logit of their probability: 1 is right; none where it cannot be told.
    pub calibration_slope: Option<Score>,
    /// Probabilities to buy at all against the share who did, from the lowest to the highest.
    pub deciles: Vec<Decile>,
}

impl ProperScores {
    /// The means over customers; none for nobody.
    #[must_use]
    pub fn of(judged: &[Judged]) -> Option<Self> {
        let again: Vec<f64> = judged.iter().map(|one| one.again).collect();
        let bought: Vec<bool> = judged.iter().map(|one| one.bought).collect();
        let shares: Vec<f64> = bought.iter().map(|&bought| f64::from(u8::from(bought))).collect();
        let pairs = || again.iter().zip(&shares);
        let given = |p: f64, b: f64| if b > 0.0 { p } else { 1.0 - p };
        Some(Self {
            customers: judged.len() as u64,
            log_score: mean(judged.iter().map(|one| one.log_score))?,
            crps: mean(judged.iter().map(|one| one.crps))?,
            brier: mean(pairs().map(|(p, b)| (p - b) * (p - b)))?,
            log_loss: mean(pairs().map(|(&p, &b)| -given(p, b).max(LEAST).ln()))?,
            area_under_curve: area_under_curve(&again, &bought),
            calibration_slope: calibration_slope(&again, &bought),
            deciles: deciles_of(&again, &shares),
        })
    }
}

/// How often of two customers the one who bought was ranked above the one who did not: [`area`]. `None` unless somebody bought and somebody
/// did not.
#[must_use]
pub fn area_under_curve(ranked_by: &[f64], bought: &[bool]) -> Option<Score> {
    let Area { value, standard_error } = area(ranked_by, bought)?;
    Some(Score { value, standard_error })
}

/// The slope of a logistic regression of who bought on the logit of their probability (Cox, "Two further applications of a model for
/// binary regression", *Biometrika* 45, 1958): 1 is right, below it probabilities are too extreme, above it too timid. `None` unless
/// probabilities and outcomes both vary and overlap.
fn calibration_slope(again: &[f64], bought: &[bool]) -> Option<Score> {
    let logit = |p: f64| {
        let p = p.clamp(LEAST_AGAIN, 1.0 - LEAST_AGAIN);
        (p / (1.0 - p)).ln()
    };
    let rows: Vec<[f64; 2]> = again.iter().map(|&p| [1.0, logit(p)]).collect();
    let found = fit(&rows, bought)?;
    Some(Score { value: found.coefficients[1], standard_error: Some(found.standard_errors[1]) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::clv::{PurchaseModelKind, TimeUnit};

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-12, "{found}, not {wanted}");
    }

    /// By its other form, E|X - y| - E|X - X'| / 2, which no distribution function enters.
    fn crps_of_pairs(probabilities: &[f64], came: usize) -> f64 {
        let each = || probabilities.iter().enumerate().map(|(k, p)| (k as f64, *p));
        let from_came: f64 = each().map(|(k, p)| p * (k - came as f64).abs()).sum();
        let apart: f64 = each().flat_map(|(a, p)| each().map(move |(b, q)| p * q * (a - b).abs())).sum();
        from_came - 0.5 * apart
    }

    #[test]
    fn the_log_score_alone_is_that_of_the_whole_distribution() {
        let model = PurchaseModel::new(PurchaseModelKind::ParetoNbd, [0.6, 11.0, 0.6, 12.0], TimeUnit::Week);
        let history = CustomerHistory {
            repeat_purchases: 2,
            recency_days: 90.0,
            age_days: 160.0,
            first_day: None,
            pace: 1.0,
        };
        for came in [0, 1, 30] {
            let whole = Judged::forecast(&model, &history, 200.0, came);
            near(log_score(&model, &history, 200.0, came), whole.log_score);
        }
    }

    #[test]
    fn a_distribution_is_judged_by_what_it_gave_to_what_came() {
        let forecast = [0.2, 0.5, 0.3];
        let judged = Judged::of(&forecast, 1);
        near(judged.log_score, -(0.5_f64.ln()));
        near(judged.crps, 0.13);
        near(judged.again, 0.8);
        for came in 0..6 {
            near(Judged::of(&forecast, came).crps, crps_of_pairs(&forecast, came));
        }
        // Who is sure and wrong pays, and not without end.
        assert!(Judged::of(&[1.0, 0.0], 1).log_score > 600.0 && Judged::of(&[1.0, 0.0], 1).log_score < 700.0);
        near(Judged::of(&[0.9], 4).log_score, -(0.1_f64.ln()));
    }

    #[test]
    fn a_model_is_judged_by_its_distribution_as_far_as_it_goes() {
        // NBD of r + x = 1 is geometric: P(none) = (alpha + T) / (alpha + T + t) = 2 / 62.
        let model = PurchaseModel::new(PurchaseModelKind::Nbd, [1.0, 1.0], TimeUnit::Day);
        let history = CustomerHistory {
            repeat_purchases: 0,
            recency_days: 0.0,
            age_days: 1.0,
            first_day: None,
            pace: 1.0,
        };
        let none: f64 = 2.0 / 62.0;
        for came in [0, 3, 40, 300] {
            let judged = Judged::forecast(&model, &history, 60.0, came);
            near(judged.log_score / -(none.ln() + came as f64 * (1.0 - none).ln()), 1.0);
            near(judged.again, 1.0 - none);
            let crps = crps_of_pairs(&geometric(none), came);
            assert!((judged.crps / crps - 1.0).abs() < 1e-6, "{came}: {} {crps}", judged.crps);
        }
    }

    fn geometric(none: f64) -> Vec<f64> {
        (0..2_000).map(|k| none * (1.0 - none).powi(k)).collect()
    }

    #[test]
    fn means_have_the_standard_errors_of_means() {
        let all: Vec<Judged> = [0, 1, 1, 2].map(|came| Judged::of(&[0.2, 0.5, 0.3], came)).into();
        let scores = ProperScores::of(&all).unwrap();
        near(scores.brier.value, (0.64 + 3.0 * 0.04) / 4.0);
        // Deviations 0.45, -0.15, -0.15, -0.15: 0.27 / (4 * 3).
        near(scores.brier.standard_error.unwrap(), 0.0225_f64.sqrt());
        near(scores.log_loss.value, -(0.2_f64.ln() + 3.0 * 0.8_f64.ln()) / 4.0);
        assert_eq!((scores.customers, scores.area_under_curve.unwrap().value), (4, 0.5));
        assert_eq!(scores.calibration_slope, None);
        assert_eq!(ProperScores::of(&[]), None);
        assert_eq!(ProperScores::of(&all[..1]).unwrap().crps.standard_error, None);
    }

    #[test]
    fn the_true_distribution_scores_best() {
        // Half the customers bought once, a quarter twice, a quarter never.
        let came = [0, 1, 1, 2];
        let score =
            |forecast: [f64; 3]| ProperScores::of(&came.map(|came| Judged::of(&forecast, came))).unwrap();
        let right = score([0.25, 0.5, 0.25]);
        for wrong in [[0.3, 0.45, 0.25], [0.2, 0.5, 0.3], [0.25, 0.55, 0.2], [0.4, 0.35, 0.25]].map(score) {
            assert!(right.log_score.value < wrong.log_score.value);
            assert!(right.crps.value < wrong.crps.value);
            assert!(right.brier.value <= wrong.brier.value && right.log_loss.value <= wrong.log_loss.value);
        }
    }

    #[test]
    fn the_area_is_how_often_buyers_stand_above_others() {
        // The example of scikit-learn's `roc_auc_score`; placements .5 and 1 of the buyers, 1 and .5 of the others.
        let area = area_under_curve(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]).unwrap();
        near(area.value, 0.75);
        near(area.standard_error.unwrap(), 0.125_f64.sqrt());
        near(area_under_curve(&[0.5; 4], &[false, false, true, true]).unwrap().value, 0.5);
        let one = area_under_curve(&[0.1, 0.9], &[false, true]).unwrap();
        assert_eq!((one.value, one.standard_error), (1.0, None));
        assert_eq!(area_under_curve(&[0.1, 0.9], &[true, true]), None);
    }

    #[test]
    fn the_slope_tells_probabilities_that_are_too_extreme() {
        let groups = |low: f64, high: f64| {
            let again: Vec<f64> = (0..200).map(|i| if i < 100 { low } else { high }).collect();
            // Of each hundred 20 and 80 bought.
            let bought: Vec<bool> = (0..200).map(|i| i % 100 < if i < 100 { 20 } else { 80 }).collect();
            calibration_slope(&again, &bought)
        };
        near(groups(0.2, 0.8).unwrap().value, 1.0);
        near(groups(0.1, 0.9).unwrap().value, 4.0_f64.ln() / 9.0_f64.ln());
        near(groups(0.4, 0.6).unwrap().value, 4.0_f64.ln() / 1.5_f64.ln());
        // Each group's logit has the variance 1 / (100 * .2 * .8), and they are 2 ln 4 apart.
        near(
            groups(0.2, 0.8).unwrap().standard_error.unwrap(),
            (2.0_f64 / 16.0).sqrt() / (2.0 * 4.0_f64.ln()),
        );
        assert_eq!(calibration_slope(&[0.5; 4], &[true, false, true, false]), None);
        assert_eq!(calibration_slope(&[0.1, 0.2, 0.8, 0.9], &[false, false, true, true]), None);
    }
}
