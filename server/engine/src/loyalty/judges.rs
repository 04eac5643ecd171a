//! Everybody, as the one customer is compared with, measured once for many questions.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{EventTime, History, Horizon, MICROS_PER_SECOND, Span, WorkspaceName};
use lojal_scoring::clv::{Expected, IntervalMethod};
use lojal_scoring::loyalty::{Person, Scored, Standard};
use lojal_store::Parts;
use parking_lot::Mutex;
use thread_local::ThreadLocal;

use crate::ask::facts::REFERRED_BY;
use crate::ask::purchases::kept_purchases;
use crate::clv::forecast::{Forecast, Outlook, Reach};
use crate::clv::model_by_stratum::Memories;
use crate::clv::when_due::WhenDue;
use crate::loyalty::glances::{self, Column};
use crate::loyalty::measured::Measured;
use crate::loyalty::models::LoyaltyVersion;
use crate::loyalty::person::{Reader, Referrals, WINDOW};
use crate::{Engine, EngineError, Moment, Population, Scope};

/// Of many customers, questions about now are answered from what was measured so long ago.
const GOOD_FOR_MICROS: i64 = 60 * MICROS_PER_SECOND;
/// Measures kept. Each is a few megabytes of a million customers at most, and mostly a few kilobytes.
const KEPT: usize = 32;

#[derive(PartialEq, Eq, Hash)]
struct Key {
    workspace: WorkspaceName,
    version: u32,
    /// None for now, of a workspace that is large.
    as_of: Option<EventTime>,
}

/// What was measured, and for what.
#[derive(Default)]
pub(crate) struct Judges {
    kept: Mutex<HashMap<Key, Arc<Measured>>>,
    /// One at a time: whoever waits finds it made.
    measuring: tokio::sync::Mutex<()>,
}

impl Judges {
    /// Forgets those of a workspace.
    pub(crate) fn forget(&self, workspace: &WorkspaceName) {
        self.kept.lock().retain(|key, _| key.workspace != *workspace);
    }
}

/// Tells the score of anybody at a moment.
pub(crate) struct Judge {
    pub(crate) moment: Moment,
    pub(crate) version: LoyaltyVersion,
    pub(crate) measured: Arc<Measured>,
    pub(crate) forecast: Forecast,
    pub(super) glances: Option<Column>,
    reader: Reader,
    memories: ThreadLocal<RefCell<Memories>>,
}

/// One customer with everything that the score rests on.
pub(crate) struct Judged {
    pub(crate) person: Person,
    pub(crate) scored: Scored,
    pub(crate) expected: Expected,
}

impl Judge {
    /// The window of orders.
    pub(crate) const fn window(&self) -> Span {
        self.reader.span
    }

    /// The score of what was before an instant that is a later one than that of everybody; none without a purchase that was kept.
    pub(crate) fn score_at(&self, history: &History<'_>, before: EventTime, today: i32) -> Option<Scored> {
        let person = self.reader.at(before, today).read(history)?;
        let mut memories = self.memories.get_or_default().borrow_mut();
        let alive = self.forecast.expected(history, today, &mut memories)?.alive;
        Some(self.measured.standard.score(&Person { alive, ..person }))
    }

    /// What the score looks at; none without a purchase that was kept.
    pub(super) fn read(&self, history: &History<'_>) -> Option<Person> {
        self.reader.read(history)
    }

    /// What is expected of a customer; none without a purchase that was kept.
    pub(super) fn expected(&self, history: &History<'_>) -> Option<Expected> {
        let mut memories = self.memories.get_or_default().borrow_mut();
        self.forecast.expected(history, self.forecast.today, &mut memories)
    }

    /// Whether a customer is one of those the question is about.
    pub(super) fn passes(&self, history: &History<'_>) -> bool {
        self.forecast.passes(history)
    }

    /// The score of a customer; none for one without a purchase that was kept, or whom the filter leaves out. With what the model does not
    /// know of whether they still are a customer, if asked for, which takes several times as long.
    pub(crate) fn judge(&self, history: &History<'_>, with_errors: bool) -> Option<Judged> {
        if !self.passes(history) {
            return None;
        }
        let expected = self.expected(history)?;
        let alive_error = if with_errors { self.forecast.alive_error(history) } else { None };
        let person = Person {
            alive: expected.alive,
            alive_error: alive_error.unwrap_or_default(),
            ..self.reader.read(history)?
        };
        let scored = self.measured.standard.score(&person);
        Some(Judged { person, scored, expected })
    }
}

/// Twelve months ahead, as facts look.
pub(crate) fn outlook() -> Result<Outlook, EngineError> {
    let horizon = Horizon::parse(Outlook::HORIZON)
        .map_err(|problem| EngineError::Internal(format!("the horizon of scores {problem}")))?;
    Ok(Outlook {
        reach: Reach::Within(horizon),
        scope: Scope::default(),
        model: None,
        when_due: WhenDue::Make,
        yearly_discount_rate: Outlook::YEARLY_DISCOUNT_RATE,
        intervals: Some(IntervalMethod::Delta),
    })
}

impl Engine {
    /// Whoever tells scores at a moment.
    pub(crate) async fn judge(
        &self,
        workspace: &WorkspaceName,
        moment: Moment,
        version: Option<u32>,
    ) -> Result<Judge, EngineError> {
        let version = self.loyalty_model(workspace, version).await?;
        let outlook = outlook()?;
        let forecast = self.forecast_at(workspace, moment.clone(), &outlook).await?;
        let forecast = self.remembering(workspace, forecast, &outlook);
        let measured = self.measured(workspace, &moment, &version).await?;
        let reader = reader(&moment, &version, measured.population.clone(), measured.referrals.clone());
        let made_of = (&forecast.model, forecast.today);
        let glances = glances::column(&self.glances, workspace, &measured, made_of, moment.customers);
        Ok(Judge { moment, version, measured, forecast, glances, reader, memories: ThreadLocal::new() })
    }

    /// Everybody at a moment, measured now or a little earlier.
    async fn measured(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        version: &LoyaltyVersion,
    ) -> Result<Arc<Measured>, EngineError> {
        let is_large_now = moment.is_large_now();
        let key = Key {
            workspace: workspace.clone(),
            version: version.version,
            as_of: (!is_large_now).then_some(moment.as_of),
        };
        let is_good = |held: &&Arc<Measured>| {
            if is_large_now {
                moment.as_of.micros() - held.as_of.micros() < GOOD_FOR_MICROS && held.as_of <= moment.as_of
            } else {
                held.revision == moment.revision
            }
        };
        let find = || {
            let kept = self.judges.kept.lock();
            let held = kept.get(&key).cloned();
            held.clone().filter(|held| is_good(&held)).ok_or(held)
        };
        let old = match find() {
            Ok(held) => return Ok(held),
            Err(old) => old,
        };
        let _one_at_a_time = match (self.judges.measuring.try_lock(), old) {
            (Ok(held), _) => held,
            // Somebody is at it, and of so many customers what was measured a little earlier is better than waiting.
            (Err(_), Some(old)) if is_large_now => return Ok(old),
            (Err(_), _) => self.judges.measuring.lock().await,
        };
        if let Ok(held) = find() {
            return Ok(held);
        }
        let measured = Arc::new(self.measure_everybody(workspace, moment, version).await?);
        let mut kept = self.judges.kept.lock();
        if self.epoch() == moment.epoch {
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(key, measured.clone());
        }
        Ok(measured)
    }

    async fn measure_everybody(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        version: &LoyaltyVersion,
    ) -> Result<Measured, EngineError> {
        let everybody = Moment { filter: None, landmark: None, ..moment.clone() };
        let population = self.population(workspace, WINDOW, &everybody).await?;
        let referrals = Arc::new(self.referrals(workspace, &everybody).await?);
        let outlook = Outlook { intervals: None, ..outlook()? };
        let forecast = self.forecast_at(workspace, everybody.clone(), &outlook).await?;
        let forecast = self.remembering(workspace, forecast, &outlook);
        let reader = reader(&everybody, version, population.clone(), referrals.clone());
        let (cut, today) = (everybody.cut(), everybody.today());
        let memories: ThreadLocal<RefCell<Memories>> = ThreadLocal::new();
        let add = move |people: &mut Vec<Person>, history: &History<'_>| {
            let Some(person) = reader.read(history) else { return };
            let mut memories = memories.get_or_default().borrow_mut();
            let alive = forecast.expected(history, today, &mut memories).map(|expected| expected.alive);
            people.push(Person { alive: alive.unwrap_or_default(), ..person });
        };
        let parts = self.scan(workspace, cut, Parts::ALL, Vec::new, add).await?;
        let model = version.model.clone();
        let standard = {
            let _turn = self.scans.take().await?;
            self.pool.run(move |_| Standard::of(&parts.concat(), &model)).await?
        };
        Ok(Measured { standard, as_of: moment.as_of, revision: moment.revision, population, referrals })
    }

    /// How many customers came by whose recommendation.
    async fn referrals(&self, workspace: &WorkspaceName, moment: &Moment) -> Result<Referrals, EngineError> {
        let add = |found: &mut HashMap<Box<str>, u32>, history: &History<'_>| {
            let by = history.attribute(REFERRED_BY);
            let is_of_another = !by.is_empty() && history.customer.is_some_and(|customer| customer != by);
            // Whoever has bought nothing yet has not come.
            if is_of_another && kept_purchases(history).next().is_some() {
                *found.entry(by.into()).or_default() += 1;
            }
        };
        let parts = Parts::PURCHASES.with_attributes();
        let parts = self.scan(workspace, moment.cut(), parts, HashMap::new, add).await?;
        let mut all = HashMap::new();
        for (by, customers) in parts.into_iter().flatten() {
            *all.entry(by).or_default() += customers;
        }
        Ok(Referrals(all))
    }
}

fn reader(
    moment: &Moment,
    version: &LoyaltyVersion,
    population: Arc<Population>,
    referrals: Arc<Referrals>,
) -> Reader {
    Reader {
        model: version.model.clone(),
        population,
        referrals,
        span: WINDOW.resolve(moment.as_of, &moment.zone),
        today: moment.today(),
        zone: moment.zone.clone(),
    }
}
