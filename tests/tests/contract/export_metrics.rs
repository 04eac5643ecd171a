//! Metrics in long form say what the calls say that they are of; ids and the origin of a table are there for who asks.

use std::collections::BTreeMap;

use arrow_ipc::reader::StreamReader;
use lojal_proto::v1;
use lojal_proto::v1::export_request::Table;
use lojal_tests::say::{answer, on, purchase, respond, upsert};
use lojal_tests::{Clients, Server, failure};
use prost_types::value::Kind;

use crate::export::export;

const MONTH: i32 = v1::CalendarInterval::Month as i32;

/// The rows of a table, each by its columns' names.
async fn rows(clients: &Clients, table: Table) -> Vec<BTreeMap<String, Kind>> {
    let format = v1::ExportFormat::Rows.into();
    let request =
        v1::ExportRequest { table: Some(table), columns: vec!["*".to_owned()], format, ..Default::default() };
    let messages = export(clients, request).await.unwrap();
    let names: Vec<&String> = messages[0].columns.iter().map(|column| &column.name).collect();
    let named = |row: &prost_types::ListValue| {
        let values = row.values.iter().map(|value| value.kind.clone().unwrap());
        names.iter().map(|name| (*name).clone()).zip(values).collect()
    };
    messages.iter().flat_map(|message| &message.rows).map(named).collect()
}

fn text<'r>(row: &'r BTreeMap<String, Kind>, column: &str) -> &'r str {
    match &row[column] {
        Kind::StringValue(text) => text,
        Kind::NullValue(_) => "",
        other => panic!("{column} is {other:?}"),
    }
}

fn number(row: &BTreeMap<String, Kind>, column: &str) -> Option<f64> {
    match &row[column] {
        Kind::NumberValue(number) => Some(*number),
        Kind::NullValue(_) => None,
        other => panic!("{column} is {other:?}"),
    }
}

/// Value, interval, standard error and n of a metric, by group and period.
type Told = BTreeMap<(String, String), [Option<f64>; 5]>;

fn told(rows: &[BTreeMap<String, Kind>], metric: &str) -> Told {
    let of = |row: &BTreeMap<String, Kind>| {
        let key = (text(row, "group").to_owned(), text(row, "period").to_owned());
        let columns = ["value", "value_ci_low", "value_ci_high", "value_standard_error", "n"];
        (key, columns.map(|column| number(row, column)))
    };
    rows.iter().filter(|row| text(row, "metric") == metric).map(of).collect()
}

fn of_estimate(estimate: Option<&v1::Estimate>) -> [Option<f64>; 5] {
    let estimate = estimate.unwrap();
    [estimate.value, estimate.ci_low, estimate.ci_high, estimate.standard_error, Some(estimate.n as f64)]
}

fn key(group: &str, period: Option<&v1::SeriesPeriod>) -> (String, String) {
    (group.to_owned(), period.map(|period| period.label.clone()).unwrap_or_default())
}

/// Customers of two markets who bought from month to month, some of whom were asked.
async fn record(clients: &Clients) {
    let mut transactions = Vec::new();
    for customer in 0..12 {
        let known = v1::CustomerUpsert {
            customer_id: format!("c{customer}"),
            attributes: BTreeMap::from([("market".to_owned(), ["de", "hr"][customer % 2].to_owned())]),
            ..Default::default()
        };
        upsert(clients, vec![known]).await;
        for month in (1..=6).filter(|month| (customer + month) % 3 != 0) {
            let (id, day) = (format!("t{customer}-{month}"), format!("2026-{month:02}-{:02}", 1 + customer));
            transactions.push(purchase(&format!("c{customer}"), &id, &day, &format!("{}.50", 10 + customer)));
        }
    }
    let request = v1::RecordTransactionsRequest { transactions, ..Default::default() };
    clients.ingest.clone().record_transactions(request).await.unwrap();
    let nps = (0..10).map(|n| answer(&format!("n{n}"), &format!("c{n}"), v1::SurveyMetric::Nps, 1 + n));
    let csat = (0..6).map(|n| answer(&format!("s{n}"), &format!("c{n}"), v1::SurveyMetric::Csat, 1 + n % 5));
    respond(clients, nps.chain(csat).collect()).await;
}

/// Units, questions and definitions.
fn say_what_they_are(rows: &[BTreeMap<String, Kind>]) {
    let units =
        |metric: &str| rows.iter().find(|row| text(row, "metric") == metric).map(|row| text(row, "unit"));
    assert_eq!(
        (units("revenue"), units("nps"), units("churn_rate")),
        (Some("EUR"), Some("points"), Some("share"))
    );
    let csat: Vec<_> = rows.iter().filter(|row| text(row, "metric") == "csat").collect();
    assert!(csat.iter().all(|row| text(row, "question") == "relationship 1-5"), "{csat:?}");
    assert!(csat.iter().all(|row| text(row, "definition").starts_with("csat@")), "{csat:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_metric_is_what_its_own_call_says() {
    let server = Server::start();
    let clients = server.clients().await;
    record(&clients).await;
    let (as_of, window, group_by) =
        (on("2026-07-01"), "2026-01-15/2026-07-01".to_owned(), "market".to_owned());
    for interval in [0, MONTH] {
        let asked = v1::ExportMetrics {
            as_of,
            window: window.clone(),
            group_by: group_by.clone(),
            interval,
            ..Default::default()
        };
        let rows = rows(&clients, Table::Metrics(asked)).await;

        let request = v1::GetNpsRequest {
            as_of,
            window: window.clone(),
            group_by: group_by.clone(),
            interval,
            ..Default::default()
        };
        let nps = clients.nps.clone().get_nps(request).await.unwrap().into_inner().rows;
        let wanted: Told = nps
            .iter()
            .map(|row| (key(&row.group, row.period.as_ref()), of_estimate(row.nps.as_ref())))
            .collect();
        let known = |told: Told| told.into_iter().filter(|(_, [_, .., n])| *n != Some(0.0)).collect::<Told>();
        assert_eq!(told(&rows, "nps"), known(wanted), "{interval}");

        let request = v1::GetRetentionRequest {
            as_of,
            window: window.clone(),
            group_by: group_by.clone(),
            interval,
            ..Default::default()
        };
        let retention = clients.retention.clone().get_retention(request).await.unwrap().into_inner().rows;
        let wanted: Told = retention
            .iter()
            .map(|row| (key(&row.group, row.period.as_ref()), of_estimate(row.churn_rate.as_ref())))
            .collect();
        assert_eq!(told(&rows, "churn_rate"), known(wanted), "{interval}");
        let counts = told(&rows, "customers_at_end");
        for row in &retention {
            let [value, low, .., n] = counts[&key(&row.group, row.period.as_ref())];
            assert_eq!((value, low, n), (Some(row.customers_at_end as f64), None, None));
        }

        let request = v1::GetPurchaseStatsRequest {
            as_of,
            window: window.clone(),
            group_by: group_by.clone(),
            interval,
            ..Default::default()
        };
        let stats = clients.retention.clone().get_purchase_stats(request).await.unwrap().into_inner().rows;
        let revenue = told(&rows, "revenue");
        assert!(revenue.len() >= 2, "{revenue:?}");
        for row in &stats {
            let amount: f64 = row.revenue.as_ref().unwrap().amount.parse().unwrap();
            assert_eq!(revenue[&key(&row.group, row.period.as_ref())][0], Some(amount));
        }
        // Of periods alone.
        assert_eq!(told(&rows, "active_customers").is_empty(), interval == 0);
        say_what_they_are(&rows);
        // Nobody was ever asked about trust.
        assert!(told(&rows, "trust_mean").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_window_has_its_ends_and_names_choose() {
    let server = Server::start();
    let clients = server.clients().await;
    record(&clients).await;
    let as_of = on("2026-07-01");
    let metrics = ["trust_mean", "nps", "orders"].map(str::to_owned).to_vec();
    let asked = v1::ExportMetrics { as_of, metrics, window: "all".to_owned(), ..Default::default() };
    let found = rows(&clients, Table::Metrics(asked)).await;
    let names: Vec<&str> = found.iter().map(|row| text(row, "metric")).collect();
    assert_eq!(names, ["nps", "trust_mean", "orders"]);
    // Named, so told, though nobody was asked.
    assert_eq!((number(&found[1], "value"), number(&found[1], "n")), (None, None));
    for row in &found {
        assert_eq!((text(row, "period_start"), text(row, "period_end")), ("", "2026-07-01T00:00:00Z"));
        assert_eq!((text(row, "group"), text(row, "period")), ("", ""));
    }
    // What nobody was ever asked has no row, counts of nothing included.
    let all = rows(&clients, Table::Metrics(v1::ExportMetrics { as_of, ..Default::default() })).await;
    assert!(all.iter().all(|row| !["invited", "trust_mean"].contains(&text(row, "metric"))), "{all:?}");
    assert!(all.iter().any(|row| text(row, "metric") == "detractors"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_metric_is_refused_in_words() {
    let server = Server::start();
    let clients = server.clients().await;
    record(&clients).await;
    let refused = async |asked: v1::ExportMetrics| {
        let request = v1::ExportRequest { table: Some(Table::Metrics(asked)), ..Default::default() };
        let refused = failure(&export(&clients, request).await.unwrap_err());
        assert_eq!(refused.reason, "INVALID_FIELD");
        refused.fields[0].clone()
    };
    let named = |name: &str| v1::ExportMetrics { metrics: vec![name.to_owned()], ..Default::default() };
    let (field, said) = refused(named("npz")).await;
    assert_eq!(field, "metrics.metrics[0]");
    assert!(said.contains("choose of nps, promoters"), "{said}");
    let (_, said) = refused(named("new_customers")).await;
    assert!(said.contains("CALENDAR_INTERVAL_MONTH"), "{said}");
    let (field, _) = refused(v1::ExportMetrics { window: "soon".to_owned(), ..Default::default() }).await;
    assert_eq!(field, "window");
    let (field, _) = refused(v1::ExportMetrics { group_by: "colour".to_owned(), ..Default::default() }).await;
    assert_eq!(field, "group_by");
    let before = v1::ExportMetrics { window: "all".to_owned(), ..named("logo_churn_rate") };
    let (field, said) = refused(before).await;
    assert_eq!(field, "window");
    assert!(said.contains("nothing to compare with"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_are_those_of_the_records() {
    let server = Server::start();
    let clients = server.clients().await;
    record(&clients).await;
    // One of no id of its own is told by the id that it is handed back under.
    let bare = v1::Transaction { transaction_id: String::new(), ..purchase("c1", "", "2026-06-20", "7.00") };
    let request = v1::RecordTransactionsRequest { transactions: vec![bare], ..Default::default() };
    clients.ingest.clone().record_transactions(request).await.unwrap();
    let as_of = on("2026-07-01");
    let bought =
        rows(&clients, Table::Transactions(v1::ExportTransactions { as_of, ..Default::default() })).await;
    let said = rows(&clients, Table::Responses(v1::ExportResponses { as_of, ..Default::default() })).await;
    for customer in 0..12 {
        let customer_id = format!("c{customer}");
        let request = v1::GetTimelineRequest {
            customer_id: customer_id.clone(),
            page_size: 1_000,
            as_of,
            ..Default::default()
        };
        let events = clients.customers.clone().get_timeline(request).await.unwrap().into_inner().events;
        let mut purchases = Vec::new();
        let mut responses = Vec::new();
        for event in events.into_iter().rev() {
            match event.event {
                Some(v1::timeline_event::Event::Transaction(of)) => purchases.push(of.transaction_id),
                Some(v1::timeline_event::Event::SurveyResponse(of)) => responses.push(of.response_id),
                _ => {}
            }
        }
        let ids = |rows: &[BTreeMap<String, Kind>], column: &str| -> Vec<String> {
            let theirs = rows.iter().filter(|row| text(row, "customer_id") == customer_id);
            theirs.map(|row| text(row, column).to_owned()).collect()
        };
        assert_eq!(ids(&bought, "transaction_id"), purchases);
        let (mut found, mut wanted) = (ids(&said, "response_id"), responses);
        found.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(found, wanted);
        assert!(!purchases.iter().any(String::is_empty));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_says_where_it_comes_from() {
    let server = Server::start();
    let clients = server.clients().await;
    record(&clients).await;
    let as_of = on("2026-07-01");
    let filter = "orders >= 2".to_owned();
    let table = v1::ListCustomersRequest { as_of, filter, ..Default::default() };
    let request = v1::ExportRequest { table: Some(Table::Customers(table)), ..Default::default() };
    let messages = export(&clients, request).await.unwrap();
    let bytes: Vec<u8> = messages.iter().flat_map(|message| message.arrow.clone()).collect();
    let said = StreamReader::try_new(&*bytes, None).unwrap().schema().metadata().clone();
    let from = messages[0].provenance.as_ref().unwrap();
    assert_eq!(said["lojal.as_of"], "2026-07-01T00:00:00Z");
    assert_eq!(said["lojal.definition"], from.definition);
    assert_eq!(said["lojal.revision"], from.revision.to_string());
    assert_eq!((&*said["lojal.filter"], &*said["lojal.workspace"]), ("orders >= 2", "default"));
    assert!(!said.contains_key("lojal.known_at"), "{said:?}");
}
