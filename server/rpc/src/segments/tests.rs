use lojal_engine::{
    Scope, Segment, SegmentMixTest, SegmentQuestion, SegmentSeries, SegmentSummary, SegmentTransition,
};
use lojal_proto::v1;

use super::{answers, transitions};
use crate::checking::{estimate, refused, unset};

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
    let asked = |interval: v1::CalendarInterval, series_window: &str| {
        answers::summary_question(v1::SummarizeSegmentsRequest {
            interval: interval.into(),
            series_window: series_window.to_owned(),
            group_by: "market".to_owned(),
            ..Default::default()
        })
    };
    let question = asked(v1::CalendarInterval::Month, "").unwrap();
    assert_eq!(question.group_by.as_deref(), Some("market"));
    assert_eq!(question.series.map(|series| series.window), Some(SegmentSeries::WINDOW));
    assert!(asked(v1::CalendarInterval::Unspecified, "").unwrap().series.is_none());
    assert_eq!(refused(asked(v1::CalendarInterval::Unspecified, "12mo")), "series_window");
    assert_eq!(refused(asked(v1::CalendarInterval::Month, "yesterday")), "series_window");
}

#[test]
fn transitions_reach_the_wire_whole() {
    let told = transitions::transition(SegmentTransition {
        group: "hr".to_owned(),
        from: Some(Segment::Loyal),
        to: Some(Segment::AtRisk),
        customers: 9,
        share: estimate(1.5),
        share_of_from: estimate(2.5),
        by_behaviour: 4,
        by_thresholds: 3,
        by_both: 2,
    });
    assert_eq!(unset(&told, "SegmentTransition"), Vec::<String>::new());
    assert_eq!((told.from_segment(), told.to_segment()), (v1::Segment::Loyal, v1::Segment::AtRisk));
    assert_eq!((told.moved_by_behaviour, told.moved_by_thresholds, told.moved_by_both), (4, 3, 2));
    let of = |estimate: &Option<v1::Estimate>| estimate.as_ref().and_then(|estimate| estimate.value);
    assert_eq!((of(&told.share), of(&told.share_of_from)), (Some(1.5), Some(2.5)));
    let told = transitions::mix_test(SegmentMixTest {
        group: "hr".to_owned(),
        customers: 9,
        moved: 4,
        chi_square: Some(3.5),
        degrees_of_freedom: Some(2),
        p_value: Some(0.25),
    });
    assert_eq!(unset(&told, "SegmentMixTest"), Vec::<String>::new());
    assert_eq!((told.customers, told.moved, told.degrees_of_freedom), (9, 4, Some(2)));
    assert_eq!((told.chi_square, told.p_value), (Some(3.5), Some(0.25)));
}

#[test]
fn what_makes_no_sense_of_transitions_is_refused_by_its_field() {
    let asked = |request| transitions::question(request);
    let default = asked(v1::GetSegmentTransitionsRequest::default()).unwrap();
    assert!(default.from.is_none() && default.group_by.is_none());
    let far = Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 });
    let cases = [
        (v1::GetSegmentTransitionsRequest { from_as_of: far, ..Default::default() }, "from_as_of"),
        (v1::GetSegmentTransitionsRequest { as_of: far, ..Default::default() }, "as_of"),
        (v1::GetSegmentTransitionsRequest { confidence: Some(0.2), ..Default::default() }, "confidence"),
        (v1::GetSegmentTransitionsRequest { facts_as_of: 9, ..Default::default() }, "facts_as_of"),
        (v1::GetSegmentTransitionsRequest { window: "2026".to_owned(), ..Default::default() }, "window"),
    ];
    for (request, field) in cases {
        assert_eq!(refused(asked(request)), field);
    }
}
