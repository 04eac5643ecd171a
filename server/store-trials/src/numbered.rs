//! Numbered batches: each can be made again from its number, and has customers of its own, so that what is left of it
//! after a crash can be seen without knowing anything else: all of it, nothing, or something that must not be.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use lojal_domain::{
    Amount, AttributeName, Currency, CustomerId, CustomerUpsert, EventTime, MICROS_PER_DAY, Money, Record,
    Refund, RefundId, ResponseId, SurveyKind, SurveyResponse, Transaction, TransactionId,
    TransactionIdentity, WorkspaceName,
};
use lojal_store::{Batch, Cut, Document, OnReject, RowOutcome, Store, StoreError};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Every so many batches one is large enough for several blocks of any store.
const LARGE_EVERY: u32 = 8;
/// Transactions of a large batch.
const LARGE: usize = 100;
/// Bytes that ids of a large batch have more than others: few rows fill a block of 4 KiB.
const PADDING: usize = 100;
/// More records than a customer has.
const PAGE: usize = 10_000;

/// The workspace of a batch: two take turns, one of them more often.
#[must_use]
pub fn workspace(number: u32) -> WorkspaceName {
    if number % 3 == 2 { WorkspaceName::new("second").expect("a name") } else { WorkspaceName::default() }
}

/// The records of a batch, the same for the same number every time.
#[must_use]
pub fn records(number: u32) -> Vec<Record> {
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(number));
    let large = number % LARGE_EVERY == LARGE_EVERY - 1;
    let transactions = if large { LARGE } else { random.random_range(1..=12) };
    let customers = random.random_range(1..=4);
    let customer =
        |index: usize| CustomerId::new(format!("b{number}-c{}", index % customers)).expect("an id");
    let day = |day: i64| EventTime::from_micros(day * MICROS_PER_DAY);
    let mut records = Vec::new();
    for index in 0..transactions {
        let identity = if index == 0 || random.random_bool(0.5) {
            let padding = if large && index > 0 { PADDING } else { 0 };
            let id = TransactionId::new(format!("b{number}-t{index}{}", "x".repeat(padding)));
            TransactionIdentity::Given(id.expect("an id"))
        } else {
            // Its place makes it unlike the others of its customer, whatever the day and the amount.
            TransactionIdentity::Nth(index as u32 + 1)
        };
        let time = day(random.random_range(10_000..11_000));
        let money = euros(random.random_range(1..100_000_000));
        records.push(Record::Transaction(Transaction {
            customer: customer(index),
            identity,
            time,
            money,
            converted: None,
            discount: None,
        }));
    }
    let comment = "x".repeat(random.random_range(0..200));
    for (index, who) in [Some(customer(0)), None].into_iter().enumerate() {
        let id = ResponseId::new(format!("b{number}-a{index}")).expect("an id");
        let time = day(random.random_range(10_000..11_000));
        records.push(Record::SurveyResponse(SurveyResponse {
            kind: SurveyKind::Transactional,
            survey: "trial".to_owned(),
            channel: "web".to_owned(),
            comment: comment.clone(),
            ..SurveyResponse::nps(id, who, time, random.random_range(0..=10))
        }));
    }
    records.push(Record::Refund(Refund {
        id: RefundId::new(format!("b{number}-r")).expect("an id"),
        transaction: TransactionId::new(format!("b{number}-t0")).expect("an id"),
        time: day(12_000),
        money: euros(1),
    }));
    records.push(Record::CustomerUpsert(CustomerUpsert {
        customer: customer(0),
        attributes: [(AttributeName::new("batch").expect("a name"), number.to_string())].into(),
        effective: random.random_bool(0.5).then(|| day(10_500)),
    }));
    records
}

fn euros(micros: i64) -> Money {
    Money { amount: Amount::from_micros(micros), currency: Currency::parse("EUR").expect("a currency") }
}

/// The batch to append.
#[must_use]
pub fn batch(number: u32) -> Batch {
    let recorded_at = EventTime::from_micros(i64::from(number) * 1_000_000);
    Batch { records: records(number), recorded_at, on_reject: OnReject::Abort, reporting: None }
}

/// Appends a batch to its workspace.
///
/// # Errors
/// Those of [`Store::append`].
pub async fn append(store: &dyn Store, number: u32) -> Result<(), StoreError> {
    store.append(&workspace(number), batch(number)).await.map(|_| ())
}

/// The document that belongs to a batch.
fn document(number: u32) -> Document {
    let content = number.to_le_bytes().repeat(1 + number as usize * 37 % 900);
    Document { collection: "trials".to_owned(), key: format!("d{number}"), content }
}

/// Puts a batch's document into its workspace.
///
/// # Errors
/// Those of [`Store::put_document`].
pub async fn put_document(store: &dyn Store, number: u32) -> Result<(), StoreError> {
    store.put_document(&workspace(number), document(number)).await
}

/// Whether documents that were acknowledged are there as they were put.
///
/// # Errors
/// [`Wrong::Untrue`] when one is not, [`Wrong::Told`] when the store fails to answer.
pub async fn check_documents(store: &dyn Store, acknowledged: &BTreeSet<u32>) -> Result<(), Wrong> {
    for &number in acknowledged {
        let held = store.documents(&workspace(number), "trials").await?;
        if !held.contains(&document(number)) {
            return untrue(format!("document {number} was acknowledged and is not there as it was put"));
        }
    }
    Ok(())
}

/// What is wrong with what is left.
#[derive(Debug)]
pub enum Wrong {
    /// The store says itself that it cannot answer.
    Told(StoreError),
    /// It answers, and what it answers is not true.
    Untrue(String),
}

impl From<StoreError> for Wrong {
    fn from(error: StoreError) -> Self {
        Self::Told(error)
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(error) => write!(f, "the store says: {error}"),
            Self::Untrue(what) => f.write_str(what),
        }
    }
}

fn untrue<T>(what: String) -> Result<T, Wrong> {
    Err(Wrong::Untrue(what))
}

/// What stands in a workspace once these batches are there and nothing else.
#[derive(Default)]
struct Expected {
    batches: u64,
    customers: BTreeSet<String>,
    transactions: u64,
    refunds: u64,
    responses: u64,
    anonymous: usize,
}

/// Reads everything of batches `0..sent` and says which are there.
///
/// # Errors
/// [`Wrong::Untrue`] when one that was acknowledged is not there, when one is there in part or twice, or when counts,
/// scans and walks tell of anything else; [`Wrong::Told`] when the store fails to answer.
pub async fn check(
    store: &dyn Store,
    acknowledged: &BTreeSet<u32>,
    sent: u32,
) -> Result<BTreeSet<u32>, Wrong> {
    let mut present = BTreeSet::new();
    let mut expected: BTreeMap<WorkspaceName, Expected> = BTreeMap::new();
    for number in 0..sent {
        let expected = expected.entry(workspace(number)).or_default();
        if is_there(store, number).await? {
            present.insert(number);
            count(expected, number);
        } else if acknowledged.contains(&number) {
            return untrue(format!("batch {number} was acknowledged and is not there"));
        }
    }
    for (workspace, expected) in &expected {
        check_whole(store, workspace, expected).await?;
    }
    Ok(present)
}

fn count(expected: &mut Expected, number: u32) {
    expected.batches += 1;
    for record in records(number) {
        match record {
            Record::Transaction(transaction) => {
                expected.transactions += 1;
                expected.customers.insert(transaction.customer.as_str().to_owned());
            }
            Record::Refund(_) => expected.refunds += 1,
            Record::SurveyResponse(response) => {
                expected.responses += 1;
                expected.anonymous += usize::from(response.customer.is_none());
            }
            Record::CustomerUpsert(_) | Record::Void(_) | Record::Interaction(_) | Record::Cost(_) => {}
        }
    }
}

/// Whether a batch is there, as its customers' timelines have it: record by record.
async fn is_there(store: &dyn Store, number: u32) -> Result<bool, Wrong> {
    let mut by_customer: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let records = records(number);
    let owner = records.iter().find_map(|record| match record {
        Record::Transaction(transaction) => Some(transaction.customer.as_str().to_owned()),
        _ => None,
    });
    for record in &records {
        let customer = match record {
            Record::Transaction(transaction) => transaction.customer.as_str().to_owned(),
            // Refunds are of the first transaction, which is the first customer's.
            Record::Refund(_) => owner.clone().expect("a transaction comes first"),
            Record::SurveyResponse(response) => match &response.customer {
                Some(customer) => customer.as_str().to_owned(),
                None => continue,
            },
            Record::CustomerUpsert(upsert) => upsert.customer.as_str().to_owned(),
            Record::Void(_) | Record::Interaction(_) | Record::Cost(_) => continue,
        };
        by_customer.entry(customer).or_default().push(format!("{record:?}"));
    }
    let (mut found, mut missing) = (0, 0);
    for (customer, mut wanted) in by_customer {
        let id = CustomerId::new(customer.clone()).expect("an id");
        let cut = Cut::as_of(EventTime::MAX);
        let recorded = store.timeline(&workspace(number), &id, cut, None, PAGE).await?;
        let mut facts = None;
        let mut visit = |history: &lojal_domain::History<'_>| {
            facts = Some([history.transactions.len(), history.refunds.len(), history.responses.len()]);
        };
        let known = store.history(&workspace(number), &id, cut, &mut visit).await?;
        if recorded.is_empty() && !known {
            missing += 1;
            continue;
        }
        let kinds = [is_transaction, is_refund, is_response];
        let told = kinds.map(|kind| recorded.iter().filter(|one| kind(&one.record)).count());
        if facts != Some(told) {
            return untrue(format!("{customer} has a timeline of {told:?} and a history of {facts:?}"));
        }
        let mut told: Vec<String> = recorded.iter().map(|one| format!("{:?}", one.record)).collect();
        told.sort();
        wanted.sort();
        if told != wanted {
            return untrue(format!("{customer} has the records {told:?} instead of {wanted:?}"));
        }
        // Later if a batch that came with a later instant was written before.
        if recorded.iter().any(|one| one.recorded_at < batch(number).recorded_at) {
            return untrue(format!("{customer} has records of another moment"));
        }
        found += 1;
    }
    if found > 0 && missing > 0 {
        return untrue(format!("batch {number} is there in part: {found} customers of {}", found + missing));
    }
    Ok(found > 0)
}

fn is_transaction(record: &Record) -> bool {
    matches!(record, Record::Transaction(_))
}

fn is_refund(record: &Record) -> bool {
    matches!(record, Record::Refund(_))
}

fn is_response(record: &Record) -> bool {
    matches!(record, Record::SurveyResponse(_))
}

/// Counts, scan and walk of a workspace, against what its batches add up to.
async fn check_whole(store: &dyn Store, workspace: &WorkspaceName, expected: &Expected) -> Result<(), Wrong> {
    let status = store.status(workspace).await?;
    let told = [
        status.revision,
        status.customers as u64,
        status.counts.transactions(),
        status.counts.refunds(),
        status.counts.responses(),
    ];
    let customers = expected.customers.len() as u64;
    let wanted = [expected.batches, customers, expected.transactions, expected.refunds, expected.responses];
    if told != wanted {
        return untrue(format!("{workspace:?} counts {told:?} instead of {wanted:?}"));
    }
    let cut = Cut::as_of(EventTime::MAX);
    let see = |seen: &mut Vec<(Option<String>, usize)>, history: &lojal_domain::History<'_>| {
        seen.push((history.customer.map(str::to_owned), history.responses.len()));
    };
    let parts = lojal_store::fold(store, workspace, cut, lojal_store::Parts::ALL, Vec::new, see).await?;
    let seen: Vec<(Option<String>, usize)> = parts.into_iter().flatten().collect();
    let mut named: Vec<&String> = seen.iter().filter_map(|(customer, _)| customer.as_ref()).collect();
    named.sort();
    if !named.into_iter().eq(&expected.customers) {
        return untrue(format!("a scan of {workspace:?} does not visit every customer once"));
    }
    let anonymous: usize = seen.iter().filter(|(name, _)| name.is_none()).map(|(_, answers)| answers).sum();
    if anonymous != expected.anonymous {
        return untrue(format!("{anonymous} anonymous answers instead of {}", expected.anonymous));
    }
    let visit = |walked: &mut BTreeSet<String>, history: &lojal_domain::History<'_>| {
        walked.extend(history.customer.map(str::to_owned));
        std::ops::ControlFlow::Continue(())
    };
    let walked = lojal_store::walk(store, workspace, cut, None, BTreeSet::new(), visit).await?;
    if walked != expected.customers {
        return untrue(format!("a walk through {workspace:?} does not visit every customer"));
    }
    Ok(())
}

/// Sends every batch again, as a client does that had no answer: what is there is a duplicate, the rest is recorded.
/// Then reads everything once more.
///
/// # Errors
/// As [`check`], and [`Wrong::Untrue`] when a row of a batch that is there is recorded again or the other way around.
pub async fn complete(store: &dyn Store, present: &BTreeSet<u32>, sent: u32) -> Result<(), Wrong> {
    for number in 0..sent {
        let appended = store.append(&workspace(number), batch(number)).await?;
        let wanted = if present.contains(&number) { RowOutcome::Duplicate } else { RowOutcome::Recorded };
        if let Some(other) = appended.outcomes.iter().find(|outcome| **outcome != wanted) {
            return untrue(format!("batch {number} sent again: a row is {other:?}, not {wanted:?}"));
        }
    }
    let all = (0..sent).collect();
    check(store, &all, sent).await.map(|_| ())
}
