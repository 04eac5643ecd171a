//! A made-up shop: purchases in the order of time, over two years.

use lojal_proto::v1;
use prost_types::Timestamp;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// 2024-01-01 and the length of the log.
const FIRST_SECOND: i64 = 1_704_067_200;
const SECONDS: i64 = 730 * 86_400;
/// Purchases of a customer on average.
pub(crate) const PURCHASES_EACH: f64 = 1.5;
/// Rows of a chunk: as many as one takes.
pub(crate) const CHUNK_ROWS: u64 = 10_000;

/// Purchases, one after another.
pub(crate) struct Log {
    random: ChaCha8Rng,
    row: u64,
    rows: u64,
    customers: u64,
}

impl Log {
    /// So many purchases; about one in 1.5 is the first of a new customer.
    pub(crate) fn new(rows: u64, seed: u64) -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(seed), row: 0, rows, customers: 0 }
    }

    /// Who buys next: somebody new, or somebody of before, the lately won and one customer in eight more often.
    fn customer(&mut self) -> u64 {
        if self.customers == 0 || (self.customers as f64) * PURCHASES_EACH < self.row as f64 {
            self.customers += 1;
            return self.customers - 1;
        }
        loop {
            let back = self.random.random::<f64>().powi(2);
            let customer = ((1.0 - back) * self.customers as f64) as u64;
            let customer = customer.min(self.customers - 1);
            if customer.is_multiple_of(8) || self.random.random::<f64>() < 0.25 {
                return customer;
            }
        }
    }
}

/// The id of a customer: all are of one length, so that all messages are of one size.
pub(crate) fn id(customer: u64) -> String {
    format!("customer-{customer:08}")
}

impl Iterator for Log {
    type Item = v1::Transaction;

    fn next(&mut self) -> Option<v1::Transaction> {
        if self.row == self.rows {
            return None;
        }
        let customer_id = id(self.customer());
        let share = self.row as f64 / self.rows as f64;
        let time = Timestamp { seconds: FIRST_SECOND + (share * SECONDS as f64) as i64, nanos: 0 };
        let cents = 500 + (self.random.random::<f64>().powi(2) * 20_000.0) as u64;
        self.row += 1;
        Some(v1::Transaction {
            customer_id,
            transaction_id: format!("t{:09}", self.row),
            time: Some(time),
            amount: Some(lojal_tests::money(&format!("{}.{:02}", cents / 100, cents % 100), "EUR")),
            occurrence: 0,
            ..Default::default()
        })
    }
}

/// The log as chunks of an import.
pub(crate) fn chunks(rows: u64, seed: u64) -> impl Iterator<Item = v1::ImportRequest> + Send {
    let mut log = Log::new(rows, seed);
    (1..).map_while(move |sequence| {
        let rows: Vec<v1::Transaction> = log.by_ref().take(CHUNK_ROWS as usize).collect();
        (!rows.is_empty()).then(|| lojal_tests::cdnow::chunk(sequence, rows))
    })
}

/// Imports the log over one stream and returns the rows recorded.
pub(crate) async fn load(clients: &lojal_tests::Clients, rows: u64, seed: u64) -> u64 {
    // Chunks are made by a task of their own, two ahead of the wire.
    let (send, receive) = tokio::sync::mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        for chunk in chunks(rows, seed) {
            if send.blocking_send(chunk).is_err() {
                return;
            }
        }
    });
    let stream = tokio_stream::wrappers::ReceiverStream::new(receive);
    let mut answers = clients.ingest.clone().import(stream).await.expect("a stream").into_inner();
    let mut recorded = 0;
    while let Some(answer) = answers.message().await.expect("an answer") {
        recorded += answer.result.expect("a result").recorded as u64;
    }
    recorded
}
