//! Workspaces: apart, with settings of their own, and gone when deleted. Customers: handed over, and forgotten.

use crate::common::{Shop, answered, at, bought, customer, is, refunded, voided};
use lojal_domain::{Currency, Record, WorkspaceName, Zone};
use lojal_engine::{
    CreateWorkspace, EngineError, FitModel, GetNps, PageRequest, Scope, SegmentQuestion, SurveyQuestion,
    UpdateWorkspace,
};
use lojal_scoring::clv::{PurchaseModelKind, TimeUnit};
use lojal_store::{Counts, Erased, RecordKind};

fn name(text: &str) -> WorkspaceName {
    WorkspaceName::new(text).unwrap()
}

fn create(display_name: &str, zone: Option<&str>) -> CreateWorkspace {
    CreateWorkspace {
        display_name: display_name.to_owned(),
        currency: Some(Currency::parse("EUR").unwrap()),
        zone: zone.map(|zone| Zone::named(zone).unwrap()),
    }
}

fn in_zone(zone: &str) -> UpdateWorkspace {
    UpdateWorkspace { zone: Some(Zone::named(zone).unwrap()), ..UpdateWorkspace::default() }
}

#[tokio::test]
async fn a_workspace_is_made_once() {
    let mut shop = Shop::new("2026-03-10");
    let engine = &shop.engine;
    assert!(matches!(engine.get_workspace(&name("hr")).await, Err(EngineError::WorkspaceNotFound { .. })));
    // The default one needs no making.
    let view = engine.get_workspace(&WorkspaceName::default()).await.unwrap();
    assert_eq!((view.currency, view.zone.name(), view.created), (None, "UTC", None));
    let made = engine.create_workspace(&name("hr"), create("Croatia", Some("Europe/Zagreb"))).await.unwrap();
    assert_eq!((made.display_name.as_str(), made.zone.name()), ("Croatia", "Europe/Zagreb"));
    shop.clock.set(at("2026-03-11"));
    let again = engine.create_workspace(&name("hr"), create("Croatia", Some("Europe/Zagreb"))).await.unwrap();
    assert_eq!(again.created, made.created);
    let other = engine.create_workspace(&name("hr"), create("Hrvatska", Some("Europe/Zagreb"))).await;
    assert!(matches!(other, Err(EngineError::WorkspaceExists(_))));
    // What was made by recording is there, and gets its settings by changing it.
    shop.workspace = name("si");
    shop.record([bought("t1", "ann", "2026-03-02", "1")]).await;
    let engine = &shop.engine;
    assert!(matches!(
        engine.create_workspace(&name("si"), create("", None)).await,
        Err(EngineError::WorkspaceExists(_))
    ));
    let update = UpdateWorkspace { display_name: Some("Slovenia".to_owned()), ..in_zone("Europe/Ljubljana") };
    let view = engine.update_workspace(&name("si"), update).await.unwrap();
    assert_eq!((view.display_name.as_str(), view.zone.name()), ("Slovenia", "Europe/Ljubljana"));
    assert_eq!(view.currency, Some(Currency::parse("EUR").unwrap()));
    let unknown = engine.update_workspace(&name("at"), in_zone("UTC")).await;
    assert!(matches!(unknown, Err(EngineError::WorkspaceNotFound { .. })));
    let page =
        engine.list_workspaces(PageRequest { size: Some(1), token: String::new() }, |_| true).await.unwrap();
    assert_eq!(page.entries[0].name, name("hr"));
    let page = PageRequest { size: Some(1), token: page.next_token };
    let page = engine.list_workspaces(page, |_| true).await.unwrap();
    assert_eq!((page.entries[0].name.as_str(), page.next_token.as_str()), ("si", ""));
}

#[tokio::test]
async fn every_question_cuts_days_in_the_workspaces_zone() {
    let shop = Shop::new("2026-03-10T12:00:00Z");
    // In Auckland, 13 hours ahead, this was the 10th already.
    shop.record([
        bought("t1", "ann", "2026-03-09T12:00:00Z", "1"),
        bought("t2", "ann", "2026-03-09T08:00:00Z", "1"),
        Record::SurveyResponse(answered("a1", Some("ann"), "2026-03-09T12:00:00Z", 9)),
    ])
    .await;
    let nps = SurveyQuestion {
        interval: Some(lojal_domain::Interval::Day),
        ..SurveyQuestion::of(lojal_domain::SurveyMetric::Nps)
    };
    let ask = async || {
        let (view, from) = shop.view("ann", None, None).await.unwrap();
        let answer = shop.engine.get_nps(&shop.workspace, GetNps::of(nps.clone())).await.unwrap();
        let period = answer.rows[0].period.clone().unwrap();
        let summary =
            shop.engine.summarize_segments(&shop.workspace, SegmentQuestion::default()).await.unwrap();
        let recency: f64 = summary.segments.iter().filter_map(|segment| segment.mean_recency_days).sum();
        let recency = recency as i64;
        let info = shop.engine.get_server_info(&shop.workspace).await.unwrap();
        assert_eq!(info.zone.name(), from.zone.name());
        (view.purchase_days, period.label, period.span.start, recency)
    };
    let day = |text: &str| text.to_owned();
    assert_eq!(ask().await, (1, day("2026-03-09"), at("2026-03-09"), 1));
    shop.engine.update_workspace(&shop.workspace, in_zone("Pacific/Auckland")).await.unwrap();
    // One purchase on the 9th at 21:00, one on the 10th at 01:00; now it is the 11th, 01:00.
    assert_eq!(ask().await, (2, day("2026-03-10"), at("2026-03-09T11:00:00Z"), 1));
    shop.engine.update_workspace(&shop.workspace, in_zone("UTC")).await.unwrap();
    assert_eq!(ask().await, (1, day("2026-03-09"), at("2026-03-09"), 1));
}

#[tokio::test]
async fn workspaces_do_not_see_each_other_and_can_be_deleted() {
    let mut shop = Shop::new("2026-03-10");
    shop.regulars("2026-03-01").await;
    let fit = FitModel {
        kind: Some(PurchaseModelKind::MbgNbd),
        covariates: Vec::new(),
        last_day: None,
        unit: TimeUnit::Week,
        replicates: 0,
        keep_default: false,
        request_id: None,
    };
    shop.engine.fit_model(&shop.workspace, fit, |_| std::ops::ControlFlow::Continue(())).await.unwrap();
    shop.engine.summarize_segments(&shop.workspace, SegmentQuestion::default()).await.unwrap();
    let first = std::mem::replace(&mut shop.workspace, name("other"));
    shop.record([bought("t1", "c10", "2026-03-02", "1")]).await;
    assert_eq!(shop.view("c10", None, None).await.unwrap().0.transactions, 1);
    assert!(shop.view("c11", None, None).await.is_err());
    shop.engine.delete_workspace(&first).await.unwrap();
    assert!(matches!(shop.engine.delete_workspace(&first).await, Err(EngineError::WorkspaceNotFound { .. })));
    assert_eq!(shop.view("c10", None, None).await.unwrap().0.transactions, 1);
    // Nothing is left, in memory either: no model, no population, no settings.
    shop.workspace = first.clone();
    assert!(shop.view("c10", None, None).await.is_err());
    let models = shop.engine.list_models(&first, PageRequest::default()).await.unwrap();
    assert!(models.entries.is_empty());
    shop.record([bought("t1", "zoe", "2026-03-02", "1")]).await;
    let summary = shop.engine.summarize_segments(&first, SegmentQuestion::default()).await.unwrap();
    assert_eq!((summary.population.customers, summary.provenance.revision), (1, 1));
}

#[tokio::test]
async fn an_erased_customer_is_forgotten_everywhere() {
    let shop = Shop::new("2026-03-10");
    shop.regulars("2026-03-01").await;
    shop.record([
        bought("x1", "ann", "2026-03-02", "10"),
        bought("x2", "ann", "2026-03-03", "10"),
        refunded("r1", "x1", "2026-03-04", "2"),
        Record::SurveyResponse(answered("a1", Some("ann"), "2026-03-04", 9)),
        is("ann", "market", "hr"),
    ])
    .await;
    shop.record([voided("x2", None)]).await;
    let scope = Scope { as_of: Some(at("2026-03-09")), known_at: Some(at("2026-03-10")), ..Scope::default() };
    let question = SegmentQuestion { scope, window: None };
    let before = shop.engine.summarize_segments(&shop.workspace, question.clone()).await.unwrap();
    let scheme = shop.engine.get_rfm_scheme(&shop.workspace, question.clone()).await.unwrap();
    assert_eq!(scheme.population.customers, before.population.customers);

    shop.clock.set(at("2026-03-11"));
    let erasure = shop.engine.erase_customer(&shop.workspace, &customer("ann")).await.unwrap();
    let counts = Counts::default()
        .with(RecordKind::Transaction, 2)
        .with(RecordKind::Refund, 1)
        .with(RecordKind::Response, 1)
        .with(RecordKind::Attributes, 1)
        .with(RecordKind::Void, 1);
    let expected = Erased { revision: 4, counts, references: 0 };
    assert_eq!((erasure.erased, erasure.time), (expected, at("2026-03-11")));
    assert_eq!(erasure.receipt_id, "erasure-default-4");
    assert!(shop.view("ann", None, None).await.is_err());
    // Not even at an instant and by what was known before.
    assert!(shop.view("ann", Some("2026-03-09"), Some("2026-03-10")).await.is_err());
    let after = shop.engine.get_rfm_scheme(&shop.workspace, question).await.unwrap();
    assert_eq!(after.population.customers, before.population.customers - 1);

    let again = shop.engine.erase_customer(&shop.workspace, &customer("ann")).await.unwrap();
    assert_eq!(again.erased, Erased { revision: 4, ..Erased::default() });
    assert_eq!(again.receipt_id, "");
}

#[tokio::test]
async fn everything_known_is_handed_over() {
    let shop = Shop::new("2026-03-10");
    let many =
        (0..2_500).map(|i| bought(&format!("t{i}"), "ann", &format!("2026-02-{:02}", i % 28 + 1), "1"));
    shop.record(many).await;
    shop.clock.set(at("2026-03-11"));
    // A little ahead, as clocks are; and something that was taken back.
    shop.record([bought("late", "ann", "2026-03-11T20:00:00Z", "5"), is("ann", "market", "hr")]).await;
    shop.record([voided("t7", None)]).await;
    let mut export = shop.engine.export_customer(&shop.workspace, customer("ann")).await.unwrap();
    assert_eq!((export.profile.transactions, export.profile.attributes["market"].as_str()), (2_499, "hr"));
    assert_eq!(export.provenance.revision, 3);
    // What is written while it is read is not part of it.
    shop.record([bought("later", "ann", "2026-03-01", "5")]).await;
    let mut records = Vec::new();
    loop {
        let batch = export.next().await.unwrap();
        assert!(batch.len() <= 1_000);
        if batch.is_empty() {
            break;
        }
        records.extend(batch);
    }
    assert_eq!(records.len(), 2_500 + 3);
    assert!(records.is_sorted_by_key(|record| std::cmp::Reverse(record.position)));
    assert!(records.iter().all(|record| record.recorded_at <= at("2026-03-11")));
    // One whose every purchase was voided is handed over, too.
    shop.record([bought("z1", "zoe", "2026-03-01", "5")]).await;
    shop.record([voided("z1", None)]).await;
    let mut export = shop.engine.export_customer(&shop.workspace, customer("zoe")).await.unwrap();
    assert_eq!((export.profile.customer.as_str(), export.profile.transactions), ("zoe", 0));
    assert_eq!(export.next().await.unwrap().len(), 2);
    let nobody = shop.engine.export_customer(&shop.workspace, customer("nobody")).await;
    assert!(matches!(nobody.err(), Some(EngineError::CustomerNotFound { .. })));
}
