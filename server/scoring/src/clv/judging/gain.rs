//! What a pace would have gained on landmarks, and how much of it counts.
//!
//! A pace is told by half and by the whole of its logarithm, and what counts of it in between is read off the parabola through nothing, half and all:
//!
//! ```text
//! G_l(v) = sum over i in landmark l of 1/d_i g_i(v),    v maximises  L S(G_1(v), ..., G_L(v)) + b ln(1 - v)        (1)
//! ```
//!
//! with `g_i(v)` by how much less the log score of customer i is, `d_i` landmarks of the same customer, and S what landmarks say together. The last
//! term is a belief that nothing counts, b = 1/3 and so worth about a third of a customer: a beta distribution of 1 and 1 + b.

use std::collections::{BTreeMap, HashMap};

use super::score::{Score, mean};

/// What counts less than this does not count, and others count this much less before all are made 1 again, so that nothing jumps.
const SILENT: f64 = 0.03;
/// How much is believed that nothing counts, in customers.
pub(in crate::clv) const BELIEF: f64 = 1.0 / 3.0;
/// Weights that are tried.
const STEPS: u32 = 512;

/// By how much less the log score of one customer on one landmark is at a pace that others tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gain {
    /// Who, by a number that is theirs on every landmark.
    pub customer: u64,
    /// With half of its logarithm.
    pub half: f64,
    /// With all of it.
    pub whole: f64,
}

/// v of (1), given what landmarks say together; 0 of fewer than two, or where it does not help.
pub(in crate::clv) fn weight_of(landmarks: &[Vec<Gain>], together: impl Fn(&[f64]) -> f64) -> f64 {
    let landmarks: Vec<(f64, f64)> = gained(landmarks);
    if landmarks.len() < 2 {
        return 0.0;
    }
    let number = landmarks.len() as f64;
    let mut gains = Vec::with_capacity(landmarks.len());
    let mut at = |v: f64| {
        gains.clear();
        gains.extend(landmarks.iter().map(|of| between(*of, v)));
        number * together(&gains) + BELIEF * (1.0 - v).ln()
    };
    let (mut best, mut most) = (0.0, f64::NEG_INFINITY);
    for step in 0..STEPS {
        let v = f64::from(step) / f64::from(STEPS);
        let found = at(v);
        if found > most {
            (best, most) = (v, found);
        }
    }
    ((best - SILENT) / (1.0 - SILENT)).max(0.0)
}

/// How much less the mean log score of the customers on landmarks is with so much of it; `None` of nobody.
#[must_use]
pub fn gain_of(landmarks: &[Vec<Gain>], weight: f64) -> Option<Score> {
    let mut of_customers: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    for gain in landmarks.iter().flatten() {
        let (sum, days) = of_customers.entry(gain.customer).or_default();
        *sum += between((gain.half, gain.whole), weight);
        *days += 1.0;
    }
    mean(of_customers.values().map(|(sum, days)| sum / days))
}

/// Sums of gains of each landmark, a customer being one witness.
pub(super) fn gained(landmarks: &[Vec<Gain>]) -> Vec<(f64, f64)> {
    let mut days: HashMap<u64, f64> = HashMap::new();
    for gain in landmarks.iter().flatten() {
        *days.entry(gain.customer).or_default() += 1.0;
    }
    let sum = |landmark: &Vec<Gain>| {
        landmark.iter().fold((0.0, 0.0), |(half, whole), gain| {
            let share = 1.0 / days[&gain.customer];
            (half + share * gain.half, whole + share * gain.whole)
        })
    };
    landmarks.iter().filter(|landmark| !landmark.is_empty()).map(sum).collect()
}

/// What is gained between nothing, half and all: by the parabola through these.
fn between((half, whole): (f64, f64), v: f64) -> f64 {
    v * (4.0 * half - whole) + v * v * (2.0 * whole - 4.0 * half)
}
