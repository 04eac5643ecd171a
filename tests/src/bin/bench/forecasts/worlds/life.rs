//! The life of a customer: when they come, how they go on, when they leave. Times are days since the world began.

use super::super::data_set::Paid;
use super::chance::Chance;

/// What one customer does.
pub(super) struct Life {
    /// When they buy, the first time included, ascending.
    pub(super) times: Vec<f64>,
    /// What was paid each of these times; the same always where there is nothing.
    pub(super) paid: Vec<Paid>,
    /// When they answered a survey, and what, 0 to 10.
    pub(super) answer: Option<(f64, i32)>,
}

impl Life {
    /// A first purchase and what comes after it.
    pub(super) fn from(first: f64, later: Vec<f64>) -> Self {
        let times = std::iter::once(first).chain(later).collect();
        Self { times, paid: Vec::new(), answer: None }
    }
}

/// When a customer first buys: evenly over the first half, so that at the cut the youngest have been seen for a sixth of the time.
pub(super) fn arrival(chance: &mut Chance, days: f64) -> f64 {
    0.5 * days * chance.share()
}

/// Purchases at random at a rate per day, after `from` and before `until`.
pub(super) fn at_random(chance: &mut Chance, rate: f64, from: f64, until: f64) -> Vec<f64> {
    swaying(chance, rate, 1.0, from, until, |_| 1.0)
}

/// Purchases at random at a rate that is `sway(time)` times as high, which is at most `most` (thinning: Lewis and Shedler 1979).
pub(super) fn swaying(
    chance: &mut Chance,
    rate: f64,
    most: f64,
    from: f64,
    until: f64,
    sway: impl Fn(f64) -> f64,
) -> Vec<f64> {
    let mut times = Vec::new();
    let mut time = from;
    loop {
        time += chance.exponential(1.0 / (rate * most));
        if time >= until {
            return times;
        }
        if chance.is(sway(time) / most) {
            times.push(time);
        }
    }
}

/// Purchases after gaps, until the customer leaves after one of them, or time is over. After the first purchase nobody leaves.
pub(super) fn until_leaving(
    chance: &mut Chance,
    from: f64,
    until: f64,
    leaves: f64,
    gap: impl Fn(&mut Chance) -> f64,
) -> Vec<f64> {
    let mut times = Vec::new();
    let mut time = from;
    loop {
        time += gap(chance);
        if time >= until {
            return times;
        }
        times.push(time);
        if chance.is(leaves) {
            return times;
        }
    }
}
