use super::*;
use crate::clv::shared_variance;

fn range_of_counts(mean: f64, variance: f64) -> [f64; 5] {
    let counts = Counts::new(mean, variance).unwrap();
    let range = counts.range().unwrap();
    // Whole numbers hold at least as much as they have to.
    assert!(
        range.probability_80 >= 0.8 && range.probability_95 >= range.probability_80.max(0.95),
        "{range:?}"
    );
    range.ascending()
}

/// By SciPy: `nbinom.ppf([.025, .1, .5, .9, .975], shape, shape / (shape + mean))`, `poisson.ppf(..., 4)`.
#[test]
fn counts_are_negative_binomial() {
    assert_eq!(range_of_counts(0.3, 0.3), [0.0, 0.0, 0.0, 1.0, 2.0]);
    assert_eq!(range_of_counts(4.0, 4.0), [1.0, 2.0, 4.0, 7.0, 8.0]);
    assert_eq!(range_of_counts(5.0, 15.0), [0.0, 1.0, 4.0, 10.0, 15.0]);
    assert_eq!(range_of_counts(1_600.0, 80_000.0), [1_094.0, 1_250.0, 1_584.0, 1_971.0, 2_200.0]);
    assert_eq!(range_of_counts(2e6, 4e10), [1_627_279.0, 1_748_353.0, 1_993_337.0, 2_260_210.0, 2_410_578.0]);
    assert_eq!(range_of_counts(0.0, 0.0), [0.0; 5]);
}

#[test]
fn counts_that_vary_less_than_chance_count_as_chance() {
    assert_eq!(range_of_counts(4.0, 1.0), range_of_counts(4.0, 4.0));
    assert!(Counts::new(f64::NAN, 1.0).is_none() && Counts::new(1.0, f64::INFINITY).is_none());
    assert!(Counts::new(-1.0, 1.0).is_none());
}

/// Customers who are as good as gone are expected to make 1e-200 purchases, whose square is 0 to a machine.
#[test]
fn next_to_nothing_is_nothing() {
    for mean in [3.2e-226, 1e-120, 1e-99, 1e-30] {
        assert_eq!(range_of_counts(mean, 10.0 * mean), [0.0; 5], "{mean}");
        let up_to = Counts::new(mean, 10.0 * mean).and_then(|counts| counts.up_to(0.0)).unwrap();
        assert_eq!(amount(mean, 10.0 * mean, up_to).map(|range| range.ascending()), Some([0.0; 5]), "{mean}");
    }
    assert!(Counts::new(-1e-200, 1e-200).is_none());
}

#[test]
fn amounts_have_the_mean_and_variance_they_are_made_of() {
    // Without a chance of nothing: log-normal with the deviation sqrt(ln 1.04).
    let range = amount(100.0, 400.0, 0.0).unwrap();
    let error = 1.04_f64.ln().sqrt();
    assert!((range.median - 100.0 / 1.04_f64.sqrt()).abs() < 1e-9);
    assert!((range.high_95 / range.median - (error * 1.959_963_984_540_054).exp()).abs() < 1e-9);
    assert!((range.low_80 * range.high_80 / range.median.powi(2) - 1.0).abs() < 1e-9);
    assert!((range.probability_80 - 0.8).abs() < 1e-9 && (range.probability_95 - 0.95).abs() < 1e-9);
    // Half of the time nothing, else 200 with a variance of 400: mean 100, variance 200 + 10,000.
    let range = amount(100.0, 10_200.0, 0.5).unwrap();
    assert_eq!((range.low_95, range.median), (0.0, 0.0));
    assert!((range.probability_80 - 0.9).abs() < 1e-9, "{range:?}");
    assert!(
        (range.high_80 - 200.0 / 1.01_f64.sqrt() * (1.01_f64.ln().sqrt() * normal::quantile(0.8)).exp())
            .abs()
            < 1e-9
    );
    let nothing = OutcomeRange { probability_80: 1.0, probability_95: 1.0, ..OutcomeRange::default() };
    assert_eq!(amount(0.0, 0.0, 1.0), Some(nothing));
}

#[test]
fn what_is_shared_does_not_average_out() {
    let known = |log_error| ExpectedTotal { mean: 1e6, log_error };
    let width = |expected: ExpectedTotal, past: &[f64]| {
        let ranges = total_ranges(&Scatter::default(), &expected, Some(&expected), shared_variance(past));
        let [purchases, spend] = [ranges.purchases, ranges.spend].map(Option::unwrap);
        // 1e6 purchases of nobody in particular have no scatter but that of whole numbers.
        assert!((purchases.high_95 / spend.high_95 - 1.0).abs() < 0.1, "{purchases:?} {spend:?}");
        0.5 * (purchases.high_95 / purchases.low_95).ln() / normal::quantile(0.975)
    };
    let usual = width(known(0.0), &[]);
    assert!((usual - 0.15).abs() < 0.002, "{usual}");
    assert!(width(known(0.0), &[0.0; 8]) < 0.07 && width(known(0.0), &[-0.4, 0.4]) > 0.29);
    assert!((width(known(0.2), &[]) - 0.25).abs() < 0.01);
}
