//! Filters, as callers write them.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(filter) = lojal_engine::Filter::parse(text) {
        // What was read once is read again, with the same meaning.
        assert!(lojal_engine::Filter::parse(text).is_ok_and(|again| again == filter));
    }
});
