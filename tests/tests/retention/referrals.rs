//! Where customers come from, and who recommended us to them.

use lojal_proto::v1;
use lojal_tests::{Clients, Server, at, timeline};

use crate::{buy, on};

async fn upsert(clients: &Clients, customers: Vec<v1::CustomerUpsert>) -> v1::WriteResult {
    let request = v1::UpsertCustomersRequest { customers, skip_invalid: false };
    clients.customers.clone().upsert_customers(request).await.unwrap().into_inner().result.unwrap()
}

async fn facts_of(clients: &Clients, customer: &str, as_of: &str) -> Vec<(String, String)> {
    let request =
        v1::GetCustomerRequest { customer_id: customer.to_owned(), as_of: on(as_of), ..Default::default() };
    let found = clients.customers.clone().get_customer(request).await.unwrap().into_inner();
    found.customer.unwrap().attributes.into_iter().collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[tokio::test]
async fn source_and_referrer_are_attributes_with_history() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("new", "2026-01-05", "10"), ("other", "2026-01-05", "20")]).await;
    let row = |source: &str, referrer: &str, from: Option<&str>| v1::CustomerUpsert {
        customer_id: "new".to_owned(),
        acquisition_source: source.to_owned(),
        referred_by: referrer.to_owned(),
        effective_time: from.map(at),
        ..Default::default()
    };
    let done = upsert(&clients, vec![row("search", "", None)]).await;
    assert_eq!((done.recorded, done.duplicates), (1, 0));
    // Somebody finds out later that he was recommended to us; the referrer need not be recorded.
    upsert(&clients, vec![row("referral", "friend", Some("2026-03-01T00:00:00Z"))]).await;
    assert_eq!(facts_of(&clients, "new", "2026-02-01").await, [pair("acquisition_source", "search")]);
    let later = [pair("acquisition_source", "referral"), pair("referred_by", "friend")];
    assert_eq!(facts_of(&clients, "new", "2026-04-01").await, later);

    // The plain attribute is the same thing, so the same again changes nothing; and both at once may agree.
    let mut plain = row("", "", None);
    plain.customer_id = "other".to_owned();
    plain.attributes.insert("acquisition_source".to_owned(), "search".to_owned());
    let mut typed = plain.clone();
    typed.acquisition_source = "search".to_owned();
    let done = upsert(&clients, vec![plain, typed.clone()]).await;
    assert_eq!((done.recorded, done.duplicates), (1, 1));
    typed.attributes.clear();
    assert_eq!(upsert(&clients, vec![typed]).await.duplicates, 1);

    // Timelines tell them as attributes, and answers can be asked by them, as of any instant.
    let told: Vec<v1::AttributesEvent> = timeline(&clients, "new")
        .await
        .into_iter()
        .filter_map(|event| match event.event {
            Some(v1::timeline_event::Event::Attributes(attributes)) => Some(attributes),
            _ => None,
        })
        .collect();
    assert_eq!(told.len(), 2);
    assert!(told.iter().any(|event| event.attributes.get("referred_by").is_some_and(|id| id == "friend")));
    let came_by_search = |as_of: &'static str| {
        let request = v1::ListCustomersRequest {
            as_of: on(as_of),
            filter: "acquisition_source == \"search\" && !referred".to_owned(),
            ..Default::default()
        };
        let mut ask = clients.customers.clone();
        async move {
            let found = ask.list_customers(request).await.unwrap().into_inner().customers;
            found.into_iter().map(|customer| customer.customer_id).collect::<Vec<_>>()
        }
    };
    assert_eq!(came_by_search("2026-02-01").await, ["new", "other"]);
    assert_eq!(came_by_search("2026-04-01").await, ["other"]);
    let request = v1::GetPurchaseStatsRequest {
        as_of: on("2026-04-01"),
        group_by: "acquisition_source".to_owned(),
        ..Default::default()
    };
    let rows = clients.retention.clone().get_purchase_stats(request).await.unwrap().into_inner().rows;
    let groups: Vec<(&str, i64)> = rows.iter().map(|row| (&*row.group, row.purchasers)).collect();
    assert_eq!(groups, [("referral", 1), ("search", 1)]);

    let request = v1::EraseCustomerRequest { customer_id: "new".to_owned() };
    let receipt =
        clients.customers.clone().erase_customer(request).await.unwrap().into_inner().receipt.unwrap();
    assert_eq!((receipt.transactions, receipt.attribute_records), (1, 2));
    assert_eq!(came_by_search("2026-02-01").await, ["other"]);
}
