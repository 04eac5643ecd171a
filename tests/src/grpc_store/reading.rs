//! Listings, timelines and counts, page by page.

use lojal_domain::{Currency, CustomerId, EventTime, WorkspaceName};
use lojal_proto::v1;
use lojal_store::{Counts, Cut, Position, RecordKind, Recorded, StoreError, WorkspaceStatus};
use prost_types::Timestamp;
use tonic::Status;

use super::{GrpcStore, contradiction, convert, refused};
use crate::failure;

/// Customers a page: few, so that listings have several pages.
const CUSTOMERS_PAGE: i32 = 7;
/// Events a page when all are wanted.
const EVENTS_PAGE: i32 = 5;
/// Workspaces a page.
const WORKSPACES_PAGE: i32 = 2;

/// When a question is about, in the API's terms.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) as_of: Option<Timestamp>,
    pub(super) known_at: Option<Timestamp>,
    revision: Option<u64>,
}

impl Asked {
    /// As of an instant, known at an instant of recording.
    pub(super) fn known_at(as_of: EventTime, known_at: EventTime) -> Self {
        let (as_of, known_at) = (Some(convert::askable(as_of)), Some(convert::askable(known_at)));
        Self { as_of, known_at, revision: None }
    }

    /// An answer must be about what was asked.
    pub(super) fn check(&self, provenance: Option<&v1::Provenance>) -> Result<(), StoreError> {
        let provenance = provenance.expect("a provenance");
        let revision = provenance.revision as u64;
        if provenance.as_of != self.as_of || self.revision.is_some_and(|asked| asked != revision) {
            let asked = (self.as_of, self.revision);
            return Err(contradiction(format!("asked as of {asked:?}, answered {provenance:?}")));
        }
        Ok(())
    }
}

/// Whether a question was about somebody who is not there: to a store a workspace in which nothing is recorded is one without customers.
pub(super) fn is_nobody(status: &Status) -> bool {
    ["CUSTOMER_NOT_FOUND", "WORKSPACE_NOT_FOUND"].contains(&&*failure(status).reason)
}

impl GrpcStore {
    /// A cut in the API's terms.
    pub(super) fn asked(&self, workspace: &WorkspaceName, cut: Cut) -> Asked {
        let at =
            |revision| self.place.instant_of(workspace, revision).expect("a revision this client was told");
        let known_at = cut.revision.map(|revision| convert::askable(at(revision)));
        Asked { as_of: Some(convert::askable(cut.as_of)), known_at, revision: cut.revision }
    }

    /// All customers, in the order they are listed.
    pub(super) async fn customers(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
    ) -> Result<Vec<v1::Customer>, StoreError> {
        let asked = self.asked(workspace, cut);
        let mut client = self.in_workspace(workspace).customers;
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let Asked { as_of, known_at, .. } = asked;
            let request = v1::ListCustomersRequest {
                page_size: CUSTOMERS_PAGE,
                page_token,
                as_of,
                known_at,
                ..Default::default()
            };
            let page = match client.list_customers(request).await {
                Ok(page) => page.into_inner(),
                Err(status) if is_nobody(&status) => return Ok(all),
                Err(status) => return Err(refused(&status)),
            };
            asked.check(page.provenance.as_ref())?;
            all.extend(page.customers);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// One customer's totals.
    pub(super) async fn customer(
        &self,
        workspace: &WorkspaceName,
        customer: &str,
        asked: Asked,
    ) -> Result<Option<v1::Customer>, StoreError> {
        let Asked { as_of, known_at, .. } = asked;
        let request = v1::GetCustomerRequest { customer_id: customer.to_owned(), as_of, known_at };
        match self.in_workspace(workspace).customers.get_customer(request).await {
            Ok(answer) => {
                let answer = answer.into_inner();
                asked.check(answer.provenance.as_ref())?;
                Ok(answer.customer)
            }
            Err(status) if is_nobody(&status) => Ok(None),
            Err(status) => Err(refused(&status)),
        }
    }

    /// A page of a timeline; none for a customer with nothing in it.
    async fn events_page(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        asked: Asked,
        page_size: i32,
        page_token: String,
    ) -> Result<Option<v1::GetTimelineResponse>, StoreError> {
        let Asked { as_of, known_at, .. } = asked;
        let customer_id = customer.as_str().to_owned();
        let window = "all".to_owned();
        let request = v1::GetTimelineRequest {
            customer_id,
            as_of,
            window,
            page_size,
            page_token,
            known_at,
            ..Default::default()
        };
        match self.in_workspace(workspace).customers.get_timeline(request).await {
            Ok(page) => {
                let page = page.into_inner();
                asked.check(page.provenance.as_ref())?;
                Ok(Some(page))
            }
            Err(status) if is_nobody(&status) => Ok(None),
            Err(status) => Err(refused(&status)),
        }
    }

    /// All of a customer's timeline, newest first.
    pub(super) async fn events(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
    ) -> Result<Vec<v1::TimelineEvent>, StoreError> {
        let asked = self.asked(workspace, cut);
        let (mut all, mut token) = (Vec::new(), String::new());
        while let Some(page) = self.events_page(workspace, customer, asked, EVENTS_PAGE, token).await? {
            all.extend(page.events);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        Ok(all)
    }

    /// What is handed over of a customer must be their whole timeline, which a cut of everything shows.
    pub(super) async fn check_export(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
    ) -> Result<(), StoreError> {
        if cut != Cut::as_of(EventTime::MAX) {
            return Ok(());
        }
        let request = v1::ExportCustomerRequest { customer_id: customer.as_str().to_owned() };
        let mut client = self.in_workspace(workspace).customers;
        let opened = client.export_customer(request).await.map_err(|status| refused(&status))?;
        let (mut messages, mut exported) = (opened.into_inner(), Vec::new());
        loop {
            match messages.message().await {
                Ok(Some(message)) => exported.extend(message.events),
                Ok(None) => break,
                Err(status) if is_nobody(&status) => break,
                Err(status) => return Err(refused(&status)),
            }
        }
        let shown = self.events(workspace, customer, cut).await?;
        if exported == shown {
            return Ok(());
        }
        Err(contradiction(format!("the timeline has {shown:?}, and handed over is {exported:?}")))
    }

    /// The events after a position, which is their place counted from the newest. Pages are of the size asked for, and
    /// those before are read over, as the API goes on by tokens only.
    pub(super) async fn timeline_page(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        let asked = self.asked(workspace, cut);
        let skip = before.map_or(0, |position| (u32::MAX - position.record) as usize + 1);
        let size = i32::try_from(limit).expect("the size of a page");
        let (mut events, mut token) = (Vec::new(), String::new());
        while events.len() < skip + limit {
            let page = self.events_page(workspace, customer, asked, size, token).await?;
            let Some(page) = page else { break };
            assert!(page.events.len() <= limit, "a page is as large as it may be");
            events.extend(page.events);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        let recorded = |(place, event): (usize, v1::TimelineEvent)| {
            let position = Position { time: convert::instant(event.time), record: u32::MAX - place as u32 };
            let recorded_at = convert::instant(event.recorded_time);
            Recorded { position, recorded_at, record: convert::record(customer, event) }
        };
        Ok(events.into_iter().enumerate().skip(skip).take(limit).map(recorded).collect())
    }

    /// The revision of an answer to a question about what was known at an instant.
    pub(super) async fn revision_known_at(
        &self,
        workspace: &WorkspaceName,
        known_at: EventTime,
    ) -> Result<u64, StoreError> {
        let request = v1::ListCustomersRequest {
            page_size: 1,
            known_at: Some(convert::askable(known_at)),
            ..Default::default()
        };
        let answer = self.in_workspace(workspace).customers.list_customers(request).await;
        let provenance = match answer {
            Ok(answer) => answer.into_inner().provenance,
            Err(status) if is_nobody(&status) => return Ok(0),
            Err(status) => return Err(refused(&status)),
        };
        Ok(provenance.expect("a provenance").revision as u64)
    }

    /// Size and state. The currency is asked of WorkspaceService, since here an empty workspace has the server's.
    pub(super) async fn server_info(&self, workspace: &WorkspaceName) -> Result<WorkspaceStatus, StoreError> {
        let clients = self.in_workspace(workspace);
        let info = clients.admin.clone().get_server_info(v1::GetServerInfoRequest {}).await;
        let info = info.map_err(|status| refused(&status))?.into_inner();
        let held = info.workspace.expect("a workspace");
        let status = WorkspaceStatus {
            revision: held.revision as u64,
            customers: held.customers as u64,
            counts: Counts::default()
                .with(RecordKind::Transaction, held.transactions as u64)
                .with(RecordKind::Refund, held.refunds as u64)
                .with(RecordKind::Response, held.survey_responses as u64)
                .with(RecordKind::Void, held.voids as u64)
                .with(RecordKind::Interaction, held.interactions as u64)
                .with(RecordKind::Cost, held.costs as u64),
            first_event: held.first_event_time.map(|time| convert::instant(Some(time))),
            last_event: held.last_event_time.map(|time| convert::instant(Some(time))),
            currency: None,
            writable: info.writable,
        };
        let request = v1::GetWorkspaceRequest { workspace: workspace.as_str().to_owned() };
        match clients.workspaces.clone().get_workspace(request).await {
            Ok(answer) => with_currency(status, answer.into_inner().workspace.expect("a workspace")),
            Err(error) if failure(&error).reason == "WORKSPACE_NOT_FOUND" && status.revision == 0 => {
                Ok(status)
            }
            Err(error) => Err(refused(&error)),
        }
    }

    pub(super) async fn list_workspaces(&self) -> Result<Vec<WorkspaceName>, StoreError> {
        let mut client = self.clients.workspaces.clone();
        let (mut names, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = v1::ListWorkspacesRequest { page_size: WORKSPACES_PAGE, page_token };
            let page = client.list_workspaces(request).await.map_err(|status| refused(&status))?.into_inner();
            let name = |one: v1::Workspace| WorkspaceName::new(one.workspace).expect("a name");
            names.extend(page.workspaces.into_iter().map(name));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(names);
            }
        }
    }
}

/// Adds the currency, if what is said of the workspace is the same in both services.
fn with_currency(status: WorkspaceStatus, also: v1::Workspace) -> Result<WorkspaceStatus, StoreError> {
    let same = [
        (status.revision, also.revision),
        (status.customers, also.customers),
        (status.counts.transactions(), also.transactions),
    ];
    if same.iter().any(|(one, other)| *one != *other as u64) {
        return Err(contradiction(format!("{status:?} and {also:?}")));
    }
    let code = also.reporting_currency_code;
    let currency = (!code.is_empty()).then(|| Currency::parse(&code).expect("a currency"));
    Ok(WorkspaceStatus { currency, ..status })
}
