//! The answer to a query: asked in a session that writes nothing, and kept row by row.

use std::time::Duration;

use futures::TryStreamExt as _;
use indicatif::{HumanCount, ProgressBar};
use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions, Connection as _, Database, Either, Executor, MySql, Postgres,
    SqlSafeStr as _, Sqlite, Statement as _,
};
use tokio::time::timeout;

use crate::import::database::cell::{Cell, NoText};
use crate::import::database::mark::{Greatest, Mark};
use crate::import::database::place::{Options, Place};
use crate::import::database::question::Question;
use crate::import::database::spool::{Kept, Spool};
use crate::import::database::{cell, failure};
use crate::import::words::listed;

/// A database that takes longer to let somebody in is taken for none.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Rows after which the count that is shown changes.
const TOLD_EVERY: u64 = 1_000;

/// What a session is told before it is asked. Times are in UTC and of one form, one moment is seen whatever happens meanwhile, and
/// nothing can be written.
const POSTGRES: &str = "SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1; \
                        BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const MYSQL: &str = "SET time_zone = '+00:00'; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
const SQLITE: &str = "BEGIN";

/// Rows that were read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) kept: Kept,
    pub(crate) rows: u64,
    /// Columns of numbers.
    pub(crate) exact: Vec<usize>,
    /// The greatest value of the column that was asked for.
    pub(crate) greatest: Option<Mark>,
}

/// Asks a database.
pub(crate) async fn ask(
    place: &Place,
    question: &Question<'_>,
    progress: &ProgressBar,
) -> anyhow::Result<Answer> {
    let at = &*place.at;
    match &place.options {
        Options::Postgres(options) => {
            let session = Session::<Postgres> { at, begin: POSTGRES, read: cell::postgres, quote: '"' };
            session.ask(options, question, progress).await
        }
        Options::MySql(options) => {
            let session = Session::<MySql> { at, begin: MYSQL, read: cell::mysql, quote: '`' };
            session.ask(options, question, progress).await
        }
        Options::Sqlite(options) => {
            let session = Session::<Sqlite> { at, begin: SQLITE, read: cell::sqlite, quote: '"' };
            session.ask(options, question, progress).await
        }
    }
}

/// What one kind of database has of its own.
struct Session<'a, DB: Database> {
    at: &'a str,
    begin: &'static str,
    read: for<'r> fn(&'r DB::Row, usize) -> Result<Option<Cell<'r>>, NoText>,
    /// What names of columns stand between.
    quote: char,
}

impl<DB: Database> Session<'_, DB>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    async fn ask<O: ConnectOptions<Connection = DB::Connection>>(
        &self,
        options: &O,
        question: &Question<'_>,
        progress: &ProgressBar,
    ) -> anyhow::Result<Answer> {
        let connected = timeout(CONNECT_WITHIN, options.connect()).await;
        let connected = connected.map_err(|_| failure::silent(self.at, CONNECT_WITHIN))?;
        let mut connection = connected.map_err(|error| failure::unreachable(self.at, &error))?;
        let lost = |error: &sqlx::Error| failure::no_answer(self.at, 0, error);
        sqlx::raw_sql(self.begin).execute(&mut connection).await.map_err(|error| lost(&error))?;
        // Prepared it is one statement, with columns, whether or not it has rows.
        let prepared = connection.prepare(AssertSqlSafe(question.sql.to_owned()).into_sql_str()).await;
        let prepared = prepared.map_err(|error| lost(&error))?;
        let names: Vec<String> =
            prepared.columns().iter().map(|column| column.name().trim().to_owned()).collect();
        drop(prepared);
        check(&names)?;
        let greatest = question.column.map(|column| Greatest::of(column, &names)).transpose()?;
        let sql = match (question.since, &greatest) {
            (Some(since), Some(greatest)) => since_then(question.sql, &greatest.column, since, self.quote),
            _ => question.sql.to_owned(),
        };
        let mut copy = Copy::begin(names, greatest)?;
        // As text: decimals are exact then, and what people made types of is what they see.
        let mut rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(&mut connection);
        let mut is_over = false;
        loop {
            let next = rows.try_next().await;
            let next = next.map_err(|error| failure::no_answer(self.at, copy.rows, &error))?;
            let Some(next) = next else { break };
            // Not every database refuses to prepare what has a second statement.
            anyhow::ensure!(!is_over, "the query is of several statements; give one SELECT");
            let Either::Right(row) = next else {
                is_over = true;
                continue;
            };
            copy.take(&row, self.read)?;
            if copy.rows.is_multiple_of(TOLD_EVERY) {
                progress.set_message(format!("{} rows read", HumanCount(copy.rows)));
                progress.tick();
            }
        }
        drop(rows);
        // All there is was read: how the connection ends changes nothing.
        let _ = timeout(CONNECT_WITHIN, connection.close()).await;
        copy.end()
    }
}

/// Refuses columns that nobody could name.
fn check(names: &[String]) -> anyhow::Result<()> {
    anyhow::ensure!(!names.is_empty(), "the query returns no columns; give one SELECT that does");
    let twice = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name));
    if let Some((_, name)) = twice {
        anyhow::bail!(
            "the query returns several columns called {name:?}; give each a name of its own with AS; it has: {}",
            listed(names)
        );
    }
    Ok(())
}

/// The same query from a value on. Rows of this value come again, as others may have it, too; and rows without one always.
fn since_then(sql: &str, column: &str, since: &Mark, quote: char) -> String {
    let sql = sql.trim_end().trim_end_matches(';');
    let column = format!("{quote}{}{quote}", column.replace(quote, &format!("{quote}{quote}")));
    // On lines of its own, as it may end in a comment.
    format!("SELECT * FROM (\n{sql}\n) AS lojal WHERE {column} >= {} OR {column} IS NULL", since.literal())
}

/// Rows on their way into a file.
struct Copy {
    spool: Spool,
    names: Vec<String>,
    greatest: Option<Greatest>,
    rows: u64,
    /// Which columns have values, and which of them are no number.
    filled: Vec<bool>,
    texts: Vec<bool>,
}

impl Copy {
    fn begin(names: Vec<String>, greatest: Option<Greatest>) -> anyhow::Result<Self> {
        let mut spool = Spool::begin()?;
        spool.row(names.iter().map(String::as_str))?;
        let (filled, texts) = (vec![false; names.len()], vec![false; names.len()]);
        Ok(Self { spool, names, greatest, rows: 0, filled, texts })
    }

    fn take<'r, R: sqlx::Row>(
        &mut self,
        row: &'r R,
        read: fn(&'r R, usize) -> Result<Option<Cell<'r>>, NoText>,
    ) -> anyhow::Result<()> {
        self.rows += 1;
        let mut cells = Vec::with_capacity(self.names.len());
        for (place, name) in self.names.iter().enumerate() {
            let cell = read(row, place).map_err(|NoText(what)| {
                anyhow::anyhow!("the column {name:?} {what}; turn it into text in the query, or leave it out")
            })?;
            if let Some(cell) = &cell {
                self.filled[place] = true;
                self.texts[place] |= !cell.kind.is_number();
                if let Some(greatest) = self.greatest.as_mut().filter(|greatest| greatest.place() == place) {
                    greatest.see(cell)?;
                }
            }
            cells.push(cell);
        }
        self.spool.row(cells.iter().map(|cell| cell.as_ref().map_or("", |cell| &*cell.text)))
    }

    fn end(self) -> anyhow::Result<Answer> {
        let is_exact = |place: &usize| self.filled[*place] && !self.texts[*place];
        let exact = (0..self.names.len()).filter(is_exact).collect();
        let greatest = self.greatest.and_then(Greatest::end);
        Ok(Answer { kept: self.spool.end()?, rows: self.rows, exact, greatest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_from_a_value_on_is_one_around_it() {
        let since = Mark::Time("2026-03-01".to_owned());
        assert_eq!(
            since_then("SELECT 1 AS \"a\"\"b\" -- all;\n", "a\"b", &since, '"'),
            "SELECT * FROM (\nSELECT 1 AS \"a\"\"b\" -- all\n) AS lojal WHERE \"a\"\"b\" >= '2026-03-01' OR \"a\"\"b\" IS NULL"
        );
        let since = Mark::Number("-7".to_owned());
        assert!(
            since_then("SELECT 1;", "id", &since, '`')
                .ends_with("\nSELECT 1\n) AS lojal WHERE `id` >= -7 OR `id` IS NULL")
        );
    }

    #[test]
    fn columns_are_told_apart() {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(check(&names(&["id", "ID"])).is_ok());
        assert!(check(&names(&["id", "at", "id"])).unwrap_err().to_string().contains("\"id\""));
        assert!(check(&[]).unwrap_err().to_string().contains("SELECT"));
    }
}
