//! Many comparisons at once: how many of the differences that were found are chance?
//!
//! Source: Benjamini and Hochberg, "Controlling the false discovery rate", *JRSS B* 57, 1995. Among the differences called
//! real at an adjusted p of 0.05, one in twenty is expected to be chance; holds for independent and for positively
//! dependent tests.

/// Adjusted p-values, in the order of those given: `min over j >= i of p_(j) m / j`, at most 1.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let m = p_values.len();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&a, &b| p_values[b].total_cmp(&p_values[a]));
    let mut adjusted = vec![1.0; m];
    let mut least = 1.0_f64;
    for (from_last, &i) in order.iter().enumerate() {
        least = least.min(p_values[i] * m as f64 / (m - from_last) as f64);
        adjusted[i] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5), "BH").
    #[test]
    fn adjusted_as_r_does() {
        let adjusted = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005, 0.5]);
        for (found, expected) in adjusted.iter().zip([0.025, 0.05, 0.05, 0.025, 0.5]) {
            assert!((found - expected).abs() < 1e-12, "{adjusted:?}");
        }
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
