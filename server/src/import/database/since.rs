//! From where on a query is asked, and what is kept of it for the next time.

use lojal_domain::WorkspaceName;
use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;

use crate::cli::ImportArgs;
use crate::connection::{Channel, in_workspace, refusal};
use crate::import::database::answer::Answer;
use crate::import::database::mark::Mark;
use crate::import::database::state::{Of, Seen, State};

/// What is known of the loads before.
pub(crate) struct Since {
    state: State,
    column: String,
    seen: Option<Seen>,
    /// What to tell of it.
    pub(crate) note: Option<String>,
}

impl Since {
    /// Reads it, where rows are to be loaded by what is new of them.
    pub(crate) fn of(args: &ImportArgs, from: &str, query: &str) -> anyhow::Result<Option<Self>> {
        let database = &args.database;
        let Some(column) = &database.incremental else { return Ok(None) };
        let records =
            args.records.map_or_else(|| "transactions".to_owned(), |of| format!("{of:?}").to_lowercase());
        let of = Of {
            server: args.server.server.clone(),
            workspace: args.workspace.clone(),
            records,
            from: from.to_owned(),
            query: query.to_owned(),
            column: column.clone(),
        };
        let state = State::of(database.state.as_deref(), of)?;
        let seen = if database.from_start { None } else { state.read()? };
        Ok(Some(Self { state, column: column.clone(), seen, note: None }))
    }

    /// Sees that it can be kept, and that the server has what was loaded before: one that was put back, or begun anew, gets all
    /// rows again.
    pub(crate) async fn hold_against(
        &mut self,
        channel: &Channel,
        workspace: &WorkspaceName,
    ) -> anyhow::Result<()> {
        self.state.check()?;
        // Asked whether or not it matters: whoever may not ask is told before anything is loaded.
        let revision = revision(channel, workspace).await?;
        if self.seen.as_ref().is_some_and(|seen| revision < seen.revision) {
            self.note = Some(
                "the workspace has less than after the load before, as one that was put back or begun anew: all rows are asked for"
                    .to_owned(),
            );
            self.seen = None;
        }
        Ok(())
    }

    pub(crate) fn column(&self) -> &str {
        &self.column
    }

    pub(crate) fn greatest(&self) -> Option<&Mark> {
        self.seen.as_ref().map(|seen| &seen.greatest)
    }

    /// From where on, for people; none where all rows are asked for.
    pub(crate) fn told(&self) -> Option<String> {
        Some(format!("{} = {}", self.column, self.greatest()?.text()))
    }

    /// Keeps what was loaded for the next time.
    pub(crate) async fn keep(
        &self,
        answer: &Answer,
        channel: &Channel,
        workspace: &WorkspaceName,
    ) -> anyhow::Result<String> {
        let Some(greatest) = answer.greatest.clone().or_else(|| self.greatest().cloned()) else {
            return Ok(format!(
                "no row has a value in {}: the next load asks for all rows again",
                self.column
            ));
        };
        let told = format!("the next load goes on from {} = {}", self.column, greatest.text());
        self.state.keep(Seen { greatest, revision: revision(channel, workspace).await? })?;
        Ok(told)
    }
}

async fn revision(channel: &Channel, workspace: &WorkspaceName) -> anyhow::Result<i64> {
    let request = in_workspace(v1::GetServerInfoRequest {}, workspace)?;
    let info = AdminServiceClient::new(channel.clone()).get_server_info(request).await;
    Ok(info.map_err(|status| refusal(&status))?.into_inner().workspace.unwrap_or_default().revision)
}
