//! Costs through the contract: recorded once, told by group and period, held against new customers.

use lojal_proto::v1;
use lojal_tests::say::{buy, on};
use lojal_tests::{Clients, Server, failure, money};
use tonic::Code;

fn cost(id: &str, kind: v1::CostKind, day: &str, euros: &str) -> v1::Cost {
    v1::Cost {
        cost_id: id.to_owned(),
        kind: kind.into(),
        time: on(day),
        amount: Some(money(euros, "EUR")),
        ..Default::default()
    }
}

async fn spend(clients: &Clients, costs: Vec<v1::Cost>) -> v1::WriteResult {
    let request = v1::RecordCostsRequest { costs, skip_invalid: false };
    clients.ingest.clone().record_costs(request).await.unwrap().into_inner().result.unwrap()
}

async fn ask(clients: &Clients, request: v1::GetCostsRequest) -> v1::GetCostsResponse {
    let request = v1::GetCostsRequest { as_of: request.as_of.or(on("2026-05-01")), ..request };
    clients.retention.clone().get_costs(request).await.unwrap().into_inner()
}

/// A row in a line: its group and period, total, kinds, new customers and what each cost to win.
fn line(row: &v1::CostsRow) -> String {
    let amount =
        |money: &Option<v1::Money>| money.as_ref().map_or("-".to_owned(), |money| money.amount.clone());
    let kinds = row.kinds.iter().map(|of| format!("{}={}", of.kind().as_str_name(), amount(&of.amount)));
    let kinds = kinds.collect::<Vec<_>>().join(" ").replace("COST_KIND_", "");
    let period = row.period.as_ref().map_or("", |period| period.label.as_str());
    let each = amount(&row.acquisition_cost_per_new_customer);
    format!("{}|{period}|{} ({kinds})|{} new at {each}", row.group, amount(&row.total), row.new_customers)
}

/// Four customers who came in January and April, and what was spent.
async fn shop(clients: &Clients) {
    let markets = [("ann", "hr"), ("bob", "hr"), ("cleo", "rs"), ("dan", "")];
    let customers = markets.map(|(id, market)| v1::CustomerUpsert {
        customer_id: id.to_owned(),
        attributes: [("market".to_owned(), market.to_owned())].into(),
        acquisition_source: if id == "ann" { "ads" } else { "" }.to_owned(),
        ..Default::default()
    });
    let request = v1::UpsertCustomersRequest { customers: customers.into(), skip_invalid: false };
    clients.customers.clone().upsert_customers(request).await.unwrap();
    let bought = [
        ("ann", "2026-01-10", "9"),
        ("bob", "2026-01-11", "9"),
        ("cleo", "2026-04-02", "9"),
        ("dan", "2026-04-03", "9"),
    ];
    buy(clients, bought).await;
    use v1::CostKind::{Acquisition, Incentive, Programme};
    let recorded = spend(
        clients,
        vec![
            // 90 days: 31 in January, 28 in February, 31 in March.
            v1::Cost {
                source: "ads".to_owned(),
                market: "hr".to_owned(),
                end_time: on("2026-04-01"),
                ..cost("ads", Acquisition, "2026-01-01", "900")
            },
            v1::Cost { market: "rs".to_owned(), ..cost("fair", Acquisition, "2026-04-01", "30") },
            v1::Cost { customer_id: "ann".to_owned(), ..cost("voucher", Incentive, "2026-02-03", "5") },
            v1::Cost { customer_id: "dan".to_owned(), ..cost("gift", Incentive, "2026-04-04", "2.5") },
            cost("cards", Programme, "2026-01-15", "60"),
        ],
    )
    .await;
    assert_eq!((recorded.recorded, recorded.duplicates), (5, 0));
}

#[tokio::test]
async fn costs_are_told_by_group_and_period_and_held_against_new_customers() {
    let server = Server::start();
    let clients = server.clients().await;
    shop(&clients).await;
    let all = || v1::GetCostsRequest { window: "2026".to_owned(), ..Default::default() };
    let answer = ask(&clients, all()).await;
    let whole = "||997.50 (ACQUISITION=930.00 PROGRAMME=60.00 INCENTIVE=7.50)|4 new at 232.50";
    assert_eq!(line(answer.whole.as_ref().unwrap()), whole);
    assert!(answer.rows.is_empty());

    let by = |group_by: &str| v1::GetCostsRequest { group_by: group_by.to_owned(), ..all() };
    let lines = |answer: &v1::GetCostsResponse| answer.rows.iter().map(line).collect::<Vec<_>>();
    let answer = ask(&clients, by("market")).await;
    assert_eq!(
        lines(&answer),
        [
            "||62.50 (PROGRAMME=60.00 INCENTIVE=2.50)|1 new at 0.00",
            "hr||905.00 (ACQUISITION=900.00 INCENTIVE=5.00)|2 new at 450.00",
            "rs||30.00 (ACQUISITION=30.00)|1 new at 30.00",
        ]
    );
    let warnings = &answer.provenance.as_ref().unwrap().warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("6.3 % of the costs are of no group"), "{warnings:?}");
    // The whole is the same however it is grouped, and its parts come to it.
    assert_eq!(line(answer.whole.as_ref().unwrap()), whole);
    let answer = ask(&clients, by("acquisition_source")).await;
    assert_eq!(
        lines(&answer),
        [
            "||92.50 (ACQUISITION=30.00 PROGRAMME=60.00 INCENTIVE=2.50)|3 new at 10.00",
            "ads||905.00 (ACQUISITION=900.00 INCENTIVE=5.00)|1 new at 900.00",
        ]
    );

    let months = v1::GetCostsRequest { interval: v1::CalendarInterval::Month.into(), ..all() };
    assert_eq!(
        lines(&ask(&clients, months).await),
        [
            "|2026-01|370.00 (ACQUISITION=310.00 PROGRAMME=60.00)|2 new at 155.00",
            "|2026-02|285.00 (ACQUISITION=280.00 INCENTIVE=5.00)|0 new at -",
            "|2026-03|310.00 (ACQUISITION=310.00)|0 new at -",
            "|2026-04|32.50 (ACQUISITION=30.00 INCENTIVE=2.50)|2 new at 15.00",
        ]
    );
    // Of a period that goes on only what has passed was spent.
    let half = v1::GetCostsRequest { as_of: on("2026-01-11"), ..all() };
    let told = ask(&clients, half).await.whole.unwrap();
    assert_eq!(line(&told), "||100.00 (ACQUISITION=100.00)|1 new at 100.00");
}

#[tokio::test]
async fn a_cost_is_recorded_once_and_told_where_its_customer_is() {
    let server = Server::start();
    let clients = server.clients().await;
    shop(&clients).await;
    let voucher = v1::Cost {
        customer_id: "ann".to_owned(),
        ..cost("voucher", v1::CostKind::Incentive, "2026-02-03", "5")
    };
    let again = spend(&clients, vec![voucher.clone()]).await;
    assert_eq!((again.recorded, again.duplicates), (0, 1));
    let other = v1::Cost { amount: Some(money("6", "EUR")), ..voucher };
    let request = v1::RecordCostsRequest { costs: vec![other], skip_invalid: false };
    let refused = clients.ingest.clone().record_costs(request).await.unwrap_err();
    assert_eq!((refused.code(), failure(&refused).reason.as_str()), (Code::AlreadyExists, "RECORD_CONFLICT"));

    let ann = v1::GetCustomerRequest { customer_id: "ann".to_owned(), ..Default::default() };
    let ann = clients.customers.clone().get_customer(ann).await.unwrap().into_inner().customer.unwrap();
    assert_eq!(ann.cost, Some(money("5.00", "EUR")));
    let dear = v1::ListCustomersRequest { filter: "cost > 3".to_owned(), ..Default::default() };
    let dear = clients.customers.clone().list_customers(dear).await.unwrap().into_inner().customers;
    assert_eq!(dear.iter().map(|customer| customer.customer_id.as_str()).collect::<Vec<_>>(), ["ann"]);
    let timeline = v1::GetTimelineRequest { customer_id: "dan".to_owned(), ..Default::default() };
    let timeline = clients.customers.clone().get_timeline(timeline).await.unwrap().into_inner();
    let told = timeline.events.iter().find_map(|event| match &event.event {
        Some(v1::timeline_event::Event::Cost(cost)) => Some(cost.clone()),
        _ => None,
    });
    let told = told.expect("the cost in the timeline");
    assert_eq!(
        (told.cost_id.as_str(), told.amount, told.end_time),
        ("gift", Some(money("2.50", "EUR")), None)
    );

    let erase = v1::EraseCustomerRequest { customer_id: "ann".to_owned() };
    let receipt =
        clients.customers.clone().erase_customer(erase).await.unwrap().into_inner().receipt.unwrap();
    assert_eq!((receipt.costs, clients.workspace().await.costs), (1, 4));
}

#[tokio::test]
async fn costs_in_another_currency_need_a_rate() {
    let server = Server::start();
    let clients = server.clients().await;
    // The first cost may be what decides the currency.
    spend(&clients, vec![cost("a", v1::CostKind::Other, "2026-01-02", "1")]).await;
    let dollars =
        v1::Cost { amount: Some(money("10", "USD")), ..cost("b", v1::CostKind::Service, "2026-01-03", "1") };
    let request = v1::RecordCostsRequest { costs: vec![dollars.clone()], skip_invalid: false };
    let refused = clients.ingest.clone().record_costs(request).await.unwrap_err();
    assert_eq!(failure(&refused).reason, "EXCHANGE_RATE_MISSING");
    let rate = v1::ExchangeRate {
        currency_code: "USD".to_owned(),
        date: "2026-01-01".to_owned(),
        rate: "0.9".to_owned(),
    };
    let rates = v1::SetExchangeRatesRequest { workspace: String::new(), rates: vec![rate] };
    clients.workspaces.clone().set_exchange_rates(rates).await.unwrap();
    spend(&clients, vec![dollars]).await;
    let all = v1::GetCostsRequest { window: "all".to_owned(), ..Default::default() };
    assert_eq!(
        line(&ask(&clients, all).await.whole.unwrap()),
        "||10.00 (SERVICE=9.00 OTHER=1.00)|0 new at -"
    );
}

#[tokio::test]
async fn a_window_without_costs_says_so() {
    let server = Server::start();
    let clients = server.clients().await;
    shop(&clients).await;
    let before = v1::GetCostsRequest { window: "2025".to_owned(), ..Default::default() };
    let answer = ask(&clients, before).await;
    assert_eq!(line(answer.whole.as_ref().unwrap()), "||0.00 ()|0 new at -");
    let warnings = answer.provenance.unwrap().warnings;
    assert!(
        warnings.iter().any(|warning| warning.starts_with("there are no costs in this window")),
        "{warnings:?}"
    );
}
