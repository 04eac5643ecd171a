//! An answer in the forms that people and programs want.

use anyhow::Context as _;
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, SerializeOptions, Value,
};

use crate::spreadsheet::guarded;

/// Parts of an estimate that are columns, with what is put behind the column's name.
const ESTIMATE: [(&str, &str); 5] = [
    ("value", ""),
    ("ci_low", "_ci_low"),
    ("ci_high", "_ci_high"),
    ("n", "_n"),
    ("standard_error", "_standard_error"),
];

/// An answer.
pub(crate) struct Answer {
    /// As the demo shows it.
    pub(crate) shown: String,
    /// The response.
    message: DynamicMessage,
    /// What a row is.
    row: MessageDescriptor,
    rows: Vec<DynamicMessage>,
}

impl Answer {
    /// An answer of a response and the rows of its table, with the names that their messages have in the contract.
    pub(crate) fn new<R: prost::Message>(
        response: (&str, &impl prost::Message),
        rows: (&str, &[R]),
        shown: String,
    ) -> anyhow::Result<Self> {
        let pool = lojal_proto::descriptors()?;
        let named = |name: &str| {
            let found = pool.get_message_by_name(&format!("lojal.v1.{name}"));
            found.with_context(|| format!("the contract has no {name}"))
        };
        let read = |kind: MessageDescriptor, bytes: Vec<u8>| DynamicMessage::decode(kind, &*bytes);
        let message = read(named(response.0)?, response.1.encode_to_vec())?;
        let row = named(rows.0)?;
        let rows = rows.1.iter().map(|each| read(row.clone(), each.encode_to_vec()));
        let rows = rows.collect::<Result<_, _>>()?;
        Ok(Self { shown, message, row, rows })
    }

    /// The whole answer as the contract's JSON. Zeros are told; what is not there is undefined.
    pub(crate) fn json(&self) -> anyhow::Result<String> {
        let mut text = Vec::new();
        let mut serializer = serde_json::Serializer::pretty(&mut text);
        let options = SerializeOptions::new().skip_default_fields(false);
        self.message.serialize_with_options(&mut serializer, &options)?;
        text.push(b'\n');
        Ok(String::from_utf8(text)?)
    }

    /// The rows, with a column for all that fits into one, the same ones whatever the rows; texts are as they are if that is asked for, and otherwise
    /// [guarded].
    pub(crate) fn csv(&self, raw: bool) -> anyhow::Result<String> {
        let as_text = if raw { std::convert::identity } else { guarded };
        let mut names = Vec::new();
        columns("", &self.row, &mut names);
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&names)?;
        for row in &self.rows {
            let mut record = Vec::with_capacity(names.len());
            cells(&self.row, Some(row), as_text, &mut record);
            writer.write_record(&record)?;
        }
        Ok(String::from_utf8(writer.into_inner()?)?)
    }
}

/// What becomes of a field in columns.
enum Column {
    /// A text, number or word.
    Cell,
    /// An instant, as RFC 3339.
    Instant,
    Estimate,
    /// An amount beside its currency.
    Money,
    /// Each of its fields.
    Parts(MessageDescriptor),
}

/// Lists have no column.
fn column(field: &FieldDescriptor) -> Option<Column> {
    if field.is_list() || field.is_map() {
        return None;
    }
    let Kind::Message(kind) = field.kind() else { return Some(Column::Cell) };
    Some(match kind.full_name() {
        "google.protobuf.Timestamp" => Column::Instant,
        "lojal.v1.Estimate" => Column::Estimate,
        "lojal.v1.Money" => Column::Money,
        _ => Column::Parts(kind),
    })
}

/// The names of the columns of a message, as data frames of the Python client have them.
fn columns(before: &str, kind: &MessageDescriptor, names: &mut Vec<String>) {
    for field in kind.fields() {
        let name = format!("{before}{}", field.name());
        match column(&field) {
            None => {}
            Some(Column::Cell | Column::Instant) => names.push(name),
            Some(Column::Estimate) => {
                names.extend(ESTIMATE.iter().map(|(_, suffix)| format!("{name}{suffix}")));
            }
            Some(Column::Money) => names.extend([name.clone(), format!("{name}_currency_code")]),
            Some(Column::Parts(kind)) => columns(&format!("{name}_"), &kind, names),
        }
    }
}

/// What a message has in these columns, with texts written so; all are empty without one.
fn cells(
    kind: &MessageDescriptor,
    message: Option<&DynamicMessage>,
    as_text: fn(String) -> String,
    record: &mut Vec<String>,
) {
    for field in kind.fields() {
        let Some(column) = column(&field) else { continue };
        let part = message.and_then(|message| part_of(message, &field));
        let named = |name: &str| {
            let part = part.as_ref()?;
            part_cell(part, &part.descriptor().get_field_by_name(name)?)
        };
        match column {
            Column::Cell => {
                let cell = message.and_then(|message| part_cell(message, &field));
                let cell = cell.unwrap_or_default();
                record.push(if field.kind() == Kind::String { as_text(cell) } else { cell });
            }
            Column::Instant => record.push(part.as_ref().and_then(instant).unwrap_or_default()),
            Column::Estimate => {
                record.extend(ESTIMATE.iter().map(|(name, _)| named(name).unwrap_or_default()));
            }
            Column::Money => {
                record.extend(["amount", "currency_code"].map(|name| named(name).unwrap_or_default()));
            }
            Column::Parts(kind) => cells(&kind, part.as_ref(), as_text, record),
        }
    }
}

fn part_of(message: &DynamicMessage, field: &FieldDescriptor) -> Option<DynamicMessage> {
    if !matches!(field.kind(), Kind::Message(_)) || !message.has_field(field) {
        return None;
    }
    message.get_field(field).as_message().cloned()
}

/// A single value; none where it is unset.
fn part_cell(message: &DynamicMessage, field: &FieldDescriptor) -> Option<String> {
    if field.supports_presence() && !message.has_field(field) {
        return None;
    }
    match (message.get_field(field).as_ref(), field.kind()) {
        (Value::EnumNumber(0), _) => None,
        (Value::EnumNumber(number), Kind::Enum(words)) => {
            let Some(word) = words.get_value(*number) else { return Some(number.to_string()) };
            // The words of an enum begin with its name: SEGMENT_AT_RISK is at_risk.
            let first = words.get_value(0).map(|word| word.name().to_owned()).unwrap_or_default();
            let prefix = first.strip_suffix("UNSPECIFIED").unwrap_or_default();
            Some(word.name().strip_prefix(prefix).unwrap_or(word.name()).to_lowercase())
        }
        (Value::Bool(value), _) => Some(value.to_string()),
        (Value::I32(value), _) => Some(value.to_string()),
        (Value::I64(value), _) => Some(value.to_string()),
        (Value::U32(value), _) => Some(value.to_string()),
        (Value::U64(value), _) => Some(value.to_string()),
        (Value::F64(value), _) => Some(value.to_string()),
        (Value::F32(value), _) => Some(value.to_string()),
        (Value::String(value), _) => Some(value.clone()),
        _ => None,
    }
}

fn instant(message: &DynamicMessage) -> Option<String> {
    let field = |name: &str| message.get_field_by_name(name).map(|value| value.into_owned());
    let seconds = field("seconds")?.as_i64()?;
    let nanos = field("nanos")?.as_i32()?;
    Some(jiff::Timestamp::new(seconds, nanos).ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use lojal_proto::v1;

    use super::*;

    fn rows() -> [v1::LoyaltySummary; 2] {
        let estimate = v1::Estimate { value: Some(0.0), ci_low: Some(-1.5), n: 4, ..v1::Estimate::default() };
        let money = v1::Money { amount: "12.50".to_owned(), currency_code: "EUR".to_owned() };
        let first = v1::LoyaltySummary {
            group: "a, \"b\"".to_owned(),
            place: v1::LoyaltyPlace::Unknown.into(),
            customers: 7,
            nps: Some(estimate),
            spend: Some(money),
            ..v1::LoyaltySummary::default()
        };
        [first, v1::LoyaltySummary::default()]
    }

    fn answer() -> Answer {
        let response = v1::SummarizeLoyaltyResponse { rows: rows().to_vec(), ..Default::default() };
        Answer::new(("SummarizeLoyaltyResponse", &response), ("LoyaltySummary", &rows()), String::new())
            .unwrap()
    }

    #[test]
    fn rows_are_flat_and_what_is_undefined_is_empty() {
        let text = answer().csv(false).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let cell = |row: usize, name: &str| {
            let place = header.iter().position(|each| each == name);
            records[row][place.unwrap_or_else(|| panic!("no {name} in {header:?}"))].to_owned()
        };
        assert_eq!(cell(0, "group"), "a, \"b\"");
        assert_eq!((cell(0, "place"), cell(1, "place")), ("unknown".to_owned(), String::new()));
        assert_eq!((cell(0, "customers"), cell(1, "customers")), ("7".to_owned(), "0".to_owned()));
        assert_eq!((cell(0, "nps"), cell(0, "nps_ci_low")), ("0".to_owned(), "-1.5".to_owned()));
        assert_eq!((cell(0, "nps_ci_high"), cell(0, "nps_n")), (String::new(), "4".to_owned()));
        assert_eq!((cell(1, "nps"), cell(1, "nps_n")), (String::new(), String::new()));
        assert_eq!(
            (cell(0, "spend"), cell(0, "spend_currency_code")),
            ("12.50".to_owned(), "EUR".to_owned())
        );
        assert_eq!(cell(0, "clv_12mo"), "");
    }

    #[test]
    fn no_spreadsheet_takes_a_text_for_a_formula() {
        let money = v1::Money { amount: "-7.25".to_owned(), currency_code: "EUR".to_owned() };
        let row = v1::LoyaltySummary {
            group: "=HYPERLINK(\"//x\")".to_owned(),
            spend: Some(money),
            ..v1::LoyaltySummary::default()
        };
        let response = v1::SummarizeLoyaltyResponse::default();
        let answer =
            Answer::new(("SummarizeLoyaltyResponse", &response), ("LoyaltySummary", &[row]), String::new());
        let answer = answer.unwrap();
        let [guarded, raw] = [false, true].map(|raw| answer.csv(raw).unwrap());
        assert!(guarded.lines().nth(1).unwrap().starts_with("\"'=HYPERLINK("), "{guarded}");
        assert!(raw.lines().nth(1).unwrap().starts_with("\"=HYPERLINK("), "{raw}");
        // What is below zero is a number and no text.
        assert!(guarded.contains(",-7.25,EUR,"), "{guarded}");
    }

    #[test]
    fn instants_and_parts_of_rows_are_columns() {
        let start = prost_types::Timestamp { seconds: 1, nanos: 500_000_000 };
        let period =
            v1::SeriesPeriod { start: Some(start), end: None, label: "1970".to_owned(), cut_off: true };
        let row = v1::NpsRow { period: Some(period), ..v1::NpsRow::default() };
        let response = v1::GetNpsResponse::default();
        let answer = Answer::new(("GetNpsResponse", &response), ("NpsRow", &[row]), String::new()).unwrap();
        let text = answer.csv(false).unwrap();
        assert!(
            text.starts_with("group,period_start,period_end,period_label,period_cut_off,nps,nps_ci_low"),
            "{text}"
        );
        assert!(text.lines().nth(1).unwrap().starts_with(",1970-01-01T00:00:01.5Z,,1970,true,"), "{text}");
    }

    #[test]
    fn the_json_is_that_of_the_contract() {
        let read: serde_json::Value = serde_json::from_str(&answer().json().unwrap()).unwrap();
        let rows = &read["rows"];
        assert_eq!(rows[0]["place"], "LOYALTY_PLACE_UNKNOWN");
        assert_eq!((rows[0]["customers"].clone(), rows[1]["customers"].clone()), ("7".into(), "0".into()));
        assert_eq!(rows[0]["nps"]["value"], 0.0);
        assert!(rows[0]["nps"].get("ciHigh").is_none(), "what is unset is not there: {rows}");
        assert!(rows[1].get("nps").is_none() && read.get("standard").is_none());
    }
}
