//! Where a database is, from a URL as people have them. What is shown of it has no password.

use std::path::PathBuf;
use std::str::FromStr as _;

use anyhow::{anyhow, bail, ensure};
use sqlx::ConnectOptions as _;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

const OTHERWISE: &str = "give one such as postgres://user@host/db, mysql://user@host/db or sqlite:shop.db";
const ENCODED: &str =
    "write what is special in a user or password in percent, such as %40 for @ and %2F for /";

/// A database, and how it is reached.
pub(crate) struct Place {
    pub(crate) options: Options,
    /// The URL without the password, which is what it is known by.
    pub(crate) shown: String,
    /// Host and port, or the file.
    pub(crate) at: String,
}

/// How it is reached.
pub(crate) enum Options {
    Postgres(PgConnectOptions),
    MySql(MySqlConnectOptions),
    Sqlite(SqliteConnectOptions),
}

impl Place {
    /// `password` is that of MySQL where the URL has none.
    pub(crate) fn of(url: &str, password: Option<String>) -> anyhow::Result<Self> {
        let Some((scheme, rest)) = url.split_once(':') else {
            bail!("--from is no URL; {OTHERWISE}");
        };
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => Self::file(rest),
            "postgres" | "postgresql" => {
                require_known(url, &OF_POSTGRES)?;
                let shown = without_password(url)?;
                let options = PgConnectOptions::from_str(url).map_err(|error| wrong(&error))?;
                let at = match options.get_socket() {
                    Some(socket) => socket.display().to_string(),
                    None => format!("{}:{}", options.get_host(), options.get_port()),
                };
                let options = match bare(options.get_host()) {
                    Some(host) => options.host(&host),
                    None => options,
                };
                // What is set is set by a statement: not every proxy knows of it.
                let options = options.extra_float_digits(None).disable_statement_logging();
                Ok(Self { options: Options::Postgres(options), shown, at })
            }
            "mysql" | "mariadb" => {
                require_known(url, &OF_MYSQL)?;
                let shown = without_password(url)?;
                let options = MySqlConnectOptions::from_str(&format!("mysql:{rest}"));
                let mut options = options.map_err(|error| wrong(&error))?;
                if let (false, Some(password)) = (has_password(url), password) {
                    options = options.password(&password);
                }
                let at = match options.get_socket() {
                    Some(socket) => socket.display().to_string(),
                    None => format!("{}:{}", options.get_host(), options.get_port()),
                };
                if let Some(host) = bare(options.get_host()) {
                    options = options.host(&host);
                }
                // The query means there what it means elsewhere.
                let options = options.pipes_as_concat(false).no_engine_substitution(false);
                Ok(Self { options: Options::MySql(options.disable_statement_logging()), shown, at })
            }
            _ => bail!("--from names a kind of database that is not known; {OTHERWISE}"),
        }
    }

    /// `sqlite:shop.db`, `sqlite://shop.db` and `sqlite:///srv/shop.db`.
    fn file(rest: &str) -> anyhow::Result<Self> {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let path = PathBuf::from(path.split_once('?').map_or(path, |(path, _)| path));
        ensure!(!path.as_os_str().is_empty(), "--from names no file; {OTHERWISE}");
        ensure!(
            path.is_file(),
            "there is no file {}; name the database with --from sqlite:FILE",
            path.display()
        );
        let options = SqliteConnectOptions::new().filename(&path).read_only(true).create_if_missing(false);
        let at = path.display().to_string();
        // Known by where it is, wherever the command is run.
        let whole = path.canonicalize().unwrap_or(path);
        let shown = format!("sqlite:{}", whole.display());
        Ok(Self { options: Options::Sqlite(options.disable_statement_logging()), shown, at })
    }
}

/// What is wrong with a URL. The library's words name a part of it by its kind, and never what it is.
fn wrong(error: &sqlx::Error) -> anyhow::Error {
    let cause = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    anyhow!("--from is no URL of a database ({cause}); {OTHERWISE}, and {ENCODED}")
}

/// What a URL may say of files that are read.
const FILES: [&str; 8] =
    ["sslrootcert", "ssl-root-cert", "ssl-ca", "sslca", "sslcert", "ssl-cert", "sslkey", "ssl-key"];
const OF_POSTGRES: [&str; 11] = [
    "sslmode",
    "ssl-mode",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "statement-cache-capacity",
];
const OF_MYSQL: [&str; 8] = [
    "sslmode",
    "ssl-mode",
    "charset",
    "collation",
    "socket",
    "timezone",
    "time-zone",
    "statement-cache-capacity",
];

/// Refuses what nobody would read, such as a word for how sure to be of the database that is misspelt, and files that are not
/// there, which would be told as if the database were not.
fn require_known(url: &str, known: &[&str]) -> anyhow::Result<()> {
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters).split('&');
    for one in parameters.filter(|one| !one.is_empty()) {
        let (name, value) = one.split_once('=').unwrap_or((one, ""));
        let is_known = known.contains(&name) || FILES.contains(&name) || name.starts_with("options[");
        ensure!(
            is_known,
            "--from says {name:?}, which nobody reads; leave it out, or give one of {}",
            [known, &FILES].concat().join(", ")
        );
        // What is written in percent is left to those who read it.
        let is_told = FILES.contains(&name) && !value.contains('%');
        ensure!(
            !is_told || std::fs::File::open(value).is_ok(),
            "--from names the file {value} for {name}, which cannot be read; name one that is there"
        );
    }
    Ok(())
}

/// An address of IPv6 as those want it who connect: without what a URL has around it.
fn bare(host: &str) -> Option<String> {
    Some(host.strip_prefix('[')?.strip_suffix(']')?.to_owned())
}

fn has_password(url: &str) -> bool {
    user_of(url).is_some_and(|(_, user, _)| user.contains(':'))
}

/// What is before the user, the user with their password, and what is after, with the @.
fn user_of(url: &str) -> Option<(&str, &str, &str)> {
    let begins = url.find("://")? + "://".len();
    let (scheme, rest) = url.split_at(begins);
    let host_ends = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let at = rest[..host_ends].rfind('@')?;
    Some((scheme, &rest[..at], &rest[at..]))
}

/// A URL with nothing in it that opens a door.
fn without_password(url: &str) -> anyhow::Result<String> {
    let (scheme, user, rest) = match user_of(url) {
        Some((scheme, user, rest)) => (scheme, user.split_once(':').map_or(user, |(user, _)| user), rest),
        None => ("", "", url),
    };
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    // A password with a slash would be taken for the host and what is there.
    let further = place.strip_prefix('@').unwrap_or(place);
    ensure!(!further.contains('@'), "--from has an @ where none can be; {ENCODED}");
    let kept: Vec<&str> = parameters
        .split('&')
        .filter(|one| !one.is_empty() && !one.to_ascii_lowercase().starts_with("password="))
        .collect();
    let kept = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    Ok(format!("{scheme}{user}{place}{kept}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> Result<(String, String), String> {
        Place::of(url, None).map(|place| (place.shown, place.at)).map_err(|error| error.to_string())
    }

    #[test]
    fn passwords_are_not_shown() {
        for (url, expected, at) in [
            (
                "postgres://ana:s3cret@db.example:6000/shop",
                "postgres://ana@db.example:6000/shop",
                "db.example:6000",
            ),
            (
                "postgresql://ana:s3%40cret@db/shop?sslmode=require&password=s3cret",
                "postgresql://ana@db/shop?sslmode=require",
                "db:5432",
            ),
            ("mysql://ana:s3cret@db/shop", "mysql://ana@db/shop", "db:3306"),
            ("mariadb://ana:s3@cret@db:1/shop", "mariadb://ana@db:1/shop", "db:1"),
        ] {
            assert_eq!(shown(url), Ok((expected.to_owned(), at.to_owned())), "{url}");
        }
    }

    #[test]
    fn what_is_no_place_is_told_without_what_was_given() {
        for (url, words) in [
            ("shop", "no URL"),
            ("oracle://ana:s3cret@db/shop", "not known"),
            ("postgres://ana:s3cret@db:port/shop", "port"),
            ("postgres://ana:12/s3cret@db/shop", "%2F"),
            ("mysql://ana:12/s3cret@db/shop", "%2F"),
            ("postgres://ana:s3cret@db/shop?sslmode=s3cret", "--from"),
            ("postgres://ana:s3cret@db/shop?sslmod=verify-full", "\"sslmod\", which nobody reads"),
            ("mysql://ana:s3cret@db/shop?dbname=shop", "\"dbname\", which nobody reads"),
            ("mysql://ana:s3cret@db/shop?ssl-ca=/nowhere", "the file /nowhere for ssl-ca"),
            ("sqlite:", "no file"),
            ("sqlite:///nowhere/shop.db", "there is no file /nowhere/shop.db"),
        ] {
            let told = shown(url).unwrap_err();
            assert!(told.contains(words) && !told.contains("12"), "{url}: {told}");
            assert!(url.contains("sslmode") || !told.contains("s3cret"), "{url}: {told}");
        }
    }
}
