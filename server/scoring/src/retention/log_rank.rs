//! Whether groups stay equally long: the log-rank test.
//!
//! At each time t_i, of n_i at risk d_i left; of these n_ij at risk belong to group j, and d_ij left:
//!
//! ```text
//! Z_j  = sum_i (d_ij - d_i n_ij/n_i)                                                                        (1)
//! V_jk = sum_i d_i (n_i - d_i)/(n_i - 1) n_ij/n_i (delta_jk - n_ik/n_i)                                     (2)
//! chi^2 = Z' V^-1 Z over all groups but one, with one degree of freedom less than groups                    (3)
//! ```
//!
//! Source: Mantel, "Evaluation of survival data", *Cancer Chemotherapy Reports* 50, 1966; Klein and Moeschberger, 7.3.
//!
//! Where it fails: it looks for curves that lie above one another. Curves that cross can differ and pass.

use super::Durations;
use crate::statistics::numerics::definite::cholesky;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use statrs::function::gamma::gamma_ur;

/// Below this share of its own size a pivot of the variances is rounding.
const SINGULAR: f64 = 1e-12;

/// The outcome of the test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogRank {
    /// (3).
    pub chi_square: f64,
    /// Groups compared, less one.
    pub degrees_of_freedom: u32,
    /// The probability of a chi-square at least as large if all groups were alike.
    pub p_value: f64,
}

/// Compares groups. `None` for fewer than two groups with anybody in them, and where nothing can be said: nobody left, or
/// everybody at once.
#[must_use]
pub fn log_rank(groups: &[&Durations]) -> Option<LogRank> {
    let groups: Vec<&Durations> = groups.iter().copied().filter(|group| group.total() > 0).collect();
    let free = groups.len().checked_sub(1).filter(|free| *free > 0)?;
    let mut events: Vec<(u32, usize, u64, u64)> = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        events.extend(group.table().into_iter().map(|(time, left, seen)| (time, number, left, seen)));
    }
    events.sort_unstable();
    let mut at_risk: Vec<f64> = groups.iter().map(|group| group.total() as f64).collect();
    let mut difference = DVector::zeros(free);
    let mut covariance = DMatrix::zeros(free, free);
    for at_once in events.chunk_by(|one, next| one.0 == next.0) {
        let n: f64 = at_risk.iter().sum();
        let d: f64 = at_once.iter().map(|(_, _, left, _)| *left as f64).sum();
        if d > 0.0 {
            for (_, number, left, _) in at_once.iter().filter(|each| each.1 < free) {
                difference[*number] += *left as f64;
            }
            let spread = if n > 1.0 { d * (n - d) / (n - 1.0) } else { 0.0 };
            for j in 0..free {
                let share = at_risk[j] / n;
                difference[j] -= d * share;
                for k in 0..free {
                    let same = if j == k { 1.0 } else { 0.0 };
                    covariance[(j, k)] += spread * share * (same - at_risk[k] / n);
                }
            }
        }
        for (_, number, left, seen) in at_once {
            at_risk[*number] -= (left + seen) as f64;
        }
    }
    let chi_square = difference.dot(&cholesky(&covariance, SINGULAR)?.solve(&difference));
    let degrees_of_freedom = free as u32;
    Some(LogRank {
        chi_square,
        degrees_of_freedom,
        p_value: if chi_square > 0.0 {
            gamma_ur(f64::from(degrees_of_freedom) / 2.0, chi_square / 2.0)
        } else {
            1.0
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::kaplan_meier::tests::{FIRST, SECOND, durations};
    use super::*;

    #[test]
    fn golden() {
        let test = log_rank(&[&durations(&FIRST), &durations(&SECOND)]).unwrap();
        assert!((test.chi_square - 2.5789).abs() < 5.1e-5, "{test:?}");
        assert!((test.p_value - 0.1083).abs() < 5.1e-5, "{test:?}");
        assert_eq!(test.degrees_of_freedom, 1);
    }

    #[test]
    fn the_order_of_groups_does_not_matter() {
        let third = durations(&[(1, true), (2, true), (7, false), (9, true), (40, true)]);
        let (first, second) = (durations(&FIRST), durations(&SECOND));
        let one = log_rank(&[&first, &second, &third]).unwrap();
        let other = log_rank(&[&third, &first, &second]).unwrap();
        assert!((one.chi_square - other.chi_square).abs() < 1e-9);
        assert_eq!(one.degrees_of_freedom, 2);
    }

    #[test]
    fn equal_groups_do_not_differ() {
        let first = durations(&FIRST);
        let test = log_rank(&[&first, &first]).unwrap();
        assert!(test.chi_square < 1e-20 && (test.p_value - 1.0).abs() < 1e-9, "{test:?}");
    }

    #[test]
    fn nothing_to_compare() {
        let (first, nobody) = (durations(&FIRST), Durations::default());
        assert_eq!(log_rank(&[]), None);
        assert_eq!(log_rank(&[&first, &nobody]), None);
        let stayed = durations(&[(5, false), (6, false)]);
        assert_eq!(log_rank(&[&stayed, &stayed]), None);
    }
}
