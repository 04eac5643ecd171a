//! What is seen of a customer as of a day.

use lojal_scoring::warnings::Kind;

/// A sign of a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sign {
    /// The day that it begins with, in the workspace's zone: of a silence the last purchase, else the first day on which it holds.
    pub onset: i32,
    /// The first day on which it holds.
    pub raised: i32,
    /// What is seen.
    pub seen: Seen,
}

/// What is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    /// They have not bought for longer than nine in ten of their gaps last.
    Silence {
        /// Days since the last purchase.
        days: i32,
        /// Days that nine in ten gaps such as theirs are over by.
        usual: f64,
        /// Gaps of theirs.
        gaps: u32,
    },
    /// They bought on fewer days than before.
    FewerOrders {
        /// Days in recent days.
        recent: u32,
        /// Days before them.
        earlier: u32,
        /// Over how many days that was.
        earlier_days: i32,
        /// How probable so few are.
        p_value: f64,
    },
    /// They spent less than before.
    LowerSpend {
        /// In recent days, in millionths.
        recent_micros: i64,
        /// Before them.
        earlier_micros: i64,
        /// Over how many days that was.
        earlier_days: i32,
        /// How probable so little is.
        p_value: f64,
    },
    /// They gave a lower NPS score than before.
    LowerNps {
        /// Than this one.
        from: i16,
        /// The last one.
        to: i16,
    },
    /// It was hard for them, and a case of theirs was opened again.
    HardService {
        /// The day of the hard time.
        hard: i32,
        /// The day on which the case was opened again.
        reopened: i32,
    },
    /// They give back more of what they buy.
    MoreRefunds {
        /// Purchases of which something was given back in recent days.
        recent: u32,
        /// Purchases in recent days.
        of: u32,
        /// Purchases of which something was given back before them.
        earlier: u32,
        /// Purchases before them.
        of_earlier: u32,
        /// How probable so many are.
        p_value: f64,
    },
    /// They have stopped answering surveys.
    Unanswered {
        /// Surveys since the last answer.
        unanswered: u32,
        /// Surveys before that were answered.
        answered: u32,
        /// Surveys before.
        asked: u32,
        /// How probable so many are that are not answered.
        p_value: f64,
    },
}

impl Seen {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Silence { .. } => Kind::Silence,
            Self::FewerOrders { .. } => Kind::FewerOrders,
            Self::LowerSpend { .. } => Kind::LowerSpend,
            Self::LowerNps { .. } => Kind::LowerNps,
            Self::HardService { .. } => Kind::HardService,
            Self::MoreRefunds { .. } => Kind::MoreRefunds,
            Self::Unanswered { .. } => Kind::Unanswered,
        }
    }

    /// How probable what is seen is if nothing had changed; none where that is not what decides.
    #[must_use]
    pub const fn p_value(&self) -> Option<f64> {
        match self {
            Self::FewerOrders { p_value, .. }
            | Self::LowerSpend { p_value, .. }
            | Self::MoreRefunds { p_value, .. }
            | Self::Unanswered { p_value, .. } => Some(*p_value),
            Self::Silence { .. } | Self::LowerNps { .. } | Self::HardService { .. } => None,
        }
    }
}

/// What is seen of a customer.
#[derive(Default)]
pub(crate) struct Signs {
    /// Signs, one a kind at most, in the order of kinds.
    pub(crate) found: Vec<Sign>,
    /// Kinds of which there is one, a bit each.
    pub(crate) kinds: u8,
    /// Kinds of which there could have been one, a bit each.
    pub(crate) possible: u8,
}

impl Signs {
    pub(super) fn note(&mut self, kind: Kind, is_possible: bool, sign: Option<Sign>) {
        let bit = 1 << kind.index();
        if is_possible || sign.is_some() {
            self.possible |= bit;
        }
        if let Some(sign) = sign {
            self.kinds |= bit;
            self.found.push(sign);
        }
    }
}
