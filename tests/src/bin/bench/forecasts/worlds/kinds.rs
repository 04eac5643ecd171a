//! Worlds that differ in who the customers are. Rates are per day.

use super::chance::Chance;
use super::life::{Life, arrival, at_random};

/// Two kinds: four in ten buy every 20 days (gamma, shape 4) for 1,500 days in the mean; of the others one in ten comes back once,
/// 100 days later in the mean.
pub(super) fn two_kinds(chance: &mut Chance, days: f64) -> Life {
    let first = arrival(chance, days);
    if chance.is(0.4) {
        let rate = chance.gamma(4.0, 1.0 / 20.0);
        let left = first + chance.exponential(1_500.0);
        return Life::from(first, at_random(chance, rate, first, left.min(days)));
    }
    let again = first + chance.exponential(100.0);
    let comes = chance.is(0.1) && again < days;
    Life::from(first, if comes { vec![again] } else { Vec::new() })
}

/// New customers come all the time, and are less worth the later they come: rates of mean 1/20 (exponential) and stays of 800 days
/// on the first day, a quarter of both on the last.
pub(super) fn worse_and_worse(chance: &mut Chance, days: f64) -> Life {
    let first = days * chance.share();
    let worth = 0.25_f64.powf(first / days);
    let rate = worth * chance.gamma(1.0, 1.0 / 20.0);
    let left = first + chance.exponential(800.0 * worth);
    Life::from(first, at_random(chance, rate, first, left.min(days)))
}

/// Rates are log-normal with a median of 1/120 and a deviation of 1.6: of 2,000 customers 20 buy over forty times as often as half of
/// them, at most once a day. Stays of 500 days in the mean.
pub(super) fn heavy_tailed(chance: &mut Chance, days: f64) -> Life {
    let first = arrival(chance, days);
    let rate = chance.log_normal(1.0 / 120.0, 1.6).min(1.0);
    let left = first + chance.exponential(500.0);
    Life::from(first, at_random(chance, rate, first, left.min(days)))
}
