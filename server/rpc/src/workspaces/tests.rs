//! What of requests is refused and taken, and that answers reach the wire whole.

use lojal_domain::{Currency, EventTime, WorkspaceName, Zone};
use lojal_engine::{Counts, RecordKind, RefitPolicy, WorkspaceStatus, WorkspaceView};
use lojal_proto::v1;

use super::answers;
use crate::checking::{Spoiled, refused, unset};

fn name(text: &str) -> WorkspaceName {
    WorkspaceName::new(text).unwrap()
}

#[test]
fn every_field_of_a_new_workspace_is_checked() {
    let cases: [Spoiled<v1::CreateWorkspaceRequest>; 4] = [
        (|request| request.display_name = "x".repeat(4_000), "display_name"),
        (|request| request.display_name = "a\nb".to_owned(), "display_name"),
        (|request| request.reporting_currency_code = "EURO".to_owned(), "reporting_currency_code"),
        (|request| request.time_zone = "Europe/Atlantis".to_owned(), "time_zone"),
    ];
    for (spoil, field) in cases {
        let mut request = v1::CreateWorkspaceRequest::default();
        spoil(&mut request);
        assert_eq!(refused(answers::creation(request)), field);
    }
    let request = v1::CreateWorkspaceRequest {
        display_name: "The shop".to_owned(),
        reporting_currency_code: "EUR".to_owned(),
        time_zone: "Europe/Zagreb".to_owned(),
        ..Default::default()
    };
    let command = answers::creation(request).unwrap();
    assert_eq!(command.display_name, "The shop");
    assert_eq!(command.currency.map(Currency::code), Some("EUR"));
    assert_eq!(command.zone.map(|zone| zone.name().to_owned()), Some("Europe/Zagreb".to_owned()));
}

#[test]
fn every_field_of_an_update_is_checked_and_what_is_unset_stays() {
    let policy = |growth_ratio, max_age_days| v1::UpdateWorkspaceRequest {
        refit_policy: Some(v1::RefitPolicy { growth_ratio, max_age_days, never: false }),
        ..Default::default()
    };
    let named = |zone: &str, currency: &str, shown: &str| v1::UpdateWorkspaceRequest {
        time_zone: Some(zone.to_owned()),
        reporting_currency_code: Some(currency.to_owned()),
        display_name: Some(shown.to_owned()),
        ..Default::default()
    };
    for (request, field) in [
        (policy(Some(0.0), None), "refit_policy.growth_ratio"),
        (policy(Some(10.1), None), "refit_policy.growth_ratio"),
        (policy(Some(f64::NAN), None), "refit_policy.growth_ratio"),
        (policy(None, Some(0)), "refit_policy.max_age_days"),
        (policy(None, Some(3_651)), "refit_policy.max_age_days"),
        (named("Nowhere", "EUR", "x"), "time_zone"),
        (named("UTC", "E", "x"), "reporting_currency_code"),
        (named("UTC", "EUR", "\u{7}"), "display_name"),
    ] {
        assert_eq!(refused(answers::update(request)), field);
    }
    let nothing = answers::update(v1::UpdateWorkspaceRequest::default()).unwrap();
    assert!(nothing.display_name.is_none() && nothing.currency.is_none());
    assert!(nothing.zone.is_none() && nothing.refit.is_none());
    let some = answers::update(policy(Some(0.5), None)).unwrap().refit.unwrap();
    assert_eq!(some, RefitPolicy { growth_ratio: 0.5, ..RefitPolicy::default() });
}

#[test]
fn a_workspace_is_deleted_by_its_name_written_twice() {
    let request = |workspace: &str, confirm: &str| v1::DeleteWorkspaceRequest {
        workspace: workspace.to_owned(),
        confirm: confirm.to_owned(),
    };
    assert_eq!(refused(answers::confirmed(&request("shop", ""))), "confirm");
    assert_eq!(refused(answers::confirmed(&request("shop", "Shop"))), "confirm");
    assert_eq!(refused(answers::confirmed(&request("", ""))), "workspace");
    assert_eq!(answers::confirmed(&request("shop", "shop")).unwrap(), name("shop"));
    assert_eq!(answers::named("", name("of-call")).unwrap(), name("of-call"));
    assert_eq!(answers::named("other", name("of-call")).unwrap(), name("other"));
}

#[test]
fn a_workspace_reaches_the_wire_whole() {
    let counts = Counts::default().with(RecordKind::Transaction, 9);
    let status = WorkspaceStatus { revision: 7, customers: 8, counts, ..WorkspaceStatus::default() };
    let answer = answers::workspace(WorkspaceView {
        name: name("shop"),
        display_name: "The shop".to_owned(),
        currency: Some(Currency::parse("EUR").unwrap()),
        zone: Zone::utc(),
        created: Some(EventTime::from_micros(5_000_000)),
        refit: RefitPolicy { never: true, ..RefitPolicy::default() },
        status,
    });
    assert_eq!(unset(&answer, "Workspace"), Vec::<String>::new());
    assert_eq!((answer.revision, answer.customers, answer.transactions), (7, 8, 9));
    assert_eq!((&*answer.reporting_currency_code, &*answer.time_zone), ("EUR", "UTC"));
}

#[test]
fn every_wrong_rate_is_named() {
    let rate = |currency: &str, date: &str, rate: &str| v1::ExchangeRate {
        currency_code: currency.to_owned(),
        date: date.to_owned(),
        rate: rate.to_owned(),
    };
    let rates = vec![
        rate("USD", "2026-03-31", "0.92"),
        rate("DOLLAR", "2026-03-31", "0.92"),
        rate("USD", "31.03.2026", "0.92"),
        rate("USD", "2026-03-31", "-1"),
    ];
    let wrong = refused(answers::exchange_rates(rates.clone()));
    assert_eq!(wrong, "rates[1].currency_code, rates[2].date, rates[3].rate");
    assert_eq!(refused(answers::exchange_rates(Vec::new())), "rates");
    let read = answers::exchange_rates(rates[..1].to_vec()).unwrap();
    assert_eq!(answers::exchange_rate(&read[0]), rates[0]);
}
