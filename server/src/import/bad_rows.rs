//! Rows that cannot be taken.

use std::sync::LazyLock;

use indicatif::HumanCount;
use regex::Regex;

use crate::import::habits::pattern;
use crate::import::source::RowError;
use crate::import::summary::listed;

/// Bad rows listed; further ones are counted.
const LISTED: usize = 20;
/// Kinds of what is wrong; further ones are counted with the last.
const KINDS: usize = 50;

/// What rows differ in that are wrong in the same way.
static VALUES: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"'[^']*'|"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?"#));

/// How many there are, and the first of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct BadRows {
    pub(crate) count: u64,
    first: Vec<RowError>,
    kinds: Vec<Kind>,
}

#[derive(Clone, Debug)]
struct Kind {
    key: String,
    /// Of the first of them.
    message: String,
    count: u64,
    lines: Vec<u64>,
}

impl BadRows {
    pub(crate) fn add(&mut self, error: RowError) {
        self.count += 1;
        let key = VALUES
            .as_ref()
            .map_or_else(String::new, |values| values.replace_all(&error.message, "").into_owned());
        match self.kinds.iter().position(|kind| kind.key == key) {
            Some(place) => self.kinds[place].count_one(error.line),
            None if self.kinds.len() < KINDS => {
                let (message, lines) = (error.message.clone(), vec![error.line]);
                self.kinds.push(Kind { key, message, count: 1, lines });
            }
            None => {}
        }
        if self.first.len() < LISTED {
            self.first.push(error);
        }
    }

    /// A line for each of the first, and how many more there are.
    pub(crate) fn listing(&self) -> String {
        let mut text: String =
            self.first.iter().map(|error| format!("  line {}: {}\n", error.line, error.message)).collect();
        let more = self.count - self.first.len() as u64;
        if more > 0 {
            text.push_str(&format!("  and {} more\n", HumanCount(more)));
        }
        text
    }

    /// What is wrong, those together that differ in nothing but their values, most rows first.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut kinds: Vec<&Kind> = self.kinds.iter().collect();
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
        let told = kinds.iter().map(|kind| {
            let rows = if kind.count == 1 { "row" } else { "rows" };
            format!(
                "{} {rows} ({}): {}",
                HumanCount(kind.count),
                listed(&kind.lines, kind.count),
                kind.message
            )
        });
        told.collect()
    }
}

impl Kind {
    fn count_one(&mut self, line: u64) {
        self.count += 1;
        if self.lines.len() < 3 {
            self.lines.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_in_the_same_way_is_told_together() {
        let mut bad = BadRows::default();
        for line in 2..40 {
            let message = match line % 4 {
                0 => format!("the time is \"never {line}\"; give one"),
                _ => format!("the score {line} is not on the scale"),
            };
            bad.add(RowError { line, message });
        }
        let problems = bad.problems();
        assert_eq!(
            problems,
            [
                "29 rows (lines 2, 3, 5, ...): the score 2 is not on the scale",
                "9 rows (lines 4, 8, 12, ...): the time is \"never 4\"; give one"
            ]
        );
        assert!(bad.listing().ends_with("and 18 more\n"));
    }
}
