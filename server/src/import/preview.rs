//! What a file would be loaded as. Nothing is sent.

use std::io::Write as _;

use ::csv::StringRecord;
use anyhow::bail;
use indicatif::HumanCount;

use crate::cli::ImportArgs;
use crate::import::looked::Looked;
use crate::import::table::TableFile;
use crate::import::words::word;
use crate::plain_text::plain;

const EXAMPLES: usize = 3;
const ROWS_FOR_EXAMPLES: usize = 100;
const EXAMPLE_LETTERS: usize = 40;
/// Wider cells of the table push the others away.
const NAME_LETTERS: usize = 48;

/// Reads a file as a load would, and tells what came of it. It fails where a load would.
pub(crate) fn run(
    args: &ImportArgs,
    file: &TableFile,
    look: impl FnOnce() -> anyhow::Result<Looked>,
) -> anyhow::Result<()> {
    let looked = look();
    let mut text = String::new();
    if let Ok(Looked { profile: Some((profile, title)), .. }) = &looked {
        text.push_str(&format!("An export of {profile}: {title}\n"));
    }
    let taken = looked.as_ref().map_or(&[][..], |looked| &looked.taken);
    text.push_str(&columns(file, taken)?);
    let outcome = match looked {
        Ok(mut looked) => {
            text.push_str(&told(&mut looked));
            verdict(args, &looked)
        }
        Err(problem) => Err(problem),
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    outcome
}

fn told(looked: &mut Looked) -> String {
    let mut text = String::new();
    let rows = if looked.rows == 1 { "row" } else { "rows" };
    text.push_str(&format!("{} {rows}: ", HumanCount(looked.rows)));
    text.push_str(&match looked.tally.records() {
        0 => "nothing to load\n".to_owned(),
        _ => format!("{}\n", looked.tally),
    });
    let lines =
        looked.left_out.iter().map(|(reason, count)| format!("Left out: {} {reason}", HumanCount(*count)));
    let problems = looked.bad.problems().into_iter().map(|problem| format!("Problem: {problem}"));
    let notes = looked.notes.iter().cloned().chain(looked.tally.doubts()).map(|note| format!("Note: {note}"));
    for line in lines.chain(problems).chain(notes.collect::<Vec<_>>()) {
        text.push_str(&plain(&line));
        text.push('\n');
    }
    text
}

/// Whether a load would end well.
fn verdict(args: &ImportArgs, looked: &Looked) -> anyhow::Result<()> {
    if looked.rows == 0 {
        bail!("{} has no rows", args.path().display());
    }
    if looked.bad.count > 0 && !args.skip_invalid {
        bail!(
            "{} of {} rows cannot be taken; correct them, or leave them out with --skip-invalid",
            HumanCount(looked.bad.count),
            HumanCount(looked.rows)
        );
    }
    if looked.tally.records() == 0 {
        bail!("nothing would be loaded; see above what is left out");
    }
    Ok(())
}

/// The columns, what each is taken for, and some of its values.
fn columns(file: &TableFile, taken: &[(&'static str, usize)]) -> anyhow::Result<String> {
    let mut table = file.open()?;
    let names: Vec<String> = table.names().iter().map(|name| shortened(name, NAME_LETTERS)).collect();
    let mut examples = vec![Vec::new(); names.len()];
    let mut row = StringRecord::new();
    for _ in 0..ROWS_FOR_EXAMPLES {
        if table.next(&mut row)?.is_none() {
            break;
        }
        for (examples, cell) in examples.iter_mut().zip(&row) {
            let text = shortened(cell, EXAMPLE_LETTERS);
            if !text.is_empty() && examples.len() < EXAMPLES && !examples.contains(&text) {
                examples.push(text);
            }
        }
    }
    let meanings: Vec<String> = (0..names.len())
        .map(|place| {
            let of = taken.iter().filter(|(_, column)| *column == place).map(|(field, _)| word(field));
            of.collect::<Vec<_>>().join(", ")
        })
        .collect();
    let widest = |texts: &[String]| texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let (width, meaning) = (widest(&names), widest(&meanings));
    let mut text = String::new();
    for ((name, of), examples) in names.iter().zip(&meanings).zip(&examples) {
        if !name.is_empty() {
            let line = format!("  {name:width$}  {of:meaning$}  {}", examples.join(" | "));
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    Ok(text)
}

/// A text on one line, of so many letters at most.
fn shortened(text: &str, letters: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = plain(&text).into_owned();
    match text.char_indices().nth(letters) {
        Some(_) => format!("{}...", text.chars().take(letters - 3).collect::<String>()),
        None => text,
    }
}
