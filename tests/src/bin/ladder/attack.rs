//! All that callers can do to keep a server from others, at once, while somebody asks for one customer after the other.

use std::time::{Duration, Instant};

use lojal_tests::abuse::{self, Latencies, Shop};
use lojal_tests::{Clients, Server, until};

/// Memory is looked at so often, every three seconds, until it does not shrink any more.
const SETTLES_WITHIN: usize = 10;
/// How long streams stay open that nobody reads.
const HELD: Duration = Duration::from_secs(5);

/// Calls of a flood of resets.
const RESETS: usize = 20_000;
/// Connections that say nothing, at a time.
const SILENT: usize = 300;
/// Connections are let go of within so many seconds after they were.
const CLOSED_WITHIN: Duration = Duration::from_secs(60);

#[derive(Debug, clap::Args)]
pub(crate) struct Attack {
    /// How long.
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// Customers there are to be looked at, with 1.5 purchases each.
    #[arg(long, default_value_t = 500_000)]
    customers: u64,
    /// At most so many milliseconds for 99 of 100 calls beside the attack.
    #[arg(long, default_value_t = 50)]
    p99_ms: u64,
    /// One kind of it alone; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Kind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// Segments of a filter, asked for and given up.
    Segments,
    /// Customers that there are none of, asked for and given up.
    Lists,
    /// Predictions in an order, of which nothing is read.
    Predictions,
    /// Messages that are announced and never come.
    Announced,
    /// Imports whose answers nobody reads.
    Imports,
    /// Fits with a thousand replicates, backtests and comparisons, given up.
    Models,
    /// Calls begun and given up in their thousands, until the connection is cut off.
    Resets,
    /// Connections that say nothing.
    Silent,
}

pub(crate) async fn run(arguments: &Attack) {
    let Attack { seconds, customers, p99_ms, .. } = *arguments;
    let kinds = &arguments.only;
    println!("attack: {customers} customers, {seconds} s, server {}", lojal_tests::binary().display());
    let server = Server::start();
    let clients = server.clients().await;
    let shop = Shop::of(customers);
    shop.load(&clients).await;
    // What later calls use is made by the first ones.
    let warm = Latencies::of_segments(&server, customers, Instant::now() + Duration::from_secs(3)).await;
    tell("alone", &warm);
    round(&server, shop, kinds, Duration::from_secs(10)).await;
    let before = settled(&server).await;
    let files = server.files();
    println!("{before} MB resident after the first ten seconds of it, {files:?} files open");
    let end = Instant::now() + Duration::from_secs(seconds);
    let under_attack = Latencies::of_segments(&server, customers, end);
    let attack = round(&server, shop, kinds, Duration::from_secs(seconds));
    let (latencies, peak) = tokio::join!(under_attack, attack);
    tell("beside the attack", &latencies);
    let begun = Instant::now();
    clients.workspace().await;
    println!("the first call after it took {:.1?}", begun.elapsed());
    let after = settled(&server).await;
    println!("{peak} MB resident at the peak, {after} MB after it; {:?} threads", server.threads());
    until("connections to be let go of", CLOSED_WITHIN, || (server.files() <= files).then_some(()));
    println!("{:?} files open after it", server.files());
    let p99 = latencies.quantile(0.99);
    assert!(p99 <= Duration::from_millis(p99_ms), "99 of 100 calls took up to {p99:?}");
    assert!(after * 10 <= before * 12, "{after} MB are not given back, of {before} before");
    println!("passed");
}

fn tell(when: &str, took: &Latencies) {
    let [median, p99, p999, most] = [0.5, 0.99, 0.999, 1.0].map(|share| took.quantile(share));
    println!(
        "{when}: {} calls, median {median:.1?}, p99 {p99:.1?}, p99.9 {p999:.1?}, slowest {most:.1?}",
        took.calls()
    );
}

/// What is resident once nothing more is given back, for which there is time.
async fn settled(server: &Server) -> u64 {
    let mut resident = u64::MAX;
    for _ in 0..SETTLES_WITHIN {
        tokio::time::sleep(Duration::from_secs(3)).await;
        let now = server.resident_megabytes().unwrap_or_default();
        println!("{now} MB, {:?} of processor time", server.processor_time());
        if now >= resident {
            break;
        }
        resident = now;
    }
    resident
}

/// Attacks for a while from a connection for each kind of it, and returns the most megabytes that were resident.
async fn round(server: &Server, shop: Shop, kinds: &[Kind], lasts: Duration) -> u64 {
    let end = Instant::now() + lasts;
    let until = |kind: Kind| if kinds.is_empty() || kinds.contains(&kind) { end } else { Instant::now() };
    let segments = repeat(server, until(Kind::Segments), async |clients: &Clients| {
        abuse::give_up_segments(clients, 200, Duration::from_millis(700)).await;
    });
    let lists = repeat(server, until(Kind::Lists), async |clients: &Clients| {
        abuse::give_up_customers(clients, 16, Duration::from_secs(1)).await;
    });
    let predictions = repeat(server, until(Kind::Predictions), async |clients: &Clients| {
        let open = abuse::unread_predictions(clients, 12).await;
        tokio::time::sleep(HELD).await;
        drop(open);
    });
    let announced = repeat(server, until(Kind::Announced), async |clients: &Clients| {
        let open = abuse::announce(&clients.channel, 200).await;
        tokio::time::sleep(HELD).await;
        drop(open);
    });
    let imports = repeat(server, until(Kind::Imports), async |clients: &Clients| {
        let open = abuse::unread_imports(clients, 8, shop);
        tokio::time::sleep(HELD).await;
        drop(open);
    });
    let models = repeat(server, until(Kind::Models), async |clients: &Clients| {
        abuse::give_up_models(clients, 6, Duration::from_secs(2)).await;
    });
    let resets = repeat(server, until(Kind::Resets), async |_: &Clients| {
        abuse::flood_of_resets(server.authority(), RESETS).await;
    });
    let silent = repeat(server, until(Kind::Silent), async |_: &Clients| {
        let open = abuse::silent(server.authority(), SILENT).await;
        tokio::time::sleep(HELD).await;
        drop(open);
    });
    let watch = async {
        let mut peak = 0;
        while Instant::now() < end {
            peak = peak.max(server.resident_megabytes().unwrap_or_default());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        peak
    };
    let attacks =
        async { tokio::join!(segments, lists, predictions, announced, imports, models, resets, silent) };
    tokio::join!(attacks, watch).1
}

async fn repeat(server: &Server, until: Instant, attack: impl AsyncFn(&Clients)) {
    let clients = server.clients().await;
    while Instant::now() < until {
        attack(&clients).await;
    }
}
