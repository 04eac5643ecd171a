//! Who stays, as of earlier instants and with purchases taken back.

use crate::common::{Shop, at, bought, is, refunded, voided};
use lojal_domain::{Estimate, Interval, WarningCode, Window};
use lojal_engine::{
    ActivityWindow, CohortAlignment, CohortMode, ConcentrationRow, EngineError, GetCohorts, GetLifecycle,
    GetRetention, GetRevenueConcentration, Headcount, Scope,
};

fn as_of(day: &str) -> Scope {
    Scope { as_of: Some(at(day)), known_at: None, ..Scope::default() }
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
        limit: None,
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

/// What customers spend in whole euros, on a day: a number is one customer.
async fn spent(shop: &Shop, day: &str, amounts: &[u32]) {
    let records = amounts
        .iter()
        .enumerate()
        .map(|(who, amount)| bought(&format!("{day}-{who}"), &format!("c{who}"), day, &amount.to_string()));
    shop.record(records.collect::<Vec<_>>()).await;
}

fn concentration(scope: Scope) -> GetRevenueConcentration {
    GetRevenueConcentration {
        scope,
        window: Window::parse("2026").unwrap(),
        group_by: None,
        interval: None,
        top: 0.2,
        replicates: 100,
        seed: 1,
        confidence: 0.95,
    }
}

#[tokio::test]
async fn concentration_is_of_what_each_customer_spent_in_the_period() {
    let shop = Shop::new("2026-06-01");
    spent(&shop, "2026-01-05", &[10, 10, 10, 10, 10]).await;
    spent(&shop, "2026-02-05", &[0, 10, 20, 30, 40]).await;
    spent(&shop, "2026-02-06", &[0, 0, 0, 0, 50]).await;
    let ask =
        async |question| shop.engine.get_revenue_concentration(&shop.workspace, question).await.unwrap();
    let answer = ask(concentration(as_of("2026-06-01"))).await;
    assert!(answer.rows.is_empty());
    // 10, 20, 30, 40 and 100: (-4 * 10 - 2 * 20 + 2 * 40 + 4 * 100) / (4 * 200), and 100 of 200.
    let whole = &answer.whole;
    assert_eq!((whole.customers, whole.revenue_micros), (5, 200_000_000));
    assert_eq!((whole.gini.value, whole.top_share.value), (Some(0.5), Some(0.5)));
    assert!(whole.gini.low.unwrap() < 0.5 && 0.5 < whole.gini.high.unwrap(), "{:?}", whole.gini);
    assert_eq!(answer.provenance.warnings.len(), 1, "{:?}", answer.provenance.warnings);

    let by_month =
        GetRevenueConcentration { interval: Some(Interval::Month), ..concentration(as_of("2026-06-01")) };
    let rows = ask(by_month.clone()).await.rows;
    let of = |row: &ConcentrationRow| (row.period.as_ref().map(|period| period.label.clone()), row.customers);
    let labels: Vec<_> = rows.iter().map(of).collect();
    assert_eq!(labels, [(Some("2026-01".to_owned()), 5), (Some("2026-02".to_owned()), 4)]);
    let close = |estimate: &Estimate, expected: f64| {
        assert!((estimate.value.unwrap() - expected).abs() < 1e-12, "{estimate:?}, not {expected}");
    };
    close(&rows[0].gini, 0.0);
    close(&rows[0].top_share, 0.2);
    // In February four paid: 10, 20, 30 and 90, and the top fifth of them is four fifths of the best.
    close(&rows[1].gini, (-3.0 * 10.0 - 20.0 + 30.0 + 3.0 * 90.0) / (3.0 * 150.0));
    close(&rows[1].top_share, 0.8 * 90.0 / 150.0);

    // A seed says it all, and groups are those of customers.
    assert_eq!(ask(by_month.clone()).await.rows[1].gini, rows[1].gini);
    shop.record([is("c4", "market", "hr")]).await;
    let grouped = GetRevenueConcentration { group_by: Some("market".to_owned()), interval: None, ..by_month };
    let groups = ask(grouped).await.rows;
    let customers: Vec<_> = groups.iter().map(|row| (row.group.as_str(), row.customers)).collect();
    assert_eq!(customers, [("", 4), ("hr", 1)]);
    assert_eq!(groups[1].gini.value, None, "one customer has no equals");
}

/// Most come back after 150 days, so that whoever counts them as gone after 90 counts most of them as lost.
#[tokio::test]
async fn a_default_activity_window_that_the_data_do_not_bear_out_is_told() {
    let shop = Shop::new("2026-06-15");
    let mut records = Vec::new();
    for number in 0..100 {
        let who = format!("c{number}");
        records.push(bought(&format!("a{number}"), &who, "2024-01-01", "10"));
        if number < 80 {
            records.push(bought(&format!("b{number}"), &who, "2024-05-30", "10"));
        }
    }
    shop.record(records).await;
    let told = async |activity: &str| {
        let scope = Scope { as_of: Some(at("2025-06-01")), ..Scope::default() };
        let activity = ActivityWindow::parse(activity).unwrap();
        let question = GetRetention { activity, ..rates(scope, "365d") };
        let answer = shop.engine.get_retention(&shop.workspace, question).await.unwrap();
        let warnings = answer.provenance.warnings.into_iter();
        warnings.filter(|one| one.code == WarningCode::UnusualActivityWindow).map(|one| one.sentence).next()
    };
    let sentence = told("").await.expect("a warning");
    assert!(sentence.contains("90d") && sentence.contains("suggest 150d"), "{sentence}");
    assert_eq!(told("90d").await, None, "whoever names one means it");
}
