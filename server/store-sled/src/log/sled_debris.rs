//! What an opening of sled 0.34.7 that was killed half-way leaves behind, and what the next one would stumble over, for
//! ever, although nothing that was acknowledged is in it.
//!
//! - A snapshot that is being written is called `snap.*.generating`. On opening, sled takes the name for that of a
//!   finished one (it leaves out another suffix than the one it writes) and calls the directory damaged.
//! - `conf` is written in two steps, its checksum last, and synced by nobody. It says only what every opening here asks
//!   for, so one that is not whole is taken away, and sled writes it again.

use std::fs;
use std::io;
use std::path::Path;

/// Takes leftovers away from a directory that nobody has open.
pub(crate) fn clear(directory: &Path) -> io::Result<()> {
    if !directory.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let unfinished = name.starts_with("snap.") && name.ends_with(".generating");
        if unfinished || (name == "conf" && !is_whole(&fs::read(entry.path())?)) {
            tracing::warn!(file = %name, "took away what an interrupted start left behind");
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether the checksum at the end of sled's `conf` is that of what stands before it.
fn is_whole(conf: &[u8]) -> bool {
    conf.split_last_chunk()
        .is_some_and(|(content, checksum)| crc32fast::hash(content).to_le_bytes() == *checksum)
}
