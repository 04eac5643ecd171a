//! `lojal import` run on a file, and what it left in the server.

use std::path::Path;
use std::time::Duration;

use lojal_proto::v1;

use crate::{Clients, Ran, Server, command, run};

/// Longer than any file of the tests takes.
const AT_MOST: Duration = Duration::from_secs(60);

/// Runs `lojal import` to its end.
pub fn import(server: &Server, file: &Path, options: &[&str]) -> Ran {
    let file = file.to_str().expect("a path in UTF-8");
    run(command(&["import", file, "--server", server.url()]).args(options), AT_MOST)
}

/// What happened to a customer, newest first.
pub async fn timeline(clients: &Clients, customer: &str) -> Vec<v1::TimelineEvent> {
    let request = v1::GetTimelineRequest { customer_id: customer.to_owned(), ..Default::default() };
    let answer = clients.customers.clone().get_timeline(request).await;
    answer.expect("a customer").into_inner().events
}

/// What a customer paid, in order, such as "12.50 EUR". There is nothing but purchases.
pub async fn paid(clients: &Clients, customer: &str) -> Vec<String> {
    let mut amounts: Vec<String> = timeline(clients, customer)
        .await
        .iter()
        .map(|event| match &event.event {
            Some(v1::timeline_event::Event::Transaction(bought)) => bought.amount.clone().expect("an amount"),
            other => panic!("not a purchase: {other:?}"),
        })
        .map(|money| format!("{} {}", money.amount, money.currency_code))
        .collect();
    amounts.sort();
    amounts
}
