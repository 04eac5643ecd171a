//! How many customers are in each segment, and what do they bring?

use lojal_domain::{ExclusionCode, Interval, WarningCode, Window, WorkspaceName};
use lojal_scoring::rfm::Cutpoints;

use crate::segments::rfm_population;
use crate::segments::segment_sums::{SegmentSummary, SegmentSums};
use crate::{Engine, EngineError, Population, Provenance, SegmentQuestion};

/// How many customers are in each segment?
#[derive(Clone, Debug, Default)]
pub struct SummarizeSegments {
    /// When, and over which window.
    pub question: SegmentQuestion,
    /// An attribute.
    pub group_by: Option<String>,
    /// Also at the end of each period of a series.
    pub series: Option<SegmentSeries>,
}

/// The periods at the end of which segments are counted.
#[derive(Clone, Copy, Debug)]
pub struct SegmentSeries {
    /// How long they are.
    pub interval: Interval,
    /// The window they lie in.
    pub window: Window,
}

impl SegmentSeries {
    /// The window of a series that names none.
    pub const WINDOW: Window = Window::months(12);
}

impl From<SegmentQuestion> for SummarizeSegments {
    fn from(question: SegmentQuestion) -> Self {
        Self { question, ..Self::default() }
    }
}

/// All segments.
#[derive(Clone, Debug)]
pub struct SegmentsSummary {
    /// Every segment, best first.
    pub segments: Vec<SegmentSummary>,
    /// Every segment of each group and period, when either was asked for.
    pub rows: Vec<SegmentSummary>,
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
    /// [`EngineError::InvalidField`] for an attribute nobody has, and a series that has not begun or has too many periods;
    /// [`EngineError::AnswerTooLong`].
    pub async fn summarize_segments(
        &self,
        workspace: &WorkspaceName,
        asked: impl Into<SummarizeSegments>,
    ) -> Result<SegmentsSummary, EngineError> {
        let SummarizeSegments { question, group_by, series } = asked.into();
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
            let mut sums = SegmentSums::default();
            let counted = counted.as_ref().unwrap_or(&all).iter().flatten();
            counted.for_each(|values| sums.add(values, &cutpoints));
            (cutpoints, values.len() as u64, sums)
        };
        let (cutpoints, buyers, sums) = self.aside(compare).await?;
        let rows = SummarizeSegments { question, group_by, series };
        let (rows, fixed) = self.segment_rows(workspace, rows, &moment, &cutpoints).await?;
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
        provenance.warnings.extend(fixed);
        let (segments, monetary_micros) = (sums.told("", None), sums.monetary_micros());
        Ok(SegmentsSummary { segments, rows, population, monetary_micros, provenance })
    }
}
