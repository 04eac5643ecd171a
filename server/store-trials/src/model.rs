//! A random life of a store beside its model: the same operations go to both, and both must answer the same.
//!
//! The model is the in-memory reference, in which every rule is spelled out as a search through a list. Ids, customers,
//! instants and amounts come from small sets, so that duplicates, conflicts, refunds of too much and equal purchases
//! are frequent rather than lucky.

mod records;

use std::ops::ControlFlow;
use std::sync::Arc;

use lojal_domain::{
    CustomerId, EventTime, History, MICROS_PER_DAY, Record, TransactionColumns, TransactionIdentity,
    WorkspaceName,
};
use lojal_store::{Batch, ColumnBatch, Cut, Document, MemoryStore, OnReject, Recorded, RowOutcome, Store};
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Customers of a workspace.
const CUSTOMERS: u32 = 12;
/// Records of a batch at most.
const RECORDS: usize = 12;
/// Records of the rare large batch.
const MANY: usize = 300;
/// Everything is compared after this many operations, and after each reopening.
const COMPARE_EVERY: u32 = 100;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Operations.
    pub operations: u64,
    /// Rows recorded.
    pub recorded: u64,
    /// Rows that were there already.
    pub duplicates: u64,
    /// Rows that were rejected.
    pub rejected: u64,
    /// Times the store was closed and opened again.
    pub reopened: u64,
    /// Of the rows recorded, those that came in columns.
    pub in_columns: u64,
    /// Records erased.
    pub erased: u64,
    /// Times the log was written anew.
    pub compacted: u64,
}

impl std::ops::AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.operations += other.operations;
        self.recorded += other.recorded;
        self.duplicates += other.duplicates;
        self.rejected += other.rejected;
        self.reopened += other.reopened;
        self.in_columns += other.in_columns;
        self.erased += other.erased;
        self.compacted += other.compacted;
    }
}

/// Lives through `operations` random operations of a seed. `open` opens the store, an empty one at first and the one
/// that was closed later; `compact` writes its log anew, which nobody may notice.
///
/// # Panics
/// When the store and the model differ, with the seed and the operation.
pub async fn live<S: Store>(
    open: impl AsyncFn() -> Arc<S>,
    compact: impl AsyncFn(&S),
    seed: u64,
    operations: u32,
) -> Done {
    let mut own = open().await;
    let mut life = Life {
        model: MemoryStore::new(),
        store: own.clone(),
        random: ChaCha8Rng::seed_from_u64(seed),
        revisions: vec![0],
        clock: 20_000 * MICROS_PER_DAY,
        done: Done::default(),
    };
    for operation in 0..operations {
        let case = format!("seed {seed}, operation {operation}");
        match life.random.random_range(0..100) {
            0..2 => {
                life.store.close().await;
                // The directory is free once nobody holds the store.
                life.store = Arc::new(MemoryStore::new());
                drop(own);
                own = open().await;
                life.store = own.clone();
                life.done.reopened += 1;
                life.compare(&case).await;
            }
            2..6 => life.put_document(&case).await,
            6..7 => {
                compact(&own).await;
                life.done.compacted += 1;
                life.compare(&case).await;
            }
            7..30 => life.read(&case).await,
            30..31 => life.erase(&case).await,
            31..40 => life.append_columns(&case).await,
            _ => life.append(&case).await,
        }
        life.done.operations += 1;
        if operation % COMPARE_EVERY == COMPARE_EVERY - 1 {
            life.compare(&case).await;
        }
    }
    life.compare(&format!("seed {seed}, at the end")).await;
    life.store.close().await;
    life.done
}

struct Life {
    model: MemoryStore,
    store: Arc<dyn Store>,
    random: ChaCha8Rng,
    /// Some that were answered, to read at.
    revisions: Vec<u64>,
    clock: i64,
    done: Done,
}

fn workspaces() -> [WorkspaceName; 2] {
    [WorkspaceName::default(), WorkspaceName::new("second").expect("a name")]
}

impl Life {
    async fn append(&mut self, case: &str) {
        let workspace = self.workspace();
        self.clock += self.random.random_range(1..1_000_000);
        let size = if self.random.random_bool(0.01) { MANY } else { self.random.random_range(1..=RECORDS) };
        let batch = Batch {
            records: (0..size).map(|_| self.record()).collect(),
            recorded_at: EventTime::from_micros(self.clock),
            on_reject: if self.random.random_bool(0.7) { OnReject::Skip } else { OnReject::Abort },
            reporting: None,
        };
        let wanted = self.model.append(&workspace, batch.clone()).await.expect("the model takes everything");
        let told = self.store.append(&workspace, batch.clone()).await;
        let told = told.unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(told, wanted, "{case}: {batch:#?}");
        let aborted = batch.on_reject == OnReject::Abort && told.rejections().next().is_some();
        for outcome in &told.outcomes {
            match outcome {
                RowOutcome::Rejected(_) => self.done.rejected += 1,
                RowOutcome::Duplicate => self.done.duplicates += 1,
                RowOutcome::Recorded => self.done.recorded += u64::from(!aborted),
            }
        }
        self.revisions.push(told.revision);
    }

    /// Transactions in columns to the store, and the same in rows to the model.
    async fn append_columns(&mut self, case: &str) {
        let workspace = self.workspace();
        self.clock += self.random.random_range(1..1_000_000);
        let size = if self.random.random_bool(0.05) { MANY } else { self.random.random_range(1..=RECORDS) };
        let (with_ids, with_discounts) = (self.random.random_bool(0.5), self.random.random_bool(0.3));
        let currency = self.money().currency;
        let mut columns = TransactionColumns::empty(currency);
        while columns.len() < size {
            let Record::Transaction(transaction) = self.record() else { continue };
            let (id, occurrence) = match &transaction.identity {
                TransactionIdentity::Given(id) if with_ids => (id.as_str().to_owned(), 0),
                TransactionIdentity::Nth(occurrence) => (String::new(), *occurrence),
                TransactionIdentity::Given(_) => continue,
            };
            let (customer, money) = (transaction.customer, transaction.money);
            columns.push(customer.as_str(), transaction.time, money.amount, &id, occurrence);
            if let Some(discount) = transaction.discount.filter(|_| with_discounts) {
                columns.discount_last(discount);
            }
        }
        let batch = ColumnBatch {
            columns,
            recorded_at: EventTime::from_micros(self.clock),
            on_reject: if self.random.random_bool(0.7) { OnReject::Skip } else { OnReject::Abort },
            reporting: None,
        };
        let wanted = self.model.append_transactions(&workspace, batch.clone()).await;
        let wanted = wanted.expect("the model takes everything");
        let told = self.store.append_transactions(&workspace, batch.clone()).await;
        let told = told.unwrap_or_else(|error| panic!("{case}: {error}"));
        if told.rejections.is_empty() || batch.on_reject == OnReject::Skip {
            assert_eq!(told, wanted, "{case}: {batch:#?}");
        } else {
            assert_eq!((told.recorded, told.revision), (0, wanted.revision), "{case}: {batch:#?}");
        }
        self.done.recorded += told.recorded;
        self.done.duplicates += told.duplicates;
        self.done.rejected += told.rejections.len() as u64;
        self.done.in_columns += told.recorded;
        self.revisions.push(told.revision);
    }

    /// Forgets a customer, or at times all of a workspace.
    async fn erase(&mut self, case: &str) {
        let (workspace, customer) = (self.workspace(), self.customer());
        self.clock += 1;
        if self.random.random_bool(0.1) {
            let wanted = self.model.delete_workspace(&workspace).await.expect("the model deletes everything");
            let told = self.store.delete_workspace(&workspace).await;
            assert_eq!(told.unwrap_or_else(|error| panic!("{case}: {error}")), wanted, "{case}");
            self.revisions = vec![0];
            return;
        }
        let erased_at = EventTime::from_micros(self.clock);
        let wanted = self.model.erase(&workspace, &customer, erased_at).await.expect("the model forgets");
        let told = self.store.erase(&workspace, &customer, erased_at).await;
        let told = told.unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(told, wanted, "{case}: {customer:?}");
        self.done.erased += told.counts.total();
        self.revisions.push(told.revision);
    }

    async fn put_document(&mut self, case: &str) {
        let workspace = self.workspace();
        let document = Document {
            collection: (*["models", "model", "schemes"].choose(&mut self.random).expect("some")).to_owned(),
            key: format!("k{}", self.random.random_range(0..5)),
            content: vec![self.random.random(); self.random.random_range(0..4_000)],
        };
        self.model.put_document(&workspace, document.clone()).await.expect("the model takes everything");
        let told = self.store.put_document(&workspace, document).await;
        told.unwrap_or_else(|error| panic!("{case}: {error}"));
    }

    async fn read(&mut self, case: &str) {
        let workspace = self.workspace();
        let cut = self.cut();
        let customer = self.customer();
        if self.random.random_bool(0.2) {
            let case = format!("{case}, {workspace:?} at {cut:?}");
            let [told, wanted] = [&*self.store, &self.model].map(|store| scanned(store, &workspace, cut));
            assert_same(&told.await, &wanted.await, &format!("{case}: a scan"));
            let after = self.random.random_bool(0.5).then(|| self.random.random_range(0..CUSTOMERS));
            let enough = self.random.random_range(1..=CUSTOMERS as usize);
            let [told, wanted] =
                [&*self.store, &self.model].map(|store| walked(store, &workspace, cut, after, enough));
            assert_same(&told.await, &wanted.await, &format!("{case}: a walk after {after:?}"));
            return;
        }
        let limit = self.random.random_range(1..20);
        let [told, wanted] =
            [&*self.store, &self.model].map(|store| shown(store, &workspace, &customer, cut, limit));
        assert_same(&told.await, &wanted.await, &format!("{case}: {customer:?} of {workspace:?} at {cut:?}"));
    }

    /// Compares everything there is.
    async fn compare(&self, case: &str) {
        for workspace in workspaces() {
            let cut = Cut::as_of(EventTime::MAX);
            let case = format!("{case}, {workspace:?}");
            let told = self.store.status(&workspace).await.expect("a status");
            assert_eq!(told, self.model.status(&workspace).await.expect("a status"), "{case}");
            let [told, wanted] = [&*self.store, &self.model].map(|store| scanned(store, &workspace, cut));
            assert_same(&told.await, &wanted.await, &format!("{case}: a scan"));
            for number in 0..CUSTOMERS {
                let customer = CustomerId::new(format!("c{number}")).expect("an id");
                let [told, wanted] =
                    [&*self.store, &self.model].map(|store| shown(store, &workspace, &customer, cut, 50));
                assert_same(&told.await, &wanted.await, &format!("{case}: {customer:?}"));
            }
            for collection in ["models", "model", "schemes", "none"] {
                let told = self.store.documents(&workspace, collection).await.expect("documents");
                let wanted = self.model.documents(&workspace, collection).await.expect("documents");
                assert_eq!(told, wanted, "{case}: {collection}");
            }
        }
    }

    fn workspace(&mut self) -> WorkspaceName {
        let [first, second] = workspaces();
        if self.random.random_bool(0.8) { first } else { second }
    }

    fn cut(&mut self) -> Cut {
        let as_of = if self.random.random_bool(0.3) { EventTime::MAX } else { self.time() };
        let revision =
            self.random.random_bool(0.5).then(|| *self.revisions.choose(&mut self.random).expect("one"));
        Cut { as_of, revision }
    }
}

fn assert_same(told: &[String], wanted: &[String], case: &str) {
    if let Some((told, wanted)) = told.iter().zip(wanted).find(|(told, wanted)| told != wanted) {
        panic!("{case}: the store says\n{told}\nand the model\n{wanted}");
    }
    assert_eq!(told.len(), wanted.len(), "{case}");
}

/// A history as text.
fn told(history: &History<'_>) -> String {
    format!("{history:?}")
}

/// All histories, in the order of customers' numbers.
async fn scanned(store: &dyn Store, workspace: &WorkspaceName, cut: Cut) -> Vec<String> {
    let add =
        |seen: &mut Vec<(u32, String)>, history: &History<'_>| seen.push((history.number, told(history)));
    let parts = lojal_store::fold(store, workspace, cut, lojal_store::Parts::ALL, Vec::new, add)
        .await
        .expect("a scan");
    let mut seen: Vec<(u32, String)> = parts.into_iter().flatten().collect();
    seen.sort();
    seen.into_iter().map(|(_, text)| text).collect()
}

/// Some histories in the order of a walk.
async fn walked(
    store: &dyn Store,
    workspace: &WorkspaceName,
    cut: Cut,
    after: Option<u32>,
    enough: usize,
) -> Vec<String> {
    let visit = move |seen: &mut Vec<String>, history: &History<'_>| {
        seen.push(told(history));
        if seen.len() == enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    lojal_store::walk(store, workspace, cut, after, Vec::new(), visit).await.expect("a walk")
}

/// The history of a customer and its timeline, read in pages.
async fn shown(
    store: &dyn Store,
    workspace: &WorkspaceName,
    customer: &CustomerId,
    cut: Cut,
    limit: usize,
) -> Vec<String> {
    let mut shown = Vec::new();
    let mut visit = |history: &History<'_>| shown.push(told(history));
    let found = store.history(workspace, customer, cut, &mut visit).await.expect("a history");
    assert_eq!(found, !shown.is_empty());
    let mut before = None;
    loop {
        let page = store.timeline(workspace, customer, cut, before, limit).await.expect("a timeline");
        assert!(page.len() <= limit, "a page of {} where {limit} were asked for", page.len());
        before = page.last().map(|recorded: &Recorded| recorded.position);
        shown.extend(page.iter().map(|recorded| format!("{recorded:?}")));
        if page.len() < limit {
            return shown;
        }
    }
}
