//! Batches as calls.

use lojal_domain::{CustomerId, Record, WorkspaceName};
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_store::{
    Appended, AppendedColumns, Batch, ColumnBatch, Erased, OnReject, Rejection, RowOutcome, StoreError,
};
use tonic::Status;

use super::{GrpcStore, convert, refused, rejections};
use crate::Clients;

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
            revision: count(i64::from(result.revision)),
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
    /// A call for each run of rows of one kind. Each has a revision of its own, and the last one is told.
    pub(super) async fn append_in_runs(
        &self,
        workspace: &WorkspaceName,
        batch: Batch,
    ) -> Result<Appended, StoreError> {
        self.settle(workspace, &batch).await?;
        let kind = |record: &Record| std::mem::discriminant(record);
        let runs: Vec<&[Record]> = batch.records.chunk_by(|one, next| kind(one) == kind(next)).collect();
        if runs.len() > 1 && batch.on_reject == OnReject::Abort {
            return Err(StoreError::Unsupported(
                "call for rows of several kinds that stand or fall together",
            ));
        }
        let mut appended = Appended { revision: 0, outcomes: Vec::new() };
        for run in runs {
            let written = self.write(workspace, run, batch.on_reject).await?;
            let told = written.recorded + written.duplicates + written.rejections.len() as u64;
            if batch.on_reject == OnReject::Skip && told != run.len() as u64 {
                return Err(StoreError::Corrupted(format!("of {} rows {told} are told", run.len())));
            }
            self.remember(workspace, written.revision).await?;
            appended.revision = written.revision;
            appended.outcomes.extend(written.outcomes(run.len()));
        }
        Ok(appended)
    }

    /// One call. When a rejected row keeps the others out, the revision is asked for, as a refusal has none.
    async fn write(
        &self,
        workspace: &WorkspaceName,
        rows: &[Record],
        on_reject: OnReject,
    ) -> Result<Written, StoreError> {
        let clients = self.in_workspace(workspace);
        match send(&clients, rows, on_reject == OnReject::Skip).await {
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
            transactions: count(receipt.transactions),
            refunds: count(receipt.refunds),
            responses: count(receipt.survey_responses),
            upserts: count(receipt.attribute_records),
            voids: count(receipt.voids),
        };
        let named = !receipt.receipt_id.is_empty();
        if named != (erased.records() > 0) {
            return Err(StoreError::Corrupted(format!("a receipt {:?} of {erased:?}", receipt.receipt_id)));
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

/// Sends rows of one kind, by the call for that kind.
async fn send(
    clients: &Clients,
    rows: &[Record],
    skip_invalid: bool,
) -> Result<Option<v1::WriteResult>, Status> {
    let (mut ingest, mut customers) = (clients.ingest.clone(), clients.customers.clone());
    macro_rules! rows_of {
        ($kind:ident, $convert:path) => {
            rows.iter()
                .map(|row| match row {
                    Record::$kind(row) => $convert(row),
                    other => panic!("{other:?} is among rows of another kind"),
                })
                .collect()
        };
    }
    match rows.first().expect("a row") {
        Record::Transaction(_) => {
            let transactions = rows_of!(Transaction, convert::transaction);
            let request = v1::RecordTransactionsRequest { transactions, skip_invalid };
            Ok(ingest.record_transactions(request).await?.into_inner().result)
        }
        Record::Refund(_) => {
            let refunds = rows_of!(Refund, convert::refund);
            let request = v1::RecordRefundsRequest { refunds, skip_invalid };
            Ok(ingest.record_refunds(request).await?.into_inner().result)
        }
        Record::SurveyResponse(_) => {
            let survey_responses = rows_of!(SurveyResponse, convert::survey_response);
            let request = v1::RecordSurveyResponsesRequest { survey_responses, skip_invalid };
            Ok(ingest.record_survey_responses(request).await?.into_inner().result)
        }
        Record::CustomerUpsert(_) => {
            let request = v1::UpsertCustomersRequest {
                customers: rows_of!(CustomerUpsert, convert::upsert),
                skip_invalid,
            };
            Ok(customers.upsert_customers(request).await?.into_inner().result)
        }
        Record::Void(_) => {
            let voids = rows_of!(Void, convert::void);
            let request = v1::VoidTransactionsRequest { voids, skip_invalid };
            Ok(ingest.void_transactions(request).await?.into_inner().result)
        }
    }
}
