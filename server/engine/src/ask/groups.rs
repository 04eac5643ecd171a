//! What groups are made by: an attribute or a fact of the customer, or something about an answer.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::BitOr;
use std::sync::Arc;

use lojal_domain::{History, WorkspaceName, limits};
use lojal_store::Parts;

use crate::ask::facts::own_answers::Needs;
use crate::ask::facts::reading::FactsAt;
use crate::ask::facts::term::Term;
use crate::ask::group_terms::GroupTerm;
use crate::{Engine, EngineError, Moment};

/// Attributes listed in an error.
const LISTED: usize = 50;

/// Groups that are not about the customer.
const SURVEY_ID: &str = "survey_id";
const CHANNEL: &str = "channel";
const TOPIC: &str = "topic";

/// What answers are grouped by that is not about the customer.
const OF_ANSWERS: &[&str] = &[SURVEY_ID, CHANNEL, TOPIC];

/// What surveys that were sent are grouped by that is not about the customer.
const OF_SURVEYS: &[&str] = &[SURVEY_ID, CHANNEL];

/// What customers are grouped by, up to three things together, read at an instant.
#[derive(Clone, Debug)]
pub(crate) struct GroupKey {
    terms: Vec<GroupTerm>,
    at: FactsAt,
    /// Whether it is known already that somebody has its attributes.
    names_known: bool,
}

impl GroupKey {
    /// Reads what is written, as in `segment` or `market, band(tenure_days, 30, 90, 365)`. A name that is no fact is an attribute.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for what makes no groups.
    pub(crate) fn parse(field: &'static str, text: &str, moment: &Moment) -> Result<Self, EngineError> {
        let (terms, names_known) = (GroupTerm::parse(field, text)?, moment.names_known);
        Ok(Self { terms, at: moment.facts(), names_known })
    }

    /// What the server has to answer before groups are known.
    fn needs(&self) -> Needs {
        self.terms.iter().map(|term| term.term.needs()).fold(Needs::NOTHING, BitOr::bitor)
    }

    /// Something of which customers who stay longer have more.
    pub(crate) fn growing(&self) -> Option<&Term> {
        self.terms.iter().map(|term| &term.term).find(|term| term.grows())
    }

    /// Reads facts as that moment knows them by now.
    fn read_at(&mut self, moment: &Moment) {
        self.at = moment.facts();
    }

    /// Whether it is made of any attribute.
    pub(crate) fn has_attributes(&self) -> bool {
        self.attributes().next().is_some()
    }

    /// Refuses attributes that nobody has; `besides` are what else there is to choose.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`].
    pub(crate) fn check(
        &self,
        field: &'static str,
        besides: &[&str],
        met: &BTreeSet<Arc<str>>,
    ) -> Result<(), EngineError> {
        if self.names_known {
            return Ok(());
        }
        self.attributes().try_for_each(|name| check_attribute(field, name, besides, met))
    }

    /// The parts of histories to look at, when these are, and it besides.
    pub(crate) fn parts(&self, others: Parts) -> Parts {
        if self.terms.iter().all(|term| matches!(term.term, Term::Attribute(_))) {
            return others.with_attributes();
        }
        // Facts are made of anything.
        Parts::ALL
    }

    /// The attribute, if it is one and nothing else.
    pub(crate) fn attribute(&self) -> Option<&str> {
        match &self.terms[..] {
            [GroupTerm { term: Term::Attribute(name), .. }] => Some(name),
            _ => None,
        }
    }

    /// All attributes it is made of.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().filter_map(|term| term.term.attribute())
    }

    /// The group a customer is in; empty for those who lack the attribute or the fact. Of several things the values stand one after the
    /// other, with commas between, in quotes where they have commas or quotes themselves.
    pub(crate) fn group<'a>(&self, history: &History<'a>) -> Cow<'a, str> {
        let facts = self.at.of(history);
        match &self.terms[..] {
            [only] => only.value(&facts),
            terms => joined(terms.iter().map(|term| term.value(&facts))).into(),
        }
    }

    /// Which of two groups comes first.
    fn order(&self, one: &str, other: &str) -> Ordering {
        if let [only] = &self.terms[..] {
            return only.sort_key(one).cmp(&only.sort_key(other));
        }
        let (one, other) = (split(one), split(other));
        let ranked = self.terms.iter().zip(one.iter().zip(&other));
        let orders = ranked.map(|(term, (one, other))| term.sort_key(one).cmp(&term.sort_key(other)));
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

/// Several values as one, which tells where each ends.
fn joined<'v>(values: impl Iterator<Item = Cow<'v, str>>) -> String {
    let quoted = |value: Cow<'v, str>| {
        if value.contains([',', '"']) {
            format!("\"{}\"", value.replace('"', "\"\""))
        } else {
            value.into_owned()
        }
    };
    values.map(quoted).collect::<Vec<_>>().join(", ")
}

/// The values that were joined.
fn split(joined: &str) -> Vec<String> {
    let (mut values, mut value, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut signs = joined.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if is_quoted && signs.peek() == Some(&'"') => {
                signs.next();
                value.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                signs.next();
                values.push(std::mem::take(&mut value));
            }
            sign => value.push(sign),
        }
    }
    values.push(value);
    values
}

/// How things are grouped.
#[derive(Clone, Debug, Default)]
pub(crate) enum GroupBy {
    /// Not at all.
    #[default]
    Nothing,
    /// By something about the customer.
    Customer {
        /// What it is.
        key: GroupKey,
        /// What else there was to choose, for an error.
        besides: &'static [&'static str],
    },
    /// By the survey an answer is to.
    Survey,
    /// By how they were asked.
    Channel,
    /// By what an answer is about; one about several things is in several groups.
    Topic,
}

impl GroupBy {
    /// Customers, by a fact or an attribute.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a fact that makes no groups.
    pub(crate) fn of_customers(name: Option<&str>, moment: &Moment) -> Result<Self, EngineError> {
        Self::of_customers_besides(name, moment, &[])
    }

    fn of_customers_besides(
        name: Option<&str>,
        moment: &Moment,
        besides: &'static [&'static str],
    ) -> Result<Self, EngineError> {
        let key = name.map(|name| GroupKey::parse("group_by", name, moment)).transpose()?;
        Ok(key.map_or(Self::Nothing, |key| Self::Customer { key, besides }))
    }

    /// Answers, by what they have themselves or by their customer.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a fact that makes no groups.
    pub(crate) fn of_answers(name: Option<&str>, moment: &Moment) -> Result<Self, EngineError> {
        match name {
            Some(SURVEY_ID) => Ok(Self::Survey),
            Some(CHANNEL) => Ok(Self::Channel),
            Some(TOPIC) => Ok(Self::Topic),
            name => Self::of_customers_besides(name, moment, OF_ANSWERS),
        }
    }

    /// Surveys that were sent, by what they have themselves or by their customer.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for topics, which only answers have, and for a fact that makes no groups.
    pub(crate) fn of_surveys(name: Option<&str>, moment: &Moment) -> Result<Self, EngineError> {
        match name {
            Some(SURVEY_ID) => Ok(Self::Survey),
            Some(CHANNEL) => Ok(Self::Channel),
            Some(TOPIC) => Err(EngineError::field(
                "group_by",
                "is \"topic\", which only answers have; group by survey_id, channel, an attribute or a fact",
            )),
            name => Self::of_customers_besides(name, moment, OF_SURVEYS),
        }
    }

    /// What it is about the customer, to be read at a moment.
    pub(crate) const fn customer_mut(&mut self) -> Option<&mut GroupKey> {
        match self {
            Self::Customer { key, .. } => Some(key),
            Self::Nothing | Self::Survey | Self::Channel | Self::Topic => None,
        }
    }

    /// Something of which customers who stay longer have more, by its name.
    pub(crate) fn growing(&self) -> Option<String> {
        self.customer().and_then(GroupKey::growing).map(Term::name)
    }

    /// Which of two groups comes first.
    pub(crate) fn order(&self, one: &str, other: &str) -> Ordering {
        self.customer().map_or_else(|| one.cmp(other), |key| key.order(one, other))
    }

    /// Whether there are groups.
    pub(crate) const fn is_some(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// What it is about the customer, if it is that.
    pub(crate) const fn customer(&self) -> Option<&GroupKey> {
        match self {
            Self::Customer { key, .. } => Some(key),
            Self::Nothing | Self::Survey | Self::Channel | Self::Topic => None,
        }
    }

    /// The attribute, if it is one and nothing else.
    pub(crate) fn attribute(&self) -> Option<&str> {
        self.customer().and_then(GroupKey::attribute)
    }

    /// Whether it is made of any attribute.
    pub(crate) fn has_attributes(&self) -> bool {
        self.customer().is_some_and(GroupKey::has_attributes)
    }

    /// The parts of histories to look at, when these are, and groups besides.
    pub(crate) fn parts(&self, others: Parts) -> Parts {
        self.customer().map_or(others, |key| key.parts(others))
    }

    /// Refuses an attribute that nobody has. Where nobody was met there is nothing to group, and no reason to complain.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`].
    pub(crate) fn check(&self, anybody: bool, met: &BTreeSet<Arc<str>>) -> Result<(), EngineError> {
        match self {
            Self::Customer { key, besides } if anybody => key.check("group_by", besides, met),
            _ => Ok(()),
        }
    }

    /// The group a customer is in; empty without groups of customers, and for those who lack the attribute or the fact.
    pub(crate) fn group<'a>(&self, history: &History<'a>) -> Cow<'a, str> {
        self.customer().map_or(Cow::Borrowed(""), |key| key.group(history))
    }
}

impl Engine {
    /// Looks up what the facts of a moment's filter and of groups need, and reads these with it.
    ///
    /// # Errors
    /// Those of [`Self::know`].
    pub(crate) async fn know_groups(
        &self,
        workspace: &WorkspaceName,
        moment: &mut Moment,
        mut keys: Vec<&mut GroupKey>,
    ) -> Result<(), EngineError> {
        let needs = keys.iter().map(|key| key.needs()).fold(Needs::NOTHING, BitOr::bitor);
        self.know(workspace, moment, needs).await?;
        keys.iter_mut().for_each(|key| key.read_at(moment));
        Ok(())
    }
}

/// Notes which attributes there are.
pub(crate) fn note_attributes(names: &mut BTreeSet<Arc<str>>, history: &History<'_>) {
    for fact in history.attributes {
        // Most are known by the second customer.
        if !names.contains(&fact.name) {
            names.insert(fact.name.clone());
        }
    }
}

/// Which attributes there are, as the end of a sentence.
pub(crate) fn known_names(names: &BTreeSet<Arc<str>>) -> String {
    known_names_and(&[], names)
}

fn known_names_and(built_in: &[&str], names: &BTreeSet<Arc<str>>) -> String {
    let mut known = built_in.to_vec();
    known.extend(names.iter().take(LISTED).map(|name| &**name));
    if known.is_empty() {
        "there are no attributes yet; record some with UpsertCustomers".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    }
}

/// Refuses an attribute that nobody has; `built_in` are what else there is to choose.
///
/// # Errors
/// [`EngineError::InvalidField`].
pub(crate) fn check_attribute(
    field: &'static str,
    name: &str,
    built_in: &[&str],
    met: &BTreeSet<Arc<str>>,
) -> Result<(), EngineError> {
    if met.iter().any(|known| **known == *name) {
        return Ok(());
    }
    let problem = format!("is {name:?}, which no customer has; {}", known_names_and(built_in, met));
    Err(EngineError::field(field, problem))
}

/// The error for an answer over the limit.
pub(crate) fn too_long() -> EngineError {
    EngineError::AnswerTooLong {
        maximum: limits::ANSWER_ROWS,
        advice: "group by an attribute with fewer values, choose a longer interval, or a shorter window",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_values_come_apart_again() {
        for values in [&["hr", "30 to under 90"][..], &["", ""], &["a, b", "c\"d\", e", ""], &["\"", ","]] {
            let text = joined(values.iter().map(|value| Cow::Borrowed(*value)));
            assert_eq!(split(&text), values, "{text}");
        }
        assert_eq!(joined(["hr".into(), "a, b".into()].into_iter()), "hr, \"a, b\"");
    }
}
