//! Histories: what one customer did and said, as the columns that questions are folds over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::{Amount, EventTime, SurveyKind};

/// A purchase, as questions see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionFact {
    /// When.
    pub time: EventTime,
    /// What was paid, in the workspace's reporting currency.
    pub amount: Amount,
    /// Its place in the order in which the workspace recorded things.
    pub record: u32,
    /// For a transaction without an id: the how-manieth of its kind it is. 0 for one that more is needed to tell apart:
    /// its own id, or the money of another currency in which it was paid.
    pub occurrence: u32,
}

/// Money given back, as questions see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundFact {
    /// When.
    pub time: EventTime,
    /// What was given back, in the workspace's reporting currency.
    pub amount: Amount,
    /// When its purchase was. The refund lowers that day's spend.
    pub transaction_time: EventTime,
    /// The place of its purchase in the order of recording.
    pub transaction_record: u32,
    /// Its own place in the order of recording.
    pub record: u32,
}

/// A survey answer, as questions see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseFact {
    /// When.
    pub time: EventTime,
    /// The raw score.
    pub score: u8,
    /// What it was about.
    pub kind: SurveyKind,
    /// The survey's name, or empty.
    pub survey: Arc<str>,
    /// How it was asked, or empty.
    pub channel: Arc<str>,
    /// Its place in the order of recording.
    pub record: u32,
}

/// A value of an attribute from some time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeFact {
    /// From when on; [`EventTime::MIN`] for all times.
    pub from: EventTime,
    /// The attribute.
    pub name: Arc<str>,
    /// The value; empty means the attribute was taken away.
    pub value: Arc<str>,
    /// Its place in the order of recording.
    pub record: u32,
}

/// One customer's history, cut at the question's instant and revision.
///
/// Each slice is ordered by time, then by record.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// The customer; none for the anonymous answers, which form a history of their own.
    pub customer: Option<&'a str>,
    /// The customer's number: 0 for the first ever recorded in the workspace, then one more each.
    pub number: u32,
    /// Purchases.
    pub transactions: &'a [TransactionFact],
    /// Refunds.
    pub refunds: &'a [RefundFact],
    /// Survey answers.
    pub responses: &'a [ResponseFact],
    /// Attributes. Read them with [`attributes_as_of`].
    pub attributes: &'a [AttributeFact],
}

impl History<'_> {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.transactions.is_empty()
            && self.refunds.is_empty()
            && self.responses.is_empty()
            && self.attributes.is_empty()
    }

    /// The value of one attribute, empty when not set.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &str {
        value_in_force(self.attributes.iter().filter(|fact| &*fact.name == name))
            .map_or("", |fact| &fact.value)
    }
}

/// Of the values of one attribute, the one in force: a value for all times replaces whatever was recorded before it;
/// of the rest the one that holds from the latest time, and of equals the one recorded last.
fn value_in_force<'a>(facts: impl Iterator<Item = &'a AttributeFact> + Clone) -> Option<&'a AttributeFact> {
    let replaced = facts.clone().filter(|fact| fact.from == EventTime::MIN).map(|fact| fact.record).max();
    facts
        .filter(|fact| replaced.is_none_or(|record| fact.record >= record))
        .max_by_key(|fact| (fact.from, fact.record))
}

/// The attributes that hold after all of `facts`, without those taken away.
#[must_use]
pub fn attributes_as_of(facts: &[AttributeFact]) -> BTreeMap<&str, &str> {
    let names: BTreeSet<&str> = facts.iter().map(|fact| &*fact.name).collect();
    let value = |name| value_in_force(facts.iter().filter(move |fact| &*fact.name == name));
    let in_force = names.into_iter().filter_map(|name| value(name).map(|fact| (name, &*fact.value)));
    in_force.filter(|(_, value)| !value.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(from: i64, name: &str, value: &str, record: u32) -> AttributeFact {
        AttributeFact { from: EventTime::from_micros(from), name: name.into(), value: value.into(), record }
    }

    #[test]
    fn the_value_in_force_wins() {
        let facts = [
            fact(i64::MIN, "plan", "free", 1),
            fact(5, "plan", "paid", 3),
            fact(9, "plan", "gold", 2),
            fact(i64::MIN, "market", "hr", 4),
            fact(7, "market", "", 5),
        ];
        assert_eq!(attributes_as_of(&facts), BTreeMap::from([("plan", "gold")]));
        assert_eq!(attributes_as_of(&facts[..2]), BTreeMap::from([("plan", "paid")]));
        let replaced = [fact(5, "plan", "paid", 1), fact(i64::MIN, "plan", "free", 2)];
        assert_eq!(attributes_as_of(&replaced), BTreeMap::from([("plan", "free")]));
    }
}
