//! Parameters are recovered from simulated customers, and 95 % intervals hold the truth in 93 to 97 % of many worlds.
//!
//! Every run looks at forty worlds, which can only tell intervals that are wrong from those that are right. The long
//! form tells how right: `WORLDS=2000 cargo test --release -p lojal-scoring --test clv_coverage -- --nocapture`.
#![allow(clippy::unwrap_used, clippy::float_cmp, clippy::print_stdout, reason = "tests")]

use lojal_scoring::clv::{
    Ahead, ClvPlan, CustomerHistory, GammaGamma, IntervalMethod, Known, Pair, PatternTable, PurchaseModel,
    PurchaseModelKind, Regularity, Scale, TimeUnit, Totals, Uncertainty, ValueTable, bootstrap, expect,
    fit_gamma_gamma, fit_purchase_model, intervals, simulate,
};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Worlds simulated where the environment does not say.
const WORLDS: u64 = 40;
/// From so many on, a coverage is held to 93 to 97 %: its own standard deviation is 0.7 points.
const MANY: usize = 1_000;
/// Customers of a world, known for half a year to two years.
const CUSTOMERS: u32 = 4_000;
const YEAR: f64 = 365.0;
/// Normal quantile of 95 %.
const Z: f64 = 1.959_963_984_540_054;

fn truth(kind: PurchaseModelKind) -> PurchaseModel {
    let parameters: &[f64] = match kind {
        PurchaseModelKind::BgNbd | PurchaseModelKind::MbgNbd => &[0.9, 60.0, 1.2, 3.5],
        PurchaseModelKind::BgCnbd | PurchaseModelKind::MbgCnbd => &[0.9, 30.0, 1.2, 3.5],
        PurchaseModelKind::ParetoNbd => &[0.9, 60.0, 0.8, 200.0],
        PurchaseModelKind::Nbd => &[0.9, 60.0],
        PurchaseModelKind::BgBb => &[1.2, 0.9, 0.8, 3.0],
    };
    let unit = if kind == PurchaseModelKind::BgBb { TimeUnit::Month } else { TimeUnit::Day };
    PurchaseModel::new(kind, parameters, unit).with_regularity(2)
}

fn ages(unit: TimeUnit) -> Vec<u32> {
    // For opportunities whole months, for the others days.
    let step = unit.days();
    (0..CUSTOMERS)
        .map(|i| {
            let days = 180.0 + f64::from(i % 550);
            ((days / step).floor() * step).round() as u32
        })
        .collect()
}

const VALUE: GammaGamma = GammaGamma { p: 4.0, q: 3.0, gamma: 20.0 };

/// What one world's intervals hold: a parameter's, in order; then of the purchases of a new customer, of P(alive) of a silent
/// one, of all purchases, of all value. None where there is no interval.
fn world(kind: PurchaseModelKind, seed: u64) -> Vec<Option<bool>> {
    let model = truth(kind);
    let customers = simulate(&model, Some(&VALUE), &ages(model.unit()), seed, 0);
    let summaries = || customers.iter().map(|customer| &customer.summary);
    let regularity = Regularity::from_gaps(customers.iter().map(|customer| customer.gaps));
    let table = PatternTable::from_summaries(summaries()).with_regularity(regularity);
    let mut go_on = |_| ControlFlow::Continue(());
    let fit = fit_purchase_model(kind, &table, model.unit(), &mut go_on).unwrap();
    let value = fit_gamma_gamma(&ValueTable::from_summaries(summaries()), &mut go_on).unwrap();
    assert!(fit.is_identified(), "{fit:?}");
    assert_eq!(fit.model.regularity(), model.regularity());

    let mut held = Vec::new();
    for (i, (estimate, true_value)) in fit.model.parameters().iter().zip(model.parameters()).enumerate() {
        let error = fit.covariance_of_log_params[i][i].sqrt();
        held.push(Some((estimate / true_value).ln().abs() <= Z * error));
    }
    let base = Pair { purchases: fit.model, value: Some(value.model) };
    let real = Pair { purchases: model, value: Some(VALUE) };
    let uncertainty = Uncertainty::delta(&fit, Some(&value)).unwrap();
    let ahead = Ahead::Within(ClvPlan::of_months(YEAR, 0.1).unwrap());
    let within = |interval: Option<lojal_scoring::clv::Interval>, real: f64| {
        interval.map(|interval| interval.low <= real && real <= interval.high)
    };
    let mut memory = lojal_scoring::clv::Memory::default();
    let new = intervals(&uncertainty, &base, &ahead, &Known::NEW, &mut memory);
    held.push(within(new.clv, expect(&real, &ahead, &Known::NEW).clv.unwrap()));
    let history = CustomerHistory { repeat_purchases: 3, recency_days: 120.0, age_days: 365.0 };
    let silent = Known { history, mean_value: Some(12.0) };
    let mut memory = lojal_scoring::clv::Memory::default();
    let found = intervals(&uncertainty, &base, &ahead, &silent, &mut memory);
    let expected = expect(&real, &ahead, &silent);
    held.push(within(found.alive, expected.alive));
    held.push(within(found.purchases, expected.purchases.unwrap()));
    // All customers: the truth is what the true model expects of the same histories.
    let (mut totals, mut real_totals) = (Totals::new(Some(&uncertainty)), Totals::new(None));
    for summary in summaries() {
        let known = Known { history: CustomerHistory::from(summary), mean_value: summary.mean_repeat_value };
        totals.add(&base, Some(&uncertainty), &ahead, &known);
        real_totals.add(&real, None, &ahead, &known);
    }
    held.push(within(totals.purchases(Some(&uncertainty)).1, real_totals.purchases(None).0.unwrap()));
    held.push(within(totals.clv(Some(&uncertainty)).1, real_totals.clv(None).0.unwrap()));
    held
}

fn names(kind: PurchaseModelKind) -> Vec<&'static str> {
    let ahead = ["CLV of a new customer", "P(alive)", "purchases of one", "purchases of all", "CLV of all"];
    truth(kind).parameter_names().iter().copied().chain(ahead).collect()
}

fn intervals_hold_the_truth(kind: PurchaseModelKind) {
    let worlds = std::env::var("WORLDS").ok().map_or(WORLDS, |text| text.parse().unwrap());
    let worlds: Vec<Vec<Option<bool>>> = (0..worlds).into_par_iter().map(|seed| world(kind, seed)).collect();
    let mut wrong = Vec::new();
    for (i, name) in names(kind).into_iter().enumerate() {
        let held: Vec<bool> = worlds.iter().filter_map(|world| world[i]).collect();
        if held.is_empty() {
            // P(alive) is 1 where nobody leaves, and has no interval.
            assert_eq!((kind, name), (PurchaseModelKind::Nbd, "P(alive)"));
            continue;
        }
        let coverage = held.iter().filter(|held| **held).count() as f64 / held.len() as f64;
        println!("{:<12} {name:<22} {:.1} % of {}", kind.name(), 100.0 * coverage, held.len());
        assert!(held.len() * 20 > worlds.len() * 19, "{kind:?} {name} has too few intervals");
        let n = held.len();
        // Three standard deviations more where there are few.
        let luck = if n >= MANY { 0.0 } else { 3.0 * (0.95 * 0.05 / n as f64).sqrt() };
        if (coverage - 0.95).abs() > 0.02 + luck {
            wrong.push((name, coverage));
        }
    }
    assert!(wrong.is_empty(), "{kind:?} does not cover: {wrong:?}");
}

#[test]
fn intervals_of_bg_nbd_hold_the_truth() {
    intervals_hold_the_truth(PurchaseModelKind::BgNbd);
}

#[test]
fn intervals_of_mbg_nbd_hold_the_truth() {
    intervals_hold_the_truth(PurchaseModelKind::MbgNbd);
}

#[test]
fn intervals_of_pareto_nbd_hold_the_truth() {
    intervals_hold_the_truth(PurchaseModelKind::ParetoNbd);
}

#[test]
fn intervals_of_bg_cnbd_hold_the_truth() {
    intervals_hold_the_truth(PurchaseModelKind::BgCnbd);
}

#[test]
fn intervals_of_mbg_cnbd_hold_the_truth() {
    intervals_hold_the_truth(PurchaseModelKind::MbgCnbd);
}

#[test]
fn intervals_of_nbd_hold_the_truth() {
    intervals_hold_the_truth(PurchaseModelKind::Nbd);
}

#[test]
fn intervals_of_bg_bb_hold_the_truth() {
    intervals_hold_the_truth(PurchaseModelKind::BgBb);
}

/// The bootstrap and the delta method are two ways to the same interval where the data are many.
#[test]
fn the_bootstrap_agrees_with_the_delta_method() {
    let model = truth(PurchaseModelKind::MbgNbd);
    let customers = simulate(&model, Some(&VALUE), &ages(model.unit()), 7, 0);
    let summaries = || customers.iter().map(|customer| &customer.summary);
    let table = PatternTable::from_summaries(summaries());
    let mut go_on = |_| ControlFlow::Continue(());
    let fit = fit_purchase_model(model.kind(), &table, model.unit(), &mut go_on).unwrap();
    let value = fit_gamma_gamma(&ValueTable::from_summaries(summaries()), &mut go_on).unwrap();
    let hear = |_| ControlFlow::Continue(());
    let made = |seed| bootstrap(&fit.model, Some(&value.model), &table, 400, seed, &hear).unwrap();
    let replicates = made(1);
    assert_eq!(replicates, made(1));
    assert_ne!(replicates, made(2));
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(alone.install(|| made(1)), replicates);
    let (delta, bootstrap) =
        (Uncertainty::delta(&fit, Some(&value)).unwrap(), Uncertainty::bootstrap(replicates).unwrap());
    assert_eq!((delta.method(), bootstrap.method()), (IntervalMethod::Delta, IntervalMethod::Bootstrap));
    let answer = |pair: &Pair| pair.purchases.expected_purchases(&CustomerHistory::NEW, YEAR);
    let center = answer(&Pair { purchases: fit.model, value: None });
    let of = |uncertainty: &Uncertainty| {
        let others: Vec<f64> = uncertainty.pairs().iter().map(answer).collect();
        uncertainty.interval(Scale::Log, center, &others).unwrap()
    };
    let (delta, bootstrap) = (of(&delta), of(&bootstrap));
    let widths = (bootstrap.high - bootstrap.low) / (delta.high - delta.low);
    assert!((0.85..=1.15).contains(&widths), "{delta:?} {bootstrap:?}");
}
