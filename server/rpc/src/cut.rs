//! Texts in trailers, which have little room.

/// Bytes that a letter takes in trailers, where what is not plain is written as `%E2%82%AC`.
fn cost(letter: char) -> usize {
    if letter.is_ascii_graphic() || letter == ' ' { 1 } else { 3 * letter.len_utf8() }
}

/// Bytes that a text takes in trailers.
pub(crate) fn in_trailers(text: &str) -> usize {
    text.chars().map(cost).sum()
}

/// A text that takes no more than so many bytes in trailers, with an ellipsis where it was cut.
pub(crate) fn cut(mut text: String, most: usize) -> String {
    let mut taken = 0;
    let fits = |(_, letter): &(usize, char)| {
        taken += cost(*letter);
        taken <= most
    };
    let end =
        text.char_indices().take_while(fits).last().map_or(0, |(place, letter)| place + letter.len_utf8());
    if end < text.len() {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_too_long_is_cut_between_letters() {
        let cut = |text: &str, most| super::cut(text.to_owned(), most);
        assert_eq!(cut("as it is", 8), "as it is");
        assert_eq!(cut("as it is", 7), "as it i…");
        // Two bytes, and six in trailers.
        assert_eq!(cut("éé", 12), "éé");
        assert_eq!(cut("éé", 11), "é…");
        assert_eq!(cut("\n\n", 3), "\n…");
    }
}
