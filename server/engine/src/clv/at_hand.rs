//! Models for questions that do not wait for the one that is due.
//!
//! To choose and fit a model of a million customers takes seconds. Whoever asks about one of them right after a load wants an answer
//! now, and that it says what it rests on: the model of before, or one that is fitted to an even part of the customers in a fraction of
//! the time. Once the model that is due is there, the same records have the same answer, whatever was asked meanwhile.

use std::sync::Arc;

use lojal_domain::{Warning, WarningCode, WorkspaceName};

use crate::clv::fitted::FittedModel;
use crate::clv::models::FallbackModel;
use crate::clv::share::Share;
use crate::{Engine, EngineError, Moment};

/// The id of a model that is fitted to a part, which nobody can ask for by it.
const PROVISIONAL: &str = "provisional";

/// Customers of that part, about. Models are judged on as many.
const CUSTOMERS: u64 = 10_000;

/// A model to answer with.
pub(crate) struct ModelAtHand {
    pub(crate) model: Arc<FittedModel>,
    /// What to say where it is not the one that is due.
    pub(crate) provisional: Option<Warning>,
}

impl ModelAtHand {
    /// The one that is due.
    pub(crate) const fn due(model: Arc<FittedModel>) -> Self {
        Self { model, provisional: None }
    }

    /// The one of before, where another is due for this reason.
    pub(crate) fn of_before(model: &Arc<FittedModel>, why: &str) -> Self {
        let sentence = format!(
            "the model of this workspace is due to be fitted again, for {why}, and this rests on the one from before; ask again in a few seconds"
        );
        Self { model: model.clone(), provisional: Some(provisional(sentence)) }
    }

    fn of_a_part(model: Arc<FittedModel>) -> Self {
        let sentence = format!(
            "the model of this workspace is being chosen; until then answers rest on one of {} of its customers and on weak beliefs about shops in general; ask again in a few seconds, or set wait_for_model",
            model.purchases.customers
        );
        Self { model, provisional: Some(provisional(sentence)) }
    }
}

fn provisional(sentence: String) -> Warning {
    Warning::new(WarningCode::ModelProvisional, sentence)
}

impl Engine {
    /// What answers in place of the model that is due, which is made meanwhile: the one of before, for the reason that it is outgrown for, or
    /// one of a part of the customers.
    pub(crate) async fn at_hand(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        before: Option<(&Arc<FittedModel>, &str)>,
    ) -> Result<ModelAtHand, EngineError> {
        let at_hand = match before {
            Some((model, why)) => ModelAtHand::of_before(model, why),
            None => ModelAtHand::of_a_part(self.fitted_to_a_part(workspace, moment).await?),
        };
        self.models.missed.note(workspace);
        Ok(at_hand)
    }

    /// A model of an even part of a workspace's customers, kept as long as it would hardly be another one.
    async fn fitted_to_a_part(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
    ) -> Result<Arc<FittedModel>, EngineError> {
        let kept = || {
            let all = self.models.of_parts.lock();
            all.get(workspace).filter(|kept| kept.holds(moment)).map(|kept| kept.model.clone())
        };
        if let Some(model) = kept() {
            return Ok(model);
        }
        let _one_at_a_time = self.models.fitting_parts.lock().await;
        if let Some(model) = kept() {
            return Ok(model);
        }
        let part = Share::about(CUSTOMERS, moment.customers);
        let reason = "until a model is chosen".to_owned();
        let mut model = self.penalised_model(workspace, moment, part, reason).await?;
        model.id = PROVISIONAL.to_owned();
        let model = Arc::new(model);
        let mut all = self.models.of_parts.lock();
        if self.epoch() == moment.epoch {
            all.insert(workspace.clone(), FallbackModel::of(&model, moment));
        }
        Ok(model)
    }
}
