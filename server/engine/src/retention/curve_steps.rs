//! How finely a curve is listed. What it says at the end of a step is the same however long steps are.

/// How finely a curve is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveSteps {
    /// In at most so many steps, at least 1, each with as many of the days on which anything happened as the others: short where
    /// much happens, and every such day where there are no more.
    AtMost(usize),
    /// In steps of so many days, at least 1.
    OfDays(u32),
}

impl Default for CurveSteps {
    /// As many as people read at a glance, and a plot needs.
    fn default() -> Self {
        Self::AtMost(20)
    }
}

impl CurveSteps {
    /// The points of a curve, step by step, none of them empty; `day` says when a point is.
    pub(crate) fn of<P>(self, points: &[P], day: impl Fn(&P) -> u32) -> Vec<&[P]> {
        match self {
            Self::AtMost(steps) => {
                let (steps, all) = (steps.clamp(1, points.len().max(1)), points.len());
                (0..steps)
                    .map(|step| &points[step * all / steps..(step + 1) * all / steps])
                    .filter(|step| !step.is_empty())
                    .collect()
            }
            Self::OfDays(days) => {
                let step = |point: &P| day(point).div_ceil(days.max(1));
                points.chunk_by(|one, next| step(one) == step(next)).collect()
            }
        }
    }

    /// The day that a step is listed by, which ends with the day `last`.
    pub(crate) fn end(self, last: u32) -> u32 {
        match self {
            Self::AtMost(_) | Self::OfDays(0) => last,
            Self::OfDays(days) => last.div_ceil(days).saturating_mul(days),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_hold_every_day_once_and_as_many_as_the_others() {
        let days: Vec<u32> = (1..=103).map(|n| n * n).collect();
        let steps = CurveSteps::default().of(&days, |day| *day);
        assert_eq!(steps.len(), 20);
        assert_eq!(steps.concat(), days);
        assert!(steps.iter().all(|step| (5..=6).contains(&step.len())), "{steps:?}");
        let fine = CurveSteps::AtMost(10_000).of(&days, |day| *day);
        assert!(fine.iter().all(|step| step.len() == 1) && fine.len() == days.len());
        assert!(CurveSteps::default().of(&[], |day: &u32| *day).is_empty());
    }

    #[test]
    fn steps_of_days_end_on_multiples() {
        let steps = CurveSteps::OfDays(10);
        let of = steps.of(&[1, 10, 11, 35], |day| *day);
        assert_eq!(of, [&[1, 10][..], &[11], &[35]]);
        assert_eq!([10, 11, 35].map(|last| steps.end(last)), [10, 20, 40]);
        assert_eq!((CurveSteps::OfDays(1).end(7), CurveSteps::default().end(7)), (7, 7));
    }
}
