//! Whether anything can be written, and why not.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use lojal_store::StoreError;
use parking_lot::Mutex;

use crate::write::measures::Measures;

/// Shared by those who write and those who ask.
#[derive(Default)]
pub(crate) struct Health {
    /// Why nothing can be written until the store is opened again.
    broken: Mutex<Option<String>>,
    /// The disk is fuller than it may become. Over once there is room again.
    full: AtomicBool,
    /// Where that is looked at.
    directory: PathBuf,
    /// What is measured of those who write.
    pub(crate) measures: Measures,
    /// Writing stops when less than this is free.
    free_bytes_min: u64,
}

impl Health {
    pub(crate) fn new(directory: &Path, free_bytes_min: u64) -> Self {
        Self { directory: directory.to_owned(), free_bytes_min, ..Self::default() }
    }

    /// Whether writes are taken. Looks anew, so that room is noticed when nobody writes any more.
    pub(crate) fn is_writable(&self) -> bool {
        self.check_space().is_ok()
    }

    /// [`StoreError::ReadOnly`] once something failed.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match &*self.broken.lock() {
            None => Ok(()),
            Some(reason) => Err(StoreError::ReadOnly(reason.clone())),
        }
    }

    /// The same, and also when too little of the disk is free.
    pub(crate) fn check_space(&self) -> Result<(), StoreError> {
        self.check()?;
        if self.free_bytes_min == 0 {
            return Ok(());
        }
        // Where the system does not say how much is free, the disk itself will.
        let Ok(free) = free_bytes(&self.directory) else { return Ok(()) };
        let full = free < self.free_bytes_min;
        if full != self.full.swap(full, Ordering::AcqRel) {
            if full {
                tracing::error!(
                    free,
                    least = self.free_bytes_min,
                    "too little of the disk is free; reading goes on"
                );
            } else {
                tracing::info!(free, "there is room on the disk again; writing goes on");
            }
        }
        if full {
            let least = self.free_bytes_min;
            return Err(StoreError::ReadOnly(format!("less than {least} bytes of the disk are free")));
        }
        Ok(())
    }

    /// Bytes that are free to us.
    pub(crate) fn free_bytes(&self) -> std::io::Result<u64> {
        free_bytes(&self.directory)
    }

    /// Ends writing. The first reason stays.
    pub(crate) fn give_up(&self, error: &StoreError) {
        let mut broken = self.broken.lock();
        if broken.is_none() {
            let reason = match error {
                StoreError::ReadOnly(reason) => reason.clone(),
                other => other.to_string(),
            };
            tracing::error!(%reason, "cannot write any more; reading goes on, restart when the disk works again");
            *broken = Some(reason);
        }
    }
}

/// Ends writing when the thread that holds it panics, before anybody learns of that by an answer that never comes: what
/// would be written after that is never synced.
pub(crate) struct Alarm<'h>(pub(crate) &'h Health);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.give_up(&StoreError::ReadOnly("a thread that writes panicked".to_owned()));
        }
    }
}

/// Bytes that are free to us where a directory is.
pub(crate) fn free_bytes(directory: &Path) -> std::io::Result<u64> {
    let found = rustix::fs::statvfs(directory)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}
