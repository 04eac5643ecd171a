//! Blocks of the log, from a disk that may say anything.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lojal_store_sled::fuzzing::block(bytes));
