//! Transactions as columns: the payload of most blocks.
//!
//! ```text
//! unit of time   number, microseconds: a day, a second, a millisecond or one
//! first time     signed, in units
//! unit of money  number, millionths: 1,000,000, 10,000 or 1
//! currency       number of ISO 4217
//! width          1 byte: bytes of a customer's number, 1 to 4
//! identities     1 byte: 0 all are without id and first of their kind, 1 an occurrence a row, 2 an id a row
//! customers      rows x width bytes, little-endian
//! times          a signed difference to the row before a row, in units
//! amounts        a number a row, in units
//! identities     by mode: nothing, an occurrence a row, or a text a row; an empty one is followed by the occurrence
//! ```
//!
//! Daily data in the order of time takes 6 to 8 bytes a transaction this way.

use lojal_domain::{Amount, Currency, EventTime, Lines, MICROS_PER_DAY, MICROS_PER_SECOND};
use lojal_store::StoreError;

use crate::log::block::{Block, Envelope, Header, Kind, RUN_BYTES, Run, Runs};
use crate::log::codec::{Reader, damaged, put_signed, put_text, put_unsigned};

/// More than a row takes without its ids: a customer's number, a time and an amount.
const ROW_BYTES: usize = 4 + 10 + 10;
/// More than what stands before the columns takes.
const PREFIX_BYTES: usize = 40;

/// How transactions are told apart in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identities {
    First,
    Occurrences,
    Ids,
}

/// Transactions of one currency in the order of their records, a value a row in each column.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// Numbers of customers.
    pub(crate) customers: Vec<u32>,
    pub(crate) times: Vec<EventTime>,
    pub(crate) amounts: Vec<Amount>,
    /// Which one of its equals each is, from 1; 0 for one with an id of its own. Empty when all are the first.
    pub(crate) occurrences: Vec<u32>,
    /// Ids; an empty line for a row without. No lines when no row has one.
    pub(crate) ids: Lines,
}

impl Columns {
    pub(crate) fn len(&self) -> usize {
        self.customers.len()
    }

    pub(crate) fn occurrence(&self, row: usize) -> u32 {
        self.occurrences.get(row).copied().unwrap_or(1)
    }

    pub(crate) fn id(&self, row: usize) -> Option<&str> {
        (!self.ids.is_empty()).then(|| self.ids.get(row)).filter(|id| !id.is_empty())
    }

    /// Some of the rows.
    pub(crate) fn take(&self, rows: &[u32]) -> Self {
        let rows = || rows.iter().map(|&row| row as usize);
        let mut ids = String::new();
        if !self.ids.is_empty() {
            for row in rows() {
                ids.push_str(self.ids.get(row));
                ids.push('\n');
            }
        }
        Self {
            customers: rows().map(|row| self.customers[row]).collect(),
            times: rows().map(|row| self.times[row]).collect(),
            amounts: rows().map(|row| self.amounts[row]).collect(),
            occurrences: match self.occurrences.is_empty() {
                true => Vec::new(),
                false => rows().map(|row| self.occurrences[row]).collect(),
            },
            ids: Lines::of(ids),
        }
    }

    fn identities(&self) -> Identities {
        match (self.ids.is_empty(), self.occurrences.iter().all(|occurrence| *occurrence == 1)) {
            (false, _) => Identities::Ids,
            (true, true) => Identities::First,
            (true, false) => Identities::Occurrences,
        }
    }
}

/// What all transactions of a stretch have in common.
#[derive(Clone, Copy)]
struct Units {
    time: i64,
    money: i64,
    width: usize,
    identities: Identities,
}

impl Units {
    fn of(columns: &Columns) -> Self {
        let mut time = MICROS_PER_DAY;
        for at in &columns.times {
            while at.micros() % time != 0 {
                time = match time {
                    MICROS_PER_DAY => MICROS_PER_SECOND,
                    MICROS_PER_SECOND => 1_000,
                    _ => 1,
                };
            }
        }
        let mut money = 1_000_000;
        for amount in &columns.amounts {
            while amount.micros() % money != 0 {
                money = if money == 1_000_000 { 10_000 } else { 1 };
            }
        }
        let largest = columns.customers.iter().copied().max().unwrap_or(0);
        let width = (u32::BITS - largest.leading_zeros()).div_ceil(8).max(1) as usize;
        Self { time, money, width, identities: columns.identities() }
    }
}

/// Writes a stretch of transactions into blocks. `runs` say which records they are. `names` are the ids of customers named
/// for the first time, who have the numbers from the header's `first_new` on; all are named, even those without a row
/// here. Returns the number after the last of them.
pub(crate) fn write(
    header: Header,
    runs: &[Run],
    currency: Currency,
    columns: &Columns,
    names: &mut dyn Iterator<Item = &str>,
    out: &mut Vec<Vec<u8>>,
) -> u32 {
    let mut writer = Writer {
        envelope: Envelope::new(Header { kind: Kind::Columns, ..header }),
        runs: Runs::of(runs),
        parts: ColumnParts::default(),
        units: Units::of(columns),
        currency,
        out,
    };
    for row in 0..columns.len() {
        // New customers are numbered in the order in which they first appear.
        while columns.customers[row] >= writer.envelope.next_new()
            && let Some(name) = names.next()
        {
            writer.name(name);
        }
        writer.row(columns, row);
    }
    names.for_each(|name| writer.name(name));
    writer.runs.move_rest_to(&mut writer.envelope);
    writer.seal();
    writer.envelope.next_new()
}

struct Writer<'a> {
    envelope: Envelope,
    runs: Runs<'a>,
    parts: ColumnParts,
    units: Units,
    currency: Currency,
    out: &'a mut Vec<Vec<u8>>,
}

impl Writer<'_> {
    fn make_room(&mut self, bytes: usize) {
        if self.envelope.room(PREFIX_BYTES + RUN_BYTES + self.parts.len()) < bytes {
            self.seal();
        }
    }

    fn name(&mut self, name: &str) {
        self.make_room(name.len() + 2);
        self.envelope.name(name);
    }

    fn row(&mut self, columns: &Columns, row: usize) {
        let id = columns.id(row).unwrap_or_default();
        self.make_room(ROW_BYTES + id.len() + 7);
        self.runs.move_to(&mut self.envelope, 1);
        let Self { parts, units, .. } = self;
        parts.customers.extend_from_slice(&columns.customers[row].to_le_bytes()[..units.width]);
        let time = columns.times[row].micros() / units.time;
        if parts.rows == 0 {
            (parts.first_time, parts.last_time) = (time, time);
        }
        put_signed(&mut parts.times, time - parts.last_time);
        parts.last_time = time;
        put_unsigned(&mut parts.amounts, (columns.amounts[row].micros() / units.money) as u64);
        match units.identities {
            Identities::First => {}
            Identities::Occurrences => put_unsigned(&mut parts.identities, columns.occurrence(row).into()),
            Identities::Ids => {
                put_text(&mut parts.identities, id);
                if id.is_empty() {
                    put_unsigned(&mut parts.identities, columns.occurrence(row).into());
                }
            }
        }
        parts.rows += 1;
    }

    /// Ends the block, if anything is in it.
    fn seal(&mut self) {
        if !self.envelope.is_empty() {
            let block = self.parts.seal(&mut self.envelope, self.units, self.currency);
            self.out.push(block);
        }
    }
}

#[derive(Default)]
struct ColumnParts {
    rows: u32,
    first_time: i64,
    last_time: i64,
    customers: Vec<u8>,
    times: Vec<u8>,
    amounts: Vec<u8>,
    identities: Vec<u8>,
}

impl ColumnParts {
    fn len(&self) -> usize {
        self.customers.len() + self.times.len() + self.amounts.len() + self.identities.len()
    }

    fn seal(&mut self, envelope: &mut Envelope, units: Units, currency: Currency) -> Vec<u8> {
        let mut prefix = Vec::with_capacity(PREFIX_BYTES);
        put_unsigned(&mut prefix, units.time as u64);
        put_signed(&mut prefix, self.first_time);
        put_unsigned(&mut prefix, units.money as u64);
        put_unsigned(&mut prefix, currency.number().into());
        prefix.push(units.width as u8);
        prefix.push(units.identities as u8);
        let Self { customers, times, amounts, identities, .. } = self;
        let block = envelope.seal(&[&prefix, customers, times, amounts, identities]);
        [customers, times, amounts, identities].into_iter().for_each(Vec::clear);
        self.rows = 0;
        block
    }
}

/// Reads the columns of a block, and their currency.
pub(crate) fn read(block: &Block<'_>) -> Result<(Columns, Currency), StoreError> {
    let rows = block.rows();
    let mut reader = block.payload.clone();
    let unit = reader.unsigned()? as i64;
    let mut time = reader.signed()?;
    let money = reader.unsigned()? as i64;
    let currency = currency(reader.narrow()?)?;
    let width = usize::from(reader.byte()?);
    let identities = reader.byte()?;
    if !(1..=4).contains(&width) {
        return Err(damaged("a width is out of range"));
    }
    let customers = reader.take(rows * width)?.chunks_exact(width).map(|bytes| {
        let mut number = [0; 4];
        number[..width].copy_from_slice(bytes);
        u32::from_le_bytes(number)
    });
    let mut columns = Columns { customers: customers.collect(), ..Columns::default() };
    columns.times.reserve_exact(rows);
    for _ in 0..rows {
        time = time.wrapping_add(reader.signed()?);
        columns.times.push(EventTime::from_micros(time.wrapping_mul(unit)));
    }
    columns.amounts.reserve_exact(rows);
    for _ in 0..rows {
        columns.amounts.push(Amount::from_micros((reader.unsigned()? as i64).wrapping_mul(money)));
    }
    read_identities(&mut reader, identities, rows, &mut columns)?;
    Ok((columns, currency))
}

fn read_identities(
    reader: &mut Reader<'_>,
    mode: u8,
    rows: usize,
    columns: &mut Columns,
) -> Result<(), StoreError> {
    match mode {
        0 => {}
        1 => {
            for _ in 0..rows {
                columns.occurrences.push(reader.narrow()?);
            }
        }
        2 => {
            let mut ids = String::new();
            for _ in 0..rows {
                let id = reader.text()?;
                columns.occurrences.push(if id.is_empty() { reader.narrow()? } else { 0 });
                ids.push_str(id);
                ids.push('\n');
            }
            columns.ids = Lines::of(ids);
            if columns.ids.len() != rows {
                return Err(damaged("a transaction id is malformed"));
            }
        }
        _ => return Err(damaged("its identities are of an unknown kind")),
    }
    Ok(())
}

/// The currency of a number.
pub(crate) fn currency(number: u16) -> Result<Currency, StoreError> {
    Currency::from_number(number).ok_or_else(|| damaged("a currency is unknown"))
}
