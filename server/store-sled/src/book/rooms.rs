//! Where the customers of a workspace are, which is nowhere until there is one.

use lojal_domain::Lines;
use parking_lot::RwLock;

use crate::book::index::Index;
use crate::book::partition::SHARDS;
use crate::book::shard::Shard;

/// About 100 KB before anybody is in them.
pub(super) struct Rooms {
    pub(super) index: Index,
    pub(super) shards: [RwLock<Shard>; SHARDS],
}

impl Default for Rooms {
    fn default() -> Self {
        Self { index: Index::new(), shards: std::array::from_fn(|_| RwLock::default()) }
    }
}

impl Rooms {
    /// The number of a customer.
    pub(super) fn find(&self, id: &str) -> Option<u32> {
        self.index.find(&self.shards, id)
    }

    /// The numbers of many, [`UNKNOWN`](crate::book::index::UNKNOWN) for those without.
    pub(super) fn find_all(&self, ids: &Lines) -> Vec<u32> {
        self.index.find_all(&self.shards, ids)
    }
}
