//! Which customers are there?

use std::ops::ControlFlow;

use lojal_domain::{EventTime, History, WorkspaceName};

use crate::ask::page::Place;
use crate::customers::get_customer;
use crate::{CustomerView, Engine, EngineError, Page, PageRequest, Provenance, Scope};

/// Which customers are there?
#[derive(Clone, Debug)]
pub struct ListCustomers {
    /// When.
    pub scope: Scope,
    /// Which page.
    pub page: PageRequest,
}

/// What a walk found for a page.
#[derive(Default)]
struct Found {
    customers: Vec<CustomerView>,
    last: u32,
    more: bool,
}

impl Engine {
    /// Answers [`ListCustomers`], in the order customers were first recorded.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for the page's size, [`EngineError::PageTokenMismatch`].
    pub async fn list_customers(
        &self,
        workspace: &WorkspaceName,
        ListCustomers { scope, page }: ListCustomers,
    ) -> Result<(Page<CustomerView>, Provenance), EngineError> {
        let request = format!("customers {workspace} {scope:?}");
        let (size, place) = (page.size()?, page.place(&request)?);
        let moment = self.moment_of_page(workspace, scope, place).await?;
        let sieve = self.sieve(workspace, &moment, place).await?;
        let (of, sifted) = (moment.clone(), sieve.clone());
        let visit = move |found: &mut Found, history: &History<'_>| {
            if sieve.passes(history) {
                if found.customers.len() == size {
                    found.more = true;
                    return ControlFlow::Break(());
                }
                found.customers.push(CustomerView::of(history, &of));
                found.last = history.number;
            }
            ControlFlow::Continue(())
        };
        let (after, cut) = (place.map(|place| place.record), moment.cut());
        let Found { customers, last, more } =
            self.walk(workspace, cut, after, Found::default(), visit).await?;
        let next = Place {
            as_of: moment.as_of,
            revision: moment.revision,
            time: EventTime::from_micros(0),
            record: last,
        };
        let next_token = if more { next.token(&request) } else { String::new() };
        let mut provenance = moment.provenance(get_customer::DEFINITION, None);
        provenance.warnings.extend(sifted.warning());
        Ok((Page { entries: customers, next_token }, provenance))
    }
}
