//! The moment a question is about: an instant, and the revision of what was known.

use lojal_domain::{Currency, EventTime, MICROS_PER_DAY, MICROS_PER_SECOND, Span, WorkspaceName, Zone};
use lojal_store::Cut;

use crate::{Engine, EngineError};

/// Questions about "now" share an instant for this long, so that answers can be shared too.
const NOW_MICROS: i64 = 10 * MICROS_PER_SECOND;

/// After so long without any event a workspace holds data at rest, such as a file loaded for study.
const AT_REST_MICROS: i64 = 365 * MICROS_PER_DAY;

/// What a question is about.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Events strictly before this count.
    pub as_of: EventTime,
    /// Writes up to this one are seen.
    pub revision: u64,
    /// Whether the caller left the instant to us.
    pub is_default: bool,
    /// Currency of the answer.
    pub currency: Currency,
    /// Customers recorded by then.
    pub(crate) customers: u64,
    /// Transactions recorded by then.
    pub(crate) transactions: u64,
    pub(crate) zone: Zone,
    pub(crate) warnings: Vec<String>,
}

/// Where an answer comes from: enough to ask again and get the same.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// The instant.
    pub as_of: EventTime,
    /// The revision.
    pub revision: u64,
    /// What was computed, by which definition.
    pub definition: &'static str,
    /// The window.
    pub span: Option<Span>,
    /// Where days were cut.
    pub zone: Zone,
    /// Currency of amounts.
    pub currency: Currency,
    /// What was left out and how often.
    pub excluded: Vec<(String, u64)>,
    /// What to keep in mind.
    pub warnings: Vec<String>,
}

impl Moment {
    /// What of the store's content is seen.
    #[must_use]
    pub fn cut(&self) -> Cut {
        Cut { as_of: self.as_of, revision: Some(self.revision) }
    }

    /// The last day that has begun before the instant, in the workspace's zone.
    #[must_use]
    pub fn today(&self) -> i32 {
        self.zone.last_day_before(self.as_of)
    }

    /// The provenance of an answer about this moment.
    #[must_use]
    pub fn provenance(&self, definition: &'static str, span: Option<Span>) -> Provenance {
        Provenance {
            as_of: self.as_of,
            revision: self.revision,
            definition,
            span,
            zone: self.zone.clone(),
            currency: self.currency,
            excluded: Vec::new(),
            warnings: self.warnings.clone(),
        }
    }
}

impl Engine {
    /// The moment of a question that names an instant, or none.
    pub(crate) async fn moment(
        &self,
        workspace: &WorkspaceName,
        as_of: Option<EventTime>,
    ) -> Result<Moment, EngineError> {
        let status = self.store.status(workspace).await?;
        let mut warnings = Vec::new();
        let instant = match as_of {
            Some(as_of) => as_of,
            None => {
                let (default, at_rest) = self.default_as_of(status.last_event);
                if at_rest {
                    warnings.push(format!(
                        "nothing has happened for a year, so this is as of {default}, right after the latest event; name as_of to choose"
                    ));
                }
                default
            }
        };
        Ok(Moment {
            as_of: instant,
            revision: status.revision,
            is_default: as_of.is_none(),
            currency: status.currency.unwrap_or(self.settings.currency),
            customers: status.customers,
            transactions: status.transactions,
            zone: self.settings.zone.clone(),
            warnings,
        })
    }

    /// What an unset `as_of` means, and whether that is because the data is at rest.
    pub(crate) fn default_as_of(&self, last_event: Option<EventTime>) -> (EventTime, bool) {
        let now = self.clock.now();
        match last_event {
            Some(last) if last < now.minus_micros(AT_REST_MICROS) => {
                let zone = &self.settings.zone;
                let next_day = zone.zoned(last).date().tomorrow();
                (next_day.map_or(last.plus_micros(1), |day| zone.start_of(day)), true)
            }
            // Rounded up, so that everything recorded so far is before it.
            _ => (EventTime::from_micros((now.micros().div_euclid(NOW_MICROS) + 1) * NOW_MICROS), false),
        }
    }
}
