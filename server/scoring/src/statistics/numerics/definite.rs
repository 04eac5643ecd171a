//! Symmetric positive definite matrices.

use nalgebra::{Cholesky, DMatrix, Dyn};

/// The Cholesky factor of a symmetric matrix; `None` unless every pivot is more than a share `rounding` of the diagonal it
/// came from: rounding would pass some singular matrices.
pub(crate) fn cholesky(matrix: &DMatrix<f64>, rounding: f64) -> Option<Cholesky<f64, Dyn>> {
    let factor = Cholesky::new(matrix.clone())?;
    let roots = factor.l_dirty().diagonal();
    let definite =
        roots.iter().zip(&matrix.diagonal()).all(|(root, whole)| root * root > rounding * whole.abs());
    definite.then_some(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_singular_matrix_is_not_passed_by_rounding() {
        // Of rank one, with thirds and sevenths that leave a pivot of rounding alone.
        let of = |row: [f64; 3]| DMatrix::from_fn(3, 3, |i, j| row[i] * row[j]);
        for row in [[1.0, 2.0, 3.0], [1.0 / 3.0, 1.0 / 7.0, 0.1], [1e-9, 1.0, 1e9]] {
            assert!(cholesky(&of(row), f64::EPSILON).is_none(), "{row:?}");
        }
        let apart = of([1.0 / 3.0, 1.0 / 7.0, 0.1]) + DMatrix::identity(3, 3) * 1e-9;
        assert!(cholesky(&apart, f64::EPSILON).is_some() && cholesky(&apart, 1e-6).is_none());
    }

    #[test]
    fn what_is_no_matrix_at_all_has_no_factor() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let matrix = DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.5, odd]);
            assert!(cholesky(&matrix, f64::EPSILON).is_none(), "{odd}");
        }
        assert!(cholesky(&DMatrix::zeros(2, 2), f64::EPSILON).is_none());
        assert!(cholesky(&DMatrix::zeros(0, 0), f64::EPSILON).is_some());
    }
}
