//! Which column of a file is which field of a record: by what the caller says, or by the names people use. The Python package
//! tries the same names in the same order.

use anyhow::{bail, ensure};

use crate::import::columns::{AMOUNT, CURRENCY, CUSTOMER, EMAIL, ID, TIME, TRANSACTION, usual};
use crate::import::words::{listed, named_column};

/// A field that a file may have a column for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// Names tried in this order, list by list.
    guesses: &'static [&'static [&'static str]],
    is_required: bool,
}

const fn required(name: &'static str, guesses: &'static [&'static [&'static str]]) -> Field {
    Field { name, guesses, is_required: true }
}

const fn optional(name: &'static str, guesses: &'static [&'static [&'static str]]) -> Field {
    Field { name, guesses, is_required: false }
}

const CUSTOMER_OF_RECORD: Field = required("customer_id", &[CUSTOMER, EMAIL]);

pub(crate) const REFUNDS: &[Field] = &[
    required("refund_id", &[&["refund_id", "credit_note_id", "return_id", "id"]]),
    required("transaction_id", &[TRANSACTION]),
    required("time", &[&["refund_time", "refund_date"], TIME]),
    required("amount", &[&["refund_amount"], AMOUNT]),
    optional("currency_code", &[CURRENCY]),
];

pub(crate) const INTERACTIONS: &[Field] = &[
    required("interaction_id", &[&["interaction_id", "event_id", "id"]]),
    CUSTOMER_OF_RECORD,
    required("time", &[&["interaction_time", "interaction_date"], TIME]),
    optional("kind", &[&["kind", "interaction_kind"]]),
    optional("name", &[&["name", "campaign"]]),
    optional("channel", &[&["channel"]]),
    optional("status", &[&["status"]]),
    optional("topics", &[&["topics", "topic"]]),
    optional("case_id", &[&["case_id"]]),
];

pub(crate) const COSTS: &[Field] = &[
    required("cost_id", &[&["cost_id", "expense_id", "id"]]),
    CUSTOMER_OF_RECORD,
    optional("source", &[&["source", "acquisition_source"]]),
    optional("market", &[&["market"]]),
    required("time", &[&["cost_time", "cost_date"], TIME]),
    // An end date is the last day as often as the day after it.
    optional("end_time", &[&["end_time"]]),
    // What was sold may stand beside what was spent, so that not every amount is one.
    required("amount", &[&["cost", "cost_amount", "amount_spent", "spend", "amount", "total"]]),
    optional("currency_code", &[CURRENCY]),
    optional("kind", &[&["kind", "cost_kind"]]),
];

pub(crate) const RESPONSES: &[Field] = &[
    optional("response_id", &[&["response_id", "answer_id", "id"]]),
    CUSTOMER_OF_RECORD,
    required("time", &[&["response_time", "response_date", "answered_at", "submitted_at"], TIME]),
    optional("disposition", &[&["disposition"]]),
    required("score", &[&["score", "nps", "nps_score", "rating", "answer", "survey_score"]]),
    optional("metric", &[&["metric", "survey_metric"]]),
    optional("kind", &[&["kind", "survey_kind"]]),
    optional("survey_id", &[&["survey_id", "survey"]]),
    optional("channel", &[&["channel"]]),
    optional("comment", &[&["comment", "comments", "feedback"]]),
    optional("topics", &[&["topics", "topic"]]),
    optional("weight", &[&["weight"]]),
    optional("scale_min", &[&["scale_min"]]),
    optional("scale_max", &[&["scale_max"]]),
    optional("lower_is_better", &[&["lower_is_better"]]),
];

pub(crate) const CUSTOMERS: &[Field] =
    &[required("customer_id", &[CUSTOMER, EMAIL, &[ID]]), optional("effective_time", &[])];

/// Finds the columns of some fields. `named` is what the caller says, where an empty name is for a field that the file has not;
/// `dispensable` are fields that need no column.
pub(crate) fn choose(
    fields: &[Field],
    names: &[String],
    named: &[(String, String)],
    dispensable: &[&str],
) -> anyhow::Result<Vec<(&'static str, usize)>> {
    let list = || listed(names);
    let known = || fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
    if let Some((field, _)) = named.iter().find(|(named, _)| !fields.iter().any(|field| field.name == named))
    {
        bail!("these records have no field {field:?}; the fields are {}", known());
    }
    let usual: Vec<String> = names.iter().map(|name| usual(name)).collect();
    let mut found = Vec::new();
    for field in fields {
        let said =
            named.iter().rev().find(|(named, _)| named == field.name).map(|(_, column)| column.as_str());
        let place = match said {
            Some("") => continue,
            Some(name) => Some(named_column(names, name, field.name)?),
            None => field
                .guesses
                .iter()
                .flat_map(|guesses| guesses.iter())
                .find_map(|guess| usual.iter().position(|name| name == guess)),
        };
        let Some(place) = place else {
            // What was not completed has no score.
            let has_disposition = found.iter().any(|(name, _)| *name == "disposition");
            let is_needed = field.is_required
                && !dispensable.contains(&field.name)
                && !(field.name == "score" && has_disposition);
            let none = if may_be_none(field, fields) {
                format!(", or say that there is none with --column {}=", field.name)
            } else {
                String::new()
            };
            ensure!(
                !is_needed,
                "the file has no column for the {} (looked for {}); it has: {}; name one with --column {}=COLUMN{none}",
                field.name,
                field.guesses.concat().join(", "),
                list(),
                field.name
            );
            continue;
        };
        let twice = names.iter().filter(|name| **name == names[place]).count() > 1;
        ensure!(!twice, "several columns are called {:?}; give each a name of its own", names[place]);
        found.push((field.name, place));
    }
    Ok(found)
}

/// Answers and costs may be of nobody who is known.
fn may_be_none(field: &Field, fields: &[Field]) -> bool {
    let is_own = |name: &str| fields.iter().any(|field| field.name == name);
    field.name == "customer_id" && (is_own("response_id") || is_own("cost_id"))
}

/// Refuses a table of customers with two columns that may be what purchases name them by.
pub(crate) fn require_one_identity(names: &[String], named: &[(String, String)]) -> anyhow::Result<()> {
    let is_named = named.iter().any(|(field, _)| field == "customer_id");
    let usual: Vec<String> = names.iter().map(|name| usual(name)).collect();
    if is_named || usual.iter().any(|name| CUSTOMER.contains(&&**name)) {
        return Ok(());
    }
    let address = usual.iter().position(|name| name.ends_with("email") || name.ends_with("e_mail"));
    if let (Some(id), Some(address)) = (usual.iter().position(|name| name == ID), address) {
        bail!(
            "purchases may name a customer by {:?} or by {:?}; name the one that they have with --customer-id",
            names[id],
            names[address]
        );
    }
    Ok(())
}

/// Refuses that a field without which there is no record is said to be none.
pub(crate) fn require_all(
    fields: &[Field],
    found: &[(&'static str, usize)],
    dispensable: &[&str],
) -> anyhow::Result<()> {
    for field in fields.iter().filter(|field| field.is_required && !dispensable.contains(&field.name)) {
        let is_there = found.iter().any(|(name, _)| *name == field.name) || may_be_none(field, fields);
        ensure!(
            is_there,
            "these records need a {}; name its column with --column {}=COLUMN",
            field.name,
            field.name
        );
    }
    Ok(())
}

/// The name of the attribute that a column of any name becomes.
pub(crate) fn attribute_of(column: &str) -> String {
    let words = usual(column);
    let plain = words.split(|letter: char| !matches!(letter, 'a'..='z' | '0'..='9'));
    plain.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn answers_are_found_as_the_vectors_say() {
        let vectors = include_str!("../../../../tests/vectors/column_names.json");
        let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
        for case in vectors["answers"].as_array().unwrap() {
            let header: Vec<String> = serde_json::from_value(case["header"].clone()).unwrap();
            let named: Vec<(String, String)> = case["named"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(field, name)| (field.clone(), name.as_str().unwrap_or_default().to_owned()))
                .collect();
            let dispensable: &[&str] =
                if named.iter().any(|(field, _)| field == "disposition") { &["score"] } else { &[] };
            match (choose(RESPONSES, &header, &named, dispensable), case["columns"].as_object()) {
                (Ok(found), Some(expected)) => {
                    let mut found: Vec<(&str, &str)> =
                        found.iter().map(|(field, place)| (*field, &*header[*place])).collect();
                    found.sort_unstable();
                    let mut expected: Vec<(&str, &str)> =
                        expected.iter().map(|(field, name)| (&**field, name.as_str().unwrap())).collect();
                    expected.sort_unstable();
                    assert_eq!(found, expected, "{}", case["what"]);
                }
                (Err(told), None) => {
                    let field = case["refused"]["field"].as_str().unwrap();
                    assert!(told.to_string().contains(field), "{}: {told}", case["what"]);
                }
                (found, _) => panic!("{}: {found:?}", case["what"]),
            }
        }
    }

    #[test]
    fn the_caller_is_asked_for_what_no_name_tells() {
        let header = names(&["refund_id", "order_id", "date", "amount"]);
        let found = choose(REFUNDS, &header, &[], &[]).unwrap();
        assert_eq!(found, [("refund_id", 0), ("transaction_id", 1), ("time", 2), ("amount", 3)]);
        let told = choose(REFUNDS, &header[1..], &[], &[]).unwrap_err().to_string();
        assert!(
            told.contains("--column refund_id=COLUMN") && told.contains("order_id, date, amount"),
            "{told}"
        );
        let named = [("score".to_owned(), "x".to_owned())];
        assert!(
            choose(REFUNDS, &header, &named, &[]).unwrap_err().to_string().contains("no field \"score\"")
        );
        let none = [("refund_id".to_owned(), String::new())];
        let found = choose(REFUNDS, &header, &none, &[]).unwrap();
        assert!(require_all(REFUNDS, &found, &[]).unwrap_err().to_string().contains("refund_id"));
    }

    #[test]
    fn attributes_are_named_as_the_contract_wants_them() {
        for (column, expected) in
            [("Customer ID", "customer_id"), ("customerId", "customer_id"), ("Größe (cm)", "gr_e_cm")]
        {
            assert_eq!(attribute_of(column), expected);
        }
    }
}
