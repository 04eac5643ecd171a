//! Commands that write something down.

use std::collections::HashMap;
use std::pin::Pin;

use jiff::civil::Date;
use lojal_domain::{Currency, Priced, Record, WorkspaceName};
use lojal_store::{Batch, OnReject, Rejection, RowOutcome};
use tokio::sync::{RwLockReadGuard, RwLockWriteGuard};

use crate::ask::day::date_of;
use crate::{Caller, Engine, EngineError};

/// Rows to be recorded together.
#[derive(Clone, Debug)]
pub struct RecordRows {
    /// The rows.
    pub records: Vec<Record>,
    /// Record the good rows of a batch with bad ones.
    pub skip_invalid: bool,
}

/// What became of rows.
#[derive(Clone, Debug)]
pub struct WriteOutcome {
    /// The workspace's revision now.
    pub revision: u64,
    /// Rows recorded now.
    pub recorded: usize,
    /// Rows that were there already.
    pub duplicates: usize,
    /// Rows that could not be recorded, by position. Unless bad rows are skipped, any of these means that nothing was
    /// recorded.
    pub rejections: Vec<(usize, RowRejection)>,
}

/// Why a row could not be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowRejection {
    /// The store has a reason.
    Store(Rejection),
    /// Its money is in another currency, and no rate holds on its date.
    RateMissing {
        /// The row's currency.
        currency: Currency,
        /// The workspace's.
        reporting: Currency,
        /// The row's date in the workspace's time zone.
        date: Date,
    },
    /// What its money comes to is beyond the largest amount.
    ConvertedTooLarge {
        /// The workspace's currency.
        reporting: Currency,
    },
}

/// What waits until rows that have their place among the writes are durable.
pub type Recording<'e> = Pin<Box<dyn Future<Output = Result<WriteOutcome, EngineError>> + Send + 'e>>;

/// What keeps a workspace's currency as it was found until rows judged by it are durable.
pub(crate) enum Settling<'e> {
    /// Others may record too.
    Shared(#[expect(dead_code, reason = "held")] RwLockReadGuard<'e, ()>),
    /// The rows may decide the currency, so nobody else may.
    Alone(#[expect(dead_code, reason = "held")] RwLockWriteGuard<'e, ()>),
}

impl Engine {
    /// Records rows, durably, together or not at all.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn record(
        &self,
        workspace: &WorkspaceName,
        rows: RecordRows,
    ) -> Result<WriteOutcome, EngineError> {
        self.begin_record(workspace, rows).await?.await
    }

    /// What [`Self::record`] does, in two steps, for callers with several batches on their way in order, such as an
    /// import (`server/docs/adr/0018-writes-in-two-steps.md`). Everybody else calls `record`.
    ///
    /// Takes rows in: they have their place among the writes once this is done, and are durable once what it hands back
    /// is. Until then others may have to wait for it, so it must be driven on, also while something else is waited for.
    ///
    /// # Errors
    /// [`EngineError::Store`], here or from what is handed back; [`EngineError::QuotaReached`].
    pub async fn begin_record<'e>(
        &'e self,
        workspace: &WorkspaceName,
        rows: RecordRows,
    ) -> Result<Recording<'e>, EngineError> {
        Caller::take_rows(rows.records.len())?;
        self.begin_record_taken(workspace, rows).await
    }

    /// The same with rows that were taken from the quota already.
    pub(super) async fn begin_record_taken<'e>(
        &'e self,
        workspace: &WorkspaceName,
        mut rows: RecordRows,
    ) -> Result<Recording<'e>, EngineError> {
        let first = rows.records.iter_mut().find_map(Record::priced_mut).map(|first| first.money.currency);
        let shared = self.workspace_cache.settling.read().await;
        let decided = self.decided_currency(workspace).await?;
        let (Some(first), None) = (first, decided) else {
            return self.begin_record_in(workspace, rows, decided, Settling::Shared(shared)).await;
        };
        drop(shared);
        // The first transaction or cost of all decides the currency, and others of that moment must wait to hear which.
        let alone = self.workspace_cache.settling.write().await;
        let decided = self.decided_currency(workspace).await?;
        self.begin_record_in(workspace, rows, decided.or(Some(first)), Settling::Alone(alone)).await
    }

    async fn begin_record_in<'e>(
        &'e self,
        workspace: &WorkspaceName,
        mut rows: RecordRows,
        reporting: Option<Currency>,
        settling: Settling<'e>,
    ) -> Result<Recording<'e>, EngineError> {
        let unconverted = match reporting {
            Some(reporting) => self.convert(workspace, &mut rows.records, reporting).await?,
            None => HashMap::new(),
        };
        let batch = Batch {
            records: rows.records,
            recorded_at: self.clock.now(),
            on_reject: if rows.skip_invalid { OnReject::Skip } else { OnReject::Abort },
            reporting,
        };
        let appended = self.store.begin_append(workspace, batch).await?;
        Ok(Box::pin(async move {
            let _settling = settling;
            let appended = appended.await?;
            let count =
                |kind: RowOutcome| appended.outcomes.iter().filter(|outcome| **outcome == kind).count();
            let explained = |index: usize, rejection: &Rejection| match (rejection, unconverted.get(&index)) {
                (Rejection::CurrencyMismatch { .. }, Some(why)) => why.clone(),
                _ => RowRejection::Store(rejection.clone()),
            };
            let rejections: Vec<(usize, RowRejection)> = appended
                .rejections()
                .map(|(index, rejection)| (index, explained(index, rejection)))
                .collect();
            let nothing = !rows.skip_invalid && !rejections.is_empty();
            Ok(WriteOutcome {
                revision: appended.revision,
                recorded: if nothing { 0 } else { count(RowOutcome::Recorded) },
                duplicates: if nothing { 0 } else { count(RowOutcome::Duplicate) },
                rejections,
            })
        }))
    }

    /// Adds to transactions and costs in other currencies what they come to at the rate of their date, or tells why not.
    /// Those the store will reject, unless they are there already.
    async fn convert(
        &self,
        workspace: &WorkspaceName,
        records: &mut [Record],
        reporting: Currency,
    ) -> Result<HashMap<usize, RowRejection>, EngineError> {
        let mut unconverted = HashMap::new();
        let is_foreign = |priced: &Priced<'_>| priced.money.currency != reporting;
        if !records.iter_mut().filter_map(Record::priced_mut).any(|priced| is_foreign(&priced)) {
            return Ok(unconverted);
        }
        let rates = self.rates(workspace, reporting).await?;
        let zone = self.zone_of(self.settings_of(workspace).await?.as_deref());
        for (index, record) in records.iter_mut().enumerate() {
            let Some(priced) = record.priced_mut().filter(is_foreign) else { continue };
            let (currency, day) = (priced.money.currency, zone.day_of(priced.time));
            match rates.on(currency, day) {
                None => {
                    let date = date_of(day);
                    unconverted.insert(index, RowRejection::RateMissing { currency, reporting, date });
                }
                Some(rate) => {
                    *priced.converted = rate.convert(priced.money.amount);
                    if priced.converted.is_none() {
                        unconverted.insert(index, RowRejection::ConvertedTooLarge { reporting });
                    }
                }
            }
        }
        Ok(unconverted)
    }
}
