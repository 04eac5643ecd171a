//! Rows: records as the log and the book hold them, with customers by number, and their payload of a block.
//!
//! Everything that is not a plain transaction of a long stretch is written row by row:
//!
//! ```text
//! kind, 1 byte; then
//! 1 transaction  customer, id or "" and occurrence, time, amount, currency, and 1 and the converted amount or 0
//! 2 refund       customer, id, transaction's id, time, amount, currency, then what it belongs to: time, record
//! 3 response     customer, id, time, metric, kind and score (1 byte each), survey, channel, comment
//! 4 attributes   customer, 1 if they hold from a time on, that time, how many, then names and values
//! 5 void         customer, transaction's id, 1 if it has a time, that time, reason, then what it belongs to
//! ```

use std::collections::BTreeMap;

use lojal_domain::{
    Amount, AttributeName, CustomerId, CustomerUpsert, EventTime, Money, Record, Refund, RefundId,
    ResponseId, SurveyKind, SurveyMetric, SurveyResponse, Transaction, TransactionId, TransactionIdentity,
    Void,
};
use lojal_store::StoreError;

use crate::block::{Block, Envelope, Header, Kind, RUN_BYTES, Run, Runs};
use crate::codec::{Reader, damaged, put_signed, put_text, put_unsigned};
use crate::columns::currency;

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
        money: Money,
        converted: Option<Amount>,
    },
    Refund(Box<Refund>, Target),
    /// Its `customer` is always none; the row says whose it is.
    Response(Box<SurveyResponse>),
    Attributes {
        attributes: BTreeMap<AttributeName, String>,
        effective: Option<EventTime>,
    },
    Void(Box<Void>, Target),
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
    /// When it happened; facts for all times have no moment.
    pub(crate) fn time(&self) -> Option<EventTime> {
        match self {
            Self::Transaction { time, .. } => Some(*time),
            Self::Refund(refund, _) => Some(refund.time),
            Self::Response(response) => Some(response.time),
            Self::Attributes { effective, .. } => *effective,
            Self::Void(void, target) => Some(void.time.unwrap_or(target.time)),
        }
    }

    /// The record as it was given, for its customer.
    pub(crate) fn into_record(self, customer: Option<CustomerId>) -> Result<Record, StoreError> {
        let whose = || damaged("a record has no customer");
        Ok(match self {
            Self::Transaction { identity, time, money, converted } => Record::Transaction(Transaction {
                customer: customer.ok_or_else(whose)?,
                identity,
                time,
                money,
                converted,
            }),
            Self::Refund(refund, _) => Record::Refund(*refund),
            Self::Response(response) => Record::SurveyResponse(SurveyResponse { customer, ..*response }),
            Self::Attributes { attributes, effective } => {
                let customer = customer.ok_or_else(whose)?;
                Record::CustomerUpsert(CustomerUpsert { customer, attributes, effective })
            }
            Self::Void(void, _) => Record::Void(*void),
        })
    }
}

/// Writes rows into blocks. `runs` say which records they are; `names` are as in [`crate::columns::write`]. Returns the
/// number after the last named.
pub(crate) fn write(
    header: Header,
    runs: &[Run],
    rows: &[Row],
    names: &mut dyn Iterator<Item = &str>,
    out: &mut Vec<Vec<u8>>,
) -> u32 {
    let mut envelope = Envelope::new(Header { kind: Kind::Rows, ..header });
    let mut runs = Runs::of(runs);
    let (mut payload, mut one) = (Vec::new(), Vec::new());
    let mut make_room = |envelope: &mut Envelope, payload: &mut Vec<u8>, bytes: usize| {
        if !envelope.is_empty() && envelope.room(payload.len() + RUN_BYTES) < bytes {
            out.push(envelope.seal(&[payload]));
            payload.clear();
        }
    };
    for row in rows {
        while row.customer != NOBODY
            && row.customer >= envelope.next_new()
            && let Some(name) = names.next()
        {
            make_room(&mut envelope, &mut payload, name.len() + 2);
            envelope.name(name);
        }
        one.clear();
        put(&mut one, row);
        make_room(&mut envelope, &mut payload, one.len());
        runs.move_to(&mut envelope, 1);
        payload.extend_from_slice(&one);
    }
    for name in names {
        make_room(&mut envelope, &mut payload, name.len() + 2);
        envelope.name(name);
    }
    runs.move_rest_to(&mut envelope);
    if !envelope.is_empty() {
        out.push(envelope.seal(&[&payload]));
    }
    envelope.next_new()
}

fn put(out: &mut Vec<u8>, row: &Row) {
    match &row.event {
        Event::Transaction { identity, time, money, converted } => {
            out.push(1);
            put_unsigned(out, row.customer.into());
            match identity {
                TransactionIdentity::Given(id) => put_text(out, id.as_str()),
                TransactionIdentity::Nth(occurrence) => {
                    out.push(0);
                    put_unsigned(out, (*occurrence).into());
                }
            }
            put_signed(out, time.micros());
            put_money(out, *money);
            out.push(u8::from(converted.is_some()));
            if let Some(converted) = converted {
                put_signed(out, converted.micros());
            }
        }
        Event::Refund(refund, target) => {
            out.push(2);
            put_unsigned(out, row.customer.into());
            put_text(out, refund.id.as_str());
            put_text(out, refund.transaction.as_str());
            put_signed(out, refund.time.micros());
            put_money(out, refund.money);
            put_target(out, target);
        }
        Event::Response(response) => {
            out.push(3);
            put_unsigned(out, row.customer.into());
            put_text(out, response.id.as_str());
            put_signed(out, response.time.micros());
            out.push(metric_code(response.metric));
            out.push(survey_kind_code(response.kind));
            out.push(response.score);
            put_text(out, &response.survey);
            put_text(out, &response.channel);
            put_text(out, &response.comment);
        }
        Event::Attributes { attributes, effective } => {
            out.push(4);
            put_unsigned(out, row.customer.into());
            put_moment(out, *effective);
            put_unsigned(out, attributes.len() as u64);
            for (name, value) in attributes {
                put_text(out, name.as_str());
                put_text(out, value);
            }
        }
        Event::Void(void, target) => {
            out.push(5);
            put_unsigned(out, row.customer.into());
            put_text(out, void.transaction.as_str());
            put_moment(out, void.time);
            put_text(out, &void.reason);
            put_target(out, target);
        }
    }
}

fn put_money(out: &mut Vec<u8>, money: Money) {
    put_signed(out, money.amount.micros());
    put_unsigned(out, money.currency.number().into());
}

fn put_moment(out: &mut Vec<u8>, moment: Option<EventTime>) {
    out.push(u8::from(moment.is_some()));
    put_signed(out, moment.map_or(0, EventTime::micros));
}

fn put_target(out: &mut Vec<u8>, target: &Target) {
    put_signed(out, target.time.micros());
    put_unsigned(out, target.record.into());
    put_signed(out, target.worth.micros());
}

/// The rows of a block, in order.
pub(crate) fn read(block: &Block<'_>) -> Result<Vec<Row>, StoreError> {
    let mut reader = block.payload.clone();
    match block.header.kind {
        Kind::Workspace | Kind::End => Ok(Vec::new()),
        Kind::Rows => (0..block.rows()).map(|_| read_row(&mut reader)).collect(),
        Kind::Columns => {
            let (columns, currency) = crate::columns::read(block)?;
            let row = |row: usize| {
                let identity = match columns.id(row) {
                    Some(id) => TransactionIdentity::Given(transaction_id(id)?),
                    None => TransactionIdentity::Nth(columns.occurrence(row)),
                };
                let (time, amount) = (columns.times[row], columns.amounts[row]);
                let event =
                    Event::Transaction { identity, time, money: Money { amount, currency }, converted: None };
                Ok(Row { customer: columns.customers[row], event })
            };
            (0..columns.len()).map(row).collect()
        }
    }
}

fn read_row(reader: &mut Reader<'_>) -> Result<Row, StoreError> {
    let kind = reader.byte()?;
    let customer = reader.narrow()?;
    let event = match kind {
        1 => {
            let identity = match reader.text()? {
                "" => TransactionIdentity::Nth(reader.narrow()?),
                id => TransactionIdentity::Given(transaction_id(id)?),
            };
            let time = EventTime::from_micros(reader.signed()?);
            let money = read_money(reader)?;
            let converted = match reader.byte()? {
                0 => None,
                _ => Some(Amount::from_micros(reader.signed()?)),
            };
            Event::Transaction { identity, time, money, converted }
        }
        2 => {
            let refund = Refund {
                id: RefundId::new(reader.text()?).map_err(|_| damaged("a refund id is malformed"))?,
                transaction: transaction_id(reader.text()?)?,
                time: EventTime::from_micros(reader.signed()?),
                money: read_money(reader)?,
            };
            Event::Refund(Box::new(refund), read_target(reader)?)
        }
        3 => Event::Response(Box::new(SurveyResponse {
            id: ResponseId::new(reader.text()?).map_err(|_| damaged("a response id is malformed"))?,
            customer: None,
            time: EventTime::from_micros(reader.signed()?),
            metric: metric(reader.byte()?)?,
            kind: survey_kind(reader.byte()?)?,
            score: reader.byte()?,
            survey: reader.text()?.to_owned(),
            channel: reader.text()?.to_owned(),
            comment: reader.text()?.to_owned(),
        })),
        4 => {
            let effective = read_moment(reader)?;
            let count: u32 = reader.narrow()?;
            let mut attributes = BTreeMap::new();
            for _ in 0..count {
                let name = AttributeName::new(reader.text()?)
                    .map_err(|_| damaged("an attribute name is malformed"))?;
                attributes.insert(name, reader.text()?.to_owned());
            }
            Event::Attributes { attributes, effective }
        }
        5 => {
            let transaction = transaction_id(reader.text()?)?;
            let time = read_moment(reader)?;
            let reason = reader.text()?.to_owned();
            Event::Void(Box::new(Void { transaction, time, reason }), read_target(reader)?)
        }
        _ => return Err(damaged("a row is of an unknown kind")),
    };
    Ok(Row { customer, event })
}

fn read_money(reader: &mut Reader<'_>) -> Result<Money, StoreError> {
    let amount = Amount::from_micros(reader.signed()?);
    Ok(Money { amount, currency: currency(reader.narrow()?)? })
}

fn read_moment(reader: &mut Reader<'_>) -> Result<Option<EventTime>, StoreError> {
    let has_moment = reader.byte()? != 0;
    let moment = EventTime::from_micros(reader.signed()?);
    Ok(has_moment.then_some(moment))
}

fn read_target(reader: &mut Reader<'_>) -> Result<Target, StoreError> {
    Ok(Target {
        time: EventTime::from_micros(reader.signed()?),
        record: reader.narrow()?,
        worth: Amount::from_micros(reader.signed()?),
    })
}

/// What was checked when it was written is checked again when it is read: a damaged id must not get out.
fn transaction_id(text: &str) -> Result<TransactionId, StoreError> {
    TransactionId::new(text).map_err(|_| damaged("a transaction id is malformed"))
}

/// Numbers that stand for kinds of survey in the log.
fn survey_kind_code(kind: SurveyKind) -> u8 {
    match kind {
        SurveyKind::Relationship => 0,
        SurveyKind::Transactional => 1,
    }
}

fn survey_kind(code: u8) -> Result<SurveyKind, StoreError> {
    match code {
        0 => Ok(SurveyKind::Relationship),
        1 => Ok(SurveyKind::Transactional),
        _ => Err(damaged("a kind of survey is unknown")),
    }
}

/// Numbers that stand for survey metrics in the log.
fn metric_code(metric: SurveyMetric) -> u8 {
    match metric {
        SurveyMetric::Nps => 0,
    }
}

fn metric(code: u8) -> Result<SurveyMetric, StoreError> {
    match code {
        0 => Ok(SurveyMetric::Nps),
        _ => Err(damaged("a survey metric is unknown")),
    }
}
