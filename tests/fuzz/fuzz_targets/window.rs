//! Windows and horizons, as callers write them.
#![no_main]

use lojal_domain::{Horizon, Window};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = Window::parse(text);
    let _ = Window::parse_relative(text);
    if let Ok(horizon) = Horizon::parse(text) {
        assert!(horizon.days() > 0.0);
    }
});
