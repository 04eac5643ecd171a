//! The file that a table is written to. It has its name only once it is whole.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context as _, bail};
use arrow_ipc::reader::StreamDecoder;
use arrow_ipc::writer::FileWriter;
use lojal_proto::v1;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use prost_types::value::Kind;

use crate::new_file::NewFile;
use crate::spreadsheet::guarded;

/// How the table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Parquet,
    Csv,
    Arrow,
}

impl Ending {
    pub(crate) fn of(path: &Path) -> anyhow::Result<Self> {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        Ok(match &*ending {
            "parquet" | "pq" => Self::Parquet,
            "csv" => Self::Csv,
            "arrow" | "feather" => Self::Arrow,
            _ => bail!("--out is {}; end it in .parquet, .csv or .arrow", path.display()),
        })
    }
}

/// What a table is written by; none before its columns are known.
enum Writer {
    Waiting(File),
    Parquet(Box<ArrowWriter<File>>),
    Csv(Box<csv::Writer<File>>),
    Arrow(Box<FileWriter<BufWriter<File>>>),
}

/// A table on its way to a file.
pub(crate) struct TableFile {
    file: NewFile,
    ending: Ending,
    writer: Option<Writer>,
    /// Whether texts are written as they are, and else which columns of CSV hold texts.
    raw: bool,
    texts: Vec<bool>,
    decoder: StreamDecoder,
}

impl TableFile {
    pub(crate) fn create(file: NewFile, ending: Ending, raw: bool) -> anyhow::Result<Self> {
        let writer = Some(Writer::Waiting(file.writer()?));
        Ok(Self { file, ending, writer, raw, texts: Vec::new(), decoder: StreamDecoder::new() })
    }

    fn failed<E: std::error::Error + Send + Sync + 'static>(
        &self,
    ) -> impl FnOnce(E) -> anyhow::Error + use<E> {
        let cannot = self.file.cannot();
        move |error| anyhow::Error::new(error).context(cannot)
    }

    /// Writes the rows of a message.
    pub(crate) fn write(&mut self, message: &v1::ExportResponse) -> anyhow::Result<()> {
        match self.ending {
            Ending::Csv => self.write_rows(message),
            Ending::Parquet | Ending::Arrow => self.write_batches(message),
        }
    }

    fn write_rows(&mut self, message: &v1::ExportResponse) -> anyhow::Result<()> {
        if let Some(Writer::Waiting(file)) =
            self.writer.take_if(|writer| matches!(writer, Writer::Waiting(_)))
        {
            let mut writer = csv::Writer::from_writer(file);
            let names = message.columns.iter().map(|column| &column.name);
            writer.write_record(names).map_err(self.failed())?;
            self.writer = Some(Writer::Csv(Box::new(writer)));
            let is_text = |column: &v1::ExportColumn| column.r#type() == v1::ExportColumnType::Text;
            self.texts = message.columns.iter().map(|column| !self.raw && is_text(column)).collect();
        }
        let failed = self.failed();
        let Some(Writer::Csv(writer)) = &mut self.writer else { return Ok(()) };
        let mut rows = message.rows.iter();
        let texts = &self.texts;
        let written = rows.try_for_each(|row| {
            writer.write_record(row.values.iter().enumerate().map(|(place, value)| {
                let text = plain(value.kind.as_ref());
                if texts.get(place) == Some(&true) { guarded(text) } else { text }
            }))
        });
        written.map_err(failed)
    }

    fn write_batches(&mut self, message: &v1::ExportResponse) -> anyhow::Result<()> {
        let unreadable =
            "the server sent a table that cannot be read; it may be newer or older than this program";
        let mut bytes = message.arrow.clone().into();
        let mut batches = Vec::new();
        while let Some(batch) = self.decoder.decode(&mut bytes).context(unreadable)? {
            batches.push(batch);
        }
        if let Some(Writer::Waiting(file)) =
            self.writer.take_if(|writer| matches!(writer, Writer::Waiting(_)))
        {
            let schema = self.decoder.schema().context(unreadable)?;
            self.writer = Some(if self.ending == Ending::Parquet {
                let compression = Compression::ZSTD(ZstdLevel::default());
                let properties = WriterProperties::builder().set_compression(compression).build();
                let writer = ArrowWriter::try_new(file, schema, Some(properties)).map_err(self.failed())?;
                Writer::Parquet(Box::new(writer))
            } else {
                let writer = FileWriter::try_new_buffered(file, &schema).map_err(self.failed())?;
                Writer::Arrow(Box::new(writer))
            });
        }
        for batch in &batches {
            match &mut self.writer {
                Some(Writer::Parquet(writer)) => writer.write(batch).with_context(|| self.file.cannot())?,
                Some(Writer::Arrow(writer)) => writer.write(batch).with_context(|| self.file.cannot())?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Ends the file and gives it its name.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        match self.writer.take() {
            Some(Writer::Parquet(writer)) => drop(writer.into_inner().map_err(self.failed())?),
            Some(Writer::Csv(mut writer)) => writer.flush().map_err(self.failed())?,
            // It flushes what it has buffered.
            Some(Writer::Arrow(mut writer)) => writer.finish().map_err(self.failed())?,
            Some(Writer::Waiting(_)) | None => bail!("the server sent no table"),
        }
        self.file.keep()
    }
}

fn plain(value: Option<&Kind>) -> String {
    match value {
        Some(Kind::StringValue(text)) => text.clone(),
        Some(Kind::NumberValue(number)) => number.to_string(),
        Some(Kind::BoolValue(flag)) => flag.to_string(),
        _ => String::new(),
    }
}
