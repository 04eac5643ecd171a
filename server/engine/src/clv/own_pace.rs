//! Which customers of a workspace come faster or slower than its models expect, by what came after past days.

use lojal_scoring::clv::{
    Example, Gain, Habit, LearnError, Learned, OwnPace, Score, gain_of, learn_paces, weight_of_paces,
};
use lojal_store::Wanted;

use crate::clv::judge_models::JudgedModels;
use crate::clv::pace::Scored;
use crate::clv::panel::Panel;
use crate::clv::weights::Weighted;

/// Paces of customers that count, and how they did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LearnedPace {
    pub(crate) pace: OwnPace,
    /// How much the mean log score fell with it on landmarks that it had not seen.
    pub(crate) gain: Score,
    /// How far each habit moves the logarithm of the pace of the customers learned from, either way, in their mean.
    pub(crate) importance: Vec<(Habit, f64)>,
    /// Customers on landmarks who say so.
    pub(crate) examples: u64,
}

impl JudgedModels {
    /// The same models of customers who each come at a pace of their own, and what tells these, where models that count so much forecast better so,
    /// beside what was learned of odds from these examples; `levels` are the paces of landmarks at which they are judged. None where that does not help, or nobody wants
    /// it any more.
    pub(crate) fn paced(
        &self,
        (weighted, levels): (&Weighted, &[f64]),
        mut landmarks: Vec<Vec<Example>>,
        odds: Option<&Learned>,
        wanted: &Wanted,
    ) -> Option<(Self, LearnedPace)> {
        if let Some(odds) = odds {
            // Who comes back is learned already, so what is left is how often.
            for (landmark, examples) in landmarks.iter_mut().enumerate() {
                for (place, example) in examples.iter_mut().enumerate() {
                    example.expected *= odds.factor((landmark, place), example.returns);
                }
            }
        }
        let learned = match learn_paces(&landmarks, &|| !wanted.given_up()) {
            Ok(learned) => learned?,
            Err(LearnError::Cancelled) => return None,
            Err(error) => {
                tracing::warn!(%error, "no paces of customers were learned");
                return None;
            }
        };
        let of_landmark = |(landmark, (panel, &level)): (usize, (&Panel, &f64))| {
            let scored = Scored { landmark, panel, weighted, learned: odds };
            let paces =
                |place: usize| [0.0, 0.5, 1.0].map(|weight| level * learned.pace((landmark, place), weight));
            scored.gains_at(paces, wanted)
        };
        let gains: Vec<Vec<Gain>> =
            self.panels.iter().zip(levels).enumerate().map(of_landmark).collect::<Option<_>>()?;
        // As models do, they begin to count without a jump.
        let weight = self.last.tells() * weight_of_paces(&gains);
        let gain = gain_of(&gains, weight).filter(|_| weight > 0.0)?;
        let mut paced = self.clone();
        for (landmark, panel) in paced.panels.iter_mut().enumerate() {
            for (place, witness) in panel.witnesses.iter_mut().enumerate() {
                witness.own_pace = learned.pace((landmark, place), weight);
            }
        }
        let pace = learned.counting(weight);
        Some((paced, LearnedPace { pace, gain, importance: learned.importance, examples: learned.examples }))
    }

    /// What models that count so much say together of customers on each landmark at its pace, and what came, for a learner.
    pub(crate) fn examples(&self, weighted: &Weighted, levels: &[f64]) -> Vec<Vec<Example>> {
        self.panels.iter().zip(levels).map(|(panel, &level)| panel.examples(weighted, level)).collect()
    }
}
