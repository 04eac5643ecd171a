//! How far out ranges of single customers reach, as it is kept with the models that say what may come.

use lojal_domain::{Estimate, Method, Methods};
use lojal_scoring::clv::{Placed, Tails};
use serde::{Deserialize, Serialize};

/// What ranges of single customers held on past days, and how far out they reach by that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedTails {
    pub(crate) tails: Tails,
    /// What ranges of 80 and 95 % held on past days where they reach no further than models say.
    held_before: [f64; 2],
    /// And with these.
    held: [f64; 2],
    /// Customers on landmarks who say so.
    examples: u64,
}

/// What came of customers of landmarks within ranges, ends being shared out, against the share that they are to hold.
#[derive(Clone, Debug)]
pub struct HeldRanges {
    /// Of the ranges of 80 %.
    pub of_80: Estimate,
    /// Of the ranges of 95 %.
    pub of_95: Estimate,
}

impl FittedTails {
    /// By where customers of landmarks lay; none where ranges reach as far as models say.
    pub(crate) fn of(landmarks: &[Vec<Placed>]) -> Option<Self> {
        let tails = Tails::of(landmarks)?;
        let all = landmarks.concat();
        let (held_before, held) = (Tails::default().held(&all), tails.held(&all));
        Some(Self { tails, held_before, held, examples: all.len() as u64 })
    }

    /// What ranges of past days held as models told them.
    #[must_use]
    pub fn held_before(&self) -> HeldRanges {
        self.estimates(self.held_before)
    }

    /// What ranges of past days hold as they are told now.
    #[must_use]
    pub fn held(&self) -> HeldRanges {
        self.estimates(self.held)
    }

    /// What models think possible beyond each end of the ranges of 80 and of 95 %; 0.1 and 0.025 where nothing had to be moved.
    #[must_use]
    pub const fn beyond(&self) -> [f64; 2] {
        [self.tails.of_80, self.tails.of_95]
    }

    fn estimates(&self, held: [f64; 2]) -> HeldRanges {
        let [of_80, of_95] =
            held.map(|share| Estimate::plain(Some(share), self.examples, Methods::from(Method::Mean)));
        HeldRanges { of_80, of_95 }
    }

    /// In words.
    pub(crate) fn reason(&self) -> String {
        let [before_80, before_95] = self.held_before.map(|share| 100.0 * share);
        format!(
            "ranges of single customers are told so that they hold 80 and 95 % of what came on past days, where the models\' held {before_80:.0} and {before_95:.0} %"
        )
    }
}
