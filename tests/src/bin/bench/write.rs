//! Single durable writes: one row a request, by one client and by many, beside a bare write and fsync.

use std::io::Write as _;
use std::time::{Duration, Instant};

use lojal_proto::v1;
use lojal_tests::{Clients, Server, at, money};

use crate::{grouped, median};

/// What is measured, and how much of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Clients that write at once, beside one alone.
    #[arg(long, default_value_t = 64)]
    clients: u32,
    /// Seconds of each round.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Rounds, which alternate.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
}

/// Bytes that a single row adds to the log, about.
const BYTES: usize = 100;

pub(crate) fn run(arguments: &Arguments) {
    let place = tempfile::tempdir().expect("a directory");
    let server = Server::start_in(place.path(), &[]);
    let (mut bare, mut alone, mut many) = (Vec::new(), Vec::new(), Vec::new());
    let lasts = Duration::from_secs_f64(arguments.seconds);
    crate::runtime().block_on(async {
        let mut next = 0;
        for _ in 0..arguments.rounds {
            bare.push(bare_rate(place.path(), lasts));
            alone.push(rate(&server, 1, lasts, &mut next).await);
            many.push(rate(&server, arguments.clients, lasts, &mut next).await);
        }
    });
    let [bare, alone, many] = [&bare, &alone, &many].map(|rates| median(rates));
    println!("write and fsync of {BYTES} bytes: {} a second, {:.0} us each", grouped(bare), 1e6 / bare);
    println!(
        "RecordTransactions of one row, 1 client: {} a second, {:.0} us each, {:.2} times the bare fsync",
        grouped(alone),
        1e6 / alone,
        bare / alone
    );
    println!(
        "the same with {} clients: {} a second, {:.1} times one client",
        arguments.clients,
        grouped(many),
        many / alone
    );
}

fn bare_rate(directory: &std::path::Path, lasts: Duration) -> f64 {
    let mut file = tempfile::tempfile_in(directory).expect("a file");
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < lasts {
        file.write_all(&[0x5a; BYTES]).expect("room on the disk");
        file.sync_data().expect("a disk that syncs");
        count += 1;
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}

async fn rate(server: &Server, clients: u32, lasts: Duration, next: &mut u32) -> f64 {
    let begun = Instant::now();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..clients {
        *next += 1;
        writers.spawn(write(server.clients().await, *next, begun + lasts));
    }
    let mut count = 0;
    while let Some(written) = writers.join_next().await {
        count += written.expect("a writer");
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}

async fn write(mut clients: Clients, writer: u32, until: Instant) -> u32 {
    let mut count = 0;
    while Instant::now() < until {
        count += 1;
        let transaction = v1::Transaction {
            customer_id: format!("w{writer}-{}", count % 50),
            transaction_id: format!("w{writer}-{count}"),
            time: Some(at("2026-03-01T12:00:00Z")),
            amount: Some(money("12.50", "EUR")),
            occurrence: 0,
            ..Default::default()
        };
        let request = v1::RecordTransactionsRequest { transactions: vec![transaction], skip_invalid: false };
        clients.ingest.record_transactions(request).await.expect("a durable write");
    }
    count
}
