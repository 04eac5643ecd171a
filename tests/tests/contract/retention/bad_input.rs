//! What cannot be asked.

use lojal_proto::v1;
use lojal_tests::say::{attributes, buy, on, refused};
use lojal_tests::{Server, failure};
use tonic::{Code, Status};

use super::spending::growth;

#[tokio::test]
async fn what_cannot_be_asked_names_the_field() {
    let server = Server::start();
    let clients = server.clients().await;
    growth(&clients).await;
    let mut ask = clients.retention.clone();
    let time_zone = "Mars/Olympus".to_owned();
    let request =
        v1::CreateWorkspaceRequest { workspace: "mars".to_owned(), time_zone, ..Default::default() };
    refused("an unknown zone", clients.workspaces.clone().create_workspace(request).await, "time_zone");

    let asked = |window: &str| v1::GetRetentionRequest { window: window.to_owned(), ..Default::default() };
    for window in ["2026-Q5", "2026-04-01/2026-01-01", "0d", "soon", "2150"] {
        refused(window, ask.get_retention(asked(window)).await, "window");
        let window = window.to_owned();
        let request = v1::GetCohortsRequest { window, ..Default::default() };
        refused("cohorts", ask.get_cohorts(request.clone()).await, "window");
        let window = request.window;
        let request = v1::GetSurvivalRequest { window: window.clone(), ..Default::default() };
        refused("survival", ask.get_survival(request).await, "window");
        let request = v1::GetLifecycleRequest { window: window.clone(), ..Default::default() };
        refused("lifecycle", ask.get_lifecycle(request).await, "window");
        let request = v1::GetRevenueConcentrationRequest { window: window.clone(), ..Default::default() };
        refused("concentration", ask.get_revenue_concentration(request).await, "window");
        let request = v1::GetPurchaseStatsRequest { window: window.clone(), ..Default::default() };
        refused("purchases", ask.get_purchase_stats(request).await, "window");
        let request = v1::SuggestActivityWindowRequest { window: window.clone(), ..Default::default() };
        refused("activity", ask.suggest_activity_window(request).await, "window");
        let request = v1::ProjectRetentionRequest { window: window.clone(), ..Default::default() };
        refused("projection", ask.project_retention(request).await, "window");
        let request = v1::GetRevenueRetentionRequest { window, ..Default::default() };
        refused("revenue", ask.get_revenue_retention(request).await, "window");
    }
    let comparison = v1::RevenueComparison::YearEarlier.into();
    let request =
        v1::GetRevenueRetentionRequest { window: "24mo".to_owned(), comparison, ..Default::default() };
    refused("overlaps", ask.get_revenue_retention(request).await, "window");
    let window = "all".to_owned();
    let request = v1::GetRevenueRetentionRequest { window, ..Default::default() };
    refused("nothing before all", ask.get_revenue_retention(request).await, "window");

    for activity_window in ["all", "90", "2026-Q1", "-5d", "0d", "20y"] {
        let activity_window = activity_window.to_owned();
        let request =
            v1::GetRetentionRequest { activity_window: activity_window.clone(), ..Default::default() };
        refused(&activity_window, ask.get_retention(request).await, "activity_window");
        let request =
            v1::GetSurvivalRequest { activity_window: activity_window.clone(), ..Default::default() };
        refused(&activity_window, ask.get_survival(request).await, "activity_window");
        let request = v1::ProjectRetentionRequest { activity_window, ..Default::default() };
        refused("projection", ask.project_retention(request).await, "activity_window");
    }
    for confidence in [0.5, 1.0, f64::NAN, -1.0] {
        let request = v1::GetRetentionRequest { confidence: Some(confidence), ..Default::default() };
        refused("confidence", ask.get_retention(request).await, "confidence");
        let request = v1::GetCohortsRequest { confidence: Some(confidence), ..Default::default() };
        refused("confidence", ask.get_cohorts(request).await, "confidence");
    }
}

#[tokio::test]
async fn an_attribute_that_nobody_has_is_refused_with_those_there_are() {
    let server = Server::start();
    let clients = server.clients().await;
    growth(&clients).await;
    let mut ask = clients.retention.clone();
    let group_by = || "planet".to_owned();
    let as_of = on("2026-12-01");
    let request = v1::GetRetentionRequest { as_of, group_by: group_by(), ..Default::default() };
    let error = ask.get_retention(request).await.unwrap_err();
    assert!(error.message().contains("acquisition_source"), "{}", error.message());
    refused("retention", Err::<(), _>(error), "group_by");
    let request = v1::GetCohortsRequest { as_of, group_by: group_by(), ..Default::default() };
    refused("cohorts", ask.get_cohorts(request).await, "group_by");
    let request = v1::GetCohortsRequest { as_of, cohort_attribute: group_by(), ..Default::default() };
    refused("cohorts", ask.get_cohorts(request).await, "cohort_attribute");
    let request = v1::GetSurvivalRequest { as_of, group_by: group_by(), ..Default::default() };
    refused("survival", ask.get_survival(request).await, "group_by");
    let request = v1::GetLifecycleRequest { as_of, group_by: group_by(), ..Default::default() };
    refused("lifecycle", ask.get_lifecycle(request).await, "group_by");
    let request = v1::GetRevenueRetentionRequest { as_of, group_by: group_by(), ..Default::default() };
    refused("revenue", ask.get_revenue_retention(request).await, "group_by");
    let request =
        v1::GetRevenueRetentionRequest { as_of, source_attribute: group_by(), ..Default::default() };
    refused("revenue", ask.get_revenue_retention(request).await, "source_attribute");
    let request = v1::GetRevenueConcentrationRequest { as_of, group_by: group_by(), ..Default::default() };
    refused("concentration", ask.get_revenue_concentration(request).await, "group_by");
    let request = v1::GetPurchaseStatsRequest { as_of, group_by: group_by(), ..Default::default() };
    refused("purchases", ask.get_purchase_stats(request).await, "group_by");
    let request = v1::SuggestActivityWindowRequest { as_of, group_by: group_by(), ..Default::default() };
    refused("activity", ask.suggest_activity_window(request).await, "group_by");
    let request = v1::ProjectRetentionRequest { as_of, group_by: group_by(), ..Default::default() };
    refused("projection", ask.project_retention(request).await, "group_by");
}

#[tokio::test]
async fn numbers_out_of_range_are_refused() {
    let server = Server::start();
    let mut ask = server.clients().await.retention;
    for threshold in [0.0, 1.0, f64::NAN] {
        let request = v1::SuggestActivityWindowRequest { threshold: Some(threshold), ..Default::default() };
        refused("threshold", ask.suggest_activity_window(request).await, "threshold");
    }
    for last_age in [0, 501, -1] {
        let request = v1::GetCohortsRequest { last_age: Some(last_age), ..Default::default() };
        refused("last_age", ask.get_cohorts(request).await, "last_age");
    }
    let bracket = |first_age, last_age| v1::CohortBracket { first_age, last_age };
    let mode = v1::CohortMode::Bracket.into();
    for (case, mode, brackets, field) in [
        ("none", mode, vec![], "brackets"),
        ("too many", mode, vec![bracket(0, 1); 51], "brackets"),
        ("another mode", 0, vec![bracket(0, 1)], "brackets"),
        ("reversed", mode, vec![bracket(0, 1), bracket(2, 1)], "brackets[1]"),
        ("negative", mode, vec![bracket(-1, 1)], "brackets[0]"),
        ("too old", mode, vec![bracket(0, 501)], "brackets[0]"),
    ] {
        let request = v1::GetCohortsRequest { mode, brackets, ..Default::default() };
        refused(case, ask.get_cohorts(request).await, field);
    }
    refused("mode", ask.get_cohorts(v1::GetCohortsRequest { mode: 99, ..Default::default() }).await, "mode");
    for (case, survivors, field) in [
        ("too few", vec![10, 9], "survivors"),
        ("too many", vec![1; 1_001], "survivors"),
        ("growing", vec![10, 9, 11], "survivors"),
        ("negative", vec![10, 9, -1], "survivors[2]"),
        ("nobody", vec![0, 0, 0], "survivors"),
    ] {
        let request = v1::ProjectRetentionRequest { survivors, ..Default::default() };
        refused(case, ask.project_retention(request).await, field);
    }
    let request = v1::ProjectRetentionRequest {
        survivors: vec![10, 9, 8],
        group_by: "market".to_owned(),
        ..Default::default()
    };
    refused("both", ask.project_retention(request).await, "group_by");
    let request = v1::ProjectRetentionRequest { periods_ahead: Some(1_001), ..Default::default() };
    refused("ahead", ask.project_retention(request).await, "periods_ahead");
    for horizon in ["0d", "forever", "51y"] {
        let request = v1::GetSurvivalRequest { horizon: horizon.to_owned(), ..Default::default() };
        refused(horizon, ask.get_survival(request).await, "horizon");
    }
    for step_days in [-1, 366] {
        let request = v1::GetSurvivalRequest { step_days, ..Default::default() };
        refused("step_days", ask.get_survival(request).await, "step_days");
    }
    for replicates in [19, 1_001, -1] {
        let bootstrap_replicates = Some(replicates);
        let request = v1::GetRevenueRetentionRequest { bootstrap_replicates, ..Default::default() };
        refused("replicates", ask.get_revenue_retention(request).await, "bootstrap_replicates");
    }
    let earned_values = vec!["x".to_owned(); 101];
    let request = v1::GetRevenueRetentionRequest { earned_values, ..Default::default() };
    refused("earned_values", ask.get_revenue_retention(request).await, "earned_values");
    let request = v1::GetPurchaseStatsRequest { within_days: Some(0), ..Default::default() };
    refused("within_days", ask.get_purchase_stats(request).await, "within_days");
    let request = v1::GetRetentionRequest { interval: 99, ..Default::default() };
    refused("interval", ask.get_retention(request).await, "interval");
}

#[tokio::test]
async fn an_answer_of_too_many_rows_is_refused() {
    let server = Server::start();
    let clients = server.clients().await;
    let rows = (0..60)
        .map(|number| (format!("c{number}"), if number % 2 == 0 { "1990-01-01" } else { "2026-01-01" }, "1"));
    buy(&clients, rows).await;
    attributes(&clients, (0..60).map(|number| (format!("c{number}"), "id", ["x", "y", "z"][number % 3])))
        .await;
    let mut ask = clients.retention.clone();
    let too_long = |answer: Result<(), Status>| {
        let found = failure(&answer.expect_err("too many rows"));
        assert_eq!((found.code, &*found.reason), (Code::ResourceExhausted, "LIMIT_EXCEEDED"), "{found:?}");
    };
    let day = v1::CalendarInterval::Day.into();
    let window = || "all".to_owned();
    let request = v1::GetLifecycleRequest { window: window(), interval: day, ..Default::default() };
    too_long(ask.get_lifecycle(request).await.map(drop));
    let request = v1::GetRetentionRequest { window: window(), interval: day, ..Default::default() };
    too_long(ask.get_retention(request).await.map(drop));
    let request = v1::GetLifecycleRequest {
        window: window(),
        interval: v1::CalendarInterval::Week.into(),
        group_by: "id".to_owned(),
        ..Default::default()
    };
    ask.get_lifecycle(request).await.expect("three groups of 1,900 weeks");
}
