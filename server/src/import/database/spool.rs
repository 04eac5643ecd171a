//! Where the answer of a database is until it is sent: a file that nobody else sees, and that goes away with the process.
//!
//! All that files can be, such as looked through, previewed and gone on with, an answer can be so; and nothing of it is sent
//! before its last row is here.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::TempPath;

const BUFFER: usize = 1 << 20;

/// A file on its way to be read.
pub(crate) struct Spool {
    writer: csv::Writer<BufWriter<File>>,
    kept: Kept,
}

/// A file that was written, and is there as long as this.
#[derive(Debug)]
pub(crate) struct Kept {
    path: PathBuf,
    _file: File,
    /// Where it can only be read by its name it has one, and loses it in the end.
    _name: Option<TempPath>,
}

impl Kept {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Spool {
    /// Begins a file where temporary ones are.
    pub(crate) fn begin() -> anyhow::Result<Self> {
        let file = tempfile::Builder::new().prefix("lojal-rows-").tempfile().with_context(no_room)?;
        let (file, name) = file.into_parts();
        let writer = file.try_clone().with_context(no_room)?;
        let writer = csv::Writer::from_writer(BufWriter::with_capacity(BUFFER, writer));
        let kept = match by_number(&file) {
            // Without a name nothing is left lying about, however the process ends.
            Some(path) => {
                name.close().with_context(no_room)?;
                Kept { path, _file: file, _name: None }
            }
            None => Kept { path: name.to_path_buf(), _file: file, _name: Some(name) },
        };
        Ok(Self { writer, kept })
    }

    /// Writes a row, or the names of the columns.
    pub(crate) fn row<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> anyhow::Result<()> {
        self.writer.write_record(cells.map(str::as_bytes)).map_err(io::Error::from).with_context(no_room)
    }

    /// Ends it.
    pub(crate) fn end(mut self) -> anyhow::Result<Kept> {
        self.writer.flush().with_context(no_room)?;
        Ok(self.kept)
    }
}

/// A path that leads to an open file whatever its name is, on systems that have such paths.
#[cfg(target_os = "linux")]
fn by_number(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd as _;
    let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    File::open(&path).is_ok().then_some(path)
}

#[cfg(not(target_os = "linux"))]
fn by_number(_: &File) -> Option<PathBuf> {
    None
}

fn no_room() -> String {
    format!(
        "cannot keep the rows of the query in {}, and nothing was sent; make room there, or name another folder in the environment as TMPDIR",
        std::env::temp_dir().display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_can_be_read_twice_and_is_gone_with_it() {
        let mut spool = Spool::begin().unwrap();
        spool.row(["customer", "a,\"b\"\nc"].into_iter()).unwrap();
        spool.row([""; 2].into_iter()).unwrap();
        let kept = spool.end().unwrap();
        for _ in 0..2 {
            let text = std::fs::read_to_string(kept.path()).unwrap();
            assert_eq!(text, "customer,\"a,\"\"b\"\"\nc\"\n,\n");
        }
        let path = kept.path().to_owned();
        drop(kept);
        assert!(!path.exists());
    }
}
