//! `lojal mcp`: the questions of the contract as tools of the Model Context Protocol, for programs that let models ask.
//!
//! Tools are made of the contract's descriptors, so that a call of the contract is a tool without a line here, and its comments are what
//! models read. Like `lojal ask` it is a client of a running server, which decides what a key may see.

mod arguments;
mod comments;
mod handler;
mod over_http;
mod questions;
mod results;
mod road;
mod schema;

use anyhow::anyhow;
use lojal_domain::WorkspaceName;
use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;
use rmcp::transport::io::stdio_pipes;

use crate::cli::mcp::McpArgs;
use crate::mcp::handler::Tools;
use crate::mcp::questions::Question;
use crate::mcp::road::Road;

/// Serves the tools until whoever uses them ends.
pub(crate) async fn run(args: &McpArgs) -> anyhow::Result<()> {
    let workspace =
        WorkspaceName::new(args.workspace.as_str()).map_err(|problem| anyhow!("--workspace {problem}"))?;
    log_failures();
    let road = Road::to(&args.server, args.api_key_file.clone())?;
    let lends_key = args.listen.is_none_or(over_http::lends_key);
    let questions = chosen(questions::questions()?, &args.only)?;
    let tools = Tools::new(questions, road, workspace, args.personal, lends_key);
    match args.listen {
        Some(address) => over_http::serve(tools, address, args).await,
        None => over_pipes(tools).await,
    }
}

/// Those that were named, or all.
fn chosen(questions: Vec<Question>, only: &[String]) -> anyhow::Result<Vec<Question>> {
    if let Some(unknown) = only.iter().find(|name| questions.iter().all(|of| of.tool.name != **name)) {
        let names: Vec<&str> = questions.iter().map(|question| question.tool.name.as_ref()).collect();
        return Err(anyhow!("--only names {unknown:?}, which is no tool; there are {}", names.join(", ")));
    }
    let is_chosen =
        |question: &Question| only.is_empty() || only.iter().any(|name| question.tool.name == *name);
    Ok(questions.into_iter().filter(is_chosen).collect())
}

/// Standard output is the protocol's, so what fails in it is told on standard error. What callers do wrong they are told themselves.
fn log_failures() {
    let to = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR).with_ansi(false);
    let to = to.with_writer(std::io::stderr);
    // Somebody has set one up already only where this is no process of its own.
    let _ = to.try_init();
}

async fn over_pipes(tools: Tools) -> anyhow::Result<()> {
    match tools.serve(stdio_pipes()).await {
        Ok(service) => {
            service.waiting().await?;
            Ok(())
        }
        // Nobody asked anything.
        Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(error) => {
            Err(anyhow!("{error}").context("the client does not begin as the Model Context Protocol has it"))
        }
    }
}
