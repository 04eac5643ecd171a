use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lojal_domain::{EventTime, FixedClock, MICROS_PER_DAY};

use super::*;
use crate::ApiKey;
use crate::tokens::token::Token;

const NONE: Quota = Quota { calls_per_second: 0, heavy_calls: 0, rows_per_day: 0 };

fn key(quota: Quota) -> Principal {
    Principal::Key(Arc::new(ApiKey {
        id: "0011223344556677".to_owned(),
        name: "till".to_owned(),
        scopes: Vec::new(),
        workspaces: Vec::new(),
        created: EventTime::MIN,
        expires: None,
        revoked: None,
        quota,
    }))
}

fn quotas(settings: QuotaSettings) -> (Arc<FixedClock>, Quotas) {
    let clock = Arc::new(FixedClock::new(EventTime::from_micros(MICROS_PER_DAY / 4)));
    (clock.clone(), Quotas::new(clock, settings))
}

#[test]
fn calls_beyond_those_of_a_second_are_refused_until_it_has_passed() {
    let (_, mut quotas) = quotas(QuotaSettings::default());
    let passed = Arc::new(AtomicU64::new(0));
    let milliseconds = passed.clone();
    quotas.elapsed = Elapsed(Arc::new(move || Duration::from_millis(milliseconds.load(Ordering::Relaxed))));
    let (key, shop) = (key(Quota { calls_per_second: 4, ..NONE }), WorkspaceName::default());
    for _ in 0..4 {
        assert!(quotas.take_call(Some(&key), || shop.clone()).is_ok());
    }
    let reached = quotas.take_call(Some(&key), || shop.clone()).unwrap_err();
    assert_eq!((reached.what, reached.maximum), (QuotaUse::Calls, 4));
    assert_eq!(reached.retry_after, Duration::from_millis(250));
    assert!(reached.to_string().starts_with("API key \"till\" (0011223344556677) may make 4 calls a second"));
    passed.store(250, Ordering::Relaxed);
    assert!(quotas.take_call(Some(&key), || shop.clone()).is_ok());
    assert!(quotas.take_call(Some(&key), || shop.clone()).is_err());
}

#[test]
fn a_key_and_a_workspace_each_count_for_themselves() {
    let shop = WorkspaceName::new("shop").unwrap();
    let each_workspace = Quota { rows_per_day: 100, ..NONE };
    let workspaces = HashMap::from([(shop.clone(), Quota { rows_per_day: 10, ..NONE })]);
    let (clock, quotas) =
        quotas(QuotaSettings { each_key: Quota { rows_per_day: 20, ..NONE }, each_workspace, workspaces });
    let key = key(NONE);
    let rows = |workspace: &WorkspaceName, rows| {
        quotas.take_call(Some(&key), || workspace.clone()).unwrap().unwrap().take_rows(rows)
    };
    assert!(rows(&shop, 10).is_ok());
    let reached = rows(&shop, 1).unwrap_err();
    assert_eq!((reached.whose.as_str(), reached.maximum), ("workspace \"shop\"", 10));
    assert_eq!(reached.retry_after, Duration::from_secs(18 * 3_600));
    // What the workspace refused, the key has not used.
    assert!(rows(&WorkspaceName::default(), 10).is_ok());
    assert_eq!(rows(&WorkspaceName::default(), 1).unwrap_err().maximum, 20);
    clock.set(EventTime::from_micros(MICROS_PER_DAY));
    assert!(rows(&shop, 10).is_ok());
}

#[test]
fn a_heavy_call_is_one_until_it_has_ended() {
    let (_, quotas) =
        quotas(QuotaSettings { each_workspace: Quota { heavy_calls: 1, ..NONE }, ..Default::default() });
    let call = || quotas.take_call(None, WorkspaceName::default).unwrap().unwrap();
    let (first, second) = (call(), call());
    assert!(first.begin_heavy().is_ok() && first.begin_heavy().is_ok(), "it is one call");
    assert_eq!(second.begin_heavy().unwrap_err().what, QuotaUse::HeavyCalls);
    drop(first);
    assert!(second.begin_heavy().is_ok());
}

#[test]
fn without_a_limit_nothing_is_counted() {
    let (_, quotas) = quotas(QuotaSettings::default());
    assert!(quotas.take_call(Some(&key(NONE)), WorkspaceName::default).unwrap().is_none());
    assert!(quotas.kept.lock().is_empty());
}

#[test]
fn a_subject_has_one_quota_however_many_tokens_it_has() {
    let each_key = Quota { rows_per_day: 20, ..NONE };
    let (_, quotas) = quotas(QuotaSettings { each_key, ..QuotaSettings::default() });
    let token = |subject: &str| {
        let (subject, shown) = (subject.to_owned(), subject.to_owned());
        Principal::Token(Arc::new(Token { subject, shown, scopes: Vec::new(), workspaces: None }))
    };
    let rows = |principal: &Principal, rows| {
        quotas.take_call(Some(principal), WorkspaceName::default).unwrap().unwrap().take_rows(rows)
    };
    assert!(rows(&token("till"), 20).is_ok());
    let reached = rows(&token("till"), 1).unwrap_err();
    assert!(reached.to_string().starts_with("\"till\", whose token this is,"), "{reached}");
    assert!(rows(&token("other"), 20).is_ok() && rows(&key(NONE), 20).is_ok());
}
