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

#[cfg(test)]
mod tests {
    use super::*;

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
