//! Customers by the value of an attribute or of a fact.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use lojal_domain::{History, limits};
use lojal_store::Parts;

use crate::ask::facts::{FactValue, Now};
use crate::{EngineError, Fact, Moment};

/// Attributes listed in an error.
const LISTED: usize = 50;

/// What customers are grouped by.
#[derive(Clone, Debug)]
pub(crate) enum GroupKey {
    /// An attribute.
    Attribute(String),
    /// A fact, read at an instant.
    Fact(Fact, Now),
}

/// Attributes are found by this, too, when a fact has their name.
const ATTRIBUTE: &str = "attributes.";

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

/// How customers are grouped.
#[derive(Clone, Debug)]
pub(crate) struct GroupBy {
    /// By what; none for all customers together.
    key: Option<GroupKey>,
    /// Rows that a group makes in the answer, at least.
    rows: usize,
}

/// Something counted for each group.
pub(crate) struct Groups<T> {
    /// All customers, when they are not grouped.
    whole: Option<T>,
    of: HashMap<Arc<str>, T>,
    /// Names of attributes met, to say which there are.
    attributes: BTreeSet<Arc<str>>,
    overflow: bool,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self { whole: None, of: HashMap::new(), attributes: BTreeSet::new(), overflow: false }
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
    let known: Vec<&str> = names.iter().take(LISTED).map(|name| &**name).collect();
    if known.is_empty() {
        "there are no attributes yet; record some with UpsertCustomers".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    }
}

/// The error for an attribute that nobody has.
pub(crate) fn unknown_attribute(field: &'static str, name: &str, names: &BTreeSet<Arc<str>>) -> EngineError {
    EngineError::field(field, format!("is {name:?}, which no customer has; {}", known_names(names)))
}

/// The error for an answer over the limit.
pub(crate) fn too_long() -> EngineError {
    EngineError::AnswerTooLong {
        maximum: limits::ANSWER_ROWS,
        advice: "group by an attribute with fewer values, choose a longer interval, or a shorter window",
    }
}

impl GroupBy {
    /// By a fact or an attribute; `rows` is how many rows of the answer a group makes at least.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a fact that makes no groups.
    pub(crate) fn new(name: Option<&str>, rows: usize, moment: &Moment) -> Result<Self, EngineError> {
        let key = name.map(|name| GroupKey::named("group_by", name, moment)).transpose()?;
        Ok(Self { key, rows: rows.max(1) })
    }

    /// Whether there are groups.
    pub(crate) const fn is_some(&self) -> bool {
        self.key.is_some()
    }

    /// The parts of histories to look at, when these are, and groups besides.
    pub(crate) fn parts(&self, others: Parts) -> Parts {
        self.key.as_ref().map_or(others, |key| key.parts(others))
    }

    /// The group a customer is in; empty without groups, and for those who lack the attribute or the fact.
    pub(crate) fn group<'a>(&self, history: &History<'a>) -> Cow<'a, str> {
        self.key.as_ref().map_or(Cow::Borrowed(""), |key| key.group(history))
    }

    /// What a customer is counted in; none once there are more groups than an answer can have.
    pub(crate) fn tally<'t, T>(
        &self,
        groups: &'t mut Groups<T>,
        history: &History<'_>,
        new: impl FnOnce() -> T,
    ) -> Option<&'t mut T> {
        let Some(key) = &self.key else {
            return Some(groups.whole.get_or_insert_with(new));
        };
        if key.attribute().is_some() {
            note_attributes(&mut groups.attributes, history);
        }
        let value = key.group(history);
        let value = value.as_ref();
        if !groups.of.contains_key(value) {
            if (groups.of.len() + 1).saturating_mul(self.rows) > limits::ANSWER_ROWS {
                groups.overflow = true;
                return None;
            }
            groups.of.insert(value.into(), new());
        }
        groups.of.get_mut(value)
    }

    /// All parts together, by group. Without groups there is one, named "", even when nobody was counted.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for an attribute that nobody has, [`EngineError::AnswerTooLong`].
    pub(crate) fn merge<T>(
        &self,
        parts: Vec<Groups<T>>,
        new: impl FnOnce() -> T,
        add: impl Fn(&mut T, T),
    ) -> Result<BTreeMap<Arc<str>, T>, EngineError> {
        let mut all: BTreeMap<Arc<str>, T> = BTreeMap::new();
        let mut attributes = BTreeSet::new();
        for part in parts {
            if part.overflow {
                return Err(too_long());
            }
            attributes.extend(part.attributes);
            for (group, tally) in part.of.into_iter().chain(part.whole.map(|whole| ("".into(), whole))) {
                match all.get_mut(&group) {
                    Some(sum) => add(sum, tally),
                    None => {
                        all.insert(group, tally);
                    }
                }
            }
        }
        if all.len().saturating_mul(self.rows) > limits::ANSWER_ROWS && self.is_some() {
            return Err(too_long());
        }
        match self.key.as_ref().map(GroupKey::attribute) {
            // Without customers there is nothing to group, and no reason to complain.
            Some(Some(name)) if !all.is_empty() && !attributes.iter().any(|known| **known == *name) => {
                return Err(unknown_attribute("group_by", name, &attributes));
            }
            None if all.is_empty() => {
                all.insert("".into(), new());
            }
            _ => {}
        }
        Ok(all)
    }
}
