//! A table on its way: messages of a bearable size, all of one moment, each with a token to go on after it.

use lojal_domain::{Currency, EventTime};
use lojal_engine::{Provenance, Resumption};
use lojal_proto::v1;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::sheet::{Sheet, Taken};
use crate::error::Refusal;
use crate::stream::Messages;
use crate::words::provenance;

const CHANGED: &str = "is of a table that is another one now, as something was recorded, erased, fitted or set since; begin anew, and name known_at, so that what is exported stays the same while records are written";

/// Where it goes.
pub(super) struct Sending {
    pub(super) messages: Messages<v1::ExportResponse>,
    /// What was asked for, in words that its tokens are bound to.
    pub(super) described: String,
    pub(super) resumed: Option<Resumption>,
}

/// What all rows of a table are told by: when, by what was known, and by the workspace's settings.
#[derive(Clone, PartialEq)]
struct Moment {
    as_of: EventTime,
    revision: u64,
    zone: String,
    currency: Currency,
}

impl Moment {
    fn of(from: &Provenance) -> Self {
        let Provenance { as_of, revision, zone, currency, .. } = from;
        Self { as_of: *as_of, revision: *revision, zone: zone.name().to_owned(), currency: *currency }
    }

    /// Rows with such content, told by these settings.
    fn seal(&self, content: u64) -> u64 {
        let settings = format!("{} {}", self.zone, self.currency.code());
        xxh3_64_with_seed(settings.as_bytes(), content)
    }
}

/// A table that is being sent.
pub(super) struct Sent<R> {
    sheet: Sheet<R>,
    to: Sending,
    /// Rows to leave out: they were sent before.
    skip: u64,
    rows: u64,
    /// The moment of its first rows; none before there were any.
    moment: Option<Moment>,
    /// What was in those that were sent before, once they were passed over.
    passed: u64,
    /// Whether there was a message.
    is_begun: bool,
}

impl<R> Sent<R> {
    pub(super) fn new(sheet: Sheet<R>, to: Sending) -> Self {
        let skip = to.resumed.map_or(0, |resumed| resumed.rows);
        Self { sheet, to, skip, rows: skip, moment: None, passed: 0, is_begun: false }
    }

    /// Holds rows to come from the same moment as all before them, in this export and in the one that it goes on with.
    fn hold_to(&mut self, from: &Provenance) -> Result<(), Refusal> {
        let now = Moment::of(from);
        let first = self.moment.get_or_insert_with(|| now.clone());
        let is_same = *first == now;
        let goes_on = |resumed: Resumption| resumed.revision == now.revision && resumed.as_of == now.as_of;
        if is_same && self.to.resumed.is_none_or(goes_on) { Ok(()) } else { Err(changed()) }
    }

    /// Adds a row; true when there are enough for a message.
    fn push(&mut self, row: &R) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            self.sheet.pass_over(row);
            self.passed = self.sheet.content();
            return false;
        }
        self.sheet.push(row);
        self.sheet.is_full()
    }

    /// Takes the next rows, and sends a message whenever there are enough for one.
    pub(super) async fn take(
        &mut self,
        rows: impl IntoIterator<Item = R>,
        from: &Provenance,
    ) -> Result<(), Refusal> {
        self.hold_to(from)?;
        for row in rows {
            if self.push(&row) {
                let taken = self.sheet.take(from)?;
                self.send(taken, from).await?;
            }
        }
        Ok(())
    }

    /// Sends what is left.
    pub(super) async fn end(mut self, from: &Provenance) -> Result<(), Refusal> {
        self.hold_to(from)?;
        let taken = self.sheet.finish(from)?;
        self.send(taken, from).await
    }

    async fn send(&mut self, (arrow, rows, count): Taken, from: &Provenance) -> Result<(), Refusal> {
        let moment = Moment::of(from);
        // Somebody was erased, a model fitted anew, or the settings are others.
        let is_other = |resumed: Resumption| resumed.content != moment.seal(self.passed);
        if self.skip > 0 || self.to.resumed.is_some_and(is_other) {
            return Err(changed());
        }
        self.rows += count as u64;
        let Moment { as_of, revision, .. } = moment;
        let content = moment.seal(self.sheet.content());
        let at = Resumption { as_of, revision, rows: self.rows, content };
        let is_first = !self.is_begun;
        self.is_begun = true;
        let message = v1::ExportResponse {
            columns: if is_first { self.sheet.columns() } else { Vec::new() },
            provenance: is_first.then(|| provenance(from.clone())),
            arrow,
            rows,
            rows_so_far: i64::try_from(self.rows).unwrap_or(i64::MAX),
            resume_token: at.token(&self.to.described),
        };
        self.to.messages.send(message).await;
        Ok(())
    }
}

/// The table is another one than it was. Whoever reads it for the first time is told so, too: it may have been made by several.
fn changed() -> Refusal {
    Refusal::field("resume_token", CHANGED)
}
