//! Parameters are recovered from simulated customers, and 95 % intervals hold the truth in 93 to 97 % of many worlds.
//!
//! Every run looks at forty worlds, which can only tell intervals that are wrong from those that are right. The long
//! form tells how right: `WORLDS=2000 cargo test --release -p lojal-scoring --test science coverage::clv:: -- --nocapture`.

use crate::random::Random;
use lojal_scoring::clv::{
    Ahead, ClvPlan, ConfidenceInterval, CustomerHistory, Ensemble, GammaGamma, IntervalMethod, IntervalScale,
    Known, Memory, Pair, PatternTable, Purchase, PurchaseFit, PurchaseModel, PurchaseModelKind, Regularity,
    Sbg, SurvivorTable, TimeUnit, Totals, Uncertainty, ValueTable, bootstrap, expect, fit_gamma_gamma,
    fit_purchase_model, fit_sbg, gaps, intervals, simulate, summarize,
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
        PurchaseModelKind::BgBb | PurchaseModelKind::BgBbDated => &[1.2, 0.9, 0.8, 3.0],
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

const VALUE: GammaGamma = GammaGamma::new(4.0, 3.0, 20.0);

/// A customer who has bought three times and been silent for eight months.
const SILENT: Known = Known {
    history: CustomerHistory {
        repeat_purchases: 3,
        recency_days: 120.0,
        age_days: 365.0,
        first_day: None,
        pace: 1.0,
    },
    mean_value: Some(12.0),
    habits: None,
};

/// Whether an interval holds the truth; `None` without one.
type Held = Option<bool>;

fn within(interval: Option<ConfidenceInterval>, real: f64) -> Held {
    interval.map(|interval| interval.low <= real && real <= interval.high)
}

/// Whether the interval of a parameter, normal in its logarithm, holds the truth.
fn parameter_held(estimate: f64, truth: f64, variance_of_log: f64) -> Held {
    Some((estimate / truth).ln().abs() <= Z * variance_of_log.sqrt())
}

fn parameters_held(fit: &PurchaseFit, truth: &PurchaseModel) -> Vec<Held> {
    let pairs = fit.model.parameters().into_iter().zip(truth.parameters());
    pairs.enumerate().map(|(i, (e, t))| parameter_held(e, t, fit.covariance_of_log_params[i][i])).collect()
}

/// What one world's intervals hold: a parameter's, in order; then of the purchases of a new customer, of P(alive) of a silent
/// one, of the customers who are alive, of all purchases, of all value. None where there is no interval.
fn world(kind: PurchaseModelKind, seed: u64) -> Vec<Held> {
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

    let mut held = parameters_held(&fit, &model);
    let base = Ensemble::from(Pair { purchases: fit.model, value: Some(value.model) });
    let real = Pair { purchases: model, value: Some(VALUE) };
    let uncertainty = Uncertainty::delta(&fit, Some(&value)).unwrap();
    let ahead = Ahead::Within(ClvPlan::of_months(YEAR, 0.1).unwrap());
    let new = intervals(&uncertainty, &base, &ahead, &Known::NEW, &mut Memory::default());
    held.push(within(new.clv, expect(&real, &ahead, &Known::NEW).clv.unwrap()));
    let found = intervals(&uncertainty, &base, &ahead, &SILENT, &mut Memory::default());
    let expected = expect(&real, &ahead, &SILENT);
    held.push(within(found.alive, expected.alive));
    held.push(within(found.purchases, expected.purchases.unwrap()));
    // All customers: the truth is what the true model expects of the same histories.
    let all_real = Ensemble::from(real);
    let (mut totals, mut real_totals) =
        (Totals::new(&base, Some(&uncertainty)), Totals::new(&all_real, None));
    let (mut memory, mut real_memory) = (Memory::default(), Memory::default());
    for summary in summaries() {
        let known = Known {
            history: CustomerHistory::from(summary),
            mean_value: summary.mean_repeat_value,
            habits: None,
        };
        totals.add(&base, Some(&uncertainty), &ahead, &known, &mut memory);
        real_totals.add(&all_real, None, &ahead, &known, &mut real_memory);
    }
    held.push(within(totals.alive(Some(&uncertainty)).1, real_totals.alive(None).0.unwrap()));
    held.push(within(totals.purchases(Some(&uncertainty)).1, real_totals.purchases(None).0.unwrap()));
    held.push(within(totals.clv(Some(&uncertainty)).1, real_totals.clv(None).0.unwrap()));
    held
}

fn names(kind: PurchaseModelKind) -> Vec<&'static str> {
    let ahead = [
        "CLV of a new customer",
        "P(alive)",
        "purchases of one",
        "alive of all",
        "purchases of all",
        "CLV of all",
    ];
    truth(kind).parameter_names().iter().copied().chain(ahead).collect()
}

fn intervals_hold_the_truth(kind: PurchaseModelKind) {
    let of = coverage(kind.name(), &names(kind), |seed| world(kind, seed));
    // P(alive) is 1 where nobody leaves, and has no interval.
    let without: &[&str] = if kind == PurchaseModelKind::Nbd { &["P(alive)", "alive of all"] } else { &[] };
    of.assert_nominal(without);
}

/// The share of worlds in which each interval held the truth.
struct Coverage {
    model: String,
    worlds: usize,
    /// What the interval is of, in how many worlds there was one, and in which share of those it held.
    rows: Vec<(&'static str, usize, f64)>,
}

/// Looks at many worlds, and prints what their intervals held.
fn coverage(model: &str, names: &[&'static str], world: impl Fn(u64) -> Vec<Held> + Sync + Send) -> Coverage {
    let worlds = std::env::var("WORLDS").ok().map_or(WORLDS, |text| text.parse().unwrap());
    let worlds: Vec<Vec<Held>> = (0..worlds).into_par_iter().map(world).collect();
    let row = |(i, &name): (usize, &&'static str)| {
        let held: Vec<bool> = worlds.iter().filter_map(|world| world[i]).collect();
        let share = held.iter().filter(|held| **held).count() as f64 / held.len() as f64;
        println!("{model:<20} {name:<24} {:.1} % of {}", 100.0 * share, held.len());
        (name, held.len(), share)
    };
    Coverage {
        model: model.to_owned(),
        worlds: worlds.len(),
        rows: names.iter().enumerate().map(row).collect(),
    }
}

impl Coverage {
    fn assert_nominal(&self, without: &[&str]) {
        for &(name, intervals, share) in &self.rows {
            if without.contains(&name) {
                assert_eq!(intervals, 0);
                continue;
            }
            assert!(intervals * 20 > self.worlds * 19, "{} {name} has too few intervals", self.model);
            // Three standard deviations more where there are few.
            let luck = if intervals >= MANY { 0.0 } else { 3.0 * (0.95 * 0.05 / intervals as f64).sqrt() };
            assert!((share - 0.95).abs() <= 0.02 + luck, "{} {name} covers {share}", self.model);
        }
    }
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

#[test]
fn intervals_of_gamma_gamma_hold_the_truth() {
    let names = ["p", "q", "gamma", "value of a new customer", "value of one"];
    let purchases = truth(PurchaseModelKind::MbgNbd);
    let world = |seed| {
        let customers = simulate(&purchases, Some(&VALUE), &ages(purchases.unit()), seed, 0);
        let summaries = || customers.iter().map(|customer| &customer.summary);
        let mut go_on = |_| ControlFlow::Continue(());
        let fit = fit_gamma_gamma(&ValueTable::from_summaries(summaries()), &mut go_on).unwrap();
        let table = PatternTable::from_summaries(summaries());
        let bought = fit_purchase_model(purchases.kind(), &table, purchases.unit(), &mut go_on).unwrap();
        let uncertainty = Uncertainty::delta(&bought, Some(&fit)).unwrap();
        let base = Ensemble::from(Pair { purchases: bought.model, value: Some(fit.model) });
        let ahead = Ahead::Within(ClvPlan::of_months(YEAR, 0.1).unwrap());
        let value = |known: &Known| {
            let interval = intervals(&uncertainty, &base, &ahead, known, &mut Memory::default()).value;
            let mean = known.mean_value.unwrap_or(0.0);
            within(interval, VALUE.expected_value(known.history.repeat_purchases, mean).unwrap())
        };
        let (estimates, variances) =
            ([fit.model.p, fit.model.q, fit.model.gamma], fit.covariance_of_log_params);
        let truths = [VALUE.p, VALUE.q, VALUE.gamma];
        let parameter = |i: usize| parameter_held(estimates[i], truths[i], variances[i][i]);
        (0..3).map(parameter).chain([value(&Known::NEW), value(&SILENT)]).collect()
    };
    coverage("Gamma-Gamma", &names, world).assert_nominal(&[]);
}

#[test]
fn intervals_of_sbg_hold_the_truth() {
    const TRUTH: Sbg = Sbg { alpha: 0.9, beta: 3.0 };
    /// Periods seen, of those of the projection.
    const SEEN: usize = 7;
    const AHEAD: u32 = 15;
    const RATE: f64 = 0.1;
    let names =
        ["alpha", "beta", "still there after 15", "renew for period 8", "lifetime", "residual lifetime"];
    let world = |seed| {
        let mut random = Random(seed);
        let mut survivors = [0_u64; SEEN + 1];
        for _ in 0..CUSTOMERS {
            let leave = random.beta(TRUTH.alpha, TRUTH.beta);
            let periods = survivors.iter_mut().enumerate();
            periods
                .take_while(|(period, _)| *period == 0 || random.uniform() >= leave)
                .for_each(|(_, n)| *n += 1);
        }
        let fit = fit_sbg(&SurvivorTable::from_survivors(&survivors).unwrap()).unwrap();
        let answer = |scale, of: &dyn Fn(&Sbg) -> f64| within(fit.interval(scale, of), of(&TRUTH));
        vec![
            parameter_held(fit.model.alpha, TRUTH.alpha, fit.covariance_of_log_params[0][0]),
            parameter_held(fit.model.beta, TRUTH.beta, fit.covariance_of_log_params[1][1]),
            answer(IntervalScale::Logit, &|model| model.survival(AHEAD)),
            answer(IntervalScale::Logit, &|model| model.retention_rate(SEEN as u32 + 1).unwrap()),
            answer(IntervalScale::Log, &|model| model.discounted_lifetime(RATE).unwrap()),
            answer(IntervalScale::Log, &|model| {
                model.discounted_residual_lifetime(SEEN as u32, RATE).unwrap()
            }),
        ]
    };
    coverage("sBG", &names, world).assert_nominal(&[]);
}

/// The purchases of a customer of BG/CNBD-2 as a shop knows them: whole days, of which several on one day are one.
fn live_in_days(model: &PurchaseModel, age: u32, random: &mut Random) -> Vec<Purchase> {
    let [r, alpha, a, b] = model.parameters()[..] else { unreachable!() };
    let (rate, leave) = (random.gamma(r) / alpha, random.beta(a, b));
    let mut time = 0.0;
    let mut purchases = Vec::new();
    while time < f64::from(age) {
        purchases.push(Purchase { day: time as i32, gross_micros: 1, refunded_micros: 0 });
        let left = purchases.len() > 1 && random.uniform() < leave;
        time += if left { f64::INFINITY } else { random.gamma(2.0) / rate };
    }
    purchases
}

/// A model of regular purchases is for gaps of many days: what whole days do to it where a customer comes once in two months
/// is below chance. The more frequent customers, whose coverage is printed beside, are for the document.
#[test]
fn whole_days_do_not_matter_where_purchases_are_rare() {
    let names = ["k", "r", "alpha", "a", "b"];
    for (alpha, what) in [(30.0, "every 67 days"), (3.0, "every 7 days")] {
        let truth = PurchaseModel::new(PurchaseModelKind::BgCnbd, [0.9, alpha, 1.2, 3.5], TimeUnit::Day);
        let truth = truth.with_regularity(2);
        let world = |seed| {
            let mut random = Random(seed);
            let lives: Vec<_> = ages(TimeUnit::Day)
                .iter()
                .map(|&age| (age, live_in_days(&truth, age, &mut random)))
                .collect();
            let summaries = lives.iter().filter_map(|(age, life)| summarize(life, *age as i32));
            let regularity = Regularity::from_gaps(lives.iter().map(|(age, life)| gaps(life, *age as i32)));
            let table = PatternTable::from_summaries(summaries).with_regularity(regularity);
            let mut go_on = |_| ControlFlow::Continue(());
            let fit = fit_purchase_model(truth.kind(), &table, truth.unit(), &mut go_on).unwrap();
            let k = Some(fit.model.regularity() == truth.regularity());
            std::iter::once(k).chain(parameters_held(&fit, &truth)).collect()
        };
        let of = coverage(what, &names, world);
        if alpha > 10.0 {
            let parameters = Coverage { rows: of.rows[1..].to_vec(), ..of };
            parameters.assert_nominal(&[]);
        }
    }
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
        uncertainty.interval(IntervalScale::Log, center, &others).unwrap()
    };
    let (delta, bootstrap) = (of(&delta), of(&bootstrap));
    let widths = (bootstrap.high - bootstrap.low) / (delta.high - delta.low);
    assert!((0.85..=1.15).contains(&widths), "{delta:?} {bootstrap:?}");
}
