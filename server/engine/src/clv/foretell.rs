//! What customers are expected to do within twelve months, for facts that filters and groups are made of.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;

use lojal_domain::{History, Horizon, Warning, WorkspaceName};
use lojal_scoring::clv::Expected;
use thread_local::ThreadLocal;

use crate::ask::facts::own_answers::Foretell;
use crate::clv::forecast::{Forecast, Outlook, Reach};
use crate::clv::model_by_stratum::Memories;
use crate::clv::when_due::WhenDue;
use crate::{Engine, EngineError, Moment, Scope};

/// A forecast of everybody, and what each thread remembers of customers who are alike.
struct Foretelling {
    forecast: Forecast,
    memories: ThreadLocal<RefCell<Memories>>,
}

impl Foretell for Foretelling {
    fn foretold(&self, history: &History<'_>, today: i32) -> Option<Expected> {
        let mut memories = self.memories.get_or_default().borrow_mut();
        self.forecast.expected(history, today, &mut memories)
    }
}

/// What is foretold, and what there is to say about that.
type Told = Result<(Arc<dyn Foretell>, Vec<Warning>), EngineError>;

impl Engine {
    /// What the default model of a moment expects. Models are fitted at moments of their own, so this is a future in a box.
    pub(crate) fn foretelling<'e>(
        &'e self,
        workspace: &'e WorkspaceName,
        moment: &'e Moment,
    ) -> Pin<Box<dyn Future<Output = Told> + Send + 'e>> {
        Box::pin(async move {
            let horizon = Horizon::parse(Outlook::HORIZON)
                .map_err(|problem| EngineError::Internal(format!("the horizon of facts {problem}")))?;
            let outlook = Outlook {
                reach: Reach::Within(horizon),
                scope: Scope::default(),
                model: None,
                when_due: WhenDue::Make,
                yearly_discount_rate: Outlook::YEARLY_DISCOUNT_RATE,
                intervals: None,
            };
            let forecast = self.forecast_at(workspace, moment.clone(), &outlook).await?;
            let forecast = self.remembering(workspace, forecast, &outlook);
            let warnings = forecast.provisional.iter().cloned().chain(forecast.model.warnings()).collect();
            let foretelling: Arc<dyn Foretell> =
                Arc::new(Foretelling { forecast, memories: ThreadLocal::new() });
            Ok((foretelling, warnings))
        })
    }
}
