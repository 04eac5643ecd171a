//! CSV files as tables.

use csv::{ByteRecord, StringRecord};

use crate::import::csv_records::CsvRecords;
use crate::import::table::Table;
use crate::import::text::TextFile;

/// A CSV file with a header line.
pub(crate) struct CsvTable {
    file: CsvRecords,
    record: ByteRecord,
    /// Columns up to the last that has a name: spreadsheets write empty cells after it.
    width: usize,
    bytes: u64,
    text: TextFile,
}

impl CsvTable {
    pub(crate) fn open(text: &TextFile) -> anyhow::Result<Self> {
        let file = CsvRecords::open(text)?;
        let width = file.names().iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        Ok(Self { file, record: ByteRecord::new(), width, bytes: text.size(), text: text.clone() })
    }
}

impl Table for CsvTable {
    fn names(&self) -> &[String] {
        &self.file.names()[..self.width]
    }

    fn next(&mut self, row: &mut StringRecord) -> anyhow::Result<Option<(u64, Result<(), String>)>> {
        let Some(line) = self.file.next(&mut self.record)? else { return Ok(None) };
        row.clear();
        for column in 0..self.width {
            let cell = self.record.get(column).unwrap_or_default();
            row.push_field(String::from_utf8_lossy(cell).trim());
        }
        // Then nobody knows which cell is which.
        let beyond = self.record.iter().skip(self.width).any(|cell| !cell.trim_ascii().is_empty());
        let read = match beyond {
            true => Err(format!(
                "there are {} cells where the header has {}; put what has the separator in it into double quotes",
                self.record.len(),
                self.width
            )),
            false => Ok(()),
        };
        Ok(Some((line, read)))
    }

    fn is_exact(&self, column: usize) -> bool {
        self.text.is_exact(column)
    }

    fn position(&self) -> u64 {
        self.file.position()
    }

    fn total(&self) -> u64 {
        self.bytes
    }
}
