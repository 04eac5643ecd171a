//! Rounds of killing: clients write to the real server, it is killed at a random moment and started again, and
//! everything that was acknowledged must be there, once, and every request whole or not at all.
//!
//! What was acknowledged is remembered here, in another process than the one that is killed. Whether a request is there
//! is asked by sending it again, as a client does that had no answer: then its rows are all duplicates or all recorded.
//! So that this does not rest on the store's own memory of ids alone, counts and some timelines are read before.

mod load;

use std::time::{Duration, Instant};

use futures::future::join_all;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_proto::v1::timeline_event::Event;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

pub use load::{Counts, Sent, Writer};

use crate::{Clients, Server};

/// Clients that write at once, each over a connection of its own.
const WRITERS: u64 = 4;
/// The latest moment of a kill, after the clients have begun.
const LATEST: Duration = Duration::from_millis(150);
/// The latest moment of a kill of a server that starts.
const LATEST_IN_START: Duration = Duration::from_millis(60);
/// Numbers of requests that one writer has for itself in a round.
const NUMBERS: u64 = 100_000;
/// Requests of earlier rounds that are kept to be asked for again.
const KEPT: usize = 200;
/// How many of them are asked for after each kill, and how many timelines are read.
const ASKED: usize = 5;

/// How much to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Kills.
    pub rounds: u32,
    /// Decides everything but the speed of the machine.
    pub seed: u64,
    /// Kills until a new directory is begun.
    pub rounds_per_directory: u32,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Summary {
    /// Servers killed under load.
    pub rounds: u32,
    /// Servers killed while they were starting.
    pub killed_starting: u32,
    /// Directories begun.
    pub directories: u32,
    /// Requests and chunks that were sent when their server died, or before.
    pub sent: u64,
    /// Those that were acknowledged, and therefore there.
    pub acknowledged: u64,
    /// Those that were not acknowledged and there, whole.
    pub unanswered: u64,
    /// Rows in all of them.
    pub rows: u64,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rounds, killed_starting, directories, sent, acknowledged, unanswered, rows } = self;
        write!(
            f,
            "{rounds} kills under load and {killed_starting} while starting, {directories} directories; {sent} requests \
             with {rows} rows: {acknowledged} acknowledged and all there, {unanswered} unanswered and there whole, {} \
             not there; none in part, none twice",
            sent - acknowledged - unanswered
        )
    }
}

/// A directory with what must be in it.
struct Place {
    server: Server,
    total: Counts,
    kept: Vec<Sent>,
}

/// Does the rounds, and tells after each.
///
/// # Panics
/// When something that was acknowledged is not there, or something is there in part or twice.
pub async fn run(plan: Plan, mut progress: impl FnMut(&Summary)) -> Summary {
    let mut summary = Summary::default();
    let mut place: Option<Place> = None;
    for round in 0..plan.rounds {
        if round % plan.rounds_per_directory == 0 {
            if let Some(old) = place.take() {
                check_customers(&old, &format!("seed {}, before round {round}", plan.seed)).await;
            }
            summary.directories += 1;
        }
        let place = place.get_or_insert_with(|| Place {
            server: Server::start(),
            total: Counts::default(),
            kept: Vec::new(),
        });
        let case = format!("seed {}, round {round}", plan.seed);
        let random = ChaCha8Rng::seed_from_u64(plan.seed.wrapping_mul(1_000_003) + u64::from(round));
        one(place, round, random, &case, &mut summary).await;
        progress(&summary);
    }
    if let Some(place) = place {
        check_customers(&place, &format!("seed {}, at the end", plan.seed)).await;
    }
    summary
}

async fn one(place: &mut Place, round: u32, mut random: ChaCha8Rng, case: &str, summary: &mut Summary) {
    let mut writers = Vec::new();
    for index in 0..WRITERS {
        let writer = Writer::new(random.random(), (u64::from(round) * WRITERS + index) * NUMBERS);
        writers.push((writer, place.server.clients().await));
    }
    let after = LATEST.mul_f64(random.random());
    let begun = Instant::now();
    let writing: Vec<_> =
        writers.into_iter().map(|(writer, clients)| tokio::spawn(writer.write(clients))).collect();
    tokio::time::sleep(after).await;
    let took = begun.elapsed();
    place.server.kill();
    let mut sent: Vec<Sent> = Vec::new();
    for writer in join_all(writing).await {
        sent.extend(writer.unwrap_or_else(|error| panic!("{case}: a writer: {error}")).sent);
    }
    let case = format!("{case}, killed after {took:?}");
    summary.rounds += 1;
    while random.random_bool(0.1) {
        place.server.kill_while_starting(LATEST_IN_START.mul_f64(random.random()));
        summary.killed_starting += 1;
    }
    place.server.start_again();
    let clients = place.server.clients().await;
    check(place, &clients, &sent, &mut random, &case, summary).await;
    for sent in sent {
        if place.kept.len() < KEPT {
            place.kept.push(sent);
        } else {
            let replaced = random.random_range(0..KEPT * 10);
            if let Some(kept) = place.kept.get_mut(replaced) {
                *kept = sent;
            }
        }
    }
}

/// Reads and sends again what was sent in a round; afterwards all of it is there.
async fn check(
    place: &mut Place,
    clients: &Clients,
    sent: &[Sent],
    random: &mut ChaCha8Rng,
    case: &str,
    summary: &mut Summary,
) {
    let found = Counts::of(clients).await;
    let mut read = Vec::new();
    for _ in 0..ASKED {
        let Some(sent) = sent.choose(random) else { break };
        read.push((sent.number, records_of(clients, sent).await));
    }
    let mut wanted = place.total;
    for sent in sent {
        let about = format!("{case}, request {} of {} rows", sent.number, sent.size());
        let result = sent.send(clients).await.unwrap_or_else(|status| panic!("{about}: {status:?}"));
        let size = sent.size() as i32;
        assert_eq!(result.recorded + result.duplicates, size, "{about}");
        assert!(result.recorded == 0 || result.duplicates == 0, "{about} is there in part: {result:?}");
        let there = result.duplicates == size;
        assert!(there || !sent.acknowledged, "{about} was acknowledged and is not there");
        if let Some((_, read)) = read.iter().find(|(number, _)| *number == sent.number) {
            assert_eq!(*read, if there { sent.size() } else { 0 }, "{about}: records in timelines");
        }
        if there {
            wanted += sent.counts();
        }
        place.total += sent.counts();
        summary.sent += 1;
        summary.rows += sent.size() as u64;
        summary.acknowledged += u64::from(sent.acknowledged);
        summary.unanswered += u64::from(there && !sent.acknowledged);
    }
    assert_eq!(found, wanted, "{case}: what is counted after the start, and what was there by its ids");
    assert_eq!(Counts::of(clients).await, place.total, "{case}: everything sent again");
    for _ in 0..ASKED {
        let Some(kept) = place.kept.choose(random) else { break };
        let result = kept.send(clients).await.unwrap_or_else(|status| panic!("{case}: {status:?}"));
        assert_eq!(result.recorded, 0, "{case}: request {} of an earlier round is lost", kept.number);
        assert_eq!(records_of(clients, kept).await, kept.size(), "{case}: request {}", kept.number);
    }
}

/// How many records of a request the timelines of its customers show.
async fn records_of(clients: &Clients, sent: &Sent) -> usize {
    let mut customers: Vec<String> = match &sent.rows {
        Rows::Transactions(rows) => rows.rows.iter().map(|row| row.customer_id.clone()).collect(),
        Rows::SurveyResponses(rows) => rows.rows.iter().map(|row| row.customer_id.clone()).collect(),
        Rows::Customers(rows) => rows.rows.iter().map(|row| row.customer_id.clone()).collect(),
        // Whose they are is for the server to know: the customers of the request that they give back.
        Rows::Refunds(rows) => {
            let of = rows.rows.iter().filter_map(|row| row.transaction_id.split('-').next());
            (0..5).flat_map(|index| of.clone().map(move |of| format!("{of}-c{index}"))).collect()
        }
        Rows::Voids(_) | Rows::Columns(_) | Rows::Interactions(_) | Rows::Costs(_) => {
            unreachable!("this load has none")
        }
    };
    customers.sort();
    customers.dedup();
    let prefix = format!("r{}-", sent.number);
    let mut records = 0;
    for customer_id in customers {
        let mut page_token = String::new();
        loop {
            let page_size = 1_000;
            let request = v1::GetTimelineRequest {
                customer_id: customer_id.clone(),
                page_size,
                page_token,
                ..Default::default()
            };
            let page = match clients.customers.clone().get_timeline(request).await {
                Ok(page) => page.into_inner(),
                Err(status) if status.code() == tonic::Code::NotFound => break,
                Err(status) => panic!("the timeline of {customer_id}: {status:?}"),
            };
            let of_request = |event: &&v1::TimelineEvent| match (&event.event, &sent.rows) {
                (Some(Event::Refund(refund)), Rows::Refunds(_)) => refund.refund_id.starts_with(&prefix),
                (Some(Event::Refund(_)), _) | (_, Rows::Refunds(_)) => false,
                _ => true,
            };
            records += page.events.iter().filter(of_request).count();
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
    }
    records
}

/// Every customer of a directory is listed once, and what they have adds up.
async fn check_customers(place: &Place, case: &str) {
    let listed = place.server.clients().await.all_customers(None).await;
    let mut names: Vec<&str> = listed.iter().map(|one| one.customer_id.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let sum = |of: fn(&v1::Customer) -> i64| listed.iter().map(of).sum();
    let counted = Counts {
        customers: names.len() as i64,
        transactions: sum(|one| one.transaction_count),
        refunds: sum(|one| one.refund_count),
        survey_responses: sum(|one| one.survey_response_count),
    };
    assert_eq!(counted, place.total, "{case}: customers add up");
    assert_eq!(listed.len(), names.len(), "{case}: customers listed twice");
}
