//! How long customers stay, when some have not left yet.
//!
//! | symbol | name | meaning |
//! |---|---|---|
//! | t_i | `time` | a time at which somebody left, in whole units, usually days |
//! | d_i | `events` | how many left at t_i |
//! | n_i | `at_risk` | how many were there just before t_i; those censored at t_i among them |
//! | S(t) | `survival` | probability to be there after t |
//!
//! ```text
//! S(t) = prod_{t_i <= t} (1 - d_i/n_i)                                                                      (1)
//! G(t) = sum_{t_i <= t} d_i/(n_i (n_i - d_i)),   Var S(t) = S(t)^2 G(t)                                     (2)
//! interval: exp(-exp(ln(-ln S) +- z sqrt(G)/ln S))                                                          (3)
//! mu(h) = int_0^h S,   Var mu = sum_{t_i <= h} (int_{t_i}^h S)^2 d_i/(n_i (n_i - d_i))                      (4)
//! ```
//!
//! Sources: (1) Kaplan and Meier, *JASA* 53, 1958; (2) Greenwood, 1926; (3) the log-log interval of Kalbfleisch and
//! Prentice, *The Statistical Analysis of Failure Time Data*, 1980, which stays within [0, 1]; (4) Klein and Moeschberger,
//! *Survival Analysis*, 2003, 4.5.3. The interval of the median holds the times at which (3) holds 1/2 (Brookmeyer and
//! Crowley, *Biometrics* 38, 1982).
//!
//! Where it fails: leaving and being censored must have nothing to do with one another. Whoever is seen for shorter than
//! anybody stays says nothing beyond that time; the curve ends there, and does not fall to 0.

use crate::statistics::normal::two_sided_quantile;
use serde::{Deserialize, Serialize};

/// How many left, and how many were last seen, after each time.
///
/// Few of them are kept as a list, and many counted by time, so that a thousand small groups take as much memory as one
/// large one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Durations {
    /// By time: left, last seen.
    counts: Vec<[u64; 2]>,
    /// Not yet counted: time and whether last seen.
    listed: Vec<(u32, bool)>,
    longest: u32,
}

impl Durations {
    /// Adds somebody who left after `time` (`left`), or who was still there when last looked at.
    pub fn add(&mut self, time: u32, left: bool) {
        self.longest = self.longest.max(time);
        if let Some(counts) = self.counts.get_mut(time as usize) {
            counts[usize::from(!left)] += 1;
            return;
        }
        self.listed.push((time, !left));
        if self.listed.len() > 2 * (self.longest as usize + 1) {
            self.count_listed();
        }
    }

    fn count_listed(&mut self) {
        self.counts.resize(self.counts.len().max(self.longest as usize + 1), [0; 2]);
        for (time, seen) in std::mem::take(&mut self.listed) {
            self.counts[time as usize][usize::from(seen)] += 1;
        }
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        self.longest = self.longest.max(other.longest);
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), [0; 2]);
        }
        for (sum, part) in self.counts.iter_mut().flatten().zip(other.counts.iter().flatten()) {
            *sum += part;
        }
        other.listed.iter().for_each(|(time, seen)| self.add(*time, !seen));
    }

    /// How many they are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().flatten().sum::<u64>() + self.listed.len() as u64
    }

    /// How many of them left.
    #[must_use]
    pub fn events(&self) -> u64 {
        let listed = self.listed.iter().filter(|(_, seen)| !seen).count() as u64;
        self.counts.iter().map(|[left, _]| left).sum::<u64>() + listed
    }

    /// The longest time; `None` for nobody.
    #[must_use]
    pub fn longest(&self) -> Option<u32> {
        (self.total() > 0).then_some(self.longest)
    }

    /// Times at which anything happened, ascending, with who left and who was last seen then.
    #[must_use]
    pub fn table(&self) -> Vec<(u32, u64, u64)> {
        let counted = (0_u32..).zip(&self.counts).map(|(time, [left, seen])| (time, *left, *seen));
        let mut all: Vec<(u32, u64, u64)> = counted.filter(|(_, left, seen)| left + seen > 0).collect();
        all.extend(self.listed.iter().map(|(time, seen)| (*time, u64::from(!seen), u64::from(*seen))));
        all.sort_unstable_by_key(|(time, ..)| *time);
        all.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
                kept.2 += next.2;
            }
            same
        });
        all
    }
}

impl PartialEq for Durations {
    fn eq(&self, other: &Self) -> bool {
        self.table() == other.table()
    }
}

/// The curve just after one time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SurvivalPoint {
    /// t_i.
    pub time: u32,
    /// n_i.
    pub at_risk: u64,
    /// d_i.
    pub events: u64,
    /// Last seen at t_i.
    pub censored: u64,
    /// S, in [0, 1].
    pub survival: f64,
    /// G; infinite once everybody has left.
    pub greenwood: f64,
}

/// Ends of an interval; an end that is not known, such as that of a median beyond the curve, is unset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl SurvivalPoint {
    /// Standard error of S, by (2). `None` once everybody has left.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        self.greenwood.is_finite().then(|| self.survival * self.greenwood.sqrt())
    }

    /// (3). Not known while nobody, or once everybody, has left.
    #[must_use]
    pub fn interval(&self, confidence: f64) -> Limits {
        if !(self.survival > 0.0 && self.survival < 1.0) {
            return Limits::default();
        }
        let ln = self.survival.ln();
        let half = two_sided_quantile(confidence) * self.greenwood.sqrt() / ln.abs();
        let end = |shift: f64| Some((ln * shift.exp()).exp());
        Limits { low: end(half), high: end(-half) }
    }
}

/// A survival curve.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KaplanMeier {
    points: Vec<SurvivalPoint>,
}

/// (4).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RestrictedMean {
    /// Mean time there, up to the horizon.
    pub mean: f64,
    /// Its standard error; `None` when everybody left by the horizon and the last of them at one time.
    pub standard_error: Option<f64>,
}

impl KaplanMeier {
    /// The curve of these durations.
    #[must_use]
    pub fn new(durations: &Durations) -> Self {
        let mut at_risk = durations.total();
        let (mut survival, mut greenwood) = (1.0, 0.0);
        let point = |(time, events, censored): (u32, u64, u64)| {
            let (n, d) = (at_risk as f64, events as f64);
            survival = if events == at_risk { 0.0 } else { survival * ((n - d) / n) };
            if events > 0 {
                greenwood += d / (n * (n - d));
            }
            let point = SurvivalPoint { time, at_risk, events, censored, survival, greenwood };
            at_risk -= events + censored;
            point
        };
        Self { points: durations.table().into_iter().map(point).collect() }
    }

    /// The curve, one point for each time at which somebody left or was last seen.
    #[must_use]
    pub fn points(&self) -> &[SurvivalPoint] {
        &self.points
    }

    /// The point in force at a time: the last at or before it. `None` before the first.
    #[must_use]
    pub fn at(&self, time: u32) -> Option<&SurvivalPoint> {
        self.points.partition_point(|point| point.time <= time).checked_sub(1).map(|at| &self.points[at])
    }

    /// S after a time; `None` beyond the end of the curve, unless everybody has left by then.
    #[must_use]
    pub fn survival(&self, time: u32) -> Option<f64> {
        let last = self.points.last()?;
        (time <= last.time || last.survival <= 0.0).then(|| self.at(time).map_or(1.0, |point| point.survival))
    }

    /// The first time at which no more than a share of `1 - p` is left: the p-quantile of how long customers stay.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<u32> {
        /// S is a product of quotients, so an exact half may come out a little above it.
        const ROUNDING: f64 = 1e-12;
        self.points.iter().find(|point| point.survival <= 1.0 - p + ROUNDING).map(|point| point.time)
    }

    /// The interval of that quantile.
    #[must_use]
    pub fn quantile_interval(&self, p: f64, confidence: f64) -> Limits {
        let first = |below: &dyn Fn(&SurvivalPoint) -> bool| {
            self.points.iter().find(|point| below(point)).map(|point| f64::from(point.time))
        };
        let gone = |point: &SurvivalPoint| point.survival <= 0.0;
        let low = |point: &SurvivalPoint| {
            gone(point) || point.interval(confidence).low.is_some_and(|low| low <= 1.0 - p)
        };
        let high = |point: &SurvivalPoint| {
            gone(point) || point.interval(confidence).high.is_some_and(|high| high <= 1.0 - p)
        };
        Limits { low: first(&low), high: first(&high) }
    }

    /// (4), up to `horizon`. `None` for nobody, for a horizon that is not positive, and beyond the end of the curve.
    #[must_use]
    pub fn restricted_mean(&self, horizon: f64) -> Option<RestrictedMean> {
        let last = self.points.last()?;
        let known = horizon <= f64::from(last.time) || last.survival <= 0.0;
        if !(horizon > 0.0 && known) {
            return None;
        }
        // From the end: what is below the curve to the right of each point.
        let (mut area, mut variance, mut right) = (0.0, 0.0, horizon);
        let within = self.points.partition_point(|point| f64::from(point.time) <= horizon);
        for point in self.points[..within].iter().rev() {
            let time = f64::from(point.time);
            area += point.survival * (right - time);
            right = time;
            let (n, d) = (point.at_risk as f64, point.events as f64);
            if point.events > 0 && point.events < point.at_risk {
                variance += area * area * d / (n * (n - d));
            }
        }
        Some(RestrictedMean { mean: area + right, standard_error: (variance > 0.0).then(|| variance.sqrt()) })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) const FIRST: [(u32, bool); 10] = [
        (5, true),
        (8, true),
        (8, false),
        (12, true),
        (15, true),
        (20, false),
        (20, true),
        (25, true),
        (30, false),
        (30, false),
    ];
    pub(crate) const SECOND: [(u32, bool); 10] = [
        (3, true),
        (4, true),
        (6, true),
        (8, true),
        (9, false),
        (10, true),
        (12, true),
        (14, true),
        (18, true),
        (30, false),
    ];

    pub(crate) fn durations(of: &[(u32, bool)]) -> Durations {
        let mut durations = Durations::default();
        of.iter().for_each(|(time, left)| durations.add(*time, *left));
        durations
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5.1e-5, "{found} is not {expected}");
    }

    #[test]
    fn golden_curve() {
        let curve = KaplanMeier::new(&durations(&FIRST));
        for (time, survival) in
            [(5, 0.9), (8, 0.8), (12, 0.6857), (15, 0.5714), (20, 0.4571), (25, 0.3048), (30, 0.3048)]
        {
            close(curve.survival(time).unwrap(), survival);
        }
        close(curve.survival(4).unwrap(), 1.0);
        assert_eq!(curve.survival(31), None, "nobody was seen for longer");
        let first = curve.at(5).unwrap().interval(0.95);
        close(first.low.unwrap(), 0.4730);
        close(first.high.unwrap(), 0.9853);
        assert_eq!(curve.quantile(0.5), Some(20));
        let at_risk: Vec<u64> = curve.points().iter().map(|point| point.at_risk).collect();
        assert_eq!(at_risk, [10, 9, 7, 6, 5, 3, 2]);
    }

    #[test]
    fn golden_restricted_mean() {
        // By hand: 5 + 0.9 3 + 0.8 4 + 0.6857 3 + 0.5714 5 + 0.4571 5 + 0.3048 5.
        let mean = KaplanMeier::new(&durations(&FIRST)).restricted_mean(30.0).unwrap();
        close(mean.mean, 19.623_809);
        // R: print(survfit(Surv(t, e) ~ 1), rmean = 30).
        let uncensored = durations(&[(1, true), (2, true), (3, true), (4, true)]);
        let mean = KaplanMeier::new(&uncensored).restricted_mean(4.0).unwrap();
        close(mean.mean, 2.5);
        // Without censoring it is that of a mean: sqrt(sum (x - 2.5)^2)/4.
        close(mean.standard_error.unwrap(), 5.0_f64.sqrt() / 4.0);
        assert_eq!(KaplanMeier::new(&durations(&FIRST)).restricted_mean(31.0), None);
    }

    #[test]
    fn all_or_nobody() {
        let nobody = KaplanMeier::new(&Durations::default());
        assert_eq!((nobody.survival(0), nobody.quantile(0.5)), (None, None));
        let all = KaplanMeier::new(&durations(&[(0, true), (0, true)]));
        assert_eq!(all.survival(7), Some(0.0));
        assert_eq!(all.points()[0].interval(0.95), Limits::default());
        assert_eq!(all.points()[0].standard_error(), None);
        let stayed = KaplanMeier::new(&durations(&[(9, false)]));
        assert_eq!((stayed.survival(9), stayed.quantile(0.5)), (Some(1.0), None));
    }

    proptest! {
        #[test]
        fn without_censoring_it_is_the_share_that_is_left(times in prop::collection::vec(0_u32..50, 1..60)) {
            let all: Vec<(u32, bool)> = times.iter().map(|time| (*time, true)).collect();
            let curve = KaplanMeier::new(&durations(&all));
            for time in 0..50 {
                let left = times.iter().filter(|each| **each > time).count();
                let expected = left as f64 / times.len() as f64;
                prop_assert!((curve.survival(time).unwrap() - expected).abs() < 1e-12);
            }
        }

        #[test]
        fn parts_add_up_and_limits_hold_the_value(all in prop::collection::vec((0_u32..50, any::<bool>()), 1..60), cut in 0_usize..60) {
            let cut = cut.min(all.len());
            let mut merged = durations(&all[..cut]);
            merged.merge(&durations(&all[cut..]));
            prop_assert_eq!(&merged, &durations(&all));
            for point in KaplanMeier::new(&merged).points() {
                let Limits { low: Some(low), high: Some(high) } = point.interval(0.9) else { continue };
                prop_assert!(0.0 <= low && low <= point.survival && point.survival <= high && high <= 1.0);
            }
        }
    }
}
