//! Records the columns of a made-up shop.

use std::collections::BTreeMap;
use std::path::Path;

use lojal_domain::{
    Amount, AttributeName, Currency, CustomerId, CustomerUpsert, EventTime, MICROS_PER_SECOND, Record,
    ResponseId, SurveyMetric, SurveyResponse, TransactionColumns, limits,
};
use lojal_engine::RecordRows;

use crate::Shop;

/// The columns' number for answers about satisfaction.
const CSAT: u8 = 1;

/// The id of a customer.
pub(crate) fn id(customer: u32) -> String {
    format!("c{customer:07}")
}

fn bytes(place: &Path, name: &str) -> Vec<u8> {
    std::fs::read(place.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The numbers of a file, `N` bytes each.
fn numbers<const N: usize, T>(place: &Path, name: &str, read: fn([u8; N]) -> T) -> Vec<T> {
    bytes(place, name).as_chunks().0.iter().map(|bytes| read(*bytes)).collect()
}

fn time(seconds: i64) -> EventTime {
    EventTime::from_micros(seconds * MICROS_PER_SECOND)
}

/// Records purchases, then markets, then answers.
pub(crate) async fn load(shop: &Shop, place: &Path) {
    purchases(shop, place).await;
    markets(shop, place).await;
    answers(shop, place).await;
}

async fn purchases(shop: &Shop, place: &Path) {
    let customers = numbers(place, "purchase_customer", u32::from_le_bytes);
    let seconds = numbers(place, "purchase_seconds", i64::from_le_bytes);
    let cents = numbers(place, "purchase_cents", i64::from_le_bytes);
    let rows: Vec<usize> = (0..customers.len()).collect();
    for rows in rows.chunks(limits::ROWS_PER_COLUMNS) {
        let mut columns = TransactionColumns::empty(Currency::parse("EUR").unwrap());
        for row in rows.iter().copied() {
            let amount = Amount::from_micros(cents[row] * 10_000);
            columns.push(&id(customers[row]), time(seconds[row]), amount, "", 1);
        }
        let recorded = shop.engine.record_columns(&shop.workspace, columns, false).await.unwrap();
        assert_eq!(recorded.recorded, rows.len(), "no two purchases are the same");
    }
}

async fn markets(shop: &Shop, place: &Path) {
    let market = AttributeName::new("market").unwrap();
    let record = |(customer, number): (u32, u8)| {
        let attributes = BTreeMap::from([(market.clone(), format!("m{number:02}"))]);
        let customer = CustomerId::new(id(customer)).unwrap();
        Record::CustomerUpsert(CustomerUpsert { customer, attributes, effective: None })
    };
    record_all(shop, (0..).zip(bytes(place, "market")).map(record).collect()).await;
}

async fn answers(shop: &Shop, place: &Path) {
    let customers = numbers(place, "answer_customer", u32::from_le_bytes);
    let seconds = numbers(place, "answer_seconds", i64::from_le_bytes);
    let (metrics, scores) = (bytes(place, "answer_metric"), bytes(place, "answer_score"));
    let record = |row: usize| {
        let customer = CustomerId::new(id(customers[row])).unwrap();
        let response = ResponseId::new(format!("r{row:07}")).unwrap();
        let answer = SurveyResponse::nps(response, Some(customer), time(seconds[row]), scores[row]);
        Record::SurveyResponse(match metrics[row] {
            CSAT => {
                let scale = SurveyMetric::Csat.scale(None, None, false).unwrap();
                SurveyResponse { metric: SurveyMetric::Csat, scale, ..answer }
            }
            _ => answer,
        })
    };
    record_all(shop, (0..customers.len()).map(record).collect()).await;
}

async fn record_all(shop: &Shop, records: Vec<Record>) {
    for records in records.chunks(limits::ROWS_PER_REQUEST) {
        let rows = RecordRows { records: records.to_vec(), skip_invalid: false };
        let recorded = shop.engine.record(&shop.workspace, rows).await.unwrap();
        assert_eq!(recorded.recorded, records.len(), "{:?}", recorded.rejections.first());
    }
}
