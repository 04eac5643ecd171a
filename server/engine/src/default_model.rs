//! The model that predictions use when none is named: chosen by backtest, fitted again when the data have grown or aged,
//! and a prior as long as nothing can be fitted.

use std::sync::Arc;

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{GammaGammaFit, PurchaseModelKind, TimeUnit, prior_purchases, prior_value};

use crate::compare_models::best_of;
use crate::day::date_of;
use crate::fit_model::{FitPlan, FitStage, Listener, last_whole_day, silent};
use crate::holdout::HoldoutDays;
use crate::models::{FittedModel, PRIOR, default_of};
use crate::purchases::Counting;
use crate::{Engine, EngineError, Moment, Scope, backtest};

/// The model of workspaces that have too little history to compare several.
pub(crate) const FALLBACK: PurchaseModelKind = PurchaseModelKind::MbgNbd;

/// Fewer purchases than this in the holdout cannot tell models apart.
const FEWEST_HOLDOUT_PURCHASES: f64 = 50.0;

/// After a fit in vain another is tried when there are so many times as many transactions, or on another day.
const TRY_AGAIN_AT: f64 = 1.1;

/// What predictions make do with after a fit in vain: an outgrown model, or a prior. Without it every prediction would try again.
pub(crate) struct Makeshift {
    transactions: u64,
    day: i32,
    model: Arc<FittedModel>,
}

impl Makeshift {
    /// Whether nothing has come since that could make a fit succeed.
    fn holds(&self, moment: &Moment) -> bool {
        let grown = moment.transactions as f64 >= self.transactions as f64 * TRY_AGAIN_AT
            && moment.transactions > self.transactions;
        !grown && self.day == moment.today()
    }
}

/// A kind of model, and why.
pub(crate) struct Choice {
    pub(crate) kind: PurchaseModelKind,
    pub(crate) reason: String,
    /// What it expected of its backtest over what came.
    pub(crate) bias: Option<f64>,
}

impl Engine {
    /// The model for predictions as of a moment: the default one if it knew no more than that, otherwise one fitted to
    /// what was known then.
    pub(crate) async fn model_for(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
    ) -> Result<Arc<FittedModel>, EngineError> {
        let default = self.ready_default(workspace, moment).await?;
        if default.last_day <= moment.today() && default.revision <= moment.revision {
            return Ok(default);
        }
        // The past has its own models, of the default's kind. They are not stored, for there is no end of them.
        let last_day = last_whole_day(moment);
        let policy = self.refit_policy(workspace).await?;
        let usable = |model: &Arc<FittedModel>| model.outgrown(moment, policy).is_none();
        if let Some(model) = self.past_model(workspace, last_day, moment).filter(usable) {
            return Ok(model);
        }
        let _one_at_a_time = self.models.fitting.lock().await;
        if let Some(model) = self.past_model(workspace, last_day, moment).filter(usable) {
            return Ok(model);
        }
        let mut model = match self.fit_past(workspace, &default, last_day, moment).await {
            Ok(model) if model.purchases.is_identified() => model,
            Ok(_) | Err(EngineError::InsufficientHistory(_)) => self.prior(workspace, moment).await?,
            Err(error) => return Err(error),
        };
        if !model.is_prior() {
            model.id = format!("past-{}", date_of(last_day));
        }
        let model = Arc::new(model);
        self.keep_past_model(workspace, last_day, moment, model.clone());
        Ok(model)
    }

    /// A model like the default one of what was known up to a day.
    async fn fit_past(
        &self,
        workspace: &WorkspaceName,
        default: &FittedModel,
        last_day: i32,
        moment: &Moment,
    ) -> Result<FittedModel, EngineError> {
        let plan = |covariates| FitPlan {
            kind: Some(default.kind()),
            covariates,
            unit: default.unit(),
            last_day,
            replicates: 0,
            automatic: true,
            reason: format!("as known on {}", date_of(last_day)),
            // How far a model was off in a backtest that the past could not know of would be a look ahead.
            backtest_bias: None,
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
        self.fit(workspace, plan(Vec::new()), moment, &silent()).await
    }

    async fn refit_policy(&self, workspace: &WorkspaceName) -> Result<crate::RefitPolicy, EngineError> {
        Ok(self.settings_of(workspace).await?.map(|settings| settings.refit).unwrap_or_default())
    }

    /// The default model; fitted now if there is none, or if it was fitted by itself and is not good enough any more.
    async fn ready_default(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
    ) -> Result<Arc<FittedModel>, EngineError> {
        let policy = self.refit_policy(workspace).await?;
        let ready = |model: &&Arc<FittedModel>| model.outgrown(moment, policy).is_none();
        let shelf = self.shelf(workspace).await?;
        let default = default_of(&shelf);
        if let Some(model) = default.filter(ready) {
            return Ok(model.clone());
        }
        if let Some(model) = self.makeshift(workspace, moment) {
            return Ok(model);
        }
        let _one_at_a_time = match (self.models.fitting.try_lock(), default) {
            (Ok(held), _) => held,
            // Somebody is at it, and an outgrown model is better than waiting.
            (Err(_), Some(outgrown)) => return Ok(outgrown.clone()),
            (Err(_), None) => self.models.fitting.lock().await,
        };
        let shelf = self.shelf(workspace).await?;
        let now = self.moment(workspace, Scope::default()).await?;
        if let Some(model) = default_of(&shelf).filter(|model| model.outgrown(&now, policy).is_none()) {
            return Ok(model.clone());
        }
        // Whoever held the lock before may have tried in vain.
        if let Some(model) = self.makeshift(workspace, &now) {
            return Ok(model);
        }
        let why = match default_of(&shelf) {
            Some(model) => model.outgrown(&now, policy).unwrap_or_default(),
            None => "first model".to_owned(),
        };
        self.fit_default(workspace, &now, &why, default_of(&shelf)).await
    }

    /// Chooses and fits the default model now; an outgrown one, or a prior, where that cannot be.
    async fn fit_default(
        &self,
        workspace: &WorkspaceName,
        now: &Moment,
        why: &str,
        outgrown: Option<&Arc<FittedModel>>,
    ) -> Result<Arc<FittedModel>, EngineError> {
        let (last_day, unit, listen) = (last_whole_day(now), TimeUnit::Week, silent());
        let fitted = async {
            let choice = self.choose(workspace, None, unit, last_day, now, &listen).await?;
            let plan = FitPlan {
                kind: Some(choice.kind),
                covariates: Vec::new(),
                unit,
                last_day,
                replicates: 0,
                automatic: true,
                reason: format!("{why}: {}", choice.reason),
                backtest_bias: choice.bias,
            };
            self.fit(workspace, plan, now, &listen).await
        };
        match fitted.await {
            Ok(model) if model.purchases.is_identified() => {
                let (customers, reason) = (model.purchases.customers, &model.reason);
                tracing::info!(%workspace, model = model.id, customers, reason, "fitted the default model");
                self.shelve(workspace, model).await
            }
            Ok(_) | Err(EngineError::InsufficientHistory(_)) => {
                let model = match outgrown {
                    Some(model) => model.clone(),
                    None => Arc::new(self.prior(workspace, now).await?),
                };
                let mut kept = self.models.makeshifts.lock();
                if self.epoch() == now.epoch {
                    let (transactions, day) = (now.transactions, now.today());
                    kept.insert(workspace.clone(), Makeshift { transactions, day, model: model.clone() });
                }
                Ok(model)
            }
            Err(error) => Err(error),
        }
    }

    fn makeshift(&self, workspace: &WorkspaceName, moment: &Moment) -> Option<Arc<FittedModel>> {
        let kept = self.models.makeshifts.lock();
        kept.get(workspace)
            .filter(|makeshift| makeshift.holds(moment))
            .map(|makeshift| makeshift.model.clone())
    }

    /// Which kind to fit to the days up to `last_day`: the one asked for, or the one that backtests best on them.
    pub(crate) async fn choose(
        &self,
        workspace: &WorkspaceName,
        asked: Option<PurchaseModelKind>,
        unit: TimeUnit,
        last_day: i32,
        moment: &Moment,
        listen: &Listener,
    ) -> Result<Choice, EngineError> {
        if listen(FitStage::Comparing).is_break() {
            return Err(EngineError::Cancelled);
        }
        let kinds = match asked {
            Some(kind) => vec![kind],
            None => {
                PurchaseModelKind::OF_PURCHASE_DAYS.into_iter().filter(|kind| kind.is_eligible()).collect()
            }
        };
        let too_little = || Choice {
            kind: asked.unwrap_or(FALLBACK),
            reason: format!("{}, as there is too little history to compare models", FALLBACK.name()),
            bias: None,
        };
        let days = HoldoutDays { calibration_end: None, holdout_end: Some(date_of(last_day)) };
        let counting = asked.map_or(Counting::Days, |kind| Counting::of(kind, unit));
        let holdout = match self.holdout(workspace, days, moment, counting).await {
            Ok(holdout) => holdout,
            // A single day of purchases cannot be cut in two.
            Err(EngineError::InvalidField { .. }) => return Ok(too_little()),
            Err(error) => return Err(error),
        };
        if holdout.purchases.iter().sum::<f64>() < FEWEST_HOLDOUT_PURCHASES {
            return Ok(too_little());
        }
        let results = self.compute(move |wanted| backtest::models(&holdout, &kinds, unit, wanted)).await?;
        Ok(match asked {
            Some(kind) => {
                let bias = results.first().and_then(backtest::BacktestResult::bias);
                Choice { kind, reason: String::new(), bias }
            }
            None => match best_of(&results) {
                Some((best, reason)) => {
                    let backtest::Forecaster::Model(kind) = best.forecaster else {
                        return Ok(too_little());
                    };
                    Choice { kind, reason, bias: best.bias() }
                }
                None => too_little(),
            },
        })
    }

    /// What is assumed as long as nothing can be fitted: shops in general, and a mean value that is that of all purchases
    /// so far.
    async fn prior(&self, workspace: &WorkspaceName, moment: &Moment) -> Result<FittedModel, EngineError> {
        let last_day = moment.today();
        let sample = match self.sample(workspace, last_day, moment, Counting::Days).await {
            Ok(sample) => Some(sample),
            Err(EngineError::InsufficientHistory(_)) => None,
            Err(error) => return Err(error),
        };
        let first_day = sample.as_ref().map_or(last_day, |sample| sample.first_day);
        let value: Option<GammaGammaFit> = sample.and_then(|sample| prior_value(&sample.summaries));
        let value = value.ok_or_else(|| "nothing was bought for money yet".to_owned());
        let (days, now) = ((first_day, last_day), self.clock.now());
        let mut model = FittedModel::new(PRIOR.to_owned(), now, days, moment, true, prior_purchases(), value);
        model.reason = "there is too little history to fit a model".to_owned();
        Ok(model)
    }
}
