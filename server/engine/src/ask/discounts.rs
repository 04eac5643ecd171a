//! Which orders were at a discount.

use lojal_domain::{History, Span};
use lojal_scoring::purchasing::Discounted;

use crate::ask::purchases::kept_purchases;

/// What of a customer's orders in a window was at a discount. An order is a kept purchase of which something is paid.
pub(crate) fn discounted(history: &History<'_>, span: Span) -> Discounted {
    let mut found = Discounted::default();
    if history.discounts.is_empty() {
        return found;
    }
    let orders = kept_purchases(history).filter(|order| order.net_micros() > 0 && span.contains(order.time));
    for order in orders {
        let place = (order.time, order.record);
        if let Ok(at) = history.discounts.binary_search_by_key(&place, |fact| (fact.time, fact.record)) {
            found.orders += 1;
            found.micros += i128::from(order.net_micros());
            found.taken_micros += i128::from(history.discounts[at].amount.micros());
        }
    }
    found
}
