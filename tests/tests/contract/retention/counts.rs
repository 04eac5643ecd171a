//! Customers at two instants, and from period to period.

use lojal_proto::v1;
use lojal_tests::say::{attributes, buy, on, printed, value};
use lojal_tests::{Clients, Server, at, cdnow};

use super::cohorts::cohorts;

/// 90 stay, 10 leave, 5 come back and 20 are new.
async fn golden_headcount(clients: &Clients) -> v1::GetRetentionResponse {
    let mut rows = Vec::new();
    for number in 0..100 {
        rows.push((format!("old{number}"), "2026-03-15", "10"));
        if number < 90 {
            rows.push((format!("old{number}"), "2026-06-15", "10"));
        }
    }
    for number in 0..5 {
        rows.push((format!("back{number}"), "2025-10-01", "10"));
        rows.push((format!("back{number}"), "2026-06-01", "10"));
    }
    rows.extend((0..20).map(|number| (format!("new{number}"), "2026-05-15", "10")));
    buy(clients, rows).await;
    let request = v1::GetRetentionRequest {
        as_of: on("2026-07-01"),
        window: "2026-Q2".to_owned(),
        ..Default::default()
    };
    clients.retention.clone().get_retention(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn golden_retention() {
    let server = Server::start();
    let clients = server.clients().await;
    let found = golden_headcount(&clients).await;
    let whole = found.whole.unwrap();
    let counts = [
        whole.customers_at_start,
        whole.lost_customers,
        whole.reactivated_customers,
        whole.new_customers,
        whole.customers_at_end,
        whole.retained_customers,
    ];
    assert_eq!(counts, [100, 10, 5, 20, 115, 90]);
    printed(value(&whole.headcount_retention_rate), 0.95, 4);
    printed(value(&whole.churn_rate), 0.10, 4);
    printed(value(&whole.set_retention_rate), 0.90, 4);
    printed(value(&whole.reactivation_rate), 0.05, 4);
    assert!(!whole.insufficient_history);
    let set = whole.set_retention_rate.unwrap();
    // Wilson's interval of 90 of 100.
    printed(set.ci_low.unwrap(), 0.8256, 4);
    printed(set.ci_high.unwrap(), 0.9448, 4);
    let provenance = found.provenance.unwrap();
    assert_eq!((&*provenance.definition, &*found.activity_window), ("retention@2", "90d"));
    assert!(provenance.warnings.is_empty(), "{:?}", provenance.warnings);
}

#[tokio::test]
async fn textbook_retention_and_churn_come_to_more_than_100_percent() {
    let server = Server::start();
    let whole = golden_headcount(&server.clients().await).await.whole.unwrap();
    printed(value(&whole.headcount_retention_rate) + value(&whole.churn_rate), 1.05, 4);
    // What reconciles them is in the answer.
    printed(value(&whole.set_retention_rate) + value(&whole.churn_rate), 1.0, 4);
    printed(
        value(&whole.headcount_retention_rate),
        value(&whole.set_retention_rate) + value(&whole.reactivation_rate),
        4,
    );
}

#[tokio::test]
async fn series_and_groups_of_retention_add_up() {
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    attributes(
        &clients,
        (1..=500).map(|n| (format!("{n:04}"), "market", if n % 2 == 0 { "hr" } else { "si" })),
    )
    .await;
    let request = v1::GetRetentionRequest {
        as_of: Some(at(cdnow::END)),
        window: "1997-07-01/1998-07-01".to_owned(),
        interval: v1::CalendarInterval::Month.into(),
        ..Default::default()
    };
    let found = clients.retention.clone().get_retention(request.clone()).await.unwrap().into_inner();
    assert_eq!(found.rows.len(), 12);
    for row in &found.rows {
        let sum = row.customers_at_start - row.lost_customers + row.new_customers + row.reactivated_customers;
        assert_eq!(row.customers_at_end, sum);
    }
    for pair in found.rows.windows(2) {
        assert_eq!(pair[0].customers_at_end, pair[1].customers_at_start);
    }
    let whole = found.whole.unwrap();
    assert_eq!(whole.customers_at_start, found.rows[0].customers_at_start);
    assert_eq!(whole.customers_at_end, found.rows[11].customers_at_end);

    let grouped = v1::GetRetentionRequest { group_by: "market".to_owned(), interval: 0, ..request };
    let found = clients.retention.clone().get_retention(grouped).await.unwrap().into_inner();
    let groups: Vec<&str> = found.rows.iter().map(|row| &*row.group).collect();
    assert_eq!(groups, ["", "hr", "si"]);
    assert_eq!(found.rows.iter().map(|row| row.customers_at_start).sum::<i64>(), whole.customers_at_start);
}

#[tokio::test]
async fn active_is_from_w_before_up_to_but_not_at_the_instant() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(
        &clients,
        [
            ("long-ago", "2025-01-01T00:00:00Z", "1"),
            ("just-within", "2026-01-01T00:00:00Z", "1"),
            ("just-outside", "2025-12-31T23:59:59.999999Z", "1"),
            ("at-the-start", "2026-01-31T00:00:00Z", "1"),
        ],
    )
    .await;
    let request = v1::GetRetentionRequest {
        as_of: on("2026-02-10"),
        window: "2026-01-31/2026-02-10".to_owned(),
        activity_window: "30d".to_owned(),
        ..Default::default()
    };
    let whole = clients.retention.clone().get_retention(request).await.unwrap().into_inner().whole.unwrap();
    assert_eq!((whole.customers_at_start, whole.new_customers, whole.lost_customers), (1, 1, 1));
}

#[tokio::test]
async fn too_little_history_is_said() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("a", "2026-03-01", "1"), ("a", "2026-06-01", "1"), ("b", "2026-03-20", "1")]).await;
    let request = v1::GetRetentionRequest {
        as_of: on("2026-07-01"),
        window: "2026-04-01/2026-07-01".to_owned(),
        interval: v1::CalendarInterval::Month.into(),
        ..Default::default()
    };
    let found = clients.retention.clone().get_retention(request).await.unwrap().into_inner();
    let flags: Vec<bool> = found.rows.iter().map(|row| row.insufficient_history).collect();
    // 90 days before the first of April and May there was nothing yet; before the first of June there was.
    assert_eq!(flags, [true, true, false]);
    assert!(found.provenance.unwrap().warnings.iter().any(|each| each.starts_with("INSUFFICIENT_HISTORY")));
}

#[tokio::test]
async fn lifecycle_by_posthogs_rules() {
    let server = Server::start();
    let clients = server.clients().await;
    cohorts(&clients).await;
    let request = v1::GetLifecycleRequest { as_of: on("2026-04-20"), ..Default::default() };
    let found = clients.retention.clone().get_lifecycle(request).await.unwrap().into_inner();
    let rows: Vec<(String, [i64; 4], bool)> = found
        .rows
        .into_iter()
        .map(|row| {
            let counts = [
                row.new_customers,
                row.returning_customers,
                row.resurrected_customers,
                row.dormant_customers,
            ];
            (row.period.unwrap().label, counts, row.complete)
        })
        .collect();
    let row = |label: &str, counts, complete| (label.to_owned(), counts, complete);
    let expected = [
        row("2026-01", [3, 0, 0, 0], true),
        row("2026-02", [0, 1, 0, 2], true),
        row("2026-03", [1, 1, 1, 0], true),
        row("2026-04", [0, 1, 0, 2], false),
    ];
    assert_eq!(rows, expected);
}
