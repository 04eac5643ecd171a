//! How many customers are in each segment, and what do they bring?

use lojal_domain::{ExclusionCode, WarningCode, WorkspaceName};
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
    /// Their share of all customers asked about; none of nobody.
    pub customer_share: Option<f64>,
    /// Their net spend in the window, in millionths of the currency.
    pub monetary_micros: i128,
    /// Their share of all net spend in the window; none of nothing.
    pub monetary_share: Option<f64>,
    /// Mean days since their last order; none of nobody.
    pub mean_recency_days: Option<f64>,
    /// Mean orders in the window; none of nobody.
    pub mean_frequency: Option<f64>,
    /// Mean net spend in the window, in currency units; none of nobody.
    pub mean_monetary: Option<f64>,
}

/// A share or a mean; none of nothing.
fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

impl SegmentSummary {
    fn new(segment: Segment, sums: Sums, everybody: u64, spent_micros: i128) -> Self {
        let (customers, monetary_micros, recency_days, frequency) = sums;
        let of_each = |sum: f64| ratio(sum, customers as f64);
        Self {
            segment,
            customers,
            customer_share: ratio(customers as f64, everybody as f64),
            monetary_micros,
            monetary_share: ratio(monetary_micros as f64, spent_micros as f64),
            mean_recency_days: of_each(recency_days as f64),
            mean_frequency: of_each(frequency as f64),
            mean_monetary: of_each(monetary_micros as f64 / 1e6),
        }
    }
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
        // Those asked about; who is compared with may be more.
        let everybody = sums.iter().map(|(customers, ..)| customers).sum();
        let monetary_micros = sums.iter().map(|(_, monetary_micros, ..)| monetary_micros).sum();
        let told = |(segment, sums)| SegmentSummary::new(segment, sums, everybody, monetary_micros);
        let segments = Segment::ALL.into_iter().zip(sums).map(told).collect();
        let population =
            Population { as_of: moment.as_of, revision: moment.revision, customers: buyers, cutpoints };
        let mut provenance = moment.provenance(rfm_population::DEFINITION, Some(span));
        if others > 0 {
            let cause = "customers without a purchase before as_of";
            provenance.exclude(ExclusionCode::WithoutPurchase, cause, others);
        }
        if buyers == 0 {
            provenance.warn(
                WarningCode::NoPurchases,
                "no customer has a purchase before as_of; record transactions first",
            );
        } else {
            provenance.warnings.extend(population.warning());
        }
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
