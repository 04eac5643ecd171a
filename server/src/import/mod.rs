//! `lojal import`: a file of what happened into a running server.
//!
//! Purchases are read once, row by row, and sent in chunks of columns; exports of other systems and other records are looked
//! through before anything is sent. The server remembers how far it is with a file, so an import that was cut short goes on
//! where it stopped; and as no row is ever recorded twice, running it again is safe whatever happened.

mod ahead;
mod bad_rows;
mod chunks;
mod columns;
mod csv;
mod csv_records;
mod database;
mod foreign;
mod habits;
mod lines;
mod looked;
mod made;
mod occurrences;
mod open;
mod orders;
mod parquet;
mod position;
mod preview;
mod profiles;
mod purchases;
mod records;
mod refusal;
mod report;
mod send;
mod source;
mod summary;
mod table;
mod table_source;
mod text;
mod values;
mod words;

use std::io::Write as _;

use anyhow::{bail, ensure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lojal_domain::{Currency, WorkspaceName};

use crate::cli::{ImportArgs, Negative, Records};
use crate::connection::connect;
pub(crate) use crate::import::chunks::Chunk;
use crate::import::database::Query;
use crate::import::looked::Looked;
use crate::import::orders::{Orders, settle};
use crate::import::position::{position, source_id};
use crate::import::profiles::{Holds, Recognised, recognise};
use crate::import::records::Job;
pub(crate) use crate::import::refusal::Taken;
use crate::import::send::Parcel;
pub(crate) use crate::import::send::{Sending, import};
pub(crate) use crate::import::source::Row;
use crate::import::table::TableFile;
use crate::import::text::TextFile;
use crate::import::values::Values;
use crate::plain_text::plain;

/// Reads a file to its end without sending anything, and counts its rows.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn count(args: &ImportArgs) -> anyhow::Result<u64> {
    let file = TableFile::of(args)?;
    Ok(look(args, &file, &Plan::of(args, &file)?)?.rows)
}

/// Loads a file, or what a database answers, and tells what became of it, or tells what it would be loaded as.
pub(crate) async fn run(args: &ImportArgs) -> anyhow::Result<()> {
    let workspace = WorkspaceName::new(args.workspace.as_str())
        .map_err(|problem| anyhow::anyhow!("--workspace {problem}"))?;
    match Query::of(args)? {
        Some(query) => run_query(args, &query, &workspace).await,
        // A file that cannot be read is told before a server is asked for.
        None => run_file(args, &TableFile::of(args)?, &workspace).await,
    }
}

/// The same of what a database answers, which is a file by then.
async fn run_query(args: &ImportArgs, query: &Query, workspace: &WorkspaceName) -> anyhow::Result<()> {
    let mut since = query.since(args)?;
    let channel = match &mut since {
        Some(since) if !args.dry_run => {
            let channel = connect(&args.server).await?;
            since.hold_against(&channel, workspace).await?;
            Some(channel)
        }
        _ => None,
    };
    let answer = query.answer(since.as_ref()).await?;
    let mut told = query.told(&answer, since.as_ref());
    let is_new = answer.rows > 0;
    if !is_new && since.as_ref().is_some_and(|since| since.greatest().is_some()) {
        told.push_str(": nothing is new");
    }
    tell(&told)?;
    if let Some(note) = since.as_ref().and_then(|since| since.note.as_ref()) {
        tell(&format!("note: {note}"))?;
    }
    if is_new {
        let args = &ImportArgs { file: Some(answer.kept.path().to_owned()), ..args.clone() };
        let file = TableFile::Csv(TextFile::of_answer(args.path(), answer.exact.clone()));
        if let Some(since) = &since {
            let taken = look(args, &file, &Plan::of(args, &file)?)?.taken;
            require_identity(args, &taken, file.open()?.names(), since.column())?;
        }
        run_file(args, &file, workspace).await?;
    } else {
        let is_known = since.as_ref().is_some_and(|since| since.greatest().is_some());
        ensure!(is_known, "the query returns no rows; see whether its conditions are right");
    }
    if let (Some(since), Some(channel)) = (&since, &channel) {
        tell(&since.keep(&answer, channel, workspace).await?)?;
    }
    Ok(())
}

/// Rows without an id are told apart by counting those that are equal. Of such a part of them is as good as all of them only where
/// equal rows are always in the same part.
fn require_identity(
    args: &ImportArgs,
    taken: &[(&'static str, usize)],
    names: &[String],
    column: &str,
) -> anyhow::Result<()> {
    const IDS: [&str; 5] = ["transaction_id", "refund_id", "response_id", "interaction_id", "cost_id"];
    let by_itself = args.records == Some(Records::Customers);
    let fits =
        |field: &str, place: usize| IDS.contains(&field) || (field == "time" && names[place] == column);
    ensure!(
        by_itself || taken.iter().any(|(field, place)| fits(field, *place)),
        "rows without an id are told apart by counting equal ones, which takes all of a time at once; name the column of the id with --column transaction_id=COLUMN, or go on by the column of the time with --incremental"
    );
    Ok(())
}

fn tell(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{}", plain(line))?)
}

/// The same of a file.
async fn run_file(args: &ImportArgs, file: &TableFile, workspace: &WorkspaceName) -> anyhow::Result<()> {
    if args.dry_run {
        return preview::run(args, file, || look(args, file, &Plan::of(args, file)?));
    }
    match Plan::of(args, file)? {
        Plan::Purchases => purchases::load(args, file, workspace).await,
        Plan::Orders(found) => {
            let (looked, mut orders) = Orders::read(file, args, found, unnamed(args)?)?;
            let total = orders.total() as u64;
            load(args, file, workspace, looked, |skip| {
                orders.skip(usize::try_from(skip).unwrap_or(usize::MAX));
                Ok((total, move || Ok(orders.next())))
            })
            .await
        }
        Plan::Records(kind, found) => {
            let job = Job::of(file, args, kind, found, unnamed(args)?)?;
            load(args, file, workspace, job.look()?, |skip| {
                let mut prepared = job.prepare(skip)?;
                Ok((prepared.total(), move || prepared.next()))
            })
            .await
        }
    }
}

/// How a file is read.
enum Plan {
    /// Purchases, by the names of their columns.
    Purchases,
    /// Purchases and what was given back of them: an export, or else by the names of its columns.
    Orders(Option<Recognised>),
    Records(Records, Option<Recognised>),
}

impl Plan {
    fn of(args: &ImportArgs, file: &TableFile) -> anyhow::Result<Self> {
        let holds: &[Holds] = match args.records {
            None => &[Holds::Orders, Holds::Answers],
            Some(Records::Transactions) => &[Holds::Orders],
            Some(Records::Responses) => &[Holds::Answers],
            Some(other) => {
                let of_purchases = args.lines || args.negative == Negative::Refund;
                ensure!(!of_purchases, "--lines and --negative are for purchases; leave them out");
                let asked = args.profile.as_deref().filter(|profile| *profile != profiles::NONE);
                ensure!(asked.is_none(), "--profile is for exports of orders and of answers; leave it out");
                return Ok(Self::Records(other, None));
            }
        };
        // That nobody is to be known names no column.
        let named = args.named().iter().any(|(field, column)| field != "customer_id" || !column.is_empty());
        let found = recognise(holds, file.open()?.names(), args.profile.as_deref(), named)?;
        Ok(match (found, args.records) {
            (Some(found), _) if found.holds == Holds::Answers => {
                Self::Records(Records::Responses, Some(found))
            }
            (None, Some(Records::Responses)) => {
                let of_purchases = args.lines || args.negative == Negative::Refund;
                ensure!(!of_purchases, "--lines and --negative are for purchases; leave them out");
                Self::Records(Records::Responses, None)
            }
            (found, _) => {
                ensure!(args.set.is_empty(), "--set is for records other than transactions; leave it out");
                match found {
                    None if !args.lines && args.negative == Negative::Refuse => Self::Purchases,
                    found => Self::Orders(found),
                }
            }
        })
    }
}

/// Reads the whole file without sending anything.
fn look(args: &ImportArgs, file: &TableFile, plan: &Plan) -> anyhow::Result<Looked> {
    match plan {
        Plan::Purchases => purchases::look(args, file, unnamed(args)?),
        Plan::Orders(found) => Ok(Orders::read(file, args, *found, unnamed(args)?)?.0),
        Plan::Records(kind, found) => Job::of(file, args, *kind, *found, unnamed(args)?)?.look(),
    }
}

/// Sends what was looked through. `prepare` gives what there is to send after so many rows that were sent before.
async fn load<Next>(
    args: &ImportArgs,
    file: &TableFile,
    workspace: &WorkspaceName,
    mut looked: Looked,
    prepare: impl FnOnce(u64) -> anyhow::Result<(u64, Next)>,
) -> anyhow::Result<()>
where
    Next: FnMut() -> anyhow::Result<Option<Parcel>> + Send + 'static,
{
    ensure!(looked.rows > 0, "{} has no rows", args.path().display());
    if looked.bad.count > 0 && !args.skip_invalid {
        bail!(report::refused(&looked.bad, looked.rows, 0));
    }
    let channel = connect(&args.server).await?;
    let source_id = source_id(args, file, None)?;
    let skip = position(&channel, workspace, &source_id).await?;
    let (total, next) = prepare(skip)?;
    let progress = progress_bar(total);
    let taken = Taken::of(&looked.taken, file.open()?.names());
    let sending = Sending {
        workspace,
        skip_invalid: args.skip_invalid,
        source_id,
        taken: taken.clone(),
        progress: &progress,
    };
    let sent = import(channel.clone(), sending, next).await;
    progress.finish_and_clear();
    let mut sent = sent?;
    looked.notes.extend(settle(&channel, workspace, &mut sent, &taken).await?);
    ensure!(sent.row_errors.is_empty() || args.skip_invalid, report::not_taken(&sent, looked.rows));
    report::looked(&mut looked, file.open()?.names(), sent, skip)
}

/// How values are read where nothing says which currency amounts are in that name none: by the code that stands for none.
fn unnamed(args: &ImportArgs) -> anyhow::Result<Values> {
    let code = args.currency_code.as_deref().unwrap_or(values::NO_CURRENCY);
    let currency = Currency::parse(code).map_err(|problem| anyhow::anyhow!("--currency-code {problem}"))?;
    Values::new(currency, args)
}

/// A bar on a terminal, nothing elsewhere. Its message is how many rows are loaded, and how fast.
pub(crate) fn progress_bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent}%  {msg}  {eta} left");
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
