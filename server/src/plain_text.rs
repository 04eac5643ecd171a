//! Text of others on a terminal: what would move its cursor, colour it or turn its writing round is shown, not done.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text with nothing in it that a terminal obeys, line feeds aside.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_obeyed(letter) {
            let _ = write!(shown, "{}", letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    Cow::Owned(shown)
}

/// Control characters, and marks that turn the direction of writing.
fn is_obeyed(letter: char) -> bool {
    (letter.is_control() && letter != '\n')
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(plain("\u{1b}[2J\rgone\u{9b}1m"), "\\u{1b}[2J\\rgone\\u{9b}1m");
        assert_eq!(plain("a\u{202e}b"), "a\\u{202e}b");
        assert!(matches!(plain("a line\nand Žana"), Cow::Borrowed(_)));
    }
}
