//! How loyal customers are, for facts that filters and groups are made of.

use std::pin::Pin;
use std::sync::Arc;

use lojal_domain::{EventTime, History, Warning, WorkspaceName};
use lojal_scoring::clv::Expected;
use lojal_scoring::loyalty::{Person, Scored};

use crate::ask::facts::own_answers::{Rate, Rated};
use crate::ask::remembered::{Print, PrintOf};
use crate::loyalty::glances::{Glance, glance, words};
use crate::loyalty::judges::Judge;
use crate::{Engine, EngineError, Moment};

impl Rated {
    /// A score without what moves it.
    pub(crate) fn of(scored: &Scored) -> Self {
        Self {
            score: scored.score.map(|points| points.value),
            attitude: scored.attitude.map(|points| points.value),
            behaviour: scored.behaviour.map(|points| points.value),
            place: scored.place,
        }
    }
}

impl Judge {
    /// What is expected of a customer, and a glance at their score; none without a purchase that was kept.
    pub(crate) fn glance(&self, history: &History<'_>) -> Option<(Glance, Expected)> {
        let expected = self.expected(history)?;
        Some((self.glance_with(history, || Some(expected.alive))?, expected))
    }

    /// A glance at a score, given whether its customer still is one, which nobody is asked where the glance is remembered.
    fn glance_with(&self, history: &History<'_>, alive: impl FnOnce() -> Option<f64>) -> Option<Glance> {
        let make = || self.glance_anew(history, alive()?);
        match &self.glances {
            Some(column) => column
                .get(history.number, self.print(history), || make().map(|made| words(&made)))
                .map(glance),
            None => make(),
        }
    }

    /// The same of those whom the question is about.
    pub(crate) fn glance_of(&self, history: &History<'_>) -> Option<(Glance, Expected)> {
        if self.passes(history) { self.glance(history) } else { None }
    }

    fn glance_anew(&self, history: &History<'_>, alive: f64) -> Option<Glance> {
        let person = self.read(history)?;
        let spend_micros = person.spend_micros;
        let scored = self.measured.standard.score(&Person { alive, ..person });
        Some(Glance { rated: Rated::of(&scored), spend_micros })
    }

    /// Orders leave the window of scores as time passes, so the print says which are in it.
    fn print(&self, history: &History<'_>) -> Print {
        let start = self.window().start;
        let before = history.transactions.partition_point(|one| one.time < start);
        let attributes = self.forecast.model.covariates.is_some();
        Print::of(history, PrintOf { discounts: true, contacts: true, attributes }).and(before as u64)
    }
}

impl Rate for Judge {
    fn rated(&self, history: &History<'_>, before: EventTime, today: i32) -> Option<Rated> {
        if before == self.moment.as_of {
            let alive = || Some(self.expected(history)?.alive);
            return Some(self.glance_with(history, alive)?.rated);
        }
        Some(Rated::of(&self.score_at(history, before, today)?))
    }
}

/// Who is how loyal, and what there is to say about that.
type Told = Result<(Arc<dyn Rate>, Vec<Warning>), EngineError>;

impl Engine {
    /// How loyal customers are at a moment. Models are fitted at moments of their own, so this is a future in a box.
    pub(crate) fn rating<'e>(
        &'e self,
        workspace: &'e WorkspaceName,
        moment: &'e Moment,
    ) -> Pin<Box<dyn Future<Output = Told> + Send + 'e>> {
        Box::pin(async move {
            let judge = self.judge(workspace, moment.clone(), None).await?;
            let warnings = judge.forecast.model.warnings();
            let rating: Arc<dyn Rate> = Arc::new(judge);
            Ok((rating, warnings))
        })
    }
}
