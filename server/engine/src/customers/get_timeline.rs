//! What happened to this customer?

use std::collections::VecDeque;

use lojal_domain::{CustomerId, Record, Window, WorkspaceName};
use lojal_store::{Cut, Position, RecordKind, Recorded};

use crate::ask::page::Place;
use crate::{Engine, EngineError, Page, PageRequest, Provenance, Scope};

/// Records looked at together where not all that are looked at are listed.
const BATCH: usize = 1_000;

/// What happened to this customer?
#[derive(Clone, Debug)]
pub struct GetTimeline {
    /// Who.
    pub customer: CustomerId,
    /// When.
    pub scope: Scope,
    /// Only in this window.
    pub window: Window,
    /// Only of these kinds; all when empty.
    pub kinds: Vec<RecordKind>,
    /// In which order.
    pub order: TimelineOrder,
    /// Which page.
    pub page: PageRequest,
}

/// The order of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineOrder {
    /// The newest first: a page looks no further than to its end.
    Newest,
    /// The oldest first: a page looks at everything after it, and keeps no more than its own.
    Oldest,
}

impl TimelineOrder {
    /// Whether a place comes after another.
    fn is_after(self, position: Position, other: Position) -> bool {
        match self {
            Self::Newest => position < other,
            Self::Oldest => position > other,
        }
    }
}

impl Engine {
    /// Answers [`GetTimeline`].
    ///
    /// # Errors
    /// [`EngineError::CustomerNotFound`], [`EngineError::InvalidField`] for the page's size,
    /// [`EngineError::PageTokenMismatch`].
    pub async fn get_timeline(
        &self,
        workspace: &WorkspaceName,
        GetTimeline { customer, scope, window, kinds, order, page }: GetTimeline,
    ) -> Result<(Page<Recorded>, Provenance), EngineError> {
        let request = format!("timeline {workspace} {customer} {scope:?} {window:?} {kinds:?} {order:?}");
        let (size, place) = (page.size()?, page.place(&request)?);
        let moment = self.moment_of_page(workspace, scope, place).await?;
        // Asked of the timeline, as a customer whose purchases were all voided has no history.
        if self.store.timeline(workspace, &customer, moment.cut(), None, 1).await?.is_empty() {
            return Err(moment.customer_not_found(&customer));
        }
        let span = window.resolve(moment.as_of, &moment.zone);
        let cut = Cut { as_of: span.end, ..moment.cut() };
        // Facts for all times have no moment of their own; they are listed where they were recorded, whatever the window.
        let is_listed = |event: &Recorded| {
            let timeless =
                matches!(&event.record, Record::CustomerUpsert(upsert) if upsert.effective.is_none());
            (timeless || event.position.time >= span.start)
                && (kinds.is_empty() || kinds.contains(&RecordKind::of(&event.record)))
        };
        let after = place.map(|place| Position { time: place.time, record: place.record });
        let walk = Walk { workspace, customer: &customer, cut, order, after, enough: size + 1 };
        let mut events = self.events(walk, is_listed).await?;
        let more = events.len() > size;
        events.truncate(size);
        let next_token = match events.last().filter(|_| more) {
            Some(Recorded { position: Position { time, record }, .. }) => {
                let (time, record) = (*time, *record);
                Place { as_of: moment.as_of, revision: moment.revision, time, record }.token(&request)
            }
            None => String::new(),
        };
        Ok((Page { entries: events, next_token }, moment.provenance("timeline@1", Some(span))))
    }

    /// The first so many events that are listed, after a place. The store tells them newest first.
    async fn events(
        &self,
        walk: Walk<'_>,
        is_listed: impl Fn(&Recorded) -> bool,
    ) -> Result<Vec<Recorded>, EngineError> {
        let Walk { workspace, customer, cut, order, after, enough } = walk;
        let is_newest_first = order == TimelineOrder::Newest;
        let mut before = after.filter(|_| is_newest_first);
        let mut found = VecDeque::with_capacity(enough + 1);
        let mut looks_at = if is_newest_first { enough } else { BATCH };
        loop {
            let events = self.store.timeline(workspace, customer, cut, before, looks_at).await?;
            let is_end = events.len() < looks_at;
            before = events.last().map(|event| event.position).or(before);
            let is_past = after.zip(before).is_some_and(|(after, at)| !order.is_after(at, after));
            for event in events {
                let is_next = after.is_none_or(|after| order.is_after(event.position, after));
                if is_next && is_listed(&event) {
                    found.push_back(event);
                }
                if found.len() > enough {
                    // Of the oldest, those seen last are the first.
                    found.pop_front();
                }
                if is_newest_first && found.len() == enough {
                    return Ok(found.into());
                }
            }
            if is_end || is_past {
                break;
            }
            looks_at = BATCH;
        }
        let found = found.into_iter();
        Ok(if is_newest_first { found.collect() } else { found.rev().collect() })
    }
}

/// Which events are looked for.
struct Walk<'w> {
    workspace: &'w WorkspaceName,
    customer: &'w CustomerId,
    cut: Cut,
    order: TimelineOrder,
    after: Option<Position>,
    enough: usize,
}
