//! Records as the log and the book hold them, with customers by number.

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_domain::{
    Amount, AttributeName, Cost, Currency, CustomerId, CustomerUpsert, EventTime, Interaction,
    InteractionFact, InteractionId, InteractionKind, Money, Record, Refund, SurveyResponse, Transaction,
    TransactionIdentity, Void,
};
use lojal_store::rules::{GuardKey, Guarded};
use lojal_store::{RecordKind, StoreError};

use crate::log::codec::damaged;

/// The customer of an anonymous answer, and of a cost of no single customer.
pub(crate) const NOBODY: u32 = u32::MAX;

/// A record that is to be written or was read, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The customer's number, or [`NOBODY`].
    pub(crate) customer: u32,
    /// What happened.
    pub(crate) event: Event,
}

/// What happened, without the customer. Transactions are many, so the others are kept out of their way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Transaction {
        identity: TransactionIdentity,
        time: EventTime,
        money: Money,
        converted: Option<Amount>,
        discount: Option<Amount>,
    },
    Refund(Box<Refund>, Target),
    /// Its `customer` is always none; the row says whose it is.
    Response(Box<SurveyResponse>),
    Attributes {
        attributes: BTreeMap<AttributeName, String>,
        effective: Option<EventTime>,
    },
    Void(Box<Void>, Target),
    Interaction(Box<Contact>),
    /// Its `customer` is always none, as that of a response.
    Cost(Box<Cost>),
}

/// An interaction without its customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) id: InteractionId,
    pub(crate) time: EventTime,
    pub(crate) kind: InteractionKind,
    pub(crate) name: String,
    pub(crate) channel: String,
    pub(crate) status: String,
    pub(crate) topics: Vec<String>,
    pub(crate) case_id: String,
}

impl Contact {
    fn with(self, customer: CustomerId) -> Interaction {
        let Self { id, time, kind, name, channel, status, topics, case_id } = self;
        Interaction { id, customer, time, kind, name, channel, status, topics, case_id }
    }

    /// As questions see it. Names that repeat go through `shared`.
    pub(crate) fn fact(&self, record: u32, mut shared: impl FnMut(&str) -> Arc<str>) -> InteractionFact {
        InteractionFact {
            time: self.time,
            kind: self.kind,
            name: shared(&self.name),
            channel: shared(&self.channel),
            status: shared(&self.status),
            topics: self.topics.iter().map(|topic| shared(topic)).collect(),
            case_id: shared(&self.case_id),
            record,
        }
    }
}

impl From<Interaction> for Contact {
    fn from(interaction: Interaction) -> Self {
        let Interaction { id, customer: _, time, kind, name, channel, status, topics, case_id } = interaction;
        Self { id, time, kind, name, channel, status, topics, case_id }
    }
}

/// The transaction that a refund or a void is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) time: EventTime,
    pub(crate) record: u32,
    /// For a refund: what it comes to in the workspace's currency.
    pub(crate) worth: Amount,
}

impl Event {
    pub(crate) fn kind(&self) -> RecordKind {
        match self {
            Self::Transaction { .. } => RecordKind::Transaction,
            Self::Refund(..) => RecordKind::Refund,
            Self::Response(_) => RecordKind::Response,
            Self::Attributes { .. } => RecordKind::Attributes,
            Self::Void(..) => RecordKind::Void,
            Self::Interaction(_) => RecordKind::Interaction,
            Self::Cost(_) => RecordKind::Cost,
        }
    }

    /// When it happened; facts for all times have no moment.
    pub(crate) fn time(&self) -> Option<EventTime> {
        match self {
            Self::Transaction { time, .. } => Some(*time),
            Self::Refund(refund, _) => Some(refund.time),
            Self::Response(response) => Some(response.time),
            Self::Attributes { effective, .. } => *effective,
            Self::Void(void, target) => Some(void.time.unwrap_or(target.time)),
            Self::Interaction(contact) => Some(contact.time),
            Self::Cost(cost) => Some(cost.time),
        }
    }

    /// As [`Record::own_currency`].
    pub(crate) fn own_currency(&self) -> Option<Currency> {
        match self {
            Self::Transaction { money, converted: None, .. } => Some(money.currency),
            Self::Cost(cost) if cost.converted.is_none() => Some(cost.money.currency),
            _ => None,
        }
    }

    /// What it takes of what can be used up.
    pub(crate) fn guarded(&self) -> Option<Guarded<u32>> {
        match self {
            Self::Refund(refund, target) => Some(Guarded {
                key: GuardKey::Transaction(target.record),
                amount: -refund.money.amount.micros(),
            }),
            _ => None,
        }
    }

    /// The record as it was given, for its customer.
    pub(crate) fn into_record(self, customer: Option<CustomerId>) -> Result<Record, StoreError> {
        let whose = || damaged("a record has no customer");
        Ok(match self {
            Self::Transaction { identity, time, money, converted, discount } => {
                let customer = customer.ok_or_else(whose)?;
                Record::Transaction(Transaction { customer, identity, time, money, converted, discount })
            }
            Self::Refund(refund, _) => Record::Refund(*refund),
            Self::Response(response) => Record::SurveyResponse(SurveyResponse { customer, ..*response }),
            Self::Attributes { attributes, effective } => {
                let customer = customer.ok_or_else(whose)?;
                Record::CustomerUpsert(CustomerUpsert { customer, attributes, effective })
            }
            Self::Void(void, _) => Record::Void(*void),
            Self::Interaction(contact) => Record::Interaction(contact.with(customer.ok_or_else(whose)?)),
            Self::Cost(cost) => Record::Cost(Cost { customer, ..*cost }),
        })
    }
}
