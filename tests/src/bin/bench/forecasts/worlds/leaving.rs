//! Worlds that differ in how customers leave. Rates are per day.

use super::chance::Chance;
use super::life::{Life, arrival, at_random, until_leaving};

/// Pareto/NBD: rates lambda of mean 1/40 (gamma, shape 0.8), and an exponential life at a rate mu of mean 1/250 (gamma, shape 0.7).
pub(super) fn at_any_moment(chance: &mut Chance, days: f64) -> Life {
    let first = arrival(chance, days);
    let rate = chance.gamma(0.8, 1.0 / 40.0);
    let leaving = chance.gamma(0.7, 1.0 / 250.0);
    let left = first + chance.exponential(1.0 / leaving);
    Life::from(first, at_random(chance, rate, first, left.min(days)))
}

/// BG/NBD: rates of mean 1/30 (exponential), and after each repeat purchase a chance to leave of mean 1/6 (beta 0.8, 4).
pub(super) fn after_purchases(chance: &mut Chance, days: f64) -> Life {
    let first = arrival(chance, days);
    let gap = 1.0 / chance.gamma(1.0, 1.0 / 30.0);
    let leaves = chance.beta(0.8, 4.0);
    Life::from(first, until_leaving(chance, first, days, leaves, |chance| chance.exponential(gap)))
}

/// NBD: rates of mean 1/35 (gamma, shape 1.2), and nobody leaves.
pub(super) fn never(chance: &mut Chance, days: f64) -> Life {
    let first = arrival(chance, days);
    let rate = chance.gamma(1.2, 1.0 / 35.0);
    Life::from(first, at_random(chance, rate, first, days))
}

/// Every other customer never returns. The others buy at rates of mean 1/30 (gamma, shape 1.5) for 500 days in the mean.
pub(super) fn half_at_once(chance: &mut Chance, days: f64) -> Life {
    some_at_once(chance, days, 0.5, (1.5, 30.0), 500.0)
}

/// One customer in twenty comes back at all, at rates of mean 1/60 (gamma, shape 2), for 600 days in the mean.
pub(super) fn nearly_all_at_once(chance: &mut Chance, days: f64) -> Life {
    some_at_once(chance, days, 0.95, (2.0, 60.0), 600.0)
}

/// A share never returns; the others buy at rates of so many days in the mean (gamma, with a shape), and stay for so long in the mean.
fn some_at_once(
    chance: &mut Chance,
    days: f64,
    gone: f64,
    (shape, per_days): (f64, f64),
    stays: f64,
) -> Life {
    let first = arrival(chance, days);
    if chance.is(gone) {
        return Life::from(first, Vec::new());
    }
    let rate = chance.gamma(shape, 1.0 / per_days);
    let left = first + chance.exponential(stays);
    Life::from(first, at_random(chance, rate, first, left.min(days)))
}

/// A hidden attitude from 0 to 10 decides how long customers stay: 45 days in the mean with 0, 1,500 with 10, and in between so that
/// each point counts as much. Rates of mean 1/30 (gamma, shape 1.5). Half of them are asked for it within 60 days and, if they are
/// still customers, answer to within a point.
pub(super) fn by_attitude(chance: &mut Chance, days: f64) -> Life {
    let first = arrival(chance, days);
    let attitude = chance.one_of(10);
    let stays = 45.0 * (1_500.0_f64 / 45.0).powf(f64::from(attitude) / 10.0);
    let rate = chance.gamma(1.5, 1.0 / 30.0);
    let left = first + chance.exponential(stays);
    let mut life = Life::from(first, at_random(chance, rate, first, left.min(days)));
    let asked = first + 60.0 * chance.share();
    let said = (attitude + chance.one_of(2) - 1).clamp(0, 10);
    if chance.is(0.5) && asked < left.min(days) {
        life.answer = Some((asked, said));
    }
    life
}
