//! What spreadsheets make of the cells of a CSV file.

/// A text that no spreadsheet takes for a formula, as the console writes it: ids of customers may be anybody's words.
pub(crate) fn guarded(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}
