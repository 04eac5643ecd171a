//! What happened, written down.
//!
//! | file | idea |
//! |---|---|
//! | `record` | rows |
//! | `record_columns` | columns of an import |
//! | `import_position` | how far an import got |

pub(crate) mod import_position;
pub(crate) mod record;
pub(crate) mod record_columns;
