//! The Pareto/NBD model where nobody has published a number: high-precision tables, an independent slow oracle,
//! properties at wild arguments, recovery from simulated customers, and the number of threads.

use super::fit::{optimum, search};
use super::likelihood::ParetoLikelihood;
use super::model::Pareto;
use crate::clv::PatternTable;
use crate::clv::answers::{Answers, Observed};
use crate::clv::fitting::optimize::{Found, Optimum};
use crate::clv::fitting::outcome::Termination;
use crate::clv::fitting::search::Sample;
use crate::clv::oracle::{Random, cdnow, summary};
use crate::statistics::special::ln_gamma;
use proptest::prelude::*;
use std::ops::ControlFlow;

const fn model([r, alpha, s, beta]: [f64; 4]) -> Pareto {
    Pareto { r, alpha, s, beta }
}

// -------------------------------------------------------------------------------------- high precision

type Row = ([f64; 4], (u32, f64, f64), f64, f64, [f64; 8]);

#[allow(clippy::excessive_precision, clippy::approx_constant, reason = "a table of references")]
const TABLE: &[Row] = &include!("../../../../tests/golden/pareto_nbd.rs.in");

#[test]
fn answers_match_high_precision_values() {
    /// The accuracy promised; the worst of this table is 4e-14, of small probabilities 3e-12.
    const PROMISED: f64 = 1e-12;
    /// Probabilities beside others, and a logarithm of a likelihood near 1, need no more digits than 1 has.
    const ABSOLUTE: f64 = 1e-15;
    for &(parameters, (x, recency, age), horizon, rate, expected) in TABLE {
        let model = model(parameters);
        let of = Observed { x, recency, age };
        let mut p = [0.0; 5];
        model.purchase_probabilities(&of, horizon, &mut p);
        let actual = [
            model.log_likelihood(&of),
            model.p_alive(&of),
            model.expected_purchases(&of, horizon),
            model.p_purchase_within(&of, horizon),
            model.discounted_purchases(&of, rate),
            p[0],
            p[1],
            p[4],
        ];
        for (i, (actual, expected)) in actual.into_iter().zip(expected).enumerate() {
            let allowed = PROMISED * expected.abs() + if (1..5).contains(&i) { 0.0 } else { ABSOLUTE };
            let off = (actual - expected).abs();
            assert!(
                off <= allowed,
                "{i} {model:?} {of:?} {horizon} {rate}: {actual:e} {expected:e} {:e}",
                off / expected.abs()
            );
        }
    }
}

// ---------------------------------------------------------------------------------------------- oracle

/// What the model says of one customer, from its assumptions alone.
struct Oracle {
    log_likelihood: f64,
    p_alive: f64,
    p_alive_after: f64,
    purchases: f64,
    p_purchase: f64,
    discounted: f64,
}

/// Integrates the likelihood of one customer with rates lambda and mu over both gamma distributions, by the trapezoidal
/// rule in their logarithms, which converges geometrically for such integrands.
fn integrate([r, alpha, s, beta]: [f64; 4], of: &Observed, horizon: f64, rate: f64) -> Oracle {
    const STEP: f64 = 0.15;
    let x = f64::from(of.x);
    let constant = r * alpha.ln() - ln_gamma(r) + s * beta.ln() - ln_gamma(s);
    let silence = of.age - of.recency;
    let [mut all, mut alive, mut after, mut purchases, mut within, mut discounted] = [0.0; 6];
    for i in -700..120 {
        let ln_buy = f64::from(i) * STEP;
        let buy = ln_buy.exp();
        let of_buy = constant + (r + x) * ln_buy - alpha * buy - buy * of.recency;
        if of_buy < -600.0 {
            continue;
        }
        for j in -700..120 {
            let ln_leave = f64::from(j) * STEP;
            let leave = ln_leave.exp();
            let both = buy + leave;
            let last_seen = (of_buy + s * ln_leave - beta * leave - leave * of.recency).exp();
            let still = last_seen * (-both * silence).exp();
            all += still - last_seen * leave / both * (-both * silence).exp_m1();
            alive += still;
            after += still * (-leave * horizon).exp();
            purchases -= still * buy / leave * (-leave * horizon).exp_m1();
            within -= still * buy / both * (-both * horizon).exp_m1();
            discounted += still * buy / (leave + rate);
        }
    }
    Oracle {
        log_likelihood: (all * STEP * STEP).ln(),
        p_alive: alive / all,
        p_alive_after: after / all,
        purchases: purchases / all,
        p_purchase: within / all,
        discounted: discounted / all,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn answers_follow_from_the_assumptions(
        r in 0.4..4.0_f64, alpha in 1.0..60.0_f64, s in 0.4..4.0_f64, beta in 1.0..60.0_f64,
        x in 0_u32..15, share in 0.0..1.0_f64, age in 1.0..300.0_f64, horizon in 1.0..400.0_f64, rate in 1e-3..1.0_f64,
    ) {
        let recency = if x == 0 { 0.0 } else { age * share };
        let (parameters, of) = ([r, alpha, s, beta], Observed { x, recency, age });
        let (model, oracle) = (model(parameters), integrate(parameters, &of, horizon, rate));
        let close = |actual: f64, expected: f64| (actual - expected).abs() <= 1e-9 * expected.abs();
        prop_assert!(close(model.log_likelihood(&of), oracle.log_likelihood));
        prop_assert!(close(model.p_alive(&of), oracle.p_alive));
        prop_assert!(close(model.p_alive_after(&of, horizon), oracle.p_alive_after));
        prop_assert!(close(model.expected_purchases(&of, horizon), oracle.purchases));
        prop_assert!(close(model.p_purchase_within(&of, horizon), oracle.p_purchase));
        prop_assert!(close(model.discounted_purchases(&of, rate), oracle.discounted));
    }

    /// Means and tails of the distribution are the expectation and the chance of a purchase, which come on other ways.
    #[test]
    fn probabilities_add_up_to_the_other_answers(
        r in 0.4..40.0_f64, alpha in 1.0..60.0_f64, s in 0.4..4.0_f64, beta in 1.0..60.0_f64,
        x in 0_u32..15, share in 0.0..1.0_f64, age in 1.0..300.0_f64, horizon in 0.1..60.0_f64,
    ) {
        let recency = if x == 0 { 0.0 } else { age * share };
        let (model, of) = (model([r, alpha, s, beta]), Observed { x, recency, age });
        let mut p = vec![0.0; 4000];
        model.purchase_probabilities(&of, horizon, &mut p);
        let mean: f64 = (0_u32..).zip(&p).map(|(n, p)| f64::from(n) * p).sum();
        let expected = model.expected_purchases(&of, horizon);
        prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        prop_assert!((mean - expected).abs() < 1e-11 * expected.max(1e-3), "{mean} {expected}");
        prop_assert!((1.0 - p[0] - model.p_purchase_within(&of, horizon)).abs() < 1e-14);
        let mut few = [0.0; 3];
        model.purchase_probabilities(&of, horizon, &mut few);
        prop_assert!(few.iter().zip(&p).all(|(a, b)| (a - b).abs() < 1e-14));
    }
}

// ------------------------------------------------------------------------------------------ properties

/// Six decades either way, or a corner.
fn wild() -> impl Strategy<Value = f64> {
    prop_oneof![6 => (-6.0..6.0_f64).prop_map(|e| 10f64.powf(e)), 1 => Just(1.0), 1 => Just(1e-6), 1 => Just(1e6)]
}

fn times() -> impl Strategy<Value = f64> {
    prop_oneof![1 => Just(0.0), 4 => 0.0..20_000.0_f64, 1 => (-9.0..12.7_f64).prop_map(|e| 10f64.powf(e))]
}

/// Without optimisation a case takes a millisecond.
const WILD_CASES: u32 = if cfg!(debug_assertions) { 8_000 } else { 50_000 };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(WILD_CASES))]
    #[test]
    fn answers_are_finite_and_in_range(
        parameters in [wild(), wild(), wild(), wild()],
        alike in 0_u8..6,
        x in prop_oneof![0_u32..3, 0_u32..6000],
        share in prop_oneof![Just(0.0), Just(1.0), 0.0..1.0_f64],
        age in times(),
        horizon in times(),
        q in prop_oneof![4 => 1e-9..1.0_f64, 1 => Just(1.0 - 1e-16), 1 => Just(1e-300)],
    ) {
        let mut parameters = parameters;
        if alike == 0 {
            parameters[3] = parameters[1];
        }
        let model = model(parameters);
        let of = Observed { x, recency: age * share, age };
        prop_assert!(model.log_likelihood(&of).is_finite());
        let p = model.p_alive(&of);
        prop_assert!((0.0..=1.0).contains(&p), "p_alive {p}");
        prop_assert!((0.0..=p).contains(&model.p_alive_after(&of, horizon)));
        let within = model.p_purchase_within(&of, horizon);
        prop_assert!((0.0..=p).contains(&within), "within {within} of {p}");
        prop_assert!(model.p_purchase_within(&of, horizon * 1.5) >= within * (1.0 - 1e-12));
        let (less, more) = (model.expected_purchases(&of, horizon), model.expected_purchases(&of, horizon * 1.5));
        prop_assert!(less.is_finite() && more.is_finite() && less >= 0.0 && more >= less * (1.0 - 1e-11));
        prop_assert!(within <= less * (1.0 + 1e-12), "{within} is more than {less}");
        // Nobody buys more than at their rate if they never left.
        let rate = (model.r + f64::from(x)) / (model.alpha + age);
        prop_assert!(less <= rate * horizon * (1.0 + 1e-12));
        let discounted = model.discounted_purchases(&of, 1e-3);
        prop_assert!(discounted >= 0.0 && discounted <= rate * 1e3 * (1.0 + 1e-12), "discounted {discounted}");
        let mut probabilities = [0.0; 8];
        model.purchase_probabilities(&of, horizon, &mut probabilities);
        prop_assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)), "{probabilities:?}");
        prop_assert!(probabilities.iter().sum::<f64>() <= 1.0 + 1e-12, "{probabilities:?}");
        prop_assert!((1.0 - probabilities[0] - within).abs() <= 1e-12, "{} {within}", probabilities[0]);
        let wait = model.wait_quantile(&of, q);
        prop_assert!(wait >= 0.0, "wait {wait}");
        // What has come by the median wait is half of what ever comes; nearly all has come by the longest time there is,
        // unless rates are next to zero.
        let wait = model.wait_quantile(&of, 0.5);
        if p > 1e-280 && model.r + f64::from(x) + model.s > 0.1 {
            let (half, ever) = (model.p_purchase_within(&of, wait), model.p_purchase_within(&of, 1e300));
            prop_assert!((half / ever - 0.5).abs() < 1e-12, "{half} of {ever}");
        }
    }

    #[test]
    fn likelihoods_of_tables_are_finite(
        parameters in [wild(), wild(), wild(), wild()], x in prop_oneof![0_u32..3, 0_u32..6000],
        recency in 0_u32..800, more in 0_u32..800,
    ) {
        let table = PatternTable::from_summaries([summary(x, recency, recency + more), summary(x, 5, 700)]);
        let evaluation = ParetoLikelihood::new(&table, 7.0).evaluate(&parameters.map(f64::ln));
        prop_assert!(evaluation.value.is_finite());
        prop_assert!(evaluation.gradient.iter().chain(evaluation.hessian.iter().flatten()).all(|d| d.is_finite()));
        let expected: f64 = table
            .rows()
            .map(|(x, recency, age, n)| {
                let (recency, age) = (f64::from(recency) / 7.0, f64::from(age) / 7.0);
                n * model(parameters.map(f64::ln).map(f64::exp)).log_likelihood(&Observed { x, recency, age })
            })
            .sum();
        let off = (2.0 * evaluation.value - expected).abs();
        // A logarithm of the odds, of the size of rho and s, is rounded before it cancels with another.
        let scale = 1.0 + parameters[0] + f64::from(x) + expected.abs() + parameters[2];
        prop_assert!(off <= 1e-12 * scale, "{} {expected}", 2.0 * evaluation.value);
    }
}

// -------------------------------------------------------------------------------------------- recovery

/// Customers of these ages whose rates a day are drawn by `rates`: of buying and of leaving.
fn population(
    customers: u32,
    age: impl Fn(u32) -> u32,
    mut rates: impl FnMut(&mut Random) -> (f64, f64),
) -> PatternTable {
    let mut random = Random(1987);
    PatternTable::from_summaries((0..customers).map(|i| {
        let (buy, leave) = rates(&mut random);
        let end = f64::from(age(i)).min(random.exponential() / leave);
        let (mut time, mut frequency, mut last) = (0.0, 0, 0.0_f64);
        loop {
            time += random.exponential() / buy;
            if time >= end {
                return summary(frequency, last.round() as u32, age(i));
            }
            frequency += 1;
            last = time;
        }
    }))
}

fn fit(table: &PatternTable) -> Optimum<4> {
    optimum(table, 1.0, &mut |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn parameters_are_recovered_from_simulated_customers() {
    const TRUE: [f64; 4] = [0.8, 500.0, 0.7, 1500.0];
    // Long days-to-purchase make the rounding to days harmless.
    let table = population(
        20_000,
        |i| 3000 + i % 3000,
        |random| (random.gamma(TRUE[0]) / TRUE[1], random.gamma(TRUE[2]) / TRUE[3]),
    );
    let best = fit(&table);
    assert_eq!(best.termination, Termination::Converged);
    let errors = Found::new(&best, table.customers() as f64).standard_errors();
    for ((estimate, truth), error) in best.at.map(f64::exp).into_iter().zip(TRUE).zip(errors) {
        let errors = (estimate - truth) / error.unwrap();
        assert!(errors.abs() < 4.0, "{:?} is {errors} standard errors off", best.at.map(f64::exp));
    }
}

#[test]
fn customers_who_never_leave_or_are_all_alike_end_at_a_bound() {
    let stay = fit(&population(5000, |i| 3000 + i % 3000, |random| (random.gamma(0.8) / 500.0, 1e-12)));
    assert!(stay.termination.converged(), "{stay:?}");
    let [r, alpha, s, beta] = stay.at.map(f64::exp);
    assert!(s / beta < 1e-5, "{:?}", stay.at.map(f64::exp));
    assert!((r - 0.8).abs() < 0.12 && (alpha - 500.0).abs() < 70.0);
    let alike = fit(&population(5000, |i| 3000 + i % 3000, |_| (1.0 / 600.0, 1.0 / 4000.0)));
    assert!(alike.termination.converged(), "{alike:?}");
    let [r, alpha, s, beta] = alike.at.map(f64::exp);
    assert!((r / alpha * 600.0 - 1.0).abs() < 0.05, "{:?}", [r, alpha, s, beta]);
    assert!((s / beta * 4000.0 - 1.0).abs() < 0.1, "{:?}", [r, alpha, s, beta]);
}

/// Starts are left on their way to a maximum that is known already, and are compared on a coarse table: neither may cost a
/// better maximum than the one that is found.
#[test]
fn no_start_leads_higher_than_the_maximum_that_is_found() {
    let mut random = Random(2_005);
    let mut between = |low: f64, high: f64| (low.ln() + random.uniform() * (high / low).ln()).exp();
    let mut compared = 0;
    for world in 0..40 {
        let [r, s] = [between(0.1, 5.0), between(0.1, 5.0)];
        let (alpha, beta) = (r * between(10.0, 300.0), s * between(20.0, 1_000.0));
        let customers = between(30.0, 600.0) as u32;
        let age = between(60.0, 600.0) as u32;
        let table = population(
            customers,
            |i| age + i % (1 + age / 2),
            |random| (random.gamma(r) / alpha, random.gamma(s) / beta),
        );
        let mut go_on = |_| ControlFlow::Continue(());
        let Ok(found) = optimum(&table, 1.0, &mut go_on) else { continue };
        let search = search(&table, 1.0);
        let likelihood = ParetoLikelihood::new(&table, 1.0);
        let sample = Sample::new(table.customers(), |at| likelihood.evaluate(at));
        for (number, at) in (1..).zip(&search.starts.at) {
            let Ok(other) = search.starts.from(&sample, *at, number, &mut go_on) else { continue };
            if other.termination.converged() {
                compared += 1;
                let higher = (other.evaluation.value - found.evaluation.value) * table.customers() as f64;
                assert!(higher < 1e-6, "world {world}, start {number}: {higher} higher at {:?}", other.at);
            }
        }
    }
    assert!(compared > 100, "{compared}");
}

// --------------------------------------------------------------------------------------------- threads

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let on = |threads: usize, table: &PatternTable| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let best = pool.install(|| fit(table));
        (best.at, best.evaluation.value, best.evaluation.gradient, best.evaluation.hessian)
    };
    // Some thirty thousand patterns: several pieces.
    let many =
        population(40_000, |i| 400 + i % 300, |random| (random.gamma(0.8) / 30.0, random.gamma(0.7) / 200.0));
    assert!(many.pieces().len() > 2);
    for table in [many, PatternTable::from_summaries(cdnow::summaries())] {
        let one = on(1, &table);
        assert_eq!(one, on(2, &table));
        assert_eq!(one, on(3, &table));
    }
}
