//! The text in which metrics are told, read as strictly as OpenMetrics 1.0 writes it down.

use std::collections::{BTreeMap, BTreeSet};

/// A family of metrics: everything between one `# TYPE` and the next.
#[derive(Clone, Debug, Default)]
pub struct Family {
    /// Such as `counter`.
    pub kind: String,
    /// What is said of it; empty when nothing is.
    pub help: String,
    /// Such as `seconds`; empty without one.
    pub unit: String,
    /// Samples, each by its name and its labels.
    pub samples: Vec<Sample>,
}

/// One number.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its name, such as `lojal_calls_total`.
    pub name: String,
    /// Its labels, in the order they came.
    pub labels: Vec<(String, String)>,
    /// Its value.
    pub value: f64,
}

/// Reads what was told.
///
/// # Errors
/// With the line, for whatever the format does not allow.
pub fn parse(text: &str) -> Result<BTreeMap<String, Family>, String> {
    let body = text.strip_suffix("# EOF\n").ok_or("it does not end with # EOF")?;
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let (mut current, mut seen) = (String::new(), BTreeSet::new());
    for line in body.lines() {
        if let Some(told) = line.strip_prefix("# ") {
            let (what, rest) = told.split_once(' ').ok_or(line)?;
            let (name, value) = rest.split_once(' ').ok_or(line)?;
            if name != current {
                if families.contains_key(name) {
                    return Err(format!("{name} is told in two places"));
                }
                current = name.to_owned();
            }
            let family = families.entry(name.to_owned()).or_default();
            if !family.samples.is_empty() {
                return Err(format!("said after its samples: {line}"));
            }
            let place = match what {
                "HELP" => &mut family.help,
                "TYPE" => &mut family.kind,
                "UNIT" => &mut family.unit,
                _ => return Err(format!("neither HELP, TYPE nor UNIT: {line}")),
            };
            if !std::mem::replace(place, value.to_owned()).is_empty() {
                return Err(format!("said twice: {line}"));
            }
        } else {
            let sample = sample(line).ok_or_else(|| format!("no sample: {line}"))?;
            if !seen.insert(line.rsplit_once(' ').map_or(line, |(series, _)| series)) {
                return Err(format!("told twice: {line}"));
            }
            let family = families.get_mut(&current).ok_or_else(|| format!("of no family: {line}"))?;
            let suffix =
                sample.name.strip_prefix(&current).ok_or_else(|| format!("of another family: {line}"))?;
            if !suffixes(&family.kind).contains(&suffix) {
                return Err(format!("a {} has no {suffix:?}: {line}", family.kind));
            }
            family.samples.push(sample);
        }
    }
    Ok(families)
}

/// What the names of samples end with, by the type of their family.
fn suffixes(kind: &str) -> &'static [&'static str] {
    match kind {
        "counter" => &["_total"],
        "gauge" => &[""],
        "info" => &["_info"],
        "histogram" => &["_bucket", "_sum", "_count"],
        _ => &[],
    }
}

fn sample(line: &str) -> Option<Sample> {
    let (series, value) = line.rsplit_once(' ')?;
    let value = if value == "+Inf" { f64::INFINITY } else { value.parse().ok()? };
    let (name, labels) = match series.split_once('{') {
        None => (series, Vec::new()),
        Some((name, rest)) => (name, labels(rest.strip_suffix('}')?)?),
    };
    is_name(name).then(|| Sample { name: name.to_owned(), labels, value })
}

/// Labels without what is escaped in them, which none of ours needs.
fn labels(text: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    for label in text.split("\",").map(|label| label.strip_suffix('"').unwrap_or(label)) {
        let (name, value) = label.split_once("=\"")?;
        if !is_name(name) || value.contains(['"', '\\', '\n']) {
            return None;
        }
        found.push((name.to_owned(), value.to_owned()));
    }
    Some(found)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|letter| letter == b'_' || letter.is_ascii_alphanumeric())
}
