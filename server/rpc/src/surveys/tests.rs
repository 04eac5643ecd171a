use lojal_domain::{CustomerId, Disposition, EventTime, Scale, SurveyKind, SurveyMetric};
use lojal_engine::{
    CommentRow, CommentTerm, CommentedResponse, CommentsSummary, ComparedWith, CountedAnswers, Item,
    Measured, NpsAnswer, NpsComparison, NpsComparisons, NpsCounts, NpsRow, NpsSamplePlan, NpsScores, Page,
    Participation, ParticipationRates, ResponseRateAnswer, ResponseRateRow, ScoreComparison,
    ScoreComparisons, Scores, ScoresAnswer, ScoresRow,
};
use lojal_proto::v1;

use super::{comments, comparisons, nps, scores};
use crate::checking::{estimate, period, provenance, refused, unset};

fn nothing() -> Vec<String> {
    Vec::new()
}

fn nps_scores(value: f64) -> NpsScores {
    NpsScores {
        counts: NpsCounts { promoters: 5, passives: 3, detractors: 2 },
        nps: estimate(value),
        customers: 9,
        effective_n: Some(9.5),
    }
}

fn measured() -> Measured {
    Measured { metric: SurveyMetric::Ces2, scale: Scale::kept(1, 7, true).unwrap(), top_box: 2 }
}

fn some_scores() -> Scores {
    Scores {
        top_box_share: estimate(1.5),
        mean: estimate(2.5),
        index: estimate(3.5),
        net_easy: Some(estimate(4.5)),
        numbers: vec![1, 2],
        customers: 3,
    }
}

fn scores_row() -> ScoresRow {
    ScoresRow {
        kind: SurveyKind::Transactional,
        survey: "packing".into(),
        measured: measured(),
        group: "hr".to_owned(),
        period: Some(period()),
        scores: some_scores(),
    }
}

fn scores_answer() -> ScoresAnswer {
    ScoresAnswer {
        measured: Some(measured()),
        whole: Some(ScoresRow { group: String::new(), period: None, ..scores_row() }),
        questions: vec![scores_row()],
        rows: vec![scores_row()],
        provenance: provenance(),
    }
}

#[test]
fn an_nps_reaches_the_wire_whole() {
    let row = || NpsRow {
        group: "hr".to_owned(),
        period: Some(period()),
        kind: SurveyKind::Transactional,
        scores: nps_scores(20.0),
    };
    let answer = nps::answer(NpsAnswer {
        whole: nps_scores(30.0),
        numbers: [1; 11],
        kind: Some(SurveyKind::Relationship),
        by_kind: vec![row()],
        rows: vec![row()],
        of_base: Some(estimate(40.0)),
        provenance: provenance(),
    });
    assert_eq!(unset(&answer, "GetNpsResponse"), nothing());
    let value = |estimate: &Option<v1::Estimate>| estimate.as_ref().and_then(|estimate| estimate.value);
    assert_eq!((value(&answer.nps), value(&answer.nps_of_base)), (Some(30.0), Some(40.0)));
    assert_eq!((answer.promoters, answer.passives, answer.detractors), (5, 3, 2));
    assert_eq!((answer.customers, answer.effective_n), (9, Some(9.5)));
    assert_eq!(
        (answer.kind(), answer.rows[0].kind()),
        (v1::SurveyKind::Relationship, v1::SurveyKind::Transactional)
    );
    let told = answer.nps.unwrap();
    assert_eq!((told.ci_low, told.ci_high, told.confidence, told.n), (Some(29.0), Some(31.0), 0.9, 7));
    assert_eq!((told.method.as_str(), told.standard_error), ("prior, delta_method", Some(0.5)));
}

#[test]
fn a_comparison_of_nps_reaches_the_wire_whole() {
    let comparison = NpsComparison {
        first: "hr".to_owned(),
        second: "pl".to_owned(),
        difference: estimate(1.5),
        z: Some(1.0),
        p_value: Some(0.2),
        adjusted_p_value: Some(0.3),
        first_nps: estimate(2.5),
        second_nps: estimate(3.5),
    };
    let found = NpsComparisons { comparisons: vec![comparison], provenance: provenance() };
    let answer = comparisons::nps_answer(found);
    assert_eq!(unset(&answer, "CompareNpsResponse"), nothing());
    let one = &answer.comparisons[0];
    assert_eq!((one.first.as_str(), one.p_value, one.adjusted_p_value), ("hr", Some(0.2), Some(0.3)));
}

#[test]
fn a_plan_reaches_the_wire_whole() {
    let answer = nps::planned(NpsSamplePlan {
        answers: Some(10.0),
        answers_at_worst: Some(20.0),
        margin: Some(3.0),
        answers_to_see_difference: Some(40.0),
        variance: 0.5,
        response_rate: Some(0.25),
        provenance: provenance(),
    });
    assert_eq!(unset(&answer, "PlanNpsSampleResponse"), nothing());
    assert_eq!((answer.answers, answer.answers_at_worst), (Some(10), Some(20)));
}

#[test]
fn scores_reach_the_wire_whole() {
    assert_eq!(
        unset(&scores::csat_answer(scores_answer()), "GetCsatResponse"),
        ["whole.group", "whole.period"]
    );
    assert_eq!(
        unset(&scores::ces_answer(scores_answer()), "GetCesResponse"),
        ["whole.group", "whole.period"]
    );
    assert_eq!(
        unset(&scores::any_answer(scores_answer()), "GetScoresResponse"),
        ["whole.group", "whole.period"]
    );
    let value = |estimate: Option<v1::Estimate>| estimate.and_then(|estimate| estimate.value);
    assert_eq!(value(scores::csat_answer(scores_answer()).csat), Some(1.5));
    let question = scores::csat_answer(scores_answer()).questions.remove(0);
    assert_eq!((question.kind(), &*question.survey_id), (v1::SurveyKind::Transactional, "packing"));
    assert_eq!(question.scale.map(|scale| scale.max), Some(7));
    assert_eq!(value(scores::ces_answer(scores_answer()).ces), Some(2.5));
}

#[test]
fn without_answers_the_number_asked_for_is_undefined_and_there() {
    let none = || ScoresAnswer {
        measured: None,
        whole: None,
        questions: Vec::new(),
        rows: Vec::new(),
        provenance: provenance(),
    };
    let csat = scores::csat_answer(none());
    assert_eq!(csat.csat.map(|csat| (csat.value, csat.method)), Some((None, "wilson".to_owned())));
    assert_eq!(csat.scale, None);
    let ces = scores::ces_answer(none());
    assert_eq!(ces.ces.map(|ces| (ces.value, ces.method)), Some((None, "student_t".to_owned())));
}

#[test]
fn a_comparison_of_scores_reaches_the_wire_whole() {
    let comparison = ScoreComparison {
        first: "hr".to_owned(),
        second: "pl".to_owned(),
        mean_difference: estimate(1.5),
        first_mean: estimate(2.5),
        second_mean: estimate(3.5),
        t: Some(1.0),
        p_value: Some(0.2),
        adjusted_p_value: Some(0.3),
        top_box_difference: Some(estimate(4.5)),
        top_box_p_value: Some(0.4),
    };
    let found = ScoreComparisons {
        comparisons: vec![comparison],
        measured: Some(measured()),
        provenance: provenance(),
    };
    assert_eq!(unset(&comparisons::scores_answer(found), "CompareScoresResponse"), nothing());
}

#[test]
fn participation_reaches_the_wire_whole() {
    let rates = || ParticipationRates {
        counts: Participation {
            invited: 9,
            delivered: 8,
            assumed: 1,
            bounced: 2,
            dismissed: 3,
            partial: 4,
            completed: 5,
            completed_of_invited: 6,
            unsolicited: 7,
        },
        response_rate: estimate(1.5),
        completion_rate: estimate(2.5),
        strict_response_rate: estimate(3.5),
    };
    let row = ResponseRateRow { group: "hr".to_owned(), period: Some(period()), participation: rates() };
    let answer = ResponseRateAnswer { whole: rates(), rows: vec![row], provenance: provenance() };
    let answer = scores::participation_answer(answer);
    assert_eq!(unset(&answer, "GetResponseRateResponse"), ["whole.group", "whole.period"]);
    let row = &answer.rows[0];
    assert_eq!((row.invited, row.delivered, row.bounced, row.dismissed), (9, 8, 2, 3));
    assert_eq!((row.partial, row.completed, row.unsolicited), (4, 5, 7));
}

#[test]
fn comments_reach_the_wire_whole() {
    let term = |term: &str| CommentTerm {
        term: term.to_owned(),
        answers: 3,
        share: estimate(1.5),
        mean_score: Some(estimate(2.5)),
    };
    let answer = comments::comments_answer(CommentsSummary {
        answers: 9,
        comments: 8,
        comments_without_score: 2,
        mean_score: Some(estimate(3.5)),
        topics: vec![term("price")],
        terms: vec![term("slow")],
        rows: vec![CommentRow {
            group: "hr".to_owned(),
            period: Some(period()),
            answers: 5,
            comments: 4,
            comments_without_score: 1,
            mean_score: Some(estimate(4.5)),
            topics: vec![term("parcel")],
            terms: vec![term("late")],
        }],
        provenance: provenance(),
    });
    // Of everybody there is no group and no period.
    let of_rows = ["topics.group", "topics.period", "terms.group", "terms.period"];
    assert_eq!(unset(&answer, "SummarizeCommentsResponse"), of_rows);
    let row = (&answer.row_topics[0], &answer.row_terms[0]);
    assert_eq!((row.0.term.as_str(), row.1.term.as_str()), ("parcel", "late"));
    assert_eq!((row.0.group.as_str(), row.1.group.as_str()), ("hr", "hr"));
    assert_eq!((answer.topics[0].term.as_str(), answer.terms[0].term.as_str()), ("price", "slow"));
}

#[test]
fn responses_reach_the_wire_whole() {
    let scale = Scale::kept(1, 7, true).unwrap();
    let (metric, kind) = (SurveyMetric::Custom, SurveyKind::Transactional);
    let response = CommentedResponse {
        customer: Some(CustomerId::new("c1").unwrap()),
        time: EventTime::from_micros(5_000_000),
        item: Item { metric, kind, scale, survey: "packing".into() },
        disposition: Disposition::Completed,
        survey: "packing".into(),
        channel: "web".into(),
        score: Some(3),
        topics: vec!["price".into()],
        comment: "too slow".to_owned(),
    };
    let bare = CommentedResponse { customer: None, score: None, ..response.clone() };
    let page = |entries| Page { entries, next_token: "next".to_owned() };
    let answer = comments::listed_answer((page(vec![response]), provenance()));
    assert_eq!(unset(&answer, "ListResponsesResponse"), nothing());
    let answer = comments::listed_answer((page(vec![bare]), provenance()));
    assert_eq!(unset(&answer, "ListResponsesResponse"), ["responses.customer_id", "responses.score"]);
}

#[test]
fn what_makes_no_sense_of_responses_is_refused_by_its_field() {
    type Spoil = fn(&mut v1::ListResponsesRequest);
    let cases: [(Spoil, &str); 5] = [
        (|request| request.term = "x".repeat(257), "term"),
        (|request| (request.min_score, request.max_score) = (Some(5), Some(4)), "min_score"),
        (|request| request.metric = 99, "metric"),
        (|request| request.window = "soon".to_owned(), "window"),
        (|request| request.filter = "orders >".to_owned(), "filter"),
    ];
    for (spoil, field) in cases {
        let mut request = v1::ListResponsesRequest::default();
        spoil(&mut request);
        assert_eq!(refused(comments::listed(request)), field);
    }
    let all = comments::listed(v1::ListResponsesRequest::default()).unwrap();
    assert_eq!(all.question.metrics.len(), 6);
}

#[test]
fn a_question_about_the_nps_is_taken_as_it_is_asked() {
    let asked = v1::GetNpsRequest {
        window: "90d".to_owned(),
        group_by: "market".to_owned(),
        interval: v1::CalendarInterval::Month.into(),
        kind: v1::SurveyKind::Transactional.into(),
        survey_id: "s".to_owned(),
        channel: "web".to_owned(),
        topic: "price".to_owned(),
        weight_to_base_by: "plan".to_owned(),
        confidence: Some(0.9),
        population: Some(200),
        filter: "orders > 1".to_owned(),
        counted: v1::CountedAnswers::LatestPerCustomer.into(),
        ..v1::GetNpsRequest::default()
    };
    let question = nps::question(asked).unwrap();
    let answers = question.answers;
    assert_eq!((question.confidence, question.population), (0.9, Some(200)));
    assert_eq!((answers.group_by.as_deref(), answers.strata.as_deref()), (Some("market"), Some("plan")));
    assert_eq!((answers.survey.as_deref(), answers.channel.as_deref()), (Some("s"), Some("web")));
    assert_eq!((answers.topic.as_deref(), answers.kind), (Some("price"), Some(SurveyKind::Transactional)));
    assert_eq!(answers.counted, CountedAnswers::LatestPerCustomer);
    assert!(answers.interval.is_some() && answers.scope.filter.is_some());
    let question = nps::question(v1::GetNpsRequest::default()).unwrap();
    assert_eq!((question.confidence, question.population), (0.95, None));
}

#[test]
fn what_makes_no_sense_about_the_nps_is_refused_by_its_field() {
    type Spoil = fn(&mut v1::GetNpsRequest);
    let cases: [(Spoil, &str); 9] = [
        (|request| request.counted = 99, "counted"),
        (|request| request.window = "soon".to_owned(), "window"),
        (|request| request.interval = 99, "interval"),
        (|request| request.kind = 99, "kind"),
        (|request| request.confidence = Some(1.0), "confidence"),
        (|request| request.confidence = Some(f64::NAN), "confidence"),
        (|request| request.population = Some(0), "population"),
        (|request| request.filter = "orders >".to_owned(), "filter"),
        (|request| request.as_of = Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }), "as_of"),
    ];
    for (spoil, field) in cases {
        let mut request = v1::GetNpsRequest::default();
        spoil(&mut request);
        assert_eq!(refused(nps::question(request)), field);
    }
}

#[test]
fn what_makes_no_sense_of_a_plan_is_refused_by_its_field() {
    type Spoil = fn(&mut v1::PlanNpsSampleRequest);
    let cases: [(Spoil, &str); 9] = [
        (|request| request.margin = Some(0.0), "margin"),
        (|request| request.margin = Some(201.0), "margin"),
        (|request| request.difference = Some(-1.0), "difference"),
        (|request| request.answers = Some(0), "answers"),
        (|request| request.power = Some(0.5), "power"),
        (|request| request.variance = Some(1.5), "variance"),
        (|request| request.population = Some(-3), "population"),
        (|request| request.window = "soon".to_owned(), "window"),
        (|request| request.kind = 99, "kind"),
    ];
    for (spoil, field) in cases {
        let mut request = v1::PlanNpsSampleRequest::default();
        spoil(&mut request);
        assert_eq!(refused(nps::plan(&request)), field);
    }
    let plan = nps::plan(&v1::PlanNpsSampleRequest::default()).unwrap();
    assert_eq!((plan.margin, plan.power), (Some(5.0), 0.8));
    // Whoever says how many answers can be had wants to know what they are good for.
    let plan = v1::PlanNpsSampleRequest { answers: Some(50), ..v1::PlanNpsSampleRequest::default() };
    assert_eq!(nps::plan(&plan).unwrap().margin, None);
}

#[test]
fn a_comparison_is_of_groups_or_of_windows() {
    let of = |group_by: &str, baseline_window: &str, paired| v1::CompareNpsRequest {
        group_by: group_by.to_owned(),
        baseline_window: baseline_window.to_owned(),
        paired,
        ..v1::CompareNpsRequest::default()
    };
    assert_eq!(refused(comparisons::nps(of("", "", false))), "group_by");
    assert_eq!(refused(comparisons::nps(of("market", "90d", false))), "baseline_window");
    assert_eq!(refused(comparisons::nps(of("market", "", true))), "paired");
    assert_eq!(refused(comparisons::nps(of("", "soon", false))), "baseline_window");
    assert!(matches!(comparisons::nps(of("market", "", false)).unwrap().with, ComparedWith::Groups));
    let with = comparisons::nps(of("", "90d", true)).unwrap().with;
    assert!(matches!(with, ComparedWith::Window { paired: true, .. }));
    let of_nps = v1::CompareScoresRequest {
        metric: v1::SurveyMetric::Nps.into(),
        group_by: "market".to_owned(),
        ..v1::CompareScoresRequest::default()
    };
    assert_eq!(refused(comparisons::scores(of_nps)), "metric");
}

#[test]
fn what_makes_no_sense_of_scores_is_refused_by_its_field() {
    let ces = v1::GetCesRequest { metric: v1::SurveyMetric::Csat.into(), ..v1::GetCesRequest::default() };
    assert_eq!(refused(scores::ces(ces)), "metric");
    let kind = v1::ScoreFilter { kind: 99, ..v1::ScoreFilter::default() };
    let csat = v1::GetCsatRequest { answers: Some(kind), ..v1::GetCsatRequest::default() };
    assert_eq!(refused(scores::csat(csat)), "answers.kind");
    let counted = v1::ScoreFilter { counted: 99, ..v1::ScoreFilter::default() };
    let csat = v1::GetCsatRequest { answers: Some(counted), ..v1::GetCsatRequest::default() };
    assert_eq!(refused(scores::csat(csat)), "answers.counted");
    for limit in [-1, 10_001] {
        let request = v1::SummarizeCommentsRequest { limit, ..v1::SummarizeCommentsRequest::default() };
        assert_eq!(refused(comments::comments(request)), "limit");
    }
}
