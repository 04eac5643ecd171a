//! Along which directions fitted parameters are uncertain.

/// Parameters are looked for within twelve powers of ten, and the standard deviation of a logarithm of which only that is known is 8.
const LARGEST_LOG_ERROR: f64 = 8.0;

/// Columns of the lower triangle `L` with `L L'` the covariance of logarithms; rows of held parameters are zero. `None` without any
/// variance at all, or for a matrix that is none. Our own factor, since nalgebra has none of a singular matrix.
///
/// No logarithm counts as less certain than [`LARGEST_LOG_ERROR`]. Where hardly anybody leaves, the likelihood is all but flat in one that
/// answers do not hang on, its variance is a matter of rounding, and a step along it would lead to another shop.
pub(crate) fn directions(covariance: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = covariance.len();
    let within = |i: usize| (LARGEST_LOG_ERROR / covariance[i][i].sqrt()).min(1.0);
    let covariance: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| within(i) * within(j) * covariance[i][j]).collect()).collect();
    let mut lower = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let rest = covariance[i][j] - dot;
            lower[i][j] = if i == j {
                // A held parameter has no variance; rounding may make one just below 0.
                rest.max(0.0).sqrt()
            } else if lower[j][j] > 0.0 {
                rest / lower[j][j]
            } else {
                0.0
            };
        }
    }
    let columns: Vec<Vec<f64>> = (0..n)
        .map(|k| (0..n).map(|i| lower[i][k]).collect::<Vec<f64>>())
        .filter(|column: &Vec<f64>| column.iter().any(|l| l.abs() > 0.0))
        .collect();
    let finite = columns.iter().flatten().all(|l| l.is_finite());
    (finite && !columns.is_empty()).then_some(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_is_known_of_leads_no_further_than_it_may_lie() {
        // As of a shop whose customers hardly ever leave: ln a is anything, and goes with ln r by 0.5.
        let flat = [vec![0.04, 0.5 * 0.2 * 6e5], vec![0.5 * 0.2 * 6e5, 3.6e11]];
        let columns = directions(&flat).unwrap();
        let product = |i: usize, j: usize| columns.iter().map(|l| l[i] * l[j]).sum::<f64>();
        assert!((product(0, 0) - 0.04).abs() < 1e-12);
        assert!((product(1, 1) - LARGEST_LOG_ERROR.powi(2)).abs() < 1e-9);
        assert!((product(0, 1) - 0.5 * 0.2 * LARGEST_LOG_ERROR).abs() < 1e-9);
        // What is known stays as it is.
        let known = [vec![0.04, 0.01], vec![0.01, 0.09]];
        let columns = directions(&known).unwrap();
        assert!((columns.iter().map(|l| l[0] * l[1]).sum::<f64>() - 0.01).abs() < 1e-15);
    }
}
