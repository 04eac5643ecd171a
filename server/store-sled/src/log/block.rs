//! Blocks: the values of the log, at most 4 KiB each.
//!
//! ```text
//! version      1 byte    FORMAT
//! checksum     4 bytes   CRC-32 of everything after it
//! flags        1 byte    1: last block of its batch; the batch exists only if this block does
//! kind         1 byte
//! durable      number of the last block known to be synced when this one was written
//! workspace    number of the workspace
//! first_new    number of the first customer named for the first time in this block
//! new          how many of them; then their ids, an empty one for a customer who was erased
//! runs         how many; then for each: revision, recorded_at, first_record and rows, as differences to the run before
//! payload      by kind
//! ```
//!
//! A block is written with one run: rows of one batch. Compaction puts several batches into one block, and erasure leaves
//! holes between records; either way each run says which records of which batch follow one another.
//!
//! All numbers are variable-length unless said otherwise. What the payloads are: [`columns`](crate::log::columns), [`row`](crate::log::row).

use lojal_domain::EventTime;
use lojal_store::StoreError;

use crate::log::codec::{Reader, damaged, length_unsigned, put_signed, put_text, put_unsigned};

/// Version of the layout.
pub(crate) const FORMAT: u8 = 2;
/// Longest block. Values of over about 8 KiB leave sled's log for files that are never synced, so it stays far below.
pub(crate) const BLOCK_BYTES: usize = 3_900;
/// More than a header without runs and names takes.
const HEADER_BYTES: usize = 48;
/// More than a run takes.
pub(crate) const RUN_BYTES: usize = 30;
const LAST_OF_BATCH: u8 = 1;

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The name of a workspace.
    Workspace,
    /// Transactions, as columns.
    Columns,
    /// Anything, row by row.
    Rows,
    /// Nothing: the log was closed after all that is before it.
    End,
}

impl Kind {
    fn of_code(code: u8) -> Result<Self, StoreError> {
        Ok(match code {
            0 => Self::Workspace,
            1 => Self::Columns,
            2 => Self::Rows,
            3 => Self::End,
            _ => return Err(damaged("its kind is unknown")),
        })
    }
}

/// Rows of one batch that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) revision: u64,
    pub(crate) recorded_at: EventTime,
    pub(crate) first_record: u32,
    pub(crate) rows: u32,
}

impl Run {
    /// What the first run of a block is told against.
    const NONE: Self = Self { revision: 0, recorded_at: EventTime::from_micros(0), first_record: 0, rows: 0 };
}

/// What stands at the start of a block, beside its runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) last_of_batch: bool,
    pub(crate) kind: Kind,
    pub(crate) durable: u64,
    pub(crate) workspace: u32,
    pub(crate) first_new: u32,
}

/// Hands out runs piece by piece, as blocks take their rows.
pub(crate) struct Runs<'a> {
    runs: std::slice::Iter<'a, Run>,
    rest: Run,
}

impl<'a> Runs<'a> {
    pub(crate) fn of(runs: &'a [Run]) -> Self {
        Self { runs: runs.iter(), rest: Run::NONE }
    }

    /// Tells the envelope that it has so many more rows.
    pub(crate) fn move_to(&mut self, envelope: &mut Envelope, mut rows: u32) {
        while rows > 0 {
            while self.rest.rows == 0 {
                let Some(next) = self.runs.next() else { return };
                // Batches of which nothing is left are told too: their revisions stay.
                if next.rows == 0 {
                    envelope.extend(*next);
                }
                self.rest = *next;
            }
            let taken = rows.min(self.rest.rows);
            envelope.extend(Run { rows: taken, ..self.rest });
            self.rest.first_record += taken;
            self.rest.rows -= taken;
            rows -= taken;
        }
    }

    /// Tells of what is left: runs without rows.
    pub(crate) fn move_rest_to(&mut self, envelope: &mut Envelope) {
        self.runs.by_ref().for_each(|run| envelope.extend(*run));
    }
}

/// Puts the parts of a block together.
pub(crate) struct Envelope {
    pub(crate) header: Header,
    names: Vec<u8>,
    new: u32,
    runs: Vec<Run>,
    /// Bytes that header, names and runs may take.
    bytes: usize,
}

impl Envelope {
    pub(crate) fn new(header: Header) -> Self {
        Self { header, names: Vec::new(), new: 0, runs: Vec::new(), bytes: HEADER_BYTES }
    }

    /// Bytes left for more when the payload has so many.
    pub(crate) fn room(&self, payload: usize) -> usize {
        BLOCK_BYTES.saturating_sub(self.bytes + payload)
    }

    /// Whether there is neither a row nor a name in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.new == 0
    }

    /// The number of the next customer to be named.
    pub(crate) fn next_new(&self) -> u32 {
        self.header.first_new + self.new
    }

    /// Names the next new customer.
    pub(crate) fn name(&mut self, id: &str) {
        put_text(&mut self.names, id);
        self.new += 1;
        self.bytes += id.len() + 2;
    }

    /// Says which records the next rows are.
    pub(crate) fn extend(&mut self, run: Run) {
        if let Some(last) = self.runs.last_mut()
            && last.revision == run.revision
            && last.recorded_at == run.recorded_at
            && last.first_record + last.rows == run.first_record
        {
            last.rows += run.rows;
            return;
        }
        self.bytes += match self.runs.last() {
            None => RUN_BYTES,
            Some(last) => {
                let (revisions, micros) = (
                    run.revision.wrapping_sub(last.revision),
                    run.recorded_at.micros().wrapping_sub(last.recorded_at.micros()),
                );
                // The gap and the rows take at most five bytes each, mostly one.
                length_unsigned(revisions) + length_unsigned(micros.unsigned_abs() << 1) + 10
            }
        };
        self.runs.push(run);
    }

    /// The block with this payload. The envelope starts on the next one.
    pub(crate) fn seal(&mut self, payload: &[&[u8]]) -> Vec<u8> {
        let length: usize = payload.iter().map(|part| part.len()).sum();
        let mut out = Vec::with_capacity(self.bytes + length);
        out.extend_from_slice(&[FORMAT, 0, 0, 0, 0]);
        let Header { last_of_batch, kind, durable, workspace, first_new } = self.header;
        out.push(if last_of_batch { LAST_OF_BATCH } else { 0 });
        out.push(kind as u8);
        put_unsigned(&mut out, durable);
        put_unsigned(&mut out, workspace.into());
        put_unsigned(&mut out, first_new.into());
        put_unsigned(&mut out, self.new.into());
        out.extend_from_slice(&self.names);
        put_unsigned(&mut out, self.runs.len() as u64);
        let mut before = Run::NONE;
        for run in &self.runs {
            put_unsigned(&mut out, run.revision.wrapping_sub(before.revision));
            put_signed(&mut out, run.recorded_at.micros().wrapping_sub(before.recorded_at.micros()));
            put_unsigned(&mut out, run.first_record.wrapping_sub(before.first_record + before.rows).into());
            put_unsigned(&mut out, run.rows.into());
            before = *run;
        }
        payload.iter().for_each(|part| out.extend_from_slice(part));
        stamp(&mut out);
        self.header.first_new += self.new;
        self.new = 0;
        self.names.clear();
        self.runs.clear();
        self.bytes = HEADER_BYTES;
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

/// The block that gives a workspace its number. `currency` is the number of the one that its first transaction decided,
/// for a log in which that transaction may be missing.
pub(crate) fn name_workspace(number: u32, name: &str, currency: Option<u16>, durable: u64) -> Vec<u8> {
    let header =
        Header { last_of_batch: true, kind: Kind::Workspace, durable, workspace: number, first_new: 0 };
    let mut payload = Vec::new();
    put_text(&mut payload, name);
    put_unsigned(&mut payload, currency.unwrap_or(0).into());
    Envelope::new(header).seal(&[&payload])
}

/// The block that a log is closed with.
pub(crate) fn end(durable: u64) -> Vec<u8> {
    let header = Header { last_of_batch: true, kind: Kind::End, durable, workspace: 0, first_new: 0 };
    Envelope::new(header).seal(&[])
}

/// What follows a checksum, with one that fits.
#[cfg(feature = "fuzzing")]
pub(crate) fn with_checksum(bytes: &[u8]) -> Vec<u8> {
    let checksum = crc32fast::hash(bytes).to_le_bytes();
    [&[FORMAT], &checksum[..], bytes].concat()
}

/// A block as read.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    pub(crate) header: Header,
    /// Ids of the customers named for the first time; empty for one who was erased.
    pub(crate) names: Vec<&'a str>,
    pub(crate) runs: Vec<Run>,
    pub(crate) payload: Reader<'a>,
}

impl Block<'_> {
    /// How many rows.
    pub(crate) fn rows(&self) -> usize {
        self.runs.iter().map(|run| run.rows as usize).sum()
    }

    /// The records its rows are, with the run each belongs to.
    pub(crate) fn records(&self) -> impl Iterator<Item = (u32, &Run)> {
        self.runs.iter().flat_map(|run| (run.first_record..).take(run.rows as usize).map(move |at| (at, run)))
    }

    /// What a block says that numbers a workspace: its name, and the number of its currency if that was decided.
    pub(crate) fn workspace(&self) -> Result<(&str, Option<u16>), StoreError> {
        let mut reader = self.payload.clone();
        let name = reader.text()?;
        let currency = reader.narrow()?;
        Ok((name, (currency != 0).then_some(currency)))
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
        first_new: reader.narrow()?,
    };
    let new: u32 = reader.narrow()?;
    let names = (0..new).map(|_| reader.text()).collect::<Result<_, _>>()?;
    let mut before = Run::NONE;
    let mut runs = Vec::new();
    for _ in 0..reader.unsigned()? {
        let out_of_range = || damaged("its records are out of range");
        let revision = before.revision.wrapping_add(reader.unsigned()?);
        let recorded_at = EventTime::from_micros(before.recorded_at.micros().wrapping_add(reader.signed()?));
        let gap: u32 = reader.narrow()?;
        let rows: u32 = reader.narrow()?;
        let first_record = (before.first_record + before.rows).checked_add(gap).ok_or_else(out_of_range)?;
        // Every row takes a byte at least.
        if rows as usize > bytes.len() || first_record.checked_add(rows).is_none() {
            return Err(out_of_range());
        }
        before = Run { revision, recorded_at, first_record, rows };
        runs.push(before);
    }
    Ok(Block { header, names, runs, payload: reader })
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
