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

use std::collections::BTreeMap;
use std::io::Write as _;

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressDrawTarget};
use jiff::Timestamp;
use lojal_domain::WorkspaceName;
use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;

use crate::cli::report::ReportArgs;
use crate::connection::{Channel, connect, in_workspace, refusal};
use crate::new_file::NewFile;
use crate::report::questions::questions;
use crate::report::recorded::record;

/// Asks everything and writes the file.
pub(crate) async fn run(args: &ReportArgs) -> anyhow::Result<()> {
    let workspace =
        WorkspaceName::new(args.workspace.as_str()).map_err(|problem| anyhow!("--workspace {problem}"))?;
    let file = NewFile::create(&args.out, args.force)?;
    let channel = connect(&args.server).await?;
    // Asked first, so that a workspace that is not there, or a key that opens nothing, is told and no report is made of refusals.
    let zone = zone(&channel, &workspace).await?;
    let questions = questions(args.as_of, &zone, !args.without_customers)?;
    let progress = ProgressBar::with_draw_target(Some(questions.len() as u64), ProgressDrawTarget::stderr());
    let mut answers = BTreeMap::new();
    for question in questions {
        progress.set_message(question.method.clone());
        let (bytes, refused) = record(&channel, &workspace, &question).await?;
        if let Some(status) = refused.filter(|_| question.is_needed) {
            progress.finish_and_clear();
            return Err(refusal(&status));
        }
        answers.insert(question.key(), bytes);
        progress.inc(1);
    }
    progress.finish_and_clear();
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

/// The time zone of a workspace, in which its days begin.
async fn zone(channel: &Channel, workspace: &WorkspaceName) -> anyhow::Result<String> {
    let request = in_workspace(v1::GetServerInfoRequest {}, workspace)?;
    let info = AdminServiceClient::new(channel.clone()).get_server_info(request).await;
    let info = info.map_err(|status| refusal(&status))?.into_inner();
    Ok(info.workspace.unwrap_or_default().time_zone)
}

/// Where the same can be asked.
fn origin(server: &str) -> String {
    if server.contains("://") { server.to_owned() } else { format!("http://{server}") }
}
