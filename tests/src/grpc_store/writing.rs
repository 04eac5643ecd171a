//! Batches as calls.

use lojal_domain::{CustomerId, Record, WorkspaceName};
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_store::{
    Appended, AppendedColumns, Batch, ColumnBatch, Counts, Erased, OnReject, RecordKind, Rejection,
    RowOutcome, StoreError,
};
use tonic::Status;

use super::{GrpcStore, calls, contradiction, convert, refused, rejections};

/// What became of the rows of one call.
struct Written {
    revision: u64,
    recorded: u64,
    duplicates: u64,
    rejections: Vec<(usize, Rejection)>,
}

impl Written {
    fn of_result(result: Option<v1::WriteResult>) -> Result<Self, StoreError> {
        let result = result.expect("a result");
        Ok(Self {
            revision: count(result.revision),
            recorded: count(i64::from(result.recorded)),
            duplicates: count(i64::from(result.duplicates)),
            rejections: rejections::of_result(&result.row_errors)?,
        })
    }

    /// What became of each row. Of those taken the API counts which were there already, and does not say which: the
    /// ones recorded come first here.
    fn outcomes(self, rows: usize) -> Vec<RowOutcome> {
        let mut outcomes = vec![RowOutcome::Duplicate; rows];
        for (row, rejection) in self.rejections {
            outcomes[row] = RowOutcome::Rejected(rejection);
        }
        let taken = outcomes.iter_mut().filter(|outcome| **outcome == RowOutcome::Duplicate);
        taken.take(self.recorded as usize).for_each(|outcome| *outcome = RowOutcome::Recorded);
        outcomes
    }
}

fn count(number: i64) -> u64 {
    u64::try_from(number).expect("a count")
}

impl GrpcStore {
    /// A call for rows of one kind, and a stream for rows of several: a chunk for each run of one kind. Each has a
    /// revision of its own, and the last one is told.
    pub(super) async fn append_in_runs(
        &self,
        workspace: &WorkspaceName,
        batch: Batch,
    ) -> Result<Appended, StoreError> {
        self.settle(workspace, &batch).await?;
        let kind = |record: &Record| std::mem::discriminant(record);
        let runs: Vec<&[Record]> = batch.records.chunk_by(|one, next| kind(one) == kind(next)).collect();
        let written = match (runs.as_slice(), batch.on_reject) {
            ([run], on_reject) => vec![self.write(workspace, run, on_reject).await?],
            (runs, OnReject::Skip) => self.import_runs(workspace, runs).await?,
            (_, OnReject::Abort) => {
                let call = "call for rows of several kinds that stand or fall together";
                return Err(StoreError::Unsupported(call));
            }
        };
        let revision = written.last().map_or(0, |last| last.revision);
        self.remember(workspace, revision).await?;
        let mut outcomes = Vec::with_capacity(batch.records.len());
        for (run, written) in runs.iter().zip(written) {
            let told = written.recorded + written.duplicates + written.rejections.len() as u64;
            if batch.on_reject == OnReject::Skip && told != run.len() as u64 {
                return Err(contradiction(format!("of {} rows {told} are told", run.len())));
            }
            outcomes.extend(written.outcomes(run.len()));
        }
        Ok(Appended { revision, outcomes })
    }

    /// A stream of a chunk for each run.
    async fn import_runs(
        &self,
        workspace: &WorkspaceName,
        runs: &[&[Record]],
    ) -> Result<Vec<Written>, StoreError> {
        let chunk = |(sequence, run): (i64, &&[Record])| {
            let rows = Some(calls::rows(run));
            v1::ImportRequest { sequence, skip_invalid: true, rows, ..Default::default() }
        };
        let chunks = (1..).zip(runs).map(chunk).collect();
        let (answers, ended) = self.in_workspace(workspace).import(chunks).await;
        ended.map_err(|status| refused(&status))?;
        let sequences: Vec<i64> = answers.iter().map(|answer| answer.sequence).collect();
        if !sequences.iter().copied().eq(1..=runs.len() as i64) {
            return Err(contradiction(format!("{} chunks are answered by {sequences:?}", runs.len())));
        }
        answers.into_iter().map(|answer| Written::of_result(answer.result)).collect()
    }

    /// One call. When a rejected row keeps the others out, the revision is asked for, as a refusal has none.
    async fn write(
        &self,
        workspace: &WorkspaceName,
        rows: &[Record],
        on_reject: OnReject,
    ) -> Result<Written, StoreError> {
        let clients = self.in_workspace(workspace);
        match calls::send(&clients, calls::rows(rows), on_reject == OnReject::Skip).await {
            Ok(result) => Written::of_result(result),
            Err(status) if on_reject == OnReject::Abort => self.refusal(workspace, &status).await,
            Err(status) => Err(refused(&status)),
        }
    }

    async fn refusal(&self, workspace: &WorkspaceName, status: &Status) -> Result<Written, StoreError> {
        let rejections = rejections::of_refusal(status)?;
        let revision = self.server_info(workspace).await?.revision;
        Ok(Written { revision, recorded: 0, duplicates: 0, rejections })
    }

    /// A stream of one chunk.
    pub(super) async fn import_columns(
        &self,
        workspace: &WorkspaceName,
        batch: ColumnBatch,
    ) -> Result<AppendedColumns, StoreError> {
        let rows = Some(Rows::Columns(convert::columns(&batch.columns)));
        let skip_invalid = batch.on_reject == OnReject::Skip;
        let chunk = v1::ImportRequest { sequence: 1, skip_invalid, rows, ..Default::default() };
        let (answers, ended) = self.in_workspace(workspace).import(vec![chunk]).await;
        let written = match ended {
            Ok(()) => {
                let [answer] = <[_; 1]>::try_from(answers).expect("one answer to one chunk");
                assert_eq!(answer.sequence, 1);
                Written::of_result(answer.result)?
            }
            Err(status) if !skip_invalid => self.refusal(workspace, &status).await?,
            Err(status) => return Err(refused(&status)),
        };
        self.remember(workspace, written.revision).await?;
        let Written { revision, recorded, duplicates, rejections } = written;
        Ok(AppendedColumns { revision, recorded, duplicates, rejections })
    }

    pub(super) async fn erase_customer(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
    ) -> Result<Erased, StoreError> {
        let request = v1::EraseCustomerRequest { customer_id: customer.as_str().to_owned() };
        let answer = self.in_workspace(workspace).customers.erase_customer(request).await;
        let receipt = answer.map_err(|status| refused(&status))?.into_inner().receipt.expect("a receipt");
        let erased = Erased {
            revision: count(receipt.revision),
            counts: Counts::default()
                .with(RecordKind::Transaction, count(receipt.transactions))
                .with(RecordKind::Refund, count(receipt.refunds))
                .with(RecordKind::Response, count(receipt.survey_responses))
                .with(RecordKind::Attributes, count(receipt.attribute_records))
                .with(RecordKind::Void, count(receipt.voids))
                .with(RecordKind::Interaction, count(receipt.interactions))
                .with(RecordKind::Cost, count(receipt.costs)),
            references: count(receipt.references),
        };
        let named = !receipt.receipt_id.is_empty();
        if named != erased.is_anything() {
            return Err(contradiction(format!("a receipt {:?} of {erased:?}", receipt.receipt_id)));
        }
        self.remember(workspace, erased.revision).await?;
        Ok(erased)
    }

    /// Notes an instant after a revision and before the next, which nobody writes meanwhile.
    async fn remember(&self, workspace: &WorkspaceName, revision: u64) -> Result<(), StoreError> {
        if self.place.instant_of(workspace, revision).is_none() {
            let request = v1::GetServerInfoRequest {};
            let info = self.clients.admin.clone().get_server_info(request).await;
            let now = convert::instant(info.map_err(|status| refused(&status))?.into_inner().now);
            self.place.remember(workspace, revision, now);
        }
        Ok(())
    }
}
