//! A file that somebody else's program may read only once it is whole.
//!
//! It is written under a name that nobody has, beside the place where it is to be, and gets its name when it is on the disk. What does not
//! become whole goes away, also when the command is stopped.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use tempfile::NamedTempFile;
use tokio::signal::unix::{SignalKind, signal};

use crate::serve::StopSignal;

/// What a file may be at most; the mask of whoever runs this takes from it.
const MODE: u32 = 0o666;

/// A file on its way.
pub(crate) struct NewFile {
    path: PathBuf,
    file: NamedTempFile,
    force: bool,
}

impl NewFile {
    /// Begins one that is to be at `path`, where only `force` lets it replace another.
    pub(crate) fn create(path: &Path, force: bool) -> anyhow::Result<Self> {
        let shown = path.display();
        ensure!(!path.is_dir(), "{shown} is a directory; name a file in it");
        // A link that leads nowhere is there, too.
        let is_there = fs::symlink_metadata(path).is_ok();
        ensure!(
            force || !is_there,
            "{shown} is there already; choose another name, or replace it with --force"
        );
        // What a link leads to is replaced, and not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let name = path.file_name().with_context(|| format!("{shown} names no file"))?;
        let mut prefix = std::ffi::OsString::from(".");
        prefix.push(name);
        let file = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(".part")
            .permissions(Permissions::from_mode(MODE))
            .tempfile_in(parent(&path))
            .with_context(|| format!("cannot write {shown}; make room, or choose another place"))?;
        Ok(Self { path, file, force })
    }

    /// To write to.
    pub(crate) fn writer(&self) -> anyhow::Result<File> {
        self.file.as_file().try_clone().with_context(|| self.cannot())
    }

    /// Where it is meanwhile.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// What could not be done when something fails.
    pub(crate) fn cannot(&self) -> String {
        format!("cannot write {}; make room, or choose another place", self.path.display())
    }

    /// Gives it its name, durably.
    pub(crate) fn keep(self) -> anyhow::Result<()> {
        let cannot = self.cannot();
        self.file.as_file().sync_all().context(cannot.clone())?;
        let named =
            if self.force { self.file.persist(&self.path) } else { self.file.persist_noclobber(&self.path) };
        named.map_err(|error| error.error).context(cannot.clone())?;
        let synced = File::open(parent(&self.path)).and_then(|directory| directory.sync_all());
        synced.context(cannot)
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Does what makes a file, or ends it when the command is told to stop, so that nothing is left lying about.
pub(crate) async fn until_stopped<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    const STOPPED: &str = "stopped; no file was written";
    let (mut stop, mut hang_up) = (StopSignal::listen()?, signal(SignalKind::hangup())?);
    tokio::select! {
        done = work => done,
        () = stop.received() => bail!(STOPPED),
        _ = hang_up.recv() => bail!(STOPPED),
    }
}
