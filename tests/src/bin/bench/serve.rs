//! Calls a second over one connection, against a bare tonic server that answers as many bytes.
//!
//! Both servers are processes of their own beside the client, and the client sends and takes bytes without looking at
//! them, so that what differs is the server's work alone. Rounds alternate, so that a slow minute of the machine slows
//! both.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use lojal_proto::v1;
use lojal_tests::raw::Authorization;
use lojal_tests::{Clients, Server, keys, raw};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tonic::transport::Channel;

use crate::{data, echo, grouped, median};

/// What is measured, and how much of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Customers loaded, with 1.5 purchases each.
    #[arg(long, default_value_t = 1_000_000)]
    customers: u64,
    /// Calls under way at once, over one connection.
    #[arg(long, default_value_t = 16)]
    in_flight: usize,
    /// Rounds of each kind.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of a round.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Another binary of the server, such as the one before a change, measured in the same rounds.
    #[arg(long)]
    beside: Option<std::path::PathBuf>,
    /// Ask the server, and not the other, with an API key.
    #[arg(long)]
    with_key: bool,
}

/// One kind of call.
struct Kind {
    name: &'static str,
    path: &'static str,
    echo: &'static str,
    requests: Arc<Vec<Bytes>>,
    /// Calls a second of each round: the server's, the echo's, and those of the other binary if there is one.
    measured: [Vec<f64>; 3],
}

pub(crate) fn run(arguments: &Arguments) {
    crate::runtime().block_on(measure(arguments));
}

fn requests<M: prost::Message>(customers: u64, request: impl Fn(String) -> M) -> Arc<Vec<Bytes>> {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let some =
        (0..100_000).map(|_| request(data::id(random.random_range(0..customers))).encode_to_vec().into());
    Arc::new(some.collect())
}

async fn load(clients: &Clients, server: &Server, customers: u64) -> v1::WorkspaceInfo {
    let rows = (customers as f64 * data::PURCHASES_EACH) as u64;
    let begun = Instant::now();
    data::load(clients, rows, 1).await;
    let workspace = clients.workspace().await;
    println!(
        "loaded {} purchases of {} customers in {:.1} s; the server has {} MB resident",
        grouped(workspace.transactions as f64),
        grouped(workspace.customers as f64),
        begun.elapsed().as_secs_f64(),
        server.resident_megabytes().unwrap_or_default()
    );
    workspace
}

async fn measure(arguments: &Arguments) {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let key = arguments.with_key.then(|| keys::create(&data, "bench", &["--scope", "ingest,read,personal"]));
    let server = Server::start_on(&data, &[]);
    let plain = server.clients().await;
    let clients = key.as_ref().map_or_else(|| plain.clone(), |key| plain.with_key(key));
    let authorization: Authorization =
        key.map(|key| format!("Bearer {key}").parse().expect("a key that can be sent"));
    let customers = load(&clients, &server, arguments.customers).await.customers as u64;
    let other = match &arguments.beside {
        Some(binary) => {
            let server = Server::start_other(binary);
            let clients = server.clients().await;
            load(&clients, &server, arguments.customers).await;
            Some((server, clients))
        }
        None => None,
    };
    let segment = |customer_id| v1::GetCustomerSegmentRequest { customer_id, ..Default::default() };
    let predict = |customer_id| v1::PredictCustomerRequest { customer_id, ..Default::default() };
    let customer = |customer_id| v1::GetCustomerRequest { customer_id, ..Default::default() };
    let mut kinds = [
        Kind {
            name: "GetCustomer",
            path: "/lojal.v1.CustomerService/GetCustomer",
            echo: echo::PATHS[0],
            requests: requests(customers, customer),
            measured: Default::default(),
        },
        Kind {
            name: "GetCustomerSegment",
            path: "/lojal.v1.SegmentationService/GetCustomerSegment",
            echo: echo::PATHS[1],
            requests: requests(customers, segment),
            measured: Default::default(),
        },
        Kind {
            name: "PredictCustomer",
            path: "/lojal.v1.ClvService/PredictCustomer",
            echo: echo::PATHS[2],
            requests: requests(customers, predict),
            measured: Default::default(),
        },
    ];

    let sizes = first_calls(&kinds, &clients, &authorization, other.as_ref().map(|(_, other)| other)).await;
    let echo = echo::Process::start(sizes);
    let echoing = Clients::connect(&echo.url).await.channel;
    let at_most = Duration::from_secs_f64(arguments.seconds);
    for round in 0..=arguments.rounds {
        for kind in &mut kinds {
            let other = other.as_ref().map(|(_, other)| (&other.channel, kind.path, None));
            let own = (&clients.channel, kind.path, authorization.clone());
            let sides = [Some(own), Some((&echoing, kind.echo, None)), other];
            for (side, measured) in sides.into_iter().zip(&mut kind.measured) {
                let Some(side) = side else { continue };
                let rate = calls_a_second(side, &kind.requests, arguments.in_flight, at_most).await;
                // The first round warms up.
                if round > 0 {
                    measured.push(rate);
                }
            }
        }
    }
    println!(
        "{} in flight over one connection, {} rounds of {:?}:",
        arguments.in_flight, arguments.rounds, at_most
    );
    report(&kinds, other.is_some());
    println!("the server has {} MB resident", server.resident_megabytes().unwrap_or_default());
}

/// The sizes of answers. The first calls measure the population and fit the model that later ones use.
async fn first_calls(
    kinds: &[Kind; echo::SIZES],
    clients: &Clients,
    authorization: &Authorization,
    other: Option<&Clients>,
) -> [usize; echo::SIZES] {
    let mut sizes = [0; echo::SIZES];
    for (kind, size) in kinds.iter().zip(&mut sizes) {
        let first = Instant::now();
        let sent = kind.requests[0].clone();
        let answer =
            raw::call_as(authorization, &clients.channel, kind.path, sent.clone()).await.expect("an answer");
        *size = answer.len();
        println!(
            "{}: {} bytes asked, {} answered; the first call took {:.0} ms",
            kind.name,
            sent.len(),
            answer.len(),
            first.elapsed().as_secs_f64() * 1e3
        );
        if let Some(other) = other {
            raw::call(&other.channel, kind.path, kind.requests[0].clone()).await.expect("an answer");
        }
    }
    sizes
}

fn report(kinds: &[Kind], has_other: bool) {
    for kind in kinds {
        let [served, echoed] = [0, 1].map(|side| median(&kind.measured[side]));
        println!(
            "{:<20} {:>8} calls/s   echo {:>8} calls/s   ratio {:.2}   (rounds: {})",
            kind.name,
            grouped(served),
            grouped(echoed),
            served / echoed,
            kind.measured[0].iter().map(|rate| grouped(*rate)).collect::<Vec<_>>().join(" ")
        );
        if has_other {
            let before = median(&kind.measured[2]);
            println!(
                "{:<20} {:>8} calls/s by the other binary, ratio to the echo {:.2}; {:.2} times that now",
                "",
                grouped(before),
                before / echoed,
                served / before
            );
        }
    }
}

async fn calls_a_second(
    (channel, path, authorization): (&Channel, &'static str, Authorization),
    requests: &Arc<Vec<Bytes>>,
    in_flight: usize,
    at_most: Duration,
) -> f64 {
    let done = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let callers = (0..in_flight).map(|caller| {
        let (channel, requests, done) = (channel.clone(), requests.clone(), done.clone());
        let authorization = authorization.clone();
        tokio::spawn(async move {
            let mut next = caller;
            while begun.elapsed() < at_most {
                let request = requests[next % requests.len()].clone();
                raw::call_as(&authorization, &channel, path, request).await.expect("an answer");
                done.fetch_add(1, Ordering::Relaxed);
                next += in_flight;
            }
        })
    });
    futures::future::try_join_all(callers).await.expect("callers that end");
    done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}
