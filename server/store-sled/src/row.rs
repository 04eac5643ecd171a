//! Rows: records as the log and the book hold them, with customers by number.

use std::collections::BTreeMap;

use lojal_domain::{
    Amount, AttributeName, Currency, CustomerId, CustomerUpsert, EventTime, Money, Record, Refund, RefundId,
    ResponseId, SurveyKind, SurveyMetric, SurveyResponse, Transaction, TransactionId, TransactionIdentity,
};
use lojal_store::StoreError;

use crate::codec::damaged;

/// The customer of an anonymous answer.
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
        amount: Amount,
        currency: Currency,
    },
    Refund(Box<RefundEvent>),
    /// Its `customer` is always none; the row says whose it is.
    Response(Box<SurveyResponse>),
    Attributes {
        attributes: BTreeMap<AttributeName, String>,
        effective: Option<EventTime>,
    },
}

/// A refund and the transaction it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefundEvent {
    pub(crate) refund: Refund,
    pub(crate) transaction_time: EventTime,
    pub(crate) transaction_record: u32,
}

/// The kinds of block, by the kind of row they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Workspace,
    Transactions,
    Refunds,
    Responses,
    Attributes,
}

impl Kind {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Workspace => 0,
            Self::Transactions => 1,
            Self::Refunds => 2,
            Self::Responses => 3,
            Self::Attributes => 4,
        }
    }

    pub(crate) fn of_code(code: u8) -> Result<Self, StoreError> {
        Ok(match code {
            0 => Self::Workspace,
            1 => Self::Transactions,
            2 => Self::Refunds,
            3 => Self::Responses,
            4 => Self::Attributes,
            _ => return Err(damaged("its kind is unknown")),
        })
    }
}

impl Event {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Transaction { .. } => Kind::Transactions,
            Self::Refund(_) => Kind::Refunds,
            Self::Response(_) => Kind::Responses,
            Self::Attributes { .. } => Kind::Attributes,
        }
    }

    /// When it happened; facts for all times have no moment.
    pub(crate) fn time(&self) -> Option<EventTime> {
        match self {
            Self::Transaction { time, .. } => Some(*time),
            Self::Refund(event) => Some(event.refund.time),
            Self::Response(response) => Some(response.time),
            Self::Attributes { effective, .. } => *effective,
        }
    }

    /// The record as it was given, for its customer.
    pub(crate) fn into_record(self, customer: Option<CustomerId>) -> Result<Record, StoreError> {
        let whose = || damaged("a record has no customer");
        Ok(match self {
            Self::Transaction { identity, time, amount, currency } => Record::Transaction(Transaction {
                customer: customer.ok_or_else(whose)?,
                identity,
                time,
                money: Money { amount, currency },
                converted: None,
            }),
            Self::Refund(event) => Record::Refund(event.refund),
            Self::Response(response) => Record::SurveyResponse(SurveyResponse { customer, ..*response }),
            Self::Attributes { attributes, effective } => {
                let customer = customer.ok_or_else(whose)?;
                Record::CustomerUpsert(CustomerUpsert { customer, attributes, effective })
            }
        })
    }
}

/// Numbers that stand for kinds of survey in the log.
pub(crate) fn survey_kind_code(kind: SurveyKind) -> u8 {
    match kind {
        SurveyKind::Relationship => 0,
        SurveyKind::Transactional => 1,
    }
}

pub(crate) fn survey_kind(code: u8) -> Result<SurveyKind, StoreError> {
    match code {
        0 => Ok(SurveyKind::Relationship),
        1 => Ok(SurveyKind::Transactional),
        _ => Err(damaged("a kind of survey is unknown")),
    }
}

/// Numbers that stand for survey metrics in the log.
pub(crate) fn metric_code(metric: SurveyMetric) -> u8 {
    match metric {
        SurveyMetric::Nps => 0,
    }
}

pub(crate) fn metric(code: u8) -> Result<SurveyMetric, StoreError> {
    match code {
        0 => Ok(SurveyMetric::Nps),
        _ => Err(damaged("a survey metric is unknown")),
    }
}

/// What was checked when it was written is checked again when it is read: a damaged id must not get out.
pub(crate) fn transaction_id(text: &str) -> Result<TransactionId, StoreError> {
    TransactionId::new(text).map_err(|_| damaged("a transaction id is malformed"))
}

pub(crate) fn refund_id(text: &str) -> Result<RefundId, StoreError> {
    RefundId::new(text).map_err(|_| damaged("a refund id is malformed"))
}

pub(crate) fn response_id(text: &str) -> Result<ResponseId, StoreError> {
    ResponseId::new(text).map_err(|_| damaged("a response id is malformed"))
}

pub(crate) fn attribute_name(text: &str) -> Result<AttributeName, StoreError> {
    AttributeName::new(text).map_err(|_| damaged("an attribute name is malformed"))
}
