//! Refunds of orders: those that an order names itself, and those of rows that are less than zero.

use std::collections::{BTreeMap, HashMap};

use lojal_domain::{Amount, EventTime};
use lojal_proto::v1;

use crate::import::made::{made_id, wire};
use crate::import::orders::reader::Order;

const NOTHING_TO_TAKE_FROM: &str = "gives back more than the customer bought before";

/// A refund, with the line it is of.
#[derive(Debug)]
pub(crate) struct OrderRefund {
    pub(crate) line: u64,
    /// Whose order it is of, where it is all that was given back of that; else empty.
    pub(crate) customer: String,
    refund_id: String,
    transaction_id: String,
    time: EventTime,
    pub(crate) amount: i64,
    pub(crate) currency: String,
}

impl OrderRefund {
    /// As the contract has it.
    pub(crate) fn message(&self) -> v1::Refund {
        v1::Refund {
            refund_id: self.refund_id.clone(),
            transaction_id: self.transaction_id.clone(),
            time: Some(wire(self.time)),
            amount: Some(v1::Money {
                amount: Amount::from_micros(self.amount).to_decimal(0),
                currency_code: self.currency.clone(),
            }),
        }
    }
}

/// Gives each order without an id one made of what it is, so that refunds can name it. It is the one that the Python
/// package makes.
pub(crate) fn name_orders(orders: &mut [Order]) {
    let mut seen: HashMap<(String, i64, i64, String), u64> = HashMap::new();
    for order in orders.iter_mut().filter(|order| order.key.is_empty()) {
        let same = (order.customer.clone(), order.time.micros(), order.amount, order.currency.clone());
        let (time, amount) = (same.1.to_string(), same.2.to_string());
        let nth = seen.entry(same).or_default();
        *nth += 1;
        order.key = made_id(&[&order.customer, &time, &amount, &order.currency, &nth.to_string()]);
    }
}

/// The refunds of orders. What is less than zero is taken from the customer's latest purchases up to its time, as far as they
/// go; what goes beyond is counted as left out.
pub(crate) fn refunds_of(orders: &[Order], left_out: &mut BTreeMap<String, u64>) -> Vec<OrderRefund> {
    let mut refunds = Vec::new();
    let mut remaining: HashMap<&str, i64> = HashMap::new();
    for order in orders.iter().filter(|order| order.amount > 0) {
        remaining.insert(&order.key, order.amount - order.refunded);
        if order.refunded > 0 {
            let name = format!("{}/refund", order.key);
            let all = refund(order.line, name, order, order.refunded_at, order.refunded);
            refunds.push(OrderRefund { customer: order.customer.clone(), ..all });
        }
    }
    let mut by_time: Vec<&Order> = orders.iter().collect();
    by_time.sort_by_key(|order| order.time);
    let mut bought: HashMap<(&str, &str), Vec<&Order>> = HashMap::new();
    for order in by_time.iter().filter(|order| order.amount > 0) {
        bought.entry((&order.customer, &order.currency)).or_default().push(order);
    }
    for back in by_time.iter().filter(|order| order.amount < 0) {
        let purchases = bought.get(&(&*back.customer, &*back.currency)).map_or(&[][..], Vec::as_slice);
        let latest = purchases.partition_point(|order| order.time <= back.time);
        let (mut owed, mut part) = (back.amount.saturating_neg(), 0);
        for purchase in purchases[..latest].iter().rev() {
            let Some(left) = remaining.get_mut(&*purchase.key) else { continue };
            let taken = owed.min(*left);
            if taken > 0 {
                part += 1;
                let name = match part {
                    1 => format!("{}/refund", back.key),
                    part => format!("{}/refund/{part}", back.key),
                };
                refunds.push(refund(back.line, name, purchase, back.time, taken));
                *left -= taken;
                owed -= taken;
            }
            if owed == 0 {
                break;
            }
        }
        if owed > 0 {
            *left_out.entry(NOTHING_TO_TAKE_FROM.to_owned()).or_default() += 1;
        }
    }
    refunds
}

fn refund(line: u64, refund_id: String, of: &Order, time: EventTime, amount: i64) -> OrderRefund {
    let (transaction_id, currency, customer) = (of.key.clone(), of.currency.clone(), String::new());
    OrderRefund { line, customer, refund_id, transaction_id, time, amount, currency }
}
