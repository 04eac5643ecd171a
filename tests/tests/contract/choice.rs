//! Which models speak for a workspace, and how much each counts: CDNOW through the API.

use lojal_proto::v1;
use lojal_tests::say::{close_by, value};
use lojal_tests::{Clients, Server, at, cdnow};

use crate::bursts;
use crate::forecasts::{compare, loaded};

/// Pareto/NBD has the least squared error of the mean, and MBG/NBD gave what came the highest probability.
#[tokio::test]
async fn models_are_chosen_by_what_they_said_of_past_days() {
    let (_server, clients) = loaded().await;
    let kinds = |answer: &v1::CompareModelsResponse| -> Vec<v1::ModelKind> {
        answer.standings.iter().map(v1::ModelStanding::kind).collect()
    };
    // On a day that is named, everybody is judged, so the standings are the scores of the results.
    let answer = clients.clv.clone().compare_models(compare()).await.unwrap().into_inner();
    assert_eq!(answer.best_kind(), v1::ModelKind::MbgNbd);
    let reason = "MBG/NBD forecast best on one past day, log score 0.9821 against 0.9845 of BG/NBD; 4 models are mixed by how they did";
    assert_eq!(answer.reason, reason);
    assert_eq!((answer.standings.len(), answer.landmarks.len()), (6, 1));
    for standing in &answer.standings {
        let result = answer.results.iter().find(|result| result.kind() == standing.kind()).unwrap();
        let alone = &result.scores.as_ref().unwrap().log_score;
        close_by("log score", value(&standing.log_score), value(alone), 1e-12);
        let least = value(&answer.standings[0].log_score);
        let behind = value(&standing.log_score) - least;
        assert!((value(&standing.log_score_behind) - behind).abs() < 1e-12);
    }
    // Without a day there are three, each with as long a time after it, and the last is that of the results.
    let answer = clients.clv.clone().compare_models(v1::CompareModelsRequest::default()).await;
    let answer = answer.unwrap().into_inner();
    let days: Vec<(&str, &str, i64, i64)> = answer
        .landmarks
        .iter()
        .map(|day| (day.calibration_end.as_str(), day.holdout_end.as_str(), day.customers, day.purchases))
        .collect();
    let wanted = [
        ("1997-07-01", "1997-12-30", 2_357, 1_437),
        ("1997-09-30", "1998-03-31", 2_357, 1_387),
        ("1997-12-30", "1998-06-30", 2_357, 1_156),
    ];
    assert_eq!(days, wanted);
    assert_eq!((answer.calibration_end.as_str(), answer.holdout_end.as_str()), (wanted[2].0, wanted[2].1));
    assert_eq!(kinds(&answer)[0], v1::ModelKind::MbgNbd);
    assert_eq!(kinds(&answer).last(), Some(&v1::ModelKind::Nbd));
    let behind = answer.standings.last().unwrap().log_score_behind.as_ref().unwrap();
    assert!(behind.ci_low.unwrap() > 0.03, "that nobody leaves is told apart: {behind:?}");
    assert_eq!(answer.standings[0].log_score.as_ref().unwrap().n, 3 * 2_357);
    // The workspace chooses as the comparison does.
    let first = v1::PredictCustomerRequest { customer_id: "0001".to_owned(), ..Default::default() };
    clients.clv.clone().predict_customer(first).await.unwrap();
    let chosen = clients.clv.clone().get_model(v1::GetModelRequest::default()).await.unwrap().into_inner();
    assert_eq!(chosen.model.unwrap().fit_reason, format!("first model: {}", answer.reason));
}

/// Models and weights of CDNOW's default.
async fn default_model(clients: &Clients) -> v1::Model {
    let first = v1::PredictCustomerRequest { new_customer: true, wait_for_model: true, ..Default::default() };
    clients.clv.clone().predict_customer(first).await.unwrap();
    let answer = clients.clv.clone().get_model(v1::GetModelRequest::default()).await.unwrap();
    answer.into_inner().model.unwrap()
}

/// Models in which customers leave are too sure of it, NBD is sure of the opposite, and they are right together.
#[tokio::test]
async fn models_that_are_mixed_forecast_better_than_the_best_alone() {
    let (_server, clients) = loaded().await;
    let answer = clients.clv.clone().compare_models(v1::CompareModelsRequest::default()).await;
    let answer = answer.unwrap().into_inner();
    let mixture = answer.mixture.unwrap();
    close_by("log score of a mixture", value(&mixture.log_score), 0.806_093_777_3, 1e-6);
    let gain = mixture.log_score_gain.unwrap();
    close_by("gain", gain.value, 0.014_150_623_0, 1e-4);
    assert!(gain.ci_low.unwrap() > 0.0, "{gain:?}");
    let weight = |kind: v1::ModelKind| {
        let standing = answer.standings.iter().find(|standing| standing.kind() == kind).unwrap();
        value(&standing.weight)
    };
    for (kind, wanted) in [
        (v1::ModelKind::ParetoNbd, 0.319_907),
        (v1::ModelKind::MbgNbd, 0.278_804),
        (v1::ModelKind::Nbd, 0.243_207),
        (v1::ModelKind::BgNbd, 0.158_082),
        // The same as BG/NBD and MBG/NBD, since k is 1.
        (v1::ModelKind::BgCnbdK, 0.0),
        (v1::ModelKind::MbgCnbdK, 0.0),
    ] {
        assert!((weight(kind) - wanted).abs() < 1e-4, "{kind:?}: {}", weight(kind));
    }
    let model = default_model(&clients).await;
    assert_eq!((model.model_id.as_str(), model.kind()), ("mixture-1", v1::ModelKind::ParetoNbd));
    assert_eq!(model.members.len(), 4);
    assert_eq!(model.members[0].parameters, model.parameters);
    for member in &model.members {
        close_by("weight", Some(member.weight), weight(member.kind()), 1e-12);
    }
    // How far off it was on each day is told, the last one first.
    let told = [&[model.backtest_bias.unwrap()][..], &model.earlier_backtest_biases].concat();
    assert_eq!(told.len(), answer.landmarks.len());
    for (told, landmark) in told.into_iter().zip(answer.landmarks.into_iter().rev()) {
        let v1::ForecastLandmark { calibration_end, holdout_end, .. } = landmark;
        let day = v1::CompareModelsRequest { calibration_end, holdout_end, ..Default::default() };
        let day = clients.clv.clone().compare_models(day).await.unwrap().into_inner();
        let over_came = |kind: v1::ModelKind| {
            let result = day.results.iter().find(|result| result.kind() == kind).unwrap();
            1.0 + result.purchases.as_ref().unwrap().total_error_ratio.unwrap()
        };
        let mixed: f64 = model.members.iter().map(|member| member.weight * over_came(member.kind())).sum();
        // What a learner moves on a day it has not seen is told by nothing else.
        assert!((told / mixed - 1.0).abs() < 0.1, "{told} and {mixed}");
    }
}

fn ask(customer: &str, model_id: &str, horizon: String) -> v1::PredictCustomerRequest {
    v1::PredictCustomerRequest {
        customer_id: customer.to_owned(),
        model_id: model_id.to_owned(),
        horizon,
        with_distribution: true,
        ..Default::default()
    }
}

/// A customer's pace, which is what its parts add up to.
fn told_pace(moved: &v1::MovedPace, model: &v1::Model) -> f64 {
    let said = moved.log_pace_of_everybody + moved.habits.iter().map(|of| of.log_pace).sum::<f64>();
    close_by("pace", Some(moved.pace), ((32.0 * moved.weight * said).round() / 32.0).exp(), 1e-9);
    let own_pace = model.own_pace.as_ref().unwrap();
    close_by("weight of paces", Some(moved.weight), value(&own_pace.weight), 1e-12);
    moved.pace
}

/// Whatever a mixture says is the weighted mean of what its models say, and what a learner makes of each.
#[tokio::test]
async fn a_mixture_says_the_mean_of_what_its_models_say() {
    let (_server, clients) = bursts::loaded().await;
    let mixture = default_model(&clients).await;
    const DAYS: f64 = 365.0;
    // Rates drift a little, and are believed to over 1.6 times the longest distance at which it was seen, half of the history.
    let drift = mixture.pace.as_ref().unwrap().drift.as_ref().unwrap();
    let pace_of_shop = drift.yearly_factor.powf(1.6 * 0.5 * bursts::known_days() / 365.25);
    let mut models = Vec::new();
    for member in &mixture.members {
        let request = v1::FitModelRequest { kind: member.kind, keep_default: true, ..Default::default() };
        let alone = clients.fit(request).await.unwrap();
        assert_eq!(alone.parameters, member.parameters);
        close_by("log-likelihood", alone.log_likelihood, member.log_likelihood, 0.0);
        models.push((member.weight, alone.model_id));
    }
    for customer in ["c001", "c157", "c516"] {
        let ask_whole = ask(customer, "", format!("{DAYS}d"));
        let whole = clients.clv.clone().predict_customer(ask_whole).await.unwrap().into_inner();
        assert_eq!(whole.model_id, mixture.model_id);
        // Models are asked about as many days as pass at the customer's pace, between whole ones on a straight line.
        let pace = told_pace(whole.moved_pace.as_ref().unwrap(), &mixture);
        let days = pace * pace_of_shop * DAYS;
        let moved = whole.moved_odds.unwrap();
        let log_odds = moved.log_odds_of_everybody + moved.habits.iter().map(|of| of.log_odds).sum::<f64>();
        let (w, odds) = (moved.weight, log_odds.exp());
        close_by("weight", Some(w), value(&mixture.learner.as_ref().unwrap().weight), 1e-12);
        let with_learner = |p: f64| (1.0 - w) * p + w * p * odds / (1.0 - p + p * odds);
        let (mut alive, mut by_models, mut purchases, mut some) = (0.0, 0.0, 0.0, 0.0);
        let mut widths = Vec::new();
        for (weight, id) in &models {
            let mut parts = Vec::new();
            for days in [days.floor(), days.floor() + 1.0] {
                let ask = ask(customer, id, format!("{days}d"));
                let part = clients.clv.clone().predict_customer(ask).await.unwrap().into_inner();
                assert_eq!(
                    (part.moved_odds, part.moved_pace),
                    (None, None),
                    "a model by name has no learner"
                );
                parts.push((1.0 - part.purchase_probabilities[0].probability, part.prediction.unwrap()));
            }
            let between = |of: &dyn Fn(&(f64, v1::Prediction)) -> f64| {
                let share = days - days.floor();
                (1.0 - share) * of(&parts[0]) + share * of(&parts[1])
            };
            let returns = between(&|(returns, _)| *returns);
            let prediction = &parts[0].1;
            by_models += weight * value(&prediction.alive_probability);
            alive += weight * with_learner(value(&prediction.alive_probability));
            some += weight * with_learner(returns);
            let expects = between(&|(_, prediction)| value(&prediction.expected_purchases));
            purchases += weight * expects * with_learner(returns) / returns;
            let expected = prediction.expected_purchases.as_ref().unwrap();
            widths.push(expected.standard_error.unwrap() / expected.value.unwrap());
        }
        let prediction = whole.prediction.unwrap();
        close_by("alive by models", Some(moved.alive_probability_by_models), by_models, 1e-12);
        close_by("alive", value(&prediction.alive_probability), alive, 1e-9);
        close_by("purchases", value(&prediction.expected_purchases), purchases, 1e-5);
        close_by("none", Some(whole.purchase_probabilities[0].probability), 1.0 - some, 1e-5);
        let expected = prediction.expected_purchases.unwrap();
        let methods = [v1::EstimateMethod::Mixture, v1::EstimateMethod::MixtureSpread];
        assert!(expected.methods().eq(methods), "{expected:?}");
        // What is uncertain within them and between them: not less than within the surest.
        let least = widths.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(expected.standard_error.unwrap() / expected.value.unwrap() > least, "{expected:?}");
        let (low, high) = (expected.ci_low.unwrap(), expected.ci_high.unwrap());
        assert!(low < expected.value.unwrap() && expected.value.unwrap() < high);
    }
}

/// A learner beside models of customers who come in bursts, by what was known on three past days.
#[tokio::test]
async fn what_habits_say_beside_models_is_learned_told_and_kept() {
    let (mut server, clients) = bursts::loaded().await;
    let model = default_model(&clients).await;
    let learner = model.learner.clone().unwrap();
    let (weight, gain) = (learner.weight.unwrap(), learner.log_score_gain.unwrap());
    assert!(
        (0.1..1.0).contains(&weight.value.unwrap()) && weight.standard_error.unwrap() < 0.3,
        "{weight:?}"
    );
    assert!(gain.value.unwrap() > 0.0 && gain.ci_low.is_some() && gain.n > 1_500, "{gain:?}");
    let log_odds: Vec<f64> = learner.habits.iter().map(|of| of.mean_log_odds).collect();
    assert!(log_odds.len() > 5 && log_odds.is_sorted_by(|a, b| a >= b), "{:?}", learner.habits);
    let compared = clients.clv.clone().compare_models(v1::CompareModelsRequest::default()).await;
    let compared = compared.unwrap().into_inner().learner.unwrap();
    assert_eq!((compared.weight.unwrap(), compared.log_score_gain.unwrap()), (weight, gain));
    // One landmark has no other to be judged on.
    let one = v1::CompareModelsRequest { calibration_end: bursts::AMID.to_owned(), ..Default::default() };
    assert_eq!(clients.clv.clone().compare_models(one).await.unwrap().into_inner().learner, None);
    // Everything that is told of it stands after a restart.
    server.restart();
    assert_eq!(default_model(&server.clients().await).await, model);
}

/// Weights are found from what was known then: a model that did better later counts no more for it.
#[tokio::test]
async fn the_past_is_forecast_by_models_that_knew_no_more() {
    let (_server, clients) = loaded().await;
    let end = at("1997-10-01T00:00:00Z");
    let everybody =
        v1::PredictCustomersRequest { as_of: Some(end), horizon: "39w".to_owned(), ..Default::default() };
    let then = clients.predictions(everybody.clone()).await.unwrap();
    assert_eq!(then.len(), cdnow::CUSTOMERS);
    // A workspace that ends there knows nothing else.
    let server = Server::start();
    let early = server.clients().await;
    let known =
        cdnow::rows().into_iter().filter(|row| row.time.is_some_and(|time| time.seconds < end.seconds));
    let chunks: Vec<_> = known
        .collect::<Vec<_>>()
        .chunks(1_000)
        .zip(1..)
        .map(|(rows, n)| cdnow::chunk(n, rows.to_vec()))
        .collect();
    early.import(chunks).await.1.unwrap();
    let now = early.predictions(everybody).await.unwrap();
    assert_eq!(then, now);
}

/// Fifty times CDNOW: an even part of so many customers says which models speak, here and for the workspace, and results are of all.
#[tokio::test]
async fn many_customers_are_judged_by_an_even_part_of_them() {
    const TIMES: i64 = 50;
    let server = Server::start();
    let clients = server.clients().await;
    let sample = cdnow::rows();
    let as_often = |time: i64| -> Vec<v1::Transaction> {
        let renamed = |row: &v1::Transaction| v1::Transaction {
            customer_id: format!("{time}-{}", row.customer_id),
            ..row.clone()
        };
        sample.iter().map(renamed).collect()
    };
    let chunks = (0..TIMES).map(|time| cdnow::chunk(time + 1, as_often(time))).collect();
    clients.import(chunks).await.1.unwrap();
    let answer = clients.clv.clone().compare_models(v1::CompareModelsRequest::default()).await;
    let answer = answer.unwrap().into_inner();
    assert_eq!(answer.customers, TIMES * 2_357);
    for landmark in &answer.landmarks {
        assert!((landmark.customers - 100_000).abs() < 500, "{landmark:?}");
    }
    // What came of a part is what came of all, but for chance.
    let share = 100_000.0 / (TIMES * 2_357) as f64;
    let came = answer.landmarks.last().unwrap().purchases as f64;
    assert!((came / (share * (TIMES * 1_156) as f64) - 1.0).abs() < 0.02, "{came}");
    let of_all = answer.results[0].purchases.as_ref().unwrap();
    close_by("came", Some(of_all.actual_total), (TIMES * 1_156) as f64, 1e-12);
    // Both halves of them are judged.
    assert!(answer.mixture.is_some());
    let judged = answer.standings[0].log_score.as_ref().unwrap().n;
    assert!((judged - 30_000).abs() < 1_000, "{judged}");
    let model = default_model(&clients).await;
    assert_eq!(model.fit_reason, format!("first model: {}", answer.reason));
    assert!(model.members.len() > 1, "{model:?}");
    for member in &model.members {
        let standing = answer.standings.iter().find(|standing| standing.kind == member.kind).unwrap();
        close_by("weight", Some(member.weight), value(&standing.weight), 1e-12);
    }
}
