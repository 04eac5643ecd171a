//! Segments over whole histories: windows, refunds, paging.

use crate::common::{Shop, at, bought, customer, refunded};
use lojal_domain::{WarningCode, Window};
use lojal_engine::{
    EngineError, GetCustomerSegment, ListSegmentMembers, PageRequest, Scope, SegmentQuestion,
};
use lojal_scoring::rfm::{CutpointBasis, Segment};

fn question(as_of: &str) -> SegmentQuestion {
    SegmentQuestion {
        scope: Scope { as_of: Some(at(as_of)), known_at: None, ..Scope::default() },
        window: None,
    }
}

#[tokio::test]
async fn an_empty_base_has_eleven_empty_segments_and_a_remark() {
    let shop = Shop::new("2026-03-01");
    let summary = shop.engine.summarize_segments(&shop.workspace, SegmentQuestion::default()).await.unwrap();
    assert_eq!(summary.segments.len(), 11);
    assert!(summary.segments.iter().all(|segment| segment.customers == 0));
    assert_eq!(summary.provenance.warnings[0].code, WarningCode::NoPurchases);
}

#[tokio::test]
async fn summary_members_and_single_answers_agree() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    shop.record([bought("old", "veteran", "2024-01-01", "500")]).await;
    let question = question("2026-03-01");
    let summary = shop.engine.summarize_segments(&shop.workspace, question.clone()).await.unwrap();
    assert_eq!(summary.population.cutpoints.basis(), CutpointBasis::Quintiles);
    assert_eq!(summary.segments.iter().map(|segment| segment.customers).sum::<u64>(), 30);
    let mut listed = 0;
    for segment in &summary.segments {
        let mut token = String::new();
        let mut members = Vec::new();
        loop {
            let page = PageRequest { size: Some(2), token };
            let list =
                ListSegmentMembers { segment: Some(segment.segment), question: question.clone(), page };
            let (page, _) = shop.engine.list_segment_members(&shop.workspace, list).await.unwrap();
            assert!(page.entries.len() <= 2);
            members.extend(page.entries);
            token = page.next_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(members.len() as u64, segment.customers, "{:?}", segment.segment);
        for member in members {
            let ask = GetCustomerSegment { customer: customer(&member.customer), question: question.clone() };
            let (alone, _, _) = shop.engine.get_customer_segment(&shop.workspace, ask).await.unwrap();
            assert_eq!(
                (alone.segment, alone.scores, alone.values),
                (segment.segment, member.scores, member.values)
            );
            listed += 1;
        }
    }
    assert_eq!(listed, 30);
    // Who bought before the window only is lost, whatever they spent.
    let ask = GetCustomerSegment { customer: customer("veteran"), question: question.clone() };
    let (veteran, _, _) = shop.engine.get_customer_segment(&shop.workspace, ask).await.unwrap();
    assert_eq!((veteran.segment, veteran.values.frequency), (Segment::Lost, 0));
    // Over all time they count.
    let question = SegmentQuestion { window: Some(Window::All), ..question };
    let ask = GetCustomerSegment { customer: customer("veteran"), question };
    let (veteran, _, _) = shop.engine.get_customer_segment(&shop.workspace, ask).await.unwrap();
    assert_eq!((veteran.values.frequency, veteran.scores.monetary), (1, 5));
}

#[tokio::test]
async fn what_was_given_back_does_not_count() {
    let shop = Shop::new("2026-03-01");
    shop.record([
        bought("t1", "ann", "2026-01-10", "30"),
        bought("t2", "ann", "2026-02-10", "20"),
        bought("t3", "bob", "2026-02-10", "20"),
        refunded("r1", "t2", "2026-02-12", "20"),
        refunded("r2", "t1", "2026-02-12", "5.50"),
        refunded("r3", "t3", "2026-02-12", "20"),
    ])
    .await;
    let ask = |who: &str, as_of| GetCustomerSegment { customer: customer(who), question: question(as_of) };
    let (ann, population, _) =
        shop.engine.get_customer_segment(&shop.workspace, ask("ann", "2026-03-01")).await.unwrap();
    assert_eq!((ann.values.frequency, ann.values.monetary_micros), (1, 24_500_000));
    assert_eq!(ann.values.recency_days, 49);
    assert_eq!((population.customers, population.cutpoints.basis()), (1, CutpointBasis::Fixed));
    let nobody = shop.engine.get_customer_segment(&shop.workspace, ask("bob", "2026-03-01")).await;
    assert!(matches!(nobody, Err(EngineError::InsufficientHistory(_))));
    // Before the refunds it was another story.
    let (ann, ..) =
        shop.engine.get_customer_segment(&shop.workspace, ask("ann", "2026-02-12")).await.unwrap();
    assert_eq!(
        (ann.values.frequency, ann.values.monetary_micros, ann.values.recency_days),
        (2, 50_000_000, 1)
    );
}

#[tokio::test]
async fn days_are_cut_in_the_workspaces_zone() {
    // 23:30 UTC is the next day in Zagreb.
    for (zone, days) in [("UTC", 1), ("Europe/Zagreb", 0)] {
        let shop = Shop::in_zone("2026-03-03", zone);
        shop.record([bought("t1", "ann", "2026-03-01T23:30:00Z", "30")]).await;
        let ask =
            GetCustomerSegment { customer: customer("ann"), question: question("2026-03-02T12:00:00Z") };
        let (ann, ..) = shop.engine.get_customer_segment(&shop.workspace, ask).await.unwrap();
        assert_eq!(ann.values.recency_days, days, "{zone}");
    }
}

#[tokio::test]
async fn a_page_token_keeps_its_moment() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let list = |token: String| ListSegmentMembers {
        segment: Some(Segment::Champions),
        question: SegmentQuestion::default(),
        page: PageRequest { size: Some(1), token },
    };
    let (first, before) =
        shop.engine.list_segment_members(&shop.workspace, list(String::new())).await.unwrap();
    // Whatever happens between two pages, the listing goes on about the same moment.
    shop.record((0..50).map(|i| bought(&format!("n{i}"), &format!("new{i}"), "2026-02-28", "999"))).await;
    let (second, after) =
        shop.engine.list_segment_members(&shop.workspace, list(first.next_token.clone())).await.unwrap();
    assert_eq!((before.as_of, before.revision), (after.as_of, after.revision));
    assert!(!second.entries[0].customer.starts_with("new"));
    let other = ListSegmentMembers { segment: Some(Segment::Lost), ..list(first.next_token) };
    let refused = shop.engine.list_segment_members(&shop.workspace, other).await;
    assert!(matches!(refused, Err(EngineError::PageTokenMismatch)));
}
