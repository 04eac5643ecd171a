//! Which natural keys are taken, and by which records.

use hashbrown::HashTable;
use lojal_domain::{Disposition, TransactionKey};
use lojal_store::{RecordKind, StoreError};
use xxhash_rust::xxh3::xxh3_128;

use crate::book::book::Book;
use crate::log::event::{Event, Row};
use crate::log::log::Log;

/// A natural key: what kind of record, and 128 bits of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key(u128);

impl Key {
    /// Kinds have keys of their own: a refund may be called like a transaction.
    fn new(kind: RecordKind, bits: u128) -> Self {
        Self(bits ^ ((kind as u128) << 120))
    }

    pub(crate) fn transaction(key: TransactionKey) -> Self {
        Self::new(RecordKind::Transaction, key.bits())
    }

    /// The key of the void of a transaction.
    pub(crate) fn void(transaction: TransactionKey) -> Self {
        Self::new(RecordKind::Void, transaction.bits())
    }

    pub(crate) fn refund(id: &str) -> Self {
        Self::new(RecordKind::Refund, xxh3_128(id.as_bytes()))
    }

    /// An invitation, its delivery and its answer share an id and have a key each, which differ in the bits that are not kept.
    pub(crate) fn response(id: &str, disposition: Disposition) -> Self {
        let stage: u128 = match disposition {
            Disposition::Completed => 0,
            Disposition::Partial => 1,
            Disposition::Dismissed => 2,
            Disposition::Invited => 3,
            Disposition::Delivered => 4,
            Disposition::Bounced => 5,
        };
        Self::new(RecordKind::Response, xxh3_128(id.as_bytes()) ^ (stage << 112))
    }

    pub(crate) fn interaction(id: &str) -> Self {
        Self::new(RecordKind::Interaction, xxh3_128(id.as_bytes()))
    }

    pub(crate) fn cost(id: &str) -> Self {
        Self::new(RecordKind::Cost, xxh3_128(id.as_bytes()))
    }

    /// The key of a row; `customer` is the id of its customer. None for facts about customers, which have no key.
    pub(crate) fn of(row: &Row, customer: &str) -> Option<Self> {
        match &row.event {
            Event::Transaction { identity, time, money, .. } => {
                Some(Self::transaction(identity.key(customer, *time, *money)))
            }
            Event::Refund(refund, _) => Some(Self::refund(refund.id.as_str())),
            Event::Response(response) => Some(Self::response(response.id.as_str(), response.disposition)),
            Event::Interaction(contact) => Some(Self::interaction(contact.id.as_str())),
            Event::Cost(cost) => Some(Self::cost(cost.id.as_str())),
            Event::Void(void, _) => Some(Self::void(TransactionKey::of_id(void.transaction.as_str()))),
            Event::Attributes { .. } => None,
        }
    }

    fn hash(self) -> u64 {
        self.0 as u64
    }
}

/// A record under a key.
#[derive(Clone, Copy)]
pub(crate) struct Taken {
    hash: u64,
    pub(crate) record: u32,
    pub(crate) customer: u32,
}

/// The keys of a workspace. 64 bits of each are kept; where they agree, the log has the whole record.
#[derive(Default)]
pub(crate) struct Keys {
    table: HashTable<Taken>,
    /// Whether plain transactions without ids have keys here too. They are found among their customer's and need none
    /// until a refund or a void names one, which is rare.
    pub(crate) derived: bool,
}

impl Keys {
    pub(crate) fn insert(&mut self, key: Key, record: u32, customer: u32) {
        let taken = Taken { hash: key.hash(), record, customer };
        self.table.insert_unique(taken.hash, taken, |taken| taken.hash);
    }

    /// The record under a key, from the log.
    pub(crate) fn find(&self, key: Key, book: &Book, log: &Log) -> Result<Option<(Taken, Row)>, StoreError> {
        for taken in self.table.iter_hash(key.hash()).filter(|taken| taken.hash == key.hash()) {
            let (_, row) = log.row(book.workspace, taken.record)?;
            let customer = book.id_of(row.customer);
            if Key::of(&row, customer.as_ref().map_or("", |id| id.as_str())) == Some(key) {
                return Ok(Some((*taken, row)));
            }
        }
        Ok(None)
    }

    /// Whose records of a survey there are by its id; 64 bits of it are compared.
    pub(crate) fn customers_of(&self, response: Key) -> impl Iterator<Item = Taken> {
        let hash = response.hash();
        self.table.iter_hash(hash).filter(move |taken| taken.hash == hash).copied()
    }

    /// Lets go of all keys of a customer.
    pub(crate) fn forget(&mut self, customer: u32) {
        self.table.retain(|taken| taken.customer != customer);
    }
}
