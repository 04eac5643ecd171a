//! Finds customers' numbers by their ids.

use hashbrown::HashTable;
use lojal_domain::Lines;
use parking_lot::RwLock;
use xxhash_rust::xxh3::xxh3_64;

use crate::book::partition::SHARDS;
use crate::book::shard::Shard;

/// The number of a customer nobody has heard of.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// Ids looked up before a writer gets a chance in between.
const AT_ONCE: usize = 512;

/// The index of a book, in as many parts as the book has.
pub(crate) struct Index([RwLock<HashTable<Entry>>; SHARDS]);

#[derive(Clone, Copy)]
struct Entry {
    hash: u64,
    number: u32,
}

type Shards = [RwLock<Shard>; SHARDS];

impl Index {
    pub(crate) fn new() -> Self {
        Self(std::array::from_fn(|_| RwLock::default()))
    }

    /// The number of a customer.
    pub(crate) fn find(&self, shards: &Shards, id: &str) -> Option<u32> {
        let hash = xxh3_64(id.as_bytes());
        let part = self.0[hash as usize % SHARDS].read();
        let is_named = |number: u32| {
            let shard = shards[number as usize % SHARDS].read();
            shard.customers.get(number as usize / SHARDS).is_some_and(|customer| customer.id == id)
        };
        part.find(hash, |entry| entry.hash == hash && is_named(entry.number)).map(|entry| entry.number)
    }

    /// The numbers of many customers; [`UNKNOWN`] for those without.
    ///
    /// Each look-up waits for memory several times. Done in three plain passes, the waits of neighbours overlap.
    pub(crate) fn find_all(&self, shards: &Shards, ids: &Lines) -> Vec<u32> {
        let mut numbers = vec![UNKNOWN; ids.len()];
        let mut hashes = [0_u64; AT_ONCE];
        for (first, numbers) in (0..).step_by(AT_ONCE).zip(numbers.chunks_mut(AT_ONCE)) {
            for (row, hash) in hashes[..numbers.len()].iter_mut().enumerate() {
                *hash = xxh3_64(ids.get(first + row).as_bytes());
            }
            {
                let parts = self.0.each_ref().map(RwLock::read);
                for (hash, number) in hashes.iter().zip(numbers.iter_mut()) {
                    let found = parts[*hash as usize % SHARDS].find(*hash, |entry| entry.hash == *hash);
                    *number = found.map_or(UNKNOWN, |entry| entry.number);
                }
            }
            let shards_held = shards.each_ref().map(RwLock::read);
            let is_named = |number: u32, id: &str| {
                let customers = &shards_held[number as usize % SHARDS].customers;
                customers.get(number as usize / SHARDS).is_some_and(|customer| customer.id == id)
            };
            let mistaken: Vec<usize> = (0..numbers.len())
                .filter(|&row| numbers[row] != UNKNOWN && !is_named(numbers[row], ids.get(first + row)))
                .collect();
            drop(shards_held);
            // Two ids of one hash: a matter of a lifetime, but then the right one.
            for row in mistaken {
                numbers[row] = self.find(shards, ids.get(first + row)).unwrap_or(UNKNOWN);
            }
        }
        numbers
    }

    pub(crate) fn insert(&self, id: &str, number: u32) {
        let hash = xxh3_64(id.as_bytes());
        let mut part = self.0[hash as usize % SHARDS].write();
        part.insert_unique(hash, Entry { hash, number }, |entry| entry.hash);
    }

    pub(crate) fn remove(&self, id: &str, number: u32) {
        let hash = xxh3_64(id.as_bytes());
        let mut part = self.0[hash as usize % SHARDS].write();
        if let Ok(found) = part.find_entry(hash, |entry| entry.number == number) {
            found.remove();
        }
    }
}
