//! One line of the file: into a transaction, or a sentence on what is wrong with it.

use anyhow::Context as _;
use csv::ByteRecord;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use lojal_domain::{
    Amount, Clock as _, Currency, CustomerId, EventTime, Money, SystemClock, TransactionId, TransactionKey,
};
use lojal_proto::v1;
use prost_types::Timestamp;

use crate::cli::ImportArgs;
use crate::import::columns::Columns;

/// What is wrong with a line.
#[derive(Clone, Debug)]
pub(crate) struct RowError {
    pub(crate) line: u64,
    pub(crate) message: String,
}

/// A line that can be sent.
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) transaction: v1::Transaction,
    /// For a row without an id: what equal rows have in common.
    pub(crate) kind: Option<TransactionKey>,
}

/// Reads lines.
pub(crate) struct RowReader {
    columns: Columns,
    currency: Currency,
    time_format: Option<String>,
    zone: TimeZone,
    now: EventTime,
}

impl RowReader {
    pub(crate) fn new(columns: Columns, currency: Currency, args: &ImportArgs) -> anyhow::Result<Self> {
        let zone = TimeZone::get(&args.time_zone).with_context(|| {
            format!("--time-zone is {:?}; give an IANA name such as \"Europe/Zagreb\"", args.time_zone)
        })?;
        let time_format = args.time_format.clone();
        Ok(Self { columns, currency, time_format, zone, now: SystemClock.now() })
    }

    /// Reads one line.
    pub(crate) fn read(&self, record: &ByteRecord) -> Result<Row, RowError> {
        let line = record.position().map_or(0, csv::Position::line);
        self.row(record, line).map_err(|message| RowError { line, message })
    }

    fn row(&self, record: &ByteRecord, line: u64) -> Result<Row, String> {
        let Columns { customer, time, amount, transaction, currency } = self.columns;
        let customer_id = field(record, customer, "customer")?;
        let customer = CustomerId::new(customer_id).map_err(|problem| format!("the customer {problem}"))?;
        let amount = field(record, amount, "amount")?;
        let parsed = Amount::parse(amount).map_err(|problem| format!("the amount {problem}"))?;
        if parsed < Amount::ZERO {
            return Err(format!(
                "the amount is {amount}; import purchases only, and record refunds with RecordRefunds"
            ));
        }
        let currency = match currency.map(|column| field(record, column, "currency")).transpose()? {
            None | Some("") => self.currency,
            Some(code) => Currency::parse(code).map_err(|problem| format!("the currency {problem}"))?,
        };
        let text = field(record, time, "time")?;
        let time = self.time(text)?;
        let id = transaction.map(|column| field(record, column, "transaction's id")).transpose()?;
        let id = id.filter(|id| !id.is_empty());
        if let Some(id) = id {
            TransactionId::new(id).map_err(|problem| format!("the transaction's id {problem}"))?;
        }
        let kind = id
            .is_none()
            .then(|| TransactionKey::derived(customer.as_str(), time, Money { amount: parsed, currency }, 0));
        let transaction = v1::Transaction {
            customer_id: customer_id.to_owned(),
            transaction_id: id.unwrap_or_default().to_owned(),
            time: Some(wire(time)),
            amount: Some(v1::Money { amount: amount.to_owned(), currency_code: currency.code().to_owned() }),
            occurrence: 0,
        };
        Ok(Row { line, transaction, kind })
    }

    fn time(&self, text: &str) -> Result<EventTime, String> {
        let micros = match &self.time_format {
            Some(format) => self.formatted(text, format),
            None => self.guessed(text),
        };
        let micros = micros.ok_or_else(|| match &self.time_format {
            Some(format) => format!("the time is {text:?}, which is not written as {format:?}"),
            None => format!(
                "the time is {text:?}; write 2026-03-01, 20260301, 2026-03-01 12:00:00 or RFC 3339, or name the format with --time-format"
            ),
        })?;
        EventTime::of_event(micros, self.now).map_err(|problem| format!("the time {text:?} {problem}"))
    }

    fn formatted(&self, text: &str, format: &str) -> Option<i64> {
        let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
        if let Ok(timestamp) = parsed.to_timestamp() {
            return Some(timestamp.as_microsecond());
        }
        let time = parsed.to_datetime().or_else(|_| parsed.to_date().map(|date| date.at(0, 0, 0, 0))).ok()?;
        self.local(time)
    }

    fn guessed(&self, text: &str) -> Option<i64> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        match text.len() {
            8 if digits(text) => {
                let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
                let date = Date::new(number(0..4)?, number(4..6)? as i8, number(6..8)? as i8).ok()?;
                self.local(date.at(0, 0, 0, 0))
            }
            10 => self.local(text.parse::<Date>().ok()?.at(0, 0, 0, 0)),
            _ => match text.parse::<jiff::Timestamp>() {
                Ok(timestamp) => Some(timestamp.as_microsecond()),
                Err(_) => self.local(text.parse::<DateTime>().ok()?),
            },
        }
    }

    fn local(&self, time: DateTime) -> Option<i64> {
        let timestamp = self.zone.to_ambiguous_timestamp(time).compatible().ok()?;
        Some(timestamp.as_microsecond())
    }
}

/// A field as text, without the spaces around it.
fn field<'a>(record: &'a ByteRecord, column: usize, what: &str) -> Result<&'a str, String> {
    let bytes = record.get(column).ok_or_else(|| {
        format!("the line has {} fields, so the {what} in column {} is missing", record.len(), column + 1)
    })?;
    let text = std::str::from_utf8(bytes)
        .map_err(|_| format!("the {what} is not UTF-8; convert the file to UTF-8"))?;
    Ok(text.trim())
}

fn wire(time: EventTime) -> Timestamp {
    let seconds = time.micros().div_euclid(1_000_000);
    Timestamp { seconds, nanos: (time.micros().rem_euclid(1_000_000) * 1_000) as i32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(zone: &str, time_format: Option<&str>) -> RowReader {
        RowReader {
            columns: Columns { customer: 0, time: 1, amount: 2, transaction: Some(3), currency: None },
            currency: Currency::parse("EUR").unwrap(),
            time_format: time_format.map(str::to_owned),
            zone: TimeZone::get(zone).unwrap(),
            now: EventTime::from_micros(1_800_000_000_000_000),
        }
    }

    fn time_of(text: &str, zone: &str, format: Option<&str>) -> String {
        reader(zone, format).time(text).map_or_else(|error| error, |time| time.to_string())
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for text in
            ["2026-03-01", "20260301", "2026-03-01 00:00:00", "2026-03-01T00:00", "2026-03-01T01:00:00+01:00"]
        {
            assert_eq!(time_of(text, "UTC", None), "2026-03-01T00:00:00Z", "{text}");
        }
        assert_eq!(time_of("2026-03-01", "Europe/Zagreb", None), "2026-02-28T23:00:00Z");
        assert_eq!(time_of("1.3.2026", "UTC", Some("%d.%m.%Y")), "2026-03-01T00:00:00Z");
        assert_eq!(time_of("1.3.2026 14:30", "UTC", Some("%d.%m.%Y %H:%M")), "2026-03-01T14:30:00Z");
        for nonsense in ["", "yesterday", "2026-13-01", "99991231", "1.3.2026"] {
            assert!(time_of(nonsense, "UTC", None).contains("the time"), "{nonsense}");
        }
    }

    #[test]
    fn a_bad_row_says_what_is_wrong() {
        let read = |fields: &[&[u8]]| reader("UTC", None).read(&ByteRecord::from(fields.to_vec()));
        assert!(read(&[b"c1", b"2026-03-01", b" 12.50 ", b""]).is_ok());
        let message = |fields: &[&[u8]]| read(fields).err().unwrap().message;
        assert!(message(&[b"", b"2026-03-01", b"1", b""]).contains("customer is empty"));
        assert!(message(&[b"c1", b"2026-03-01", b"12,5", b""]).contains("plain decimal"));
        assert!(message(&[b"c1", b"2026-03-01", b"-1", b""]).contains("RecordRefunds"));
        assert!(message(&[b"c1", b"2026-03-01"]).contains("amount in column 3 is missing"));
        assert!(message(&[b"\xff\xfe", b"2026-03-01", b"1", b""]).contains("not UTF-8"));
    }
}
