//! The exports of other systems that are known: a table, and which of them a header is of.
//!
//! `server/docs/profiles.md` explains the table. The Python package reads a copy of it.

pub(crate) mod shape;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;

use crate::import::profiles::shape::Shape;
use crate::import::words::listed;

/// The table, as it is written.
pub(crate) const TABLE: &str = include_str!("../../../data/profiles.json");

static READ: LazyLock<Result<Profiles, String>> =
    LazyLock::new(|| serde_json::from_str(TABLE).map_err(|problem| problem.to_string()));

/// "none" says that there is no profile.
pub(crate) const NONE: &str = "none";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profiles {
    #[serde(rename = "about")]
    _about: String,
    #[serde(rename = "version")]
    _version: u32,
    /// Decimals of currencies by their codes, and those of all others.
    minor_units: HashMap<String, Decimals>,
    orders: BTreeMap<String, Profile>,
    answers: BTreeMap<String, Profile>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Decimals {
    Otherwise(u32),
    Of(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    title: String,
    shapes: Vec<Shape>,
}

/// What an export holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Orders,
    Answers,
}

/// A shape that a header is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recognised {
    pub(crate) profile: &'static str,
    pub(crate) title: &'static str,
    pub(crate) holds: Holds,
    pub(crate) shape: &'static Shape,
}

/// The shape that a header is of; none when it is to be read by the names of its columns.
///
/// `kinds` are the profiles to look among, `asked` is what the caller asked for, `named` whether they named columns: then
/// nothing is recognised that was not asked for.
pub(crate) fn recognise(
    kinds: &[Holds],
    names: &[String],
    asked: Option<&str>,
    named: bool,
) -> anyhow::Result<Option<Recognised>> {
    if asked == Some(NONE) || (asked.is_none() && named) {
        return Ok(None);
    }
    let known = known(kinds)?;
    if let Some(asked) = asked {
        let mut there: Vec<&str> = known.iter().map(|one| one.profile).collect();
        there.dedup();
        ensure!(
            there.contains(&asked),
            "--profile is {asked:?}, which is none; the profiles are {}, and none",
            there.join(", ")
        );
    }
    let candidates = known.into_iter().filter(|one| asked.is_none_or(|asked| asked == one.profile));
    best(candidates.collect(), names, asked)
}

fn known(kinds: &[Holds]) -> anyhow::Result<Vec<Recognised>> {
    let table = READ.as_ref().map_err(|problem| anyhow::anyhow!("the table of profiles: {problem}"))?;
    let mut known = Vec::new();
    for holds in kinds {
        let profiles = match holds {
            Holds::Orders => &table.orders,
            Holds::Answers => &table.answers,
        };
        for (profile, Profile { title, shapes }) in profiles {
            known.extend(shapes.iter().map(|shape| Recognised { profile, title, holds: *holds, shape }));
        }
    }
    Ok(known)
}

/// Of the shapes that fit, the one that requires most.
fn best(
    candidates: Vec<Recognised>,
    names: &[String],
    asked: Option<&str>,
) -> anyhow::Result<Option<Recognised>> {
    let fits = |one: &&Recognised| one.shape.missing(names).is_empty();
    let most = candidates.iter().filter(fits).map(|one| one.shape.required()).max();
    let Some(most) = most else {
        return match asked {
            Some(_) => Err(does_not_fit(&candidates, names)),
            None => Ok(None),
        };
    };
    let best: Vec<&Recognised> =
        candidates.iter().filter(fits).filter(|one| one.shape.required() == most).collect();
    if let Some(other) = best.iter().find(|one| one.profile != best[0].profile) {
        bail!(
            "the header may be that of {:?} and of {:?}; say which with --profile {}",
            best[0].profile,
            other.profile,
            best[0].profile
        );
    }
    Ok(best.first().map(|one| **one))
}

fn does_not_fit(candidates: &[Recognised], names: &[String]) -> anyhow::Error {
    let nearest = candidates.iter().min_by_key(|one| one.shape.missing(names).len());
    let (profile, missing) = nearest.map_or(("", Vec::new()), |one| (one.profile, one.shape.missing(names)));
    anyhow::anyhow!(
        "this is not an export of {profile}, as it lacks {}; leave --profile out and name the columns; the file has: {}",
        missing.join(", "),
        listed(names)
    )
}

/// What the smallest unit of a currency is in millionths: a cent, or a whole yen.
pub(crate) fn micros_a_minor_unit(code: &str) -> anyhow::Result<i64> {
    let table = READ.as_ref().map_err(|problem| anyhow::anyhow!("the table of profiles: {problem}"))?;
    let code = code.to_uppercase();
    let mut decimals = None;
    let mut otherwise = None;
    for (key, units) in &table.minor_units {
        match units {
            Decimals::Otherwise(number) => otherwise = Some(*number),
            Decimals::Of(codes) if codes.contains(&code) => decimals = key.parse().ok(),
            Decimals::Of(_) => {}
        }
    }
    let decimals: u32 = decimals.or(otherwise).context("the table of profiles has no decimals")?;
    Ok(10_i64.pow(6_u32.saturating_sub(decimals)))
}

/// Whether amounts of a currency are whole anyway.
pub(crate) fn is_whole(code: &str) -> bool {
    micros_a_minor_unit(code).is_ok_and(|micros| micros >= 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str], asked: Option<&str>, named: bool) -> anyhow::Result<Option<&'static str>> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let found = recognise(&[Holds::Orders, Holds::Answers], &names, asked, named)?;
        Ok(found.map(|found| found.profile))
    }

    const KLAVIYO: [&str; 3] = ["Timestamp", "$value", "Person//ID"];

    #[test]
    fn a_header_is_of_the_shape_that_it_has_all_of() {
        assert_eq!(of(&KLAVIYO, None, false).unwrap(), Some("klaviyo"));
        assert_eq!(of(&KLAVIYO, None, true).unwrap(), None, "columns are named");
        assert_eq!(of(&KLAVIYO, Some("klaviyo"), true).unwrap(), Some("klaviyo"));
        assert_eq!(of(&KLAVIYO, Some("none"), false).unwrap(), None);
        assert_eq!(of(&KLAVIYO[..2], None, false).unwrap(), None, "one of several is needed");
        assert_eq!(
            of(&["timestamp", "$value", "Person//ID"], None, false).unwrap(),
            None,
            "written otherwise"
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let told = of(&["a"], Some("klaviyo"), false).unwrap_err().to_string();
        assert!(
            told.contains("lacks \"Timestamp\", \"$value\", \"Person//Email\" or \"Person//ID\""),
            "{told}"
        );
        let told = of(&["a"], Some("etsy"), false).unwrap_err().to_string();
        assert!(told.contains("etsy") && told.contains("shopify, stripe"), "{told}");
        // Klaviyo asks for three columns, SurveyMonkey for as many.
        let both = [&KLAVIYO[..], &["Respondent ID", "Collector ID", "Start Date"]].concat();
        let told = of(&both, None, false).unwrap_err().to_string();
        assert!(told.contains("\"klaviyo\" and of \"surveymonkey\""), "{told}");
    }

    #[test]
    fn smallest_units_are_those_of_the_currency() {
        let of = |code| micros_a_minor_unit(code).unwrap();
        assert_eq!((of("EUR"), of("jpy"), of("KWD"), of("")), (10_000, 1_000_000, 1_000, 10_000));
        assert!(is_whole("JPY") && !is_whole("EUR"));
    }
}
