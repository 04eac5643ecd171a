//! What did customers write?

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_domain::{CustomerId, Disposition, EventTime, History, ResponseFact, WorkspaceName};
use lojal_scoring::comments::terms;
use lojal_store::Parts;

use crate::ask::page::Place;
use crate::surveys::items::Item;
use crate::surveys::summarize_comments::DEFINITION;
use crate::surveys::survey_question::{SurveyQuestion, said_in_whole};
use crate::{Engine, EngineError, Page, PageRequest, Provenance};

/// A question about comments, one by one.
#[derive(Clone, Debug)]
pub struct ListResponses {
    /// Which answers.
    pub question: SurveyQuestion,
    /// Only comments with this word or pair of words, as a summary of comments tells them, in any case.
    pub term: Option<String>,
    /// Only answers with a score from this one on; none for any, and for none.
    pub min_score: Option<i32>,
    /// Only answers with a score up to this one; none for any, and for none.
    pub max_score: Option<i32>,
    /// Which page.
    pub page: PageRequest,
}

/// A response in which something was written.
#[derive(Clone, Debug)]
pub struct CommentedResponse {
    /// Who; none for an anonymous one.
    pub customer: Option<CustomerId>,
    /// When.
    pub time: EventTime,
    /// What was asked.
    pub item: Item,
    /// How far it came.
    pub disposition: Disposition,
    /// The survey's name, or empty.
    pub survey: Arc<str>,
    /// How it was asked, or empty.
    pub channel: Arc<str>,
    /// The raw score; none of a comment without one.
    pub score: Option<i16>,
    /// What it is about.
    pub topics: Vec<Arc<str>>,
    /// What was written.
    pub comment: String,
}

impl ListResponses {
    fn matches(&self, answer: &ResponseFact, term: Option<&str>) -> bool {
        let score = answer.score.map(i32::from);
        let above = self.min_score.is_none_or(|min| score.is_some_and(|score| min <= score));
        let below = self.max_score.is_none_or(|max| score.is_some_and(|score| score <= max));
        let comment = answer.said.as_ref().map_or("", |said| &said.comment);
        let has_term = |wanted: &str| terms(comment).into_iter().any(|term| term == wanted);
        !comment.is_empty() && above && below && term.is_none_or(has_term)
    }
}

/// Responses by time and place of recording.
type Newest = BTreeMap<(EventTime, u32), CommentedResponse>;

impl CommentedResponse {
    fn of(answer: &ResponseFact, history: &History<'_>) -> Self {
        let said = answer.said.as_deref();
        Self {
            // An id that was recorded is one.
            customer: history.customer.and_then(|customer| CustomerId::new(customer.to_owned()).ok()),
            time: answer.time,
            item: Item::of(answer),
            disposition: answer.disposition,
            survey: answer.survey.clone(),
            channel: answer.channel.clone(),
            score: answer.score,
            topics: said.map_or_else(Vec::new, |said| said.topics.clone()),
            comment: said.map_or_else(String::new, |said| said.comment.to_string()),
        }
    }
}

impl Engine {
    /// Answers [`ListResponses`], newest first.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for the page's size, [`EngineError::PageTokenMismatch`].
    pub async fn list_responses(
        &self,
        workspace: &WorkspaceName,
        asked: ListResponses,
    ) -> Result<(Page<CommentedResponse>, Provenance), EngineError> {
        let ListResponses { question, term, min_score, max_score, page } = &asked;
        let request = format!("responses {workspace} {question:?} {term:?} {min_score:?} {max_score:?}");
        let (size, place) = (page.size()?, page.place(&request)?);
        let mut moment = self.moment_of_page(workspace, question.scope.clone(), place).await?;
        let span = question.window.resolve(moment.as_of, &moment.zone);
        let before = place.map(|place| (place.time, place.record));
        let term = term.as_ref().map(|term| term.to_lowercase());
        let visit = move |newest: &mut Newest, history: &History<'_>| {
            if history.responses.is_empty() {
                return;
            }
            for answer in said_in_whole(&asked.question, span, history) {
                let at = (answer.time, answer.record);
                let is_here = before.is_none_or(|before| at < before);
                let is_new = newest.len() <= size || newest.keys().next().is_some_and(|oldest| *oldest < at);
                if is_here && is_new && asked.matches(answer, term.as_deref()) {
                    newest.insert(at, CommentedResponse::of(answer, history));
                    // One more than asked for, to know whether there is another page.
                    if newest.len() > size + 1 {
                        newest.pop_first();
                    }
                }
            }
        };
        let parts = self.fold(workspace, &mut moment, Parts::RESPONSES, Newest::new, visit).await?;
        let mut all: Newest = parts.into_iter().flatten().collect();
        let mut entries = Vec::with_capacity(size);
        let mut last = None;
        while entries.len() < size
            && let Some((at, response)) = all.pop_last()
        {
            last = Some(at);
            entries.push(response);
        }
        let next = last.filter(|_| !all.is_empty()).map(|(time, record)| {
            Place { as_of: moment.as_of, revision: moment.revision, time, record }.token(&request)
        });
        let next_token = next.unwrap_or_default();
        Ok((Page { entries, next_token }, moment.provenance(DEFINITION, Some(span))))
    }
}
