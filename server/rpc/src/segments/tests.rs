use lojal_engine::{Scope, Segment, SegmentQuestion, SegmentSeries, SegmentSummary};
use lojal_proto::v1;

use super::answers;
use crate::checking::refused;

#[test]
fn every_segment_has_a_name_on_the_wire_and_is_found_by_it() {
    for segment in Segment::ALL {
        let wire = answers::segment(segment);
        assert_ne!(wire, v1::Segment::Unspecified);
        assert_eq!(answers::named(wire.into()).unwrap(), Some(segment));
    }
    assert_eq!(answers::named(0).unwrap(), None);
    assert_eq!(refused(answers::named(99)), "segment");
}

#[test]
fn a_window_of_segments_ends_at_the_instant_asked_about() {
    let window = |text: &str| answers::question(Scope::default(), text);
    assert!(window("90d").unwrap().window.is_some());
    assert!(window("").unwrap().window.is_none());
    assert_eq!(refused(window("2026-Q1")), "window");
    assert!(window(SegmentQuestion::WINDOW).is_ok());
}

#[test]
fn shares_and_means_of_nobody_are_unset() {
    let nobody = SegmentSummary {
        group: String::new(),
        period: None,
        segment: Segment::Lost,
        customers: 0,
        customer_share: None,
        monetary_micros: 0,
        monetary_share: None,
        mean_recency_days: None,
        mean_frequency: None,
        mean_monetary: None,
    };
    let told = answers::segment_summary(nobody, lojal_domain::Currency::parse("EUR").unwrap());
    assert_eq!((told.customer_share, told.monetary_share, told.mean_monetary), (None, None, None));
    assert_eq!(told.monetary.map(|money| money.amount), Some("0.00".to_owned()));
}

#[test]
fn a_series_of_segments_is_taken_as_it_is_asked() {
    let asked = |interval: v1::Interval, series_window: &str| {
        answers::summary_question(v1::SummarizeSegmentsRequest {
            interval: interval.into(),
            series_window: series_window.to_owned(),
            group_by: "market".to_owned(),
            ..Default::default()
        })
    };
    let question = asked(v1::Interval::Month, "").unwrap();
    assert_eq!(question.group_by.as_deref(), Some("market"));
    assert_eq!(question.series.map(|series| series.window), Some(SegmentSeries::WINDOW));
    assert!(asked(v1::Interval::Unspecified, "").unwrap().series.is_none());
    assert_eq!(refused(asked(v1::Interval::Unspecified, "12mo")), "series_window");
    assert_eq!(refused(asked(v1::Interval::Month, "yesterday")), "series_window");
}
