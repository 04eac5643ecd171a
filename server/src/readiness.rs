//! Whether calls are served, in a sentence: while the store is read, while it serves, while it stops.

use std::sync::atomic::{AtomicBool, Ordering};

use lojal_store_sled::{Loaded, Loading};
use tokio::sync::watch;

/// How a server is, for whoever sends it calls.
#[derive(Debug)]
pub(crate) struct Readiness {
    phase: watch::Sender<Phase>,
    /// Whether the store refused writes when it was last looked at, which may be before calls are served.
    is_read_only: AtomicBool,
    /// How far the store is read.
    pub(crate) loading: Loading,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Loading,
    Serving,
    Stopping,
}

impl Default for Readiness {
    fn default() -> Self {
        let phase = watch::Sender::new(Phase::Loading);
        Self { phase, is_read_only: AtomicBool::default(), loading: Loading::default() }
    }
}

impl Readiness {
    /// Calls are served from now on.
    pub(crate) fn serve(&self) {
        self.phase.send_replace(Phase::Serving);
    }

    /// Whether writes are among them.
    pub(crate) fn set_writable(&self, is_writable: bool) {
        self.is_read_only.store(!is_writable, Ordering::Relaxed);
    }

    /// New calls are served no more.
    pub(crate) fn stop(&self) {
        self.phase.send_replace(Phase::Stopping);
    }

    /// Whether calls are served, and a sentence on it. `under_way` calls have not ended yet.
    pub(crate) fn told(&self, under_way: u64) -> (bool, String) {
        match *self.phase.borrow() {
            Phase::Loading => (false, loading(self.loading.so_far())),
            Phase::Serving if !self.is_read_only.load(Ordering::Relaxed) => (true, "serving".to_owned()),
            Phase::Serving => (
                true,
                "serving questions; writes are refused, because the disk failed or is full: make room, and restart the server if that does not help".to_owned(),
            ),
            Phase::Stopping => (false, format!("stopping; calls under way: {under_way}")),
        }
    }
}

fn loading(loaded: Loaded) -> String {
    let Loaded { blocks, of, records } = loaded;
    match loaded.percent() {
        Some(percent) => {
            format!("reading the log: {blocks} of {of} blocks ({percent} %), {records} records so far")
        }
        None => "opening the data directory".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stopping_is_the_last_word() {
        let readiness = Readiness::default();
        assert_eq!(readiness.told(0), (false, "opening the data directory".to_owned()));
        // The disk may be looked at before calls are served, and is not forgotten then.
        readiness.set_writable(false);
        assert!(!readiness.told(0).0);
        readiness.serve();
        let (is_ready, sentence) = readiness.told(3);
        assert!(is_ready && sentence.contains("writes are refused"), "{sentence}");
        readiness.set_writable(true);
        assert_eq!(readiness.told(3), (true, "serving".to_owned()));
        readiness.stop();
        readiness.set_writable(true);
        assert_eq!(readiness.told(2), (false, "stopping; calls under way: 2".to_owned()));
    }

    #[test]
    fn what_was_read_is_told_with_its_share() {
        let told = loading(Loaded { blocks: 1_204, of: 8_000, records: 1_203_000 });
        assert_eq!(told, "reading the log: 1204 of 8000 blocks (15 %), 1203000 records so far");
    }
}
