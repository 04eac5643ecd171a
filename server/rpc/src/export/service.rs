//! ExportService: asks the question that a table is the answer to.

use lojal_domain::WorkspaceName;
use lojal_engine::{Engine, RecordBatches, RecordRow, Resumption};
use lojal_proto::v1;
use lojal_proto::v1::export_request::Table;
use lojal_proto::v1::export_service_server::ExportService;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::chosen::choose;
use super::column::Column;
use super::sent::{Sending, Sent};
use super::sheet::Sheet;
use super::{customers, metrics, predictions, records};
use crate::context::open;
use crate::error::Refusal;
use crate::stream::{self, WAITING};
use crate::words::{scope, scope_with, timestamp};
use crate::{Service, clv, loyalty, segments};

const OTHER: &str =
    "is of another export; send it with the same table, columns and format, or leave it out to begin anew";

#[tonic::async_trait]
impl ExportService for Service {
    type ExportStream = ReceiverStream<Result<v1::ExportResponse, Status>>;

    async fn export(
        &self,
        request: Request<v1::ExportRequest>,
    ) -> Result<Response<Self::ExportStream>, Status> {
        let (workspace, mut request) = open(request)?;
        let token = std::mem::take(&mut request.resume_token);
        let described = format!("export {workspace} {request:?}");
        let resumed =
            Resumption::of(&token, &described).map_err(|_| Refusal::field("resume_token", OTHER))?;
        let table = asked(request.table.take(), resumed)?;
        let (columns, format) = (request.columns, request.format);
        let engine = self.engine.clone();
        let stream = stream::answer(WAITING, move |messages| async move {
            let goes_on = resumed.is_some();
            let asked = Asked { engine: &engine, workspace: &workspace, columns: &columns, format, goes_on };
            let sending = Sending { messages, described, resumed };
            asked.send(table, sending).await
        });
        Ok(Response::new(stream))
    }
}

/// A field of the table's question that means nothing here.
fn unwanted(is_set: bool, field: &str, advice: &str) -> Result<(), Refusal> {
    if is_set { Err(Refusal::field(field, advice)) } else { Ok(()) }
}

/// The table, as of the instant of an export that goes on, and about everybody where the question does not say otherwise.
fn asked(table: Option<Table>, resumed: Option<Resumption>) -> Result<Table, Refusal> {
    const PAGED: &str = "is for pages, and a table has none; leave it out";
    const ORDERED: &str = "is for lists; leave it out, and order the table where it is read";
    let message = "is missing; name one of predictions, segments, loyalty, customers, transactions, responses and metrics, such as \"customers\": {}";
    let mut table = table.ok_or_else(|| Refusal::field("table", message))?;
    let as_of = match &mut table {
        Table::Predictions(asked) => {
            let advice = "is about all rows together; ask SummarizePredictions for it";
            unwanted(asked.with_totals, "predictions.with_totals", advice)?;
            unwanted(asked.order != 0, "predictions.order", ORDERED)?;
            let nobody = "is 0; leave it out for everybody, or choose 1 or more";
            unwanted(asked.limit == Some(0), "predictions.limit", nobody)?;
            asked.limit.get_or_insert(i32::MAX);
            &mut asked.as_of
        }
        Table::Segments(asked) => {
            unwanted(asked.page_size != 0, "segments.page_size", PAGED)?;
            unwanted(!asked.page_token.is_empty(), "segments.page_token", PAGED)?;
            asked.page_size = lojal_domain::limits::PAGE_SIZE as i32;
            &mut asked.as_of
        }
        Table::Loyalty(asked) => {
            let recorded = v1::LoyaltyOrder::Recorded;
            let is_other = asked.order != 0 && asked.order != i32::from(recorded);
            unwanted(is_other, "loyalty.order", ORDERED)?;
            (asked.order, asked.scores_only) = (recorded.into(), true);
            &mut asked.as_of
        }
        Table::Customers(asked) => {
            unwanted(asked.page_size != 0, "customers.page_size", PAGED)?;
            unwanted(!asked.page_token.is_empty(), "customers.page_token", PAGED)?;
            let is_other = asked.order != 0 && asked.order != i32::from(v1::CustomerOrder::Recorded);
            unwanted(is_other, "customers.order", ORDERED)?;
            asked.page_size = lojal_domain::limits::PAGE_SIZE as i32;
            &mut asked.as_of
        }
        Table::Transactions(asked) => &mut asked.as_of,
        Table::Responses(asked) => &mut asked.as_of,
        Table::Metrics(asked) => &mut asked.as_of,
    };
    if let Some(resumed) = resumed {
        *as_of = Some(timestamp(resumed.as_of));
    }
    Ok(table)
}

/// What is asked for, of whom, and how it is written.
struct Asked<'a> {
    engine: &'a Engine,
    workspace: &'a WorkspaceName,
    columns: &'a [String],
    format: i32,
    goes_on: bool,
}

impl Asked<'_> {
    async fn send(&self, table: Table, to: Sending) -> Result<(), Refusal> {
        match table {
            Table::Predictions(asked) => self.predictions(asked, to).await,
            Table::Segments(asked) => self.segments(asked, to).await,
            Table::Loyalty(asked) => self.loyalty(asked, to).await,
            Table::Customers(asked) => self.customers(asked, to).await,
            Table::Transactions(v1::ExportTransactions { as_of, known_at, filter }) => {
                let scope = scope_with(as_of, known_at, &filter)?;
                let sheet = self.sheet(records::transactions())?;
                let batches = self
                    .engine
                    .export_transactions(self.workspace, scope, sheet.has("transaction_id"))
                    .await?;
                send_records(batches, sheet, to).await
            }
            Table::Responses(v1::ExportResponses { as_of, known_at, filter }) => {
                let scope = scope_with(as_of, known_at, &filter)?;
                let sheet = self.sheet(records::responses())?;
                let batches =
                    self.engine.export_responses(self.workspace, scope, sheet.has("response_id")).await?;
                send_records(batches, sheet, to).await
            }
            Table::Metrics(asked) => self.metrics(asked, to).await,
        }
    }

    fn sheet<R>(&self, columns: Vec<Column<R>>) -> Result<Sheet<R>, Refusal> {
        Sheet::new(choose(columns, self.columns)?, self.format, self.goes_on)
    }

    async fn predictions(&self, asked: v1::PredictCustomersRequest, to: Sending) -> Result<(), Refusal> {
        let sheet = self.sheet(predictions::columns())?;
        let mut question = clv::questions::predictions(asked)?;
        question.with_intervals &= sheet.has_intervals();
        let mut table = Sent::new(sheet, to);
        let method = question.outlook.intervals;
        let mut batches = self.engine.predict_customers(self.workspace, question).await?;
        let model = batches.model().clone();
        let mut batch = batches.next().await?;
        while !batch.is_empty() {
            let from = batches.provenance();
            let row = |prediction| predictions::Row { prediction, model: model.clone(), method };
            let rows = batch.into_iter().map(row);
            // The next ones are made on another core while these are written.
            let (next, taken) = tokio::join!(batches.next(), table.take(rows, &from));
            taken?;
            batch = next?;
        }
        table.end(&batches.provenance()).await
    }

    async fn metrics(&self, asked: v1::ExportMetrics, to: Sending) -> Result<(), Refusal> {
        let mut table = Sent::new(self.sheet(metrics::columns())?, to);
        let (rows, from) = metrics::ask(self.engine, self.workspace, asked).await?;
        table.take(rows, &from).await?;
        table.end(&from).await
    }

    async fn loyalty(&self, asked: v1::ListLoyaltyRequest, to: Sending) -> Result<(), Refusal> {
        let question = loyalty::questions::list_loyalty(&asked)?;
        let mut table = Sent::new(self.sheet(customers::loyalty())?, to);
        let mut batches = self.engine.list_loyalty(self.workspace, question).await?;
        let mut batch = batches.next().await?;
        while !batch.is_empty() {
            let from = batches.provenance();
            let (next, taken) = tokio::join!(batches.next(), table.take(batch, &from));
            taken?;
            batch = next?;
        }
        table.end(&batches.provenance()).await
    }

    async fn segments(&self, mut asked: v1::ListSegmentMembersRequest, to: Sending) -> Result<(), Refusal> {
        let mut table = Sent::new(self.sheet(customers::segments())?, to);
        let deletions = self.engine.deletions();
        loop {
            let question = segments::answers::members_question(asked.clone())?;
            let (page, from) = self.engine.list_segment_members(self.workspace, question).await?;
            self.engine.still_there(self.workspace, deletions).await?;
            table.take(page.entries, &from).await?;
            asked.page_token = page.next_token;
            if asked.page_token.is_empty() {
                return table.end(&from).await;
            }
        }
    }

    async fn customers(&self, mut asked: v1::ListCustomersRequest, to: Sending) -> Result<(), Refusal> {
        let (attributes, _) =
            self.engine.list_facts(self.workspace, scope(asked.as_of, asked.known_at)?).await?;
        let mut table = Sent::new(self.sheet(customers::customers(attributes))?, to);
        let deletions = self.engine.deletions();
        loop {
            let question = crate::customers::questions::customers(asked.clone())?;
            let (page, from) = self.engine.list_customers(self.workspace, question).await?;
            self.engine.still_there(self.workspace, deletions).await?;
            table.take(page.entries, &from).await?;
            asked.page_token = page.next_token;
            if asked.page_token.is_empty() {
                return table.end(&from).await;
            }
        }
    }
}

async fn send_records<R: RecordRow + Send + 'static>(
    mut batches: RecordBatches<'_, R>,
    sheet: Sheet<R>,
    to: Sending,
) -> Result<(), Refusal> {
    let mut table = Sent::new(sheet, to);
    let mut batch = batches.next().await?;
    while !batch.is_empty() {
        let from = batches.provenance();
        let (next, taken) = tokio::join!(batches.next(), table.take(batch, &from));
        taken?;
        batch = next?;
    }
    table.end(&batches.provenance()).await
}
