//! Questions about one of many customers do not wait for the model that is due, and say so.

use std::sync::Arc;

use lojal_domain::{EventTime, Record, WarningCode};
use lojal_engine::{AtRest, CustomerForecast, Outlook, PredictCustomer, WhenDue, Whom};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

use crate::own_engine::{Shop, bought, id, is_of_a_market, outlook, start_of};

/// The fewest customers of a large workspace, and how many of them have bought.
const CUSTOMERS: u32 = 20_000;
const BUYERS: u32 = 2_000;

/// The last day of the purchases of [`purchases`], since the year began.
const DAYS: u32 = 360;

/// Buyers come over three hundred days and then, at a pace of their own and at random, until they leave: two in three of them soon.
fn purchases(buyers: u32) -> Vec<Record> {
    let mut chance = ChaCha8Rng::seed_from_u64(5);
    let mut all = Vec::new();
    for who in 0..buyers {
        let mut day = who * 7 % 300;
        let last = if who % 3 == 0 { DAYS } else { day + who * 13 % 60 };
        let most = 2 * (10 + who * 31 % 83);
        while day <= last.min(DAYS) {
            all.push(bought(who, day));
            day += 1 + chance.next_u32() % most;
        }
    }
    all
}

/// A shop of so many customers, of whom one in ten has bought, since models of more take long without optimisation.
async fn shop(customers: u32) -> Shop {
    let shop = Shop::at(start_of(DAYS + 1));
    shop.record(purchases(customers * BUYERS / CUSTOMERS)).await;
    shop.record((0..customers).map(is_of_a_market)).await;
    shop
}

async fn ask(shop: &Shop, when_due: WhenDue, as_of: Option<EventTime>) -> CustomerForecast {
    let question = PredictCustomer {
        whom: Whom::Customer(id(9)),
        outlook: Outlook { when_due, ..outlook(as_of) },
        with_distribution: false,
        with_alive_history: false,
    };
    shop.engine.predict_customer(&shop.workspace, question).await.unwrap()
}

async fn default_model(shop: &Shop) -> Option<String> {
    shop.engine.default_model(&shop.workspace).await.unwrap().map(|model| model.id.clone())
}

/// What an answer says of itself, where it is not of the model that is due.
fn provisional(answer: &CustomerForecast) -> Option<&str> {
    let mut warnings = answer.provenance.warnings.iter();
    warnings.find(|warning| warning.code == WarningCode::ModelProvisional).map(|warning| &*warning.sentence)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_comes_from_a_part_of_the_customers_and_later_ones_from_the_model_that_was_chosen() {
    let shop = shop(CUSTOMERS).await;
    let first = ask(&shop, WhenDue::GoWithout, None).await;
    assert_eq!(first.model.id, "provisional");
    let told = provisional(&first).unwrap();
    assert!(told.contains("is being chosen") && told.contains("wait_for_model"), "{told}");
    let fitted_to = first.model.purchases.customers;
    assert!((900..1_100).contains(&fitted_to) && told.contains(&fitted_to.to_string()), "{told}");
    assert_eq!(default_model(&shop).await, None, "nothing was chosen for it");
    assert!(
        Arc::ptr_eq(&ask(&shop, WhenDue::GoWithout, None).await.model, &first.model),
        "and nothing fitted twice"
    );

    // Whoever makes models looks for the first time, and would otherwise wait for the workspace to come to rest.
    shop.engine.model_missed().await;
    shop.engine.fit_ahead(&mut AtRest::default()).await.unwrap();
    let chosen = default_model(&shop).await.expect("a model");
    let second = ask(&shop, WhenDue::GoWithout, None).await;
    assert_eq!((&second.model.id, provisional(&second)), (&chosen, None));
    let purchases = |answer: &CustomerForecast| answer.prediction.expected.purchases.unwrap();
    let ratio = purchases(&first) / purchases(&second);
    assert!((0.8..1.25).contains(&ratio), "{} and {}", purchases(&first), purchases(&second));

    // It is that of the same records of which nobody asked before.
    let other = self::shop(CUSTOMERS).await;
    let waited = ask(&other, WhenDue::Wait, None).await;
    assert_eq!((&waited.model.id, provisional(&waited)), (&chosen, None));
    assert_eq!(waited.prediction.expected, second.prediction.expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_outgrown_answers_until_another_is_there() {
    let shop = shop(CUSTOMERS).await;
    let before = ask(&shop, WhenDue::Wait, None).await;
    assert_eq!(provisional(&before), None);
    shop.record((CUSTOMERS..CUSTOMERS + 1_000).map(|who| bought(who, DAYS))).await;
    let without = ask(&shop, WhenDue::GoWithout, None).await;
    assert_eq!(without.model.id, before.model.id);
    let told = provisional(&without).unwrap();
    assert!(told.contains("data grew by"), "{told}");
    // Whoever waits does so also where somebody else has begun.
    let all = [WhenDue::Wait; 3].map(|when_due| ask(&shop, when_due, None));
    let [waited, second, third] = futures::future::join_all(all).await.try_into().unwrap();
    assert_ne!(waited.model.id, before.model.id);
    for also in [&second, &third] {
        assert_eq!((&also.model.id, provisional(also)), (&waited.model.id, None));
    }
    assert_eq!(
        (provisional(&waited), provisional(&ask(&shop, WhenDue::GoWithout, None).await)),
        (None, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_workspace_and_a_question_about_an_instant_wait() {
    let small = shop(CUSTOMERS / 10).await;
    let answer = ask(&small, WhenDue::GoWithout, None).await;
    assert_eq!((provisional(&answer), Some(&answer.model.id)), (None, default_model(&small).await.as_ref()));
    let large = shop(CUSTOMERS).await;
    let answer = ask(&large, WhenDue::GoWithout, Some(start_of(DAYS + 1))).await;
    assert_eq!((provisional(&answer), Some(&answer.model.id)), (None, default_model(&large).await.as_ref()));
}
