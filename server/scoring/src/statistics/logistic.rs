//! Logistic regression by maximum likelihood: Newton's method on a concave likelihood (Berkson, *Journal of the American Statistical
//! Association* 39, 1944).

use nalgebra::{SMatrix, SVector};

/// What goes with an outcome, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logistic<const K: usize> {
    /// What a unit of each covariate adds to the log-odds; the first is that of the constant, where there is one.
    pub coefficients: [f64; K],
    /// Their standard errors, by the inverse of the information.
    pub standard_errors: [f64; K],
}

impl<const K: usize> Logistic<K> {
    /// The probability of somebody with these covariates.
    #[must_use]
    pub fn probability(&self, covariates: &[f64; K]) -> f64 {
        probability(&SVector::from(self.coefficients), &SVector::from(*covariates))
    }
}

fn probability<const K: usize>(coefficients: &SVector<f64, K>, covariates: &SVector<f64, K>) -> f64 {
    1.0 / (1.0 + (-coefficients.dot(covariates)).exp())
}

/// The fit to customers with covariates, the constant 1 among them, and their outcomes. `None` where there is none: where covariates tell
/// outcomes apart without a fault, or say the same as each other.
#[must_use]
pub fn fit<const K: usize>(covariates: &[[f64; K]], outcomes: &[bool]) -> Option<Logistic<K>> {
    const STEPS: u32 = 60;
    const ENOUGH: f64 = 1e-10;
    /// No effect is so strong: in units of one standard deviation or so, these are odds of e^50.
    const STRONGEST: f64 = 50.0;
    let mut at: SVector<f64, K> = SVector::zeros();
    for _ in 0..STEPS {
        let (mut gradient, mut information) = (SVector::<f64, K>::zeros(), SMatrix::<f64, K, K>::zeros());
        for (row, outcome) in covariates.iter().zip(outcomes) {
            let row = SVector::from(*row);
            let p = probability(&at, &row);
            gradient += row * (f64::from(u8::from(*outcome)) - p);
            information += row * row.transpose() * (p * (1.0 - p));
        }
        let inverse = information.try_inverse()?;
        let is_sound = (0..K).all(|k| inverse[(k, k)] > 0.0 && inverse[(k, k)].is_finite());
        if !is_sound {
            return None;
        }
        let step = inverse * gradient;
        at += step;
        if at.amax() > STRONGEST || !at.iter().all(|value| value.is_finite()) {
            return None;
        }
        if step.amax() < ENOUGH {
            let standard_errors = std::array::from_fn(|k| inverse[(k, k)].sqrt());
            return Some(Logistic { coefficients: at.into(), standard_errors });
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Forty people, by `tests/golden/logistic.py`, which minimises the likelihood with SciPy.
    #[test]
    fn coefficients_are_those_that_another_program_finds() {
        let rows: Vec<[f64; 3]> = (0..40_u32)
            .map(|i| [1.0, f64::from((7 * i) % 11) / 5.0, f64::from((5 * i * i) % 13) / 6.0])
            .collect();
        let outcomes: Vec<bool> = (0..40_u32).map(|i| (3 * i + i * i) % 7 < 3).collect();
        let found = fit(&rows, &outcomes).unwrap();
        let golden = [
            (-0.837_752_977, 0.899_321_127),
            (0.251_128_471, 0.539_869_735),
            (-0.280_164_865, 0.640_520_166),
        ];
        for (k, (value, error)) in golden.into_iter().enumerate() {
            assert!((found.coefficients[k] - value).abs() < 1e-6, "{found:?}");
            assert!((found.standard_errors[k] - error).abs() < 1e-5, "{found:?}");
        }
        assert!((0.0..1.0).contains(&found.probability(&rows[3])));
    }

    #[test]
    fn what_cannot_be_told_is_none() {
        let rows: Vec<[f64; 2]> = (0..20).map(|i| [1.0, f64::from(i)]).collect();
        let apart: Vec<bool> = (0..20).map(|i| i >= 10).collect();
        assert_eq!(fit(&rows, &apart), None);
        let same: Vec<[f64; 2]> = (0..20).map(|_| [1.0, 2.0]).collect();
        assert_eq!(fit(&same, &apart), None);
        assert_eq!(fit::<2>(&[], &[]), None);
    }
}
