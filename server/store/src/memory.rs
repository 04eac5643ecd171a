//! The reference: a plain list of records, searched from the start for every question.
//!
//! It is slow on purpose. What it answers can be checked by reading it, and every other backend must answer the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use lojal_domain::{
    Amount, AttributeFact, Currency, CustomerId, EventTime, History, Record, Refund, RefundFact,
    ResponseFact, Transaction, TransactionFact, TransactionKey, WorkspaceName,
};
use parking_lot::Mutex;

use crate::{
    Appended, Batch, Cut, Document, Fold, OnReject, Position, Recorded, Rejection, RowOutcome, Store,
    StoreError, Visit, VisitUntil, WorkspaceStatus,
};

/// A store in memory, for reference and for tests. It keeps every promise but surviving the process.
#[derive(Default)]
pub struct MemoryStore {
    workspaces: Mutex<BTreeMap<WorkspaceName, Workspace>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn read<T>(&self, workspace: &WorkspaceName, read: impl FnOnce(&Workspace) -> T) -> T {
        match self.workspaces.lock().get(workspace) {
            Some(workspace) => read(workspace),
            None => read(&Workspace::default()),
        }
    }
}

#[derive(Clone, Default)]
struct Workspace {
    entries: Vec<Entry>,
    revision: u64,
    documents: BTreeMap<(String, String), Vec<u8>>,
}

#[derive(Clone)]
struct Entry {
    revision: u64,
    recorded_at: EventTime,
    record: Record,
}

impl Workspace {
    fn transaction(&self, key: TransactionKey) -> Option<&Transaction> {
        self.entries.iter().find_map(|entry| match &entry.record {
            Record::Transaction(transaction) if transaction.key() == key => Some(transaction),
            _ => None,
        })
    }

    fn refunds_of(&self, key: TransactionKey) -> impl Iterator<Item = &Refund> {
        self.entries.iter().filter_map(move |entry| match &entry.record {
            Record::Refund(refund) if TransactionKey::of_id(refund.transaction.as_str()) == key => {
                Some(refund)
            }
            _ => None,
        })
    }

    fn currency(&self) -> Option<Currency> {
        self.entries.iter().find_map(|entry| match &entry.record {
            Record::Transaction(transaction) => Some(transaction.money.currency),
            _ => None,
        })
    }

    /// Whose record it is.
    fn customer_of<'a>(&'a self, record: &'a Record) -> Option<&'a CustomerId> {
        match record {
            Record::Transaction(transaction) => Some(&transaction.customer),
            Record::Refund(refund) => {
                let key = TransactionKey::of_id(refund.transaction.as_str());
                self.transaction(key).map(|transaction| &transaction.customer)
            }
            Record::SurveyResponse(response) => response.customer.as_ref(),
            Record::CustomerUpsert(upsert) => Some(&upsert.customer),
        }
    }

    fn judge(&self, record: &Record) -> RowOutcome {
        let known = |same: bool| {
            if same { RowOutcome::Duplicate } else { RowOutcome::Rejected(Rejection::Conflict) }
        };
        let mismatch = |money: lojal_domain::Money| {
            let reporting = self.currency().filter(|currency| *currency != money.currency)?;
            Some(RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting }))
        };
        match record {
            Record::Transaction(new) => {
                if let Some(old) = self.transaction(new.key()) {
                    let same = old.customer == new.customer && old.time == new.time && old.money == new.money;
                    return known(same);
                }
                mismatch(new.money).unwrap_or(RowOutcome::Recorded)
            }
            Record::Refund(new) => self.judge_refund(new, known),
            Record::SurveyResponse(new) => {
                let old = self.entries.iter().find_map(|entry| match &entry.record {
                    Record::SurveyResponse(old) if old.id == new.id => Some(old),
                    _ => None,
                });
                old.map_or(RowOutcome::Recorded, |old| known(old == new))
            }
            Record::CustomerUpsert(new) => {
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
    }

    fn judge_refund(&self, new: &Refund, known: impl Fn(bool) -> RowOutcome) -> RowOutcome {
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
        if transaction.money.currency != new.money.currency {
            let reporting = transaction.money.currency;
            return RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting });
        }
        if new.time < transaction.time {
            return RowOutcome::Rejected(Rejection::RefundBeforeTransaction);
        }
        let refunded: i64 = self.refunds_of(key).map(|refund| refund.money.amount.micros()).sum();
        let left = transaction.money.amount.micros() - refunded;
        if new.money.amount.micros() > left {
            let left = Amount::from_micros(left);
            return RowOutcome::Rejected(Rejection::RefundExceedsTransaction { left });
        }
        RowOutcome::Recorded
    }

    /// Customers in the order they were first recorded.
    fn customers(&self) -> Vec<CustomerId> {
        let mut seen = BTreeSet::new();
        let owners = self.entries.iter().filter_map(|entry| self.customer_of(&entry.record));
        owners.filter(|customer| seen.insert((*customer).clone())).cloned().collect()
    }

    /// The records of a customer, or the anonymous ones, that a cut lets see. The position is in the whole list.
    fn visible<'a>(
        &'a self,
        customer: Option<&'a CustomerId>,
        cut: Cut,
    ) -> impl Iterator<Item = (u32, &'a Entry)> {
        self.entries
            .iter()
            .enumerate()
            .map(|(index, entry)| (index as u32, entry))
            .filter(move |(_, entry)| cut.revision.is_none_or(|revision| entry.revision <= revision))
            .filter(move |(_, entry)| entry.record.time().is_none_or(|time| time < cut.as_of))
            .filter(move |(_, entry)| self.customer_of(&entry.record) == customer)
    }

    fn attributes(&self, customer: &CustomerId, cut: Cut) -> Vec<AttributeFact> {
        let mut facts = Vec::new();
        for (record, entry) in self.visible(Some(customer), cut) {
            if let Record::CustomerUpsert(upsert) = &entry.record {
                let from = upsert.effective.unwrap_or(EventTime::MIN);
                for (name, value) in &upsert.attributes {
                    let (name, value) = (name.as_str().into(), value.as_str().into());
                    facts.push(AttributeFact { from, name, value, record });
                }
            }
        }
        facts.sort_by_key(|fact| (fact.from, fact.record));
        facts
    }

    fn show<T>(
        &self,
        customer: Option<&CustomerId>,
        number: u32,
        cut: Cut,
        visit: impl FnOnce(&History<'_>) -> T,
    ) -> Option<T> {
        let (mut transactions, mut refunds, mut responses) = (Vec::new(), Vec::new(), Vec::new());
        for (record, entry) in self.visible(customer, cut) {
            match &entry.record {
                Record::Transaction(transaction) => transactions.push(TransactionFact {
                    time: transaction.time,
                    amount: transaction.money.amount,
                    record,
                    occurrence: transaction.clone().canonical().occurrence(),
                }),
                Record::Refund(refund) => {
                    let key = TransactionKey::of_id(refund.transaction.as_str());
                    let position = self.entries.iter().position(
                        |entry| matches!(&entry.record, Record::Transaction(transaction) if transaction.key() == key),
                    );
                    let Some(position) = position else { continue };
                    let Some(transaction_time) = self.entries[position].record.time() else { continue };
                    refunds.push(RefundFact {
                        time: refund.time,
                        amount: refund.money.amount,
                        transaction_time,
                        transaction_record: position as u32,
                        record,
                    });
                }
                Record::SurveyResponse(response) => responses.push(ResponseFact {
                    time: response.time,
                    score: response.score,
                    kind: response.kind,
                    survey: response.survey.as_str().into(),
                    channel: response.channel.as_str().into(),
                    record,
                }),
                Record::CustomerUpsert(_) => {}
            }
        }
        transactions.sort_by_key(|fact| (fact.time, fact.record));
        refunds.sort_by_key(|fact| (fact.time, fact.record));
        responses.sort_by_key(|fact| (fact.time, fact.record));
        let attributes = customer.map(|customer| self.attributes(customer, cut)).unwrap_or_default();
        let history = History {
            customer: customer.map(CustomerId::as_str),
            number,
            transactions: &transactions,
            refunds: &refunds,
            responses: &responses,
            attributes: &attributes,
        };
        (!history.is_empty()).then(|| visit(&history))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn append(&self, workspace: &WorkspaceName, batch: Batch) -> Result<Appended, StoreError> {
        let mut workspaces = self.workspaces.lock();
        let before = workspaces.get(workspace).cloned().unwrap_or_default();
        let mut after = before.clone();
        let revision = before.revision + 1;
        let mut outcomes = Vec::with_capacity(batch.records.len());
        for record in batch.records {
            let outcome = after.judge(&record);
            if outcome == RowOutcome::Recorded {
                after.entries.push(Entry { revision, recorded_at: batch.recorded_at, record });
            }
            outcomes.push(outcome);
        }
        let rejected = outcomes.iter().any(|outcome| matches!(outcome, RowOutcome::Rejected(_)));
        let aborted = rejected && batch.on_reject == OnReject::Abort;
        if aborted || after.entries.len() == before.entries.len() {
            return Ok(Appended { revision: before.revision, outcomes });
        }
        after.revision = revision;
        workspaces.insert(workspace.clone(), after);
        Ok(Appended { revision, outcomes })
    }

    async fn history(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        visit: &mut Visit<'_>,
    ) -> Result<bool, StoreError> {
        Ok(self.read(workspace, |workspace| {
            let number = workspace.customers().iter().position(|known| known == customer);
            number.is_some_and(|number| workspace.show(Some(customer), number as u32, cut, visit).is_some())
        }))
    }

    async fn scan(&self, workspace: &WorkspaceName, cut: Cut, fold: Arc<dyn Fold>) -> Result<(), StoreError> {
        self.read(workspace, |workspace| {
            let mut visitor = fold.partition(0);
            for (number, customer) in workspace.customers().iter().enumerate() {
                workspace.show(Some(customer), number as u32, cut, |history| visitor.visit(history));
            }
            workspace.show(None, u32::MAX, cut, |history| visitor.visit(history));
            visitor.finish();
        });
        Ok(())
    }

    async fn walk(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
        after: Option<u32>,
        visit: &mut VisitUntil<'_>,
    ) -> Result<(), StoreError> {
        self.read(workspace, |workspace| {
            let first = after.map_or(0, |number| number as usize + 1);
            for (number, customer) in workspace.customers().iter().enumerate().skip(first) {
                let shown = workspace.show(Some(customer), number as u32, cut, &mut *visit);
                if shown.is_some_and(|flow| flow.is_break()) {
                    return;
                }
            }
        });
        Ok(())
    }

    async fn timeline(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        Ok(self.read(workspace, |workspace| {
            let mut found: Vec<Recorded> = workspace
                .visible(Some(customer), cut)
                .map(|(record, entry)| Recorded {
                    position: Position { time: entry.record.time().unwrap_or(entry.recorded_at), record },
                    recorded_at: entry.recorded_at,
                    record: entry.record.clone(),
                })
                .filter(|recorded| before.is_none_or(|before| recorded.position < before))
                .collect();
            found.sort_by_key(|recorded| std::cmp::Reverse(recorded.position));
            found.truncate(limit);
            found
        }))
    }

    async fn put_document(&self, workspace: &WorkspaceName, document: Document) -> Result<(), StoreError> {
        Document::check(&document)?;
        let mut workspaces = self.workspaces.lock();
        let documents = &mut workspaces.entry(workspace.clone()).or_default().documents;
        documents.insert((document.collection, document.key), document.content);
        Ok(())
    }

    async fn documents(
        &self,
        workspace: &WorkspaceName,
        collection: &str,
    ) -> Result<Vec<Document>, StoreError> {
        Ok(self.read(workspace, |workspace| {
            let of_collection = workspace.documents.iter().filter(|((held, _), _)| held == collection);
            of_collection
                .map(|((collection, key), content)| Document {
                    collection: collection.clone(),
                    key: key.clone(),
                    content: content.clone(),
                })
                .collect()
        }))
    }

    async fn status(&self, workspace: &WorkspaceName) -> Result<WorkspaceStatus, StoreError> {
        Ok(self.read(workspace, |workspace| {
            let count = |of: fn(&Record) -> bool| {
                workspace.entries.iter().filter(|entry| of(&entry.record)).count() as u64
            };
            let times = || workspace.entries.iter().filter_map(|entry| entry.record.time());
            WorkspaceStatus {
                revision: workspace.revision,
                customers: workspace.customers().len() as u64,
                transactions: count(|record| matches!(record, Record::Transaction(_))),
                refunds: count(|record| matches!(record, Record::Refund(_))),
                responses: count(|record| matches!(record, Record::SurveyResponse(_))),
                first_event: times().min(),
                last_event: times().max(),
                currency: workspace.currency(),
                writable: true,
            }
        }))
    }

    async fn close(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::Harness;

    struct Memory(Arc<MemoryStore>);

    #[async_trait]
    impl Harness for Memory {
        fn new() -> Self {
            Self(Arc::new(MemoryStore::new()))
        }

        async fn open(&self) -> Arc<dyn Store> {
            self.0.clone()
        }
    }

    crate::store_conformance!(Memory);
}
