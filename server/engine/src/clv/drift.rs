//! How rates of a workspace drift, by what models said of past days.
//!
//! A landmark is one of them from fifty purchases after it on, and may say the opposite of the others. So that a total does not jump when it is
//! first heard, a drift is what the landmarks say without the one that tells least, until that one tells all that it can, and what they say with it as far as it
//! tells.

use lojal_scoring::clv::{Drift, Gain, Learned, PastError, gain_of, told_from_season, weight_of_drift};
use lojal_store::Wanted;

use crate::clv::fitted_pace::FittedDrift;
use crate::clv::judge_models::JudgedModels;
use crate::clv::pace::Scored;
use crate::clv::weights::Weighted;

/// A pace this close to 1 on every landmark is none: a forecast would be moved by less than one in a hundred.
const NOTHING: f64 = 0.01;

/// A drift, and the paces of landmarks that it tells.
type Told = (FittedDrift, Vec<f64>);

impl JudgedModels {
    /// How rates drift, and the paces of landmarks that it tells; none where they do not, or it cannot be told. What was learned beside models that count
    /// so much has its say first.
    pub(crate) fn drift(
        &self,
        weighted: &Weighted,
        learned: Option<&Learned>,
        wanted: &Wanted,
    ) -> Option<Told> {
        let error = |landmark| self.past_error(landmark, weighted, learned);
        let all: Vec<usize> = (0..self.panels.len()).collect();
        let errors: Vec<PastError> = all.iter().map(|&landmark| error(landmark)).collect::<Option<_>>()?;
        Past { judged: self, weighted, learned, errors, wanted }.as_told(&all)
    }

    /// How far off models together were on a landmark that count so much, with what was learned beside them.
    fn past_error(
        &self,
        landmark: usize,
        weighted: &Weighted,
        learned: Option<&Learned>,
    ) -> Option<PastError> {
        let panel = &self.panels[landmark];
        let told =
            weighted.iter().map(|&(place, weight)| Some(weight * panel.told_over_came_at(1.0, place)?));
        let moved = learned.and_then(|learned| learned.moved.get(landmark)).map_or(1.0, |of| *of);
        Some(PastError {
            known_days: f64::from(panel.landmark.calibration_end - self.first_day),
            ahead_days: panel.days(),
            log_error: (moved * told.sum::<Option<f64>>()?).ln(),
        })
    }
}

/// What is asked of landmarks.
struct Past<'a> {
    judged: &'a JudgedModels,
    weighted: &'a Weighted,
    learned: Option<&'a Learned>,
    /// Of each landmark.
    errors: Vec<PastError>,
    wanted: &'a Wanted,
}

impl Past<'_> {
    /// What these landmarks tell, each as far as it tells anything.
    fn as_told(&self, landmarks: &[usize]) -> Option<Told> {
        let told = |landmark: usize| self.judged.panels[landmark].landmark.tells();
        let least = *landmarks.iter().min_by(|a, b| told(**a).total_cmp(&told(**b)))?;
        let share = told(least);
        let with = self.by(landmarks);
        if share >= 1.0 {
            return with;
        }
        let others: Vec<usize> = landmarks.iter().copied().filter(|&landmark| landmark != least).collect();
        between(self.as_told(&others), with, share)
    }

    /// What these tell, each as much as any other; none of fewer than two, as one has no others.
    fn by(&self, landmarks: &[usize]) -> Option<Told> {
        let errors_of = |of: &dyn Fn(usize) -> bool| -> Vec<PastError> {
            landmarks
                .iter()
                .filter(|&&landmark| of(landmark))
                .map(|&landmark| self.errors[landmark])
                .collect()
        };
        // Each landmark at the pace that the others tell.
        let by_others = |asked: usize| {
            let PastError { known_days, ahead_days, .. } = self.errors[asked];
            Some(Drift::of(&errors_of(&|landmark| landmark != asked))?.pace(known_days, Some(ahead_days)))
        };
        let told: Vec<f64> = (0..self.errors.len()).map(by_others).collect::<Option<_>>()?;
        let of_landmark = |&landmark: &usize| {
            let (panel, weighted, learned) = (&self.judged.panels[landmark], self.weighted, self.learned);
            Scored { landmark, panel, weighted, learned }.gains(told[landmark], self.wanted)
        };
        if landmarks.iter().all(|&landmark| told[landmark].ln().abs() < NOTHING) {
            return None;
        }
        let gains: Vec<Vec<Gain>> = landmarks.iter().map(of_landmark).collect::<Option<_>>()?;
        let known = self.judged.panels.first()?.landmark.holdout_end - self.judged.first_day;
        // As models do, it begins to count without a jump.
        let counts = self.judged.last.tells() * told_from_season(f64::from(known));
        let weight = counts * weight_of_drift(&gains);
        let gain = gain_of(&gains, weight).filter(|_| weight > 0.0)?;
        let drift = FittedDrift {
            drift: Drift::of(&errors_of(&|_| true))?.counting(weight),
            weight,
            gain: (gain.value, gain.standard_error),
            examples: gains.iter().map(|of| of.len() as u64).sum(),
        };
        Some((drift, told.iter().map(|told| told.powf(weight)).collect()))
    }
}

/// What is told without a landmark and what is told with it, which counts so much, of 1.
fn between(without: Option<Told>, with: Option<Told>, share: f64) -> Option<Told> {
    let counting = |(told, paces): Told, share: f64| {
        let (value, error) = told.gain;
        let drift = FittedDrift {
            drift: told.drift.counting(share),
            weight: share * told.weight,
            gain: (share * value, error.map(|error| share * error)),
            examples: told.examples,
        };
        (drift, paces.iter().map(|pace| pace.powf(share)).collect::<Vec<f64>>())
    };
    let without = without.map(|told| counting(told, 1.0 - share));
    let with = with.map(|told| counting(told, share)).filter(|(told, _)| told.weight > 0.0);
    match (without, with) {
        (Some((one, its)), Some((other, others))) => {
            let both = FittedDrift {
                drift: one.drift.and(&other.drift),
                weight: one.weight + other.weight,
                // Both are of the same customers, so their errors add up.
                gain: (one.gain.0 + other.gain.0, one.gain.1.zip(other.gain.1).map(|(a, b)| a + b)),
                examples: one.examples.max(other.examples),
            };
            Some((both, its.iter().zip(&others).map(|(a, b)| a * b).collect()))
        }
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(per_day: f64, weight: f64) -> Told {
        let error = |known_days: f64| PastError {
            known_days,
            ahead_days: 100.0,
            log_error: -per_day * 0.5 * (known_days + 100.0),
        };
        let drift = Drift::of(&[error(100.0), error(200.0)]).unwrap().counting(weight);
        (FittedDrift { drift, weight, gain: (0.1, Some(0.02)), examples: 7 }, vec![1.1, 1.2])
    }

    #[test]
    fn a_landmark_that_is_first_heard_moves_nothing_and_then_all() {
        let (one, other) = (told(0.001, 0.4), told(-0.002, 0.9));
        let pace = |told: &Told| told.0.drift.pace(300.0, Some(100.0)).ln();
        for (share, is) in [(0.0, &one), (1.0, &other)] {
            let between = between(Some(one.clone()), Some(other.clone()), share).unwrap();
            assert!(
                (pace(&between) - pace(is)).abs() < 1e-12 && (between.0.weight - is.0.weight).abs() < 1e-12
            );
            assert!(between.1.iter().zip(&is.1).all(|(a, b)| (a - b).abs() < 1e-12));
        }
        let half = between(Some(one.clone()), Some(other.clone()), 0.5).unwrap();
        assert!((pace(&half) - 0.5 * (pace(&one) + pace(&other))).abs() < 1e-12);
        assert!((half.0.weight - 0.65).abs() < 1e-12 && half.0.examples == 7);
        // What only one of them tells counts as much less.
        let alone = between(None, Some(other.clone()), 0.5).unwrap();
        assert!((pace(&alone) - 0.5 * pace(&other)).abs() < 1e-12);
        assert!(between(None, Some(other), 0.0).is_none() && between(None, None, 0.5).is_none());
    }
}
