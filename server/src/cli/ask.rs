//! Arguments of `lojal ask`.

use clap::{Args, Subcommand, ValueEnum};
use lojal_proto::v1;
use prost_types::Timestamp;

use crate::cli::door::ServerArgs;
use crate::cli::time::instant;

#[derive(Debug, Args)]
pub(crate) struct AskArgs {
    #[command(subcommand)]
    pub(crate) question: Question,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// The workspace.
    #[arg(long, global = true, default_value = "default")]
    pub(crate) workspace: String,
    /// Print the answer whole, as the contract's JSON.
    #[arg(long, global = true, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print the rows with all their columns as CSV.
    #[arg(long, global = true)]
    pub(crate) csv: bool,
    /// In CSV, write texts as they are. Without it one that begins with =, +, -, @, a tabulator or a carriage return gets a ' before
    /// it: spreadsheets would run it as a formula, and ids of customers may be anybody's words. Numbers and times are never changed.
    #[arg(long, global = true, requires = "csv")]
    pub(crate) raw: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Question {
    /// Who is loyal in which way, and what are they worth? Or how loyal is one customer, and why?
    Loyalty(LoyaltyArgs),
    /// Who may be leaving, and what hangs on it? Or how far can warnings be trusted?
    Warnings(WarningsArgs),
    /// Who belongs where? Segments by recency, frequency and monetary value.
    Segments(SegmentSeriesArgs),
    /// Who moved between segments since an earlier instant, and by what?
    Transitions(TransitionsArgs),
    /// Who will be worth most?
    Clv(ClvArgs),
    /// Would they recommend us? The Net Promoter Score.
    Nps(ScoresArgs),
    /// Are they satisfied?
    Csat(ScoresArgs),
    /// Who stays?
    Retention(RetentionArgs),
    /// What can filters and groups name?
    Facts(MomentArgs),
}

#[derive(Debug, Args)]
pub(crate) struct MomentArgs {
    /// Answer as of this instant: a date, which is its midnight in UTC, or RFC 3339. [default: now]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) as_of: Option<Timestamp>,
}

/// When, and of whom.
#[derive(Debug, Args)]
pub(crate) struct ScopeArgs {
    #[command(flatten)]
    pub(crate) moment: MomentArgs,
    /// Only customers who match this condition, such as 'market == "hr" && orders >= 3'; `lojal ask facts` lists what it can
    /// name. [default: all]
    #[arg(long, value_name = "CEL", default_value = "", hide_default_value = true)]
    pub(crate) filter: String,
}

/// What is told apart.
#[derive(Debug, Args)]
pub(crate) struct ApartArgs {
    /// Tell groups apart: up to three facts or attributes, such as segment or 'market, band(orders, 2, 5)'. [default: no groups]
    #[arg(long, value_name = "FACTS", default_value = "", hide_default_value = true)]
    pub(crate) group_by: String,
}

/// Over which time.
#[derive(Debug, Args)]
pub(crate) struct TimeArgs {
    /// In this window: 90d, 12w, 12mo, 2026-Q1, 2026-03, 2026-01-01/2026-04-01 or all.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) window: String,
    /// Tell periods apart. [default: no series]
    #[arg(long, ignore_case = true)]
    pub(crate) interval: Option<Interval>,
}

#[derive(Debug, Args)]
pub(crate) struct LoyaltyArgs {
    /// How loyal this customer is, with all that moves their score.
    #[arg(long, value_name = "ID", conflicts_with_all = ["filter", "group_by", "interval", "window"])]
    pub(crate) customer: Option<String>,
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) apart: ApartArgs,
    #[command(flatten)]
    pub(crate) time: TimeArgs,
}

#[derive(Debug, Args)]
pub(crate) struct WarningsArgs {
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    /// Only warnings of these kinds. [default: all]
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(crate) kind: Vec<WarningKind>,
    /// Only customers with at least so much at risk.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) min_value_at_risk: Option<f64>,
    /// At most so many warnings, of those with most at risk.
    #[arg(long, value_name = "WARNINGS", default_value_t = 20, value_parser = clap::value_parser!(i32).range(1..=100_000))]
    pub(crate) top: i32,
    /// Whoever buys nothing for so long has left: 30d, 12w, 6mo.
    #[arg(long, default_value = "90d")]
    pub(crate) horizon: String,
    /// With warnings that somebody takes care of.
    #[arg(long)]
    pub(crate) with_acknowledged: bool,
    /// What became of such as were warned of before, instead of those who are now.
    #[arg(long, conflicts_with_all = ["filter", "kind", "min_value_at_risk", "top", "with_acknowledged"])]
    pub(crate) quality: bool,
}

/// What is seen of a customer.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum WarningKind {
    Silence,
    FewerOrders,
    LowerSpend,
    LowerNps,
    HardService,
    MoreRefunds,
    Unanswered,
}

impl WarningKind {
    /// As the contract has it.
    pub(crate) const fn wire(self) -> v1::EarlyWarningKind {
        match self {
            Self::Silence => v1::EarlyWarningKind::Silence,
            Self::FewerOrders => v1::EarlyWarningKind::FewerOrders,
            Self::LowerSpend => v1::EarlyWarningKind::LowerSpend,
            Self::LowerNps => v1::EarlyWarningKind::LowerNps,
            Self::HardService => v1::EarlyWarningKind::HardService,
            Self::MoreRefunds => v1::EarlyWarningKind::MoreRefunds,
            Self::Unanswered => v1::EarlyWarningKind::Unanswered,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct SegmentsArgs {
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    /// Window of frequency and monetary value, ending at --as-of: 365d, 12mo, 52w or all. [default: 365d]
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) window: String,
}

#[derive(Debug, Args)]
pub(crate) struct SegmentSeriesArgs {
    #[command(flatten)]
    pub(crate) segments: SegmentsArgs,
    #[command(flatten)]
    pub(crate) apart: ApartArgs,
    /// As of the end of each period. [default: no series]
    #[arg(long, ignore_case = true)]
    pub(crate) interval: Option<Interval>,
    /// The window that the periods lie in: 12mo, 2026, 2026-01-01/2026-04-01 or all. [default: 12mo]
    #[arg(long, default_value = "", hide_default_value = true, requires = "interval")]
    pub(crate) series_window: String,
}

#[derive(Debug, Args)]
pub(crate) struct TransitionsArgs {
    #[command(flatten)]
    pub(crate) segments: SegmentsArgs,
    #[command(flatten)]
    pub(crate) apart: ApartArgs,
    /// Since this instant: a date, which is its midnight in UTC, or RFC 3339. [default: 90 days before --as-of]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) from: Option<Timestamp>,
}

#[derive(Debug, Args)]
pub(crate) struct ClvArgs {
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    /// At most so many customers, the highest CLV first.
    #[arg(long, value_name = "CUSTOMERS", default_value_t = 10, value_parser = clap::value_parser!(i32).range(1..=100_000))]
    pub(crate) top: i32,
    /// How far to look ahead: 90d, 52w, 12mo, or forever.
    #[arg(long, default_value = "12mo")]
    pub(crate) horizon: String,
}

#[derive(Debug, Args)]
pub(crate) struct ScoresArgs {
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
    #[command(flatten)]
    pub(crate) apart: ApartArgs,
    #[command(flatten)]
    pub(crate) time: TimeArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RetentionArgs {
    #[command(flatten)]
    pub(crate) scores: ScoresArgs,
    /// How long after a purchase a customer counts as active: 90d, 12w, 6mo or 1y. [default: 90d]
    #[arg(long, value_name = "WINDOW", default_value = "", hide_default_value = true)]
    pub(crate) activity_window: String,
}

/// Length of periods.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Interval {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Interval {
    /// As the contract has it.
    pub(crate) const fn wire(self) -> v1::CalendarInterval {
        match self {
            Self::Day => v1::CalendarInterval::Day,
            Self::Week => v1::CalendarInterval::Week,
            Self::Month => v1::CalendarInterval::Month,
            Self::Quarter => v1::CalendarInterval::Quarter,
            Self::Year => v1::CalendarInterval::Year,
        }
    }
}
