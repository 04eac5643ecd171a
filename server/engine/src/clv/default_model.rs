//! The model that predictions use when none is named: a mixture of those that said past days best, fitted by maximum likelihood where the
//! data determine them and with beliefs about shops in general where they do not, and again when the data have grown or aged.

use std::sync::Arc;

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::TimeUnit;
use lojal_store::StoreError;

use crate::ask::day::date_of;
use crate::clv::at_hand::ModelAtHand;
use crate::clv::choose_model::{Choice, Lessons, Voice};
use crate::clv::fit_model::{FitPlan, HowValued};
use crate::clv::fitted::FittedModel;
use crate::clv::models::{FallbackModel, default_of};
use crate::clv::progress::silent;
use crate::clv::sample::last_whole_day;
use crate::clv::share::Share;
use crate::clv::when_due::WhenDue;
use crate::workspaces::settings::RefitPolicy;
use crate::{Engine, EngineError, Moment, Scope};

/// A model in which beliefs about shops in general count more than this waits for more data.
const MOSTLY_BELIEFS: f64 = 0.5;

impl Engine {
    /// The model for predictions as of a moment: the default one if it knew no more than that, otherwise one fitted to
    /// what was known then.
    pub(crate) async fn model_for(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        when_due: WhenDue,
    ) -> Result<ModelAtHand, EngineError> {
        let at_hand = self.ready_default(workspace, moment, when_due).await?;
        let default = &at_hand.model;
        if default.last_day <= moment.today() && default.revision <= moment.revision {
            return Ok(at_hand);
        }
        // The past has its own models, of the default's kind. They are not stored, for there is no end of them.
        let last_day = last_whole_day(moment);
        let policy = self.refit_policy(workspace).await?;
        let usable = |model: &Arc<FittedModel>| model.outgrown(moment, policy).is_none();
        if let Some(model) = self.past_model(workspace, last_day, moment).filter(usable) {
            return Ok(ModelAtHand::due(model));
        }
        let _one_at_a_time = self.models.fitting.lock().await;
        if let Some(model) = self.past_model(workspace, last_day, moment).filter(usable) {
            return Ok(ModelAtHand::due(model));
        }
        let reason = format!("as known on {}", date_of(last_day));
        let mut model = match default.automatic {
            // Chosen again from what was known then: which model did best later would be a look ahead.
            true => self.chosen(workspace, moment, &reason).await?,
            false => self.fit_past(workspace, default, last_day, moment, reason).await?,
        };
        if !model.is_prior() {
            model.id = format!("past-{}", date_of(last_day));
        }
        let model = Arc::new(model);
        self.keep_past_model(workspace, last_day, moment, model.clone());
        Ok(ModelAtHand::due(model))
    }

    /// A model like one that somebody asked for, of what was known up to a day.
    async fn fit_past(
        &self,
        workspace: &WorkspaceName,
        default: &FittedModel,
        last_day: i32,
        moment: &Moment,
        reason: String,
    ) -> Result<FittedModel, EngineError> {
        let kinds = || default.voices().map(|(weight, fit)| (fit.model.kind(), weight));
        let plan = |covariates| FitPlan {
            // How far models were off in a backtest that the past could not know of would be a look ahead.
            voices: kinds()
                .map(|(kind, weight)| Voice { weight, ..Voice::alone(kind, Vec::new()) })
                .collect(),
            lessons: Lessons::default(),
            covariates,
            unit: default.unit(),
            last_day,
            replicates: 0,
            automatic: true,
            how_valued: HowValued::WithBeliefs,
            reason: reason.clone(),
        };
        let covariates: Vec<String> = default.covariate_names().map(str::to_owned).collect();
        if !covariates.is_empty() {
            match self.fit(workspace, plan(covariates), moment, &silent()).await {
                Ok(model) if model.purchases.is_identified() => return Ok(model),
                // In the past attributes may have been unknown, or the same for everybody.
                Ok(_) | Err(EngineError::InvalidField { .. } | EngineError::InsufficientHistory(_)) => {}
                Err(error) => return Err(error),
            }
        }
        match self.fit(workspace, plan(Vec::new()), moment, &silent()).await {
            Ok(model) if model.purchases.may_be_default() => Ok(model),
            Ok(_) | Err(EngineError::InsufficientHistory(_)) => {
                self.penalised_model(workspace, moment, Share::ALL, reason).await
            }
            Err(error) => Err(error),
        }
    }

    async fn refit_policy(&self, workspace: &WorkspaceName) -> Result<RefitPolicy, EngineError> {
        Ok(self.settings_of(workspace).await?.map(|settings| settings.refit).unwrap_or_default())
    }

    /// The default model; fitted now if there is none, or if it was fitted by itself and is not good enough any more.
    async fn ready_default(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        when_due: WhenDue,
    ) -> Result<ModelAtHand, EngineError> {
        let policy = self.refit_policy(workspace).await?;
        let shelf = self.shelf(workspace).await?;
        let mut outgrown = None;
        if let Some(model) = default_of(&shelf) {
            match model.outgrown(moment, policy) {
                Some(why) => outgrown = Some((model, why)),
                None => return Ok(ModelAtHand::due(model.clone())),
            }
        }
        if let Some(model) = self.fallback(workspace, moment) {
            return Ok(ModelAtHand::due(model));
        }
        let before = outgrown.as_ref().map(|(model, why)| (*model, why.as_str()));
        if when_due == WhenDue::GoWithout && moment.is_large_now() {
            return self.at_hand(workspace, moment, before).await;
        }
        let _one_at_a_time = match (self.models.fitting.try_lock(), before) {
            (Ok(held), _) => held,
            // Somebody is at it, and an outgrown model is better than waiting.
            (Err(_), Some((model, why))) if when_due != WhenDue::Wait => {
                return Ok(ModelAtHand::of_before(model, why));
            }
            (Err(_), _) => self.models.fitting.lock().await,
        };
        let shelf = self.shelf(workspace).await?;
        let now = self.moment(workspace, Scope::default()).await?;
        if let Some(model) = default_of(&shelf).filter(|model| model.outgrown(&now, policy).is_none()) {
            return Ok(ModelAtHand::due(model.clone()));
        }
        // Whoever held the lock before may have tried in vain.
        if let Some(model) = self.fallback(workspace, &now) {
            return Ok(ModelAtHand::due(model));
        }
        let why = match default_of(&shelf) {
            Some(model) => model.outgrown(&now, policy).unwrap_or_default(),
            None => "first model".to_owned(),
        };
        self.fit_default(workspace, &now, &why, default_of(&shelf)).await.map(ModelAtHand::due)
    }

    /// Chooses and fits the default model now: the best model that the data determine, else one with beliefs about shops in
    /// general; without any purchase a prior, which is not kept.
    async fn fit_default(
        &self,
        workspace: &WorkspaceName,
        now: &Moment,
        why: &str,
        outgrown: Option<&Arc<FittedModel>>,
    ) -> Result<Arc<FittedModel>, EngineError> {
        let fitted = self.chosen(workspace, now, why).await;
        match fitted {
            Ok(model) if !model.is_prior() => {
                let (customers, reason) = (model.purchases.customers, &model.reason);
                tracing::info!(%workspace, model = model.id, customers, reason, "fitted the default model");
                let model = Arc::new(model);
                match self.shelve(workspace, model.clone()).await {
                    // Whatever can be read can be predicted from, also while nothing can be written.
                    Err(EngineError::Store(StoreError::ReadOnly(_))) => {
                        self.keep_fallback(workspace, now, &model);
                    }
                    shelved => shelved?,
                }
                Ok(model)
            }
            Ok(_) | Err(EngineError::InsufficientHistory(_)) => {
                let model = match outgrown {
                    Some(model) => model.clone(),
                    None => Arc::new(self.prior(now)),
                };
                self.keep_fallback(workspace, now, &model);
                Ok(model)
            }
            Err(error) => Err(error),
        }
    }

    fn keep_fallback(&self, workspace: &WorkspaceName, now: &Moment, model: &Arc<FittedModel>) {
        let mut kept = self.models.fallbacks.lock();
        if self.epoch() == now.epoch {
            kept.insert(workspace.clone(), FallbackModel::of(model, now));
        }
    }

    /// The model that is chosen for what was known at a moment, one with beliefs about shops in general where the data determine
    /// none, and a prior without any purchase. It is not kept.
    async fn chosen(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        why: &str,
    ) -> Result<FittedModel, EngineError> {
        match self.fit_best(workspace, moment, why).await? {
            Ok(model) => Ok(model),
            Err(problem) => {
                let reason = format!("{why}: {problem}");
                self.penalised_model(workspace, moment, Share::ALL, reason).await
            }
        }
    }

    /// The models that have forecast best, as far as all data determine them; otherwise why there is none.
    async fn fit_best(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        why: &str,
    ) -> Result<Result<FittedModel, String>, EngineError> {
        let (last_day, unit, listen) = (last_whole_day(moment), TimeUnit::Week, silent());
        let Choice { together, lessons, reason, .. } =
            match self.choose(workspace, unit, last_day, moment, &listen).await {
                Ok(Ok(choice)) => choice,
                Ok(Err(reason)) | Err(EngineError::InsufficientHistory(reason)) => return Ok(Err(reason)),
                Err(error) => return Err(error),
            };
        let plan = FitPlan {
            voices: together,
            lessons,
            covariates: Vec::new(),
            unit,
            last_day,
            replicates: 0,
            automatic: true,
            how_valued: HowValued::WithBeliefs,
            reason: format!("{why}: {reason}"),
        };
        match self.fit(workspace, plan, moment, &listen).await {
            // Beliefs speak for what the data do not determine already.
            Ok(model) => Ok(Ok(model)),
            Err(EngineError::InsufficientHistory(problem)) => Ok(Err(problem)),
            Err(error) => Err(error),
        }
    }

    fn fallback(&self, workspace: &WorkspaceName, moment: &Moment) -> Option<Arc<FittedModel>> {
        let kept = self.models.fallbacks.lock();
        kept.get(workspace).filter(|fallback| fallback.holds(moment)).map(|fallback| fallback.model.clone())
    }
}

impl FittedModel {
    /// Why it should be fitted again by itself; none as long as it is good enough.
    pub(crate) fn outgrown(&self, moment: &Moment, policy: RefitPolicy) -> Option<String> {
        let elsewhere = self.zone.as_ref().is_some_and(|zone| zone != moment.zone.name());
        if !self.automatic {
            return None;
        }
        if elsewhere {
            return Some("days are cut in another time zone".to_owned());
        }
        let by_beliefs = !self.purchases.estimation.is_maximum_likelihood();
        let provisional = by_beliefs && self.own_weight() > MOSTLY_BELIEFS;
        if policy.never && !provisional {
            return None;
        }
        // Who wants no model after the first does not mean one of the first customer alone.
        let policy = if policy.never { RefitPolicy::default() } else { policy };
        let growth = moment.transactions as f64 / self.transactions.max(1) as f64 - 1.0;
        if growth >= policy.growth_ratio {
            return Some(format!("data grew by {:.0} %", 100.0 * growth));
        }
        let age = i64::from(moment.today()) - i64::from(self.last_day);
        // Where there are few data, silence tells as much as purchases do: so many days, as the days it knew, make it stale.
        let known = i64::from(self.last_day) - i64::from(self.first_day);
        if provisional && (age - 1) as f64 >= policy.growth_ratio * known.max(1) as f64 && age > 1 {
            return Some(format!("its data ended {age} days ago"));
        }
        (age > i64::from(policy.max_age_days)).then(|| format!("its data ended {age} days ago"))
    }
}
