//! Rows of a file as chunks to send: checked, counted where equal, in columns.

use lojal_domain::{Amount, Currency, Money, TransactionKey};
use lojal_proto::v1;

use crate::import::bad_rows::BadRows;
use crate::import::occurrences::{Occurrences, OutOfOrder};
use crate::import::source::{Row, RowError, Source, Told};
use crate::import::summary::{Counted, Tally};

/// Bytes of ids in a chunk, well below the largest message.
const ID_BYTES_MAX: usize = 8 << 20;

/// Purchases to send, with the lines they came from.
#[derive(Default)]
pub(crate) struct Chunk {
    pub(crate) columns: v1::TransactionColumns,
    pub(crate) lines: Vec<u64>,
    /// How far the file was read when the chunk was full.
    pub(crate) position: u64,
    /// The file's rows up to this one are in this chunk or in those before.
    pub(crate) through: u64,
    /// The first of the file's rows in it, from 1.
    first: u64,
}

impl Chunk {
    /// One of a currency, by its code; empty for the workspace's.
    pub(crate) fn new(currency_code: &str, rows: usize) -> Self {
        let mut chunk = Self::default();
        chunk.columns.currency_code = currency_code.to_owned();
        chunk.columns.times.reserve_exact(rows);
        chunk.columns.amounts.reserve_exact(rows);
        chunk.lines.reserve_exact(rows);
        chunk
    }

    pub(crate) fn rows(&self) -> usize {
        self.lines.len()
    }

    /// Adds a row; `occurrence` is 0 for one with an id.
    pub(crate) fn push(&mut self, row: &Row<'_>, occurrence: i32, line: u64) {
        let columns = &mut self.columns;
        columns.customer_ids.push_str(&row.customer);
        columns.customer_ids.push('\n');
        columns.times.push(row.time.micros());
        columns.amounts.push(row.amount.micros());
        let before = self.lines.len();
        // Most logs have no ids, and hardly any equal rows: columns that say nothing are left out.
        if row.id.is_some() || !columns.transaction_ids.is_empty() {
            if columns.transaction_ids.is_empty() {
                columns.transaction_ids.extend(std::iter::repeat_n('\n', before));
            }
            columns.transaction_ids.push_str(row.id.unwrap_or_default());
            columns.transaction_ids.push('\n');
        }
        if occurrence != 1 || !columns.occurrences.is_empty() {
            columns.occurrences.resize(before, 1);
            columns.occurrences.push(occurrence);
        }
        if row.discount > Amount::ZERO || !columns.discounts.is_empty() {
            columns.discounts.resize(before, 0);
            columns.discounts.push(row.discount.micros());
        }
        self.lines.push(line);
    }

    /// Whether it is as large as it may be, of so many rows at most.
    pub(crate) fn is_full(&self, rows: usize) -> bool {
        self.rows() >= rows
            || self.columns.customer_ids.len() + self.columns.transaction_ids.len() >= ID_BYTES_MAX
    }
}

/// Opens the file again from its start.
pub(crate) type Reopen = Box<dyn Fn() -> anyhow::Result<Box<dyn Source>> + Send>;

/// Cuts a file into chunks.
pub(crate) struct Chunks {
    source: Box<dyn Source>,
    reopen: Reopen,
    rows_per_chunk: usize,
    skip_invalid: bool,
    /// Rows of the file that need not be sent: they were acknowledged before.
    skip: u64,
    occurrences: Occurrences,
    /// One for each currency; hardly ever more than one.
    open: Vec<(Currency, Chunk)>,
    /// The next to send, if it was full before its turn.
    full: Option<Chunk>,
    /// Whether a chunk was given out.
    begun: bool,
    /// Rows read, good or bad.
    pub(crate) read: u64,
    pub(crate) bad: BadRows,
    /// What the good rows come to.
    pub(crate) tally: Tally,
    ended: bool,
}

impl Chunks {
    pub(crate) fn new(
        reopen: Reopen,
        rows_per_chunk: usize,
        skip_invalid: bool,
        skip: u64,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            source: reopen()?,
            reopen,
            rows_per_chunk,
            skip_invalid,
            skip,
            occurrences: Occurrences::new(),
            open: Vec::new(),
            full: None,
            begun: false,
            read: 0,
            bad: BadRows::default(),
            tally: Tally::default(),
            ended: false,
        })
    }

    /// The next chunk. After a bad row that is not to be skipped there are none, but the rest of the file is still
    /// checked, so that all bad rows can be told at once.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<Chunk>> {
        if let Some(full) = self.full.take() {
            let position = self.source.position();
            return Ok(Some(self.finish(full, position)));
        }
        while !self.ended {
            let position = self.source.position();
            let Some((line, row)) = self.source.next()? else {
                self.ended = true;
                break;
            };
            self.read += 1;
            let row = match row {
                Ok(row) => row,
                Err(message) => {
                    self.bad.add(RowError { line, message });
                    continue;
                }
            };
            self.tally.add(&counted(&row, line));
            let occurrence = match (row.id, key_of(&row)) {
                (Some(_), _) => 0,
                (None, key) => match self.occurrences.next(key, row.time) {
                    Ok(occurrence) => occurrence,
                    Err(OutOfOrder) => {
                        remember_all(&mut self.occurrences, &self.reopen, self.read - 1)?;
                        self.occurrences.next(key, row.time).unwrap_or(1)
                    }
                },
            };
            if self.read <= self.skip || (self.bad.count > 0 && !self.skip_invalid) {
                continue;
            }
            let rows = self.rows_per_chunk;
            let place = self.open.iter().position(|(currency, _)| *currency == row.currency);
            let place = place.unwrap_or_else(|| {
                self.open.push((row.currency, Chunk::new(row.currency.code(), rows)));
                self.open.len() - 1
            });
            let open = &mut self.open[place].1;
            if open.rows() == 0 {
                open.first = self.read;
            }
            open.push(&row, occurrence, line);
            if open.is_full(rows) {
                let full = std::mem::replace(open, Chunk::new(row.currency.code(), rows));
                let begun = std::mem::replace(&mut self.begun, true);
                if begun || place == 0 {
                    return Ok(Some(self.finish(full, position)));
                }
                // The first chunk of all gives an empty workspace its currency: that of the file's first row, however
                // few rows are in it.
                self.full = Some(full);
                let (currency, first) = &mut self.open[0];
                let first = std::mem::replace(first, Chunk::new(currency.code(), rows));
                return Ok(Some(self.finish(first, position)));
            }
        }
        if self.is_refused() {
            return Ok(None);
        }
        while !self.open.is_empty() {
            let (_, chunk) = self.open.remove(0);
            if chunk.rows() > 0 {
                return Ok(Some(self.finish(chunk, self.source.total())));
            }
        }
        Ok(None)
    }

    fn finish(&self, mut chunk: Chunk, position: u64) -> Chunk {
        chunk.position = position;
        let waiting = self.open.iter().map(|(_, open)| open).chain(&self.full);
        let waiting = waiting.filter(|waiting| waiting.rows() > 0).map(|waiting| waiting.first - 1);
        chunk.through = waiting.min().unwrap_or(self.read);
        chunk
    }

    /// Which columns of the file were taken for what.
    pub(crate) fn columns(&self) -> &Told {
        self.source.columns()
    }

    /// How much of the file there is to read, in the unit of [`Chunk::position`].
    pub(crate) fn total(&self) -> u64 {
        self.source.total()
    }

    /// Whether the file is not to be loaded any further.
    pub(crate) fn is_refused(&self) -> bool {
        self.bad.count > 0 && !self.skip_invalid
    }
}

/// What a purchase is counted by.
pub(crate) fn counted<'r>(row: &'r Row<'_>, line: u64) -> Counted<'r> {
    Counted {
        line,
        id: row.id.unwrap_or_default(),
        customer: &row.customer,
        time: Some(row.time),
        amount: Some((row.currency.code(), row.amount.micros())),
    }
}

/// What equal rows have in common.
fn key_of(row: &Row<'_>) -> TransactionKey {
    TransactionKey::derived(&row.customer, row.time, Money { amount: row.amount, currency: row.currency }, 0)
}

/// Reads the first rows of the file once more, for their keys.
fn remember_all(occurrences: &mut Occurrences, reopen: &Reopen, rows: u64) -> anyhow::Result<()> {
    let mut source = reopen()?;
    let mut keys = Vec::new();
    for _ in 0..rows {
        if let Some((_, Ok(row))) = source.next()?
            && row.id.is_none()
        {
            keys.push(key_of(&row));
        }
    }
    occurrences.remember_all(keys.into_iter());
    Ok(())
}
