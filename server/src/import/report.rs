//! What an import tells when it is over.

use std::io::Write as _;

use anyhow::{bail, ensure};
use indicatif::HumanCount;

use crate::cli::ImportArgs;
use crate::import::bad_rows::BadRows;
use crate::import::chunks::Chunks;
use crate::import::looked::Looked;
use crate::import::send::Sent;
use crate::plain_text::plain;

/// Tells what became of purchases.
pub(crate) fn purchases(
    args: &ImportArgs,
    notes_of_file: &[String],
    chunks: &mut Chunks,
    sent: Sent,
    skipped: u64,
) -> anyhow::Result<()> {
    ensure!(chunks.read > 0, "{} has no rows", args.path().display());
    if chunks.is_refused() {
        bail!(refused(&chunks.bad, chunks.read, sent.recorded + sent.duplicates + skipped));
    }
    let mut text = loaded(&sent, skipped, "rows");
    text.push_str(&format!("{}\n{}\n", chunks.columns().text, chunks.tally));
    notes(&mut text, notes_of_file.iter().chain(&chunks.tally.doubts()));
    finish(text, chunks.bad.clone(), sent, skipped)
}

/// Tells what became of what was looked through before it was sent.
pub(crate) fn looked(looked: &mut Looked, names: &[String], sent: Sent, skipped: u64) -> anyhow::Result<()> {
    let mut text = String::new();
    if let Some((profile, title)) = looked.profile {
        text.push_str(&format!(
            "read as {profile}: {title} (--profile none reads it by the names of its columns)\n"
        ));
    }
    text.push_str(&loaded(&sent, skipped, "records"));
    text.push_str(&format!("{}\n{}\n", looked.told(names), looked.tally));
    for (reason, count) in &looked.left_out {
        text.push_str(&format!("left out: {} {reason}\n", HumanCount(*count)));
    }
    notes(&mut text, looked.notes.iter().chain(&looked.tally.doubts()));
    finish(text, looked.bad.clone(), sent, skipped)
}

/// Why a file was not loaded, or not to its end.
pub(crate) fn refused(bad: &BadRows, rows: u64, loaded: u64) -> String {
    let before = match loaded {
        0 => "nothing was loaded".to_owned(),
        some => format!("only the first {} rows were loaded", HumanCount(some)),
    };
    format!(
        "{before}, as {} of {} rows cannot be taken:\n{}correct them and load the file again, which doubles nothing, or leave them out with --skip-invalid",
        HumanCount(bad.count),
        HumanCount(rows),
        bad.listing()
    )
}

/// Why a file was loaded but for some of its rows.
pub(crate) fn not_taken(sent: &Sent, rows: u64) -> String {
    let mut bad = BadRows::default();
    sent.row_errors.iter().for_each(|error| bad.add(error.clone()));
    refused(&bad, rows, sent.recorded + sent.duplicates)
}

fn loaded(sent: &Sent, skipped: u64, what: &str) -> String {
    let mut text = String::new();
    if skipped > 0 {
        text.push_str(&format!(
            "went on after the first {} {what}, which were loaded before\n",
            HumanCount(skipped)
        ));
    }
    text.push_str(&format!(
        "loaded {} {what} ({} recorded, {} there already)\n",
        HumanCount(sent.recorded + sent.duplicates),
        HumanCount(sent.recorded),
        HumanCount(sent.duplicates)
    ));
    text
}

fn notes<'a>(text: &mut String, notes: impl Iterator<Item = &'a String>) {
    notes.for_each(|note| text.push_str(&format!("note: {note}\n")));
}

fn finish(mut text: String, mut left_out: BadRows, sent: Sent, skipped: u64) -> anyhow::Result<()> {
    let nothing = sent.recorded + sent.duplicates + skipped == 0;
    sent.row_errors.into_iter().for_each(|error| left_out.add(error));
    if left_out.count > 0 {
        text.push_str(&format!("left out {} rows:\n{}", HumanCount(left_out.count), left_out.listing()));
    }
    std::io::stdout().lock().write_all(plain(&text).as_bytes())?;
    ensure!(!nothing, "nothing was loaded; see above what was left out");
    Ok(())
}
