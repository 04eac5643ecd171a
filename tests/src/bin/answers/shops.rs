//! The shops whose answers are compared.

use lojal_proto::v1;
use lojal_tests::everything::load_everything;
use lojal_tests::{Clients, Server, at, cdnow, import, money};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::Cli;

/// A shop that was loaded.
pub(crate) struct Shop {
    pub(crate) workspace: &'static str,
    /// Customers who are asked about.
    pub(crate) customers: Vec<String>,
    /// The instants as of which, and as known at which, is asked.
    pub(crate) moments: Vec<(String, String)>,
}

/// Loads all shops and has their models fitted.
pub(crate) async fn load(server: &Server, cli: &Cli) -> Vec<Shop> {
    let clients = &server.clients().await;
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    load_everything(clients).await;
    let known = jiff::Timestamp::now().to_string();
    let cdnow = Shop {
        workspace: "default",
        customers: names(&["0001", "0157", "nobody"]),
        moments: vec![(cdnow::END.to_owned(), known.clone()), ("1997-10-01T00:00:00Z".to_owned(), known)],
    };
    let mixed = clients.in_workspace("mixed");
    load_mixed(&mixed).await;
    let half = jiff::Timestamp::now().to_string();
    load_later(&mixed).await;
    let known = jiff::Timestamp::now().to_string();
    let end = "2025-07-01T00:00:00Z".to_owned();
    let mixed_shop = Shop {
        workspace: "mixed",
        customers: names(&["c1", "c2", "c77", "nobody"]),
        moments: vec![(end.clone(), known), (end, half)],
    };
    let large = clients.in_workspace("large");
    let asked_about: &[&str] = if let Some(file) = &cli.file {
        eprintln!("loading {}", file.display());
        let _ = import(server, file, &["--workspace", "large"]).succeeded();
        &["1", "9999"]
    } else {
        load_large(&large, cli.customers).await;
        &["c1", "c9999"]
    };
    let large_shop = Shop {
        workspace: "large",
        customers: names(asked_about),
        moments: vec![("2025-06-01T00:00:00Z".to_owned(), jiff::Timestamp::now().to_string())],
    };
    for clients in [clients, &mixed, &large] {
        let request = v1::PredictCustomersRequest { limit: Some(1), ..Default::default() };
        clients.predictions(request).await.expect("a model that can be fitted");
    }
    vec![cdnow, mixed_shop, large_shop]
}

/// An instant within a year and a half from 2024 on.
fn instant(random: &mut ChaCha8Rng) -> prost_types::Timestamp {
    let seconds = at("2024-01-01T00:00:00Z").seconds + random.random_range(0..540 * 86_400);
    prost_types::Timestamp { seconds, nanos: 0 }
}

/// Six hundred customers with all that can be recorded of them, in two currencies.
#[expect(clippy::too_many_lines, reason = "a table: a request a kind of record")]
async fn load_mixed(clients: &Clients) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut ask = clients.clone();
    let settings = v1::CreateWorkspaceRequest {
        workspace: "mixed".to_owned(),
        reporting_currency_code: "EUR".to_owned(),
        time_zone: "Europe/Zagreb".to_owned(),
        ..Default::default()
    };
    ask.workspaces.create_workspace(settings).await.expect("a workspace");
    let rate = v1::ExchangeRate {
        currency_code: "USD".to_owned(),
        date: "2023-12-01".to_owned(),
        rate: "0.9".to_owned(),
    };
    let rates = v1::SetExchangeRatesRequest { rates: vec![rate], ..Default::default() };
    ask.workspaces.set_exchange_rates(rates).await.expect("rates");
    let customers = (0..600).map(|number| v1::CustomerUpsert {
        customer_id: format!("c{number}"),
        attributes: [("market".to_owned(), ["hr", "rs", "bg"][number % 3].to_owned())].into(),
        acquisition_source: ["ads", "earned", ""][number % 3].to_owned(),
        referred_by: if number % 10 == 9 { format!("c{}", number / 10) } else { String::new() },
        ..Default::default()
    });
    let request = v1::UpsertCustomersRequest { customers: customers.collect(), skip_invalid: false };
    ask.customers.upsert_customers(request).await.expect("customers");
    let transactions = (0..4_000).map(|number| v1::Transaction {
        customer_id: format!("c{}", (600.0 * random.random::<f64>().powi(2)) as u32),
        transaction_id: format!("t{number}"),
        time: Some(instant(&mut random)),
        amount: Some(money(
            &format!("{}.{:02}", random.random_range(1..200), number % 100),
            ["EUR", "USD"][usize::from(number % 7 == 0)],
        )),
        ..Default::default()
    });
    let transactions: Vec<v1::Transaction> = transactions.collect();
    let refunds = transactions.iter().step_by(17).enumerate().map(|(number, bought)| v1::Refund {
        refund_id: format!("r{number}"),
        transaction_id: bought.transaction_id.clone(),
        time: bought.time.map(|time| prost_types::Timestamp { seconds: time.seconds + 86_400, ..time }),
        amount: Some(money("1", &bought.amount.as_ref().expect("an amount").currency_code)),
    });
    let refunds: Vec<v1::Refund> = refunds.collect();
    let request = v1::RecordTransactionsRequest { transactions, skip_invalid: false };
    ask.ingest.record_transactions(request).await.expect("transactions");
    let request = v1::RecordRefundsRequest { refunds, skip_invalid: false };
    ask.ingest.record_refunds(request).await.expect("refunds");
    let answers = (0..1_500).map(|number| {
        let (survey_id, metric, kind, least, most) = [
            ("nps", v1::SurveyMetric::Nps, v1::SurveyKind::Relationship, 0, 10),
            ("nps-after", v1::SurveyMetric::Nps, v1::SurveyKind::Transactional, 0, 10),
            ("csat", v1::SurveyMetric::Csat, v1::SurveyKind::Transactional, 1, 5),
            ("ces", v1::SurveyMetric::Ces2, v1::SurveyKind::Transactional, 1, 7),
        ][number % 4];
        v1::SurveyResponse {
            response_id: format!("a{number}"),
            customer_id: format!("c{}", random.random_range(0..600)),
            survey_id: survey_id.to_owned(),
            time: Some(instant(&mut random)),
            score: Some(random.random_range(least..=most)),
            comment: ["fast and friendly", "late delivery", "", "too expensive"][number / 4 % 4].to_owned(),
            metric: metric.into(),
            kind: kind.into(),
            ..Default::default()
        }
    });
    let request =
        v1::RecordSurveyResponsesRequest { survey_responses: answers.collect(), skip_invalid: true };
    let recorded = ask.ingest.record_survey_responses(request).await.expect("answers").into_inner();
    assert!(recorded.result.expect("a result").recorded > 500, "answers were not taken");
}

/// What is recorded later, so that what was known then is another thing.
async fn load_later(clients: &Clients) {
    let mut ask = clients.clone();
    let voids = (0..50).map(|number| v1::TransactionVoid {
        transaction_id: format!("t{}", number * 31 + 1),
        reason: "test".to_owned(),
        ..Default::default()
    });
    let request = v1::VoidTransactionsRequest { voids: voids.collect(), skip_invalid: false };
    ask.ingest.void_transactions(request).await.expect("voids");
}

async fn load_large(clients: &Clients, customers: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    for first in (0..customers * 3).step_by(10_000) {
        let transactions = (first..(first + 10_000).min(customers * 3)).map(|number| v1::Transaction {
            customer_id: format!("c{}", (customers as f64 * random.random::<f64>().powi(2)) as u64),
            transaction_id: format!("t{number}"),
            time: Some(instant(&mut random)),
            amount: Some(money(&random.random_range(1..500).to_string(), "EUR")),
            ..Default::default()
        });
        let request =
            v1::RecordTransactionsRequest { transactions: transactions.collect(), skip_invalid: false };
        clients.ingest.clone().record_transactions(request).await.expect("transactions");
    }
}
