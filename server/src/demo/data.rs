//! What the demo loads that is real: the CDNOW sample.

use std::collections::HashMap;

use lojal_domain::{Amount, Currency, EventTime, MICROS_PER_SECOND};
use prost_types::Timestamp;

use crate::import::{Chunk, Row};

/// 6,919 purchases of 2,357 customers, 1997-01-01 to 1998-06-30. Provenance: `server/data/README.md`.
const CDNOW: &str = include_str!("../../data/cdnow_sample.txt");

/// Rows of one chunk: small, so that the bar moves.
const CHUNK_ROWS: usize = 1_000;

/// A purchase of the sample.
pub(crate) struct Purchase {
    pub(crate) customer: &'static str,
    pub(crate) time: Timestamp,
    pub(crate) dollars: &'static str,
}

/// The sample's purchases.
pub(crate) fn purchases() -> anyhow::Result<Vec<Purchase>> {
    CDNOW.lines().filter(|line| !line.trim().is_empty()).map(purchase).collect()
}

fn purchase(line: &'static str) -> anyhow::Result<Purchase> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let [_, customer, day, _, dollars] = fields[..] else {
        anyhow::bail!("the packed sample has a malformed line: {line:?}");
    };
    let date: jiff::civil::Date = jiff::fmt::strtime::parse("%Y%m%d", day)?.to_date()?;
    let seconds = date.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_second();
    Ok(Purchase { customer, time: Timestamp { seconds, nanos: 0 }, dollars })
}

/// The purchases as chunks to import, each with its discount. The log has no ids, so equal rows are counted.
pub(crate) fn chunks(purchases: &[Purchase], discounts: &[Amount]) -> anyhow::Result<Vec<Chunk>> {
    let dollar = Currency::parse("USD")?;
    let mut occurrences: HashMap<(&str, i64, &str), i32> = HashMap::new();
    let mut chunks = Vec::new();
    let mut line = 0;
    for (purchases, discounts) in purchases.chunks(CHUNK_ROWS).zip(discounts.chunks(CHUNK_ROWS)) {
        let mut chunk = Chunk::new(dollar.code(), purchases.len());
        for (purchase, discount) in purchases.iter().zip(discounts) {
            let key = (purchase.customer, purchase.time.seconds, purchase.dollars);
            let occurrence = occurrences.entry(key).or_default();
            *occurrence += 1;
            line += 1;
            let row = Row {
                customer: purchase.customer.into(),
                time: EventTime::from_micros(purchase.time.seconds * MICROS_PER_SECOND),
                amount: Amount::parse(purchase.dollars)?,
                discount: *discount,
                currency: dollar,
                id: None,
            };
            chunk.push(&row, *occurrence, line);
        }
        chunk.position = line;
        chunks.push(chunk);
    }
    Ok(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_whole() {
        assert_eq!(purchases().unwrap().len(), 6_919);
    }
}
