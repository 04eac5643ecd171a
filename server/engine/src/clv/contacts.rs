//! What customers told us, as of any day of a history: answers to questions about recommendation, satisfaction and effort, and support cases.

use lojal_domain::{History, ResponseFact, SurveyMetric, Zone};
use lojal_scoring::clv::{Contacts, LastAnswer};

use crate::ask::cases::cases_begun;

/// What one customer told us, by day.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ContactDays {
    /// Answers to NPS questions and their scores, by time.
    nps: Vec<(i32, f64)>,
    /// Answers to CSAT questions and where on their scale they lie, by time.
    csat: Vec<(i32, f64)>,
    /// The same of CES questions, of either kind.
    ces: Vec<(i32, f64)>,
    /// Support cases by when they began, by time.
    cases: Vec<i32>,
}

impl ContactDays {
    /// Of all that a history has. Of most customers that is nothing, and costs nothing.
    pub(crate) fn of(history: &History<'_>, zone: &Zone) -> Self {
        let mut told =
            Self { cases: cases_begun(history).map(|time| zone.day_of(time)).collect(), ..Self::default() };
        if !history.responses.is_empty() {
            history.all_answers().for_each(|answer| told.add(answer, zone));
        }
        told
    }

    fn add(&mut self, answer: &ResponseFact, zone: &Zone) {
        let Some(score) = answer.score else { return };
        let (answers, said) = match answer.metric {
            SurveyMetric::Nps => (&mut self.nps, f64::from(score)),
            SurveyMetric::Csat => (&mut self.csat, answer.scale.goodness(score)),
            SurveyMetric::Ces1 | SurveyMetric::Ces2 => (&mut self.ces, answer.scale.goodness(score)),
            SurveyMetric::Trust | SurveyMetric::Custom => return,
        };
        answers.push((zone.day_of(answer.time), said));
    }

    /// What they had told us by the end of a day.
    pub(crate) fn as_of(&self, today: i32) -> Contacts {
        let last = |answers: &[(i32, f64)]| {
            let last = answers.iter().rev().find(|(day, _)| *day <= today);
            last.map(|&(day, said)| LastAnswer { said, days_ago: today - day })
        };
        let is_recent = |day: &&i32| (0..Contacts::DAYS).contains(&(today - **day));
        Contacts {
            last_nps: last(&self.nps),
            last_csat: last(&self.csat),
            last_ces: last(&self.ces),
            recent_cases: self.cases.iter().filter(is_recent).count() as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_later_is_not_known_and_old_cases_do_not_count() {
        let told = ContactDays {
            nps: vec![(100, 9.0), (200, 3.0)],
            csat: vec![(150, 0.75)],
            ces: vec![(240, 0.5)],
            cases: vec![90, 150, 240],
        };
        let answer = |said, days_ago| Some(LastAnswer { said, days_ago });
        let as_of = |day| told.as_of(day);
        let none = Contacts::default();
        assert_eq!(as_of(99), Contacts { recent_cases: 1, ..none });
        assert_eq!(as_of(100), Contacts { last_nps: answer(9.0, 0), recent_cases: 1, ..none });
        let then =
            Contacts { last_nps: answer(9.0, 80), last_csat: answer(0.75, 30), recent_cases: 2, ..none };
        assert_eq!(as_of(180), then);
        let then =
            Contacts { last_nps: answer(9.0, 81), last_csat: answer(0.75, 31), recent_cases: 1, ..none };
        assert_eq!(as_of(181), then);
        let then = Contacts {
            last_nps: answer(3.0, 40),
            last_csat: answer(0.75, 90),
            last_ces: answer(0.5, 0),
            recent_cases: 2,
        };
        assert_eq!(as_of(240), then);
        assert_eq!(ContactDays::default().as_of(5), none);
    }
}
