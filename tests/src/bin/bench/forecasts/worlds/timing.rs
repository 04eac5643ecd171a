//! Worlds that differ in when customers come back: seasons, drifts, habits. Rates are per day. Time 0 is the first of January.

use std::f64::consts::TAU;

use super::chance::Chance;
use super::life::{Life, arrival, at_random, swaying, until_leaving};

const YEAR: f64 = 365.25;
/// Days that customers stay in the mean, where leaving is not what the world is about.
const STAY: f64 = 500.0;

/// A customer who stays for an exponential time, at rates of mean 1/30 (gamma, shape 1.2) that sway.
fn through(chance: &mut Chance, days: f64, most: f64, sway: impl Fn(f64) -> f64) -> Life {
    let first = arrival(chance, days);
    let rate = chance.gamma(1.2, 1.0 / 30.0);
    let left = first + chance.exponential(STAY);
    Life::from(first, swaying(chance, rate, most, first, left.min(days), sway))
}

/// Gaps between purchases are Erlang of shape 4, of 1/rate in the mean, rates of mean 1/28 (gamma, shape 3); after each repeat
/// purchase one customer in fourteen leaves (beta 1, 13).
pub(super) fn regular(chance: &mut Chance, days: f64) -> Life {
    let first = arrival(chance, days);
    let gap = 1.0 / chance.gamma(3.0, 1.0 / 28.0);
    let leaves = chance.beta(1.0, 13.0);
    Life::from(first, until_leaving(chance, first, days, leaves, |chance| chance.gamma(4.0, gap)))
}

/// Rates go up and down within the year, from a fifth of the mean in January to nine fifths in July.
pub(super) fn seasonal(chance: &mut Chance, days: f64) -> Life {
    through(chance, days, 1.8, |time| 1.0 - 0.8 * (TAU * time / YEAR).cos())
}

/// From 25 November to 24 December rates are five times those of the rest of the year.
pub(super) fn december(chance: &mut Chance, days: f64) -> Life {
    through(chance, days, 5.0, |time| if (328.0..358.0).contains(&(time % YEAR)) { 5.0 } else { 1.0 })
}

/// Rates of everybody double within a year.
pub(super) fn upward(chance: &mut Chance, days: f64) -> Life {
    through(chance, days, (days / YEAR).exp2(), |time| (time / YEAR).exp2())
}

/// Rates of everybody halve within a year.
pub(super) fn downward(chance: &mut Chance, days: f64) -> Life {
    through(chance, days, 1.0, |time| (-time / YEAR).exp2())
}

/// Purchases come in bursts of four in the mean, three days from one to the next; bursts come at rates of mean 1/100 (exponential).
pub(super) fn clumpy(chance: &mut Chance, days: f64) -> Life {
    let first = arrival(chance, days);
    let rate = chance.gamma(1.0, 1.0 / 100.0);
    let left = (first + chance.exponential(STAY)).min(days);
    let mut times = Vec::new();
    let mut bursts = vec![first];
    bursts.extend(at_random(chance, rate, first, left));
    for burst in bursts {
        times.extend(until_leaving(chance, burst, left, 0.25, |chance| chance.exponential(3.0)));
        times.push(burst);
    }
    times.retain(|time| *time > first);
    times.sort_by(f64::total_cmp);
    Life::from(first, times)
}

/// A purchase every seven days, of which one in twenty is skipped, until they cancel, which they do at each with a chance of mean
/// 1/31 (beta 1, 30).
pub(super) fn subscribers(chance: &mut Chance, days: f64) -> Life {
    let first = arrival(chance, days);
    let cancels = chance.beta(1.0, 30.0);
    let mut weeks = until_leaving(chance, first, days, cancels, |_| 7.0);
    weeks.retain(|_| !chance.is(0.05));
    Life::from(first, weeks)
}
