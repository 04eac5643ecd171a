//! What reads bytes of a disk, for fuzzers: anything may be refused, and nothing may panic.

use crate::log::{block, row};

/// Reads bytes as a block of the log, down to its rows. The checksum is made to fit, since no fuzzer finds one.
pub fn block(bytes: &[u8]) {
    let sealed = block::with_checksum(bytes);
    let Ok(block) = block::open(&sealed) else { return };
    // Whatever is wrong with it is told in words.
    let _ = block.workspace();
    let _ = row::read(&block);
}
