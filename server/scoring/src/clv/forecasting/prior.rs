//! What is assumed of a shop to which nobody came yet: a prediction for customer one, with an interval as wide as the
//! ignorance. From the first purchase on models are fitted (`fitting::penalised`, `gamma_gamma::penalised`).
//!
//! The purchase model is the MBG/NBD estimate of CDNOW (the data set that the literature knows best; weeks): customers buy
//! about every eleven weeks while they are customers, and a third leave after each purchase. Each parameter may be off by a
//! factor of `e` at one standard deviation, which makes intervals an order of magnitude wide.

use crate::clv::fitting::outcome::Termination;
use crate::clv::fitting::outcome::{CalibrationHistogram, Estimation, PurchaseFit};
use crate::clv::{MbgNbd, PurchaseModel, TimeUnit};

/// r, alpha, a, b of CDNOW in weeks.
const PURCHASES: [f64; 4] = [0.525, 6.18, 0.891, 1.61];
/// Standard deviation of each logarithm.
const SPREAD: f64 = 1.0;

/// The purchase model of a shop about which nothing is known.
#[must_use]
pub fn prior_purchases() -> PurchaseFit {
    let [r, alpha, a, b] = PURCHASES;
    let diagonal = |i: usize| (0..4).map(|j| if i == j { SPREAD * SPREAD } else { 0.0 }).collect();
    PurchaseFit {
        model: PurchaseModel::MbgNbd(MbgNbd { r, alpha, a, b, unit: TimeUnit::Week }),
        estimation: Estimation::Assumed,
        log_likelihood: 0.0,
        standard_errors: PURCHASES.iter().map(|p| Some(p * SPREAD)).collect(),
        covariance_of_log_params: (0..4).map(diagonal).collect(),
        iterations: 0,
        termination: Termination::NotFitted,
        warnings: Vec::new(),
        customers: 0,
        patterns: 0,
        repeat_customers: 0,
        calibration: CalibrationHistogram::default(),
    }
}
