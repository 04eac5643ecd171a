//! The whole way through with the CDNOW sample, against what the literature says of it.

use lojal_proto::v1;
use lojal_tests::say::{close_by, value};
use lojal_tests::{Clients, Server, at, cdnow};

/// Relative error of fitted parameters: two optimisers that stop at a vanished gradient agree to more than that.
const FIT: f64 = 1e-6;
/// Relative error of predictions made with them.
const PREDICTION: f64 = 1e-5;

/// Maximum likelihood estimates in weeks, computed with 40 digits; published as .243, 4.414, .793 and 2.426 by Fader,
/// Hardie and Lee (2005).
const BG_NBD: [(&str, f64, f64); 4] = [
    ("r", 0.2425945224301571, 0.01255737808),
    ("alpha", 4.413602019013504, 0.3782240601),
    ("a", 0.7929220172255976, 0.1857338216),
    ("b", 2.425906776826332, 0.7054142608),
];
const BG_NBD_LOG_LIKELIHOOD: f64 = -9582.42920667393;
/// Published as 6.25, 3.74 and 15.44 by Fader and Hardie (2013).
const GAMMA_GAMMA: [(&str, f64, f64); 3] = [
    ("p", 6.249572271323756, 1.190055466),
    ("q", 3.744224667132025, 0.2901330845),
    ("gamma", 15.44352096258924, 4.159423212),
];
const GAMMA_GAMMA_LOG_LIKELIHOOD: f64 = -4055.917694801874;
/// Repeat purchases by 30 September 1997: 0 to 6, and 7 or more.
const HISTOGRAM: [i64; 8] = [1_411, 439, 214, 100, 62, 38, 29, 64];

/// A customer as of 1 October 1997, computed with 40 digits from the parameters above.
struct Reference {
    customer: String,
    /// Repeat purchase days, recency and age in days.
    history: (i32, i32, i32),
    alive: f64,
    /// In the next 13, 39 and 52 weeks.
    purchases: [f64; 3],
    mean_value: Option<f64>,
    expected_value: f64,
}

fn references() -> Vec<Reference> {
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../../fixtures/golden/cdnow_customers.json")).unwrap();
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let reference = |row: &serde_json::Value| {
        let history = |part: usize| row["history"][part].as_i64().unwrap() as i32;
        Reference {
            customer: row["customer"].as_str().unwrap().to_owned(),
            history: (history(0), history(1), history(2)),
            alive: number(&row["alive"]),
            purchases: [0, 1, 2].map(|part| number(&row["purchases"][part])),
            mean_value: row["mean_value"].as_f64(),
            expected_value: number(&row["expected_value"]),
        }
    };
    let references: Vec<_> = rows.iter().map(reference).collect();
    assert_eq!(references.len(), 10);
    references
}

async fn loaded() -> (Server, Clients) {
    let server = Server::start();
    let clients = server.clients().await;
    let loaded = cdnow::load(&clients).await;
    assert_eq!(loaded, cdnow::Loaded { recorded: 6_919, duplicates: 0 });
    (server, clients)
}

#[tokio::test]
async fn what_is_loaded_is_there_once() {
    let (_server, clients) = loaded().await;
    let before = clients.workspace().await;
    assert_eq!(cdnow::load(&clients).await, cdnow::Loaded { recorded: 0, duplicates: 6_919 });
    let workspace = clients.workspace().await;
    assert_eq!(workspace.customers, cdnow::CUSTOMERS as i64);
    assert_eq!(workspace.transactions, cdnow::TRANSACTIONS as i64);
    assert_eq!(workspace.reporting_currency_code, "USD");
    assert_eq!(workspace.revision, before.revision, "repeating a write changed something");

    let customers = clients.all_customers(None).await;
    assert_eq!(customers.len(), cdnow::CUSTOMERS);
    assert_eq!(customers.iter().map(|one| one.transaction_count).sum::<i64>(), cdnow::TRANSACTIONS as i64);
    assert_eq!(customers.iter().map(|one| one.purchase_day_count).sum::<i64>(), cdnow::PURCHASE_DAYS);
    // Cents, so that the sum is exact.
    let cents = |amount: &str| amount.replace('.', "").parse::<i64>().unwrap();
    let spent: i64 = customers.iter().map(|one| cents(&one.gross_spend.as_ref().unwrap().amount)).sum();
    let paid: i64 = cdnow::rows().iter().map(|row| cents(&row.amount.as_ref().unwrap().amount)).sum();
    assert_eq!(spent, paid);
}

#[tokio::test]
async fn the_fit_is_that_of_the_literature() {
    let (_server, clients) = loaded().await;
    let request = v1::FitModelRequest {
        kind: v1::ModelKind::BgNbd.into(),
        calibration_end: "1997-09-30".to_owned(),
        ..Default::default()
    };
    let model = clients.fit(request).await.unwrap();
    assert_eq!(model.kind(), v1::ModelKind::BgNbd);
    assert_eq!(model.time_unit(), v1::ModelTimeUnit::Week);
    assert_eq!((&*model.calibration_start, &*model.calibration_end), ("1997-01-01", "1997-09-30"));
    assert_eq!((model.customers, model.repeat_customers, model.patterns), (2_357, 946, 1_016));
    assert!(model.is_default && !model.is_automatic);
    assert_eq!(model.parameters.len(), BG_NBD.len());
    assert_eq!(model.value_parameters.len(), GAMMA_GAMMA.len());
    let found = model.parameters.iter().chain(&model.value_parameters);
    for (found, (name, expected, standard_error)) in found.zip(BG_NBD.iter().chain(&GAMMA_GAMMA)) {
        assert_eq!(found.name, *name);
        let estimate = found.estimate.as_ref().unwrap();
        close_by(name, estimate.value, *expected, FIT);
        close_by(&format!("the standard error of {name}"), estimate.standard_error, *standard_error, 1e-4);
        assert!(estimate.ci_low.unwrap() < *expected && *expected < estimate.ci_high.unwrap());
    }
    close_by("the log-likelihood", Some(model.log_likelihood), BG_NBD_LOG_LIKELIHOOD, 1e-10);
    close_by("that of the values", model.value_log_likelihood, GAMMA_GAMMA_LOG_LIKELIHOOD, 1e-10);
    // 0.11 in Fader and Hardie's note; computed apart from the purchases of the sample.
    close_by("number and value", model.frequency_value_correlation, 0.113_887_919_391_255_34, 1e-10);
    let actual: Vec<i64> = model.calibration_histogram.iter().map(|bin| bin.actual).collect();
    assert_eq!(actual, HISTOGRAM);
    close_by(
        "expected customers without a repeat purchase",
        model.calibration_histogram.first().map(|bin| bin.expected),
        1407.684346590796,
        1e-6,
    );

    let named = v1::GetModelRequest { model_id: model.model_id.clone() };
    let mut clv = clients.clv.clone();
    for request in [named, v1::GetModelRequest::default()] {
        let got = clv.get_model(request).await.unwrap().into_inner();
        assert_eq!(got.model.as_ref(), Some(&model));
    }
    let listed = clv.list_models(v1::ListModelsRequest::default()).await.unwrap().into_inner();
    assert_eq!(listed.models, std::slice::from_ref(&model));

    for reference in &references() {
        predict(&clients, &model, reference).await;
    }
}

async fn predict(clients: &Clients, model: &v1::Model, reference: &Reference) {
    for (horizon, purchases) in ["13w", "39w", "52w"].into_iter().zip(reference.purchases) {
        let request = v1::PredictCustomerRequest {
            customer_id: reference.customer.clone(),
            horizon: horizon.to_owned(),
            as_of: Some(at("1997-10-01T00:00:00Z")),
            model_id: model.model_id.clone(),
            yearly_discount_rate: Some(0.0),
            ..Default::default()
        };
        let answer = clients.clv.clone().predict_customer(request).await.unwrap().into_inner();
        assert_eq!(answer.model_id, model.model_id);
        let found = answer.prediction.unwrap();
        let name = format!("customer {} within {horizon}:", reference.customer);
        assert_eq!((found.frequency, found.recency_days, found.age_days), reference.history, "{name}");
        let alive = value(&found.alive_probability);
        close_by(&format!("{name} P(alive)"), alive, reference.alive, PREDICTION);
        let expected = value(&found.expected_purchases);
        close_by(&format!("{name} purchases"), expected, purchases, PREDICTION);
        let worth = value(&found.expected_value);
        close_by(&format!("{name} value"), worth, reference.expected_value, PREDICTION);
        // Who bought nothing again has no mean, which is not a mean of 0.
        match reference.mean_value {
            Some(mean) => close_by(&format!("{name} mean value"), found.mean_value, mean, 1e-9),
            None => assert_eq!(found.mean_value, None, "{name}"),
        }
        // Undiscounted, the value of a horizon is what is bought in it, times what that is worth.
        let product = expected * worth;
        close_by(&format!("{name} CLV"), value(&found.clv), product, 1e-9);
    }
}

#[tokio::test]
async fn predictions_need_no_fit_and_come_in_order() {
    let (_server, clients) = loaded().await;
    let request = |order: v1::PredictionOrder, limit| v1::PredictCustomersRequest {
        as_of: Some(at(cdnow::END)),
        horizon: "12mo".to_owned(),
        order: order.into(),
        limit,
        with_basis_shares: true,
        ..Default::default()
    };
    let all = clients.predictions(request(v1::PredictionOrder::Unspecified, None)).await.unwrap();
    assert_eq!(all.len(), cdnow::CUSTOMERS);
    let by_clv = clients.predictions(request(v1::PredictionOrder::Clv, Some(10))).await.unwrap();
    let mut expected = all.clone();
    let clv = |one: &v1::Prediction| value(&one.clv);
    expected.sort_by(|a, b| clv(b).total_cmp(&clv(a)).then_with(|| a.customer_id.cmp(&b.customer_id)));
    assert_eq!(by_clv, expected[..10]);
    let silent = clients.predictions(request(v1::PredictionOrder::AliveProbability, Some(10))).await.unwrap();
    let alive = |one: &v1::Prediction| value(&one.alive_probability);
    expected.sort_by(|a, b| alive(a).total_cmp(&alive(b)).then_with(|| a.customer_id.cmp(&b.customer_id)));
    assert_eq!(silent, expected[..10]);

    // One customer's prediction is that of the stream, and the model behind it is of the default kind.
    let one = v1::PredictCustomerRequest {
        customer_id: by_clv[0].customer_id.clone(),
        horizon: "12mo".to_owned(),
        as_of: Some(at(cdnow::END)),
        ..Default::default()
    };
    let answer = clients.clv.clone().predict_customer(one).await.unwrap().into_inner();
    // But for what only an answer about one customer has.
    let later = answer.prediction.as_ref().unwrap().alive_probability_at_horizon.clone();
    assert!(value(&later) < value(&by_clv[0].alive_probability));
    let same = v1::Prediction { alive_probability_at_horizon: later, ..by_clv[0].clone() };
    assert_eq!(answer.prediction, Some(same));
    let model =
        clients.clv.clone().get_model(v1::GetModelRequest::default()).await.unwrap().into_inner().model;
    let model = model.unwrap();
    assert!(model.is_automatic && model.is_default && model.is_identified);
    assert!(model.fit_reason.contains("past days, log score"), "{}", model.fit_reason);
}

#[tokio::test]
async fn segments_partition_the_customers() {
    let (_server, clients) = loaded().await;
    let mut segmentation = clients.segmentation.clone();
    let request = v1::SummarizeSegmentsRequest { as_of: Some(at(cdnow::END)), ..Default::default() };
    let summary = segmentation.summarize_segments(request).await.unwrap().into_inner();
    assert_eq!(summary.segments.len(), 11);
    assert_eq!(summary.segments.iter().map(|one| one.customers).sum::<i64>(), cdnow::CUSTOMERS as i64);
    assert_eq!(summary.population.as_ref().unwrap().customers, cdnow::CUSTOMERS as i64);
    let shares: f64 = summary.segments.iter().filter_map(|one| one.customer_share).sum();
    close_by("all shares together", Some(shares), 1.0, 1e-12);
    let cents =
        |money: &Option<v1::Money>| money.as_ref().unwrap().amount.replace('.', "").parse::<i64>().unwrap();
    let spent: i64 = summary.segments.iter().map(|one| cents(&one.monetary)).sum();
    assert_eq!(spent, cents(&summary.monetary));

    // Members are as many as the summary says, each once, and each says the same of themselves.
    let mut seen = std::collections::HashSet::new();
    for segment in &summary.segments {
        let mut page_token = String::new();
        let mut members = Vec::new();
        loop {
            let request = v1::ListSegmentMembersRequest {
                segment: segment.segment,
                as_of: Some(at(cdnow::END)),
                page_size: 100,
                page_token,
                ..Default::default()
            };
            let page = segmentation.list_segment_members(request).await.unwrap().into_inner();
            members.extend(page.members);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(members.len() as i64, segment.customers, "{}", segment.name);
        let Some(first) = members.first() else { continue };
        let request = v1::GetCustomerSegmentRequest {
            customer_id: first.customer_id.clone(),
            as_of: Some(at(cdnow::END)),
            ..Default::default()
        };
        let one = segmentation.get_customer_segment(request).await.unwrap().into_inner();
        assert_eq!(one.member.as_ref(), Some(first));
        seen.extend(members.into_iter().map(|member| member.customer_id));
    }
    assert_eq!(seen.len(), cdnow::CUSTOMERS);
}

#[tokio::test]
async fn empty_questions_are_answered() {
    let (_server, clients) = loaded().await;
    let at_rest = Some(at(cdnow::END));
    assert_eq!(clients.workspace().await.default_as_of, at_rest);

    let request = v1::SummarizeSegmentsRequest::default();
    let summary = clients.segmentation.clone().summarize_segments(request).await.unwrap().into_inner();
    assert_eq!(summary.segments.iter().map(|one| one.customers).sum::<i64>(), cdnow::CUSTOMERS as i64);
    let provenance = summary.provenance.unwrap();
    assert_eq!(provenance.as_of, at_rest);
    assert!(provenance.warnings.iter().any(|warning| warning.contains("as_of")), "{:?}", provenance.warnings);

    let nps = clients.nps.clone().get_nps(v1::GetNpsRequest::default()).await.unwrap().into_inner();
    let estimate = nps.nps.unwrap();
    assert_eq!((estimate.value, estimate.ci_low, estimate.n), (None, None, 0), "nobody was asked");
    let warnings = nps.provenance.unwrap().warnings;
    assert!(warnings.iter().any(|warning| warning.contains("no NPS")), "{warnings:?}");

    let predictions = clients.predictions(v1::PredictCustomersRequest::default()).await.unwrap();
    assert_eq!(predictions.len(), cdnow::CUSTOMERS);
    let scheme = clients.segmentation.clone().get_rfm_scheme(v1::GetRfmSchemeRequest::default()).await;
    let scheme = scheme.unwrap().into_inner();
    assert_eq!((scheme.cells.len(), scheme.segments.len(), scheme.thresholds.len()), (25, 11, 4));
}

#[tokio::test]
async fn a_workspace_without_data_answers_too() {
    let server = Server::start();
    let clients = server.clients().await;
    let summary =
        clients.segmentation.clone().summarize_segments(v1::SummarizeSegmentsRequest::default()).await;
    let summary = summary.unwrap().into_inner();
    assert_eq!(summary.segments.len(), 11);
    assert!(summary.segments.iter().all(|one| one.customers == 0 && one.customer_share.is_none()));
    let nps = clients.nps.clone().get_nps(v1::GetNpsRequest::default()).await.unwrap().into_inner();
    assert_eq!(nps.nps.unwrap().value, None);
    assert!(clients.all_customers(None).await.is_empty());
}
