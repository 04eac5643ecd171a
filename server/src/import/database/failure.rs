//! What goes wrong with a database, in sentences that say what to do. None has a password in it: what a database and the library
//! say names users and hosts at most.

use std::time::Duration;

use anyhow::anyhow;
use sqlx::postgres::PgDatabaseError;

/// Why it cannot be asked at all.
pub(crate) fn unreachable(at: &str, error: &sqlx::Error) -> anyhow::Error {
    match error {
        sqlx::Error::Database(said) => anyhow!(
            "the database at {at} lets nobody in: {}; see whether user, password and the name of the database are right (the password may stand in PGPASSWORD, MYSQL_PWD, ~/.pgpass or the URL)",
            said.message()
        ),
        sqlx::Error::Tls(cause) => not_over_tls(at, &cause.to_string()),
        sqlx::Error::Io(cause) if is_of_tls(cause) => not_over_tls(at, &cause.to_string()),
        other => anyhow!(
            "there is no database at {at}: {}; see whether it runs, and whether host and port, or the file, are right",
            cause(other)
        ),
    }
}

fn not_over_tls(at: &str, cause: &str) -> anyhow::Error {
    anyhow!(
        "the database at {at} cannot be reached over TLS: {cause}; name its authority with sslrootcert (of MySQL ssl-ca) in the URL, or say sslmode=disable (of MySQL ssl-mode=DISABLED) if the way there is safe"
    )
}

/// Whether it went wrong in a greeting of TLS, such as over a certificate, and not on the way there.
fn is_of_tls(error: &std::io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<tokio_rustls::rustls::Error>())
}

/// Why it was given up to reach it.
pub(crate) fn silent(at: &str, after: Duration) -> anyhow::Error {
    anyhow!(
        "the database at {at} did not answer within {} seconds; see whether it runs, whether host and port are right, and whether a firewall is between",
        after.as_secs()
    )
}

/// Why it has no answer, or not all of it. So many rows were read.
pub(crate) fn no_answer(at: &str, rows: u64, error: &sqlx::Error) -> anyhow::Error {
    match error {
        sqlx::Error::Database(said) if !is_lost(said.code().as_deref()) => {
            let hint = said.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::hint);
            let hint = hint.map_or_else(String::new, |hint| format!(" ({hint})"));
            anyhow!("the database refuses the query, and nothing was sent: {}{hint}", said.message())
        }
        other => anyhow!(
            "the database at {at} went away after {rows} rows, and nothing was sent: {}; run the same command again when it is back",
            cause(other)
        ),
    }
}

/// Whether a database says that it ends the connection, and not that it refuses a query: by the class of SQLSTATE, which the
/// standard has for both.
fn is_lost(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
}

fn cause(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(cause) => cause.to_string(),
        sqlx::Error::Database(said) => said.message().to_owned(),
        other => other.to_string(),
    }
}
