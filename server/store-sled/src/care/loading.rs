//! How far the reading of a log is, for whoever waits while a store is opened.

use std::sync::atomic::{AtomicU64, Ordering};

/// Shared by the thread that opens a store and those who ask how far it is; see [`crate::SledStore::open_watched`].
#[derive(Debug, Default)]
pub struct Loading {
    blocks: AtomicU64,
    of: AtomicU64,
    records: AtomicU64,
}

/// What was read so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Blocks of the log.
    pub blocks: u64,
    /// Blocks that there are, at least; 0 before the directory was looked at, and in one that is new.
    pub of: u64,
    /// Records in the blocks that were read.
    pub records: u64,
}

impl Loaded {
    /// How much of the log was read, from 0 to 100; none when it is not known how much there is.
    #[must_use]
    pub fn percent(self) -> Option<u64> {
        Some((self.blocks * 100).checked_div(self.of)?.min(100))
    }
}

impl Loading {
    /// How far it is now.
    #[must_use]
    pub fn so_far(&self) -> Loaded {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Loaded { blocks: read(&self.blocks), of: read(&self.of), records: read(&self.records) }
    }

    /// So many blocks are to be read.
    pub(crate) fn begin(&self, of: u64) {
        self.of.store(of, Ordering::Relaxed);
    }

    /// So many were read, with so many records.
    pub(crate) fn at(&self, blocks: u64, records: u64) {
        self.blocks.store(blocks, Ordering::Relaxed);
        self.records.store(records, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_told_once_the_whole_is_known() {
        let loading = Loading::default();
        assert_eq!(loading.so_far().percent(), None);
        loading.begin(3);
        assert_eq!(loading.so_far().percent(), Some(0));
        loading.at(2, 4_096);
        assert_eq!(loading.so_far(), Loaded { blocks: 2, of: 3, records: 4_096 });
        assert_eq!(loading.so_far().percent(), Some(66));
        // After a power cut there may be more than the directory knew of.
        loading.at(4, 5_000);
        assert_eq!(loading.so_far().percent(), Some(100));
    }
}
