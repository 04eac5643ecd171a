//! What was spent on customers.

use lojal_proto::v1;

use crate::import::habits::Habits;
use crate::import::made::wire;
use crate::import::records::parts::{customer, id, money, time, word};
use crate::import::records::{Build, Cells, Record};

const KINDS: &[&str] = &["acquisition", "service", "programme", "incentive", "other"];

/// Makes costs.
pub(crate) struct Costs {
    pub(crate) habits: Habits,
    /// The currency of rows that name none; empty for the workspace's.
    pub(crate) currency: String,
}

impl Build for Costs {
    fn build(&mut self, cells: &Cells<'_>) -> Result<Record, String> {
        let kind = |name: &str| v1::CostKind::from_str_name(name).map(|kind| kind as i32);
        let end_time = match cells.get("end_time") {
            "" => None,
            end => Some(wire(self.habits.time(end, "end_time")?)),
        };
        Ok(Record::Cost(v1::Cost {
            cost_id: id(cells, "cost_id")?,
            kind: word(cells.get("kind"), "kind", "COST_KIND_", KINDS, kind)?,
            customer_id: customer(cells, &self.habits)?,
            source: cells.get("source").to_owned(),
            market: cells.get("market").to_owned(),
            time: time(cells, &mut self.habits)?,
            end_time,
            amount: money(cells, &mut self.habits, &self.currency, "give what was spent")?,
        }))
    }
}
