//! Empty requests: answers of a size that people read, which say what they leave out and how to have it.

use lojal_proto::v1;
use lojal_tests::say::{buy, on};
use lojal_tests::{Clients, EVERYBODY, Server};
use prost::Message as _;

const CUSTOMERS: i64 = 150;
const MONTHS: i64 = 30;

/// A shop of thirty months in which five new customers come every month, and come back after 11 to 150 days.
async fn shop(clients: &Clients) {
    let day = |number: i64| {
        let day = jiff::civil::date(2022, 1, 1) + jiff::Span::new().days(number);
        day.to_string()
    };
    let mut rows = Vec::new();
    for number in 0..CUSTOMERS {
        let first = number * MONTHS * 30 / CUSTOMERS;
        for back in 0..=number % 5 {
            rows.push((format!("c{number}"), day(first + back * (11 + (number * 13) % 149)), "12.50"));
        }
    }
    buy(clients, rows).await;
}

fn is_cut(from: Option<&v1::Provenance>) -> Option<&str> {
    let from = from.expect("where the answer comes from");
    let at = from.warning_codes.iter().position(|code| *code == v1::WarningCode::ListCut as i32)?;
    Some(&from.warnings[at])
}

async fn predicted(
    clients: &Clients,
    request: v1::PredictCustomersRequest,
) -> Vec<v1::PredictCustomersResponse> {
    let mut stream = clients.clv.clone().predict_customers(request).await.unwrap().into_inner();
    let mut messages = Vec::new();
    while let Some(message) = stream.message().await.unwrap() {
        messages.push(message);
    }
    messages
}

#[tokio::test]
async fn predictions_are_the_first_hundred_and_the_sums_of_everybody() {
    let server = Server::start();
    let clients = server.clients().await;
    shop(&clients).await;
    let listed = |messages: &[v1::PredictCustomersResponse]| -> Vec<String> {
        let all = messages.iter().flat_map(|message| &message.predictions);
        all.map(|one| one.customer_id.clone()).collect()
    };
    let empty = predicted(&clients, v1::PredictCustomersRequest::default()).await;
    let some = listed(&empty);
    assert_eq!(some.len(), 100);
    assert_eq!(empty[0].totals.as_ref().unwrap().customers, CUSTOMERS);
    let said = is_cut(empty[0].provenance.as_ref()).expect("a warning that the list is cut");
    assert!(said.contains("first 100 of 150") && said.contains("2147483647"), "{said}");
    let everybody = v1::PredictCustomersRequest { limit: Some(EVERYBODY), ..Default::default() };
    let everybody = predicted(&clients, everybody).await;
    let all = listed(&everybody);
    assert_eq!(all.len() as i64, CUSTOMERS);
    assert_eq!(all[..100], some, "the first of everybody");
    assert_eq!((&everybody[0].totals, is_cut(everybody[0].provenance.as_ref())), (&None, None));
    // Whoever is few is whole.
    let few = v1::PredictCustomersRequest { filter: "orders >= 4".to_owned(), ..Default::default() };
    let few = predicted(&clients, few).await;
    assert_eq!(few[0].totals.as_ref().unwrap().customers, listed(&few).len() as i64);
    assert_eq!(is_cut(few[0].provenance.as_ref()), None);
}

#[tokio::test]
async fn curves_have_twenty_steps_and_as_many_as_asked_for() {
    let server = Server::start();
    let clients = server.clients().await;
    shop(&clients).await;
    let returns = async |steps| {
        let request = v1::SuggestActivityWindowRequest { steps, ..Default::default() };
        clients.retention.clone().suggest_activity_window(request).await.unwrap().into_inner()
    };
    let (coarse, fine) = (returns(0).await, returns(10_000).await);
    assert_eq!(coarse.curve.len(), 20);
    assert!(fine.curve.len() > 60, "{} days", fine.curve.len());
    assert_eq!(coarse.whole, fine.whole);
    let ended = |answer: &v1::SuggestActivityWindowResponse| answer.curve.iter().map(|row| row.returns).sum();
    assert_eq!((ended(&coarse), ended(&fine)), (coarse.whole.as_ref().unwrap().returns, 300));
    // The end of a step is a day of the whole curve, and says the same.
    for step in &coarse.curve {
        let day = fine.curve.iter().find(|row| row.silence_days == step.silence_days).expect("its day");
        assert_eq!(day.still_silent_probability, step.still_silent_probability);
        assert_eq!(day.return_probability, step.return_probability);
    }

    let survival = async |steps, step_days| {
        let as_of = on("2026-09-01");
        let request = v1::GetSurvivalRequest { as_of, steps, step_days, ..Default::default() };
        clients.retention.clone().get_survival(request).await.unwrap().into_inner()
    };
    let (coarse, fine, by_day) = (survival(0, 0).await, survival(10_000, 0).await, survival(0, 1).await);
    assert_eq!(coarse.curve.len(), 20);
    assert_eq!((&coarse.whole, &fine.curve), (&fine.whole, &by_day.curve));
    let events: i64 = coarse.curve.iter().map(|row| row.events).sum();
    assert_eq!(events, coarse.whole.unwrap().events);
}

#[tokio::test]
async fn cohorts_are_those_of_the_last_year_and_means_of_all() {
    let server = Server::start();
    let clients = server.clients().await;
    shop(&clients).await;
    let as_of = on("2024-07-15");
    let ask = async |request: v1::GetCohortsRequest| {
        let request = v1::GetCohortsRequest { as_of, ..request };
        clients.retention.clone().get_cohorts(request).await.unwrap().into_inner()
    };
    let named = |answer: &v1::GetCohortsResponse| {
        let mut names: Vec<String> = answer.rows.iter().map(|row| row.cohort.clone()).collect();
        names.dedup();
        names
    };
    let (empty, all) = (
        ask(v1::GetCohortsRequest::default()).await,
        ask(v1::GetCohortsRequest { window: "all".to_owned(), ..Default::default() }).await,
    );
    let (some, every) = (named(&empty), named(&all));
    assert_eq!(some, every[every.len() - 12..]);
    assert!(every.len() >= 29, "{every:?}");
    assert_eq!(empty.means, all.means);
    let said = is_cut(empty.provenance.as_ref()).expect("a warning that the list is cut");
    assert!(said.contains(&format!("latest 12 of {} cohorts", every.len())), "{said}");
    assert_eq!(is_cut(all.provenance.as_ref()), None);
    assert!(empty.encoded_len() * 2 < all.encoded_len(), "{} bytes", empty.encoded_len());
    let three = ask(v1::GetCohortsRequest { limit: 3, ..Default::default() }).await;
    assert_eq!(named(&three), every[every.len() - 3..]);
}
