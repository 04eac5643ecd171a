//! Recording purchases that come as columns.

use lojal_domain::{Currency, Record, TransactionColumns, WorkspaceName};
use lojal_store::{AppendedColumns, ColumnBatch, OnReject};

use crate::{Engine, EngineError, RecordRows, Recorded, RowRejection};

impl Engine {
    /// Records purchases in columns, durably, together or not at all. Columns in another currency than the workspace's
    /// are converted row by row, which takes longer.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn record_columns(
        &self,
        workspace: &WorkspaceName,
        columns: TransactionColumns,
        skip_invalid: bool,
    ) -> Result<Recorded, EngineError> {
        let shared = self.kept.settling.read().await;
        let decided = self.decided_currency(workspace).await?;
        if decided == Some(columns.currency) {
            return self.record_columns_in(workspace, columns, skip_invalid, decided).await;
        }
        drop(shared);
        if decided.is_none() {
            // The first transaction of all decides the currency, and others of that moment must wait to hear which.
            let _alone = self.kept.settling.write().await;
            let decided = self.decided_currency(workspace).await?.unwrap_or(columns.currency);
            if decided == columns.currency {
                return self.record_columns_in(workspace, columns, skip_invalid, Some(decided)).await;
            }
        }
        let row = |row| columns.row(row).map(Record::Transaction);
        let records: Result<_, _> = (0..columns.len()).map(row).collect();
        let records = records.map_err(|problem| EngineError::Internal(format!("an id {problem}")))?;
        self.record(workspace, RecordRows { records, skip_invalid }).await
    }

    async fn record_columns_in(
        &self,
        workspace: &WorkspaceName,
        columns: TransactionColumns,
        skip_invalid: bool,
        reporting: Option<Currency>,
    ) -> Result<Recorded, EngineError> {
        let on_reject = if skip_invalid { OnReject::Skip } else { OnReject::Abort };
        let batch = ColumnBatch { columns, recorded_at: self.clock.now(), on_reject, reporting };
        let appended = self.store.append_transactions(workspace, batch).await?;
        let AppendedColumns { revision, recorded, duplicates, rejections } = appended;
        let rejections =
            rejections.into_iter().map(|(row, rejection)| (row, RowRejection::Store(rejection))).collect();
        Ok(Recorded { revision, recorded: recorded as usize, duplicates: duplicates as usize, rejections })
    }
}
