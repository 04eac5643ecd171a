//! Arguments about a database that `lojal import` asks.

use std::path::PathBuf;

use clap::Args;

use crate::cli::door::Secret;

/// Which database, what it is asked, and from where on.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "From a database")]
pub(crate) struct DatabaseArgs {
    /// The database: postgres://user@host/db, mysql://user@host/db (MariaDB, too) or sqlite:shop.db.
    ///
    /// Others on this machine can read arguments: leave the password in PGPASSWORD, MYSQL_PWD or ~/.pgpass, or the whole URL in
    /// LOJAL_IMPORT_FROM.
    #[arg(long, env = "LOJAL_IMPORT_FROM", hide_env_values = true, value_name = "URL")]
    pub(crate) from: Option<Secret>,
    /// What to ask it: a SELECT, whose columns are read as those of a file. Nothing is written there.
    #[arg(long, value_name = "SQL", conflicts_with_all = ["file", "query_file"])]
    pub(crate) query: Option<String>,
    /// A file with what to ask it.
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub(crate) query_file: Option<PathBuf>,
    /// Ask only for rows that are new since the last load: those whose COLUMN, of whole numbers, dates or times, is not below
    /// the greatest value that was loaded, or is empty. Rows that are there already double nothing.
    #[arg(long, value_name = "COLUMN", conflicts_with = "file")]
    pub(crate) incremental: Option<String>,
    /// Forget from where on, and ask for all rows.
    #[arg(long, requires = "incremental")]
    pub(crate) from_start: bool,
    /// Where it is remembered from where on. [default: lojal in $XDG_STATE_HOME, or in ~/.local/state]
    #[arg(long, value_name = "FOLDER", requires = "incremental")]
    pub(crate) state: Option<PathBuf>,
}
