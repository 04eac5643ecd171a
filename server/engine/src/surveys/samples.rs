//! Answers that are to be compared, counted: those of groups, or those of a window and of an earlier one.

use std::collections::BTreeMap;

use lojal_domain::{Estimate, History, Methods, ResponseFact, Span, WarningCode, Window, WorkspaceName};
use lojal_scoring::statistics::multiple::benjamini_hochberg;
use lojal_store::Parts;

use crate::surveys::measured::{Measured, checked, definition};
use crate::surveys::one_item::same_question;
use crate::surveys::score_counts::{ScoreCounts, category};
use crate::surveys::survey_question::{SurveyQuestion, matches};
use crate::surveys::survey_scores::{ItemScores, SurveyRow};
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
pub(crate) fn bare_difference(one: &Estimate, two: &Estimate, n: u64, methods: Methods) -> Estimate {
    let value = one.value.zip(two.value).map(|(one, two)| one - two);
    Estimate::plain(value, value.map_or(0, |_| n), methods)
}

impl Changes {
    fn add(&mut self, first: i16, second: i16) {
        *self.of_scores.entry(i32::from(first) - i32::from(second)).or_default() += 1;
        let change = category(first.into()) - category(second.into()) + 2;
        if let Some(count) = usize::try_from(change).ok().and_then(|place| self.of_categories.get_mut(place))
        {
            *count += 1;
        }
    }
}

/// Customers who answered in two windows.
#[derive(Default)]
struct Pairs {
    /// How many there are.
    customers: u64,
    changes: Changes,
    /// Their last answer in each of them.
    first: ScoreCounts,
    second: ScoreCounts,
}

impl Pairs {
    fn add(&mut self, one: &ResponseFact, two: &ResponseFact) {
        if let (Some(a), Some(b)) = (one.score, two.score) {
            self.customers += 1;
            self.changes.add(a, b);
            self.first.add_answer(one);
            self.second.add_answer(two);
        }
    }
}

impl Engine {
    /// Counts what is to be compared.
    ///
    /// # Errors
    /// As [`Engine::survey_scores`]; [`EngineError::InvalidField`] for answers that must not be mixed or compared;
    /// [`EngineError::AnswerTooLong`] for more than 100 groups.
    pub(crate) async fn samples(
        &self,
        workspace: &WorkspaceName,
        question: SurveyQuestion,
        with: ComparedWith,
        top_box: Option<i32>,
    ) -> Result<Samples, EngineError> {
        let question = SurveyQuestion { top_box, ..question };
        let (baseline, paired) = match with {
            ComparedWith::Groups => return self.compared_groups(workspace, question).await,
            ComparedWith::Window { baseline, paired } => (baseline, paired),
        };
        let definition = definition(&question.metrics);
        let mut found = self.survey_scores(workspace, question.clone()).await?;
        let mut provenance = found.moment.provenance(definition, Some(found.span));
        // Both at the moment of the first, which may be now.
        let scope = Scope { as_of: Some(found.moment.as_of), ..question.scope.clone() };
        let earlier = SurveyQuestion { window: baseline, scope, ..question.clone() };
        let other = self.survey_scores(workspace, earlier).await?;
        let (first, second) = (found.only()?.cloned(), other.only()?.cloned());
        same_question(first.as_ref().map(|of| &of.item), second.as_ref().map(|of| &of.item))?;
        let item = first.as_ref().or(second.as_ref()).map(|of| of.item.clone());
        let scores = |of: Option<ItemScores>| of.map(|of| of.whole).unwrap_or_default();
        let (mut first, mut second) = (scores(first), scores(second));
        let pairs = self.pairs(workspace, &question, (found.span, other.span), &mut found.moment).await?;
        let mut changes = None;
        if paired {
            if !(first.is_unweighted() && second.is_unweighted()) {
                provenance.warn(
                    WarningCode::WeightsNotUsed,
                    "some answers have weights, which changes of the same customers do not use: each customer counts once",
                );
            }
            (first, second, changes) = (pairs.first, pairs.second, Some(pairs.changes));
        } else {
            if found.span.start < other.span.end && other.span.start < found.span.end {
                provenance.warn(
                    WarningCode::AnswersShared,
                    "window and baseline_window overlap, so that answers in both are compared with themselves and the test, which takes them as independent, finds too few differences; choose windows that do not overlap",
                );
            }
            if pairs.customers > 0 {
                provenance.warn(
                    WarningCode::CustomersShared,
                    format!(
                        "{} customers answered in both windows ({} answered in window, {} in baseline_window), and the test takes all as different ones; set paired to compare these customers with themselves",
                        pairs.customers,
                        first.customers(),
                        second.customers()
                    ),
                );
            }
        }
        let measured = item.map(|item| checked(&item, top_box)).transpose()?;
        let of = vec![("window".to_owned(), first), ("baseline_window".to_owned(), second)];
        Ok(Samples { measured, of, changes, provenance })
    }

    /// Counts groups that are to be compared with each other.
    async fn compared_groups(
        &self,
        workspace: &WorkspaceName,
        question: SurveyQuestion,
    ) -> Result<Samples, EngineError> {
        let (definition, top_box) = (definition(&question.metrics), question.top_box);
        let found = self.survey_scores(workspace, question).await?;
        let mut provenance = found.moment.provenance(definition, Some(found.span));
        let of = found.only()?.cloned();
        let measured = of.as_ref().map(|of| checked(&of.item, top_box)).transpose()?;
        let (whole, rows) = of.map_or_else(Default::default, |of| (of.whole, of.rows));
        if rows.len() > GROUPS {
            let advice = "each is compared with every other; group by an attribute with fewer values";
            return Err(EngineError::AnswerTooLong { maximum: GROUPS, advice });
        }
        if share_answers(&rows, &whole) {
            provenance.warn(
                WarningCode::AnswersShared,
                "answers about several topics count in each of them, so that groups share answers and tests, which take them as independent, find too few differences",
            );
        }
        if found.in_several_groups > 0 {
            provenance.warn(
                WarningCode::CustomersShared,
                format!(
                    "{} of {} customers answered in more than one group, and tests take those of different groups as different ones; compare customers by an attribute where that matters",
                    found.in_several_groups,
                    whole.customers()
                ),
            );
        }
        let of = rows.into_iter().map(|row| (row.group, row.scores)).collect();
        Ok(Samples { measured, of, changes: None, provenance })
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
            if let (Some(one), Some(two)) = (last(first), last(second)) {
                pairs.add(one, two);
            }
        };
        let parts = self.fold(workspace, moment, Parts::RESPONSES, Pairs::default, visit).await?;
        let mut all = Pairs::default();
        for part in parts {
            all.customers += part.customers;
            for (change, count) in part.changes.of_scores {
                *all.changes.of_scores.entry(change).or_default() += count;
            }
            let categories = all.changes.of_categories.iter_mut().zip(part.changes.of_categories);
            categories.for_each(|(sum, count)| *sum += count);
            all.first.add(&part.first);
            all.second.add(&part.second);
        }
        Ok(all)
    }
}

/// Whether an answer is in several groups.
fn share_answers(rows: &[SurveyRow], whole: &ScoreCounts) -> bool {
    rows.iter().map(|row| row.scores.total()).sum::<u64>() > whole.total()
}
