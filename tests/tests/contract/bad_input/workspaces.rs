//! Workspaces that cannot be made, changed or deleted, and exchange rates that cannot be taken.

use lojal_proto::v1;
use lojal_proto::v1::ErrorReason;
use lojal_tests::money;
use lojal_tests::say::{purchase, record};
use tonic::Code;

use super::{Checks, expected, invalid};

fn text(text: &str) -> String {
    text.to_owned()
}

#[tokio::test]
async fn workspaces_that_cannot_be_made_or_changed() {
    let mut checks = Checks::start().await;
    let client = checks.clients.workspaces.clone();
    let create = async |name: &str, display_name: &str, currency: &str, zone: &str| {
        let request = v1::CreateWorkspaceRequest {
            workspace: text(name),
            display_name: text(display_name),
            reporting_currency_code: text(currency),
            time_zone: text(zone),
        };
        client.clone().create_workspace(request).await
    };
    let cases = [
        ("a name in capitals", ["Shop", "", "", ""], "workspace"),
        ("a long name", [&"x".repeat(65), "", "", ""], "workspace"),
        ("a long display name", ["shop", &"x".repeat(129), "", ""], "display_name"),
        ("a line break in the display name", ["shop", "a\nb", "", ""], "display_name"),
        ("no currency", ["shop", "", "euro", ""], "reporting_currency_code"),
        ("no time zone", ["shop", "", "", "Mars/Olympus"], "time_zone"),
    ];
    for (case, [name, display_name, currency, zone], field) in cases {
        checks.refused(case, create(name, display_name, currency, zone).await, invalid(field));
    }
    create("shop", "Shop", "EUR", "").await.unwrap();
    create("shop", "Shop", "EUR", "").await.unwrap();
    let exists = expected(Code::AlreadyExists, ErrorReason::WorkspaceExists, "");
    checks.refused("another currency", create("shop", "Shop", "USD", "").await, exists);
    record(&checks.clients, vec![purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.50")]).await;
    let answer = create("default", "", "EUR", "").await;
    if let Some(found) = checks.refused("one that has records", answer, exists) {
        checks.check(found.metadata.get("workspace").is_some_and(|name| name == "default"), || {
            format!("metadata is {:?}", found.metadata)
        });
    }
    let update = async |name: &str, currency: Option<&str>, zone: Option<&str>| {
        let request = v1::UpdateWorkspaceRequest {
            workspace: text(name),
            display_name: None,
            reporting_currency_code: currency.map(text),
            time_zone: zone.map(text),
            refit_policy: None,
        };
        client.clone().update_workspace(request).await
    };
    let refit = async |growth_ratio: Option<f64>, max_age_days: Option<i32>| {
        let policy = v1::RefitPolicy { growth_ratio, max_age_days, never: false };
        let request = v1::UpdateWorkspaceRequest { refit_policy: Some(policy), ..Default::default() };
        client.clone().update_workspace(request).await
    };
    for ratio in [0.0, -1.0, 11.0, f64::NAN] {
        let refused = invalid("refit_policy.growth_ratio");
        checks.refused("a growth that cannot be", refit(Some(ratio), None).await, refused);
    }
    let refused = invalid("refit_policy.max_age_days");
    checks.refused("an age of none", refit(None, Some(0)).await, refused);
    let unknown = expected(Code::NotFound, ErrorReason::WorkspaceNotFound, "");
    checks.refused("an unknown one", update("nowhere", None, Some("UTC")).await, unknown);
    checks.refused("no time zone", update("shop", None, Some("CEST+2")).await, invalid("time_zone"));
    let not_empty = expected(Code::FailedPrecondition, ErrorReason::WorkspaceNotEmpty, "");
    checks.refused("a currency with records", update("default", Some("USD"), None).await, not_empty);
    let request = v1::GetWorkspaceRequest { workspace: text("nowhere") };
    checks.refused("to look at", client.clone().get_workspace(request).await, unknown);
    checks.done();
}

#[tokio::test]
async fn workspaces_that_are_not_deleted() {
    let mut checks = Checks::start().await;
    record(&checks.clients, vec![purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.50")]).await;
    let revision = checks.revision().await;
    let client = checks.clients.workspaces.clone();
    let cases = [
        ("no name", "", "", "workspace"),
        ("no name, confirmed", "", "default", "workspace"),
        ("no confirmation", "default", "", "confirm"),
        ("another name", "default", "Default", "confirm"),
    ];
    for (case, workspace, confirm, field) in cases {
        let request = v1::DeleteWorkspaceRequest { workspace: text(workspace), confirm: text(confirm) };
        let answer = client.clone().delete_workspace(request).await;
        checks.not_recorded(case, answer, invalid(field), revision).await;
    }
    assert_eq!(checks.clients.workspace().await.transactions, 1);
    checks.done();
}

#[tokio::test]
async fn an_unknown_workspace_is_not_deleted() {
    let mut checks = Checks::start().await;
    let request = v1::DeleteWorkspaceRequest { workspace: text("nowhere"), confirm: text("nowhere") };
    let answer = checks.clients.workspaces.clone().delete_workspace(request).await;
    let unknown = expected(Code::NotFound, ErrorReason::WorkspaceNotFound, "");
    checks.refused("an unknown one", answer, unknown);
    checks.done();
}

fn rate(currency: &str, date: &str, rate: &str) -> v1::ExchangeRate {
    v1::ExchangeRate { currency_code: text(currency), date: text(date), rate: text(rate) }
}

#[tokio::test]
async fn exchange_rates_that_cannot_be_taken() {
    let mut checks = Checks::start().await;
    let client = checks.clients.workspaces.clone();
    let set = async |workspace: &str, rates: Vec<v1::ExchangeRate>| {
        let request = v1::SetExchangeRatesRequest { workspace: text(workspace), rates };
        client.clone().set_exchange_rates(request).await
    };
    let good = || rate("USD", "2026-03-02", "0.92");
    checks.refused("without a currency", set("", vec![good()]).await, invalid("workspace"));
    record(&checks.clients, vec![purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.50")]).await;
    let unknown = expected(Code::NotFound, ErrorReason::WorkspaceNotFound, "");
    checks.refused("an unknown workspace", set("nowhere", vec![good()]).await, unknown);
    checks.refused("no rates", set("", Vec::new()).await, invalid("rates"));
    let limit = expected(Code::ResourceExhausted, ErrorReason::LimitExceeded, "");
    checks.refused("too many rates", set("", vec![good(); 10_001]).await, limit);
    let cases = [
        ("no currency", rate("", "2026-03-02", "1"), "rates[1].currency_code"),
        ("an unknown currency", rate("usd", "2026-03-02", "1"), "rates[1].currency_code"),
        ("the reporting currency", rate("EUR", "2026-03-02", "1"), "rates[1].currency_code"),
        ("no date", rate("USD", "", "1"), "rates[1].date"),
        ("a day that is none", rate("USD", "2026-02-30", "1"), "rates[1].date"),
        ("a date in another form", rate("USD", "20260302", "1"), "rates[1].date"),
        ("a date long ago", rate("USD", "1899-12-31", "1"), "rates[1].date"),
        ("no rate", rate("USD", "2026-03-03", ""), "rates[1].rate"),
        ("zero", rate("USD", "2026-03-03", "0.00"), "rates[1].rate"),
        ("less than zero", rate("USD", "2026-03-03", "-1"), "rates[1].rate"),
        ("a comma", rate("USD", "2026-03-03", "0,92"), "rates[1].rate"),
        ("too many digits", rate("USD", "2026-03-03", "0.1234567890123"), "rates[1].rate"),
        ("two rates of a date", rate("USD", "2026-03-02", "0.93"), "rates[1].rate"),
    ];
    for (case, bad, field) in cases {
        checks.refused(case, set("", vec![good(), bad]).await, invalid(field));
    }
    let request = v1::ListExchangeRatesRequest::default();
    let listed = client.clone().list_exchange_rates(request).await.unwrap().into_inner();
    assert_eq!((listed.rates, listed.reporting_currency_code.as_str()), (Vec::new(), "EUR"));
    // The refusal of a row names what a program needs to load the rate.
    let mut dollars = purchase("c1", "t2", "2026-03-05T12:00:00Z", "1");
    dollars.amount = Some(money("1", "USD"));
    let request = v1::RecordTransactionsRequest { transactions: vec![dollars], skip_invalid: false };
    let answer = checks.clients.ingest.clone().record_transactions(request).await;
    let reason = ErrorReason::ExchangeRateMissing;
    let missing = expected(Code::FailedPrecondition, reason, "transactions[0].amount.currency_code");
    let found = checks.refused("no rate", answer, missing).unwrap();
    let told = |key: &str| found.metadata.get(key).map(String::as_str);
    assert_eq!(told("currency_code"), Some("USD"));
    assert_eq!(told("reporting_currency_code"), Some("EUR"));
    assert_eq!(told("date"), Some("2026-03-05"));
    checks.done();
}
