//! Would customers recommend us?

use lojal_domain::{Estimate, SurveyKind, SurveyMetric, WarningCode, WorkspaceName};
use lojal_scoring::nps::NpsCounts;

use crate::ask::estimates::CONFIDENCE;
use crate::surveys::nps_estimate::{by_weight, counts, of_base, of_scores};
use crate::surveys::one_item::warn_of_several;
use crate::surveys::score_counts::ScoreCounts;
use crate::surveys::survey_question::SurveyQuestion;
use crate::{Engine, EngineError, Period, Provenance};

/// The definition of the score and its interval.
pub(crate) const DEFINITION: &str = "nps@2";

/// Of fewer answers it may be chance that nobody gave more than 5.
const ENOUGH_TO_TELL: u64 = 30;

/// The highest score of the scales that are most often taken for that of the NPS.
const LOW: usize = 5;

/// A question about the NPS.
#[derive(Clone, Debug)]
pub struct GetNps {
    /// Which answers count; strata ask for the score of the whole base, too.
    pub answers: SurveyQuestion,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
    /// Customers that there are, 1 or more, if the answers are of a good part of them. Groups have no such number.
    pub population: Option<u64>,
}

impl GetNps {
    /// All about these answers.
    #[must_use]
    pub const fn of(answers: SurveyQuestion) -> Self {
        Self { answers, confidence: CONFIDENCE, population: None }
    }
}

/// The answer.
#[derive(Clone, Debug)]
pub struct NpsAnswer {
    /// The whole window.
    pub whole: NpsScores,
    /// How often each score from 0 to 10 was given in it.
    pub numbers: [u64; 11],
    /// What the answers are about; none without answers.
    pub kind: Option<SurveyKind>,
    /// One a kind, the one with most answers first, where answers are of both; the whole is of the first.
    pub by_kind: Vec<NpsRow>,
    /// One a kind, group and period, when groups or periods were asked for.
    pub rows: Vec<NpsRow>,
    /// The score of the whole base in points, when asked for: each stratum counts by its customers.
    pub of_base: Option<Estimate>,
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
    /// What the answers are about.
    pub kind: SurveyKind,
    /// Its scores.
    pub scores: NpsScores,
}

/// Answers to the question whether one would recommend us.
#[derive(Clone, Debug)]
pub struct NpsScores {
    /// Promoters, passives and detractors.
    pub counts: NpsCounts,
    /// The score, in points from -100 to 100.
    pub nps: Estimate,
    /// Customers who answered; an anonymous answer is of a customer of its own.
    pub customers: u64,
    /// As many answers of weight 1 by as many customers as tell as much; none where all are such.
    pub effective_n: Option<f64>,
}

impl NpsScores {
    fn new(scores: &ScoreCounts, confidence: f64, population: Option<u64>) -> Self {
        let is_plain = scores.is_unweighted() && scores.repeats.is_none();
        Self {
            counts: counts(scores),
            nps: of_scores(scores, confidence, population),
            customers: scores.customers(),
            effective_n: (!is_plain).then(|| by_weight(scores).effective_n()),
        }
    }
}

/// Whether scores look as if they were given on another scale.
fn is_low(scores: &ScoreCounts) -> bool {
    let high = || scores.by_score.iter().skip(LOW + 1).map(|count| count.n).sum::<u64>();
    scores.total() >= ENOUGH_TO_TELL && high() == 0
}

impl Engine {
    /// Answers a question about the NPS.
    ///
    /// # Errors
    /// As [`Engine::survey_scores`].
    pub async fn get_nps(
        &self,
        workspace: &WorkspaceName,
        GetNps { answers, confidence, population }: GetNps,
    ) -> Result<NpsAnswer, EngineError> {
        // Nobody said how many customers each group has.
        let of_rows = population.filter(|_| answers.group_by.is_none());
        let wants_base = answers.strata.is_some();
        let question = SurveyQuestion { metrics: vec![SurveyMetric::Nps], ..answers };
        let found = self.survey_scores(workspace, question).await?;
        let mut provenance = found.moment.provenance(DEFINITION, Some(found.span));
        if found.items.is_empty() {
            provenance.warn(
                WarningCode::NoAnswers,
                "there is no answer in this window, so there is no NPS; record survey responses or widen the window",
            );
        }
        for of in found.items.iter().filter(|of| is_low(&of.whole)) {
            provenance.warn(
                WarningCode::LowScoresOnly,
                format!(
                    "none of {} answers to {} is above {LOW}, so all are detractors, as if they were given on a scale from 1 to {LOW}; if so, record them as SURVEY_METRIC_CSAT or by what they measure",
                    of.whole.total(),
                    of.item
                ),
            );
        }
        warn_of_several(&found.items, &mut provenance, "a kind");
        let by_kind = found.items.iter().filter(|_| found.items.len() > 1).map(|of| NpsRow {
            group: String::new(),
            period: None,
            kind: of.item.kind,
            scores: NpsScores::new(&of.whole, confidence, population),
        });
        let by_kind = by_kind.collect();
        let first = found.items.first();
        let kind = first.map(|of| of.item.kind);
        let (whole, strata) = first.map(|of| (of.whole.clone(), of.strata.clone())).unwrap_or_default();
        let of_base = wants_base.then(|| {
            let strata = strata.iter().map(|(customers, scores)| (*customers, by_weight(scores)));
            of_base(&strata.collect::<Vec<_>>(), counts(&whole).total(), confidence)
        });
        let mut numbers = [0; 11];
        numbers.iter_mut().zip(&whole.by_score).for_each(|(number, count)| *number = count.n);
        let rows = found.items.into_iter().flat_map(|of| {
            let kind = of.item.kind;
            of.rows.into_iter().map(move |row| NpsRow {
                scores: NpsScores::new(&row.scores, confidence, of_rows),
                group: row.group,
                period: row.period,
                kind,
            })
        });
        Ok(NpsAnswer {
            whole: NpsScores::new(&whole, confidence, population),
            numbers,
            kind,
            by_kind,
            rows: rows.collect(),
            of_base,
            provenance,
        })
    }
}
