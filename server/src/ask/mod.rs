//! `lojal ask`: questions from a terminal, answered by a running server as any client is.

mod answer;
mod questions;

use std::io::Write as _;

use lojal_domain::WorkspaceName;

use crate::ask::questions::Asking;
use crate::cli::ask::AskArgs;
use crate::connection::connect;

/// Asks and prints.
pub(crate) async fn run(args: &AskArgs) -> anyhow::Result<()> {
    let workspace = WorkspaceName::new(args.workspace.as_str())
        .map_err(|problem| anyhow::anyhow!("--workspace {problem}"))?;
    let asking = Asking { channel: connect(&args.server).await?, workspace };
    let answer = asking.answer(&args.question).await?;
    let text = if args.json {
        answer.json()?
    } else if args.csv {
        answer.csv(args.raw)?
    } else {
        answer.shown
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
