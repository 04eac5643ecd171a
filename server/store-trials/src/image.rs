//! Images of a directory as a power cut may leave it: everything that was synced, and of what was written since any part.
//!
//! A disk keeps whole sectors or pages, in no order: of the blocks that differ since the last sync each is there or not.
//! A file that grew may have its old length, its new one or one between, with zeros where nothing arrived. Of files that
//! were made, renamed or removed since, each may be there or not.
//!
//! Snapshots of sled are synced under another name before they get theirs, so they are whole under it, and whole, in
//! part or absent under the other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// The files of a directory and what is in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    files: BTreeMap<PathBuf, Arc<Vec<u8>>>,
}

impl Image {
    /// What is in a directory now. Files that are as in `before` share their bytes with it.
    #[must_use]
    pub fn of(directory: &Path, before: &Self) -> Self {
        let mut files = BTreeMap::new();
        let mut open = vec![directory.to_owned()];
        while let Some(next) = open.pop() {
            let Ok(entries) = std::fs::read_dir(&next) else { continue };
            for entry in entries {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                // One that is gone by now was removed in between.
                let Ok(bytes) = std::fs::read(&path) else { continue };
                let name = path.strip_prefix(directory).expect("a file of the directory").to_owned();
                let same = before.files.get(&name).filter(|old| ***old == bytes).cloned();
                files.insert(name, same.unwrap_or_else(|| Arc::new(bytes)));
            }
        }
        Self { files }
    }

    /// Writes it into an empty directory.
    pub fn write(&self, directory: &Path) {
        for (name, bytes) in &self.files {
            let path = directory.join(name);
            std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
            std::fs::write(path, bytes.as_slice()).expect("a file");
        }
    }

    /// Its files by name.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<PathBuf, Arc<Vec<u8>>> {
        &self.files
    }

    /// Whether any of its files has these bytes.
    #[must_use]
    pub fn has(&self, bytes: &[u8]) -> bool {
        self.files.values().any(|file| file.windows(bytes.len()).any(|window| window == bytes))
    }

    /// Puts another content into a file.
    pub fn replace(&mut self, name: &Path, bytes: Vec<u8>) {
        self.files.insert(name.to_owned(), Arc::new(bytes));
    }

    /// One of the images that a power cut may leave of `current`, when `self` was synced.
    #[must_use]
    pub fn torn(&self, current: &Self, random: &mut ChaCha8Rng) -> Self {
        let block = if random.random_bool(0.5) { 512 } else { 4_096 };
        // Few, half or nearly all of what was written arrived.
        let arrives = [0.05, 0.5, 0.95][random.random_range(0..3)];
        let names: BTreeSet<&PathBuf> = self.files.keys().chain(current.files.keys()).collect();
        let mut files = BTreeMap::new();
        for name in names {
            let kept = match (self.files.get(name), current.files.get(name)) {
                (Some(old), Some(new)) if old == new => Some(old.clone()),
                // Synced under another name before it gets this one, so whole, old or new.
                (Some(old), Some(new)) if is_replaced(name) => {
                    Some(if random.random_bool(0.5) { old.clone() } else { new.clone() })
                }
                // Its directory is synced before anything else is made in it.
                (None, Some(new)) if is_replaced(name) => {
                    let alone = current.files.keys().all(|name| name.components().count() == 1);
                    (!alone || random.random_bool(0.5)).then(|| new.clone())
                }
                (Some(old), Some(new)) => Some(Arc::new(mixed(old, new, block, arrives, random))),
                (Some(old), None) => random.random_bool(0.5).then(|| old.clone()),
                (None, Some(new)) if random.random_bool(0.5) => Some(new.clone()),
                (None, Some(new)) => {
                    let part = Arc::new(mixed(&[], new, block, arrives, random));
                    if let Some(unfinished) = unfinished(name) {
                        files.insert(unfinished, part);
                        None
                    } else {
                        random.random_bool(0.5).then_some(part)
                    }
                }
                (None, None) => None,
            };
            files.extend(kept.map(|bytes| (name.clone(), bytes)));
        }
        Self { files }
    }
}

/// Whether a file only ever gets a new content as a whole, by a rename.
fn is_replaced(name: &Path) -> bool {
    name == Path::new("LOJAL")
}

/// The name of a snapshot while it is written.
fn unfinished(name: &Path) -> Option<PathBuf> {
    let text = name.file_name()?.to_str()?;
    let is_snapshot = text.starts_with("snap.") && !text.ends_with(".generating");
    is_snapshot.then(|| name.with_file_name(format!("{text}.generating")))
}

fn mixed(old: &[u8], new: &[u8], block: usize, arrives: f64, random: &mut ChaCha8Rng) -> Vec<u8> {
    let length = match random.random_range(0..3) {
        0 => new.len(),
        1 => old.len(),
        _ => random.random_range(old.len().min(new.len())..=old.len().max(new.len())),
    };
    let mut mixed = old.to_vec();
    mixed.resize(length, 0);
    for start in (0..length.min(new.len())).step_by(block) {
        let end = (start + block).min(length).min(new.len());
        if random.random_bool(arrives) {
            mixed[start..end].copy_from_slice(&new[start..end]);
        }
    }
    mixed
}
