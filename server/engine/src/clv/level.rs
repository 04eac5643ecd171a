//! Models judged by what they tell apart, and not by what sways all customers of a landmark alike.
//!
//! A Christmas, a sale or a bad spring after a landmark moves what everybody buys. Thousands of customers are thousands of witnesses of who comes back and how
//! often, and of that sway they are one. Taken for thousands they would praise models for the wrong reason: after a landmark with a Christmas after it,
//! whoever believes that fewer have left is nearer. How far levels sway is seen by how they scatter from landmark to landmark. With e the
//! logarithm of what models expect together of a landmark over what came, and s its standard deviation over the landmarks,
//!
//! ```text
//! B = s^2 / (s^2 + 0.15^2),    ln told(c) = (1 - B) e                                                           (1)
//! ```
//!
//! models are judged at the pace c of each landmark: where levels are steady they tell models apart as everything does, and where they sway they do not. What several
//! landmarks have in common is told as a drift then.

use lojal_store::Wanted;
use rayon::prelude::*;

use crate::clv::judge_models::JudgedModels;
use crate::clv::panel::Panel;

/// Models are off by so much, in logarithms, for reasons of their own (see intervals.md).
const OWN: f64 = 0.15;
/// A pace and its inverse are no greater.
const FURTHEST: f64 = 10.0;
/// What moves no landmark further than this moves none.
const NOTHING: f64 = 0.01;
/// Steps that find a pace.
const STEPS: usize = 3;

impl JudgedModels {
    /// The same models judged at paces at which levels say no more than they know, (1), and the pace of each landmark; none where levels are steady, or
    /// nobody wants it any more.
    pub(crate) fn levelled(&self, wanted: &Wanted) -> Option<(Self, Vec<f64>)> {
        let paces = self.levels(&self.weighted()?)?;
        let is_steady = paces.iter().all(|pace| pace.ln().abs() < NOTHING);
        if is_steady { None } else { Some((self.at_paces(&paces, wanted)?, paces)) }
    }

    /// The pace of each landmark, (1), by models that count so much, by their places.
    fn levels(&self, weighted: &[(usize, f64)]) -> Option<Vec<f64>> {
        let errors: Vec<f64> =
            self.panels.iter().map(|panel| panel.error_at(1.0, weighted)).collect::<Option<_>>()?;
        let swayed = swayed(&errors)?;
        let pace = |(panel, error): (&Panel, &f64)| panel.pace_of((1.0 - swayed) * error, weighted);
        self.panels.iter().zip(&errors).map(pace).collect()
    }
}

/// How much of the errors of levels is sway, B of (1); none of fewer than two.
fn swayed(errors: &[f64]) -> Option<f64> {
    let number = errors.len() as f64;
    if number < 2.0 {
        return None;
    }
    let mean = errors.iter().sum::<f64>() / number;
    let variance = errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / (number - 1.0);
    Some(variance / (variance + OWN * OWN))
}

impl Panel {
    /// The logarithm of what models that count so much expect together at a pace over what came.
    fn error_at(&self, pace: f64, weighted: &[(usize, f64)]) -> Option<f64> {
        let told = |&(place, weight): &(usize, f64)| Some(weight * self.told_over_came_at(pace, place)?);
        let told: Vec<f64> = weighted.par_iter().map(told).collect::<Option<_>>()?;
        Some(told.iter().sum::<f64>().ln()).filter(|error| error.is_finite())
    }

    /// The pace at which that is so much.
    fn pace_of(&self, error: f64, weighted: &[(usize, f64)]) -> Option<f64> {
        let mut pace = 1.0_f64;
        for _ in 0..STEPS {
            pace = (pace * (error - self.error_at(pace, weighted)?).exp()).clamp(1.0 / FURTHEST, FURTHEST);
        }
        Some(pace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_count_as_far_as_they_are_steady() {
        let at = |told: &[f64]| swayed(&told.iter().map(|told| told.ln()).collect::<Vec<_>>());
        assert_eq!(at(&[1.3]), None);
        assert!(at(&[1.3, 1.3, 1.3]).is_some_and(|swayed| swayed < 1e-12));
        // A Christmas after two of three landmarks.
        assert!(at(&[0.61, 0.64, 1.07]).is_some_and(|swayed| (0.75..0.85).contains(&swayed)));
        assert!(at(&[1.07, 1.08, 1.05]).is_some_and(|swayed| swayed < 0.02));
    }
}
