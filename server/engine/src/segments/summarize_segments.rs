//! How many customers are in each segment, and what do they bring?

use lojal_domain::WorkspaceName;
use lojal_scoring::rfm::{Cutpoints, RfmValues, SecondAxis, Segment, segment};

use crate::segments::rfm_population;
use crate::{Engine, EngineError, Population, Provenance, SegmentQuestion};

/// One segment.
#[derive(Clone, Debug)]
pub struct SegmentSummary {
    /// The segment.
    pub segment: Segment,
    /// Customers in it.
    pub customers: u64,
    /// Their net spend in the window.
    pub monetary_micros: i128,
    /// Sum of their days since the last order.
    pub recency_days: i64,
    /// Sum of their orders in the window.
    pub frequency: i64,
}

/// All segments.
#[derive(Clone, Debug)]
pub struct SegmentsSummary {
    /// Every segment, best first.
    pub segments: Vec<SegmentSummary>,
    /// Whom scores compare with.
    pub population: Population,
    /// Net spend of everybody in the window.
    pub monetary_micros: i128,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Engine {
    /// Summarizes the base by segment.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn summarize_segments(
        &self,
        workspace: &WorkspaceName,
        question: SegmentQuestion,
    ) -> Result<SegmentsSummary, EngineError> {
        let mut moment = self.moment(workspace, question.scope.clone()).await?;
        let span = question.window().resolve(moment.as_of, &moment.zone);
        let (all, mut others) = self.all_rfm_values(workspace, &moment, span).await?;
        // Everybody is compared with everybody; who is counted is another question.
        let mut counted = None;
        if moment.filter.is_some() {
            let (matching, without) = self.rfm_values_of_matching(workspace, &mut moment, span).await?;
            (counted, others) = (Some(matching), without);
        }
        let compare = move || {
            let values = all.concat();
            let cutpoints = Cutpoints::from_population(&values);
            let sums = sums_of(counted.as_ref().unwrap_or(&all).iter().flatten(), &cutpoints);
            (cutpoints, values.len() as u64, sums)
        };
        let (cutpoints, buyers, sums) = self.aside(compare).await?;
        let segments = Segment::ALL.into_iter().zip(sums).map(|(segment, sums)| {
            let (customers, monetary_micros, recency_days, frequency) = sums;
            SegmentSummary { segment, customers, monetary_micros, recency_days, frequency }
        });
        let segments: Vec<SegmentSummary> = segments.collect();
        let population =
            Population { as_of: moment.as_of, revision: moment.revision, customers: buyers, cutpoints };
        let mut provenance = moment.provenance(rfm_population::DEFINITION, Some(span));
        if others > 0 {
            let cause = "customers without a purchase before as_of".to_owned();
            provenance.excluded.push((cause, others));
        }
        if buyers == 0 {
            provenance
                .warnings
                .push("no customer has a purchase before as_of; record transactions first".to_owned());
        } else {
            provenance.warnings.extend(population.warning());
        }
        let monetary_micros = segments.iter().map(|segment| segment.monetary_micros).sum();
        Ok(SegmentsSummary { segments, population, monetary_micros, provenance })
    }
}

/// Customers, spend, recency and frequency by segment.
type Sums = (u64, i128, i64, i64);

fn sums_of<'v>(
    counted: impl Iterator<Item = &'v RfmValues>,
    cutpoints: &Cutpoints,
) -> [Sums; Segment::ALL.len()] {
    let mut sums = Segment::ALL.map(|_| Sums::default());
    for value in counted {
        let found = segment(cutpoints.score(value), SecondAxis::Frequency);
        let index = Segment::ALL.iter().position(|segment| *segment == found).unwrap_or(0);
        let (customers, monetary, recency, frequency) = &mut sums[index];
        *customers += 1;
        *monetary += i128::from(value.monetary_micros);
        *recency += value.recency_days;
        *frequency += value.frequency;
    }
    sums
}
