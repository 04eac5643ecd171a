//! The log: blocks in sled, in order, and everything sled has to be asked to make them durable.
//!
//! What sled 0.34.7 needs of us, as measured (`server/docs/adr/0001-log-and-book.md`): `flush` starts the writing of its
//! file but does not wait for the disk, so the file is synced here; large values leave the file, so blocks stay small;
//! iterators see half-written batches, so only the committer and single look-ups of committed blocks read it.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use lojal_store::{Document, Position, Recorded, StoreError};

use crate::block;
use crate::book::Book;
use crate::codec::damaged;
use crate::failpoint::failpoint;
use crate::leftover;
use crate::row::NOBODY;

/// The format of the directory. It changes when an older version could not read what this one writes.
const FORMAT: u32 = 1;
/// sled's page cache. The log is read once, at the start; afterwards only timelines look things up.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// How often and at which interval a directory in use is asked for: for about a second.
const LOCK_ATTEMPTS: u32 = 40;
const LOCK_INTERVAL: Duration = Duration::from_millis(25);

/// The blocks and documents of a data directory.
pub(crate) struct Log {
    db: sled::Db,
    blocks: sled::Tree,
    documents: sled::Tree,
    /// The file sled appends to, for syncing.
    file: File,
}

fn io(context: &'static str) -> impl FnOnce(std::io::Error) -> StoreError {
    move |source| StoreError::Io { context, source }
}

/// Turns sled's errors into ours.
pub(crate) fn failed(context: &'static str) -> impl FnOnce(sled::Error) -> StoreError {
    move |error| match error {
        sled::Error::Io(source) => StoreError::Io { context, source },
        sled::Error::Corruption { .. } => StoreError::Corrupted(format!("{context}: {error}")),
        other => StoreError::Io { context, source: std::io::Error::other(other.to_string()) },
    }
}

impl Log {
    /// Opens or creates the log in a directory.
    pub(crate) fn open(directory: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory).map_err(io("creating the data directory"))?;
        leftover::clear(directory).map_err(io("clearing the data directory"))?;
        let db = open_db(directory)?;
        let blocks = db.open_tree("log").map_err(failed("opening the log"))?;
        let documents = db.open_tree("documents").map_err(failed("opening the documents"))?;
        let file = File::open(directory.join("db")).map_err(io("opening the log file"))?;
        let log = Self { db, blocks, documents, file };
        log.check_format()?;
        log.sync()?;
        // The names of new files are durable once their directories are synced too.
        let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty());
        for path in [Some(directory), Some(parent.unwrap_or(Path::new(".")))].into_iter().flatten() {
            File::open(path)
                .and_then(|opened| opened.sync_all())
                .map_err(io("syncing the data directory"))?;
        }
        File::open(directory.join("conf"))
            .and_then(|opened| opened.sync_all())
            .map_err(io("syncing the data directory"))?;
        Ok(log)
    }

    fn check_format(&self) -> Result<(), StoreError> {
        let key = "lojal-format";
        match self.db.get(key).map_err(failed("reading the format"))? {
            None => {
                let format = FORMAT.to_be_bytes();
                self.db.insert(key, &format).map_err(failed("writing the format")).map(|_| ())
            }
            Some(found) if *found == FORMAT.to_be_bytes() => Ok(()),
            Some(found) => Err(StoreError::UnknownFormat {
                found: <[u8; 4]>::try_from(&*found)
                    .map_or_else(|_| "unknown".to_owned(), |bytes| u32::from_be_bytes(bytes).to_string()),
                known: FORMAT,
            }),
        }
    }

    /// Puts a block into the log. It is durable after [`Self::sync`].
    pub(crate) fn put_block(&self, number: u64, block: Vec<u8>) -> Result<(), StoreError> {
        failpoint!("log::before_put", "writing to the log");
        self.blocks.insert(number.to_be_bytes(), block).map_err(failed("writing to the log"))?;
        failpoint!("log::after_put", "writing to the log");
        Ok(())
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

    /// All blocks in order.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = Result<(u64, sled::IVec), StoreError>> {
        self.blocks.iter().map(|entry| {
            let (key, value) = entry.map_err(failed("reading the log"))?;
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

    /// A committed record, whole.
    pub(crate) fn record(&self, book: &Book, record: u32) -> Result<Recorded, StoreError> {
        let missing = || StoreError::Corrupted(format!("record {record} is not in the log"));
        let entry = book.block_of(record).ok_or_else(missing)?;
        let bytes = self
            .blocks
            .get(entry.block.to_be_bytes())
            .map_err(failed("reading the log"))?
            .ok_or_else(missing)?;
        let block = block::open(&bytes)?;
        let index = (record - entry.first_record) as usize;
        let row = block.rows()?.into_iter().nth(index).ok_or_else(missing)?;
        let customer = if row.customer == NOBODY { None } else { book.id_of(row.customer) };
        let recorded_at = block.header.recorded_at;
        let time = row.event.time().unwrap_or(recorded_at);
        let record = Recorded {
            position: Position { time, record },
            recorded_at,
            record: row.event.into_record(customer)?,
        };
        Ok(record)
    }
}

/// Opens sled. A directory in use is asked for again for a moment: its last holder may be about to let go of it.
pub(crate) fn open_db(directory: &Path) -> Result<sled::Db, StoreError> {
    let config = sled::Config::new()
        .path(directory)
        .cache_capacity(CACHE_BYTES)
        .mode(sled::Mode::HighThroughput)
        // The committer flushes; a second flusher would only disturb it.
        .flush_every_ms(None);
    let mut attempts = 0;
    loop {
        attempts += 1;
        // sled panics over some damage. To whoever opens the directory that is damage like any other.
        let panicked = |_| StoreError::Corrupted("sled gave up reading the data directory".to_owned());
        match catch_unwind(AssertUnwindSafe(|| config.open())).map_err(panicked)? {
            Err(sled::Error::Io(source)) if is_lock_failure(&source) => {
                if attempts == LOCK_ATTEMPTS {
                    return Err(StoreError::InUse);
                }
                std::thread::sleep(LOCK_INTERVAL);
            }
            opened => return opened.map_err(failed("opening the data directory")),
        }
    }
}

/// sled reports a directory that another process holds as an error of the lock; what kind depends on its version.
fn is_lock_failure(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::WouldBlock || error.to_string().contains("could not acquire lock")
}
