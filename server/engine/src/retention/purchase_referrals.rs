//! Who recommended us to the new customers of a window, and what those spend against the others.
//!
//! Who is an advocate shows only once all new customers are known, so customers are gone through a second time, and only
//! when somebody was referred. What is held meanwhile is the ids of those who recommended us.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use lojal_domain::{History, Span, WorkspaceName};
use lojal_scoring::purchasing::Spending;
use lojal_store::Parts;
use serde::{Deserialize, Serialize};

use crate::ask::groups::GroupBy;
use crate::ask::purchases::kept_purchases;
use crate::{Engine, EngineError, Moment};

/// New customers by whether somebody recommended us to them, and those who did.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Referrals {
    /// What new customers spent in the window to whom somebody recommended us.
    pub referred: Spending,
    /// The same of the other new customers.
    pub others: Spending,
    /// Customers with an order in the window who recommended us to one of its new customers.
    pub advocates: u64,
}

impl Referrals {
    /// All new customers.
    pub(crate) fn new_customers(&self) -> u64 {
        self.referred.customers + self.others.customers
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.referred.merge(&other.referred);
        self.others.merge(&other.others);
        self.advocates += other.advocates;
    }

    /// Adds a new customer.
    pub(crate) fn add(&mut self, history: &History<'_>, attribute: &str, spent: i128) {
        match history.attribute(attribute) {
            "" => self.others.add(spent),
            _ => self.referred.add(spent),
        }
    }
}

/// Ids of those who recommended us, each with the periods of a series in which somebody new came by them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Referrers(HashMap<Box<str>, BTreeSet<usize>>);

impl Referrers {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes who recommended us to a new customer.
    pub(crate) fn note(&mut self, history: &History<'_>, attribute: &str, period: Option<usize>) {
        let referrer = history.attribute(attribute);
        // Nobody recommends us to themselves.
        if referrer.is_empty() || history.customer == Some(referrer) {
            return;
        }
        match self.0.get_mut(referrer) {
            Some(periods) => periods.extend(period),
            None => {
                self.0.insert(referrer.into(), period.into_iter().collect());
            }
        }
    }

    /// Adds those of other customers.
    pub(crate) fn merge(&mut self, other: Self) {
        for (referrer, periods) in other.0 {
            self.0.entry(referrer).or_default().extend(periods);
        }
    }
}

/// Who was found of those who recommended us.
#[derive(Debug, Default)]
pub(crate) struct Advocates {
    /// Those with an order in the window, by group; and by group and period those with one in a period in which somebody new came by
    /// them.
    active: HashMap<(String, Option<usize>), u64>,
    /// Whether any of them is a customer, of those the question is about.
    pub(crate) any_known: bool,
}

impl Advocates {
    /// Those of a group in the whole window, or in a period of a series.
    pub(crate) fn of(&self, group: &str, period: Option<usize>) -> u64 {
        self.active.get(&(group.to_owned(), period)).copied().unwrap_or(0)
    }
}

impl Engine {
    /// Which of those who recommended us are customers with an order in the window.
    ///
    /// # Errors
    /// Those of [`Self::fold`].
    pub(crate) async fn advocates(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        (span, periods): (Span, Vec<Span>),
        group_by: &GroupBy,
        referrers: Referrers,
    ) -> Result<Advocates, EngineError> {
        if referrers.is_empty() {
            return Ok(Advocates::default());
        }
        let (referrers, group_by) = (Arc::new(referrers), group_by.clone());
        let visit = move |found: &mut Advocates, history: &History<'_>| {
            let Some(came) = history.customer.and_then(|customer| referrers.0.get(customer)) else { return };
            found.any_known = true;
            let has_order = |span: &Span| {
                let is_order = |time, net| span.contains(time) && net > 0;
                kept_purchases(history).any(|purchase| is_order(purchase.time, purchase.net_micros()))
            };
            if !has_order(&span) {
                return;
            }
            let group = group_by.group(history);
            let active = came.iter().copied().filter(|at| periods.get(*at).is_some_and(has_order));
            for place in std::iter::once(None).chain(active.map(Some)) {
                *found.active.entry((group.to_string(), place)).or_default() += 1;
            }
        };
        // What the first time found worth telling need not be told again.
        let mut moment = moment.clone();
        let parts = self.fold(workspace, &mut moment, Parts::ALL, Advocates::default, visit).await?;
        let mut all = Advocates::default();
        for part in parts {
            all.any_known |= part.any_known;
            part.active.into_iter().for_each(|(group, count)| *all.active.entry(group).or_default() += count);
        }
        Ok(all)
    }
}
