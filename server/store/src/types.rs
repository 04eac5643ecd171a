//! What goes into a store and comes out of it.

use std::ops::ControlFlow;
use std::pin::Pin;

use lojal_domain::{Amount, Currency, EventTime, History, Record, TransactionColumns, limits};

use crate::{Counts, StoreError};

/// Records to be written together.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The records, in order.
    pub records: Vec<Record>,
    /// When they were received.
    pub recorded_at: EventTime,
    /// What a rejected row does to the others.
    pub on_reject: OnReject,
    /// The workspace's currency, where its settings name one. Without, the first transaction decides it.
    pub reporting: Option<Currency>,
}

/// What waits until a write that has its place is durable. Letting go of it does not take the write back.
pub type Pending<'s, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 's>>;

/// The bytes of a backup, piece by piece, until there are no more or one is an error. Reading the next one blocks.
pub type Backup = Box<dyn Iterator<Item = Result<Vec<u8>, StoreError>> + Send>;

/// Transactions to be written together, in columns.
#[derive(Clone, Debug)]
pub struct ColumnBatch {
    /// The transactions, in order.
    pub columns: TransactionColumns,
    /// When they were received.
    pub recorded_at: EventTime,
    /// What a rejected row does to the others.
    pub on_reject: OnReject,
    /// The workspace's currency, where its settings name one.
    pub reporting: Option<Currency>,
}

impl ColumnBatch {
    /// The same as records.
    ///
    /// # Errors
    /// [`StoreError::Corrupted`] for a customer or id that breaks the rules of ids, which whoever made the columns has
    /// checked.
    pub fn into_rows(self) -> Result<Batch, StoreError> {
        let Self { columns, recorded_at, on_reject, reporting } = self;
        let row = |row| columns.row(row).map(Record::Transaction);
        let records: Result<_, _> = (0..columns.len()).map(row).collect();
        let records = records.map_err(|problem| StoreError::Corrupted(format!("an id {problem}")))?;
        Ok(Batch { records, recorded_at, on_reject, reporting })
    }
}

/// What became of a batch in columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendedColumns {
    /// The workspace's revision, with the batch in it if anything was recorded.
    pub revision: u64,
    /// Rows recorded now. Where one is rejected under [`OnReject::Abort`], none are.
    pub recorded: u64,
    /// Rows that were there already.
    pub duplicates: u64,
    /// Rows that cannot be recorded, by position.
    pub rejections: Vec<(usize, Rejection)>,
}

impl AppendedColumns {
    /// The same, from what became of each row.
    #[must_use]
    pub fn of(appended: &Appended, on_reject: OnReject) -> Self {
        let rejections: Vec<(usize, Rejection)> =
            appended.rejections().map(|(row, rejection)| (row, rejection.clone())).collect();
        let nothing = on_reject == OnReject::Abort && !rejections.is_empty();
        let count = |kind: &RowOutcome| match nothing {
            true => 0,
            false => appended.outcomes.iter().filter(|outcome| *outcome == kind).count() as u64,
        };
        Self {
            revision: appended.revision,
            recorded: count(&RowOutcome::Recorded),
            duplicates: count(&RowOutcome::Duplicate),
            rejections,
        }
    }
}

/// What a rejected row does to the others of its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnReject {
    /// Keeps them out too.
    Abort,
    /// Nothing.
    Skip,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The workspace's revision, with the batch in it if anything was recorded.
    pub revision: u64,
    /// What became of each row. Where one is rejected under [`OnReject::Abort`], nothing was recorded, whatever the
    /// others say.
    pub outcomes: Vec<RowOutcome>,
}

impl Appended {
    /// The rejected rows with their positions.
    pub fn rejections(&self) -> impl Iterator<Item = (usize, &Rejection)> {
        self.outcomes.iter().enumerate().filter_map(|(index, outcome)| match outcome {
            RowOutcome::Rejected(rejection) => Some((index, rejection)),
            RowOutcome::Recorded | RowOutcome::Duplicate => None,
        })
    }
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// It is recorded now.
    Recorded,
    /// It was there already.
    Duplicate,
    /// It cannot be recorded.
    Rejected(Rejection),
}

/// Why a row cannot be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Its key was recorded with other content.
    Conflict,
    /// A refund's transaction was never recorded.
    UnknownTransaction,
    /// More would be given back than is left of the transaction.
    RefundExceedsTransaction {
        /// What is left.
        left: Amount,
    },
    /// A refund before its transaction.
    RefundBeforeTransaction,
    /// A refund of a transaction that was taken back.
    TransactionVoided,
    /// A void before its transaction.
    VoidBeforeTransaction,
    /// Another currency than the workspace's without a converted amount; or, for a refund, than its transaction's.
    CurrencyMismatch {
        /// The one that was expected.
        reporting: Currency,
    },
}

/// What was erased of a customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// The workspace's revision, with the erasure in it if anything was erased.
    pub revision: u64,
    /// Records erased.
    pub counts: Counts,
    /// Records of others that named them as who recommended us, and do so no more.
    pub references: u64,
}

impl Erased {
    /// Whether anything was.
    #[must_use]
    pub fn is_anything(&self) -> bool {
        self.counts.total() > 0 || self.references > 0
    }
}

/// What part of what is written a question sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cut {
    /// Events strictly before this.
    pub as_of: EventTime,
    /// Written at or before this revision; all when none.
    pub revision: Option<u64>,
}

impl Cut {
    /// Everything before an instant, at the latest revision.
    #[must_use]
    pub fn as_of(as_of: EventTime) -> Self {
        Self { as_of, revision: None }
    }
}

/// Parts of histories. Most questions look at one or two of them, and memory is read no further than asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Transactions, discounts and refunds.
    pub purchases: bool,
    /// Answers to surveys, and what else became of them.
    pub responses: bool,
    /// Cases, visits, campaigns.
    pub interactions: bool,
    /// Money spent.
    pub costs: bool,
    /// Attributes.
    pub attributes: bool,
}

impl Parts {
    /// Everything.
    pub const ALL: Self =
        Self { purchases: true, responses: true, interactions: true, costs: true, attributes: true };
    /// Nothing.
    const NONE: Self =
        Self { purchases: false, responses: false, interactions: false, costs: false, attributes: false };
    /// Purchases alone.
    pub const PURCHASES: Self = Self { purchases: true, ..Self::NONE };
    /// Responses alone.
    pub const RESPONSES: Self = Self { responses: true, ..Self::NONE };

    /// These and the attributes.
    #[must_use]
    pub const fn with_attributes(self) -> Self {
        Self { attributes: true, ..self }
    }

    /// These and the responses.
    #[must_use]
    pub const fn with_responses(self) -> Self {
        Self { responses: true, ..self }
    }

    /// A history without the other parts.
    #[must_use]
    pub fn of<'h>(self, history: History<'h>) -> History<'h> {
        fn kept<T>(wanted: bool, facts: &[T]) -> &[T] {
            if wanted { facts } else { &[] }
        }
        History {
            transactions: kept(self.purchases, history.transactions),
            discounts: kept(self.purchases, history.discounts),
            refunds: kept(self.purchases, history.refunds),
            responses: kept(self.responses, history.responses),
            interactions: kept(self.interactions, history.interactions),
            costs: kept(self.costs, history.costs),
            attributes: kept(self.attributes, history.attributes),
            ..history
        }
    }
}

/// A place in a timeline: by time, then by order of recording. Facts for all times count as of when they were recorded,
/// and a void without a time as of its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// When.
    pub time: EventTime,
    /// Place in the order of recording.
    pub record: u32,
}

/// A record as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the timeline.
    pub position: Position,
    /// When it was received.
    pub recorded_at: EventTime,
    /// The record.
    pub record: Record,
}

/// A small document, such as a fitted model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What kind of document, such as `models`.
    pub collection: String,
    /// Which one.
    pub key: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// Size and state of a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkspaceStatus {
    /// Revision of the last write; 0 before the first.
    pub revision: u64,
    /// Customers with any record.
    pub customers: u64,
    /// Records, voided transactions included.
    pub counts: Counts,
    /// The earliest event.
    pub first_event: Option<EventTime>,
    /// The latest event.
    pub last_event: Option<EventTime>,
    /// The currency that the first transaction decided.
    pub currency: Option<Currency>,
    /// Whether writes are taken.
    pub writable: bool,
}

impl Document {
    /// Whether a store takes it.
    ///
    /// # Errors
    /// [`StoreError::LimitExceeded`] over [`limits::DOCUMENT_BYTES`].
    pub fn check(&self) -> Result<(), StoreError> {
        if self.content.len() > limits::DOCUMENT_BYTES {
            let maximum = limits::DOCUMENT_BYTES as u64;
            return Err(StoreError::LimitExceeded { what: "a document in bytes", maximum });
        }
        Ok(())
    }
}

/// Looks at a history.
pub type Visit<'v> = dyn FnMut(&History<'_>) + Send + 'v;

/// Looks at histories until it has seen enough, perhaps on another thread.
pub type VisitUntil = dyn FnMut(&History<'_>) -> ControlFlow<()> + Send;
