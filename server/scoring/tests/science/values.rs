//! What purchases are worth where few bought twice, by maximum a posteriori.

use crate::random::Random;
use lojal_scoring::clv::{
    CustomerHistory, FitError, FitProgress, GammaGammaFit, PurchaseSummary, ValueTable, fit_gamma_gamma,
    fit_value,
};
use std::ops::ControlFlow;

/// The quantile of the normal distribution of which intervals of 95 % are made.
const TWO_SIDED: f64 = 1.96;

fn go_on(_: FitProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// What customers of a shop spend: p and q, the mean value of a repeat purchase, and what a first one is worth of that.
#[derive(Debug, Clone, Copy)]
struct World {
    p: f64,
    q: f64,
    mean: f64,
    first: f64,
}

impl World {
    /// Shops differ as those that anybody has data of do.
    fn drawn(random: &mut Random) -> Self {
        let mut around = |mean: f64, deviation: f64| mean * (deviation * random.normal()).exp();
        Self {
            p: around(3.0, 0.8),
            q: 1.0 + around(2.8, 0.5),
            mean: around(40.0, 1.0),
            first: around(0.9, 0.2),
        }
    }

    /// A customer with so many repeat purchases.
    fn customer(&self, random: &mut Random, x: u32) -> PurchaseSummary {
        let own = self.mean * (self.q - 1.0) / random.gamma(self.q);
        let mut spent = |n: u32| own * random.gamma(self.p * f64::from(n)) / self.p;
        let first = self.first * spent(1);
        let repeat = if x > 0 { spent(x) } else { 0.0 };
        PurchaseSummary {
            frequency: x,
            recency_days: 30 * x,
            age_days: 365,
            first_day: 0,
            last_day: 30 * x as i32,
            mean_repeat_value: (x > 0).then(|| repeat / f64::from(x)),
            net_spend_micros: ((first + repeat) * 1e6) as i64,
        }
    }
}

fn fit(summaries: &[PurchaseSummary]) -> GammaGammaFit {
    fit_value(summaries, u32::MAX, &mut go_on).unwrap()
}

fn new_customer(fit: &GammaGammaFit) -> f64 {
    fit.model.expected_value(0, 0.0).unwrap()
}

/// Standard error of the logarithm of what a purchase of a new customer is worth.
fn error_of_mean(fit: &GammaGammaFit) -> f64 {
    let slopes = [1.0, -fit.model.q / (fit.model.q - 1.0), 1.0];
    let of = |(i, j): (usize, usize)| slopes[i] * slopes[j] * fit.covariance_of_log_params[i][j];
    (0..3).flat_map(|i| (0..3).map(move |j| (i, j))).map(of).sum::<f64>().sqrt()
}

/// What a model expects of the next purchases of everybody, one each.
fn of_all(fit: &GammaGammaFit, summaries: &[PurchaseSummary]) -> f64 {
    let of = |one: &PurchaseSummary| {
        fit.model.expected_next(&CustomerHistory::from(one), one.mean_repeat_value.unwrap_or(0.0)).unwrap()
    };
    summaries.iter().map(of).sum()
}

/// Two thousand customers of whom none, then one, then two ... turn out to have come back. What a model says after one more may move
/// by what records explain: an estimate known to `s` moves by `s sqrt(1/n)` in the root mean square when it takes in the n-th, of which
/// three are allowed, and one customer who spends many times the mean moves a mean of n by an n-th of that; and by 1 %.
#[test]
fn a_repeat_buyer_more_is_no_other_shop() {
    const A_LITTLE: f64 = 0.01;
    let mut most = 0.0_f64;
    for seed in 0..6 {
        let random = &mut Random(seed);
        let world = World::drawn(random);
        let returned: Vec<PurchaseSummary> = (0..120)
            .map(|_| {
                let x = 1 + (3.0 * random.exponential()) as u32;
                world.customer(random, x)
            })
            .collect();
        let mut shop: Vec<PurchaseSummary> = (0..2_000).map(|_| world.customer(random, 0)).collect();
        let mut before = fit(&shop);
        for (n, customer) in (1_u32..).zip(&returned) {
            shop[n as usize] = *customer;
            let after = fit(&shop);
            let moved = (of_all(&after, &shop) / of_all(&before, &shop)).ln().abs();
            let known = error_of_mean(&before).max(error_of_mean(&after)) / f64::from(n).sqrt();
            let own = (customer.mean_repeat_value.unwrap() / world.mean - 1.0).abs() / f64::from(n);
            let allowed = 3.0 * known + own;
            most = most.max((moved - A_LITTLE) / allowed);
            assert!(moved < allowed + A_LITTLE, "{seed}, {n}: {moved}, {known}, {own} of {world:?}");
            before = after;
        }
        assert!(before.prior_share.unwrap() < 0.2, "{before:?}");
    }
    println!("most: {most:.2} of what is allowed");
}

/// What a purchase of a new customer is worth, by shops of few repeat buyers: by the mean of all purchases, by the likelihood where
/// that determines it, and with beliefs. Root mean squares of the error of its logarithm.
#[test]
fn few_repeat_buyers_say_more_than_none() {
    for buyers in [1_u32, 5, 20, 50, 200] {
        let (mut mean, mut likelihood, mut beliefs, mut held) = (0.0, 0.0, 0.0, 0);
        let (shops, mut determined) = (100, 0);
        for seed in 0..shops {
            let random = &mut Random(1_000 + seed);
            let world = World::drawn(random);
            let mut shop: Vec<PurchaseSummary> = (0..300).map(|_| world.customer(random, 0)).collect();
            let none = fit(&shop);
            shop.extend((0..buyers).map(|i| world.customer(random, 1 + i % 4)));
            let some = fit(&shop);
            let off = |told: f64| (told / world.mean).ln();
            mean += off(new_customer(&none)).powi(2);
            beliefs += off(new_customer(&some)).powi(2);
            held += u32::from(off(new_customer(&some)).abs() < TWO_SIDED * error_of_mean(&some));
            let alone = fit_gamma_gamma(&ValueTable::from_summaries(&shop), &mut go_on);
            if let Some(fit) = alone.ok().filter(GammaGammaFit::is_identified) {
                likelihood += off(new_customer(&fit)).powi(2);
                determined += 1;
            }
        }
        let root = |sum: f64, n: u32| (sum / f64::from(n)).sqrt();
        let (mean, beliefs) = (root(mean, shops as u32), root(beliefs, shops as u32));
        println!(
            "{buyers} repeat buyers: mean of all {mean:.3}, likelihood {:.3} (of {determined} shops), beliefs {beliefs:.3}, held {held}",
            root(likelihood, determined)
        );
        assert!(beliefs < mean * if buyers < 20 { 1.03 } else { 0.9 }, "{buyers}: {beliefs}, {mean}");
        assert!(held >= 90, "{buyers}: {held} of {shops} intervals");
    }
}

#[test]
fn many_repeat_buyers_say_what_the_likelihood_says() {
    let random = &mut Random(5);
    let world = World { p: 2.0, q: 4.5, mean: 40.0, first: 0.8 };
    let shop: Vec<PurchaseSummary> = (0..4_000).map(|i| world.customer(random, i % 5)).collect();
    let (alone, with_beliefs) =
        (fit_gamma_gamma(&ValueTable::from_summaries(&shop), &mut go_on).unwrap(), fit(&shop));
    for (x, mean) in [(0, 0.0), (1, 20.0), (3, 100.0), (20, 30.0)] {
        let told = [&alone, &with_beliefs].map(|fit| fit.model.expected_value(x, mean).unwrap());
        assert!((told[1] / told[0] - 1.0).abs() < 2e-3, "{x} {mean}: {told:?}");
    }
    assert!(with_beliefs.log_likelihood <= alone.log_likelihood);
    assert!(alone.log_likelihood - with_beliefs.log_likelihood < 0.05, "{alone:?} {with_beliefs:?}");
    assert!(with_beliefs.prior_share.unwrap() < 0.01 && alone.prior_share.is_none());
}

#[test]
fn without_a_repeat_buyer_a_purchase_is_worth_the_mean_of_all() {
    let shop: Vec<PurchaseSummary> = [10, 20, 60]
        .map(|paid| PurchaseSummary {
            frequency: 0,
            recency_days: 0,
            age_days: 9,
            first_day: 0,
            last_day: 0,
            mean_repeat_value: None,
            net_spend_micros: paid * 1_000_000,
        })
        .to_vec();
    let of = fit(&shop);
    assert!((new_customer(&of) - 30.0).abs() < 1e-9);
    assert!((error_of_mean(&of).powi(2) - 0.0625 - 1.0 / 3.0).abs() < 1e-12 && of.prior_share == Some(1.0));
    let free: Vec<PurchaseSummary> =
        shop.iter().map(|one| PurchaseSummary { net_spend_micros: 0, ..*one }).collect();
    assert_eq!(fit_value(&free, u32::MAX, &mut go_on), Err(FitError::NothingPaid));
}

#[test]
fn values_that_are_all_alike_are_told_from_the_first_repeat_buyer_on() {
    let world = World { p: 1e7, q: 1e7, mean: 30.0, first: 1.0 };
    for buyers in [1, 2, 5, 20, 100, 1_000] {
        let shop: Vec<PurchaseSummary> = (0..buyers).map(|i| world.customer(&mut Random(i), 1)).collect();
        let fit = fit(&shop);
        // Of a few, values as they are in shops in general are as likely to lie above their mean as below their median.
        let within = if buyers < 20 { 0.2 } else { 0.01 };
        assert!((new_customer(&fit) / 30.0 - 1.0).abs() < within, "{buyers}: {fit:?}");
        assert!(
            (fit.model.expected_value(1, 30.0).unwrap() / 30.0 - 1.0).abs() < within,
            "{buyers}: {fit:?}"
        );
    }
}
