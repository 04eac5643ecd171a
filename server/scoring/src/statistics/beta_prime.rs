//! The beta prime distribution: `X / Y` of independent `X ~ Gamma(a, 1)` and `Y ~ Gamma(b, 1)`.
//!
//! ```text
//! P(X / Y <= odds) = I_x(a, b),   x = odds / (1 + odds)                                                        (1)
//! ```
//!
//! with `I` the regularised incomplete beta function. statrs computes that by a continued fraction, which takes about the root of
//! its parameters in steps and stops after 140. Where both are large it is not through by then, and where one is very large it
//! subtracts logarithms of a billion; there this file has approximations, which are the better the larger the parameters:
//!
//! - both above 3,000: Peizer and Pratt, "A normal approximation for binomial, F, beta, and other common, related tail
//!   probabilities, I", *JASA* 63, 1968;
//! - one above a million: Wise, "The incomplete beta function as a contour integral and a quickly converging series for its
//!   inverse", *Biometrika* 37, 1950, first term: a gamma distribution of `-(a + (b - 1) / 2) ln x`.
//!
//! Accuracy against 30-digit values in the test below: 2e-5 where they take over, better beyond; 1e-8 elsewhere, where logarithms of a million are subtracted, else 1e-12.

use crate::statistics::normal::below;
use statrs::function::beta::checked_beta_reg;
use statrs::function::gamma::{checked_gamma_lr, checked_gamma_ur};

/// Both parameters above this are large.
const BOTH_LARGE: f64 = 3_000.0;
/// One parameter above this is large beside one that is not.
const ONE_LARGE: f64 = 1e6;

/// (1), in [0, 1], for `a > 0` and `b > 0` finite. Odds that are not above 0 are never reached; what is not a number gives
/// `None`.
pub(crate) fn beta_prime_below(odds: f64, a: f64, b: f64) -> Option<f64> {
    let valid = a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite() && !odds.is_nan();
    if !valid {
        return None;
    }
    if odds <= 0.0 {
        return Some(0.0);
    }
    if odds.is_infinite() {
        return Some(1.0);
    }
    let found = if a > BOTH_LARGE && b > BOTH_LARGE {
        below(peizer_pratt(odds, a, b))
    } else if a > ONE_LARGE {
        checked_gamma_ur(b, (a + 0.5 * (b - 1.0)) * odds.recip().ln_1p()).ok()?
    } else if b > ONE_LARGE {
        checked_gamma_lr(a, (b + 0.5 * (a - 1.0)) * odds.ln_1p()).ok()?
    } else {
        checked_beta_reg(a, b, odds / (1.0 + odds)).ok()?
    };
    found.is_finite().then(|| found.clamp(0.0, 1.0))
}

/// The normal deviate that is as likely exceeded.
fn peizer_pratt(odds: f64, a: f64, b: f64) -> f64 {
    let (x, rest) = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
    let (s, t, n) = (b - 0.5, a - 0.5, a + b - 1.0);
    let d = s + 1.0 / 6.0 - (n + 1.0 / 3.0) * rest + 0.02 * (x / b - rest / a + (x - 0.5) / (a + b));
    // At the middle both are 0: s ln(s / np) + t ln(t / nq) is about (s - np)^2 / (2 n p q).
    let apart = s - n * rest;
    let ratio = apart / n;
    if ratio.abs() < 1e-9 {
        return d / (n * x * rest).sqrt();
    }
    let entropy = s * (ratio / rest).ln_1p() + t * (-ratio / x).ln_1p();
    d / apart.abs() * (2.0 / (1.0 + 1.0 / (6.0 * n)) * entropy.max(0.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_match_thirty_digit_values() {
        // By quadrature of the density over the logarithm of the odds, with mpmath: odds, a, b, probability.
        let table = [
            (9.47788e-07, 0.3, 3.7, 0.025_000_000_869_66),
            (0.021_991_9, 0.3, 3.7, 0.500_000_128_546_5),
            (0.755_326, 0.3, 3.7, 0.975_000_020_437_1),
            (0.478_374, 6.25, 3.74, 0.025_000_082_870_47),
            (1.734_59, 6.25, 3.74, 0.499_999_543_608_4),
            (7.354_96, 6.25, 3.74, 0.974_999_986_052_8),
            (113.757, 1250.0, 5.5, 0.025_000_576_883_96),
            (241.691, 1250.0, 5.5, 0.499_998_762_234_3),
            (655.858, 1250.0, 5.5, 0.974_999_957_499_8),
            (0.949_826, 2900.0, 2900.0, 0.024_999_480_684_32),
            (1.0, 2900.0, 2900.0, 0.5),
            (1.052_82, 2900.0, 2900.0, 0.974_991_193_496_2),
            (0.951_431, 3100.0, 3100.0, 0.024_999_082_415_74),
            (1.0, 3100.0, 3100.0, 0.5),
            (1.051_05, 3100.0, 3100.0, 0.975_004_488_954_1),
            (0.032_143_3, 3001.0, 90_000.0, 0.024_996_644_716_03),
            (0.033_340_9, 3001.0, 90_000.0, 0.500_023_019_554_2),
            (0.034_568_7, 3001.0, 90_000.0, 0.974_995_723_750_3),
            (32.911, 99_000.0, 2900.0, 0.024_999_473_867_43),
            (34.1417, 99_000.0, 2900.0, 0.499_974_975_608),
            (35.4337, 99_000.0, 2900.0, 0.975_001_274_481_7),
            (14_434.9, 120_000.0, 3.7, 0.024_999_754_377_07),
            (35_581.4, 120_000.0, 3.7, 0.499_999_755_765_6),
            (127_542.0, 120_000.0, 3.7, 0.974_999_923_006_4),
            (39.8959, 120_000.0, 2900.0, 0.025_002_420_838_91),
            (41.384, 120_000.0, 2900.0, 0.500_024_580_284_9),
            (42.946, 120_000.0, 2900.0, 0.974_997_026_456_7),
            (7.84055e-06, 3.7, 120_000.0, 0.025_000_034_280_28),
            (2.81046e-05, 3.7, 120_000.0, 0.500_000_993_752_1),
            (6.92764e-05, 3.7, 120_000.0, 0.974_999_934_091_8),
            (0.023_285, 2900.0, 120_000.0, 0.024_995_627_885_4),
            (0.024_164, 2900.0, 120_000.0, 0.500_038_593_347_6),
            (0.025_065_3, 2900.0, 120_000.0, 0.975_006_080_850_9),
            (11_406_100.0, 100_000_000.0, 4.0, 0.025_000_607_708_02),
            (27_232_700.0, 100_000_000.0, 4.0, 0.500_000_994_555_3),
            (91_754_500.0, 100_000_000.0, 4.0, 0.975_000_040_697_3),
            (2.45518e-09, 0.5, 200_000.0, 0.025_000_021_045_97),
            (1.13734e-06, 0.5, 200_000.0, 0.499_999_410_844_9),
            (1.25598e-05, 0.5, 200_000.0, 0.974_999_942_013_4),
            (99.9377, 1_000_000_000.0, 10_000_000.0, 0.024_925_741_338_63),
            (100.0, 1_000_000_000.0, 10_000_000.0, 0.499_958_574_923_5),
            (100.062, 1_000_000_000.0, 10_000_000.0, 0.974_410_520_908_5),
            (1.61786e-05, 25.0, 1_000_000.0, 0.024_999_708_500_27),
            (2.46675e-05, 25.0, 1_000_000.0, 0.500_001_881_745_2),
            (3.57103e-05, 25.0, 1_000_000.0, 0.974_999_938_311_9),
            (315.965, 950_000.0, 2_900.0, 0.024_999_010_672_06),
            (327.624, 950_000.0, 2_900.0, 0.500_016_427_698_7),
            (339.862, 950_000.0, 2_900.0, 0.974_998_383_914_7),
            (0.002_942_37, 2_900.0, 950_000.0, 0.025_000_849_035_29),
            (0.003_052_28, 2_900.0, 950_000.0, 0.499_987_491_636_7),
            (0.003_164_91, 2_900.0, 950_000.0, 0.975_003_495_835_5),
            (114_279.0, 950_000.0, 3.7, 0.025_000_240_422_76),
            (281_687.0, 950_000.0, 3.7, 0.500_000_351_232_5),
            (1_009_700.0, 950_000.0, 3.7, 0.974_999_846_515_7),
            (365.857, 1_100_000.0, 2_900.0, 0.024_998_757_824_64),
            (379.354, 1_100_000.0, 2_900.0, 0.500_009_451_402_3),
            (393.522, 1_100_000.0, 2_900.0, 0.975_002_333_978_6),
            (0.002_541_16, 2_900.0, 1_100_000.0, 0.025_005_011_764_29),
            (0.002_636_06, 2_900.0, 1_100_000.0, 0.499_988_515_577_9),
            (0.002_733_31, 2_900.0, 1_100_000.0, 0.975_003_140_142),
        ];
        for (odds, a, b, expected) in table {
            let found = beta_prime_below(odds, a, b).unwrap();
            let approximate = a.min(b) > BOTH_LARGE || a.max(b) > ONE_LARGE;
            let allowed = if approximate { 2e-5 } else { 1e-8 };
            assert!((found - expected).abs() < allowed, "{odds} {a} {b}: {found} is not {expected}");
        }
    }

    #[test]
    fn odds_and_parameters_of_any_size_have_a_probability() {
        for a in [1e-8, 1e-3, 1.0, 2_999.0, 3_001.0, 999_999.0, 1e6 + 1.0, 1e12] {
            for b in [1e-8, 1e-3, 1.0, 2_999.0, 3_001.0, 999_999.0, 1e6 + 1.0, 1e12] {
                let mut before = 0.0;
                for exponent in -30..=30 {
                    let found = beta_prime_below(10.0_f64.powi(exponent) * a / b, a, b).unwrap();
                    assert!(
                        (0.0..=1.0).contains(&found) && found >= before - 1e-9,
                        "{a} {b} {exponent}: {found}"
                    );
                    before = found;
                }
                assert_eq!(
                    (beta_prime_below(0.0, a, b), beta_prime_below(f64::INFINITY, a, b)),
                    (Some(0.0), Some(1.0))
                );
            }
        }
        for (odds, a, b) in [(f64::NAN, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, f64::INFINITY)] {
            assert_eq!(beta_prime_below(odds, a, b), None);
        }
    }
}
