//! What the server itself has to say of a customer, looked up once for a question so that facts can be read one by one.

use std::fmt;
use std::ops::BitOr;
use std::sync::Arc;

use lojal_domain::{EventTime, History};
use lojal_scoring::clv::Expected;
use lojal_scoring::loyalty::Place;
use lojal_scoring::rfm::{RfmScores, Segment};

/// Which of its own answers the server needs before a fact can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Whom RFM scores compare with.
    pub(crate) segments: bool,
    /// What customers are expected to do.
    pub(crate) forecasts: bool,
    /// How loyal they are.
    pub(crate) loyalty: bool,
}

impl Needs {
    pub(crate) const NOTHING: Self = Self { segments: false, forecasts: false, loyalty: false };
    pub(crate) const SEGMENTS: Self = Self { segments: true, ..Self::NOTHING };
    pub(crate) const FORECASTS: Self = Self { forecasts: true, ..Self::NOTHING };
    pub(crate) const LOYALTY: Self = Self { loyalty: true, ..Self::NOTHING };

    /// Whether there is anything.
    pub(crate) const fn any(self) -> bool {
        self.segments || self.forecasts || self.loyalty
    }
}

impl BitOr for Needs {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self {
            segments: self.segments || other.segments,
            forecasts: self.forecasts || other.forecasts,
            loyalty: self.loyalty || other.loyalty,
        }
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

/// Tells where customers stand. `history` holds what was before the instant, whose last day is `today`.
pub(crate) trait Rank: Send + Sync {
    /// None for a customer without a purchase that was kept.
    fn standing(&self, history: &History<'_>, before: EventTime, today: i32) -> Option<Standing>;
}

/// Tells what customers are expected to do within twelve months; the same of `history` and `today`.
pub(crate) trait Foretell: Send + Sync {
    /// None for a customer without a purchase that was kept.
    fn foretold(&self, history: &History<'_>, today: i32) -> Option<Expected>;
}

/// How loyal a customer is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rated {
    /// 0 to 100; none where too little is known.
    pub(crate) score: Option<f64>,
    /// What they say.
    pub(crate) attitude: Option<f64>,
    /// What they do.
    pub(crate) behaviour: Option<f64>,
    pub(crate) place: Place,
}

/// Tells how loyal customers are; the same of `history`, `before` and `today`.
pub(crate) trait Rate: Send + Sync {
    /// None for a customer without a purchase that was kept.
    fn rated(&self, history: &History<'_>, before: EventTime, today: i32) -> Option<Rated>;
}

/// The answers that a question needs; those it does not need are not there.
#[derive(Clone, Default)]
pub(crate) struct OwnAnswers {
    pub(crate) segments: Option<Arc<dyn Rank>>,
    pub(crate) forecasts: Option<Arc<dyn Foretell>>,
    pub(crate) loyalty: Option<Arc<dyn Rate>>,
}

impl fmt::Debug for OwnAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let there = (self.segments.is_some(), self.forecasts.is_some(), self.loyalty.is_some());
        f.debug_tuple("OwnAnswers").field(&there).finish()
    }
}
