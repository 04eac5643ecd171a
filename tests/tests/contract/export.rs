//! Whole tables: the rows that the calls list one by one, in columns.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array as _, RecordBatch};
use arrow_ipc::reader::StreamReader;
use lojal_proto::v1;
use lojal_proto::v1::export_request::Table;
use lojal_tests::abuse::Shop;
use lojal_tests::say::{answer, on, purchase, respond, upsert};
use lojal_tests::{Clients, EVERYBODY, Server, failure};
use prost_types::value::Kind;
use tonic::Status;

const ARROW: i32 = v1::ExportFormat::Arrow as i32;
const ROWS: i32 = v1::ExportFormat::Rows as i32;

pub(crate) async fn export(
    clients: &Clients,
    request: v1::ExportRequest,
) -> Result<Vec<v1::ExportResponse>, Status> {
    let mut stream = clients.export.clone().export(request).await?.into_inner();
    let mut messages = Vec::new();
    while let Some(message) = stream.message().await? {
        messages.push(message);
    }
    Ok(messages)
}

fn asked(table: Table, columns: &[&str], format: i32) -> v1::ExportRequest {
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    v1::ExportRequest { table: Some(table), columns, format, ..Default::default() }
}

fn now() -> prost_types::Timestamp {
    let now = jiff::Timestamp::now();
    prost_types::Timestamp { seconds: now.as_second(), nanos: now.subsec_nanosecond() }
}

fn as_of() -> Option<prost_types::Timestamp> {
    on("2026-04-01")
}

/// Six customers of the first quarter, one of whom has an attribute, and what four of them answered.
async fn record(clients: &Clients) {
    let mut transactions = Vec::new();
    for customer in 0..6 {
        for number in 0..=customer {
            let day = format!("2026-{:02}-{:02}", 1 + number % 3, 1 + customer * 2 + number);
            transactions.push(purchase(
                &format!("c{customer}"),
                &format!("t{customer}-{number}"),
                &day,
                "12.50",
            ));
        }
    }
    let request = v1::RecordTransactionsRequest { transactions, ..Default::default() };
    clients.ingest.clone().record_transactions(request).await.unwrap();
    let responses = (0..4).map(|n| answer(&format!("a{n}"), &format!("c{n}"), v1::SurveyMetric::Nps, 6 + n));
    respond(clients, responses.collect()).await;
    let known = v1::CustomerUpsert {
        customer_id: "c3".to_owned(),
        attributes: BTreeMap::from([("market".to_owned(), "hr".to_owned())]),
        ..Default::default()
    };
    upsert(clients, vec![known]).await;
}

/// All tables, as of the same instant.
fn tables() -> [(&'static str, Table); 7] {
    let as_of = as_of();
    [
        ("predictions", Table::Predictions(v1::PredictCustomersRequest { as_of, ..Default::default() })),
        ("segments", Table::Segments(v1::ListSegmentMembersRequest { as_of, ..Default::default() })),
        ("loyalty", Table::Loyalty(v1::ListLoyaltyRequest { as_of, ..Default::default() })),
        ("customers", Table::Customers(v1::ListCustomersRequest { as_of, ..Default::default() })),
        ("transactions", Table::Transactions(v1::ExportTransactions { as_of, ..Default::default() })),
        ("responses", Table::Responses(v1::ExportResponses { as_of, ..Default::default() })),
        ("metrics", Table::Metrics(v1::ExportMetrics { as_of, ..Default::default() })),
    ]
}

fn batches(messages: &[v1::ExportResponse]) -> Vec<RecordBatch> {
    let bytes: Vec<u8> = messages.iter().flat_map(|message| message.arrow.clone()).collect();
    StreamReader::try_new(&*bytes, None).unwrap().map(Result::unwrap).collect()
}

/// A value of a batch in the form that plain rows have.
fn plain(batch: &RecordBatch, kind: i32, column: usize, row: usize) -> Kind {
    let array = batch.column(column);
    if array.is_null(row) {
        return Kind::NullValue(0);
    }
    match v1::ExportColumnType::try_from(kind).unwrap() {
        v1::ExportColumnType::Text => Kind::StringValue(array.as_string::<i32>().value(row).to_owned()),
        v1::ExportColumnType::Integer => {
            Kind::NumberValue(array.as_primitive::<Int64Type>().value(row) as f64)
        }
        v1::ExportColumnType::Number => Kind::NumberValue(array.as_primitive::<Float64Type>().value(row)),
        v1::ExportColumnType::Flag => Kind::BoolValue(array.as_boolean().value(row)),
        v1::ExportColumnType::Time => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            let time = prost_types::Timestamp { seconds: micros / 1_000_000, nanos: 0 };
            Kind::StringValue(time.to_string())
        }
        v1::ExportColumnType::Unspecified => panic!("a column has no type"),
    }
}

fn rows(messages: &[v1::ExportResponse]) -> Vec<Vec<Kind>> {
    let rows = messages.iter().flat_map(|message| &message.rows);
    rows.map(|row| row.values.iter().map(|value| value.kind.clone().unwrap()).collect()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arrow_and_rows_say_the_same_of_every_table() {
    let server = Server::start();
    let clients = server.clients().await;
    record(&clients).await;
    for (name, table) in tables() {
        let told = export(&clients, asked(table.clone(), &["*"], ROWS)).await.unwrap();
        let arrow = export(&clients, asked(table.clone(), &["*"], ARROW)).await.unwrap();
        assert_eq!(told[0].columns, arrow[0].columns, "{name}");
        assert_eq!(told[0].provenance, arrow[0].provenance, "{name}");
        let columns = &told[0].columns;
        let rows = rows(&told);
        assert!(rows.len() >= 4, "{name}: {}", rows.len());
        let mut found = Vec::new();
        for batch in batches(&arrow) {
            for row in 0..batch.num_rows() {
                found.push(
                    columns.iter().enumerate().map(|(i, one)| plain(&batch, one.r#type, i, row)).collect(),
                );
            }
        }
        assert_eq!(rows, found as Vec<Vec<Kind>>, "{name}");
        assert!(columns.iter().all(|column| column.description.ends_with('.')), "{name}: {columns:?}");
        // What most people need is a part of all, and in the same order.
        let usual = export(&clients, asked(table, &[], ROWS)).await.unwrap();
        let names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
        let mut at = 0;
        for column in &usual[0].columns {
            at += names[at..].iter().position(|name| *name == column.name).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_those_that_the_calls_list() {
    let server = Server::start();
    let clients = server.clients().await;
    record(&clients).await;
    let asked_for =
        v1::PredictCustomersRequest { as_of: as_of(), limit: Some(EVERYBODY), ..Default::default() };
    let mut stream = clients.clv.clone().predict_customers(asked_for.clone()).await.unwrap().into_inner();
    let mut wanted = Vec::new();
    while let Some(message) = stream.message().await.unwrap() {
        wanted.extend(message.predictions.into_iter().map(|one| {
            let clv = one.clv.unwrap();
            let number = |of: Option<f64>| of.map_or(Kind::NullValue(0), Kind::NumberValue);
            vec![
                Kind::StringValue(one.customer_id),
                Kind::NumberValue(one.frequency.into()),
                number(clv.value),
                number(clv.ci_high),
                number(one.alive_probability.unwrap().standard_error),
            ]
        }));
    }
    let columns = ["customer_id", "frequency", "clv", "clv_ci_high", "alive_probability_standard_error"];
    let told = export(&clients, asked(Table::Predictions(asked_for), &columns, ROWS)).await.unwrap();
    assert_eq!(rows(&told), wanted);
    assert_eq!(told.last().unwrap().rows_so_far, 6);

    let (_, customers) = tables().into_iter().nth(3).unwrap();
    let columns = ["net_spend", "attributes_market", "customer_id", "last_nps_score"];
    let told = rows(&export(&clients, asked(customers, &columns, ROWS)).await.unwrap());
    let text = |text: &str| Kind::StringValue(text.to_owned());
    assert_eq!(told[3], [Kind::NumberValue(50.0), text("hr"), text("c3"), Kind::NumberValue(9.0)]);
    assert_eq!(told[5], [Kind::NumberValue(75.0), Kind::NullValue(0), text("c5"), Kind::NullValue(0)]);

    let filter = "orders == 2".to_owned();
    let some = Table::Transactions(v1::ExportTransactions { as_of: as_of(), filter, ..Default::default() });
    let told = rows(
        &export(&clients, asked(some, &["customer_id", "time", "value", "number"], ROWS)).await.unwrap(),
    );
    let row = |day: &str, number: f64| {
        vec![
            text("c1"),
            text(&format!("2026-{day}T12:00:00Z")),
            Kind::NumberValue(12.5),
            Kind::NumberValue(number),
        ]
    };
    assert_eq!(told, [row("01-03", 1.0), row("02-04", 2.0)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_was_cut_short_goes_on_where_it_stopped() {
    let server = Server::start();
    let clients = server.clients().await;
    Shop::of(20_000).load(&clients).await;
    let now = Some(now());
    for known_at in [None, now] {
        let table = v1::ExportTransactions { as_of: now, known_at, ..Default::default() };
        let request = asked(Table::Transactions(table), &[], ARROW);
        let whole = export(&clients, request.clone()).await.unwrap();
        assert!(whole.len() >= 3, "{} messages", whole.len());
        assert_eq!(whole.last().unwrap().rows_so_far, 30_000);
        let again = v1::ExportRequest { resume_token: whole[0].resume_token.clone(), ..request.clone() };
        let rest = export(&clients, again.clone()).await.unwrap();
        assert_eq!(batches(&[&whole[..1], &rest[..]].concat()), batches(&whole));
        let done =
            v1::ExportRequest { resume_token: whole.last().unwrap().resume_token.clone(), ..request.clone() };
        let nothing = export(&clients, done).await.unwrap();
        assert_eq!((nothing.len(), nothing[0].rows_so_far), (1, 30_000));

        // Of another export it is no token.
        let other = v1::ExportRequest { columns: vec!["value".to_owned()], ..again.clone() };
        let refused = failure(&export(&clients, other).await.unwrap_err());
        assert_eq!((&*refused.reason, &*refused.fields[0].0), ("INVALID_FIELD", "resume_token"));
        let transactions =
            vec![purchase("late", &format!("late-{known_at:?}").replace(' ', ""), "2026-01-01", "1")];
        let written = v1::RecordTransactionsRequest { transactions, ..Default::default() };
        clients.ingest.clone().record_transactions(written).await.unwrap();
        let after = export(&clients, again).await;
        if known_at.is_some() {
            assert_eq!(after.unwrap().last().unwrap().rows_so_far, 30_000);
        } else {
            let refused = failure(&after.unwrap_err());
            assert!(refused.fields[0].1.contains("name known_at"), "{refused:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_goes_on_only_while_its_rows_are_the_same() {
    let server = Server::start();
    let clients = server.clients().await;
    Shop::of(20_000).load(&clients).await;
    let now = Some(now());
    let customers = v1::ListCustomersRequest { known_at: now, as_of: now, ..Default::default() };
    let tables = [
        asked(Table::Predictions(v1::PredictCustomersRequest::default()), &["*"], ARROW),
        asked(Table::Loyalty(v1::ListLoyaltyRequest::default()), &["*"], ARROW),
        asked(Table::Customers(customers), &["customer_id"], ARROW),
    ];
    let mut again = Vec::new();
    for request in tables {
        let whole = export(&clients, request.clone()).await.unwrap();
        assert!(whole.len() > 1, "{request:?}");
        let resumed = v1::ExportRequest { resume_token: whole[0].resume_token.clone(), ..request };
        let rest = export(&clients, resumed.clone()).await.unwrap();
        assert_eq!(batches(&[&whole[..1], &rest[..]].concat()), batches(&whole));
        again.push(resumed);
    }
    // Another zone makes other days of the same purchases.
    for zone in ["Asia/Tokyo", "UTC"] {
        let settings = v1::UpdateWorkspaceRequest { time_zone: Some(zone.to_owned()), ..Default::default() };
        clients.workspaces.clone().update_workspace(settings).await.unwrap();
        assert_eq!(export(&clients, again[2].clone()).await.is_ok(), zone == "UTC", "{zone}");
    }
    // Who comes after those that were sent is missed by nobody; who was among them is.
    for (erased, goes_on) in [("customer-00019999", true), ("customer-00000007", false)] {
        let erase = v1::EraseCustomerRequest { customer_id: erased.to_owned() };
        clients.customers.clone().erase_customer(erase).await.unwrap();
        let after = export(&clients, again[2].clone()).await;
        assert_eq!(after.is_ok(), goes_on, "{erased}");
        if let Err(status) = after {
            assert!(failure(&status).fields[0].1.contains("erased, fitted or set"), "{status:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_whose_workspace_is_deleted_is_no_whole_one() {
    let server = Server::start();
    let clients = server.clients().await;
    let shop = clients.in_workspace("shop");
    let (mut refused, made) = (0, Shop::of(20_000));
    for anew in [false, true] {
        for (name, table) in tables() {
            if ["responses", "metrics"].contains(&name) {
                continue;
            }
            made.load(&shop).await;
            let table = match table {
                Table::Predictions(_) => Table::Predictions(v1::PredictCustomersRequest::default()),
                Table::Segments(_) => Table::Segments(v1::ListSegmentMembersRequest::default()),
                Table::Loyalty(_) => Table::Loyalty(v1::ListLoyaltyRequest::default()),
                Table::Customers(_) => Table::Customers(v1::ListCustomersRequest::default()),
                _ => Table::Transactions(v1::ExportTransactions::default()),
            };
            let mut stream =
                shop.export.clone().export(asked(table, &["*"], ROWS)).await.unwrap().into_inner();
            stream.message().await.unwrap().unwrap();
            let delete =
                v1::DeleteWorkspaceRequest { workspace: "shop".to_owned(), confirm: "shop".to_owned() };
            clients.workspaces.clone().delete_workspace(delete).await.unwrap();
            if anew {
                made.load(&shop).await;
            }
            let mut rows = 0;
            let ended = loop {
                match stream.message().await {
                    Ok(Some(message)) => rows = message.rows_so_far,
                    ended => break ended,
                }
            };
            // What was made before may be all of it; a part is never told as the whole.
            let all = if name == "transactions" { 30_000 } else { 20_000 };
            match ended {
                Ok(_) => assert_eq!(rows, all, "{name}, anew {anew}"),
                Err(status) => {
                    assert_eq!(failure(&status).reason, "WORKSPACE_NOT_FOUND", "{name}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused >= 4, "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_table_is_refused_in_words() {
    let server = Server::start();
    let clients = server.clients().await;
    record(&clients).await;
    let customers = |request: v1::ListCustomersRequest| Table::Customers(request);
    let everybody = || customers(v1::ListCustomersRequest::default());
    let by_id = v1::ListCustomersRequest { order: v1::CustomerOrder::Id.into(), ..Default::default() };
    let totals = v1::PredictCustomersRequest { with_totals: true, ..Default::default() };
    let requests = [
        ("table", v1::ExportRequest::default(), "name one of predictions, segments"),
        (
            "columns[1]",
            asked(everybody(), &["cost", "costs"], ARROW),
            "which are customer_id, first_transaction_time",
        ),
        ("columns[1]", asked(everybody(), &["cost", "cost"], ARROW), "name each column once"),
        ("columns[0]", asked(everybody(), &["*", "cost"], ARROW), "name it alone"),
        ("format", asked(everybody(), &[], 7), "choose EXPORT_FORMAT_ARROW or EXPORT_FORMAT_ROWS"),
        (
            "resume_token",
            v1::ExportRequest { resume_token: "x".to_owned(), ..asked(everybody(), &[], ARROW) },
            "begin anew",
        ),
        (
            "customers.page_size",
            asked(customers(v1::ListCustomersRequest { page_size: 5, ..Default::default() }), &[], ARROW),
            "leave it out",
        ),
        ("customers.order", asked(customers(by_id), &[], ARROW), "order the table where it is read"),
        (
            "predictions.with_totals",
            asked(Table::Predictions(totals), &[], ARROW),
            "ask SummarizePredictions",
        ),
    ];
    for (field, request, wanted) in requests {
        let refused = failure(&export(&clients, request).await.unwrap_err());
        assert_eq!((&*refused.reason, &*refused.fields[0].0), ("INVALID_FIELD", field));
        assert!(refused.fields[0].1.contains(wanted), "{field}: {refused:?}");
    }
    // Nobody at all is a table too, with its columns.
    let nobody = v1::ListCustomersRequest { filter: "orders > 99".to_owned(), ..Default::default() };
    let told = export(&clients, asked(customers(nobody), &["customer_id"], ARROW)).await.unwrap();
    assert_eq!((told.len(), told[0].columns.len(), told[0].rows_so_far), (1, 1, 0));
    assert!(batches(&told).is_empty());
}
