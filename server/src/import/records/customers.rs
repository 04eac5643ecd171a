//! Customers, with what is known of them: every column that is no field of its own is an attribute.

use lojal_proto::v1;

use crate::import::habits::Habits;
use crate::import::made::wire;
use crate::import::records::parts::known_customer;
use crate::import::records::{Build, Cells, Record};

/// Makes customers. An empty cell leaves the attribute as it is.
pub(crate) struct Customers {
    pub(crate) habits: Habits,
}

impl Build for Customers {
    fn build(&mut self, cells: &Cells<'_>) -> Result<Record, String> {
        let effective_time = match cells.get("effective_time") {
            "" => None,
            since => Some(wire(self.habits.time(since, "effective_time")?)),
        };
        let customer_id = known_customer(cells, &self.habits)?;
        let known = cells.attributes.iter().filter(|(_, value)| !value.is_empty());
        let attributes: std::collections::BTreeMap<String, String> =
            known.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if attributes.is_empty() {
            return Err(
                "nothing is known of the customer; leave the row out, or give one of its columns a value"
                    .to_owned(),
            );
        }
        Ok(Record::Customer(v1::CustomerUpsert {
            customer_id,
            attributes: attributes.into_iter().collect(),
            effective_time,
            ..Default::default()
        }))
    }
}
