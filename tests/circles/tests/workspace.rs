//! The crates of this workspace: no module imports another in a circle, and no crate knows one that it must not know.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fs;
use std::path::Path;

use lojal_circles::look_at;
use lojal_circles::workspace::{Crate, crates};

/// Who may know whom. The binary and the tests of the whole may know everybody.
const ALLOWED: [(&str, &[&str]); 11] = [
    ("lojal-circles", &[]),
    ("lojal-domain", &[]),
    ("lojal-proto", &[]),
    ("lojal-scoring", &["lojal-domain"]),
    ("lojal-store", &["lojal-domain"]),
    ("lojal-store-sled", &["lojal-domain", "lojal-store"]),
    ("lojal-store-trials", &["lojal-domain", "lojal-store"]),
    ("lojal-engine", &["lojal-domain", "lojal-scoring", "lojal-store"]),
    ("lojal-engine-questions", &[]),
    ("lojal-rpc", &["lojal-domain", "lojal-engine", "lojal-proto"]),
    ("lojal-tests", &ANYBODY),
];
const ANYBODY: [&str; 8] = [
    "lojal-domain",
    "lojal-engine",
    "lojal-proto",
    "lojal-rpc",
    "lojal-scoring",
    "lojal-store",
    "lojal-store-sled",
    "lojal-store-trials",
];
/// The binary, which wires up the others, and so may know all that is no test.
const BINARY: &str = "lojal";

fn all() -> Vec<Crate> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    crates(&here.join("Cargo.toml")).unwrap()
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let (mut problems, mut imports) = (Vec::new(), 0);
    for each in all() {
        for root in &each.roots {
            let found = look_at(root).unwrap();
            imports += found.imports;
            problems.extend(found.circles.iter().map(|circle| format!("{}: {circle}", each.name)));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    assert!(imports > 500, "only {imports} imports were found");
}

#[test]
fn crates_know_only_whom_they_may() {
    let mut problems = Vec::new();
    for each in all() {
        let allowed = ALLOWED.iter().find(|(name, _)| *name == each.name).map(|(_, allowed)| *allowed);
        let allowed = match allowed {
            Some(allowed) => allowed,
            None if each.name == BINARY => &ANYBODY,
            None => panic!("say in ALLOWED whom {} may know", each.name),
        };
        for known in &each.depends_on {
            if !allowed.contains(&known.as_str()) {
                problems.push(format!("{} must not know {known}, and depends on it", each.name));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// Lines of a file of the product, its own tests included, and of one that tests alone.
const LINES: usize = 450;

#[test]
fn files_can_be_read_at_one_sitting() {
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../server");
    let (mut folders, mut long, mut seen) = (vec![server.clone()], Vec::new(), 0);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                seen += 1;
                let name = path.strip_prefix(&server).unwrap().to_string_lossy().into_owned();
                let lines = fs::read_to_string(&path).unwrap().lines().count();
                let is_test = name.contains("/tests/") || name.ends_with("/tests.rs");
                if lines > LINES && !is_test {
                    long.push(format!("{name} has {lines} lines"));
                }
            }
        }
    }
    assert!(seen > 300, "only {seen} files were found");
    assert!(long.is_empty(), "split what holds more than one idea:\n{}", long.join("\n"));
}
