//! Who asks: on whose turn, with what left to use, and let in by what.

use std::sync::Arc;

use lojal_domain::WorkspaceName;

use crate::quotas::{CallQuota, MemoryBudget, QuotaReached};
use crate::tokens::principal::Principal;

/// Who asks, as far as it matters for whose turn it is: calls over one connection are of one caller. With what the call may
/// use. It never has a bearing on what is answered.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    number: u64,
    quota: Option<Arc<CallQuota>>,
    memory: Option<Arc<MemoryBudget>>,
    principal: Option<Principal>,
}

tokio::task_local! {
    static CALLER: Caller;
}

impl Caller {
    /// The caller with this number.
    #[must_use]
    pub fn numbered(number: u64) -> Self {
        Self { number, ..Self::default() }
    }

    /// The same caller, whose call may use no more than this.
    #[must_use]
    pub fn within(self, quota: Option<Arc<CallQuota>>) -> Self {
        Self { quota, ..self }
    }

    /// The same caller, whose call may do what takes much while there is memory left.
    #[must_use]
    pub fn in_memory(self, memory: Option<Arc<MemoryBudget>>) -> Self {
        Self { memory, ..self }
    }

    /// The same caller, let in by this.
    #[must_use]
    pub fn let_in_by(self, principal: Option<Principal>) -> Self {
        Self { principal, ..self }
    }

    /// Whether they may know of a workspace.
    pub(crate) fn may_see(&self, workspace: &WorkspaceName) -> bool {
        self.principal.as_ref().is_none_or(|principal| principal.may_see(workspace))
    }

    /// Whose call is carried out here; the same one for all that is done outside of any call.
    #[must_use]
    pub fn current() -> Self {
        CALLER.try_with(Self::clone).unwrap_or_default()
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Their call is a heavy one from now on.
    pub(super) fn begin_heavy(&self) -> Result<(), QuotaReached> {
        self.check_memory()?;
        self.quota.as_ref().map_or(Ok(()), |quota| quota.begin_heavy())
    }

    fn check_memory(&self) -> Result<(), QuotaReached> {
        self.memory.as_ref().map_or(Ok(()), |memory| memory.check())
    }

    /// Takes rows to be recorded of what the call at hand may use.
    pub(crate) fn take_rows(rows: usize) -> Result<(), QuotaReached> {
        let take = |caller: &Self| {
            caller.check_memory()?;
            caller.quota.as_ref().map_or(Ok(()), |quota| quota.take_rows(rows as u64))
        };
        CALLER.try_with(take).unwrap_or(Ok(()))
    }

    /// Carries something out in this caller's name.
    pub async fn run<F: Future>(self, work: F) -> F::Output {
        CALLER.scope(self, work).await
    }
}
