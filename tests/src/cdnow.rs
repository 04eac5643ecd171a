//! The CDNOW sample: the purchases of 2,357 customers, on which the literature reports its estimates.

use std::collections::HashMap;

use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;

use crate::{Clients, Server, at, money, repository};

/// Customers in the sample.
pub const CUSTOMERS: usize = 2_357;
/// Rows in the sample.
pub const TRANSACTIONS: usize = 6_919;
/// Days on which a customer bought, by customer.
pub const PURCHASE_DAYS: i64 = 6_696;
/// Right after the last purchase.
pub const END: &str = "1998-07-01T00:00:00Z";

/// What loading did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Rows recorded now.
    pub recorded: i32,
    /// Rows that were there already.
    pub duplicates: i32,
}

/// The purchases, in the order of the file.
#[must_use]
pub fn rows() -> Vec<v1::Transaction> {
    let path = repository().join("server/data/cdnow_sample.txt");
    let text = std::fs::read_to_string(path).expect("the CDNOW sample");
    let mut seen: HashMap<(String, String, String), i32> = HashMap::new();
    text.lines()
        .map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let [_, customer, day, _, dollars] = columns[..] else { panic!("not a purchase: {line:?}") };
            let day = format!("{}-{}-{}T00:00:00Z", &day[..4], &day[4..6], &day[6..]);
            let occurrence = seen.entry((customer.to_owned(), day.clone(), dollars.to_owned())).or_default();
            *occurrence += 1;
            v1::Transaction {
                customer_id: customer.to_owned(),
                transaction_id: String::new(),
                time: Some(at(&day)),
                amount: Some(money(dollars, "USD")),
                occurrence: *occurrence,
                ..Default::default()
            }
        })
        .collect()
}

/// The purchases as chunks of an import.
#[must_use]
pub fn chunks(rows_each: usize) -> Vec<v1::ImportRequest> {
    let rows = rows();
    let chunks = rows.chunks(rows_each).zip(1..);
    chunks.map(|(rows, sequence)| chunk(sequence, rows.to_vec())).collect()
}

/// One chunk of transactions.
#[must_use]
pub fn chunk(sequence: i64, rows: Vec<v1::Transaction>) -> v1::ImportRequest {
    let rows = Some(Rows::Transactions(v1::TransactionRows { rows }));
    v1::ImportRequest { sequence, rows, ..Default::default() }
}

/// A server that was stopped, with the sample in so many workspaces: a log that takes a while to read.
pub async fn stopped_with_many(workspaces: usize) -> Server {
    let mut server = Server::start();
    let clients = server.clients().await;
    for number in 0..workspaces {
        load(&clients.in_workspace(&format!("shop{number}"))).await;
    }
    drop(clients);
    assert!(server.stop().status.success(), "{}", server.log());
    server
}

/// Loads the sample by Import.
pub async fn load(clients: &Clients) -> Loaded {
    let (acknowledged, ended) = clients.import(chunks(1_000)).await;
    ended.expect("the sample to be loaded");
    let results = || acknowledged.iter().filter_map(|answer| answer.result.as_ref());
    Loaded {
        recorded: results().map(|result| result.recorded).sum(),
        duplicates: results().map(|result| result.duplicates).sum(),
    }
}
