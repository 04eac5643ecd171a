//! Blocks: the values of the log, at most 4 KiB each.
//!
//! A block holds rows of one kind from one batch. The layout, all numbers variable-length unless said otherwise:
//!
//! ```text
//! version      1 byte    FORMAT
//! checksum     4 bytes   CRC-32 of everything after it
//! flags        1 byte    1: last block of its batch; the batch exists only if this block does
//! kind         1 byte
//! durable      number of the last block known to be synced when this one was written
//! workspace    number of the workspace
//! revision     of the batch
//! recorded_at  signed, microseconds
//! first_record place of the first row in the workspace's order of recording
//! rows         how many
//! first_new    number of the first customer named for the first time in this block
//! new          how many of them; then their ids
//! rows         by kind: see below
//! ```
//!
//! Transactions are columns: the unit of time in microseconds and the first time, then differences in that unit; the
//! unit of money in millionths, then amounts in that unit; customers as fixed little-endian numbers of `width` bytes;
//! ids only where there are any. Sorted daily data takes 6 to 8 bytes a transaction this way. Everything else is rare
//! and written row by row.

use std::collections::BTreeMap;

use lojal_domain::{
    Amount, Currency, EventTime, MICROS_PER_DAY, MICROS_PER_SECOND, Money, Refund, SurveyResponse,
    TransactionIdentity,
};
use lojal_store::StoreError;

use crate::codec::{Reader, damaged, put_signed, put_text, put_unsigned};
use crate::row::{self, Event, Kind, RefundEvent, Row};

/// Version of the layout.
pub(crate) const FORMAT: u8 = 1;
/// Longest block. Values of over about 8 KiB leave sled's log for files that are never synced, so it stays far below.
pub(crate) const BLOCK_BYTES: usize = 3_900;
/// More than any header takes.
const HEADER_BYTES: usize = 72;
const LAST_OF_BATCH: u8 = 1;

/// What stands at the start of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) last_of_batch: bool,
    pub(crate) kind: Kind,
    pub(crate) durable: u64,
    pub(crate) workspace: u32,
    pub(crate) revision: u64,
    pub(crate) recorded_at: EventTime,
    pub(crate) first_record: u32,
    pub(crate) rows: u32,
    pub(crate) first_new: u32,
}

impl Header {
    /// The block with this header, these newly named customers and this payload.
    fn seal(&self, new: u32, names: &[u8], payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES + names.len() + payload.len());
        out.extend_from_slice(&[FORMAT, 0, 0, 0, 0]);
        out.push(if self.last_of_batch { LAST_OF_BATCH } else { 0 });
        out.push(self.kind.code());
        put_unsigned(&mut out, self.durable);
        put_unsigned(&mut out, self.workspace.into());
        put_unsigned(&mut out, self.revision);
        put_signed(&mut out, self.recorded_at.micros());
        put_unsigned(&mut out, self.first_record.into());
        put_unsigned(&mut out, self.rows.into());
        put_unsigned(&mut out, self.first_new.into());
        put_unsigned(&mut out, new.into());
        out.extend_from_slice(names);
        out.extend_from_slice(payload);
        stamp(&mut out);
        out
    }
}

fn stamp(block: &mut [u8]) {
    let checksum = crc32fast::hash(&block[5..]);
    block[1..5].copy_from_slice(&checksum.to_le_bytes());
}

/// Marks a finished block as the last of its batch.
pub(crate) fn end_batch(block: &mut [u8]) {
    block[5] |= LAST_OF_BATCH;
    stamp(block);
}

/// The block that gives a workspace its number.
pub(crate) fn name_workspace(number: u32, name: &str, durable: u64) -> Vec<u8> {
    let mut payload = Vec::new();
    put_text(&mut payload, name);
    let header = Header {
        last_of_batch: true,
        kind: Kind::Workspace,
        durable,
        workspace: number,
        revision: 0,
        recorded_at: EventTime::from_micros(0),
        first_record: 0,
        rows: 0,
        first_new: 0,
    };
    header.seal(0, &[], &payload)
}

/// A batch's rows, cut into blocks.
///
/// `names` are the ids of customers that the batch names for the first time, who have the numbers from `first_new` on.
pub(crate) fn encode(header: &Header, rows: &[Row], names: &[&str], out: &mut Vec<Vec<u8>>) {
    let mut builder = Builder::new(header.clone(), rows, names);
    for row in rows {
        if !builder.push(row) {
            out.push(builder.finish());
            // An empty block takes any row: limits on what a record may hold see to that.
            builder.push(row);
        }
    }
    let mut last = builder.finish();
    end_batch(&mut last);
    out.push(last);
}

struct Builder<'a> {
    header: Header,
    names: &'a [&'a str],
    /// How many of `names` stand in earlier blocks.
    named: usize,
    units: Units,
    new: u32,
    new_ids: Vec<u8>,
    customers: Vec<u8>,
    times: Vec<u8>,
    amounts: Vec<u8>,
    ids: Vec<u8>,
    rest: Vec<u8>,
    first_time: i64,
    last_time: i64,
    currency: u16,
}

/// What all transactions of a batch have in common.
#[derive(Clone, Copy)]
struct Units {
    time: i64,
    money: i64,
    width: usize,
    with_ids: bool,
}

impl Units {
    fn of(rows: &[Row]) -> Self {
        let mut units = Self { time: MICROS_PER_DAY, money: 1_000_000, width: 1, with_ids: false };
        for row in rows {
            let Event::Transaction { identity, time, amount, .. } = &row.event else { continue };
            while time.micros() % units.time != 0 {
                units.time = match units.time {
                    MICROS_PER_DAY => MICROS_PER_SECOND,
                    MICROS_PER_SECOND => 1_000,
                    _ => 1,
                };
            }
            while amount.micros() % units.money != 0 {
                units.money = if units.money == 1_000_000 { 10_000 } else { 1 };
            }
            units.with_ids |= *identity != TransactionIdentity::Nth(1);
            let bits = u32::BITS - row.customer.leading_zeros();
            units.width = units.width.max(bits.div_ceil(8) as usize);
        }
        units
    }
}

impl<'a> Builder<'a> {
    fn new(header: Header, rows: &[Row], names: &'a [&'a str]) -> Self {
        let empty = Vec::new;
        Self {
            header,
            names,
            named: 0,
            units: Units::of(rows),
            new: 0,
            new_ids: empty(),
            customers: empty(),
            times: empty(),
            amounts: empty(),
            ids: empty(),
            rest: empty(),
            first_time: 0,
            last_time: 0,
            currency: 0,
        }
    }

    fn columns(&mut self) -> [&mut Vec<u8>; 6] {
        let Self { new_ids, customers, times, amounts, ids, rest, .. } = self;
        [new_ids, customers, times, amounts, ids, rest]
    }

    /// Adds a row; false, and no change, if it does not fit or is of another kind.
    fn push(&mut self, row: &Row) -> bool {
        if self.header.rows == 0 {
            self.header.kind = row.event.kind();
        } else if self.header.kind != row.event.kind() {
            return false;
        }
        let before = self.columns().map(|column| column.len());
        let (new, last_time) = (self.new, self.last_time);
        self.put(row);
        let length: usize = self.columns().iter().map(|column| column.len()).sum();
        if self.header.rows > 0 && HEADER_BYTES + length > BLOCK_BYTES {
            for (column, length) in self.columns().into_iter().zip(before) {
                column.truncate(length);
            }
            (self.new, self.last_time) = (new, last_time);
            return false;
        }
        self.header.rows += 1;
        true
    }

    fn put(&mut self, row: &Row) {
        let next_new = self.header.first_new + self.new;
        if row.customer == next_new && self.named + (self.new as usize) < self.names.len() {
            put_text(&mut self.new_ids, self.names[self.named + self.new as usize]);
            self.new += 1;
        }
        match &row.event {
            Event::Transaction { identity, time, amount, currency } => {
                let Units { time: unit, money, width, with_ids } = self.units;
                self.customers.extend_from_slice(&row.customer.to_le_bytes()[..width]);
                let time = time.micros() / unit;
                if self.header.rows == 0 {
                    (self.first_time, self.last_time) = (time, time);
                }
                put_signed(&mut self.times, time - self.last_time);
                self.last_time = time;
                put_unsigned(&mut self.amounts, (amount.micros() / money) as u64);
                self.currency = currency.number();
                match identity {
                    TransactionIdentity::Given(id) => put_text(&mut self.ids, id.as_str()),
                    TransactionIdentity::Nth(occurrence) if with_ids => {
                        self.ids.push(0);
                        put_unsigned(&mut self.ids, (*occurrence).into());
                    }
                    TransactionIdentity::Nth(_) => {}
                }
            }
            other => put_event(&mut self.rest, row.customer, other),
        }
    }

    /// The block so far; the builder starts on the next one.
    fn finish(&mut self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(BLOCK_BYTES);
        if self.header.kind == Kind::Transactions {
            put_unsigned(&mut payload, self.units.time as u64);
            put_signed(&mut payload, self.first_time);
            put_unsigned(&mut payload, self.units.money as u64);
            put_unsigned(&mut payload, self.currency.into());
            payload.push(self.units.width as u8);
            payload.push(u8::from(self.units.with_ids));
            for column in [&self.customers, &self.times, &self.amounts, &self.ids] {
                payload.extend_from_slice(column);
            }
        }
        payload.extend_from_slice(&self.rest);
        let block = self.header.seal(self.new, &self.new_ids, &payload);
        self.header.first_record += self.header.rows;
        self.header.rows = 0;
        self.header.first_new += self.new;
        self.named += self.new as usize;
        self.new = 0;
        for column in self.columns() {
            column.clear();
        }
        block
    }
}

fn put_event(out: &mut Vec<u8>, customer: u32, event: &Event) {
    put_unsigned(out, customer.into());
    match event {
        Event::Transaction { .. } => {}
        Event::Refund(event) => {
            let RefundEvent { refund, transaction_time, transaction_record } = &**event;
            put_text(out, refund.id.as_str());
            put_text(out, refund.transaction.as_str());
            put_signed(out, refund.time.micros());
            put_signed(out, refund.money.amount.micros());
            put_unsigned(out, refund.money.currency.number().into());
            put_signed(out, transaction_time.micros());
            put_unsigned(out, (*transaction_record).into());
        }
        Event::Response(response) => {
            put_text(out, response.id.as_str());
            put_signed(out, response.time.micros());
            out.push(row::metric_code(response.metric));
            out.push(row::survey_kind_code(response.kind));
            out.push(response.score);
            put_text(out, &response.survey);
            put_text(out, &response.channel);
            put_text(out, &response.comment);
        }
        Event::Attributes { attributes, effective } => {
            out.push(u8::from(effective.is_some()));
            put_signed(out, effective.map_or(0, EventTime::micros));
            put_unsigned(out, attributes.len() as u64);
            for (name, value) in attributes {
                put_text(out, name.as_str());
                put_text(out, value);
            }
        }
    }
}

/// A block as read.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    pub(crate) header: Header,
    /// Ids of the customers named for the first time.
    pub(crate) names: Vec<&'a str>,
    payload: Reader<'a>,
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// Checks and opens a block.
pub(crate) fn open(bytes: &[u8]) -> Result<Block<'_>, StoreError> {
    if bytes.len() < 7 {
        return Err(damaged("it ends too early"));
    }
    if bytes[0] != FORMAT {
        return Err(damaged("its version is unknown"));
    }
    if crc32fast::hash(&bytes[5..]).to_le_bytes() != bytes[1..5] {
        return Err(damaged("its checksum does not match"));
    }
    let mut reader = Reader(&bytes[5..]);
    let flags = reader.byte()?;
    let kind = Kind::of_code(reader.byte()?)?;
    let header = Header {
        last_of_batch: flags & LAST_OF_BATCH != 0,
        kind,
        durable: reader.unsigned()?,
        workspace: reader.narrow()?,
        revision: reader.unsigned()?,
        recorded_at: EventTime::from_micros(reader.signed()?),
        first_record: reader.narrow()?,
        rows: reader.narrow()?,
        first_new: reader.narrow()?,
    };
    let new: u32 = reader.narrow()?;
    let names = (0..new).map(|_| reader.text()).collect::<Result<_, _>>()?;
    Ok(Block { header, names, payload: reader })
}

impl Block<'_> {
    /// The name in a block that numbers a workspace.
    pub(crate) fn workspace_name(&self) -> Result<&str, StoreError> {
        self.payload.clone().text()
    }

    /// The rows in order.
    pub(crate) fn rows(&self) -> Result<Vec<Row>, StoreError> {
        let mut reader = self.payload.clone();
        match self.header.kind {
            Kind::Workspace => Ok(Vec::new()),
            Kind::Transactions => self.transactions(&mut reader),
            kind => (0..self.header.rows).map(|_| read_event(&mut reader, kind)).collect(),
        }
    }

    fn transactions(&self, reader: &mut Reader<'_>) -> Result<Vec<Row>, StoreError> {
        let rows = self.header.rows as usize;
        let unit = reader.unsigned()? as i64;
        let mut time = reader.signed()?;
        let money = reader.unsigned()? as i64;
        let currency =
            Currency::from_number(reader.narrow()?).ok_or_else(|| damaged("a currency is unknown"))?;
        let width = usize::from(reader.byte()?);
        let with_ids = reader.byte()? != 0;
        if !(1..=4).contains(&width) {
            return Err(damaged("a width is out of range"));
        }
        let customers = reader.take(rows * width)?.chunks_exact(width).map(|bytes| {
            let mut number = [0; 4];
            number[..width].copy_from_slice(bytes);
            u32::from_le_bytes(number)
        });
        let mut times = Vec::with_capacity(rows);
        for _ in 0..rows {
            time = time.wrapping_add(reader.signed()?);
            times.push(EventTime::from_micros(time.wrapping_mul(unit)));
        }
        let mut amounts = Vec::with_capacity(rows);
        for _ in 0..rows {
            amounts.push(Amount::from_micros((reader.unsigned()? as i64).wrapping_mul(money)));
        }
        let mut out = Vec::with_capacity(rows);
        for ((customer, time), amount) in customers.zip(times).zip(amounts) {
            let identity = if with_ids {
                match reader.text()? {
                    "" => TransactionIdentity::Nth(reader.narrow()?),
                    id => TransactionIdentity::Given(row::transaction_id(id)?),
                }
            } else {
                TransactionIdentity::Nth(1)
            };
            out.push(Row { customer, event: Event::Transaction { identity, time, amount, currency } });
        }
        Ok(out)
    }
}

fn read_event(reader: &mut Reader<'_>, kind: Kind) -> Result<Row, StoreError> {
    let customer = reader.narrow()?;
    let event = match kind {
        Kind::Refunds => {
            let id = row::refund_id(reader.text()?)?;
            let transaction = row::transaction_id(reader.text()?)?;
            let time = EventTime::from_micros(reader.signed()?);
            let amount = Amount::from_micros(reader.signed()?);
            let currency =
                Currency::from_number(reader.narrow()?).ok_or_else(|| damaged("a currency is unknown"))?;
            let refund = Refund { id, transaction, time, money: Money { amount, currency } };
            let transaction_time = EventTime::from_micros(reader.signed()?);
            let transaction_record = reader.narrow()?;
            Event::Refund(Box::new(RefundEvent { refund, transaction_time, transaction_record }))
        }
        Kind::Responses => Event::Response(Box::new(SurveyResponse {
            id: row::response_id(reader.text()?)?,
            customer: None,
            time: EventTime::from_micros(reader.signed()?),
            metric: row::metric(reader.byte()?)?,
            kind: row::survey_kind(reader.byte()?)?,
            score: reader.byte()?,
            survey: reader.text()?.to_owned(),
            channel: reader.text()?.to_owned(),
            comment: reader.text()?.to_owned(),
        })),
        Kind::Attributes => {
            let has_moment = reader.byte()? != 0;
            let moment = EventTime::from_micros(reader.signed()?);
            let count: u32 = reader.narrow()?;
            let mut attributes = BTreeMap::new();
            for _ in 0..count {
                let name = row::attribute_name(reader.text()?)?;
                attributes.insert(name, reader.text()?.to_owned());
            }
            Event::Attributes { attributes, effective: has_moment.then_some(moment) }
        }
        Kind::Workspace | Kind::Transactions => return Err(damaged("its kind is unexpected")),
    };
    Ok(Row { customer, event })
}
