//! Areas under receiver operating characteristic curves, one and two of the same customers.
//!
//! DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating characteristic curves",
//! *Biometrics* 44, 1988.

/// An area, or a difference of two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// From 0 to 1; a difference from -1 to 1.
    pub value: f64,
    /// Its standard error; none with one customer of a kind.
    pub standard_error: Option<f64>,
}

/// Of each, the share of the other kind that it stands on the right side of, ties counting half: the structural components of the area.
/// `None` unless there is somebody of either kind.
fn placements(ranked_by: &[f64], is_case: &[bool]) -> Option<Vec<f64>> {
    let n = ranked_by.len().min(is_case.len());
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_unstable_by(|&a, &b| ranked_by[a].total_cmp(&ranked_by[b]));
    let cases = is_case[..n].iter().filter(|case| **case).count() as f64;
    let others = n as f64 - cases;
    if cases == 0.0 || others == 0.0 {
        return None;
    }
    let mut placed = vec![0.0; n];
    let (mut cases_below, mut others_below) = (0.0, 0.0);
    for tied in order.chunk_by(|&a, &b| ranked_by[a].total_cmp(&ranked_by[b]).is_eq()) {
        let cases_here = tied.iter().filter(|&&i| is_case[i]).count() as f64;
        let others_here = tied.len() as f64 - cases_here;
        for &i in tied {
            placed[i] = if is_case[i] {
                (others_below + 0.5 * others_here) / others
            } else {
                (cases - cases_below - 0.5 * cases_here) / cases
            };
        }
        cases_below += cases_here;
        others_below += others_here;
    }
    Some(placed)
}

/// The mean over those who are a case, and the variance of it that cases and others give.
fn area_of(placed: &[f64], is_case: &[bool]) -> Area {
    let spread = |wanted: bool| {
        let of_kind =
            || placed.iter().zip(is_case).filter(move |(_, case)| **case == wanted).map(|(v, _)| *v);
        let n = of_kind().count() as f64;
        let mean = of_kind().sum::<f64>() / n;
        let squares: f64 = of_kind().map(|v| (v - mean).powi(2)).sum();
        (mean, (n > 1.0).then(|| squares / (n - 1.0) / n))
    };
    let ((mean, of_cases), (_, of_others)) = (spread(true), spread(false));
    let variance = of_cases.zip(of_others).map(|(a, b)| a + b);
    Area { value: mean, standard_error: variance.map(f64::sqrt) }
}

/// How often of two customers, of whom one is a case, that one is ranked above the other, ties counting half: 0.5 is chance, 1 perfect.
/// `None` unless there is somebody of either kind.
#[must_use]
pub fn area(ranked_by: &[f64], is_case: &[bool]) -> Option<Area> {
    Some(area_of(&placements(ranked_by, is_case)?, is_case))
}

/// The area by the first less that by the second, of the same customers. `None` as for [`area`].
#[must_use]
pub fn area_difference(first: &[f64], second: &[f64], is_case: &[bool]) -> Option<Area> {
    let (first, second) = (placements(first, is_case)?, placements(second, is_case)?);
    let differences: Vec<f64> = first.iter().zip(&second).map(|(a, b)| a - b).collect();
    Some(area_of(&differences, is_case))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Two markers of twelve people; areas, standard errors and covariance by `tests/golden/areas.py`, which counts all pairs.
    #[test]
    fn areas_are_those_of_all_pairs() {
        let case: Vec<bool> = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0].map(|one| one == 1).to_vec();
        let first = [7.0, 6.0, 5.0, 5.0, 2.0, 5.0, 4.0, 3.0, 2.0, 2.0, 1.0, 6.0];
        let second = [3.0, 9.0, 4.0, 4.0, 1.0, 2.0, 8.0, 3.0, 1.0, 0.0, 5.0, 4.0];
        let near = |found: Area, value: f64, error: f64| {
            assert!((found.value - value).abs() < 1e-9, "{found:?}");
            assert!((found.standard_error.unwrap() - error).abs() < 1e-9, "{found:?}");
        };
        near(area(&first, &case).unwrap(), 0.757_142_857_1, 0.153_751_279_0);
        near(area(&second, &case).unwrap(), 0.6, 0.178_428_514_2);
        near(area_difference(&first, &second, &case).unwrap(), 0.157_142_857_1, 0.173_891_044_2);
        assert_eq!(area(&first, &[true; 12]), None);
    }
}
