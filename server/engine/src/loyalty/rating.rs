//! How loyal customers are, for facts that filters and groups are made of.

use std::pin::Pin;
use std::sync::Arc;

use lojal_domain::{EventTime, History, Warning, WorkspaceName};
use lojal_scoring::loyalty::Scored;

use crate::ask::facts::own_answers::{Rate, Rated};
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

impl Rate for Judge {
    fn rated(&self, history: &History<'_>, before: EventTime, today: i32) -> Option<Rated> {
        if before == self.moment.as_of {
            return Some(self.glance(history)?.0.rated);
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
