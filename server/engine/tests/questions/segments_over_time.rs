//! Segments by group and at the end of periods, and everybody in one listing.

use std::collections::BTreeMap;

use crate::common::at;
use crate::series::shop;
use lojal_domain::{Interval, WarningCode, Window};
use lojal_engine::{
    EngineError, Filter, ListSegmentMembers, PageRequest, Scope, SegmentQuestion, SegmentSeries,
    SegmentSummary, SummarizeSegments,
};

const MARKETS: [&str; 3] = ["", "hr", "si"];

fn of_market(market: &str) -> Option<Filter> {
    Some(Filter::parse(&format!("market == {market:?}")).unwrap())
}

fn by_group() -> SummarizeSegments {
    SummarizeSegments { group_by: Some("market".to_owned()), ..SummarizeSegments::default() }
}

fn nobodys(rows: &[SegmentSummary]) -> Vec<SegmentSummary> {
    let bare = |row: &SegmentSummary| SegmentSummary { group: String::new(), period: None, ..row.clone() };
    rows.iter().map(bare).collect()
}

#[tokio::test]
async fn segments_of_a_group_are_those_of_a_filter() {
    let shop = shop().await;
    let answer = shop.engine.summarize_segments(&shop.workspace, by_group()).await.unwrap();
    let plain = SegmentQuestion::default();
    let whole = shop.engine.summarize_segments(&shop.workspace, plain).await.unwrap();
    assert_eq!(answer.segments, whole.segments);
    assert_eq!(answer.rows.len(), 3 * 11);
    for (market, rows) in MARKETS.into_iter().zip(answer.rows.chunks(11)) {
        assert!(rows.iter().all(|row| row.group == market && row.period.is_none()));
        let scope = Scope { filter: of_market(market), ..Scope::default() };
        let question = SegmentQuestion { scope, window: None };
        let alone = shop.engine.summarize_segments(&shop.workspace, question).await.unwrap();
        assert_eq!(nobodys(rows), alone.segments, "{market:?}");
    }
    let mut sums: BTreeMap<_, u64> = BTreeMap::new();
    answer.rows.iter().for_each(|row| *sums.entry(row.segment).or_default() += row.customers);
    let customers: BTreeMap<_, u64> =
        whole.segments.iter().map(|each| (each.segment, each.customers)).collect();
    assert_eq!(sums, customers);
}

#[tokio::test]
async fn segments_of_a_period_are_those_of_its_end() {
    let shop = shop().await;
    let window = Window::parse("2024-05-01/2026-07-01").unwrap();
    let series = Some(SegmentSeries { interval: Interval::Month, window });
    for group_by in [None, Some("market".to_owned())] {
        let question = SummarizeSegments { group_by, series, ..SummarizeSegments::default() };
        let answer = shop.engine.summarize_segments(&shop.workspace, question.clone()).await.unwrap();
        let groups = if question.group_by.is_some() { 3 } else { 1 };
        // From June 2024, when the first customer came, to June 2026, which is not over.
        assert_eq!(answer.rows.len(), 25 * 11 * groups);
        for rows in answer.rows.chunks(11) {
            let period = rows[0].period.clone().unwrap();
            assert_eq!(period.is_cut_off, period.label == "2026-06");
            let scope = Scope { as_of: Some(period.span.end), ..Scope::default() };
            let then = SummarizeSegments {
                question: SegmentQuestion { scope, window: None },
                series: None,
                ..question.clone()
            };
            let then = shop.engine.summarize_segments(&shop.workspace, then).await.unwrap();
            let same = match question.group_by {
                None => then.segments,
                Some(_) => then.rows.into_iter().filter(|row| row.group == rows[0].group).collect(),
            };
            if same.is_empty() {
                // Nobody of the group had come yet.
                assert!(rows.iter().all(|row| row.customers == 0));
            } else {
                assert_eq!(nobodys(rows), nobodys(&same), "{}", period.label);
            }
        }
        // In the first months there are fewer than 25 buyers.
        let fixed = answer.provenance.warnings.iter().filter(|of| of.code == WarningCode::FixedThresholds);
        assert_eq!(fixed.count(), 1);
    }
}

#[tokio::test]
async fn a_series_of_segments_has_a_limit_and_refuses_what_nobody_has() {
    let shop = shop().await;
    let ask = async |question| shop.engine.summarize_segments(&shop.workspace, question).await.unwrap_err();
    let series =
        |interval, window: &str| Some(SegmentSeries { interval, window: Window::parse(window).unwrap() });
    let field = |error: EngineError| match error {
        EngineError::InvalidField { field, problem } => (field.into_owned(), problem),
        other => panic!("{other}"),
    };
    let days = SummarizeSegments { series: series(Interval::Day, "12mo"), ..SummarizeSegments::default() };
    let (named, problem) = field(ask(days).await);
    assert_eq!(named, "interval");
    assert!(problem.contains("the most is 60"), "{problem}");
    let future =
        SummarizeSegments { series: series(Interval::Month, "2030"), ..SummarizeSegments::default() };
    assert_eq!(field(ask(future).await).0, "series_window");
    for series in [None, series(Interval::Month, "12mo")] {
        let unknown =
            SummarizeSegments { group_by: Some("planet".to_owned()), series, ..SummarizeSegments::default() };
        assert_eq!(field(ask(unknown).await).0, "group_by");
    }
}

#[tokio::test]
async fn everybody_is_listed_with_their_segment() {
    let shop = shop().await;
    let scope = Scope { as_of: Some(at("2026-01-01")), ..Scope::default() };
    let question = SegmentQuestion { scope, window: None };
    let summary = shop.engine.summarize_segments(&shop.workspace, question.clone()).await.unwrap();
    let (mut listed, mut token) = (BTreeMap::new(), String::new());
    loop {
        let page = PageRequest { size: Some(7), token };
        let list = ListSegmentMembers { segment: None, question: question.clone(), page };
        let (page, _) = shop.engine.list_segment_members(&shop.workspace, list).await.unwrap();
        for member in page.entries {
            *listed.entry(member.segment).or_insert(0_u64) += 1;
        }
        token = page.next_token;
        if token.is_empty() {
            break;
        }
    }
    let counted = summary.segments.iter().filter(|each| each.customers > 0);
    let counted: BTreeMap<_, u64> = counted.map(|each| (each.segment, each.customers)).collect();
    assert!(counted.len() > 5);
    assert_eq!(listed, counted);
}
