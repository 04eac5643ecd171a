//! The data directory: which files are in it, who holds it, and which of its logs counts.
//!
//! ```text
//! LOJAL    names the format and the log that counts, and says how long that was at least; replaced as a whole
//! END      how many blocks are synced, as far as the process got to say so
//! LOCK     locked by the process that has the directory open
//! log-7/   the log: a directory of sled's
//! ```
//!
//! A log is rewritten (to erase somebody, to drop a workspace, to merge small blocks) into a new directory beside the
//! old one. Only when it is whole and synced does `LOJAL` name it, so a crash leaves one or the other. What it does not
//! name is left over and is removed when the directory is opened.
//!
//! sled takes damage near the end of its file for the torn end of a crash, and silently goes on with what is before it.
//! So `LOJAL`, which is not sled's, is told how many blocks are known to be synced whenever the directory is opened and
//! closed: a log with fewer is damaged. In between `END` is told after every sync. It is not synced itself, so after a
//! power cut it may say less than there is, and never more.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lojal_store::StoreError;

/// The format of the directory. It changes when an older version could not read what this one writes.
pub(crate) const FORMAT: u32 = 2;

const MANIFEST: &str = "LOJAL";
const LOCK: &str = "LOCK";
const END: &str = "END";
const LOG_PREFIX: &str = "log-";

/// How often and at which interval a directory in use is asked for: for about a second. Its last holder may be about to
/// let go of it.
const LOCK_ATTEMPTS: u32 = 40;
const LOCK_INTERVAL: Duration = Duration::from_millis(25);

/// An open data directory.
pub(crate) struct Directory {
    path: PathBuf,
    counts: Counts,
    end: Arc<End>,
    lock: Arc<File>,
}

/// What counts in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    /// Number of the log.
    log: u64,
    /// Blocks that are in it at least.
    blocks: u64,
}

pub(crate) fn io(context: &'static str) -> impl FnOnce(std::io::Error) -> StoreError {
    move |source| StoreError::Io { context, source }
}

impl Directory {
    /// Opens a directory, or makes one, and keeps others out of it.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(path).map_err(io("creating the data directory"))?;
        let found = read_manifest(path)?;
        if found.is_none() {
            refuse_foreign(path)?;
        }
        let lock = lock(path)?;
        // Whoever had it open may have changed it meanwhile.
        let counts = match read_manifest(path)? {
            Some(counts) => counts,
            None => {
                let counts = Counts { log: 1, blocks: 0 };
                write_manifest(path, counts)?;
                // The name of a new directory is durable once its parent is synced.
                let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                sync_directory(parent.unwrap_or(Path::new(".")))?;
                counts
            }
        };
        let end = Arc::new(End::open(path)?);
        let said = end.read().filter(|said| said.log == counts.log).map_or(0, |said| said.blocks);
        let counts = Counts { blocks: counts.blocks.max(said), ..counts };
        let directory = Self { path: path.to_owned(), counts, end, lock: Arc::new(lock) };
        directory.remove_leftovers()?;
        Ok(directory)
    }

    /// Keeps others out for as long as anybody holds it.
    pub(crate) fn lock(&self) -> Arc<File> {
        self.lock.clone()
    }

    /// What is told after every sync.
    pub(crate) fn end(&self) -> Arc<End> {
        self.end.clone()
    }

    /// Number of the log that counts.
    pub(crate) fn number(&self) -> u64 {
        self.counts.log
    }

    /// Where the log that counts is.
    pub(crate) fn log(&self) -> PathBuf {
        self.log_path(self.counts.log)
    }

    /// Where the next log is to be written.
    pub(crate) fn next_log(&self) -> PathBuf {
        self.log_path(self.counts.log + 1)
    }

    /// Blocks that are known to have been in the log.
    pub(crate) fn blocks(&self) -> u64 {
        self.counts.blocks
    }

    /// Remembers that the log has so many blocks, which must be synced.
    pub(crate) fn mark(&mut self, blocks: u64) -> Result<(), StoreError> {
        write_manifest(&self.path, Counts { blocks, ..self.counts })?;
        self.counts.blocks = blocks;
        Ok(())
    }

    /// Lets the next log count, which must be whole and synced and has so many blocks.
    pub(crate) fn take_next_log(&mut self, blocks: u64) -> Result<(), StoreError> {
        sync_directory(&self.path)?;
        let counts = Counts { log: self.counts.log + 1, blocks };
        write_manifest(&self.path, counts)?;
        self.counts = counts;
        Ok(())
    }

    fn log_path(&self, number: u64) -> PathBuf {
        self.path.join(format!("{LOG_PREFIX}{number}"))
    }

    /// Removes logs that do not count.
    pub(crate) fn remove_leftovers(&self) -> Result<(), StoreError> {
        let current = self.log();
        for entry in fs::read_dir(&self.path).map_err(io("reading the data directory"))? {
            let path = entry.map_err(io("reading the data directory"))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with(LOG_PREFIX) && path != current {
                fs::remove_dir_all(&path).map_err(io("removing a log that was replaced"))?;
            }
        }
        sync_directory(&self.path)
    }
}

/// Whether a directory is one of ours, of whatever format and in whatever state.
#[must_use]
pub fn is_data_directory(path: &Path) -> bool {
    path.join(MANIFEST).is_file()
}

/// What a directory says of itself.
pub(crate) struct Inspected {
    /// Number of the log that counts.
    pub(crate) number: u64,
    /// Where it is.
    pub(crate) log: PathBuf,
    /// Blocks that the manifest says are in it at least.
    pub(crate) blocks: u64,
    /// The log and the blocks that `END` tells of; none when it is not there or not whole.
    pub(crate) end: Option<(u64, u64)>,
    /// Logs that do not count.
    pub(crate) leftovers: Vec<String>,
    /// Keeps others out while it is looked at.
    _lock: Option<File>,
}

/// Looks at a directory, and changes nothing in it.
pub(crate) fn inspect(path: &Path) -> Result<Inspected, StoreError> {
    let lock = match File::open(path.join(LOCK)) {
        Ok(file) => Some(take(file)?),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(io("locking the data directory")(error)),
    };
    let Some(counts) = read_manifest(path)? else {
        refuse_foreign(path)?;
        return Err(StoreError::NotEmpty);
    };
    let end = match File::open(path.join(END)) {
        Ok(file) => End(file).read().map(|said| (said.log, said.blocks)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(io("reading the data directory")(error)),
    };
    let log = path.join(format!("{LOG_PREFIX}{}", counts.log));
    let mut leftovers = Vec::new();
    for entry in fs::read_dir(path).map_err(io("reading the data directory"))? {
        let path = entry.map_err(io("reading the data directory"))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with(LOG_PREFIX) && path != log {
            leftovers.push(name.to_owned());
        }
    }
    leftovers.sort();
    let Counts { log: number, blocks } = counts;
    Ok(Inspected { number, log, blocks, end, leftovers, _lock: lock })
}

/// Makes a directory whose log `write` writes, into the path it is given, and says how many blocks that has, all synced.
/// The directory counts as one only after that: until then it is a directory of other files, which nobody opens.
pub(crate) fn fill<T, E: From<StoreError>>(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<(u64, T), E>,
) -> Result<T, E> {
    fs::create_dir_all(path).map_err(io("creating the data directory"))?;
    let _lock = lock(path)?;
    let (blocks, written) = write(&path.join(format!("{LOG_PREFIX}1")))?;
    sync_directory(path)?;
    write_manifest(path, Counts { log: 1, blocks })?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    sync_directory(parent.unwrap_or(Path::new(".")))?;
    Ok(written)
}

/// The file that is told after every sync.
pub(crate) struct End(File);

impl End {
    fn open(path: &Path) -> Result<Self, StoreError> {
        let mut options = File::options();
        let file = options.create(true).truncate(false).read(true).write(true).open(path.join(END));
        file.map(Self).map_err(io("opening the data directory"))
    }

    /// What it says, if that is whole.
    fn read(&self) -> Option<Counts> {
        let mut bytes = [0; 20];
        self.0.read_exact_at(&mut bytes, 0).ok()?;
        let (said, checksum) = bytes.split_at(16);
        if crc32fast::hash(said).to_le_bytes() != checksum {
            return None;
        }
        let (log, blocks) = said.split_at(8);
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_le_bytes);
        Some(Counts { log: number(log)?, blocks: number(blocks)? })
    }

    /// Tells that a log has so many blocks, all synced.
    pub(crate) fn tell(&self, log: u64, blocks: u64) -> Result<(), StoreError> {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&log.to_le_bytes());
        bytes[8..16].copy_from_slice(&blocks.to_le_bytes());
        let checksum = crc32fast::hash(&bytes[..16]);
        bytes[16..].copy_from_slice(&checksum.to_le_bytes());
        self.0.write_all_at(&bytes, 0).map_err(io("marking the end of the log"))
    }
}

/// What counts, if the directory is ours.
fn read_manifest(path: &Path) -> Result<Option<Counts>, StoreError> {
    let text = match fs::read_to_string(path.join(MANIFEST)) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::InvalidData => return Err(damaged()),
        Err(error) => return Err(io("reading the data directory")(error)),
    };
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let format = value("format").ok_or_else(damaged)?;
    let log = value("log").and_then(|log| log.strip_prefix(LOG_PREFIX)?.parse().ok());
    let blocks = value("blocks").and_then(|blocks| blocks.parse().ok());
    if let (Some(log), Some(blocks)) = (log, blocks) {
        let counts = Counts { log, blocks };
        if manifest_of(counts) == text {
            return Ok(Some(counts));
        }
    }
    // Of another format only this line is known, and damage must not pass for one.
    match format.parse::<u32>() {
        Ok(format) if format != FORMAT && is_whole(&text) => {
            Err(StoreError::UnknownFormat { found: format.to_string(), known: FORMAT })
        }
        _ => Err(damaged()),
    }
}

fn damaged() -> StoreError {
    StoreError::Corrupted(format!("the file {MANIFEST} of the data directory is unreadable"))
}

fn manifest_of(counts: Counts) -> String {
    let Counts { log, blocks } = counts;
    let text = format!("format {FORMAT}\nlog {LOG_PREFIX}{log}\nblocks {blocks}\n");
    format!("{text}checksum {:08x}\n", crc32fast::hash(text.as_bytes()))
}

/// Whether the checksum in the last line is that of the lines before it, in whatever format.
fn is_whole(text: &str) -> bool {
    let Some(at) = text.rfind("checksum ") else { return false };
    text[at..].trim_end().strip_prefix("checksum ")
        == Some(&*format!("{:08x}", crc32fast::hash(&text.as_bytes()[..at])))
}

fn write_manifest(path: &Path, counts: Counts) -> Result<(), StoreError> {
    let new = path.join(format!("{MANIFEST}.new"));
    let written = || {
        let mut file = File::create(&new)?;
        file.write_all(manifest_of(counts).as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path.join(MANIFEST))
    };
    written().map_err(io("writing the data directory"))?;
    sync_directory(path)
}

pub(crate) fn sync_directory(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|opened| opened.sync_all()).map_err(io("syncing the data directory"))
}

/// A directory without our file must have nothing else in it either.
fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    if path.join("db").is_file() && path.join("conf").is_file() {
        return Err(StoreError::UnknownFormat { found: "1".to_owned(), known: FORMAT });
    }
    for entry in fs::read_dir(path).map_err(io("reading the data directory"))? {
        let name = entry.map_err(io("reading the data directory"))?.file_name();
        // Left by a first start that was cut short.
        if name != LOCK && name != "LOJAL.new" {
            return Err(StoreError::NotEmpty);
        }
    }
    Ok(())
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.join(LOCK))
        .map_err(io("locking the data directory"))?;
    take(file)
}

/// Locks a file, which whoever holds it may be about to let go of.
fn take(file: File) -> Result<File, StoreError> {
    for _ in 1..LOCK_ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_INTERVAL),
            Err(TryLockError::Error(error)) => return Err(io("locking the data directory")(error)),
        }
    }
    Err(StoreError::InUse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_ours_or_empty() {
        let place = tempfile::tempdir().unwrap();
        let opened = Directory::open(place.path()).unwrap();
        assert!(matches!(Directory::open(place.path()), Err(StoreError::InUse)));
        assert_eq!(opened.log(), place.path().join("log-1"));
        drop(opened);

        let newer = "format 3\nsomething new\n";
        let newer = format!("{newer}checksum {:08x}\n", crc32fast::hash(newer.as_bytes()));
        fs::write(place.path().join("LOJAL"), newer).unwrap();
        let refused = Directory::open(place.path());
        assert!(matches!(refused, Err(StoreError::UnknownFormat { found, known: 2 }) if found == "3"));
        for damage in
            ["", "format 2\n", "format 3\n", "format 2\nlog log-2\nblocks 1\nchecksum 00000000\n", "\u{0}"]
        {
            fs::write(place.path().join("LOJAL"), damage).unwrap();
            assert!(matches!(Directory::open(place.path()), Err(StoreError::Corrupted(_))), "{damage:?}");
        }

        let foreign = tempfile::tempdir().unwrap();
        fs::write(foreign.path().join("db"), "somebody else's").unwrap();
        assert!(matches!(Directory::open(foreign.path()), Err(StoreError::NotEmpty)));
        fs::write(foreign.path().join("conf"), "").unwrap();
        let refused = Directory::open(foreign.path());
        assert!(matches!(refused, Err(StoreError::UnknownFormat { found, .. }) if found == "1"));
        assert_eq!(fs::read_dir(foreign.path()).unwrap().count(), 2, "nothing was written");
    }

    #[test]
    fn a_log_that_was_not_taken_is_left_over() {
        let place = tempfile::tempdir().unwrap();
        let mut opened = Directory::open(place.path()).unwrap();
        fs::create_dir(opened.log()).unwrap();
        fs::create_dir(opened.next_log()).unwrap();
        drop(opened);
        opened = Directory::open(place.path()).unwrap();
        assert!(opened.log().exists() && !opened.next_log().exists());
        fs::create_dir(opened.next_log()).unwrap();
        opened.take_next_log(7).unwrap();
        opened.remove_leftovers().unwrap();
        drop(opened);
        opened = Directory::open(place.path()).unwrap();
        assert_eq!(opened.log(), place.path().join("log-2"));
        assert!(opened.log().exists() && !place.path().join("log-1").exists());
        assert_eq!(opened.blocks(), 7);
    }
}
