//! Exports of orders: purchases, and what was given back of them. They are read whole before anything is sent, as a later row may
//! belong to an earlier order.

mod grown;
mod plan;
pub(crate) mod reader;
mod refunds;

use std::collections::HashMap;

use lojal_domain::{Amount, Currency, EventTime};
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;

use crate::cli::ImportArgs;
use crate::import::ahead::comes_back_in;
use crate::import::chunks::Chunk;
use crate::import::habits::{Beforehand, Habits};
use crate::import::looked::{ASSUMED, Looked};
pub(crate) use crate::import::orders::grown::settle;
use crate::import::orders::plan::OrderPlan;
use crate::import::orders::reader::{Order, OrderReader};
use crate::import::orders::refunds::{OrderRefund, name_orders, refunds_of};
use crate::import::profiles::Recognised;
use crate::import::send::Parcel;
use crate::import::source::Row;
use crate::import::summary::Counted;
use crate::import::table::TableFile;
use crate::import::values::Values;

/// Refunds of a chunk.
const REFUNDS_MAX: usize = 10_000;

const ZONELESS: &str =
    "times name no zone and were read in UTC; give the shop's, such as --time-zone Europe/Zagreb";
const NO_TIME_OF_REFUND: &str =
    "the export does not say when money was given back; refunds count from the time of their order on";

/// Orders that were read.
pub(crate) struct Orders {
    purchases: Vec<Order>,
    /// Which one of its equals each is; 0 for one with an id.
    occurrences: Vec<i32>,
    refunds: Vec<OrderRefund>,
    any: Currency,
    chunk_rows: usize,
    /// Purchases and refunds that were sent or need not be.
    sent: usize,
    /// Chunks of the purchases that come next, each of one currency.
    ready: Vec<Parcel>,
}

impl Orders {
    /// Reads an export.
    pub(crate) fn read(
        file: &TableFile,
        args: &ImportArgs,
        found: Option<Recognised>,
        values: Values,
    ) -> anyhow::Result<(Looked, Self)> {
        let names = file.open()?.names().to_vec();
        let plan = match found {
            Some(found) => OrderPlan::of(found, &names, args)?,
            None => OrderPlan::of_columns(&names, args, |id, time| comes_back_in(file, id, time))?,
        };
        let values = match &plan.time_zone {
            Some(zone) if args.time_zone == "UTC" => values.in_zone(zone)?,
            _ => values,
        };
        let currency = args.currency_code.clone().unwrap_or_default().to_uppercase();
        let code = if plan.currency_code.is_empty() { &currency } else { &plan.currency_code };
        let before = Beforehand { currency: plan.currency.is_none().then_some(code), order: plan.time_order };
        let any = values.currency;
        let mut habits = Habits::of(file, args, values, &plan.columns(), &before)?;
        let mut book = OrderReader::new(&plan, &mut habits, currency.clone()).read(&mut *file.open()?)?;
        if plan.refund_negatives {
            name_orders(&mut book.orders);
        }
        let refunds = refunds_of(&book.orders, &mut book.left_out);
        book.orders.retain(|order| order.amount >= 0);
        let mut looked = Looked {
            profile: (!plan.profile.is_empty()).then_some((plan.profile, plan.title)),
            taken: plan.columns(),
            rows: book.rows,
            left_out: book.left_out,
            ..Default::default()
        };
        book.bad.into_iter().for_each(|bad| looked.bad.add(bad));
        let orders = Self {
            occurrences: occurrences(&book.orders),
            purchases: book.orders,
            refunds,
            any,
            chunk_rows: args.chunk_rows as usize,
            sent: 0,
            ready: Vec::new(),
        };
        orders.count(&mut looked);
        looked.notes.extend(file.notes().iter().chain(&habits.notes).cloned());
        if looked.tally.names_no_currency() && habits.notes.is_empty() {
            looked.notes.push(ASSUMED.to_owned());
        }
        if habits.zoneless && looked.profile.is_some() && plan.time_zone.is_none() && args.time_zone == "UTC"
        {
            looked.notes.push(ZONELESS.to_owned());
        }
        if book.capped > 0 {
            looked
                .notes
                .push(format!("{} refunds are larger than their order, and count as all of it", book.capped));
        }
        if plan.refund_amount.is_some() && plan.refund_time.is_none() && !orders.refunds.is_empty() {
            looked.notes.push(NO_TIME_OF_REFUND.to_owned());
        }
        Ok((looked, orders))
    }

    fn count(&self, looked: &mut Looked) {
        for order in &self.purchases {
            looked.tally.add(&Counted {
                line: order.line,
                id: &order.key,
                customer: &order.customer,
                time: Some(order.time),
                amount: Some((&order.currency, order.amount)),
            });
        }
        for refund in &self.refunds {
            looked.tally.refund(&refund.currency, refund.amount);
        }
    }

    /// How many records there are to send.
    pub(crate) fn total(&self) -> usize {
        self.purchases.len() + self.refunds.len()
    }

    /// The first records need not be sent: they were acknowledged before.
    pub(crate) fn skip(&mut self, records: usize) {
        self.sent = records.min(self.total());
    }

    /// The next chunk: purchases first, then their refunds; none at the end.
    pub(crate) fn next(&mut self) -> Option<Parcel> {
        if let Some(ready) = self.ready.pop() {
            return Some(ready);
        }
        let bought = self.purchases.len();
        if self.sent < bought {
            let end = bought.min(self.sent + self.chunk_rows);
            self.ready = self.window(self.sent, end);
            self.sent = end;
            return self.ready.pop();
        }
        let rest = &self.refunds[self.sent - bought..];
        let rest = &rest[..rest.len().min(self.chunk_rows.min(REFUNDS_MAX))];
        if rest.is_empty() {
            return None;
        }
        self.sent += rest.len();
        let refunds = v1::RefundRows { rows: rest.iter().map(OrderRefund::message).collect() };
        let (lines, through) = (rest.iter().map(|refund| refund.line).collect(), self.sent as u64);
        let customers = rest.iter().map(|refund| refund.customer.clone()).collect();
        Some(Parcel { rows: Rows::Refunds(refunds), lines, position: through, through, customers })
    }

    /// Some purchases as chunks, each of one currency, the last first.
    fn window(&self, start: usize, end: usize) -> Vec<Parcel> {
        let mut open: Vec<(&str, Chunk)> = Vec::new();
        let mut chunks: Vec<Chunk> = Vec::new();
        for (order, occurrence) in self.purchases[start..end].iter().zip(&self.occurrences[start..end]) {
            let place = open.iter().position(|(code, _)| *code == order.currency).unwrap_or_else(|| {
                open.push((&order.currency, Chunk::new(&order.currency, end - start)));
                open.len() - 1
            });
            let row = Row {
                customer: order.customer.as_str().into(),
                time: order.time,
                amount: Amount::from_micros(order.amount),
                discount: Amount::from_micros(order.discount),
                currency: self.any,
                id: (!order.key.is_empty()).then_some(&*order.key),
            };
            let chunk = &mut open[place].1;
            chunk.push(&row, *occurrence, order.line);
            if chunk.is_full(usize::MAX) {
                chunks.push(std::mem::replace(chunk, Chunk::new(&order.currency, 0)));
            }
        }
        chunks.extend(open.into_iter().map(|(_, chunk)| chunk).filter(|chunk| chunk.rows() > 0));
        let last = chunks.len();
        let through = |nth: usize| if nth == last { end } else { start };
        let parcels = chunks.into_iter().zip(1..);
        let mut parcels: Vec<Parcel> = parcels
            .map(|(chunk, nth)| Parcel { position: end as u64, through: through(nth) as u64, ..chunk.into() })
            .collect();
        parcels.reverse();
        parcels
    }
}

/// Which one of its equals each order is that has no id.
fn occurrences(orders: &[Order]) -> Vec<i32> {
    let mut seen: HashMap<(&str, EventTime, i64, &str), i32> = HashMap::new();
    let of = orders.iter().map(|order| {
        if !order.key.is_empty() {
            return 0;
        }
        let nth = seen.entry((&order.customer, order.time, order.amount, &order.currency)).or_default();
        *nth += 1;
        *nth
    });
    of.collect()
}
