//! Backup: a store as it is at one moment, as a stream of bytes, while writes go on.
//!
//! ```text
//! header    magic, format, format of the blocks, number of blocks, when it was made, checksum: 36 bytes
//! pieces    kind (1 byte), length and CRC-32 (4 bytes each), content:
//!           every block as the log has it, in order; then every document; then one end
//! end       how many blocks and documents, and the xxh3-128 of every byte before this piece
//! ```
//!
//! Blocks are copied as they are, so a restored store has the same log and gives the same answers. The log never changes
//! what is in it, only its end grows: a backup takes the blocks that were synced when it began and need not keep anybody
//! from writing. If the log is written anew meanwhile, the old one is read to its end: its files stay for as long as
//! somebody has them open. Documents are replaced in place, so those are copied at the beginning; they are few.
//!
//! The page for people who want to read such a file: `server/docs/backup-format.md`. It is read by [`crate::care::archive`].

use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_domain::EventTime;
use lojal_store::{Document, StoreError};
use xxhash_rust::xxh3::Xxh3;

use crate::book::book::Books;
use crate::log::block::{self, Kind};
use crate::log::directory::FORMAT as BLOCKS_FORMAT;
use crate::log::log::{Current, Log};

/// What every backup begins with.
pub(crate) const MAGIC: [u8; 8] = *b"LOJALBAK";
/// Version of the file. The header keeps its shape in all of them.
pub(crate) const FORMAT: u32 = 1;
/// Bytes of the header.
pub(crate) const HEADER_BYTES: usize = 36;
/// Bytes of a piece before its content.
pub(crate) const PIECE_BYTES: usize = 9;
/// What is handed over at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// Kinds of pieces.
pub(crate) const BLOCK: u8 = 1;
pub(crate) const DOCUMENT: u8 = 2;
pub(crate) const END: u8 = 3;

/// What stands at the start of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) blocks_format: u32,
    pub(crate) blocks: u64,
    pub(crate) made_at: EventTime,
}

impl Header {
    pub(crate) fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.blocks_format.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.blocks.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.made_at.micros().to_le_bytes());
        let checksum = crc32fast::hash(&bytes[..32]);
        bytes[32..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }
}

/// The checksum of a piece: over kind, length and content.
pub(crate) fn checksum(kind: u8, content: &[u8]) -> u32 {
    let mut hash = crc32fast::Hasher::new();
    hash.update(&[kind]);
    hash.update(&(content.len() as u32).to_le_bytes());
    hash.update(content);
    hash.finalize()
}

/// What a document's piece holds: workspace, lengths of collection and key, then collection, key and content.
pub(crate) fn document_content(workspace: u32, document: &Document) -> Vec<u8> {
    let Document { collection, key, content } = document;
    let mut bytes = workspace.to_le_bytes().to_vec();
    bytes.extend_from_slice(&(collection.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&(key.len() as u32).to_le_bytes());
    bytes.extend_from_slice(collection.as_bytes());
    bytes.extend_from_slice(key.as_bytes());
    bytes.extend_from_slice(content);
    bytes
}

/// A store at one moment.
pub(crate) struct Snapshot {
    log: Arc<Log>,
    blocks: u64,
    documents: Vec<(u32, Document)>,
}

impl Snapshot {
    /// Everything that is acknowledged. `publishing` is held by whoever lets readers see what is new.
    pub(crate) fn take(current: &Current, books: &Books, publishing: &parking_lot::Mutex<()>) -> Self {
        let _nothing_is_published = publishing.lock();
        // Held to the end, so that no other log takes its place in between.
        let log = current.read();
        let mut documents = Vec::new();
        for book in books.read().values() {
            for ((collection, key), content) in &*book.documents.read() {
                let (collection, key) = (collection.clone(), key.clone());
                documents.push((book.workspace, Document { collection, key, content: content.clone() }));
            }
        }
        documents.sort_by(|(a, one), (b, other)| {
            (a, &one.collection, &one.key).cmp(&(b, &other.collection, &other.key))
        });
        Self { log: log.clone(), blocks: log.synced(), documents }
    }

    /// The file, piece by piece.
    pub(crate) fn into_chunks(self, made_at: EventTime) -> lojal_store::Backup {
        let Self { log, blocks, documents } = self;
        let header = Header { blocks_format: BLOCKS_FORMAT, blocks, made_at };
        let mut writer = Writer {
            chunk: header.to_bytes().to_vec(),
            hash: Xxh3::new(),
            blocks: 0,
            documents: 0,
            workspaces: BTreeSet::new(),
        };
        let mut from = 0;
        let mut documents = Some(documents);
        Box::new(std::iter::from_fn(move || {
            while documents.is_some() {
                if from < blocks {
                    match writer.take_blocks(&log, from, blocks) {
                        Ok(next) => from = next,
                        Err(error) => {
                            // Nothing comes after an error.
                            documents = None;
                            return Some(Err(error));
                        }
                    }
                } else {
                    writer.end(documents.take().unwrap_or_default());
                }
                if writer.chunk.len() >= CHUNK_BYTES || documents.is_none() {
                    return Some(Ok(writer.hand_over()));
                }
            }
            None
        }))
    }
}

/// Puts pieces together.
struct Writer {
    chunk: Vec<u8>,
    /// Of everything handed over.
    hash: Xxh3,
    blocks: u64,
    documents: u64,
    /// Those that a block has named.
    workspaces: BTreeSet<u32>,
}

impl Writer {
    /// Takes about a chunk of blocks. Returns the number of the next one.
    fn take_blocks(&mut self, log: &Log, from: u64, to: u64) -> Result<u64, StoreError> {
        let mut expected = from;
        for entry in log.synced_between(from, to) {
            let (number, bytes) = entry?;
            if number != expected {
                break;
            }
            // Damage is told here, where the store that has it still runs, rather than when the backup is needed.
            let header = block::open(&bytes)?.header;
            if header.kind == Kind::Workspace {
                self.workspaces.insert(header.workspace);
            }
            self.piece(BLOCK, &bytes);
            self.blocks += 1;
            expected += 1;
            if self.chunk.len() >= CHUNK_BYTES {
                return Ok(expected);
            }
        }
        if expected < to {
            return Err(StoreError::Corrupted(format!("block {expected} of the log is missing")));
        }
        Ok(expected)
    }

    fn end(&mut self, documents: Vec<(u32, Document)>) {
        for (workspace, document) in documents {
            // Of a workspace that was being deleted the log may know nothing any more.
            if self.workspaces.contains(&workspace) {
                self.piece(DOCUMENT, &document_content(workspace, &document));
                self.documents += 1;
            }
        }
        self.hash.update(&self.chunk);
        let mut content = self.blocks.to_le_bytes().to_vec();
        content.extend_from_slice(&self.documents.to_le_bytes());
        content.extend_from_slice(&self.hash.digest128().to_le_bytes());
        self.piece(END, &content);
    }

    fn piece(&mut self, kind: u8, content: &[u8]) {
        self.chunk.push(kind);
        self.chunk.extend_from_slice(&(content.len() as u32).to_le_bytes());
        self.chunk.extend_from_slice(&checksum(kind, content).to_le_bytes());
        self.chunk.extend_from_slice(content);
    }

    fn hand_over(&mut self) -> Vec<u8> {
        self.hash.update(&self.chunk);
        std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK_BYTES + 8 * 1024))
    }
}
