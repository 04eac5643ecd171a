//! Which scheme is in force, and what does it come to?

use std::sync::Arc;

use lojal_domain::{Amount, WorkspaceName};
use lojal_scoring::rfm::{Cutpoints, RfmScores, SecondAxis, Segment, segment};

use crate::segments::rfm_population;
use crate::{Engine, EngineError, Population, Provenance, SegmentQuestion};

/// The scheme in force.
#[derive(Clone, Debug)]
pub struct RfmScheme {
    /// Its definition and version.
    pub definition: &'static str,
    /// Every cell: recency score, frequency score, segment.
    pub cells: Vec<(u8, u8, Segment)>,
    /// What it takes for scores of 2 to 5, by the population.
    pub thresholds: [RfmThreshold; 4],
    /// The population whose thresholds these are.
    pub population: Arc<Population>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// What it takes for a score. A bound that nobody can miss, or reach, is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RfmThreshold {
    /// The score.
    pub score: u8,
    /// Days since the last order, at most.
    pub recency_days_max: Option<i32>,
    /// Orders in the window, at least.
    pub frequency_min: Option<i32>,
    /// Net spend in the window, at least.
    pub monetary_min: Option<Amount>,
}

/// A threshold that somebody can reach; the ends of the range stand for those that nobody can.
fn reachable(threshold: i64) -> Option<i64> {
    (threshold != i64::MAX && threshold != i64::MIN).then_some(threshold)
}

fn count(threshold: i64) -> Option<i32> {
    reachable(threshold)
        .and_then(|threshold| i32::try_from(threshold).ok())
        .filter(|threshold| *threshold >= 0)
}

fn thresholds(cut: &Cutpoints) -> [RfmThreshold; 4] {
    let (recency, frequency, monetary) =
        (cut.recency_at_most_days(), cut.frequency_at_least(), cut.monetary_at_least_micros());
    std::array::from_fn(|index| RfmThreshold {
        score: index as u8 + 2,
        recency_days_max: count(recency[index]),
        frequency_min: count(frequency[index]),
        monetary_min: reachable(monetary[index]).map(Amount::from_micros),
    })
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
        Ok(RfmScheme {
            definition: rfm_population::DEFINITION,
            cells,
            thresholds: thresholds(&population.cutpoints),
            population,
            provenance,
        })
    }
}
