//! What the demo loads: the CDNOW sample, which is real, and a survey panel of the same customers, which is simulated.

use std::collections::{BTreeMap, HashMap};

use lojal_domain::{Amount, Currency, EventTime, MICROS_PER_SECOND};
use lojal_proto::v1;
use prost_types::Timestamp;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::import::{Chunk, Row};

/// 6,919 purchases of 2,357 customers, 1997-01-01 to 1998-06-30. Provenance: `server/data/README.md`.
const CDNOW: &str = include_str!("../../data/cdnow_sample.txt");

/// Rows of one chunk: small, so that the bar moves.
const CHUNK_ROWS: usize = 1_000;

/// The panel is the same in every demo.
const SEED: u64 = 1997;
/// Days on which the panel was asked.
const WAVES: [&str; 3] = ["1997-06-30T12:00:00Z", "1997-12-31T12:00:00Z", "1998-05-31T12:00:00Z"];

/// A purchase of the sample.
pub(crate) struct Purchase {
    customer: &'static str,
    time: Timestamp,
    dollars: &'static str,
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

/// The purchases as chunks to import. The log has no ids, so equal rows are counted.
pub(crate) fn chunks(purchases: &[Purchase]) -> anyhow::Result<Vec<Chunk>> {
    let dollar = Currency::parse("USD")?;
    let mut occurrences: HashMap<(&str, i64, &str), i32> = HashMap::new();
    let mut chunks = Vec::new();
    let mut line = 0;
    for purchases in purchases.chunks(CHUNK_ROWS) {
        let mut chunk = Chunk::new(dollar, purchases.len());
        for purchase in purchases {
            let key = (purchase.customer, purchase.time.seconds, purchase.dollars);
            let occurrence = occurrences.entry(key).or_default();
            *occurrence += 1;
            line += 1;
            let row = Row {
                customer: purchase.customer.into(),
                time: EventTime::from_micros(purchase.time.seconds * MICROS_PER_SECOND),
                amount: Amount::parse(purchase.dollars)?,
                discount: Amount::ZERO,
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

/// Simulated answers: in each wave some customers answer, the likelier and the better the more often they have bought.
pub(crate) fn panel(purchases: &[Purchase]) -> anyhow::Result<Vec<v1::SurveyResponse>> {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut by_customer: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for purchase in purchases {
        by_customer.entry(purchase.customer).or_default().push(purchase.time.seconds);
    }
    let mut answers = Vec::new();
    for (wave, asked) in (1..).zip(WAVES) {
        let asked: jiff::Timestamp = asked.parse()?;
        for (customer, bought) in &by_customer {
            let orders = bought.iter().filter(|at| **at < asked.as_second()).count();
            let eagerness = (orders as f64).ln_1p();
            // Drawn whether used or not, so that one customer's answer does not move another's.
            let [takes_part, a, b, c] = std::array::from_fn(|_| random.random::<f64>());
            if takes_part > 0.12 + 0.08 * eagerness {
                continue;
            }
            // Three uniform numbers make a bell: centred at 7, better with every order, about 2 points wide.
            let score = (5.9 + 1.0 * eagerness + 4.0 * (a + b + c - 1.5)).round().clamp(0.0, 10.0);
            answers.push(v1::SurveyResponse {
                response_id: format!("wave-{wave}-{customer}"),
                customer_id: (*customer).to_owned(),
                time: Some(Timestamp { seconds: asked.as_second(), nanos: 0 }),
                score: Some(score as i32),
                survey_id: "simulated-panel".to_owned(),
                channel: if a < 0.5 { "email" } else { "in_app" }.to_owned(),
                ..v1::SurveyResponse::default()
            });
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_whole_and_the_panel_repeats() {
        let purchases = purchases().unwrap();
        assert_eq!(purchases.len(), 6_919);
        let panel_of = || panel(&purchases).unwrap();
        assert_eq!(panel_of(), panel_of());
        assert!((500..5_000).contains(&panel_of().len()), "{}", panel_of().len());
    }
}
