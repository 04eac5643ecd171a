//! Purchases with refunds taken off.

use std::collections::HashMap;

use lojal_domain::{EventTime, History, Zone};
use lojal_scoring::clv::{Purchase, PurchaseSummary, summarize};

/// A transaction and what was given back of it by the cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NetPurchase {
    pub(crate) time: EventTime,
    pub(crate) gross_micros: i64,
    pub(crate) refunded_micros: i64,
}

impl NetPurchase {
    /// A purchase given back whole is none; a free one that nobody returned is.
    pub(crate) fn counts(self) -> bool {
        self.refunded_micros == 0 || self.gross_micros > self.refunded_micros
    }

    pub(crate) fn net_micros(self) -> i64 {
        self.gross_micros - self.refunded_micros
    }
}

/// A history's transactions by time, each with its refunds.
pub(crate) fn net_purchases<'a>(history: &'a History<'_>) -> impl Iterator<Item = NetPurchase> + 'a {
    let mut refunded: HashMap<u32, i64> = HashMap::new();
    for refund in history.refunds {
        *refunded.entry(refund.transaction_record).or_default() += refund.amount.micros();
    }
    history.transactions.iter().map(move |fact| NetPurchase {
        time: fact.time,
        gross_micros: fact.amount.micros(),
        // Most customers never return anything, and need no look-up.
        refunded_micros: if refunded.is_empty() {
            0
        } else {
            refunded.get(&fact.record).copied().unwrap_or(0)
        },
    })
}

/// A history's transactions by time as purchase models take them.
pub(crate) fn purchase_days<'a>(
    history: &'a History<'_>,
    zone: &'a Zone,
) -> impl Iterator<Item = Purchase> + 'a {
    net_purchases(history).map(|purchase| Purchase {
        day: zone.day_of(purchase.time),
        gross_micros: purchase.gross_micros,
        refunded_micros: purchase.refunded_micros,
    })
}

/// What purchase models look at: purchase days up to `today`. None without any.
pub(crate) fn summary(history: &History<'_>, zone: &Zone, today: i32) -> Option<PurchaseSummary> {
    summarize(purchase_days(history, zone), today)
}
