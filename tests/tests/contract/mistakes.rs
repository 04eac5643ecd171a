//! Mistakes of other systems, one test each, beside those in `surveys.rs`, `nps.rs` and `retention/`.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use lojal_proto::v1;
use lojal_tests::say::{self, buy_in};
use lojal_tests::{Server, at, cdnow};
use prost_types::Timestamp;

fn noon(day: Date) -> Option<Timestamp> {
    Some(at(&format!("{day}T12:00:00Z")))
}

/// PostHog: a return with another value of the breakdown than the start counts as none.
#[tokio::test]
async fn whoever_comes_back_with_another_value_is_retained() {
    let server = Server::start();
    let clients = server.clients().await;
    let upsert = |value: &str, from: Option<Date>| v1::CustomerUpsert {
        customer_id: "ann".to_owned(),
        attributes: [("browser".to_owned(), value.to_owned())].into(),
        effective_time: from.and_then(noon),
        ..Default::default()
    };
    let customers = vec![upsert("chrome", None), upsert("safari", Some(date(2026, 2, 1)))];
    say::upsert(&clients, customers).await;
    buy_in(&clients, "USD", [("ann", "2026-01-10", "10"), ("ann", "2026-02-10", "10")]).await;
    let request = v1::GetCohortsRequest {
        as_of: noon(date(2026, 4, 1)),
        group_by: "browser".to_owned(),
        last_age: Some(1),
        ..Default::default()
    };
    let found = clients.retention.clone().get_cohorts(request).await.unwrap().into_inner();
    let rows: Vec<(&str, i32, i64, i64)> = found
        .rows
        .iter()
        .map(|row| (&*row.group, row.age, row.mature_customers, row.retained_customers))
        .collect();
    // They are in the group in which they began.
    assert_eq!(rows, [("chrome", 0, 1, 1), ("chrome", 1, 1, 1)]);
}

/// The rank-first recipe: customers who did the same get scores by their place in the table.
#[tokio::test]
async fn equal_customers_have_equal_scores() {
    let server = Server::start();
    let clients = server.clients().await;
    let twice = (0..300)
        .flat_map(|number| ["2026-01-10", "2026-02-10"].map(|day| (format!("same{number}"), day, "10")));
    let once = (0..100).map(|number| (format!("other{number}"), "2026-01-05", "10"));
    buy_in(&clients, "USD", twice.chain(once)).await;
    let as_of = noon(date(2026, 3, 1));
    let request = v1::SummarizeSegmentsRequest { as_of, ..Default::default() };
    let summary = clients.segmentation.clone().summarize_segments(request).await.unwrap().into_inner();
    let mut sizes: Vec<i64> =
        summary.segments.iter().map(|each| each.customers).filter(|size| *size > 0).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [100, 300]);
}

/// Apache Unomi: past 10,000 events, or so many profiles of a segment, the rest is left out.
#[tokio::test]
async fn ten_thousand_events_and_members_are_not_the_end() {
    const EVENTS: usize = 12_000;
    let server = Server::start();
    let clients = server.clients().await;
    let eager = (0..EVENTS).map(|_| ("eager".to_owned(), "2026-01-10", "10"));
    let many = (0..EVENTS).map(|number| (format!("c{number}"), "2026-02-10", "10"));
    buy_in(&clients, "USD", eager.chain(many)).await;
    let as_of = noon(date(2026, 3, 1));
    let request = v1::GetCustomerRequest { customer_id: "eager".to_owned(), as_of, known_at: None };
    let customer =
        clients.customers.clone().get_customer(request).await.unwrap().into_inner().customer.unwrap();
    assert_eq!(customer.transaction_count, EVENTS as i64);
    let request = v1::SummarizeSegmentsRequest { as_of, ..Default::default() };
    let summary = clients.segmentation.clone().summarize_segments(request).await.unwrap().into_inner();
    let largest = summary.segments.iter().max_by_key(|each| each.customers).unwrap();
    assert_eq!(largest.customers, EVENTS as i64);
    let (mut listed, mut page_token) = (0, String::new());
    loop {
        let request = v1::ListSegmentMembersRequest {
            segment: largest.segment,
            as_of,
            page_size: 1_000,
            page_token,
            ..Default::default()
        };
        let page = clients.segmentation.clone().list_segment_members(request).await.unwrap().into_inner();
        listed += page.members.len();
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(listed, EVENTS);
    let request = v1::GetPurchaseStatsRequest { as_of, window: "all".to_owned(), ..Default::default() };
    let stats = clients.retention.clone().get_purchase_stats(request).await.unwrap().into_inner();
    assert_eq!(stats.whole.unwrap().orders, 2 * EVENTS as i64);
}

/// Klaviyo: the expected date of the next order is made once, at the last one, and then passes.
#[tokio::test]
async fn the_next_purchase_is_told_anew_as_time_passes() {
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let request = v1::FitModelRequest {
        calibration_end: "1997-09-30".to_owned(),
        kind: v1::ModelKind::MbgNbd.into(),
        ..Default::default()
    };
    let model_id = clients.fit(request).await.unwrap().model_id;
    let last = date(1997, 9, 1);
    let weekly = (0..8).map(|week: i64| ("ann", (last - (7 * week).days()).to_string(), "10"));
    buy_in(&clients, "USD", weekly).await;
    let ask = async |days: i64| {
        let request = v1::PredictCustomerRequest {
            customer_id: "ann".to_owned(),
            as_of: noon(last + days.days()),
            model_id: model_id.clone(),
            with_distribution: true,
            ..Default::default()
        };
        let answer = clients.clv.clone().predict_customer(request).await.unwrap().into_inner();
        let alive = answer.prediction.unwrap().alive_probability.unwrap().value.unwrap();
        (answer.next_purchase.and_then(|next| next.days_p50), alive)
    };
    let (soon, alive) = ask(2).await;
    let (later, doubted) = ask(60).await;
    let (never, gone) = ask(270).await;
    // Days from the instant asked about, so none of them can be in the past.
    assert!(soon.unwrap() > 0.0 && later.unwrap() > soon.unwrap(), "{soon:?} {later:?}");
    assert!(alive > 0.8 && doubted < 0.5 * alive && gone < 0.01, "{alive} {doubted} {gone}");
    assert_eq!(never, None, "a date for somebody who hardly comes back");
}
