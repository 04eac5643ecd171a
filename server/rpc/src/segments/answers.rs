//! Segments.

use lojal_domain::{Amount, Currency, Window};
use lojal_engine::{
    CutpointBasis, ListSegmentMembers, Population, RfmScheme, RfmThreshold, Scope, Segment, SegmentMember,
    SegmentQuestion, SegmentSeries, SegmentSummary, SegmentsSummary, SummarizeSegments,
};
use lojal_proto::v1;

use crate::error::Refusal;
use crate::words::{interval, money, page, period, provenance, scope_with, some, sum, timestamp};

pub(crate) fn question(scope: Scope, window: &str) -> Result<SegmentQuestion, Refusal> {
    let window = match window {
        "" => None,
        text => Some(
            Window::parse_relative(text).map_err(|problem| Refusal::field("window", problem.to_string()))?,
        ),
    };
    Ok(SegmentQuestion { scope, window })
}

pub(crate) fn segment(segment: Segment) -> v1::Segment {
    match segment {
        Segment::Champions => v1::Segment::Champions,
        Segment::Loyal => v1::Segment::Loyal,
        Segment::PotentialLoyalist => v1::Segment::PotentialLoyalist,
        Segment::New => v1::Segment::New,
        Segment::Promising => v1::Segment::Promising,
        Segment::NeedAttention => v1::Segment::NeedAttention,
        Segment::AboutToSleep => v1::Segment::AboutToSleep,
        Segment::AtRisk => v1::Segment::AtRisk,
        Segment::CantLoseThem => v1::Segment::CantLoseThem,
        Segment::Hibernating => v1::Segment::Hibernating,
        Segment::Lost => v1::Segment::Lost,
    }
}

/// The segment a request names; none where it names none.
pub(crate) fn named(value: i32) -> Result<Option<Segment>, Refusal> {
    if value == i32::from(v1::Segment::Unspecified) {
        return Ok(None);
    }
    let wanted = Segment::ALL.into_iter().find(|known| i32::from(segment(*known)) == value);
    wanted.map(Some).ok_or_else(|| {
        let names: Vec<&str> = Segment::ALL.into_iter().map(|known| segment(known).as_str_name()).collect();
        Refusal::field(
            "segment",
            format!("names no segment; leave it out for all, or choose one of {}", names.join(", ")),
        )
    })
}

pub(crate) fn summary_question(request: v1::SummarizeSegmentsRequest) -> Result<SummarizeSegments, Refusal> {
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    let series = match (interval(request.interval)?, request.series_window.as_str()) {
        (None, "") => None,
        (None, _) => {
            let message = "is given without an interval; name one, or leave series_window out";
            return Err(Refusal::field("series_window", message));
        }
        (Some(interval), "") => Some(SegmentSeries { interval, window: SegmentSeries::WINDOW }),
        (Some(interval), text) => {
            let window = Window::parse(text)
                .map_err(|problem| Refusal::field("series_window", problem.to_string()))?;
            Some(SegmentSeries { interval, window })
        }
    };
    let question = question(scope, &request.window)?;
    Ok(SummarizeSegments { question, group_by: some(request.group_by), series })
}

pub(crate) fn members_question(
    request: v1::ListSegmentMembersRequest,
) -> Result<ListSegmentMembers, Refusal> {
    let scope = scope_with(request.as_of, request.known_at, &request.filter)?;
    Ok(ListSegmentMembers {
        segment: named(request.segment)?,
        question: question(scope, &request.window)?,
        page: page(request.page_size, request.page_token),
    })
}

pub(crate) fn member(member: SegmentMember, currency: Currency) -> v1::SegmentMember {
    let SegmentMember { customer, segment: found, scores, values } = member;
    v1::SegmentMember {
        customer_id: customer,
        segment: segment(found).into(),
        scores: Some(v1::RfmScores {
            recency: scores.recency.into(),
            frequency: scores.frequency.into(),
            monetary: scores.monetary.into(),
        }),
        values: Some(v1::RfmValues {
            recency_days: values.recency_days as i32,
            frequency: values.frequency as i32,
            monetary: Some(money(Amount::from_micros(values.monetary_micros), currency)),
        }),
    }
}

pub(crate) fn population(population: &Population) -> v1::RfmPopulation {
    let basis = match population.basis() {
        CutpointBasis::Quintiles => v1::CutpointBasis::Quintiles,
        CutpointBasis::Fixed => v1::CutpointBasis::Fixed,
    };
    v1::RfmPopulation {
        as_of: Some(timestamp(population.as_of)),
        revision: population.revision as i64,
        buyers: population.buyers() as i64,
        customers: population.customers as i64,
        basis: basis.into(),
    }
}

pub(crate) fn segment_summary(one: SegmentSummary, currency: Currency) -> v1::SegmentSummary {
    v1::SegmentSummary {
        group: one.group,
        period: one.period.map(period),
        segment: segment(one.segment).into(),
        name: one.segment.name().to_owned(),
        customers: one.customers as i64,
        customer_share: one.customer_share,
        monetary: Some(sum(one.monetary_micros, currency)),
        monetary_share: one.monetary_share,
        mean_recency_days: one.mean_recency_days,
        mean_frequency: one.mean_frequency,
        mean_monetary: one.mean_monetary,
    }
}

pub(crate) fn summary(summary: SegmentsSummary) -> v1::SummarizeSegmentsResponse {
    let currency = summary.provenance.currency;
    v1::SummarizeSegmentsResponse {
        segments: summary.segments.into_iter().map(|one| segment_summary(one, currency)).collect(),
        population: Some(population(&summary.population)),
        monetary: Some(sum(summary.monetary_micros, currency)),
        rows: summary.rows.into_iter().map(|one| segment_summary(one, currency)).collect(),
        provenance: Some(provenance(summary.provenance)),
    }
}

pub(crate) fn scheme(scheme: RfmScheme, window: &str) -> v1::GetRfmSchemeResponse {
    let RfmScheme { definition, cells, thresholds, population: compared, provenance: from } = scheme;
    let threshold = |of: RfmThreshold| v1::RfmThreshold {
        score: of.score.into(),
        recency_days_max: of.recency_days_max,
        frequency_min: of.frequency_min,
        monetary_min: of.monetary_min.map(|amount| money(amount, from.currency)),
    };
    let describe = |known: Segment| v1::SegmentDescription {
        segment: segment(known).into(),
        name: known.name().to_owned(),
        description: known.description().to_owned(),
    };
    let cell = |(recency, frequency, found): (u8, u8, Segment)| v1::RfmCell {
        recency: recency.into(),
        frequency: frequency.into(),
        segment: segment(found).into(),
    };
    v1::GetRfmSchemeResponse {
        definition: definition.to_owned(),
        window: if window.is_empty() { SegmentQuestion::WINDOW } else { window }.to_owned(),
        cells: cells.into_iter().map(cell).collect(),
        thresholds: thresholds.into_iter().map(threshold).collect(),
        segments: Segment::ALL.into_iter().map(describe).collect(),
        population: Some(population(&compared)),
        provenance: Some(provenance(from)),
    }
}
