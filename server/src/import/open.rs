//! Opening a file of purchases in one of the formats people have.

use crate::cli::ImportArgs;
use crate::import::csv::CsvSource;
use crate::import::parquet::ParquetSource;
use crate::import::source::Source;
use crate::import::table::TableFile;
use crate::import::table_source::TableSource;
use crate::import::values::Values;

/// Opens a file from its beginning.
pub(crate) fn open(args: &ImportArgs, file: &TableFile, values: &Values) -> anyhow::Result<Box<dyn Source>> {
    Ok(match file {
        TableFile::Parquet(_) => Box::new(ParquetSource::open(args, values.clone())?),
        TableFile::Csv(text) => Box::new(CsvSource::open(args, text, values.clone())?),
        TableFile::Json(_) => Box::new(TableSource::open(args, file, values.clone())?),
    })
}
