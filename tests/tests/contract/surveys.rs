//! Surveys of every kind through the contract, against published numbers and the mistakes of other systems.

use lojal_proto::v1;
use lojal_tests::say::{self, answer, attributes, close, respond};
use lojal_tests::{Clients, Server, at, failure};
use v1::{SurveyDisposition as Stage, SurveyMetric as Metric};

const DAY: &str = "2026-03-01T12:00:00Z";

fn stage(id: &str, disposition: Stage, day: u32) -> v1::SurveyResponse {
    v1::SurveyResponse {
        response_id: id.to_owned(),
        time: Some(at(&format!("2026-03-{day:02}T12:00:00Z"))),
        disposition: disposition.into(),
        ..Default::default()
    }
}

/// The reason and the field of a refusal to record one answer.
async fn refused(clients: &Clients, response: v1::SurveyResponse) -> (String, String) {
    let request = v1::RecordSurveyResponsesRequest { survey_responses: vec![response], skip_invalid: false };
    say::refusal(clients.ingest.clone().record_survey_responses(request).await)
}

/// Answers that make so many promoters, passives and detractors, each of a customer of a market.
async fn market(clients: &Clients, market: &str, counts: [usize; 3]) {
    let scores =
        [9, 7, 3].into_iter().zip(counts).flat_map(|(score, count)| std::iter::repeat_n(score, count));
    let answers: Vec<_> = scores
        .enumerate()
        .map(|(i, score)| answer(&format!("{market}{i}"), &format!("{market}{i}"), Metric::Nps, score))
        .collect();
    attributes(clients, answers.iter().map(|answer| (answer.customer_id.clone(), "market", market))).await;
    respond(clients, answers).await;
}

#[tokio::test]
async fn golden_comparison_of_two_samples() {
    let server = Server::start();
    let clients = server.clients().await;
    market(&clients, "hr", [40, 30, 30]).await;
    market(&clients, "pl", [55, 25, 20]).await;
    let request = v1::CompareNpsRequest { group_by: "market".to_owned(), ..Default::default() };
    let answer = clients.nps.clone().compare_nps(request).await.unwrap().into_inner();
    let [found] = &answer.comparisons[..] else { panic!("{answer:?}") };
    assert_eq!((&*found.first, &*found.second), ("hr", "pl"));
    close(found.z, -2.1506, 5e-5);
    close(found.p_value, 0.0315, 5e-5);
    close(found.adjusted_p_value, 0.0315, 5e-5);
    let difference = found.difference.clone().unwrap();
    close(difference.value, -25.0, 1e-9);
    // Around the adjusted difference.
    close(difference.ci_low.zip(difference.ci_high).map(|(low, high)| (low + high) / 2.0), -24.272, 5e-4);
    assert_eq!(difference.n, 200);
}

#[tokio::test]
async fn respondents_are_compared_with_themselves() {
    let server = Server::start();
    let clients = server.clients().await;
    let at_time = |id: String, who: &str, time: &str, score| v1::SurveyResponse {
        time: Some(at(time)),
        ..answer(&id, who, Metric::Nps, score)
    };
    let mut answers = Vec::new();
    for (i, (before, after)) in [(9, 9), (9, 3), (7, 10), (2, 8), (10, 10)].into_iter().enumerate() {
        let who = format!("c{i}");
        answers.push(at_time(format!("a{i}"), &who, "2026-02-10T00:00:00Z", 0));
        // The last answer of a window counts.
        answers.push(at_time(format!("b{i}"), &who, "2026-02-20T00:00:00Z", before));
        answers.push(at_time(format!("d{i}"), &who, "2026-03-20T00:00:00Z", after));
    }
    // Who answered once, or without a name, is in no pair.
    answers.push(at_time("x".to_owned(), "once", "2026-03-20T00:00:00Z", 0));
    answers.push(at_time("y".to_owned(), "", "2026-03-20T00:00:00Z", 0));
    respond(&clients, answers).await;
    let request = v1::CompareNpsRequest {
        window: "2026-03".to_owned(),
        baseline_window: "2026-02".to_owned(),
        paired: true,
        ..Default::default()
    };
    let found = clients.nps.clone().compare_nps(request).await.unwrap().into_inner().comparisons.remove(0);
    // Changes of category: 0, -2, 1, 1, 0.
    let difference = found.difference.unwrap();
    close(difference.value, 0.0, 1e-9);
    assert_eq!(difference.n, 5);
    close(difference.standard_error, 100.0 * (6.0_f64 / 4.0 / 5.0).sqrt(), 1e-9);
    assert_eq!((found.first_nps.unwrap().n, found.second_nps.unwrap().n), (5, 5));
}

#[tokio::test]
async fn golden_sample_sizes() {
    let server = Server::start();
    let mut nps = server.clients().await.nps;
    for (margin, answers) in [(10.0, 385), (5.0, 1537), (3.0, 4269)] {
        let request =
            v1::PlanNpsSampleRequest { margin: Some(margin), variance: Some(1.0), ..Default::default() };
        let plan = nps.plan_nps_sample(request).await.unwrap().into_inner();
        assert_eq!((plan.answers, plan.answers_at_worst), (Some(answers), Some(answers)));
    }
    // Without anything: five points up and down, at the worst, which is said.
    let plan = nps.plan_nps_sample(v1::PlanNpsSampleRequest::default()).await.unwrap().into_inner();
    assert_eq!((plan.answers, plan.variance.to_bits()), (Some(1537), 1.0_f64.to_bits()));
    assert!(plan.provenance.unwrap().warnings[0].contains("worst case"));
    let request = v1::PlanNpsSampleRequest { answers: Some(385), ..Default::default() };
    let plan = nps.plan_nps_sample(request).await.unwrap().into_inner();
    close(plan.margin, 9.989, 5e-4);
    assert_eq!(plan.answers, None);
    for request in [
        v1::PlanNpsSampleRequest { margin: Some(0.0), ..Default::default() },
        v1::PlanNpsSampleRequest { margin: Some(f64::NAN), ..Default::default() },
        v1::PlanNpsSampleRequest { answers: Some(0), ..Default::default() },
        v1::PlanNpsSampleRequest { power: Some(1.0), ..Default::default() },
        v1::PlanNpsSampleRequest { population: Some(-1), ..Default::default() },
        v1::PlanNpsSampleRequest { variance: Some(1.5), ..Default::default() },
    ] {
        let status = nps.plan_nps_sample(request.clone()).await.unwrap_err();
        assert_eq!(failure(&status).reason, "INVALID_FIELD", "{request:?}");
    }
}

#[tokio::test]
async fn golden_satisfaction() {
    let server = Server::start();
    let clients = server.clients().await;
    let scores = [(5, 44), (4, 40), (3, 6), (2, 5), (1, 5)];
    let answers = scores.iter().flat_map(|(score, count)| std::iter::repeat_n(*score, *count)).enumerate();
    respond(&clients, answers.map(|(i, score)| answer(&format!("a{i}"), "", Metric::Csat, score)).collect())
        .await;
    let found = clients.surveys.clone().get_csat(v1::GetCsatRequest::default()).await.unwrap().into_inner();
    let csat = found.csat.unwrap();
    close(csat.value, 0.84, 1e-12);
    close(csat.ci_low, 0.7558, 5e-5);
    close(csat.ci_high, 0.8990, 5e-5);
    assert_eq!((csat.n, &*csat.method), (100, "wilson"));
    let whole = found.whole.unwrap();
    assert_eq!(whole.score_counts, [5, 5, 6, 40, 44]);
    close(whole.mean.unwrap().value, 4.13, 1e-12);
    close(whole.index.unwrap().value, 78.25, 1e-9);
    assert_eq!(found.scale.unwrap().top_box, 4);
    // 0 of 20 satisfied with 5 alone, on a workspace of its own.
    let clients = clients.in_workspace("none");
    respond(&clients, (0..20).map(|i| answer(&format!("a{i}"), "", Metric::Csat, 3)).collect()).await;
    let found = clients.surveys.clone().get_csat(v1::GetCsatRequest::default()).await.unwrap().into_inner();
    let csat = found.csat.unwrap();
    assert_eq!((csat.value, csat.ci_low), (Some(0.0), Some(0.0)));
    close(csat.ci_high, 0.1611, 5e-5);
}

#[tokio::test]
async fn the_two_efforts_are_never_mixed() {
    let server = Server::start();
    let clients = server.clients().await;
    let none = clients.surveys.clone().get_ces(v1::GetCesRequest::default()).await.unwrap().into_inner();
    assert_eq!((none.ces.unwrap().value, none.scale), (None, None));
    respond(&clients, (0..4).map(|i| answer(&format!("a{i}"), "", Metric::Ces2, [7, 6, 4, 1][i])).collect())
        .await;
    let ease = clients.surveys.clone().get_ces(v1::GetCesRequest::default()).await.unwrap().into_inner();
    let whole = ease.whole.unwrap();
    close(ease.ces.unwrap().value, 4.5, 1e-12);
    close(whole.net_easy.unwrap().value, 0.25, 1e-12);
    close(whole.top_box_share.unwrap().value, 0.5, 1e-12);
    close(whole.index.unwrap().value, 100.0 * 3.5 / 6.0, 1e-9);
    respond(&clients, vec![answer("b0", "", Metric::Ces1, 1), answer("b1", "", Metric::Ces1, 2)]).await;
    // Beside each other, and the whole is that of the one with most answers.
    let both = clients.surveys.clone().get_ces(v1::GetCesRequest::default()).await.unwrap().into_inner();
    close(both.ces.unwrap().value, 4.5, 1e-12);
    let versions: Vec<(Metric, Option<f64>)> = both
        .questions
        .iter()
        .map(|row| (row.scale.as_ref().unwrap().metric(), row.mean.as_ref().unwrap().value))
        .collect();
    assert_eq!(versions, [(Metric::Ces2, Some(4.5)), (Metric::Ces1, Some(1.5))]);
    let request = v1::GetCesRequest { metric: Metric::Ces1.into(), ..Default::default() };
    let effort = clients.surveys.clone().get_ces(request).await.unwrap().into_inner();
    // Lower is better: 1.5 of 5 is 87.5 of 100.
    close(effort.ces.unwrap().value, 1.5, 1e-12);
    let whole = effort.whole.unwrap();
    let index = whole.index.unwrap();
    close(index.value, 87.5, 1e-9);
    assert!(index.ci_low < index.value && index.value < index.ci_high);
    close(whole.top_box_share.unwrap().value, 1.0, 1e-12);
    assert!(whole.net_easy.is_none() && effort.scale.unwrap().lower_is_better);
    let request = v1::GetCesRequest { metric: Metric::Csat.into(), ..Default::default() };
    assert_eq!(failure(&clients.surveys.clone().get_ces(request).await.unwrap_err()).fields[0].0, "metric");
}

#[tokio::test]
async fn scales_are_never_mixed() {
    let server = Server::start();
    let clients = server.clients().await;
    let on_seven = |id: &str, score| v1::SurveyResponse {
        scale_max: Some(7),
        survey_id: "seven".to_owned(),
        ..answer(id, "", Metric::Csat, score)
    };
    respond(&clients, vec![answer("a", "", Metric::Csat, 4), on_seven("b", 6), on_seven("c", 5)]).await;
    let both = clients.surveys.clone().get_csat(v1::GetCsatRequest::default()).await.unwrap().into_inner();
    assert_eq!(both.scale.unwrap().max, 7);
    let scales: Vec<(i32, i64)> = both
        .questions
        .iter()
        .map(|row| (row.scale.as_ref().unwrap().max, row.mean.as_ref().unwrap().n))
        .collect();
    assert_eq!(scales, [(7, 2), (5, 1)]);
    let told = both.provenance.unwrap();
    assert_eq!(told.warning_codes, [i32::from(v1::WarningCode::SeveralQuestions)]);
    assert!(told.warnings[0].contains("CSAT, relationship, 1 to 7; 1 answer to CSAT"), "{:?}", told.warnings);
    let filter = v1::ScoreFilter { survey_id: "seven".to_owned(), ..Default::default() };
    let request = v1::GetCsatRequest { answers: Some(filter), ..Default::default() };
    let found = clients.surveys.clone().get_csat(request.clone()).await.unwrap().into_inner();
    close(found.csat.unwrap().value, 0.5, 1e-12);
    let outside = v1::GetCsatRequest { top_box: Some(8), ..request };
    assert_eq!(failure(&clients.surveys.clone().get_csat(outside).await.unwrap_err()).fields[0].0, "top_box");
}

#[tokio::test]
async fn questions_of_ones_own_are_told_apart() {
    let server = Server::start();
    let clients = server.clients().await;
    let own = |id: &str, survey: &str, score| v1::SurveyResponse {
        survey_id: survey.to_owned(),
        scale_min: Some(-2),
        scale_max: Some(2),
        lower_is_better: survey == "noise",
        ..answer(id, "", Metric::Custom, score)
    };
    respond(&clients, vec![own("a", "packaging", 2), own("b", "noise", -2), own("c", "noise", 0)]).await;
    let custom = v1::GetScoresRequest { metric: Metric::Custom.into(), ..Default::default() };
    let both = clients.surveys.clone().get_scores(custom.clone()).await.unwrap().into_inner();
    let surveys: Vec<&str> = both.questions.iter().map(|row| &*row.survey_id).collect();
    assert_eq!(surveys, ["noise", "packaging"]);
    let filter = v1::ScoreFilter { survey_id: "noise".to_owned(), ..Default::default() };
    let request = v1::GetScoresRequest { answers: Some(filter), ..custom };
    let found = clients.surveys.clone().get_scores(request).await.unwrap().into_inner();
    let whole = found.whole.unwrap();
    close(whole.mean.unwrap().value, -1.0, 1e-12);
    close(whole.index.unwrap().value, 75.0, 1e-9);
    assert_eq!((found.scale.unwrap().top_box, whole.score_counts), (-1, vec![1, 0, 1, 0, 0]));
}

/// Formbricks #2908: dismissed surveys were counted as answers. Graph Explorer #2026: a raw score of 0 was dropped.
#[tokio::test]
async fn dismissed_is_no_answer_and_zero_is_one() {
    let server = Server::start();
    let clients = server.clients().await;
    let dismissed = (0..5).map(|i| stage(&format!("d{i}"), Stage::Dismissed, 1));
    respond(
        &clients,
        dismissed.chain([answer("a", "", Metric::Nps, 0), answer("b", "", Metric::Nps, 10)]).collect(),
    )
    .await;
    let found = clients.nps.clone().get_nps(v1::GetNpsRequest::default()).await.unwrap().into_inner();
    let nps = found.nps.unwrap();
    assert_eq!((nps.n, nps.value, found.score_counts[0]), (2, Some(0.0), 1));
}

/// PostHog #19500, KubeStellar console #8257: an NPS of another question, or on a scale from 1 to 4, where every answer is a
/// detractor.
#[tokio::test]
async fn the_nps_is_of_its_own_question_and_scale() {
    let server = Server::start();
    let clients = server.clients().await;
    respond(&clients, vec![answer("a", "", Metric::Csat, 5), answer("b", "", Metric::Nps, 9)]).await;
    let found = clients.nps.clone().get_nps(v1::GetNpsRequest::default()).await.unwrap().into_inner();
    assert_eq!((found.nps.unwrap().n, found.promoters), (1, 1));
    let on_four =
        v1::SurveyResponse { scale_min: Some(1), scale_max: Some(4), ..answer("c", "", Metric::Nps, 4) };
    assert_eq!(refused(&clients, on_four).await, refusal("scale_min"));
}

fn refusal(field: &str) -> (String, String) {
    ("INVALID_FIELD".to_owned(), format!("survey_responses[0].{field}"))
}

#[tokio::test]
async fn a_bad_answer_is_refused_by_its_field() {
    let server = Server::start();
    let clients = server.clients().await;
    let good = || answer("a", "c", Metric::Csat, 5);
    let table = [
        (v1::SurveyResponse { score: Some(6), ..good() }, "score"),
        (v1::SurveyResponse { score: None, ..good() }, "score"),
        (v1::SurveyResponse { disposition: Stage::Dismissed.into(), ..good() }, "score"),
        (v1::SurveyResponse { disposition: 99, ..good() }, "disposition"),
        (v1::SurveyResponse { metric: 99, ..good() }, "metric"),
        (v1::SurveyResponse { scale_max: Some(11), ..good() }, "scale_max"),
        (v1::SurveyResponse { scale_max: Some(1), ..good() }, "scale_max"),
        (v1::SurveyResponse { lower_is_better: true, ..good() }, "lower_is_better"),
        (v1::SurveyResponse { weight: Some(0.0), ..good() }, "weight"),
        (v1::SurveyResponse { weight: Some(f64::NAN), ..good() }, "weight"),
        (v1::SurveyResponse { weight: Some(1e-7), ..good() }, "weight"),
        (v1::SurveyResponse { topics: vec!["x".to_owned(), String::new()], ..good() }, "topics"),
        (v1::SurveyResponse { topics: vec!["x".to_owned(); 9], ..good() }, "topics"),
        (v1::SurveyResponse { topics: vec!["x".repeat(65)], ..good() }, "topics"),
        (answer("a", "c", Metric::Custom, 1), "scale_min"),
        (
            v1::SurveyResponse {
                scale_min: Some(0),
                scale_max: Some(1),
                ..answer("a", "c", Metric::Custom, 1)
            },
            "survey_id",
        ),
        (
            v1::SurveyResponse {
                scale_min: Some(-1_001),
                scale_max: Some(1),
                survey_id: "s".to_owned(),
                ..answer("a", "c", Metric::Custom, 1)
            },
            "scale_min",
        ),
    ];
    for (response, field) in table {
        assert_eq!(refused(&clients, response.clone()).await, refusal(field), "{response:?}");
    }
    // Nothing of that was recorded, an anonymous answer is, and the same id has one score.
    assert_eq!(clients.workspace().await.survey_responses, 0);
    respond(&clients, vec![answer("a", "", Metric::Csat, 5)]).await;
    let other = answer("a", "", Metric::Csat, 4);
    assert_eq!(refused(&clients, other).await.0, "RECORD_CONFLICT");
    respond(&clients, vec![answer("a", "", Metric::Csat, 5)]).await;
    assert_eq!(clients.workspace().await.survey_responses, 1);
}

#[tokio::test]
async fn participation_counts_each_survey_once() {
    let server = Server::start();
    let clients = server.clients().await;
    let done = |id: &str, score| v1::SurveyResponse {
        time: Some(at("2026-03-09T12:00:00Z")),
        ..answer(id, "", Metric::Nps, score)
    };
    let partly = v1::SurveyResponse { disposition: Stage::Partial.into(), score: None, ..done("e", 0) };
    respond(
        &clients,
        vec![
            // Ten invitations, one of which bounces; eight are known to be delivered, one is shown to be by its answer.
            stage("a", Stage::Invited, 1),
            stage("a", Stage::Delivered, 2),
            v1::SurveyResponse { disposition: Stage::Partial.into(), ..done("a", 3) },
            done("a", 9),
            stage("b", Stage::Invited, 1),
            done("b", 8),
            stage("c", Stage::Invited, 1),
            stage("c", Stage::Bounced, 2),
            stage("d", Stage::Invited, 1),
            stage("d", Stage::Delivered, 2),
            stage("d", Stage::Dismissed, 3),
            stage("e", Stage::Invited, 1),
            stage("e", Stage::Delivered, 2),
            partly,
            // In an app nobody is invited.
            stage("f", Stage::Delivered, 2),
            done("g", 10),
        ],
    )
    .await;
    let request =
        v1::GetResponseRateRequest { interval: v1::CalendarInterval::Month.into(), ..Default::default() };
    let found = clients.surveys.clone().get_response_rate(request).await.unwrap().into_inner();
    let whole = found.whole.unwrap();
    let counts =
        [whole.invited, whole.delivered, whole.bounced, whole.dismissed, whole.partial, whole.completed];
    assert_eq!(counts, [5, 5, 1, 1, 1, 2]);
    assert_eq!(whole.unsolicited, 1);
    close(whole.response_rate.unwrap().value, 3.0 / 5.0, 1e-12);
    close(whole.completion_rate.unwrap().value, 2.0 / 3.0, 1e-12);
    close(whole.strict_response_rate.unwrap().value, 2.0 / 5.0, 1e-12);
    assert_eq!(found.rows.len(), 1);
    assert_eq!(found.provenance.unwrap().excluded[0].count, 1);
    // The partial answer of a survey that was completed later does not count beside it.
    let nps = clients.nps.clone().get_nps(v1::GetNpsRequest::default()).await.unwrap().into_inner();
    assert_eq!((nps.nps.unwrap().n, nps.detractors), (3, 0));
    let before = v1::GetNpsRequest { as_of: Some(at("2026-03-09T12:00:00Z")), ..Default::default() };
    assert_eq!(clients.nps.clone().get_nps(before).await.unwrap().into_inner().nps.unwrap().value, None);
}

#[tokio::test]
async fn the_base_counts_by_its_customers() {
    let server = Server::start();
    let clients = server.clients().await;
    attributes(&clients, (0..90).map(|i| (format!("quiet{i}"), "plan", "free"))).await;
    attributes(&clients, (0..10).map(|i| (format!("loud{i}"), "plan", "paid"))).await;
    let quiet = (0..3).map(|i| answer(&format!("q{i}"), &format!("quiet{i}"), Metric::Nps, 2));
    let loud = (0..9).map(|i| answer(&format!("l{i}"), &format!("loud{i}"), Metric::Nps, 10));
    respond(&clients, quiet.chain(loud).collect()).await;
    let request = v1::GetNpsRequest { weight_to_base_by: "plan".to_owned(), ..Default::default() };
    let found = clients.nps.clone().get_nps(request).await.unwrap().into_inner();
    close(found.nps.unwrap().value, 50.0, 1e-9);
    let base = found.nps_of_base.unwrap();
    close(base.value, -80.0, 1e-9);
    assert_eq!((&*base.method, base.n), ("post_stratified", 12));
    let request = v1::GetNpsRequest { weight_to_base_by: "tier".to_owned(), ..Default::default() };
    let status = clients.nps.clone().get_nps(request).await.unwrap_err();
    assert_eq!(failure(&status).fields[0].0, "weight_to_base_by");
    // All of a base of twelve answered.
    let request = v1::GetNpsRequest { population: Some(12), ..Default::default() };
    let known = clients.nps.clone().get_nps(request).await.unwrap().into_inner().nps.unwrap();
    assert_eq!((known.ci_low, known.ci_high), (Some(50.0), Some(50.0)));
}

#[tokio::test]
async fn answers_weigh_what_they_stand_for() {
    let server = Server::start();
    let clients = server.clients().await;
    let heavy = v1::SurveyResponse { weight: Some(3.0), ..answer("a", "", Metric::Nps, 0) };
    respond(&clients, vec![heavy, answer("b", "", Metric::Nps, 9)]).await;
    let found = clients.nps.clone().get_nps(v1::GetNpsRequest::default()).await.unwrap().into_inner();
    close(found.nps.unwrap().value, -50.0, 1e-9);
    close(found.effective_n, 16.0 / 10.0, 1e-9);
}

#[tokio::test]
async fn scores_are_compared() {
    let server = Server::start();
    let clients = server.clients().await;
    let by_channel = |channel: &str, scores: [i32; 6]| -> Vec<v1::SurveyResponse> {
        let each = |(i, score): (usize, i32)| v1::SurveyResponse {
            channel: channel.to_owned(),
            ..answer(&format!("{channel}{i}"), "", Metric::Csat, score)
        };
        scores.into_iter().enumerate().map(each).collect()
    };
    respond(&clients, by_channel("email", [5, 5, 4, 5, 4, 5])).await;
    respond(&clients, by_channel("phone", [2, 1, 3, 2, 4, 1])).await;
    respond(&clients, by_channel("web", [5, 4, 4, 4, 5, 5])).await;
    let request = v1::CompareScoresRequest { group_by: "channel".to_owned(), ..Default::default() };
    let found = clients.surveys.clone().compare_scores(request).await.unwrap().into_inner();
    let pairs: Vec<(&str, &str)> =
        found.comparisons.iter().map(|each| (&*each.first, &*each.second)).collect();
    assert_eq!(pairs, [("email", "phone"), ("email", "web"), ("phone", "web")]);
    let first = &found.comparisons[0];
    // scipy.stats.ttest_ind([5,5,4,5,4,5], [2,1,3,2,4,1], equal_var=False)
    close(first.t, 4.791_574_237_499_55, 1e-9);
    assert!(first.p_value < first.adjusted_p_value && first.adjusted_p_value < Some(0.01));
    close(first.top_box_difference.clone().unwrap().value, 5.0 / 6.0, 1e-12);
    for request in [
        v1::CompareScoresRequest::default(),
        v1::CompareScoresRequest {
            group_by: "channel".to_owned(),
            baseline_window: "30d".to_owned(),
            ..Default::default()
        },
        v1::CompareScoresRequest { group_by: "channel".to_owned(), paired: true, ..Default::default() },
        v1::CompareScoresRequest { baseline_window: "2026-Q5".to_owned(), ..Default::default() },
        v1::CompareScoresRequest { group_by: "tier".to_owned(), ..Default::default() },
        v1::CompareScoresRequest {
            group_by: "channel".to_owned(),
            metric: Metric::Nps.into(),
            ..Default::default()
        },
    ] {
        let status = clients.surveys.clone().compare_scores(request.clone()).await.unwrap_err();
        assert_eq!(failure(&status).reason, "INVALID_FIELD", "{request:?}");
    }
}

#[tokio::test]
async fn comments_are_summarized_in_any_language() {
    let server = Server::start();
    let clients = server.clients().await;
    let said = |id: &str, score, comment: &str, topic: &str| v1::SurveyResponse {
        comment: comment.to_owned(),
        topics: vec![topic.to_owned()],
        ..answer(id, "", Metric::Nps, score)
    };
    respond(
        &clients,
        vec![
            said("a", 2, "Late delivery, again a late delivery!", "delivery"),
            said("b", 4, "The delivery was late.", "delivery"),
            said("c", 9, "Dostava je bila brza", "delivery"),
            said("d", 10, "достава је брза", "price"),
            answer("e", "", Metric::Nps, 5),
        ],
    )
    .await;
    let request = v1::SummarizeCommentsRequest { limit: 2, ..Default::default() };
    let found = clients.surveys.clone().summarize_comments(request).await.unwrap().into_inner();
    assert_eq!((found.answers, found.comments), (5, 4));
    close(found.mean_score.unwrap().value, 6.0, 1e-12);
    let topics: Vec<(&str, i64)> = found.topics.iter().map(|topic| (&*topic.term, topic.answers)).collect();
    assert_eq!(topics, [("delivery", 3), ("price", 1)]);
    let terms: Vec<(&str, i64)> = found.terms.iter().map(|term| (&*term.term, term.answers)).collect();
    assert_eq!(terms, [("delivery", 2), ("late", 2)]);
    close(found.terms[0].mean_score.clone().unwrap().value, 3.0, 1e-12);
    // By topic an answer stands in each of its groups, and the whole counts it once.
    let request = v1::GetNpsRequest { group_by: "topic".to_owned(), ..Default::default() };
    let nps = clients.nps.clone().get_nps(request).await.unwrap().into_inner();
    let groups: Vec<(&str, i64)> =
        nps.rows.iter().map(|row| (&*row.group, row.nps.as_ref().unwrap().n)).collect();
    assert_eq!(groups, [("", 1), ("delivery", 3), ("price", 1)]);
    assert_eq!(nps.nps.unwrap().n, 5);
    let request = v1::SummarizeCommentsRequest { limit: -1, ..Default::default() };
    assert_eq!(
        failure(&clients.surveys.clone().summarize_comments(request).await.unwrap_err()).fields[0].0,
        "limit"
    );
}

#[tokio::test]
async fn comments_are_listed_with_and_without_scores() {
    let server = Server::start();
    let clients = server.clients().await;
    let said = |id: &str, day: u32, score: Option<i32>, comment: &str| v1::SurveyResponse {
        comment: comment.to_owned(),
        score,
        customer_id: format!("c{id}"),
        ..stage(id, if score.is_some() { Stage::Completed } else { Stage::Dismissed }, day)
    };
    let rows = vec![
        said("a", 1, Some(2), "Late delivery"),
        said("b", 2, None, "Where is my delivery?"),
        said("c", 3, Some(9), "Fine"),
        said("d", 4, Some(8), ""),
    ];
    respond(&clients, rows).await;
    let summary = v1::SummarizeCommentsRequest::default();
    let summary = clients.surveys.clone().summarize_comments(summary).await.unwrap().into_inner();
    assert_eq!((summary.answers, summary.comments, summary.comments_without_score), (3, 3, 1));
    let list = async |request: v1::ListResponsesRequest| {
        clients.surveys.clone().list_responses(request).await.map(tonic::Response::into_inner)
    };
    let who = |page: &v1::ListResponsesResponse| -> Vec<String> {
        page.responses.iter().map(|one| one.customer_id.clone()).collect()
    };
    let first = list(v1::ListResponsesRequest { page_size: 2, ..Default::default() }).await.unwrap();
    assert_eq!(who(&first), ["cc", "cb"]);
    let bare = &first.responses[1];
    assert_eq!(
        (bare.score, bare.disposition(), &*bare.comment),
        (None, Stage::Dismissed, "Where is my delivery?")
    );
    let page_token = first.next_page_token;
    let next =
        v1::ListResponsesRequest { page_size: 2, page_token: page_token.clone(), ..Default::default() };
    let last = list(next.clone()).await.unwrap();
    assert_eq!((who(&last), &*last.next_page_token), (vec!["ca".to_owned()], ""));
    let other = v1::ListResponsesRequest { term: "delivery".to_owned(), ..next };
    assert_eq!(failure(&list(other).await.unwrap_err()).reason, "PAGE_TOKEN_MISMATCH");
    for (request, expected) in [
        (v1::ListResponsesRequest { term: "DELIVERY".to_owned(), ..Default::default() }, vec!["cb", "ca"]),
        (v1::ListResponsesRequest { max_score: Some(6), ..Default::default() }, vec!["ca"]),
        (v1::ListResponsesRequest { metric: Metric::Csat.into(), ..Default::default() }, vec![]),
        (
            v1::ListResponsesRequest { window: "2026-03-02/2026-03-03".to_owned(), ..Default::default() },
            vec!["cb"],
        ),
        (v1::ListResponsesRequest { filter: "last_nps > 8".to_owned(), ..Default::default() }, vec!["cc"]),
    ] {
        assert_eq!(who(&list(request.clone()).await.unwrap()), expected, "{request:?}");
    }
    let long = v1::ListResponsesRequest { term: "x".repeat(257), ..Default::default() };
    assert_eq!(failure(&list(long).await.unwrap_err()).fields[0].0, "term");
}

#[tokio::test]
async fn interactions_stand_in_timelines() {
    let server = Server::start();
    let clients = server.clients().await;
    let case = |id: &str, status: &str| v1::Interaction {
        interaction_id: id.to_owned(),
        customer_id: "ann".to_owned(),
        time: Some(at(DAY)),
        kind: v1::InteractionKind::SupportCase.into(),
        name: "repair".to_owned(),
        status: status.to_owned(),
        topics: vec!["quality".to_owned()],
        ..Default::default()
    };
    let interactions = vec![case("i1", "opened"), case("i2", "resolved")];
    let request = v1::RecordInteractionsRequest { interactions, skip_invalid: false };
    let result =
        clients.ingest.clone().record_interactions(request.clone()).await.unwrap().into_inner().result;
    assert_eq!(result.unwrap().recorded, 2);
    let again = clients.ingest.clone().record_interactions(request).await.unwrap().into_inner().result;
    assert_eq!(again.unwrap().duplicates, 2);
    let other =
        v1::RecordInteractionsRequest { interactions: vec![case("i1", "closed")], skip_invalid: false };
    let status = clients.ingest.clone().record_interactions(other).await.unwrap_err();
    assert_eq!(failure(&status).reason, "RECORD_CONFLICT");
    let nobody = v1::Interaction { customer_id: String::new(), ..case("i3", "opened") };
    let nobody = v1::RecordInteractionsRequest { interactions: vec![nobody], skip_invalid: false };
    let status = clients.ingest.clone().record_interactions(nobody).await.unwrap_err();
    assert_eq!(failure(&status).fields[0].0, "interactions[0].customer_id");
    let request = v1::GetCustomerRequest { customer_id: "ann".to_owned(), ..Default::default() };
    let customer =
        clients.customers.clone().get_customer(request).await.unwrap().into_inner().customer.unwrap();
    assert_eq!((customer.interaction_count, clients.workspace().await.interactions), (2, 2));
    let request = v1::GetTimelineRequest { customer_id: "ann".to_owned(), ..Default::default() };
    let events = clients.customers.clone().get_timeline(request).await.unwrap().into_inner().events;
    let Some(v1::timeline_event::Event::Interaction(last)) = &events[0].event else { panic!("{events:?}") };
    assert_eq!(
        (&*last.interaction_id, &*last.status, &last.topics[..]),
        ("i2", "resolved", &["quality".to_owned()][..])
    );
    let request = v1::EraseCustomerRequest { customer_id: "ann".to_owned() };
    let receipt =
        clients.customers.clone().erase_customer(request).await.unwrap().into_inner().receipt.unwrap();
    assert_eq!((receipt.interactions, clients.workspace().await.interactions), (2, 0));
}

/// An answer of one kind within a quarter.
fn in_quarter(id: &str, quarter: u32, kind: v1::SurveyKind, score: i32) -> v1::SurveyResponse {
    let time = Some(at(&format!("2026-{:02}-15T12:00:00Z", 3 * quarter - 1)));
    v1::SurveyResponse { time, kind: kind.into(), ..answer(id, "", Metric::Nps, score) }
}

/// What each window has is one kind, so that only both together show that they must not be compared.
#[tokio::test]
async fn windows_of_different_questions_are_not_compared() {
    let server = Server::start();
    let clients = server.clients().await;
    let (one, two) = (v1::SurveyKind::Relationship, v1::SurveyKind::Transactional);
    let first = (0..10).map(|i| in_quarter(&format!("a{i}"), 1, one, 10));
    let second = (0..10).map(|i| in_quarter(&format!("b{i}"), 2, two, 0));
    respond(&clients, first.chain(second).collect()).await;
    let windows = v1::CompareNpsRequest {
        window: "2026-Q2".to_owned(),
        baseline_window: "2026-Q1".to_owned(),
        as_of: Some(at("2026-07-01T00:00:00Z")),
        ..Default::default()
    };
    for paired in [false, true] {
        let request = v1::CompareNpsRequest { paired, ..windows.clone() };
        let status = clients.nps.clone().compare_nps(request).await.unwrap_err();
        assert_eq!(failure(&status).fields[0].0, "kind", "{status:?}");
    }
    let own = |id: &str, quarter: u32, survey: &str| v1::SurveyResponse {
        metric: Metric::Custom.into(),
        survey_id: survey.to_owned(),
        scale_min: Some(1),
        scale_max: Some(5),
        ..in_quarter(id, quarter, one, 4)
    };
    respond(&clients, vec![own("c1", 1, "packing"), own("c2", 1, "packing"), own("c3", 2, "delivery")]).await;
    let request = v1::CompareScoresRequest {
        metric: Metric::Custom.into(),
        window: windows.window.clone(),
        baseline_window: windows.baseline_window.clone(),
        as_of: windows.as_of,
        ..Default::default()
    };
    let status = clients.surveys.clone().compare_scores(request).await.unwrap_err();
    let told = failure(&status);
    assert_eq!(told.fields[0].0, "answers.survey_id");
    assert!(told.message.contains("\"delivery\" and baseline_window to \"packing\""), "{}", told.message);
    // Windows that share answers are told of.
    let request = v1::CompareNpsRequest { window: "2026-01-01/2026-03-01".to_owned(), ..windows };
    let answer = clients.nps.clone().compare_nps(request).await.unwrap().into_inner();
    let warnings = answer.provenance.unwrap().warnings;
    assert!(warnings.iter().any(|warning| warning.contains("overlap")), "{warnings:?}");
}

/// Nine customers are promoters, for whom one answer stands, and one is a detractor.
#[tokio::test]
async fn weights_count_wherever_scores_are_told() {
    let server = Server::start();
    let clients = server.clients().await;
    let weighed = |id: &str, channel: &str, weight, score| v1::SurveyResponse {
        weight: Some(weight),
        channel: channel.to_owned(),
        ..answer(id, id, Metric::Nps, score)
    };
    let answers = vec![
        weighed("a", "web", 9.0, 10),
        weighed("b", "web", 1.0, 0),
        weighed("c", "app", 1.0, 9),
        weighed("d", "app", 1.0, 0),
    ];
    attributes(&clients, ["a", "b", "c", "d"].map(|who| (who.to_owned(), "base", "all"))).await;
    respond(&clients, answers).await;
    let request = v1::CompareNpsRequest { group_by: "channel".to_owned(), ..Default::default() };
    let answer = clients.nps.clone().compare_nps(request).await.unwrap().into_inner();
    let [found] = &answer.comparisons[..] else { panic!("{answer:?}") };
    assert_eq!((&*found.first, &*found.second), ("app", "web"));
    close(found.first_nps.as_ref().unwrap().value, 0.0, 1e-9);
    close(found.second_nps.as_ref().unwrap().value, 80.0, 1e-9);
    let difference = found.difference.as_ref().unwrap();
    assert_eq!(difference.method, "weighted_adjusted_wald");
    close(difference.value, -80.0, 1e-9);
    // By hand: effective n of web is 100 / 82; s* = (0.9 n - 0.1 n) / (n + 3), of app 0.
    let n = 100.0 / 82.0;
    let (p, d) = ((0.9 * n + 0.75) / (n + 3.0), (0.1 * n + 0.75) / (n + 3.0));
    let of_web = (p + d - (p - d) * (p - d)) / (n + 3.0);
    let of_app = (2.0 * 1.75 / 5.0) / 5.0;
    close(found.z, -(p - d) / f64::sqrt(of_web + of_app), 1e-9);
    let request = v1::GetNpsRequest { weight_to_base_by: "base".to_owned(), ..Default::default() };
    let found = clients.nps.clone().get_nps(request).await.unwrap().into_inner();
    // (9 - 1 + 1 - 1) / 12.
    close(found.nps.unwrap().value, 200.0 / 3.0, 1e-9);
    close(found.nps_of_base.unwrap().value, 200.0 / 3.0, 1e-9);
    let plan = v1::PlanNpsSampleRequest { window: "all".to_owned(), ..Default::default() };
    let plan = clients.nps.clone().plan_nps_sample(plan).await.unwrap().into_inner();
    close(Some(plan.variance), 1.0 - (2.0_f64 / 3.0).powi(2), 1e-9);
}

/// As many strata as answers know no more than the answers do.
#[tokio::test]
async fn the_base_is_no_surer_than_its_answers() {
    let server = Server::start();
    let clients = server.clients().await;
    attributes(&clients, (0..20).map(|i| (format!("c{i}"), "club", ["a", "b", "c", "d"][i % 4]))).await;
    let answers = (0..4).map(|i| answer(&format!("r{i}"), &format!("c{i}"), Metric::Nps, 10 * (i % 2)));
    respond(&clients, answers.chain([answer("x", "", Metric::Nps, 10)]).collect()).await;
    let request = v1::GetNpsRequest { weight_to_base_by: "club".to_owned(), ..Default::default() };
    let base = clients.nps.clone().get_nps(request).await.unwrap().into_inner().nps_of_base.unwrap();
    // Two promoters and two detractors: n* = 7, P* = D* = 2.75.
    let half = 1.959_963_984_540_054 * 100.0 * (5.5_f64 / 7.0 / 7.0).sqrt();
    close(base.ci_low, -half, 1e-9);
    close(base.ci_high, half, 1e-9);
    assert!(base.warnings.iter().any(|warning| warning.contains("1 answers without a customer")));
}

#[tokio::test]
async fn a_population_changes_no_standard_error_by_itself() {
    let server = Server::start();
    let clients = server.clients().await;
    market(&clients, "hr", [40, 30, 30]).await;
    let get = async |population, group_by: &str| {
        let group_by = group_by.to_owned();
        let request = v1::GetNpsRequest { population, group_by, ..Default::default() };
        clients.nps.clone().get_nps(request).await.unwrap().into_inner()
    };
    close(get(None, "").await.nps.unwrap().standard_error, 8.3066, 5e-5);
    close(get(Some(1_000_000), "").await.nps.unwrap().standard_error, 8.3066, 5e-4);
    // sqrt(100 / 199) of it when half of them answered.
    let half = get(Some(200), "market").await;
    close(half.nps.unwrap().standard_error, 8.306_62 * (100.0_f64 / 199.0).sqrt(), 5e-5);
    // Nobody said how many there are in hr.
    close(half.rows[0].nps.as_ref().unwrap().standard_error, 8.3066, 5e-5);
}

#[tokio::test]
async fn a_difference_from_one_answer_is_told_without_an_interval() {
    let server = Server::start();
    let clients = server.clients().await;
    let rated = |id: &str, channel: &str, score| v1::SurveyResponse {
        channel: channel.to_owned(),
        ..answer(id, id, Metric::Csat, score)
    };
    respond(&clients, vec![rated("a", "app", 2), rated("b", "web", 4), rated("c", "web", 5)]).await;
    let request = v1::CompareScoresRequest { group_by: "channel".to_owned(), ..Default::default() };
    let answer = clients.surveys.clone().compare_scores(request).await.unwrap().into_inner();
    let difference = answer.comparisons[0].mean_difference.clone().unwrap();
    close(difference.value, -2.5, 1e-9);
    assert_eq!((difference.ci_low, difference.n), (None, 3));
}

/// Where nobody records deliveries, invitations are what answers are compared with.
#[tokio::test]
async fn without_deliveries_on_record_invitations_count() {
    let server = Server::start();
    let clients = server.clients().await;
    let mut rows = Vec::new();
    for (channel, delivers) in [("email", true), ("sms", false)] {
        for i in 0..50 {
            let id = format!("{channel}{i}");
            let sent = |disposition: Stage, day| v1::SurveyResponse {
                channel: channel.to_owned(),
                customer_id: format!("c{i}"),
                ..stage(&id, disposition, day)
            };
            rows.push(sent(Stage::Invited, 1));
            match i {
                0..10 => rows.push(v1::SurveyResponse { score: Some(9), ..sent(Stage::Completed, 3) }),
                10..20 => rows.push(sent(Stage::Bounced, 2)),
                _ if delivers => rows.push(sent(Stage::Delivered, 2)),
                _ => {}
            }
        }
    }
    respond(&clients, rows).await;
    let request = v1::GetResponseRateRequest { group_by: "channel".to_owned(), ..Default::default() };
    let found = clients.surveys.clone().get_response_rate(request).await.unwrap().into_inner();
    for row in &found.rows {
        assert_eq!((row.invited, row.delivered, row.bounced), (50, 40, 10), "{}", row.group);
        close(row.response_rate.as_ref().unwrap().value, 0.25, 1e-9);
    }
    let whole = found.whole.unwrap();
    assert_eq!((whole.delivered, whole.completed), (80, 20));
    let warnings = found.provenance.unwrap().warnings;
    assert!(warnings.iter().any(|warning| warning.starts_with("30 invitations")), "{warnings:?}");
    let plan = v1::PlanNpsSampleRequest { window: "all".to_owned(), ..Default::default() };
    let plan = clients.nps.clone().plan_nps_sample(plan).await.unwrap().into_inner();
    close(plan.response_rate, 0.25, 1e-9);
}

/// The variance of neither kind says anything of the other's.
#[tokio::test]
async fn a_plan_is_for_one_kind() {
    let server = Server::start();
    let clients = server.clients().await;
    let (one, two) = (v1::SurveyKind::Relationship, v1::SurveyKind::Transactional);
    let split = (0..20).map(|i| in_quarter(&format!("a{i}"), 1, one, if i < 5 { 10 } else { 8 }));
    let same = (0..20).map(|i| in_quarter(&format!("b{i}"), 1, two, 0));
    respond(&clients, split.chain(same).collect()).await;
    let plan = async |kind: v1::SurveyKind| {
        let (window, kind) = ("all".to_owned(), kind.into());
        let request = v1::PlanNpsSampleRequest { window, kind, ..Default::default() };
        clients.nps.clone().plan_nps_sample(request).await.unwrap().into_inner()
    };
    let of_both = plan(v1::SurveyKind::Unspecified).await;
    // A quarter of promoters and nobody else: 1/4 - 1/16.
    close(Some(of_both.variance), 0.1875, 1e-9);
    assert_eq!(of_both.provenance.unwrap().warnings.len(), 1);
    close(Some(plan(one).await.variance), 0.1875, 1e-9);
    close(Some(plan(two).await.variance), 1.0 / 21.0, 1e-9);
    // Of one customer no more than one can be asked.
    let request = v1::PlanNpsSampleRequest {
        margin: Some(100.0),
        answers: Some(7),
        population: Some(1),
        variance: Some(1.0),
        ..Default::default()
    };
    let of_one = clients.nps.clone().plan_nps_sample(request).await.unwrap().into_inner();
    assert_eq!((of_one.answers, of_one.margin), (Some(1), Some(0.0)));
}
