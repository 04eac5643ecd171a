//! How far off a whole shop's forecast may be, from how far off it was.
//!
//! That parameters are known well does not make a model right: seasons, campaigns and competitors move all customers together, and
//! no number of customers averages that away. With `e_i = ln(told / came)` of `n` past forecasts of this shop,
//!
//! ```text
//! tau^2 = (nu s^2 + sum e_i^2) / (nu + n)                                                                      (1)
//! ```
//!
//! is the scale of a scaled inverse chi-squared posterior about a variance, with a belief worth `nu` forecasts that were off by `s`
//! (Gelman et al., *Bayesian Data Analysis*, 3rd ed., 2013, section 2.6). Squares are taken around 0 and not around their mean: a
//! model that always told too little was as far off as it was.
//!
//! What it is likely to be off by in the same direction again is less than the mean `e` of these: a shop's mean error is believed to be
//! normal around 0 with standard deviation `s`, and its days to scatter around that mean with the variance `v`:
//!
//! ```text
//! E[b | e_1, ..., e_n] = e s^2 / (s^2 + v / n),    v = (nu s^2 + sum (e_i - e)^2) / (nu + n - 1)                  (2)
//! ```
//!
//! Days on which it was off in different directions tell of seasons, and next to nothing about what comes.

/// What shops in general are off by, as a standard deviation of the logarithm.
const USUAL_ERROR: f64 = 0.15;
/// So many past forecasts that belief is worth.
const WORTH: f64 = 2.0;

/// (1): the variance of the logarithm of told over came. Errors that are not finite count as not there; with none it is the belief.
#[must_use]
pub fn shared_variance(past_log_errors: &[f64]) -> f64 {
    let known = past_log_errors.iter().filter(|error| error.is_finite());
    let (n, squares) = known.fold((0.0, 0.0), |(n, squares), error| (n + 1.0, squares + error * error));
    (WORTH * USUAL_ERROR * USUAL_ERROR + squares) / (WORTH + n)
}

/// (2): what the logarithm of told over came is likely to be again. Errors that are not finite count as not there; `None` without any.
#[must_use]
pub fn likely_log_error(past_log_errors: &[f64]) -> Option<f64> {
    let known: Vec<f64> = past_log_errors.iter().copied().filter(|error| error.is_finite()).collect();
    let n = known.len() as f64;
    let mean = known.iter().sum::<f64>() / n;
    let usual = USUAL_ERROR * USUAL_ERROR;
    let squares: f64 = known.iter().map(|error| (error - mean) * (error - mean)).sum();
    let scatter = (WORTH * usual + squares) / (WORTH + n - 1.0);
    (n > 0.0).then(|| mean * usual / (usual + scatter / n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_likely_again_is_what_all_days_say_and_less() {
        let near = |past: &[f64], wanted: f64| {
            let found = likely_log_error(past).unwrap();
            assert!((found - wanted).abs() < 1e-12, "{past:?}: {found}, not {wanted}");
        };
        // Of one day its scatter is the belief alone, so half of it is taken.
        near(&[-0.3], -0.15);
        // Three days of 0.3: v = 2 s^2 / 4, so 0.3 / (1 + 1/6).
        near(&[0.3; 3], 0.3 / (1.0 + 1.0 / 6.0));
        // Off in different directions: sum of squares 0.72, v = (0.045 + 0.72) / 4.
        let scatter = (2.0 * 0.0225 + 0.72) / 4.0;
        near(&[0.6, -0.6, 0.0], 0.0);
        near(&[0.9, -0.3, 0.3], 0.3 * 0.0225 / (0.0225 + scatter / 3.0));
        near(&[f64::NAN, -0.3], -0.15);
        assert_eq!(likely_log_error(&[f64::INFINITY]), None);
    }

    #[test]
    fn past_errors_are_weighed_against_a_belief() {
        let usual = USUAL_ERROR * USUAL_ERROR;
        assert!((shared_variance(&[]) - usual).abs() < 1e-15);
        assert!((shared_variance(&[f64::NAN, f64::NEG_INFINITY]) - usual).abs() < 1e-15);
        let once = shared_variance(&[-0.3]);
        assert!((once - (WORTH * usual + 0.09) / (WORTH + 1.0)).abs() < 1e-15);
        assert!((shared_variance(&[0.3]) - once).abs() < 1e-15, "too much is as far off as too little");
        assert!((shared_variance(&[0.3; 10_000]).sqrt() - 0.3).abs() < 1e-4);
        assert!(shared_variance(&[0.0]) < usual);
    }
}
