//! What becomes of a record in the reference: recorded, a duplicate, or rejected.

use lojal_domain::{
    Amount, Cost, Currency, CustomerUpsert, EventTime, Money, Record, Refund, Transaction, TransactionKey,
    Void,
};

use super::workspace::{Entry, Workspace};
use crate::{Cut, Rejection, RowOutcome};

/// What becomes of a record whose key is taken.
fn known(same: bool) -> RowOutcome {
    if same { RowOutcome::Duplicate } else { RowOutcome::Rejected(Rejection::Conflict) }
}

impl Workspace {
    /// `reporting` is the workspace's currency, where its settings name one.
    pub(super) fn judge(&self, record: &Record, reporting: Option<Currency>) -> RowOutcome {
        match record {
            Record::Transaction(new) => self.judge_transaction(new, reporting),
            Record::Refund(new) => self.judge_refund(new),
            Record::Void(new) => self.judge_void(new),
            Record::SurveyResponse(new) => {
                let old = self.entries.iter().find_map(|entry| match &entry.record {
                    Record::SurveyResponse(old) if old.id == new.id && old.disposition == new.disposition => {
                        Some(old)
                    }
                    _ => None,
                });
                let is_of_another = |entry: &Entry| match &entry.record {
                    Record::SurveyResponse(old) => {
                        old.id == new.id
                            && old.customer.is_some()
                            && new.customer.is_some()
                            && old.customer != new.customer
                    }
                    _ => false,
                };
                match old {
                    Some(old) => known(old == new),
                    None => match self.entries.iter().any(is_of_another) {
                        true => RowOutcome::Rejected(Rejection::Conflict),
                        false => RowOutcome::Recorded,
                    },
                }
            }
            Record::Interaction(new) => {
                let old = self.entries.iter().find_map(|entry| match &entry.record {
                    Record::Interaction(old) if old.id == new.id => Some(old),
                    _ => None,
                });
                old.map_or(RowOutcome::Recorded, |old| known(old == new))
            }
            Record::Cost(new) => self.judge_cost(new, reporting),
            Record::CustomerUpsert(new) => self.judge_upsert(new),
        }
    }

    fn judge_transaction(&self, new: &Transaction, reporting: Option<Currency>) -> RowOutcome {
        if let Some(old) = self.transaction(new.key()) {
            let same = (&old.customer, old.time, old.money, old.discount)
                == (&new.customer, new.time, new.money, new.discount);
            return known(same);
        }
        self.judge_money(new.money, new.converted, reporting)
    }

    fn judge_cost(&self, new: &Cost, reporting: Option<Currency>) -> RowOutcome {
        for entry in &self.entries {
            let Record::Cost(old) = &entry.record else { continue };
            if old.id == new.id {
                let subject = |cost: &Cost| (cost.customer.clone(), cost.source.clone(), cost.market.clone());
                let rest = |cost: &Cost| (cost.kind, cost.time, cost.end, cost.money);
                return known(subject(old) == subject(new) && rest(old) == rest(new));
            }
        }
        self.judge_money(new.money, new.converted, reporting)
    }

    fn judge_money(
        &self,
        money: Money,
        converted: Option<Amount>,
        reporting: Option<Currency>,
    ) -> RowOutcome {
        let foreign = reporting.or(self.currency).filter(|reporting| *reporting != money.currency);
        match foreign {
            Some(reporting) if converted.is_none() => {
                RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting })
            }
            _ => RowOutcome::Recorded,
        }
    }

    fn judge_refund(&self, new: &Refund) -> RowOutcome {
        let old = self.entries.iter().find_map(|entry| match &entry.record {
            Record::Refund(old) if old.id == new.id => Some(old),
            _ => None,
        });
        let key = TransactionKey::of_id(new.transaction.as_str());
        if let Some(old) = old {
            let same_transaction = TransactionKey::of_id(old.transaction.as_str()) == key;
            return known(same_transaction && old.time == new.time && old.money == new.money);
        }
        let Some(transaction) = self.transaction(key) else {
            return RowOutcome::Rejected(Rejection::UnknownTransaction);
        };
        if self.void_of(key).is_some() {
            return RowOutcome::Rejected(Rejection::TransactionVoided);
        }
        if transaction.money.currency != new.money.currency {
            let reporting = transaction.money.currency;
            return RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting });
        }
        if new.time < transaction.time {
            return RowOutcome::Rejected(Rejection::RefundBeforeTransaction);
        }
        let refunded: i64 = self.refunds_of(key).map(|(_, refund)| refund.money.amount.micros()).sum();
        let left = transaction.money.amount.micros() - refunded;
        if new.money.amount.micros() > left {
            let left = Amount::from_micros(left);
            return RowOutcome::Rejected(Rejection::RefundExceedsTransaction { left });
        }
        RowOutcome::Recorded
    }

    fn judge_void(&self, new: &Void) -> RowOutcome {
        let key = TransactionKey::of_id(new.transaction.as_str());
        let Some(transaction) = self.transaction(key) else {
            return RowOutcome::Rejected(Rejection::UnknownTransaction);
        };
        let effective = |void: &Void| void.time.unwrap_or(transaction.time);
        if let Some((_, old)) = self.void_of(key) {
            return known(effective(old) == effective(new) && old.reason == new.reason);
        }
        if effective(new) < transaction.time {
            return RowOutcome::Rejected(Rejection::VoidBeforeTransaction);
        }
        RowOutcome::Recorded
    }

    fn judge_upsert(&self, new: &CustomerUpsert) -> RowOutcome {
        let facts = self.attributes(&new.customer, Cut::as_of(EventTime::MAX));
        let from = new.effective.unwrap_or(EventTime::MIN);
        let unchanged = new.attributes.iter().all(|(name, value)| {
            let named = || facts.iter().filter(|fact| *fact.name == *name.as_str());
            // A value for all times replaces the others, so only the one recorded last tells.
            let last = if from == EventTime::MIN {
                named().max_by_key(|fact| fact.record).filter(|fact| fact.from == from)
            } else {
                let replaced = named().filter(|fact| fact.from == EventTime::MIN).map(|f| f.record);
                let replaced = replaced.max().unwrap_or(0);
                let same_start = named().filter(|fact| fact.from == from && fact.record >= replaced);
                same_start.max_by_key(|fact| fact.record)
            };
            last.is_some_and(|fact| *fact.value == **value)
        });
        if unchanged { RowOutcome::Duplicate } else { RowOutcome::Recorded }
    }
}
