//! The kinds of record beside purchases: which columns they have, and how a row becomes one.

mod answer_export;
mod costs;
mod customers;
mod fields;
mod interactions;
mod job;
mod parts;
mod refunds;
mod responses;

use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use prost::Message as _;

use crate::import::summary::Counted;
pub(crate) use job::Job;

/// A record as the contract has it.
#[derive(Clone, Debug)]
pub(crate) enum Record {
    Refund(v1::Refund),
    Response(v1::SurveyResponse),
    Interaction(v1::Interaction),
    Cost(v1::Cost),
    Customer(v1::CustomerUpsert),
}

impl Record {
    /// Bytes it takes on the wire.
    fn bytes(&self) -> usize {
        match self {
            Self::Refund(one) => one.encoded_len(),
            Self::Response(one) => one.encoded_len(),
            Self::Interaction(one) => one.encoded_len(),
            Self::Cost(one) => one.encoded_len(),
            Self::Customer(one) => one.encoded_len(),
        }
    }

    /// Records of one kind as a chunk has them.
    fn rows(records: Vec<Self>) -> Option<Rows> {
        macro_rules! of {
            ($kind:ident) => {
                records
                    .into_iter()
                    .filter_map(|one| if let Self::$kind(one) = one { Some(one) } else { None })
                    .collect()
            };
        }
        Some(match records.first()? {
            Self::Refund(_) => Rows::Refunds(v1::RefundRows { rows: of!(Refund) }),
            Self::Response(_) => Rows::SurveyResponses(v1::SurveyResponseRows { rows: of!(Response) }),
            Self::Interaction(_) => Rows::Interactions(v1::InteractionRows { rows: of!(Interaction) }),
            Self::Cost(_) => Rows::Costs(v1::CostRows { rows: of!(Cost) }),
            Self::Customer(_) => Rows::Customers(v1::CustomerRows { rows: of!(Customer) }),
        })
    }
}

/// What a row has, by field. What is missing is empty.
#[derive(Debug, Default)]
pub(crate) struct Cells<'a> {
    values: Vec<(&'static str, &'a str)>,
    /// What holds for rows that do not say.
    constants: &'a [(String, String)],
    /// Further columns, by the attribute that they are.
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Cells<'a> {
    /// A field's value.
    fn get(&self, field: &str) -> &'a str {
        let value = self.values.iter().find(|(name, _)| *name == field).map_or("", |(_, value)| value);
        if !value.is_empty() {
            return value;
        }
        self.constants.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value.as_str())
    }

    /// Whether there is a column of it.
    fn has(&self, field: &str) -> bool {
        self.values.iter().any(|(name, _)| *name == field)
    }
}

/// Makes records of rows.
trait Build: Send {
    /// # Errors
    /// What is wrong with the row.
    fn build(&mut self, cells: &Cells<'_>) -> Result<Record, String>;

    /// What to keep in mind of those that were made.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What a record is counted by.
fn counted(record: &Record, line: u64) -> Counted<'_> {
    use crate::import::records::parts::{micros_of, time_of};
    let (id, customer, time, amount) = match record {
        Record::Refund(one) => ("", "", &one.time, one.amount.as_ref()),
        // An invitation and its answer share an id, and are two records.
        Record::Response(one) => {
            let is_answer = one.disposition <= v1::SurveyDisposition::Completed as i32;
            (if is_answer { one.response_id.as_str() } else { "" }, one.customer_id.as_str(), &one.time, None)
        }
        Record::Interaction(one) => (one.interaction_id.as_str(), one.customer_id.as_str(), &one.time, None),
        Record::Cost(one) => (one.cost_id.as_str(), one.customer_id.as_str(), &one.time, one.amount.as_ref()),
        Record::Customer(one) => ("", one.customer_id.as_str(), &one.effective_time, None),
    };
    let amount = amount.map(|money| (money.currency_code.as_str(), micros_of(money)));
    Counted { line, id, customer, time: time.as_ref().map(time_of), amount }
}
