//! The sums that are never below zero, as far as anything was taken: what was put stands in the records.

use hashbrown::HashMap;
use lojal_store::rules::{GuardKey, Guarded};

use crate::log::event::Row;

/// What was taken under each key. Made by the rows that are added, when they are written as when they are read again.
#[derive(Default)]
pub(crate) struct Sums(HashMap<GuardKey<u32>, Sum>);

struct Sum {
    amount: i64,
    /// Whose it is, to be let go of with them.
    customer: u32,
}

impl Sums {
    pub(crate) fn of(&self, key: GuardKey<u32>) -> i64 {
        self.0.get(&key).map_or(0, |sum| sum.amount)
    }

    /// Adds what a row takes.
    pub(crate) fn add(&mut self, row: &Row) {
        if let Some(Guarded { key, amount }) = row.event.guarded() {
            let sum = self.0.entry(key).or_insert(Sum { amount: 0, customer: row.customer });
            sum.amount = sum.amount.saturating_add(amount);
        }
    }

    /// Lets go of all sums of a customer.
    pub(crate) fn forget(&mut self, customer: u32) {
        self.0.retain(|_, sum| sum.customer != customer);
    }
}
