//! Support cases: rows that name the same case are steps of one, and a row that names none is a case by itself.

use std::collections::HashSet;

use lojal_domain::{EventTime, History, InteractionKind};

/// When each case began, by time.
pub(crate) fn cases_begun<'h>(history: &History<'h>) -> impl Iterator<Item = EventTime> + use<'h> {
    let mut begun: HashSet<&'h str> = HashSet::new();
    let steps = history.interactions.iter().filter(|one| one.kind == InteractionKind::SupportCase);
    steps.filter(move |step| step.case_id.is_empty() || begun.insert(&step.case_id)).map(|step| step.time)
}

#[cfg(test)]
mod tests {
    use lojal_domain::InteractionFact;

    use super::*;

    #[test]
    fn steps_of_a_case_are_one_and_rows_without_one_are_each_their_own() {
        let step = |micros, kind, case_id: &str| InteractionFact {
            time: EventTime::from_micros(micros),
            kind,
            name: "".into(),
            channel: "".into(),
            status: "".into(),
            topics: Vec::new(),
            case_id: case_id.into(),
            record: micros as u32,
        };
        let case = InteractionKind::SupportCase;
        let steps = [
            step(1, case, "a"),
            step(2, case, ""),
            step(3, InteractionKind::Visit, ""),
            step(4, case, "b"),
            step(5, case, "a"),
            step(6, case, ""),
            step(7, case, "b"),
        ];
        let history = History { interactions: &steps, ..History::default() };
        let begun: Vec<i64> = cases_begun(&history).map(EventTime::micros).collect();
        assert_eq!(begun, [1, 2, 4, 6]);
    }
}
