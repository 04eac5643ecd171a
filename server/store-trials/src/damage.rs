//! Damage: a byte that is not what was written, or a file that ends too early. Then every answer is right, or the store
//! says that it cannot answer; nothing is wrong or missing without an error.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lojal_store::{Store, StoreError};
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::image::Image;
use crate::numbered::{self, Wrong};
use crate::power::Open;

/// Bytes from the end of what is written that are damaged more often than others.
const END: usize = 6_000;

/// The file with nearly everything in it.
const DB: &str = "log-1/db";

/// What must be there after damage, or else be told.
#[derive(Clone, Debug)]
pub enum Promise {
    /// These batches, of that many sent.
    Batches(BTreeSet<u32>, u32),
    /// The first ones of that many sent, none missing between: a file that ends early is a log that ends early.
    FirstOnes(u32),
}

/// What came of it, by how often.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Damaged in a place that nothing is read from, or mended.
    pub unharmed: usize,
    /// The store did not open, by what it said, without its details.
    pub refused: BTreeMap<String, usize>,
    /// The store opened, and reading told of damage.
    pub told: usize,
    /// What was wrong without an error, or not an error as it should be: none, one hopes.
    pub wrong: Vec<String>,
}

impl std::ops::AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.unharmed += other.unharmed;
        self.told += other.told;
        self.wrong.extend(other.wrong);
        for (what, count) in other.refused {
            *self.refused.entry(what).or_default() += count;
        }
    }
}

/// Flips a bit in each of so many bytes of an image, one at a time, spread over its files and what is in them.
///
/// Offsets are drawn from what is written rather than from zeros, every third from what was written last.
pub async fn flip(open: &Arc<Open>, image: &Image, promise: &Promise, seed: u64, flips: usize) -> Outcome {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let names: Vec<&PathBuf> =
        image.files().iter().filter(|(_, bytes)| !bytes.is_empty()).map(|(name, _)| name).collect();
    let mut outcome = Outcome::default();
    for index in 0..flips {
        // The large file has nearly everything in it, so the small ones get no more than every eighth flip.
        let db = PathBuf::from(DB);
        let name = if index % 8 == 0 { names.choose(&mut random).copied().unwrap_or(&db) } else { &db };
        let mut bytes = image.files()[name].to_vec();
        let written: Vec<usize> = (0..bytes.len()).filter(|&offset| bytes[offset] != 0).collect();
        let written = if index % 3 == 0 { &written[written.len().saturating_sub(END)..] } else { &written };
        let offset = *written.choose(&mut random).expect("something is written");
        bytes[offset] ^= 1 << random.random_range(0..8);
        let mut damaged = image.clone();
        damaged.replace(name, bytes);
        let case = format!("seed {seed}, flip {index}: byte {offset} of {}", name.display());
        judge(open, damaged, promise, case, &mut outcome).await;
    }
    outcome
}

/// Cuts the log off at random lengths.
pub async fn cut(open: &Arc<Open>, image: &Image, promise: &Promise, seed: u64, cuts: usize) -> Outcome {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut outcome = Outcome::default();
    let db = Path::new(DB);
    let whole = &image.files()[db];
    let written = whole.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    for index in 0..cuts {
        let length = random.random_range(0..=written);
        let mut damaged = image.clone();
        damaged.replace(db, whole[..length].to_vec());
        let case = format!("seed {seed}, cut {index}: {length} bytes of {}", whole.len());
        judge(open, damaged, promise, case, &mut outcome).await;
    }
    outcome
}

async fn judge(open: &Arc<Open>, image: Image, promise: &Promise, case: String, outcome: &mut Outcome) {
    let (open, promise) = (open.clone(), promise.clone());
    // A task of its own: a panic is an answer of the wrong kind, not the end of the trial.
    let judged = tokio::spawn(async move {
        let directory = tempfile::tempdir().expect("a directory");
        image.write(directory.path());
        let store = match open(directory.path()) {
            Ok(store) => store,
            Err(error) => return Err(Judged::Refused(error)),
        };
        let read = read(&*store, &promise).await;
        store.close().await;
        read.map_err(Judged::Wrong)
    });
    match judged.await {
        Ok(Ok(())) => outcome.unharmed += 1,
        Ok(Err(Judged::Refused(error))) => match error {
            StoreError::Corrupted(_) => *outcome.refused.entry("Corrupted".to_owned()).or_default() += 1,
            StoreError::UnknownFormat { .. } => {
                *outcome.refused.entry("UnknownFormat".to_owned()).or_default() += 1;
            }
            other => outcome.wrong.push(format!("{case}: refused with {other:?}")),
        },
        Ok(Err(Judged::Wrong(Wrong::Told(StoreError::Corrupted(_))))) => outcome.told += 1,
        Ok(Err(Judged::Wrong(wrong))) => outcome.wrong.push(format!("{case}: {wrong}")),
        Err(failed) => {
            let panic = failed.try_into_panic().ok();
            let said = panic.as_ref().and_then(|panic| {
                panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| Some((*panic.downcast_ref::<&str>()?).to_owned()))
            });
            outcome.wrong.push(format!("{case}: panicked: {}", said.unwrap_or_default()));
        }
    }
}

enum Judged {
    Refused(StoreError),
    Wrong(Wrong),
}

async fn read(store: &dyn Store, promise: &Promise) -> Result<(), Wrong> {
    match promise {
        Promise::Batches(batches, sent) => numbered::check(store, batches, *sent).await.map(|_| ()),
        Promise::FirstOnes(sent) => {
            let present = numbered::check(store, &BTreeSet::new(), *sent).await?;
            if present.iter().copied().eq(0..present.len() as u32) {
                return Ok(());
            }
            Err(Wrong::Untrue(format!("batches are missing in the middle: {present:?} are there")))
        }
    }
}
