//! The load of a round: several clients that write everything there is to write, each request about customers of its
//! own, and remember what they sent and what was acknowledged.

use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tonic::{Code, Status};

use crate::{Clients, money};

/// Most chunks of an import.
const CHUNKS: usize = 6;
/// Most rows of an ordinary request.
const FEW: usize = 40;
/// Rows of the large ones: enough for several blocks.
const MANY: usize = 500;

/// A request, or a chunk of an import: what is durable as a whole or not at all.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its number, which its customers and ids have in them.
    pub number: u64,
    /// What it holds.
    pub rows: Rows,
    /// Whether the server said that it is durable.
    pub acknowledged: bool,
}

/// What requests add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Customers named for the first time.
    pub customers: i64,
    /// Transactions.
    pub transactions: i64,
    /// Refunds.
    pub refunds: i64,
    /// Survey answers.
    pub survey_responses: i64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.customers += other.customers;
        self.transactions += other.transactions;
        self.refunds += other.refunds;
        self.survey_responses += other.survey_responses;
    }
}

impl Counts {
    /// What a server says is there.
    pub async fn of(clients: &Clients) -> Self {
        let told = clients.workspace().await;
        Self {
            customers: told.customers,
            transactions: told.transactions,
            refunds: told.refunds,
            survey_responses: told.survey_responses,
        }
    }
}

impl Sent {
    /// What it adds once it is recorded.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let size = self.size() as i64;
        // The first rows name the customers, in turn.
        let customers = size.min(customers(self.number) as i64);
        match &self.rows {
            Rows::Transactions(_) => Counts { customers, transactions: size, ..Counts::default() },
            Rows::Refunds(_) => Counts { refunds: size, ..Counts::default() },
            Rows::SurveyResponses(_) => Counts { customers, survey_responses: size, ..Counts::default() },
            Rows::Customers(_) => Counts { customers: size, ..Counts::default() },
            Rows::Voids(_) | Rows::Columns(_) | Rows::Interactions(_) | Rows::Costs(_) => {
                unreachable!("this load has none")
            }
        }
    }

    /// Rows it has.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.rows {
            Rows::Transactions(rows) => rows.rows.len(),
            Rows::Refunds(rows) => rows.rows.len(),
            Rows::SurveyResponses(rows) => rows.rows.len(),
            Rows::Customers(rows) => rows.rows.len(),
            Rows::Voids(_) | Rows::Columns(_) | Rows::Interactions(_) | Rows::Costs(_) => {
                unreachable!("this load has none")
            }
        }
    }

    /// Sends it as the unary call it is.
    ///
    /// # Errors
    /// The status of the call.
    pub async fn send(&self, clients: &Clients) -> Result<v1::WriteResult, Status> {
        let mut clients = clients.clone();
        let skip_invalid = false;
        let result = match self.rows.clone() {
            Rows::Transactions(v1::TransactionRows { rows: transactions }) => {
                let request = v1::RecordTransactionsRequest { transactions, skip_invalid };
                clients.ingest.record_transactions(request).await?.into_inner().result
            }
            Rows::Refunds(v1::RefundRows { rows: refunds }) => {
                let request = v1::RecordRefundsRequest { refunds, skip_invalid };
                clients.ingest.record_refunds(request).await?.into_inner().result
            }
            Rows::SurveyResponses(v1::SurveyResponseRows { rows: survey_responses }) => {
                let request = v1::RecordSurveyResponsesRequest { survey_responses, skip_invalid };
                clients.ingest.record_survey_responses(request).await?.into_inner().result
            }
            Rows::Customers(v1::CustomerRows { rows: customers }) => {
                let request = v1::UpsertCustomersRequest { customers, skip_invalid };
                clients.customers.upsert_customers(request).await?.into_inner().result
            }
            Rows::Voids(_) | Rows::Columns(_) | Rows::Interactions(_) | Rows::Costs(_) => {
                unreachable!("this load has none")
            }
        };
        Ok(result.expect("a result"))
    }
}

/// Transactions as columns.
fn as_columns(rows: &Rows) -> Option<Rows> {
    let Rows::Transactions(v1::TransactionRows { rows }) = rows else { return None };
    let mut columns = v1::TransactionColumns::default();
    for row in rows {
        let (time, amount) = (row.time.as_ref()?, row.amount.as_ref()?);
        columns.customer_ids.push_str(&row.customer_id);
        columns.customer_ids.push('\n');
        columns.transaction_ids.push_str(&row.transaction_id);
        columns.transaction_ids.push('\n');
        columns.times.push(time.seconds * 1_000_000 + i64::from(time.nanos) / 1_000);
        columns.amounts.push(lojal_domain::Amount::parse(&amount.amount).ok()?.micros());
        columns.occurrences.push(row.occurrence);
        columns.currency_code.clone_from(&amount.currency_code);
    }
    Some(Rows::Columns(columns))
}

/// Customers among whom the rows of a request are divided.
fn customers(number: u64) -> usize {
    1 + (number % 5) as usize
}

/// One client of a round. Its requests are those of its seed; how many it gets to send depends on when the server dies.
pub struct Writer {
    random: ChaCha8Rng,
    next: u64,
    /// Everything it sent.
    pub sent: Vec<Sent>,
    /// Acknowledged transactions with ids, by request and how many, that were not given back yet.
    refundable: Vec<(u64, usize)>,
}

impl Writer {
    /// A writer whose requests have numbers from `first` on.
    #[must_use]
    pub fn new(seed: u64, first: u64) -> Self {
        let random = ChaCha8Rng::seed_from_u64(seed);
        Self { random, next: first, sent: Vec::new(), refundable: Vec::new() }
    }

    /// Writes until the server is gone.
    ///
    /// # Panics
    /// When a server that is there refuses what is right.
    pub async fn write(mut self, clients: Clients) -> Self {
        loop {
            let ended = if self.random.random_bool(0.2) {
                self.import(&clients).await
            } else {
                self.call(&clients).await
            };
            if let Err(status) = ended {
                let gone = [Code::Unavailable, Code::Unknown, Code::Cancelled, Code::Internal];
                assert!(gone.contains(&status.code()), "refused rather than gone: {status:?}");
                return self;
            }
        }
    }

    async fn call(&mut self, clients: &Clients) -> Result<(), Status> {
        let request = self.request();
        self.sent.push(request.clone());
        request.send(clients).await?;
        self.acknowledge(self.sent.len() - 1);
        Ok(())
    }

    async fn import(&mut self, clients: &Clients) -> Result<(), Status> {
        let first = self.sent.len();
        for _ in 0..self.random.random_range(1..=CHUNKS) {
            let mut request = self.request();
            // A chunk may give back what the one before it in the same stream sold.
            if self.random.random_bool(0.3)
                && let Some(before) = self.sent[first..].last()
                && let Some(refunds) = refunds_of(before, request.number)
            {
                request.rows = refunds;
            }
            self.sent.push(request);
        }
        let chunks: Vec<_> = (1..)
            .zip(&self.sent[first..])
            .map(|(sequence, sent)| {
                // What goes as columns is sent again as rows: it must be the same to the server.
                let columns = if sent.number % 2 == 0 { as_columns(&sent.rows) } else { None };
                let rows = Some(columns.unwrap_or_else(|| sent.rows.clone()));
                v1::ImportRequest { sequence, rows, ..Default::default() }
            })
            .collect();
        let count = chunks.len();
        let (answers, ended) = clients.import(chunks).await;
        for (index, answer) in answers.iter().enumerate() {
            assert_eq!(answer.sequence, index as i64 + 1, "answers come in order");
            self.acknowledge(first + index);
        }
        assert!(ended.is_err() || answers.len() == count, "a stream that ends well answered everything");
        ended
    }

    fn acknowledge(&mut self, index: usize) {
        let sent = &mut self.sent[index];
        sent.acknowledged = true;
        if refunds_of(sent, 0).is_some() {
            self.refundable.push((sent.number, sent.size()));
        }
    }

    fn request(&mut self) -> Sent {
        let number = self.next;
        self.next += 1;
        let random = &mut self.random;
        let size = if random.random_bool(0.03) { MANY } else { random.random_range(1..=FEW) };
        let time = 946_684_800 + i64::from(random.random_range(0..500_000_000_u32));
        let cents = random.random_range(1..1_000_000_u32);
        let rows = match random.random_range(0..10) {
            0..3 => transactions(number, size, time, cents, true),
            3..6 => transactions(number, size, time, cents, false),
            6..8 => survey_responses(number, size, time),
            8 => match self.refundable.pop() {
                Some((of, size)) => refunds(number, of, size),
                None => upserts(number, size),
            },
            _ => upserts(number, size),
        };
        Sent { number, rows, acknowledged: false }
    }
}

fn customer(number: u64, index: usize) -> String {
    format!("r{number}-c{}", index % customers(number))
}

fn at_second(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}

fn transactions(number: u64, size: usize, time: i64, cents: u32, with_ids: bool) -> Rows {
    let row = |index: usize| v1::Transaction {
        customer_id: customer(number, index),
        transaction_id: if with_ids { format!("r{number}-t{index}") } else { String::new() },
        time: at_second(time),
        amount: Some(money(&format!("{}.{:02}", 1 + cents / 100, cents % 100), "USD")),
        // Equal but for this, so that a doubled row cannot hide.
        occurrence: if with_ids { 0 } else { index as i32 + 1 },
        ..Default::default()
    };
    Rows::Transactions(v1::TransactionRows { rows: (0..size).map(row).collect() })
}

fn refunds(number: u64, of: u64, size: usize) -> Rows {
    let row = |index: usize| v1::Refund {
        refund_id: format!("r{number}-r{index}"),
        transaction_id: format!("r{of}-t{index}"),
        time: at_second(1_500_000_000),
        amount: Some(money("0.5", "USD")),
    };
    Rows::Refunds(v1::RefundRows { rows: (0..size).map(row).collect() })
}

/// Refunds of everything in a request, if it sold anything that can be named.
fn refunds_of(sent: &Sent, number: u64) -> Option<Rows> {
    let Rows::Transactions(sold) = &sent.rows else { return None };
    let named = sold.rows.first().is_some_and(|row| !row.transaction_id.is_empty());
    named.then(|| refunds(number, sent.number, sent.size()))
}

fn survey_responses(number: u64, size: usize, time: i64) -> Rows {
    let row = |index: usize| v1::SurveyResponse {
        response_id: format!("r{number}-a{index}"),
        customer_id: customer(number, index),
        time: at_second(time + index as i64),
        score: Some((number as i32 + index as i32) % 11),
        comment: "word ".repeat(index % 9),
        ..Default::default()
    };
    Rows::SurveyResponses(v1::SurveyResponseRows { rows: (0..size).map(row).collect() })
}

fn upserts(number: u64, size: usize) -> Rows {
    let row = |index: usize| v1::CustomerUpsert {
        customer_id: format!("r{number}-u{index}"),
        attributes: [("request".to_owned(), number.to_string())].into(),
        effective_time: None,
        ..Default::default()
    };
    Rows::Customers(v1::CustomerRows { rows: (0..size).map(row).collect() })
}
