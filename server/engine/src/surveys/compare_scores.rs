//! Do means and top boxes differ, between groups or from an earlier window?

use lojal_domain::{Estimate, Method, Methods, WorkspaceName};
use lojal_scoring::scores::MeanDifference;
use lojal_scoring::statistics::proportion;

use crate::surveys::get_scores::GetScores;
use crate::surveys::measured::Measured;
use crate::surveys::samples::{Changes, ComparedWith, Samples, adjust_p_values, bare_difference};
use crate::surveys::score_counts::ScoreCounts;
use crate::surveys::score_estimates::{distribution, mean, top_boxes};
use crate::{Engine, EngineError, Provenance};

/// A question about differences of scores.
#[derive(Clone, Debug)]
pub struct CompareScores {
    /// Which scores.
    pub scores: GetScores,
    /// What is compared with what.
    pub with: ComparedWith,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct ScoreComparisons {
    /// One a pair; none without answers.
    pub comparisons: Vec<ScoreComparison>,
    /// What was measured, on which scale; none without answers.
    pub measured: Option<Measured>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Two groups or windows compared.
#[derive(Clone, Debug)]
pub struct ScoreComparison {
    /// The name of the first.
    pub first: String,
    /// The name of the second.
    pub second: String,
    /// The mean of the first less that of the second.
    pub mean_difference: Estimate,
    /// The mean of the first.
    pub first_mean: Estimate,
    /// The mean of the second.
    pub second_mean: Estimate,
    /// The test's statistic; none where nothing varies.
    pub t: Option<f64>,
    /// Two-sided; none where nothing varies.
    pub p_value: Option<f64>,
    /// The same for as many tests as were made.
    pub adjusted_p_value: Option<f64>,
    /// The share of top boxes of the first less that of the second; none of the same customers in two windows.
    pub top_box_difference: Option<Estimate>,
    /// Two-sided; none where nothing varies.
    pub top_box_p_value: Option<f64>,
}

fn compared(
    (first, one): &(String, ScoreCounts),
    (second, two): &(String, ScoreCounts),
    measured: &Measured,
    changes: Option<&Changes>,
    confidence: f64,
) -> ScoreComparison {
    let scale = measured.scale;
    let (numbers_one, numbers_two) = (one.numbers(), two.numbers());
    let (scores_first, scores_second) =
        (distribution(scale, one, &numbers_one), distribution(scale, two, &numbers_two));
    let by_customer = |methods: Method| {
        let is_clustered = one.repeats.is_some() || two.repeats.is_some();
        if is_clustered { Methods::from(methods).and(Method::ClusteredByCustomer) } else { methods.into() }
    };
    let (found, methods, n) = match changes {
        None => {
            let n = scores_first.total() + scores_second.total();
            (scores_first.compare(&scores_second, confidence), by_customer(Method::WelchT), n)
        }
        Some(changes) => {
            let reach = scale.points() as i32 - 1;
            let counts: Vec<u64> =
                (-reach..=reach).map(|by| changes.of_scores.get(&by).copied().unwrap_or(0)).collect();
            (MeanDifference::paired(&counts, confidence), Method::PairedT.into(), scores_first.total())
        }
    };
    let shares = changes.is_none().then(|| {
        let (first, second) = (top_boxes(measured, one), top_boxes(measured, two));
        proportion::compare_clustered(&first, &second, confidence)
    });
    let shares = shares.flatten();
    let (first_mean, second_mean) = (mean(scale, one, confidence), mean(scale, two, confidence));
    ScoreComparison {
        first: first.clone(),
        second: second.clone(),
        mean_difference: match found {
            None => bare_difference(&first_mean, &second_mean, n, methods),
            Some(found) => Estimate::plain(Some(found.difference), n, methods)
                .between(Some(found.ci_low), Some(found.ci_high), confidence)
                .give_or_take(Some(found.standard_error)),
        },
        first_mean,
        second_mean,
        t: found.and_then(|found| found.t),
        p_value: found.and_then(|found| found.p_value),
        adjusted_p_value: None,
        top_box_difference: shares.map(|found| {
            Estimate::plain(Some(found.difference), n, by_customer(Method::Newcombe)).between(
                Some(found.ci_low),
                Some(found.ci_high),
                confidence,
            )
        }),
        top_box_p_value: shares.and_then(|found| found.p_value),
    }
}

fn all_compared(samples: &Samples, confidence: f64) -> Vec<ScoreComparison> {
    let Some(measured) = &samples.measured else { return Vec::new() };
    let pair = |(one, two)| compared(one, two, measured, samples.changes.as_ref(), confidence);
    let mut comparisons: Vec<ScoreComparison> = samples.pairs().map(pair).collect();
    adjust_p_values(comparisons.iter_mut().map(|each| (each.p_value, &mut each.adjusted_p_value)));
    comparisons
}

impl Engine {
    /// Compares scores.
    ///
    /// # Errors
    /// As [`Engine::get_scores`]; [`EngineError::AnswerTooLong`] for more than 100 groups.
    pub async fn compare_scores(
        &self,
        workspace: &WorkspaceName,
        CompareScores { scores: GetScores { answers, top_box, confidence }, with }: CompareScores,
    ) -> Result<ScoreComparisons, EngineError> {
        let samples = self.samples(workspace, answers, with, top_box).await?;
        Ok(ScoreComparisons {
            comparisons: all_compared(&samples, confidence),
            measured: samples.measured,
            provenance: samples.provenance,
        })
    }
}
