//! Which module of a crate imports which, read from its source; why there is no tool for it:
//! `server/docs/adr/0025-no-circles.md`.
//!
//! | file | idea |
//! |---|---|
//! | `source` | the modules of a crate: what each defines, imports and names |
//! | `imports` | whose item it is that a module names, through re-exports |
//! | `circles` | modules that can all be reached from one another |
//! | `workspace` | the crates, and which depends on which |
//!
//! What counts is the file. An import between a module and one inside it is none: the outer one is their map, and their
//! common ground. An item that is re-exported counts where it stands, so that a circle does not hide behind a `mod.rs`.
//! Tests in the source do not count.

mod circles;
mod imports;
mod source;
pub mod workspace;

use std::path::Path;

/// What was found in a crate.
pub struct Found {
    /// How many imports between files there are: that there are none would be a fault of the search.
    pub imports: usize,
    /// The circles, each told in lines: which file imports which, and where.
    pub circles: Vec<String>,
}

/// Looks at a crate, given its root file.
///
/// # Errors
/// When a file cannot be read or is no Rust.
pub fn look_at(root: &Path) -> Result<Found, String> {
    let imports = imports::of(&source::read(root)?);
    Ok(Found { imports: imports.len(), circles: circles::found(&imports) })
}
