//! API keys, made as an operator makes them: by `lojal key`, on the directory of a server that does not run.

use std::path::Path;
use std::time::Duration;

use crate::{command, run};

const AT_MOST: Duration = Duration::from_secs(60);

/// Makes a key with these arguments besides its name, such as `["--scope", "read"]`.
#[must_use]
pub fn create(data: &Path, name: &str, arguments: &[&str]) -> String {
    let mut create = command(&["key", "create", "--name", name]);
    let ran = run(create.args(arguments).arg("--data-dir").arg(data), AT_MOST);
    ran.succeeded().trim().to_owned()
}

/// The id of a key: what is between its underscores.
#[must_use]
pub fn id(key: &str) -> &str {
    key.split('_').nth(1).expect("a key")
}

/// The key with one digit of its secret typed wrongly.
#[must_use]
pub fn mistyped(key: &str) -> String {
    let (rest, last) = key.split_at(key.len() - 10);
    let digit = if last.starts_with('0') { '1' } else { '0' };
    format!("{rest}{digit}{}", &last[1..])
}
