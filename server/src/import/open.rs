//! Opening a file of one of the formats people have.

use std::path::Path;

use crate::cli::ImportArgs;
use crate::import::csv::CsvSource;
use crate::import::parquet::ParquetSource;
use crate::import::source::Source;
use crate::import::values::Values;

/// Opens a file; what format it has is told by its name.
pub(crate) fn open(args: &ImportArgs, values: &Values) -> anyhow::Result<Box<dyn Source>> {
    // Files are read twice, and from where an import was cut short: pipes and devices are not.
    let is_file = args.file.metadata().map_or(true, |metadata| metadata.is_file());
    anyhow::ensure!(
        is_file,
        "{} is no plain file; save it to one first, and import that",
        args.file.display()
    );
    Ok(if is_parquet(&args.file) {
        Box::new(ParquetSource::open(args, values.clone())?)
    } else {
        Box::new(CsvSource::open(args, values.clone())?)
    })
}

/// Whether a file is a Parquet file, by its name.
pub(crate) fn is_parquet(file: &Path) -> bool {
    file.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet") || ending.eq_ignore_ascii_case("pq"))
}
