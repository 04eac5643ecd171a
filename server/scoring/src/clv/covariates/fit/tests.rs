//! Fits with covariates where the truth is known, and where none is: derivatives, equalities, and what must be refused.

use super::*;
use crate::clv::covariates::design::Values;
use crate::clv::covariates::model::{Coefficient, Covariate, Levels};
use crate::clv::{
    self, CustomerHistory, GammaGamma, IntervalMethod, IntervalScale, PurchaseSummary, Uncertainty,
};

/// Simulated customers as models see them.
fn simulate(
    model: &PurchaseModel,
    value: Option<&GammaGamma>,
    ages: &[u32],
    seed: u64,
    stream: u64,
) -> Vec<PurchaseSummary> {
    clv::simulate(model, value, ages, seed, stream).into_iter().map(|customer| customer.summary).collect()
}

const KINDS: [PurchaseModelKind; 2] = [PurchaseModelKind::BgNbd, PurchaseModelKind::ParetoNbd];

/// Rates for shop and web and for paid, then the same of dropout.
const TRUTH: [f64; 6] = [0.5, -0.7, 0.4, -0.5, 0.6, -0.8];

fn go_on(_: FitProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn shared(kind: PurchaseModelKind) -> PurchaseModel {
    let parameters = match kind {
        PurchaseModelKind::ParetoNbd => [0.8, 6.0, 0.7, 10.0],
        _ => [0.8, 6.0, 0.7, 3.0],
    };
    PurchaseModel::new(kind, parameters, TimeUnit::Week)
}

fn names() -> Vec<String> {
    vec!["channel".to_owned(), "plan".to_owned()]
}

/// Two attributes with effects that are known.
fn truth() -> CovariateFit {
    let covariate = |name: &str, reference: &str, others: &[&str]| Covariate {
        name: name.to_owned(),
        reference: reference.to_owned(),
        others: others.iter().map(ToString::to_string).collect(),
    };
    let coefficient = |&value: &f64| Coefficient { name: String::new(), value, standard_error: None };
    CovariateFit {
        covariates: vec![
            covariate("channel", "phone", &["shop", "web"]),
            covariate("plan", "free", &["paid"]),
        ],
        coefficients: TRUTH.iter().map(coefficient).collect(),
        covariance: Vec::new(),
        test: LikelihoodRatioTest::new(0.0, 0.0, 0),
    }
}

fn levels(fit: &CovariateFit, values: &[String]) -> Levels {
    fit.levels(|name| match name {
        "channel" => &values[0],
        _ => values.get(1).map_or("", String::as_str),
    })
}

/// So many customers, half of them by phone and free, who behave as the truth says.
fn population(kind: PurchaseModelKind, customers: usize, seed: u64) -> Strata {
    let truth = truth();
    let mut strata = Strata::new();
    for (stream, (channel, plan, share)) in (0..).zip([
        ("phone", "free", 0.3),
        ("phone", "paid", 0.15),
        ("shop", "free", 0.2),
        ("shop", "paid", 0.1),
        ("web", "free", 0.15),
        ("web", "paid", 0.1),
    ]) {
        let values = vec![channel.to_owned(), plan.to_owned()];
        let model = truth.model(&shared(kind), &levels(&truth, &values));
        strata
            .insert(values, simulate(&model, None, &ages((share * customers as f64) as usize), seed, stream));
    }
    strata
}

fn ages(customers: usize) -> Vec<u32> {
    (0..customers as u32).map(|i| 120 + i * 37 % 400).collect()
}

fn fit(kind: PurchaseModelKind, strata: &Strata) -> (PurchaseFit, CovariateFit) {
    fit_with_covariates(kind, &names()[..width(strata)], strata, TimeUnit::Week, &mut go_on).unwrap()
}

fn width(strata: &Strata) -> usize {
    strata.keys().next().unwrap().len()
}

fn pooled(kind: PurchaseModelKind, strata: &Strata) -> PurchaseFit {
    let table = PatternTable::from_summaries(strata.values().flatten());
    fit_purchase_model(kind, &table, TimeUnit::Week, &mut go_on).unwrap()
}

/// The same customers, split by chance into as many values.
fn at_random(strata: &Strata, values: usize, seed: usize) -> Strata {
    let mut random = Strata::new();
    let mut state = seed as u64 * 2 + 1;
    for summary in strata.values().flatten() {
        // Knuth's linear congruential generator; its high bits are random enough to toss coins.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let value = (state >> 33) as usize % values;
        random.entry(vec![format!("v{value}")]).or_default().push(*summary);
    }
    random
}

#[test]
fn coefficients_multiply_mean_rates_and_odds() {
    let truth = truth();
    let web = levels(&truth, &["web".to_owned(), "paid".to_owned()]);
    for kind in KINDS {
        let (shared, own) = (shared(kind).parameters(), truth.model(&shared(kind), &web).parameters());
        // Purchases a unit of time; then dropouts a unit of time, or the odds of leaving after a purchase.
        for (i, effect) in [(0, TRUTH[1] + TRUTH[2]), (2, TRUTH[4] + TRUTH[5])] {
            let factor = (own[i] / own[i + 1]) / (shared[i] / shared[i + 1]);
            assert!((factor.ln() - effect).abs() < 1e-14, "{kind:?} {i} {factor}");
        }
    }
}

#[test]
fn known_coefficients_are_recovered() {
    /// In a test of twenty estimates one is beyond four standard errors once in a thousand times; the seed is fixed.
    const ERRORS: f64 = 4.0;
    for kind in KINDS {
        let (fit, found) = fit(kind, &population(kind, 8000, 7));
        assert!(fit.is_identified(), "{:?}", fit.warnings);
        assert_eq!(found.covariates, truth().covariates);
        for (coefficient, truth) in found.coefficients.iter().zip(TRUTH) {
            let off = (coefficient.value - truth) / coefficient.standard_error.unwrap();
            assert!(off.abs() < ERRORS, "{kind:?} {coefficient:?} {truth}");
        }
        for (i, truth) in shared(kind).parameters().into_iter().enumerate() {
            let log_error = fit.covariance_of_log_params[i][i].sqrt();
            let off = (fit.model.parameters()[i] / truth).ln() / log_error;
            assert!(off.abs() < ERRORS, "{kind:?} {i} {:?}", fit.model);
        }
        assert_eq!(found.coefficients[0].name, "rate: channel=shop");
        assert_eq!(found.coefficients[5].name, "dropout: plan=paid");
        assert!(found.coefficients[0].p_value().unwrap() < 1e-3);
        assert_eq!(found.test.degrees_of_freedom, 6);
        assert!(found.test.p_value < 1e-12 && found.test.statistic > 100.0, "{:?}", found.test);
        let customers: f64 = fit.calibration.actual.iter().sum();
        let expected: f64 = fit.calibration.expected.iter().sum();
        assert!((customers - 8000.0).abs() < 1e-9 && (expected - customers).abs() < 1e-6 * customers);
    }
}

#[test]
fn derivatives_are_those_of_the_value() {
    /// Central differences are good to about the square of the step, and to rounding over the step.
    const STEP: f64 = 1e-5;
    const ALLOWED: f64 = 1e-8;
    for kind in KINDS {
        let strata = population(kind, 300, 3);
        let design = Design::new(&names(), &strata, u32::MAX, &most_frequent).unwrap();
        let shape = Shape::new(effects(kind).unwrap(), &design.covariates);
        let likelihood = StrataLikelihood::new(kind, &design, &shape, TimeUnit::Week);
        let mut at: Vec<f64> = shared(kind).parameters().iter().map(|p| p.ln()).collect();
        at.extend([0.3, -0.2, 0.5, 0.1, -0.4, 0.2]);
        let exact = likelihood.evaluate(&at);
        for i in 0..at.len() {
            let moved = |by: f64| {
                let mut there = at.clone();
                there[i] += by;
                likelihood.evaluate(&there)
            };
            let (up, down) = (moved(STEP), moved(-STEP));
            let slope = (up.value - down.value) / (2.0 * STEP);
            assert!((slope - exact.gradient[i]).abs() < ALLOWED, "{kind:?} {i}: {slope}");
            for j in 0..at.len() {
                let slope = (up.gradient[j] - down.gradient[j]) / (2.0 * STEP);
                assert!((slope - exact.hessian[(i, j)]).abs() < ALLOWED, "{kind:?} {i} {j}: {slope}");
            }
        }
    }
}

#[test]
fn the_likelihood_is_that_of_each_customers_own_model() {
    for kind in KINDS {
        let strata = population(kind, 1000, 5);
        let (fit, found) = fit(kind, &strata);
        let mut sum = 0.0;
        for (values, customers) in &strata {
            let model = found.model(&fit.model, &levels(&found, values));
            sum += customers.iter().map(|s| model.log_likelihood(&CustomerHistory::from(s))).sum::<f64>();
        }
        assert!((sum - fit.log_likelihood).abs() < 1e-11 * sum.abs(), "{sum} {}", fit.log_likelihood);
    }
}

#[test]
fn the_likelihood_rises_by_what_the_test_says_and_coefficients_of_0_are_no_covariates() {
    for kind in KINDS {
        let strata = population(kind, 2000, 11);
        let without = pooled(kind, &strata);
        let (fit, found) = fit(kind, &strata);
        let rise = 2.0 * (fit.log_likelihood - without.log_likelihood);
        assert!(rise > 0.0 && (rise - found.test.statistic).abs() < 1e-9 * rise);
        let mut forced = found.clone();
        forced.coefficients.iter_mut().for_each(|coefficient| coefficient.value = 0.0);
        for values in strata.keys() {
            let model = forced.model(&without.model, &levels(&forced, values));
            for (ours, theirs) in model.parameters().iter().zip(without.model.parameters()) {
                assert!((ours / theirs - 1.0).abs() < 1e-14);
            }
        }
        let design = Design::new(&names(), &strata, u32::MAX, &most_frequent).unwrap();
        let shape = Shape::new(effects(kind).unwrap(), &design.covariates);
        let likelihood = StrataLikelihood::new(kind, &design, &shape, TimeUnit::Week);
        let mut theta: Vec<f64> = without.model.parameters().iter().map(|p| p.ln()).collect();
        theta.resize(shape.parameters(), 0.0);
        let same = likelihood.evaluate(&theta).value * likelihood.customers;
        assert!((same - without.log_likelihood).abs() < 1e-11 * same.abs());
    }
}

#[test]
fn an_attribute_without_meaning_is_found_to_have_none() {
    /// Splits by chance; the mean of as many uniform numbers is within 0.16 of a half but once in ten thousand times.
    const SPLITS: usize = 50;
    for kind in KINDS {
        let strata = Strata::from([(vec![], simulate(&shared(kind), None, &ages(1500), 23, 0))]);
        let mut p_values: Vec<f64> = (0..SPLITS)
            .map(|split| {
                let (_, found) = fit(kind, &at_random(&strata, 2, split));
                assert!(found.test.statistic >= 0.0);
                assert_eq!(found.test.degrees_of_freedom, 2);
                found.test.p_value
            })
            .collect();
        p_values.sort_by(f64::total_cmp);
        let mean = p_values.iter().sum::<f64>() / SPLITS as f64;
        assert!((mean - 0.5).abs() < 0.16, "{kind:?} {mean}");
        let far = p_values.iter().filter(|p| **p < 0.05).count();
        assert!(far <= 9 && p_values[0] > 1e-4, "{kind:?} {p_values:?}");
        // Kolmogorov's distance, which is beyond 0.27 once in a thousand times.
        let distance =
            (0..SPLITS).map(|i| (p_values[i] - (i as f64 + 0.5) / SPLITS as f64).abs()).fold(0.0, f64::max);
        assert!(distance < 0.27, "{kind:?} {distance}");
    }
}

#[test]
fn which_value_is_the_reference_does_not_matter() {
    /// The search ends where the gradient vanishes to within rounding, which leaves predictions about ten digits.
    const SAME: f64 = 1e-9;
    let other = |name: &str, _: &Values<'_>| Some(if name == "channel" { "web" } else { "paid" }.to_owned());
    for kind in KINDS {
        let strata = population(kind, 3000, 13);
        let (fit, found) = fit(kind, &strata);
        let (fit2, found2) =
            fit_against(&other, kind, &names(), &strata, TimeUnit::Week, &mut go_on).unwrap();
        assert_ne!(found.covariates, found2.covariates);
        assert!((fit.log_likelihood - fit2.log_likelihood).abs() < SAME * fit.log_likelihood.abs());
        assert!((found.test.statistic - found2.test.statistic).abs() < 1e-6);
        for (values, customers) in &strata {
            let model = found.model(&fit.model, &levels(&found, values));
            let model2 = found2.model(&fit2.model, &levels(&found2, values));
            for summary in &customers[..20] {
                let history = CustomerHistory::from(summary);
                let answers = |model: &PurchaseModel| {
                    [model.p_alive(&history), model.expected_purchases(&history, 365.0)]
                };
                for (one, two) in answers(&model).into_iter().zip(answers(&model2)) {
                    assert!((one - two).abs() <= SAME * one.abs(), "{kind:?} {one} {two}");
                }
            }
            let error = |fit: &CovariateFit, model: &PurchaseModel| {
                interval(&fit.uncertainty(model, &levels(fit, values), None).unwrap(), model)
            };
            let (one, two) = (error(&found, &model), error(&found2, &model2));
            assert!((one / two - 1.0).abs() < 1e-3, "{one} {two}");
        }
    }
}

/// The standard error of a customer's expected purchases.
fn interval(uncertainty: &Uncertainty, model: &PurchaseModel) -> f64 {
    let history = CustomerHistory {
        repeat_purchases: 3,
        recency_days: 100.0,
        age_days: 200.0,
        first_day: None,
        pace: 1.0,
    };
    let expected = |model: &PurchaseModel| model.expected_purchases(&history, 365.0);
    let others: Vec<f64> = uncertainty.pairs().iter().map(|pair| expected(&pair.purchases)).collect();
    uncertainty.interval(IntervalScale::Log, expected(model), &others).unwrap().standard_error
}

#[test]
fn intervals_of_one_customer_are_the_same_in_his_own_and_in_common_directions() {
    for kind in KINDS {
        let strata = population(kind, 3000, 17);
        let (fit, found) = fit(kind, &strata);
        let directions = found.directions().unwrap();
        let mut counts = Vec::new();
        for values in strata.keys() {
            let levels = levels(&found, values);
            let model = found.model(&fit.model, &levels);
            let own = found.uncertainty(&model, &levels, None).unwrap();
            let joint = found.joint_uncertainty(&model, &levels, &directions, None).unwrap();
            assert_eq!((own.method(), own.pairs().len()), (IntervalMethod::Delta, SHARED));
            counts.push(joint.pairs().len());
            let (own, joint) = (interval(&own, &model), interval(&joint, &model));
            assert!((own / joint - 1.0).abs() < 1e-4, "{kind:?} {own} {joint}");
        }
        assert!(counts.iter().all(|count| *count == found.covariance.len()));
        let plain = interval(&Uncertainty::delta(&fit, None).unwrap(), &fit.model);
        let reference = found.uncertainty(&fit.model, &found.reference(), None).unwrap();
        assert!((plain / interval(&reference, &fit.model) - 1.0).abs() < 1e-12);
    }
}

#[test]
fn the_unit_of_time_does_not_matter() {
    let strata = population(PurchaseModelKind::ParetoNbd, 2000, 19);
    let ask = |unit| {
        let (fit, found) =
            fit_with_covariates(PurchaseModelKind::ParetoNbd, &names(), &strata, unit, &mut go_on).unwrap();
        let model = found.model(&fit.model, &levels(&found, &["web".to_owned(), "paid".to_owned()]));
        let history = CustomerHistory {
            repeat_purchases: 3,
            recency_days: 100.0,
            age_days: 200.0,
            first_day: None,
            pace: 1.0,
        };
        (model.expected_purchases(&history, 365.0), found.coefficients[1].value, found.test.statistic)
    };
    let (weeks, days) = (ask(TimeUnit::Week), ask(TimeUnit::Day));
    assert!((weeks.0 / days.0 - 1.0).abs() < 1e-8 && (weeks.1 - days.1).abs() < 1e-7);
    assert!((weeks.2 - days.2).abs() < 1e-6);
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for kind in KINDS {
        let strata = population(kind, 3000, 29);
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| fit(kind, &strata))
        };
        assert_eq!(on(1), on(3));
    }
}

#[test]
fn values_nobody_had_count_as_the_reference() {
    let strata = population(PurchaseModelKind::BgNbd, 2000, 31);
    let (fit, found) = fit(PurchaseModelKind::BgNbd, &strata);
    let unseen = levels(&found, &["pigeon".to_owned(), "free".to_owned()]);
    assert_eq!(unseen.unseen().collect::<Vec<_>>(), [0]);
    assert_eq!(found.model(&fit.model, &unseen), fit.model);
    assert_eq!(levels(&found, &["phone".to_owned(), "free".to_owned()]), found.reference());
}

#[test]
fn what_the_data_cannot_tell_is_said() {
    for kind in KINDS {
        let mut strata = population(kind, 2000, 37);
        let silent = simulate(&shared(kind), None, &ages(300), 41, 0)
            .into_iter()
            .filter(|summary| summary.frequency == 0)
            .take(40)
            .collect();
        strata.insert(vec!["fax".to_owned(), "free".to_owned()], silent);
        let (fit, found) = fit(kind, &strata);
        assert!(!fit.is_identified());
        let fax =
            FitWarning::NobodyCameBack { attribute: "channel".into(), value: "fax".into(), customers: 40 };
        assert!(fit.warnings.contains(&fax), "{kind:?} {:?}", fit.warnings);
        assert_eq!(fit.warnings.len(), 1, "{kind:?} {:?}", fit.warnings);
        // One coefficient less was looked for.
        assert_eq!(found.test.degrees_of_freedom, 7);
        let rate = &found.coefficients[0];
        assert_eq!((rate.name.as_str(), rate.standard_error), ("rate: channel=fax", None));
        assert!(rate.value < -3.0, "{rate:?}");
        assert!(found.coefficients.iter().filter(|c| c.standard_error.is_none()).count() == 2);
    }
}

#[test]
fn the_reference_has_customers_who_came_back() {
    let mut strata = population(PurchaseModelKind::BgNbd, 1000, 43);
    let once = PurchaseSummary {
        frequency: 0,
        recency_days: 0,
        age_days: 100,
        first_day: 0,
        last_day: 0,
        mean_repeat_value: None,
        net_spend_micros: 0,
    };
    strata.insert(vec!["fax".to_owned(), "free".to_owned()], vec![once; 2000]);
    let (_, found) = fit(PurchaseModelKind::BgNbd, &strata);
    assert_eq!(found.covariates[0].reference, "phone");
}

#[test]
fn a_bot_is_left_out_with_its_value() {
    let mut strata = population(PurchaseModelKind::ParetoNbd, 3000, 47);
    let (without, _) = fit(PurchaseModelKind::ParetoNbd, &strata);
    let bot = PurchaseSummary {
        frequency: 5000,
        recency_days: 400,
        age_days: 400,
        ..strata.values().next().unwrap()[0]
    };
    strata.insert(vec!["api".to_owned(), "free".to_owned()], vec![bot]);
    let (with, found) = fit(PurchaseModelKind::ParetoNbd, &strata);
    assert!(matches!(with.warnings[..], [FitWarning::OutliersLeftOut { customers: 1, .. }]));
    assert_eq!(found.covariates, truth().covariates);
    assert!((with.log_likelihood - without.log_likelihood).abs() < 1e-6);
    assert_eq!(with.customers, without.customers);
}

fn refused(names: &[&str], kind: PurchaseModelKind, split: impl Fn(usize) -> Vec<String>) -> CovariateError {
    let customers = simulate(&shared(kind), None, &ages(600), 53, 0);
    let mut strata = Strata::new();
    for (i, summary) in customers.into_iter().enumerate() {
        strata.entry(split(i)).or_default().push(summary);
    }
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    fit_with_covariates(kind, &names, &strata, TimeUnit::Week, &mut go_on).unwrap_err()
}

fn problem(error: CovariateError) -> (usize, CovariateProblem) {
    match error {
        CovariateError::Attribute { index, problem, .. } => (index, problem),
        other => panic!("{other:?}"),
    }
}

#[test]
fn attributes_that_cannot_be_covariates_are_refused() {
    let kind = PurchaseModelKind::BgNbd;
    let text = |i: usize| i.to_string();
    let constant = problem(refused(&["a", "b"], kind, |i| vec![text(i % 2), "x".to_owned()]));
    assert_eq!(constant, (1, CovariateProblem::Constant { value: "x".to_owned() }));
    let many = problem(refused(&["a"], kind, |i| vec![text(i % 21)]));
    assert_eq!(many, (0, CovariateProblem::TooManyValues { values: 21 }));
    let twice = problem(refused(&["a", "b", "c"], kind, |i| vec![text(i % 3), text(i % 2), text(i % 3 + 7)]));
    assert_eq!(twice, (2, CovariateProblem::Collinear { with: vec!["\"a\"".to_owned()] }));
    // A coarser attribute follows from a finer one; a combination of two from both.
    let coarse = problem(refused(&["a", "b"], kind, |i| vec![text(i % 4), text(i % 4 / 2)]));
    assert_eq!(coarse, (1, CovariateProblem::Collinear { with: vec!["\"a\"".to_owned()] }));
    let both = problem(refused(&["a", "b", "c"], kind, |i| {
        let (a, b) = (i % 2, i % 3 % 2);
        vec![text(a), text(b), text(a + b)]
    }));
    assert_eq!(both, (2, CovariateProblem::Collinear { with: vec!["\"a\"".to_owned(), "\"b\"".to_owned()] }));
    let unfit = refused(&["a"], PurchaseModelKind::MbgNbd, |i| vec![text(i % 2)]);
    assert_eq!(unfit, CovariateError::Kind(PurchaseModelKind::MbgNbd));
    let few = fit_with_covariates(kind, &[], &Strata::new(), TimeUnit::Week, &mut go_on);
    assert!(matches!(few, Err(CovariateError::Fit(FitError::TooFewCustomers { .. }))));
    let stop = &mut |_| ControlFlow::Break(());
    let stopped = fit_with_covariates(kind, &names(), &population(kind, 500, 1), TimeUnit::Week, stop);
    assert_eq!(stopped.unwrap_err(), CovariateError::Fit(FitError::Cancelled));
}
