//! Where windows, sums and silences end.

use lojal_proto::v1;
use lojal_tests::say::{attributes, buy, on, printed, value};
use lojal_tests::{Server, failure};

/// Relative windows begin in the middle of a day, and what came before on that day is not in them.
#[tokio::test]
async fn gaps_end_within_the_window_to_the_instant() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("ann", "2025-01-01T08:00:00Z", "5"), ("ann", "2025-01-11T08:00:00Z", "5")]).await;
    buy(&clients, [("bob", "2025-02-01", "5"), ("bob", "2025-02-11", "5"), ("bob", "2025-05-22", "5")]).await;
    let as_of = Some(lojal_tests::at("2026-01-11T12:00:00Z"));
    let ask =
        |window: &str| v1::GetPurchaseStatsRequest { window: window.to_owned(), as_of, ..Default::default() };
    let found = clients.retention.clone().get_purchase_stats(ask("365d")).await.unwrap().into_inner();
    let whole = found.whole.unwrap();
    let gaps = whole.gap_days_mean.clone().unwrap();
    // Ann's gap of ten days ended four hours before the window began.
    assert_eq!((whole.orders, gaps.n), (3, 2));
    printed(gaps.value.unwrap(), 55.0, 4);
    // Between the two in the middle.
    assert_eq!(whole.gap_days_median, Some(55.0));
    let found = clients.retention.clone().get_purchase_stats(ask("all")).await.unwrap().into_inner();
    assert_eq!(found.whole.unwrap().gap_days_median, Some(10.0));
    let window = "365d".to_owned();
    let request = v1::SuggestActivityWindowRequest { window, as_of, ..Default::default() };
    let found = clients.retention.clone().suggest_activity_window(request).await.unwrap().into_inner();
    let whole = found.whole.unwrap();
    // Those of bob that ended, and their last one; Ann's began before.
    assert_eq!((whole.returns, whole.open), (2, 1));
}

#[tokio::test]
async fn from_nobody_who_came_back_nothing_is_suggested() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("ann", "2025-01-01", "5"), ("bob", "2025-01-20", "5")]).await;
    let request = v1::SuggestActivityWindowRequest { as_of: on("2025-03-01"), ..Default::default() };
    let found = clients.retention.clone().suggest_activity_window(request).await.unwrap().into_inner();
    let whole = found.whole.unwrap();
    assert_eq!((whole.returns, whole.days), (0, None));
    let warnings = found.provenance.unwrap().warnings;
    assert!(warnings[0].contains("no silence that began in this window has ended"), "{warnings:?}");
}

/// Ten digits before the point are 64 bits of millionths, and a country's currency soon needs more.
#[tokio::test]
async fn sums_of_money_are_as_large_as_they_are() {
    let server = Server::start();
    let clients = server.clients().await;
    let rows = (0..23).map(|i| (format!("c{i}"), format!("2025-02-{:02}", i + 1), "900000000000"));
    buy(&clients, rows).await;
    let as_of = on("2025-03-01");
    let window = "all".to_owned();
    let request = v1::GetPurchaseStatsRequest { as_of, window, ..Default::default() };
    let whole =
        clients.retention.clone().get_purchase_stats(request).await.unwrap().into_inner().whole.unwrap();
    assert_eq!(whole.revenue.unwrap().amount, "20700000000000.00");
    printed(value(&whole.average_order_value), 9e11, 4);
    let request = v1::SummarizeSegmentsRequest { as_of, ..Default::default() };
    let found = clients.segmentation.clone().summarize_segments(request).await.unwrap().into_inner();
    assert_eq!(found.monetary.unwrap().amount, "20700000000000.00");
    buy(&clients, (0..12).map(|i| ("whale", format!("2025-02-{:02}", i + 1), "900000000000"))).await;
    let request = v1::GetCustomerRequest { customer_id: "whale".to_owned(), as_of, ..Default::default() };
    let whale = clients.customers.clone().get_customer(request).await.unwrap().into_inner().customer.unwrap();
    assert_eq!(whale.gross_spend.unwrap().amount, "10800000000000.00");
}

/// Customers who came late have a history all the same: that in which they are not.
#[tokio::test]
async fn a_filter_shortens_no_history() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("old", "2025-01-05", "5"), ("old", "2026-03-05", "5")]).await;
    buy(&clients, [("new", "2026-03-01", "5"), ("new", "2026-03-10", "5")]).await;
    attributes(&clients, [("new".to_owned(), "wave", "second"), ("old".to_owned(), "wave", "first")]).await;
    let request = v1::GetRetentionRequest {
        window: "2026-03".to_owned(),
        as_of: on("2026-03-20"),
        activity_window: "90d".to_owned(),
        ..Default::default()
    };
    let filtered = v1::GetRetentionRequest { filter: "wave == \"second\"".to_owned(), ..request.clone() };
    let grouped = v1::GetRetentionRequest { group_by: "wave".to_owned(), ..request };
    let filtered = clients.retention.clone().get_retention(filtered).await.unwrap().into_inner();
    let grouped = clients.retention.clone().get_retention(grouped).await.unwrap().into_inner();
    let (alone, row) = (filtered.whole.unwrap(), &grouped.rows[1]);
    assert_eq!(row.group, "second");
    assert_eq!((alone.insufficient_history, row.insufficient_history), (false, false));
    assert_eq!((alone.new_customers, row.new_customers), (1, 1));
}

#[tokio::test]
async fn what_would_be_ignored_is_refused() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("ann", "2025-01-01", "5"), ("ann", "2025-03-20", "5")]).await;
    attributes(&clients, [("ann".to_owned(), "plan", "free")]).await;
    let mut ask = clients.retention.clone();
    let request = v1::ProjectRetentionRequest {
        survivors: vec![1_000, 869, 743],
        filter: "plan == \"free\"".to_owned(),
        ..Default::default()
    };
    let of_filter = failure(&ask.project_retention(request).await.unwrap_err());
    assert_eq!(of_filter.fields[0].0, "filter");
    let mode = v1::CohortMode::Bracket.into();
    let bracket = v1::CohortBracket { first_age: 1, last_age: 2 };
    let request = v1::GetCohortsRequest { mode, brackets: vec![bracket, bracket], ..Default::default() };
    let twice = failure(&ask.get_cohorts(request).await.unwrap_err());
    assert_eq!(twice.fields[0].0, "brackets[1]");
    let request =
        v1::GetCohortsRequest { mode, brackets: vec![bracket], last_age: Some(3), ..Default::default() };
    let of_age = failure(&ask.get_cohorts(request).await.unwrap_err());
    assert_eq!(of_age.fields[0].0, "last_age");
    let request = v1::GetPurchaseStatsRequest {
        window: "all".to_owned(),
        referral_attribute: "friend".to_owned(),
        ..Default::default()
    };
    let unknown = failure(&ask.get_purchase_stats(request).await.unwrap_err());
    assert_eq!(unknown.fields[0].0, "referral_attribute");
    assert!(unknown.message.contains("plan"), "{}", unknown.message);
}
