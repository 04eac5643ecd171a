//! Segments.

use lojal_domain::{Amount, Currency, Window};
use lojal_engine::{Population, RfmScheme, Scope, SegmentMember, SegmentQuestion, SegmentsSummary};
use lojal_proto::v1;
use lojal_scoring::rfm::{CutpointBasis, Segment};

use crate::error::Refusal;
use crate::words::{money, provenance, sum, timestamp};

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

/// The segment a request names.
pub(crate) fn named(value: i32) -> Result<Segment, Refusal> {
    let wanted = Segment::ALL.into_iter().find(|known| i32::from(segment(*known)) == value);
    wanted.ok_or_else(|| {
        let names: Vec<&str> = Segment::ALL.into_iter().map(|known| segment(known).as_str_name()).collect();
        Refusal::field("segment", format!("names no segment; choose one of {}", names.join(", ")))
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
    let basis = match population.cutpoints.basis() {
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

/// A share or a mean; none of nothing.
fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

pub(crate) fn summary(summary: SegmentsSummary) -> v1::SummarizeSegmentsResponse {
    let SegmentsSummary { segments, population: compared, monetary_micros: total, provenance: from } =
        summary;
    let currency = from.currency;
    // Those asked about; who is compared with may be more.
    let everybody = segments.iter().map(|one| one.customers).sum::<u64>() as f64;
    let each = segments.into_iter().map(|one| {
        let customers = one.customers as f64;
        v1::SegmentSummary {
            segment: segment(one.segment).into(),
            name: one.segment.name().to_owned(),
            customers: one.customers as i64,
            customer_share: ratio(customers, everybody),
            monetary: Some(sum(one.monetary_micros, currency)),
            monetary_share: ratio(one.monetary_micros as f64, total as f64),
            mean_recency_days: ratio(one.recency_days as f64, customers),
            mean_frequency: ratio(one.frequency as f64, customers),
            mean_monetary: ratio(one.monetary_micros as f64 / 1e6, customers),
        }
    });
    v1::SummarizeSegmentsResponse {
        segments: each.collect(),
        population: Some(population(&compared)),
        monetary: Some(sum(total, currency)),
        provenance: Some(provenance(from)),
    }
}

pub(crate) fn scheme(scheme: RfmScheme, window: &str) -> v1::GetRfmSchemeResponse {
    let RfmScheme { definition, cells, population: compared, provenance: from } = scheme;
    let cut = &compared.cutpoints;
    let (recency, frequency, monetary) =
        (cut.recency_at_most_days(), cut.frequency_at_least(), cut.monetary_at_least_micros());
    let threshold = |index: usize| v1::RfmThreshold {
        score: index as i32 + 2,
        recency_days_max: in_range(recency[index]),
        frequency_min: in_range(frequency[index]),
        monetary_min: reachable(monetary[index])
            .map(|micros| money(Amount::from_micros(micros), from.currency)),
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
        window: if window.is_empty() { "365d".to_owned() } else { window.to_owned() },
        cells: cells.into_iter().map(cell).collect(),
        thresholds: (0..4).map(threshold).collect(),
        segments: Segment::ALL.into_iter().map(describe).collect(),
        population: Some(population(&compared)),
        provenance: Some(provenance(from)),
    }
}

/// A threshold that somebody can reach; the ends of the range stand for those that nobody can.
fn reachable(threshold: i64) -> Option<i64> {
    (threshold != i64::MAX && threshold != i64::MIN).then_some(threshold)
}

fn in_range(threshold: i64) -> Option<i32> {
    reachable(threshold)
        .and_then(|threshold| i32::try_from(threshold).ok())
        .filter(|threshold| *threshold >= 0)
}
