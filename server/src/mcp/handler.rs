//! The protocol: what there is, and calls of it.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::request::Parts;
use lojal_domain::WorkspaceName;
use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};

use crate::connection::WithKey;
use crate::mcp::arguments::{read, shown};
use crate::mcp::questions::Question;
use crate::mcp::results::{answer, fault, refusal, whole};
use crate::mcp::road::Road;

/// What whoever uses the tools should know of them all.
const INSTRUCTIONS: &str = "Lojal answers who is loyal, how that is known, and what it is worth, from what customers do (purchases, refunds) and say (answers to surveys). \
The tools only read; each is a call of Lojal's contract, and answers in its JSON. \
Every answer says in `provenance` as of when it is, from which revision of the data, by which definition, and what it left out: tell the moment and the definition with a number. \
Numbers of samples and forecasts are estimates with `value`, `ciLow` and `ciHigh`: tell the interval with the value, and never a value without one as if it were certain. \
What is not there is undefined, and not 0. Read `warnings` before you draw conclusions. \
An empty request is a question about everybody, as of now. `as_of` goes back to any instant; `filter` (CEL) and `group_by` tell customers apart by facts, which list_facts lists. \
Numbers of 64 bits are text in JSON, and amounts of money are exact decimals with their currency.";

/// The tools, over any transport.
#[derive(Clone)]
pub(crate) struct Tools(Arc<Offered>);

struct Offered {
    questions: Vec<Question>,
    road: Road,
    workspace: WorkspaceName,
    /// Whether those that show who customers are may be used.
    personal: bool,
    /// Whether callers who show no key use the one of this process.
    lends_key: bool,
}

impl Tools {
    pub(crate) fn new(
        questions: Vec<Question>,
        road: Road,
        workspace: WorkspaceName,
        personal: bool,
        lends_key: bool,
    ) -> Self {
        Self(Arc::new(Offered { questions, road, workspace, personal, lends_key }))
    }
}

impl Offered {
    fn named(&self, name: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.tool.name == name)
    }

    fn listed(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().filter(|question| self.personal || !question.is_personal)
    }

    /// The key of the call: what its caller shows, else that of this process.
    fn key(&self, context: &RequestContext<RoleServer>) -> anyhow::Result<WithKey> {
        let shown = context.extensions.get::<Parts>().and_then(|parts| parts.headers.get(AUTHORIZATION));
        match shown {
            Some(shown) => self.road.key_of(shown),
            None => {
                anyhow::ensure!(self.lends_key, "show an API key of your own: send the header authorization");
                self.road.own_key()
            }
        }
    }

    async fn call(
        &self,
        question: &Question,
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> CallToolResult {
        if question.is_personal && !self.personal {
            return fault(format!(
                "{} shows who customers are, which is closed here; start `lojal mcp` with --personal to open it",
                question.tool.name
            ));
        }
        let asked = match read(question, request.arguments.unwrap_or_default(), &self.workspace) {
            Ok(asked) => asked,
            Err(problem) => return fault(problem),
        };
        let key = match self.key(context) {
            Ok(key) => key,
            Err(problem) => return fault(problem.to_string()),
        };
        let road = self.road.ask(question.path.clone(), key, &asked.workspace, asked.message);
        let told = tokio::select! {
            told = road => told,
            // What is dropped here ends in the server, too.
            () = context.ct.cancelled() => return fault("the call was cancelled".to_owned()),
        };
        let messages = match told {
            Ok(messages) => messages,
            Err(status) => return refusal(&status, self.road.url()),
        };
        let result = whole(question, messages)
            .and_then(|message| answer(question, asked.workspace.as_str(), message, asked.at_most));
        result.unwrap_or_else(|problem| {
            fault(format!(
                "the answer cannot be told: {problem}; use versions of server and tools that go together"
            ))
        })
    }
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let named = Implementation::new("lojal", env!("CARGO_PKG_VERSION")).with_title("Lojal");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(named)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.0.listed().map(|question| question.tool.clone()).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(question) = self.0.named(&request.name) else {
            let sentence =
                format!("there is no tool {:?}; tools/list names those there are", shown(&request.name));
            return Err(ErrorData::invalid_params(sentence, None));
        };
        Ok(self.0.call(question, request, &context).await.into())
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.0.listed().find(|question| question.tool.name == name).map(|question| question.tool.clone())
    }
}
