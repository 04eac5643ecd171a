//! Power cuts: a store is used while its directory is looked at before and after each sync, and then every image that a
//! power cut might have left must open and hold what was acknowledged by then.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use lojal_store::{Store, StoreError};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::image::Image;
use crate::numbered;

/// Times the directory is opened and written to.
const SESSIONS: u32 = 4;
/// Batches of a session.
const BATCHES: u32 = 7;
/// Writers at once, so that a commit holds several batches.
const WRITERS: u32 = 2;
/// Points at which unsynced bytes are in the files.
const LOOK: [&str; 3] = ["log::after_put", "log::before_fsync", "commit::after_answer"];
/// The point at which everything is synced.
const SYNCED: &str = "log::after_fsync";

/// Opens a store; again and again, from several threads.
pub type Open = dyn Fn(&Path) -> Result<Arc<dyn Store>, StoreError> + Send + Sync;

/// A moment: what is on the disk for certain, what the files say, and what was acknowledged.
struct DiskState {
    synced: Image,
    current: Image,
    acknowledged: BTreeSet<u32>,
    sent: u32,
    first_opening: bool,
}

#[derive(Default)]
struct Watch {
    synced: Image,
    acknowledged: BTreeSet<u32>,
    first_opening: bool,
    moments: Vec<DiskState>,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Moments at which the power might have been cut.
    pub moments: usize,
    /// Images that were opened and read.
    pub images: usize,
    /// Of them, those of a first opening, with nothing acknowledged yet.
    pub first_openings: usize,
    /// Batches that were acknowledged, over all images; all were there.
    pub acknowledged: usize,
    /// Batches that were not, and there whole.
    pub unanswered: usize,
}

impl std::ops::AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.moments += other.moments;
        self.images += other.images;
        self.first_openings += other.first_openings;
        self.acknowledged += other.acknowledged;
        self.unanswered += other.unanswered;
    }
}

/// Uses a store in an empty directory and looks at it.
async fn watch(open: &Open) -> Vec<DiskState> {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let watch = Arc::new(Mutex::new(Watch { first_opening: true, ..Watch::default() }));
    let sent = Arc::new(AtomicU32::new(0));
    for point in LOOK {
        let (watch, sent, data) = (watch.clone(), sent.clone(), data.clone());
        fail::cfg_callback(point, move || {
            let mut watch = watch.lock().expect("a watch");
            let current = Image::of(&data, &watch.synced);
            if current == watch.synced {
                return;
            }
            let moment = DiskState {
                synced: watch.synced.clone(),
                current,
                acknowledged: watch.acknowledged.clone(),
                sent: sent.load(Ordering::SeqCst),
                first_opening: watch.first_opening,
            };
            watch.moments.push(moment);
        })
        .expect("a point");
    }
    let (watched, synced) = (watch.clone(), data.clone());
    fail::cfg_callback(SYNCED, move || {
        let mut watch = watched.lock().expect("a watch");
        watch.synced = Image::of(&synced, &watch.synced);
    })
    .expect("a point");
    for session in 0..SESSIONS {
        let store = open(&data).expect("a store that opens");
        watch.lock().expect("a watch").first_opening = false;
        let last = (session + 1) * BATCHES;
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..WRITERS {
            let (store, sent, watch) = (store.clone(), sent.clone(), watch.clone());
            writers.spawn(async move {
                while let Ok(number) = sent.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |next| {
                    (next < last).then_some(next + 1)
                }) {
                    numbered::append(&*store, number).await.expect("a batch that is taken");
                    watch.lock().expect("a watch").acknowledged.insert(number);
                }
            });
        }
        while let Some(ended) = writers.join_next().await {
            ended.expect("a writer");
        }
        store.close().await;
    }
    for point in LOOK.into_iter().chain([SYNCED]) {
        fail::remove(point);
    }
    std::mem::take(&mut watch.lock().expect("a watch").moments)
}

/// Makes this many images, with this many threads, and tells after each.
///
/// # Panics
/// When an image does not open, or misses something that was acknowledged, or has something in part or twice.
pub async fn run(
    open: Arc<Open>,
    seed: u64,
    images: usize,
    threads: usize,
    progress: impl Fn(&Done) + Send + Sync + 'static,
) -> Done {
    let moments = Arc::new(watch(&*open).await);
    let done = Arc::new(Mutex::new(Done { moments: moments.len(), ..Done::default() }));
    let progress = Arc::new(progress);
    let mut workers = tokio::task::JoinSet::new();
    for thread in 0..threads {
        let (open, moments, done, progress) = (open.clone(), moments.clone(), done.clone(), progress.clone());
        workers.spawn(async move {
            for index in (thread..images).step_by(threads) {
                let mut random = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(1_000_003) + index as u64);
                let number = random.random_range(0..moments.len());
                let moment = &moments[number];
                let case = format!("seed {seed}, image {index} of moment {number}");
                let present = check(&*open, moment, &mut random, &case).await;
                let mut done = done.lock().expect("what is done");
                done.images += 1;
                done.first_openings += usize::from(moment.first_opening);
                done.acknowledged += moment.acknowledged.len();
                done.unanswered += present.len() - moment.acknowledged.len();
                progress(&done);
            }
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()));
    }
    let done = done.lock().expect("what is done");
    *done
}

async fn check(open: &Open, moment: &DiskState, random: &mut ChaCha8Rng, case: &str) -> BTreeSet<u32> {
    let mut directory = tempfile::tempdir().expect("a directory");
    moment.synced.torn(&moment.current, random).write(directory.path());
    // What fails is kept to be looked at.
    directory.disable_cleanup(true);
    let case =
        format!("{case}, first opening: {}, kept in {}", moment.first_opening, directory.path().display());
    let store = open(directory.path()).unwrap_or_else(|error| panic!("{case}: {error}"));
    let present = numbered::check(&*store, &moment.acknowledged, moment.sent).await;
    let present = present.unwrap_or_else(|wrong| panic!("{case}: {wrong}"));
    if random.random_bool(0.2) {
        let completed = numbered::complete(&*store, &present, moment.sent).await;
        completed.unwrap_or_else(|wrong| panic!("{case}, and then everything again: {wrong}"));
    }
    store.close().await;
    directory.disable_cleanup(false);
    present
}
