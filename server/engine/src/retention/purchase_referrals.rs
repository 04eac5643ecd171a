//! Who recommended us to the new customers of a window, and what those spend against the others.
//!
//! Who is an advocate shows only once all new customers are known, so customers are gone through a second time, and only
//! when somebody was referred. What is held meanwhile is the ids of those who recommended us.

use std::collections::{HashMap, HashSet};
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

    /// Adds a new customer, and who recommended us to them to `referrers`.
    pub(crate) fn add(
        &mut self,
        history: &History<'_>,
        attribute: &str,
        spent: i128,
        referrers: &mut Referrers,
    ) {
        match history.attribute(attribute) {
            "" => self.others.add(spent),
            referrer => {
                self.referred.add(spent);
                // Nobody recommends us to themselves.
                if history.customer != Some(referrer) && !referrers.contains(referrer) {
                    referrers.insert(referrer.into());
                }
            }
        }
    }
}

/// Ids of those who recommended us.
pub(crate) type Referrers = HashSet<Box<str>>;

/// Who was found of those who recommended us.
#[derive(Debug, Default)]
pub(crate) struct Advocates {
    /// Those with an order in the window, by group.
    pub(crate) active: HashMap<String, u64>,
    /// Whether any of them is a customer, of those the question is about.
    pub(crate) any_known: bool,
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
        span: Span,
        group_by: &GroupBy,
        referrers: Referrers,
    ) -> Result<Advocates, EngineError> {
        if referrers.is_empty() {
            return Ok(Advocates::default());
        }
        let (referrers, group_by) = (Arc::new(referrers), group_by.clone());
        let visit = move |found: &mut Advocates, history: &History<'_>| {
            if !history.customer.is_some_and(|customer| referrers.contains(customer)) {
                return;
            }
            found.any_known = true;
            let is_order = |time, net| span.contains(time) && net > 0;
            if kept_purchases(history).any(|purchase| is_order(purchase.time, purchase.net_micros())) {
                *found.active.entry(group_by.group(history).into_owned()).or_default() += 1;
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
