//! Text files as they come: in whatever encoding, with whatever between their cells.
//!
//! A file is looked through once before it is read, as one that is half in another encoding gives wrong names without a
//! word.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

/// What is looked at to tell what a file is, and where its header is.
const BEGINNING: u64 = 1 << 20;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Files of others that people take for tables of text, by how they begin.
const FOREIGN: [(&[u8], &str); 6] = [
    (b"PK\x03\x04", "a workbook or an archive; save the table as CSV"),
    (b"PAR1", "a Parquet file; give it a name that ends in .parquet"),
    (b"%PDF", "a PDF; export the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old workbook; save the table as CSV"),
    (b"SQLite format 3", "a database; export the table as CSV"),
    (b"\x1f\x8b", "packed with gzip; unpack it first"),
];

/// A file of text, and how it is read.
#[derive(Clone, Debug)]
pub(crate) struct TextFile {
    path: PathBuf,
    encoding: &'static Encoding,
    delimiter: u8,
    /// Bytes before the header, once decoded: the line with which spreadsheets are told what separates cells.
    skip: u64,
    /// What to tell of it.
    pub(crate) notes: Vec<String>,
    /// What is known of the answer of a database, which this file holds; none for a file that somebody wrote.
    answer: Option<Vec<usize>>,
}

/// Its bytes, in UTF-8.
pub(crate) enum Bytes {
    AsTheyAre(File),
    Decoded(Box<DecodeReaderBytes<File, Vec<u8>>>),
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::AsTheyAre(file) => file.read(buffer),
            Self::Decoded(file) => file.read(buffer),
        }
    }
}

impl TextFile {
    /// Finds out how to read a file, as far as it is not said.
    ///
    /// # Errors
    /// When it is no text, or is written in two encodings.
    pub(crate) fn of(path: &Path, encoding: Option<&str>, delimiter: Option<&str>) -> anyhow::Result<Self> {
        let mut notes = Vec::new();
        let encoding = match encoding {
            Some(name) => Encoding::for_label(name.as_bytes()).with_context(|| {
                format!("--encoding is {name:?}; give one such as utf-8, utf-16le or windows-1250")
            })?,
            None => found(path, &mut notes)?,
        };
        let mut file =
            Self { path: path.to_owned(), encoding, delimiter: b',', skip: 0, notes, answer: None };
        let said = file.said()?;
        file.delimiter = match delimiter.map(str::as_bytes) {
            Some(b"tab") => b'\t',
            Some([one]) => *one,
            Some(_) => bail!("--delimiter is {:?}; give one character, or \"tab\"", delimiter.unwrap_or("")),
            None => match said {
                Some(mark) => mark,
                None => file.likeliest()?,
            },
        };
        Ok(file)
    }

    /// The answer of a database, written by us; `exact` are the columns that hold numbers, and not texts.
    pub(crate) fn of_answer(path: &Path, exact: Vec<usize>) -> Self {
        let (path, notes) = (path.to_owned(), Vec::new());
        Self { path, encoding: UTF_8, delimiter: b',', skip: 0, notes, answer: Some(exact) }
    }

    /// Whether people know its rows by their number, as they see no lines.
    pub(crate) fn counts_rows(&self) -> bool {
        self.answer.is_some()
    }

    /// Whether a column holds numbers, and not texts that people wrote.
    pub(crate) fn is_exact(&self, column: usize) -> bool {
        self.answer.as_ref().is_some_and(|exact| exact.contains(&column))
    }

    /// Opens it, from its header on.
    pub(crate) fn open(&self) -> anyhow::Result<Bytes> {
        let context = || format!("cannot read {}", self.path.display());
        let file = File::open(&self.path).with_context(context)?;
        let mut bytes = if self.encoding == UTF_8 {
            Bytes::AsTheyAre(file)
        } else {
            let decoding = DecodeReaderBytesBuilder::new().encoding(Some(self.encoding)).build(file);
            Bytes::Decoded(Box::new(decoding))
        };
        std::io::copy(&mut (&mut bytes).take(self.skip), &mut std::io::sink()).with_context(context)?;
        Ok(bytes)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The encoding's name, for what an import is remembered by.
    pub(crate) fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// How many lines there are before the header.
    pub(crate) fn lines_before(&self) -> u64 {
        u64::from(self.skip > 0)
    }

    pub(crate) fn size(&self) -> u64 {
        self.path.metadata().map_or(0, |metadata| metadata.len())
    }

    /// Whether it holds JSON.
    pub(crate) fn is_json(&self) -> anyhow::Result<bool> {
        let mut text = Vec::new();
        self.open()?.take(1_000).read_to_end(&mut text)?;
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
        Ok(matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')))
    }

    /// What separates cells by a line of its own before the header: `sep=;`.
    fn said(&mut self) -> anyhow::Result<Option<u8>> {
        let mut line = Vec::new();
        let context = || format!("cannot read {}", self.path.display());
        BufReader::new(self.open()?.take(16)).read_until(b'\n', &mut line).with_context(context)?;
        let text = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line).trim_ascii_end();
        // A tabulator at the end is what is said.
        let said = match text {
            [b's', b'e', b'p', b'=', mark] => DELIMITERS.contains(mark).then_some(*mark),
            b"sep=" => line.contains(&b'\t').then_some(b'\t'),
            _ => None,
        };
        if said.is_some() && line.ends_with(b"\n") {
            self.skip = line.len() as u64;
            return Ok(said);
        }
        Ok(None)
    }

    /// What makes most columns of the header.
    fn likeliest(&self) -> anyhow::Result<u8> {
        let mut most = (0, b',');
        for delimiter in DELIMITERS {
            let mut builder = csv::ReaderBuilder::new();
            builder.delimiter(delimiter).flexible(true);
            let mut file = builder.from_reader(self.open()?.take(BEGINNING));
            let columns = file.byte_headers().map_or(0, csv::ByteRecord::len);
            if columns > most.0 {
                most = (columns, delimiter);
            }
        }
        Ok(most.1)
    }
}

/// The encoding of a file: UTF-8, UTF-16 by its mark, or else that of Windows in western Europe and America.
fn found(path: &Path, notes: &mut Vec<String>) -> anyhow::Result<&'static Encoding> {
    let context = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(context)?;
    let mut beginning = Vec::new();
    (&file).take(BEGINNING).read_to_end(&mut beginning).with_context(context)?;
    if let Some((_, what)) = FOREIGN.iter().find(|(mark, _)| beginning.starts_with(mark)) {
        bail!("{} is {what}", path.display());
    }
    // Before UTF-16, whose mark one of these begins with.
    let utf_32 = [&b"\xff\xfe\0\0"[..], b"\0\0\xfe\xff"];
    ensure!(
        !utf_32.iter().any(|mark| beginning.starts_with(mark)),
        "{} is UTF-32; save it as UTF-8",
        path.display()
    );
    for (mark, encoding) in [(&b"\xff\xfe"[..], UTF_16LE), (b"\xfe\xff", UTF_16BE)] {
        if beginning.starts_with(mark) {
            notes.push("the file was read as UTF-16".to_owned());
            return Ok(encoding);
        }
    }
    ensure!(
        !beginning.contains(&0),
        "{} is no text; give a CSV file, and if it is one, name its encoding with --encoding",
        path.display()
    );
    if is_utf_8(beginning, file).with_context(context)? {
        return Ok(UTF_8);
    }
    require_one_encoding(path)?;
    notes.push(
        "the file is not UTF-8 and was read as Windows-1252; if names in it look wrong, name its encoding, such as --encoding windows-1250 for central Europe"
            .to_owned(),
    );
    Ok(WINDOWS_1252)
}

fn is_utf_8(mut bytes: Vec<u8>, mut file: File) -> std::io::Result<bool> {
    loop {
        let read = bytes.len();
        let valid = match std::str::from_utf8(&bytes) {
            Ok(_) => read,
            // Cut within a letter, whose rest comes next.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        bytes.drain(..valid);
        let left = bytes.len();
        (&mut file).take(BEGINNING).read_to_end(&mut bytes)?;
        if bytes.len() == left {
            return Ok(left == 0);
        }
    }
}

/// Refuses a file in which some lines are UTF-8 and some are not, as when two were put together.
fn require_one_encoding(path: &Path) -> anyhow::Result<()> {
    let (mut is_utf_8, mut first_other, mut number) = (false, 0, 0);
    let mut file = BufReader::new(File::open(path)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line without an end is looked at in pieces.
        if (&mut file).take(BEGINNING).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        number += 1;
        if line.is_ascii() {
            continue;
        }
        if std::str::from_utf8(&line).is_ok() {
            is_utf_8 = true;
        } else if first_other == 0 {
            first_other = number;
        }
        ensure!(
            !is_utf_8 || first_other == 0,
            "line {first_other} of {} is not UTF-8, and others are; save the file in one encoding, or name the one to read all of it in, such as --encoding windows-1252",
            path.display()
        );
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn text_of(bytes: &[u8]) -> String {
        let file = file(bytes);
        let mut text = String::new();
        TextFile::of(file.path(), None, None).unwrap().open().unwrap().read_to_string(&mut text).unwrap();
        text.trim_start_matches('\u{feff}').to_owned()
    }

    #[test]
    fn encodings_are_found_out() {
        let text = "kupac;iznos\nŽana;7\n";
        assert_eq!(text_of(text.as_bytes()), text);
        for little in [true, false] {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            let bytes: Vec<u8> = units
                .flat_map(|unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
                .collect();
            assert_eq!(text_of(&bytes), text);
        }
        assert_eq!(text_of(b"name,value\ncaf\xe9,7\n"), "name,value\ncafé,7\n");
        // A letter that lies across two blocks.
        let long = format!("{}ž\n", "a".repeat(BEGINNING as usize - 1));
        assert_eq!(text_of(long.as_bytes()), long);
    }

    #[test]
    fn what_is_no_text_is_told() {
        for (bytes, words) in [
            (&b"PK\x03\x04abc"[..], "workbook"),
            (b"PAR1abc", "Parquet"),
            (b"a,b\n\0\0\0", "no text"),
            (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
            (b"\x1f\x8b\x08", "unpack"),
            ("ž\n".as_bytes(), ""),
        ] {
            let told = TextFile::of(file(bytes).path(), None, None)
                .map_or_else(|told| told.to_string(), |_| String::new());
            assert!(told.contains(words) && told.is_empty() == words.is_empty(), "{words}: {told}");
        }
        let mixed = ["ž\n".as_bytes(), b"caf\xe9\n"].concat();
        let told = TextFile::of(file(&mixed).path(), None, None).unwrap_err().to_string();
        assert!(told.contains("line 2") && told.contains("--encoding"), "{told}");
        let told = TextFile::of(file(b"a").path(), Some("klingon"), None).unwrap_err().to_string();
        assert!(told.contains("--encoding"), "{told}");
    }

    #[test]
    fn what_separates_cells_is_found_out() {
        for (text, expected) in [
            ("a,b,c\n1;2;3;4;5\n", b','),
            ("a;b\n", b';'),
            ("a\tb\n", b'\t'),
            ("a|b|\"c,d\"\n", b'|'),
            ("alone\n", b','),
            ("sep=;\r\na,b\n", b';'),
            ("\u{feff}sep=\t\na,b,c\n", b'\t'),
        ] {
            let file = file(text.as_bytes());
            let read = TextFile::of(file.path(), None, None).unwrap();
            assert_eq!(char::from(read.delimiter()), char::from(expected), "{text:?}");
            let mut rest = String::new();
            read.open().unwrap().read_to_string(&mut rest).unwrap();
            assert!(!rest.contains("sep="), "{rest:?}");
            assert_eq!(read.lines_before(), u64::from(text.contains("sep=")), "{text:?}");
        }
    }
}
