//! How far out ranges of single customers have to reach, by where what came of past days lay in what was told of them.
//!
//! With F what was told of a customer of a landmark and y the purchases that came, y lies between `F(y - 1)` and `F(y)`: anywhere there,
//! since purchases are whole numbers (the randomised probability integral transform: Smith, *Journal of Forecasting* 4, 1985; Czado, Gneiting and Held, *Biometrics*
//! 65, 2009). Where distributions are right, a share of 1 - 2a of all lies within `[a, 1 - a]`, for every a. Where more comes at either end, as of
//! customers who buy in bursts, ranges have to reach further out: to the tail t at which, on the landmark,
//!
//! ```text
//! mean over customers of |[F(y - 1), F(y)] within [t, 1 - t]| / P(y) = 1 - 2a                                    (1)
//! ```
//!
//! That is a conformal correction (Vovk, Gammerman and Shafer, *Algorithmic Learning in a Random World*, 2005; Chernozhukov, Wüthrich and Zhu, *PNAS* 118,
//! 2021) of both ends alike, by days that come before those asked for and not by customers who could be exchanged with them, so it promises nothing: of several landmarks
//! the one that moves tails least has its say, none where they do not agree to which side, and less where few customers say so. With
//! `d = logit t - logit a` and `e` its standard error by the number of customers, `d max(0, 1 - (2e / d)^2)` is left of each.

use serde::{Deserialize, Serialize};

use crate::clv::uncertainty::scale::{logistic, logit};

/// What is beyond each end of the ranges of 80 and 95 %.
const NOMINAL: [f64; 2] = [0.1, 0.025];
/// No tail is less.
const LEAST: f64 = 1e-5;
/// Halvings that find a tail.
const HALVINGS: u32 = 40;

/// Where what came of one customer lay in what was told of them: the probability of less, and of no more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// F(y - 1), in [0, 1].
    pub below: f64,
    /// F(y), not less.
    pub up_to: f64,
}

impl Placed {
    /// How much of it is within `[tail, 1 - tail]`.
    fn within(&self, tail: f64) -> f64 {
        let Self { below, up_to } = *self;
        if up_to <= below {
            return f64::from(u8::from((tail..=1.0 - tail).contains(&below)));
        }
        ((up_to.min(1.0 - tail) - below.max(tail)).max(0.0) / (up_to - below)).min(1.0)
    }
}

/// How much of what models think possible is beyond each end of a range that holds 80 or 95 % of what comes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tails {
    /// Of the range of 80 %, in (0, 0.5); 0.1 where distributions are right.
    pub of_80: f64,
    /// Of the range of 95 %, no greater; 0.025 where they are.
    pub of_95: f64,
}

impl Default for Tails {
    fn default() -> Self {
        let [of_80, of_95] = NOMINAL;
        Self { of_80, of_95 }
    }
}

impl Tails {
    /// By where customers lay on several landmarks. `None` of fewer than two with customers, or where nothing has to be moved.
    #[must_use]
    pub fn of(landmarks: &[Vec<Placed>]) -> Option<Self> {
        let landmarks: Vec<&Vec<Placed>> = landmarks.iter().filter(|placed| !placed.is_empty()).collect();
        if landmarks.len() < 2 {
            return None;
        }
        let moved = NOMINAL.map(|nominal| {
            least_alike(&landmarks.iter().map(|placed| moved(placed, nominal)).collect::<Vec<_>>())
        });
        if moved.iter().all(|moved| moved.abs() <= 0.0) {
            return None;
        }
        let tail = |nominal: f64, moved: f64| logistic(logit(nominal) + moved);
        let of_80 = tail(NOMINAL[0], moved[0]);
        Some(Self { of_80, of_95: tail(NOMINAL[1], moved[1]).min(of_80) })
    }

    /// How much of what was told holds what came, within such tails: shares of the ranges of 80 and 95 %, ends being shared out.
    #[must_use]
    pub fn held(&self, placed: &[Placed]) -> [f64; 2] {
        [self.of_80, self.of_95].map(|tail| mean_within(placed, tail))
    }

    /// The probability that is below a place of a distribution, once tails hold what they are to: through both pairs of ends and the middle, and
    /// straight in between.
    #[must_use]
    pub fn moved(&self, below: f64) -> f64 {
        let knots = [
            (0.0, 0.0),
            (self.of_95, NOMINAL[1]),
            (self.of_80, NOMINAL[0]),
            (1.0 - self.of_80, 1.0 - NOMINAL[0]),
            (1.0 - self.of_95, 1.0 - NOMINAL[1]),
            (1.0, 1.0),
        ];
        let part = knots.windows(2).find(|part| below <= part[1].0).unwrap_or(&knots[4..]);
        let ((from, to), (low, high)) = ((part[0].0, part[1].0), (part[0].1, part[1].1));
        if to > from { low + (high - low) * ((below - from) / (to - from)).clamp(0.0, 1.0) } else { high }
    }

    /// What is below each of the five figures of a range, ascending.
    #[must_use]
    pub fn levels(&self) -> [f64; 5] {
        [self.of_95, self.of_80, 0.5, 1.0 - self.of_80, 1.0 - self.of_95]
    }
}

fn mean_within(placed: &[Placed], tail: f64) -> f64 {
    placed.iter().map(|one| one.within(tail)).sum::<f64>() / placed.len() as f64
}

/// By how much the log-odds of a tail have to be moved on a landmark, (1), as far as its customers can say.
fn moved(placed: &[Placed], nominal: f64) -> f64 {
    let wanted = 1.0 - 2.0 * nominal;
    // The further out, the more is within.
    let (mut low, mut high) = (logit(LEAST), 0.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if mean_within(placed, logistic(middle)) > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    let moved = 0.5 * (low + high) - logit(nominal);
    // As many as are within move by 2 t (1 - t) with the log-odds of the tail, where distributions are right.
    let of_share = (wanted * (1.0 - wanted) / placed.len() as f64).sqrt();
    let error = of_share / (2.0 * nominal * (1.0 - nominal));
    if moved == 0.0 { 0.0 } else { moved * (1.0 - (2.0 * error / moved).powi(2)).max(0.0) }
}

/// The least of numbers of the same sign; 0 where they are not.
fn least_alike(all: &[f64]) -> f64 {
    let least = all.iter().copied().fold(f64::INFINITY, f64::min);
    let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if least > 0.0 {
        least
    } else if most < 0.0 {
        most
    } else {
        0.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]
mod tests {
    use super::*;

    /// Places of a distribution whose u is spread so that `inverse` of an even spread is what is told.
    fn spread(number: u32, inverse: impl Fn(f64) -> f64) -> Vec<Placed> {
        let one = |i: u32| {
            let at = inverse((f64::from(i) + 0.5) / f64::from(number));
            Placed { below: at, up_to: at }
        };
        (0..number).map(one).collect()
    }

    #[test]
    fn where_distributions_are_right_nothing_moves() {
        let right = spread(5_000, |u| u);
        assert_eq!(Tails::of(&[right.clone(), right]), None);
        // Whole numbers that are as probable as they are told to be, and share out what their ends have.
        let whole: Vec<Placed> = [(0.0, 0.6, 600), (0.6, 0.95, 350), (0.95, 1.0, 50)]
            .into_iter()
            .flat_map(|(below, up_to, times)| std::iter::repeat_n(Placed { below, up_to }, times))
            .collect();
        let [held_80, held_95] = Tails::default().held(&whole);
        assert!((held_80 - 0.8).abs() < 1e-12 && (held_95 - 0.95).abs() < 1e-12, "{held_80} {held_95}");
        assert_eq!(Tails::of(&[whole.clone(), whole]), None);
    }

    #[test]
    fn where_more_comes_at_either_end_ranges_reach_further_out() {
        // Of a distribution that is told too narrow, u crowds at the ends: the arcsine law.
        let crowded = |u: f64| (0.5 * std::f64::consts::PI * u).sin().powi(2);
        let landmark = spread(5_000, crowded);
        let before = Tails::default().held(&landmark);
        assert!(before[0] < 0.62 && before[1] < 0.81, "{before:?}");
        let tails = Tails::of(&[landmark.clone(), landmark.clone()]).unwrap();
        assert!(tails.of_80 < 0.03 && tails.of_95 < tails.of_80, "{tails:?}");
        let held = tails.held(&landmark);
        assert!((held[0] - 0.8).abs() < 0.01 && (held[1] - 0.95).abs() < 0.01, "{held:?}");
        // A landmark that knows nothing of it has its say, and so has one that is alone.
        assert_eq!(Tails::of(&[landmark.clone(), spread(5_000, |u| u)]), None);
        assert_eq!(Tails::of(&[landmark]), None);
        // A few customers say little.
        assert_eq!(Tails::of(&[spread(5, crowded), spread(5, crowded)]), None);
    }

    #[test]
    fn what_is_moved_is_a_distribution_through_the_ends() {
        let tails = Tails { of_80: 0.04, of_95: 0.002 };
        let figures = tails.levels().map(|level| tails.moved(level));
        for (found, wanted) in figures.into_iter().zip([0.025, 0.1, 0.5, 0.9, 0.975]) {
            assert!((found - wanted).abs() < 1e-12, "{figures:?}");
        }
        assert_eq!([tails.moved(0.0), tails.moved(1.0)], [0.0, 1.0]);
        let all: Vec<f64> = (0..=1_000).map(|i| tails.moved(f64::from(i) / 1_000.0)).collect();
        assert!(all.windows(2).all(|two| two[0] < two[1]));
        for below in [0.0, 0.01, 0.3, 0.9, 1.0] {
            assert!((Tails::default().moved(below) - below).abs() < 1e-12, "{below}");
        }
    }
}
