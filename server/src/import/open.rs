//! Opening a file of purchases in one of the formats people have.

use crate::cli::ImportArgs;
use crate::import::csv::CsvSource;
use crate::import::habits::Habits;
use crate::import::parquet::ParquetSource;
use crate::import::source::Source;
use crate::import::table::TableFile;
use crate::import::table_source::TableSource;

/// Opens a file from its beginning.
pub(crate) fn open(args: &ImportArgs, file: &TableFile, habits: &Habits) -> anyhow::Result<Box<dyn Source>> {
    Ok(match file {
        TableFile::Parquet(_) => Box::new(ParquetSource::open(args, habits.clone())?),
        TableFile::Csv(text) => Box::new(CsvSource::open(args, text, habits.clone())?),
        TableFile::Json(_) => Box::new(TableSource::open(args, file, habits.clone())?),
    })
}
