//! Parquet files of transactions.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lojal::fuzzing::parquet(bytes));
