//! What a database is asked, and from where on.

use crate::import::database::mark::Mark;

/// A query as a session asks it.
pub(crate) struct Question<'a> {
    pub(crate) sql: &'a str,
    /// The column whose greatest value is looked for.
    pub(crate) column: Option<&'a str>,
    /// The least value that is asked for.
    pub(crate) since: Option<&'a Mark>,
}
