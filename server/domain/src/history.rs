//! Histories: what one customer did and said, as the columns that questions are folds over.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::{
    Amount, Cost, CostKind, Disposition, EventTime, Interaction, InteractionKind, Scale, SurveyKind,
    SurveyMetric, SurveyResponse, Weight,
};

/// A purchase, as questions see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionFact {
    /// When.
    pub time: EventTime,
    /// What was paid, in the workspace's reporting currency.
    pub amount: Amount,
    /// Its place in the order in which the workspace recorded things.
    pub record: u32,
    /// For a transaction without an id: which one of its equals it is, from 1. 0 for one that more is needed to tell
    /// apart: its own id, or the money of another currency in which it was paid.
    pub occurrence: u32,
}

/// That a purchase was made at a discount, as questions see it. Most are not, so this stands beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiscountFact {
    /// When the purchase was.
    pub time: EventTime,
    /// What was taken off the list price, in the workspace's reporting currency.
    pub amount: Amount,
    /// The place of the purchase in the order of recording.
    pub record: u32,
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

/// A survey answer or another thing that became of asking, as questions see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseFact {
    /// When.
    pub time: EventTime,
    /// A hash of its id: an invitation and its answer share it.
    pub instance: u64,
    /// What was measured.
    pub metric: SurveyMetric,
    /// What it was about.
    pub kind: SurveyKind,
    /// How far it came.
    pub disposition: Disposition,
    /// The raw score.
    pub score: Option<i16>,
    /// The scores that could be given.
    pub scale: Scale,
    /// How many customers it stands for.
    pub weight: Weight,
    /// The survey's name, or empty.
    pub survey: Arc<str>,
    /// How it was asked, or empty.
    pub channel: Arc<str>,
    /// What the customer said in words; none for most.
    pub said: Option<Box<Said>>,
    /// Its place in the order of recording.
    pub record: u32,
}

/// What a customer said beside a score.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What was written, or empty.
    pub comment: Box<str>,
    /// What it was about.
    pub topics: Vec<Arc<str>>,
}

impl ResponseFact {
    /// A record as questions see it. Names that repeat go through `shared`, which may keep one of each.
    #[must_use]
    pub fn of(response: &SurveyResponse, record: u32, mut shared: impl FnMut(&str) -> Arc<str>) -> Self {
        let said = (!response.comment.is_empty() || !response.topics.is_empty()).then(|| {
            Box::new(Said {
                comment: response.comment.as_str().into(),
                topics: response.topics.iter().map(|topic| shared(topic)).collect(),
            })
        });
        Self {
            time: response.time,
            instance: xxh3_64(response.id.as_str().as_bytes()),
            metric: response.metric,
            kind: response.kind,
            disposition: response.disposition,
            score: response.score,
            scale: response.scale,
            weight: response.weight,
            survey: shared(&response.survey),
            channel: shared(&response.channel),
            said,
            record,
        }
    }
}

/// An interaction, as questions see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InteractionFact {
    /// When.
    pub time: EventTime,
    /// What it was.
    pub kind: InteractionKind,
    /// What it is called, or empty.
    pub name: Arc<str>,
    /// Where it took place, or empty.
    pub channel: Arc<str>,
    /// What became of it, or empty.
    pub status: Arc<str>,
    /// What it was about.
    pub topics: Vec<Arc<str>>,
    /// The support case it is a step of, or empty.
    pub case_id: Arc<str>,
    /// Its place in the order of recording.
    pub record: u32,
}

impl InteractionFact {
    /// A record as questions see it; `shared` as for [`ResponseFact::of`].
    #[must_use]
    pub fn of(interaction: &Interaction, record: u32, mut shared: impl FnMut(&str) -> Arc<str>) -> Self {
        Self {
            time: interaction.time,
            kind: interaction.kind,
            name: shared(&interaction.name),
            channel: shared(&interaction.channel),
            status: shared(&interaction.status),
            topics: interaction.topics.iter().map(|topic| shared(topic)).collect(),
            case_id: shared(&interaction.case_id),
            record,
        }
    }
}

/// Money spent, as questions see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostFact {
    /// When, or when its period begins.
    pub time: EventTime,
    /// When its period is over; `time` for a cost of one moment.
    pub end: EventTime,
    /// What for.
    pub kind: CostKind,
    /// How much, in the workspace's reporting currency.
    pub amount: Amount,
    /// On those who came by this source, or empty.
    pub source: Arc<str>,
    /// On those of this market, or empty.
    pub market: Arc<str>,
    /// Its place in the order of recording.
    pub record: u32,
}

impl CostFact {
    /// A record as questions see it; `shared` as for [`ResponseFact::of`].
    #[must_use]
    pub fn of(cost: &Cost, record: u32, mut shared: impl FnMut(&str) -> Arc<str>) -> Self {
        Self {
            time: cost.time,
            end: cost.end.unwrap_or(cost.time),
            kind: cost.kind,
            amount: cost.worth(),
            source: shared(&cost.source),
            market: shared(&cost.market),
            record,
        }
    }
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
/// Each slice is ordered by time, then by record. The default is nothing of nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct History<'a> {
    /// The customer; none for the anonymous answers and the costs of no single customer, which form a history of their own.
    pub customer: Option<&'a str>,
    /// The customer's number: 0 for the first ever recorded in the workspace, then one more each.
    pub number: u32,
    /// Purchases.
    pub transactions: &'a [TransactionFact],
    /// Which of them were at a discount.
    pub discounts: &'a [DiscountFact],
    /// Refunds.
    pub refunds: &'a [RefundFact],
    /// Survey answers, and what else became of asking.
    pub responses: &'a [ResponseFact],
    /// Support cases, visits, campaigns.
    pub interactions: &'a [InteractionFact],
    /// Money spent.
    pub costs: &'a [CostFact],
    /// Attributes. Read them with [`attributes_as_of`].
    pub attributes: &'a [AttributeFact],
}

impl<'a> History<'a> {
    /// Answers that count: those with a score, of each survey only the completed one if there is one.
    pub fn all_answers(&self) -> impl Iterator<Item = &'a ResponseFact> + use<'a> {
        let responses = self.responses;
        // Partial answers are few; only where there is one does it matter which were completed later.
        let is_partial = |fact: &ResponseFact| fact.disposition == Disposition::Partial;
        let completed: Option<HashSet<u64>> = responses.iter().any(is_partial).then(|| {
            let done = responses.iter().filter(|fact| fact.disposition == Disposition::Completed);
            done.map(|fact| fact.instance).collect()
        });
        responses.iter().filter(move |fact| {
            let is_last = || completed.as_ref().is_none_or(|completed| !completed.contains(&fact.instance));
            fact.score.is_some() && (fact.disposition == Disposition::Completed || is_last())
        })
    }

    /// What was said to surveys without a score, unless the survey was completed besides.
    pub fn said_without_score(&self) -> impl Iterator<Item = &'a ResponseFact> + use<'a> {
        let responses = self.responses;
        // Few say anything without a score; only where somebody did does it matter which surveys have one besides.
        let is_bare = |fact: &ResponseFact| fact.score.is_none() && fact.said.is_some();
        let scored: HashSet<u64> = match responses.iter().any(is_bare) {
            true => responses.iter().filter(|fact| fact.score.is_some()).map(|fact| fact.instance).collect(),
            false => HashSet::new(),
        };
        responses.iter().filter(move |fact| is_bare(fact) && !scored.contains(&fact.instance))
    }

    /// Those of [`Self::all_answers`] to one metric.
    pub fn answers(&self, metric: SurveyMetric) -> impl Iterator<Item = &'a ResponseFact> + use<'a> {
        self.all_answers().filter(move |fact| fact.metric == metric)
    }

    /// What of it was before an instant. Attributes without a time hold for all times.
    #[must_use]
    pub fn before(&self, end: EventTime) -> Self {
        Self {
            transactions: &self.transactions[..self.transactions.partition_point(|fact| fact.time < end)],
            discounts: &self.discounts[..self.discounts.partition_point(|fact| fact.time < end)],
            refunds: &self.refunds[..self.refunds.partition_point(|fact| fact.time < end)],
            responses: &self.responses[..self.responses.partition_point(|fact| fact.time < end)],
            interactions: &self.interactions[..self.interactions.partition_point(|fact| fact.time < end)],
            costs: &self.costs[..self.costs.partition_point(|fact| fact.time < end)],
            attributes: &self.attributes
                [..self.attributes.partition_point(|fact| fact.from < end || fact.from == EventTime::MIN)],
            ..*self
        }
    }

    /// What of it was from an instant on; all attributes.
    #[must_use]
    pub fn since(&self, start: EventTime) -> Self {
        Self {
            transactions: &self.transactions[self.transactions.partition_point(|fact| fact.time < start)..],
            discounts: &self.discounts[self.discounts.partition_point(|fact| fact.time < start)..],
            refunds: &self.refunds[self.refunds.partition_point(|fact| fact.time < start)..],
            responses: &self.responses[self.responses.partition_point(|fact| fact.time < start)..],
            interactions: &self.interactions[self.interactions.partition_point(|fact| fact.time < start)..],
            costs: &self.costs[self.costs.partition_point(|fact| fact.time < start)..],
            ..*self
        }
    }

    /// What was spent on the customer alone, in millionths of the workspace's currency.
    #[must_use]
    pub fn cost_micros(&self) -> i128 {
        self.costs.iter().map(|cost| i128::from(cost.amount.micros())).sum()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.transactions.is_empty()
            && self.refunds.is_empty()
            && self.responses.is_empty()
            && self.interactions.is_empty()
            && self.costs.is_empty()
            && self.attributes.is_empty()
    }

    /// The value of one attribute, empty when not set.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &'a str {
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
    use crate::ResponseId;

    fn fact(from: i64, name: &str, value: &str, record: u32) -> AttributeFact {
        AttributeFact { from: EventTime::from_micros(from), name: name.into(), value: value.into(), record }
    }

    #[test]
    fn of_a_survey_the_completed_answer_counts() {
        let answer = |id: &str, disposition, score: Option<i16>| {
            let id = ResponseId::new(id).unwrap();
            let of =
                SurveyResponse { disposition, score, ..SurveyResponse::nps(id, None, EventTime::MIN, 0) };
            ResponseFact::of(&of, 0, |name| name.into())
        };
        let responses = [
            answer("a", Disposition::Invited, None),
            answer("a", Disposition::Partial, Some(3)),
            answer("a", Disposition::Completed, Some(9)),
            answer("b", Disposition::Partial, Some(4)),
            answer("c", Disposition::Partial, None),
            answer("d", Disposition::Dismissed, None),
        ];
        let history = History { responses: &responses, ..History::default() };
        let counted: Vec<_> = history.answers(SurveyMetric::Nps).filter_map(|fact| fact.score).collect();
        assert_eq!(counted, [9, 4]);
        assert_eq!(history.answers(SurveyMetric::Csat).count(), 0);
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
