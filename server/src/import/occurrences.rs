//! Counting equal rows, so that two equal purchases stay two however often the file is loaded.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use lojal_domain::{EventTime, TransactionKey};

/// How-manieth of its kind each row of a log is.
///
/// Equal rows are of the same time. While rows come in the order of time, only those of the latest time have to be
/// remembered, which is little. The first row out of order says so, and from then on all are remembered.
pub(crate) struct Occurrences {
    seen: HashMap<u128, i32, BuildHasherDefault<AsIs>>,
    latest: EventTime,
    in_order: bool,
}

/// Rows are not in the order of time: all so far must be given to [`Occurrences::remember_all`].
#[derive(Debug)]
pub(crate) struct OutOfOrder;

impl Occurrences {
    pub(crate) fn new() -> Self {
        Self { seen: HashMap::default(), latest: EventTime::MIN, in_order: true }
    }

    /// Counts a row; `key` is what equal rows have in common.
    pub(crate) fn next(&mut self, key: TransactionKey, time: EventTime) -> Result<i32, OutOfOrder> {
        if self.in_order && time != self.latest {
            if time < self.latest {
                return Err(OutOfOrder);
            }
            self.latest = time;
            self.seen.clear();
        }
        let count = self.seen.entry(key.bits()).or_default();
        *count += 1;
        Ok(*count)
    }

    /// Remembers all rows from now on, and these, which came before.
    pub(crate) fn remember_all(&mut self, before: impl Iterator<Item = TransactionKey>) {
        self.in_order = false;
        self.seen.clear();
        for key in before {
            *self.seen.entry(key.bits()).or_default() += 1;
        }
    }
}

/// Keys are hashes already.
#[derive(Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn write(&mut self, bytes: &[u8]) {
        let mut first = [0; 8];
        let length = bytes.len().min(8);
        first[..length].copy_from_slice(&bytes[..length]);
        self.0 ^= u64::from_le_bytes(first);
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lojal_domain::{Amount, Currency, Money};

    fn key(customer: &str, day: i64) -> (TransactionKey, EventTime) {
        let (time, amount) = (EventTime::from_micros(day), Amount::from_micros(1));
        let money = Money { amount, currency: Currency::parse("EUR").unwrap() };
        (TransactionKey::derived(customer, time, money, 0), time)
    }

    #[test]
    fn equal_rows_are_counted_in_any_order() {
        let rows = [("a", 1), ("b", 1), ("a", 1), ("a", 2), ("a", 1), ("a", 2), ("b", 3)];
        let rows: Vec<_> = rows.iter().map(|(customer, day)| key(customer, *day)).collect();
        let mut occurrences = Occurrences::new();
        let mut counted = Vec::new();
        for (row, (key, time)) in rows.iter().enumerate() {
            counted.push(occurrences.next(*key, *time).unwrap_or_else(|OutOfOrder| {
                assert_eq!(row, 4, "only the first row out of order says so");
                occurrences.remember_all(rows[..row].iter().map(|(key, _)| *key));
                occurrences.next(*key, *time).unwrap()
            }));
        }
        assert_eq!(counted, [1, 1, 2, 1, 3, 2, 1]);
    }
}
