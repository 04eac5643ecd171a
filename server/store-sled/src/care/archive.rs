//! Reading a backup: [`verify`] a file from end to end, and [`restore`] it into a directory of its own.
//!
//! The file is read twice: once to be sure of it before anything is written, and once to write. The log that comes of it
//! is read once more, as any opening would, before the directory counts as one.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

use lojal_domain::EventTime;
use lojal_store::{Document, StoreError, WorkspaceStatus};
use thiserror::Error;
use xxhash_rust::xxh3::Xxh3;

use crate::care::backup::{BLOCK, DOCUMENT, END, FORMAT, HEADER_BYTES, Header, MAGIC, PIECE_BYTES, checksum};
use crate::care::loading::Loading;
use crate::care::replay;
use crate::log::block::{self, Kind};
use crate::log::directory::{self, FORMAT as BLOCKS_FORMAT};
use crate::log::log::Log;

/// Blocks between two syncs: what is not synced yet is held in memory.
const BLOCKS_PER_SYNC: u64 = 4_096;
/// Longest content of a piece; blocks and documents take about 4 KiB, rarely a little more.
const CONTENT_BYTES: u32 = 64 * 1024;

/// What a backup holds.
#[derive(Clone, Debug)]
pub struct Contents {
    /// When it was made.
    pub made_at: EventTime,
    /// Blocks of the log.
    pub blocks: u64,
    /// Documents.
    pub documents: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// What came of a restore.
#[derive(Clone, Debug)]
pub struct Restored {
    /// What the backup holds.
    pub contents: Contents,
    /// The workspaces, by name, with what is in them.
    pub workspaces: Vec<(String, WorkspaceStatus)>,
}

/// Why a backup cannot be used. Each is a sentence that says what to do.
#[derive(Debug, Error)]
pub enum BackupError {
    /// Another file.
    #[error("it is not a backup of Lojal; give a file that `lojal backup` made")]
    NotABackup,
    /// Made by a later version.
    #[error(
        "it has format {found} of backups, and this version reads {known}; use the version that made it, or a later one"
    )]
    Newer {
        /// What the file says.
        found: u32,
        /// What this version reads.
        known: u32,
    },
    /// It holds blocks of another version.
    #[error("it holds data of format {found}, and this version reads {known}; use the version that made it")]
    OtherData {
        /// What the file says.
        found: u32,
        /// What this version reads.
        known: u32,
    },
    /// The file ends early.
    #[error(
        "it is cut short: it ends at byte {0}, in the middle; copy it again from where it came, or use another backup"
    )]
    CutShort(u64),
    /// The file is not what was written.
    #[error("it is damaged: {0}; copy it again from where it came, or use another backup")]
    Damaged(String),
    /// The directory is in use for something.
    #[error("the directory is not empty; give one that does not exist yet, or an empty one")]
    NotEmpty,
    /// The disk refuses.
    #[error("{context}: {source}")]
    Io {
        /// What was being done.
        context: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn io(context: &'static str) -> impl FnOnce(std::io::Error) -> BackupError {
    move |source| BackupError::Io { context, source }
}

/// Reads a backup from end to end and checks everything that can be checked without writing.
///
/// # Errors
/// [`BackupError`].
pub fn verify(file: &Path) -> Result<Contents, BackupError> {
    let mut reader = Reader::open(file)?;
    let mut last_of_batch = true;
    while let Some(piece) = reader.next()? {
        if let Piece::Block(bytes) = piece {
            let block = block::open(&bytes).map_err(|error| BackupError::Damaged(error.to_string()))?;
            last_of_batch = block.header.last_of_batch;
            if block.header.kind != Kind::Workspace && block.header.kind != Kind::End {
                crate::log::row::read(&block).map_err(|error| BackupError::Damaged(error.to_string()))?;
            }
        }
    }
    if !last_of_batch {
        return Err(BackupError::Damaged("its last batch is not whole".to_owned()));
    }
    Ok(reader.contents())
}

/// Writes what a backup holds into a directory that is empty or not there yet. Until everything is written, synced and
/// read again there is nothing in it that a server would open; after an error it is as it was.
///
/// # Errors
/// [`BackupError`].
pub fn restore(file: &Path, directory: &Path) -> Result<Restored, BackupError> {
    let contents = verify(file)?;
    let existed = directory.exists();
    if existed && std::fs::read_dir(directory).map_err(io("reading the directory"))?.next().is_some() {
        return Err(BackupError::NotEmpty);
    }
    let restored = directory::fill(directory, |log| write(file, log));
    match restored {
        Ok(workspaces) => Ok(Restored { contents, workspaces }),
        Err(error) => {
            clear(directory, existed);
            Err(error)
        }
    }
}

/// Writes the log. Returns how many blocks it has, and what is in them.
fn write(file: &Path, directory: &Path) -> Result<(u64, Vec<(String, WorkspaceStatus)>), BackupError> {
    let log = Log::open(directory)?;
    let mut reader = Reader::open(file)?;
    let mut number = 0;
    while let Some(piece) = reader.next()? {
        match piece {
            Piece::Block(bytes) => {
                log.put_block(number, bytes)?;
                number += 1;
                if number.is_multiple_of(BLOCKS_PER_SYNC) {
                    log.sync()?;
                }
            }
            Piece::Document(workspace, document) => log.put_document(workspace, &document)?,
        }
    }
    log.sync()?;
    let (replayed, torn) = replay::replay(&log, number, &Loading::default())?;
    if !torn.is_empty() {
        return Err(BackupError::Damaged("its last batch is not whole".to_owned()));
    }
    let told = replayed.ledgers.into_iter();
    Ok((number, told.map(|(name, ledger)| (name.as_str().to_owned(), ledger.applied.status)).collect()))
}

/// Takes away what a restore that failed has written.
fn clear(directory: &Path, existed: bool) {
    // What cannot be removed is told by whoever finds it: a directory that is not empty.
    if !existed {
        let _ = std::fs::remove_dir_all(directory);
        return;
    }
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    }
}

enum Piece {
    Block(Vec<u8>),
    Document(u32, Document),
}

/// Reads a backup piece by piece.
struct Reader<R> {
    source: R,
    hash: Xxh3,
    header: Header,
    blocks: u64,
    documents: u64,
    bytes: u64,
}

impl Reader<BufReader<File>> {
    fn open(file: &Path) -> Result<Self, BackupError> {
        let file = File::open(file).map_err(io("opening the backup"))?;
        Self::new(BufReader::with_capacity(1 << 20, file))
    }
}

impl<R: Read> Reader<R> {
    fn new(mut source: R) -> Result<Self, BackupError> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        source
            .by_ref()
            .take(HEADER_BYTES as u64)
            .read_to_end(&mut bytes)
            .map_err(io("reading the backup"))?;
        let known = bytes.len().min(MAGIC.len());
        if bytes[..known] != MAGIC[..known] {
            return Err(BackupError::NotABackup);
        }
        if bytes.len() < HEADER_BYTES {
            return Err(BackupError::CutShort(bytes.len() as u64));
        }
        if crc32fast::hash(&bytes[..32]).to_le_bytes() != bytes[32..] {
            return Err(BackupError::Damaged("its header is not what was written".to_owned()));
        }
        let format = narrow(&bytes[8..12]);
        if format != FORMAT {
            return Err(BackupError::Newer { found: format, known: FORMAT });
        }
        let header = Header {
            blocks_format: narrow(&bytes[12..16]),
            blocks: wide(&bytes[16..24]),
            made_at: EventTime::from_micros(wide(&bytes[24..32]) as i64),
        };
        if header.blocks_format != BLOCKS_FORMAT {
            return Err(BackupError::OtherData { found: header.blocks_format, known: BLOCKS_FORMAT });
        }
        let mut hash = Xxh3::new();
        hash.update(&bytes);
        Ok(Self { source, hash, header, blocks: 0, documents: 0, bytes: HEADER_BYTES as u64 })
    }

    fn contents(&self) -> Contents {
        let Self { header, blocks, documents, bytes, .. } = self;
        Contents { made_at: header.made_at, blocks: *blocks, documents: *documents, bytes: *bytes }
    }

    /// The next piece; none once the end was there and agreed with everything before it.
    fn next(&mut self) -> Result<Option<Piece>, BackupError> {
        let mut start = [0; PIECE_BYTES];
        self.fill(&mut start)?;
        let (kind, length, expected) = (start[0], narrow(&start[1..5]), narrow(&start[5..9]));
        let at = self.bytes - PIECE_BYTES as u64;
        let damaged = |what: &str| BackupError::Damaged(format!("{what} at byte {at}"));
        if length > CONTENT_BYTES {
            return Err(damaged("a piece is too long"));
        }
        let mut content = vec![0; length as usize];
        self.fill(&mut content)?;
        if checksum(kind, &content) != expected {
            return Err(damaged("the checksum of a piece does not match"));
        }
        match kind {
            BLOCK if self.documents == 0 => self.blocks += 1,
            DOCUMENT => self.documents += 1,
            END => return self.end(&content).map(|()| None),
            _ => return Err(damaged("a piece is out of place")),
        }
        self.hash.update(&start);
        self.hash.update(&content);
        if kind == BLOCK {
            return Ok(Some(Piece::Block(content)));
        }
        let (workspace, document) =
            read_document(&content).ok_or_else(|| damaged("a document is malformed"))?;
        Ok(Some(Piece::Document(workspace, document)))
    }

    /// Compares what was read with what the end says, and looks that nothing comes after it.
    fn end(&mut self, content: &[u8]) -> Result<(), BackupError> {
        let mut expected = self.blocks.to_le_bytes().to_vec();
        expected.extend_from_slice(&self.documents.to_le_bytes());
        expected.extend_from_slice(&self.hash.digest128().to_le_bytes());
        if expected != content || self.blocks != self.header.blocks {
            return Err(BackupError::Damaged("its end does not agree with what is before it".to_owned()));
        }
        if self.source.read(&mut [0]).map_err(io("reading the backup"))? > 0 {
            return Err(BackupError::Damaged("something follows its end".to_owned()));
        }
        Ok(())
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), BackupError> {
        self.source.read_exact(bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => BackupError::CutShort(self.bytes),
            _ => io("reading the backup")(error),
        })?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

fn read_document(content: &[u8]) -> Option<(u32, Document)> {
    let (start, rest) = content.split_at_checked(12)?;
    let (collection, rest) = rest.split_at_checked(narrow(&start[4..8]) as usize)?;
    let (key, content) = rest.split_at_checked(narrow(&start[8..12]) as usize)?;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let document = Document { collection: text(collection)?, key: text(key)?, content: content.to_vec() };
    Some((narrow(&start[..4]), document))
}

fn narrow(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

fn wide(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}
