//! Files of JSON as tables: an object a line, or a list of them, as APIs give them.

use std::collections::HashMap;
use std::io::Read as _;

use anyhow::{Context as _, bail};
use csv::StringRecord;
use serde_json::{Map, Value};

use crate::import::table::Table;
use crate::import::text::TextFile;

/// What is within an object is named with a dot: `billing_details.email`. The file is read into memory.
pub(crate) struct JsonTable {
    names: Vec<String>,
    /// Whether a column holds numbers alone.
    exact: Vec<bool>,
    rows: Vec<(u64, HashMap<String, String>)>,
    read: usize,
}

impl JsonTable {
    pub(crate) fn open(text: &TextFile) -> anyhow::Result<Self> {
        let mut whole = String::new();
        let path = text.path();
        text.open()?.read_to_string(&mut whole).with_context(|| format!("cannot read {}", path.display()))?;
        let objects = objects(whole.trim_start_matches('\u{feff}'))
            .with_context(|| format!("cannot read {}", path.display()))?;
        let mut table = Self { names: Vec::new(), exact: Vec::new(), rows: Vec::new(), read: 0 };
        let mut places = HashMap::new();
        for (line, object) in objects {
            let mut cells = Vec::new();
            flatten(&object, "", &mut cells);
            for (name, _, is_number) in &cells {
                let place = *places.entry(name.clone()).or_insert_with(|| {
                    table.names.push(name.clone());
                    table.exact.push(true);
                    table.names.len() - 1
                });
                table.exact[place] &= is_number.unwrap_or(true);
            }
            table.rows.push((line, cells.into_iter().map(|(name, text, _)| (name, text)).collect()));
        }
        Ok(table)
    }
}

impl Table for JsonTable {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn next(&mut self, row: &mut StringRecord) -> anyhow::Result<Option<(u64, Result<(), String>)>> {
        let Some((line, cells)) = self.rows.get(self.read) else { return Ok(None) };
        self.read += 1;
        row.clear();
        for name in &self.names {
            row.push_field(cells.get(name).map_or("", String::as_str));
        }
        Ok(Some((*line, Ok(()))))
    }

    fn is_exact(&self, column: usize) -> bool {
        self.exact[column]
    }

    fn position(&self) -> u64 {
        self.read as u64
    }

    fn total(&self) -> u64 {
        self.rows.len() as u64
    }
}

/// The objects of a file, each with its line, or with its place in a list.
fn objects(text: &str) -> anyhow::Result<Vec<(u64, Map<String, Value>)>> {
    const NO_OBJECTS: &str = "the JSON holds no objects; give an object a line, or a list of objects";
    let Ok(whole) = serde_json::from_str::<Value>(text) else {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        return lines
            .map(|(number, line)| match serde_json::from_str(line) {
                Ok(Value::Object(object)) => Ok((number, object)),
                _ => bail!("line {number} is no JSON object; give an object a line"),
            })
            .collect();
    };
    let list = match whole {
        // A page of an API, or a file of one object.
        Value::Object(mut page) => match page.remove("data") {
            Some(Value::Array(list)) => list,
            other => {
                page.extend(other.map(|data| ("data".to_owned(), data)));
                vec![Value::Object(page)]
            }
        },
        Value::Array(list) => list,
        _ => bail!(NO_OBJECTS),
    };
    let numbered = (1..).zip(list);
    numbered
        .map(|(place, value)| match value {
            Value::Object(object) => Ok((place, object)),
            _ => bail!(NO_OBJECTS),
        })
        .collect()
}

/// Puts the values of an object into cells, with whether each is a number; none for a missing one.
fn flatten(object: &Map<String, Value>, before: &str, cells: &mut Vec<(String, String, Option<bool>)>) {
    for (name, value) in object {
        let name = format!("{before}{name}");
        match value {
            Value::Object(inside) => {
                let mut others = inside.clone();
                // Of an object in full, what names it stands for it.
                let id = others.remove("id").unwrap_or(Value::Null);
                if !id.is_object() {
                    cells.push((name.clone(), text_of(&id), kind_of(&id)));
                }
                flatten(&others, &format!("{name}."), cells);
            }
            value => cells.push((name, text_of(value), kind_of(value))),
        }
    }
}

fn kind_of(value: &Value) -> Option<bool> {
    (!value.is_null()).then(|| value.is_number())
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => {
            let text = number.to_string();
            // As data frames write whole numbers.
            text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
        }
        Value::Array(list) if list.iter().all(Value::is_string) => {
            let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            texts.join(";")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn table(text: &str) -> anyhow::Result<JsonTable> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        JsonTable::open(&TextFile::of(file.path(), None, None).unwrap())
    }

    #[test]
    fn objects_are_rows_by_the_paths_of_their_values() {
        let lines = "{\"id\":\"a\",\"customer\":{\"id\":\"c1\",\"email\":\"x@y\"},\"sum\":12.5}\n\n{\"id\":\"b\",\"customer\":null,\"tags\":[\"p\",\"q\"],\"sum\":3}\n";
        let list = format!("[{}]", lines.trim().replace("\n\n", ","));
        for (text, second) in [(lines.to_owned(), 3), (list.clone(), 2), (format!("{{\"data\":{list}}}"), 2)]
        {
            let mut table = table(&text).unwrap();
            let place =
                |table: &JsonTable, name: &str| table.names().iter().position(|known| known == name).unwrap();
            let (customer, mail) = (place(&table, "customer"), place(&table, "customer.email"));
            let (sum, tags) = (place(&table, "sum"), place(&table, "tags"));
            assert!(table.is_exact(sum) && !table.is_exact(mail));
            let mut row = StringRecord::new();
            assert_eq!(table.next(&mut row).unwrap().unwrap().0, 1);
            assert_eq!((&row[customer], &row[mail], &row[sum], &row[tags]), ("c1", "x@y", "12.5", ""));
            assert_eq!(table.next(&mut row).unwrap().unwrap().0, second);
            assert_eq!((&row[customer], &row[mail], &row[sum], &row[tags]), ("", "", "3", "p;q"));
            assert!(table.next(&mut row).unwrap().is_none());
        }
        for (text, words) in [("{\"a\":1}\n{\"a\"", "line 2"), ("[1]", "no objects"), ("[[]]", "no objects")]
        {
            let told = table(text).map_or_else(|told| format!("{told:#}"), |_| String::new());
            assert!(told.contains(words), "{told}");
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        assert!(table(&deep).is_err());
    }
}
