//! The syncer: makes what was written durable, lets readers see it, and answers.
//!
//! It takes everything that waits, syncs once, and then publishes and answers all of it. An answer never comes before
//! the sync that makes it true.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::time::Instant;

use lojal_store::{Appended, AppendedColumns, Document, StoreError};
use parking_lot::Mutex;

use crate::book::book::{Book, Published};
use crate::failpoint::failpoint;
use crate::log::directory::End;
use crate::log::log::{Log, Tail};
use crate::write::health::{Alarm, Health};
use crate::write::request::Reply;

/// Held while readers get to see what is new, so that whoever holds it sees a store between two commits.
pub(crate) type Publishing = Arc<Mutex<()>>;

/// Groups on their way to the disk; the committer waits when there are more.
const GROUPS: usize = 4;

/// An answer that is owed once what it tells is durable.
pub(crate) enum Owed {
    Append(Appended, Reply<Appended>),
    AppendColumns(AppendedColumns, Reply<AppendedColumns>),
    Document(Document, Reply<()>),
}

/// Something owed, and the book as it is to be published first.
type Owing = (Option<(Arc<Book>, Published)>, Owed);

/// What was written since the last one.
pub(crate) struct Group {
    pub(crate) owed: Vec<Owing>,
    pub(crate) log: Arc<Log>,
    pub(crate) log_number: u64,
    /// The last block written.
    pub(crate) last_block: u64,
    /// That one and those before it.
    pub(crate) tail: Tail,
}

enum Order {
    Sync(Group),
    /// Tells when all before it is done.
    Tell(Sender<()>),
}

/// The committer's end.
pub(crate) struct Syncer {
    orders: SyncSender<Order>,
    durable: Arc<AtomicU64>,
    owed: Vec<Owing>,
    rows: usize,
}

impl Syncer {
    pub(crate) fn start(
        health: Arc<Health>,
        end: Arc<End>,
        publishing: Publishing,
    ) -> Result<Self, StoreError> {
        let (orders, queue) = sync_channel(GROUPS);
        let durable = Arc::new(AtomicU64::new(0));
        let shared = durable.clone();
        std::thread::Builder::new()
            .name("syncer".to_owned())
            .spawn(move || run(&queue, &health, &end, &shared, &publishing))
            .map_err(|source| StoreError::Io { context: "starting the syncer", source })?;
        Ok(Self { orders, durable, owed: Vec::new(), rows: 0 })
    }

    /// The last block known to be synced.
    pub(crate) fn durable(&self) -> u64 {
        self.durable.load(Ordering::Acquire)
    }

    /// Starts to count anew, in a log that was written anew. Nothing may be on its way.
    pub(crate) fn reset(&self, durable: u64) {
        self.durable.store(durable, Ordering::Release);
    }

    /// Rows that wait to be handed over.
    pub(crate) fn waiting_rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn owe(&mut self, published: Option<(Arc<Book>, Published)>, owed: Owed, rows: usize) {
        self.owed.push((published, owed));
        self.rows += rows;
    }

    /// Hands over what is owed, if anything is.
    pub(crate) fn hand_over(&mut self, group: impl FnOnce(Vec<Owing>) -> Group) {
        self.rows = 0;
        if self.owed.is_empty() {
            return;
        }
        let group = group(std::mem::take(&mut self.owed));
        if let Err(failed) = self.orders.send(Order::Sync(group))
            && let Order::Sync(group) = failed.0
        {
            let reason = "the thread that syncs the log ended".to_owned();
            group.owed.into_iter().for_each(|(_, owed)| owed.fail(&StoreError::ReadOnly(reason.clone())));
        }
    }

    /// Waits until all that was handed over is done.
    pub(crate) fn wait(&self) {
        let (done, told) = channel();
        if self.orders.send(Order::Tell(done)).is_ok() {
            let _ = told.recv();
        }
    }
}

fn run(queue: &Receiver<Order>, health: &Health, end: &End, durable: &AtomicU64, publishing: &Mutex<()>) {
    while let Ok(first) = queue.recv() {
        let mut groups = Vec::new();
        let mut tell = None;
        let mut next = Some(first);
        while let Some(order) = next {
            match order {
                Order::Sync(group) => groups.push(group),
                Order::Tell(done) => {
                    tell = Some(done);
                    break;
                }
            }
            next = queue.try_recv().ok();
        }
        if let Some(last) = groups.last() {
            let result = health.check().and_then(|()| {
                let _alarm = Alarm(health);
                let begun = Instant::now();
                last.log.sync()?;
                health.measures.sync_seconds.observe(begun.elapsed().as_secs_f64());
                let requests: usize = groups.iter().map(|group| group.owed.len()).sum();
                health.measures.group_requests.observe(requests as f64);
                end.tell(last.log_number, last.last_block + 1)
            });
            match result {
                Ok(()) => {
                    let _publishing = publishing.lock();
                    durable.store(last.last_block, Ordering::Release);
                    last.log.set_synced(last.last_block + 1, last.tail.clone());
                    groups.into_iter().flat_map(|group| group.owed).for_each(|owing| settle(owing, health));
                }
                Err(error) => {
                    health.give_up(&error);
                    let failed = health.check().err().unwrap_or(error);
                    groups.into_iter().flat_map(|group| group.owed).for_each(|(_, owed)| owed.fail(&failed));
                }
            }
        }
        if let Some(done) = tell {
            let _ = done.send(());
        }
    }
}

/// Publishes and answers.
fn settle((published, owed): Owing, health: &Health) {
    let _alarm = Alarm(health);
    failpoint!("commit::before_publish");
    if let Some((book, published)) = published {
        if let Owed::Document(Document { collection, key, content }, _) = &owed {
            book.documents.write().insert((collection.clone(), key.clone()), content.clone());
        }
        book.publish(published);
    }
    failpoint!("commit::before_answer");
    // Whoever stopped waiting finds out by asking again: everything here is idempotent.
    match owed {
        Owed::Append(appended, reply) => drop(reply.send(Ok(appended))),
        Owed::AppendColumns(appended, reply) => drop(reply.send(Ok(appended))),
        Owed::Document(_, reply) => drop(reply.send(Ok(()))),
    }
    failpoint!("commit::after_answer");
}

impl Owed {
    fn fail(self, error: &StoreError) {
        let error = || {
            StoreError::ReadOnly(match error {
                StoreError::ReadOnly(reason) => reason.clone(),
                other => other.to_string(),
            })
        };
        match self {
            Self::Append(_, reply) => drop(reply.send(Err(error()))),
            Self::AppendColumns(_, reply) => drop(reply.send(Err(error()))),
            Self::Document(_, reply) => drop(reply.send(Err(error()))),
        }
    }
}
