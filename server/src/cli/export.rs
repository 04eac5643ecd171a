//! Arguments of `lojal export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use prost_types::Timestamp;

use crate::cli::door::ServerArgs;
use crate::cli::time::instant;

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Which table.
    pub(crate) table: ExportTable,
    /// The file to write, by its ending: .parquet, .csv or .arrow.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace the file if it is there already.
    #[arg(long)]
    pub(crate) force: bool,
    /// In CSV, write texts as they are. Without it one that begins with =, +, -, @, a tabulator or a carriage return gets a ' before
    /// it: spreadsheets would run it as a formula, and ids of customers may be anybody's words. Numbers and times are never changed.
    #[arg(long)]
    pub(crate) raw: bool,
    /// Which columns, with commas between, in this order; "*" for all there are. [default: those that most people need]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// As of this instant: a date, which is its midnight in UTC, or RFC 3339. [default: now]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) as_of: Option<Timestamp>,
    /// What was known at this instant. While records are written, an export that is cut short goes on only with it. [default: all
    /// that is recorded]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) known_at: Option<Timestamp>,
    /// Only customers who match this condition, such as 'market == "hr" && orders >= 3'. [default: all]
    #[arg(long, value_name = "CEL", default_value = "", hide_default_value = true)]
    pub(crate) filter: String,
    /// How far predictions look ahead: 90d, 52w, 12mo or forever. [default: 12mo]
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) horizon: String,
    /// Leave out the intervals of predictions, which take most of the time.
    #[arg(long)]
    pub(crate) without_intervals: bool,
    /// The window that metrics are of: 90d, 12mo, 2026-Q1 or all. [default: 12mo]
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) window: String,
    /// Measure each period apart, in metrics. [default: the whole window]
    #[arg(long, value_enum)]
    pub(crate) interval: Option<ExportInterval>,
    /// Measure each group apart, in metrics: attributes and facts of customers, up to three with commas between.
    #[arg(long, value_name = "NAMES", default_value = "", hide_default_value = true)]
    pub(crate) group_by: String,
    /// Which metrics, with commas between, such as nps,churn_rate. [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) metrics: Vec<String>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// The workspace.
    #[arg(long, default_value = "default")]
    pub(crate) workspace: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportTable {
    /// A row a customer: purchases, value and churn to expect, with intervals.
    Predictions,
    /// A row a customer: segment, scores and what they rest on.
    Segments,
    /// A row a customer: how loyal they are.
    Loyalty,
    /// A row a customer: what is known of them, with their attributes.
    Customers,
    /// A row a purchase.
    Transactions,
    /// A row a survey response.
    Responses,
    /// A row a metric, group and period: recommendation, satisfaction, retention, orders, revenue.
    Metrics,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportInterval {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}
