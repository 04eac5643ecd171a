//! Who stays, as of earlier instants and with purchases taken back.

use crate::common::{Shop, at, bought, is, refunded, voided};
use lojal_domain::{Interval, Window};
use lojal_engine::{
    ActivityWindow, CohortAlignment, CohortMode, EngineError, GetCohorts, GetLifecycle, GetRetention,
    Headcount, Scope,
};

fn as_of(day: &str) -> Scope {
    Scope { as_of: Some(at(day)), known_at: None, filter: None }
}

fn rates(scope: Scope, window: &str) -> GetRetention {
    GetRetention {
        scope,
        window: Window::parse(window).unwrap(),
        group_by: None,
        activity: ActivityWindow::parse("60d").unwrap(),
        interval: None,
        confidence: 0.95,
    }
}

fn cohorts(scope: Scope) -> GetCohorts {
    GetCohorts {
        scope,
        window: Window::All,
        group_by: None,
        cohort_attribute: None,
        interval: Interval::Month,
        mode: CohortMode::On,
        last_age: 3,
        alignment: CohortAlignment::Calendar,
        nps_kind: None,
        confidence: 0.95,
    }
}

/// Ann buys every month, bob in January and in March, and cleo in January what she gives back in February.
async fn shop() -> Shop {
    let shop = Shop::new("2026-06-15");
    shop.record([
        bought("a1", "ann", "2026-01-10", "10"),
        bought("a2", "ann", "2026-02-10", "10"),
        bought("a3", "ann", "2026-03-10", "10"),
        bought("a4", "ann", "2026-04-10", "10"),
        bought("b1", "bob", "2026-01-20", "20"),
        bought("b2", "bob", "2026-03-20", "20"),
        bought("c1", "cleo", "2026-01-30", "30"),
        refunded("r1", "c1", "2026-02-05", "30"),
        is("ann", "market", "hr"),
    ])
    .await;
    shop
}

#[tokio::test]
async fn an_earlier_answer_is_the_same_question_with_an_earlier_cut() {
    let shop = shop().await;
    let counted = async |day: &str| {
        let answer = shop.engine.get_cohorts(&shop.workspace, cohorts(as_of(day))).await.unwrap();
        let each = answer.cohorts.iter().map(|cohort| (cohort.name.clone(), cohort.customers));
        each.collect::<Vec<_>>()
    };
    let january = |customers| vec![("2026-01".to_owned(), customers)];
    // Before she gave it back, cleo had bought.
    assert_eq!(counted("2026-02-01").await, january(3));
    assert_eq!(counted("2026-02-06").await, january(2));
    assert_eq!(counted("2026-01-15").await, january(1));
    assert!(counted("2026-01-01").await.is_empty());
}

#[tokio::test]
async fn what_is_voided_was_never_bought() {
    let shop = shop().await;
    let counts = async || {
        let question = rates(as_of("2026-04-01"), "2026-03-01/2026-04-01");
        shop.engine.get_retention(&shop.workspace, question).await.unwrap().whole.count
    };
    assert_eq!(counts().await, Headcount { start: 2, ..Headcount::default() });
    shop.record([voided("b2", None)]).await;
    assert_eq!(counts().await, Headcount { start: 2, lost: 1, ..Headcount::default() });
}

#[tokio::test]
async fn rows_of_a_mean_are_those_of_its_cohorts() {
    let shop = shop().await;
    shop.record([bought("d1", "dan", "2026-02-20", "5")]).await;
    let answer = shop.engine.get_cohorts(&shop.workspace, cohorts(as_of("2026-06-01"))).await.unwrap();
    let mean = &answer.means[0].ages[1];
    assert_eq!((mean.cell.mature, mean.cell.retained, mean.cohorts), (3, 1, 2));
    // Half of one cohort and none of the other.
    assert_eq!(mean.simple_mean_rate.value, Some(0.25));
}

#[tokio::test]
async fn groups_are_those_of_an_attribute() {
    let shop = shop().await;
    let question = GetLifecycle {
        scope: as_of("2026-05-01"),
        window: Window::All,
        group_by: Some("market".to_owned()),
        interval: Interval::Month,
    };
    let answer = shop.engine.get_lifecycle(&shop.workspace, question.clone()).await.unwrap();
    let new: Vec<(&str, u64)> = answer.rows.iter().map(|row| (row.group.as_str(), row.counts.new)).collect();
    assert_eq!(new, [("", 1), ("", 0), ("", 0), ("", 0), ("hr", 1), ("hr", 0), ("hr", 0), ("hr", 0)]);
    let unknown = GetLifecycle { group_by: Some("planet".to_owned()), ..question };
    let error = shop.engine.get_lifecycle(&shop.workspace, unknown).await.unwrap_err();
    assert!(matches!(&error, EngineError::InvalidField { field, .. } if field == "group_by"), "{error}");
    assert!(error.to_string().ends_with("there are: market"), "{error}");
}
