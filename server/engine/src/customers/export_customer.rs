//! Everything known of this customer, to be handed over.

use lojal_domain::{CustomerId, EventTime, History, WorkspaceName};
use lojal_store::{Cut, Position, Recorded};

use crate::{CustomerView, Engine, EngineError, Provenance, Scope};

/// Records of one message.
const BATCH: usize = 1_000;

/// A customer with all records, a batch at a time.
pub struct CustomerExport<'e> {
    engine: &'e Engine,
    workspace: WorkspaceName,
    customer: CustomerId,
    cut: Cut,
    deletions: u64,
    after: Option<Position>,
    /// The customer as of now.
    pub profile: CustomerView,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl CustomerExport<'_> {
    /// The next records, newest first; empty at the end.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn next(&mut self) -> Result<Vec<Recorded>, EngineError> {
        let Self { engine, workspace, customer, cut, deletions, after, .. } = self;
        let records = engine.store.timeline(workspace, customer, *cut, *after, BATCH).await?;
        engine.still_there(workspace, *deletions).await?;
        *after = records.last().map(|last| last.position).or(*after);
        Ok(records)
    }
}

impl Engine {
    /// Everything known of a customer, at the latest revision.
    ///
    /// # Errors
    /// [`EngineError::CustomerNotFound`].
    pub async fn export_customer(
        &self,
        workspace: &WorkspaceName,
        customer: CustomerId,
    ) -> Result<CustomerExport<'_>, EngineError> {
        let moment = self.moment(workspace, Scope::default()).await?;
        // What is dated a little ahead is known, too.
        let cut = Cut { as_of: EventTime::MAX, ..moment.cut() };
        if self.store.timeline(workspace, &customer, cut, None, 1).await?.is_empty() {
            return Err(moment.customer_not_found(&customer));
        }
        let mut profile = CustomerView::nothing(customer.as_str());
        let mut look = |history: &History<'_>| profile = CustomerView::of(history, &moment);
        self.store.history(workspace, &customer, moment.cut(), &mut look).await?;
        let provenance = moment.provenance("customer_export@1", None);
        Ok(CustomerExport {
            engine: self,
            workspace: workspace.clone(),
            customer,
            cut,
            deletions: moment.deletions,
            after: None,
            profile,
            provenance,
        })
    }
}
