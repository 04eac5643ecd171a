//! What was given back.

use lojal_proto::v1;

use crate::import::habits::Habits;
use crate::import::records::parts::{id, money, time};
use crate::import::records::{Build, Cells, Record};

/// Makes refunds.
pub(crate) struct Refunds {
    pub(crate) habits: Habits,
    /// The currency of rows that name none; empty for the workspace's.
    pub(crate) currency: String,
}

impl Build for Refunds {
    fn build(&mut self, cells: &Cells<'_>) -> Result<Record, String> {
        Ok(Record::Refund(v1::Refund {
            refund_id: id(cells, "refund_id")?,
            transaction_id: id(cells, "transaction_id")?,
            time: time(cells, &mut self.habits)?,
            amount: money(
                cells,
                &mut self.habits,
                &self.currency,
                "give what was given back as a positive amount",
            )?,
        }))
    }
}
