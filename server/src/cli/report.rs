//! Arguments of `lojal report`.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use crate::cli::door::ServerArgs;

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The file to write, such as loyalty.html.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace the file if it is there already.
    #[arg(long)]
    pub(crate) force: bool,
    /// As of the start of this day, such as 2026-01-01. [default: now]
    #[arg(long, value_name = "DAY")]
    pub(crate) as_of: Option<Date>,
    /// Leave out all that names single customers, as for a file that goes around.
    #[arg(long)]
    pub(crate) without_customers: bool,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// The workspace.
    #[arg(long, default_value = "default")]
    pub(crate) workspace: String,
}
