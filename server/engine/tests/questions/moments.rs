//! What a question without `as_of` is about, and that the past stays what it was.

use crate::common::{Shop, at, bought, customer, refunded};
use lojal_engine::{EngineError, GetCustomer, Scope};

fn who(id: &str, as_of: Option<&str>) -> GetCustomer {
    GetCustomer {
        customer: customer(id),
        scope: Scope { as_of: as_of.map(at), known_at: None, ..Scope::default() },
    }
}

#[tokio::test]
async fn now_is_after_everything_that_was_recorded() {
    let shop = Shop::new("2026-03-01T10:00:00Z");
    shop.record([bought("t1", "ann", "2026-03-01T10:00:00Z", "5")]).await;
    let (view, provenance) = shop.engine.get_customer(&shop.workspace, who("ann", None)).await.unwrap();
    assert_eq!(view.transactions, 1);
    assert_eq!(provenance.as_of, at("2026-03-01T10:00:10Z"));
    assert!(provenance.warnings.is_empty());
}

#[tokio::test]
async fn data_at_rest_is_asked_about_as_of_its_end() {
    let shop = Shop::new("2026-03-01");
    shop.record([bought("t1", "ann", "1998-06-30", "5")]).await;
    let (_, provenance) = shop.engine.get_customer(&shop.workspace, who("ann", None)).await.unwrap();
    assert_eq!(provenance.as_of, at("1998-07-01"));
    assert!(provenance.warnings[0].sentence.contains("as of 1998-07-01"), "{:?}", provenance.warnings);
    // A single event within the year, and now is now again.
    shop.record([bought("t2", "bob", "2025-03-02", "5")]).await;
    let (_, provenance) = shop.engine.get_customer(&shop.workspace, who("ann", None)).await.unwrap();
    assert_eq!(provenance.as_of, at("2026-03-01T00:00:10Z"));
}

#[tokio::test]
async fn the_past_knows_nothing_of_later_events() {
    let shop = Shop::new("2026-03-01");
    shop.record([
        bought("t1", "ann", "2026-01-10", "30"),
        bought("t2", "ann", "2026-02-10", "20"),
        refunded("r1", "t1", "2026-02-01", "30"),
    ])
    .await;
    let view = |as_of| {
        let shop = &shop;
        async move {
            shop.engine.get_customer(&shop.workspace, who("ann", Some(as_of))).await.map(|(view, _)| view)
        }
    };
    let january = view("2026-01-31").await.unwrap();
    assert_eq!((january.transactions, january.purchase_days, january.net_micros), (1, 1, 30_000_000));
    // Given back whole, the January purchase is none any more.
    let february = view("2026-02-28").await.unwrap();
    assert_eq!((february.transactions, february.purchase_days, february.net_micros), (2, 1, 20_000_000));
    assert!(matches!(view("2026-01-10").await, Err(EngineError::CustomerNotFound { .. })));
}

#[tokio::test]
async fn the_first_transaction_decides_the_currency() {
    let shop = Shop::new("2026-03-01");
    assert_eq!(shop.engine.decided_currency(&shop.workspace).await.unwrap(), None);
    assert_eq!(shop.engine.get_server_info(&shop.workspace).await.unwrap().currency.code(), "USD");
    shop.record([bought("t1", "ann", "2026-01-10", "30")]).await;
    assert_eq!(shop.engine.get_server_info(&shop.workspace).await.unwrap().currency.code(), "EUR");
}
