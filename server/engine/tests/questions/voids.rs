//! What was taken back leaves no trace in answers, and what was known then can be asked for.

use crate::common::{Shop, at, bought, customer, refunded, voided};
use lojal_domain::{CustomerId, Record, Window};
use lojal_engine::{
    CustomerOrder, EngineError, GetTimeline, ListCustomers, Outlook, PageRequest, PredictCustomer, Reach,
    RowRejection, Scope, SegmentQuestion, TimelineOrder, WhenDue, Whom,
};
use lojal_store::Rejection;

fn timeline(who: CustomerId) -> GetTimeline {
    GetTimeline {
        customer: who,
        scope: Scope::default(),
        window: Window::All,
        kinds: Vec::new(),
        order: TimelineOrder::Newest,
        page: PageRequest::default(),
    }
}

#[tokio::test]
async fn a_voided_purchase_counts_for_nothing() {
    let shop = Shop::new("2026-03-10");
    shop.record([
        bought("t1", "ann", "2026-03-01", "100"),
        bought("t2", "ann", "2026-03-02", "7"),
        refunded("r1", "t1", "2026-03-03", "40"),
    ])
    .await;
    shop.record([voided("t1", Some("2026-03-05"))]).await;
    let (view, _) = shop.view("ann", None, None).await.unwrap();
    assert_eq!((view.transactions, view.refunds, view.purchase_days), (1, 0, 1));
    assert_eq!((view.gross_micros, view.net_micros), (7_000_000, 7_000_000));
    let (before, _) = shop.view("ann", Some("2026-03-05"), None).await.unwrap();
    assert_eq!((before.transactions, before.net_micros), (2, 67_000_000));
    // For good: no instant sees it.
    shop.record([voided("t2", None)]).await;
    let (before, _) = shop.view("ann", Some("2026-03-05"), None).await.unwrap();
    assert_eq!(before.net_micros, 60_000_000);
    // A customer without anything that counts is not found, but what happened can be looked up.
    assert!(matches!(shop.view("ann", None, None).await, Err(EngineError::CustomerNotFound { .. })));
    let (page, _) = shop.engine.get_timeline(&shop.workspace, timeline(customer("ann"))).await.unwrap();
    let voids = page.entries.iter().filter(|entry| matches!(entry.record, Record::Void(_))).count();
    assert_eq!((page.entries.len(), voids), (5, 2));
    let nobody = shop.engine.get_timeline(&shop.workspace, timeline(customer("bob"))).await;
    assert!(matches!(nobody, Err(EngineError::CustomerNotFound { .. })));
    // Loading the log again does not bring it back, and there is nothing left to refund.
    let again = shop
        .try_record([bought("t1", "ann", "2026-03-01", "100"), refunded("r2", "t1", "2026-03-04", "1")])
        .await;
    assert_eq!((again.recorded, again.duplicates), (0, 1));
    assert_eq!(again.rejections, [(1, RowRejection::Store(Rejection::TransactionVoided))]);
}

#[tokio::test]
async fn a_windowed_timeline_has_voids_at_their_instant() {
    let shop = Shop::new("2026-03-10");
    shop.record([bought("t1", "ann", "2026-01-01", "1"), bought("t2", "ann", "2026-02-01", "1")]).await;
    shop.record([voided("t1", None), voided("t2", Some("2026-03-05"))]).await;
    let question = GetTimeline { window: Window::days(10), ..timeline(customer("ann")) };
    let (page, _) = shop.engine.get_timeline(&shop.workspace, question).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!(page.entries[0].position.time, at("2026-03-05"));
}

#[tokio::test]
async fn what_was_known_then_is_answered_as_it_was_then() {
    let shop = Shop::new("2026-03-01");
    shop.record([bought("t1", "ann", "2026-02-01", "10")]).await;
    shop.clock.set(at("2026-03-05"));
    shop.record([bought("t2", "ann", "2026-02-02", "20"), bought("t3", "bob", "2026-02-03", "5")]).await;
    shop.clock.set(at("2026-03-06"));
    shop.record([voided("t1", None)]).await;
    shop.clock.set(at("2026-03-10"));
    let net = async |known_at| {
        let (view, from) = shop.view("ann", None, Some(known_at)).await.unwrap();
        (view.net_micros, from.revision, from.known_at)
    };
    // An instant of recording is included.
    assert_eq!(net("2026-03-01").await, (10_000_000, 1, Some(at("2026-03-01"))));
    assert_eq!(net("2026-03-04T23:59:59Z").await.0, 10_000_000);
    assert_eq!(net("2026-03-05").await.0, 30_000_000);
    assert_eq!(net("2026-03-06").await.0, 20_000_000);
    // Nobody knows what will be known: the future is now.
    assert_eq!(net("2030-01-01").await, (20_000_000, 3, Some(at("2026-03-10"))));
    let (view, from) = shop.view("ann", None, None).await.unwrap();
    assert_eq!((view.net_micros, from.revision, from.known_at), (20_000_000, 3, None));
    let unknown = shop.view("bob", None, Some("2026-03-04")).await;
    assert!(matches!(unknown, Err(EngineError::CustomerNotFound { .. })));
    let before_all = shop.view("ann", None, Some("2020-01-01")).await;
    assert!(matches!(before_all, Err(EngineError::CustomerNotFound { .. })));
    // Both at once: what was known on the 5th of the time before February 2nd.
    let (view, _) = shop.view("ann", Some("2026-02-02"), Some("2026-03-05")).await.unwrap();
    assert_eq!(view.net_micros, 10_000_000);
}

#[tokio::test]
async fn segments_and_listings_know_no_more_than_was_known() {
    let shop = Shop::new("2026-03-01");
    shop.record([bought("t1", "ann", "2026-02-01", "10")]).await;
    shop.clock.set(at("2026-03-05"));
    shop.record([bought("t2", "bob", "2026-02-02", "20"), bought("t3", "cleo", "2026-02-03", "5")]).await;
    let scope = Scope { as_of: Some(at("2026-03-05")), known_at: Some(at("2026-03-02")), ..Scope::default() };
    let now = Scope { known_at: None, ..scope.clone() };
    for (scope, customers) in [(&scope, 1), (&now, 3), (&scope, 1)] {
        let question = SegmentQuestion { scope: scope.clone(), window: None };
        let summary = shop.engine.summarize_segments(&shop.workspace, question.clone()).await.unwrap();
        assert_eq!(summary.population.customers, customers);
        assert!(summary.provenance.excluded.is_empty());
        let scheme = shop.engine.get_rfm_scheme(&shop.workspace, question).await.unwrap();
        assert_eq!(scheme.population.customers, customers);
    }
    let page = |scope: &Scope, token: &str| ListCustomers {
        scope: scope.clone(),
        order: CustomerOrder::Recorded,
        page: PageRequest { size: Some(1), token: token.to_owned() },
    };
    let (first, _) = shop.engine.list_customers(&shop.workspace, page(&now, "")).await.unwrap();
    assert!(!first.next_token.is_empty());
    // A page belongs to what was known, too.
    let other = shop.engine.list_customers(&shop.workspace, page(&scope, &first.next_token)).await;
    assert!(matches!(other, Err(EngineError::PageTokenMismatch)));
    let (only, _) = shop.engine.list_customers(&shop.workspace, page(&scope, "")).await.unwrap();
    assert_eq!((only.entries.len(), only.next_token.as_str()), (1, ""));
}

#[tokio::test]
async fn a_prediction_uses_a_model_that_knew_no_more() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let predict = async |known_at: Option<&str>| {
        let scope = Scope { as_of: Some(at("2026-03-01")), known_at: known_at.map(at), ..Scope::default() };
        let outlook = Outlook {
            reach: Reach::Within(lojal_domain::Horizon::parse("90d").unwrap()),
            scope,
            model: None,
            when_due: WhenDue::Make,
            yearly_discount_rate: 0.1,
            intervals: None,
        };
        let whom = Whom::Customer(customer("c20"));
        let question = PredictCustomer { whom, outlook, with_distribution: false, with_alive_history: false };
        let answer = shop.engine.predict_customer(&shop.workspace, question).await.unwrap();
        (answer.prediction, answer.model.revision)
    };
    let (before, _) = predict(None).await;
    shop.clock.set(at("2026-03-02"));
    let more = (0..300).map(|i| bought(&format!("n{i}"), &format!("n{i}"), "2026-02-20", "10"));
    shop.record(more).await;
    let (after, revision) = predict(None).await;
    assert_eq!(revision, 2);
    assert_ne!(before, after);
    let (then, revision) = predict(Some("2026-03-01")).await;
    assert_eq!((then, revision), (before, 1));
    // And asking about then does not change what is answered now.
    assert_eq!(predict(None).await, (after, 2));
}
