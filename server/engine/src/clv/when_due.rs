//! What questions do where the default model is due.

/// What to do where the default model is due to be chosen or fitted again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenDue {
    /// Have it made, unless somebody else has begun and the model of before can answer.
    #[default]
    Make,
    /// Wait for it, whoever makes it.
    Wait,
    /// In a large workspace, answer from what is there.
    GoWithout,
}
