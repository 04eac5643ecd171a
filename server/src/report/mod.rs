//! `lojal report`: what the console shows, as one file with the answers in it.
//!
//! The page is the console's own. Where it finds answers in itself it asks no server, so the file can be sent and kept, and
//! shows the same pictures for as long as there are browsers.
//!
//! | file | idea |
//! |---|---|
//! | `questions` | what the console asks first, on each of its screens |
//! | `recorded` | answers as they come over gRPC-Web, for the page to read them as it reads a server's |
//! | `page` | everything in one file |

mod page;
mod questions;
mod recorded;

use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressDrawTarget};
use jiff::Timestamp;
use lojal_domain::WorkspaceName;
use lojal_proto::v1;
use prost::Message as _;

use crate::cli::report::ReportArgs;
use crate::connection::{Channel, connect, refusal};
use crate::new_file::NewFile;
use crate::report::questions::{WORTH, bands, questions};
use crate::report::recorded::record;

/// Asks everything and writes the file.
pub(crate) async fn run(args: &ReportArgs) -> anyhow::Result<()> {
    let workspace =
        WorkspaceName::new(args.workspace.as_str()).map_err(|problem| anyhow!("--workspace {problem}"))?;
    let file = NewFile::create(&args.out, args.force)?;
    let channel = connect(&args.server).await?;
    let progress = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let asked = ask_all(&channel, &workspace, args, &progress).await;
    progress.finish_and_clear();
    let answers = asked?;
    let made = Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string();
    let report = page::Report {
        origin: origin(&args.server.server),
        workspace: workspace.as_str(),
        as_of: args.as_of.map(|day| day.to_string()),
        made,
        has_customers: !args.without_customers,
        answers,
    };
    let html = page::html(&report)?;
    file.writer()?.write_all(html.as_bytes()).with_context(|| file.cannot())?;
    file.keep()?;
    // The file is there, whether anybody reads that it is or not.
    let _ = writeln!(std::io::stdout().lock(), "wrote {}; open it with a browser", args.out.display());
    Ok(())
}

/// All answers, by what the page finds them by.
async fn ask_all(
    channel: &Channel,
    workspace: &WorkspaceName,
    args: &ReportArgs,
    progress: &ProgressBar,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut left = VecDeque::from(questions(args.as_of, !args.without_customers)?);
    progress.set_length(left.len() as u64 + 1);
    let mut answers = BTreeMap::new();
    while let Some(question) = left.pop_front() {
        progress.set_message(question.method.clone());
        let answer = record(channel, workspace, &question).await?;
        if let Some(status) = answer.refused.as_ref().filter(|_| question.is_needed) {
            return Err(refusal(status));
        }
        let is_of_all =
            question.method == WORTH && !answers.keys().any(|key: &String| key.starts_with(WORTH));
        if let Some(message) = answer.messages.first().filter(|_| is_of_all) {
            let worth = v1::SummarizePredictionsResponse::decode(message.as_ref())?;
            left.extend(bands(args.as_of, mean(&worth))?);
        }
        answers.insert(question.key(), answer.told()?);
        progress.inc(1);
    }
    Ok(answers)
}

/// What a customer is worth in the mean.
fn mean(worth: &v1::SummarizePredictionsResponse) -> f64 {
    let Some(whole) = &worth.whole else { return 0.0 };
    let clv = whole.clv.as_ref().and_then(|clv| clv.value);
    clv.unwrap_or(0.0) / whole.customers as f64
}

/// Where the same can be asked.
fn origin(server: &str) -> String {
    if server.contains("://") { server.to_owned() } else { format!("http://{server}") }
}
