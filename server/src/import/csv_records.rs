//! The records of a CSV file with a header line, each with the line it begins on.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use csv::ByteRecord;

use crate::import::lines::{Lines, RECORD_BYTES_MAX};
use crate::import::text::{Bytes, TextFile};

/// A file that is read record by record.
pub(crate) struct CsvRecords {
    file: csv::Reader<Lines<Bytes>>,
    path: PathBuf,
    names: Vec<String>,
    /// How many records were read, where that is what they are known by.
    rows: Option<u64>,
}

impl CsvRecords {
    pub(crate) fn open(text: &TextFile) -> anyhow::Result<Self> {
        let path = text.path().to_owned();
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(text.delimiter()).flexible(true).buffer_capacity(1 << 20);
        let mut file = builder.from_reader(Lines::after(text.lines_before(), text.open()?));
        let header = file.byte_headers().with_context(|| format!("cannot read {}", path.display()))?;
        // A byte order mark belongs to the file, not to the name of its first column.
        let names = header.iter().map(|name| String::from_utf8_lossy(name));
        let names: Vec<String> =
            names.map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        ensure!(
            names.iter().any(|name| !name.is_empty()),
            "{} is empty; give a CSV file with a header line",
            path.display()
        );
        let end = file.position().byte();
        file.get_mut().ends(end);
        Ok(Self { file, path, names, rows: text.counts_rows().then_some(0) })
    }

    /// The names of the columns; empty for one without.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Reads the next record; its line, or none at the end.
    pub(crate) fn next(&mut self, record: &mut ByteRecord) -> anyhow::Result<Option<u64>> {
        let Self { file, path, rows, .. } = self;
        if !file.read_byte_record(record).with_context(|| format!("cannot read {}", path.display()))? {
            return Ok(None);
        }
        let start = record.position().map_or(0, csv::Position::byte);
        let end = file.position().byte();
        let lines = file.get_mut();
        let line = lines.line_of(start);
        let line = rows.as_mut().map_or(line, |rows| {
            *rows += 1;
            *rows
        });
        lines.ends(end);
        ensure!(
            end - start <= RECORD_BYTES_MAX,
            "cannot read {}: {}",
            path.display(),
            Lines::<Bytes>::too_long(line)
        );
        Ok(Some(line))
    }

    /// Bytes that were read.
    pub(crate) fn position(&self) -> u64 {
        self.file.position().byte()
    }
}
