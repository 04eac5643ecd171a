//! How long customers stay, and how retention goes on.

use lojal_proto::v1;
use lojal_tests::say::{attributes, buy, on, printed, value};
use lojal_tests::{Clients, Server};

use super::day;

const FIRST: [(i64, bool); 10] = [
    (5, true),
    (8, true),
    (8, false),
    (12, true),
    (15, true),
    (20, false),
    (20, true),
    (25, true),
    (30, false),
    (30, false),
];

const SECOND: [(i64, bool); 10] = [
    (3, true),
    (4, true),
    (6, true),
    (8, true),
    (9, false),
    (10, true),
    (12, true),
    (14, true),
    (18, true),
    (30, false),
];

/// Follow-up ends on day 100: as of day 190 with an activity window of 90 days.
const FOLLOWED: i64 = 100;

/// Customers who leave after so many days, or are still there when last looked at.
async fn lives(clients: &Clients, group: &'static str, of: &[(i64, bool)]) {
    let mut rows = Vec::new();
    for (number, (days, left)) in of.iter().enumerate() {
        let customer = format!("{group}{number}");
        // Whoever had not left by then bought again within the activity window.
        let (first, last) = if *left { (0, *days) } else { (FOLLOWED - days, FOLLOWED + 1) };
        rows.push((customer.clone(), format!("{}T00:00:00Z", day(first)), "1"));
        rows.push((customer, format!("{}T00:00:00Z", day(last)), "1"));
    }
    buy(clients, rows).await;
    attributes(clients, (0..of.len()).map(|number| (format!("{group}{number}"), "plan", group))).await;
}

#[tokio::test]
async fn golden_survival() {
    let server = Server::start();
    let clients = server.clients().await;
    lives(&clients, "first", &FIRST).await;
    let as_of = on(&day(FOLLOWED + 90));
    let request = v1::GetSurvivalRequest { as_of, ..Default::default() };
    let found = clients.retention.clone().get_survival(request.clone()).await.unwrap().into_inner();
    let whole = found.whole.unwrap();
    assert_eq!((whole.customers, whole.events, whole.censored), (10, 6, 4));
    let curve: Vec<(i32, i64)> = found.curve.iter().map(|row| (row.days, row.at_risk)).collect();
    assert_eq!(curve, [(5, 10), (8, 9), (12, 7), (15, 6), (20, 5), (25, 3), (30, 2)]);
    for (row, expected) in found.curve.iter().zip([0.9, 0.8, 0.6857, 0.5714, 0.4571, 0.3048, 0.3048]) {
        printed(value(&row.survival_probability), expected, 4);
    }
    let first = found.curve[0].survival_probability.as_ref().unwrap();
    printed(first.ci_low.unwrap(), 0.4730, 4);
    printed(first.ci_high.unwrap(), 0.9853, 4);
    printed(value(&whole.median_days), 20.0, 4);
    assert_eq!(found.horizon_days, Some(30.0));
    printed(value(&whole.restricted_mean_days), 19.623_81, 4);
    assert_eq!(found.log_rank, None);

    lives(&clients, "second", &SECOND).await;
    let grouped = v1::GetSurvivalRequest { group_by: "plan".to_owned(), ..request.clone() };
    let found = clients.retention.clone().get_survival(grouped).await.unwrap().into_inner();
    let test = found.log_rank.unwrap();
    printed(test.chi_square, 2.5789, 4);
    printed(test.p_value, 0.1083, 4);
    let groups: Vec<&str> = found.groups.iter().map(|group| &*group.group).collect();
    assert_eq!(groups, ["first", "second"]);
    // Listing fewer points changes no estimate.
    let coarse = v1::GetSurvivalRequest { step_days: 10, ..request };
    let found = clients.retention.clone().get_survival(coarse).await.unwrap().into_inner();
    let days: Vec<i32> = found.curve.iter().map(|row| row.days).collect();
    assert_eq!(days, [10, 20, 30]);
    assert_eq!(found.curve.iter().map(|row| row.events).sum::<i64>(), 14);
}

/// Somebody silent for a month has not left yet; taking their last purchase for the end makes every recent customer a
/// loss.
#[tokio::test]
async fn the_last_days_are_censored_and_not_lost() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("a", day(0), "1"), ("a", day(170), "1"), ("b", day(150), "1")]).await;
    let request = v1::GetSurvivalRequest { as_of: on(&day(190)), ..Default::default() };
    let found = clients.retention.clone().get_survival(request).await.unwrap().into_inner();
    let whole = found.whole.unwrap();
    assert_eq!((whole.customers, whole.events), (1, 0));
    assert_eq!(found.provenance.unwrap().excluded[0].count, 1);
}

#[tokio::test]
async fn a_silence_after_which_few_come_back() {
    let server = Server::start();
    let clients = server.clients().await;
    let (mut rows, mut number) = (Vec::new(), 0);
    // Nine silences end after 10, 20 or 30 days; all nine customers have been silent for more than 100 days since, and one
    // more never came back.
    for (days, count) in [(10, 6), (20, 2), (30, 1)] {
        for _ in 0..count {
            rows.push((format!("c{number}"), day(0), "1"));
            rows.push((format!("c{number}"), day(days), "1"));
            number += 1;
        }
    }
    rows.push(("once".to_owned(), day(0), "1"));
    buy(&clients, rows).await;
    let request = v1::SuggestActivityWindowRequest { as_of: on(&day(150)), ..Default::default() };
    let found =
        clients.retention.clone().suggest_activity_window(request.clone()).await.unwrap().into_inner();
    let whole = found.whole.unwrap();
    // S: 13/19, 11/19, 10/19 and no lower; (11 - 10)/11 is below a tenth.
    assert_eq!((whole.days, &*whole.activity_window, whole.returns, whole.open), (Some(20), "20d", 9, 10));
    printed(found.curve[0].return_probability.unwrap(), 3.0 / 13.0, 4);
    printed(value(&found.curve[1].still_silent_probability), 11.0 / 19.0, 4);
    let strict = v1::SuggestActivityWindowRequest { threshold: Some(0.05), ..request };
    let found = clients.retention.clone().suggest_activity_window(strict).await.unwrap().into_inner();
    assert_eq!(found.whole.unwrap().days, Some(30));
}

async fn projected(clients: &Clients, survivors: &[i64], ahead: i32) -> v1::ProjectRetentionResponse {
    let survivors = survivors.to_vec();
    let request = v1::ProjectRetentionRequest { survivors, periods_ahead: Some(ahead), ..Default::default() };
    clients.retention.clone().project_retention(request).await.unwrap().into_inner()
}

/// Fader and Hardie 2007, tables 1 and 2.
#[tokio::test]
async fn golden_projections() {
    let server = Server::start();
    let clients = server.clients().await;
    // DEL and DERL at 10 % a period, by 40-digit arithmetic from the maximum (Fader and Hardie 2010, eqs. 5 and 6).
    for (survivors, alpha, beta, lifetime, residual) in [
        (
            [1000, 869, 743, 653, 593, 551, 517, 491],
            0.668,
            3.806,
            5.922253495783276,
            [5.414478845361603, 5.901377593805133, 6.293891569412114, 6.619919987913639],
        ),
        (
            [1000, 631, 468, 382, 326, 289, 262, 241],
            0.704,
            1.182,
            3.694908427512111,
            [2.964399270263322, 4.103139775083837, 4.869804652524115, 5.442058466741906],
        ),
    ] {
        let mut found = projected(&clients, &survivors, 3).await;
        let model = found.models.remove(0);
        let near = |estimate: &Option<v1::Estimate>, expected: f64| {
            assert!((value(estimate) / expected - 1.0).abs() < 1e-8, "{estimate:?}, not {expected}");
            let estimate = estimate.as_ref().unwrap();
            let (low, high) = (estimate.ci_low.unwrap(), estimate.ci_high.unwrap());
            assert!(
                low < expected && expected < high && estimate.standard_error.unwrap() > 0.0,
                "{estimate:?}"
            );
        };
        near(&model.discounted_lifetime, lifetime);
        for (row, expected) in found.rows.iter().zip(residual) {
            near(&row.discounted_residual_lifetime, expected);
        }
        // With alpha below 1 and no discount both are infinite.
        let request = v1::ProjectRetentionRequest {
            survivors: survivors.to_vec(),
            discount_rate: Some(0.0),
            ..Default::default()
        };
        let endless = clients.retention.clone().project_retention(request).await.unwrap().into_inner();
        let none = |estimate: &Option<v1::Estimate>| estimate.as_ref().unwrap().value.is_none();
        assert!(none(&endless.models[0].discounted_lifetime));
        assert!(endless.rows.iter().all(|row| none(&row.discounted_residual_lifetime)));
        assert!((value(&model.alpha) - alpha).abs() < 6e-4, "{model:?}");
        assert!((value(&model.beta) - beta).abs() < 6e-4, "{model:?}");
        assert!(model.alpha.unwrap().standard_error.is_some_and(|error| error > 0.0));
    }
    let found = projected(&clients, &[1000, 631, 468, 382, 326], 4).await;
    printed(value(&found.models[0].alpha), 0.7637, 4);
    printed(value(&found.models[0].beta), 1.2958, 4);
    let ahead: Vec<f64> = found.rows[4..].iter().map(|row| value(&row.expected_customers)).collect();
    for (found, expected) in ahead.iter().zip([284.5, 253.7, 229.6, 210.3]) {
        assert!((found - expected).abs() < 0.051, "{found} is not {expected}");
    }
    assert_eq!((found.rows[0].observed_at_risk, found.rows[0].observed_stayed), (Some(1000), Some(631)));
    assert_eq!(found.rows[4].observed_at_risk, None);
}

#[tokio::test]
async fn rates_that_rise_by_sorting_are_no_loyalty() {
    let server = Server::start();
    let found = projected(&server.clients().await, &[1000, 869, 743, 653, 593], 10).await;
    assert!(
        found.rows.windows(2).all(|pair| value(&pair[1].retention_rate) > value(&pair[0].retention_rate))
    );
    let warnings = found.provenance.unwrap().warnings;
    assert!(
        warnings.iter().any(|each| each.contains("no evidence that customers grow more loyal")),
        "{warnings:?}"
    );
}

#[tokio::test]
async fn customers_of_a_workspace_are_projected_as_their_survivors() {
    let server = Server::start();
    let clients = server.clients().await;
    let survivors = [100, 63, 47, 38, 33];
    let mut rows = Vec::new();
    for number in 0..100 {
        let customer = format!("c{number}");
        let survived = survivors.iter().filter(|left| number < **left).count() as i64 - 1;
        rows.push((customer.clone(), day(0), "1"));
        // The last purchase is in the period after those survived.
        let last = if survived == 4 { 4 * 30 + 15 } else { survived * 30 + 10 };
        rows.push((customer, day(last), "1"));
    }
    buy(&clients, rows).await;
    // Followed for four periods of 30 days: to day 121 less 90.
    let request = v1::ProjectRetentionRequest {
        as_of: on(&day(121 + 90)),
        periods_ahead: Some(2),
        ..Default::default()
    };
    let found = clients.retention.clone().project_retention(request).await.unwrap().into_inner();
    let stayed: Vec<Option<i64>> = found.rows.iter().map(|row| row.observed_stayed).collect();
    assert_eq!(stayed, [Some(63), Some(47), Some(38), Some(33), None, None]);
    // A year of 365.25 days at 10 % is so much a period of 30 days.
    let a_period = 1.1_f64.powf(30.0 / 365.25) - 1.0;
    let request = v1::ProjectRetentionRequest {
        survivors: survivors.to_vec(),
        periods_ahead: Some(2),
        discount_rate: Some(a_period),
        ..Default::default()
    };
    let listed = clients.retention.clone().project_retention(request).await.unwrap().into_inner();
    let without_lifetimes = |answer: &v1::ProjectRetentionResponse| -> Vec<v1::ProjectedRetentionRow> {
        let rows = answer.rows.iter().cloned();
        rows.map(|row| v1::ProjectedRetentionRow { discounted_residual_lifetime: None, ..row }).collect()
    };
    assert_eq!(without_lifetimes(&found), without_lifetimes(&listed));
    for (one, other) in found.rows.iter().zip(&listed.rows) {
        let of = |row: &v1::ProjectedRetentionRow| value(&row.discounted_residual_lifetime);
        assert!((of(one) / of(other) - 1.0).abs() < 1e-9, "{one:?} {other:?}");
    }
}
