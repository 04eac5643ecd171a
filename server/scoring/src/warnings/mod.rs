//! Early warnings: signs that a customer may be leaving, from their own history, and what became of those who showed them.
//!
//! | file | idea | source |
//! |---|---|---|
//! | `gaps` | how long a silence is unusual for this customer? | Searle 1971; Carlin and Louis 2000 |
//! | `falls` | do they buy, or spend, less than they did? | Przyborowski and Wilenski 1940; Bohm and Zech 2014 |
//! | `episodes` | since when, in such a way that it does not come and go with every day | |
//! | `answers` | do they think less of us, or have they stopped answering? | |
//! | `fusion` | what several signs say together | le Cessie and van Houwelingen 1992; Liang and Zeger 1986 |
//!
//! A sign is a function of what was before a day, and of that day; nothing here remembers. So a sign has the same name and the same
//! beginning however often and whenever it is looked for.

mod answers;
mod episodes;
mod falls;
mod fusion;
mod gaps;

pub use answers::{Asked, LowerScore, Unanswered, lower_score, unanswered};
pub use episodes::{Episode, OFF, ON, episode};
pub use falls::{Recent, Weighed, fewer, more, weigh};
pub use fusion::{Fused, Fusion, Past};
pub use gaps::{GapSums, OwnGaps, UsualGaps};

/// Days for which a warning holds at most: whoever has not been called by then is not called early.
pub const HOLDS_DAYS: i32 = 90;
/// Days that are looked at as recent.
pub const RECENT_DAYS: i32 = 90;
/// Days before them that those are compared with.
pub const EARLIER_DAYS: i32 = 180;

/// What there can be a sign of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// They have not bought for longer than nine in ten of their gaps last.
    Silence,
    /// They bought on fewer days than before.
    FewerOrders,
    /// They spent less than before.
    LowerSpend,
    /// They gave a lower NPS score than before.
    LowerNps,
    /// It was hard for them, and a case of theirs was opened again.
    HardService,
    /// They give back more of what they buy.
    MoreRefunds,
    /// They have stopped answering surveys.
    Unanswered,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Silence,
        Self::FewerOrders,
        Self::LowerSpend,
        Self::LowerNps,
        Self::HardService,
        Self::MoreRefunds,
        Self::Unanswered,
    ];

    /// Its place among all of them.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::FewerOrders => "fewer_orders",
            Self::LowerSpend => "lower_spend",
            Self::LowerNps => "lower_nps",
            Self::HardService => "hard_service",
            Self::MoreRefunds => "more_refunds",
            Self::Unanswered => "unanswered",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
