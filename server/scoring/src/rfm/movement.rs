//! Why a customer is in another segment than before: by what they did, or because the bar moved.
//!
//! Scores are relative to everybody, so customers change segments without doing anything else than before, when others do. What
//! tells is the segment s* that today's values make by the thresholds of before: where s* is the segment of today, they would have moved
//! had nobody else changed; where it is that of before, they would not.

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Movement {
    /// They are where they were.
    Stayed,
    /// By what they did or did not do: time that passes without an order is that, too.
    Behaviour,
    /// The thresholds moved: by those of before they would still be where they were.
    Thresholds,
    /// Either alone would have led elsewhere.
    Both,
}

impl Movement {
    /// Of a move from one state to another, `by_old_thresholds` being the state of today's values by the thresholds of before.
    #[must_use]
    pub fn of<S: PartialEq>(from: S, to: S, by_old_thresholds: S) -> Self {
        if from == to {
            Self::Stayed
        } else if by_old_thresholds == to {
            Self::Behaviour
        } else if by_old_thresholds == from {
            Self::Thresholds
        } else {
            Self::Both
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moved_shows_by_the_thresholds_of_before() {
        assert_eq!(Movement::of(1, 1, 2), Movement::Stayed);
        assert_eq!(Movement::of(1, 2, 2), Movement::Behaviour);
        assert_eq!(Movement::of(1, 2, 1), Movement::Thresholds);
        assert_eq!(Movement::of(1, 2, 3), Movement::Both);
    }
}
