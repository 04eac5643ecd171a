//! How satisfied are customers, how easy is it for them, and whatever else they are asked?

use std::sync::Arc;

use lojal_domain::{Estimate, SurveyKind, SurveyMetric, WarningCode, WorkspaceName};

use crate::ask::periods::Period;
use crate::surveys::items::Item;
use crate::surveys::measured::{Measured, checked, definition, measured};
use crate::surveys::one_item::warn_of_several;
use crate::surveys::score_counts::ScoreCounts;
use crate::surveys::score_estimates::{index, mean, net_easy, top_box_share};
use crate::surveys::survey_question::SurveyQuestion;
use crate::{Engine, EngineError, Provenance};

/// A question about scores.
#[derive(Clone, Debug)]
pub struct GetScores {
    /// Which answers count.
    pub answers: SurveyQuestion,
    /// Scores from this one on are good, up to this one where lower is better; none for what is customary.
    pub top_box: Option<i32>,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct ScoresAnswer {
    /// What was measured, on which scale, and from which score on the boxes are top; none without answers.
    pub measured: Option<Measured>,
    /// All answers to the question with most of them; none without any.
    pub whole: Option<ScoresRow>,
    /// One a question, the one with most answers first, where there are several.
    pub questions: Vec<ScoresRow>,
    /// One a question, group and period, when groups or periods were asked for.
    pub rows: Vec<ScoresRow>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Answers to one question, of one group in one period.
#[derive(Clone, Debug)]
pub struct ScoresRow {
    /// What the answers are about.
    pub kind: SurveyKind,
    /// The survey that asks it, of a question of one's own; empty for others.
    pub survey: Arc<str>,
    /// What was measured, on which scale.
    pub measured: Measured,
    /// The group; empty when not grouped, or for answers without it.
    pub group: String,
    /// The period, in a series.
    pub period: Option<Period>,
    /// Its scores.
    pub scores: Scores,
}

/// Answers on a scale.
#[derive(Clone, Debug)]
pub struct Scores {
    /// Share of answers in the top boxes.
    pub top_box_share: Estimate,
    /// Mean score.
    pub mean: Estimate,
    /// Mean score on a scale from 0, the worst, to 100, the best.
    pub index: Estimate,
    /// Share of those who find it easy less share of those who find it hard; of the second version of effort only.
    pub net_easy: Option<Estimate>,
    /// How often each score was given, from the lowest.
    pub numbers: Vec<u64>,
    /// Customers who answered; an anonymous answer is of a customer of its own.
    pub customers: u64,
}

impl Scores {
    fn new(measured: &Measured, scores: &ScoreCounts, confidence: f64) -> Self {
        let scale = measured.scale;
        Self {
            top_box_share: top_box_share(measured, scores, confidence),
            mean: mean(scale, scores, confidence),
            index: index(scale, scores, confidence),
            net_easy: (measured.metric == SurveyMetric::Ces2).then(|| net_easy(scale, scores, confidence)),
            numbers: scores.numbers(),
            customers: scores.customers(),
        }
    }
}

impl Engine {
    /// Answers a question about scores.
    ///
    /// # Errors
    /// As [`Engine::survey_scores`], and for a `top_box` that is not on the scale.
    pub async fn get_scores(
        &self,
        workspace: &WorkspaceName,
        GetScores { answers, top_box, confidence }: GetScores,
    ) -> Result<ScoresAnswer, EngineError> {
        let definition = definition(&answers.metrics);
        let found = self.survey_scores(workspace, SurveyQuestion { top_box, ..answers }).await?;
        let mut provenance = found.moment.provenance(definition, Some(found.span));
        let measured_first = found.items.first().map(|of| checked(&of.item, top_box)).transpose()?;
        if measured_first.is_none() {
            provenance.warn(
                WarningCode::NoAnswers,
                "there is no answer in this window; record survey responses of this metric or widen the window",
            );
        }
        warn_of_several(&found.items, &mut provenance, "a metric, kind or survey_id");
        if found.items.iter().any(|of| !of.whole.is_unweighted()) {
            provenance.warn(
                WarningCode::WeightsNotUsed,
                "some answers have weights, which scores other than the NPS do not use: each answer counts once",
            );
        }
        let told = |item: &Item, group: String, period: Option<Period>, scores: &ScoreCounts| {
            let measured = measured((item.metric, item.scale), top_box);
            let scores = Scores::new(&measured, scores, confidence);
            ScoresRow { kind: item.kind, survey: item.survey.clone(), measured, group, period, scores }
        };
        let mut questions: Vec<ScoresRow> =
            found.items.iter().map(|of| told(&of.item, String::new(), None, &of.whole)).collect();
        let whole = questions.first().cloned();
        if questions.len() == 1 {
            questions.clear();
        }
        let rows = found.items.into_iter().flat_map(|of| {
            let item = of.item;
            of.rows.into_iter().map(move |row| told(&item, row.group, row.period, &row.scores))
        });
        Ok(ScoresAnswer { whole, questions, rows: rows.collect(), measured: measured_first, provenance })
    }
}
