//! Prints how long the Pareto/NBD model takes, until it is public and `examples/timings.rs` can ask it:
//! `TRANSACTIONS=customers.csv cargo test --release -p lojal-scoring --lib pareto_timing -- --ignored --nocapture`.
//!
//! The file has a line `customer,YYYY-MM-DD,...` for each transaction, after a header; without one only CDNOW is timed.

use super::answers::{Answers, Observed};
use super::pareto_fit::optimum;
use super::pareto_golden::cdnow;
use super::pareto_likelihood::ParetoLikelihood;
use super::pareto_nbd::Pareto;
use super::{PatternTable, PurchaseSummary};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

const WEEK: f64 = 7.0;

fn timed<T>(what: &str, units: usize, mut work: impl FnMut() -> T) -> T {
    let mut best = f64::INFINITY;
    let mut result = None;
    for _ in 0..5 {
        let start = Instant::now();
        result = Some(black_box(work()));
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{what:<40} {:>10.3} ms {:>10.1} ns each", best * 1e3, best * 1e9 / units as f64);
    result.unwrap()
}

/// Days since 1 March of the year 0.
fn day_number(text: &str) -> i32 {
    let field = |range: std::ops::Range<usize>| text[range].parse::<i32>().unwrap();
    let (year, month, day) = (field(0..4), field(5..7), field(8..10));
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1
}

fn summaries(path: &str) -> Vec<PurchaseSummary> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut purchases: Vec<(u32, i32)> = text
        .lines()
        .skip(1)
        .map(|line| {
            let (customer, rest) = line.split_once(',').unwrap();
            (customer.parse().unwrap(), day_number(rest))
        })
        .collect();
    purchases.sort_unstable();
    purchases.dedup();
    let today = purchases.iter().map(|p| p.1).max().unwrap();
    purchases
        .chunk_by(|a, b| a.0 == b.0)
        .map(|of| PurchaseSummary {
            frequency: of.len() as u32 - 1,
            recency_days: of[of.len() - 1].1.abs_diff(of[0].1),
            age_days: today.abs_diff(of[0].1),
            first_day: of[0].1,
            last_day: of[of.len() - 1].1,
            mean_repeat_value: None,
            net_spend_micros: 0,
        })
        .collect()
}

fn time(name: &str, summaries: &[PurchaseSummary]) {
    let table =
        timed(&format!("{name}: compress"), summaries.len(), || PatternTable::from_summaries(summaries));
    println!("  {} customers, {} patterns", table.customers(), table.patterns());
    let mut evaluations = 0;
    let found = timed(&format!("{name}: fit"), table.patterns(), || {
        evaluations = 0;
        let found = optimum(&table, WEEK, &mut |_| {
            evaluations += 1;
            ControlFlow::Continue(())
        });
        found.unwrap()
    });
    let [r, alpha, s, beta] = found.at.map(f64::exp);
    println!("  {r} {alpha} {s} {beta}, {:?}", found.termination);
    println!("  {evaluations} iterations, {} on the full table", found.iterations);
    let likelihood =
        timed(&format!("{name}: prepare"), table.patterns(), || ParetoLikelihood::new(&table, WEEK));
    timed(&format!("{name}: one pass"), table.patterns(), || likelihood.evaluate(&found.at));
    let model = Pareto { r, alpha, s, beta };
    let observed: Vec<_> = summaries
        .iter()
        .map(|of| Observed {
            x: of.frequency,
            recency: f64::from(of.recency_days) / WEEK,
            age: f64::from(of.age_days) / WEEK,
        })
        .collect();
    let sum = |what: &str, answer: &dyn Fn(&Observed) -> f64| {
        timed(&format!("{name}: {what}"), observed.len(), || observed.iter().map(answer).sum::<f64>());
    };
    sum("P(alive)", &|of| model.p_alive(of));
    sum("expected purchases, 39 weeks", &|of| model.expected_purchases(of, 39.0));
    sum("twelve months", &|of| {
        let mut expected = [0.0; 12];
        model.expected_purchases_at(of, &|i| 4.345 * (i + 1) as f64, &mut expected);
        expected.iter().sum()
    });
    sum("P(purchase within 13 weeks)", &|of| model.p_purchase_within(of, 13.0));
    sum("DERT", &|of| model.discounted_purchases(of, 0.0027));
    sum("median wait", &|of| model.wait_quantile(of, 0.5));
    sum("eight probabilities", &|of| {
        let mut out = [0.0; 8];
        model.purchase_probabilities(of, 39.0, &mut out);
        out[7]
    });
}

#[test]
#[ignore = "prints times, which only mean something in a release build on a quiet machine"]
fn times() {
    time("CDNOW", &cdnow());
    if let Ok(path) = std::env::var("TRANSACTIONS") {
        time("file", &summaries(&path));
    }
}
