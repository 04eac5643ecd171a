//! What trees say of customers and days that they have not seen.
//!
//! One half of the customers on one landmark is told by trees from the other half on the other landmarks, so whatever is held against what came
//! there is no memory.

use super::example::Example;
use super::grow::{LearnError, Lesson, Moves, grow};
use super::habit::Looked;
use super::trees::Trees;
use rayon::prelude::*;

/// How examples are told to trees.
pub(super) struct Telling {
    pub(super) moves: Moves,
    /// What trees learn from examples, each with the place of its landmark.
    pub(super) lesson: fn(&[(usize, &Example)]) -> Lesson,
    /// What they look at of one.
    pub(super) looked: fn(&Example) -> Looked,
}

/// Trees grown from all, and what trees say that know neither their landmark nor them of each, in the order of the landmarks and of their examples.
pub(super) struct CrossFitted {
    pub(super) trees: Trees,
    pub(super) said: Vec<Vec<f64>>,
}

impl CrossFitted {
    /// Grown on all threads of the caller's pool, as long as `go_on` says so. `None` where there are fewer than two landmarks with customers, or one half of
    /// these is nobody.
    pub(super) fn of(
        landmarks: &[Vec<Example>],
        telling: &Telling,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Self>, LearnError> {
        let placed = landmarks.iter().enumerate();
        let whole: Vec<(usize, &Example)> =
            placed.flat_map(|(landmark, of)| of.iter().map(move |example| (landmark, example))).collect();
        let is_even = |example: &Example| example.customer.is_multiple_of(2);
        let with_customers = landmarks.iter().filter(|landmark| !landmark.is_empty()).count();
        let even = whole.iter().filter(|(_, example)| is_even(example)).count();
        if with_customers < 2 || even == 0 || even == whole.len() {
            return Ok(None);
        }
        // What is learned from all, and for each landmark from either half of the customers on the others.
        let mut lessons: Vec<Vec<(usize, &Example)>> = vec![whole.clone()];
        for asked in 0..landmarks.len() {
            for parity in [true, false] {
                let of_others = |&&(landmark, example): &&(usize, &Example)| {
                    landmark != asked && is_even(example) == parity
                };
                lessons.push(whole.iter().filter(of_others).copied().collect());
            }
        }
        let learn =
            |examples: &Vec<(usize, &Example)>| grow(&(telling.lesson)(examples), telling.moves, go_on);
        let grown: Vec<Result<Trees, LearnError>> = lessons.par_iter().map(learn).collect();
        let mut grown = grown.into_iter();
        let trees = grown.next().transpose()?.unwrap_or_default();
        let grown: Vec<Trees> = grown.collect::<Result<_, _>>()?;
        let of_landmark = |(asked, landmark): (usize, &Vec<Example>)| -> Vec<f64> {
            let said = |example: &Example| {
                let of_the_others = 2 * asked + usize::from(is_even(example));
                grown[of_the_others].moved(&(telling.looked)(example))
            };
            landmark.par_iter().map(said).collect()
        };
        let said = landmarks.iter().enumerate().map(of_landmark).collect();
        Ok(Some(Self { trees, said }))
    }
}
