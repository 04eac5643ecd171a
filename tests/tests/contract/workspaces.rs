//! Workspaces through the contract: money in other currencies with golden sums, time zones, apart, and deleted.

use lojal_proto::v1;
use lojal_tests::say::{purchase, record};
use lojal_tests::{Clients, Server, at, failure, money};

/// A purchase of ann in some currency.
fn of_ann(id: &str, time: &str, amount: &str, currency: &str) -> v1::Transaction {
    v1::Transaction { amount: Some(money(amount, currency)), ..purchase("ann", id, time, "0") }
}

async fn ann(clients: &Clients) -> (v1::Customer, v1::Provenance) {
    let as_of = Some(at("2026-04-01T00:00:00Z"));
    let request = v1::GetCustomerRequest { customer_id: "ann".to_owned(), as_of, known_at: None };
    let answer = clients.customers.clone().get_customer(request).await.unwrap().into_inner();
    (answer.customer.unwrap(), answer.provenance.unwrap())
}

async fn create(clients: &Clients, currency: &str, zone: &str) -> v1::Workspace {
    let request = v1::CreateWorkspaceRequest {
        reporting_currency_code: currency.to_owned(),
        time_zone: zone.to_owned(),
        ..Default::default()
    };
    clients.workspaces.clone().create_workspace(request).await.unwrap().into_inner().workspace.unwrap()
}

async fn set_rates(clients: &Clients, rates: &[(&str, &str, &str)]) -> v1::SetExchangeRatesResponse {
    let rate = |(currency, date, rate): &(&str, &str, &str)| v1::ExchangeRate {
        currency_code: (*currency).to_owned(),
        date: (*date).to_owned(),
        rate: (*rate).to_owned(),
    };
    let rates = rates.iter().map(rate).collect();
    let request = v1::SetExchangeRatesRequest { workspace: String::new(), rates };
    clients.workspaces.clone().set_exchange_rates(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn golden_sums_in_several_currencies() {
    let server = Server::start();
    let clients = server.clients().await.in_workspace("shop");
    let made = create(&clients, "EUR", "Europe/Zagreb").await;
    assert_eq!((made.reporting_currency_code.as_str(), made.revision), ("EUR", 0));
    let rates = [
        ("USD", "2026-03-02", "0.9215"),
        ("USD", "2026-03-04", "0.9187"),
        ("JPY", "2026-03-01", "0.00613"),
        ("KWD", "2026-03-01", "2.987654321"),
    ];
    assert_eq!(set_rates(&clients, &rates).await.set, 4);
    assert_eq!(set_rates(&clients, &rates).await.unchanged, 4);
    let rows = vec![
        of_ann("t1", "2026-03-02T12:00:00Z", "19.99", "USD"), // 18.420785
        of_ann("t2", "2026-03-03T22:59:59Z", "100", "USD"),   // 92.15: still the 3rd in Zagreb
        of_ann("t3", "2026-03-03T23:00:00Z", "100", "USD"),   // 91.87: the 4th
        of_ann("t4", "2026-03-31T21:00:00Z", "12345", "JPY"), // 75.67485
        of_ann("t5", "2026-03-05T12:00:00Z", "1.234", "KWD"), // 3.686765432... -> 3.686765
        of_ann("t6", "2026-03-05T12:00:00Z", "0.01", "EUR"),
    ];
    record(&clients, rows.clone()).await;
    let (customer, from) = ann(&clients).await;
    assert_eq!(customer.gross_spend, Some(money("281.8124", "EUR")));
    assert_eq!((from.currency_code.as_str(), from.time_zone.as_str()), ("EUR", "Europe/Zagreb"));
    // A third of 18.420785 each time, in what was paid; whole, it comes to exactly nothing.
    let refund = |id: &str, amount: &str| v1::Refund {
        refund_id: id.to_owned(),
        transaction_id: "t1".to_owned(),
        time: Some(at("2026-03-10T12:00:00Z")),
        amount: Some(money(amount, "USD")),
    };
    for (id, amount, net) in
        [("r1", "6.66", "275.67521"), ("r2", "6.66", "269.53802"), ("r3", "6.67", "263.391615")]
    {
        let request = v1::RecordRefundsRequest { refunds: vec![refund(id, amount)], skip_invalid: false };
        clients.ingest.clone().record_refunds(request).await.unwrap();
        assert_eq!(ann(&clients).await.0.net_spend, Some(money(net, "EUR")), "{id}");
    }
    // Rates of later days change nothing that is recorded, and the same log is no news.
    set_rates(&clients, &[("USD", "2026-03-02", "5"), ("JPY", "2026-03-01", "5")]).await;
    assert_eq!(record(&clients, rows).await.duplicates, 6);
    assert_eq!(ann(&clients).await.0.gross_spend, Some(money("281.8124", "EUR")));
    // The timeline shows what was paid, and what it came to.
    let request = v1::GetTimelineRequest {
        customer_id: "ann".to_owned(),
        window: "2026-03-02/2026-03-03".to_owned(),
        ..Default::default()
    };
    let events = clients.customers.clone().get_timeline(request).await.unwrap().into_inner().events;
    let Some(v1::timeline_event::Event::Transaction(bought)) = &events[0].event else { panic!("{events:?}") };
    assert_eq!(bought.amount, Some(money("19.99", "USD")));
    assert_eq!(bought.converted_amount, Some(money("18.420785", "EUR")));
}

#[tokio::test]
async fn a_time_zone_holds_for_the_next_question() {
    let server = Server::start();
    let clients = server.clients().await.in_workspace("shop");
    let rows = [("t1", "2026-03-09T08:00:00Z"), ("t2", "2026-03-09T12:00:00Z")];
    record(&clients, rows.map(|(id, time)| of_ann(id, time, "1", "EUR")).to_vec()).await;
    assert_eq!(ann(&clients).await.0.purchase_day_count, 1);
    let request =
        v1::UpdateWorkspaceRequest { time_zone: Some("Pacific/Auckland".to_owned()), ..Default::default() };
    clients.workspaces.clone().update_workspace(request).await.unwrap();
    // In Auckland the second was on the 10th.
    let (customer, from) = ann(&clients).await;
    assert_eq!((customer.purchase_day_count, from.time_zone.as_str()), (2, "Pacific/Auckland"));
    assert_eq!(clients.workspace().await.time_zone, "Pacific/Auckland");
    // Another workspace keeps its own.
    let other = clients.in_workspace("other");
    assert_eq!(other.workspace().await.time_zone, "UTC");
}

#[tokio::test]
async fn settings_and_rates_survive_a_restart() {
    let mut server = Server::start();
    let clients = server.clients().await.in_workspace("shop");
    let made = create(&clients, "EUR", "Europe/Zagreb").await;
    set_rates(&clients, &[("USD", "2026-03-02", "0.9215"), ("USD", "2026-07-01", "0.93")]).await;
    server.restart();
    let clients = server.clients().await.in_workspace("shop");
    let request = v1::GetWorkspaceRequest::default();
    let found = clients.workspaces.clone().get_workspace(request).await.unwrap().into_inner().workspace;
    assert_eq!(found, Some(made));
    let request = v1::ListExchangeRatesRequest { page_size: 1, ..Default::default() };
    let first = clients.workspaces.clone().list_exchange_rates(request.clone()).await.unwrap().into_inner();
    assert_eq!(first.rates[0].date, "2026-03-02");
    let request = v1::ListExchangeRatesRequest { page_token: first.next_page_token, ..request };
    let second = clients.workspaces.clone().list_exchange_rates(request).await.unwrap().into_inner();
    assert_eq!((second.rates[0].rate.as_str(), second.next_page_token.as_str()), ("0.93", ""));
}

#[tokio::test]
async fn workspaces_do_not_see_each_other_and_can_be_deleted() {
    let server = Server::start();
    let clients = server.clients().await;
    let spaces: Vec<Clients> = (0..5).map(|i| clients.in_workspace(&format!("w{i}"))).collect();
    for (index, space) in spaces.iter().enumerate() {
        let currency = ["EUR", "USD", "GBP", "CHF", "JPY"][index];
        create(space, currency, "").await;
        record(space, vec![of_ann("t1", "2026-03-02T12:00:00Z", &format!("{}", index + 1), currency)]).await;
        set_rates(space, &[("SEK", "2026-03-01", &format!("{}", index + 1))]).await;
    }
    for (index, space) in spaces.iter().enumerate() {
        record(space, vec![of_ann("t2", "2026-03-02T12:00:00Z", "10", "SEK")]).await;
        let (customer, _) = ann(space).await;
        let expected = 11 * (index + 1);
        let amount = customer.gross_spend.unwrap().amount;
        assert_eq!(amount.trim_end_matches(".00"), expected.to_string());
    }
    let list = async |page_size: i32| {
        let (mut names, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = v1::ListWorkspacesRequest { page_size, page_token };
            let page = clients.workspaces.clone().list_workspaces(request).await.unwrap().into_inner();
            names.extend(page.workspaces.into_iter().map(|one| one.workspace));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return names;
            }
        }
    };
    assert_eq!(list(2).await, ["w0", "w1", "w2", "w3", "w4"]);
    let name = "w2".to_owned();
    let delete = v1::DeleteWorkspaceRequest { workspace: name.clone(), confirm: name };
    clients.workspaces.clone().delete_workspace(delete.clone()).await.unwrap();
    let again = clients.workspaces.clone().delete_workspace(delete).await.unwrap_err();
    assert_eq!(failure(&again).reason, "WORKSPACE_NOT_FOUND");
    assert_eq!(list(100).await, ["w0", "w1", "w3", "w4"]);
    // It can be begun anew, in another currency, and knows nothing of before.
    record(&spaces[2], vec![of_ann("t1", "2026-03-02T12:00:00Z", "3", "PLN")]).await;
    let (customer, from) = ann(&spaces[2]).await;
    assert_eq!((customer.gross_spend, from.revision), (Some(money("3.00", "PLN")), 1));
    assert_eq!(ann(&spaces[3]).await.0.transaction_count, 2);
}
