//! Files that are read at the start, and again on SIGHUP and whenever they change.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::service_manager;

/// How often files are looked at. Whoever renews a certificate does so days before the old one ends.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// What is in some files, and what is made of it.
pub(crate) trait Files: Send + 'static {
    /// What is in them.
    type Contents: PartialEq + Send + 'static;

    /// What is in them, in the log's words, such as "certificates".
    const WHAT: &'static str;

    /// Reads them; on a thread that may wait for a disk.
    ///
    /// # Errors
    /// For what cannot be read, with the option that names it.
    fn read(&self) -> anyhow::Result<Self::Contents>;

    /// Has what is in them in force from now on.
    ///
    /// # Errors
    /// For what makes no sense. Nothing has changed then.
    fn put_in_force(&self, contents: &Self::Contents) -> anyhow::Result<()>;
}

/// Files, and what was in them when they were last looked at.
pub(crate) struct Followed<F: Files> {
    files: F,
    contents: F::Contents,
}

impl<F: Files + Clone> Followed<F> {
    /// Follows files from where they had these contents, which are in force.
    pub(crate) fn new(files: F, contents: F::Contents) -> Self {
        Self { files, contents }
    }

    /// Reads the files again whenever that is due, until the server stops.
    pub(crate) async fn follow(mut self, mut hangup: Signal, mut stopped: watch::Receiver<bool>) {
        let mut look = tokio::time::interval(LOOK_EVERY);
        while !*stopped.borrow() {
            let was_asked = tokio::select! {
                _ = hangup.recv() => true,
                _ = look.tick() => false,
                _ = stopped.changed() => return,
            };
            if was_asked {
                service_manager::reloading();
            }
            self.renew(was_asked).await;
            if was_asked {
                service_manager::ready();
            }
        }
    }

    /// Takes new files if they can be used, and keeps the old ones otherwise.
    async fn renew(&mut self, was_asked: bool) {
        let what = F::WHAT;
        match self.look().await {
            Ok(true) => tracing::info!("{what} were read again"),
            Ok(false) if was_asked => tracing::info!("{what} have not changed"),
            Ok(false) => {}
            Err(error) => tracing::error!(
                error = format!("{error:#}"),
                "{what} cannot be used, and those before stay in force; correct the files"
            ),
        }
    }

    /// Whether there is something new in them, which is in force then.
    async fn look(&mut self) -> anyhow::Result<bool> {
        let files = self.files.clone();
        let contents =
            tokio::task::spawn_blocking(move || files.read()).await.map_err(io::Error::other)??;
        if contents == self.contents {
            return Ok(false);
        }
        // Said once of each change, and not every time it is looked at.
        self.contents = contents;
        self.files.put_in_force(&self.contents)?;
        Ok(true)
    }
}

/// Opens a file that is read again and again: plain ones alone, since a pipe would be waited for without an end.
///
/// # Errors
/// For what cannot be opened or is something else.
pub(crate) fn open_plain(path: &Path) -> io::Result<File> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    File::open(path)
}

/// SIGHUP, which from now on ends the process no more.
pub(crate) fn hangups() -> anyhow::Result<Signal> {
    Ok(signal(SignalKind::hangup())?)
}
