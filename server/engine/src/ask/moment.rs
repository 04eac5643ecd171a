//! The moment a question is about: an instant, and the revision of what was known.

use std::borrow::Cow;

use lojal_domain::{
    Currency, CustomerId, EventTime, Exclusion, ExclusionCode, MICROS_PER_DAY, MICROS_PER_SECOND, Span,
    Warning, WarningCode, WorkspaceName, Zone,
};
use lojal_store::Cut;

use crate::ask::facts::own_answers::{Needs, OwnAnswers};
use crate::ask::facts::reading::FactsAt;
use crate::ask::page::Place;
use crate::{Engine, EngineError, Filter};

/// Questions about "now" share an instant for this long, so that answers can be shared too.
const NOW_MICROS: i64 = 10 * MICROS_PER_SECOND;

/// From so many customers on nobody's place among them changes in a minute, and looking at all of them takes long.
pub(crate) const LARGE: u64 = 20_000;

/// After so long without any event a workspace holds data at rest, such as a file loaded for study.
const AT_REST_MICROS: i64 = 365 * MICROS_PER_DAY;

/// What part of history a question is about, and which customers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// Events strictly before this instant count; none for now.
    pub as_of: Option<EventTime>,
    /// Only what was recorded at or before this instant counts; none for all that is recorded.
    pub known_at: Option<EventTime>,
    /// Only customers who match; none for all.
    pub filter: Option<Filter>,
    /// When facts are read, by questions that something follows from; none for the start.
    pub facts_as_of: Option<FactsAsOf>,
}

/// When facts are read that filters and groups are made of, by questions about what becomes of customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FactsAsOf {
    /// When the window begins, and of those who come later, right after their first purchase: nothing that follows has a part in them.
    #[default]
    Start,
    /// At the end, where whoever stays longer has more of everything.
    End,
}

/// What a question is about.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Of which workspace.
    pub workspace: WorkspaceName,
    /// Events strictly before this count.
    pub as_of: EventTime,
    /// Writes up to this one are seen.
    pub revision: u64,
    /// What was known at this instant, where the question said so.
    pub known_at: Option<EventTime>,
    /// Whether the caller left everything to us.
    pub is_default: bool,
    /// Currency of the answer.
    pub currency: Currency,
    /// Customers with any record now.
    pub(crate) customers: u64,
    /// Transactions recorded by now.
    pub(crate) transactions: u64,
    /// The first event of all, whatever it was.
    pub(crate) first_event: Option<EventTime>,
    pub(crate) zone: Zone,
    /// What is computed from here may be kept while this lasts.
    pub(crate) epoch: u64,
    /// Workspaces that were deleted before it, for whoever is long about an answer.
    pub(crate) deletions: u64,
    /// Which customers; none for all.
    pub(crate) filter: Option<Filter>,
    /// When facts are read, if not at the end.
    pub(crate) landmark: Option<EventTime>,
    /// As of when models are, if not as of the instant: moments of a series share some.
    pub(crate) models_as_of: Option<EventTime>,
    /// What the server has answered so that facts can be read.
    pub(crate) own: OwnAnswers,
    /// Whether attributes of filters and groups were looked for at a later moment of the same question, so that it is no mistake if
    /// nobody has them yet.
    pub(crate) names_known: bool,
    pub(crate) excluded: Vec<Exclusion>,
    pub(crate) warnings: Vec<Warning>,
}

/// Where an answer comes from: enough to ask again and get the same.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// Of which workspace.
    pub workspace: WorkspaceName,
    /// The instant.
    pub as_of: EventTime,
    /// The revision.
    pub revision: u64,
    /// What was known at this instant, where the question said so.
    pub known_at: Option<EventTime>,
    /// What was computed, by which definition.
    pub definition: &'static str,
    /// The window.
    pub span: Option<Span>,
    /// Where days were cut.
    pub zone: Zone,
    /// Currency of amounts.
    pub currency: Currency,
    /// Which customers it is about, as the question said it; empty for all.
    pub filter: String,
    /// When facts were read, if not at the end.
    pub facts_as_of: Option<EventTime>,
    /// What was left out and how often.
    pub excluded: Vec<Exclusion>,
    /// What to keep in mind.
    pub warnings: Vec<Warning>,
}

impl Provenance {
    /// Adds what was left out.
    pub(crate) fn exclude(&mut self, code: ExclusionCode, cause: &'static str, count: u64) {
        self.excluded.push(Exclusion { code, cause, count });
    }

    /// Adds what to keep in mind when using the answer.
    pub(crate) fn warn(&mut self, code: WarningCode, sentence: impl Into<String>) {
        self.warnings.push(Warning::new(code, sentence));
    }
}

impl Moment {
    /// What facts of this moment are read at.
    pub(crate) fn facts(&self) -> FactsAt {
        let (zone, own) = (self.zone.clone(), self.own.clone());
        match self.landmark {
            Some(start) => FactsAt::landmark(start, zone.last_day_before(start), zone, own),
            None => FactsAt::end(self.as_of, self.today(), zone, own),
        }
    }

    /// Nothing is known of a customer at this moment.
    pub(crate) fn customer_not_found(&self, customer: &CustomerId) -> EngineError {
        EngineError::CustomerNotFound {
            customer: customer.clone(),
            as_of: self.as_of,
            known_at: self.known_at,
        }
    }

    /// What of the store's content is seen.
    #[must_use]
    pub fn cut(&self) -> Cut {
        Cut { as_of: self.as_of, revision: Some(self.revision) }
    }

    /// The moment that models are of.
    pub(crate) fn of_models(&self) -> Cow<'_, Self> {
        match self.models_as_of {
            Some(as_of) => Cow::Owned(Self { as_of, is_default: false, ..self.clone() }),
            None => Cow::Borrowed(self),
        }
    }

    /// Whether the question is about now in a workspace so large that it may be answered with what was measured of everybody a little earlier.
    pub(crate) const fn is_large_now(&self) -> bool {
        self.is_default && self.customers >= LARGE
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
            workspace: self.workspace.clone(),
            as_of: self.as_of,
            revision: self.revision,
            known_at: self.known_at,
            definition,
            span,
            zone: self.zone.clone(),
            currency: self.currency,
            filter: self.filter.as_ref().map(|filter| filter.text().to_owned()).unwrap_or_default(),
            facts_as_of: self.landmark,
            excluded: self.excluded.clone(),
            warnings: self.warnings.clone(),
        }
    }
}

impl Engine {
    /// The moment of a question, with what its filter needs.
    pub(crate) async fn moment(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
    ) -> Result<Moment, EngineError> {
        let mut moment = self.bare_moment(workspace, scope).await?;
        self.know(workspace, &mut moment, Needs::NOTHING).await?;
        Ok(moment)
    }

    /// Looks up what facts of a moment need: those of its filter and others.
    pub(crate) async fn know(
        &self,
        workspace: &WorkspaceName,
        moment: &mut Moment,
        others: Needs,
    ) -> Result<(), EngineError> {
        let needs = moment.filter.as_ref().map_or(Needs::NOTHING, Filter::needs) | others;
        if !needs.any() {
            return Ok(());
        }
        let mut at = Moment { filter: None, landmark: None, own: OwnAnswers::default(), ..moment.clone() };
        if let Some(landmark) = moment.landmark {
            (at.as_of, at.is_default) = (landmark, false);
        }
        if needs.segments && moment.own.segments.is_none() {
            let (ranks, warning) = self.ranks(workspace, &at).await?;
            moment.own.segments = Some(ranks);
            moment.warnings.extend(warning);
        }
        if needs.forecasts && moment.own.forecasts.is_none() {
            let (foretelling, warnings) = self.foretelling(workspace, &at).await?;
            moment.own.forecasts = Some(foretelling);
            moment.warnings.extend(warnings);
        }
        if needs.loyalty && moment.own.loyalty.is_none() {
            let (rating, warnings) = self.rating(workspace, &at).await?;
            moment.own.loyalty = Some(rating);
            let known = moment.warnings.clone();
            moment.warnings.extend(warnings.into_iter().filter(|warning| !known.contains(warning)));
        }
        Ok(())
    }

    /// The moment of a question, still without what its filter needs.
    pub(crate) async fn bare_moment(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
    ) -> Result<Moment, EngineError> {
        let (epoch, deletions) = (self.epoch(), self.deletions());
        let (settings, status) = self.look_up(workspace).await?;
        let zone = self.zone_of(settings.as_deref());
        // Nobody knows yet what will be known: the future is now.
        let known_at = scope.known_at.map(|known_at| known_at.min(self.clock.now()));
        let revision = match known_at {
            None => status.revision,
            Some(known_at) => self.store.revision_at(workspace, known_at).await?,
        };
        let mut warnings = Vec::new();
        let as_of = scope.as_of.unwrap_or_else(|| {
            let (default, at_rest) = self.default_as_of(status.last_event, &zone);
            if at_rest {
                let sentence = format!(
                    "nothing has happened for a year, so this is as of {default}, right after the latest event; name as_of to choose"
                );
                warnings.push(Warning::new(WarningCode::AsOfLatestEvent, sentence));
            }
            default
        });
        let own_currency = settings.and_then(|settings| settings.currency);
        Ok(Moment {
            workspace: workspace.clone(),
            as_of,
            revision,
            known_at,
            is_default: scope.as_of.is_none() && scope.known_at.is_none(),
            currency: own_currency.or(status.currency).unwrap_or(self.settings.currency),
            customers: status.customers,
            transactions: status.counts.transactions(),
            first_event: status.first_event,
            zone,
            epoch,
            deletions,
            filter: scope.filter,
            landmark: None,
            models_as_of: None,
            own: OwnAnswers::default(),
            names_known: false,
            excluded: Vec::new(),
            warnings,
        })
    }

    /// An earlier moment of a question that is about several: by what was known at this one.
    pub(crate) async fn earlier_moment(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        as_of: EventTime,
    ) -> Result<Moment, EngineError> {
        let scope = Scope {
            as_of: Some(as_of),
            known_at: moment.known_at,
            filter: moment.filter.clone(),
            ..Scope::default()
        };
        let (revision, epoch) = (moment.revision, moment.epoch);
        Ok(Moment { revision, epoch, names_known: true, ..self.bare_moment(workspace, scope).await? })
    }

    /// The moment of a page of a listing: that of its first page.
    pub(crate) async fn moment_of_page(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
        place: Option<Place>,
    ) -> Result<Moment, EngineError> {
        let scope = Scope { as_of: place.map(|place| place.as_of).or(scope.as_of), ..scope };
        let mut moment = self.bare_moment(workspace, scope).await?;
        if let Some(place) = place {
            moment.revision = place.revision;
        }
        self.know(workspace, &mut moment, Needs::NOTHING).await?;
        Ok(moment)
    }

    /// What an unset `as_of` means, and whether that is because the data is at rest.
    pub(crate) fn default_as_of(&self, last_event: Option<EventTime>, zone: &Zone) -> (EventTime, bool) {
        let now = self.clock.now();
        match last_event {
            Some(last) if last < now.minus_micros(AT_REST_MICROS) => {
                let next_day = zone.zoned(last).date().tomorrow();
                (next_day.map_or(last.plus_micros(1), |day| zone.start_of(day)), true)
            }
            // Rounded up, so that everything recorded so far is before it.
            _ => (EventTime::from_micros((now.micros().div_euclid(NOW_MICROS) + 1) * NOW_MICROS), false),
        }
    }
}
