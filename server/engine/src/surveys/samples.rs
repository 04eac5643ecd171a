//! Answers that are to be compared, counted: those of groups, or those of a window and of an earlier one.

use std::collections::BTreeMap;

use lojal_domain::{
    Estimate, History, Method, ResponseFact, Scale, Span, WarningCode, Window, WorkspaceName,
};
use lojal_scoring::statistics::multiple::benjamini_hochberg;
use lojal_store::Parts;

use crate::surveys::measured::{Measured, definition, measured};
use crate::surveys::score_counts::ScoreCounts;
use crate::surveys::survey_scores::{SurveyQuestion, SurveyScores, matches};
use crate::{Engine, EngineError, Moment, Provenance, Scope};

/// More groups than this are too many pairs to read.
const GROUPS: usize = 100;

/// What is compared with what.
#[derive(Clone, Copy, Debug)]
pub enum ComparedWith {
    /// Each group with each other one, by the question's `group_by`.
    Groups,
    /// The question's window with another one.
    Window {
        /// The other one.
        baseline: Window,
        /// Only who answered in both.
        paired: bool,
    },
}

/// Scores to be compared.
pub(crate) struct Samples {
    /// What was measured, on which scale; none without answers.
    pub(crate) measured: Option<Measured>,
    /// Scores by group, or of the window and of the other one.
    pub(crate) of: Vec<(String, ScoreCounts)>,
    /// How much the scores of those who answered twice changed, where that was asked for.
    pub(crate) changes: Option<Changes>,
    pub(crate) provenance: Provenance,
}

impl Samples {
    /// All pairs of samples, in order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&(String, ScoreCounts), &(String, ScoreCounts))> {
        let rest = |first: usize| self.of.get(first + 1..).unwrap_or_default();
        let each = self.of.iter().enumerate();
        each.flat_map(move |(first, one)| rest(first).iter().map(move |two| (one, two)))
    }
}

/// How often a score changed by how much.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    /// By score: first less second.
    pub(crate) of_scores: BTreeMap<i32, u64>,
    /// Of NPS answers, by category: from -2 to 2.
    pub(crate) of_categories: [u64; 5],
}

/// Fills in p-values for as many tests as were made (Benjamini and Hochberg 1995), beside those of single tests; none where
/// there is none.
pub(crate) fn adjust_p_values<'p>(tests: impl Iterator<Item = (Option<f64>, &'p mut Option<f64>)>) {
    let (p_values, slots): (Vec<f64>, Vec<_>) = tests.filter_map(|(p, slot)| Some((p?, slot))).unzip();
    for (slot, adjusted) in slots.into_iter().zip(benjamini_hochberg(&p_values)) {
        *slot = Some(adjusted);
    }
}

/// A difference of which nobody can say how sure it is, such as that from a single answer.
pub(crate) fn bare_difference(one: &Estimate, two: &Estimate, n: u64, method: Method) -> Estimate {
    let value = one.value.zip(two.value).map(|(one, two)| one - two);
    Estimate::plain(value, value.map_or(0, |_| n), method)
}

/// -1, 0 or 1 for a detractor, passive or promoter.
fn category(score: i16) -> i32 {
    match score {
        ..=6 => -1,
        7 | 8 => 0,
        _ => 1,
    }
}

impl Changes {
    fn add(&mut self, first: i16, second: i16) {
        *self.of_scores.entry(i32::from(first) - i32::from(second)).or_default() += 1;
        let change = category(first) - category(second) + 2;
        if let Some(count) = usize::try_from(change).ok().and_then(|place| self.of_categories.get_mut(place))
        {
            *count += 1;
        }
    }
}

/// Refuses windows whose answers must not be compared. Within each of them that was looked at before.
fn same_question(one: &SurveyScores, two: &SurveyScores) -> Result<(), EngineError> {
    if let (Some(first), Some(second)) = (one.kind, two.kind)
        && first != second
    {
        return Err(EngineError::field(
            "kind",
            "is unset, but window and baseline_window have answers of different kinds, which are different metrics; choose SURVEY_KIND_RELATIONSHIP or SURVEY_KIND_TRANSACTIONAL",
        ));
    }
    if let (Some(first), Some(second)) = (&one.own, &two.own)
        && first != second
    {
        let problem = format!(
            "is unset, but window has answers to {first:?} and baseline_window to {second:?}; choose one of them"
        );
        return Err(EngineError::field("survey_id", problem));
    }
    Ok(())
}

#[derive(Default)]
struct Pairs {
    changes: Changes,
    first: BTreeMap<Scale, ScoreCounts>,
    second: BTreeMap<Scale, ScoreCounts>,
}

impl Engine {
    /// Counts what is to be compared.
    ///
    /// # Errors
    /// As [`Engine::survey_scores`]; [`EngineError::AnswerTooLong`] for more than 100 groups.
    pub(crate) async fn samples(
        &self,
        workspace: &WorkspaceName,
        question: SurveyQuestion,
        with: ComparedWith,
        top_box: Option<i32>,
    ) -> Result<Samples, EngineError> {
        let definition = definition(&question.metrics);
        let mut found = self.survey_scores(workspace, question.clone()).await?;
        let mut provenance = found.moment.provenance(definition, Some(found.span));
        let (mut scale, mut changes) = (found.measured, None);
        let samples = match with {
            ComparedWith::Groups => {
                if found.rows.len() > GROUPS {
                    let advice = "each is compared with every other; group by an attribute with fewer values";
                    return Err(EngineError::AnswerTooLong { maximum: GROUPS, advice });
                }
                if found.rows.iter().map(|row| row.scores.total()).sum::<u64>() > found.whole.total() {
                    provenance.warn(
                        WarningCode::AnswersShared,
                        "answers about several topics count in each of them, so that groups share answers and tests, which take them as independent, find too few differences",
                    );
                }
                found.rows.into_iter().map(|row| (row.group, row.scores)).collect()
            }
            ComparedWith::Window { baseline, paired } => {
                // Both at the moment of the first, which may be now.
                let scope = Scope { as_of: Some(found.moment.as_of), ..question.scope.clone() };
                let earlier = SurveyQuestion { window: baseline, scope, ..question.clone() };
                let other = self.survey_scores(workspace, earlier).await?;
                same_question(&found, &other)?;
                if !paired && found.span.start < other.span.end && other.span.start < found.span.end {
                    provenance.warn(
                        WarningCode::AnswersShared,
                        "window and baseline_window overlap, so that answers in both are compared with themselves and the test, which takes them as independent, finds too few differences; choose windows that do not overlap",
                    );
                }
                if let (Some((_, one)), Some((_, two))) = (found.measured, other.measured)
                    && one != two
                {
                    let problem =
                        "has answers on another scale than window; choose a survey_id asked on one scale";
                    return Err(EngineError::field("baseline_window", problem));
                }
                scale = scale.or(other.measured);
                let (mut first, mut second) = (found.whole, other.whole);
                if paired {
                    if !(first.is_unweighted() && second.is_unweighted()) {
                        provenance.warn(
                            WarningCode::WeightsNotUsed,
                            "some answers have weights, which changes of the same customers do not use: each customer counts once",
                        );
                    }
                    let spans = (found.span, other.span);
                    let pairs = self.pairs(workspace, &question, spans, &mut found.moment).await?;
                    let of = |mut by_scale: BTreeMap<Scale, ScoreCounts>| {
                        scale.and_then(|(_, scale)| by_scale.remove(&scale)).unwrap_or_default()
                    };
                    (first, second) = (of(pairs.first), of(pairs.second));
                    changes = Some(pairs.changes);
                }
                vec![("window".to_owned(), first), ("baseline_window".to_owned(), second)]
            }
        };
        let measured = scale.map(|scale| measured(scale, top_box)).transpose()?;
        Ok(Samples { measured, of: samples, changes, provenance })
    }

    /// The last answers of all who answered in both spans. Anonymous answers are nobody's twice.
    async fn pairs(
        &self,
        workspace: &WorkspaceName,
        question: &SurveyQuestion,
        (first, second): (Span, Span),
        moment: &mut Moment,
    ) -> Result<Pairs, EngineError> {
        let question = question.clone();
        let visit = move |pairs: &mut Pairs, history: &History<'_>| {
            if history.customer.is_none() || history.responses.is_empty() {
                return;
            }
            let last = |span: Span| -> Option<&ResponseFact> {
                let answers = history.all_answers();
                answers.filter(|answer| span.contains(answer.time) && matches(&question, answer)).last()
            };
            if let (Some(one), Some(two)) = (last(first), last(second))
                && let (Some(a), Some(b)) = (one.score, two.score)
            {
                pairs.changes.add(a, b);
                pairs.first.entry(one.scale).or_default().add_answer(one);
                pairs.second.entry(two.scale).or_default().add_answer(two);
            }
        };
        let parts = self.fold(workspace, moment, Parts::ALL, Pairs::default, visit).await?;
        let mut all = Pairs::default();
        for part in parts {
            for (change, count) in part.changes.of_scores {
                *all.changes.of_scores.entry(change).or_default() += count;
            }
            let categories = all.changes.of_categories.iter_mut().zip(part.changes.of_categories);
            categories.for_each(|(sum, count)| *sum += count);
            for (sum, of) in [(&mut all.first, part.first), (&mut all.second, part.second)] {
                of.iter().for_each(|(scale, scores)| sum.entry(*scale).or_default().add(scores));
            }
        }
        Ok(all)
    }
}
