use lojal_domain::Interval;
use lojal_engine::{
    ActivityWindowAnswer, Cohort, CohortMean, CohortMeans, CohortMode, CohortRow, CohortsAnswer,
    ConcentrationAnswer, ConcentrationRow, CostsAnswer, CostsRow, CurveSteps, GetCohorts,
    GetRevenueRetention, GroupProjection, GroupSilences, GroupSurvival, Growth, Headcount, LifecycleAnswer,
    LifecycleRow, ProjectedRow, ProjectionAnswer, PurchaseStats, PurchaseStatsAnswer, RetentionAnswer,
    RetentionRow, ReturnRow, RevenueRetentionAnswer, RevenueRetentionRow, SurvivalAnswer, SurvivalRow,
};
use lojal_proto::v1;

use super::{cohorts, costs, counts, projection, purchasing, revenue, survival};
use crate::checking::{Spoiled, estimate, period, provenance, refused, unset};

fn nothing() -> Vec<String> {
    Vec::new()
}

#[test]
fn retention_reaches_the_wire_whole() {
    let row = || RetentionRow {
        group: "hr".to_owned(),
        period: period(),
        count: Headcount { start: 10, new: 2, lost: 3, reactivated: 1 },
        headcount_retention_rate: estimate(1.5),
        set_retention_rate: estimate(2.5),
        reactivation_rate: estimate(3.5),
        churn_rate: estimate(4.5),
        insufficient_history: true,
    };
    let answer = counts::retention_answer(RetentionAnswer {
        whole: row(),
        rows: vec![row()],
        activity_window: "60d".to_owned(),
        provenance: provenance(),
    });
    assert_eq!(unset(&answer, "GetRetentionResponse"), nothing());
    let row = &answer.rows[0];
    assert_eq!((row.customers_at_start, row.new_customers, row.lost_customers), (10, 2, 3));
    assert_eq!(row.churn_rate.as_ref().and_then(|rate| rate.value), Some(4.5));
}

#[test]
fn cohorts_reach_the_wire_whole() {
    let cell = lojal_engine::CohortCell {
        ages: (1, 2),
        active: 3,
        retained: 4,
        mature: 5,
        complete: true,
        orders: 6,
        revenue_micros: 7_000_000,
        cumulative_micros: 8_000_000,
        answers: Default::default(),
    };
    let row = CohortRow {
        cell,
        retention_rate: estimate(1.5),
        ratio_to_previous: Some(0.5),
        cumulative_revenue_per_customer: Some(2.0),
        nps: estimate(3.5),
    };
    let mean = CohortMean {
        cell,
        cohorts: 9,
        weighted_mean_rate: estimate(4.5),
        simple_mean_rate: estimate(5.5),
        cumulative_revenue_per_customer: Some(6.0),
    };
    let cohort = Cohort {
        group: "hr".to_owned(),
        name: "2026-01".to_owned(),
        period: Some(period()),
        customers: 5,
        rows: vec![row],
    };
    let answer = cohorts::cohorts_answer(CohortsAnswer {
        cohorts: vec![cohort],
        means: vec![CohortMeans { group: "hr".to_owned(), ages: vec![mean] }],
        provenance: provenance(),
    });
    assert_eq!(unset(&answer, "GetCohortsResponse"), nothing());
    let row = &answer.rows[0];
    assert_eq!((row.age, row.last_age, row.active_customers, row.retained_customers), (1, 2, 3, 4));
    assert_eq!(row.revenue.as_ref().map(|money| money.amount.as_str()), Some("7.00"));
}

#[test]
fn survival_reaches_the_wire_whole() {
    let row =
        SurvivalRow { days: 30, at_risk: 9, events: 2, censored: 1, survival_probability: estimate(0.5) };
    let group = |name: &str| GroupSurvival {
        group: name.to_owned(),
        customers: 9,
        events: 2,
        median_days: estimate(1.5),
        restricted_mean_days: estimate(2.5),
        curve: vec![row.clone()],
    };
    let answer = survival::survival_answer(SurvivalAnswer {
        whole: group("all"),
        groups: vec![group("hr")],
        log_rank: Some(lojal_engine::LogRank { chi_square: 1.0, degrees_of_freedom: 2, p_value: 0.5 }),
        activity_window: "60d".to_owned(),
        horizon_days: Some(365.0),
        provenance: provenance(),
    });
    assert_eq!(unset(&answer, "GetSurvivalResponse"), nothing());
    assert_eq!(answer.groups[0].censored, 7);
    // With groups the curves are theirs.
    assert_eq!(answer.curve.iter().map(|row| row.group.as_str()).collect::<Vec<_>>(), ["hr"]);
}

#[test]
fn a_suggested_activity_window_reaches_the_wire_whole() {
    let row = ReturnRow {
        silence_days: 30,
        at_risk: 9,
        returns: 2,
        still_silent_probability: estimate(0.5),
        return_probability: Some(0.25),
    };
    let group = |name: &str| GroupSilences {
        group: name.to_owned(),
        curve: vec![row.clone()],
        days: Some(45),
        returns: 7,
        open: 8,
        at_risk: 9,
    };
    let answer = survival::activity_window_answer(ActivityWindowAnswer {
        whole: group("all"),
        groups: vec![group("hr")],
        threshold: 0.1,
        provenance: provenance(),
    });
    assert_eq!(unset(&answer, "SuggestActivityWindowResponse"), nothing());
    assert_eq!(answer.whole.map(|whole| whole.activity_window), Some("45d".to_owned()));
}

#[test]
fn concentration_reaches_the_wire_whole() {
    let row = || ConcentrationRow {
        group: "hr".to_owned(),
        period: Some(period()),
        customers: 7,
        revenue_micros: 8_000_000,
        gini: estimate(0.5),
        top_share: estimate(0.25),
    };
    let answer = revenue::concentration_answer(ConcentrationAnswer {
        whole: row(),
        rows: vec![row()],
        top: 0.2,
        replicates: 20,
        seed: 3,
        provenance: provenance(),
    });
    assert_eq!(unset(&answer, "GetRevenueConcentrationResponse"), nothing());
    let row = &answer.rows[0];
    assert_eq!(row.gini.as_ref().and_then(|gini| gini.value), Some(0.5));
    assert_eq!(row.top_share.as_ref().and_then(|share| share.value), Some(0.25));
    assert_eq!(
        (row.customers, row.revenue.as_ref().map(|revenue| revenue.amount.as_str())),
        (7, Some("8.00"))
    );
    let of = v1::GetRevenueConcentrationRequest::default;
    for top in [0.0, -0.1, 0.51, f64::NAN] {
        let request = v1::GetRevenueConcentrationRequest { top_fraction: Some(top), ..of() };
        assert_eq!(refused(revenue::concentration_question(request)), "top_fraction");
    }
    let cases: [Spoiled<v1::GetRevenueConcentrationRequest>; 6] = [
        (|request| request.window = "soon".to_owned(), "window"),
        (|request| request.filter = "orders >".to_owned(), "filter"),
        (|request| request.confidence = Some(0.4), "confidence"),
        (|request| request.interval = 99, "interval"),
        (|request| request.bootstrap_replicates = Some(19), "bootstrap_replicates"),
        (|request| request.as_of = Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }), "as_of"),
    ];
    for (spoil, field) in cases {
        let mut request = of();
        spoil(&mut request);
        assert_eq!(refused(revenue::concentration_question(request)), field);
    }
    let request = v1::GetRevenueConcentrationRequest { top_fraction: Some(0.5), ..of() };
    assert!(
        revenue::concentration_question(request).is_ok_and(|question| (question.top - 0.5).abs() < 1e-15)
    );
}

#[test]
fn costs_reach_the_wire_whole() {
    let row = || CostsRow {
        group: "ads".to_owned(),
        period: Some(period()),
        micros: [10_000_000, 0, 0, 2_000_000, 0],
        new_customers: 4,
    };
    let answer =
        costs::costs_answer(CostsAnswer { whole: row(), rows: vec![row()], provenance: provenance() });
    assert_eq!(unset(&answer, "GetCostsResponse"), nothing());
    let told =
        |money: &Option<v1::Money>| money.as_ref().map(|money| money.amount.clone()).unwrap_or_default();
    let row = &answer.rows[0];
    assert_eq!(told(&row.total), "12.00");
    assert_eq!(told(&row.acquisition_cost_per_new_customer), "2.50");
    let kinds: Vec<_> = row.kinds.iter().map(|of| (of.kind(), told(&of.amount))).collect();
    let expected = [(v1::CostKind::Acquisition, "10.00"), (v1::CostKind::Incentive, "2.00")];
    assert_eq!(kinds, expected.map(|(kind, amount)| (kind, amount.to_owned())));
    let nobody = CostsRow { group: String::new(), period: None, micros: [1; 5], new_customers: 0 };
    assert_eq!(nobody.micros_per_new_customer(), None);
    let cases: [Spoiled<v1::GetCostsRequest>; 4] = [
        (|request| request.window = "soon".to_owned(), "window"),
        (|request| request.interval = 99, "interval"),
        (|request| request.as_of = Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }), "as_of"),
        (
            |request| request.known_at = Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }),
            "known_at",
        ),
    ];
    for (spoil, field) in cases {
        let mut request = v1::GetCostsRequest::default();
        spoil(&mut request);
        assert_eq!(refused(costs::costs_question(request)), field);
    }
    let request = v1::GetCostsRequest {
        window: "90d".to_owned(),
        group_by: "market".to_owned(),
        interval: v1::CalendarInterval::Month.into(),
        ..Default::default()
    };
    let question = costs::costs_question(request).unwrap();
    assert_eq!((question.group_by.as_deref(), question.interval), (Some("market"), Some(Interval::Month)));
}

#[test]
fn a_lifecycle_reaches_the_wire_whole() {
    let counts = lojal_engine::LifecycleCounts { new: 1, returning: 2, resurrected: 3, dormant: 4 };
    let row = LifecycleRow { group: "hr".to_owned(), period: period(), counts, complete: true };
    let answer = LifecycleAnswer { rows: vec![row], provenance: provenance() };
    let answer = counts::lifecycle_answer(answer);
    assert_eq!(unset(&answer, "GetLifecycleResponse"), nothing());
    let row = &answer.rows[0];
    let counted = (row.new_customers, row.returning_customers, row.resurrected_customers);
    assert_eq!((counted, row.dormant_customers), ((1, 2, 3), 4));
}

#[test]
fn revenue_retention_reaches_the_wire_whole() {
    let change = lojal_engine::RevenueChange {
        customers: 1,
        lost: 2,
        prior_micros: 3_000_000,
        kept_micros: 4_000_000,
        expansion_micros: 5_000_000,
        contraction_micros: 6_000_000,
        churned_micros: 7_000_000,
        new_customers: [8, 9, 10],
        new_micros: [11_000_000, 12_000_000, 13_000_000],
        reactivated_customers: 14,
        reactivated_micros: 15_000_000,
    };
    let growth = Growth {
        total_rate: 0.1,
        earned_rate: Some(0.2),
        earned_rate_low: 0.3,
        earned_rate_high: 0.4,
        earned_ratio: Some(0.5),
    };
    let row = || RevenueRetentionRow {
        group: "hr".to_owned(),
        period: Some(period()),
        prior_period: Some(period()),
        change,
        gross_revenue_retention: estimate(1.5),
        net_revenue_retention: estimate(2.5),
        revenue_churn_rate: estimate(3.5),
        logo_churn_rate: estimate(4.5),
        growth: Some(growth),
    };
    let answer = revenue::revenue_retention_answer(RevenueRetentionAnswer {
        whole: row(),
        rows: vec![row()],
        prior: period(),
        current: period(),
        replicates: 100,
        seed: 7,
        provenance: provenance(),
    });
    assert_eq!(unset(&answer, "GetRevenueRetentionResponse"), nothing());
    let row = &answer.rows[0];
    let amount = |money: &Option<v1::Money>| money.as_ref().map(|money| money.amount.clone());
    assert_eq!(amount(&row.earned_new_revenue).as_deref(), Some("11.00"));
    assert_eq!(amount(&row.unknown_new_revenue).as_deref(), Some("13.00"));
    assert_eq!((row.new_customers, row.new_customers_of_unknown_source), (27, 10));
}

#[test]
fn purchase_stats_reach_the_wire_whole() {
    let stats = || PurchaseStats {
        period: Some(period()),
        group: "hr".to_owned(),
        purchasers: 1,
        orders: 2,
        revenue_micros: 3_000_000,
        zero_value_orders: 4,
        purchase_frequency: estimate(1.5),
        average_order_value: estimate(2.5),
        median_order_value: estimate(3.5),
        trimmed_mean_order_value: estimate(4.5),
        repeat_rate_lifetime: estimate(5.5),
        repeat_rate_in_window: estimate(6.5),
        repeat_rate_within_days: estimate(7.5),
        second_order_probability: estimate(8.5),
        gap_days_mean: estimate(9.5),
        gap_days_median: Some(10.0),
        gap_days_p90: Some(11.0),
        gap_days_median_adjusted: estimate(12.5),
        gap_days_p90_adjusted: estimate(13.5),
        repeat_revenue_share: Some(0.14),
        new_customers: 15,
        referral_rate: estimate(16.5),
        advocates: 17,
        advocate_rate: estimate(18.5),
        referred_customer_revenue: estimate(19.5),
        other_customer_revenue: estimate(20.5),
        referred_revenue_ratio: estimate(21.5),
        discount_order_share: estimate(22.5),
        discount_revenue_share: estimate(23.5),
        discount_dependent_customers: estimate(24.5),
        discounts_micros: Some(25_000_000),
    };
    let answer = PurchaseStatsAnswer { whole: stats(), rows: vec![stats()], provenance: provenance() };
    let answer = purchasing::purchase_stats_answer(answer);
    assert_eq!(unset(&answer, "GetPurchaseStatsResponse"), nothing());
    let row = &answer.rows[0];
    let value = |estimate: &Option<v1::Estimate>| estimate.as_ref().and_then(|estimate| estimate.value);
    assert_eq!((value(&row.gap_days_mean), value(&row.gap_days_p90_adjusted)), (Some(9.5), Some(13.5)));
    assert_eq!((value(&row.advocate_rate), value(&row.referral_rate)), (Some(18.5), Some(16.5)));
}

#[test]
fn a_projection_reaches_the_wire_whole() {
    let row = ProjectedRow {
        period: 1,
        observed: Some((10, 9)),
        survival_probability: estimate(0.5),
        retention_rate: estimate(1.5),
        expected_customers: estimate(2.5),
        discounted_residual_lifetime: estimate(3.5),
    };
    let warning = lojal_domain::Warning::new(lojal_domain::WarningCode::CustomersAlike, "all alike");
    let group = GroupProjection {
        group: "hr".to_owned(),
        alpha: estimate(4.5),
        beta: estimate(5.5),
        log_likelihood: -6.0,
        customers: 7,
        lost_customers: 8,
        observed_periods: 9,
        warnings: vec![warning],
        discounted_lifetime: estimate(10.5),
        rows: vec![row],
    };
    let answer = ProjectionAnswer { groups: vec![group], provenance: provenance() };
    let answer = projection::projection_answer(answer);
    assert_eq!(unset(&answer, "ProjectRetentionResponse"), nothing());
    assert_eq!(answer.rows[0].group, "hr");
    assert_eq!((answer.rows[0].observed_at_risk, answer.rows[0].observed_stayed), (Some(10), Some(9)));
}

#[test]
fn questions_that_leave_things_out_mean_what_the_manual_says() {
    let cohorts = cohorts::cohorts_question(v1::GetCohortsRequest::default()).unwrap();
    assert_eq!((cohorts.last_age, cohorts.interval), (GetCohorts::LAST_AGE, GetCohorts::INTERVAL));
    assert!(matches!(cohorts.mode, CohortMode::On));
    assert_eq!(cohorts.limit, Some(12));
    // Whoever says which cohorts means all of them.
    for request in [
        v1::GetCohortsRequest { window: "all".to_owned(), ..Default::default() },
        v1::GetCohortsRequest { interval: v1::CalendarInterval::Month.into(), ..Default::default() },
        v1::GetCohortsRequest { cohort_attribute: "market".to_owned(), ..Default::default() },
    ] {
        assert_eq!(cohorts::cohorts_question(request.clone()).unwrap().limit, None);
        let limited = v1::GetCohortsRequest { limit: 3, ..request };
        assert_eq!(cohorts::cohorts_question(limited).unwrap().limit, Some(3));
    }
    let revenue = revenue::revenue_retention_question(v1::GetRevenueRetentionRequest::default()).unwrap();
    assert_eq!(revenue.earned_values, GetRevenueRetention::EARNED_VALUES);
    assert_eq!((revenue.seed, revenue.source_given, revenue.confidence), (1, false, 0.95));
    let stats = purchasing::purchase_stats_question(v1::GetPurchaseStatsRequest::default()).unwrap();
    assert_eq!((stats.within_days, stats.referral_attribute.as_str()), (90, "referred_by"));
    let survival = survival::survival_question(v1::GetSurvivalRequest::default()).unwrap();
    assert_eq!((survival.steps, survival.horizon_days), (CurveSteps::AtMost(20), None));
    let by_day = v1::GetSurvivalRequest { step_days: 1, ..Default::default() };
    assert_eq!(survival::survival_question(by_day).unwrap().steps, CurveSteps::OfDays(1));
    let window = survival::activity_window_question(v1::SuggestActivityWindowRequest::default()).unwrap();
    assert_eq!((window.threshold, window.group_by, window.steps), (0.1, None, CurveSteps::AtMost(20)));
    let projection = projection::projection_question(v1::ProjectRetentionRequest::default()).unwrap();
    assert_eq!((projection.periods_ahead, projection.discount_rate), (12, 0.1));
}

#[test]
fn what_makes_no_sense_of_cohorts_is_refused_by_its_field() {
    type Spoil = fn(&mut v1::GetCohortsRequest);
    let cases: [(Spoil, &str); 11] = [
        (|request| request.limit = 10_001, "limit"),
        (|request| request.alignment = 99, "alignment"),
        (|request| request.nps_kind = 99, "nps_kind"),
        (|request| request.mode = 99, "mode"),
        (|request| request.last_age = Some(0), "last_age"),
        (|request| request.interval = 99, "interval"),
        (|request| request.confidence = Some(0.5), "confidence"),
        (|request| request.window = "soon".to_owned(), "window"),
        (|request| request.mode = v1::CohortMode::Bracket.into(), "brackets"),
        (|request| request.brackets = vec![v1::CohortBracket { first_age: 0, last_age: 1 }], "brackets"),
        (
            |request| {
                request.mode = v1::CohortMode::Bracket.into();
                request.brackets = vec![v1::CohortBracket { first_age: 3, last_age: 1 }];
            },
            "brackets[0]",
        ),
    ];
    for (spoil, field) in cases {
        let mut request = v1::GetCohortsRequest::default();
        spoil(&mut request);
        assert_eq!(refused(cohorts::cohorts_question(request)), field);
    }
}

#[test]
fn what_makes_no_sense_of_a_projection_is_refused_by_its_field() {
    type Spoil = fn(&mut v1::ProjectRetentionRequest);
    let cases: [(Spoil, &str); 7] = [
        (|request| request.periods_ahead = Some(0), "periods_ahead"),
        (|request| request.discount_rate = Some(-0.1), "discount_rate"),
        (|request| request.discount_rate = Some(f64::NAN), "discount_rate"),
        (|request| request.survivors = vec![10, 9], "survivors"),
        (|request| request.survivors = vec![10, -9, 8], "survivors[1]"),
        (|request| request.activity_window = "all".to_owned(), "activity_window"),
        (
            |request| {
                request.survivors = vec![10, 9, 8];
                request.filter = "orders > 1".to_owned();
            },
            "filter",
        ),
    ];
    for (spoil, field) in cases {
        let mut request = v1::ProjectRetentionRequest::default();
        spoil(&mut request);
        assert_eq!(refused(projection::projection_question(request)), field);
    }
}

#[test]
fn what_makes_no_sense_of_the_others_is_refused_by_its_field() {
    let revenue = |request| refused(revenue::revenue_retention_question(request));
    let of = v1::GetRevenueRetentionRequest::default;
    assert_eq!(revenue(v1::GetRevenueRetentionRequest { comparison: 99, ..of() }), "comparison");
    let many = vec![String::new(); 1_000];
    assert_eq!(revenue(v1::GetRevenueRetentionRequest { earned_values: many, ..of() }), "earned_values");
    let replicates = Some(-1);
    let request = v1::GetRevenueRetentionRequest { bootstrap_replicates: replicates, ..of() };
    assert_eq!(revenue(request), "bootstrap_replicates");
    let stats = v1::GetPurchaseStatsRequest { within_days: Some(0), ..Default::default() };
    assert_eq!(refused(purchasing::purchase_stats_question(stats)), "within_days");
    let survival = v1::GetSurvivalRequest { step_days: 366, ..Default::default() };
    assert_eq!(refused(survival::survival_question(survival)), "step_days");
    let survival = v1::GetSurvivalRequest { step_days: 7, steps: 7, ..Default::default() };
    assert_eq!(refused(survival::survival_question(survival)), "steps");
    let window = v1::SuggestActivityWindowRequest { steps: 10_001, ..Default::default() };
    assert_eq!(refused(survival::activity_window_question(window)), "steps");
    let survival = v1::GetSurvivalRequest { horizon: "soon".to_owned(), ..Default::default() };
    assert_eq!(refused(survival::survival_question(survival)), "horizon");
    let window = v1::SuggestActivityWindowRequest { threshold: Some(1.0), ..Default::default() };
    assert_eq!(refused(survival::activity_window_question(window)), "threshold");
    // There is no interval in a lifecycle, and a coverage that none can have is refused all the same.
    let lifecycle = v1::GetLifecycleRequest { confidence: Some(2.0), ..Default::default() };
    assert_eq!(refused(counts::lifecycle_question(lifecycle)), "confidence");
}
