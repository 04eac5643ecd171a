//! What takes seconds is done before somebody waits for it.

use std::time::{Duration, Instant};

use lojal_proto::v1;
use lojal_tests::abuse::Shop;
use lojal_tests::{Clients, Server};
use tokio::time::sleep;

/// From so many customers on a model is fitted before anybody asks.
const LARGE: u64 = 20_000;
const AT_MOST: Duration = Duration::from_secs(60);

async fn models(clients: &Clients) -> Vec<v1::Model> {
    let request = v1::ListModelsRequest::default();
    clients.clv.clone().list_models(request).await.unwrap().into_inner().models
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_model_of_a_large_workspace_is_there_before_anybody_asks() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start();
    let small = server.clients().await.in_workspace("small");
    Shop::of(LARGE / 10).load(&small).await;
    let large = server.clients().await;
    Shop::of(LARGE).load(&large).await;
    let begun = Instant::now();
    let fitted = loop {
        let known = models(&large).await;
        if let [fitted] = &known[..] {
            break fitted.clone();
        }
        assert!(begun.elapsed() < AT_MOST, "no model yet: {known:?}");
        sleep(Duration::from_millis(100)).await;
    };
    let request =
        v1::PredictCustomerRequest { customer_id: "customer-00000007".to_owned(), ..Default::default() };
    let answer = large.clv.clone().predict_customer(request).await.unwrap().into_inner();
    assert_eq!(answer.model_id, fitted.model_id);
    // The first question to a small one hardly notices, and makes the model of all that is there by then.
    assert_eq!(models(&small).await, []);
}
