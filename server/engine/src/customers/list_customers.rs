//! Which customers are there?

use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use lojal_domain::{CustomerId, EventTime, History, WorkspaceName};
use lojal_store::Parts;

use crate::ask::filter::Sieve;
use crate::ask::page::Place;
use crate::ask::purchases::net_purchases;
use crate::ask::ranked::{Ranked, best_of, keep};
use crate::customers::get_customer;
use crate::{CustomerView, Engine, EngineError, Moment, Page, PageRequest, Provenance, Scope};

/// Which customers are there?
#[derive(Clone, Debug)]
pub struct ListCustomers {
    /// When.
    pub scope: Scope,
    /// In which order.
    pub order: CustomerOrder,
    /// Which page.
    pub page: PageRequest,
}

/// The order of a list of customers. In every order but the first a page looks at everybody, and keeps no more than its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerOrder {
    /// As they were first recorded.
    Recorded,
    /// By id, byte by byte.
    Id,
    /// The latest purchase first, and whoever has none last.
    LastTransaction,
    /// The highest net spend first.
    NetSpend,
}

impl CustomerOrder {
    /// What somebody is ordered by, the greater first.
    fn key(self, history: &History<'_>) -> f64 {
        match self {
            Self::Recorded | Self::Id => 0.0,
            Self::LastTransaction => {
                history.transactions.last().map_or(f64::NEG_INFINITY, |last| last.time.micros() as f64)
            }
            Self::NetSpend => {
                net_purchases(history).map(|purchase| i128::from(purchase.net_micros())).sum::<i128>() as f64
            }
        }
    }
}

/// A page, and whether there is another.
#[derive(Default)]
struct Found {
    customers: Vec<CustomerView>,
    last: u32,
    more: bool,
}

impl Engine {
    /// Answers [`ListCustomers`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for the page's size, [`EngineError::PageTokenMismatch`].
    pub async fn list_customers(
        &self,
        workspace: &WorkspaceName,
        ListCustomers { scope, order, page }: ListCustomers,
    ) -> Result<(Page<CustomerView>, Provenance), EngineError> {
        let request = format!("customers {workspace} {scope:?} {order:?}");
        let (size, place) = (page.size()?, page.named_place(&request)?);
        let at = place.as_ref().map(|(place, _)| *place);
        let moment = self.moment_of_page(workspace, scope, at).await?;
        let sieve = self.sieve(workspace, &moment, at).await?;
        let sifted = sieve.clone();
        let next = |time, record, name: &str| {
            let place = Place { as_of: moment.as_of, revision: moment.revision, time, record };
            place.named_token(&request, name)
        };
        let (entries, next_token) = if order == CustomerOrder::Recorded {
            let found = self.customers_after(workspace, &moment, sieve, at.map(|at| at.record), size).await?;
            let token =
                if found.more { next(EventTime::from_micros(0), found.last, "") } else { String::new() };
            (found.customers, token)
        } else {
            let after = place.map(|(place, customer)| Ranked {
                key: f64::from_bits(place.time.micros() as u64),
                customer,
            });
            let mut ranked = self.ranked_after(workspace, &moment, sieve, order, after, size + 1).await?;
            let more = ranked.len() > size;
            ranked.truncate(size);
            let token = ranked.last().filter(|_| more).map_or_else(String::new, |last| {
                next(EventTime::from_micros(last.key.to_bits() as i64), 0, &last.customer)
            });
            (self.views(workspace, &moment, ranked).await?, token)
        };
        let mut provenance = moment.provenance(get_customer::DEFINITION, None);
        provenance.warnings.extend(sifted.warning());
        Ok((Page { entries, next_token }, provenance))
    }

    /// The next customers in the order of recording.
    async fn customers_after(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        sieve: Sieve,
        after: Option<u32>,
        size: usize,
    ) -> Result<Found, EngineError> {
        let of = moment.clone();
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
        self.walk(workspace, moment.cut(), after, Found::default(), visit).await
    }

    /// The first so many customers of an order that come after one.
    async fn ranked_after(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        sieve: Sieve,
        order: CustomerOrder,
        after: Option<Ranked>,
        enough: usize,
    ) -> Result<Vec<Ranked>, EngineError> {
        let add = move |best: &mut BinaryHeap<Ranked>, history: &History<'_>| {
            let Some(customer) = history.customer else { return };
            let ranked = Ranked { key: order.key(history), customer: customer.into() };
            if after.as_ref().is_none_or(|after| ranked > *after) && sieve.passes(history) {
                keep(best, ranked, enough);
            }
        };
        let parts = self.scan(workspace, moment.cut(), Parts::ALL, BinaryHeap::new, add).await?;
        self.aside(move || best_of(parts, enough)).await
    }

    /// What is known of customers, without those who were erased meanwhile.
    async fn views(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        customers: Vec<Ranked>,
    ) -> Result<Vec<CustomerView>, EngineError> {
        let mut views = Vec::with_capacity(customers.len());
        for Ranked { customer, .. } in customers {
            let Ok(customer) = CustomerId::new(&*customer) else { continue };
            let mut look = |history: &History<'_>| views.push(CustomerView::of(history, moment));
            self.store.history(workspace, &customer, moment.cut(), &mut look).await?;
        }
        tokio::task::yield_now().await;
        Ok(views)
    }
}
