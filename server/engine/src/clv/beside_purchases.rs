//! What a learner looks at of one customer beside their purchases, by day.

use std::borrow::Borrow;

use lojal_domain::{History, Zone};
use lojal_scoring::clv::{Discount, Habits, Learner, Purchase, PurchaseSummary, summarize_with_habits};

use crate::clv::contacts::ContactDays;

/// What is known of a customer beside their purchases.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BesidePurchases {
    /// What they told us.
    contacts: ContactDays,
    /// Discounts of their purchases, by time.
    discounts: Vec<Discount>,
}

impl BesidePurchases {
    /// Of all that a history has.
    pub(crate) fn of(history: &History<'_>, zone: &Zone) -> Self {
        let discounts = history.discounts.iter();
        let discount = |fact: &lojal_domain::DiscountFact| Discount {
            day: zone.day_of(fact.time),
            taken_micros: fact.amount.micros(),
        };
        Self { contacts: ContactDays::of(history, zone), discounts: discounts.map(discount).collect() }
    }

    /// Of what a learner asks for.
    pub(crate) fn asked_by(learner: &Learner, history: &History<'_>, zone: &Zone) -> Self {
        let discounts = if learner.asks_for_discounts() { history.discounts } else { &[] };
        Self::of(&History { discounts, ..*history }, zone)
    }

    /// Habits of whoever made these purchases, sorted by day, as known at the end of a day; none of nobody who bought by then.
    pub(crate) fn habits(&self, purchases: &[Purchase], today: i32) -> Option<Habits> {
        Habits::of(purchases, today, &self.discounts, &self.contacts.as_of(today))
    }

    /// The same with what models look at.
    pub(crate) fn summary_and_habits<I>(&self, purchases: I, today: i32) -> Option<(PurchaseSummary, Habits)>
    where
        I: IntoIterator<Item: Borrow<Purchase>>,
    {
        summarize_with_habits(purchases, today, &self.discounts, &self.contacts.as_of(today))
    }
}
