//! Tell me when somebody may be leaving.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use lojal_domain::{EventTime, History, Horizon, WorkspaceName};
use lojal_scoring::warnings::Kind;
use lojal_store::Parts;

use crate::ask::page::Place;
use crate::warnings::names::WarningId;
use crate::warnings::reading::{Reader, Room};
use crate::warnings::signs::Signs;
use crate::warnings::warners::{EarlyWarning, Warned, Warner, bits};
use crate::{Engine, EngineError, Filter, Moment, Provenance, Scope};

/// Warnings of one message.
const BATCH: usize = 250;
/// The clock may be set, so it is looked at now and then.
const LOOK: Duration = Duration::from_secs(60);

/// Tell me when somebody may be leaving.
#[derive(Clone, Debug)]
pub struct WatchEarlyWarnings {
    /// Of whom; none for all.
    pub filter: Option<Filter>,
    /// Of these kinds; of all where none is named.
    pub kinds: Vec<Kind>,
    /// Of customers with as much at risk, in the workspace's currency.
    pub min_value_at_risk: Option<f64>,
    /// Within which nothing is bought by those who leave.
    pub horizon: Horizon,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
    /// Where to go on; empty to begin with all that hold now.
    pub resume_token: String,
}

/// What is new.
#[derive(Clone, Debug)]
pub struct NewWarnings {
    /// Warnings; none where a day brought none.
    pub warnings: Vec<EarlyWarning>,
    /// What was before this instant is looked at.
    pub as_of: EventTime,
    /// Where to go on after this. As long as more of the same day are to come, it is that of before.
    pub resume_token: String,
    /// Where they come from.
    pub provenance: Provenance,
}

/// Tells what is new, day by day.
pub struct WarningWatcher<'e> {
    engine: &'e Engine,
    workspace: WorkspaceName,
    question: WatchEarlyWarnings,
    /// Everything that held when it was looked last, by the hash of its name; none before that.
    known: Option<HashSet<u64>>,
    /// What was before this instant was looked at.
    at: Option<EventTime>,
    /// The day on which it was looked last, by the clock.
    looked_on: Option<Date>,
    token: String,
    coming: Option<Coming>,
}

/// What is still to be told of a day.
struct Coming {
    warner: Warner,
    warned: std::vec::IntoIter<Warned>,
    token: String,
}

/// What some customers show.
#[derive(Default)]
struct Part {
    known: HashSet<u64>,
    warned: Vec<Warned>,
    room: Room,
}

impl Part {
    fn know(&mut self, history: &History<'_>, signs: &Signs) {
        let Some(customer) = history.customer else { return };
        self.known.extend(signs.found.iter().map(|sign| WarningId::of(sign, customer).hash()));
    }
}

fn request(workspace: &WorkspaceName) -> String {
    format!("early warnings of {workspace}")
}

impl Engine {
    /// Answers [`WatchEarlyWarnings`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a token of another workspace.
    pub async fn watch_early_warnings(
        &self,
        workspace: &WorkspaceName,
        question: WatchEarlyWarnings,
    ) -> Result<WarningWatcher<'_>, EngineError> {
        let mut watcher = WarningWatcher {
            engine: self,
            workspace: workspace.clone(),
            known: None,
            at: None,
            looked_on: None,
            token: question.resume_token.clone(),
            coming: None,
            question,
        };
        if !watcher.token.is_empty() {
            let place = Place::of_token(&watcher.token, &request(workspace)).ok_or_else(|| {
                EngineError::field(
                    "resume_token",
                    "belongs to another workspace or version; send the one that a message of this workspace's watch had, or none to begin with all that hold now",
                )
            })?;
            watcher.known = Some(self.known_at(workspace, place).await?);
            watcher.at = Some(place.as_of);
        }
        Ok(watcher)
    }

    /// Everything that held at a place that a token leads to. What came after it was not there: it is left out by its revision, but of a
    /// store that was put back to an earlier one.
    async fn known_at(&self, workspace: &WorkspaceName, place: Place) -> Result<HashSet<u64>, EngineError> {
        let scope = Scope { as_of: Some(place.as_of), ..Scope::default() };
        let mut moment = self.bare_moment(workspace, scope).await?;
        moment.revision = moment.revision.min(place.revision);
        let shops = self.shops(workspace, &moment, vec![moment.as_of]).await?;
        let Some(shop) = shops.into_iter().next() else { return Ok(HashSet::new()) };
        let (reader, today) = (Reader { shop, zone: moment.zone.clone() }, moment.today());
        let add = move |part: &mut Part, history: &History<'_>| {
            let signs = reader.read(history, today, &mut part.room);
            part.know(history, &signs);
        };
        let parts = self.scan(workspace, moment.cut(), Parts::ALL, Part::default, add).await?;
        Ok(parts.into_iter().flat_map(|part| part.known).collect())
    }
}

impl WarningWatcher<'_> {
    /// The next that is new; waits for it.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn next(&mut self) -> Result<NewWarnings, EngineError> {
        if let Some(coming) = &mut self.coming {
            let (warner, confidence) = (&coming.warner, self.question.confidence);
            let warned = coming.warned.by_ref().take(BATCH);
            let warnings = warned.map(|warned| warner.view(&warned, confidence)).collect();
            let (as_of, provenance) = (warner.moment.as_of, warner.provenance());
            if coming.warned.len() == 0 {
                self.token.clone_from(&coming.token);
                self.coming = None;
            }
            return Ok(NewWarnings { warnings, as_of, resume_token: self.token.clone(), provenance });
        }
        Box::pin(self.look()).await?;
        Box::pin(self.next()).await
    }

    /// Waits for the next day that has not been looked at, and looks.
    async fn look(&mut self) -> Result<(), EngineError> {
        let moment = loop {
            let bare = self.engine.bare_moment(&self.workspace, Scope::default()).await?;
            let today = bare.zone.zoned(self.engine.clock.now()).date();
            if self.looked_on.is_none_or(|looked_on| looked_on < today) {
                self.looked_on = Some(today);
                if let Some(as_of) = self.due(&bare, today) {
                    let scope = Scope {
                        as_of: Some(as_of),
                        filter: self.question.filter.clone(),
                        ..Scope::default()
                    };
                    break self.engine.moment(&self.workspace, scope).await?;
                }
            }
            let tomorrow = today.tomorrow().map_or(EventTime::MAX, |day| bare.zone.start_of(day));
            let left = tomorrow.micros().saturating_sub(self.engine.clock.now().micros()).max(1);
            tokio::time::sleep(Duration::from_micros(left.unsigned_abs()).min(LOOK)).await;
        };
        let (as_of, revision) = (moment.as_of, moment.revision);
        let horizon = self.question.horizon;
        let warner = self.engine.warner(&self.workspace, moment, horizon, EventTime::MAX).await?;
        let warner = Arc::new(warner);
        let (mut warned, known) = self.new_ones(&warner).await?;
        // The likeliest to be worth a call first.
        warned.sort_by(|a, b| {
            let worth = |of: &Warned| of.value_at_risk.unwrap_or(f64::NEG_INFINITY);
            worth(b).total_cmp(&worth(a)).then_with(|| a.customer.cmp(&b.customer))
        });
        let warner = Arc::into_inner(warner)
            .ok_or_else(|| EngineError::Internal("a scan goes on after its end".to_owned()))?;
        let place = Place { as_of, revision, time: as_of, record: 0 };
        let token = place.token(&request(&self.workspace));
        (self.known, self.at) = (Some(known), Some(as_of));
        self.coming = Some(Coming { warner, warned: warned.into_iter(), token });
        Ok(())
    }

    /// The instant before which to look today: the day's cut, or right after the latest event of data at rest. None where nothing can be
    /// new.
    fn due(&self, now: &Moment, today: Date) -> Option<EventTime> {
        let cut = now.zone.start_of(today);
        // A workspace that was watched while it lived does not come to rest: its silences are what is watched for.
        let is_at_rest = now.as_of < cut && self.at.is_none_or(|at| at <= now.as_of);
        let as_of = if is_at_rest { now.as_of } else { cut };
        self.at.is_none_or(|at| at < as_of).then_some(as_of)
    }

    /// What is new and wanted, and everything that holds.
    async fn new_ones(&self, warner: &Arc<Warner>) -> Result<(Vec<Warned>, HashSet<u64>), EngineError> {
        let (telling, wanted) = (warner.clone(), bits(&self.question.kinds));
        let (known, least) = (self.known.clone().unwrap_or_default(), self.question.min_value_at_risk);
        let add = move |part: &mut Part, history: &History<'_>| {
            let signs = telling.signs(history, &mut part.room);
            part.know(history, &signs);
            if signs.kinds & wanted == 0 || !telling.passes(history) {
                return;
            }
            let is_new = |one: &Warned| !known.contains(&WarningId::of(&one.sign, &one.customer).hash());
            let warned = telling.warned(history, &signs, wanted).into_iter();
            let new =
                |one: &Warned| is_new(one) && one.is_worth(least) && telling.acknowledgement(one).is_none();
            part.warned.extend(warned.filter(new));
        };
        let parts =
            self.engine.scan(&self.workspace, warner.moment.cut(), Parts::ALL, Part::default, add).await?;
        let (mut warned, mut holding) = (Vec::new(), HashSet::new());
        for part in parts {
            warned.extend(part.warned);
            holding.extend(part.known);
        }
        Ok((warned, holding))
    }
}
