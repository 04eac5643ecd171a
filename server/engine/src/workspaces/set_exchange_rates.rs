//! What is other money worth here?

use std::collections::HashMap;

use lojal_domain::{Currency, WorkspaceName};
use lojal_store::Document;
use tokio::task::JoinSet;

use crate::{Engine, EngineError, ExchangeRate};

/// Documents on their way to the store at once, so that the disk syncs many in one go.
const IN_FLIGHT: usize = 64;

/// What became of exchange rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatesSet {
    /// Rates that are new or changed.
    pub set: usize,
    /// Rates that were there already.
    pub unchanged: usize,
    /// Currency in which they are given.
    pub reporting: Currency,
    /// Everything recorded up to this revision was converted without them.
    pub revision: u64,
}

impl Engine {
    /// Loads exchange rates for records to come.
    ///
    /// # Errors
    /// [`EngineError::WorkspaceNotFound`]; [`EngineError::InvalidField`] for a workspace without a reporting currency,
    /// for a rate of that currency itself, and for a date that is given two rates.
    pub async fn set_exchange_rates(
        &self,
        workspace: &WorkspaceName,
        given: Vec<ExchangeRate>,
    ) -> Result<RatesSet, EngineError> {
        let _alone = self.workspace_cache.settling.write().await;
        let reporting = self.reporting_currency(workspace).await?;
        check(&given, reporting)?;
        let mut rates = (*self.rates(workspace, reporting).await?).clone();
        let (all, mut changed) = (given.len(), given);
        changed.retain(|one| rates.given(one.currency, one.date) != Some(one.rate));
        changed.iter().for_each(|one| rates.set(*one));
        let documents = rates.documents(reporting, &changed)?;
        let put = self.put_all(workspace, documents).await;
        self.forget(workspace);
        put?;
        let revision = self.store.status(workspace).await?.revision;
        Ok(RatesSet { set: changed.len(), unchanged: all - changed.len(), reporting, revision })
    }

    /// The currency in which rates are given.
    pub(crate) async fn reporting_currency(
        &self,
        workspace: &WorkspaceName,
    ) -> Result<Currency, EngineError> {
        let (settings, status) = self.look_up(workspace).await?;
        let own = settings.and_then(|settings| settings.currency).or(status.currency);
        own.ok_or_else(|| {
            EngineError::field(
                "workspace",
                format!(
                    "is \"{workspace}\", which has no reporting currency yet, and rates are given in it; name one with CreateWorkspace or UpdateWorkspace"
                ),
            )
        })
    }

    async fn put_all(&self, workspace: &WorkspaceName, documents: Vec<Document>) -> Result<(), EngineError> {
        let mut on_their_way = JoinSet::new();
        for document in documents {
            if on_their_way.len() >= IN_FLIGHT {
                landed(on_their_way.join_next().await)?;
            }
            let (store, workspace) = (self.store.clone(), workspace.clone());
            on_their_way.spawn(async move { store.put_document(&workspace, document).await });
        }
        while !on_their_way.is_empty() {
            landed(on_their_way.join_next().await)?;
        }
        Ok(())
    }
}

type Landed = Option<Result<Result<(), lojal_store::StoreError>, tokio::task::JoinError>>;

fn landed(put: Landed) -> Result<(), EngineError> {
    match put {
        None => Ok(()),
        Some(Ok(put)) => Ok(put?),
        Some(Err(error)) => Err(EngineError::Internal(error.to_string())),
    }
}

fn check(given: &[ExchangeRate], reporting: Currency) -> Result<(), EngineError> {
    let mut seen = HashMap::new();
    for (index, one) in given.iter().enumerate() {
        let code = one.currency.code();
        if one.currency == reporting {
            let problem = format!("is {code}, the reporting currency itself; give rates of other currencies");
            return Err(EngineError::field(format!("rates[{index}].currency_code"), problem));
        }
        if seen.insert((one.currency, one.date), one.rate).is_some_and(|rate| rate != one.rate) {
            let problem = format!("is another rate of {code} for {}; give one a date", one.date);
            return Err(EngineError::field(format!("rates[{index}].rate"), problem));
        }
    }
    Ok(())
}
