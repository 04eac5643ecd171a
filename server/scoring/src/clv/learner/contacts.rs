//! What a customer told us, by the end of a day.

/// A last answer, and how old it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LastAnswer {
    /// What was answered: of NPS a score, 0 to 10; of others 0 for the worst on their scale and 1 for the best.
    pub said: f64,
    /// Days since.
    pub days_ago: i32,
}

/// What a customer told us, by the end of a day; of whom nothing is known, nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Contacts {
    /// Their last answer to an NPS question.
    pub last_nps: Option<LastAnswer>,
    /// To one about satisfaction.
    pub last_csat: Option<LastAnswer>,
    /// To one about effort.
    pub last_ces: Option<LastAnswer>,
    /// Their support cases of the last [`Self::DAYS`] days.
    pub recent_cases: u32,
}

impl Contacts {
    /// Support cases count for so long.
    pub const DAYS: i32 = 91;
}
