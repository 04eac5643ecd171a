//! Which segment is this customer in, and why?

use std::sync::Arc;

use lojal_domain::{CustomerId, WorkspaceName};
use lojal_scoring::rfm::{RfmScores, RfmValues, SecondAxis, Segment, segment};

use crate::segments::rfm_population::{self, rfm_values};
use crate::{Engine, EngineError, Population, Provenance, SegmentQuestion};

/// Which segment is this customer in?
#[derive(Clone, Debug)]
pub struct GetCustomerSegment {
    /// Who.
    pub customer: CustomerId,
    /// When, and over which window.
    pub question: SegmentQuestion,
}

/// A customer in a segment.
#[derive(Clone, Debug)]
pub struct SegmentMember {
    /// Who.
    pub customer: String,
    /// The segment.
    pub segment: Segment,
    /// The scores that decide it.
    pub scores: RfmScores,
    /// The values behind the scores.
    pub values: RfmValues,
}

impl SegmentMember {
    pub(crate) fn new(customer: &str, values: RfmValues, population: &Population) -> Self {
        let scores = population.cutpoints.score(&values);
        let segment = segment(scores, SecondAxis::Frequency);
        Self { customer: customer.to_owned(), segment, scores, values }
    }
}

impl Engine {
    /// Answers [`GetCustomerSegment`].
    ///
    /// # Errors
    /// [`EngineError::CustomerNotFound`]; [`EngineError::InsufficientHistory`] for a customer without a purchase.
    pub async fn get_customer_segment(
        &self,
        workspace: &WorkspaceName,
        GetCustomerSegment { customer, question }: GetCustomerSegment,
    ) -> Result<(SegmentMember, Arc<Population>, Provenance), EngineError> {
        let moment = self.moment(workspace, question.scope.clone()).await?;
        let window = question.window();
        let span = window.resolve(moment.as_of, &moment.zone);
        let population = self.population(workspace, window, &moment).await?;
        let (today, mut values) = (moment.today(), None);
        let mut look = |history: &lojal_domain::History<'_>| {
            values = rfm_values(history, span, today, &moment.zone);
        };
        let found = self.store.history(workspace, &customer, moment.cut(), &mut look).await?;
        let as_of = moment.as_of;
        if !found {
            return Err(moment.customer_not_found(&customer));
        }
        let Some(values) = values else {
            return Err(EngineError::InsufficientHistory(format!(
                "customer \"{customer}\" has kept no purchase made before {as_of}, so there is no segment; segments need one purchase"
            )));
        };
        let member = SegmentMember::new(customer.as_str(), values, &population);
        let mut provenance = moment.provenance(rfm_population::DEFINITION, Some(span));
        provenance.warnings.extend(population.warning());
        Ok((member, population, provenance))
    }
}
