//! What shells and `man` know of the binary: completions and manual pages, made from its arguments.

use std::io::Write as _;

use anyhow::Context as _;
use clap::CommandFactory as _;

use crate::cli::{Cli, CompletionsArgs, ManArgs};

/// Prints what a shell reads to complete commands.
pub(crate) fn completions(args: &CompletionsArgs) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "lojal", &mut text);
    Ok(std::io::stdout().write_all(&text)?)
}

/// Writes a page of each command.
pub(crate) fn man(args: &ManArgs) -> anyhow::Result<()> {
    let out = &args.out;
    let written = std::fs::create_dir_all(out).and_then(|()| clap_mangen::generate_to(Cli::command(), out));
    written.with_context(|| {
        format!("cannot write manual pages to {}; name a directory that can be written", out.display())
    })
}
