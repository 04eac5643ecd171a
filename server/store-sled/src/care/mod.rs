//! What is done with a whole log.
//!
//! | file | idea |
//! |---|---|
//! | `replay`, `loading` | it is read when the store is opened, and how far that is |
//! | `rewrite` | it is written anew, without somebody or only tidier |
//! | `backup`, `archive` | it is copied while it is in use, and made from such a copy |
//! | `doctor` | it is examined and not changed |

pub(crate) mod archive;
pub(crate) mod backup;
pub(crate) mod doctor;
pub(crate) mod loading;
pub(crate) mod replay;
pub(crate) mod rewrite;
