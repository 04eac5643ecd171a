//! Which of the purchase models, and what holds for all of a kind.

use serde::{Deserialize, Serialize};

/// Which of the models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseModelKind {
    /// [`BgNbd`](crate::clv::BgNbd).
    BgNbd,
    /// [`MbgNbd`](crate::clv::MbgNbd).
    MbgNbd,
    /// [`ParetoNbd`](crate::clv::ParetoNbd).
    ParetoNbd,
    /// [`BgCnbd`](crate::clv::BgCnbd).
    BgCnbd,
    /// [`MbgCnbd`](crate::clv::MbgCnbd).
    MbgCnbd,
    /// [`Nbd`](crate::clv::Nbd).
    Nbd,
    /// [`BgBb`](crate::clv::BgBb).
    BgBb,
    /// [`BgBb`](crate::clv::BgBb) of purchases that come on anniversaries of the first one, told in days: a model of purchase days like the others.
    BgBbDated,
}

impl PurchaseModelKind {
    /// All that count purchase days of any kind, and so can be compared: all but [`BgBb`](crate::clv::BgBb).
    pub const OF_PURCHASE_DAYS: [Self; 6] =
        [Self::BgNbd, Self::MbgNbd, Self::ParetoNbd, Self::BgCnbd, Self::MbgCnbd, Self::Nbd];

    /// Whether it counts opportunities of a unit of time that were used, and not purchase days.
    #[must_use]
    pub const fn counts_opportunities(self) -> bool {
        matches!(self, Self::BgBb)
    }

    /// Its name in the literature.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BgNbd => "BG/NBD",
            Self::MbgNbd => "MBG/NBD",
            Self::ParetoNbd => "Pareto/NBD",
            Self::BgCnbd => "BG/CNBD-k",
            Self::MbgCnbd => "MBG/CNBD-k",
            Self::Nbd => "NBD",
            Self::BgBb | Self::BgBbDated => "BG/BB",
        }
    }

    /// Its name in ids.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::BgNbd => "bg-nbd",
            Self::MbgNbd => "mbg-nbd",
            Self::ParetoNbd => "pareto-nbd",
            Self::BgCnbd => "bg-cnbd-k",
            Self::MbgCnbd => "mbg-cnbd-k",
            Self::Nbd => "nbd",
            Self::BgBb => "bg-bb",
            Self::BgBbDated => "bg-bb-dated",
        }
    }

    /// Whether a workspace may choose it by itself, alone or among others.
    #[must_use]
    pub const fn is_eligible(self) -> bool {
        // That one counts something else. BG/BB of anniversaries is fitted only where purchases come on them.
        !matches!(self, Self::BgBb)
    }

    /// Whether it may be the only one to speak for a workspace.
    #[must_use]
    pub const fn may_speak_alone(self) -> bool {
        match self {
            Self::BgNbd | Self::MbgNbd | Self::ParetoNbd | Self::BgCnbd | Self::MbgCnbd => true,
            // Nobody ever leaves. Customers are simulated from one that speaks alone, and `FitModel` of BG/BB counts calendar periods.
            Self::Nbd | Self::BgBb | Self::BgBbDated => false,
        }
    }

    /// Whether customers leave at some time: in none of [`Nbd`](crate::clv::Nbd).
    #[must_use]
    pub const fn customers_leave(self) -> bool {
        !matches!(self, Self::Nbd)
    }

    /// How many customers it is believed to explain whom no other model can, before anybody has been judged (see [`stack`](crate::clv::stack)).
    #[must_use]
    pub const fn belief(self) -> f64 {
        match self {
            // In few shops nobody ever leaves.
            Self::Nbd => 0.25,
            _ => 1.0,
        }
    }

    /// Numbers that a fit finds, the regularity of purchases among them: the fewer, the simpler the model.
    #[must_use]
    pub const fn numbers_fitted(self) -> u32 {
        match self {
            Self::Nbd => 2,
            Self::BgNbd | Self::MbgNbd | Self::ParetoNbd | Self::BgBb | Self::BgBbDated => 4,
            Self::BgCnbd | Self::MbgCnbd => 5,
        }
    }
}
