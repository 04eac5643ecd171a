//! What becomes of a record: recorded, there already, or rejected. Each rule stands here once, for every backend that wants
//! to share it; what is known of what was recorded, and of the rows of the batch before, is asked of the backend ([`Known`]).
//! The reference in memory judges by itself, written another way, so that it can tell whether these are right.
//!
//! # Guarded sums
//!
//! What can be used up is a **sum under a key** that is never below zero ([`Guarded`], S-35). A transaction puts its amount
//! under its key, and a refund takes from it. A ledger of points is the same: the key is the customer's account, points
//! earned are put, points spent are taken, and what takes back a record takes what that one put. A backend keeps the sums as
//! it keeps its records: those of a batch count for the rows after them, those of rows that are not recorded do not, what is
//! erased takes its sums with it, and a log that is read again gives them again. Asking, judging and recording are one step
//! in the one order of writes, so nothing comes in between.

#[cfg(test)]
mod tests;

use lojal_domain::{
    Amount, AttributeFact, Cost, Currency, CustomerId, CustomerUpsert, EventTime, Money, Record, Refund,
    SurveyResponse, Transaction, TransactionId, TransactionKey, Void,
};

use crate::{Rejection, RowOutcome};

/// What a backend knows when a record comes in.
pub trait Known {
    /// How a backend finds a transaction again.
    type Place: Copy;
    /// Why it could not look.
    type Error;

    /// The record that has the natural key of a new one.
    ///
    /// # Errors
    /// When it could not look; so with the others.
    fn holder(&mut self, new: &Record) -> Result<Option<Record>, Self::Error>;

    /// The transaction of an id, given or derived.
    ///
    /// # Errors
    /// When it could not look.
    fn transaction(&mut self, id: &TransactionId) -> Result<Option<Sale<Self::Place>>, Self::Error>;

    /// Whether a transaction was taken back.
    ///
    /// # Errors
    /// When it could not look.
    fn is_voided(&mut self, id: &TransactionId) -> Result<bool, Self::Error>;

    /// What was put under a key, less what was taken, by what is recorded and the rows of the batch before.
    ///
    /// # Errors
    /// When it could not look.
    fn sum(&mut self, key: GuardKey<Self::Place>) -> Result<i64, Self::Error>;

    /// Whether another stage of a survey names another customer.
    ///
    /// # Errors
    /// When it could not look.
    fn is_of_another(&mut self, new: &SurveyResponse) -> Result<bool, Self::Error>;

    /// All attributes of a customer.
    ///
    /// # Errors
    /// When it could not look.
    fn attributes(&mut self, customer: &CustomerId) -> Result<Vec<AttributeFact>, Self::Error>;
}

/// A transaction, as far as others are about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale<P> {
    /// Where the backend has it.
    pub place: P,
    /// When.
    pub time: EventTime,
    /// What was paid.
    pub money: Money,
    /// What that comes to in the workspace's currency, where it was paid in another.
    pub converted: Option<Amount>,
}

/// Under what there is a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GuardKey<P> {
    /// A transaction: what is left of its amount, in its currency.
    Transaction(P),
}

/// What a record puts under a key, or takes from it when it is below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guarded<P> {
    /// Under what.
    pub key: GuardKey<P>,
    /// How much, in millionths.
    pub amount: i64,
}

impl<P: Copy> Guarded<P> {
    /// The sum with it.
    ///
    /// # Errors
    /// What is left, if that is not enough.
    pub fn added_to(self, sum: i64) -> Result<i64, Amount> {
        // What cannot even be added cannot be there.
        let after = sum.checked_add(self.amount).filter(|after| *after >= 0);
        after.ok_or(Amount::from_micros(sum))
    }
}

/// What becomes of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling<P> {
    /// It is to be recorded.
    Record(Accepted<P>),
    /// It is there already.
    Duplicate,
    /// It cannot be recorded.
    Rejected(Rejection),
}

/// What is known of a record that is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted<P> {
    /// The transaction it is about.
    pub about: Option<Sale<P>>,
    /// What it takes.
    pub takes: Option<Guarded<P>>,
    /// What a refund comes to in the workspace's currency.
    pub worth: Amount,
}

impl<P> Default for Accepted<P> {
    fn default() -> Self {
        Self { about: None, takes: None, worth: Amount::ZERO }
    }
}

impl<P> Ruling<P> {
    fn plain() -> Self {
        Self::Record(Accepted::default())
    }

    /// What is told of it.
    #[must_use]
    pub fn outcome(&self) -> RowOutcome {
        match self {
            Self::Record(_) => RowOutcome::Recorded,
            Self::Duplicate => RowOutcome::Duplicate,
            Self::Rejected(rejection) => RowOutcome::Rejected(rejection.clone()),
        }
    }
}

/// How far a natural key is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing has it.
    Free,
    /// The same content has it.
    Same,
    /// Other content has it.
    Other,
}

impl Standing {
    /// That of a key that is taken.
    #[must_use]
    pub fn taken_by(same: bool) -> Self {
        if same { Self::Same } else { Self::Other }
    }

    /// The end of the matter, if the key is taken.
    fn ruling<P>(self) -> Option<Ruling<P>> {
        match self {
            Self::Free => None,
            Self::Same => Some(Ruling::Duplicate),
            Self::Other => Some(Ruling::Rejected(Rejection::Conflict)),
        }
    }
}

/// Judges a record. `reporting` is the workspace's currency, once it is known.
///
/// # Errors
/// Those of looking.
pub fn judge<K: Known>(
    known: &mut K,
    new: &Record,
    reporting: Option<Currency>,
) -> Result<Ruling<K::Place>, K::Error> {
    match new {
        Record::Transaction(Transaction { money, converted, .. })
        | Record::Cost(Cost { money, converted, .. }) => {
            Ok(priced(standing(known, new)?, money.currency, *converted, reporting))
        }
        Record::Refund(new_refund) => match standing(known, new)?.ruling() {
            Some(ruling) => Ok(ruling),
            None => refund(known, new_refund),
        },
        Record::Void(new_void) => void(known, new, new_void),
        Record::SurveyResponse(response) => match standing(known, new)?.ruling() {
            Some(ruling) => Ok(ruling),
            None if response.customer.is_some() && known.is_of_another(response)? => {
                Ok(Ruling::Rejected(Rejection::Conflict))
            }
            None => Ok(Ruling::plain()),
        },
        Record::CustomerUpsert(upsert) => attributes(known, upsert),
        Record::Interaction(_) => Ok(standing(known, new)?.ruling().unwrap_or_else(Ruling::plain)),
    }
}

fn standing<K: Known>(known: &mut K, new: &Record) -> Result<Standing, K::Error> {
    Ok(known.holder(new)?.map_or(Standing::Free, |old| Standing::taken_by(is_same(&old, new))))
}

/// Whether two records of one natural key say the same. Not looked at is what follows from elsewhere: what a foreign
/// transaction came to at the rate of its day, and under which of its names a refund's transaction goes.
fn is_same(old: &Record, new: &Record) -> bool {
    match (old, new) {
        (Record::Transaction(old), Record::Transaction(new)) => is_same_transaction(old, new),
        (Record::Refund(old), Record::Refund(new)) => {
            let key = |refund: &Refund| TransactionKey::of_id(refund.transaction.as_str());
            key(old) == key(new) && (old.time, old.money) == (new.time, new.money)
        }
        (Record::Cost(old), Record::Cost(new)) => {
            let as_given = |cost: &Cost| Cost { converted: None, ..cost.clone() };
            as_given(old) == as_given(new)
        }
        (old, new) => old == new,
    }
}

fn is_same_transaction(old: &Transaction, new: &Transaction) -> bool {
    (&old.customer, old.time, old.money, old.discount) == (&new.customer, new.time, new.money, new.discount)
}

/// What has money of its own, a transaction in rows or in columns or a cost, and a key that stands so.
pub fn priced<P>(
    standing: Standing,
    currency: Currency,
    converted: Option<Amount>,
    reporting: Option<Currency>,
) -> Ruling<P> {
    if let Some(ruling) = standing.ruling() {
        return ruling;
    }
    match reporting.filter(|reporting| *reporting != currency) {
        Some(reporting) if converted.is_none() => Ruling::Rejected(Rejection::CurrencyMismatch { reporting }),
        _ => Ruling::plain(),
    }
}

/// What is about a transaction.
struct About<'r> {
    transaction: &'r TransactionId,
    /// When; none for as of the transaction.
    time: Option<EventTime>,
    /// Why it cannot be before its transaction.
    before: Rejection,
    takes: Option<Taking>,
}

/// What is taken of a transaction's amount.
struct Taking {
    money: Money,
    /// Why it cannot be if only so much is left.
    exceeds: fn(Amount) -> Rejection,
}

/// Judges what is about a transaction, in the one order of reasons: unknown, voided, currency, before, exceeds. Whoever
/// has several of them wrong learns of the first.
fn about_transaction<K: Known>(
    known: &mut K,
    about: About<'_>,
    voided: impl FnOnce(&mut K, &Sale<K::Place>) -> Result<Option<Ruling<K::Place>>, K::Error>,
) -> Result<Ruling<K::Place>, K::Error> {
    let Some(sale) = known.transaction(about.transaction)? else {
        return Ok(Ruling::Rejected(Rejection::UnknownTransaction));
    };
    if let Some(ruling) = voided(known, &sale)? {
        return Ok(ruling);
    }
    if about.takes.as_ref().is_some_and(|taking| taking.money.currency != sale.money.currency) {
        return Ok(Ruling::Rejected(Rejection::CurrencyMismatch { reporting: sale.money.currency }));
    }
    if about.time.is_some_and(|time| time < sale.time) {
        return Ok(Ruling::Rejected(about.before));
    }
    let mut accepted = Accepted { about: Some(sale), ..Accepted::default() };
    if let Some(Taking { money, exceeds }) = about.takes {
        let key = GuardKey::Transaction(sale.place);
        let takes = Guarded { key, amount: -money.amount.micros() };
        let sum = known.sum(key)?;
        let after = match takes.added_to(sum) {
            Ok(after) => after,
            Err(left) => return Ok(Ruling::Rejected(exceeds(left))),
        };
        accepted.worth = worth(&sale, sum, after);
        accepted.takes = Some(takes);
    }
    Ok(Ruling::Record(accepted))
}

/// What is given back comes to when so much is left of the transaction, and so much after it. As a difference, so that
/// all refunds of a transaction together come to what it came to.
fn worth<P>(sale: &Sale<P>, left: i64, left_after: i64) -> Amount {
    let paid = sale.money.amount;
    let worth = sale.converted.unwrap_or(paid);
    let up_to = |left: i64| worth.share(Amount::from_micros(paid.micros() - left), paid).micros();
    Amount::from_micros(up_to(left_after) - up_to(left))
}

fn refund<K: Known>(known: &mut K, new: &Refund) -> Result<Ruling<K::Place>, K::Error> {
    let about = About {
        transaction: &new.transaction,
        time: Some(new.time),
        before: Rejection::RefundBeforeTransaction,
        takes: Some(Taking {
            money: new.money,
            exceeds: |left| Rejection::RefundExceedsTransaction { left },
        }),
    };
    about_transaction(known, about, |known, _| {
        let voided = known.is_voided(&new.transaction)?;
        Ok(voided.then_some(Ruling::Rejected(Rejection::TransactionVoided)))
    })
}

/// A void that is there already is the same by when it takes effect, which only its transaction may tell, and why.
fn void<K: Known>(known: &mut K, record: &Record, new: &Void) -> Result<Ruling<K::Place>, K::Error> {
    let about = About {
        transaction: &new.transaction,
        time: new.time,
        before: Rejection::VoidBeforeTransaction,
        takes: None,
    };
    about_transaction(known, about, |known, sale| {
        let Some(Record::Void(old)) = known.holder(record)? else { return Ok(None) };
        let effective = |void: &Void| void.time.unwrap_or(sale.time);
        Ok(Standing::taken_by(effective(&old) == effective(new) && old.reason == new.reason).ruling())
    })
}

fn attributes<K: Known>(known: &mut K, new: &CustomerUpsert) -> Result<Ruling<K::Place>, K::Error> {
    if new.attributes.is_empty() {
        return Ok(Ruling::Duplicate);
    }
    let facts = known.attributes(&new.customer)?;
    let from = new.effective.unwrap_or(EventTime::MIN);
    let is_known = new.attributes.iter().all(|(name, value)| is_in_force(&facts, from, name.as_str(), value));
    Ok(if is_known { Ruling::Duplicate } else { Ruling::plain() })
}

/// Whether a value is what the facts say already: the last one given for the same time, and not replaced since.
fn is_in_force(facts: &[AttributeFact], from: EventTime, name: &str, value: &str) -> bool {
    let named = || facts.iter().filter(|fact| &*fact.name == name);
    let last = if from == EventTime::MIN {
        named().max_by_key(|fact| fact.record).filter(|fact| fact.from == from)
    } else {
        let for_all_times = named().filter(|fact| fact.from == EventTime::MIN).map(|fact| fact.record);
        let replaced = for_all_times.max();
        named()
            .filter(|fact| fact.from == from && replaced.is_none_or(|replaced| fact.record > replaced))
            .max_by_key(|fact| fact.record)
    };
    last.is_some_and(|fact| &*fact.value == value)
}
