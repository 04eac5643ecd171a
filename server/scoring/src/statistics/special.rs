//! Special functions the models need: ratios of Gamma functions and their derivatives.
//!
//! The models never need a Gamma function on its own at a large argument, only ratios such as
//! `Gamma(r + x) / Gamma(r)`. Taking the difference of two huge logarithms would lose the digits that
//! matter (at `r = 10^6` about nine of them), so the ratio is computed as one thing.
//!
//! Accuracy, against 40-digit values in the tests below: `ln_gamma_ratio`, `digamma` and `trigamma` to
//! `1e-14` relative (absolute near digamma's zero). Reference: Abramowitz and Stegun 6.1.40, 6.3.18, 6.4.12.

/// From this argument on, the asymptotic series below are exact to the last bit or two.
const ASYMPTOTIC_FROM: f64 = 16.0;

/// Up to this many factors a rising factorial is multiplied out, which is exact and faster.
const DIRECT_FACTORS: u32 = 64;

/// `ln Gamma(z) - [(z - 1/2) ln z - z + ln sqrt(2 pi)]` for `z >= ASYMPTOTIC_FROM` (A&S 6.1.40).
fn stirling_remainder(z: f64) -> f64 {
    let i = 1.0 / z;
    let s = i * i;
    i * (1.0 / 12.0
        + s * (-1.0 / 360.0
            + s * (1.0 / 1260.0 + s * (-1.0 / 1680.0 + s * (1.0 / 1188.0 - s * 691.0 / 360_360.0)))))
}

/// `ln Gamma(z + d) - ln Gamma(z)` for `z > 0`, `d >= 0`.
///
/// ```text
/// (z - 1/2) ln(1 + d/z) + d ln(z + d) - d + R(z + d) - R(z),   R = Stirling's remainder
/// ```
/// after both arguments have been moved up to where the remainder converges.
pub(crate) fn ln_gamma_ratio(z: f64, d: f64) -> f64 {
    let mut base = z;
    let mut moved = 0.0;
    while base < ASYMPTOTIC_FROM {
        moved += (d / base).ln_1p();
        base += 1.0;
    }
    let top = base + d;
    (base - 0.5) * (d / base).ln_1p()
        + d * (top.ln() - 1.0)
        + (stirling_remainder(top) - stirling_remainder(base))
        - moved
}

/// The logarithm of the rising factorial `(z)_n = Gamma(z + n) / Gamma(z)` and its first two derivatives in `z`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rising {
    /// `ln (z)_n`.
    pub(crate) ln: f64,
    /// `psi(z + n) - psi(z)`.
    pub(crate) first: f64,
    /// `psi'(z + n) - psi'(z)`.
    pub(crate) second: f64,
}

impl Rising {
    /// For `z > 0`.
    pub(crate) fn new(z: f64, n: u32) -> Self {
        if n > DIRECT_FACTORS {
            let top = z + f64::from(n);
            return Self {
                ln: ln_gamma_ratio(z, f64::from(n)),
                first: digamma(top) - digamma(z),
                second: trigamma(top) - trigamma(z),
            };
        }
        let mut rising = Self::default();
        for i in 0..n {
            let factor = z + f64::from(i);
            let inverse = 1.0 / factor;
            rising.ln += factor.ln();
            rising.first += inverse;
            rising.second -= inverse * inverse;
        }
        rising
    }

    /// `ln (z)_n` alone.
    pub(crate) fn ln(z: f64, n: u32) -> f64 {
        if n > DIRECT_FACTORS {
            ln_gamma_ratio(z, f64::from(n))
        } else {
            (0..n).map(|i| (z + f64::from(i)).ln()).sum()
        }
    }
}

/// `psi(z) = d ln Gamma(z) / dz` for `z > 0` (A&S 6.3.18).
pub(crate) fn digamma(z: f64) -> f64 {
    let mut z = z;
    let mut moved = 0.0;
    while z < ASYMPTOTIC_FROM {
        moved += 1.0 / z;
        z += 1.0;
    }
    let s = 1.0 / (z * z);
    let series = s
        * (1.0 / 12.0
            - s * (1.0 / 120.0
                - s * (1.0 / 252.0 - s * (1.0 / 240.0 - s * (1.0 / 132.0 - s * 691.0 / 32_760.0)))));
    z.ln() - 0.5 / z - series - moved
}

/// `psi'(z)` for `z > 0` (A&S 6.4.12).
pub(crate) fn trigamma(z: f64) -> f64 {
    let mut z = z;
    let mut moved = 0.0;
    while z < ASYMPTOTIC_FROM {
        moved += 1.0 / (z * z);
        z += 1.0;
    }
    let i = 1.0 / z;
    let s = i * i;
    let series = s
        * (1.0 / 6.0
            - s * (1.0 / 30.0 - s * (1.0 / 42.0 - s * (1.0 / 30.0 - s * (5.0 / 66.0 - s * 691.0 / 2730.0)))));
    moved + i * (1.0 + 0.5 * i + series)
}

/// `ln(1 + e^u)` for any `u`, to `1e-15` relative: neither `e^u` overflows nor is a small one lost beside the 1.
///
/// It is minus the logarithm of a chance whose logit is `-u`, and what a second term of odds `e^u` adds to a logarithm.
pub(crate) fn softplus(u: f64) -> f64 {
    u.max(0.0) + (-u.abs()).exp().ln_1p()
}

/// `ln Gamma(z)` for `z > 0`.
pub(crate) fn ln_gamma(z: f64) -> f64 {
    statrs::function::gamma::ln_gamma(z)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `1e-14`: two digits above machine precision, the most that sixteen shifts may lose.
    const TOLERANCE: f64 = 1e-14;

    fn close(actual: f64, expected: f64) {
        let allowed = TOLERANCE * expected.abs().max(1e-1);
        assert!((actual - expected).abs() <= allowed, "{actual:e} is not {expected:e}");
    }

    #[test]
    fn digamma_and_trigamma_match_forty_digit_values() {
        let table = [
            (1e-6, -1000000.57721402, 1000000000001.645),
            (0.01, -100.56088545786866, 10001.621213528313),
            (0.2425945, -4.358461945518362, 18.198988174693145),
            (0.5, -1.9635100260214235, 4.934802200544679),
            (1.0, -0.5772156649015329, 1.6449340668482264),
            (1.4616321449683622, -9.241265521729427e-17, 0.9676722454476212),
            (2.0, 0.42278433509846713, 0.6449340668482264),
            (3.7442, 1.1807648590229594, 0.3058775600434973),
            (12.5, 2.485195651274912, 0.08328522460157838),
            (16.0, 2.7410133283274605, 0.06449378340323936),
            (97.25, 4.572134783126122, 0.010335825299575782),
            (5000.3, 8.517153192283017, 0.00020000799965326613),
            (1000000.0, 13.815510057964191, 1.0000005000001667e-06),
        ];
        for (z, first, second) in table {
            close(digamma(z), first);
            close(trigamma(z), second);
        }
    }

    #[test]
    fn softplus_matches_forty_digit_values() {
        let table = [
            (-800.0, 0.0),
            (-100.0, 3.720075976020836e-44),
            (-1.0, 0.3132616875182229),
            (0.0, std::f64::consts::LN_2),
            (1e-9, 0.6931471810599453),
            (2.5, 2.578889734292549),
            (40.0, 40.0),
            (1e308, 1e308),
        ];
        for (u, expected) in table {
            assert!((softplus(u) - expected).abs() <= 1e-15 * expected, "{u}: {:e}", softplus(u));
        }
    }

    #[test]
    fn ratios_match_forty_digit_values() {
        let table = [
            (1e-6, 3.0, -13.122361877404954),
            (0.2425945, 0.0, 0.0),
            (0.2425945, 1.0, -1.416363953792659),
            (0.2425945, 29.0, 67.38364391050919),
            (0.2425945, 5000.0, 37583.372712088116),
            (2.4259, 64.0, 210.89116619030966),
            (2.4259, 65.0, 215.0872532309793),
            (6.25, 3.74, 7.559711227359964),
            (31250.5, 3.74, 38.70838100314731),
            (1e6, 1.0, 13.815510557964274),
            (1e6, 5000.0, 69090.02951464447),
            (15.999, 0.5, 1.378451392149535),
        ];
        for (z, d, expected) in table {
            close(ln_gamma_ratio(z, d), expected);
            if d.fract().abs() < f64::EPSILON {
                let n = d as u32;
                close(Rising::ln(z, n), expected);
                close(Rising::new(z, n).ln, expected);
                // The difference of two digammas keeps only their absolute accuracy.
                let first = digamma(z + d) - digamma(z);
                assert!((Rising::new(z, n).first - first).abs() <= TOLERANCE * digamma(z).abs());
            }
        }
    }
}
