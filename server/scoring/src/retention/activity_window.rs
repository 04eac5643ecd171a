//! How long a silence means that somebody is gone.
//!
//! Of the silences between purchases, those that ended are events, and those still going on are censored. With S(w) the
//! Kaplan-Meier probability that a silence lasts longer than w, and S(end) what is left at the end of the curve, that of
//! never coming back as far as can be seen,
//!
//! ```text
//! P(comes back | silent for w) = (S(w) - S(end)) / S(w)                                                     (1)
//! ```
//!
//! The activity window is the shortest w at which (1) is below a threshold, usually 0.1.
//!
//! Where it fails: returns after silences longer than any that was watched to its end are not foreseen, so a young shop
//! gets too short a window. Without anybody who stays away there is none.

use super::{Durations, KaplanMeier};

/// The curve just after one length of silence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReturnPoint {
    /// w.
    pub silence: u32,
    /// Silences watched for that long.
    pub at_risk: u64,
    /// Of these, those that ended then.
    pub returns: u64,
    /// S(w).
    pub still_silent: f64,
    /// (1); `None` when everybody has come back by then.
    pub return_probability: Option<f64>,
}

/// How likely customers come back, by how long they have been silent.
#[derive(Debug, Clone, Default)]
pub struct ReturnCurve {
    points: Vec<ReturnPoint>,
    /// The curve of how long silences last.
    pub silences: KaplanMeier,
}

impl ReturnCurve {
    /// From silences that ended (events) or go on.
    #[must_use]
    pub fn new(silences: &Durations) -> Self {
        let curve = KaplanMeier::new(silences);
        let never = curve.points().last().map_or(0.0, |last| last.survival);
        let point = |point: &super::SurvivalPoint| ReturnPoint {
            silence: point.time,
            at_risk: point.at_risk,
            returns: point.events,
            still_silent: point.survival,
            return_probability: (point.survival > 0.0)
                .then(|| ((point.survival - never) / point.survival).clamp(0.0, 1.0)),
        };
        Self { points: curve.points().iter().map(point).collect(), silences: curve }
    }

    /// One point for each length at which a silence ended or was last seen.
    #[must_use]
    pub fn points(&self) -> &[ReturnPoint] {
        &self.points
    }

    /// The shortest silence after which fewer than `threshold` come back; `None` if there is none.
    #[must_use]
    pub fn window(&self, threshold: f64) -> Option<u32> {
        /// S is a product of quotients, so that one in ten may come out a little below 0.1.
        const ROUNDING: f64 = 1e-9;
        let below = |point: &&ReturnPoint| {
            point.return_probability.is_some_and(|probability| probability < threshold - ROUNDING)
        };
        self.points.iter().find(below).map(|point| point.silence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Of ten silences, six end after 10, two after 20, one after 30 days; one goes on after 100.
        let mut silences = Durations::default();
        for (time, count) in [(10, 6), (20, 2), (30, 1)] {
            (0..count).for_each(|_| silences.add(time, true));
        }
        silences.add(100, false);
        let curve = ReturnCurve::new(&silences);
        let probabilities: Vec<f64> =
            curve.points().iter().map(|point| point.return_probability.unwrap()).collect();
        for (found, expected) in probabilities.iter().zip([0.75, 0.5, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        }
        assert_eq!(curve.window(0.1), Some(30));
        assert_eq!(curve.window(0.6), Some(20));
    }

    #[test]
    fn as_many_as_the_threshold_are_not_fewer() {
        // Of thirty silences twenty end after 10 days; of the ten left one does after 200, the others go on.
        let mut silences = Durations::default();
        (0..20).for_each(|i| silences.add(1 + i % 10, true));
        silences.add(200, true);
        (0..9).for_each(|_| silences.add(300, false));
        let curve = ReturnCurve::new(&silences);
        assert_eq!(curve.window(0.1), Some(200));
        assert_eq!(curve.window(0.11), Some(10));
    }

    #[test]
    fn where_everybody_comes_back_no_silence_is_too_long() {
        let mut silences = Durations::default();
        (1..50).for_each(|time| silences.add(time, true));
        assert_eq!(ReturnCurve::new(&silences).window(0.1), None);
        assert_eq!(ReturnCurve::new(&Durations::default()).window(0.1), None);
    }
}
