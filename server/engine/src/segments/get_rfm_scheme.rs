//! Which scheme is in force, and what does it come to?

use std::sync::Arc;

use lojal_domain::WorkspaceName;
use lojal_scoring::rfm::{RfmScores, SecondAxis, Segment, segment};

use crate::segments::rfm_population;
use crate::{Engine, EngineError, Population, Provenance, SegmentQuestion};

/// The scheme in force.
#[derive(Clone, Debug)]
pub struct RfmScheme {
    /// Its definition and version.
    pub definition: &'static str,
    /// Every cell: recency score, frequency score, segment.
    pub cells: Vec<(u8, u8, Segment)>,
    /// The population whose thresholds these are.
    pub population: Arc<Population>,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Engine {
    /// The scheme, with the thresholds of a moment.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn get_rfm_scheme(
        &self,
        workspace: &WorkspaceName,
        question: SegmentQuestion,
    ) -> Result<RfmScheme, EngineError> {
        let moment = self.moment(workspace, question.scope.clone()).await?;
        let window = question.window();
        let span = window.resolve(moment.as_of, &moment.zone);
        let population = self.population(workspace, window, &moment).await?;
        let scores = (1..=5).rev().flat_map(|recency| (1..=5).map(move |frequency| (recency, frequency)));
        let cells = scores.map(|(recency, frequency)| {
            let scores = RfmScores { recency, frequency, monetary: 3 };
            (recency, frequency, segment(scores, SecondAxis::Frequency))
        });
        let cells = cells.collect();
        let mut provenance = moment.provenance(rfm_population::DEFINITION, Some(span));
        provenance.warnings.extend(population.warning());
        Ok(RfmScheme { definition: rfm_population::DEFINITION, cells, population, provenance })
    }
}
