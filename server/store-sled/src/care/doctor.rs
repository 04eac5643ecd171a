//! The doctor: what is in a data directory, whether it is as it was written, and what to do if not.
//!
//! It changes nothing. sled cannot be told to: opening a log makes it write, and what it takes for the torn end of a
//! crash it overwrites, even where that is damage and somebody may still want to look at it. So the log is copied into a
//! directory of its own first, and the copy is opened.
//!
//! Two readers look at the log, and must agree: the one that every opening uses, which makes a book of it, and the one
//! here, which only counts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use lojal_domain::WorkspaceName;
use lojal_store::{Counts, StoreError, WorkspaceStatus};

use crate::book::book::Book;
use crate::care::loading::Loading;
use crate::care::replay::{self, SMALL_BLOCK};
use crate::log::block::{self, Block, Kind};
use crate::log::directory::{self, Inspected, io};
use crate::log::log::Log;
use crate::log::row;

/// Damaged blocks that are told one by one; further ones are only counted.
const TOLD: usize = 10;
/// What helps against damage.
const RESTORE: &str =
    "restore a backup into a new directory with `lojal restore`, and keep this one until that is done";

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// As it should be.
    Good,
    /// Nothing is lost.
    Note,
    /// Acknowledged data is damaged or missing.
    Damage,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What was found.
    pub what: String,
    /// What to do; empty when nothing is to be done.
    pub advice: String,
}

/// The log in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogReport {
    /// Blocks.
    pub blocks: u64,
    /// Bytes in them.
    pub block_bytes: u64,
    /// Bytes of the log's files.
    pub file_bytes: u64,
    /// Blocks that hold little.
    pub small_blocks: u64,
    /// Blocks at the end that belong to no whole batch.
    pub torn_blocks: u64,
    /// Documents.
    pub documents: u64,
}

/// What is counted of a workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contained {
    /// Revision of the last write.
    pub revision: u64,
    /// Customers with names.
    pub customers: u64,
    /// Records by kind.
    pub records: Counts,
}

impl Contained {
    fn of(status: &WorkspaceStatus) -> Self {
        let WorkspaceStatus { revision, customers, counts: records, .. } = *status;
        Self { revision, customers, records }
    }
}

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceReport {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub counts: Contained,
}

/// What the doctor found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Everything that was looked at, in order.
    pub findings: Vec<Finding>,
    /// The log in numbers.
    pub log: LogReport,
    /// The workspaces by name.
    pub workspaces: Vec<WorkspaceReport>,
}

impl Report {
    /// Whether nothing is damaged.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Damage)
    }

    fn good(&mut self, what: String) {
        self.findings.push(Finding { severity: Severity::Good, what, advice: String::new() });
    }

    fn note(&mut self, what: String, advice: &str) {
        self.findings.push(Finding { severity: Severity::Note, what, advice: advice.to_owned() });
    }

    fn damage(&mut self, what: String) {
        self.findings.push(Finding { severity: Severity::Damage, what, advice: RESTORE.to_owned() });
    }
}

/// Looks at a data directory. `scratch` is an empty directory with room for a copy of the log.
///
/// # Errors
/// What kept it from looking: [`StoreError::InUse`], [`StoreError::UnknownFormat`], [`StoreError::NotEmpty`] for a
/// directory that is not one of Lojal's, [`StoreError::Io`]. Damage is no error but a finding.
pub fn examine(directory: &Path, scratch: &Path) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let inspected = match directory::inspect(directory) {
        Ok(inspected) => inspected,
        Err(StoreError::Corrupted(what)) => {
            report.damage(what);
            return Ok(report);
        }
        Err(error) => return Err(error),
    };
    let least = look_at_files(&inspected, &mut report);
    if !inspected.log.is_dir() {
        report.damage(format!("log-{}, the log that counts, is missing", inspected.number));
        return Ok(report);
    }
    report.log.file_bytes = copy(&inspected.log, scratch)?;
    match Log::open(scratch) {
        Ok(log) => look_at_log(&log, least, &mut report)?,
        Err(StoreError::Corrupted(what)) => report.damage(format!("the log cannot be opened: {what}")),
        Err(error) => return Err(error),
    }
    Ok(report)
}

/// Copies the files of a log. Returns how many bytes they have.
fn copy(log: &Path, scratch: &Path) -> Result<u64, StoreError> {
    let mut bytes = 0;
    fs::create_dir_all(scratch).map_err(io("copying the log"))?;
    for entry in fs::read_dir(log).map_err(io("reading the data directory"))? {
        let entry = entry.map_err(io("reading the data directory"))?;
        let (path, copied) = (entry.path(), scratch.join(entry.file_name()));
        bytes += if path.is_dir() {
            copy(&path, &copied)?
        } else {
            fs::copy(path, copied)
                .map_err(io("copying the log; name a directory with room with --scratch-dir"))?
        };
    }
    Ok(bytes)
}

/// Looks at what is not sled's. Returns how many blocks were acknowledged at least.
fn look_at_files(inspected: &Inspected, report: &mut Report) -> u64 {
    let Inspected { number, blocks, .. } = *inspected;
    report
        .good(format!("the file LOJAL names log-{number}, which had {blocks} blocks when that was written"));
    let mut least = blocks;
    match inspected.end {
        Some((log, blocks)) if log == number => {
            report.good(format!("the file END says that {blocks} blocks of log-{log} were synced"));
            least = least.max(blocks);
        }
        Some((log, _)) => report.note(format!("the file END is about log-{log}, an earlier one"), ""),
        None => report.note(
            "the file END is not there or not whole".to_owned(),
            "nothing: a power cut may leave it so, and the next write makes it again",
        ),
    }
    for leftover in &inspected.leftovers {
        report.note(
            format!("{leftover} does not count: it was replaced, or never finished"),
            "nothing: the next start removes it",
        );
    }
    least
}

fn look_at_log(log: &Log, least: u64, report: &mut Report) -> Result<(), StoreError> {
    let replayed = match replay::replay(log, least, &Loading::default()) {
        Ok((replayed, _)) => Some(replayed),
        Err(StoreError::Corrupted(what)) => {
            report.damage(what);
            None
        }
        Err(error) => return Err(error),
    };
    // Without a book everything that can be read is counted.
    let whole = replayed.as_ref().map_or(u64::MAX, |replayed| replayed.next_block);
    let counted = count(log, whole, report)?;
    let documents = match log.documents() {
        Ok(documents) => documents,
        Err(StoreError::Corrupted(what)) => {
            report.damage(what);
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    report.log.documents = documents.len() as u64;
    let homeless = documents.iter().filter(|(workspace, _)| !counted.contains_key(workspace)).count();
    if homeless > 0 {
        report.note(format!("{homeless} documents belong to no workspace"), "nothing: nobody sees them");
    }
    if let Some(replayed) = replayed {
        let mut same = true;
        for (name, ledger) in &replayed.ledgers {
            same &= compare(name, &ledger.book, counted.get(&ledger.book.workspace), report);
        }
        if same {
            let workspaces = replayed.ledgers.len();
            report.good(format!("log and book agree on every count and name of {workspaces} workspaces"));
        }
    }
    let mut workspaces: Vec<_> =
        counted.into_values().map(|Counted { name, counts, .. }| WorkspaceReport { name, counts }).collect();
    workspaces.sort_by(|a, b| a.name.cmp(&b.name));
    report.workspaces = workspaces;
    Ok(())
}

/// What was counted of a workspace.
#[derive(Default)]
struct Counted {
    name: String,
    counts: Contained,
    /// Ids of customers by number, empty for those who were erased.
    names: Vec<String>,
}

/// Reads every block. Those from `whole` on belong to no whole batch.
fn count(log: &Log, whole: u64, report: &mut Report) -> Result<BTreeMap<u32, Counted>, StoreError> {
    let mut workspaces: BTreeMap<u32, Counted> = BTreeMap::new();
    let (mut expected, mut wrong) = (0, 0);
    for entry in log.blocks() {
        let (number, bytes) = match entry {
            Ok(block) => block,
            Err(StoreError::Corrupted(what)) => {
                report.damage(format!("the log cannot be read on after block {expected}: {what}"));
                break;
            }
            Err(error) => return Err(error),
        };
        report.log.blocks += 1;
        report.log.block_bytes += bytes.len() as u64;
        if number >= whole {
            report.log.torn_blocks += 1;
            continue;
        }
        let taken = match number == expected {
            true => block::open(&bytes)
                .and_then(|block| take(&mut workspaces, &block, bytes.len(), &mut report.log)),
            false => Err(crate::log::codec::damaged("blocks before it are missing")),
        };
        expected = number + 1;
        if let Err(error) = taken {
            wrong += 1;
            if wrong <= TOLD {
                report.damage(format!("block {number}: {error}"));
            }
        }
    }
    if wrong > TOLD {
        report.damage(format!("{} more blocks are damaged", wrong - TOLD));
    }
    let LogReport { blocks, torn_blocks, small_blocks, .. } = report.log;
    if wrong == 0 {
        report.good(format!("{} blocks are in order, and their checksums match", blocks - torn_blocks));
    }
    if torn_blocks > 0 {
        report.note(
            format!("{torn_blocks} blocks at the end belong to a batch that was never acknowledged"),
            "nothing: the next start takes them away",
        );
    }
    if small_blocks > blocks / 2 && small_blocks > 1_000 {
        report.note(
            format!("{small_blocks} of {blocks} blocks hold little, which makes starting slower"),
            "`lojal compact` merges them while the server is stopped; a start does it by itself when there are very many",
        );
    }
    Ok(workspaces)
}

/// Counts what is in a block.
fn take(
    workspaces: &mut BTreeMap<u32, Counted>,
    block: &Block<'_>,
    length: usize,
    log: &mut LogReport,
) -> Result<(), StoreError> {
    let damaged = crate::log::codec::damaged;
    let header = block.header;
    match header.kind {
        Kind::End => return Ok(()),
        Kind::Workspace => {
            let name = block.workspace()?.0.to_owned();
            WorkspaceName::stored(name.as_str()).map_err(|_| damaged("a workspace's name is malformed"))?;
            if workspaces.values().any(|workspace| workspace.name == name) {
                return Err(damaged("a workspace has the name of another"));
            }
            workspaces.insert(header.workspace, Counted { name, ..Counted::default() });
            return Ok(());
        }
        Kind::Columns | Kind::Rows => log.small_blocks += u64::from(length < SMALL_BLOCK),
    }
    let workspace =
        workspaces.get_mut(&header.workspace).ok_or_else(|| damaged("its workspace is unknown"))?;
    if !block.names.is_empty() && header.first_new as usize != workspace.names.len() {
        return Err(damaged("its customers are not numbered in order"));
    }
    workspace.names.extend(block.names.iter().map(|&name| name.to_owned()));
    let counts = &mut workspace.counts;
    counts.customers += block.names.iter().filter(|name| !name.is_empty()).count() as u64;
    for run in &block.runs {
        if run.revision < counts.revision {
            return Err(damaged("its revisions are not in order"));
        }
        counts.revision = run.revision;
    }
    for row in row::read(block)? {
        counts.records[row.event.kind()] += 1;
    }
    Ok(())
}

/// Compares what was counted with what readers would see.
fn compare(name: &WorkspaceName, book: &Arc<Book>, counted: Option<&Counted>, report: &mut Report) -> bool {
    let name = name.as_str();
    let Some(counted) = counted else {
        report.damage(format!("workspace {name} is in the book and not in the log"));
        return false;
    };
    let told = Contained::of(&book.published().status);
    if told != counted.counts {
        report.damage(format!("workspace {name}: the log has {:?}, and the book {told:?}", counted.counts));
        return false;
    }
    let numbered = (0_u32..).zip(&counted.names).filter(|(_, name)| !name.is_empty());
    let lost = numbered.filter(|(number, name)| book.number_of(name) != Some(*number)).count();
    if lost > 0 {
        report.damage(format!("workspace {name}: {lost} customers are not found by their ids"));
    }
    lost == 0
}
