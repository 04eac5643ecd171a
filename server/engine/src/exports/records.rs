//! All purchases and all survey responses of customers, as questions see them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use lojal_domain::{Disposition, EventTime, History, Scale, SurveyKind, SurveyMetric, WorkspaceName};

use crate::ask::filter::Sieve;
use crate::ask::purchases::net_purchases;
use crate::{Engine, EngineError, Moment, Provenance, Scope};

const DEFINITION: &str = "records@1";
/// Rows that are enough for a stretch. All rows of a customer are in the same one.
const ROWS: usize = 8_192;

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
}

impl<R: Send + 'static> RecordBatches<'_, R> {
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
        self.engine.still_there(&self.workspace, self.moment.deletions).await?;
        self.after = walked.1;
        Ok(walked.0)
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
        }
    }));
}

impl Engine {
    /// All purchases, by customer in the order these were first recorded, and by time.
    ///
    /// # Errors
    /// Those of any question about some customers.
    pub async fn export_transactions(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
    ) -> Result<RecordBatches<'_, ExportedTransaction>, EngineError> {
        self.records(workspace, scope, transactions_of).await
    }

    /// All survey responses of customers, by customer in the order these were first recorded, and by time.
    ///
    /// # Errors
    /// Those of any question about some customers.
    pub async fn export_responses(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
    ) -> Result<RecordBatches<'_, ExportedResponse>, EngineError> {
        self.records(workspace, scope, responses_of).await
    }

    async fn records<R>(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
        rows_of: RowsOf<R>,
    ) -> Result<RecordBatches<'_, R>, EngineError> {
        let moment = self.moment_of_page(workspace, scope, None).await?;
        let sieve = self.sieve(workspace, &moment, None).await?;
        Ok(RecordBatches { engine: self, workspace: workspace.clone(), moment, sieve, rows_of, after: None })
    }
}
