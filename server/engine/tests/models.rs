//! Models: fitted when asked, by themselves, for the past, and only once for the same request.

#![allow(clippy::unwrap_used)] // clippy does not see that helpers of tests are tests

mod common;

use std::ops::ControlFlow;

use common::{Shop, at, bought, customer};
use lojal_domain::Horizon;
use lojal_engine::{
    EngineError, FitModel, Outlook, PageRequest, PredictCustomer, PredictCustomers, PredictionOrder, When,
};
use lojal_scoring::clv::{PurchaseModelKind, TimeUnit};

fn outlook(as_of: Option<&str>) -> Outlook {
    Outlook {
        horizon: Horizon::parse("12mo").unwrap(),
        when: When { as_of: as_of.map(at), known_at: None },
        model: None,
        yearly_discount_rate: 0.1,
    }
}

fn fit(request_id: Option<&str>) -> FitModel {
    FitModel {
        kind: PurchaseModelKind::BgNbd,
        last_day: None,
        unit: TimeUnit::Week,
        request_id: request_id.map(str::to_owned),
    }
}

fn go_on(_: lojal_engine::FitStage) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fit_is_needed_first_and_growth_refits() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let ask = || PredictCustomer { customer: customer("c20"), outlook: outlook(None) };
    let (prediction, model, _) = shop.engine.predict_customer(&shop.workspace, ask()).await.unwrap();
    assert_eq!(
        (model.id.as_str(), model.automatic, model.kind()),
        ("mbg-nbd-1", true, PurchaseModelKind::MbgNbd)
    );
    assert!(prediction.alive_probability > 0.0 && prediction.alive_probability <= 1.0);
    assert!(prediction.clv.unwrap() > 0.0);
    let (_, same, _) = shop.engine.predict_customer(&shop.workspace, ask()).await.unwrap();
    assert_eq!(same.id, "mbg-nbd-1");
    shop.record(
        (0..60)
            .map(|i| bought(&format!("n{i}"), "c20", &format!("2025-0{}-{:02}", i % 9 + 1, i % 28 + 1), "9")),
    )
    .await;
    let (_, newer, _) = shop.engine.predict_customer(&shop.workspace, ask()).await.unwrap();
    assert_eq!(newer.id, "mbg-nbd-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_was_asked_for_stays_the_default() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let asked = shop.engine.fit_model(&shop.workspace, fit(Some("monday")), go_on).await.unwrap();
    assert_eq!(asked.id, "bg-nbd-1");
    let again = shop.engine.fit_model(&shop.workspace, fit(Some("monday")), go_on).await.unwrap();
    assert_eq!(again, asked);
    let other = FitModel { unit: TimeUnit::Day, ..fit(Some("monday")) };
    let reused = shop.engine.fit_model(&shop.workspace, other, go_on).await;
    assert!(matches!(reused, Err(EngineError::RequestIdReused(_))));
    let (default, is_default) = shop.engine.get_model(&shop.workspace, None).await.unwrap();
    assert!(is_default && default.id == asked.id);
    let page = shop.engine.list_models(&shop.workspace, PageRequest::default()).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    let unknown = shop.engine.get_model(&shop.workspace, Some("nope")).await;
    assert!(matches!(unknown, Err(EngineError::ModelNotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_predicted_with_what_was_known_then() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let now = PredictCustomer { customer: customer("c20"), outlook: outlook(None) };
    shop.engine.predict_customer(&shop.workspace, now).await.unwrap();
    let then = || PredictCustomer { customer: customer("c20"), outlook: outlook(Some("2026-02-01")) };
    let (first, model, _) = shop.engine.predict_customer(&shop.workspace, then()).await.unwrap();
    assert_eq!(model.id, "past-2026-01-31");
    let (second, ..) = shop.engine.predict_customer(&shop.workspace, then()).await.unwrap();
    assert_eq!(first, second);
    // Such models are not kept.
    let page = shop.engine.list_models(&shop.workspace, PageRequest::default()).await.unwrap();
    assert_eq!(page.entries.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_predictions_are_those_of_each() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    for (order, limit) in [
        (PredictionOrder::Recorded, None),
        (PredictionOrder::Clv, Some(7)),
        (PredictionOrder::AliveProbability, None),
    ] {
        let question = PredictCustomers { outlook: outlook(None), order, limit };
        let mut batches = shop.engine.predict_customers(&shop.workspace, question).await.unwrap();
        let mut all = Vec::new();
        loop {
            let batch = batches.next().await.unwrap();
            if batch.is_empty() {
                break;
            }
            all.extend(batch);
        }
        assert_eq!(all.len(), limit.unwrap_or(29));
        match order {
            PredictionOrder::Recorded => assert_eq!(all[0].customer, "c01"),
            PredictionOrder::Clv => assert!(all.is_sorted_by(|a, b| a.clv >= b.clv)),
            PredictionOrder::AliveProbability => {
                assert!(all.is_sorted_by(|a, b| a.alive_probability <= b.alive_probability));
            }
        }
        for prediction in all {
            let ask = PredictCustomer { customer: customer(&prediction.customer), outlook: outlook(None) };
            let (alone, ..) = shop.engine.predict_customer(&shop.workspace, ask).await.unwrap();
            assert_eq!(alone, prediction);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_little_history_is_said_in_words() {
    let shop = Shop::new("2026-03-01");
    let ask = || PredictCustomer { customer: customer("ann"), outlook: outlook(None) };
    let unknown = shop.engine.predict_customer(&shop.workspace, ask()).await;
    assert!(matches!(unknown, Err(EngineError::CustomerNotFound { .. })));
    let nothing = shop.engine.fit_model(&shop.workspace, fit(None), go_on).await;
    assert!(matches!(nothing, Err(EngineError::InsufficientHistory(_))));
    shop.record([bought("t1", "ann", "2026-01-01", "3")]).await;
    let few = shop.engine.predict_customer(&shop.workspace, ask()).await;
    assert!(matches!(few, Err(EngineError::InsufficientHistory(_))));
    let future = FitModel { last_day: Some(jiff::civil::date(2026, 3, 2)), ..fit(None) };
    let refused = shop.engine.fit_model(&shop.workspace, future, go_on).await;
    assert!(matches!(refused, Err(EngineError::InvalidField { field, .. }) if field == "calibration_end"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fit_nobody_waits_for_is_stopped_and_not_kept() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let stopped = shop.engine.fit_model(&shop.workspace, fit(None), |_| ControlFlow::Break(())).await;
    assert!(matches!(stopped, Err(EngineError::Cancelled)));
    assert!(matches!(shop.engine.get_model(&shop.workspace, None).await, Err(EngineError::NoModel)));
}
