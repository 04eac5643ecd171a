//! `lojal doctor`: whether a data directory is well, and what to do if not.
//!
//! It ends with 0 when nothing is damaged, with 1 when something is, and with 2 when it could not look.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use indicatif::{BinaryBytes, HumanCount};
use lojal_domain::WorkspaceName;
use lojal_store_sled::{Report, Severity, WorkspaceReport, examine};
use serde_json::{Value, json};

use crate::cli::DoctorArgs;
use crate::maintenance::explain;

/// Damage was found.
const DAMAGED: u8 = 1;
/// It could not look: as for a mistyped argument.
const COULD_NOT_LOOK: u8 = 2;

/// Looks and tells.
pub(crate) fn run(args: &DoctorArgs) -> ExitCode {
    let told = look(args).and_then(|report| {
        let mut out = std::io::stdout().lock();
        if args.json {
            writeln!(out, "{:#}", as_json(&report))?;
        } else {
            write!(out, "{}", in_words(&report))?;
        }
        Ok(report)
    });
    match told {
        Ok(report) if report.is_healthy() => ExitCode::SUCCESS,
        Ok(_) => DAMAGED.into(),
        Err(error) => {
            crate::tell(&error);
            COULD_NOT_LOOK.into()
        }
    }
}

fn look(args: &DoctorArgs) -> anyhow::Result<Report> {
    let directory = &args.data_dir;
    anyhow::ensure!(directory.is_dir(), "there is no directory {}; check --data-dir", directory.display());
    let place = args.scratch_dir.clone().unwrap_or_else(std::env::temp_dir);
    let scratch = tempfile::Builder::new().prefix("lojal-doctor-").tempdir_in(&place);
    let scratch = scratch.with_context(|| {
        format!(
            "no copy of the log can be made in {}; name another place with --scratch-dir",
            place.display()
        )
    })?;
    let report = examine(directory, scratch.path()).map_err(|error| explain(directory, error))?;
    scratch.close().context("the copy of the log could not be removed")?;
    Ok(report)
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Good => "ok",
        Severity::Note => "note",
        Severity::Damage => "damage",
    }
}

fn in_words(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text += &format!("{:<8}{}\n", name(finding.severity), finding.what);
        if !finding.advice.is_empty() {
            text += &format!("        do: {}\n", finding.advice);
        }
    }
    let log = report.log;
    text += &format!(
        "log     {} blocks with {}, in files of {}; {} of them small, {} torn at the end; {} documents\n",
        HumanCount(log.blocks),
        BinaryBytes(log.block_bytes),
        BinaryBytes(log.file_bytes),
        HumanCount(log.small_blocks),
        HumanCount(log.torn_blocks),
        HumanCount(log.documents),
    );
    for workspace in tenants(report) {
        let counts = workspace.counts;
        text += &format!(
            "        {}: revision {}, {} customers",
            workspace.name,
            counts.revision,
            HumanCount(counts.customers)
        );
        for (kind, records) in counts.records.iter() {
            text += &format!(", {} {}", HumanCount(records), kind.words);
        }
        text.push('\n');
    }
    text += if report.is_healthy() { "healthy\n" } else { "damaged\n" };
    text
}

/// Workspaces but for the server's own, which is nobody's.
fn tenants(report: &Report) -> impl Iterator<Item = &WorkspaceReport> {
    report.workspaces.iter().filter(|workspace| workspace.name != WorkspaceName::server().as_str())
}

fn as_json(report: &Report) -> Value {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            json!({"severity": name(finding.severity), "what": finding.what, "advice": finding.advice})
        })
        .collect();
    let workspaces: Vec<Value> = tenants(report)
        .map(|workspace| {
            let counts = workspace.counts;
            let mut told = json!({
                "name": workspace.name,
                "revision": counts.revision,
                "customers": counts.customers,
            });
            for (kind, records) in counts.records.iter() {
                told[kind.name] = records.into();
            }
            told
        })
        .collect();
    let log = report.log;
    json!({
        "healthy": report.is_healthy(),
        "findings": findings,
        "log": {
            "blocks": log.blocks,
            "block_bytes": log.block_bytes,
            "file_bytes": log.file_bytes,
            "small_blocks": log.small_blocks,
            "torn_blocks": log.torn_blocks,
            "documents": log.documents,
        },
        "workspaces": workspaces,
    })
}
