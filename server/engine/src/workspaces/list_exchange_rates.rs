//! Which exchange rates are loaded?

use lojal_domain::{Currency, EventTime, WorkspaceName};

use crate::ask::page::Place;
use crate::{Engine, EngineError, ExchangeRate, Page, PageRequest};

impl Engine {
    /// Exchange rates by currency, then by date, and the currency in which they are given.
    ///
    /// # Errors
    /// [`EngineError::WorkspaceNotFound`], [`EngineError::InvalidField`] for the page's size or a workspace without a
    /// reporting currency, [`EngineError::PageTokenMismatch`].
    pub async fn list_exchange_rates(
        &self,
        workspace: &WorkspaceName,
        currency: Option<Currency>,
        page: PageRequest,
    ) -> Result<(Page<ExchangeRate>, Currency), EngineError> {
        let reporting = self.reporting_currency(workspace).await?;
        let request = format!("rates {workspace} {} {currency:?}", reporting.code());
        let (size, place) = (page.size()?, page.place(&request)?);
        let mut rates = self.rates(workspace, reporting).await?.all();
        rates.retain(|one| currency.is_none_or(|currency| currency == one.currency));
        let start = place.map_or(0, |place| place.record as usize).min(rates.len());
        let end = rates.len().min(start + size);
        let zero = EventTime::from_micros(0);
        let next = Place { as_of: zero, revision: 0, time: zero, record: end as u32 };
        let next_token = if end < rates.len() { next.token(&request) } else { String::new() };
        Ok((Page { entries: rates[start..end].to_vec(), next_token }, reporting))
    }
}
