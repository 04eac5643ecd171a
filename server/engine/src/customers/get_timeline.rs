//! What happened to this customer?

use lojal_domain::{CustomerId, Record, Window, WorkspaceName};
use lojal_store::{Cut, Position, Recorded};

use crate::ask::page::Place;
use crate::{Engine, EngineError, Page, PageRequest, Provenance, Scope};

/// What happened to this customer?
#[derive(Clone, Debug)]
pub struct GetTimeline {
    /// Who.
    pub customer: CustomerId,
    /// When.
    pub scope: Scope,
    /// Only in this window.
    pub window: Window,
    /// Which page.
    pub page: PageRequest,
}

impl Engine {
    /// Answers [`GetTimeline`], newest first.
    ///
    /// # Errors
    /// [`EngineError::CustomerNotFound`], [`EngineError::InvalidField`] for the page's size,
    /// [`EngineError::PageTokenMismatch`].
    pub async fn get_timeline(
        &self,
        workspace: &WorkspaceName,
        GetTimeline { customer, scope, window, page }: GetTimeline,
    ) -> Result<(Page<Recorded>, Provenance), EngineError> {
        let request = format!("timeline {workspace} {customer} {scope:?} {window:?}");
        let (size, place) = (page.size()?, page.place(&request)?);
        let moment = self.moment_of_page(workspace, scope, place).await?;
        // Asked of the timeline, as a customer whose purchases were all voided has no history.
        if self.store.timeline(workspace, &customer, moment.cut(), None, 1).await?.is_empty() {
            return Err(moment.customer_not_found(&customer));
        }
        let span = window.resolve(moment.as_of, &moment.zone);
        let cut = Cut { as_of: span.end, ..moment.cut() };
        let before = place.map(|place| Position { time: place.time, record: place.record });
        let mut events = self.store.timeline(workspace, &customer, cut, before, size + 1).await?;
        // Newest first, so what is older than the window is at the end. Facts for all times have no moment of their
        // own; they are listed where they were recorded, whatever the window.
        let in_window = |event: &Recorded| {
            let timeless =
                matches!(&event.record, Record::CustomerUpsert(upsert) if upsert.effective.is_none());
            timeless || event.position.time >= span.start
        };
        let more = events.len() > size;
        events.truncate(size);
        let last = events.last().map(|event| event.position);
        let ended = events.last().is_some_and(|event| !in_window(event));
        events.retain(in_window);
        let next_token = match last.filter(|_| more && !ended) {
            Some(Position { time, record }) => {
                Place { as_of: moment.as_of, revision: moment.revision, time, record }.token(&request)
            }
            None => String::new(),
        };
        Ok((Page { entries: events, next_token }, moment.provenance("timeline@1", Some(span))))
    }
}
