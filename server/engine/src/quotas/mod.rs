//! How much a key, the subject of a token, and a workspace may use of the server.
//!
//! What is used is counted by the server that serves it, in memory: a restart begins anew, and so does the day.

mod allowance;
mod memory;
pub(crate) mod quota;
mod reached;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use lojal_domain::{Clock, WorkspaceName};
use parking_lot::Mutex;
use tokio::sync::OwnedSemaphorePermit;

use crate::quotas::allowance::{Allowance, Elapsed};
use crate::quotas::quota::Quota;
use crate::tokens::principal::Principal;

pub use memory::MemoryBudget;
pub use reached::{QuotaReached, QuotaUse};

/// Quotas of those whose own are not set elsewhere.
#[derive(Clone, Debug, Default)]
pub struct QuotaSettings {
    /// Of each key that was made without one, and of each subject of tokens.
    pub each_key: Quota,
    /// Of each workspace that is not named.
    pub each_workspace: Quota,
    /// Of these workspaces.
    pub workspaces: HashMap<WorkspaceName, Quota>,
}

/// Allowances kept. Beyond these, those that are not in use begin anew.
const KEPT: usize = 10_000;

#[derive(PartialEq, Eq, Hash)]
enum Whose {
    Key {
        id: String,
        name: String,
    },
    /// However many tokens they are given.
    Subject {
        subject: String,
        shown: String,
    },
    Workspace(WorkspaceName),
}

impl Whose {
    fn of(principal: &Principal) -> Self {
        match principal {
            Principal::Key(key) => Self::Key { id: key.id.clone(), name: key.name.clone() },
            Principal::Token(token) => {
                Self::Subject { subject: token.subject.clone(), shown: token.shown.clone() }
            }
        }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { id, name } => write!(f, "API key \"{name}\" ({id})"),
            Self::Subject { shown, .. } => write!(f, "\"{shown}\", whose token this is,"),
            Self::Workspace(workspace) => write!(f, "workspace \"{workspace}\""),
        }
    }
}

/// Who has used how much.
pub struct Quotas {
    clock: Arc<dyn Clock>,
    elapsed: Elapsed,
    settings: QuotaSettings,
    kept: Mutex<HashMap<Whose, Arc<Allowance>>>,
}

impl Quotas {
    /// Quotas by these settings, whose days are those of a clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, settings: QuotaSettings) -> Self {
        let start = Instant::now();
        Self { clock, elapsed: Elapsed(Arc::new(move || start.elapsed())), settings, kept: Mutex::default() }
    }

    /// Takes a call in: what it may use further, none where nothing has a limit.
    ///
    /// # Errors
    /// [`QuotaReached`] for one call too many in this second.
    pub fn take_call(
        &self,
        principal: Option<&Principal>,
        workspace: impl FnOnce() -> WorkspaceName,
    ) -> Result<Option<Arc<CallQuota>>, QuotaReached> {
        let of_principal = principal.and_then(|principal| {
            let own = principal.quota();
            let quota = if own.is_none() { self.settings.each_key } else { own };
            self.allowance(quota, || Whose::of(principal))
        });
        let QuotaSettings { each_workspace, workspaces, .. } = &self.settings;
        let of_workspace = if each_workspace.is_none() && workspaces.is_empty() {
            None
        } else {
            let workspace = workspace();
            let quota = workspaces.get(&workspace).copied().unwrap_or(*each_workspace);
            self.allowance(quota, || Whose::Workspace(workspace))
        };
        let of: Vec<_> = of_principal.into_iter().chain(of_workspace).collect();
        if of.is_empty() {
            return Ok(None);
        }
        for allowance in &of {
            allowance.take_call()?;
        }
        Ok(Some(Arc::new(CallQuota { of, clock: self.clock.clone(), heavy: Mutex::default() })))
    }

    fn allowance(&self, quota: Quota, whose: impl FnOnce() -> Whose) -> Option<Arc<Allowance>> {
        if quota.is_none() {
            return None;
        }
        let whose = whose();
        let mut kept = self.kept.lock();
        if let Some(allowance) = kept.get(&whose) {
            return Some(allowance.clone());
        }
        if kept.len() >= KEPT {
            let now = self.clock.now();
            kept.retain(|_, allowance| Arc::strong_count(allowance) > 1 || allowance.has_rows(now));
        }
        let allowance = Arc::new(Allowance::new(whose.to_string(), quota, self.elapsed.clone()));
        kept.insert(whose, allowance.clone());
        Some(allowance)
    }
}

/// What one call may use.
pub struct CallQuota {
    of: Vec<Arc<Allowance>>,
    clock: Arc<dyn Clock>,
    /// Held from the first heavy thing that the call does until its end.
    heavy: Mutex<Vec<OwnedSemaphorePermit>>,
}

impl CallQuota {
    /// Begins something heavy, for which the call is one of those under way from now on.
    pub(crate) fn begin_heavy(&self) -> Result<(), QuotaReached> {
        let mut held = self.heavy.lock();
        if held.is_empty() {
            let taken: Result<Vec<_>, _> = self.of.iter().map(|allowance| allowance.take_heavy()).collect();
            *held = taken?.into_iter().flatten().collect();
        }
        Ok(())
    }

    /// Takes rows to be recorded, all or none.
    pub(crate) fn take_rows(&self, rows: u64) -> Result<(), QuotaReached> {
        let now = self.clock.now();
        for (place, allowance) in self.of.iter().enumerate() {
            if let Err(reached) = allowance.take_rows(rows, now) {
                // What was taken of others was not used.
                self.of.iter().take(place).for_each(|allowance| allowance.give_back_rows(rows, now));
                return Err(reached);
            }
        }
        Ok(())
    }
}

impl fmt::Debug for CallQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallQuota").field("of", &self.of.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
