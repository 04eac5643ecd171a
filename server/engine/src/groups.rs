//! Customers by the value of an attribute.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use lojal_domain::{History, limits};

use crate::EngineError;

/// Attributes listed in an error.
const LISTED: usize = 50;

/// How customers are grouped.
#[derive(Clone, Debug)]
pub(crate) struct GroupBy {
    /// The attribute; none for all customers together.
    attribute: Option<String>,
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

/// The error for an attribute that nobody has.
pub(crate) fn unknown_attribute(field: &'static str, name: &str, names: &BTreeSet<Arc<str>>) -> EngineError {
    let known: Vec<&str> = names.iter().take(LISTED).map(|name| &**name).collect();
    let known = if known.is_empty() {
        "there are no attributes yet; record some with UpsertCustomers".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    };
    EngineError::field(field, format!("is {name:?}, which no customer has; {known}"))
}

/// The error for an answer over the limit.
pub(crate) fn too_long() -> EngineError {
    EngineError::AnswerTooLong {
        maximum: limits::ANSWER_ROWS,
        advice: "group by an attribute with fewer values, choose a longer interval, or a shorter window",
    }
}

impl GroupBy {
    /// By an attribute; `rows` is how many rows of the answer a group makes at least.
    pub(crate) fn new(attribute: Option<&str>, rows: usize) -> Self {
        Self { attribute: attribute.map(str::to_owned), rows: rows.max(1) }
    }

    /// Whether there are groups.
    pub(crate) const fn is_some(&self) -> bool {
        self.attribute.is_some()
    }

    /// What a customer is counted in; none once there are more groups than an answer can have.
    pub(crate) fn tally<'t, T>(
        &self,
        groups: &'t mut Groups<T>,
        history: &History<'_>,
        new: impl FnOnce() -> T,
    ) -> Option<&'t mut T> {
        let Some(attribute) = self.attribute.as_deref() else {
            return Some(groups.whole.get_or_insert_with(new));
        };
        note_attributes(&mut groups.attributes, history);
        let value = history.attribute(attribute);
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
        match self.attribute.as_deref() {
            // Without customers there is nothing to group, and no reason to complain.
            Some(name) if !all.is_empty() && !attributes.iter().any(|known| **known == *name) => {
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
