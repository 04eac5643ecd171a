//! Which answers a question is about.

use lojal_domain::{History, Interval, ResponseFact, Span, SurveyKind, SurveyMetric, Window};

use crate::Scope;
use crate::surveys::items::by_item;

/// Which answers of a customer count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CountedAnswers {
    /// All of them.
    #[default]
    All,
    /// The last one in each group and period, to each question; all that are anonymous.
    LatestPerCustomer,
}

/// Which answers a question is about.
#[derive(Clone, Debug)]
pub struct SurveyQuestion {
    /// When.
    pub scope: Scope,
    /// Answers in this window.
    pub window: Window,
    /// Answers to one of these.
    pub metrics: Vec<SurveyMetric>,
    /// An attribute, `survey_id`, `channel` or `topic`.
    pub group_by: Option<String>,
    /// Length of periods, for a series.
    pub interval: Option<Interval>,
    /// Only answers of this kind.
    pub kind: Option<SurveyKind>,
    /// Only answers to this survey.
    pub survey: Option<String>,
    /// Only answers through this channel.
    pub channel: Option<String>,
    /// Only answers with this topic.
    pub topic: Option<String>,
    /// An attribute whose groups are to be counted by their customers.
    pub strata: Option<String>,
    /// Which answers of a customer count.
    pub counted: CountedAnswers,
    /// Scores from this one on are good, up to this one where lower is better; none for what is customary.
    pub top_box: Option<i32>,
}

impl SurveyQuestion {
    /// All answers to a metric.
    #[must_use]
    pub fn of(metric: SurveyMetric) -> Self {
        Self {
            scope: Scope::default(),
            window: Window::All,
            metrics: vec![metric],
            group_by: None,
            interval: None,
            kind: None,
            survey: None,
            channel: None,
            topic: None,
            strata: None,
            counted: CountedAnswers::All,
            top_box: None,
        }
    }
}

/// Answers of a history that a question is about, in the order they were given.
pub(crate) fn counted_answers<'a>(
    question: &SurveyQuestion,
    span: Span,
    history: &History<'a>,
) -> impl Iterator<Item = &'a ResponseFact> {
    let answers = history.all_answers();
    answers.filter(move |answer| span.contains(answer.time) && matches(question, answer))
}

/// Answers of a history that a question is about, and responses without a score in which something was said, in the order they were
/// given.
pub(crate) fn said_by_time<'a>(
    question: &SurveyQuestion,
    span: Span,
    history: &History<'a>,
) -> Vec<&'a ResponseFact> {
    let bare = history.said_without_score();
    let bare = bare.filter(|said| span.contains(said.time) && matches(question, said));
    let mut answers: Vec<&ResponseFact> = counted_answers(question, span, history).chain(bare).collect();
    // Those by time are together already, and so are mostly all.
    answers.sort_by_key(|answer| answer.time);
    answers
}

/// Of answers of a customer in the order they were given, of one group and period, those that count.
pub(crate) fn that_count<'a>(
    question: &SurveyQuestion,
    history: &History<'_>,
    mut answers: Vec<&'a ResponseFact>,
) -> Vec<&'a ResponseFact> {
    if question.counted == CountedAnswers::LatestPerCustomer && history.customer.is_some() {
        answers.reverse();
        let mut latest: Vec<&ResponseFact> = Vec::new();
        for answer in answers {
            if !latest.iter().any(|later| by_item(later, answer).is_eq()) {
                latest.push(answer);
            }
        }
        latest.reverse();
        return latest;
    }
    answers
}

/// What was said in the answers of a history that count, for what is not told by group and period.
pub(crate) fn said_in_whole<'a>(
    question: &SurveyQuestion,
    span: Span,
    history: &History<'a>,
) -> Vec<&'a ResponseFact> {
    that_count(question, history, said_by_time(question, span, history))
}

/// Whether an answer is one of those that a question is about, whenever it was given.
pub(crate) fn matches(question: &SurveyQuestion, answer: &ResponseFact) -> bool {
    let is = |wanted: &Option<String>, given: &str| wanted.as_deref().is_none_or(|wanted| wanted == given);
    question.metrics.contains(&answer.metric)
        && question.kind.is_none_or(|kind| kind == answer.kind)
        && is(&question.survey, &answer.survey)
        && is(&question.channel, &answer.channel)
        && question.topic.as_deref().is_none_or(|topic| {
            answer.said.as_ref().is_some_and(|said| said.topics.iter().any(|given| **given == *topic))
        })
}
