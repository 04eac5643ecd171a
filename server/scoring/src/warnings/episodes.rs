//! Since when there is a sign, in such a way that it does not come and go with every day.
//!
//! A test that is made every day crosses any threshold to and fro as its windows move. So a sign begins on the first day on which the
//! probability of what is seen is at most [`ON`], and lasts until it is more than [`OFF`]: days in between neither begin nor end one. Its
//! first day is found by going back from the day that is asked about, so it is the same whichever day that is.

use super::HOLDS_DAYS;

/// What is at most as probable as this begins a sign.
pub const ON: f64 = 0.05;
/// What is more probable than this ends it.
pub const OFF: f64 = 0.20;
/// Days that are gone back for the first day of a sign, at most.
const BACK: i32 = 366;

/// A sign that holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Episode {
    /// Its first day.
    pub onset: i32,
    /// How probable what is seen on the day asked about is, if nothing had changed.
    pub p_value: f64,
}

/// The sign that holds on a day, by the probabilities of what was seen on days up to it; `None` without one, and when it began
/// [`HOLDS_DAYS`] ago or earlier.
pub fn episode(today: i32, mut p_value: impl FnMut(i32) -> Option<f64>) -> Option<Episode> {
    let now = p_value(today).filter(|p| *p <= OFF)?;
    let mut onset = None;
    for day in (today.saturating_sub(BACK)..=today).rev() {
        let Some(p) = p_value(day).filter(|p| *p <= OFF) else { break };
        if p <= ON {
            if today - day >= HOLDS_DAYS {
                return None;
            }
            onset = Some(day);
        }
    }
    onset.map(|onset| Episode { onset, p_value: now })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probabilities of days from 0 on; of earlier ones nothing is known.
    fn on(days: &[f64], today: i32) -> Option<i32> {
        let p = |day: i32| usize::try_from(day).ok().and_then(|day| days.get(day).copied());
        episode(today, p).map(|episode| episode.onset)
    }

    #[test]
    fn a_sign_begins_at_one_threshold_and_ends_at_another() {
        let days = [0.5, 0.04, 0.06, 0.19, 0.05, 0.21, 0.1, 0.05];
        let onsets: Vec<_> = (0..days.len() as i32).map(|today| on(&days, today)).collect();
        assert_eq!(onsets, [None, Some(1), Some(1), Some(1), Some(1), None, None, Some(7)]);
    }

    #[test]
    fn a_sign_holds_for_so_many_days() {
        let days = [0.01; 200];
        assert_eq!(on(&days, HOLDS_DAYS - 1), Some(0));
        assert_eq!(on(&days, HOLDS_DAYS), None);
        assert_eq!(on(&days, 150), None);
    }
}
