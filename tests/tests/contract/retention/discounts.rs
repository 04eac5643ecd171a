//! What customers buy at a discount.

use super::stats;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_tests::say::{attributes, on, printed, purchase, record, value};
use lojal_tests::{Clients, Server, money, timeline};

/// A purchase at a discount; "" for none.
fn bought(customer: &str, day: &str, euros: &str, off: &str) -> v1::Transaction {
    let discount = (!off.is_empty()).then(|| money(off, ""));
    v1::Transaction { discount, ..purchase(customer, &format!("{customer}-{day}"), day, euros) }
}

/// Three orders of "hunter", all at a discount; four of "mixed", one of them; one of "once", one given back whole, one
/// free and one out of the window.
async fn shop(clients: &Clients) {
    let rows = [
        ("hunter", "2026-01-01", "10", "2"),
        ("hunter", "2026-02-01", "10", "2"),
        ("hunter", "2026-03-01", "20", "5"),
        ("mixed", "2026-01-01", "10", ""),
        ("mixed", "2026-02-01", "10", "1"),
        ("mixed", "2026-03-01", "10", "0"),
        ("mixed", "2026-04-01", "10", ""),
        ("once", "2026-01-01", "20", ""),
        ("sorry", "2026-01-01", "50", "50"),
        ("gift", "2026-01-01", "0", "30"),
        ("before", "2025-01-01", "10", "9"),
    ];
    record(clients, rows.map(|(who, day, euros, off)| bought(who, day, euros, off)).to_vec()).await;
    let back = |id: &str, of: &str, euros: &str| v1::Refund {
        refund_id: id.to_owned(),
        transaction_id: of.to_owned(),
        time: on("2026-05-01"),
        amount: Some(money(euros, "EUR")),
    };
    // Part of an order at a discount given back: what is left was bought at a discount all the same.
    let refunds = vec![back("r1", "sorry-2026-01-01", "50"), back("r2", "hunter-2026-03-01", "10")];
    let request = v1::RecordRefundsRequest { refunds, skip_invalid: false };
    clients.ingest.clone().record_refunds(request).await.unwrap();
}

#[tokio::test]
async fn golden_discounts() {
    let server = Server::start();
    let clients = server.clients().await;
    shop(&clients).await;
    let found = stats(&clients, v1::GetPurchaseStatsRequest::default()).await;
    let whole = found.whole.unwrap();
    assert_eq!((whole.orders, whole.purchasers, whole.zero_value_orders), (8, 3, 1));
    let share = whole.discount_order_share.as_ref().unwrap();
    assert_eq!((share.n, &*share.method), (8, "wilson"));
    printed(share.value.unwrap(), 4.0 / 8.0, 4);
    // Wilson for 4 of 8.
    printed(share.ci_low.unwrap(), 0.215_21, 4);
    printed(share.ci_high.unwrap(), 0.784_79, 4);
    // 10 + 10 + 10 left + 10, of 30 + 40 + 20.
    let revenue = whole.discount_revenue_share.as_ref().unwrap();
    printed(revenue.value.unwrap(), 40.0 / 90.0, 4);
    // d - q r: 30 - 13.333, 10 - 17.778, -8.889; sqrt(3/2 of their squares) / 90.
    let squares: f64 = [50.0 / 3.0, -70.0 / 9.0, -80.0 / 9.0].iter().map(|each: &f64| each * each).sum();
    printed(revenue.standard_error.unwrap(), (1.5 * squares).sqrt() / 90.0, 4);
    assert!(revenue.ci_low.unwrap() >= 0.0 && revenue.ci_high.unwrap() <= 1.0, "{revenue:?}");
    let dependent = whole.discount_dependent_customers.as_ref().unwrap();
    assert_eq!(dependent.n, 2, "who ordered once is not told");
    printed(dependent.value.unwrap(), 0.5, 4);
    assert_eq!(whole.discounts, Some(money("10.00", "EUR")));
    assert!(found.provenance.unwrap().warnings.is_empty());

    // A customer's own measures add up to the whole, and the window decides.
    attributes(&clients, ["hunter", "mixed", "once"].map(|who| (who.to_owned(), "kind", who))).await;
    let request = v1::GetPurchaseStatsRequest { group_by: "kind".to_owned(), ..Default::default() };
    let rows = stats(&clients, request).await.rows;
    let told: Vec<(&str, f64)> =
        rows.iter().map(|row| (&*row.group, value(&row.discount_order_share))).collect();
    assert_eq!(told[1..], [("hunter", 1.0), ("mixed", 0.25), ("once", 0.0)]);
    assert_eq!(rows[1].discount_revenue_share.as_ref().unwrap().value, Some(1.0));
    let request = v1::GetPurchaseStatsRequest { window: "2026-01".to_owned(), ..Default::default() };
    let request = v1::GetPurchaseStatsRequest { as_of: on("2027-01-01"), ..request };
    let whole =
        clients.retention.clone().get_purchase_stats(request).await.unwrap().into_inner().whole.unwrap();
    printed(value(&whole.discount_order_share), 1.0 / 3.0, 4);
    assert_eq!(whole.discount_dependent_customers.unwrap().value, None, "nobody ordered three times");
}

#[tokio::test]
async fn discounts_nobody_tells_of_have_no_value() {
    let server = Server::start();
    let clients = server.clients().await;
    record(&clients, vec![bought("a", "2026-01-01", "10", ""), bought("a", "2026-02-01", "10", "0")]).await;
    let none = |whole: &v1::PurchaseStats| {
        [&whole.discount_order_share, &whole.discount_revenue_share, &whole.discount_dependent_customers]
            .map(|estimate| estimate.as_ref().unwrap().value)
    };
    let found = stats(&clients, v1::GetPurchaseStatsRequest::default()).await;
    let whole = found.whole.unwrap();
    assert_eq!((none(&whole), whole.discounts), ([None; 3], None));
    assert!(found.provenance.unwrap().warnings.is_empty(), "not knowing is no mistake");
    // Once one is told, ever, the others are known to have none.
    record(&clients, vec![bought("a", "2025-01-01", "10", "1")]).await;
    let whole = stats(&clients, v1::GetPurchaseStatsRequest::default()).await.whole.unwrap();
    assert_eq!(none(&whole), [Some(0.0), Some(0.0), None]);
    assert_eq!(whole.discounts, Some(money("0.00", "EUR")));
}

/// The same purchases come in rows and in columns, and are told as they came.
#[tokio::test]
async fn discounts_come_in_rows_and_in_columns() {
    let server = Server::start();
    let clients = server.clients().await;
    let noon = 1_772_366_400_000_000;
    let columns = v1::TransactionColumns {
        customer_ids: "a\nb\nc\n".to_owned(),
        times: vec![noon; 3],
        amounts: vec![8_000_000; 3],
        currency_code: "EUR".to_owned(),
        discounts: vec![0, 1_500_000, 0],
        ..Default::default()
    };
    let chunk = |sequence, rows| v1::ImportRequest { sequence, rows: Some(rows), ..Default::default() };
    let row = |customer: &str, off: &str| v1::Transaction {
        transaction_id: String::new(),
        ..bought(customer, "2026-03-01", "8", off)
    };
    let rows = v1::TransactionRows { rows: vec![row("a", ""), row("b", "1.50"), row("d", "2")] };
    let chunks = vec![
        chunk(1, Rows::Columns(columns.clone())),
        chunk(2, Rows::Transactions(rows)),
        chunk(3, Rows::Columns(columns)),
    ];
    let (answers, ended) = clients.import(chunks).await;
    ended.unwrap();
    let told: Vec<(i32, i32)> = answers
        .into_iter()
        .map(|answer| answer.result.unwrap())
        .map(|result| (result.recorded, result.duplicates))
        .collect();
    assert_eq!(told, [(3, 0), (1, 2), (0, 3)]);
    for (customer, off) in [("a", None), ("b", Some("1.50")), ("d", Some("2.00"))] {
        let events = timeline(&clients, customer).await;
        let Some(v1::timeline_event::Event::Transaction(told)) = &events[0].event else {
            panic!("{events:?}")
        };
        assert_eq!(told.discount, off.map(|off| money(off, "EUR")), "{customer}");
    }
    let request = v1::ExportCustomerRequest { customer_id: "b".to_owned() };
    let mut export = clients.customers.clone().export_customer(request).await.unwrap().into_inner();
    let mut exported = Vec::new();
    while let Some(message) = export.message().await.unwrap() {
        exported.extend(message.events);
    }
    assert_eq!(exported, timeline(&clients, "b").await);
}
