//! Rows and columns of a request, taken in and recorded.

use std::pin::Pin;

use lojal_domain::WorkspaceName;
use lojal_proto::v1;

use super::columns;
use super::rows::{Row, RowContext, currency_of, read};
use crate::Service;
use crate::error::Refusal;

/// What waits until rows are durable.
pub(crate) type Writing<'s> = Pin<Box<dyn Future<Output = Result<v1::WriteResult, Refusal>> + Send + 's>>;

impl Service {
    /// Records the rows of a request. `list` is the path of their field.
    pub(crate) async fn record<R: Row>(
        &self,
        workspace: &WorkspaceName,
        rows: Vec<R>,
        list: &'static str,
        skip_invalid: bool,
    ) -> Result<v1::WriteResult, Refusal> {
        self.begin_record(workspace, rows, list, skip_invalid).await?.await
    }

    /// Takes the rows of a request in: what it hands back waits until they are durable.
    pub(crate) async fn begin_record<'s, R: Row>(
        &'s self,
        workspace: &WorkspaceName,
        rows: Vec<R>,
        list: &'static str,
        skip_invalid: bool,
    ) -> Result<Writing<'s>, Refusal> {
        let decided = self.engine.decided_currency(workspace).await?;
        let currency = currency_of(&rows, decided, self.engine.default_currency());
        let context = RowContext { now: self.engine.now(), currency };
        let (rows, report) = read(rows, list, skip_invalid, &context)?.into_parts();
        let recording = self.engine.begin_record(workspace, rows).await?;
        Ok(Box::pin(async move { report.result(recording.await?) }))
    }

    /// Takes purchases in columns in, as [`Self::begin_record`] does rows.
    pub(crate) async fn begin_record_columns<'s>(
        &'s self,
        workspace: &WorkspaceName,
        columns: v1::TransactionColumns,
        skip_invalid: bool,
    ) -> Result<Writing<'s>, Refusal> {
        let decided = self.engine.decided_currency(workspace).await?;
        let currency = columns::currency_of(&columns, decided, self.engine.default_currency())?;
        let context = RowContext { now: self.engine.now(), currency };
        let columns::ReadColumns { columns, report } = columns::read(columns, skip_invalid, &context)?;
        let recording = self.engine.begin_record_columns(workspace, columns, skip_invalid).await?;
        Ok(Box::pin(async move { report.result(recording.await?) }))
    }
}
