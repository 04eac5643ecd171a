//! Worlds in which what customers pay tells who comes back. Rates are per day, of mean 1/30 (gamma, shape 1.5).

use super::super::data_set::Paid;
use super::chance::Chance;
use super::life::{Life, arrival, at_random};

fn cents(euros: f64) -> i64 {
    (100.0 * euros).round() as i64
}

/// Every other customer buys with 20 to 50 % off, and leaves after a purchase with a chance of 0.3; the others have such a discount one time in
/// five, and leave with a chance of 0.03. List prices have a median of 20 (log-normal, deviation 0.4).
pub(super) fn bargains(chance: &mut Chance, days: f64) -> Life {
    let mut time = arrival(chance, days);
    let is_hunter = chance.is(0.5);
    let rate = chance.gamma(1.5, 1.0 / 30.0);
    let (mut times, mut paid) = (Vec::new(), Vec::new());
    while time < days {
        let list = chance.log_normal(20.0, 0.4);
        let off = if is_hunter || chance.is(0.2) { list * (0.2 + 0.3 * chance.share()) } else { 0.0 };
        times.push(time);
        paid.push(Paid { cents: cents(list - off), discount_cents: cents(off) });
        if chance.is(if is_hunter { 0.3 } else { 0.03 }) {
            break;
        }
        time += chance.exponential(1.0 / rate);
    }
    Life { times, paid, answer: None }
}

/// Customers stay for 250 days in the mean, each with a price of their own (log-normal, median 20, deviation 0.6) that varies (0.25); in the last 70
/// days they pay half of it.
pub(super) fn fading(chance: &mut Chance, days: f64) -> Life {
    let first = arrival(chance, days);
    let rate = chance.gamma(1.5, 1.0 / 30.0);
    let left = first + chance.exponential(250.0);
    let price = chance.log_normal(20.0, 0.6);
    let mut life = Life::from(first, at_random(chance, rate, first, left.min(days)));
    let mut pay = |time: &f64| {
        let share = if left - time < 70.0 { 0.5 } else { 1.0 };
        Paid { cents: cents(share * chance.log_normal(price, 0.25)), discount_cents: 0 }
    };
    life.paid = life.times.iter().map(&mut pay).collect();
    life
}
