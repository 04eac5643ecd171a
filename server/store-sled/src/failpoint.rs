//! Places where a test makes the disk fail, the process die or time pass. Without the feature `failpoints` they are
//! nothing at all.
//!
//! | point | can fail with an I/O error |
//! |---|---|
//! | `log::before_put`, `log::after_put` | yes |
//! | `log::before_flush`, `log::after_flush` | yes |
//! | `log::before_fsync`, `log::after_fsync` | yes |
//! | `log::between_forgetting` | yes |
//! | `rewrite::before_rename` | yes |
//! | `rewrite::after_rename` | no: from there on the new log counts |
//! | `rewrite::published` | no: readers have the new log |
//! | `timeline::found` | no: a reader knows where records are, and has read none |
//! | `commit::before_publish`, `commit::before_answer`, `commit::after_answer` | no: what they stand between cannot |

/// A point without a result, or one that can return an I/O error.
macro_rules! failpoint {
    ($name:literal) => {
        #[cfg(feature = "failpoints")]
        fail::fail_point!($name);
    };
    ($name:literal, $context:literal) => {
        #[cfg(feature = "failpoints")]
        fail::fail_point!($name, |_| Err(lojal_store::StoreError::Io {
            context: $context,
            source: std::io::Error::other(concat!("injected at ", $name)),
        }));
    };
}

pub(crate) use failpoint;
