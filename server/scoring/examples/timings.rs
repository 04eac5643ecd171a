//! Prints how long the hot paths take: `cargo run --release -p lojal-scoring --example timings`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_lossless, reason = "a tool for developers")]

#[allow(dead_code, reason = "a part of it is used here")]
#[path = "../tests/science/cdnow.rs"]
mod cdnow;
#[allow(dead_code, reason = "a part of it is used here")]
#[path = "../tests/science/random.rs"]
mod random;

use lojal_scoring::clv::{
    Ahead, ClvPlan, CustomerHistory, GammaGamma, Judged, Known, Pair, PatternTable, ProperScores,
    PurchaseModel, PurchaseModelKind, PurchaseSummary, TimeUnit, ValueTable, clv, expect_all,
    fit_gamma_gamma, fit_purchase_model, fit_value,
};
use lojal_scoring::rfm::{Cutpoints, RfmValues};
use random::Random;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

const CUSTOMERS: usize = 1_000_000;
/// As many as a backtest judges at most.
const JUDGED: usize = 20_000;

/// A BG/NBD customer: rate Gamma(1/2, 2.6 weeks), chance to leave Beta(1, 4), known for one to two years.
fn customer(random: &mut Random) -> PurchaseSummary {
    let age = 365.0 * (1.0 + random.uniform());
    let rate = random.gamma(0.5) / 2.6 / 7.0;
    let leave = random.beta(1.0, 4.0);
    let (mut time, mut frequency, mut last) = (0.0, 0_u32, 0.0_f64);
    loop {
        time += random.exponential() / rate + 0.5;
        if time > age {
            break;
        }
        frequency += 1;
        last = time;
        if random.uniform() < leave {
            break;
        }
    }
    PurchaseSummary {
        frequency,
        recency_days: last as u32,
        age_days: age as u32,
        first_day: 0,
        last_day: last as i32,
        mean_repeat_value: (frequency > 0).then(|| 5.0 + 40.0 * random.exponential()),
        net_spend_micros: 0,
    }
}

fn timed<T>(what: &str, units: usize, mut work: impl FnMut() -> T) -> T {
    let mut best = f64::INFINITY;
    let mut result = None;
    for _ in 0..3 {
        let start = Instant::now();
        result = Some(work());
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{what:<46} {:>10.3} ms {:>10.1} ns each", best * 1e3, best * 1e9 / units as f64);
    result.unwrap()
}

/// By the likelihood, and with beliefs and by frequency; the latter's model.
fn fit_values(customers: &[PurchaseSummary]) -> GammaGamma {
    let values = timed("compress values", CUSTOMERS, || ValueTable::from_summaries(customers));
    timed("fit Gamma-Gamma", values.customers() as usize, || {
        fit_gamma_gamma(&values, &mut |_| ControlFlow::Continue(())).unwrap()
    });

    let found = timed("fit values with beliefs, by frequency", values.customers() as usize, || {
        fit_value(customers, u32::MAX, &mut |_| ControlFlow::Continue(())).unwrap()
    });
    found.model
}

fn main() {
    let cdnow = PatternTable::from_summaries(cdnow::summaries());
    timed("fit BG/NBD on CDNOW", cdnow.patterns(), || {
        fit_purchase_model(PurchaseModelKind::BgNbd, &cdnow, TimeUnit::Week, &mut |_| {
            ControlFlow::Continue(())
        })
        .unwrap()
    });
    let mut random = Random(7);
    let customers: Vec<_> = (0..CUSTOMERS).map(|_| customer(&mut random)).collect();
    let table = timed("compress 1 M summaries", CUSTOMERS, || PatternTable::from_summaries(&customers));
    println!("  {} patterns", table.patterns());
    for kind in [PurchaseModelKind::BgNbd, PurchaseModelKind::MbgNbd] {
        let fit = timed(&format!("fit {kind:?}"), table.patterns(), || {
            fit_purchase_model(kind, &table, TimeUnit::Week, &mut |_| ControlFlow::Continue(())).unwrap()
        });
        println!("  {:?} iterations {} {:?}", fit.model, fit.iterations, fit.warnings);
    }
    let by_frequency = fit_values(&customers);

    let model = PurchaseModel::new(PurchaseModelKind::MbgNbd, [0.5248, 6.183, 0.8914, 1.614], TimeUnit::Week);
    let histories: Vec<CustomerHistory> = customers.iter().map(CustomerHistory::from).collect();
    let sum = |f: &dyn Fn(&CustomerHistory) -> f64| histories.iter().map(f).sum::<f64>();
    timed("P(alive)", CUSTOMERS, || black_box(sum(&|h| model.p_alive(h))));
    timed("expected purchases, 90 days", CUSTOMERS, || {
        black_box(sum(&|h| model.expected_purchases(h, 90.0)))
    });
    timed("expected purchases, a year", CUSTOMERS, || {
        black_box(sum(&|h| model.expected_purchases(h, 365.0)))
    });
    for kind in PurchaseModelKind::OF_PURCHASE_DAYS {
        let model = PurchaseModel::new(kind, [0.5248, 6.183, 0.8914, 1.614], TimeUnit::Week);
        let judge =
            |h: &CustomerHistory| Judged::forecast(&model, h, 120.0, h.repeat_purchases.min(9) as usize);
        timed(&format!("{kind:?} judged by its distribution of 120 days"), JUDGED, || {
            let judged: Vec<Judged> = histories.iter().take(JUDGED).map(judge).collect();
            black_box(ProperScores::of(&judged))
        });
    }
    let plan = ClvPlan::of_months(365.25, 0.1).unwrap();
    let pair = Pair { purchases: model, value: Some(GammaGamma::new(6.25, 3.74, 15.44)) };
    let known: Vec<Known> = customers
        .iter()
        .map(|c| Known { history: CustomerHistory::from(c), mean_value: c.mean_repeat_value, habits: None })
        .collect();
    for (what, days) in [("all: expected, 39 weeks", 273.0), ("all: 12-month lifetime value", 365.25)] {
        let ahead = Ahead::Within(ClvPlan::of_months(days, 0.1).unwrap());
        timed(what, CUSTOMERS, || black_box(expect_all(&pair, &ahead, &known, |e| e.clv).len()));
    }
    let (pair, ahead) = (Pair { value: Some(by_frequency), ..pair }, Ahead::Within(plan.clone()));
    timed("all: the same by frequency", CUSTOMERS, || {
        black_box(expect_all(&pair, &ahead, &known, |e| e.clv).len())
    });
    timed("12-month lifetime value", CUSTOMERS, || black_box(sum(&|h| clv(&model, &plan, h, 30.0))));

    let rows: Vec<RfmValues> = customers
        .iter()
        .map(|c| RfmValues {
            recency_days: i64::from(c.age_days - c.recency_days),
            frequency: i64::from(c.frequency) + 1,
            monetary_micros: (random.exponential() * 1e8) as i64,
        })
        .collect();
    let cutpoints = timed("RFM cutpoints", CUSTOMERS, || Cutpoints::from_population(&rows));
    timed("RFM scores", CUSTOMERS, || {
        let sum = |r: &RfmValues| {
            let scores = cutpoints.score(r);
            u64::from(scores.recency) + u64::from(scores.frequency) + u64::from(scores.monetary)
        };
        black_box(black_box(&rows).iter().map(sum).sum::<u64>())
    });
}
