//! At which pace each customer will buy, beside what models expect.
//!
//! Models of the family believe that a customer buys at one rate for as long as they are one, and weigh what they did long ago as what they did
//! last. Customers speed up and slow down. Gradient-boosted trees (see [`learn`](super::learn)) of how many purchases came after landmarks
//! start from what the mixture expected, e, and move its logarithm:
//!
//! ```text
//! y_i ~ c_l e_i exp(g(x_i)),    weights 1 / (1 + phi e_i),    phi = max(0.02, (sum (y - e)^2 - e) / sum e^2)       (1)
//! ```
//!
//! with e in (1) levelled by c_l, so that each landmark's customers together are told as many as came: what came of all of them is a matter of drift
//! and season, and what trees learn is who of them is faster. phi is how much more numbers scatter than a Poisson distribution: whoever is expected to
//! come often says less about their rate than a Poisson count would.
//!
//! A customer's pace is `exp(v g)`, at least 1/4 and at most 4, and every answer is that of models asked at it, as for the pace of the
//! shop: a horizon of 100 days is one of 120 at a pace of 1.2. Whether they are still a customer does not move by it.
//!
//! **How much it counts**, v, is found on customers and days that trees have not seen. With `g_i(v)` by how much less the log score of customer i is at
//! their pace,
//!
//! ```text
//! L (mean of G_l(v) - standard error of that mean over the L landmarks) + b ln(1 - v),    G_l(v) = sum_i in l 1/d_i g_i(v)    (2)
//! ```
//!
//! is greatest at v, as for trees that move odds, with b = 1/3.
//!
//! Failure region: what one horizon taught is asked of any. A customer's pace is believed to last as long as one looks ahead.

use super::cross_fit::{CrossFitted, Telling};
use super::example::Example;
use super::grow::{LearnError, Lesson, Moves};
use super::habit::{Habit, Looked};
use super::habits::Habits;
use super::trees::{Attribution, Trees};
use crate::clv::judging::gain::{Gain, weight_of};
use serde::{Deserialize, Serialize};

/// No pace is further from 1 than this factor.
const FURTHEST: f64 = 4.0;
/// Steps to a factor of e: customers with the same history and nearly the same pace are forecast at once, and 3 % are nothing to one of them.
const STEPS: f64 = 32.0;
/// Numbers of purchases scatter at least so much.
const LEAST_SCATTER: f64 = 0.02;
/// What models expect is at least this.
const LEAST: f64 = 1e-6;

/// Trees that say at which pace customers come, and how much they count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnPace {
    weight: f64,
    trees: Trees,
}

impl OwnPace {
    /// How much it counts, of 1.
    #[must_use]
    pub const fn weight(&self) -> f64 {
        self.weight
    }

    pub(super) const fn trees(&self) -> &Trees {
        &self.trees
    }

    /// The pace of somebody: 1 as models expect.
    pub(super) fn of(&self, habits: &Habits) -> f64 {
        pace(self.trees.moved(&looked(habits)), self.weight)
    }

    /// Why, habit by habit, in the logarithm of the pace before it counts so much.
    #[must_use]
    pub fn attribution(&self, habits: &Habits) -> Attribution {
        self.trees.attribution(&looked(habits))
    }
}

/// The pace that is so far from 1 in logarithms, counting so much.
fn pace(log_pace: f64, weight: f64) -> f64 {
    let furthest = FURTHEST.ln();
    let counted = (weight * log_pace).clamp(-furthest, furthest);
    ((counted * STEPS).round() / STEPS).exp()
}

/// What trees look at. Whether somebody is still a customer is another question, and models have answered it.
fn looked(habits: &Habits) -> Looked {
    habits.with_alive(f64::NAN)
}

/// Paces of customers on landmarks, before it is known how much they count.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnedPaces {
    trees: Trees,
    /// What trees say of each that know neither their landmark nor them, in the order of the landmarks and of their examples.
    log_paces: Vec<Vec<f64>>,
    /// How far each habit moves the logarithm of the pace of the customers learned from, either way, in their mean.
    pub importance: Vec<(Habit, f64)>,
    /// Customers on landmarks, from whom all this is known.
    pub examples: u64,
}

impl LearnedPaces {
    /// The pace of a customer, by the places of the landmark and of them on it, by trees that know neither, counting so much.
    #[must_use]
    pub fn pace(&self, (landmark, place): (usize, usize), weight: f64) -> f64 {
        let log_pace = self.log_paces.get(landmark).and_then(|of| of.get(place)).copied().unwrap_or(0.0);
        pace(log_pace, weight)
    }

    /// What is to be kept, counting so much.
    #[must_use]
    pub fn counting(&self, weight: f64) -> OwnPace {
        OwnPace { weight, trees: self.trees.clone() }
    }
}

/// Learns paces of customers from several landmarks, on all threads of the caller's pool, as long as `go_on` says so. `None` where there are fewer than
/// two landmarks with customers, or one half of these is nobody.
///
/// # Errors
/// As for [`learn`](super::learn::learn).
pub fn learn_paces(
    landmarks: &[Vec<Example>],
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<Option<LearnedPaces>, LearnError> {
    let telling = Telling { moves: Moves::Rate, lesson, looked: |example: &Example| looked(&example.habits) };
    let Some(CrossFitted { trees, said: log_paces }) = CrossFitted::of(landmarks, &telling, go_on)? else {
        return Ok(None);
    };
    let looked: Vec<Looked> = landmarks.iter().flatten().map(|example| looked(&example.habits)).collect();
    let importance = trees.importance(looked.iter());
    Ok(Some(LearnedPaces { trees, log_paces, importance, examples: looked.len() as u64 }))
}

/// How much paces of customers count, v of (2), by what they would have gained on landmarks; 0 where they do not help.
#[must_use]
pub fn weight_of_paces(landmarks: &[Vec<Gain>]) -> f64 {
    weight_of(landmarks, |gains| {
        let number = gains.len() as f64;
        let mean = gains.iter().sum::<f64>() / number;
        let squares: f64 = gains.iter().map(|gain| (gain - mean) * (gain - mean)).sum();
        mean - (squares / (number * (number - 1.0))).sqrt()
    })
}

/// (1).
fn lesson(examples: &[(usize, &Example)]) -> Lesson {
    let landmarks = examples.iter().map(|(landmark, _)| landmark + 1).max().unwrap_or(0);
    let mut sums = vec![(0.0, 0.0); landmarks];
    for &(landmark, example) in examples {
        let (came, expected) = &mut sums[landmark];
        *came += f64::from(example.came);
        *expected += example.expected.max(LEAST);
    }
    let level = |landmark: usize| {
        let (came, expected) = sums[landmark];
        if came > 0.0 { came / expected } else { 1.0 }
    };
    let expected: Vec<f64> =
        examples.iter().map(|&(landmark, example)| level(landmark) * example.expected.max(LEAST)).collect();
    let came = || examples.iter().map(|(_, example)| f64::from(example.came));
    let beyond: f64 = came().zip(&expected).map(|(came, &e)| (came - e) * (came - e) - e).sum();
    let squares: f64 = expected.iter().map(|e| e * e).sum();
    let scatter = if squares > 0.0 { (beyond / squares).max(LEAST_SCATTER) } else { LEAST_SCATTER };
    Lesson {
        looked: examples.iter().map(|(_, example)| looked(&example.habits)).collect(),
        came: came().map(|came| came as f32).collect(),
        offset: expected.iter().map(|e| e.ln() as f32).collect(),
        weights: Some(expected.iter().map(|e| (1.0 / (1.0 + scatter * e)) as f32).collect()),
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what no rounding touches")]
mod tests {
    use super::*;
    use crate::clv::{Contacts, Purchase};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use rand_distr::{Distribution, Poisson, StandardUniform};

    const GO_ON: &(dyn Fn() -> bool + Sync) = &|| true;

    /// Customers on three landmarks, of whom models expect 6 purchases each. Half of them came twice in the last month, and so much faster.
    fn world(customers: u64, faster: f64) -> Vec<Vec<Example>> {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let mut landmark = |level: f64| -> Vec<Example> {
            let of = |customer: u64| {
                let mut uniform = || -> f64 { StandardUniform.sample(&mut rng) };
                let is_fast = uniform() < 0.5;
                let age = 200 + (100.0 * uniform()) as i32;
                let bought = |day| Purchase { day, gross_micros: 1_000_000, refunded_micros: 0 };
                let last = if is_fast { [age - 20, age - 3] } else { [20, 60] };
                let days = [bought(0), bought(last[0]), bought(last[1])];
                let habits = Habits::of(days, age, &[], &Contacts::default()).unwrap();
                let mean = 6.0 * level * if is_fast { faster } else { 1.0 / faster };
                let came = Poisson::new(mean).unwrap().sample(&mut rng) as u32;
                Example { customer, habits, alive: 1.0, returns: 0.99, expected: 6.0, came }
            };
            (0..customers).map(of).collect()
        };
        // Levels of landmarks are nothing that customers differ in.
        [1.0, 1.5, 0.7].map(&mut landmark).to_vec()
    }

    fn is_fast(example: &Example) -> bool {
        looked(&example.habits)[Habit::LastFourWeeks as usize] > 1.0
    }

    #[test]
    fn who_buys_faster_than_models_expect_is_found_whatever_came_of_all() {
        let world = world(2_000, 1.4);
        let learned = learn_paces(&world, GO_ON).unwrap().unwrap();
        assert_eq!(learned.examples, 6_000);
        // Half of them at 1.4 and half at its inverse, around their mean.
        let mean = 0.5 * (1.4 + 1.0 / 1.4);
        let own = learned.counting(1.0);
        for (place, example) in world[0].iter().enumerate() {
            let wanted = if is_fast(example) { 1.4 } else { 1.0 / 1.4 } / mean;
            for found in [own.of(&example.habits), learned.pace((0, place), 1.0)] {
                assert!((found / wanted).ln().abs() < 0.12, "{found}, not {wanted}");
            }
        }
        let most = learned.importance.iter().max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap();
        assert!(most.1 > 0.1, "{:?}", learned.importance);
        // What each habit moves makes up the whole.
        let habits = &world[0][0].habits;
        assert!((pace(own.attribution(habits).moved(), 1.0) - own.of(habits)).abs() < 1e-12);
    }

    #[test]
    fn a_pace_counts_as_much_as_it_is_said_to_and_goes_by_steps() {
        let learned = learn_paces(&world(500, 1.4), GO_ON).unwrap().unwrap();
        let (half, whole) = (learned.pace((0, 0), 0.5), learned.pace((0, 0), 1.0));
        assert_eq!(learned.pace((0, 0), 0.0), 1.0);
        assert!((half.ln() - 0.5 * whole.ln()).abs() <= 1.0 / STEPS, "{half} {whole}");
        assert!(((whole.ln() * STEPS) - (whole.ln() * STEPS).round()).abs() < 1e-9);
        // Whoever is not known there goes as models say, and nobody goes further than four times as fast.
        assert_eq!(learned.pace((7, 0), 1.0), 1.0);
        assert_eq!((pace(9.0, 1.0), pace(-9.0, 1.0)), (pace(FURTHEST.ln(), 1.0), pace(-FURTHEST.ln(), 1.0)));
    }

    #[test]
    fn paces_count_as_far_as_landmarks_agree() {
        let landmark = |gain: f64| -> Vec<Gain> {
            (0..900).map(|customer| Gain { customer, half: 0.6 * gain, whole: gain }).collect()
        };
        assert!(weight_of_paces(&[0.05, 0.05, 0.05].map(landmark)) > 0.9);
        assert!(weight_of_paces(&[0.05, 0.05, 0.01].map(landmark)) > 0.9);
        assert_eq!(weight_of_paces(&[0.05, 0.05, -0.09].map(landmark)), 0.0);
        assert_eq!(weight_of_paces(&[landmark(0.05)]), 0.0);
        assert_eq!(weight_of_paces(&[]), 0.0);
    }

    #[test]
    fn one_landmark_teaches_nothing() {
        let world = world(500, 1.4);
        assert_eq!(learn_paces(&world[..1], GO_ON).unwrap(), None);
        assert_eq!(learn_paces(&[], GO_ON).unwrap(), None);
        assert!(matches!(learn_paces(&world, &|| false), Err(LearnError::Cancelled)));
    }

    #[test]
    fn the_same_is_learned_on_any_number_of_threads() {
        let world = world(300, 1.2);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| learn_paces(&world, GO_ON).unwrap().unwrap())
        };
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn how_much_each_counts_is_as_by_hand() {
        let [one, other] = [0, 1].map(|place| world(2, 1.0)[0][place]);
        let all = [Example { expected: 2.0, came: 6, ..one }, Example { expected: 4.0, came: 3, ..other }];
        let told: Vec<(usize, &Example)> = all.iter().map(|example| (1, example)).collect();
        let lesson = lesson(&told);
        // Nine came and six were expected, so 3 and 6 are: ((6-3)^2 - 3 + (3-6)^2 - 6) / (9 + 36) = 0.2.
        assert_eq!(lesson.came, [6.0, 3.0]);
        let near = |found: &[f32], wanted: [f64; 2]| {
            found.iter().zip(wanted).all(|(&found, wanted)| (f64::from(found) - wanted).abs() < 1e-6)
        };
        assert!(near(&lesson.offset, [3.0_f64.ln(), 6.0_f64.ln()]), "{:?}", lesson.offset);
        assert!(near(&lesson.weights.unwrap(), [1.0 / 1.6, 1.0 / 2.2]));
    }
}
