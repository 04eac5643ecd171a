//! Purchases with refunds taken off.

use std::collections::HashMap;

use lojal_domain::{EventTime, History, TransactionFact, Zone};
use lojal_scoring::clv::{
    Purchase, PurchaseModelKind, PurchaseSummary, TimeUnit, summarize, summarize_opportunities,
};

use crate::ask::day::date_of;

/// A transaction and what was given back of it by the cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NetPurchase {
    pub(crate) time: EventTime,
    pub(crate) gross_micros: i64,
    pub(crate) refunded_micros: i64,
    /// Its place in the order of recording.
    pub(crate) record: u32,
}

impl NetPurchase {
    /// A purchase given back whole is none; a free one that nobody returned is.
    #[inline]
    pub(crate) fn counts(self) -> bool {
        self.refunded_micros == 0 || self.gross_micros > self.refunded_micros
    }

    pub(crate) fn net_micros(self) -> i64 {
        self.gross_micros - self.refunded_micros
    }
}

/// A history's transactions by time, each with its refunds.
pub(crate) fn net_purchases<'a>(history: &'a History<'_>) -> NetPurchases<'a> {
    // Most customers never return anything, and need no look-up.
    let refunded = (!history.refunds.is_empty()).then(|| refunded(history));
    NetPurchases { facts: history.transactions.iter(), refunded }
}

/// See [`net_purchases`].
pub(crate) struct NetPurchases<'a> {
    facts: std::slice::Iter<'a, TransactionFact>,
    /// What was given back of each transaction, by its record.
    refunded: Option<HashMap<u32, i64>>,
}

impl NetPurchases<'_> {
    #[inline]
    fn net(&self, fact: &TransactionFact) -> NetPurchase {
        let refunded_micros = self.refunded.as_ref().map_or(0, |refunded| look_up(refunded, fact.record));
        NetPurchase {
            time: fact.time,
            gross_micros: fact.amount.micros(),
            refunded_micros,
            record: fact.record,
        }
    }
}

impl Iterator for NetPurchases<'_> {
    type Item = NetPurchase;

    #[inline]
    fn next(&mut self) -> Option<NetPurchase> {
        let fact = self.facts.next()?;
        Some(self.net(fact))
    }
}

impl DoubleEndedIterator for NetPurchases<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<NetPurchase> {
        let fact = self.facts.next_back()?;
        Some(self.net(fact))
    }
}

#[cold]
#[inline(never)]
fn refunded(history: &History<'_>) -> HashMap<u32, i64> {
    let mut refunded = HashMap::new();
    for refund in history.refunds {
        *refunded.entry(refund.transaction_record).or_default() += refund.amount.micros();
    }
    refunded
}

/// Kept out of the loops over purchases, which would be slower for everybody with it.
#[cold]
#[inline(never)]
fn look_up(refunded: &HashMap<u32, i64>, record: u32) -> i64 {
    refunded.get(&record).copied().unwrap_or(0)
}

/// A history's purchases by time: transactions of which something is left, or which were free.
pub(crate) fn kept_purchases<'a>(
    history: &'a History<'_>,
) -> impl DoubleEndedIterator<Item = NetPurchase> + 'a {
    net_purchases(history).filter(|purchase| purchase.counts())
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

/// What a purchase model counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    /// Purchase days.
    Days,
    /// Calendar periods in which they bought or did not.
    Opportunities(TimeUnit),
}

impl Counting {
    /// What a model of this kind counts, its parameters being in this unit.
    pub(crate) fn of(kind: PurchaseModelKind, unit: TimeUnit) -> Self {
        if kind.counts_opportunities() { Self::Opportunities(unit) } else { Self::Days }
    }

    /// What models look at: purchases up to the end of `today`. None without any.
    pub(crate) fn summary(self, history: &History<'_>, zone: &Zone, today: i32) -> Option<PurchaseSummary> {
        match self {
            Self::Days => summarize(purchase_days(history, zone), today),
            Self::Opportunities(_) => {
                let purchases: Vec<Purchase> = purchase_days(history, zone).collect();
                self.summary_of(&purchases, today)
            }
        }
    }

    /// The same of purchases by day.
    pub(crate) fn summary_of(self, purchases: &[Purchase], today: i32) -> Option<PurchaseSummary> {
        match self {
            Self::Days => summarize(purchases, today),
            Self::Opportunities(unit) => {
                summarize_opportunities(purchases, today, unit, |day| calendar_period(day, unit))
            }
        }
    }
}

/// The number of the calendar period a day falls in; weeks begin on Monday.
fn calendar_period(day: i32, unit: TimeUnit) -> i32 {
    /// 1970-01-01 was a Thursday, three days after a Monday.
    const THURSDAY: i32 = 3;
    match unit {
        TimeUnit::Day => day,
        TimeUnit::Week => day.saturating_add(THURSDAY).div_euclid(7),
        TimeUnit::Month => {
            let date = date_of(day);
            i32::from(date.year()) * 12 + i32::from(date.month())
        }
        TimeUnit::Year => i32::from(date_of(day).year()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::day::day_number;

    #[test]
    fn periods_are_those_of_the_calendar() {
        let period =
            |year, month, day, unit| calendar_period(day_number(jiff::civil::date(year, month, day)), unit);
        let same = |a: (i16, i8, i8), b: (i16, i8, i8), unit| {
            period(a.0, a.1, a.2, unit) == period(b.0, b.1, b.2, unit)
        };
        // Monday 2026-03-02 to Sunday 2026-03-08.
        assert!(same((2026, 3, 2), (2026, 3, 8), TimeUnit::Week));
        assert!(!same((2026, 3, 1), (2026, 3, 2), TimeUnit::Week));
        assert!(same((2024, 2, 1), (2024, 2, 29), TimeUnit::Month));
        assert_eq!(period(2025, 1, 1, TimeUnit::Month) - period(2024, 12, 31, TimeUnit::Month), 1);
        assert!(same((1969, 1, 1), (1969, 12, 31), TimeUnit::Year));
    }
}
