//! Probabilities of the negative binomial distribution, one after the other.
//!
//! A Poisson process whose rate is distributed as Gamma(shape, A) has `n` events in a time `t = y A` with probability
//!
//! ```text
//! P(n) = (shape)_n / n!  z^n (1 + y)^-shape,    z = y / (1 + y)                                            (1)
//! ```
//!
//! Each follows from the one before by a factor, so nothing cancels. With thousands of purchases P(0) is below the smallest
//! number although P(5000) is not; the first probabilities are therefore kept with an exponent of their own.

/// Logarithm of a probability below which an exponent of its own is kept; `exp` still has all its digits here.
const LN_SMALL: f64 = -600.0;

/// A mantissa above this hands over to the exponent.
const LARGE: f64 = 1e200;

/// A number that may begin below the smallest one and grow into view, factor by factor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scaled {
    mantissa: f64,
    ln_scale: f64,
    /// `exp(ln_scale)`.
    scale: f64,
}

impl Scaled {
    pub(crate) fn from_ln(ln: f64) -> Self {
        let (mantissa, ln_scale) = if ln < LN_SMALL { (1.0, ln) } else { (ln.exp(), 0.0) };
        Self { mantissa, ln_scale, scale: ln_scale.exp() }
    }

    pub(crate) fn value(&self) -> f64 {
        self.mantissa * self.scale
    }

    pub(crate) fn multiply(&mut self, factor: f64) {
        self.mantissa *= factor;
        if self.mantissa > LARGE {
            self.mantissa /= LARGE;
            self.ln_scale += LARGE.ln();
            self.scale = self.ln_scale.exp();
        }
    }
}

/// The probabilities (1) for `n = 0, 1, 2, ...`; the iterator does not end.
#[derive(Debug, Clone)]
pub(crate) struct NegativeBinomial {
    shape: f64,
    z: f64,
    n: f64,
    probability: Scaled,
}

impl NegativeBinomial {
    /// For `shape > 0` and `y >= 0` finite.
    pub(crate) fn new(shape: f64, y: f64) -> Self {
        Self { shape, z: y / (1.0 + y), n: 0.0, probability: Scaled::from_ln(-shape * y.ln_1p()) }
    }
}

impl Iterator for NegativeBinomial {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        let probability = self.probability.value();
        self.probability.multiply(self.z * (self.shape + self.n) / (self.n + 1.0));
        self.n += 1.0;
        Some(probability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_match_forty_digit_values() {
        /// A few thousand factors and an exponent of a few thousand lose three of sixteen digits.
        const ALLOWED: f64 = 3e-12;
        let table = [
            (0.3, 2.0, 0, 0.719_223_093_324_864_4),
            (0.3, 2.0, 50, 2.433_377_139_570_124e-11),
            (5000.3, 1.0, 0, 0.0),
            (5000.3, 1.0, 4900, 0.002_436_795_910_634_199),
            (5000.3, 1.0, 6999, 7.205_774_624_587_89e-76),
            (1e6, 0.003, 3000, 0.007_272_553_220_700_96),
            (1e-6, 1e6, 4113, 2.421_323_978_920_042e-10),
            (40.0, 1e3, 6000, 2.970_438_104_095_28e-22),
        ];
        for (shape, y, n, expected) in table {
            let p = NegativeBinomial::new(shape, y).nth(n).unwrap();
            assert!((p - expected).abs() <= ALLOWED * expected, "{shape} {y} {n}: {p:e} is not {expected:e}");
        }
    }

    #[test]
    fn probabilities_add_up_to_one() {
        for (shape, y) in [(0.3, 2.0), (5000.3, 1.0), (1e6, 0.003)] {
            let total: f64 = NegativeBinomial::new(shape, y).take(8000).sum();
            assert!((total - 1.0).abs() < 3e-12, "{shape} {y}: {total}");
        }
    }
}
