//! `lojal compact`: the log of a stopped server, written anew with its small blocks merged.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::Context as _;
use indicatif::BinaryBytes;
use lojal_store::Store as _;
use lojal_store_sled::{SledStore, is_data_directory};

use crate::cli::CompactArgs;
use crate::maintenance::explain;

/// Compacts a data directory.
pub(crate) async fn run(args: &CompactArgs) -> anyhow::Result<()> {
    let directory = &args.data_dir;
    let shown = directory.display();
    // Opening would make one.
    anyhow::ensure!(
        is_data_directory(directory),
        "{shown} is not a data directory of Lojal's; check --data-dir"
    );
    let before = size(directory)?;
    let opened = {
        let directory = directory.clone();
        tokio::task::spawn_blocking(move || SledStore::open(&directory)).await?
    };
    let store = opened.map_err(|error| explain(directory, error))?;
    let compacted = store.compact().await;
    store.close().await;
    compacted.with_context(|| {
        format!("nothing was changed in {shown}; a copy of the log needs room beside it while it is written")
    })?;
    drop(store);
    let after = size(directory)?;
    writeln!(std::io::stdout(), "{shown} took {}, and takes {}", BinaryBytes(before), BinaryBytes(after))?;
    Ok(())
}

/// Bytes that a directory takes up on the disk.
fn size(directory: &Path) -> anyhow::Result<u64> {
    let cannot = || format!("cannot read {}", directory.display());
    let mut bytes = 0;
    for entry in fs::read_dir(directory).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        bytes +=
            if path.is_dir() { size(&path)? } else { path.metadata().with_context(cannot)?.blocks() * 512 };
    }
    Ok(bytes)
}
