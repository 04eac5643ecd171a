//! What is assumed of a shop to which nobody came yet: a prediction for customer one, with an interval as wide as the
//! ignorance. From the first purchase on the purchase model is fitted (the file `fitting::penalised`); what purchases are worth is
//! assumed like this as long as too few repeat buyers tell.
//!
//! The purchase model is the MBG/NBD estimate of CDNOW (the data set that the literature knows best; weeks): customers buy
//! about every eleven weeks while they are customers, and a third leave after each purchase. Each parameter may be off by a
//! factor of `e` at one standard deviation, which makes intervals an order of magnitude wide. The value model takes the
//! spread within and between customers from there too, and the mean from the purchases there are.

use crate::clv::fitting::outcome::Termination;
use crate::clv::fitting::outcome::{CalibrationHistogram, Estimation, PurchaseFit};
use crate::clv::{GammaGamma, GammaGammaFit, MbgNbd, PurchaseModel, PurchaseSummary, TimeUnit};

/// r, alpha, a, b of CDNOW in weeks.
const PURCHASES: [f64; 4] = [0.525, 6.18, 0.891, 1.61];
/// p and q of CDNOW.
const VALUES: (f64, f64) = (6.25, 3.74);
/// Standard deviation of each logarithm.
const SPREAD: f64 = 1.0;
/// That of the mean value, which is known from the first purchase on within a factor of about 1.6.
const VALUE_SPREAD: f64 = 0.5;

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

/// The value model of a shop with few repeat buyers: the mean of all purchases of customers with up to so many repeat
/// purchases, as far as it goes. `None` when nothing was paid yet.
#[must_use]
pub fn prior_value(summaries: &[PurchaseSummary], most_repeat_purchases: u32) -> Option<GammaGammaFit> {
    let kept = || summaries.iter().filter(|s| s.frequency <= most_repeat_purchases);
    let paid: f64 = kept().map(|s| s.net_spend_micros as f64 / 1e6).sum();
    let purchases: f64 = kept().map(|s| f64::from(s.frequency) + 1.0).sum();
    let mean = paid / purchases;
    if !(mean > 0.0 && mean.is_finite()) {
        return None;
    }
    let (p, q) = VALUES;
    let mut covariance = [[0.0; 3]; 3];
    covariance[2][2] = VALUE_SPREAD * VALUE_SPREAD;
    let gamma = mean * (q - 1.0) / p;
    Some(GammaGammaFit {
        model: GammaGamma { p, q, gamma },
        log_likelihood: 0.0,
        standard_errors: [None, None, Some(gamma * VALUE_SPREAD)],
        covariance_of_log_params: covariance,
        iterations: 0,
        termination: Termination::NotFitted,
        warnings: Vec::new(),
        customers: 0,
        customers_without_value: 0,
        frequency_correlation: None,
    })
}
