//! Would customers recommend us?

use lojal_domain::{SurveyMetric, WorkspaceName};
use lojal_scoring::nps::{NpsCounts, NpsEstimate, WeightedNps, post_stratified};

use crate::surveys::score_counts::ScoreCounts;
use crate::surveys::survey_scores::SurveyQuestion;
use crate::{Engine, EngineError, Period, Provenance};

/// The definition of the score and its interval.
pub(crate) const DEFINITION: &str = "nps@1";

/// The answer.
#[derive(Clone, Debug)]
pub struct NpsAnswer {
    /// The whole window.
    pub whole: NpsScores,
    /// One a group and period, when either was asked for.
    pub rows: Vec<NpsRow>,
    /// Customers and their answers by stratum, when asked for.
    pub strata: Vec<(u64, WeightedNps)>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// One group in one period.
#[derive(Clone, Debug)]
pub struct NpsRow {
    /// The group; empty when not grouped, or for answers without it.
    pub group: String,
    /// The period, in a series.
    pub period: Option<Period>,
    /// Its scores.
    pub scores: NpsScores,
}

/// How often each score from 0 to 10 was given.
#[derive(Clone, Debug, Default)]
pub struct NpsScores(ScoreCounts);

impl From<ScoreCounts> for NpsScores {
    fn from(counts: ScoreCounts) -> Self {
        Self(counts)
    }
}

impl NpsScores {
    /// How often each was given, 11 of them.
    #[must_use]
    pub fn numbers(&self) -> [u64; 11] {
        let mut numbers = [0; 11];
        numbers.iter_mut().zip(&self.0.0).for_each(|(number, count)| *number = count.n);
        numbers
    }

    /// Promoters, passives and detractors.
    #[must_use]
    pub fn counts(&self) -> NpsCounts {
        counts(&self.0)
    }

    /// The answers by their weights; none where every answer stands for one customer.
    #[must_use]
    pub fn weighted(&self) -> Option<WeightedNps> {
        (!self.0.is_unweighted()).then(|| self.by_weight())
    }

    /// The answers by their weights, all the same or not.
    #[must_use]
    pub fn by_weight(&self) -> WeightedNps {
        let mut weighted = WeightedNps { n: self.0.total(), ..WeightedNps::default() };
        for (score, count) in self.0.0.iter().enumerate() {
            let category = match score {
                0..=6 => 0,
                7 | 8 => 1,
                _ => 2,
            };
            weighted.weights[category] += count.weight as f64 / 1e6;
            weighted.squares[category] += count.weight_squared as f64 / 1e12;
        }
        weighted
    }
}

pub(crate) fn counts(ScoreCounts(scores): &ScoreCounts) -> NpsCounts {
    let sum = |scores: &[crate::ScoreCount]| scores.iter().map(|count| count.n).sum();
    // Without any answer there are no scores either.
    match scores.len() {
        11 => NpsCounts {
            promoters: sum(&scores[9..]),
            passives: sum(&scores[7..9]),
            detractors: sum(&scores[..7]),
        },
        _ => NpsCounts::default(),
    }
}

impl NpsAnswer {
    /// The score of the whole base, and how many customers are in strata without answers.
    #[must_use]
    pub fn of_base(&self, confidence: f64) -> Option<(NpsEstimate, u64)> {
        post_stratified(&self.strata, confidence)
    }
}

impl Engine {
    /// Answers a question about the NPS.
    ///
    /// # Errors
    /// As [`Engine::survey_scores`].
    pub async fn get_nps(
        &self,
        workspace: &WorkspaceName,
        question: SurveyQuestion,
    ) -> Result<NpsAnswer, EngineError> {
        let question = SurveyQuestion { metrics: vec![SurveyMetric::Nps], ..question };
        let found = self.survey_scores(workspace, question).await?;
        let mut provenance = found.moment.provenance(DEFINITION, Some(found.span));
        if found.whole.total() == 0 {
            provenance.warnings.push(
                "there is no answer in this window, so there is no NPS; record survey responses or widen the window"
                    .to_owned(),
            );
        }
        let (rows, strata) = (found.rows.into_iter(), found.strata.into_iter());
        Ok(NpsAnswer {
            whole: NpsScores(found.whole),
            rows: rows
                .map(|row| NpsRow { group: row.group, period: row.period, scores: NpsScores(row.scores) })
                .collect(),
            strata: strata.map(|(customers, scores)| (customers, NpsScores(scores).by_weight())).collect(),
            provenance,
        })
    }
}
