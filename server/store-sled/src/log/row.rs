//! Rows: how records are written into the payload of a block, one by one.
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
//! 6 survey       customer, id, time, metric, kind and disposition (1 byte each), 0 or 1 and the score, scale: lowest,
//!                highest and 1 if lower is better; survey, channel, comment, how many topics, topics, weight in millionths
//! 7 interaction  customer, id, time, kind (1 byte), name, channel, status, how many topics, topics
//! 8 transaction at a discount  as kind 1, then what was taken off
//! 9 cost         customer, id, kind (1 byte), source, market, time, 1 if it has an end, that time, amount, currency, and 1 and the
//!                converted amount or 0
//! 10 interaction of a case  as kind 7, then the id of the case
//! ```
//!
//! Kind 3 is for plain NPS answers, the most frequent by far; kind 6 is for all others.

use std::collections::BTreeMap;

use lojal_domain::{
    Amount, AttributeName, Cost, CostId, EventTime, InteractionId, Money, Refund, RefundId, ResponseId,
    Scale, SurveyResponse, TransactionId, TransactionIdentity, Void, Weight, limits,
};
use lojal_store::{RecordKind, StoreError};

use crate::log::block::{Block, Envelope, Header, Kind, RUN_BYTES, Run, Runs};
use crate::log::codec::{Reader, damaged, put_signed, put_text, put_unsigned};
use crate::log::columns::currency;
use crate::log::event::{Contact, Event, NOBODY, Row, Target};
use crate::log::row_codes::{
    cost_kind, cost_kind_code, disposition, disposition_code, interaction_kind, interaction_kind_code,
    metric, metric_code, survey_kind, survey_kind_code,
};

/// Writes rows into blocks. `runs` say which records they are; `names` are as in [`crate::log::columns::write`]. Returns the
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
    let rows = row.event.kind().description().rows;
    match &row.event {
        Event::Transaction { identity, time, money, converted, discount } => {
            out.push(rows[usize::from(discount.is_some())]);
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
            put_converted(out, *converted);
            if let Some(discount) = discount {
                put_signed(out, discount.micros());
            }
        }
        Event::Refund(refund, target) => {
            out.push(rows[0]);
            put_unsigned(out, row.customer.into());
            put_text(out, refund.id.as_str());
            put_text(out, refund.transaction.as_str());
            put_signed(out, refund.time.micros());
            put_money(out, refund.money);
            put_target(out, target);
        }
        Event::Response(response) => {
            let plain = plain_score(response);
            out.push(rows[usize::from(plain.is_none())]);
            put_response(out, row.customer, response, plain);
        }
        Event::Attributes { attributes, effective } => {
            out.push(rows[0]);
            put_unsigned(out, row.customer.into());
            put_moment(out, *effective);
            put_unsigned(out, attributes.len() as u64);
            for (name, value) in attributes {
                put_text(out, name.as_str());
                put_text(out, value);
            }
        }
        Event::Void(void, target) => {
            out.push(rows[0]);
            put_unsigned(out, row.customer.into());
            put_text(out, void.transaction.as_str());
            put_moment(out, void.time);
            put_text(out, &void.reason);
            put_target(out, target);
        }
        Event::Interaction(contact) => {
            out.push(rows[usize::from(!contact.case_id.is_empty())]);
            put_unsigned(out, row.customer.into());
            put_text(out, contact.id.as_str());
            put_signed(out, contact.time.micros());
            out.push(interaction_kind_code(contact.kind));
            put_text(out, &contact.name);
            put_text(out, &contact.channel);
            put_text(out, &contact.status);
            put_topics(out, &contact.topics);
            if !contact.case_id.is_empty() {
                put_text(out, &contact.case_id);
            }
        }
        Event::Cost(cost) => {
            out.push(rows[0]);
            put_cost(out, row.customer, cost);
        }
    }
}

fn put_cost(out: &mut Vec<u8>, customer: u32, cost: &Cost) {
    put_unsigned(out, customer.into());
    put_text(out, cost.id.as_str());
    out.push(cost_kind_code(cost.kind));
    put_text(out, &cost.source);
    put_text(out, &cost.market);
    put_signed(out, cost.time.micros());
    put_moment(out, cost.end);
    put_money(out, cost.money);
    put_converted(out, cost.converted);
}

/// The score of a plain NPS answer, of which there are most.
fn plain_score(response: &SurveyResponse) -> Option<u8> {
    response.score.and_then(|score| u8::try_from(score).ok()).filter(|_| response.is_plain())
}

fn put_response(out: &mut Vec<u8>, customer: u32, response: &SurveyResponse, plain: Option<u8>) {
    put_unsigned(out, customer.into());
    put_text(out, response.id.as_str());
    put_signed(out, response.time.micros());
    out.push(metric_code(response.metric));
    out.push(survey_kind_code(response.kind));
    if let Some(score) = plain {
        out.push(score);
    } else {
        out.push(disposition_code(response.disposition));
        out.push(u8::from(response.score.is_some()));
        put_signed(out, response.score.unwrap_or(0).into());
        put_signed(out, response.scale.lowest().into());
        put_signed(out, response.scale.highest().into());
        out.push(u8::from(response.scale.lower_is_better()));
    }
    put_text(out, &response.survey);
    put_text(out, &response.channel);
    put_text(out, &response.comment);
    if plain.is_none() {
        put_topics(out, &response.topics);
        put_unsigned(out, response.weight.micros().into());
    }
}

fn put_topics(out: &mut Vec<u8>, topics: &[String]) {
    put_unsigned(out, topics.len() as u64);
    topics.iter().for_each(|topic| put_text(out, topic));
}

fn put_money(out: &mut Vec<u8>, money: Money) {
    put_signed(out, money.amount.micros());
    put_unsigned(out, money.currency.number().into());
}

fn put_converted(out: &mut Vec<u8>, converted: Option<Amount>) {
    out.push(u8::from(converted.is_some()));
    if let Some(converted) = converted {
        put_signed(out, converted.micros());
    }
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
            let (columns, currency) = crate::log::columns::read(block)?;
            let row = |row: usize| {
                let identity = match columns.id(row) {
                    Some(id) => TransactionIdentity::Given(transaction_id(id)?),
                    None => TransactionIdentity::Nth(columns.occurrence(row)),
                };
                let (time, amount) = (columns.times[row], columns.amounts[row]);
                let money = Money { amount, currency };
                let event = Event::Transaction { identity, time, money, converted: None, discount: None };
                Ok(Row { customer: columns.customers[row], event })
            };
            (0..columns.len()).map(row).collect()
        }
    }
}

fn read_row(reader: &mut Reader<'_>) -> Result<Row, StoreError> {
    let number = reader.byte()?;
    let kind = RecordKind::all().find(|kind| kind.description().rows.contains(&number));
    let kind = kind.ok_or_else(|| damaged("a row is of an unknown kind"))?;
    // A kind that came to have more to say has a second number for rows that say it.
    let is_first = kind.description().rows[0] == number;
    let customer = reader.narrow()?;
    let event = match kind {
        RecordKind::Transaction => {
            let identity = match reader.text()? {
                "" => TransactionIdentity::Nth(reader.narrow()?),
                id => TransactionIdentity::Given(transaction_id(id)?),
            };
            let time = EventTime::from_micros(reader.signed()?);
            let money = read_money(reader)?;
            let converted = read_converted(reader)?;
            let discount = match is_first {
                true => None,
                false => Some(Amount::from_micros(reader.signed()?)),
            };
            if discount.is_some_and(|discount| discount <= Amount::ZERO) {
                return Err(damaged("a discount is no discount"));
            }
            Event::Transaction { identity, time, money, converted, discount }
        }
        RecordKind::Refund => {
            let refund = Refund {
                id: RefundId::new(reader.text()?).map_err(|_| damaged("a refund id is malformed"))?,
                transaction: transaction_id(reader.text()?)?,
                time: EventTime::from_micros(reader.signed()?),
                money: read_money(reader)?,
            };
            Event::Refund(Box::new(refund), read_target(reader)?)
        }
        RecordKind::Response => Event::Response(Box::new(read_response(is_first, reader)?)),
        RecordKind::Attributes => {
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
        RecordKind::Void => {
            let transaction = transaction_id(reader.text()?)?;
            let time = read_moment(reader)?;
            let reason = reader.text()?.to_owned();
            Event::Void(Box::new(Void { transaction, time, reason }), read_target(reader)?)
        }
        RecordKind::Interaction => Event::Interaction(Box::new(Contact {
            id: InteractionId::new(reader.text()?).map_err(|_| damaged("an interaction id is malformed"))?,
            time: EventTime::from_micros(reader.signed()?),
            kind: interaction_kind(reader.byte()?)?,
            name: reader.text()?.to_owned(),
            channel: reader.text()?.to_owned(),
            status: reader.text()?.to_owned(),
            topics: read_topics(reader)?,
            case_id: if is_first { String::new() } else { read_case_id(reader)? },
        })),
        RecordKind::Cost => Event::Cost(Box::new(read_cost(reader)?)),
    };
    Ok(Row { customer, event })
}

fn read_converted(reader: &mut Reader<'_>) -> Result<Option<Amount>, StoreError> {
    Ok(match reader.byte()? {
        0 => None,
        _ => Some(Amount::from_micros(reader.signed()?)),
    })
}

fn read_case_id(reader: &mut Reader<'_>) -> Result<String, StoreError> {
    match reader.text()? {
        "" => Err(damaged("an interaction of a case has none")),
        id => Ok(id.to_owned()),
    }
}

fn read_cost(reader: &mut Reader<'_>) -> Result<Cost, StoreError> {
    Ok(Cost {
        id: CostId::new(reader.text()?).map_err(|_| damaged("the id of a cost is malformed"))?,
        kind: cost_kind(reader.byte()?)?,
        customer: None,
        source: reader.text()?.to_owned(),
        market: reader.text()?.to_owned(),
        time: EventTime::from_micros(reader.signed()?),
        end: read_moment(reader)?,
        money: read_money(reader)?,
        converted: read_converted(reader)?,
    })
}

fn read_response(plain: bool, reader: &mut Reader<'_>) -> Result<SurveyResponse, StoreError> {
    let id = ResponseId::new(reader.text()?).map_err(|_| damaged("a response id is malformed"))?;
    let time = EventTime::from_micros(reader.signed()?);
    let (metric, kind) = (metric(reader.byte()?)?, survey_kind(reader.byte()?)?);
    let mut response = SurveyResponse { metric, kind, ..SurveyResponse::nps(id, None, time, 0) };
    if plain {
        response.score = Some(reader.byte()?.into());
    } else {
        response.disposition = disposition(reader.byte()?)?;
        let has_score = reader.byte()? != 0;
        let score = i16::try_from(reader.signed()?).map_err(|_| damaged("a score is no score"))?;
        response.score = has_score.then_some(score);
        let (min, max) = (reader.signed()?, reader.signed()?);
        let scale = Scale::kept(min, max, reader.byte()? != 0);
        response.scale = scale.ok_or_else(|| damaged("a scale is no scale"))?;
    }
    response.survey = reader.text()?.to_owned();
    response.channel = reader.text()?.to_owned();
    response.comment = reader.text()?.to_owned();
    if !plain {
        response.topics = read_topics(reader)?;
        let weight = Weight::from_micros(reader.unsigned()?);
        response.weight = weight.ok_or_else(|| damaged("a weight is no weight"))?;
    }
    Ok(response)
}

fn read_topics(reader: &mut Reader<'_>) -> Result<Vec<String>, StoreError> {
    let count: usize = reader.narrow()?;
    if count > limits::TOPICS {
        return Err(damaged("a row has more topics than there can be"));
    }
    (0..count).map(|_| Ok(reader.text()?.to_owned())).collect()
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
