//! Where customers come from, and who recommended us to them.

use super::stats;
use lojal_proto::v1;
use lojal_tests::say::{attributes, buy, on, printed, upsert, value};
use lojal_tests::{Clients, Server, at, timeline};

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
    // Somebody finds out later that they were recommended to us; the referrer need not be recorded.
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

#[tokio::test]
async fn whoever_recommended_us_and_is_erased_is_named_by_nobody() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("friend", "2026-01-01", "5"), ("new", "2026-01-02", "5")]).await;
    let row = v1::CustomerUpsert {
        customer_id: "new".to_owned(),
        referred_by: "friend".to_owned(),
        ..Default::default()
    };
    upsert(&clients, vec![row]).await;
    let erase = async || {
        let request = v1::EraseCustomerRequest { customer_id: "friend".to_owned() };
        clients.customers.clone().erase_customer(request).await.unwrap().into_inner().receipt.unwrap()
    };
    let receipt = erase().await;
    assert_eq!((receipt.transactions, receipt.references), (1, 1));
    let request = v1::GetCustomerRequest { customer_id: "new".to_owned(), ..Default::default() };
    let told = clients.customers.clone().get_customer(request).await.unwrap().into_inner();
    assert!(!format!("{told:?}").contains("friend"), "{told:?}");
    let again = erase().await;
    assert_eq!((again.receipt_id.as_str(), again.references), ("", 0));
}

/// Four new customers of 2026, two of them referred: by "old", who buys in the window, and by "gone", who does not any
/// more.
async fn referred(clients: &Clients) {
    let rows = [
        ("old", "2025-01-01", "5"),
        ("old", "2026-02-01", "5"),
        ("gone", "2025-01-01", "5"),
        ("idle", "2025-01-01", "5"),
        ("idle", "2026-02-01", "5"),
        ("a", "2026-01-10", "10"),
        ("a", "2026-02-10", "20"),
        ("b", "2026-01-10", "50"),
        ("c", "2026-01-10", "10"),
        ("d", "2026-01-10", "30"),
        // Recommended us in their time, before the window.
        ("e", "2025-05-01", "1"),
    ];
    buy(clients, rows).await;
    let row = |customer: &str, referrer: &str, market: &str| v1::CustomerUpsert {
        customer_id: customer.to_owned(),
        referred_by: referrer.to_owned(),
        attributes: [("market".to_owned(), market.to_owned())].into(),
        ..Default::default()
    };
    let mut rows = vec![row("a", "old", "hr"), row("b", "gone", "si"), row("e", "idle", "hr")];
    rows.extend([row("c", "", "hr"), row("d", "", "si"), row("old", "", "si"), row("gone", "", "hr")]);
    upsert(clients, rows).await;
}

#[tokio::test]
async fn golden_referrals() {
    let server = Server::start();
    let clients = server.clients().await;
    referred(&clients).await;
    let found = stats(&clients, v1::GetPurchaseStatsRequest::default()).await;
    let whole = found.whole.unwrap();
    assert_eq!((whole.new_customers, whole.purchasers), (4, 6));
    printed(value(&whole.referral_rate), 0.5, 4);
    // "gone" bought nothing in the window, and "idle" recommended us to nobody who came in it.
    assert_eq!(whole.advocates, 1);
    printed(value(&whole.advocate_rate), 1.0 / 6.0, 4);
    assert_eq!(whole.advocate_rate.as_ref().unwrap().n, 6);
    // 30 and 50 against 10 and 30, each with a standard error of 10.
    let [referred, others] = [&whole.referred_customer_revenue, &whole.other_customer_revenue];
    printed(value(referred), 40.0, 4);
    printed(value(others), 20.0, 4);
    printed(referred.as_ref().unwrap().standard_error.unwrap(), 10.0, 4);
    printed(others.as_ref().unwrap().ci_high.unwrap(), 20.0 + 19.59964, 4);
    let ratio = whole.referred_revenue_ratio.unwrap();
    printed(ratio.value.unwrap(), 2.0, 4);
    // ln 2 -+ 1.959964 sqrt(1/16 + 1/4).
    printed(ratio.ci_low.unwrap(), 2.0 * (-1.959_964 * 0.312_5_f64.sqrt()).exp(), 4);
    printed(ratio.ci_high.unwrap(), 2.0 * (1.959_964 * 0.312_5_f64.sqrt()).exp(), 4);
    assert_eq!((ratio.n, &*ratio.method), (4, "log_delta"));
    assert_eq!(found.provenance.unwrap().warnings, [""; 0]);

    // An advocate counts in their own group.
    let request = v1::GetPurchaseStatsRequest { group_by: "market".to_owned(), ..Default::default() };
    let rows = stats(&clients, request).await.rows;
    let told: Vec<(&str, i64, i64, i64)> =
        rows.iter().map(|row| (&*row.group, row.new_customers, row.advocates, row.purchasers)).collect();
    assert_eq!(told, [("", 0, 0, 1), ("hr", 2, 0, 2), ("si", 2, 1, 3)]);
    printed(value(&rows[1].referred_revenue_ratio), 3.0, 4);
    assert_eq!(rows[1].referred_revenue_ratio.as_ref().unwrap().ci_low, None, "one customer on each side");
    // With a filter both must match.
    let request = v1::GetPurchaseStatsRequest { filter: "market == \"hr\"".to_owned(), ..Default::default() };
    let found = stats(&clients, request).await;
    assert_eq!(found.whole.unwrap().advocates, 0);
    assert!(
        found.provenance.unwrap().warnings.is_empty(),
        "\"old\" is in another market, \"gone\" in this one"
    );
}

#[tokio::test]
async fn referrals_nobody_tells_of_have_no_value() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("a", "2026-01-10", "10"), ("b", "2026-01-10", "10")]).await;
    let none = |whole: &v1::PurchaseStats| {
        [
            &whole.referral_rate,
            &whole.advocate_rate,
            &whole.referred_customer_revenue,
            &whole.other_customer_revenue,
            &whole.referred_revenue_ratio,
        ]
        .map(|estimate| estimate.as_ref().unwrap().value)
    };
    let found = stats(&clients, v1::GetPurchaseStatsRequest::default()).await;
    assert_eq!(none(&found.whole.unwrap()), [None; 5]);
    assert!(found.provenance.unwrap().warnings.is_empty(), "not knowing is no mistake");

    // Whoever writes down that, but not by whom, is told why there are no advocates.
    attributes(&clients, [("a".to_owned(), "recommended", "yes")]).await;
    let request =
        || v1::GetPurchaseStatsRequest { referral_attribute: "recommended".to_owned(), ..Default::default() };
    let found = stats(&clients, request()).await;
    printed(value(&found.whole.as_ref().unwrap().referral_rate), 0.5, 4);
    assert_eq!(found.whole.unwrap().advocates, 0);
    let warnings = found.provenance.unwrap().warnings;
    assert!(warnings.len() == 1 && warnings[0].contains("give the ids"), "{warnings:?}");
    // His own id makes nobody an advocate.
    attributes(&clients, [("a".to_owned(), "recommended", "a")]).await;
    let found = stats(&clients, request()).await;
    assert_eq!(found.whole.unwrap().advocates, 0);
}
