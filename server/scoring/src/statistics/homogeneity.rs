//! Whether a mix changed among the same customers: the test of marginal homogeneity of Stuart and Maxwell.
//!
//! n_ij customers were in state i before and are in state j now:
//!
//! ```text
//! d_i  = sum_j n_ij - sum_j n_ji                                                                            (1)
//! V_ii = sum_{j != i} (n_ij + n_ji),   V_ij = -(n_ij + n_ji)                                                (2)
//! chi^2 = d' V^- d, with as many degrees of freedom as states that are connected by moves, less one each    (3)
//! ```
//!
//! V is the Laplacian of the graph whose edges are moves either way, so it is singular, once for each part of the graph that
//! hangs together; within a part d adds up to 0, so one state of each is left out. Of two states this is McNemar's test without
//! a correction.
//!
//! Sources: Stuart, *Biometrika* 42, 1955; Maxwell, *British Journal of Psychiatry* 116, 1970.
//!
//! Where it fails: the distribution is that of many moves; of a handful the p-value is rough.

use super::numerics::definite::cholesky;
use nalgebra::{DMatrix, DVector};
use statrs::function::gamma::gamma_ur;

/// Below this share of its own size a pivot of the variances is rounding.
const SINGULAR: f64 = 1e-12;

/// The outcome of the test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Homogeneity {
    /// (3).
    pub chi_square: f64,
    /// States connected by moves, less one for each part that hangs together; 1 or more.
    pub degrees_of_freedom: u32,
    /// The probability of a chi-square at least as large if the mix had not changed.
    pub p_value: f64,
}

/// Tests a square table, from state to state. `None` where nobody moved, so that there is nothing to test.
#[must_use]
pub fn homogeneity(table: &[Vec<u64>]) -> Option<Homogeneity> {
    let moves = |i: usize, j: usize| (table[i][j] + table[j][i]) as f64;
    let mut taken = vec![false; table.len()];
    let (mut chi_square, mut free) = (0.0, 0);
    for first in 0..table.len() {
        if std::mem::replace(&mut taken[first], true) {
            continue;
        }
        let mut part = vec![first];
        let mut next = 0;
        while let Some(&state) = part.get(next) {
            next += 1;
            for (other, is_taken) in taken.iter_mut().enumerate() {
                if !*is_taken && moves(state, other) > 0.0 {
                    *is_taken = true;
                    part.push(other);
                }
            }
        }
        // One is left out: within a part the differences add up to 0.
        let Some((_, part)) = part.split_last().filter(|(_, part)| !part.is_empty()) else { continue };
        let difference = DVector::from_iterator(
            part.len(),
            part.iter().map(|&i| (0..table.len()).map(|j| table[i][j] as f64 - table[j][i] as f64).sum()),
        );
        let variance = DMatrix::from_fn(part.len(), part.len(), |row, column| {
            let (i, j) = (part[row], part[column]);
            if i == j {
                (0..table.len()).filter(|&other| other != i).map(|other| moves(i, other)).sum()
            } else {
                -moves(i, j)
            }
        });
        chi_square += difference.dot(&cholesky(&variance, SINGULAR)?.solve(&difference));
        free += part.len() as u32;
    }
    (free > 0).then(|| Homogeneity {
        chi_square,
        degrees_of_freedom: free,
        p_value: if chi_square > 0.0 { gamma_ur(f64::from(free) / 2.0, chi_square / 2.0) } else { 1.0 },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested<const N: usize>(table: [[u64; N]; N]) -> Option<Homogeneity> {
        homogeneity(&table.map(|row| row.to_vec()))
    }

    /// By `tests/golden/marginal_homogeneity.py`, which asks statsmodels.
    #[test]
    fn golden() {
        let vision =
            tested([[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]);
        let two = tested([[30, 12], [5, 40]]);
        let apart = tested([[20, 9, 0, 0], [3, 15, 0, 0], [0, 0, 11, 2], [0, 0, 8, 30]]);
        for (found, chi_square, free, p) in [
            (vision, 11.956_569_623, 3, 0.007_533_425_054_8),
            (two, 2.882_352_941_18, 1, 0.089_555_074_413_6),
            (apart, 6.6, 2, 0.036_883_167_401_2),
        ] {
            let found = found.unwrap();
            assert!((found.chi_square - chi_square).abs() < 1e-9 * chi_square, "{found:?}");
            assert!((found.p_value - p).abs() < 1e-9 * p, "{found:?}");
            assert_eq!(found.degrees_of_freedom, free);
        }
    }

    #[test]
    fn states_that_nobody_moves_to_or_from_do_not_matter() {
        let two = tested([[30, 12], [5, 40]]).unwrap();
        let among_others = tested([[30, 0, 12, 0], [0, 0, 0, 0], [5, 0, 40, 0], [0, 0, 0, 99]]).unwrap();
        assert_eq!(two, among_others);
        // Which state comes first does not matter either.
        let vision =
            tested([[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]);
        let turned =
            tested([[492, 179, 82, 36], [205, 1772, 362, 117], [78, 432, 1512, 234], [66, 124, 266, 1520]]);
        assert!((vision.unwrap().chi_square - turned.unwrap().chi_square).abs() < 1e-9);
    }

    #[test]
    fn as_many_there_as_back_are_no_change_and_of_nobody_nothing_is_said() {
        let even = tested([[5, 7, 0], [7, 5, 3], [0, 3, 5]]).unwrap();
        assert_eq!((even.chi_square, even.p_value, even.degrees_of_freedom), (0.0, 1.0, 2));
        assert_eq!(tested([[5, 0], [0, 9]]), None);
        assert_eq!(homogeneity(&[]), None);
    }
}
