//! Support cases, visits and campaigns.

use lojal_proto::v1;

use crate::import::habits::Habits;
use crate::import::records::parts::{id, known_customer, time, topics, word};
use crate::import::records::{Build, Cells, Record};

const KINDS: &[&str] = &["support_case", "visit", "campaign", "other"];

/// Makes interactions.
pub(crate) struct Interactions {
    pub(crate) habits: Habits,
}

impl Build for Interactions {
    fn build(&mut self, cells: &Cells<'_>) -> Result<Record, String> {
        let kind = |name: &str| v1::InteractionKind::from_str_name(name).map(|kind| kind as i32);
        Ok(Record::Interaction(v1::Interaction {
            interaction_id: id(cells, "interaction_id")?,
            customer_id: known_customer(cells, &self.habits)?,
            time: time(cells, &mut self.habits)?,
            kind: word(cells.get("kind"), "kind", "INTERACTION_KIND_", KINDS, kind)?,
            name: cells.get("name").to_owned(),
            channel: cells.get("channel").to_owned(),
            status: cells.get("status").to_owned(),
            topics: topics(cells),
            case_id: cells.get("case_id").to_owned(),
        }))
    }
}
