//! Models with covariates through the contract: CDNOW, with an attribute that splits its customers by chance.

use lojal_proto::v1;
use lojal_tests::{Clients, Server, cdnow};
use tonic::Code;

/// Every third customer of the sample has the attribute; customers are numbered by their first purchase, so that means nothing.
async fn loaded() -> (Server, Clients) {
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let upsert = |number: usize| v1::CustomerUpsert {
        customer_id: format!("{number:04}"),
        attributes: [("team".to_owned(), "blue".to_owned())].into(),
        effective_time: None,
        ..Default::default()
    };
    let customers = (1..=cdnow::CUSTOMERS).step_by(3).map(upsert).collect();
    let request = v1::UpsertCustomersRequest { customers, skip_invalid: false };
    clients.customers.clone().upsert_customers(request).await.unwrap();
    (server, clients)
}

fn fit(kind: v1::ModelKind, covariates: &[&str]) -> v1::FitModelRequest {
    v1::FitModelRequest {
        kind: kind.into(),
        calibration_end: "1997-09-30".to_owned(),
        covariates: covariates.iter().map(ToString::to_string).collect(),
        request_id: format!("{kind:?}"),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_model_tells_its_covariates_and_segments_rest_on_them() {
    let (_server, clients) = loaded().await;
    for (kind, names) in [
        (v1::ModelKind::BgNbd, ["r", "alpha", "a", "b"]),
        (v1::ModelKind::ParetoNbd, ["r", "alpha", "s", "beta"]),
    ] {
        let model = clients.fit(fit(kind, &["team"])).await.unwrap();
        assert!(model.is_default && model.is_identified, "{:?}", model.warnings);
        assert_eq!((model.kind(), &model.covariates[..]), (kind, &["team".to_owned()][..]));
        let found: Vec<&str> = model.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(found, [&names[..], &["rate: team=blue", "dropout: team=blue"]].concat());
        for parameter in &model.parameters[4..] {
            let estimate = parameter.estimate.as_ref().unwrap();
            let (value, error) = (estimate.value.unwrap(), estimate.standard_error.unwrap());
            assert!((value - estimate.ci_low.unwrap() - 1.96 * error).abs() < 1e-3 * error);
            assert!(value.abs() < 4.0 * error, "{parameter:?}");
        }
        let test = model.covariates_test.unwrap();
        assert_eq!(test.degrees_of_freedom, 2);
        assert!(test.statistic >= 0.0 && test.p_value > 1e-3, "{test:?}");
        assert!(model.correlations.iter().any(|pair| pair.second == "rate: team=blue"));
        assert_eq!(clients.fit(fit(kind, &["team"])).await.unwrap(), model);
        let other = clients.fit(fit(kind, &[])).await.unwrap_err();
        assert_eq!(other.code(), Code::FailedPrecondition);

        let all = clients.predictions(v1::PredictCustomersRequest::default()).await.unwrap();
        assert_eq!(all.len(), cdnow::CUSTOMERS);
        for one in all {
            let basis = match one.frequency {
                0 => v1::PredictionBasis::Segment,
                _ => v1::PredictionBasis::Individual,
            };
            assert_eq!(one.basis(), basis);
            assert!(one.clv.unwrap().ci_low.is_some() && one.recalibrated_clv.is_none());
        }
    }
}

#[tokio::test]
async fn names_that_are_none_are_refused() {
    let (_server, clients) = loaded().await;
    for (covariates, field) in [
        (&["team", "Team"][..], "covariates[1]"),
        (&["team", ""], "covariates[1]"),
        (&["team", "team"], "covariates[1]"),
        (&["colour"], "covariates[0]"),
    ] {
        let status = clients.fit(fit(v1::ModelKind::BgNbd, covariates)).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains(field), "{}", status.message());
    }
    let status = clients.fit(fit(v1::ModelKind::MbgNbd, &["team"])).await.unwrap_err();
    assert!(status.message().contains("takes no covariates"), "{}", status.message());
}
