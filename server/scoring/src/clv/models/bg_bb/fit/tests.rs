use super::*;
use crate::clv::OpportunityError;
use crate::clv::oracle::{Random, array, assert_derivatives, close, golden, number};
use proptest::prelude::*;

/// Eight significant digits of each parameter.
const PARAMETERS: f64 = 5e-9;
/// Log-likelihood of the whole table, absolute.
const LOG_LIKELIHOOD: f64 = 1e-6;
/// Four digits of a standard error.
const ERRORS: f64 = 5e-5;

fn go_on(_: FitProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

const fn history(used: u32, last_used: u32, opportunities: u32) -> OpportunityHistory {
    OpportunityHistory { used, last_used, opportunities }
}

/// Annual donations of 11,104 people over six years (Fader, Hardie and Shang 2010).
fn donations() -> OpportunityTable {
    let rows = include_str!("../../../../../tests/golden/donations.csv").lines().skip(1).map(|line| {
        let fields: Vec<u32> = line.split(',').map(|field| field.trim().parse().unwrap()).collect();
        (history(fields[0], fields[1], fields[2]), u64::from(fields[3]))
    });
    OpportunityTable::from_weighted(rows).unwrap()
}

#[test]
fn the_fit_reaches_the_reference() {
    let fit = fit_bg_bb(&donations(), TimeUnit::Month, &mut go_on).unwrap();
    let reference = &golden()["bgbb"];
    for (actual, expected) in fit.model.parameters().into_iter().zip(array::<4>(&reference["params"])) {
        close("parameter", actual, expected, PARAMETERS);
    }
    for (actual, expected) in fit.standard_errors.into_iter().zip(array::<4>(&reference["se"])) {
        close("standard error", actual.unwrap(), expected, ERRORS);
    }
    for (row, expected) in
        fit.covariance_of_log_params.iter().zip(reference["cov_log_params"].as_array().unwrap())
    {
        for (actual, expected) in row.iter().zip(array::<4>(expected)) {
            close("covariance", *actual, expected, ERRORS);
        }
    }
    assert!((fit.log_likelihood - number(&reference["loglik"])).abs() < LOG_LIKELIHOOD);
    assert_eq!((fit.termination, fit.warnings.as_slice()), (Termination::Converged, [].as_slice()));
    assert_eq!((fit.customers, fit.patterns, fit.repeat_customers), (11_104, 22, 7640));
    let text = serde_json::to_string(&fit).unwrap();
    assert_eq!(serde_json::from_str::<BgBbFit>(&text).unwrap(), fit);
}

#[test]
fn the_fit_says_what_the_paper_says() {
    let fit = fit_bg_bb(&donations(), TimeUnit::Month, &mut go_on).unwrap();
    let published = &golden()["bgbb"]["published"];
    for (actual, name) in fit.model.parameters().into_iter().zip(["alpha", "beta", "gamma", "delta"]) {
        assert!((actual - number(&published[name])).abs() < 5.1e-4, "{name}");
    }
    let [none, all] = array(&published["expected_histogram_0_and_6"]);
    assert!((fit.calibration.expected[0] - none).abs() < 0.05);
    assert!((fit.calibration.expected[6] - all).abs() < 0.05);
    assert_eq!(fit.calibration.actual[..7], [3464.0, 1823.0, 1430.0, 1085.0, 1036.0, 1063.0, 1203.0]);
    assert_eq!((fit.calibration.expected[7], fit.calibration.degrees_of_freedom), (0.0, 2));
    let ahead: f64 = donations().rows.iter().map(|(of, n)| n * fit.model.expected_uses(of, 5)).sum();
    assert!((ahead - number(&published["sum_expected_holdout_purchases"])).abs() < 0.05, "{ahead}");
}

#[test]
fn the_table_sums_what_the_model_says_of_each_customer() {
    let model = BgBb { alpha: 0.7, beta: 3.0, gamma: 0.4, delta: 2.0, unit: TimeUnit::Week };
    let rows =
        [history(0, 0, 0), history(0, 0, 300), history(1, 1, 9), history(90, 200, 400), history(6, 6, 6)];
    let table = OpportunityTable::from_histories(rows).unwrap();
    let value = BgBbLikelihood { table: &table }.evaluate(&model.parameters().map(f64::ln)).value * 5.0;
    let expected: f64 = rows.iter().map(|of| model.log_likelihood(of)).sum();
    close("log-likelihood", value, expected, 1e-12);
}

#[test]
fn derivatives_are_those_of_the_value() {
    let rows =
        [history(0, 0, 6), history(0, 0, 90), history(1, 1, 6), history(1, 6, 6), history(40, 70, 100)];
    let table = OpportunityTable::from_histories(rows).unwrap();
    let likelihood = BgBbLikelihood { table: &table };
    for at in [[1.2, 0.7, 0.6, 2.8], [0.05, 30.0, 4.0, 0.2], [50.0, 80.0, 2.0, 300.0]]
        .map(|p: [f64; 4]| p.map(f64::ln))
    {
        let allowed = 1e-8 * likelihood.evaluate(&at).value.abs().max(1.0);
        assert_derivatives(|at| likelihood.evaluate(at), &at, allowed);
    }
}

/// A customer who uses with probability `p` and leaves with probability `theta`.
fn live(random: &mut Random, p: f64, theta: f64, n: u32) -> OpportunityHistory {
    let mut of = history(0, 0, n);
    for i in 1..=n {
        if random.uniform() < theta {
            break;
        }
        if random.uniform() < p {
            (of.used, of.last_used) = (of.used + 1, i);
        }
    }
    of
}

fn population(customers: u32, mut traits: impl FnMut(&mut Random) -> (f64, f64)) -> OpportunityTable {
    let mut random = Random(2010);
    let rows: Vec<_> = (0..customers)
        .map(|i| {
            let (p, theta) = traits(&mut random);
            live(&mut random, p, theta, 5 + i % 20)
        })
        .collect();
    OpportunityTable::from_histories(rows).unwrap()
}

#[test]
fn parameters_are_recovered_from_simulated_customers() {
    const TRUE: [f64; 4] = [0.9, 1.6, 0.7, 6.0];
    let table = population(20_000, |random| (random.beta(TRUE[0], TRUE[1]), random.beta(TRUE[2], TRUE[3])));
    let fit = fit_bg_bb(&table, TimeUnit::Week, &mut go_on).unwrap();
    assert_eq!(fit.warnings, []);
    for ((estimate, truth), error) in fit.model.parameters().into_iter().zip(TRUE).zip(fit.standard_errors) {
        let errors = (estimate - truth) / error.unwrap();
        assert!(errors.abs() < 4.0, "{:?} is {errors} standard errors off", fit.model);
    }
    // 99.99 % quantile of chi-square with 3 degrees of freedom.
    assert!(fit.calibration.chi_square < 21.1, "chi-square {}", fit.calibration.chi_square);
}

#[test]
fn solutions_at_infinity_are_recognised() {
    let fit = |table: &OpportunityTable| fit_bg_bb(table, TimeUnit::Week, &mut go_on).unwrap();
    let stay = fit(&population(5000, |random| (random.beta(0.9, 1.6), 0.0)));
    let boundary = [BgBbWarning::NoDropout, BgBbWarning::AllOrNothingDropout];
    assert!(stay.warnings.iter().any(|w| boundary.contains(w)), "{stay:?}");
    let alike = fit(&population(5000, |random| (0.4, random.beta(0.7, 6.0))));
    close("use", alike.model.alpha / (alike.model.alpha + alike.model.beta), 0.4, 0.05);
    let always = fit(&population(5000, |random| (1.0, random.beta(0.7, 6.0))));
    assert!(always.warnings.contains(&BgBbWarning::CertainUse), "{always:?}");
    let leavers = fit(&population(5000, |random| (random.beta(2.0, 2.0), 0.2)));
    close("dropout", leavers.model.gamma / (leavers.model.gamma + leavers.model.delta), 0.2, 0.1);
}

#[test]
fn without_data_there_is_a_reason_instead_of_a_model() {
    let fit = |rows: u32, used: u32| {
        let table = OpportunityTable::from_histories((0..rows).map(|i| history(used, used, 3 + i))).unwrap();
        fit_bg_bb(&table, TimeUnit::Week, &mut go_on).err()
    };
    assert_eq!(fit(9, 1), Some(FitError::TooFewCustomers { customers: 9, needed: 10 }));
    assert_eq!(fit(50, 0), Some(FitError::NoUse { unit: "week" }));
    let fresh = OpportunityTable::from_histories((0..50).map(|_| history(0, 0, 0))).unwrap();
    assert_eq!(fit_bg_bb(&fresh, TimeUnit::Year, &mut go_on), Err(FitError::NoOpportunity { unit: "year" }));
    let stopped = fit_bg_bb(&donations(), TimeUnit::Week, &mut |_| ControlFlow::Break(()));
    assert_eq!(stopped, Err(FitError::Cancelled));
    let table = |of| OpportunityTable::from_histories([of]).unwrap_err();
    assert_eq!(
        table(history(1, 7, 6)),
        OpportunityError::UsedAfterTheLast { last_used: 7, opportunities: 6 }
    );
    assert_eq!(table(history(3, 2, 6)), OpportunityError::UsesDoNotFit { used: 3, last_used: 2 });
    assert_eq!(table(history(0, 2, 6)), OpportunityError::UsesDoNotFit { used: 0, last_used: 2 });
    assert_eq!(table(history(1, 2, 10_001)), OpportunityError::TooMany { opportunities: 10_001 });
}

#[test]
fn threads_order_and_repetition_do_not_matter() {
    let mut random = Random(1);
    let rows: Vec<_> = (0..60_000)
        .map(|i| {
            let (p, theta) = (random.uniform(), 0.1 * random.uniform());
            live(&mut random, p, theta, i % 90)
        })
        .collect();
    let table = OpportunityTable::from_histories(rows.iter().copied()).unwrap();
    assert!(table.patterns() > parallel::PIECE, "{}", table.patterns());
    let at = [1.2, 0.7, 0.6, 2.8].map(f64::ln);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| BgBbLikelihood { table: &table }.evaluate(&at))
    };
    assert_eq!(format!("{:?}", on(1)), format!("{:?}", on(2)));
    let turned = OpportunityTable::from_weighted(rows.iter().rev().map(|&of| (of, 3))).unwrap();
    let repeated =
        OpportunityTable::from_histories(rows.iter().cycle().take(3 * rows.len()).copied()).unwrap();
    assert_eq!(turned, repeated);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_small_table_gives_an_estimate_or_a_reason(
        rows in prop::collection::vec((0_u32..6, 0_u32..5, 0_u32..20), 10..40),
    ) {
        let rows = rows.into_iter().map(|(used, more, silent)| {
            let last = if used == 0 { 0 } else { used + more };
            history(used, last, last + silent)
        });
        let table = OpportunityTable::from_histories(rows).unwrap();
        if let Ok(fit) = fit_bg_bb(&table, TimeUnit::Week, &mut go_on) {
            fit.model.check().unwrap();
            prop_assert!(fit.log_likelihood.is_finite() && fit.calibration.chi_square.is_finite());
            prop_assert!(fit.standard_errors.iter().flatten().all(|e| e.is_finite()));
            prop_assert!(fit.standard_errors.iter().all(Option::is_some) || !fit.warnings.is_empty());
        }
    }
}
