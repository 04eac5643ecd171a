//! Who moved between segments.

use lojal_engine::{GetSegmentTransitions, Segment, SegmentMixTest, SegmentTransition, TransitionsAnswer};
use lojal_proto::v1;

use super::answers::{population, question as segment_question, segment};
use crate::error::Refusal;
use crate::words::{confidence, estimate, instant, provenance, scope_of_outcome, some};

pub(crate) fn question(request: v1::GetSegmentTransitionsRequest) -> Result<GetSegmentTransitions, Refusal> {
    let scope = scope_of_outcome(request.as_of, request.known_at, &request.filter, request.facts_as_of)?;
    Ok(GetSegmentTransitions {
        question: segment_question(scope, &request.window)?,
        from: instant("from_as_of", request.from_as_of)?,
        group_by: some(request.group_by),
        confidence: confidence(request.confidence)?,
    })
}

pub(crate) fn answer(answer: TransitionsAnswer) -> v1::GetSegmentTransitionsResponse {
    v1::GetSegmentTransitionsResponse {
        transitions: answer.whole.into_iter().map(transition).collect(),
        rows: answer.rows.into_iter().map(transition).collect(),
        mix_test: Some(mix_test(answer.mix_test)),
        group_mix_tests: answer.group_mix_tests.into_iter().map(mix_test).collect(),
        from_population: Some(population(&answer.from)),
        to_population: Some(population(&answer.to)),
        provenance: Some(provenance(answer.provenance)),
    }
}

fn or_none(found: Option<Segment>) -> i32 {
    found.map_or(v1::Segment::Unspecified, segment).into()
}

pub(super) fn transition(of: SegmentTransition) -> v1::SegmentTransition {
    v1::SegmentTransition {
        group: of.group,
        from_segment: or_none(of.from),
        to_segment: or_none(of.to),
        customers: of.customers as i64,
        share: Some(estimate(of.share)),
        share_of_from: Some(estimate(of.share_of_from)),
        moved_by_behaviour: of.by_behaviour as i64,
        moved_by_thresholds: of.by_thresholds as i64,
        moved_by_both: of.by_both as i64,
    }
}

pub(super) fn mix_test(of: SegmentMixTest) -> v1::SegmentMixTest {
    v1::SegmentMixTest {
        group: of.group,
        customers: of.customers as i64,
        moved: of.moved as i64,
        chi_square: of.chi_square,
        degrees_of_freedom: of.degrees_of_freedom.map(|free| free as i32),
        p_value: of.p_value,
    }
}
