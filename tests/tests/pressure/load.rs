//! Many calls at once: answered without waiting for one another, or refused with a time to come back.

use std::time::{Duration, Instant};

use lojal_proto::v1;
use lojal_tests::{Clients, Server, cdnow, failure};
use tonic::{Code, Status};

/// Half of the time for which an operating system holds back an acknowledgement: an answer in two parts that waits for
/// one takes longer, any other answer here much less.
const PROMPT: Duration = Duration::from_millis(20);

/// Asks so many callers at once for so many predictions each, and returns how long each call took and how it ended.
async fn ask(clients: &Clients, callers: usize, calls: usize) -> Vec<(Duration, Result<(), Status>)> {
    let asking = (0..callers).map(|_| {
        let mut clv = clients.clv.clone();
        tokio::spawn(async move {
            let mut ended = Vec::new();
            for _ in 0..calls {
                let request =
                    v1::PredictCustomerRequest { customer_id: "0157".to_owned(), ..Default::default() };
                let begun = Instant::now();
                let answer = clv.predict_customer(request).await.map(drop);
                ended.push((begun.elapsed(), answer));
            }
            ended
        })
    });
    futures::future::try_join_all(asking).await.unwrap().into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_do_not_wait_for_acknowledgements() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    // Fits the model.
    ask(&clients, 1, 1).await;
    let mut took: Vec<Duration> = ask(&clients, 16, 20).await.into_iter().map(|(took, _)| took).collect();
    took.sort();
    let median = took[took.len() / 2];
    assert!(median < PROMPT, "half of the calls took more than {median:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_beyond_the_limit_are_told_when_to_come_back() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start_with(&[("LOJAL__SERVER__CALLS", "2")]);
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    // While the first of them fits a model, there is room for one more.
    let ended = ask(&clients, 32, 1).await;
    let refused: Vec<_> = ended.iter().filter_map(|(_, answer)| answer.as_ref().err().map(failure)).collect();
    assert!(refused.len() < ended.len(), "all were refused, such as {:?}", refused[0]);
    assert!(!refused.is_empty(), "32 calls were taken where 2 are allowed");
    for told in refused {
        assert_eq!((told.code, &*told.reason), (Code::ResourceExhausted, "OVERLOADED"), "{told:?}");
        assert!(told.retry_after.is_some(), "{told:?}");
    }
    assert!(clients.workspace().await.transactions > 0, "once they are done there is room again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_beyond_the_limit_wait_until_one_closes() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start_with(&[("LOJAL__SERVER__CONNECTIONS", "1")]);
    let first = server.clients().await;
    first.workspace().await;
    let url = server.url().to_owned();
    let second = tokio::spawn(async move { Clients::connect(&url).await.workspace().await });
    // Time enough for it to be answered, were it not made to wait.
    for _ in 0..200 {
        first.workspace().await;
    }
    assert!(!second.is_finished(), "two connections were served where one is allowed");
    drop(first);
    second.await.unwrap();
}
