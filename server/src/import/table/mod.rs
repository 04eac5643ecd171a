//! A file as a table of texts, whatever format it has: what is read of it is found by the names of its columns.
//!
//! Purchases by the million are read by [`crate::import::source::Source`] instead, without making texts of what is none.

mod csv_table;
mod json_table;
mod parquet_table;

use std::path::{Path, PathBuf};

use ::csv::StringRecord;

use crate::cli::ImportArgs;
use crate::import::table::csv_table::CsvTable;
use crate::import::table::json_table::JsonTable;
use crate::import::table::parquet_table::ParquetTable;
use crate::import::text::TextFile;

/// Rows with named columns. An empty cell is one that is missing.
pub(crate) trait Table: Send {
    /// The names of the columns; empty for one without.
    fn names(&self) -> &[String];

    /// Reads the next row: a text for each column, without blanks around it. Tells its line and, where it is no row of
    /// this table, why; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn next(&mut self, row: &mut StringRecord) -> anyhow::Result<Option<(u64, Result<(), String>)>>;

    /// Whether a column holds numbers, and not texts that people wrote.
    fn is_exact(&self, column: usize) -> bool {
        let _ = column;
        false
    }

    /// How much is read, of [`Self::total`].
    fn position(&self) -> u64;

    /// How much there is: bytes or rows.
    fn total(&self) -> u64;
}

/// A file of a table, and what it is.
#[derive(Clone, Debug)]
pub(crate) enum TableFile {
    Csv(TextFile),
    Json(TextFile),
    Parquet(PathBuf),
}

impl TableFile {
    /// Finds out what a file is: Parquet by its name, else by what it begins with.
    pub(crate) fn of(args: &ImportArgs) -> anyhow::Result<Self> {
        let path = args.path();
        // Files are read twice, and from where an import was cut short: pipes and devices are not.
        let is_file = path.metadata().map_or(true, |metadata| metadata.is_file());
        anyhow::ensure!(
            is_file,
            "{} is no plain file; save it to one first, and import that",
            path.display()
        );
        if is_parquet(path) {
            return Ok(Self::Parquet(path.to_owned()));
        }
        let text = TextFile::of(path, args.encoding.as_deref(), args.delimiter.as_deref())?;
        Ok(if text.is_json()? { Self::Json(text) } else { Self::Csv(text) })
    }

    /// Opens it from its beginning.
    pub(crate) fn open(&self) -> anyhow::Result<Box<dyn Table>> {
        Ok(match self {
            Self::Csv(text) => Box::new(CsvTable::open(text)?),
            Self::Json(text) => Box::new(JsonTable::open(text)?),
            Self::Parquet(path) => Box::new(ParquetTable::open(path)?),
        })
    }

    /// What to tell of it.
    pub(crate) fn notes(&self) -> &[String] {
        match self {
            Self::Csv(text) | Self::Json(text) => &text.notes,
            Self::Parquet(_) => &[],
        }
    }
}

/// Whether a file is a Parquet file, by its name.
fn is_parquet(file: &Path) -> bool {
    file.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet") || ending.eq_ignore_ascii_case("pq"))
}
