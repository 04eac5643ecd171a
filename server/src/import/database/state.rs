//! What is remembered between two loads of a query: from where on the next one asks.
//!
//! It is kept by who asks, and not by the server, since it says what of a database was seen; it counts only while the server has
//! what was loaded then.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::import::database::mark::Mark;

/// Where it is, for one query into one workspace.
#[derive(Debug)]
pub(crate) struct State {
    path: PathBuf,
    of: Of,
}

/// What it is of. There is no password in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Of {
    pub(crate) server: String,
    pub(crate) workspace: String,
    pub(crate) records: String,
    pub(crate) from: String,
    pub(crate) query: String,
    pub(crate) column: String,
}

/// What was loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) greatest: Mark,
    /// The workspace's revision after it. One that is lower is of a server that was put back.
    pub(crate) revision: i64,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    of: Of,
    #[serde(flatten)]
    seen: Seen,
}

impl State {
    /// That of a query, in the folder that was named or where people's programs keep such things.
    pub(crate) fn of(folder: Option<&Path>, of: Of) -> anyhow::Result<Self> {
        let variable = |name: &str| std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => variable("XDG_STATE_HOME")
                .or_else(|| Some(variable("HOME")?.join(".local/state")))
                .context("there is no home to remember in from where on; name a folder with --state")?
                .join("lojal"),
        };
        let parts = [&of.server, &of.workspace, &of.records, &of.from, &of.query, &of.column];
        let key: String = parts.iter().flat_map(|part| [part.as_str(), "\u{1f}"]).collect();
        Ok(Self { path: folder.join(format!("query-{:032x}.json", xxh3_128(key.as_bytes()))), of })
    }

    /// What was loaded before; none the first time.
    pub(crate) fn read(&self) -> anyhow::Result<Option<Seen>> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", self.path.display())),
        };
        let kept: Option<Kept> = serde_json::from_slice(&text).ok();
        let kept = kept.filter(|kept| kept.of == self.of && kept.seen.greatest.is_sound());
        let kept = kept.with_context(|| {
            format!("{} does not say from where on; load all rows with --from-start", self.path.display())
        })?;
        Ok(Some(kept.seen))
    }

    /// Keeps what was loaded, whole or not at all.
    pub(crate) fn keep(&self, seen: Seen) -> anyhow::Result<()> {
        let cannot = || {
            format!(
                "everything is loaded, but {} cannot be written, so that the next load asks for the same rows; name another folder with --state",
                self.path.display()
            )
        };
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(cannot)?;
        let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
        let text = serde_json::to_vec_pretty(&Kept { of: self.of.clone(), seen }).with_context(cannot)?;
        file.write_all(&text).with_context(cannot)?;
        file.as_file().sync_all().with_context(cannot)?;
        file.persist(&self.path).map_err(|error| error.error).with_context(cannot)?;
        File::open(folder).and_then(|folder| folder.sync_all()).with_context(cannot)
    }

    /// Whether the folder can be written to, before anything is loaded.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let is_writable = fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
        ensure!(
            is_writable.is_ok(),
            "{} cannot be written to, where it is remembered from where on; name another folder with --state",
            folder.display()
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Of {
        let text = str::to_owned;
        Of {
            server: text("http://127.0.0.1:50051"),
            workspace: text("default"),
            records: text("transactions"),
            from: text("postgres://ana@db/shop"),
            query: text(query),
            column: text("id"),
        }
    }

    #[test]
    fn what_was_kept_is_of_its_query_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new");
        let state = |query| State::of(Some(&folder), of(query)).unwrap();
        assert_eq!(state("SELECT 1").read().unwrap(), None);
        state("SELECT 1").check().unwrap();
        let seen = Seen { greatest: Mark::Number("7".to_owned()), revision: 3 };
        state("SELECT 1").keep(seen.clone()).unwrap();
        assert_eq!(state("SELECT 1").read().unwrap(), Some(seen));
        assert_eq!(state("SELECT 2").read().unwrap(), None);
        fs::write(&state("SELECT 2").path, "{}").unwrap();
        let told = state("SELECT 2").read().unwrap_err().to_string();
        assert!(told.contains("--from-start"), "{told}");
    }
}
