//! Shops whose customers spend more, or less, a purchase the more often they buy.

use crate::random::Random;
use lojal_scoring::clv::{
    Ahead, ByFrequency, ClvPlan, CustomerHistory, Ensemble, FitProgress, GammaGamma, GammaGammaFit, Known,
    MbgNbd, Memory, Pair, PatternTable, PurchaseCounts, PurchaseModelKind, PurchaseSummary, Tails, TimeUnit,
    Uncertainty, ValueTable, customer_ranges, fit_gamma_gamma, fit_purchase_model, fit_value, intervals,
};
use std::ops::ControlFlow;

/// When customers buy and leave.
const PURCHASES: MbgNbd = MbgNbd { r: 0.6, alpha: 60.0, a: 0.8, b: 4.0, unit: TimeUnit::Day };
/// How they differ in what they spend, and their mean.
const P: f64 = 4.0;
const Q: f64 = 3.5;
const MEAN: f64 = 40.0;
/// Days that follow.
const HOLDOUT: f64 = 240.0;
const CUSTOMERS: usize = 4_000;

fn go_on(_: FitProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A customer, and what they go on to do.
struct Lived {
    summary: PurchaseSummary,
    /// Purchases that follow, and what one of theirs is worth in the mean.
    follow: f64,
    own: f64,
}

/// A customer with `ln M` moved by `with_rate` for each logarithm of their rate. The first purchase is at day 0 of `age`.
fn lived(random: &mut Random, age: f64, with_rate: f64) -> Lived {
    let rate = random.gamma(PURCHASES.r) / PURCHASES.alpha;
    let leaves = random.beta(PURCHASES.a, PURCHASES.b);
    let usual = PURCHASES.r / PURCHASES.alpha;
    let own = MEAN * (Q - 1.0) / random.gamma(Q) * (rate / usual).powf(with_rate);
    let paid = |random: &mut Random| own * random.gamma(P) / P;
    let first = paid(random);
    let (mut x, mut t_x, mut sum, mut follow, mut time) = (0, 0.0, 0.0, 0.0, 0.0);
    while random.uniform() >= leaves {
        time += random.exponential() / rate;
        if time >= age + HOLDOUT {
            break;
        }
        if time < age {
            (x, t_x, sum) = (x + 1, time, sum + paid(random));
        } else {
            follow += 1.0;
        }
    }
    let summary = PurchaseSummary {
        frequency: x,
        recency_days: t_x as u32,
        age_days: age as u32,
        first_day: 0,
        last_day: t_x as i32,
        mean_repeat_value: (x > 0).then(|| sum / f64::from(x)),
        net_spend_micros: ((first + sum) * 1e6) as i64,
    };
    Lived { summary, follow, own }
}

fn shop(seed: u64, customers: usize, with_rate: f64) -> Vec<Lived> {
    let random = &mut Random(seed);
    let one = |_| {
        let age = 20.0 + 480.0 * random.uniform();
        lived(random, age, with_rate)
    };
    (0..customers).map(one).collect()
}

fn summaries(shop: &[Lived]) -> Vec<PurchaseSummary> {
    shop.iter().map(|one| one.summary).collect()
}

fn fit(summaries: &[PurchaseSummary]) -> GammaGammaFit {
    fit_value(summaries, u32::MAX, &mut go_on).unwrap()
}

fn next(model: &GammaGamma, of: &PurchaseSummary) -> f64 {
    model.expected_next(&CustomerHistory::from(of), of.mean_repeat_value.unwrap_or(0.0)).unwrap()
}

/// (2) of the model, written down again.
fn gamma_after(model: &GammaGamma, x: u32, days: f64) -> f64 {
    let ByFrequency { b, gap_days, center } = model.by_frequency.unwrap();
    let ratio = (f64::from(x) + 1.0) / (days / gap_days + 1.0);
    model.gamma * ratio.powf(b) * (-b * center).exp()
}

/// What customers spend in the holdout, as often as they come: as told by the likelihood alone, as told with beliefs and by frequency,
/// and as it is. That of a model of purchases is the same in the mean, if that is right, and says less of values.
fn totals(shop: &[Lived], of: impl Fn(&PurchaseSummary) -> bool) -> [f64; 3] {
    let known = summaries(shop);
    let alone = fit_gamma_gamma(&ValueTable::from_summaries(&known), &mut go_on).unwrap().model;
    let by_frequency = fit(&known).model;
    let mut sums = [0.0; 3];
    for one in shop.iter().filter(|one| of(&one.summary)) {
        sums[0] += one.follow * next(&alone, &one.summary);
        sums[1] += one.follow * next(&by_frequency, &one.summary);
        sums[2] += one.follow * one.own;
    }
    sums
}

/// How far off totals of many shops are, alone and by frequency.
fn errors(with_rate: f64, of: impl Fn(&PurchaseSummary) -> bool) -> [f64; 2] {
    let mut sums = [0.0; 3];
    for seed in 0..12 {
        let told = totals(&shop(seed, CUSTOMERS, with_rate), &of);
        sums = std::array::from_fn(|i| sums[i] + told[i]);
    }
    [sums[0], sums[1]].map(|told| told / sums[2] - 1.0)
}

/// Where big spenders come often, and where they come rarely, what everybody will spend is told nearer to what comes, and what those
/// will who bought once, of whom nothing else is known.
#[test]
fn totals_are_nearer_where_value_goes_with_frequency() {
    for with_rate in [-0.25, 0.25] {
        let all = errors(with_rate, |_| true);
        let once = errors(with_rate, |one| one.frequency == 0);
        println!("{with_rate}: all {all:+.4?}, who bought once {once:+.4?}");
        assert!(all[1].abs() < 0.75 * all[0].abs(), "{with_rate}: {all:?}");
        assert!(once[1].abs() < 0.4 * once[0].abs(), "{with_rate}: {once:?}");
    }
}

/// What a purchase of those is worth who have just come, over all that they make in a year.
#[test]
fn new_customers_are_told_what_their_purchases_are_worth() {
    for with_rate in [-0.25, 0.25] {
        let (mut told, mut came) = ([0.0; 2], (0.0, 0.0));
        for seed in 0..8 {
            let known = summaries(&shop(seed, CUSTOMERS, with_rate));
            told[0] += fit_gamma_gamma(&ValueTable::from_summaries(&known), &mut go_on)
                .unwrap()
                .model
                .population_mean()
                .unwrap();
            told[1] += fit(&known).model.expected_next(&CustomerHistory::NEW, 0.0).unwrap();
            let random = &mut Random(1_000 + seed);
            for _ in 0..CUSTOMERS {
                let of = lived(random, 0.5, with_rate);
                came = (came.0 + of.follow * of.own, came.1 + of.follow);
            }
        }
        let off = told.map(|told| told / 8.0 / (came.0 / came.1) - 1.0);
        println!("{with_rate}: {:+.1} % alone, {:+.1} % by frequency", 100.0 * off[0], 100.0 * off[1]);
        assert!(off[1].abs() < 0.5 * off[0].abs(), "{with_rate}: {off:?}");
    }
}

/// Where value has nothing to do with frequency answers are what they were.
#[test]
fn nothing_is_lost_where_value_has_nothing_to_do_with_frequency() {
    let (mut total, mut each, mut customers) = (0.0, 0.0, 0.0);
    for seed in 0..12 {
        let shop = shop(seed, CUSTOMERS, 0.0);
        let known = summaries(&shop);
        let [alone, by_frequency, _] = totals(&shop, |_| true);
        total += (by_frequency / alone).ln().powi(2);
        let (alone, found) =
            (fit_gamma_gamma(&ValueTable::from_summaries(&known), &mut go_on).unwrap().model, fit(&known));
        for one in &known {
            each += (next(&found.model, one) / next(&alone, one)).ln().powi(2);
            customers += 1.0;
        }
    }
    let (total, each) = ((total / 12.0_f64).sqrt(), (each / customers).sqrt());
    println!("total moved by {total:.5}, each by {each:.5}");
    assert!(total < 2e-3 && each < 0.02, "{total} {each}");
}

/// b as it is in the world, and its interval.
#[test]
fn how_value_goes_with_frequency_is_found() {
    let (worlds, truth) = (60, 0.35);
    let mut held = 0;
    for seed in 0..worlds {
        let mut known = summaries(&shop(seed, CUSTOMERS, 0.0));
        for one in known.iter_mut().filter(|one| one.frequency > 0) {
            let ratio = f64::from(one.frequency + 1) / (f64::from(one.recency_days) / 50.0 + 1.0);
            one.mean_repeat_value = one.mean_repeat_value.map(|mean| mean * ratio.powf(truth));
        }
        let found = fit(&known);
        let (b, error) = (found.model.by_frequency.unwrap().b, found.by_frequency.unwrap().standard_error);
        assert!((b - truth).abs() < 0.2 && error < 0.1, "{seed}: {b} {error}");
        held += u32::from((b - truth).abs() < 1.96 * error);
    }
    println!("{held} of {worlds} intervals hold b");
    assert!(held >= 50, "{held} of {worlds}");
}

/// The likelihood that is told is that of customers one by one, each with the gamma of who buys as often.
#[test]
fn the_likelihood_is_that_of_each_customer_at_their_frequency() {
    let known = summaries(&shop(3, 1_000, 0.3));
    let found = fit(&known);
    let of = |one: &PurchaseSummary| {
        let gamma = gamma_after(&found.model, one.frequency, f64::from(one.recency_days));
        GammaGamma::new(found.model.p, found.model.q, gamma)
            .log_likelihood(one.frequency, one.mean_repeat_value?)
    };
    let sum: f64 = known.iter().filter_map(of).sum();
    assert!((found.log_likelihood / sum - 1.0).abs() < 1e-10, "{} {sum}", found.log_likelihood);
    let history = CustomerHistory::from(&known[7]);
    let told = found.model.for_next_purchase(&history);
    let wanted = gamma_after(&found.model, history.repeat_purchases + 1, history.age_days);
    assert!((told.gamma / wanted - 1.0).abs() < 1e-12 && told.by_frequency.is_none());
}

#[test]
fn neither_the_unit_of_time_nor_of_money_nor_the_order_of_customers_matters() {
    let known = summaries(&shop(4, 1_500, 0.3));
    let found = fit(&known);
    let reversed: Vec<PurchaseSummary> = known.iter().rev().copied().collect();
    assert_eq!(fit(&reversed), found);
    let other: Vec<PurchaseSummary> = known
        .iter()
        .map(|one| PurchaseSummary {
            recency_days: 7 * one.recency_days,
            age_days: 7 * one.age_days,
            mean_repeat_value: one.mean_repeat_value.map(|mean| 100.0 * mean),
            net_spend_micros: 100 * one.net_spend_micros,
            ..*one
        })
        .collect();
    let moved = fit(&other);
    for (one, other) in known.iter().zip(&other) {
        assert!((next(&moved.model, other) / next(&found.model, one) / 100.0 - 1.0).abs() < 1e-7);
    }
}

/// The interval of a value knows b, and so does what may come.
#[test]
fn intervals_and_ranges_know_it() {
    let known = summaries(&shop(5, 2_000, 0.3));
    let found = fit(&known);
    let table = PatternTable::from_summaries(&known);
    let bought = fit_purchase_model(PurchaseModelKind::MbgNbd, &table, TimeUnit::Day, &mut go_on).unwrap();
    let base = Ensemble::from(Pair { purchases: bought.model, value: Some(found.model) });
    let ahead = Ahead::Within(ClvPlan::of_months(365.25, 0.1).unwrap());
    let interval = |fit: &GammaGammaFit, of: &Known| {
        let uncertainty = Uncertainty::delta(&bought, Some(fit)).unwrap();
        intervals(&uncertainty, &base, &ahead, of, &mut Memory::default()).value.unwrap()
    };
    let certain = GammaGammaFit { by_frequency: None, ..found.clone() };
    let silent = Known::from(CustomerHistory {
        repeat_purchases: 0,
        recency_days: 0.0,
        age_days: 500.0,
        ..CustomerHistory::NEW
    });
    let worth = found.model.expected_next(&silent.history, 0.0).unwrap();
    let ByFrequency { gap_days, center, .. } = found.model.by_frequency.unwrap();
    let slope = (2.0 / (500.0 / gap_days + 1.0)).ln() - center;
    let (with, without) = (interval(&found, &silent), interval(&certain, &silent));
    let wanted =
        without.standard_error.powi(2) + (worth * slope * found.by_frequency.unwrap().standard_error).powi(2);
    assert!((with.standard_error.powi(2) / wanted - 1.0).abs() < 1e-2, "{with:?} {without:?} {wanted}");
    // Of two who bought once, one has been silent for long: what they may spend is that of their own gamma.
    let counts = PurchaseCounts::ahead(&base, &silent, 365.0);
    let range =
        |value: &GammaGamma| customer_ranges(&counts, Some(value), &silent, &Tails::default()).spend.unwrap();
    let (found, own) = (range(&found.model), range(&found.model.for_next_purchase(&silent.history)));
    assert_eq!(found, own);
}

/// Models that were kept before values went with frequency, or had beliefs, are read as what they were.
#[test]
fn models_of_before_are_read() {
    let kept = r#"{"p":6.25,"q":3.74,"gamma":15.44}"#;
    let read: GammaGamma = serde_json::from_str(kept).unwrap();
    assert_eq!(read, GammaGamma::new(6.25, 3.74, 15.44));
    assert_eq!(serde_json::to_string(&read).unwrap(), kept);
    let history = CustomerHistory { age_days: 300.0, ..CustomerHistory::NEW };
    assert_eq!(read.expected_next(&history, 0.0), read.population_mean());
    let known = summaries(&shop(6, 500, 0.3));
    let alone = fit_gamma_gamma(&ValueTable::from_summaries(&known), &mut go_on).unwrap();
    let text = serde_json::to_string(&alone).unwrap();
    assert!(!text.contains("by_frequency") && !text.contains("prior_share"), "{text}");
    assert_eq!(serde_json::from_str::<GammaGammaFit>(&text).unwrap(), alone);
    let found = fit(&known);
    let again: GammaGammaFit = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
    assert_eq!(again, found);
}
