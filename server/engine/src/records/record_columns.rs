//! Recording purchases that come as columns.

use lojal_domain::{Currency, Record, TransactionColumns, WorkspaceName};
use lojal_store::{AppendedColumns, ColumnBatch, OnReject};

use crate::ask::caller::Caller;
use crate::records::record::Settling;
use crate::{Engine, EngineError, RecordRows, Recording, RowRejection, WriteOutcome};

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
    ) -> Result<WriteOutcome, EngineError> {
        self.begin_record_columns(workspace, columns, skip_invalid).await?.await
    }

    /// Takes purchases in columns in, as [`Self::begin_record`] does rows.
    ///
    /// # Errors
    /// [`EngineError::Store`], here or from what is handed back; [`EngineError::QuotaReached`].
    pub async fn begin_record_columns<'e>(
        &'e self,
        workspace: &WorkspaceName,
        columns: TransactionColumns,
        skip_invalid: bool,
    ) -> Result<Recording<'e>, EngineError> {
        Caller::take_rows(columns.len())?;
        let shared = self.workspace_cache.settling.read().await;
        let decided = self.decided_currency(workspace).await?;
        if decided == Some(columns.currency) {
            let settling = Settling::Shared(shared);
            return self.begin_record_columns_in(workspace, columns, skip_invalid, decided, settling).await;
        }
        drop(shared);
        if decided.is_none() {
            // The first transaction of all decides the currency, and others of that moment must wait to hear which.
            let alone = self.workspace_cache.settling.write().await;
            let decided = self.decided_currency(workspace).await?.unwrap_or(columns.currency);
            if decided == columns.currency {
                let (decided, settling) = (Some(decided), Settling::Alone(alone));
                return self
                    .begin_record_columns_in(workspace, columns, skip_invalid, decided, settling)
                    .await;
            }
        }
        let row = |row| columns.row(row).map(Record::Transaction);
        let records: Result<_, _> = (0..columns.len()).map(row).collect();
        let records = records.map_err(|problem| EngineError::Internal(format!("an id {problem}")))?;
        self.begin_record_taken(workspace, RecordRows { records, skip_invalid }).await
    }

    async fn begin_record_columns_in<'e>(
        &'e self,
        workspace: &WorkspaceName,
        columns: TransactionColumns,
        skip_invalid: bool,
        reporting: Option<Currency>,
        settling: Settling<'e>,
    ) -> Result<Recording<'e>, EngineError> {
        let on_reject = if skip_invalid { OnReject::Skip } else { OnReject::Abort };
        let batch = ColumnBatch { columns, recorded_at: self.clock.now(), on_reject, reporting };
        let appended = self.store.begin_append_transactions(workspace, batch).await?;
        Ok(Box::pin(async move {
            let _settling = settling;
            let AppendedColumns { revision, recorded, duplicates, rejections } = appended.await?;
            let rejections = rejections.into_iter();
            let rejections =
                rejections.map(|(row, rejection)| (row, RowRejection::Store(rejection))).collect();
            let (recorded, duplicates) = (recorded as usize, duplicates as usize);
            Ok(WriteOutcome { revision, recorded, duplicates, rejections })
        }))
    }
}
