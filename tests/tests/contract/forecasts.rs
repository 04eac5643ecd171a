//! How far to trust forecasts: models, backtests and tracking of CDNOW through the API, against 40-digit references.

use lojal_proto::v1;
use lojal_tests::say::{close_by, value};
use lojal_tests::{Clients, Server, at, cdnow};
use tonic::{Code, Status};

/// Last day of the 39 weeks the literature fits on, and of the 39 it forecasts.
const CALIBRATION_END: &str = "1997-09-30";
const HOLDOUT_END: &str = "1998-06-30";
/// Two optimisers that stop at a vanished gradient agree to more than that.
const FIT: f64 = 1e-7;

pub(crate) async fn loaded() -> (Server, Clients) {
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    (server, clients)
}

pub(crate) fn fit_of(kind: v1::ModelKind) -> v1::FitModelRequest {
    let calibration_end = CALIBRATION_END.to_owned();
    v1::FitModelRequest { kind: kind.into(), calibration_end, ..Default::default() }
}

#[tokio::test]
async fn every_model_reaches_the_published_maximum() {
    let (_server, clients) = loaded().await;
    let references: [(v1::ModelKind, &[f64], f64); 6] = [
        (
            v1::ModelKind::BgNbd,
            &[0.2425945224301571, 4.413602019013504, 0.7929220172255976, 2.425906776826332],
            -9582.429206673931,
        ),
        (
            v1::ModelKind::MbgNbd,
            &[0.5248431591062976, 6.183085279576005, 0.8913593907322158, 1.614002240170344],
            -9582.13571555375,
        ),
        (
            v1::ModelKind::ParetoNbd,
            &[0.5532770468531796, 10.57768346330231, 0.6062399891278263, 11.66873528885501],
            -9594.976178939543,
        ),
        // No regularity: k is 1, and these are the models above.
        (
            v1::ModelKind::BgCnbdK,
            &[0.2425945224301571, 4.413602019013504, 0.7929220172255976, 2.425906776826332],
            -9582.429206673931,
        ),
        (
            v1::ModelKind::MbgCnbdK,
            &[0.5248431591062976, 6.183085279576005, 0.8913593907322158, 1.614002240170344],
            -9582.13571555375,
        ),
        (v1::ModelKind::Nbd, &[0.3847661357687849, 12.07202284483691], -9763.657614672615),
    ];
    for (kind, parameters, log_likelihood) in references {
        let model = clients.fit(fit_of(kind)).await.unwrap();
        assert_eq!((model.kind(), model.is_identified, model.is_default), (kind, true, true));
        assert_eq!(model.fit_reason, "requested");
        let found = model.parameters.iter().map(|one| value(&one.estimate));
        assert_eq!(found.len(), parameters.len());
        for (found, expected) in found.zip(parameters) {
            close_by(&format!("{kind:?}"), found, *expected, FIT);
        }
        assert!((model.log_likelihood - log_likelihood).abs() < 1e-6, "{kind:?} {}", model.log_likelihood);
        let pairs = parameters.len() * (parameters.len() - 1) / 2;
        assert_eq!(model.correlations.len(), pairs);
        let regular = matches!(kind, v1::ModelKind::BgCnbdK | v1::ModelKind::MbgCnbdK);
        assert_eq!(model.regularity, i32::from(regular));
        if kind == v1::ModelKind::BgNbd {
            close_by("chi-square", Some(model.chi_square), 4.821108022428099, 1e-6);
            assert_eq!(model.chi_square_degrees_of_freedom, 3);
        }
    }
}

pub(crate) fn compare() -> v1::CompareModelsRequest {
    v1::CompareModelsRequest {
        calibration_end: CALIBRATION_END.to_owned(),
        holdout_end: HOLDOUT_END.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn backtests_are_those_of_the_reference() {
    let (_server, clients) = loaded().await;
    let answer = clients.clv.clone().compare_models(compare()).await.unwrap().into_inner();
    assert_eq!(answer.customers, 2_357);
    // MAE, RMSE, Pearson, sum, error of the tracking curve; then RMSE of the spend.
    let references = [
        (
            "BG/NBD",
            [0.7854542366060775, 1.6079820107439942, 0.6256474513478163, 1653.4086979425376],
            Some(-0.11442490864366894),
            72.29894182527006,
        ),
        (
            "MBG/NBD",
            [0.764778949329097, 1.6071826574335981, 0.6272530306807802, 1576.728301896155],
            Some(-0.1634872829733009),
            71.94622087589846,
        ),
        (
            "Pareto/NBD",
            [0.754523383396353, 1.6028479995328297, 0.6302225071743465, 1665.5131072101851],
            Some(-0.07273755609048294),
            72.18247375279617,
        ),
        (
            "same rate",
            [1.0236691632673869, 2.2119180886046252, 0.5839434389757541, 2930.1011257197324],
            None,
            200.00587758869565,
        ),
        ("same period", [0.8973271107339839, 1.9710462538326088, 0.5772298908422138, 2457.0], None, f64::NAN),
    ];
    for (forecaster, [mae, rmse, correlation, sum], tracking, spend) in references {
        let found = answer.results.iter().find(|result| result.forecaster == forecaster).unwrap();
        let purchases = found.purchases.as_ref().unwrap();
        close_by(forecaster, Some(purchases.mean_absolute_error), mae, FIT);
        close_by(forecaster, Some(purchases.root_mean_squared_error), rmse, FIT);
        close_by(forecaster, purchases.correlation, correlation, FIT);
        close_by(forecaster, Some(purchases.expected_total), sum, FIT);
        close_by(forecaster, Some(purchases.actual_total), 1882.0, 1e-15);
        assert_eq!(found.tracking_error_ratio.is_some(), tracking.is_some());
        if let Some(tracking) = tracking {
            close_by(forecaster, found.tracking_error_ratio, tracking, FIT);
        }
        if spend.is_finite() {
            close_by(forecaster, found.spend.as_ref().map(|one| one.root_mean_squared_error), spend, FIT);
        }
        let customers: i64 = purchases.deciles.iter().map(|decile| decile.customers).sum();
        assert_eq!(customers, 2_357);
    }
    let errors: Vec<f64> = answer
        .results
        .iter()
        .map(|result| result.purchases.as_ref().unwrap().root_mean_squared_error)
        .collect();
    assert!(errors.is_sorted());
    // Alone, each is the same.
    let request = v1::BacktestRequest {
        kind: v1::ModelKind::ParetoNbd.into(),
        calibration_end: CALIBRATION_END.to_owned(),
        holdout_end: HOLDOUT_END.to_owned(),
        ..Default::default()
    };
    let alone = clients.clv.clone().backtest(request).await.unwrap().into_inner();
    assert_eq!(alone.result.as_ref(), answer.results.iter().find(|one| one.forecaster == "Pareto/NBD"));
    let rules: Vec<&str> = alone.naive.iter().map(|rule| rule.forecaster.as_str()).collect();
    // There is no year before the holdout.
    assert_eq!(rules, ["same rate", "same period", "hiatus", "last window", "last quarter"]);
}

/// By `server/scoring/tests/golden/backtest.py`: MAE, RMSE, Pearson, Spearman, total, slope, share of the top tenth, each with its standard error.
const ERRORS: [(&str, [(f64, f64); 7]); 4] = [
    (
        "BG/NBD",
        [
            (0.785_454_236_6, 0.028_906_704),
            (1.607_982_010_7, 0.133_398_106),
            (0.625_647_451_3, 0.035_213_255),
            (0.449_287_419_2, 0.018_839_698),
            (-0.121_461_903_3, 0.036_725_564),
            (0.969_234_279_9, 0.080_247_187),
            (0.469_287_991_5, 0.024_069_541),
        ],
    ),
    (
        "NBD",
        [
            (1.041_020_327_2, 0.031_744_023),
            (1.859_522_624_0, 0.122_200_571),
            (0.583_383_005_2, 0.039_906_521),
            (0.453_885_707_4, 0.017_932_345),
            (0.556_758_922_5, 0.067_102_721),
            (0.636_522_973_5, 0.061_265_584),
            (0.459_015_232_0, 0.024_282_636),
        ],
    ),
    (
        "last window",
        [
            (0.897_327_110_7, 0.036_155_598),
            (1.971_046_253_8, 0.128_884_125),
            (0.577_229_890_8, 0.039_030_256),
            (0.487_779_893_6, 0.019_060_402),
            (0.305_526_036_1, 0.058_933_559),
            (0.542_237_551_1, 0.052_403_516),
            (0.454_097_768_3, 0.024_268_881),
        ],
    ),
    (
        "last quarter",
        [
            (0.909_206_618_6, 0.043_547_027),
            (2.300_965_468_5, 0.258_885_451),
            (0.590_650_577_5, 0.039_378_868),
            (0.462_508_815_5, 0.021_652_275),
            (0.133_368_756_6, 0.060_937_550),
            (0.433_107_718_5, 0.058_036_351),
            (0.457_411_614_8, 0.023_847_015),
        ],
    ),
];

/// Which finds influences by weighing customers, one after the other.
#[tokio::test]
async fn errors_of_figures_are_those_of_another_program() {
    let (_server, clients) = loaded().await;
    let answer = clients.clv.clone().compare_models(compare()).await.unwrap().into_inner();
    for (forecaster, figures) in ERRORS {
        let found = answer.results.iter().find(|result| result.forecaster == forecaster).unwrap();
        let of = found.purchases.as_ref().and_then(|purchases| purchases.estimates.clone()).unwrap();
        let told = [
            of.mean_absolute_error,
            of.root_mean_squared_error,
            of.correlation,
            of.rank_correlation,
            of.total_error_ratio,
            of.calibration_slope,
            of.top_decile_capture,
        ];
        for (place, (estimate, (value, error))) in told.into_iter().zip(figures).enumerate() {
            let (estimate, what) = (estimate.unwrap(), format!("{forecaster} {place}"));
            close_by(&what, estimate.value, value, FIT);
            close_by(&what, estimate.standard_error, error, 1e-6);
            assert!(estimate.ci_low < estimate.value && estimate.value < estimate.ci_high);
            assert_eq!((estimate.n, estimate.confidence), (2_357, 0.95));
        }
    }
}

/// Computed from the file by a separate program, with SciPy and the parameters above: BG/NBD's P(alive) times Lomax's distribution of
/// the wait, NBD's negative binomial distribution of each customer, DeLong's error from placements one by one, and a logistic regression
/// by BFGS.
#[tokio::test]
async fn whole_distributions_are_judged_as_by_another_program() {
    let (_server, clients) = loaded().await;
    let answer = clients.clv.clone().compare_models(compare()).await.unwrap().into_inner();
    let scores = |forecaster: &str| {
        let found = answer.results.iter().find(|result| result.forecaster == forecaster);
        found.and_then(|result| result.scores.clone()).unwrap()
    };
    let of = |estimate: &Option<v1::Estimate>| estimate.as_ref().and_then(|estimate| estimate.value);
    let error =
        |estimate: &Option<v1::Estimate>| estimate.as_ref().and_then(|estimate| estimate.standard_error);
    let references = [
        (
            "BG/NBD",
            [0.161_223_824_601, 0.505_551_498_893, 0.756_919_757_553, 1.076_737_068],
            [0.012_216_932, 0.057_763_732],
        ),
        (
            "NBD",
            [0.182_055_489_870, 0.574_630_452_867, 0.773_868_510_188, 0.650_811_673],
            [0.011_166_469, 0.035_147_285],
        ),
    ];
    for (forecaster, [brier, log_loss, area, slope], [area_error, slope_error]) in references {
        let found = scores(forecaster);
        close_by(forecaster, of(&found.brier_score), brier, FIT);
        close_by(forecaster, of(&found.log_loss), log_loss, FIT);
        close_by(forecaster, of(&found.area_under_curve), area, FIT);
        close_by(forecaster, of(&found.calibration_slope), slope, FIT);
        close_by(forecaster, error(&found.area_under_curve), area_error, 1e-6);
        close_by(forecaster, error(&found.calibration_slope), slope_error, 1e-6);
        let customers: i64 = found.deciles.iter().map(|decile| decile.customers).sum();
        assert_eq!((customers, found.brier_score.unwrap().n), (2_357, 2_357));
    }
    let nbd = scores("NBD");
    close_by("log score", of(&nbd.log_score), 1.063_593_649_976, FIT);
    close_by("its error", error(&nbd.log_score), 0.025_177_163_894, FIT);
    // Of distributions that are told up to a millionth.
    close_by("CRPS", of(&nbd.continuous_ranked_probability_score), 0.603_616_272_384, 1e-6);
    // Whoever says that nobody leaves is further off, however they are judged; rules of thumb have an order and no distribution.
    let pareto = scores("Pareto/NBD");
    assert!(of(&pareto.log_score) < of(&nbd.log_score) && of(&pareto.brier_score) < of(&nbd.brier_score));
    let rule = scores("same rate");
    // Ranked by x / T as fractions, so that none of the ties is torn.
    close_by("same rate", of(&rule.area_under_curve), 0.759_772_076_635, 1e-9);
    assert_eq!((rule.log_score, rule.brier_score, rule.calibration_slope), (None, None, None));
}

#[tokio::test]
async fn tracking_is_that_of_the_reference() {
    let (_server, clients) = loaded().await;
    let model = clients.fit(fit_of(v1::ModelKind::ParetoNbd)).await.unwrap();
    let request = v1::GetTrackingRequest {
        model_id: model.model_id.clone(),
        until: HOLDOUT_END.to_owned(),
        ..Default::default()
    };
    let answer = clients.clv.clone().get_tracking(request).await.unwrap().into_inner();
    assert_eq!(answer.points.len(), 78);
    let (first, last) = (&answer.points[0], &answer.points[77]);
    close_by("week 1", Some(first.expected_cumulative), 3.068429026786017, FIT);
    close_by("week 78", Some(last.expected_cumulative), 4270.0406816822415, FIT);
    assert_eq!((first.date.as_str(), first.actual_cumulative, first.is_holdout), ("1997-01-07", 0, false));
    assert_eq!((last.actual_cumulative, last.is_holdout), (4_339, true));
    close_by("holdout", answer.holdout_error_ratio, -0.07273755609048294, FIT);
    close_by("curve", answer.holdout_mean_error_ratio, 0.013121006786912988, FIT);
}

#[tokio::test]
async fn new_customers_and_endless_horizons_are_those_of_the_reference() {
    let (_server, clients) = loaded().await;
    let mut clv = clients.clv.clone();
    let weekly = 0.0027_f64;
    let rate = (weekly * 365.25 / 7.0).exp_m1();
    let references = [
        (v1::ModelKind::BgNbd, 1.19501004065177, 5.156631727486015),
        (v1::ModelKind::ParetoNbd, 1.213404018082384, 6.482402576476842),
    ];
    for (kind, of_new, for_ever) in references {
        let model = clients.fit(fit_of(kind)).await.unwrap();
        let new = v1::PredictCustomerRequest {
            new_customer: true,
            horizon: "39w".to_owned(),
            as_of: Some(at("1997-10-01T00:00:00Z")),
            model_id: model.model_id.clone(),
            with_distribution: true,
            ..Default::default()
        };
        let answer = clv.predict_customer(new.clone()).await.unwrap().into_inner();
        let prediction = answer.prediction.unwrap();
        close_by("a new customer", value(&prediction.expected_purchases), of_new, 1e-6);
        assert_eq!(prediction.basis(), v1::PredictionBasis::Population);
        let interval = prediction.expected_purchases.unwrap();
        assert!(interval.ci_low.unwrap() < of_new && of_new < interval.ci_high.unwrap());
        let mean: f64 =
            answer.purchase_probabilities.iter().map(|one| f64::from(one.purchases) * one.probability).sum();
        // But for the last thousandth of the distribution.
        assert!(mean > 0.9 * of_new && mean <= of_new, "{mean}");
        let wait = answer.next_purchase.unwrap();
        assert!(wait.days_p10 < wait.days_p50);

        let ever = v1::PredictCustomerRequest {
            customer_id: "0001".to_owned(),
            horizon: "forever".to_owned(),
            yearly_discount_rate: Some(rate),
            new_customer: false,
            with_alive_history: true,
            ..new
        };
        let answer = clv.predict_customer(ever).await.unwrap().into_inner();
        let prediction = answer.prediction.unwrap();
        let worth = value(&prediction.expected_value);
        close_by("for ever", value(&prediction.clv) / worth, for_ever, 1e-6);
        assert_eq!(prediction.expected_purchases.as_ref().unwrap().value, None);
        assert_eq!(answer.alive_history.iter().filter(|point| point.purchased).count(), 3);
        assert!(answer.alive_history.iter().all(|point| (0.0..=1.0).contains(&point.alive_probability)));
    }
}

#[tokio::test]
async fn totals_are_the_sums_of_the_predictions() {
    let (_server, clients) = loaded().await;
    let model =
        clients.fit(v1::FitModelRequest { bootstrap_replicates: 40, ..fit_of(v1::ModelKind::MbgNbd) });
    let model = model.await.unwrap();
    assert!(model.bootstrap_replicates >= 20);
    let request = |limit, method: v1::IntervalMethod| v1::PredictCustomersRequest {
        model_id: model.model_id.clone(),
        as_of: Some(at("1997-10-01T00:00:00Z")),
        with_totals: true,
        limit,
        interval_method: method.into(),
        ..Default::default()
    };
    let all = clients.predictions(request(None, v1::IntervalMethod::Delta)).await.unwrap();
    let sum: f64 = all.iter().map(|one| value(&one.clv)).sum();
    for method in [v1::IntervalMethod::Delta, v1::IntervalMethod::Bootstrap] {
        let mut only =
            clients.clv.clone().predict_customers(request(Some(0), method)).await.unwrap().into_inner();
        let first = only.message().await.unwrap().unwrap();
        assert!(first.predictions.is_empty());
        let totals = first.totals.unwrap();
        assert_eq!(totals.customers, 2_357);
        let clv = totals.clv.unwrap();
        close_by("the sum", clv.value, sum, 1e-9);
        // A total is known better than its parts.
        let width = (clv.ci_high.unwrap() - clv.ci_low.unwrap()) / sum;
        assert!(width > 0.02 && width < 0.5, "{method:?}: {width}");
        assert!(only.message().await.unwrap().is_none());
    }
}

fn refused_with<T: std::fmt::Debug>(answer: Result<T, Status>, code: Code, field: &str) {
    let status = answer.unwrap_err();
    assert_eq!(status.code(), code, "{status:?}");
    assert!(status.message().contains(field), "{field}: {}", status.message());
}

#[tokio::test]
async fn questions_that_make_no_sense_get_a_clear_error() {
    let (_server, clients) = loaded().await;
    let mut clv = clients.clv.clone();
    let one = || v1::PredictCustomerRequest { customer_id: "0001".to_owned(), ..Default::default() };
    let bad = Code::InvalidArgument;
    let with = |change: &dyn Fn(&mut v1::PredictCustomerRequest)| {
        let mut request = one();
        change(&mut request);
        request
    };
    refused_with(clv.predict_customer(with(&|r| r.horizon = "0d".to_owned())).await, bad, "horizon");
    refused_with(
        clv.predict_customer(with(&|r| r.yearly_discount_rate = Some(50.0))).await,
        bad,
        "yearly_discount_rate",
    );
    let free = with(&|r| (r.horizon, r.yearly_discount_rate) = ("forever".to_owned(), Some(0.0)));
    refused_with(clv.predict_customer(free).await, bad, "yearly_discount_rate");
    refused_with(clv.predict_customer(with(&|r| r.new_customer = true)).await, bad, "customer_id");
    refused_with(clv.predict_customer(with(&|r| r.interval_method = 9)).await, bad, "interval_method");
    refused_with(clv.predict_customer(with(&|r| r.interval_method = 2)).await, bad, "bootstrap_replicates");
    refused_with(clients.fit(v1::FitModelRequest { kind: 99, ..Default::default() }).await, bad, "kind");
    let early = v1::FitModelRequest { calibration_end: "1996-12-31".to_owned(), ..Default::default() };
    refused_with(clients.fit(early).await, Code::FailedPrecondition, "1996-12-31");
    let covariates = vec!["channel".to_owned()];
    let unknown = v1::FitModelRequest { covariates, ..fit_of(v1::ModelKind::BgNbd) };
    refused_with(clients.fit(unknown).await, bad, "covariates[0]");
    let few = v1::FitModelRequest { bootstrap_replicates: 3, ..Default::default() };
    refused_with(clients.fit(few).await, bad, "bootstrap_replicates");
    let days = |calibration_end: &str, holdout_end: &str| v1::BacktestRequest {
        calibration_end: calibration_end.to_owned(),
        holdout_end: holdout_end.to_owned(),
        ..Default::default()
    };
    refused_with(clv.backtest(days("1996-12-31", "")).await, bad, "calibration_end");
    refused_with(clv.backtest(days("1998-06-30", "1998-06-30")).await, bad, "calibration_end");
    refused_with(clv.backtest(days("", "2030-01-01")).await, bad, "holdout_end");
    refused_with(clv.backtest(days("yesterday", "")).await, bad, "calibration_end");
    let kinds = vec![v1::ModelKind::BgBb.into(), v1::ModelKind::BgNbd.into()];
    refused_with(clv.compare_models(v1::CompareModelsRequest { kinds, ..compare() }).await, bad, "kinds[0]");
    let period = v1::GetTrackingRequest { period: v1::ModelTimeUnit::Year.into(), ..Default::default() };
    refused_with(clv.get_tracking(period).await, bad, "period");
    let none = v1::PredictCustomersRequest { limit: Some(0), ..Default::default() };
    refused_with(clv.predict_customers(none).await.map(|_| ()), bad, "limit");
}
