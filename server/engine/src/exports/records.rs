//! All purchases and all survey responses of customers, as questions see them.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use lojal_domain::{
    CustomerId, Disposition, EventTime, History, Record, Scale, SurveyKind, SurveyMetric, WorkspaceName,
};

use crate::ask::filter::Sieve;
use crate::ask::purchases::net_purchases;
use crate::{Engine, EngineError, Moment, Provenance, Scope};

const DEFINITION: &str = "records@1";
/// Rows that are enough for a stretch. All rows of a customer are in the same one.
const ROWS: usize = 8_192;
/// Records that are read at once for their ids.
const RECORDS: usize = 1_000;

/// A purchase.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportedTransaction {
    /// Whose.
    pub customer: Arc<str>,
    /// When.
    pub time: EventTime,
    /// Paid, in micros of the reporting currency.
    pub gross_micros: i64,
    /// Given back of it, in micros.
    pub refunded_micros: i64,
    /// Taken off the list price, in micros; none where nothing was said of a discount.
    pub discount_micros: Option<i64>,
    /// Its place among the customer's purchases, from 1 on.
    pub number: u32,
    /// Its id, where ids are asked for; otherwise empty.
    pub id: String,
    /// Its place in the order of recording.
    record: u32,
}

/// A response to a survey.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportedResponse {
    /// Whose.
    pub customer: Arc<str>,
    /// When.
    pub time: EventTime,
    /// What was measured.
    pub metric: SurveyMetric,
    /// What it was about.
    pub kind: SurveyKind,
    /// How far it came.
    pub disposition: Disposition,
    /// The raw score.
    pub score: Option<i16>,
    /// The scores that could be given.
    pub scale: Scale,
    /// The survey's name, or empty.
    pub survey: Arc<str>,
    /// How it was asked, or empty.
    pub channel: Arc<str>,
    /// What it is about, with commas between.
    pub topics: String,
    /// What was written, or empty.
    pub comment: String,
    /// Its id, where ids are asked for; otherwise empty.
    pub id: String,
    /// Its place in the order of recording.
    record: u32,
}

/// A row of one record.
pub trait RecordRow {
    /// Whose it is.
    fn customer(&self) -> &Arc<str>;
    /// The record's place in the order of recording.
    fn record(&self) -> u32;
    /// Gives it the record's id.
    fn set_id(&mut self, id: String);
    /// The id of a record of which there are such rows.
    fn id_of(record: Record) -> Option<String>;
}

impl RecordRow for ExportedTransaction {
    fn customer(&self) -> &Arc<str> {
        &self.customer
    }
    fn record(&self) -> u32 {
        self.record
    }
    fn set_id(&mut self, id: String) {
        self.id = id;
    }
    fn id_of(record: Record) -> Option<String> {
        if let Record::Transaction(transaction) = record { Some(transaction.told_id()) } else { None }
    }
}

impl RecordRow for ExportedResponse {
    fn customer(&self) -> &Arc<str> {
        &self.customer
    }
    fn record(&self) -> u32 {
        self.record
    }
    fn set_id(&mut self, id: String) {
        self.id = id;
    }
    fn id_of(record: Record) -> Option<String> {
        if let Record::SurveyResponse(response) = record {
            Some(response.id.as_str().to_owned())
        } else {
            None
        }
    }
}

/// Adds the rows of a customer.
type RowsOf<R> = fn(&Arc<str>, &History<'_>, &mut Vec<R>);

/// Rows, a stretch at a time.
pub struct RecordBatches<'e, R> {
    engine: &'e Engine,
    workspace: WorkspaceName,
    moment: Moment,
    sieve: Sieve,
    rows_of: RowsOf<R>,
    after: Option<u32>,
    with_ids: bool,
}

impl<R: RecordRow + Send + 'static> RecordBatches<'_, R> {
    /// Where they come from.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        let mut provenance = self.moment.provenance(DEFINITION, None);
        provenance.warnings.extend(self.sieve.warning());
        provenance
    }

    /// The next stretch; empty at the end.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn next(&mut self) -> Result<Vec<R>, EngineError> {
        let (sieve, rows_of) = (self.sieve.clone(), self.rows_of);
        let visit = move |(rows, after): &mut (Vec<R>, Option<u32>), history: &History<'_>| {
            if let Some(customer) = history.customer.filter(|_| sieve.passes(history)) {
                rows_of(&customer.into(), history, rows);
            }
            *after = Some(history.number);
            if rows.len() >= ROWS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let start = (Vec::new(), self.after);
        let walked = self.engine.walk(&self.workspace, self.moment.cut(), self.after, start, visit).await?;
        let (mut rows, after) = walked;
        if self.with_ids {
            for of_customer in rows.chunk_by_mut(|a, b| a.customer() == b.customer()) {
                self.name(of_customer).await?;
            }
        }
        self.engine.still_there(&self.workspace, self.moment.deletions).await?;
        self.after = after;
        Ok(rows)
    }

    /// Gives the rows of a customer their ids, which are kept with the records alone.
    async fn name(&self, rows: &mut [R]) -> Result<(), EngineError> {
        let Some(customer) = rows.first().map(|row| CustomerId::new(&**row.customer())) else {
            return Ok(());
        };
        let customer =
            customer.map_err(|problem| EngineError::Internal(format!("a customer's id {problem}")))?;
        let mut ids = HashMap::new();
        let mut before = None;
        loop {
            let store = &self.engine.store;
            let records =
                store.timeline(&self.workspace, &customer, self.moment.cut(), before, RECORDS).await?;
            let Some(last) = records.last() else { break };
            before = Some(last.position);
            let named = records.into_iter().filter_map(|of| Some((of.position.record, R::id_of(of.record)?)));
            ids.extend(named);
        }
        for row in rows {
            if let Some(id) = ids.remove(&row.record()) {
                row.set_id(id);
            }
        }
        Ok(())
    }
}

fn transactions_of(customer: &Arc<str>, history: &History<'_>, rows: &mut Vec<ExportedTransaction>) {
    let discounts: BTreeMap<u32, i64> =
        history.discounts.iter().map(|discount| (discount.record, discount.amount.micros())).collect();
    let purchases = (1..).zip(net_purchases(history));
    rows.extend(purchases.map(|(number, purchase)| ExportedTransaction {
        customer: customer.clone(),
        time: purchase.time,
        gross_micros: purchase.gross_micros,
        refunded_micros: purchase.refunded_micros,
        discount_micros: discounts.get(&purchase.record).copied(),
        number,
        id: String::new(),
        record: purchase.record,
    }));
}

fn responses_of(customer: &Arc<str>, history: &History<'_>, rows: &mut Vec<ExportedResponse>) {
    rows.extend(history.responses.iter().map(|response| {
        let said = response.said.as_deref();
        ExportedResponse {
            customer: customer.clone(),
            time: response.time,
            metric: response.metric,
            kind: response.kind,
            disposition: response.disposition,
            score: response.score,
            scale: response.scale,
            survey: response.survey.clone(),
            channel: response.channel.clone(),
            topics: said.map_or_else(String::new, |said| said.topics.join(",")),
            comment: said.map_or_else(String::new, |said| said.comment.to_string()),
            id: String::new(),
            record: response.record,
        }
    }));
}

impl Engine {
    /// All purchases, by customer in the order these were first recorded, and by time. Ids are read from every record, which takes
    /// most of the time.
    ///
    /// # Errors
    /// Those of any question about some customers.
    pub async fn export_transactions(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
        with_ids: bool,
    ) -> Result<RecordBatches<'_, ExportedTransaction>, EngineError> {
        self.records(workspace, scope, transactions_of, with_ids).await
    }

    /// All survey responses of customers, by customer in the order these were first recorded, and by time. Ids are read as those of
    /// purchases are.
    ///
    /// # Errors
    /// Those of any question about some customers.
    pub async fn export_responses(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
        with_ids: bool,
    ) -> Result<RecordBatches<'_, ExportedResponse>, EngineError> {
        self.records(workspace, scope, responses_of, with_ids).await
    }

    async fn records<R>(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
        rows_of: RowsOf<R>,
        with_ids: bool,
    ) -> Result<RecordBatches<'_, R>, EngineError> {
        let moment = self.moment_of_page(workspace, scope, None).await?;
        let sieve = self.sieve(workspace, &moment, None).await?;
        let workspace = workspace.clone();
        Ok(RecordBatches { engine: self, workspace, moment, sieve, rows_of, after: None, with_ids })
    }
}
