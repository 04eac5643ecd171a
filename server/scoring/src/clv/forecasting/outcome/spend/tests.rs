use super::*;
use crate::clv::CustomerHistory;

const VALUE: GammaGamma = GammaGamma::new(6.25, 3.74, 15.44);

fn known(repeat_purchases: u32, mean_value: Option<f64>) -> Known {
    let history =
        CustomerHistory { repeat_purchases, recency_days: 30.0, age_days: 60.0, first_day: None, pace: 1.0 };
    Known { history, mean_value, habits: None }
}

/// Of a model that is right about its tails.
fn range(counts: &PurchaseCounts, value: &GammaGamma, known: &Known) -> Option<OutcomeRange> {
    spend_range(counts, value, known, &Tails::default())
}

fn near(found: f64, wanted: f64) {
    assert!((found / wanted - 1.0).abs() < 1e-6, "{found}, not {wanted}");
}

#[test]
fn the_worth_of_purchases_is_that_of_the_value_model() {
    for (x, mean) in [(0, None), (1, Some(20.0)), (7, Some(90.0)), (3, Some(-5.0))] {
        let worth = Worth::of(&VALUE, &known(x, mean)).unwrap();
        let (expected, variance) = worth.moments(1.0, 1.0).unwrap();
        near(expected, VALUE.expected_value(x, mean.unwrap_or(0.0)).unwrap());
        assert!(variance > 0.0);
    }
}

/// Of a beta prime variate with a = 1, P(<= y) is 1 - (1 + y)^-q.
#[test]
fn one_exponential_purchase_has_quantiles_by_hand() {
    let value = GammaGamma::new(1.0, 3.0, 20.0);
    let counts = PurchaseCounts::of(vec![0.4, 0.6]);
    let range = range(&counts, &value, &known(0, None)).unwrap();
    let by_hand = |q: f64| 20.0 * ((1.0 - (q - 0.4) / 0.6).powf(-1.0 / 3.0) - 1.0);
    assert_eq!((range.low_95, range.low_80), (0.0, 0.0));
    near(range.median, by_hand(0.5));
    near(range.high_80, by_hand(0.9));
    near(range.high_95, by_hand(0.975));
    // From nothing on: what is below the upper ends.
    near(range.probability_80, 0.9);
    near(range.probability_95, 0.975);
    // After two purchases of 50: q' = 5, g = 120.
    let range =
        spend_range(&PurchaseCounts::of(vec![0.0, 1.0]), &value, &known(2, Some(50.0)), &Tails::default())
            .unwrap();
    near(range.low_95, 120.0 * (0.975_f64.powf(-0.2) - 1.0));
    near(range.median, 120.0 * (0.5_f64.powf(-0.2) - 1.0));
    near(range.probability_80, 0.8);
    near(range.probability_95, 0.95);
}

#[test]
fn who_hardly_ever_buys_spends_nothing() {
    let seldom = range(&PurchaseCounts::of(vec![0.98, 0.02]), &VALUE, &known(0, None)).unwrap();
    let wanted = OutcomeRange { probability_80: 0.98, probability_95: 0.98, ..OutcomeRange::default() };
    assert_eq!(seldom, wanted);
    let never = range(&PurchaseCounts::of(vec![1.0]), &VALUE, &known(0, None)).unwrap();
    assert_eq!(never, OutcomeRange { probability_80: 1.0, probability_95: 1.0, ..wanted });
}

/// Of squares there is no mean at q' = 2, and of the values themselves none at 1.
#[test]
fn values_without_moments_have_quantiles_and_a_variance_that_ends() {
    let counts = PurchaseCounts::of(vec![0.1, 0.5, 0.4]);
    for q in [0.4, 1.0, 1.5, 2.0, 2.1, 2.25] {
        let value = GammaGamma { q, ..VALUE };
        let range = range(&counts, &value, &known(0, None)).unwrap();
        assert!(range.high_95 > range.median && range.median > 0.0, "{q}");
        let moments = Worth::of(&value, &known(0, None)).unwrap().moments(1.3, 2.1);
        assert_eq!(moments.is_some(), q > 1.0);
        if let Some((mean, variance)) = moments {
            near(mean, 1.3 * 6.25 * 15.44 / (q - 1.0));
            assert!(variance < 12.0 * mean * mean, "{q}: {variance}");
        }
    }
}

#[test]
fn what_is_no_number_has_no_range() {
    let counts = PurchaseCounts::of(vec![0.5, 0.5]);
    assert_eq!(range(&counts, &GammaGamma { gamma: f64::NAN, ..VALUE }, &known(0, None)), None);
    assert_eq!(range(&counts, &VALUE, &known(1, Some(f64::INFINITY))), None);
    assert_eq!(range(&PurchaseCounts::of(vec![0.5, 0.4]), &VALUE, &known(0, None)), None);
}

#[test]
fn many_purchases_may_be_taken_together() {
    // Poisson around 2,000: the sum of that many exponential values of a known rate, normal around 2,000 with a variance of 4,000.
    let probability = |n: usize| {
        let n = n as f64;
        (n * 2_000.0_f64.ln() - 2_000.0 - crate::statistics::special::ln_gamma(n + 1.0)).exp()
    };
    let counts = PurchaseCounts::of((0..4_000).map(probability).collect());
    let value = GammaGamma::new(1.0, 1e9, 1e9);
    let range = range(&counts, &value, &known(0, None)).unwrap();
    for (found, z) in [(range.low_95, -1.959_964), (range.median, 0.0), (range.high_80, 1.281_552)] {
        assert!((found - (2_000.0 + z * 4_000.0_f64.sqrt())).abs() < 3.0, "{found} {z}");
    }
    assert!(Spend::new(&counts, Worth::of(&value, &known(0, None)).unwrap()).some.len() < 60);
}
