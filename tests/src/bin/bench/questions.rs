//! How long questions about everybody take, and how long by another binary in the same rounds.
//!
//! Each question is asked once by either side in turn, so that a slow moment of the machine slows both. What counts is the
//! quickest answer of each: nothing makes an answer quicker than its work, and everything else on the machine makes it slower.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use lojal_proto::v1;
use lojal_tests::{Clients, Server, at, raw};
use prost::Message as _;
use prost_reflect::DynamicMessage;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::{data, grouped};

/// What is measured, and how much of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Purchases loaded, 1.5 a customer. One customer in three is in a market.
    #[arg(long, default_value_t = 300_000)]
    purchases: u64,
    /// One customer in so many is asked for NPS and CSAT, once each.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    asked_one_in: u64,
    /// How often each question is asked.
    #[arg(long, default_value_t = 40)]
    rounds: usize,
    /// Only questions whose name has this in it.
    #[arg(long, default_value = "")]
    only: String,
    /// Asks as of now, once the server has fitted its model by itself, and not as of the end of the purchases at once.
    #[arg(long)]
    at_rest: bool,
    /// Another binary of the server, such as the one before a change, asked in turn.
    #[arg(long)]
    beside: Option<PathBuf>,
    /// Ends with an error when a question takes more than so many times as long as by the other binary.
    #[arg(long, requires = "beside")]
    at_most: Option<f64>,
}

/// A service, a method, what is asked.
fn questions() -> Vec<(&'static str, &'static str, Value)> {
    let retention = "RetentionService";
    vec![
        ("NpsService", "GetNps", json!({})),
        ("NpsService", "GetNps", json!({"interval": "CALENDAR_INTERVAL_MONTH"})),
        ("NpsService", "GetNps", json!({"group_by": "market"})),
        ("SurveyService", "GetCsat", json!({})),
        ("SurveyService", "GetResponseRate", json!({})),
        (retention, "GetRetention", json!({"window": "2025"})),
        (retention, "GetRetention", json!({"window": "2025", "interval": "CALENDAR_INTERVAL_MONTH"})),
        (retention, "SuggestActivityWindow", json!({})),
        (retention, "GetCohorts", json!({"interval": "CALENDAR_INTERVAL_MONTH"})),
        (retention, "GetSurvival", json!({})),
        (retention, "GetLifecycle", json!({})),
        (retention, "GetLifecycle", json!({"group_by": "orders"})),
        (retention, "GetLifecycle", json!({"filter": "orders >= 2"})),
        (retention, "GetRevenueRetention", json!({"window": "2025"})),
        (retention, "GetPurchaseStats", json!({})),
        (retention, "GetPurchaseStats", json!({"group_by": "market"})),
        (retention, "ProjectRetention", json!({"interval": "CALENDAR_INTERVAL_MONTH"})),
        ("SegmentationService", "SummarizeSegments", json!({"filter": "orders >= 1"})),
        (retention, "GetLifecycle", json!({"filter": "segment == 'champions'"})),
        (retention, "GetLifecycle", json!({"filter": "churn_probability < 0.5"})),
        (retention, "GetLifecycle", json!({"filter": "loyalty_score > 50.0"})),
        (retention, "GetLifecycle", json!({"group_by": "segment, band(clv_12mo, 10, 50)"})),
        (retention, "GetRetention", json!({"window": "2025", "group_by": "support_cases"})),
        ("NpsService", "GetNps", json!({"group_by": "segment"})),
        ("ClvService", "SummarizePredictions", json!({"horizon": "12mo"})),
        ("ClvService", "SummarizePredictions", json!({"horizon": "forever"})),
        (
            "ClvService",
            "SummarizePredictions",
            json!({"horizon": "12mo", "group_by": "orders", "with_ranges": true}),
        ),
        ("LoyaltyService", "GetLoyalty", json!({"customer_id": "customer-00000001"})),
        ("LoyaltyService", "SummarizeLoyalty", json!({})),
        ("LoyaltyService", "ListLoyalty", json!({"limit": 100})),
        ("LoyaltyService", "ListLoyalty", json!({"limit": 100, "order": "LOYALTY_ORDER_VALUE_AT_RISK"})),
        ("LoyaltyService", "ListLoyalty", json!({"order": "LOYALTY_ORDER_RECORDED"})),
        ("LoyaltyService", "ListLoyalty", json!({"order": "LOYALTY_ORDER_RECORDED", "scores_only": true})),
        ("LoyaltyService", "ListEarlyWarnings", json!({"limit": 100})),
        ("LoyaltyService", "GetWarningQuality", json!({})),
    ]
}

/// The instant as of which everything is asked: the end of the log.
const AS_OF: &str = "2026-01-01T00:00:00Z";

struct Side {
    server: Server,
    clients: Clients,
}

struct Question {
    name: String,
    path: &'static str,
    request: Bytes,
}

pub(crate) fn run(arguments: &Arguments) {
    crate::runtime().block_on(measure(arguments));
}

async fn measure(arguments: &Arguments) {
    let mut sides = vec![start(Server::start(), arguments).await];
    if let Some(binary) = &arguments.beside {
        sides.push(start(Server::start_other(binary), arguments).await);
    }
    if arguments.at_rest {
        for side in &sides {
            fitted(side).await;
        }
    }
    let mut slowest: f64 = 0.0;
    for question in
        all(arguments.at_rest).into_iter().filter(|question| question.name.contains(&arguments.only))
    {
        let mut took = [Duration::MAX; 2];
        let mut first = Duration::MAX;
        for round in 0..arguments.rounds {
            for (side, best) in sides.iter().zip(&mut took) {
                let begun = Instant::now();
                let answer = raw::call(&side.clients.channel, question.path, question.request.clone()).await;
                // Another binary may not know the question.
                if answer.is_ok() {
                    *best = (*best).min(begun.elapsed());
                }
            }
            if round == 0 {
                first = took[0];
            }
        }
        let [now, before] = took.map(|took| took.as_secs_f64() * 1e3);
        assert!(took[0] < Duration::MAX, "{} has no answer", question.name);
        let first = first.as_secs_f64() * 1e3;
        print!("{:<60} {now:>8.2} ms   at first {first:>8.2}", question.name);
        if sides.len() > 1 && took[1] < Duration::MAX {
            print!("   before {before:>8.2} ms   {:.2} times that", now / before);
            slowest = slowest.max(now / before);
        }
        println!();
    }
    if "GetLoyalty of one".contains(&arguments.only) {
        points(&sides[0]).await;
    }
    for side in &sides {
        println!("{} MB resident", side.server.resident_megabytes().unwrap_or_default());
    }
    if let Some(at_most) = arguments.at_most.filter(|at_most| slowest > *at_most) {
        println!("a question takes {slowest:.2} times as long as before; {at_most} was allowed");
        std::process::exit(1);
    }
}

/// How long the scores of single customers take, each asked for the first time.
async fn points(side: &Side) {
    const ASKED: usize = 10_000;
    let customers = side.clients.workspace().await.customers as u64;
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut took = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let request = v1::GetLoyaltyRequest {
            customer_id: data::id(random.random_range(0..customers)),
            as_of: Some(at(AS_OF)),
            ..Default::default()
        };
        let request = Bytes::from(request.encode_to_vec());
        let begun = Instant::now();
        raw::call(&side.clients.channel, "/lojal.v1.LoyaltyService/GetLoyalty", request)
            .await
            .expect("a score");
        took.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    let [median, p99] = [0.5, 0.99].map(|share| took[(share * ASKED as f64) as usize]);
    println!("GetLoyalty of one of {ASKED}: median {median:.2} ms, p99 {p99:.2} ms");
}

/// Waits until the server has fitted a model, and made of it what it makes ahead.
async fn fitted(side: &Side) {
    const LOOK: Duration = Duration::from_millis(500);
    let begun = Instant::now();
    loop {
        let request = v1::ListModelsRequest::default();
        let known = side.clients.clv.clone().list_models(request).await.expect("the models").into_inner();
        if !known.models.is_empty() {
            println!("fitted its model within {:.1} s of the load", begun.elapsed().as_secs_f64());
            break;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "no model; --at-rest takes 20,000 customers or more"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut used = side.server.processor_time();
    loop {
        tokio::time::sleep(LOOK).await;
        let now = side.server.processor_time();
        if now.zip(used).is_none_or(|(now, used)| now <= used + LOOK / 10) {
            println!("at rest within {:.1} s", begun.elapsed().as_secs_f64());
            return;
        }
        used = now;
    }
}

fn all(as_of_now: bool) -> Vec<Question> {
    let pool = lojal_proto::descriptors().expect("the contract");
    let question = |(service, method, mut asked): (&str, &str, Value)| {
        let name = format!("{method} {asked}");
        if !as_of_now {
            asked["as_of"] = json!(AS_OF);
        }
        let service = pool.get_service_by_name(&format!("lojal.v1.{service}")).expect("a service");
        let method = service.methods().find(|known| known.name() == method).expect("a method");
        let request = DynamicMessage::deserialize(method.input(), &asked).expect("a question");
        let path = format!("/{}/{}", service.full_name(), method.name()).leak();
        Question { name, path, request: request.encode_to_vec().into() }
    };
    questions().into_iter().map(question).collect()
}

async fn start(server: Server, arguments: &Arguments) -> Side {
    let clients = server.clients().await;
    data::load(&clients, arguments.purchases, 1).await;
    let customers = clients.workspace().await.customers as u64;
    let mut chunks = vec![];
    for (market, rest) in ["hr", "rs"].into_iter().zip(1_u64..) {
        let rows =
            (0..customers).filter(|customer| customer % 6 == rest).map(|customer| v1::CustomerUpsert {
                customer_id: data::id(customer),
                attributes: [("market".to_owned(), market.to_owned())].into(),
                ..Default::default()
            });
        let rows: Vec<_> = rows.collect();
        chunks.extend(
            rows.chunks(data::CHUNK_ROWS as usize)
                .map(|rows| v1::import_request::Rows::Customers(v1::CustomerRows { rows: rows.to_vec() })),
        );
    }
    let answers: Vec<_> = answers(customers, arguments.asked_one_in).collect();
    chunks.extend(answers.chunks(data::CHUNK_ROWS as usize).map(|rows| {
        v1::import_request::Rows::SurveyResponses(v1::SurveyResponseRows { rows: rows.to_vec() })
    }));
    let requests = chunks.into_iter().zip(1..).map(|(rows, sequence)| v1::ImportRequest {
        sequence,
        rows: Some(rows),
        ..Default::default()
    });
    clients.import(requests.collect()).await.1.expect("customers and answers to be loaded");
    println!("{} customers, {} answers", grouped(customers as f64), grouped(answers.len() as f64));
    Side { server, clients }
}

/// Two answers of one customer in so many.
fn answers(customers: u64, one_in: u64) -> impl Iterator<Item = v1::SurveyResponse> {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let begin = at("2024-01-01T00:00:00Z").seconds;
    (0..customers).step_by(one_in as usize).flat_map(move |customer| {
        [(v1::SurveyMetric::Nps, 0, 10), (v1::SurveyMetric::Csat, 1, 5)].map(|(metric, least, most)| {
            v1::SurveyResponse {
                response_id: format!("{}-{customer}", metric.as_str_name()),
                customer_id: data::id(customer),
                time: Some(prost_types::Timestamp {
                    seconds: begin + random.random_range(0..700 * 86_400),
                    nanos: 0,
                }),
                score: Some(random.random_range(least..=most)),
                metric: metric.into(),
                ..Default::default()
            }
        })
    })
}
