//! The answer of a database as a file to import.
//!
//! A query is asked in a session that can write nothing, and its rows are kept in a file that only this process has, until the
//! last of them is there; then they are what a file of somebody is. See server/docs/adr/0052-a-query-is-spooled.md.

mod answer;
mod cell;
mod failure;
mod mark;
mod place;
mod question;
mod since;
mod spool;
mod state;

use anyhow::{Context as _, bail, ensure};
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::ImportArgs;
pub(crate) use crate::import::database::answer::Answer;
use crate::import::database::place::Place;
use crate::import::database::question::Question;
pub(crate) use crate::import::database::since::Since;

/// What a database is asked.
pub(crate) struct Query {
    place: Place,
    sql: String,
}

impl Query {
    /// What the arguments ask; none where they name a file.
    pub(crate) fn of(args: &ImportArgs) -> anyhow::Result<Option<Self>> {
        if args.file.is_some() {
            return Ok(None);
        }
        let database = &args.database;
        let sql = match (&database.query, &database.query_file) {
            (Some(sql), _) => sql.clone(),
            (None, Some(file)) => std::fs::read_to_string(file)
                .with_context(|| format!("cannot read the query in {}", file.display()))?,
            (None, None) => {
                bail!("say what to ask the database with --query or --query-file, or give a file to import")
            }
        };
        ensure!(!sql.trim().is_empty(), "the query is empty; give a SELECT");
        let other = [("--delimiter", args.delimiter.is_some()), ("--encoding", args.encoding.is_some())];
        if let Some((flag, _)) = other.into_iter().find(|(_, is_given)| *is_given) {
            bail!("{flag} is for files; leave it out");
        }
        let url = database.from.as_ref().filter(|url| !url.reveal().is_empty());
        let url =
            url.context("name the database to ask with --from, or in the environment as LOJAL_IMPORT_FROM")?;
        let place = Place::of(url.reveal(), std::env::var("MYSQL_PWD").ok())?;
        Ok(Some(Self { place, sql }))
    }

    /// From where on it is asked, where only what is new is wanted.
    pub(crate) fn since(&self, args: &ImportArgs) -> anyhow::Result<Option<Since>> {
        Since::of(args, &self.place.shown, &self.sql)
    }

    /// Asks it, from where on it was asked before.
    pub(crate) async fn answer(&self, since: Option<&Since>) -> anyhow::Result<Answer> {
        let question = Question {
            sql: &self.sql,
            column: since.map(Since::column),
            since: since.and_then(Since::greatest),
        };
        let progress = counter();
        let answer = answer::ask(&self.place, &question, &progress).await;
        progress.finish_and_clear();
        answer
    }

    /// What was asked, for people.
    pub(crate) fn told(&self, answer: &Answer, since: Option<&Since>) -> String {
        let from = since.and_then(Since::told).map_or_else(String::new, |from| format!(" from {from} on"));
        let rows = if answer.rows == 1 { "row" } else { "rows" };
        format!("read {} {rows} of {}{from}", HumanCount(answer.rows), self.place.shown)
    }
}

/// Counts on a terminal, and nowhere else. Nobody knows how many rows there will be.
fn counter() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg}");
    let counter = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    counter.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner())).with_message("asking")
}
