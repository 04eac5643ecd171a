//! Customers who behave as a model says: for the parametric bootstrap, and for tests.
//!
//! Every customer of the table is lived again: with the same age, a rate and a chance to leave drawn from the model, and
//! purchases from those. Randomness is given by a seed; each piece of the table has a stream of its own (ChaCha8), so
//! that the result is the same for any number of threads.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Beta, Distribution, Exp1, Gamma};

use super::{GammaGamma, PurchaseModel, PurchaseSummary};

/// More purchases than this nobody makes; it bounds the time that absurd parameters can take.
const MOST_PURCHASES: u32 = 100_000;

/// Lives one customer: `(x, t_x in days)` within `age_days`.
fn live(model: &PurchaseModel, age_days: u32, random: &mut ChaCha8Rng) -> (u32, u32) {
    let unit = model.unit().days();
    let age = f64::from(age_days) / unit;
    let (x, last) = match model {
        PurchaseModel::BgNbd(m) => leave_at_purchases([m.r, m.alpha, m.a, m.b], false, age, random),
        PurchaseModel::MbgNbd(m) => leave_at_purchases([m.r, m.alpha, m.a, m.b], true, age, random),
        PurchaseModel::ParetoNbd(m) => leave_at_any_time([m.r, m.alpha, m.s, m.beta], age, random),
        PurchaseModel::Nbd(m) => {
            let rate = gamma(m.r, random) / m.alpha;
            buy_until(age, rate, random)
        }
    };
    (x, ((last * unit).round() as u32).min(age_days))
}

/// A gamma variate, 0 where the shape is none.
fn gamma(shape: f64, random: &mut ChaCha8Rng) -> f64 {
    Gamma::new(shape, 1.0).map_or(0.0, |gamma| gamma.sample(random))
}

fn leave_at_purchases(
    [r, alpha, a, b]: [f64; 4],
    at_first: bool,
    age: f64,
    random: &mut ChaCha8Rng,
) -> (u32, f64) {
    let rate = gamma(r, random) / alpha;
    let leave = Beta::new(a, b).map_or(0.0, |beta| beta.sample(random));
    let (mut time, mut x, mut last) = (0.0, 0, 0.0);
    let mut alive = !at_first || !leaves(leave, random);
    while alive && x < MOST_PURCHASES {
        let wait: f64 = Exp1.sample(random);
        time += wait / rate;
        // A customer who never buys waits for ever, or for a time that is no number.
        if time >= age || time.is_nan() {
            break;
        }
        x += 1;
        last = time;
        alive = !leaves(leave, random);
    }
    (x, last)
}

fn leave_at_any_time([r, alpha, s, beta]: [f64; 4], age: f64, random: &mut ChaCha8Rng) -> (u32, f64) {
    let rate = gamma(r, random) / alpha;
    let leaving = gamma(s, random) / beta;
    let stay: f64 = Exp1.sample(random);
    buy_until((stay / leaving).min(age), rate, random)
}

/// Purchases at random until a time.
fn buy_until(end: f64, rate: f64, random: &mut ChaCha8Rng) -> (u32, f64) {
    let (mut time, mut x, mut last) = (0.0, 0, 0.0);
    while x < MOST_PURCHASES {
        let wait: f64 = Exp1.sample(random);
        time += wait / rate;
        if time >= end || time.is_nan() {
            break;
        }
        x += 1;
        last = time;
    }
    (x, last)
}

/// Whether a chance of this probability comes true.
fn leaves(chance: f64, random: &mut ChaCha8Rng) -> bool {
    // An exponential time beyond -ln(1 - p) has the probability 1 - p.
    let wait: f64 = Exp1.sample(random);
    wait < -(-chance).ln_1p()
}

/// Lives customers of these ages again, with values if there is a value model.
#[must_use]
pub fn simulate(
    model: &PurchaseModel,
    value: Option<&GammaGamma>,
    ages_days: &[u32],
    seed: u64,
    stream: u64,
) -> Vec<PurchaseSummary> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    ages_days
        .iter()
        .map(|&age_days| {
            let (frequency, recency_days) = live(model, age_days, &mut random);
            let mean = value.filter(|_| frequency > 0).map(|value| {
                let scale = gamma(value.q, &mut random) / value.gamma;
                gamma(value.p * f64::from(frequency), &mut random) / f64::from(frequency) / scale
            });
            PurchaseSummary {
                frequency,
                recency_days,
                age_days,
                first_day: 0,
                last_day: recency_days as i32,
                mean_repeat_value: mean.filter(|mean| mean.is_finite()),
                net_spend_micros: 0,
            }
        })
        .collect()
}
