//! Our side of `tests/peers/run`, which compares Lojal's science with lifetimes and pymc-marketing:
//! `cargo run --release -p lojal-scoring --example peers -- DATA.csv --end 2024-12-30`.
//!
//! DATA has the columns customer_id, date, value and a header. Every measurement is a line of JSON with the wall seconds of
//! each repetition; names are those of the scripts that time the peers. Reading the file is not timed. All threads there are
//! take part, as they do in the server. `--memory` measures bytes instead of seconds (on Linux).
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::expect_used, reason = "a tool for developers")]

use lojal_scoring::clv::{
    Ahead, ClvPlan, CustomerHistory, Gaps, Known, Pair, PatternTable, Purchase, PurchaseFit, PurchaseModel,
    PurchaseModelKind, PurchaseSummary, Regularity, TimeUnit, ValueTable, expect_all, fit_gamma_gamma,
    fit_purchase_model, gaps, summarize,
};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::hint::black_box;
use std::ops::{ControlFlow, Range};
use std::time::Instant;

/// Repetitions that count, after one that does not.
const REPEATS: usize = 5;

/// The 39 weeks of the literature's holdout.
const HORIZON_DAYS: f64 = 273.0;

/// A month as lifetimes and pymc-marketing have it where time is in weeks, and their discount a month.
const MONTH_DAYS: f64 = 4.345 * 7.0;
const MONTHLY_RATE: f64 = 0.01;

/// One row of the file.
#[derive(Clone, Copy)]
struct Row {
    customer: u32,
    day: i32,
    micros: i64,
}

/// Days since 1 March of the year 0.
fn day_number(text: &str) -> i32 {
    let field = |range: Range<usize>| text[range].parse::<i32>().expect("dates are like 2024-12-30");
    let (year, month, day) = (field(0..4), field(5..7), field(8..10));
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1
}

fn read(path: &str) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| fail(&format!("{path} cannot be read: {e}")));
    let mut rows = Vec::with_capacity(text.lines().count());
    for line in text.lines().skip(1) {
        let (customer, rest) = line.split_once(',').expect("three columns");
        let (date, value) = rest.split_once(',').expect("three columns");
        let value: f64 = value.parse().expect("values are numbers");
        rows.push(Row {
            customer: customer.parse().expect("customers are numbered"),
            day: day_number(date),
            micros: (value * 1e6).round() as i64,
        });
    }
    rows
}

/// Transactions in the file's order to one summary a customer: all threads deal rows out into buckets of a few thousand
/// customers, which the processor's cache holds, and group each bucket as by a counting sort. (In the server they are grouped
/// when they are recorded.)
fn by_customer<T: Send>(rows: &[Row], of_customer: impl Fn(&mut [Purchase]) -> Option<T> + Sync) -> Vec<T> {
    const BUCKET_BITS: u32 = 12;
    let end = rows.par_iter().map(|row| row.customer).max().map_or(0, |last| last as usize + 1);
    let buckets = end.div_ceil(1 << BUCKET_BITS);
    let dealt: Vec<Vec<Vec<Row>>> = rows
        .par_chunks(rows.len().div_ceil(rayon::current_num_threads()).max(1))
        .map(|rows| {
            let room = rows.len() / buckets * 9 / 8;
            let mut mine: Vec<_> = (0..buckets).map(|_| Vec::with_capacity(room)).collect();
            rows.iter().for_each(|row| mine[(row.customer >> BUCKET_BITS) as usize].push(*row));
            mine
        })
        .collect();
    let parts: Vec<Vec<T>> = (0..buckets)
        .into_par_iter()
        .map(|bucket| {
            let rows = || dealt.iter().flat_map(|mine| &mine[bucket]);
            group(rows, (bucket << BUCKET_BITS) as u32, 1 << BUCKET_BITS, &of_customer)
        })
        .collect();
    let mut all = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    parts.into_iter().for_each(|part| all.extend(part));
    all
}

/// What `of_customer` says of each of `customers` customers from number `first` on, who made the purchases in `rows`.
fn group<'a, T, R: Iterator<Item = &'a Row>>(
    rows: impl Fn() -> R,
    first: u32,
    customers: usize,
    of_customer: &impl Fn(&mut [Purchase]) -> Option<T>,
) -> Vec<T> {
    const NOTHING: Purchase = Purchase { day: 0, gross_micros: 0, refunded_micros: 0 };
    let mut ends = vec![0_usize; customers + 1];
    rows().for_each(|row| ends[(row.customer - first) as usize + 1] += 1);
    for customer in 0..customers {
        ends[customer + 1] += ends[customer];
    }
    let mut purchases = vec![NOTHING; ends[customers]];
    // What is the start of a customer's purchases becomes their end.
    for row in rows() {
        let place = &mut ends[(row.customer - first) as usize];
        purchases[*place] = Purchase { day: row.day, gross_micros: row.micros, refunded_micros: 0 };
        *place += 1;
    }
    let mut start = 0;
    let mut all = Vec::with_capacity(customers);
    all.extend(ends[..customers].iter().filter_map(|&end| {
        let purchases = &mut purchases[std::mem::replace(&mut start, end)..end];
        if !purchases.is_sorted_by_key(|p| p.day) {
            purchases.sort_by_key(|p| p.day);
        }
        of_customer(purchases)
    }));
    all
}

/// Times `work` and prints it with what `about` says of its result.
fn timed<T>(name: &str, about: impl Fn(&T) -> Value, mut work: impl FnMut() -> T) -> T {
    let mut result = black_box(work());
    let mut wall = Vec::with_capacity(REPEATS);
    for _ in 0..REPEATS {
        drop(result);
        let start = Instant::now();
        result = black_box(work());
        wall.push(start.elapsed().as_secs_f64());
    }
    let mut line = about(&result);
    line["name"] = json!(name);
    line["wall"] = json!(wall);
    println!("{line}");
    result
}

const fn name_of(kind: PurchaseModelKind) -> &'static str {
    match kind {
        PurchaseModelKind::BgNbd => "fit BG/NBD",
        PurchaseModelKind::MbgNbd => "fit MBG/NBD",
        PurchaseModelKind::ParetoNbd => "fit Pareto/NBD",
        PurchaseModelKind::BgCnbd => "fit BG/CNBD-k",
        PurchaseModelKind::MbgCnbd => "fit MBG/CNBD-k",
        PurchaseModelKind::Nbd => "fit NBD",
        PurchaseModelKind::BgBb | PurchaseModelKind::BgBbDated => "fit BG/BB",
    }
}

const fn parameters_of(kind: PurchaseModelKind) -> &'static [&'static str] {
    match kind {
        PurchaseModelKind::ParetoNbd => &["r", "alpha", "s", "beta"],
        _ => &["r", "alpha", "a", "b"],
    }
}

fn fit(kind: PurchaseModelKind, table: &PatternTable) -> PurchaseFit {
    fit_purchase_model(kind, table, TimeUnit::Week, &mut |_| ControlFlow::Continue(()))
        .unwrap_or_else(|e| fail(&format!("{} cannot be fitted: {e}", kind.name())))
}

fn about_fit(fit: &PurchaseFit) -> Value {
    let names = parameters_of(fit.model.kind()).iter();
    let params: serde_json::Map<_, _> =
        names.zip(fit.model.parameters()).map(|(name, value)| (String::from(*name), json!(value))).collect();
    json!({ "params": params, "log_likelihood": fit.log_likelihood, "patterns": fit.patterns, "iterations": fit.iterations, "customers": fit.customers })
}

fn fit_value(summaries: &[PurchaseSummary]) -> lojal_scoring::clv::GammaGammaFit {
    fit_gamma_gamma(&ValueTable::from_summaries(summaries), &mut |_| ControlFlow::Continue(()))
        .unwrap_or_else(|e| fail(&format!("Gamma-Gamma cannot be fitted: {e}")))
}

fn known(summaries: &[PurchaseSummary]) -> Vec<Known> {
    summaries
        .iter()
        .map(|s| Known { history: CustomerHistory::from(s), mean_value: s.mean_repeat_value, habits: None })
        .collect()
}

fn within(step_days: f64, steps: usize, rate: f64) -> Ahead {
    Ahead::Within(ClvPlan::of_steps(step_days, steps, rate).unwrap())
}

fn times(rows: &[Row], today: i32, wanted: &dyn Fn(&str) -> bool) {
    let summaries = {
        let work = || by_customer(rows, |purchases| summarize(purchases.iter(), today));
        let about = |all: &Vec<PurchaseSummary>| json!({ "customers": all.len(), "rows": rows.len() });
        if wanted("summary") { timed("summary", about, work) } else { work() }
    };
    let kinds = [
        PurchaseModelKind::BgNbd,
        PurchaseModelKind::MbgNbd,
        PurchaseModelKind::ParetoNbd,
        PurchaseModelKind::Nbd,
    ];
    let mut bg_nbd = None;
    for kind in kinds.into_iter().filter(|kind| wanted(name_of(*kind))) {
        // As the peers' fits do, each begins with summaries.
        let found = timed(name_of(kind), about_fit, || fit(kind, &PatternTable::from_summaries(&summaries)));
        bg_nbd = bg_nbd.or((kind == PurchaseModelKind::BgNbd).then_some(found.model));
    }
    let regular = [PurchaseModelKind::BgCnbd, PurchaseModelKind::MbgCnbd];
    if regular.iter().any(|kind| wanted(name_of(*kind))) {
        let gaps: Vec<Gaps> = by_customer(rows, |purchases| Some(gaps(purchases.iter(), today)));
        for kind in regular.into_iter().filter(|kind| wanted(name_of(*kind))) {
            timed(name_of(kind), about_fit, || {
                fit(
                    kind,
                    &PatternTable::from_summaries(&summaries).with_regularity(Regularity::from_gaps(&gaps)),
                )
            });
        }
    }
    let value = wanted("fit Gamma-Gamma").then(|| {
        let about = |fit: &lojal_scoring::clv::GammaGammaFit| {
            let model = fit.model;
            json!({ "params": { "p": model.p, "q": model.q, "v": model.gamma }, "log_likelihood": fit.log_likelihood, "customers": fit.customers })
        };
        timed("fit Gamma-Gamma", about, || fit_value(&summaries)).model
    });
    if wanted("compress") {
        let about = |table: &PatternTable| json!({ "patterns": table.patterns() });
        timed("compress", about, || PatternTable::from_summaries(&summaries));
    }
    let Some(model) = bg_nbd else { return };
    let known = known(&summaries);
    predictions(&model, value, &known, wanted);
    if wanted("P(alive)") {
        timed(
            "P(alive)",
            |all: &Vec<f64>| json!({ "sum": all.iter().sum::<f64>() }),
            || known.par_iter().map(|of| model.p_alive(&of.history)).collect::<Vec<f64>>(),
        );
    }
}

fn predictions(
    model: &PurchaseModel,
    value: Option<lojal_scoring::clv::GammaGamma>,
    known: &[Known],
    wanted: &dyn Fn(&str) -> bool,
) {
    let sum = |all: &Vec<f64>| json!({ "sum": all.iter().sum::<f64>() });
    if wanted("expected purchases") {
        let (pair, ahead) = (Pair { purchases: *model, value: None }, within(HORIZON_DAYS, 1, 0.0));
        timed("expected purchases", sum, || expect_all(&pair, &ahead, known, |e| e.purchases.unwrap_or(0.0)));
    }
    if wanted("12-month CLV") && value.is_some() {
        let (pair, ahead) = (Pair { purchases: *model, value }, within(MONTH_DAYS, 12, MONTHLY_RATE));
        timed("12-month CLV", sum, || expect_all(&pair, &ahead, known, |e| e.clv.unwrap_or(0.0)));
    }
}

/// Resident bytes now, or the most since [`forget_peak`].
fn resident(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

fn forget_peak() -> Option<()> {
    std::fs::write("/proc/self/clear_refs", "5").ok()
}

/// Prints the most bytes a customer that `work` and its result took beyond what was there before.
fn weighed<T>(name: &str, customers: usize, work: impl FnOnce() -> T) -> T {
    let before = forget_peak().and_then(|()| resident("VmRSS"));
    let result = black_box(work());
    let peak = before.zip(resident("VmHWM")).map(|(before, peak)| peak.saturating_sub(before));
    let bytes = peak.map(|bytes| bytes as f64 / customers as f64);
    println!("{}", json!({ "name": name, "bytes_per_customer": bytes }));
    result
}

fn memory(rows: Vec<Row>, today: i32) {
    let summaries = by_customer(&rows, |purchases| summarize(purchases.iter(), today));
    drop(rows);
    let customers = summaries.len();
    let mut model = None;
    for kind in [PurchaseModelKind::BgNbd, PurchaseModelKind::ParetoNbd] {
        let found =
            weighed(name_of(kind), customers, || fit(kind, &PatternTable::from_summaries(&summaries)));
        model = model.or(Some(found.model));
    }
    let value = weighed("fit Gamma-Gamma", customers, || fit_value(&summaries)).model;
    let known = known(&summaries);
    drop(summaries);
    let (pair, ahead) =
        (Pair { purchases: model.unwrap(), value: Some(value) }, within(MONTH_DAYS, 12, MONTHLY_RATE));
    weighed("12-month CLV", customers, || expect_all(&pair, &ahead, &known, |e| e.clv.unwrap_or(0.0)));
}

#[expect(clippy::print_stderr, reason = "a tool for developers")]
fn fail(sentence: &str) -> ! {
    eprintln!("peers: {sentence}");
    std::process::exit(1)
}

const USAGE: &str = "usage: peers DATA.csv --end YYYY-MM-DD [--only NAME,NAME,...] [--memory]";

fn main() {
    let (mut data, mut end, mut only, mut weigh) = (None, None, None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--end" => end = arguments.next(),
            "--only" => only = arguments.next(),
            "--memory" => weigh = true,
            _ if data.is_none() && !argument.starts_with('-') => data = Some(argument),
            _ => fail(USAGE),
        }
    }
    let (Some(data), Some(end)) = (data, end) else { fail(USAGE) };
    let (rows, today) = (read(&data), day_number(&end));
    if weigh {
        memory(rows, today);
    } else {
        let wanted = |name: &str| only.as_ref().is_none_or(|only| only.split(',').any(|one| one == name));
        times(&rows, today, &wanted);
    }
}
