//! What an opening of sled 0.34.7 that was killed half-way leaves behind, and what the next one would stumble over, for
//! ever, although nothing that was acknowledged is in it.
//!
//! - A snapshot that is being written is called `snap.*.generating`. On opening, sled takes the name for that of a
//!   finished one (it leaves out another suffix than the one it writes) and calls the directory damaged.
//! - `conf` is written in two steps, its checksum last. It comes before `db`: where there is nothing in `db`, a `conf`
//!   may be half of one, and sled writes it again when there is none.

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
    let empty = match &db {
        Some(db) => db.metadata()?.len() == 0,
        None => true,
    };
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let unfinished = name.starts_with("snap.") && name.ends_with(".generating");
        if unfinished || (empty && name == "conf") {
            tracing::warn!(file = %name, "took away what an interrupted start left behind");
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
