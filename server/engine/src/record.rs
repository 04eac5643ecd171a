//! Commands that write something down.

use lojal_domain::{Record, WorkspaceName};
use lojal_store::{Batch, OnReject, Rejection, RowOutcome};

use crate::{Engine, EngineError};

/// Rows to be recorded together.
#[derive(Clone, Debug)]
pub struct RecordRows {
    /// The rows.
    pub records: Vec<Record>,
    /// Record the good rows of a batch with bad ones.
    pub skip_invalid: bool,
}

/// What became of rows.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The workspace's revision now.
    pub revision: u64,
    /// Rows recorded now.
    pub recorded: usize,
    /// Rows that were there already.
    pub duplicates: usize,
    /// Rows that could not be recorded, by position. Unless bad rows are skipped, any of these means that nothing was
    /// recorded.
    pub rejections: Vec<(usize, Rejection)>,
}

impl Engine {
    /// Records rows, durably, together or not at all.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn record(&self, workspace: &WorkspaceName, rows: RecordRows) -> Result<Recorded, EngineError> {
        let batch = Batch {
            records: rows.records,
            recorded_at: self.clock.now(),
            on_reject: if rows.skip_invalid { OnReject::Skip } else { OnReject::Abort },
            reporting: None,
        };
        let appended = self.store.append(workspace, batch).await?;
        let count = |kind: RowOutcome| appended.outcomes.iter().filter(|outcome| **outcome == kind).count();
        let rejections: Vec<(usize, Rejection)> =
            appended.rejections().map(|(index, rejection)| (index, rejection.clone())).collect();
        let nothing = !rows.skip_invalid && !rejections.is_empty();
        Ok(Recorded {
            revision: appended.revision,
            recorded: if nothing { 0 } else { count(RowOutcome::Recorded) },
            duplicates: if nothing { 0 } else { count(RowOutcome::Duplicate) },
            rejections,
        })
    }
}
