//! What predictions rest on, in shares: a workspace without a purchase, one with three customers, and CDNOW.

use lojal_proto::v1;
use lojal_tests::say::{buy, close_by, on, value};
use lojal_tests::{Clients, Server, at, cdnow};

use crate::forecasts::{fit_of, loaded};

/// The instant at which fits of CDNOW end.
const CUT: &str = "1997-10-01T00:00:00Z";
/// alpha of BG/NBD on CDNOW in weeks, by the reference.
const ALPHA: f64 = 4.413_602_019_013_504;

async fn ask(clients: &Clients, request: v1::PredictCustomerRequest) -> v1::Prediction {
    let answer = clients.clv.clone().predict_customer(request).await.unwrap().into_inner();
    let prediction = answer.prediction.unwrap();
    let v1::BasisShares { individual, segment, population, prior } = prediction.basis_shares.unwrap();
    let shares = [individual, segment, population, prior];
    assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{shares:?}");
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{shares:?}");
    prediction
}

fn new_customer() -> v1::PredictCustomerRequest {
    v1::PredictCustomerRequest { new_customer: true, ..Default::default() }
}

fn customer(id: &str) -> v1::PredictCustomerRequest {
    v1::PredictCustomerRequest { customer_id: id.to_owned(), ..Default::default() }
}

async fn model(clients: &Clients, model_id: &str) -> v1::Model {
    let request = v1::GetModelRequest { model_id: model_id.to_owned() };
    clients.clv.clone().get_model(request).await.unwrap().into_inner().model.unwrap()
}

#[tokio::test]
async fn a_workspace_without_a_purchase_rests_on_beliefs_and_one_with_three_customers_mostly() {
    let server = Server::start();
    let clients = server.clients().await;
    let nothing = ask(&clients, new_customer()).await;
    let belief = v1::BasisShares { individual: 0.0, segment: 0.0, population: 0.0, prior: 1.0 };
    assert_eq!((nothing.basis(), nothing.basis_shares), (v1::PredictionBasis::Prior, Some(belief)));
    buy(&clients, ["ann", "bob", "eve"].map(|who| (who, "2026-02-01", "30.00"))).await;
    let then = || v1::PredictCustomerRequest { as_of: on("2026-03-01"), ..new_customer() };
    let new = ask(&clients, then()).await;
    let shares = new.basis_shares.unwrap();
    assert_eq!((new.basis(), shares.individual, shares.segment), (v1::PredictionBasis::Prior, 0.0, 0.0));
    assert!(shares.prior > 0.5 && shares.population > 0.0, "{shares:?}");
    // Four weeks of silence are their own.
    let ann = v1::PredictCustomerRequest { customer_id: "ann".to_owned(), new_customer: false, ..then() };
    let of_ann = ask(&clients, ann.clone()).await.basis_shares.unwrap();
    assert!(of_ann.individual > 0.1 && of_ann.prior < shares.prior, "{of_ann:?}");
    assert!(of_ann.prior > of_ann.population, "{of_ann:?}");
    // By now, when they have been silent for longer, the model says so before anybody asks for a prediction.
    let now = ask(&clients, new_customer()).await.basis_shares.unwrap();
    let model = model(&clients, "").await;
    close_by("beliefs", Some(model.prior_share), now.prior, 1e-12);
    assert!(model.prior_share > 0.0 && model.half_individual_days > Some(0.0), "{model:?}");
    let mean = model.mean_basis_shares.unwrap();
    assert!(mean.individual > of_ann.individual && mean.prior > 0.0, "{mean:?}");
}

#[tokio::test]
async fn a_record_counts_by_its_length_and_silence_is_one() {
    let (_server, clients) = loaded().await;
    let fitted = clients.fit(fit_of(v1::ModelKind::BgNbd)).await.unwrap();
    close_by("half", fitted.half_individual_days, 7.0 * ALPHA, 1e-6);
    assert!(fitted.prior_share.abs() < f64::EPSILON, "{fitted:?}");
    let at_cut = |asked: v1::PredictCustomerRequest| v1::PredictCustomerRequest {
        as_of: Some(at(CUT)),
        model_id: fitted.model_id.clone(),
        ..asked
    };
    let everybody = v1::BasisShares { individual: 0.0, segment: 0.0, population: 1.0, prior: 0.0 };
    assert_eq!(ask(&clients, at_cut(new_customer())).await.basis_shares, Some(everybody));
    let listed = v1::PredictCustomersRequest {
        as_of: Some(at(CUT)),
        model_id: fitted.model_id.clone(),
        without_intervals: true,
        ..Default::default()
    };
    let plain = clients.predictions(listed.clone()).await.unwrap();
    assert!(plain.iter().all(|one| one.basis_shares.is_none()));
    let all =
        clients.predictions(v1::PredictCustomersRequest { with_basis_shares: true, ..listed }).await.unwrap();
    assert_eq!(all.len(), cdnow::CUSTOMERS);
    let mut mean = 0.0;
    for one in &all {
        let shares = one.basis_shares.unwrap();
        let weeks = f64::from(one.age_days) / 7.0;
        close_by("own", Some(shares.individual), weeks / (ALPHA + weeks), 1e-7);
        assert_eq!((shares.segment, shares.prior), (0.0, 0.0));
        mean += shares.individual / cdnow::CUSTOMERS as f64;
    }
    let told = fitted.mean_basis_shares.unwrap();
    close_by("mean", Some(told.individual), mean, 1e-12);
    close_by("mean", Some(told.population), 1.0 - mean, 1e-12);
    assert_eq!(model(&clients, &fitted.model_id).await.mean_basis_shares, Some(told));
    // Of whoever never came back the word is everybody, and most of it is their silence.
    let silent = all.iter().find(|one| one.frequency == 0).unwrap();
    let alone = ask(&clients, at_cut(customer(&silent.customer_id))).await;
    assert_eq!((alone.basis(), alone.basis_shares), (v1::PredictionBasis::Population, silent.basis_shares));
    assert!(alone.basis_shares.unwrap().individual > 0.8, "{alone:?}");
    // A hundred years are a long history.
    let later = v1::PredictCustomerRequest { as_of: on("2097-10-01"), ..at_cut(customer("0001")) };
    let later = ask(&clients, later).await.basis_shares.unwrap();
    assert!(later.individual > 0.999 && later.individual < 1.0, "{later:?}");
}

#[tokio::test]
async fn shares_of_a_mixture_are_the_mean_of_those_of_its_members() {
    let (_server, clients) = loaded().await;
    let now = ask(&clients, customer("0001")).await;
    let model = model(&clients, "").await;
    assert!(model.members.len() > 1, "{}", model.fit_reason);
    let weeks = f64::from(now.age_days) / 7.0;
    let own = |member: &v1::MixtureMember| {
        let alpha = member.parameters.iter().find(|one| one.name == "alpha").unwrap();
        weeks / (value(&alpha.estimate) + weeks)
    };
    let mean: f64 = model.members.iter().map(|member| member.weight * own(member)).sum();
    let shares = now.basis_shares.unwrap();
    close_by("own", Some(shares.individual), mean, 1e-9);
    close_by("all customers", Some(shares.population), 1.0 - mean, 1e-9);
}
