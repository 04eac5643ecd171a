//! Predictions of customers that were never recorded, from summaries of them: those of the same customers, recorded.

use lojal_proto::v1;
use lojal_tests::say::{close_by, refused, value};
use lojal_tests::{Clients, Server, at};
use tonic::Status;

use crate::forecasts::{fit_of, loaded};

type Told = (Vec<v1::Prediction>, v1::Model);

async fn predict(clients: &Clients, request: v1::PredictSummariesRequest) -> Result<Told, Status> {
    let mut messages = clients.clv.clone().predict_summaries(request).await?.into_inner();
    let (mut all, mut model) = (Vec::new(), None);
    while let Some(message) = messages.message().await? {
        assert_eq!(message.model.is_some(), message.provenance.is_some());
        assert_eq!(message.model.is_some(), all.is_empty(), "the model is told once, and first");
        model = message.model.or(model);
        all.extend(message.predictions);
    }
    Ok((all, model.expect("a model")))
}

/// What other predictions tell of customers.
fn summed_up(predictions: &[v1::Prediction]) -> v1::PredictSummariesRequest {
    v1::PredictSummariesRequest {
        frequency: predictions.iter().map(|one| one.frequency).collect(),
        recency_days: predictions.iter().map(|one| one.recency_days).collect(),
        age_days: predictions.iter().map(|one| one.age_days).collect(),
        mean_value: predictions.iter().map(|one| one.mean_value.unwrap_or(f64::NAN)).collect(),
        customer_ids: predictions.iter().map(|one| one.customer_id.clone()).collect(),
        ..Default::default()
    }
}

/// One customer who came back twice, and one who did not.
fn two() -> v1::PredictSummariesRequest {
    v1::PredictSummariesRequest {
        frequency: vec![2, 0],
        recency_days: vec![213, 0],
        age_days: vec![272, 272],
        mean_value: vec![22.35, 0.0],
        ..Default::default()
    }
}

fn same(recorded: &v1::Prediction, brought: &v1::Prediction) {
    assert_eq!(recorded.customer_id, brought.customer_id);
    let pairs = [
        ("alive", &recorded.alive_probability, &brought.alive_probability),
        ("purchases", &recorded.expected_purchases, &brought.expected_purchases),
        ("value", &recorded.expected_value, &brought.expected_value),
        ("clv", &recorded.clv, &brought.clv),
    ];
    for (what, recorded, brought) in pairs {
        let (recorded, brought) = (recorded.as_ref().unwrap(), brought.as_ref().unwrap());
        close_by(what, brought.value, recorded.value.unwrap(), 1e-7);
        // Of what is certain there is none.
        assert_eq!(brought.ci_low.is_some(), recorded.ci_low.is_some(), "{what}");
        let ends = [(brought.ci_low, recorded.ci_low), (brought.ci_high, recorded.ci_high)];
        for (brought, recorded) in ends.into_iter().filter(|(_, recorded)| recorded.is_some()) {
            close_by(what, brought, recorded.unwrap(), 1e-5);
        }
    }
}

#[tokio::test]
async fn summaries_of_recorded_customers_are_predicted_as_the_customers_are() {
    let (_server, clients) = loaded().await;
    let model = clients.fit(fit_of(v1::ModelKind::BgNbd)).await.unwrap();
    let recorded = clients
        .predictions(v1::PredictCustomersRequest {
            as_of: Some(at("1997-10-01T00:00:00Z")),
            model_id: model.model_id.clone(),
            ..Default::default()
        })
        .await
        .unwrap();
    assert_eq!(recorded.len(), 2_357);
    // Fitted anew elsewhere, where nobody is recorded.
    let elsewhere = Server::start();
    let bg_nbd = v1::PredictSummariesRequest { kind: v1::ModelKind::BgNbd.into(), ..summed_up(&recorded) };
    let (brought, fitted) = predict(&elsewhere.clients().await, bg_nbd).await.unwrap();
    assert_eq!(
        (fitted.model_id.as_str(), fitted.kind(), fitted.customers),
        ("summaries", model.kind(), 2_357)
    );
    for (one, other) in fitted.parameters.iter().zip(&model.parameters) {
        close_by(&one.name, value(&one.estimate), value(&other.estimate), 1e-7);
    }
    assert_eq!(brought.len(), recorded.len());
    recorded.iter().zip(&brought).for_each(|(recorded, brought)| same(recorded, brought));
    // By the model that is kept.
    let kept = v1::PredictSummariesRequest { model_id: model.model_id.clone(), ..summed_up(&recorded) };
    let (brought, used) = predict(&clients, kept).await.unwrap();
    assert_eq!(used.model_id, model.model_id);
    recorded.iter().zip(&brought).for_each(|(recorded, brought)| same(recorded, brought));
}

#[tokio::test]
async fn any_number_of_customers_determines_the_default() {
    let server = Server::start();
    let clients = server.clients().await;
    let (told, model) = predict(&clients, two()).await.unwrap();
    assert_eq!((model.kind(), model.model_id.as_str()), (v1::ModelKind::MbgNbd, "summaries"));
    let [back, once] = &told[..] else { panic!("{told:?}") };
    assert!(value(&back.expected_purchases) > value(&once.expected_purchases));
    assert!(back.expected_purchases.as_ref().unwrap().ci_low.is_some());
    // Even one who has just bought.
    let one = v1::PredictSummariesRequest {
        frequency: vec![0],
        recency_days: vec![0],
        age_days: vec![0],
        ..Default::default()
    };
    assert_eq!(predict(&clients, one).await.unwrap().0.len(), 1);
    let alone = v1::PredictSummariesRequest { mean_value: vec![], without_intervals: true, ..two() };
    let (told, _) = predict(&clients, alone).await.unwrap();
    assert_eq!(told[0].clv.as_ref().unwrap().value, None, "no value was brought");
    assert_eq!(told[0].expected_purchases.as_ref().unwrap().ci_low, None);
    // Nothing was recorded by any of it.
    let info = clients.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await.unwrap().into_inner();
    assert_eq!(info.workspace.unwrap_or_default().transactions, 0);
}

#[tokio::test]
async fn summaries_that_cannot_be_are_refused_by_name() {
    let server = Server::start();
    let clients = server.clients().await;
    type Wrong = fn(&mut v1::PredictSummariesRequest);
    let cases: [(&str, Wrong); 16] = [
        ("frequency", |all| *all = v1::PredictSummariesRequest::default()),
        ("frequency[1]", |all| all.frequency[1] = -1),
        // Weeks are no days.
        ("frequency[0]", |all| (all.frequency[0], all.recency_days[0]) = (40, 38)),
        ("recency_days[0]", |all| all.recency_days[0] = 273),
        ("recency_days[1]", |all| all.recency_days[1] = 5),
        ("recency_days", |all| all.recency_days.truncate(1)),
        ("age_days", |all| all.age_days.push(1)),
        ("age_days[0]", |all| all.age_days[0] = i32::MIN),
        ("mean_value", |all| all.mean_value.truncate(1)),
        ("mean_value[0]", |all| all.mean_value[0] = f64::NAN),
        ("mean_value[0]", |all| all.mean_value[0] = 1e300),
        ("customer_ids", |all| all.customer_ids = vec!["a".to_owned()]),
        ("customer_ids[1]", |all| all.customer_ids = vec![String::new(), "x".repeat(129)]),
        ("kind", |all| all.kind = v1::ModelKind::MbgCnbdK.into()),
        ("kind", |all| (all.kind, all.model_id) = (v1::ModelKind::BgNbd.into(), "m".to_owned())),
        ("horizon", |all| all.horizon = "soon".to_owned()),
    ];
    for (field, wrong) in cases {
        let mut request = two();
        wrong(&mut request);
        refused(field, predict(&clients, request).await, field);
    }
    let many = v1::PredictSummariesRequest { frequency: vec![0; 500_001], ..Default::default() };
    let status = predict(&clients, many).await.unwrap_err();
    assert!(status.message().contains("500000"), "{}", status.message());
    let named = v1::PredictSummariesRequest { model_id: "nothing-1".to_owned(), ..two() };
    let status = predict(&clients, named).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::NotFound, "{}", status.message());
}
