//! Lifetime value where nobody has published a number: an independent slow oracle, properties, recovery from
//! simulated customers, and data that drive a fit to its limits.

use crate::random::Random;
use lojal_scoring::clv::{
    Ahead, ClvPlan, ConfidenceInterval, CustomerHistory, Ensemble, FitError, FitProgress, FitWarning,
    GammaGamma, Known, Memory, Pair, PatternTable, PurchaseFit, PurchaseModel, PurchaseModelKind,
    PurchaseSummary, TimeUnit, Totals, Uncertainty, ValueTable, clv, fit_gamma_gamma, fit_purchase_model,
    intervals, prior_purchases,
};
use proptest::prelude::*;
use statrs::function::gamma::ln_gamma;
use std::ops::ControlFlow;

const KINDS: [PurchaseModelKind; 2] = [PurchaseModelKind::BgNbd, PurchaseModelKind::MbgNbd];

fn go_on(_: FitProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn history(repeat_purchases: u32, recency_days: f64, age_days: f64) -> CustomerHistory {
    CustomerHistory { repeat_purchases, recency_days, age_days, first_day: None, pace: 1.0 }
}

fn summary(frequency: u32, recency_days: u32, age_days: u32, mean: f64) -> PurchaseSummary {
    PurchaseSummary {
        frequency,
        recency_days,
        age_days,
        first_day: 0,
        last_day: recency_days as i32,
        mean_repeat_value: (frequency > 0).then_some(mean),
        net_spend_micros: 0,
    }
}

// ---------------------------------------------------------------------------------------------- oracle

/// What the models say of one customer, from their assumptions alone.
struct Oracle {
    log_likelihood: f64,
    p_alive: f64,
    purchases: f64,
}

/// Integrates the likelihood of one customer with rate lambda and chance to leave p over both mixing distributions, by the
/// trapezoidal rule in ln(lambda) and logit(p), which converges geometrically for such integrands.
fn integrate(
    kind: PurchaseModelKind,
    [r, alpha, a, b]: [f64; 4],
    of: &CustomerHistory,
    horizon: f64,
) -> Oracle {
    // Fine enough for rates as sharply known as 20 purchases make them: at twice this step the oracle itself was off by 1e-8.
    const STEP: f64 = 0.1;
    /// Terms below this are nothing beside the largest, which is not below e^-200 for the parameters drawn here.
    const NEGLIGIBLE: f64 = -300.0;
    let x = f64::from(of.repeat_purchases);
    let survived = if kind == PurchaseModelKind::MbgNbd { x + 1.0 } else { x };
    let constant = r * alpha.ln() - ln_gamma(r) + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    let (mut alive, mut gone, mut purchases) = (0.0, 0.0, 0.0);
    for i in -2000..400 {
        let ln_rate = f64::from(i) * STEP;
        let rate = ln_rate.exp();
        let of_rate = constant + (r + x) * ln_rate - alpha * rate;
        if of_rate - rate * of.recency_days < -700.0 {
            continue;
        }
        for j in -2000..2000 {
            let logit = f64::from(j) * STEP;
            let ln_leave = -(-logit).exp().ln_1p();
            let ln_stay = -logit.exp().ln_1p();
            let of_chance = a * ln_leave + b * ln_stay;
            if of_rate + of_chance + (survived - 1.0).max(0.0) * ln_stay - rate * of.recency_days < NEGLIGIBLE
            {
                continue;
            }
            let leave = ln_leave.exp();
            let still = (of_rate + of_chance + survived * ln_stay - rate * of.age_days).exp();
            alive += still;
            if survived > 0.0 {
                gone += (of_rate + of_chance + ln_leave + (survived - 1.0) * ln_stay
                    - rate * of.recency_days)
                    .exp();
            }
            let ahead =
                if leave > 1e-300 { -(-rate * leave * horizon).exp_m1() / leave } else { rate * horizon };
            purchases += still * ahead;
        }
    }
    let total = alive + gone;
    Oracle {
        log_likelihood: (total * STEP * STEP).ln(),
        p_alive: alive / total,
        purchases: purchases / total,
    }
}

fn parameters() -> impl Strategy<Value = [f64; 4]> {
    (0.3..4.0_f64, 1.0..60.0_f64, 0.3..4.0_f64, 0.3..8.0_f64).prop_map(|(r, alpha, a, b)| [r, alpha, a, b])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn models_follow_from_their_assumptions(
        parameters in parameters(), x in 0_u32..15, share in 0.0..1.0_f64, age in 1.0..300.0_f64, horizon in 1.0..400.0_f64,
    ) {
        let recency = if x == 0 { 0.0 } else { age * share };
        let of = history(x, recency, age);
        for kind in KINDS {
            let model = PurchaseModel::new(kind, parameters, TimeUnit::Day);
            let oracle = integrate(kind, parameters, &of, horizon);
            let close = |actual: f64, expected: f64| (actual - expected).abs() <= 1e-9 * expected.abs().max(1e-3);
            prop_assert!(close(model.log_likelihood(&of), oracle.log_likelihood));
            prop_assert!(close(model.p_alive(&of), oracle.p_alive));
            prop_assert!(close(model.expected_purchases(&of, horizon), oracle.purchases));
        }
    }
}

/// A case found at random, at which the oracle's grid was once too coarse; the values are of 40-digit quadrature.
#[test]
fn sharply_known_rates_match_high_precision_values() {
    let of = history(14, 0.678087599412058, 1.0);
    let expected = [
        (KINDS[0], -21.505_814_539_514_751, 0.974_434_455_501_070_3, 0.453_194_880_959_856_1),
        (KINDS[1], -21.528_365_931_300_072, 0.976_179_669_821_894_3, 0.454_151_164_395_863_35),
    ];
    for (kind, log_likelihood, p_alive, purchases) in expected {
        let parameters = [3.3798675077002764, 36.182137825188576, 0.3, 0.3];
        let model = PurchaseModel::new(kind, parameters, TimeUnit::Day);
        let oracle = integrate(kind, parameters, &of, 1.0);
        let close = |actual: f64, expected: f64, relative: f64| {
            assert!((actual - expected).abs() <= relative * expected.abs(), "{actual} is not {expected}");
        };
        close(model.log_likelihood(&of), log_likelihood, 1e-13);
        close(model.p_alive(&of), p_alive, 1e-13);
        close(model.expected_purchases(&of, 1.0), purchases, 1e-12);
        close(oracle.log_likelihood, log_likelihood, 1e-10);
        close(oracle.p_alive, p_alive, 1e-10);
        close(oracle.purchases, purchases, 1e-10);
    }
}

// ------------------------------------------------------------------------------------------ properties

/// Parameters far beyond any data set.
fn wild() -> impl Strategy<Value = [f64; 4]> {
    let any = || (-6.0..6.0_f64).prop_map(|e| 10f64.powf(e));
    (any(), any(), any(), any()).prop_map(|(r, alpha, a, b)| [r, alpha, a, b])
}

/// Cases of the properties below: a few, or as many as the environment says. A million inputs, each for six models:
/// `CASES=170000 cargo test --release -p lojal-scoring --test science finite`.
fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("CASES").ok().map(|text| text.parse().unwrap());
    ProptestConfig::with_cases(asked.unwrap_or(usual))
}

proptest! {
    #![proptest_config(cases(300))]
    #[test]
    fn answers_are_finite_and_in_range(
        parameters in wild(),
        x in prop_oneof![0_u32..3, 0_u32..6000],
        share in prop_oneof![Just(0.0), Just(1.0), 0.0..1.0_f64],
        age in prop_oneof![Just(0.0), 0.0..20_000.0_f64],
        horizon in prop_oneof![Just(0.0), 0.0..10_000.0_f64],
    ) {
        let of = history(x, age * share, age);
        for kind in PurchaseModelKind::OF_PURCHASE_DAYS {
            let model = PurchaseModel::new(kind, parameters, TimeUnit::Week);
            prop_assert!(model.log_likelihood(&of).is_finite());
            let p = model.p_alive(&of);
            prop_assert!((0.0..=1.0).contains(&p), "p_alive {p}");
            let within = model.p_purchase_within(&of, horizon);
            prop_assert!((0.0..=p).contains(&within));
            let (less, more) = (model.expected_purchases(&of, horizon), model.expected_purchases(&of, horizon * 1.5));
            prop_assert!(less >= 0.0 && less.is_finite() && more.is_finite());
            prop_assert!(more >= less * (1.0 - 1e-11), "{less} then {more}");
            // Nobody buys more than their rate if they never left.
            let rate = (parameters[0] + f64::from(x)) / (parameters[1] + age / 7.0);
            prop_assert!(less <= rate * horizon / 7.0 * (1.0 + 1e-9));
            let later = model.p_alive_after(&of, horizon);
            prop_assert!((0.0..=p * (1.0 + 1e-9)).contains(&later), "alive {p}, later {later}");
            let mut ahead = [0.0; 8];
            model.purchase_probabilities(&of, horizon, &mut ahead);
            prop_assert!(ahead.iter().all(|p| (0.0..=1.0 + 1e-9).contains(p)), "{ahead:?}");
            prop_assert!(ahead.iter().sum::<f64>() <= 1.0 + 1e-9);
            prop_assert!((ahead[0] - (1.0 - within)).abs() <= 1e-9, "{} and {within}", ahead[0]);
            let all = model.discounted_purchases(&of, 0.1).unwrap();
            prop_assert!(all >= 0.0 && all.is_finite());
            let mut distribution = [0.0; 8];
            model.purchase_probabilities(&CustomerHistory::NEW, age, &mut distribution);
            prop_assert!(distribution.iter().all(|p| (0.0..=1.0 + 1e-9).contains(p)));
            prop_assert!(distribution.iter().sum::<f64>() <= 1.0 + 1e-9);
            let plan = ClvPlan::of_months(horizon.max(1.0), 0.1).unwrap();
            let value = clv(&model, &plan, &of, 10.0);
            prop_assert!(value >= 0.0 && value <= 10.0 * rate * horizon.max(1.0) / 7.0 * (1.0 + 1e-9));
        }
    }

    #[test]
    fn a_plan_without_discount_is_the_expectation(x in 0_u32..30, share in 0.0..1.0_f64, age in 1.0..900.0_f64) {
        let model = PurchaseModel::new(KINDS[1], [0.5, 6.0, 0.9, 1.6], TimeUnit::Week);
        let of = history(x, age * share, age);
        let plan = ClvPlan::of_months(500.0, 0.0).unwrap();
        let expected = 3.0 * model.expected_purchases(&of, 500.0);
        prop_assert!((clv(&model, &plan, &of, 3.0) - expected).abs() <= 1e-11 * expected);
    }

    #[test]
    fn any_small_table_gives_an_estimate_or_a_reason(
        rows in prop::collection::vec((0_u32..12, 0_u32..400, 0_u32..400), 10..60),
    ) {
        let table = PatternTable::from_summaries(rows.iter().map(|&(x, recency, more)| {
            let recency = if x == 0 { 0 } else { recency.max(x) };
            summary(x, recency, recency + more, 1.0)
        }));
        for kind in PurchaseModelKind::OF_PURCHASE_DAYS {
            if let Ok(fit) = fit_purchase_model(kind, &table, TimeUnit::Week, &mut go_on) {
                assert_sound(&fit);
            }
        }
    }
}

fn assert_sound(fit: &PurchaseFit) {
    fit.model.check().unwrap();
    assert!(fit.log_likelihood.is_finite());
    assert!(fit.standard_errors.iter().flatten().all(|e| e.is_finite()));
    assert!(fit.covariance_of_log_params.iter().flatten().all(|c| c.is_finite()));
    assert!(fit.calibration.chi_square.is_finite());
    assert!(fit.standard_errors.iter().all(Option::is_some) || !fit.warnings.is_empty());
}

#[test]
fn awkward_times_are_brought_into_range() {
    let model = PurchaseModel::new(KINDS[0], [0.24, 4.4, 0.8, 2.4], TimeUnit::Week);
    for of in [
        history(3, f64::NAN, f64::NAN),
        history(3, 50.0, 10.0),
        history(0, -5.0, -1.0),
        history(5000, 0.0, 1e300),
    ] {
        assert!(model.log_likelihood(&of).is_finite());
        assert!((0.0..=1.0).contains(&model.p_alive(&of)));
        for horizon in [f64::NAN, -1.0, 0.0, 30.0, f64::INFINITY] {
            assert!(model.expected_purchases(&of, horizon).is_finite());
        }
    }
    assert_eq!(model.expected_purchases(&history(3, 5.0, 10.0), -1.0), 0.0);
    let none = PurchaseModel::new(KINDS[0], [0.24, f64::NAN, 0.8, 2.4], TimeUnit::Week);
    assert_eq!(none.check().unwrap_err().name, "alpha");
}

#[test]
fn a_value_that_does_not_exist_is_none() {
    let heavy = GammaGamma::new(2.0, 0.8, 10.0);
    assert_eq!(heavy.population_mean(), None);
    assert!(heavy.expected_value(1, 20.0).is_some());
    assert_eq!(heavy.expected_value(1, f64::NAN), None);
    assert_eq!(heavy.log_likelihood(0, 5.0), None);
    assert_eq!(heavy.log_likelihood(2, 0.0), None);
}

// -------------------------------------------------------------------------------------------- recovery

/// A customer with rate `rate` a day and chance `leave` to leave.
fn live(
    random: &mut Random,
    kind: PurchaseModelKind,
    rate: f64,
    leave: f64,
    age_days: u32,
) -> PurchaseSummary {
    let (mut time, mut frequency, mut last) = (0.0, 0, 0.0_f64);
    let mut alive = kind == PurchaseModelKind::BgNbd || random.uniform() > leave;
    while alive {
        time += random.exponential() / rate;
        if time >= f64::from(age_days) {
            break;
        }
        frequency += 1;
        last = time;
        alive = random.uniform() > leave;
    }
    summary(frequency, last.round() as u32, age_days, 1.0)
}

fn population(
    kind: PurchaseModelKind,
    customers: u32,
    mut traits: impl FnMut(&mut Random) -> (f64, f64),
) -> PatternTable {
    let mut random = Random(2005);
    // Long days-to-purchase make the rounding to days harmless.
    PatternTable::from_summaries((0..customers).map(|i| {
        let (rate, leave) = traits(&mut random);
        live(&mut random, kind, rate, leave, 3000 + i % 3000)
    }))
}

#[test]
fn parameters_are_recovered_from_simulated_customers() {
    const TRUE: [f64; 4] = [0.8, 500.0, 0.7, 2.5];
    for kind in KINDS {
        let table = population(kind, 20_000, |random| {
            (random.gamma(TRUE[0]) / TRUE[1], random.beta(TRUE[2], TRUE[3]))
        });
        let fit = fit_purchase_model(kind, &table, TimeUnit::Day, &mut go_on).unwrap();
        assert_sound(&fit);
        assert_eq!(fit.warnings, []);
        for ((estimate, truth), error) in
            fit.model.parameters().into_iter().zip(TRUE).zip(fit.standard_errors)
        {
            let errors = (estimate - truth) / error.unwrap();
            assert!(errors.abs() < 4.0, "{kind:?} {:?} is {errors} standard errors off", fit.model);
        }
        // 99.99 % quantile of chi-square with 3 degrees of freedom.
        assert!(fit.calibration.chi_square < 21.1, "chi-square {}", fit.calibration.chi_square);
    }
}

#[test]
fn values_are_recovered_from_simulated_customers() {
    let (p, q, gamma) = (4.0, 3.0, 20.0);
    let mut random = Random(2013);
    let summaries: Vec<_> = (0..20_000_u32)
        .map(|i| {
            let x = 1 + i % 7;
            let scale = random.gamma(q) / gamma;
            summary(x, x, 100, random.gamma(p * f64::from(x)) / f64::from(x) / scale)
        })
        .collect();
    let fit = fit_gamma_gamma(&ValueTable::from_summaries(&summaries), &mut go_on).unwrap();
    let estimates = [fit.model.p, fit.model.q, fit.model.gamma];
    for ((estimate, truth), error) in estimates.into_iter().zip([p, q, gamma]).zip(fit.standard_errors) {
        assert!(((estimate - truth) / error.unwrap()).abs() < 4.0, "{:?}", fit.model);
    }
}

// ---------------------------------------------------------------------------------------------- limits

#[test]
fn customers_who_never_leave_are_recognised() {
    let table = population(KINDS[0], 5000, |random| (random.gamma(0.8) / 500.0, 0.0));
    for kind in KINDS {
        let fit = fit_purchase_model(kind, &table, TimeUnit::Day, &mut go_on).unwrap();
        assert_sound(&fit);
        // With the first purchase as a chance to leave, a few unlucky slow buyers look as if they had taken it.
        let boundary = [FitWarning::NoDropout, FitWarning::AllOrNothingDropout];
        assert!(boundary.contains(&fit.warnings[0]), "{fit:?}");
        let [_, _, a, b] = fit.model.parameters()[..] else { unreachable!() };
        assert!(a / (a + b) < 0.02, "{fit:?}");
        let [r, alpha, ..] = fit.model.parameters()[..] else { unreachable!() };
        assert!((r - 0.8).abs() < 0.12 && (alpha - 500.0).abs() < 70.0, "{fit:?}");
    }
}

#[test]
fn pareto_nbd_without_dropout_is_the_nbd() {
    // Customers who buy at different rates for a year and never leave, and those who buy at the same.
    for (name, alike) in [("different", false), ("alike", true)] {
        let mut random = Random(2021);
        let table = PatternTable::from_summaries((0..800).map(|i| {
            let rate = if alike { 1.0 / 30.0 } else { random.gamma(1.0) / 40.0 };
            live(&mut random, KINDS[0], rate, 0.0, 305 + i % 60)
        }));
        let fit = |kind| fit_purchase_model(kind, &table, TimeUnit::Week, &mut go_on).unwrap();
        let (pareto, nbd) = (fit(PurchaseModelKind::ParetoNbd), fit(PurchaseModelKind::Nbd));
        assert!(pareto.warnings.contains(&FitWarning::NoDropout), "{name} {pareto:?}");
        assert!(pareto.is_identified(), "{name} {pareto:?}");
        assert!((pareto.log_likelihood - nbd.log_likelihood).abs() < 1e-3, "{name} {pareto:?} {nbd:?}");
        if !alike {
            for i in 0..2 {
                let (estimate, error) = (nbd.model.parameters()[i], nbd.standard_errors[i].unwrap());
                assert!((pareto.model.parameters()[i] / estimate - 1.0).abs() < 1e-6, "{pareto:?}");
                assert!((pareto.standard_errors[i].unwrap() / error - 1.0).abs() < 1e-6, "{pareto:?}");
            }
        }
        let of = history(4, 200.0, 340.0);
        let (one, other) =
            (pareto.model.expected_purchases(&of, 365.0), nbd.model.expected_purchases(&of, 365.0));
        assert!((one / other - 1.0).abs() < 1e-6, "{name} {one} {other}");
        assert!(pareto.model.p_alive(&of) > 1.0 - 1e-9);
        let uncertainty = Uncertainty::delta(&pareto, None).unwrap();
        let base = Pair { purchases: pareto.model, value: None };
        let ahead = Ahead::Within(ClvPlan::of_months(365.0, 0.1).unwrap());
        let known = Known { history: of, mean_value: None, habits: None };
        let interval =
            intervals(&uncertainty, &base.into(), &ahead, &known, &mut Memory::default()).purchases;
        assert!(interval.is_some_and(|interval| interval.standard_error > 0.0), "{name} {interval:?}");
    }
}

#[test]
fn a_handful_of_repeat_buyers_identifies_no_solution_at_infinity() {
    // Two hundred customers, of whom a few came back once.
    for repeat_buyers in [1_u32, 2, 3, 5, 9] {
        let rows = (0..200_u32).map(|i| {
            if i < repeat_buyers {
                summary(1, 151 - 8 * i, 180 - i, 20.0)
            } else {
                summary(0, 0, 180 - i % 50, 0.0)
            }
        });
        let table = PatternTable::from_summaries(rows);
        for kind in [KINDS[0], KINDS[1], PurchaseModelKind::ParetoNbd] {
            let fit = fit_purchase_model(kind, &table, TimeUnit::Week, &mut go_on).unwrap();
            assert!(!fit.is_identified(), "{repeat_buyers} {fit:?}");
        }
    }
}

#[test]
fn customers_who_are_all_alike_are_recognised() {
    let table = population(KINDS[0], 5000, |_| (1.0 / 600.0, 0.0));
    for kind in KINDS {
        let fit = fit_purchase_model(kind, &table, TimeUnit::Day, &mut go_on).unwrap();
        assert_sound(&fit);
        let [r, alpha, ..] = fit.model.parameters()[..] else { unreachable!() };
        assert!((r / alpha * 600.0 - 1.0).abs() < 0.05, "{fit:?}");
    }
    let leavers = population(KINDS[0], 5000, |random| (random.gamma(1.0) / 300.0, 0.2));
    let fit = fit_purchase_model(KINDS[0], &leavers, TimeUnit::Day, &mut go_on).unwrap();
    assert_sound(&fit);
    let [_, _, a, b] = fit.model.parameters()[..] else { unreachable!() };
    assert!((a / (a + b) - 0.2).abs() < 0.03, "{fit:?}");
}

#[test]
fn without_repeat_buyers_there_is_a_reason_instead_of_a_model() {
    let once = PatternTable::from_summaries((0..100).map(|i| summary(0, 0, i, 0.0)));
    let few = PatternTable::from_summaries((0..9).map(|i| summary(1, 1, 5 + i, 0.0)));
    for kind in PurchaseModelKind::OF_PURCHASE_DAYS {
        let fit = |table: &PatternTable| fit_purchase_model(kind, table, TimeUnit::Week, &mut go_on);
        assert_eq!(fit(&once), Err(FitError::NoRepeatBuyers));
        assert_eq!(fit(&few), Err(FitError::TooFewCustomers { customers: 9, needed: 10 }));
    }
    assert_eq!(
        fit_gamma_gamma(&ValueTable::from_summaries([summary(1, 1, 2, 5.0)]), &mut go_on),
        Err(FitError::TooFewRepeatBuyers { customers: 1, needed: 10 })
    );
}

#[test]
fn twenty_customers_are_enough_but_not_trusted() {
    let rows = (0..20).map(|i: u32| summary(i % 4, 30 * (i % 4), 200 + i, 1.0));
    let fit = fit_purchase_model(KINDS[1], &PatternTable::from_summaries(rows), TimeUnit::Week, &mut go_on)
        .unwrap();
    assert_sound(&fit);
    assert!(fit.warnings.contains(&FitWarning::FewRepeatBuyers { customers: 15 }));
}

#[test]
fn a_machine_among_people_does_not_drag_the_fit() {
    let people = population(KINDS[0], 2000, |random| (random.gamma(0.8) / 500.0, random.beta(0.7, 2.5)));
    let mut random = Random(2005);
    let mut summaries: Vec<_> = (0..2000)
        .map(|i| {
            let (rate, leave) = (random.gamma(0.8) / 500.0, random.beta(0.7, 2.5));
            live(&mut random, KINDS[0], rate, leave, 3000 + i % 3000)
        })
        .collect();
    summaries.push(summary(5000, 5999, 5999, 1.0));
    let fit = |table: &PatternTable| fit_purchase_model(KINDS[0], table, TimeUnit::Day, &mut go_on).unwrap();
    let with_machine = fit(&PatternTable::from_summaries(&summaries));
    assert_eq!(
        with_machine.warnings,
        [FitWarning::OutliersLeftOut { customers: 1, repeat_purchases_at_least: 5000 }]
    );
    assert_eq!(with_machine.model, fit(&people).model);
}

/// Repeat buyers as the model sees them: x, and their mean value.
fn buyers(random: &mut Random, customers: u32) -> Vec<PurchaseSummary> {
    (0..customers)
        .map(|i| {
            let x = 1 + i % 7;
            let scale = random.gamma(3.0) / 20.0;
            summary(x, x, 100, random.gamma(4.0 * f64::from(x)) / f64::from(x) / scale)
        })
        .collect()
}

#[test]
fn a_value_far_from_all_others_does_not_drag_the_fit() {
    let fit = |summaries: &[PurchaseSummary]| {
        fit_gamma_gamma(&ValueTable::from_summaries(summaries), &mut go_on).unwrap()
    };
    let mut summaries = buyers(&mut Random(24), 300);
    let without = fit(&summaries);
    assert_eq!(without.warnings, []);
    let highest = summaries.iter().filter_map(|one| one.mean_repeat_value).fold(0.0, f64::max);
    summaries.push(summary(2, 9, 100, 5e6));
    let with = fit(&summaries);
    assert_eq!((with.model, with.customers), (without.model, 300));
    assert_eq!(with.warnings, [FitWarning::ValueOutliersLeftOut { customers: 1, mean_value_at_least: 5e6 }]);
    // Two are more than one in a thousand of three hundred, and 99 times the next is within what heavy tails do.
    summaries.push(summary(2, 9, 100, 4e6));
    assert_eq!(fit(&summaries).customers, 302);
    summaries.truncate(300);
    summaries.push(summary(2, 9, 100, 99.0 * highest));
    assert_eq!(fit(&summaries).customers, 301);
}

#[test]
fn values_that_go_with_frequency_are_said() {
    // Who buys twice as often spends twice as much each time.
    let mut summaries = buyers(&mut Random(24), 700);
    for one in &mut summaries {
        one.mean_repeat_value = one.mean_repeat_value.map(|m| m * f64::from(one.frequency));
    }
    let pairs: Vec<(f64, f64)> =
        summaries.iter().map(|one| (f64::from(one.frequency), one.mean_repeat_value.unwrap())).collect();
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / 700.0;
    let (x, m, xm) = (mean(|p| p.0), mean(|p| p.1), mean(|p| p.0 * p.1));
    let spread = (mean(|p| p.0 * p.0) - x * x).sqrt() * (mean(|p| p.1 * p.1) - m * m).sqrt();
    let expected = (xm - x * m) / spread;
    let fit = fit_gamma_gamma(&ValueTable::from_summaries(&summaries), &mut go_on).unwrap();
    let correlation = fit.frequency_correlation.unwrap();
    assert!((correlation - expected).abs() < 1e-10 && correlation > 0.2, "{correlation}, not {expected}");
    assert_eq!(fit.warnings, [FitWarning::ValueGoesWithFrequency { correlation, customers: 700 }]);
    // Where all buy equally often there is none.
    let once: Vec<_> = summaries.iter().filter(|one| one.frequency == 3).cloned().collect();
    assert_eq!(ValueTable::from_summaries(&once).correlation(), None);
}

/// Where customers do not differ the likelihood rises with q for ever, and the search has to find its end among digits that
/// rounding leaves.
#[test]
fn customers_who_spend_alike_have_a_value_model() {
    for seed in 0..120 {
        let mut random = Random(seed);
        let customers = [30, 100, 300, 1000][seed as usize % 4];
        let summaries = (0..customers).map(|_| {
            let x = 1 + (6.0 * random.exponential()) as u32;
            let mean = (0..x).map(|_| 5.0 + 45.0 * random.uniform()).sum::<f64>() / f64::from(x);
            summary(x, x, x + 1, mean)
        });
        let fit = fit_gamma_gamma(&ValueTable::from_summaries(summaries), &mut go_on);
        let fit = fit.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let mean = fit.model.population_mean().unwrap();
        assert!((20.0..35.0).contains(&mean), "seed {seed}: {mean}");
    }
}

#[test]
fn values_without_a_mean_are_held_above_it() {
    // Customers as the model sees them with q = 0.6, whose mean is infinite.
    let mut random = Random(7);
    let summaries = (0..2000_u32).map(|i| {
        let x = 1 + i % 3;
        summary(x, x, 20, random.gamma(4.0 * f64::from(x)) / random.gamma(0.6))
    });
    let fit = fit_gamma_gamma(&ValueTable::from_summaries(summaries), &mut go_on).unwrap();
    assert!(fit.warnings.iter().any(|w| matches!(w, FitWarning::PopulationMeanUndefined { .. })), "{fit:?}");
    assert!(fit.model.population_mean().unwrap() > 0.0);
}

#[test]
fn purchases_worth_nothing_are_left_out_and_said() {
    let summaries = (0..100_u32).map(|i| summary(1, 10, 20, if i < 7 { 0.0 } else { f64::from(5 + i % 13) }));
    let fit = fit_gamma_gamma(&ValueTable::from_summaries(summaries), &mut go_on).unwrap();
    assert_eq!((fit.customers, fit.customers_without_value), (93, 7));
    assert!(fit.warnings.contains(&FitWarning::CustomersWithoutValueLeftOut { customers: 7 }));
}

#[test]
fn a_fit_can_be_cancelled() {
    let table = PatternTable::from_summaries((0..50).map(|i| summary(i % 3, 10 * (i % 3), 100 + i, 1.0)));
    let cancelled = fit_purchase_model(KINDS[0], &table, TimeUnit::Week, &mut |progress| {
        if progress.iteration == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(cancelled, Err(FitError::Cancelled));
}

#[test]
fn models_survive_being_stored() {
    let model = PurchaseModel::new(KINDS[1], [0.5248, 6.183, 0.8914, 1.614], TimeUnit::Week);
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(text, r#"{"kind":"mbg_nbd","r":0.5248,"alpha":6.183,"a":0.8914,"b":1.614,"unit":"week"}"#);
    assert_eq!(serde_json::from_str::<PurchaseModel>(&text).unwrap(), model);
}

#[test]
fn a_value_found_out_of_range_by_chance_stays_in_range() {
    let parameters = [0.058656166375859194, 5.139534977800324, 10591.969748150814, 4.210271864765554e-6];
    for kind in KINDS {
        let model = PurchaseModel::new(kind, parameters, TimeUnit::Week);
        let of = history(1860, 0.0, 0.0);
        let plan = ClvPlan::of_months(1.0, 0.1).unwrap();
        let value = clv(&model, &plan, &of, 10.0);
        let rate = (parameters[0] + 1860.0) / parameters[1];
        assert!(value >= 0.0 && value <= 10.0 * rate / 7.0 * (1.0 + 1e-9), "{kind:?}: {value}");
    }
}

// --------------------------------------------------------------------------------------------- numbers

/// How many of some customers are alive, with the interval.
fn alive_of_all(
    fit: &PurchaseFit,
    customers: impl IntoIterator<Item = CustomerHistory>,
) -> (f64, Option<ConfidenceInterval>) {
    let uncertainty = Uncertainty::delta(fit, None);
    let base = Ensemble::from(Pair { purchases: fit.model, value: None });
    let ahead = Ahead::Within(ClvPlan::of_months(365.0, 0.1).unwrap());
    let (mut totals, mut memory) = (Totals::new(&base, uncertainty.as_ref()), Memory::default());
    for history in customers {
        let known = Known { history, mean_value: None, habits: None };
        totals.add(&base, uncertainty.as_ref(), &ahead, &known, &mut memory);
    }
    let (value, interval) = totals.alive(uncertainty.as_ref());
    (value.unwrap(), interval)
}

#[test]
fn no_more_customers_are_alive_than_there_are() {
    // Fifty people bought once yesterday, and nothing is known of the shop: P(alive) = b / (a + b (1 + 1/7/alpha)^r) of each.
    let (alive, interval) = alive_of_all(&prior_purchases(), (0..50).map(|_| history(0, 0.0, 1.0)));
    let silence = (1.0_f64 + 1.0 / 7.0 / 6.18).powf(0.525);
    assert!((alive - 50.0 / (1.0 + 0.891 / 1.61 * silence)).abs() < 1e-9, "{alive}");
    let ConfidenceInterval { standard_error, low, high } = interval.unwrap();
    // Each end is on the scale of the distance to its side.
    let (z, rest) = (1.959_963_984_540_054, 50.0 - alive);
    assert!((low - alive * (-z * standard_error / alive).exp()).abs() < 1e-9, "{low}");
    assert!((high - (50.0 - rest * (-z * standard_error / rest).exp())).abs() < 1e-9, "{high}");
    assert!(high < 50.0 && low > 0.0);

    // Customers who are all alike and never leave, where the sum is at most a rounding below the number.
    let table = population(KINDS[0], 800, |_| (1.0 / 600.0, 0.0));
    for kind in [KINDS[0], KINDS[1], PurchaseModelKind::ParetoNbd] {
        let fit = fit_purchase_model(kind, &table, TimeUnit::Day, &mut go_on).unwrap();
        let (alive, interval) =
            alive_of_all(&fit, (0..800).map(|i| history(5, 2500.0, 3000.0 + f64::from(i))));
        assert!(alive <= 800.0, "{kind:?} {alive}");
        if let Some(ConfidenceInterval { low, high, .. }) = interval {
            assert!(low <= alive && alive <= high && high <= 800.0, "{kind:?} {alive} in {low} to {high}");
        }
    }
    // Without leaving there is nothing to be unsure of.
    let nbd = fit_purchase_model(PurchaseModelKind::Nbd, &table, TimeUnit::Day, &mut go_on).unwrap();
    let (alive, interval) = alive_of_all(&nbd, (0..2357).map(|i| history(1, 10.0, 30.0 + f64::from(i % 90))));
    assert_eq!((alive, interval), (2357.0, None));
}

#[test]
fn intervals_hold_their_own_estimate() {
    let kind = KINDS[1];
    let base =
        Pair { purchases: PurchaseModel::new(kind, [0.5, 6.0, 0.9, 1.6], TimeUnit::Week), value: None };
    // Replicates that all say less than the estimate.
    let replicates = (0..40).map(|i| Pair {
        purchases: PurchaseModel::new(kind, [0.5, 6.0 + f64::from(i + 1), 0.9, 1.6], TimeUnit::Week),
        value: None,
    });
    let uncertainty = Uncertainty::bootstrap(replicates.collect()).unwrap();
    let ask = |pair: &Pair| pair.purchases.expected_purchases(&CustomerHistory::NEW, 365.0);
    let others: Vec<f64> = uncertainty.pairs().iter().map(ask).collect();
    let interval = uncertainty.interval(lojal_scoring::clv::IntervalScale::Log, ask(&base), &others).unwrap();
    assert!(interval.high >= ask(&base) && interval.low < ask(&base));
}
