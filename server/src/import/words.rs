//! Columns and fields as sentences name them.

use indicatif::HumanCount;

/// Columns that a sentence names: enough for a header that people have made, and no page of text for one gone wrong.
const LISTED: usize = 30;

/// Columns as a sentence names them: of very many the first.
pub(crate) fn listed(names: &[String]) -> String {
    let first = names[..names.len().min(LISTED)].join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => first,
        more => format!("{first} and {} more", HumanCount(more as u64)),
    }
}

/// Where a column is that the caller names for a field.
pub(crate) fn named_column(names: &[String], name: &str, field: &str) -> anyhow::Result<usize> {
    names.iter().position(|known| known == name).ok_or_else(|| {
        anyhow::anyhow!("there is no column {name:?} to take as {field}; the file has: {}", listed(names))
    })
}

/// A field as people call it.
pub(crate) fn word(field: &str) -> String {
    match field {
        "customer_id" => "customer".to_owned(),
        "transaction_id" => "transaction's id".to_owned(),
        "currency_code" => "currency".to_owned(),
        other => other.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_columns_the_first_are_named() {
        let names: Vec<String> = (0..1_031).map(|place| format!("c{place}")).collect();
        assert_eq!(listed(&names[..2]), "c0, c1");
        let told = listed(&names);
        assert!(told.ends_with(", c29 and 1,001 more"), "{told}");
    }
}
