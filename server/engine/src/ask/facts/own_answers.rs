//! What the server itself has to say of a customer, looked up once for a question so that facts can be read one by one.

use std::fmt;
use std::ops::BitOr;
use std::sync::Arc;

use lojal_domain::{EventTime, History};
use lojal_scoring::rfm::{RfmScores, Segment};

/// Which of its own answers the server needs before a fact can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Whom RFM scores compare with.
    pub(crate) segments: bool,
    /// What customers are expected to do.
    pub(crate) forecasts: bool,
}

impl Needs {
    pub(crate) const NOTHING: Self = Self { segments: false, forecasts: false };
    pub(crate) const SEGMENTS: Self = Self { segments: true, forecasts: false };
    pub(crate) const FORECASTS: Self = Self { segments: false, forecasts: true };

    /// Whether there is anything.
    pub(crate) const fn any(self) -> bool {
        self.segments || self.forecasts
    }
}

impl BitOr for Needs {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self { segments: self.segments || other.segments, forecasts: self.forecasts || other.forecasts }
    }
}

/// Where a customer stands among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) scores: RfmScores,
    pub(crate) segment: Segment,
}

impl Standing {
    /// Whether they are in the upper fifth by what they spend.
    pub(crate) const fn is_high_value(&self) -> bool {
        self.scores.monetary >= 5
    }

    /// Whether their segment is one of those that slip away.
    pub(crate) const fn is_at_risk(&self) -> bool {
        matches!(self.segment, Segment::AtRisk | Segment::CantLoseThem | Segment::AboutToSleep)
    }
}

/// What a customer is expected to do within twelve months.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Foretold {
    /// Probability that they still are a customer.
    pub(crate) alive: f64,
    /// Probability that they buy.
    pub(crate) buys: Option<f64>,
    /// Purchase days.
    pub(crate) purchases: Option<f64>,
    /// What these are worth, discounted.
    pub(crate) clv: Option<f64>,
}

impl Foretold {
    /// What they are worth if they still are a customer.
    pub(crate) fn clv_if_alive(self) -> Option<f64> {
        (self.alive > 0.0).then_some(self.clv? / self.alive)
    }

    /// The worth that hangs on whether they have left: what they are worth if they stay, times the probabilities that they have left and
    /// that they have not. The second keeps those out whom nobody can save.
    pub(crate) fn value_at_risk(self) -> Option<f64> {
        Some((1.0 - self.alive) * self.clv?)
    }
}

/// Tells where customers stand. `history` holds what was before the instant, whose last day is `today`.
pub(crate) trait Rank: Send + Sync {
    /// None for a customer without a purchase that was kept.
    fn standing(&self, history: &History<'_>, before: EventTime, today: i32) -> Option<Standing>;
}

/// Tells what customers are expected to do; the same of `history` and `today`.
pub(crate) trait Foretell: Send + Sync {
    /// None for a customer without a purchase that was kept.
    fn foretold(&self, history: &History<'_>, today: i32) -> Option<Foretold>;
}

/// The answers that a question needs; those it does not need are not there.
#[derive(Clone, Default)]
pub(crate) struct OwnAnswers {
    pub(crate) segments: Option<Arc<dyn Rank>>,
    pub(crate) forecasts: Option<Arc<dyn Foretell>>,
}

impl fmt::Debug for OwnAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let there = (self.segments.is_some(), self.forecasts.is_some());
        f.debug_tuple("OwnAnswers").field(&there).finish()
    }
}
