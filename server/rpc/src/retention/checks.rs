//! Checks that several questions share.

use lojal_domain::Window;

use crate::error::Refusal;
use crate::words::window;

/// A window, or its default when empty.
pub(crate) fn window_or(text: &str, default: Window) -> Result<Window, Refusal> {
    if text.is_empty() { Ok(default) } else { window(text) }
}

/// A number within a range.
pub(crate) fn within(
    field: &'static str,
    number: i64,
    allowed: std::ops::RangeInclusive<i64>,
) -> Result<i64, Refusal> {
    if allowed.contains(&number) {
        return Ok(number);
    }
    Err(Refusal::field(field, format!("is {number}; choose {} to {}", allowed.start(), allowed.end())))
}
