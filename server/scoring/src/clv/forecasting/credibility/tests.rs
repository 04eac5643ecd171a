//! Shares against what the models themselves expect of rates, and against integrals over rates.

use super::*;
use crate::clv::oracle::{beta_points, gamma_points};
use crate::clv::uncertainty::intervals::Pair;
use crate::clv::{CustomerHistory, PurchaseModelKind, TimeUnit};

const WEEK: f64 = 7.0;

fn model(kind: PurchaseModelKind) -> PurchaseModel {
    let all = [0.6, 9.0, 0.7, 2.5];
    let parameters = if kind == PurchaseModelKind::Nbd { &all[..2] } else { &all[..] };
    PurchaseModel::new(kind, parameters, TimeUnit::Week)
}

fn alone(purchases: PurchaseModel) -> Ensemble {
    Ensemble::from(Pair { purchases, value: None })
}

/// Who bought so often, the last time when three quarters of their weeks were over.
fn known(repeat_purchases: u32, weeks: f64) -> CustomerHistory {
    let recency_days = if repeat_purchases > 0 { 0.75 * WEEK * weeks } else { 0.0 };
    CustomerHistory { repeat_purchases, recency_days, age_days: WEEK * weeks, first_day: None, pace: 1.0 }
}

fn close(found: f64, wanted: f64, allowed: f64, what: &str) {
    assert!((found / wanted - 1.0).abs() < allowed, "{what}: {found} and {wanted}");
}

/// (1) by what models answer: purchases within a moment of whoever is alive, over the moment, are the rate.
#[test]
fn what_is_expected_of_a_rate_has_these_parts() {
    const MOMENT_DAYS: f64 = 1e-4;
    let kinds = PurchaseModelKind::OF_PURCHASE_DAYS;
    for (kind, unit) in kinds.iter().flat_map(|kind| [(*kind, TimeUnit::Week), (*kind, TimeUnit::Day)]) {
        let in_weeks = model(kind);
        let mut parameters = in_weeks.parameters();
        let ratio = TimeUnit::Week.days() / unit.days();
        parameters[1] *= ratio;
        if kind == PurchaseModelKind::ParetoNbd {
            parameters[3] *= ratio;
        }
        let model = PurchaseModel::new(kind, parameters, unit);
        let rate = |of: &CustomerHistory| {
            model.expected_purchases(of, MOMENT_DAYS) / model.p_alive(of) / MOMENT_DAYS
        };
        let everybodys = rate(&CustomerHistory::NEW);
        for (x, weeks) in [(0, 3.0), (1, 20.0), (12, 50.0)] {
            let of = known(x, weeks);
            let own = model.own_share(of.age_days);
            let parts = own * f64::from(x) / of.age_days + (1.0 - own) * everybodys;
            close(parts, rate(&of), 1e-4, &format!("{kind:?} {unit:?} {x}"));
        }
    }
}

/// The stages that somebody is expected to be in, and their rate, by an integral over rates: they had kx stages by the last purchase
/// and fewer than k since. That they did not leave after any of their purchases says nothing about the rate.
fn stages_and_rate(r: f64, alpha: f64, k: u32, of: &CustomerHistory) -> (f64, f64) {
    let (recency, age) = (of.recency_days / WEEK, of.age_days / WEEK);
    let events = f64::from(k) * f64::from(of.repeat_purchases);
    let (mut all, mut stages, mut rates) = (0.0, 0.0, 0.0);
    for (rate, weight) in gamma_points(r, alpha) {
        let until_last = weight * (events * rate.ln() - rate * recency).exp();
        let mut term = until_last * (-rate * (age - recency)).exp();
        for stage in 0..k {
            all += term;
            stages += f64::from(stage) * term;
            rates += rate * term;
            term *= rate * (age - recency) / f64::from(stage + 1);
        }
    }
    (stages / all, rates / all)
}

/// (1) of regular purchases. The rate is that of the integral, and what the model says of it: of whoever never leaves, stages over the
/// longest time are k times the purchases, but for those before the first and after the last.
#[test]
fn regular_purchases_are_shared_out_by_stages() {
    const LONG_DAYS: f64 = 7e6;
    let (r, alpha, k) = (0.6, 9.0, 3);
    for kind in [PurchaseModelKind::BgCnbd, PurchaseModelKind::MbgCnbd] {
        let nobody_leaves = [r, alpha, 1e-9, 1e3];
        let model = PurchaseModel::new(kind, nobody_leaves, TimeUnit::Week).with_regularity(k);
        for (x, weeks) in [(0, 3.0), (1, 20.0), (12, 50.0)] {
            let of = known(x, weeks);
            let (stages, rate) = stages_and_rate(r, alpha, k, &of);
            let answered = f64::from(k) * model.expected_purchases(&of, LONG_DAYS) / (LONG_DAYS / WEEK);
            close(answered, rate, 1e-4, &format!("{kind:?} {x}: answered"));
            let own = model.own_share(of.age_days);
            let parts = own * (f64::from(k * x) + stages) / weeks + (1.0 - own) * r / alpha;
            close(parts, rate, 1e-9, &format!("{kind:?} {x}"));
        }
    }
}

/// (2): opportunities that are used of whoever is there when they come, by what the model answers and by an integral.
#[test]
fn what_is_expected_of_a_chance_has_these_parts() {
    let (alpha, beta) = (1.2, 0.75);
    let model = PurchaseModel::new(PurchaseModelKind::BgBb, [alpha, beta, 0.66, 2.78], TimeUnit::Year);
    let year = TimeUnit::Year.days();
    for (x, last, n) in [(3, 5.0, 6.0), (0, 0.0, 2.0), (6, 6.0, 6.0)] {
        let of = CustomerHistory {
            repeat_purchases: x,
            recency_days: year * last,
            age_days: year * n,
            first_day: None,
            pace: 1.0,
        };
        let answered = model.expected_purchases(&of, year) / model.p_alive_after(&of, year);
        let (mut all, mut used) = (0.0, 0.0);
        for (p, q, weight) in beta_points(alpha, beta) {
            let likely = weight * p.powi(x as i32) * q.powf(n - f64::from(x));
            all += likely;
            used += p * likely;
        }
        let own = model.own_share(of.age_days);
        let parts = own * f64::from(x) / n + (1.0 - own) * alpha / (alpha + beta);
        close(parts, used / all, 1e-9, "integral");
        close(parts, answered, 1e-9, "answered");
    }
}

/// 1 - Z is what is left of the variance of rates, in the mean of customers who are known for as long.
#[test]
fn the_rest_is_the_variance_that_is_left() {
    let (r, alpha, weeks) = (0.6, 9.0, 20.0);
    let of_rates = |points: &[(f64, f64)]| {
        let moment = |power: i32| points.iter().map(|(rate, weight)| weight * rate.powi(power)).sum::<f64>();
        (moment(0), moment(2) / moment(0) - (moment(1) / moment(0)).powi(2))
    };
    let before = gamma_points(r, alpha);
    let mut left = 0.0;
    let mut ln_factorial = 0.0;
    for x in 0..150 {
        let seen = |(rate, weight): &(f64, f64)| {
            let expected = rate * weeks;
            (*rate, weight * (f64::from(x) * expected.ln() - expected - ln_factorial).exp())
        };
        let after: Vec<(f64, f64)> = before.iter().map(seen).collect();
        let (probability, variance) = of_rates(&after);
        left += probability * variance;
        ln_factorial += f64::from(x + 1).ln();
    }
    let own = model(PurchaseModelKind::Nbd).own_share(WEEK * weeks);
    close(1.0 - own, left / of_rates(&before).1, 1e-6, "variance");
}

#[test]
fn a_new_customer_has_no_record_and_an_old_one_hardly_anything_else() {
    let base = alone(model(PurchaseModelKind::MbgNbd));
    let new = Credibility::of(&base, [0.25], 0.0);
    assert_eq!(new, Credibility { own: 0.0, others: 0.75, beliefs: 0.25 });
    assert_eq!(Credibility::of(&base, [1.0], 0.0).beliefs, 1.0);
    let old = Credibility::of(&base, [0.25], 1_500.0 * WEEK);
    assert!(old.own > 0.99 && old.beliefs < 0.003, "{old:?}");
    // alpha is nine weeks.
    assert!((half_own_days(&base).unwrap() - 63.0).abs() < 1e-6);
}

#[test]
fn shares_of_models_together_are_means_and_make_one() {
    let slow = PurchaseModel::new(PurchaseModelKind::MbgNbd, [0.6, 30.0, 0.7, 2.5], TimeUnit::Week);
    let both = [(0.75, model(PurchaseModelKind::BgNbd)), (0.25, slow)];
    let base = Ensemble::weighted(both, None).unwrap();
    let of = Credibility::of(&base, [0.0, 0.4], 21.0 * WEEK);
    let [quick, slow] = [21.0 / 30.0, 21.0 / 51.0];
    assert!((of.own - 0.75 * quick - 0.25 * slow).abs() < 1e-15);
    assert!((of.beliefs - 0.25 * (1.0 - slow) * 0.4).abs() < 1e-15);
    assert!((of.own + of.others + of.beliefs - 1.0).abs() < 1e-15);
    // 0.75 t / (9 + t) + 0.25 t / (30 + t) = 1/2.
    let half = half_own_days(&base).unwrap() / WEEK;
    assert!((half * half + 10.5 * half - 270.0).abs() < 1e-6, "{half}");
}

#[test]
fn shares_are_shares_whatever_the_model_and_the_age() {
    for alpha in [1e-12, 1e-3, 1.0, 1e6, 1e12, 1e300] {
        for age in [f64::NAN, -1.0, 0.0, 1e-9, 1.0, 3e4, 1e9, 1e300, f64::INFINITY] {
            for belief in [0.0, 0.3, 1.0] {
                let alike = PurchaseModel::new(PurchaseModelKind::Nbd, [1.0, alpha], TimeUnit::Day);
                let Credibility { own, others, beliefs } = Credibility::of(&alone(alike), [belief], age);
                let shares = [own, others, beliefs];
                assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{alpha} {age} {shares:?}");
                assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-15, "{alpha} {age} {shares:?}");
            }
        }
    }
}

#[test]
fn customers_who_are_alike_never_have_a_record_that_counts() {
    let alike = alone(PurchaseModel::new(PurchaseModelKind::Nbd, [1e12, 1e13], TimeUnit::Week));
    assert_eq!(half_own_days(&alike), None);
    assert!(Credibility::of(&alike, [0.0], 700.0).own < 1e-9);
}

#[test]
fn a_mean_counts_each_as_often_as_it_weighs() {
    let base = alone(model(PurchaseModelKind::BgNbd));
    let [new, old] = [0.0, 63.0].map(|age_days| Credibility::of(&base, [0.5], age_days));
    let mean = Credibility::mean([(3.0, new), (1.0, old)]).unwrap();
    assert_eq!(mean, Credibility { own: 0.125, others: 0.4375, beliefs: 0.4375 });
    assert_eq!(Credibility::mean([]), None);
}
