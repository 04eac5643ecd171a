//! Net Promoter Score with an interval that can be believed for small samples.
//!
//! | symbol | name | meaning |
//! |---|---|---|
//! | P, Pa, D | `promoters`, `passives`, `detractors` | answers 9 and 10, 7 and 8, 0 to 6 |
//! | n | `total()` | all answers; dismissed and skipped questions never enter |
//! | s | | `(P - D) / n`, so `nps = 100 s`, in points from -100 to 100 |
//! | z | | normal quantile of the confidence asked for |
//!
//! Sources: Reichheld, "The one number you need to grow", *Harvard Business Review*, December 2003; Rocks,
//! "Interval estimation for the Net Promoter Score", *The American Statistician* 70(4), 2016.
//!
//! Where it fails: [`NpsCounts`] takes the answers as independent. Several answers of one customer are not, and would make
//! the interval too narrow; [`WeightedNps`] counts them by customer.

mod difference;
mod plan;
mod weighted;

pub use difference::NpsDifference;
pub use plan::NpsPlan;
pub use weighted::{WeightedNps, post_stratified};

use crate::statistics::normal::two_sided_quantile;
use serde::{Deserialize, Serialize};

/// What an answer on the scale from 0 to 10 says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NpsCategory {
    /// 9 or 10.
    Promoter,
    /// 7 or 8.
    Passive,
    /// 0 to 6.
    Detractor,
}

impl NpsCategory {
    /// The category of an answer; `None` above 10, which is no answer on this scale.
    #[must_use]
    pub const fn of(score: u8) -> Option<Self> {
        match score {
            0..=6 => Some(Self::Detractor),
            7 | 8 => Some(Self::Passive),
            9 | 10 => Some(Self::Promoter),
            _ => None,
        }
    }

    /// What it counts for: -1, 0 or 1 for a detractor, passive or promoter.
    #[must_use]
    pub const fn value(self) -> i32 {
        match self {
            Self::Promoter => 1,
            Self::Passive => 0,
            Self::Detractor => -1,
        }
    }

    /// Its name in English, as filters and groups write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Promoter => "promoter",
            Self::Passive => "passive",
            Self::Detractor => "detractor",
        }
    }
}

/// How many answers fell into each category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NpsCounts {
    /// Answers 9 and 10.
    pub promoters: u64,
    /// Answers 7 and 8.
    pub passives: u64,
    /// Answers 0 to 6.
    pub detractors: u64,
}

/// A Net Promoter Score with its uncertainty, all in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NpsEstimate {
    /// `100 (P - D) / n`, the score as everybody computes it; from -100 to 100.
    pub nps: f64,
    /// The standard error that the interval is built on.
    pub standard_error: f64,
    /// Lower end of the interval.
    pub ci_low: f64,
    /// Upper end of the interval.
    pub ci_high: f64,
    /// The confidence asked for, in (0, 1).
    pub confidence: f64,
    /// Number of answers.
    pub n: u64,
}

/// What a standard error shrinks by when `n` of `population` customers answered: `sqrt((N - n) / (N - 1))`. A population
/// below n counts as n.
#[must_use]
pub fn finite_correction(n: u64, population: u64) -> f64 {
    let (n, all) = (n as f64, population.max(n) as f64);
    if all > 1.0 { ((all - n) / (all - 1.0)).sqrt() } else { 0.0 }
}

/// A trinomial of -1, 0 and +1: its mean and the standard error of that mean.
struct Trinomial {
    mean: f64,
    standard_error: f64,
}

impl Trinomial {
    /// Var = (P + D)/n - s^2; counts may be fractional (the adjusted interval adds 3/4).
    fn new(promoters: f64, detractors: f64, n: f64) -> Self {
        let mean = (promoters - detractors) / n;
        // Rounding can leave -1e-17 when everybody agrees.
        let variance = ((promoters + detractors) / n - mean * mean).max(0.0);
        Self { mean, standard_error: (variance / n).sqrt() }
    }
}

impl NpsCounts {
    /// Rocks adds this many answers to the promoters and to the detractors, and twice as many to the passives.
    const ADDED: f64 = 0.75;

    /// Number of answers.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.promoters + self.passives + self.detractors
    }

    /// Counts one answer and says what it was; `None` above 10, and then nothing is counted.
    pub const fn add(&mut self, score: u8) -> Option<NpsCategory> {
        let category = NpsCategory::of(score);
        match category {
            Some(NpsCategory::Promoter) => self.promoters += 1,
            Some(NpsCategory::Passive) => self.passives += 1,
            Some(NpsCategory::Detractor) => self.detractors += 1,
            None => {}
        }
        category
    }

    /// The default: the raw score with Rocks' adjusted Wald interval, clipped to -100 and 100.
    ///
    /// ```text
    /// n* = n + 3,  s* = (P - D) / n*,  SE* = sqrt((P + D + 3/2)/n* - s*^2) / sqrt(n*),  100 (s* +- z SE*)
    /// ```
    /// The interval is around `s*`, a little nearer to 0 than the raw score, and does not collapse when all
    /// agree. `standard_error` is `100 SE*`. `None` without answers or if `confidence` is not within (0, 1).
    #[must_use]
    pub fn adjusted_wald(&self, confidence: f64) -> Option<NpsEstimate> {
        let interval = self.unclipped(confidence)?;
        Some(NpsEstimate {
            ci_low: interval.ci_low.max(-100.0),
            ci_high: interval.ci_high.min(100.0),
            ..interval
        })
    }

    /// [`Self::adjusted_wald`] where a large share of a small base answered: of `population` customers `n` were asked and
    /// answered, so the standard error shrinks by `sqrt((N - n) / (N - 1))`, to nothing when all have. A population below n
    /// counts as n.
    #[must_use]
    pub fn adjusted_wald_of(&self, population: u64, confidence: f64) -> Option<NpsEstimate> {
        let estimate = self.adjusted_wald(confidence)?;
        let correction = finite_correction(estimate.n, population);
        let center = 0.5 * (self.unclipped(confidence)?.ci_low + self.unclipped(confidence)?.ci_high);
        // The centre moves to the raw score as the unknown shrinks.
        let center = estimate.nps + correction * (center - estimate.nps);
        let half = two_sided_quantile(confidence) * estimate.standard_error * correction;
        Some(NpsEstimate {
            standard_error: estimate.standard_error * correction,
            ci_low: (center - half).clamp(-100.0, 100.0),
            ci_high: (center + half).clamp(-100.0, 100.0),
            ..estimate
        })
    }

    fn adjusted(&self) -> Trinomial {
        Trinomial::new(
            self.promoters as f64 + Self::ADDED,
            self.detractors as f64 + Self::ADDED,
            self.total() as f64 + 4.0 * Self::ADDED,
        )
    }

    fn unclipped(&self, confidence: f64) -> Option<NpsEstimate> {
        self.around(&self.adjusted(), confidence)
    }

    /// Two independent samples: `z = (s1* - s2*) / sqrt(SE1*^2 + SE2*^2)`, in points. `None` without answers in one of
    /// them, or if `confidence` is not within (0, 1).
    #[must_use]
    pub fn compare(&self, other: &Self, confidence: f64) -> Option<NpsDifference> {
        let raw = self.wald(confidence)?.nps - other.wald(confidence)?.nps;
        let (one, two) = (self.adjusted(), other.adjusted());
        let standard_error = 100.0 * one.standard_error.hypot(two.standard_error);
        Some(NpsDifference::new(raw, 100.0 * (one.mean - two.mean), standard_error, confidence))
    }

    /// The textbook interval `100 (s +- z sqrt(Var / n))`, not clipped, for comparison with other tools: it
    /// is too narrow for small samples and has no width when all agree. `None` as in [`Self::adjusted_wald`].
    #[must_use]
    pub fn wald(&self, confidence: f64) -> Option<NpsEstimate> {
        let raw = Trinomial::new(self.promoters as f64, self.detractors as f64, self.total() as f64);
        self.around(&raw, confidence)
    }

    fn around(&self, trinomial: &Trinomial, confidence: f64) -> Option<NpsEstimate> {
        let n = self.total();
        if n == 0 || !(confidence > 0.0 && confidence < 1.0) {
            return None;
        }
        let half_width = two_sided_quantile(confidence) * trinomial.standard_error;
        Some(NpsEstimate {
            nps: 100.0 * (self.promoters as f64 - self.detractors as f64) / n as f64,
            standard_error: 100.0 * trinomial.standard_error,
            ci_low: 100.0 * (trinomial.mean - half_width),
            ci_high: 100.0 * (trinomial.mean + half_width),
            confidence,
            n,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::normal::two_sided_p;

    const fn counts(promoters: u64, passives: u64, detractors: u64) -> NpsCounts {
        NpsCounts { promoters, passives, detractors }
    }

    /// The golden values are printed to two or three decimals.
    fn close(actual: f64, expected: f64, digits: i32) {
        let allowed = 0.51 * 10f64.powi(-digits);
        assert!((actual - expected).abs() <= allowed, "{actual} is not {expected}");
    }

    #[test]
    fn golden_intervals() {
        let even = counts(40, 30, 30);
        let wald = even.wald(0.95).unwrap();
        close(wald.nps, 10.0, 12);
        close(wald.standard_error, 8.3066, 4);
        close(wald.ci_low, -6.281, 3);
        close(wald.ci_high, 26.281, 3);
        let adjusted = even.adjusted_wald(0.95).unwrap();
        close(adjusted.nps, 10.0, 12);
        close(adjusted.ci_low, -6.272, 3);
        close(adjusted.ci_high, 25.689, 3);

        let few = counts(5, 3, 2);
        close(few.wald(0.95).unwrap().ci_low, -18.41, 2);
        close(few.wald(0.95).unwrap().ci_high, 78.41, 2);
        close(few.adjusted_wald(0.95).unwrap().ci_low, -19.05, 2);
        close(few.adjusted_wald(0.95).unwrap().ci_high, 65.20, 2);

        let many = counts(500, 300, 200).adjusted_wald(0.95).unwrap();
        close(many.nps, 30.0, 12);
        close(many.ci_low, 25.08, 2);
        close(many.ci_high, 34.74, 2);
    }

    #[test]
    fn golden_comparison() {
        let (one, two) = (counts(40, 30, 30), counts(55, 25, 20));
        let found = one.compare(&two, 0.95).unwrap();
        close(found.difference, -25.0, 9);
        close(found.adjusted_difference, -24.272, 3);
        close(found.z.unwrap(), -2.1506, 4);
        close(found.p_value.unwrap(), 0.0315, 4);
        // The Wald test of the same samples.
        let (w1, w2) = (one.wald(0.95).unwrap(), two.wald(0.95).unwrap());
        close(two_sided_p((w1.nps - w2.nps) / w1.standard_error.hypot(w2.standard_error)), 0.0294, 4);
        assert_eq!(one.compare(&counts(0, 0, 0), 0.95), None);
    }

    #[test]
    fn paired_answers_are_compared_within_respondents() {
        // Ten stayed, three gained one, one gained two, one lost two: mean 3/15, sum of squares 3 + 4 + 4.
        let found = NpsDifference::paired([1, 0, 10, 3, 1], 0.95).unwrap();
        close(found.difference, 20.0, 9);
        let variance = (11.0 - 15.0 * 0.04) / 14.0;
        close(found.standard_error, 100.0 * (variance / 15.0_f64).sqrt(), 9);
        assert_eq!(NpsDifference::paired([0, 0, 1, 0, 0], 0.95), None);
        // Nobody changed: no difference, and no test of it.
        assert_eq!(NpsDifference::paired([0, 0, 9, 0, 0], 0.95).unwrap().p_value, None);
    }

    #[test]
    fn a_base_that_answered_whole_is_known() {
        let all = counts(5, 3, 2);
        let known = all.adjusted_wald_of(10, 0.95).unwrap();
        close(known.ci_low, 30.0, 9);
        close(known.ci_high, 30.0, 9);
        let most = all.adjusted_wald_of(12, 0.95).unwrap();
        let none = all.adjusted_wald(0.95).unwrap();
        assert!(most.ci_low > none.ci_low && most.ci_high < none.ci_high);
        let endless = all.adjusted_wald_of(u64::MAX, 0.95).unwrap();
        close(endless.ci_low, none.ci_low, 6);
    }

    #[test]
    fn an_interval_does_not_collapse_when_all_agree() {
        let all = counts(10, 0, 0);
        close(all.wald(0.95).unwrap().ci_low, 100.0, 9);
        let adjusted = all.adjusted_wald(0.95).unwrap();
        close(adjusted.ci_low, 47.50, 2);
        close(adjusted.ci_high, 100.0, 9);
    }

    #[test]
    fn no_answers_have_no_score() {
        assert_eq!(counts(0, 0, 0).adjusted_wald(0.95), None);
        assert_eq!(counts(0, 0, 0).wald(0.95), None);
        for confidence in [0.0, 1.0, -1.0, f64::NAN] {
            assert_eq!(counts(1, 1, 1).wald(confidence), None);
        }
    }

    #[test]
    fn scores_fall_into_reichhelds_categories() {
        let mut counted = NpsCounts::default();
        for score in 0..=10 {
            assert!(counted.add(score).is_some());
        }
        assert_eq!(counted, counts(2, 2, 7));
        assert_eq!(counted.add(11), None);
        assert_eq!(counted.total(), 11);
    }

    /// Share of simulated samples whose interval holds the true score: (Wald, adjusted), in percent.
    fn coverage(promoter: f64, detractor: f64, n: u32) -> (f64, f64) {
        const DRAWS: u32 = 40_000;
        let truth = 100.0 * (promoter - detractor);
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut uniform = || {
            // xorshift64*, enough for a coverage count and the same on every machine.
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
        };
        let (mut wald, mut adjusted) = (0_u32, 0_u32);
        for _ in 0..DRAWS {
            let mut sample = NpsCounts::default();
            for _ in 0..n {
                let u = uniform();
                if u < promoter {
                    sample.promoters += 1;
                } else if u < promoter + detractor {
                    sample.detractors += 1;
                } else {
                    sample.passives += 1;
                }
            }
            let within = |e: NpsEstimate| u32::from(e.ci_low <= truth && truth <= e.ci_high);
            wald += within(sample.wald(0.95).unwrap());
            adjusted += within(sample.adjusted_wald(0.95).unwrap());
        }
        let percent = |hits: u32| 100.0 * f64::from(hits) / f64::from(DRAWS);
        (percent(wald), percent(adjusted))
    }

    #[test]
    fn coverage_is_near_nominal_where_wald_is_not() {
        // The Monte-Carlo error of 40,000 draws is about 0.25 points at the lowest; four of them.
        for (promoter, detractor, n, wald, adjusted) in
            [(0.6, 0.1, 10, 87.2, 94.7), (0.8, 0.05, 30, 91.5, 96.3), (0.95, 0.01, 10, 40.0, 91.1)]
        {
            let (w, a) = coverage(promoter, detractor, n);
            assert!((w - wald).abs() < 1.0, "wald {w} for n = {n}");
            assert!((a - adjusted).abs() < 1.0, "adjusted {a} for n = {n}");
        }
    }
}
