use super::*;
use crate::clv::oracle::{Random, array, assert_derivatives, beta_points, close, golden, number, wild};
use proptest::prelude::*;

/// Eight significant digits of each parameter.
const PARAMETERS: f64 = 5e-9;
/// Log-likelihood of the whole table, absolute.
const LOG_LIKELIHOOD: f64 = 1e-6;
/// Answers against references and oracles.
const VALUES: f64 = 1e-9;

fn table(survivors: &[u64]) -> SurvivorTable {
    SurvivorTable::from_survivors(survivors).unwrap()
}

fn published(name: &str) -> SurvivorTable {
    let survivors: [f64; 7] = array(&golden()["sbg"][name]["survivors_per_1000_years1_7"]);
    let counts: Vec<u64> = std::iter::once(1000).chain(survivors.map(|s| s as u64)).collect();
    table(&counts)
}

#[test]
fn fits_reach_the_reference_and_the_paper() {
    for name in ["high_end", "regular"] {
        let fit = fit_sbg(&published(name)).unwrap();
        let reference = &golden()["sbg"][name];
        close("alpha", fit.model.alpha, number(&reference["alpha"]), PARAMETERS);
        close("beta", fit.model.beta, number(&reference["beta"]), PARAMETERS);
        assert!((fit.log_likelihood - number(&reference["loglik"])).abs() < LOG_LIKELIHOOD);
        assert_eq!((fit.termination, fit.warnings.len()), (Termination::Converged, 0));
        assert_eq!((fit.customers, fit.periods), (1000, 7));
        assert!(fit.standard_errors.iter().all(Option::is_some));
        let printed = &golden()["sbg"]["published"][name];
        assert!((fit.model.alpha - number(&printed["alpha"])).abs() < 5e-4);
        assert!((fit.model.beta - number(&printed["beta"])).abs() < 5e-4);
        assert!((fit.log_likelihood - number(&printed["loglik"])).abs() < 0.05);
    }
}

#[test]
fn answers_are_those_of_the_reference() {
    for name in ["high_end", "regular"] {
        let reference = &golden()["sbg"][name];
        let model = Sbg { alpha: number(&reference["alpha"]), beta: number(&reference["beta"]) };
        let survival: [f64; 12] = array(&reference["S(1..12)"]);
        let retention: [f64; 12] = array(&reference["retention_rate_r(1..12)"]);
        let mut projected = [0.0; 12];
        model.project(1.0, 0, &mut projected);
        for (i, period) in (1..=12).enumerate() {
            close("S", model.survival(period), survival[i], VALUES);
            close("projection", projected[i], survival[i], VALUES);
            close("r", model.retention_rate(period).unwrap(), retention[i], VALUES);
            close("churn", model.churn_rate(period).unwrap(), 1.0 - retention[i], VALUES);
        }
        close("DEL", model.discounted_lifetime(0.1).unwrap(), number(&reference["DEL_d0.10"]), VALUES);
        let derl: [f64; 4] = array(&reference["DERL_d0.10_after_n_renewals_1_4"]);
        for (period, expected) in (1..).zip(derl) {
            close("DERL", model.discounted_residual_lifetime(period, 0.1).unwrap(), expected, VALUES);
        }
    }
}

#[test]
fn lifetimes_match_high_precision_values() {
    /// Two digits better than promised, against fifty-digit arithmetic.
    const MEASURED: f64 = 1e-11;
    for (alpha, beta, d, expected) in TABLE {
        let model = Sbg { alpha, beta };
        close(&format!("{model:?} {d}"), model.discounted_lifetime(d).unwrap(), expected, MEASURED);
    }
}

/// alpha, beta, d, DEL.
const TABLE: [(f64, f64, f64, f64); 10] = [
    (0.668, 3.806, 0.1, 5.922596407612764),
    (1e-6, 1e6, 0.1, 10.99999999989),
    (1e6, 1e-6, 0.1, 1.000000000000909),
    (1e-6, 1e-6, 0.01, 50.99976924466555),
    (1e6, 1e6, 0.01, 1.980393108609199),
    (30.0, 0.02, 5.0, 1.000111652104488),
    (0.02, 400.0, 0.3, 4.332617170116669),
    (0.7, 1.2, 1e-6, 194.7180769534468),
    (0.5, 2.0, 1e-9, 74506.41214248558),
    (1.0, 1.0, 1e-4, 9.211361411013214),
];

#[test]
fn derivatives_are_those_of_the_value() {
    let mut table = published("regular");
    table.add(&[300, 250, 240]).unwrap();
    for at in [[0.7, 1.2], [0.01, 30.0], [200.0, 900.0]].map(|p: [f64; 2]| p.map(f64::ln)) {
        let allowed = 1e-8 * table.evaluate(&at).value.abs();
        assert_derivatives(|at| table.evaluate(at), &at, allowed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn answers_follow_from_the_assumptions(
        alpha in 0.3..6.0_f64, beta in 0.3..6.0_f64, period in 1_u32..40, d in 0.001..2.0_f64,
    ) {
        let model = Sbg { alpha, beta };
        let points = beta_points(alpha, beta);
        let mean = |f: &dyn Fn(f64, f64) -> f64| points.iter().map(|&(p, q, w)| w * f(p, q)).sum::<f64>();
        let t = period as i32;
        close("S", model.survival(period), mean(&|_, q| q.powi(t)), VALUES);
        close("P(T=t)", model.p_leave_in(period).unwrap(), mean(&|p, q| p * q.powi(t - 1)), VALUES);
        let there = mean(&|_, q| q.powi(t - 1));
        close("r", model.retention_rate(period).unwrap(), mean(&|_, q| q.powi(t)) / there, VALUES);
        let geometric = |p: f64| (1.0 + d) / (d + p);
        close("DEL", model.discounted_lifetime(d).unwrap(), mean(&|p, _| geometric(p)), VALUES);
        let residual = mean(&|p, q| q.powi(t) * geometric(p)) / there;
        close("DERL", model.discounted_residual_lifetime(period, d).unwrap(), residual, VALUES);
        // The lifetimes of all customers are the sum of the shares still there.
        let discounted: f64 = (0..4000).map(|t| model.survival(t) / (1.0 + d).powi(t as i32)).sum();
        if d > 0.02 {
            close("sum", model.discounted_lifetime(d).unwrap(), discounted, VALUES);
        }
    }

    #[test]
    fn answers_are_finite_and_in_range(alpha in wild(), beta in wild(), period in 1_u32..100_000, d in 0.0..10.0_f64) {
        let model = Sbg { alpha, beta };
        for p in [
            model.survival(period),
            model.survival_from(period, period),
            model.retention_rate(period).unwrap(),
            model.churn_rate(period).unwrap(),
            model.p_leave_in(period).unwrap(),
        ] {
            prop_assert!((0.0..=1.0).contains(&p), "{p}");
        }
        if let Some(lifetime) = model.discounted_lifetime(d) {
            prop_assert!(lifetime >= 1.0 - 1e-12 && lifetime <= (1.0 + d) / d * (1.0 + 1e-9), "{lifetime}");
            let residual = model.discounted_residual_lifetime(period, d).unwrap();
            prop_assert!(residual >= 0.0 && residual <= (1.0 + d) / d, "{residual}");
        }
        let mut expected = [0.0; 5];
        model.project(100.0, period, &mut expected);
        close("projection", expected[4], 100.0 * model.survival_from(period, 5), VALUES);
    }

    #[test]
    fn any_table_gives_an_estimate_or_a_reason(mut survivors in prop::collection::vec(0_u64..1000, 0..9)) {
        survivors.sort_unstable();
        survivors.reverse();
        let fit = SurvivorTable::from_survivors(&survivors).and_then(|table| fit_sbg(&table));
        if let Ok(fit) = fit {
            prop_assert!(fit.model.alpha > 0.0 && fit.model.beta > 0.0 && fit.log_likelihood.is_finite());
            prop_assert!(fit.standard_errors.iter().all(Option::is_some) || !fit.warnings.is_empty());
            prop_assert!(fit.standard_errors.iter().flatten().all(|e| e.is_finite()));
        }
    }
}

#[test]
fn lifetimes_without_discount_exist_only_where_they_are_finite() {
    let model = Sbg { alpha: 3.0, beta: 2.0 };
    assert_eq!(model.discounted_lifetime(0.0), Some(2.0));
    assert_eq!(model.discounted_residual_lifetime(1, 0.0), Some(1.0));
    let near = model.discounted_lifetime(1e-9).unwrap();
    assert!((near - 2.0).abs() < 1e-7, "{near}");
    for (model, d) in
        [(Sbg { alpha: 1.0, beta: 2.0 }, 0.0), (model, -0.1), (model, f64::NAN), (model, f64::INFINITY)]
    {
        assert_eq!(model.discounted_lifetime(d), None);
    }
    assert_eq!((model.retention_rate(0), model.discounted_residual_lifetime(0, 0.1)), (None, None));
}

#[test]
fn nonsense_tables_get_a_reason() {
    let table = SurvivorTable::from_survivors;
    assert_eq!(table(&[]), Err(SurvivorError::TooFewPeriods { counts: 0 }));
    assert_eq!(table(&[10]), Err(SurvivorError::TooFewPeriods { counts: 1 }));
    assert_eq!(table(&[0, 0, 0]), Err(SurvivorError::Nobody));
    let grows = SurvivorError::Grows { period: 2, before: 8, after: 9 };
    assert_eq!(table(&[10, 8, 9]), Err(grows.clone()));
    assert!(grows.to_string().contains("grows from 8 to 9 customers in period 2"), "{grows}");
    let fit = |survivors: &[u64]| fit_sbg(&table(survivors).unwrap()).unwrap_err();
    assert_eq!(fit(&[10, 8]), SurvivorError::TooFewPeriods { counts: 2 });
    assert_eq!(fit(&[10, 10, 10]), SurvivorError::NobodyLeft { customers: 10 });
    assert_eq!(fit(&[10, 0, 0]), SurvivorError::EverybodyLeftAtOnce { customers: 10 });
    assert_eq!(fit_sbg(&SurvivorTable::default()), Err(SurvivorError::TooFewPeriods { counts: 0 }));
    let mut kept = published("regular");
    assert!(kept.add(&[5, 6]).is_err());
    assert_eq!(kept, published("regular"));
}

#[test]
fn solutions_at_infinity_are_recognised() {
    // The same tenth leaves every year; then ever more of them do.
    for survivors in [[1000, 900, 810, 729, 656], [1000, 950, 855, 684, 410]] {
        let fit = fit_sbg(&table(&survivors)).unwrap();
        assert_eq!(fit.warnings, [SbgWarning::HomogeneousChurn]);
        assert_eq!(fit.termination, Termination::ConvergedAtBound);
        // Equal customers leave at the share of all renewals that were not made.
        let left = (survivors[0] - survivors[4]) as f64 / survivors[..4].iter().sum::<u64>() as f64;
        close("churn", fit.model.churn_rate(1).unwrap(), left, 1e-4);
    }
    let once = fit_sbg(&table(&[1000, 700, 700, 700])).unwrap();
    assert_eq!(once.warnings, [SbgWarning::AllOrNothingChurn]);
    close("share", once.model.churn_rate(1).unwrap(), 0.3, 1e-4);
    close("survival", once.model.survival(50), 0.7, 1e-4);
}

#[test]
fn parameters_are_recovered_from_simulated_customers() {
    const TRUE: [f64; 2] = [0.8, 2.4];
    let mut random = Random(2007);
    let mut pooled = SurvivorTable::default();
    // Five cohorts, seen for three to seven periods.
    for seen in 3..8_usize {
        let mut survivors = vec![0_u64; seen + 1];
        for _ in 0..4000 {
            let leave = random.beta(TRUE[0], TRUE[1]);
            for count in &mut survivors {
                *count += 1;
                if random.uniform() < leave {
                    break;
                }
            }
        }
        pooled.add(&survivors).unwrap();
    }
    let fit = fit_sbg(&pooled).unwrap();
    for ((estimate, truth), error) in
        [fit.model.alpha, fit.model.beta].into_iter().zip(TRUE).zip(fit.standard_errors)
    {
        let errors = (estimate - truth) / error.unwrap();
        assert!(errors.abs() < 4.0, "{:?} is {errors} standard errors off", fit.model);
    }
}

#[test]
fn cohorts_add_up_and_fits_survive_being_stored() {
    let mut twice = published("high_end");
    let once = fit_sbg(&twice).unwrap();
    twice.add(&[1000, 869, 743, 653, 593, 551, 517, 491]).unwrap();
    let both = fit_sbg(&twice).unwrap();
    close("alpha", both.model.alpha, once.model.alpha, PARAMETERS);
    close("error", both.standard_errors[0].unwrap() * 2f64.sqrt(), once.standard_errors[0].unwrap(), VALUES);
    let text = serde_json::to_string(&both).unwrap();
    assert_eq!(serde_json::from_str::<SbgFit>(&text).unwrap(), both);
}
