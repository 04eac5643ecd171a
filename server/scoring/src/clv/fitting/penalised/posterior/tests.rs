//! The models that stand for a posterior: against its mean by brute force, in other units and on other threads.

use std::ops::ControlFlow;

use super::*;
use crate::clv::oracle::summary;
use crate::clv::{Gaps, PurchaseSummary, Regularity, fit_penalised, simulate};

fn nodes(table: &PatternTable, unit: TimeUnit) -> Vec<PosteriorNode> {
    fit_penalised(table, unit, &mut |_| ControlFlow::Continue(())).unwrap().posterior
}

fn mean(nodes: &[PosteriorNode], of: impl Fn(&PurchaseModel) -> f64) -> f64 {
    nodes.iter().map(|node| node.weight * of(&node.model)).sum()
}

fn assert_sound(nodes: &[PosteriorNode]) {
    let sum: f64 = nodes.iter().map(|node| node.weight).sum();
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    assert!(nodes.iter().all(|node| node.weight > 0.0 && node.model.check().is_ok()), "{nodes:?}");
}

#[test]
fn the_mean_is_that_of_the_posterior() {
    let rows = [(0, 0, 30), (0, 0, 60), (0, 0, 100), (1, 20, 90), (2, 50, 80), (4, 80, 100)];
    let table = PatternTable::from_summaries(rows.map(|(x, recency, age)| summary(x, recency, age)));
    let nodes = nodes(&table, TimeUnit::Week);
    assert_sound(&nodes);
    // By `tests/golden/posterior_mean.py`, which is good to a fortieth of a percent. Models are sorted by what all buy, so
    // that is met best.
    let year = |model: &PurchaseModel| model.expected_purchases(&CustomerHistory::NEW, DAYS_PER_YEAR);
    let alive = |model: &PurchaseModel| {
        let each = table.rows().map(|(repeat_purchases, recency, age, n)| {
            let (recency_days, age_days) = (f64::from(recency), f64::from(age));
            n * model.p_alive(&CustomerHistory {
                repeat_purchases,
                recency_days,
                age_days,
                first_day: None,
                pace: 1.0,
            })
        });
        each.sum()
    };
    for (what, found, golden, within) in [
        ("purchases of all", mean(&nodes, |model| total(model, &table)), 22.8113, 0.02),
        ("purchases of a new customer", mean(&nodes, year), 4.8397, 0.10),
        ("alive", mean(&nodes, alive), 4.5440, 0.05),
    ] {
        assert!((found / golden - 1.0).abs() < within, "{what}: {found}, and it is {golden}");
    }
}

#[test]
fn regularity_is_averaged_over() {
    let truth = PurchaseModel::new(PurchaseModelKind::MbgCnbd, [1.5, 10.0, 0.5, 3.0], TimeUnit::Week);
    let lives = simulate(&truth.with_regularity(2), None, &[120; 60], 5, 1);
    let gaps = Regularity::from_gaps(lives.iter().map(|one| one.gaps));
    let shop = lives.iter().map(|one| one.summary);
    let table = PatternTable::from_summaries(shop).with_regularity(gaps);
    let nodes = nodes(&table, TimeUnit::Week);
    assert_sound(&nodes);
    let regularity = |node: &PosteriorNode| node.model.regularity().unwrap_or(1);
    let mut all: Vec<u32> = nodes.iter().map(regularity).collect();
    all.sort_unstable();
    all.dedup();
    assert!(all.len() > 1 && all.contains(&2), "{all:?}");
}

/// Two who came back after 57 years, and one who bought on thirty days in a row.
#[test]
fn one_who_buys_like_a_clock_does_not_make_clocks_of_the_others() {
    let rare = Gaps { repeat_purchases: 1, sum_ln_days: 20_819_f64.ln(), ..Gaps::default() };
    let often = Gaps { repeat_purchases: 29, last_two: Some((1, 1)), ..Gaps::default() };
    let shop =
        [summary(1, 20_819, 21_151), summary(1, 20_819, 21_151), summary(29, 29, 332), summary(0, 0, 332)];
    let regularity = Regularity::from_gaps([rare, rare, often]);
    let table = PatternTable::from_summaries(shop).with_regularity(regularity);
    let nodes = nodes(&table, TimeUnit::Week);
    assert_sound(&nodes);
    let at_random: f64 = nodes.iter().filter(|node| is_random(&node.model)).map(|node| node.weight).sum();
    assert!((at_random - 0.25).abs() < 0.02, "{at_random}");
    let history = CustomerHistory::from(&shop[0]);
    let expected = mean(&nodes, |model| model.expected_purchases(&history, DAYS_PER_YEAR));
    // Two purchases in 58 years are a thirtieth a year; by k = 12 alone it is a ten thousand millionth.
    assert!((0.002..0.02).contains(&expected), "{expected}");
}

#[test]
fn many_customers_leave_it_narrow_and_none_leaves_it_as_wide_as_the_beliefs() {
    let spread = |nodes: &[PosteriorNode]| {
        let year =
            |model: &PurchaseModel| model.expected_purchases(&CustomerHistory::NEW, DAYS_PER_YEAR).ln();
        let center = mean(nodes, year);
        mean(nodes, |model| (year(model) - center).powi(2)).sqrt()
    };
    let truth = PurchaseModel::new(PurchaseModelKind::MbgNbd, [0.6, 7.0, 0.9, 2.5], TimeUnit::Week);
    let ages: Vec<u32> = (0..5_000).map(|who| 100 + who * 300 / 5_000).collect();
    let many = simulate(&truth, None, &ages, 1, 1).into_iter().map(|one| one.summary);
    let many = nodes(&PatternTable::from_summaries(many), TimeUnit::Week);
    let none = nodes(&PatternTable::from_summaries((0..9).map(|_| summary(0, 0, 0))), TimeUnit::Week);
    assert_sound(&many);
    assert_sound(&none);
    let (many, none) = (spread(&many), spread(&none));
    assert!(many < 0.1 && (1.0..2.5).contains(&none), "{many} {none}");
}

#[test]
fn neither_threads_nor_the_order_of_customers_nor_the_unit_of_time_matter() {
    let mut shop: Vec<PurchaseSummary> =
        (0..40).map(|who| summary(who % 3, 10 * (who % 3), 30 + who)).collect();
    let table = PatternTable::from_summaries(&shop);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| nodes(&table, TimeUnit::Week))
    };
    let weeks = on(1);
    assert_eq!(weeks, on(3));
    shop.reverse();
    assert_eq!(weeks, nodes(&PatternTable::from_summaries(&shop), TimeUnit::Week));
    let days = nodes(&table, TimeUnit::Day);
    let [one, other] = [&weeks, &days].map(|nodes| mean(nodes, |model| total(model, &table)));
    assert!((one / other - 1.0).abs() < 1e-3, "{one} {other}");
}

#[test]
fn coordinates_lead_back_to_the_parameters() {
    for (unit_days, k) in [(1.0, 1), (7.0, 3), (365.25, 2)] {
        let setting = Setting { unit_days, k };
        for at in [[0.7, 5.0, 0.4, 2.0], [3.0, 0.2, 4.0, 0.01], [0.8, 10.0, 1e-4, 3.0]] {
            let at = at.map(f64::ln);
            let back = setting.ln_parameters(setting.coordinates(at));
            assert!(at.iter().zip(back).all(|(one, other)| (one - other).abs() < 1e-9), "{at:?} {back:?}");
        }
        let believed = setting.coordinates(likeliest(setting));
        assert!(believed.iter().zip(BELIEFS).all(|(at, belief)| (at - belief.0).abs() < 1e-12));
    }
}

#[test]
fn nobody_who_is_not_wanted_any_more_is_waited_for() {
    let table = PatternTable::from_summaries((0..40).map(|who| summary(who % 3, 10 * (who % 3), 30 + who)));
    let mut calls = 0;
    let stopped = fit_penalised(&table, TimeUnit::Week, &mut |_| {
        calls += 1;
        if calls > 300 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(stopped.err(), Some(FitError::Cancelled));
}
