//! Writing the log anew: without a customer, without a workspace, or only tidier.
//!
//! sled never overwrites in place, so what is to be gone from the disk has to be left out of a new log. All rows keep
//! their records, so that the order of recording and what was answered about others stay; where rows are left out there
//! are holes. Rows of many small batches come together in full blocks, each still known by its revision.
//!
//! The new log is written beside the old one and counts only when it is whole and synced: see [`crate::log::directory`].

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use lojal_domain::{Currency, CustomerUpsert};
use lojal_store::{Erased, StoreError};

use crate::book::book::Revision;
use crate::failpoint::failpoint;
use crate::log::appender::{Appender, stretches, write_stretch};
use crate::log::block::{self, Block, Kind, Run};
use crate::log::codec::damaged;
use crate::log::event::{Event, NOBODY, Row};
use crate::log::log::Log;
use crate::log::row;

/// Rows that are put into blocks together.
const ROWS_AT_ONCE: usize = 1 << 15;
/// Blocks between two syncs: what is not synced yet is held in memory.
const BLOCKS_PER_SYNC: u64 = 4_096;

/// What is to be left out.
pub(crate) struct Rewrite {
    /// A customer.
    pub(crate) erase: Option<Erasure>,
    /// The number of a workspace.
    pub(crate) drop: Option<u32>,
}

/// A customer who is to be left out.
pub(crate) struct Erasure {
    /// The number of their workspace.
    pub(crate) workspace: u32,
    /// Their number; none for whoever is only named by others.
    pub(crate) number: Option<u32>,
    /// Their id.
    pub(crate) id: String,
    /// The revision that it makes.
    pub(crate) revision: Revision,
}

/// Writes a new log into a directory of its own. `name` tells name and decided currency of a workspace. Returns how to go
/// on writing it, and what was erased of the customer.
pub(crate) fn write(
    directory: &Path,
    old: &Log,
    name: impl Fn(u32) -> Option<(String, Option<Currency>)>,
    rewrite: &Rewrite,
) -> Result<(Appender, Erased), StoreError> {
    if directory.exists() {
        // Left by an attempt that failed.
        std::fs::remove_dir_all(directory)
            .map_err(crate::log::directory::io("removing a log that was left over"))?;
    }
    let log = Arc::new(Log::open(directory)?);
    let mut writer = Writer {
        appender: Appender { log, next_block: 0, durable: 0 },
        synced: 0,
        workspaces: BTreeMap::new(),
        erased: Erased::default(),
    };
    for entry in old.blocks() {
        let (_, bytes) = entry?;
        let block = block::open(&bytes)?;
        if block.header.kind == Kind::End || rewrite.drop == Some(block.header.workspace) {
            continue;
        }
        writer.take(&block, &name, rewrite)?;
    }
    if let Some(Erasure { workspace, revision, .. }) = &rewrite.erase
        && let Some(merged) = writer.workspaces.get_mut(workspace)
    {
        let Revision { revision, recorded_at, first_record } = *revision;
        merged.runs.push(Run { revision, recorded_at, first_record, rows: 0 });
    }
    let Writer { mut appender, workspaces, erased, .. } = writer;
    for (workspace, merged) in workspaces {
        merged.put(workspace, &mut appender)?;
    }
    for (workspace, document) in old.documents()? {
        if rewrite.drop != Some(workspace) {
            appender.log.put_document(workspace, &document)?;
        }
    }
    appender.durable = appender.next_block.saturating_sub(1);
    appender.log.sync()?;
    appender.log.set_synced(appender.next_block, appender.log.tail());
    failpoint!("rewrite::before_rename", "replacing the log");
    Ok((appender, erased))
}

struct Writer {
    appender: Appender,
    /// Blocks before this one are synced.
    synced: u64,
    workspaces: BTreeMap<u32, Merged>,
    erased: Erased,
}

/// Rows of a workspace that wait to be put into blocks together.
#[derive(Default)]
struct Merged {
    rows: Vec<Row>,
    runs: Vec<Run>,
    names: Vec<String>,
    first_new: u32,
}

impl Writer {
    fn take(
        &mut self,
        block: &Block<'_>,
        name: impl Fn(u32) -> Option<(String, Option<Currency>)>,
        rewrite: &Rewrite,
    ) -> Result<(), StoreError> {
        let workspace = block.header.workspace;
        if block.header.kind == Kind::Workspace {
            let (name, currency) = name(workspace).ok_or_else(|| damaged("its workspace is unknown"))?;
            let block = block::name_workspace(workspace, &name, currency.map(Currency::number), 0);
            self.appender.log.put_block(self.appender.next_block, block)?;
            self.appender.log.add_name(workspace, self.appender.next_block);
            self.appender.next_block += 1;
            self.workspaces.insert(workspace, Merged::default());
            return Ok(());
        }
        let erasure = rewrite.erase.as_ref().filter(|erasure| erasure.workspace == workspace);
        let gone = erasure.and_then(|erasure| erasure.number);
        let merged =
            self.workspaces.get_mut(&workspace).ok_or_else(|| damaged("its workspace is unknown"))?;
        for (number, name) in (block.header.first_new..).zip(&block.names) {
            merged.names.push(if gone == Some(number) { String::new() } else { (*name).to_owned() });
        }
        let mut rows = row::read(block)?.into_iter();
        for run in &block.runs {
            let end = merged.runs.len();
            for (record, mut row) in (run.first_record..).zip(rows.by_ref().take(run.rows as usize)) {
                if gone == Some(row.customer) && row.customer != NOBODY {
                    self.erased.counts[row.event.kind()] += 1;
                    continue;
                }
                if let (Some(Erasure { id, .. }), Event::Attributes { attributes, .. }) =
                    (erasure, &mut row.event)
                {
                    self.erased.references += u64::from(CustomerUpsert::forget_referrer(attributes, id));
                }
                merged.extend(end, Run { first_record: record, rows: 1, ..*run });
                merged.rows.push(row);
            }
            if merged.runs.len() == end {
                // Nothing is left of it, but it was a write.
                merged.runs.push(Run { rows: 0, ..*run });
            }
        }
        if merged.rows.len() >= ROWS_AT_ONCE {
            let next_new = merged.first_new + merged.names.len() as u32;
            let full = std::mem::replace(merged, Merged { first_new: next_new, ..Merged::default() });
            full.put(workspace, &mut self.appender)?;
            if self.appender.next_block - self.synced > BLOCKS_PER_SYNC {
                self.appender.log.sync()?;
                self.synced = self.appender.next_block;
            }
        }
        Ok(())
    }
}

impl Merged {
    /// Adds to the last run from `end` on, or starts another.
    fn extend(&mut self, end: usize, run: Run) {
        if self.runs.len() > end
            && let Some(last) = self.runs.last_mut()
            && last.first_record + last.rows == run.first_record
        {
            last.rows += 1;
            return;
        }
        self.runs.push(run);
    }

    fn put(mut self, workspace: u32, appender: &mut Appender) -> Result<(), StoreError> {
        let mut header = appender.header(workspace, self.first_new);
        let mut blocks = Vec::new();
        let mut names = self.names.iter().map(String::as_str);
        let stretches = stretches(&self.rows);
        let last = stretches.len().saturating_sub(1);
        for (position, stretch) in stretches.iter().enumerate() {
            let runs = take_runs(&mut self.runs, stretch.len(), position == last);
            write_stretch(&mut header, &runs, stretch, &mut names, position == last, &mut blocks);
        }
        if stretches.is_empty() && !(self.runs.is_empty() && self.names.is_empty()) {
            row::write(header, &self.runs, &[], &mut names, &mut blocks);
        }
        appender.put(workspace, blocks)
    }
}

/// The runs of the next so many rows; of all that are left for the last ones.
fn take_runs(runs: &mut Vec<Run>, rows: usize, all: bool) -> Vec<Run> {
    if all {
        return std::mem::take(runs);
    }
    let (mut taken, mut left) = (Vec::new(), rows as u32);
    let mut used = 0;
    for run in runs.iter_mut() {
        if left == 0 {
            break;
        }
        let rows = run.rows.min(left);
        taken.push(Run { rows, ..*run });
        run.first_record += rows;
        run.rows -= rows;
        left -= rows;
        if run.rows > 0 {
            break;
        }
        used += 1;
    }
    runs.drain(..used);
    taken
}
