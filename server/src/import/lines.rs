//! The line of a text file that a record begins on.
//!
//! The parser knows how many line feeds it has passed when a record begins. That is too few where there is one left of
//! the record before, as in files of Windows, and where lines are empty. So they are counted here, on their way in.

use std::collections::VecDeque;
use std::io::Read;

/// Bytes of one record. What is longer is a quotation mark that nothing closes, and would be read into memory whole.
pub(crate) const RECORD_BYTES_MAX: u64 = 1 << 20;

/// Bytes on their way to a parser.
pub(crate) struct Lines<R> {
    bytes: R,
    /// How many were read.
    read: u64,
    /// Line feeds that were read, of which no record has told that it begins behind them.
    ahead: VecDeque<LineEnd>,
    /// Whether the line that is read has anything in it so far.
    begun: bool,
    /// Line feeds behind which the record begins that was asked for last.
    before: u64,
    /// Where the last record ends that was read.
    ended: u64,
}

struct LineEnd {
    place: u64,
    /// Whether its line has nothing in it.
    is_empty: bool,
}

impl<R> Lines<R> {
    /// Of a file of which so many lines were read before.
    pub(crate) fn after(before: u64, bytes: R) -> Self {
        Self { bytes, read: 0, ahead: VecDeque::new(), begun: false, before, ended: 0 }
    }

    /// The line, from 1, of the record that the parser says begins at this byte. Records are asked for in order.
    pub(crate) fn line_of(&mut self, start: u64) -> u64 {
        // What the parser takes for the start may be the end of the record before, or lines that are empty.
        while self.ahead.front().is_some_and(|end| end.place <= start || end.is_empty) {
            self.ahead.pop_front();
            self.before += 1;
        }
        self.before + 1
    }

    /// A record was read that ends at this byte.
    pub(crate) fn ends(&mut self, end: u64) {
        self.ended = end;
    }

    /// What is said of a record that is too long.
    pub(crate) fn too_long(line: u64) -> String {
        format!(
            "line {line} begins a record of more than 1 MiB; close the quotation mark that is open there, or name what separates columns with --delimiter"
        )
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        // The parser asks for more when it has read all it was given, and still has no whole record.
        if self.read - self.ended > RECORD_BYTES_MAX {
            let line = self.line_of(self.ended);
            return Err(std::io::Error::other(Self::too_long(line)));
        }
        let read = self.bytes.read(buffer)?;
        let mut rest = &buffer[..read];
        let mut place = self.read;
        while let Some(length) = memchr::memchr(b'\n', rest) {
            let is_empty = !self.begun && matches!(rest[..length], [] | [b'\r']);
            self.ahead.push_back(LineEnd { place: place + length as u64, is_empty });
            self.begun = false;
            rest = &rest[length + 1..];
            place += length as u64 + 1;
        }
        // A carriage return that a buffer ends with may be all of its line.
        self.begun |= !rest.is_empty() && rest != b"\r";
        self.read += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of the records of a text that comes in pieces of this size.
    fn lines(text: &str, piece: usize) -> Vec<u64> {
        struct Pieces<'a>(&'a [u8], usize);
        impl Read for Pieces<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let length = self.1.min(self.0.len());
                self.0.split_at(length).0.read_exact(&mut buffer[..length])?;
                self.0 = &self.0[length..];
                Ok(length)
            }
        }
        let reader = Lines::after(0, Pieces(text.as_bytes(), piece));
        let mut file = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(reader);
        let mut record = csv::ByteRecord::new();
        let mut found = Vec::new();
        while file.read_byte_record(&mut record).unwrap() {
            let start = record.position().unwrap().byte();
            let end = file.position().byte();
            found.push(file.get_mut().line_of(start));
            file.get_mut().ends(end);
        }
        found
    }

    #[test]
    fn records_begin_where_an_editor_says() {
        for (text, expected) in [
            ("a,b\nc,d\ne,f\n", vec![1, 2, 3]),
            ("a,b\nc,d", vec![1, 2]),
            ("a,\"b\n\nb\"\nc,d\n\n\ne,f\n", vec![1, 4, 7]),
            ("\n\na,b\n\"\n\",d\n\"\n\"\nx\n", vec![3, 4, 6, 8]),
            ("x\ny\nz\n", vec![1, 2, 3]),
            ("", vec![]),
        ] {
            for piece in [1, 2, 3, 1000] {
                assert_eq!(lines(text, piece), expected, "{text:?}");
                let windows = text.replace('\n', "\r\n");
                assert_eq!(lines(&windows, piece), expected, "{windows:?}");
                let marked = format!("\u{feff}{text}");
                // The parser knows a mark that comes with more, and alone on a line it is what the line holds.
                if piece > 3 && !text.starts_with('\n') && !text.is_empty() {
                    assert_eq!(lines(&marked, piece), expected, "{marked:?}");
                    assert_eq!(lines(&format!("\u{feff}{windows}"), piece), expected, "{windows:?}");
                }
            }
        }
    }
}
