//! Which customers are in which part of a book.

/// Enough that a writer seldom meets a reader; a scan over a million customers holds one shard for about a millisecond.
pub(crate) const SHARDS: usize = 64;

/// Rows by the shard of their customers, in their order within each: those that `takes` picks.
pub(crate) fn by_shard(customers: &[u32], takes: impl Fn(usize) -> bool) -> Vec<u32> {
    let mut starts = [0_usize; SHARDS + 1];
    for row in (0..customers.len()).filter(|row| takes(*row)) {
        starts[shard_of(customers[row]) + 1] += 1;
    }
    for part in 0..SHARDS {
        starts[part + 1] += starts[part];
    }
    let mut order = vec![0; starts[SHARDS]];
    for row in (0..customers.len()).filter(|row| takes(*row)) {
        let place = &mut starts[shard_of(customers[row])];
        order[*place] = row as u32;
        *place += 1;
    }
    order
}

/// The shard a customer is in.
pub(crate) fn shard_of(number: u32) -> usize {
    number as usize % SHARDS
}

/// Where in its shard a customer is.
pub(crate) fn slot_of(number: u32) -> usize {
    number as usize / SHARDS
}
