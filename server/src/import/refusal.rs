//! What a server refuses, in terms of the file: its lines and columns instead of the places in a request.

use lojal_proto::v1;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::import::words::word;

/// Fields that tell a record from all others.
const IDS: [&str; 5] = ["transaction_id", "refund_id", "response_id", "interaction_id", "cost_id"];

/// Which columns of a file were taken for which fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken(pub(crate) Vec<(&'static str, String)>);

impl Taken {
    pub(crate) fn of(taken: &[(&'static str, usize)], names: &[String]) -> Self {
        Self(taken.iter().filter_map(|(field, place)| Some((*field, names.get(*place)?.clone()))).collect())
    }

    fn column(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == field).map(|(_, name)| name.as_str())
    }

    /// What is wrong with a row, by the path of its field and the sentence about it.
    fn told(&self, path: &str, sentence: &str) -> String {
        let problem = sentence.strip_prefix(path).unwrap_or(sentence).trim_start();
        let rest = path.split_once(']').map_or("", |(_, rest)| rest.trim_start_matches('.'));
        // Money is of two parts, each with a column of its own.
        let field = match rest.ends_with(".currency_code") {
            true => "currency_code",
            false => rest.split('.').next().unwrap_or_default(),
        };
        if !sentence.starts_with(path) || path.is_empty() {
            return sentence.to_owned();
        }
        let id = IDS.iter().find_map(|id| self.column(id));
        match (field, self.column(field), id) {
            ("", _, Some(id)) => format!("what {id:?} names {problem}"),
            ("", _, None) => format!("the record {problem}"),
            (field, Some(column), _) => format!("the {} in {column:?} {problem}", word(field)),
            (field, None, _) => format!("the {} {problem}", word(field)),
        }
    }

    /// What is wrong with a row that was left out.
    pub(crate) fn row(&self, error: &v1::RowError) -> String {
        self.told(&error.field, &error.message)
    }

    /// Why an import ended. `lines` are those of the first chunk that was not answered.
    pub(crate) fn explain(&self, status: &Status, lines: Option<&[u64]>, so_far: u64) -> anyhow::Error {
        if matches!(
            status.code(),
            Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded
        ) {
            return anyhow::anyhow!(
                "the server went away ({}); {so_far} rows are safe; run the same command again, it goes on without doubling any",
                status.message()
            );
        }
        let violations = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
        let told: Vec<String> = violations
            .iter()
            .map(|violation| match row_index(&violation.field).and_then(|index| lines?.get(index)) {
                Some(line) => {
                    format!("  line {line}: {}", self.told(&violation.field, &violation.description))
                }
                None => format!("  {}", violation.description),
            })
            .collect();
        if told.is_empty() {
            return anyhow::anyhow!("{}; {so_far} rows before are safe", status.message());
        }
        anyhow::anyhow!(
            "the server refused rows; {so_far} rows before them are loaded, and loading the file again doubles none:\n{}\ncorrect them, or leave them out with --skip-invalid",
            told.join("\n")
        )
    }
}

/// 17 of `columns[17].time`.
fn row_index(field: &str) -> Option<usize> {
    let (_, rest) = field.split_once('[')?;
    rest.split_once(']')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_named_as_the_file_has_them() {
        let names = ["Name".to_owned(), "Total".to_owned()];
        let taken = Taken::of(&[("transaction_id", 0), ("amount", 1)], &names);
        for (path, sentence, expected) in [
            ("columns[17]", "columns[17] was recorded before", "what \"Name\" names was recorded before"),
            ("columns[17].amount", "columns[17].amount is too large", "the amount in \"Total\" is too large"),
            (
                "refunds.rows[0].amount.amount",
                "refunds.rows[0].amount.amount is more",
                "the amount in \"Total\" is more",
            ),
            ("columns[3].amount.currency_code", "columns[3].amount.currency_code is X", "the currency is X"),
            ("refunds.rows[0].time", "refunds.rows[0].time is before", "the time is before"),
            ("", "all is lost", "all is lost"),
        ] {
            assert_eq!(taken.told(path, sentence), expected, "{path}");
        }
        assert_eq!(Taken::default().told("columns[1]", "columns[1] was"), "the record was");
    }
}
