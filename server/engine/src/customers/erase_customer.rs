//! Forget this customer.

use lojal_domain::{CustomerId, EventTime, WorkspaceName};
use lojal_store::Erased;

use crate::{Engine, EngineError};

/// What was erased, without a trace of whose it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Names the receipt; empty when nothing was erased.
    pub receipt_id: String,
    /// When.
    pub time: EventTime,
    /// How much.
    pub erased: Erased,
}

impl Engine {
    /// Erases all records of a customer. Once more changes nothing.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn erase_customer(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
    ) -> Result<Erasure, EngineError> {
        let time = self.clock.now();
        let erased = self.store.erase(workspace, customer, time).await;
        // Answers kept in memory were made from the customer's records, too, even if the write failed half-way.
        self.forget(workspace);
        let erased = erased?;
        self.forget_acknowledgements(workspace, customer).await?;
        let receipt_id = if erased.is_anything() {
            format!("erasure-{workspace}-{}", erased.revision)
        } else {
            String::new()
        };
        Ok(Erasure { receipt_id, time, erased })
    }
}
