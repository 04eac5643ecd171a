//! The log: blocks in sled, in order, and everything sled has to be asked to make them durable.
//!
//! What sled 0.34.7 needs of us, as measured (`server/docs/adr/0001-log-and-book.md`): `flush` starts the writing of its
//! file but does not wait for the disk, so the file is synced here; large values leave the file, so blocks stay small;
//! iterators see half-written batches, so only the committer and single look-ups of committed blocks read it.
//!
//! A look-up in sled may write: it splits a node that the insertion before left too large, and writes out a node that left
//! the cache before it can be read again. After a failed write it cannot, so the nodes that were written last are lost to
//! it, with blocks in them that were acknowledged long before. Those blocks are kept here ([`Tail`]). Should sled fail to
//! give another one, the log is told to be read-only, which it is, and not to be broken.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use lojal_store::{Document, StoreError};
use parking_lot::{Mutex, RwLock};

use crate::failpoint::failpoint;
use crate::log::block;
use crate::log::codec::damaged;
use crate::log::directory::{io, sync_directory};
use crate::log::event::Row;
use crate::log::row;
use crate::log::sled_debris;

/// sled's page cache. The log is read once, at the start; afterwards only timelines look things up.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;

/// The log that counts, shared with readers.
pub(crate) type Current = Arc<RwLock<Arc<Log>>>;

/// Blocks that are kept. A leaf of sled's tree has up to 17 entries, and one that was written since the last sync has an
/// entry from before it only if it was the last leaf then.
const TAIL_BLOCKS: usize = 32;

/// The last blocks of the log at some moment, in order.
#[derive(Clone, Default)]
pub(crate) struct Tail(VecDeque<(u64, sled::IVec)>);

impl Tail {
    fn push(&mut self, number: u64, block: sled::IVec) {
        if self.0.len() == TAIL_BLOCKS {
            self.0.pop_front();
        }
        self.0.push_back((number, block));
    }

    fn get(&self, number: u64) -> Option<&sled::IVec> {
        self.0.iter().find(|(kept, _)| *kept == number).map(|(_, block)| block)
    }

    fn replace(&mut self, number: u64, block: &sled::IVec) {
        self.0.iter_mut().filter(|(kept, _)| *kept == number).for_each(|(_, kept)| *kept = block.clone());
    }
}

/// The blocks and documents of a data directory.
pub(crate) struct Log {
    db: sled::Db,
    blocks: sled::Tree,
    documents: sled::Tree,
    /// The file sled appends to, for syncing.
    file: File,
    /// Where records are: for each workspace, its blocks in order.
    places: RwLock<Vec<Vec<Place>>>,
    /// The blocks that name workspaces, by the numbers that these got.
    names: Mutex<BTreeMap<u32, u64>>,
    /// The number that the next workspace gets. None is given twice in one log: who makes a backup may be reading of the first.
    next_workspace: AtomicU32,
    /// The block that was looked into last; who loads a file again asks for its neighbours.
    opened: Mutex<Option<Arc<Opened>>>,
    /// Blocks before this one are synced.
    synced: AtomicU64,
    /// The last blocks that are synced, and the last that were put.
    synced_tail: RwLock<Tail>,
    put_tail: Mutex<Tail>,
}

/// Where records are.
#[derive(Clone, Copy, Debug)]
struct Place {
    first_record: u32,
    block: u64,
}

struct Opened {
    block: u64,
    runs: Vec<block::Run>,
    rows: Vec<Row>,
}

/// Turns sled's errors into ours.
pub(crate) fn failed(context: &'static str) -> impl FnOnce(sled::Error) -> StoreError {
    move |error| match error {
        sled::Error::Io(source) => StoreError::Io { context, source },
        sled::Error::Corruption { .. } => StoreError::Corrupted(format!("{context}: {error}")),
        other => StoreError::Io { context, source: std::io::Error::other(other.to_string()) },
    }
}

/// How often and at which interval sled is asked again for its own lock: for about a second. The directory is ours by
/// now, so whoever has it is a thread of a store that was closed, about to let go of it.
const LOCK_ATTEMPTS: u32 = 40;
const LOCK_INTERVAL: Duration = Duration::from_millis(25);

fn open_sled(config: &sled::Config) -> Result<sled::Db, StoreError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        // sled panics over some damage. To whoever opens the directory that is damage like any other.
        let panicked = |_| StoreError::Corrupted("sled gave up reading the log".to_owned());
        let opened = catch_unwind(AssertUnwindSafe(|| config.open())).map_err(panicked)?;
        match opened {
            Err(sled::Error::Io(source))
                if attempts < LOCK_ATTEMPTS && source.to_string().contains("could not acquire lock") =>
            {
                std::thread::sleep(LOCK_INTERVAL);
            }
            opened => return opened.map_err(failed("opening the log")),
        }
    }
}

impl Log {
    /// Opens or creates the log in a directory of its own.
    pub(crate) fn open(directory: &Path) -> Result<Self, StoreError> {
        let config = sled::Config::new()
            .path(directory)
            .cache_capacity(CACHE_BYTES)
            .mode(sled::Mode::HighThroughput)
            // The committer flushes; a second flusher would only disturb it.
            .flush_every_ms(None);
        sled_debris::clear(directory).map_err(io("clearing the data directory"))?;
        let db = open_sled(&config)?;
        let blocks = db.open_tree("log").map_err(failed("opening the log"))?;
        let documents = db.open_tree("documents").map_err(failed("opening the documents"))?;
        let file = File::open(directory.join("db")).map_err(io("opening the log file"))?;
        let log = Self {
            db,
            blocks,
            documents,
            file,
            places: RwLock::default(),
            names: Mutex::default(),
            next_workspace: AtomicU32::new(0),
            opened: Mutex::default(),
            synced: AtomicU64::new(0),
            synced_tail: RwLock::default(),
            put_tail: Mutex::default(),
        };
        log.sync()?;
        File::open(directory.join("conf"))
            .and_then(|opened| opened.sync_all())
            .map_err(io("syncing the data directory"))?;
        sync_directory(directory)?;
        sync_directory(directory.parent().unwrap_or(Path::new(".")))?;
        Ok(log)
    }

    /// Puts a block into the log. It is durable after [`Self::sync`].
    pub(crate) fn put_block(&self, number: u64, block: Vec<u8>) -> Result<(), StoreError> {
        failpoint!("log::before_put", "writing to the log");
        let block = sled::IVec::from(block);
        self.put_tail.lock().push(number, block.clone());
        self.blocks.insert(number.to_be_bytes(), block).map_err(failed("writing to the log"))?;
        failpoint!("log::after_put", "writing to the log");
        Ok(())
    }

    /// Says that a block holds records from this one on.
    pub(crate) fn add_place(&self, workspace: u32, first_record: u32, block: u64) {
        let mut places = self.places.write();
        if places.len() <= workspace as usize {
            places.resize_with(workspace as usize + 1, Vec::new);
        }
        places[workspace as usize].push(Place { first_record, block });
    }

    /// Says which block names a workspace.
    pub(crate) fn add_name(&self, workspace: u32, block: u64) {
        self.names.lock().insert(workspace, block);
        self.next_workspace.fetch_max(workspace + 1, Ordering::AcqRel);
    }

    pub(crate) fn next_workspace(&self) -> u32 {
        self.next_workspace.load(Ordering::Acquire)
    }

    /// Forgets a workspace without records, which is durable after [`Self::sync`]: what the log has of it is the block with its name,
    /// in whose place another one is put, and documents.
    pub(crate) fn forget_name(&self, workspace: u32, instead: Vec<u8>) -> Result<(), StoreError> {
        // First: of a workspace without documents nobody sees anything.
        for entry in self.documents.scan_prefix(workspace.to_be_bytes()) {
            let (key, _) = entry.map_err(failed("reading the documents"))?;
            self.documents.remove(key).map_err(failed("removing a document"))?;
        }
        failpoint!("log::between_forgetting", "writing to the log");
        let Some(number) = self.names.lock().remove(&workspace) else { return Ok(()) };
        let instead = sled::IVec::from(instead);
        self.put_tail.lock().replace(number, &instead);
        self.synced_tail.write().replace(number, &instead);
        self.blocks.insert(number.to_be_bytes(), instead).map_err(failed("writing to the log")).map(|_| ())
    }

    /// Takes back a block that belongs to no whole batch.
    pub(crate) fn remove_block(&self, number: u64) -> Result<(), StoreError> {
        self.blocks.remove(number.to_be_bytes()).map_err(failed("mending the log")).map(|_| ())
    }

    pub(crate) fn put_document(&self, workspace: u32, document: &Document) -> Result<(), StoreError> {
        let mut key = workspace.to_be_bytes().to_vec();
        key.extend_from_slice(document.collection.as_bytes());
        key.push(0);
        key.extend_from_slice(document.key.as_bytes());
        failpoint!("log::before_put", "writing a document");
        self.documents.insert(key, document.content.as_slice()).map_err(failed("writing a document"))?;
        failpoint!("log::after_put", "writing a document");
        Ok(())
    }

    /// Makes everything put so far durable.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        failpoint!("log::before_flush", "flushing the log");
        self.db.flush().map_err(failed("flushing the log"))?;
        failpoint!("log::after_flush", "flushing the log");
        failpoint!("log::before_fsync", "syncing the log");
        self.file.sync_data().map_err(io("syncing the log"))?;
        failpoint!("log::after_fsync", "syncing the log");
        Ok(())
    }

    /// How many blocks are known to be synced.
    pub(crate) fn synced(&self) -> u64 {
        self.synced.load(Ordering::Acquire)
    }

    /// The last blocks that were put, for [`Self::set_synced`] once they are.
    pub(crate) fn tail(&self) -> Tail {
        self.put_tail.lock().clone()
    }

    /// Remembers that so many blocks are synced, of which these are the last.
    pub(crate) fn set_synced(&self, blocks: u64, tail: Tail) {
        *self.synced_tail.write() = tail;
        self.synced.store(blocks, Ordering::Release);
    }

    /// Says that all of so many blocks are synced, in a log that was just read.
    pub(crate) fn resume(&self, blocks: u64) -> Result<(), StoreError> {
        let mut tail = Tail::default();
        for number in blocks.saturating_sub(TAIL_BLOCKS as u64)..blocks {
            let found = self.blocks.get(number.to_be_bytes()).map_err(failed("reading the log"))?;
            found.into_iter().for_each(|block| tail.push(number, block));
        }
        *self.put_tail.lock() = tail.clone();
        self.set_synced(blocks, tail);
        Ok(())
    }

    /// Tells why a block could not be read: because nothing can be written any more, if it is that.
    fn unreadable(&self, error: sled::Error) -> StoreError {
        match self.db.flush() {
            Ok(_) => failed("reading the log")(error),
            Err(reason) => StoreError::ReadOnly(format!(
                "writing to the log failed ({reason}), and this part of it can only be read after a restart"
            )),
        }
    }

    /// All blocks in order.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = Result<(u64, sled::IVec), StoreError>> {
        self.looked_up(0, u64::MAX)
    }

    /// Synced blocks from one on and before another, in order.
    pub(crate) fn synced_between(
        &self,
        from: u64,
        to: u64,
    ) -> impl Iterator<Item = Result<(u64, sled::IVec), StoreError>> {
        let Tail(tail) = self.synced_tail.read().clone();
        let kept_from = tail.front().map_or(to, |(first, _)| *first).clamp(from, to.max(from));
        let kept = tail.into_iter().filter(move |(number, _)| (from..to).contains(number)).map(Ok);
        self.looked_up(from, kept_from).chain(kept)
    }

    fn looked_up(&self, from: u64, to: u64) -> impl Iterator<Item = Result<(u64, sled::IVec), StoreError>> {
        self.blocks.range(from.to_be_bytes()..to.to_be_bytes()).map(|entry| {
            let (key, value) = entry.map_err(|error| self.unreadable(error))?;
            let number = <[u8; 8]>::try_from(&*key).map_err(|_| damaged("its key is malformed"))?;
            Ok((u64::from_be_bytes(number), value))
        })
    }

    /// All documents, with the numbers of their workspaces.
    pub(crate) fn documents(&self) -> Result<Vec<(u32, Document)>, StoreError> {
        let mut found = Vec::new();
        for entry in &self.documents {
            let (key, value) = entry.map_err(failed("reading the documents"))?;
            let malformed = || StoreError::Corrupted("a document's key is malformed".to_owned());
            let (workspace, name) = key.split_at_checked(4).ok_or_else(malformed)?;
            let workspace = u32::from_be_bytes(workspace.try_into().map_err(|_| malformed())?);
            let name = std::str::from_utf8(name).map_err(|_| malformed())?;
            let (collection, key) = name.split_once('\0').ok_or_else(malformed)?;
            let (collection, key) = (collection.to_owned(), key.to_owned());
            found.push((workspace, Document { collection, key, content: value.to_vec() }));
        }
        Ok(found)
    }

    /// Bytes on disk.
    pub(crate) fn size(&self) -> Result<u64, StoreError> {
        self.db.size_on_disk().map_err(failed("measuring the log"))
    }

    /// A committed record, as the log has it.
    pub(crate) fn row(&self, workspace: u32, record: u32) -> Result<(block::Run, Row), StoreError> {
        let missing = || StoreError::Corrupted(format!("record {record} is not in the log"));
        let number = {
            let places = self.places.read();
            let places = places.get(workspace as usize).ok_or_else(missing)?;
            let after = places.partition_point(|place| place.first_record <= record);
            places[after.checked_sub(1).ok_or_else(missing)?].block
        };
        let opened = self.opened(number)?.ok_or_else(missing)?;
        let mut index = 0;
        for run in &opened.runs {
            if (run.first_record..run.first_record + run.rows).contains(&record) {
                let row = opened.rows.get(index + (record - run.first_record) as usize);
                return row.map(|row| (*run, row.clone())).ok_or_else(missing);
            }
            index += run.rows as usize;
        }
        Err(missing())
    }

    fn opened(&self, number: u64) -> Result<Option<Arc<Opened>>, StoreError> {
        let mut last = self.opened.lock();
        if let Some(last) = last.as_ref().filter(|last| last.block == number) {
            return Ok(Some(last.clone()));
        }
        let kept = self.synced_tail.read().get(number).cloned();
        let bytes = match kept {
            Some(bytes) => Some(bytes),
            None => self.blocks.get(number.to_be_bytes()).map_err(|error| self.unreadable(error))?,
        };
        let Some(bytes) = bytes else { return Ok(None) };
        let block = block::open(&bytes)?;
        let rows = row::read(&block)?;
        let opened = Arc::new(Opened { block: number, runs: block.runs, rows });
        *last = Some(opened.clone());
        Ok(Some(opened))
    }
}
