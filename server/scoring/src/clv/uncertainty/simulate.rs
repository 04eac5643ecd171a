//! Customers who behave as a model says: for the parametric bootstrap, and for tests.
//!
//! Every customer of the table is lived again: with the same age, a rate and a chance to leave drawn from the model, and
//! purchases from those. Randomness is given by a seed; each piece of the table has a stream of its own (ChaCha8), so
//! that the result is the same for any number of threads.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Beta, Distribution, Exp1, Gamma};

use crate::clv::{BgBb, GammaGamma, Gaps, PurchaseModel, PurchaseSummary};

/// More purchases than this nobody makes; it bounds the time that absurd parameters can take.
const MOST_PURCHASES: u32 = 100_000;

/// A customer who never was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simulated {
    /// What models look at.
    pub summary: PurchaseSummary,
    /// How regularly they bought.
    pub gaps: Gaps,
}

/// One life, in the model's unit of time.
#[derive(Default)]
struct Life {
    x: u32,
    last: f64,
    sum_ln_gaps: f64,
}

impl Life {
    /// A purchase at a later time.
    fn buy(&mut self, time: f64) {
        self.sum_ln_gaps += (time - self.last).ln();
        self.x += 1;
        self.last = time;
    }
}

fn live(model: &PurchaseModel, age: f64, random: &mut ChaCha8Rng) -> Life {
    match model {
        PurchaseModel::BgNbd(m) => leave_at_purchases([m.r, m.alpha, m.a, m.b], (1, false), age, random),
        PurchaseModel::MbgNbd(m) => leave_at_purchases([m.r, m.alpha, m.a, m.b], (1, true), age, random),
        PurchaseModel::BgCnbd(m) => leave_at_purchases([m.r, m.alpha, m.a, m.b], (m.k, false), age, random),
        PurchaseModel::MbgCnbd(m) => leave_at_purchases([m.r, m.alpha, m.a, m.b], (m.k, true), age, random),
        PurchaseModel::ParetoNbd(m) => {
            let rate = gamma(m.r, random) / m.alpha;
            let leaving = gamma(m.s, random) / m.beta;
            let stay: f64 = Exp1.sample(random);
            buy_until((stay / leaving).min(age), rate, random)
        }
        PurchaseModel::Nbd(m) => {
            let rate = gamma(m.r, random) / m.alpha;
            buy_until(age, rate, random)
        }
        PurchaseModel::BgBb(m) => use_opportunities(m, age.round(), random),
        PurchaseModel::BgBbDated(m) => use_opportunities(m, age.floor(), random),
    }
}

/// A gamma variate, 0 where the shape is none.
fn gamma(shape: f64, random: &mut ChaCha8Rng) -> f64 {
    Gamma::new(shape, 1.0).map_or(0.0, |gamma| gamma.sample(random))
}

/// With `k` events to a purchase, and a chance to leave at the first purchase too or not.
fn leave_at_purchases(
    [r, alpha, a, b]: [f64; 4],
    (k, at_first): (u32, bool),
    age: f64,
    random: &mut ChaCha8Rng,
) -> Life {
    let rate = gamma(r, random) / alpha;
    let leave = Beta::new(a, b).map_or(0.0, |beta| beta.sample(random));
    let (mut time, mut life) = (0.0, Life::default());
    let mut alive = !at_first || !leaves(leave, random);
    while alive && life.x < MOST_PURCHASES {
        time += (0..k).map(|_| Distribution::<f64>::sample(&Exp1, random)).sum::<f64>() / rate;
        // A customer who never buys waits for ever, or for a time that is no number.
        if time >= age || time.is_nan() {
            break;
        }
        life.buy(time);
        alive = !leaves(leave, random);
    }
    life
}

/// Purchases at random until a time.
fn buy_until(end: f64, rate: f64, random: &mut ChaCha8Rng) -> Life {
    let (mut time, mut life) = (0.0, Life::default());
    while life.x < MOST_PURCHASES {
        let wait: f64 = Exp1.sample(random);
        time += wait / rate;
        if time >= end || time.is_nan() {
            break;
        }
        life.buy(time);
    }
    life
}

/// Opportunities one after the other, the chance to leave before each.
fn use_opportunities(model: &BgBb, opportunities: f64, random: &mut ChaCha8Rng) -> Life {
    let use_it = Beta::new(model.alpha, model.beta).map_or(0.0, |beta| beta.sample(random));
    let leave = Beta::new(model.gamma, model.delta).map_or(0.0, |beta| beta.sample(random));
    let (mut time, mut life) = (1.0, Life::default());
    while time <= opportunities && life.x < MOST_PURCHASES && !leaves(leave, random) {
        if leaves(use_it, random) {
            life.buy(time);
        }
        time += 1.0;
    }
    life
}

/// Whether a chance of this probability comes true.
fn leaves(chance: f64, random: &mut ChaCha8Rng) -> bool {
    // An exponential time within -ln(1 - p) has the probability p.
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
) -> Vec<Simulated> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    let unit = model.unit().days();
    let one = |&age_days: &u32| {
        let life = live(model, f64::from(age_days) / unit, &mut random);
        let (x, frequency) = (f64::from(life.x), life.x);
        let recency_days = ((life.last * unit).round() as u32).min(age_days);
        let mean = value.filter(|_| frequency > 0).map(|value| {
            let scale = gamma(value.q, &mut random) / value.gamma;
            gamma(value.p * x, &mut random) / x / scale
        });
        Simulated {
            summary: PurchaseSummary {
                frequency,
                recency_days,
                age_days,
                first_day: 0,
                last_day: recency_days as i32,
                mean_repeat_value: mean.filter(|mean| mean.is_finite()),
                net_spend_micros: 0,
            },
            gaps: Gaps {
                repeat_purchases: frequency,
                sum_ln_days: life.sum_ln_gaps + x * unit.ln(),
                ..Gaps::default()
            },
        }
    };
    ages_days.iter().map(one).collect()
}
