//! What is believed of what purchases are worth in shops in general: weakly, so that few repeat buyers say something, and many all.
//!
//! ```text
//! ln p ~ N(ln 6.25, 1)    ln(q - 1) ~ N(ln 2.74, 1)    ln(p gamma / (q - 1)) ~ N(ln m, d),   d^2 = 0.25^2 + 1/n  (1)
//! ```
//!
//! The second number is a standard deviation. Customers and their purchases differ as at CDNOW, which the literature knows best, or by
//! a factor of `e` more or less; and what repeat buyers spend is about the mean `m` of all `n` purchases there are, first ones included:
//! within a quarter, as repeat purchases are not first ones, and within what chance does to a mean of `n`. About q - 1 and not q, since
//! the mean over customers hangs on it. So without a repeat buyer the mean is that of all purchases, the first moves it by as much as
//! one customer can, and with a thousand the maximum is that of the likelihood to a part in a thousand.

use crate::clv::GammaGamma;
use crate::clv::fitting::optimize::Evaluation;

/// p and q of CDNOW.
pub(super) const LIKELIEST: (f64, f64) = (6.25, 3.74);
/// Standard deviations of ln p and ln(q - 1).
const DEVIATIONS: [f64; 2] = [1.0, 1.0];
/// How far the mean of repeat purchases is from that of all, in logarithms.
const DEVIATION_OF_REPEATS: f64 = 0.25;

/// The beliefs of a shop whose purchases, first ones included, are worth so much in the mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beliefs {
    ln_mean: f64,
    /// Of ln p, ln(q - 1) and the logarithm of the mean.
    variances: [f64; 3],
}

/// How ln(q - 1) moves with ln q.
fn slope_of_excess(q: f64) -> f64 {
    q / (q - 1.0)
}

impl Beliefs {
    /// Of so many purchases with that mean.
    pub(super) fn new(mean_purchase: f64, purchases: f64) -> Self {
        let [p, q] = DEVIATIONS.map(|deviation| deviation * deviation);
        let variances = [p, q, DEVIATION_OF_REPEATS.powi(2) + 1.0 / purchases];
        Self { ln_mean: mean_purchase.ln(), variances }
    }

    /// The likeliest model by (1).
    pub(super) fn likeliest(&self) -> GammaGamma {
        let (p, q) = LIKELIEST;
        GammaGamma::new(p, q, self.ln_mean.exp() * (q - 1.0) / p)
    }

    /// The logarithm of (1) but for a constant, with derivatives in the logarithms of p, q, gamma.
    pub(super) fn at(&self, &[ln_p, ln_q, ln_gamma]: &[f64; 3]) -> Evaluation<3> {
        let (p, q) = LIKELIEST;
        let excess = ln_q.exp_m1();
        let (slope, bend) = (slope_of_excess(ln_q.exp()), -ln_q.exp() / (excess * excess));
        let beliefs = [
            (ln_p - p.ln(), [1.0, 0.0, 0.0], 0.0),
            (excess.ln() - (q - 1.0).ln(), [0.0, slope, 0.0], bend),
            (ln_p + ln_gamma - excess.ln() - self.ln_mean, [1.0, -slope, 1.0], -bend),
        ];
        let mut sum = Evaluation::default();
        for ((off, slopes, bend), variance) in beliefs.into_iter().zip(self.variances) {
            let precision = 1.0 / variance;
            sum.value -= 0.5 * precision * off * off;
            // Only ln(q - 1) is curved in the logarithms.
            sum.hessian[1][1] -= precision * off * bend;
            for i in 0..3 {
                sum.gradient[i] -= precision * off * slopes[i];
                for j in 0..3 {
                    sum.hessian[i][j] -= precision * slopes[i] * slopes[j];
                }
            }
        }
        sum
    }

    /// Covariance of the logarithms of p, q, gamma by (1) alone.
    pub(super) fn covariance(&self) -> [[f64; 3]; 3] {
        let slope = slope_of_excess(LIKELIEST.1);
        // ln gamma is the logarithm of the mean, and of q - 1, less that of p.
        let moves = [[1.0, 0.0, 0.0], [0.0, 1.0 / slope, 0.0], [-1.0, 1.0, 1.0]];
        let one = |i: usize, j: usize| -> f64 {
            (0..3).map(|c| moves[i][c] * self.variances[c] * moves[j][c]).sum()
        };
        std::array::from_fn(|i| std::array::from_fn(|j| one(i, j)))
    }

    /// How much of what is known of the mean over customers is (1): the variance of its logarithm by a fit with this covariance over
    /// that by (1) alone.
    pub(super) fn share(&self, q: f64, covariance: &[[f64; 3]; 3]) -> f64 {
        let slopes = [1.0, -slope_of_excess(q), 1.0];
        let pairs = (0..3).flat_map(|i| (0..3).map(move |j| (i, j)));
        let variance: f64 = pairs.map(|(i, j)| slopes[i] * slopes[j] * covariance[i][j]).sum();
        let share = variance / self.variances[2];
        if share.is_nan() { 1.0 } else { share.clamp(0.0, 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_differences() {
        const STEP: f64 = 1e-5;
        let beliefs = Beliefs::new(42.0, 9.0);
        for at in [[0.3, 0.5, 3.0], [2.0, 0.05, 1.0], [-1.0, 3.0, 6.0]] {
            let found = beliefs.at(&at);
            for i in 0..3 {
                let moved =
                    |by: f64| beliefs.at(&std::array::from_fn(|j| at[j] + if i == j { by } else { 0.0 }));
                let (low, high) = (moved(-STEP), moved(STEP));
                let near = |found: f64, high: f64, low: f64| {
                    let wanted = (high - low) / (2.0 * STEP);
                    assert!(
                        (found - wanted).abs() < 1e-6 * (1.0 + wanted.abs()),
                        "{at:?} {i}: {found}, not {wanted}"
                    );
                };
                near(found.gradient[i], high.value, low.value);
                for j in 0..3 {
                    near(found.hessian[i][j], high.gradient[j], low.gradient[j]);
                }
            }
        }
    }

    #[test]
    fn the_likeliest_model_is_where_nothing_rises_and_its_covariance_that_of_the_curvature() {
        let beliefs = Beliefs::new(42.0, 9.0);
        let GammaGamma { p, q, gamma, .. } = beliefs.likeliest();
        let found = beliefs.at(&[p, q, gamma].map(f64::ln));
        assert!(
            found.value.abs() < 1e-20 && found.gradient.iter().all(|slope| slope.abs() < 1e-9),
            "{found:?}"
        );
        let covariance = beliefs.covariance();
        for (i, row) in found.hessian.iter().enumerate() {
            let one = |j: usize| -> f64 { row.iter().zip(&covariance).map(|(h, known)| -h * known[j]).sum() };
            for (j, one) in [0, 1, 2].map(one).into_iter().enumerate() {
                let wanted = if i == j { 1.0 } else { 0.0 };
                assert!((one - wanted).abs() < 1e-9, "{i} {j}: {one}");
            }
        }
        assert!((beliefs.share(q, &covariance) - 1.0).abs() < 1e-12);
    }
}
