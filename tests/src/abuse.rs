//! Callers who ask for much and do not wait for it, or do not read it: what a server must stand.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::join_all;
use http_body::Frame;
use http_body_util::StreamBody;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Status, Streaming};
use tower::Service as _;

use crate::http2::{Came, Connection};
use crate::{Clients, EVERYBODY, Server};

/// A filter that everybody has to be looked at for, and that nobody matches.
pub const NOBODY: &str = "orders > 1000000 && days_since_last_order > 90";
/// Rows of a chunk.
const ROWS: u64 = 50_000;
/// How long before now the first purchase was, up to which the others come.
const SECONDS: u64 = 600 * 86_400;

/// Made-up customers who bought lately, so that answers about now are measured again and again.
#[derive(Clone, Copy, Debug)]
pub struct Shop {
    /// How many.
    pub customers: u64,
    first_second: u64,
}

impl Shop {
    /// So many customers.
    #[must_use]
    pub fn of(customers: u64) -> Self {
        let now = jiff::Timestamp::now().as_second().unsigned_abs();
        Self { customers, first_second: now - SECONDS - 86_400 }
    }

    /// Loads them.
    ///
    /// # Panics
    /// When they are not taken.
    pub async fn load(self, clients: &Clients) {
        let rows = self.customers + self.customers / 2;
        let (send, chunks) = mpsc::channel(2);
        let sending = async move {
            for (sequence, first) in (1..).zip((0..rows).step_by(ROWS as usize)) {
                let _ = send.send(self.chunk(sequence, first)).await;
            }
        };
        let recording = async {
            let mut answers = clients.ingest.clone().import(ReceiverStream::new(chunks)).await?.into_inner();
            while answers.message().await?.is_some() {}
            Ok::<(), Status>(())
        };
        let ((), recorded) = tokio::join!(sending, recording);
        recorded.expect("made-up customers are taken");
    }

    /// Purchases in columns, from this one on: three for every two customers. The same again are duplicates.
    fn chunk(self, sequence: i64, first: u64) -> v1::ImportRequest {
        let Self { customers, first_second } = self;
        let mut columns = v1::TransactionColumns { currency_code: "EUR".to_owned(), ..Default::default() };
        let rows = customers + customers / 2;
        for row in first..(first + ROWS).min(rows) {
            // Every other customer comes back.
            let customer = if row < customers { row } else { (row - customers) * 2 };
            columns.customer_ids.push_str(&format!("customer-{customer:08}\n"));
            columns.transaction_ids.push_str(&format!("t{row:09}\n"));
            columns.times.push(((first_second + row * SECONDS / rows) * 1_000_000) as i64);
            columns.amounts.push(1_000_000 * (5 + (row * 7_919 % 200) as i64));
        }
        v1::ImportRequest { sequence, rows: Some(Rows::Columns(columns)), ..Default::default() }
    }
}

/// Asks for the segments of a filter so many times at once, and gives all of them up after a while.
pub async fn give_up_segments(clients: &Clients, calls: usize, after: Duration) {
    let ask = |number: usize| {
        let mut segmentation = clients.segmentation.clone();
        async move {
            let filter = format!("orders > {}", number % 3);
            let question = v1::SummarizeSegmentsRequest { filter, ..Default::default() };
            let _ = tokio::time::timeout(after, segmentation.summarize_segments(question)).await;
        }
    };
    join_all((0..calls).map(ask)).await;
}

/// Asks so many times at once for customers that there are none of, and gives up after a while.
pub async fn give_up_customers(clients: &Clients, calls: usize, after: Duration) {
    let ask = |_| {
        let mut customers = clients.customers.clone();
        async move {
            let question = v1::ListCustomersRequest { filter: NOBODY.to_owned(), ..Default::default() };
            let _ = tokio::time::timeout(after, customers.list_customers(question)).await;
        }
    };
    join_all((0..calls).map(ask)).await;
}

/// Asks for what takes most, fits with a thousand replicates, backtests and comparisons of all models, and gives up after a while.
pub async fn give_up_models(clients: &Clients, calls: usize, after: Duration) {
    let ask = |number: usize| {
        let mut clv = clients.clv.clone();
        async move {
            let asked = async {
                match number % 3 {
                    0 => {
                        let fit = v1::FitModelRequest { bootstrap_replicates: 1_000, ..Default::default() };
                        let mut told = clv.fit_model(fit).await?.into_inner();
                        while told.message().await?.is_some() {}
                    }
                    1 => drop(clv.backtest(v1::BacktestRequest::default()).await?),
                    _ => drop(clv.compare_models(v1::CompareModelsRequest::default()).await?),
                }
                Ok::<(), Status>(())
            };
            let _ = tokio::time::timeout(after, asked).await;
        }
    };
    join_all((0..calls).map(ask)).await;
}

/// Begins so many calls and gives each up at once, over a connection of its own.
pub async fn flood_of_resets(authority: &str, calls: usize) {
    let mut connection = Connection::open(authority).await;
    for _ in 0..calls {
        let id = connection.call("/lojal.v1.AdminService/GetServerInfo");
        connection.give_up(id);
    }
    connection.flush().await;
    // A server that was quick enough to give each of them up has nothing to say.
    let cut_off = async { while matches!(connection.next().await, Came::Answer(..)) {} };
    let _ = tokio::time::timeout(Duration::from_secs(2), cut_off).await;
}

/// Connects so many times and says nothing.
pub async fn silent(authority: &str, connections: usize) -> Vec<TcpStream> {
    let connect = |_| TcpStream::connect(authority);
    // A server that is full lets them wait, which is as good.
    join_all((0..connections).map(connect)).await.into_iter().flatten().collect()
}

/// Opens streams of everybody's predictions, best first, of which nothing is read.
pub async fn unread_predictions(
    clients: &Clients,
    streams: usize,
) -> Vec<Streaming<v1::PredictCustomersResponse>> {
    let mut open = Vec::new();
    for _ in 0..streams {
        let order = v1::PredictionOrder::Clv as i32;
        let question = v1::PredictCustomersRequest { order, limit: Some(EVERYBODY), ..Default::default() };
        open.push(clients.clv.clone().predict_customers(question).await.expect("a stream").into_inner());
    }
    open
}

/// Calls under way that nothing more is sent to. Letting go of it gives them up.
#[derive(Debug)]
pub struct Open(Vec<tokio::task::JoinHandle<()>>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// Begins so many messages: five bytes that announce 16 MB each, and nothing after them.
pub async fn announce(channel: &Channel, calls: usize) -> Open {
    let (sent, mut all_sent) = mpsc::channel::<()>(1);
    let begin = |_| {
        let (mut channel, sent) = (channel.clone(), sent.clone());
        tokio::spawn(async move {
            let (send, frames) = mpsc::channel::<Result<Frame<Bytes>, Status>>(1);
            let announced = Bytes::from_static(&[0, 0x01, 0, 0, 0]);
            send.send(Ok(Frame::data(announced))).await.expect("room");
            let body = tonic::body::Body::new(StreamBody::new(ReceiverStream::new(frames)));
            let request = http::Request::post("/lojal.v1.IngestService/RecordTransactions")
                .header("content-type", "application/grpc")
                .header("te", "trailers")
                .body(body)
                .expect("a request");
            futures::future::poll_fn(|context| channel.poll_ready(context)).await.expect("a connection");
            let answer = channel.call(request);
            drop(sent);
            let _ = answer.await;
            drop(send);
        })
    };
    let open = Open((0..calls).map(begin).collect());
    drop(sent);
    // Ends when all have begun.
    let _ = all_sent.recv().await;
    open
}

/// Sends chunks that were recorded before, in as many imports as said, as fast as they are taken, and reads no answer.
/// Letting go of it ends them.
#[must_use]
pub fn unread_imports(clients: &Clients, imports: usize, shop: Shop) -> Open {
    let same = shop.chunk(1, 0);
    let begin = |_| {
        let (mut ingest, same) = (clients.ingest.clone(), same.clone());
        tokio::spawn(async move {
            // The other end of the channel is the connection's, which goes on for as long as chunks come.
            let (send, chunks) = mpsc::channel(1);
            let answers = ingest.import(ReceiverStream::new(chunks)).await;
            for sequence in 1.. {
                if send.send(v1::ImportRequest { sequence, ..same.clone() }).await.is_err() {
                    break;
                }
            }
            std::future::pending::<()>().await;
            drop(answers);
        })
    };
    Open((0..imports).map(begin).collect())
}

/// How long calls took, in order.
#[derive(Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Asks for customers' segments one after the other until the time is over: from a thread and a connection of its own,
    /// so that it waits for nothing that the attackers do here.
    ///
    /// # Panics
    /// When one is refused.
    pub async fn of_segments(server: &Server, customers: u64, until: Instant) -> Self {
        let url = server.url().to_owned();
        let asking = tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(Self::ask(&url, customers, until))
        });
        asking.await.expect("answers")
    }

    async fn ask(url: &str, customers: u64, until: Instant) -> Self {
        let mut took = Vec::new();
        let mut segmentation = Clients::connect(url).await.segmentation;
        let mut number = 0;
        while Instant::now() < until {
            number = (number * 48_271 + 11) % customers;
            let customer_id = format!("customer-{number:08}");
            let question = v1::GetCustomerSegmentRequest { customer_id, ..Default::default() };
            let begun = Instant::now();
            segmentation.get_customer_segment(question).await.expect("a segment");
            took.push(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        took.sort_unstable();
        Self(took)
    }

    /// How many calls there were.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.0.len()
    }

    /// The time that a share of the calls did not exceed; of all of them with 1.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        let last = self.0.len().saturating_sub(1);
        self.0.get((share * last as f64).ceil() as usize).copied().unwrap_or_default()
    }
}
