//! The rules of `tests/vectors/column_names.json`, which both SDKs hold themselves to as well.

use clap::Parser as _;
use serde_json::Value;

use super::*;
use crate::cli::{Cli, Command};
use crate::import::ahead::comes_back;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/column_names.json")).unwrap()
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn args(options: &[String]) -> ImportArgs {
    let line =
        ["lojal", "import", "orders.csv"].into_iter().map(str::to_owned).chain(options.iter().cloned());
    match Cli::try_parse_from(line).unwrap().command {
        Command::Import(args) => *args,
        other => panic!("not an import: {other:?}"),
    }
}

/// The flag of a field.
fn flag(field: &str) -> &str {
    match field {
        "customer_id" => "--customer-id",
        "time" => "--time",
        "amount" => "--amount",
        "transaction_id" => "--transaction-id",
        "currency_code" => "--currency",
        "discount" => "--discount",
        other => panic!("no field: {other}"),
    }
}

/// What is taken of a case, by field.
fn found(case: &Value) -> anyhow::Result<Vec<(&'static str, String)>> {
    let names = texts(&case["header"]);
    let mut options = Vec::new();
    for (field, name) in case["named"].as_object().into_iter().flatten() {
        options.extend([flag(field).to_owned(), name.as_str().unwrap().to_owned()]);
    }
    let rows: Vec<Vec<String>> = case["rows"].as_array().unwrap().iter().map(texts).collect();
    let columns = Columns::of(&names, &args(&options), |id, time| {
        let mut rows = rows.iter();
        comes_back(|| {
            Ok(rows.next().map(|row| (row[id].clone().into_bytes(), row[time].clone().into_bytes())))
        })
    })?;
    let places = [
        ("amount", Some(columns.amount)),
        ("currency_code", columns.currency),
        ("customer_id", Some(columns.customer)),
        ("discount", columns.discount),
        ("time", Some(columns.time)),
        ("transaction_id", columns.transaction),
    ];
    Ok(places.into_iter().filter_map(|(field, place)| Some((field, names[place?].clone()))).collect())
}

#[test]
fn the_usual_names_are_those_of_the_vectors() {
    let guesses = &vectors()["guesses"];
    for (field, known) in [
        ("customer_id", CUSTOMER),
        ("email", EMAIL),
        ("last_resort", &[ID]),
        ("time", TIME),
        ("amount", AMOUNT),
        ("price_of_one", &[PRICE]),
        ("pieces", PIECES),
        ("transaction_id", TRANSACTION),
        ("lines_begin", LINES),
        ("order_of_lines", &[ORDER_OF_LINES]),
        ("currency_code", CURRENCY),
        ("discount", &[]),
        ("unread", UNREAD),
    ] {
        assert_eq!(texts(&guesses[field]), known, "{field}");
    }
    assert_eq!(vectors()["rows_ahead"], ROWS_AHEAD);
}

#[test]
fn names_are_compared_as_people_mean_them() {
    for (name, expected) in vectors()["names"].as_object().unwrap() {
        assert_eq!(usual(name), expected.as_str().unwrap(), "{name:?}");
    }
}

#[test]
fn columns_are_found_or_refused_as_the_vectors_say() {
    for case in vectors()["purchases"].as_array().unwrap() {
        let what = case["what"].as_str().unwrap();
        match (found(case), case["columns"].as_object()) {
            (Ok(found), Some(expected)) => {
                let mut expected: Vec<_> = expected
                    .iter()
                    .map(|(field, name)| (&**field, name.as_str().unwrap().to_owned()))
                    .collect();
                expected.sort_unstable();
                assert_eq!(found, expected, "{what}");
                let expected = case.get("unread").map(texts).unwrap_or_default();
                assert_eq!(unread(&texts(&case["header"])), expected, "{what}");
            }
            (Err(refused), None) => {
                let (told, refusal) = (refused.to_string(), &case["refused"]);
                for words in texts(&refusal["words"]) {
                    assert!(told.contains(&words), "{what}: {words:?} in {told}");
                }
                // Which columns there are, and what to do.
                assert!(told.contains(&texts(&case["header"]).join(", ")), "{what}: {told}");
                assert!(told.contains(flag(refusal["field"].as_str().unwrap())), "{what}: {told}");
            }
            (found, _) => panic!("{what}: {found:?}"),
        }
    }
}

#[test]
fn an_id_that_comes_back_later_than_is_read_ahead_is_not_seen() {
    for (rows_before, expected) in [(ROWS_AHEAD - 1, true), (ROWS_AHEAD, false)] {
        let ids = (0..rows_before).map(|row| row.to_string()).chain(["0".to_owned()]);
        let mut rows = ids.enumerate().map(|(row, id)| (id.into_bytes(), row.to_string().into_bytes()));
        assert_eq!(comes_back(|| Ok(rows.next())).unwrap(), expected);
    }
}
