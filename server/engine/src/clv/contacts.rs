//! What customers told us, as of any day of a history: answers to NPS questions and support cases.

use lojal_domain::{History, SurveyMetric, Zone};
use lojal_scoring::clv::Contacts;

use crate::ask::cases::cases_begun;

/// What one customer told us, by day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ContactDays {
    /// Answers to NPS questions and their scores, by time.
    answers: Vec<(i32, i16)>,
    /// Support cases by when they began, by time.
    cases: Vec<i32>,
}

impl ContactDays {
    /// Of all that a history has. Of most customers that is nothing, and costs nothing.
    pub(crate) fn of(history: &History<'_>, zone: &Zone) -> Self {
        let answers = match history.responses {
            [] => Vec::new(),
            _ => {
                let answers = history.answers(SurveyMetric::Nps);
                answers.filter_map(|fact| Some((zone.day_of(fact.time), fact.score?))).collect()
            }
        };
        Self { answers, cases: cases_begun(history).map(|time| zone.day_of(time)).collect() }
    }

    /// What they had told us by the end of a day.
    pub(crate) fn as_of(&self, today: i32) -> Contacts {
        let last = self.answers.iter().rev().find(|(day, _)| *day <= today);
        let is_recent = |day: &&i32| (0..Contacts::DAYS).contains(&(today - **day));
        Contacts {
            last_nps: last.map(|&(day, score)| (score, today - day)),
            recent_cases: self.cases.iter().filter(is_recent).count() as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_later_is_not_known_and_old_cases_do_not_count() {
        let told = ContactDays { answers: vec![(100, 9), (200, 3)], cases: vec![90, 150, 240] };
        let as_of = |day| told.as_of(day);
        assert_eq!(as_of(99), Contacts { last_nps: None, recent_cases: 1 });
        assert_eq!(as_of(100), Contacts { last_nps: Some((9, 0)), recent_cases: 1 });
        assert_eq!(as_of(180), Contacts { last_nps: Some((9, 80)), recent_cases: 2 });
        assert_eq!(as_of(181), Contacts { last_nps: Some((9, 81)), recent_cases: 1 });
        assert_eq!(as_of(240), Contacts { last_nps: Some((3, 40)), recent_cases: 2 });
        assert_eq!(ContactDays::default().as_of(5), Contacts::default());
    }
}
