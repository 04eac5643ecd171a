//! How far off spend is told, with what a purchase is worth by the likelihood alone, and with beliefs and by frequency:
//! `cargo run --release -p lojal-scoring --example values -- DATA.csv...`.
//!
//! DATA has a header, and customer, date and amount in its first three columns. The days are cut at a third, at a half and at two thirds; what
//! customers spend in the rest is told by Pareto/NBD times either value, and by the purchases that came times either value.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::expect_used, reason = "a tool for developers")]

use lojal_scoring::clv::{
    CustomerHistory, GammaGamma, PatternTable, Purchase, PurchaseModelKind, PurchaseSummary, TimeUnit,
    ValueTable, fit_gamma_gamma, fit_purchase_model, fit_value, kept_days, summarize,
};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Days since 1970.
fn day_number(text: &str) -> i32 {
    let date: jiff::civil::Date = text[..10].parse().expect("dates are like 2024-12-30");
    jiff::civil::date(1970, 1, 1).until(date).expect("a day of the calendar").get_days()
}

fn read(path: &str) -> Vec<Vec<Purchase>> {
    let mut rows = csv::Reader::from_path(path).expect("a file that can be read");
    let mut customers: BTreeMap<String, Vec<Purchase>> = BTreeMap::new();
    for fields in rows.records() {
        let fields = fields.expect("rows of as many fields as the header has");
        let amount: f64 = fields[2].parse().expect("amounts are numbers");
        let purchase = Purchase {
            day: day_number(&fields[1]),
            gross_micros: (amount * 1e6).round() as i64,
            refunded_micros: 0,
        };
        customers.entry(fields[0].to_owned()).or_default().push(purchase);
    }
    let mut all: Vec<Vec<Purchase>> = customers.into_values().collect();
    all.iter_mut().for_each(|purchases| purchases.sort_by_key(|purchase| purchase.day));
    all
}

/// A customer known by the cut, and what they did after it.
struct Lived {
    summary: PurchaseSummary,
    expected: f64,
    came: f64,
    spent: f64,
}

fn lived(customers: &[Vec<Purchase>], cut: i32, end: i32) -> Vec<Lived> {
    let summaries: Vec<(PurchaseSummary, &Vec<Purchase>)> =
        customers.iter().filter_map(|all| Some((summarize(all, cut)?, all))).collect();
    let table = PatternTable::from_summaries(summaries.iter().map(|of| &of.0));
    let fit = fit_purchase_model(PurchaseModelKind::ParetoNbd, &table, TimeUnit::Week, &mut |_| {
        ControlFlow::Continue(())
    });
    let model = fit.expect("enough customers").model;
    let of = |(summary, all): (PurchaseSummary, &Vec<Purchase>)| {
        let after = all.iter().filter(|purchase| purchase.day > cut);
        Lived {
            expected: model.expected_purchases(&CustomerHistory::from(&summary), f64::from(end - cut)),
            came: kept_days(after.clone(), end).count() as f64,
            spent: after.map(|purchase| purchase.gross_micros as f64 / 1e6).sum(),
            summary,
        }
    };
    summaries.into_iter().map(of).collect()
}

fn told(model: &GammaGamma, one: &PurchaseSummary) -> f64 {
    model.expected_next(&CustomerHistory::from(one), one.mean_repeat_value.unwrap_or(0.0)).unwrap()
}

/// Root mean squared error and error of the total.
fn errors(all: &[Lived], model: &GammaGamma, purchases: fn(&Lived) -> f64) -> (f64, f64) {
    let (mut squares, mut sum, mut spent) = (0.0, 0.0, 0.0);
    for one in all {
        let told = purchases(one) * told(model, &one.summary);
        squares += (told - one.spent).powi(2);
        sum += told;
        spent += one.spent;
    }
    ((squares / all.len() as f64).sqrt(), 100.0 * (sum / spent - 1.0))
}

fn main() {
    println!(
        "| set | known until | repeat buyers | b | RMSE | total | RMSE, as often as they came | total |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for path in std::env::args().skip(1) {
        let customers = read(&path);
        let days = || customers.iter().flatten().map(|purchase| purchase.day);
        let (first, last) = (days().min().unwrap(), days().max().unwrap());
        for share in [1.0 / 3.0, 0.5, 2.0 / 3.0] {
            let cut = first + (share * f64::from(last - first)) as i32;
            let all = lived(&customers, cut, last);
            let summaries: Vec<PurchaseSummary> = all.iter().map(|one| one.summary).collect();
            let go_on = &mut |_| ControlFlow::Continue(());
            let alone = fit_gamma_gamma(&ValueTable::from_summaries(&summaries), go_on).unwrap();
            let found = fit_value(&summaries, u32::MAX, go_on).unwrap();
            let pair = |purchases: fn(&Lived) -> f64| {
                let [one, other] = [&alone.model, &found.model].map(|model| errors(&all, model, purchases));
                format!("{:.2}, {:.2} | {:+.2} %, {:+.2} %", one.0, other.0, one.1, other.1)
            };
            let known = found.by_frequency.unwrap();
            println!(
                "| {} | day {} of {} | {} | {:.3} ({:.3}) | {} | {} |",
                std::path::Path::new(&path).file_stem().unwrap().to_string_lossy(),
                cut - first,
                last - first,
                found.customers,
                found.model.by_frequency.unwrap().b,
                known.standard_error,
                pair(|one| one.expected),
                pair(|one| one.came)
            );
        }
    }
}
