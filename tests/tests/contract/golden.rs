//! Golden values of the definitions that no other file holds, through the contract: frequency scores, and who is alive and
//! buys again. Those of NPS are in `nps.rs`, of the other surveys in `surveys.rs`, of retention in `retention/`.

use jiff::ToSpan as _;
use jiff::civil::date;
use lojal_proto::v1;
use lojal_tests::say::{buy, buy_in, printed};
use lojal_tests::{Server, at, cdnow};

#[tokio::test]
async fn whoever_bought_once_has_the_lowest_frequency_score() {
    let server = Server::start();
    let clients = server.clients().await;
    let orders = [(1, 60), (2, 25), (3, 10), (7, 5)];
    for (orders, customers) in orders {
        let first = date(2026, 1, 1);
        let days = |of: i32| {
            (0..orders)
                .map(move |day: i64| (format!("{orders}-{of}"), (first + day.days()).to_string(), "20"))
        };
        buy(&clients, (0..customers).flat_map(days)).await;
    }
    for ((orders, _), expected) in orders.into_iter().zip([1, 4, 5, 5]) {
        let request = v1::GetCustomerSegmentRequest {
            customer_id: format!("{orders}-0"),
            as_of: Some(at("2026-03-01T00:00:00Z")),
            ..Default::default()
        };
        let answer = clients.segmentation.clone().get_customer_segment(request).await.unwrap().into_inner();
        assert_eq!(answer.member.unwrap().scores.unwrap().frequency, expected, "{orders} orders");
    }
}

#[tokio::test]
async fn who_is_alive_and_buys_again() {
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let mut models = Vec::new();
    for kind in [v1::ModelKind::BgNbd, v1::ModelKind::MbgNbd] {
        let request = v1::FitModelRequest {
            kind: kind.into(),
            calibration_end: "1997-09-30".to_owned(),
            ..Default::default()
        };
        models.push(clients.fit(request).await.unwrap().model_id);
    }
    // Repeat purchases, days to the last, days observed.
    let histories =
        [("usual", 2, 213, 272), ("gone", 5, 70, 273), ("active", 5, 245, 273), ("once", 0, 0, 273)];
    for (who, repeats, recency, age) in histories {
        let first = date(1997, 9, 30) - i64::from(age).days();
        let later = (0..repeats).map(|step| first + (recency - repeats + 1 + step).days());
        let days = std::iter::once(first).chain(later).map(|day| (who, day.to_string(), "20"));
        buy_in(&clients, "USD", days).await;
    }
    let ask = async |who: &str, model: usize, horizon: &str| {
        let request = v1::PredictCustomerRequest {
            customer_id: who.to_owned(),
            as_of: Some(at("1997-10-01T00:00:00Z")),
            horizon: horizon.to_owned(),
            model_id: models[model].clone(),
            with_distribution: true,
            ..Default::default()
        };
        clients.clv.clone().predict_customer(request).await.unwrap().into_inner()
    };
    let value = |estimate: &Option<v1::Estimate>| estimate.as_ref().unwrap().value.unwrap();
    let of = |answer: &v1::PredictCustomerResponse| {
        let prediction = answer.prediction.as_ref().unwrap();
        (value(&prediction.alive_probability), value(&prediction.expected_purchases))
    };
    const BG: usize = 0;
    const MBG: usize = 1;
    // The definitions print what parameters of four digits give, so the last digit of sums may differ.
    let usual = ask("usual", BG, "39w").await;
    let (alive, purchases) = of(&usual);
    printed(alive, 0.7266, 4);
    printed(purchases, 1.2259, 3);
    printed(of(&ask("usual", MBG, "39w").await).0, 0.7061, 4);
    printed(usual.next_purchase.unwrap().days_p50.unwrap() / 7.0, 15.67, 2);
    let soon = ask("usual", BG, "13w").await.prediction.unwrap();
    printed(value(&soon.purchase_probability), 0.3235, 4);
    let churn = soon.churn_probability.as_ref().unwrap();
    printed(churn.value.unwrap(), 0.6765, 4);
    let bought = soon.purchase_probability.as_ref().unwrap();
    assert!((churn.ci_low.unwrap() + bought.ci_high.unwrap() - 1.0).abs() < 1e-12, "{churn:?}");
    assert!((churn.ci_high.unwrap() + bought.ci_low.unwrap() - 1.0).abs() < 1e-12, "{churn:?}");
    assert_eq!(soon.churn_risk(), v1::ChurnRisk::High);
    let risk = async |who: &str, horizon: &str| ask(who, BG, horizon).await.prediction.unwrap().churn_risk();
    assert_eq!(risk("active", "39w").await, v1::ChurnRisk::Low);
    assert_eq!(risk("usual", "39w").await, v1::ChurnRisk::Medium);
    assert_eq!(risk("usual", "forever").await, v1::ChurnRisk::Unspecified);
    let (alive, purchases) = of(&ask("gone", BG, "39w").await);
    printed(alive, 0.0244, 4);
    printed(purchases, 0.0927, 4);
    let (alive, purchases) = of(&ask("active", BG, "39w").await);
    printed(alive, 0.8300, 4);
    printed(purchases, 3.1516, 3);
    printed(of(&ask("once", BG, "39w").await).0, 1.0, 12);
    printed(of(&ask("once", MBG, "39w").await).0, 0.3893, 4);
}
