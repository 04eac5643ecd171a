//! Do Net Promoter Scores differ, between groups or from an earlier window?

use lojal_domain::{Estimate, Method, Methods, WorkspaceName};
use lojal_scoring::nps::NpsDifference;

use crate::surveys::nps_estimate::{by_weight, counts, of_counts, of_scores};
use crate::surveys::samples::{Changes, ComparedWith, Samples, adjust_p_values, bare_difference};
use crate::surveys::score_counts::ScoreCounts;
use crate::surveys::survey_question::SurveyQuestion;
use crate::{Engine, EngineError, Provenance};

/// A question about differences of the NPS.
#[derive(Clone, Debug)]
pub struct CompareNps {
    /// Which answers count.
    pub answers: SurveyQuestion,
    /// What is compared with what.
    pub with: ComparedWith,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct NpsComparisons {
    /// One a pair.
    pub comparisons: Vec<NpsComparison>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Two groups or windows compared.
#[derive(Clone, Debug)]
pub struct NpsComparison {
    /// The name of the first.
    pub first: String,
    /// The name of the second.
    pub second: String,
    /// The score of the first less that of the second, in points.
    pub difference: Estimate,
    /// The test's statistic; none where nothing varies.
    pub z: Option<f64>,
    /// Two-sided; none where nothing varies.
    pub p_value: Option<f64>,
    /// The same for as many tests as were made.
    pub adjusted_p_value: Option<f64>,
    /// The score of the first, in points.
    pub first_nps: Estimate,
    /// The score of the second, in points.
    pub second_nps: Estimate,
}

fn compared(
    (first, one): &(String, ScoreCounts),
    (second, two): &(String, ScoreCounts),
    changes: Option<&Changes>,
    confidence: f64,
) -> NpsComparison {
    let (total_first, total_second) = (counts(one).total(), counts(two).total());
    let (found, methods, n) = match changes {
        // Each of those who answered twice counts once.
        Some(changes) => {
            let found = NpsDifference::paired(changes.of_categories, confidence);
            (found, Methods::from(Method::PairedT), total_first)
        }
        None => {
            let n = total_first + total_second;
            let is_weighted = !(one.is_unweighted() && two.is_unweighted());
            let method = if is_weighted { Method::WeightedAdjustedWald } else { Method::AdjustedWald };
            let is_clustered = one.repeats.is_some() || two.repeats.is_some();
            let found = match is_weighted || is_clustered {
                false => counts(one).compare(&counts(two), confidence),
                true => by_weight(one).compare(&by_weight(two), confidence),
            };
            let methods = Methods::from(method);
            (found, if is_clustered { methods.and(Method::ClusteredByCustomer) } else { methods }, n)
        }
    };
    let score = |scores: &ScoreCounts| match changes {
        Some(_) => of_counts(counts(scores), confidence),
        None => of_scores(scores, confidence, None),
    };
    let (first_nps, second_nps) = (score(one), score(two));
    NpsComparison {
        first: first.clone(),
        second: second.clone(),
        difference: match found {
            None => bare_difference(&first_nps, &second_nps, n, methods),
            Some(found) => Estimate::plain(Some(found.difference), n, methods)
                .between(Some(found.ci_low), Some(found.ci_high), confidence)
                .give_or_take(Some(found.standard_error)),
        },
        z: found.and_then(|found| found.z),
        p_value: found.and_then(|found| found.p_value),
        adjusted_p_value: None,
        first_nps,
        second_nps,
    }
}

fn all_compared(samples: &Samples, confidence: f64) -> Vec<NpsComparison> {
    let pair = |(one, two)| compared(one, two, samples.changes.as_ref(), confidence);
    let mut comparisons: Vec<NpsComparison> = samples.pairs().map(pair).collect();
    adjust_p_values(comparisons.iter_mut().map(|each| (each.p_value, &mut each.adjusted_p_value)));
    comparisons
}

impl Engine {
    /// Compares Net Promoter Scores.
    ///
    /// # Errors
    /// As [`Engine::survey_scores`]; [`EngineError::AnswerTooLong`] for more than 100 groups.
    pub async fn compare_nps(
        &self,
        workspace: &WorkspaceName,
        CompareNps { answers, with, confidence }: CompareNps,
    ) -> Result<NpsComparisons, EngineError> {
        let samples = self.samples(workspace, answers, with, None).await?;
        Ok(NpsComparisons { comparisons: all_compared(&samples, confidence), provenance: samples.provenance })
    }
}
