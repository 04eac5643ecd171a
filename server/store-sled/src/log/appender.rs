//! Putting blocks at the end of the log: long stretches of plain transactions as columns, the rest row by row.

use std::sync::Arc;

use lojal_domain::{Currency, Lines, TransactionIdentity};
use lojal_store::StoreError;

use crate::log::block::{self, Header, Kind, Run};
use crate::log::columns::{self, Columns};
use crate::log::event::{Event, NOBODY, Row};
use crate::log::log::Log;
use crate::log::row;

/// A stretch of transactions at least so long is written as columns.
const COLUMNS_MIN: usize = 16;

/// Puts blocks at the end of the log.
pub(crate) struct Appender {
    pub(crate) log: Arc<Log>,
    /// The number the next block gets.
    pub(crate) next_block: u64,
    /// The last block known to be synced.
    pub(crate) durable: u64,
}

impl Appender {
    /// Puts the blocks of a batch.
    pub(crate) fn put(&mut self, workspace: u32, mut blocks: Vec<Vec<u8>>) -> Result<(), StoreError> {
        if let Some(last) = blocks.last_mut() {
            block::end_batch(last);
        }
        for block in blocks {
            let first = block::open(&block)?.runs.iter().find(|run| run.rows > 0).map(|run| run.first_record);
            self.log.put_block(self.next_block, block)?;
            if let Some(first) = first {
                self.log.add_place(workspace, first, self.next_block);
            }
            self.next_block += 1;
        }
        Ok(())
    }

    /// Puts the block that a log is closed with.
    pub(crate) fn put_end(&mut self) -> Result<(), StoreError> {
        self.log.put_block(self.next_block, block::end(self.durable))?;
        self.next_block += 1;
        Ok(())
    }

    pub(crate) fn header(&self, workspace: u32, first_new: u32) -> Header {
        Header { last_of_batch: false, kind: Kind::Rows, durable: self.durable, workspace, first_new }
    }
}

/// Writes a stretch, as columns if it can be. It names those customers who are new in it; the last stretch names all that
/// are left.
pub(crate) fn write_stretch<'n>(
    header: &mut Header,
    runs: &[Run],
    stretch: &[Row],
    names: &mut impl Iterator<Item = &'n str>,
    is_last: bool,
    blocks: &mut Vec<Vec<u8>>,
) {
    let numbers = stretch.iter().map(|row| row.customer).filter(|&number| number != NOBODY);
    let named = match numbers.max() {
        _ if is_last => usize::MAX,
        Some(largest) => (largest + 1).saturating_sub(header.first_new) as usize,
        None => 0,
    };
    let mut names = names.take(named);
    header.first_new = match as_columns(stretch) {
        Some((columns, currency)) => columns::write(*header, runs, currency, &columns, &mut names, blocks),
        None => row::write(*header, runs, stretch, &mut names, blocks),
    };
}

/// What transactions that can stand in columns have in common.
fn plain_currency(row: &Row) -> Option<Currency> {
    match &row.event {
        Event::Transaction { money, converted: None, discount: None, .. } => Some(money.currency),
        _ => None,
    }
}

/// Rows as stretches of plain transactions of one currency that are long enough, and what is between them.
pub(crate) fn stretches(rows: &[Row]) -> Vec<&[Row]> {
    let mut found = Vec::new();
    let (mut pending, mut at) = (0, 0);
    for stretch in rows.chunk_by(|a, b| plain_currency(a) == plain_currency(b)) {
        let end = at + stretch.len();
        if stretch.len() >= COLUMNS_MIN && plain_currency(&stretch[0]).is_some() {
            if pending < at {
                found.push(&rows[pending..at]);
            }
            found.push(stretch);
            pending = end;
        }
        at = end;
    }
    if pending < rows.len() {
        found.push(&rows[pending..]);
    }
    found
}

/// A stretch as columns, if it is one of plain transactions.
fn as_columns(rows: &[Row]) -> Option<(Columns, Currency)> {
    let currency = plain_currency(rows.first()?)?;
    if rows.len() < COLUMNS_MIN || rows.iter().any(|row| plain_currency(row) != Some(currency)) {
        return None;
    }
    let mut columns = Columns::default();
    let mut ids = String::new();
    let mut with_ids = false;
    for row in rows {
        if let Event::Transaction { identity, time, money, .. } = &row.event {
            columns.customers.push(row.customer);
            columns.times.push(*time);
            columns.amounts.push(money.amount);
            columns.occurrences.push(identity.occurrence());
            if let TransactionIdentity::Given(id) = identity {
                with_ids = true;
                ids.push_str(id.as_str());
            }
            ids.push('\n');
        }
    }
    if with_ids {
        columns.ids = Lines::of(ids);
    }
    Some((columns, currency))
}
