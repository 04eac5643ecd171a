//! What of requests is refused and taken, and that answers reach the wire whole.

use lojal_engine::{
    BasisShares, ChurnRisk, Decile, EstimatedTotals, ForecastAccuracy, ForecastScores, IntervalMethod,
    OutcomeRange, OutcomeRanges, PredictionOrder, PurchaseModelKind, Reach, TimeUnit, WhenDue, Whom,
};
use lojal_proto::v1;

use super::questions::{
    AskedOutlook, backtest_question, comparison_question, fit_question, limit, order, outlook,
    prediction_question, tracking_question,
};
use super::{backtests, predictions};
use crate::checking::{Spoiled, estimate, refused, unset};

/// Every field that can be wrong, wrong by itself.
fn each<R: Default, T>(question: impl Fn(R) -> Result<T, crate::error::Refusal>, cases: &[Spoiled<R>]) {
    assert!(question(R::default()).is_ok(), "nothing is wrong with a request that asks for defaults");
    for (spoil, field) in cases {
        let mut request = R::default();
        spoil(&mut request);
        assert_eq!(refused(question(request)), *field);
    }
}

#[test]
fn every_field_of_a_fit_is_checked() {
    each::<v1::FitModelRequest, _>(
        fit_question,
        &[
            (|request| request.kind = 99, "kind"),
            (|request| request.time_unit = 99, "time_unit"),
            (|request| request.calibration_end = "30.09.1997".to_owned(), "calibration_end"),
            (|request| request.calibration_end = "1899-12-31".to_owned(), "calibration_end"),
            (|request| request.request_id = "x".repeat(129), "request_id"),
            (|request| request.bootstrap_replicates = 19, "bootstrap_replicates"),
            (|request| request.bootstrap_replicates = -1, "bootstrap_replicates"),
            (|request| request.covariates = vec!["market".to_owned(), String::new()], "covariates[1]"),
        ],
    );
    let request = v1::FitModelRequest {
        kind: v1::ModelKind::BgBb.into(),
        calibration_end: "1997-09-30".to_owned(),
        request_id: "again".to_owned(),
        bootstrap_replicates: 20,
        keep_default: true,
        covariates: vec!["market".to_owned()],
        ..Default::default()
    };
    let question = fit_question(request).unwrap();
    // Opportunities are years unless they are said to be something else.
    assert_eq!((question.kind, question.unit), (Some(PurchaseModelKind::BgBb), TimeUnit::Year));
    assert_eq!(question.last_day.map(|day| day.to_string()), Some("1997-09-30".to_owned()));
    assert_eq!((question.request_id.as_deref(), question.replicates), (Some("again"), 20));
    assert!(question.keep_default && question.covariates[0].as_str() == "market");
}

#[test]
fn every_kind_of_model_is_taken_for_what_it_is() {
    let kinds = [
        (v1::ModelKind::BgNbd, PurchaseModelKind::BgNbd),
        (v1::ModelKind::MbgNbd, PurchaseModelKind::MbgNbd),
        (v1::ModelKind::ParetoNbd, PurchaseModelKind::ParetoNbd),
        (v1::ModelKind::BgCnbdK, PurchaseModelKind::BgCnbd),
        (v1::ModelKind::MbgCnbdK, PurchaseModelKind::MbgCnbd),
        (v1::ModelKind::BgBb, PurchaseModelKind::BgBb),
        (v1::ModelKind::Nbd, PurchaseModelKind::Nbd),
    ];
    for (asked, expected) in kinds {
        let request = v1::BacktestRequest { kind: asked.into(), ..Default::default() };
        assert_eq!(backtest_question(&request).unwrap().kind, Some(expected));
        assert_eq!(super::models::kind(expected), asked);
    }
    let request = v1::CompareModelsRequest { kinds: vec![1, 2, 1], ..Default::default() };
    assert_eq!(comparison_question(&request).unwrap().kinds.len(), 2, "one named twice is one");
}

#[test]
fn every_field_of_a_prediction_is_checked() {
    let of_somebody = || v1::PredictCustomerRequest { customer_id: "ann".to_owned(), ..Default::default() };
    let far = Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 });
    let cases: [(v1::PredictCustomerRequest, &str); 9] = [
        (v1::PredictCustomerRequest::default(), "customer_id"),
        (v1::PredictCustomerRequest { new_customer: true, ..of_somebody() }, "customer_id"),
        (v1::PredictCustomerRequest { horizon: "soon".to_owned(), ..of_somebody() }, "horizon"),
        (v1::PredictCustomerRequest { as_of: far, ..of_somebody() }, "as_of"),
        (v1::PredictCustomerRequest { known_at: far, ..of_somebody() }, "known_at"),
        (
            v1::PredictCustomerRequest { yearly_discount_rate: Some(10.1), ..of_somebody() },
            "yearly_discount_rate",
        ),
        (
            v1::PredictCustomerRequest { yearly_discount_rate: Some(-0.1), ..of_somebody() },
            "yearly_discount_rate",
        ),
        (
            v1::PredictCustomerRequest { yearly_discount_rate: Some(f64::NAN), ..of_somebody() },
            "yearly_discount_rate",
        ),
        (v1::PredictCustomerRequest { interval_method: 99, ..of_somebody() }, "interval_method"),
    ];
    for (request, field) in cases {
        assert_eq!(refused(prediction_question(request)), field);
    }
    let request = v1::PredictCustomerRequest {
        horizon: "forever".to_owned(),
        model_id: "m".to_owned(),
        interval_method: v1::IntervalMethod::Bootstrap.into(),
        with_distribution: true,
        with_alive_history: true,
        wait_for_model: true,
        ..of_somebody()
    };
    let question = prediction_question(request).unwrap();
    assert!(matches!(&question.whom, Whom::Customer(who) if who.as_str() == "ann"));
    assert!(matches!(question.outlook.reach, Reach::Forever));
    assert_eq!(question.outlook.model.as_deref(), Some("m"));
    assert_eq!(question.outlook.intervals, Some(IntervalMethod::Bootstrap));
    assert!(question.with_distribution && question.with_alive_history);
    assert_eq!(question.outlook.when_due, WhenDue::Wait);
    let request = v1::PredictCustomerRequest { new_customer: true, ..Default::default() };
    let question = prediction_question(request).unwrap();
    assert!(matches!(question.whom, Whom::NewCustomer));
    assert!(!question.with_distribution && question.outlook.model.is_none());
    assert_eq!(question.outlook.when_due, WhenDue::GoWithout);
    let everybody = |wait_for_model| {
        let request = v1::PredictCustomersRequest { wait_for_model, ..Default::default() };
        super::questions::predictions(request).unwrap().outlook.when_due
    };
    assert_eq!(
        [None, Some(true), Some(false)].map(everybody),
        [WhenDue::Wait, WhenDue::Wait, WhenDue::GoWithout]
    );
}

#[test]
fn an_outlook_has_defaults() {
    let asked = AskedOutlook {
        horizon: "",
        scope: lojal_engine::Scope::default(),
        model_id: String::new(),
        when_due: WhenDue::GoWithout,
        yearly_discount_rate: None,
        interval_method: 0,
    };
    let found = outlook(asked).unwrap();
    assert!(matches!(found.reach, Reach::Within(_)));
    assert_eq!((found.model, found.yearly_discount_rate), (None, 0.1));
    assert_eq!(found.intervals, Some(IntervalMethod::Delta));
}

#[test]
fn orders_and_limits_of_listings_are_checked() {
    assert_eq!(order(0).unwrap(), PredictionOrder::Recorded);
    assert_eq!(order(v1::PredictionOrder::Clv.into()).unwrap(), PredictionOrder::Clv);
    let alive = order(v1::PredictionOrder::AliveProbability.into()).unwrap();
    assert_eq!(alive, PredictionOrder::AliveProbability);
    assert_eq!(refused(order(99)), "order");
    assert_eq!((limit(None, false).unwrap(), limit(Some(3), false).unwrap()), (None, Some(3)));
    assert_eq!(limit(Some(0), true).unwrap(), Some(0), "totals alone");
    assert_eq!(
        (refused(limit(Some(0), false)), refused(limit(Some(-1), true))),
        ("limit".into(), "limit".into())
    );
}

#[test]
fn every_field_of_a_backtest_and_of_tracking_is_checked() {
    each::<v1::BacktestRequest, _>(
        |request| backtest_question(&request),
        &[
            (|request| request.kind = 99, "kind"),
            (|request| request.calibration_end = "soon".to_owned(), "calibration_end"),
            (|request| request.holdout_end = "1998-02-30".to_owned(), "holdout_end"),
            (|request| request.time_unit = 99, "time_unit"),
        ],
    );
    each::<v1::CompareModelsRequest, _>(
        |request| comparison_question(&request),
        &[
            (|request| request.kinds = vec![1, 99], "kinds[1]"),
            (|request| request.kinds = vec![1, 0], "kinds[1]"),
            (|request| request.calibration_end = "soon".to_owned(), "calibration_end"),
            (|request| request.holdout_end = "soon".to_owned(), "holdout_end"),
            (|request| request.time_unit = 99, "time_unit"),
        ],
    );
    each::<v1::GetTrackingRequest, _>(
        tracking_question,
        &[
            (|request| request.period = v1::ModelTimeUnit::Year.into(), "period"),
            (|request| request.period = 99, "period"),
            (|request| request.until = "soon".to_owned(), "until"),
        ],
    );
    let days = v1::GetTrackingRequest { period: v1::ModelTimeUnit::Day.into(), ..Default::default() };
    assert_eq!(tracking_question(days).unwrap().period_days, 1);
    assert_eq!(tracking_question(v1::GetTrackingRequest::default()).unwrap().period_days, 7);
}

#[test]
fn scores_of_forecasts_reach_the_wire_whole() {
    let scores = backtests::scores(&ForecastScores {
        log_score: Some(estimate(1.5)),
        crps: Some(estimate(2.5)),
        brier_score: Some(estimate(3.5)),
        log_loss: Some(estimate(4.5)),
        area_under_curve: Some(estimate(5.5)),
        calibration_slope: Some(estimate(6.5)),
        deciles: vec![Decile { customers: 7, expected: 0.25, actual: 0.5 }],
    });
    assert_eq!(unset(&scores, "ForecastScores"), Vec::<String>::new());
    let values = [
        scores.log_score,
        scores.continuous_ranked_probability_score,
        scores.brier_score,
        scores.log_loss,
        scores.area_under_curve,
        scores.calibration_slope,
    ];
    assert_eq!(values.map(|of| of.unwrap().value), [1.5, 2.5, 3.5, 4.5, 5.5, 6.5].map(Some));
}

#[test]
fn accuracy_of_forecasts_reaches_the_wire_whole() {
    let accuracy = backtests::accuracy(&ForecastAccuracy {
        mae: estimate(1.5),
        rmse: estimate(2.5),
        msle: estimate(3.5),
        pearson: Some(estimate(4.5)),
        spearman: Some(estimate(5.5)),
        slope: Some(estimate(6.5)),
        expected_sum: 7.5,
        actual_sum: 8.5,
        sum_error: Some(estimate(9.5)),
        top_decile_capture: Some(estimate(10.5)),
        top_fifth_capture: Some(estimate(11.5)),
        deciles: vec![Decile { customers: 7, expected: 0.25, actual: 0.5 }],
    });
    assert_eq!(unset(&accuracy, "ForecastAccuracy"), Vec::<String>::new());
    let plain = [
        Some(accuracy.mean_absolute_error),
        Some(accuracy.root_mean_squared_error),
        Some(accuracy.mean_squared_log_error),
        accuracy.correlation,
        accuracy.rank_correlation,
        accuracy.total_error_ratio,
        accuracy.top_decile_capture,
        accuracy.top_fifth_capture,
    ];
    let estimates = accuracy.estimates.unwrap();
    assert_eq!(unset(&estimates, "ForecastAccuracyEstimates"), Vec::<String>::new());
    let told = [
        estimates.mean_absolute_error,
        estimates.root_mean_squared_error,
        estimates.mean_squared_log_error,
        estimates.correlation,
        estimates.rank_correlation,
        estimates.total_error_ratio,
        estimates.top_decile_capture,
        estimates.top_fifth_capture,
    ];
    assert_eq!(plain, [1.5, 2.5, 3.5, 4.5, 5.5, 9.5, 10.5, 11.5].map(Some));
    assert_eq!(told.map(|of| of.unwrap().value), plain);
    assert_eq!(estimates.calibration_slope.unwrap().value, Some(6.5));
}

#[test]
fn totals_reach_the_wire_whole() {
    let range = OutcomeRange {
        median: 6.5,
        low_80: 5.5,
        high_80: 7.5,
        low_95: 4.5,
        high_95: 8.5,
        probability_80: 0.81,
        probability_95: 0.96,
    };
    let totals = EstimatedTotals {
        customers: 9,
        alive_customers: estimate(1.5),
        expected_purchases: estimate(2.5),
        clv: estimate(3.5),
        value_at_risk: estimate(9.5),
        recalibrated_purchases: Some(estimate(4.5)),
        recalibrated_clv: Some(estimate(5.5)),
        ranges: OutcomeRanges { purchases: Some(range), spend: Some(OutcomeRange { median: 7.0, ..range }) },
    };
    let row = predictions::summary_of("hr".to_owned(), totals.clone());
    assert_eq!(unset(&row, "PredictionSummary"), Vec::<String>::new());
    let of_row = [
        &row.alive_customers,
        &row.expected_purchases,
        &row.clv,
        &row.value_at_risk,
        &row.recalibrated_purchases,
        &row.recalibrated_clv,
    ];
    let of_row = of_row.map(|estimate| estimate.as_ref().and_then(|estimate| estimate.value));
    assert_eq!(of_row, [1.5, 2.5, 3.5, 9.5, 4.5, 5.5].map(Some));
    let answer = predictions::totals(totals);
    assert_eq!(unset(&answer, "PredictionTotals"), Vec::<String>::new());
    let told = v1::OutcomeRange {
        median: 6.5,
        low_80: 5.5,
        high_80: 7.5,
        low_95: 4.5,
        high_95: 8.5,
        probability_80: 0.81,
        probability_95: 0.96,
    };
    assert_eq!(answer.purchases_range, Some(told));
    assert_eq!(answer.spend_range, Some(v1::OutcomeRange { median: 7.0, ..told }));
    let values = [
        answer.alive_customers,
        answer.expected_purchases,
        answer.clv,
        answer.recalibrated_purchases,
        answer.recalibrated_clv,
        answer.value_at_risk,
    ];
    let values = values.map(|estimate| estimate.and_then(|estimate| estimate.value));
    assert_eq!(values, [1.5, 2.5, 3.5, 4.5, 5.5, 9.5].map(Some));
}

#[test]
fn shares_reach_the_wire_each_in_its_place() {
    let shares = BasisShares { individual: 0.5, segment: 0.25, population: 0.1875, prior: 0.0625 };
    let told = v1::BasisShares { individual: 0.5, segment: 0.25, population: 0.1875, prior: 0.0625 };
    assert_eq!(predictions::basis_shares(shares), told);
    assert_eq!(unset(&told, "BasisShares"), Vec::<String>::new());
}

#[test]
fn every_risk_has_its_word() {
    let words =
        [None, Some(ChurnRisk::Low), Some(ChurnRisk::Medium), Some(ChurnRisk::High)].map(predictions::risk);
    use v1::ChurnRisk as Word;
    assert_eq!(words, [Word::Unspecified, Word::Low, Word::Medium, Word::High]);
}
