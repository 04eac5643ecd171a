//! What an opening of sled 0.34.7 that was killed half-way leaves behind, and what the next one would stumble over, for
//! ever, although nothing that was acknowledged is in it.
//!
//! - A snapshot that is being written is called `snap.*.generating`. On opening, sled takes the name for that of a
//!   finished one (it leaves out another suffix than the one it writes) and calls the directory damaged.
//! - `conf` is written in two steps, its checksum last, and synced by nobody. It says only what every opening here asks
//!   for, so one that is not whole is taken away, and sled writes it again.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// Takes leftovers away, unless somebody has the directory open: then it is for sled to say so.
pub(crate) fn clear(directory: &Path) -> io::Result<()> {
    let db = match File::options().read(true).write(true).open(directory.join("db")) {
        Ok(db) => Some(db),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    // The lock that sled takes. It ends with this function, when the file is closed.
    match db.as_ref().map_or(Ok(()), File::try_lock) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(()),
        Err(TryLockError::Error(error)) => return Err(error),
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
