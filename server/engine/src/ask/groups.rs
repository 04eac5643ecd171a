//! What groups are made by: an attribute or a fact of the customer, or something about an answer.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_domain::{History, limits};
use lojal_store::Parts;

use crate::ask::facts::{FactValue, Now};
use crate::{EngineError, Fact, Moment};

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

/// Attributes are found by this, too, when a fact has their name.
const ATTRIBUTE: &str = "attributes.";

/// What customers are grouped by.
#[derive(Clone, Debug)]
pub(crate) enum GroupKey {
    /// An attribute.
    Attribute(String),
    /// A fact, read at an instant.
    Fact(Fact, Now),
}

impl GroupKey {
    /// The fact of this name, or else the attribute.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a fact that makes no groups.
    pub(crate) fn named(field: &'static str, name: &str, moment: &Moment) -> Result<Self, EngineError> {
        match Fact::of(name) {
            Some(fact) if fact.makes_groups() => Ok(Self::Fact(fact, moment.now())),
            Some(_) => {
                let groups: Vec<&str> =
                    Fact::ALL.into_iter().filter(|fact| fact.makes_groups()).map(Fact::name).collect();
                let problem = format!(
                    "is {name:?}, whose values are nearly all different; group by an attribute or by one of the facts {}",
                    groups.join(", ")
                );
                Err(EngineError::field(field, problem))
            }
            None => Ok(Self::Attribute(name.strip_prefix(ATTRIBUTE).unwrap_or(name).to_owned())),
        }
    }

    /// The parts of histories to look at, when these are, and it besides.
    pub(crate) const fn parts(&self, others: Parts) -> Parts {
        match self {
            Self::Attribute(_) => others.with_attributes(),
            // Facts are made of anything.
            Self::Fact(..) => Parts::ALL,
        }
    }

    /// The attribute, if it is one.
    pub(crate) fn attribute(&self) -> Option<&str> {
        match self {
            Self::Attribute(name) => Some(name),
            Self::Fact(..) => None,
        }
    }

    /// The group a customer is in; empty for those who lack the attribute or the fact.
    pub(crate) fn group<'a>(&self, history: &History<'a>) -> Cow<'a, str> {
        match self {
            Self::Attribute(name) => history.attribute(name).into(),
            Self::Fact(fact, now) => match fact.read(history, now) {
                Some(FactValue::Text(text)) => text,
                Some(FactValue::Integer(number)) => number.to_string().into(),
                Some(FactValue::Boolean(truth)) => if truth { "true" } else { "false" }.into(),
                Some(FactValue::Number(_) | FactValue::Instant(_)) | None => "".into(),
            },
        }
    }
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
        let key = name.map(|name| GroupKey::named("group_by", name, moment)).transpose()?;
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

    /// The attribute, if it is one.
    pub(crate) fn attribute(&self) -> Option<&str> {
        self.customer().and_then(GroupKey::attribute)
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
            Self::Customer { key: GroupKey::Attribute(name), besides } if anybody => {
                check_attribute("group_by", name, besides, met)
            }
            _ => Ok(()),
        }
    }

    /// The group a customer is in; empty without groups of customers, and for those who lack the attribute or the fact.
    pub(crate) fn group<'a>(&self, history: &History<'a>) -> Cow<'a, str> {
        self.customer().map_or(Cow::Borrowed(""), |key| key.group(history))
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
