//! How many answers does it take?

use lojal_domain::{SurveyKind, SurveyMetric, WarningCode, Window, WorkspaceName};
use lojal_scoring::nps::NpsPlan;

use crate::surveys::nps_estimate::by_weight;
use crate::{Engine, EngineError, GetResponseRate, Provenance, SurveyQuestion};

/// A question about the answers that a survey needs.
#[derive(Clone, Copy, Debug)]
pub struct PlanNpsSample {
    /// Where to look for answers so far.
    pub window: Window,
    /// Of which kind; where both were recorded and none is chosen, those that vary more.
    pub kind: Option<SurveyKind>,
    /// Points up and down of the interval wanted; none to plan for no interval.
    pub margin: Option<f64>,
    /// Answers that can be had.
    pub answers: Option<u64>,
    /// A difference in points that is to be seen.
    pub difference: Option<f64>,
    /// Probability to see it, in (0.5, 1).
    pub power: f64,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
    /// Customers that there are, if few.
    pub population: Option<u64>,
    /// Variance of an answer of -1, 0 or 1, from 0 to 1; none to take that of the answers so far.
    pub variance: Option<f64>,
}

impl PlanNpsSample {
    /// Where a plan looks for answers so far when it names no window.
    pub const WINDOW: Window = Window::days(365);
    /// Points up and down where a plan names neither them nor answers.
    pub const MARGIN: f64 = 5.0;
    /// Probability to see a difference where a plan names none.
    pub const POWER: f64 = 0.8;
}

/// The plan.
#[derive(Clone, Debug)]
pub struct NpsSamplePlan {
    /// Answers for the interval wanted.
    pub answers: Option<f64>,
    /// The same if answers vary as much as they can.
    pub answers_at_worst: Option<f64>,
    /// Points up and down that the answers to be had leave.
    pub margin: Option<f64>,
    /// Answers in each of two samples to see the difference.
    pub answers_to_see_difference: Option<f64>,
    /// The variance planned with.
    pub variance: f64,
    /// Share of those asked who answered so far; none if nobody was asked.
    pub response_rate: Option<f64>,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Engine {
    /// Plans a sample by the answers of a window, which tell how much answers vary and how readily they are given.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_nps_sample(
        &self,
        workspace: &WorkspaceName,
        question: PlanNpsSample,
    ) -> Result<NpsSamplePlan, EngineError> {
        let PlanNpsSample { window, kind, .. } = question;
        let rates = GetResponseRate {
            window: Some(window),
            metric: Some(SurveyMetric::Nps),
            kind,
            ..GetResponseRate::default()
        };
        let rates = self.get_response_rate(workspace, rates).await?;
        let mut provenance =
            Provenance { warnings: Vec::new(), definition: "nps_sample@1", ..rates.provenance };
        let (mut seen, mut kinds) = (None, 0);
        for each in [SurveyKind::Relationship, SurveyKind::Transactional] {
            if kind.is_some_and(|kind| kind != each) {
                continue;
            }
            let answers =
                SurveyQuestion { window, kind: Some(each), ..SurveyQuestion::of(SurveyMetric::Nps) };
            let found = self.survey_scores(workspace, answers).await?;
            let Some(answers) = found.items.first().map(|of| by_weight(&of.whole)) else { continue };
            let Some(variance) = answers.variance() else { continue };
            kinds += 1;
            if seen.is_none_or(|(_, known)| known < variance) {
                seen = Some((answers.n, variance));
            }
        }
        if kinds > 1 {
            provenance.warn(
                WarningCode::MixedSurveyKinds,
                "the window has answers of both kinds, and the variance is that of the kind that varies more; choose a kind to plan for it alone",
            );
        }
        let variance = match (question.variance, seen) {
            (Some(variance), _) => variance,
            // Where all agree so far, the next answers may not: as if one more had.
            (None, Some((n, variance))) => variance.max(1.0 / (n as f64 + 1.0)),
            (None, None) => {
                provenance.warn(
                    WarningCode::WorstCaseTaken,
                    "there is no answer to show how much answers vary, so the worst case is assumed"
                        .to_owned(),
                );
                1.0
            }
        };
        let plan = NpsPlan { variance, population: question.population, confidence: question.confidence };
        let worst = NpsPlan { variance: 1.0, ..plan };
        let participation = rates.whole.counts;
        let delivered = participation.delivered as f64;
        Ok(NpsSamplePlan {
            answers: question.margin.map(|margin| plan.answers_for(margin)),
            answers_at_worst: question.margin.map(|margin| worst.answers_for(margin)),
            margin: question.answers.map(|answers| plan.margin_of(answers)),
            answers_to_see_difference: question
                .difference
                .map(|difference| plan.answers_to_see(difference, question.power)),
            variance,
            response_rate: (delivered > 0.0)
                .then(|| (participation.completed + participation.partial) as f64 / delivered),
            provenance,
        })
    }
}
