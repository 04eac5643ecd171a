//! When do customers buy and leave, and what is a purchase worth? Fitted to history.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::civil::Date;
use lojal_domain::{EventTime, History, WorkspaceName, Zone};
use lojal_scoring::clv::{
    FitError, PatternTable, PurchaseModelKind, PurchaseSummary, TimeUnit, ValueTable, fit_gamma_gamma,
    fit_purchase_model,
};
use lojal_store::Cut;

use crate::day::{date_of, day_number};
use crate::models::{FittedModel, default_of};
use crate::purchases::summary;
use crate::{Engine, EngineError, Moment, When};

/// The model a workspace fits by itself.
pub(crate) const DEFAULT_KIND: PurchaseModelKind = PurchaseModelKind::MbgNbd;

/// What to fit, to what.
#[derive(Clone, Debug)]
pub struct FitModel {
    /// Which model.
    pub kind: PurchaseModelKind,
    /// Last day of the data, included; none for the last whole day.
    pub last_day: Option<Date>,
    /// Unit of time of the parameters.
    pub unit: TimeUnit,
    /// Asking again under this name gives the same model.
    pub request_id: Option<String>,
}

/// How far a fit is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FitStage {
    /// Histories are being read.
    Reading,
    /// A model is being fitted.
    Fitting {
        /// Which.
        model: &'static str,
        /// Newton steps so far.
        iterations: u32,
        /// What they reached.
        log_likelihood: f64,
    },
}

/// Hears how far a fit is, and may stop it.
pub(crate) type Listener = Arc<dyn Fn(FitStage) -> ControlFlow<()> + Send + Sync>;

/// What is fitted to: everything before the end of a day.
struct Sample {
    summaries: Vec<PurchaseSummary>,
    first_day: i32,
    last_day: i32,
}

impl Engine {
    /// Fits a model, keeps it and makes it the default.
    ///
    /// # Errors
    /// [`EngineError::InsufficientHistory`] when too little is known, [`EngineError::RequestIdReused`],
    /// [`EngineError::InvalidField`] for a last day that is not over yet, [`EngineError::Cancelled`].
    pub async fn fit_model(
        &self,
        workspace: &WorkspaceName,
        question: FitModel,
        listen: impl Fn(FitStage) -> ControlFlow<()> + Send + Sync + 'static,
    ) -> Result<Arc<FittedModel>, EngineError> {
        let listen: Listener = Arc::new(listen);
        let _one_at_a_time = self.models.fitting.lock().await;
        let requested = question.last_day.map(day_number);
        if let Some(done) = self.fitted_before(workspace, &question, requested).await? {
            return Ok(done);
        }
        let moment = self.moment(workspace, When::default()).await?;
        let last_whole_day = last_whole_day(&moment);
        let last_day = requested.unwrap_or(last_whole_day);
        if last_day > moment.zone.day_of(self.clock.now()) {
            let problem = format!("is {}, which is in the future; name a past day", date_of(last_day));
            return Err(EngineError::field("calibration_end", problem));
        }
        let mut model =
            self.fit(workspace, question.kind, question.unit, last_day, &moment, false, &listen).await?;
        model.request_id = question.request_id;
        model.requested_last_day = requested;
        self.shelve(workspace, model).await
    }

    /// The model that the same request made before.
    async fn fitted_before(
        &self,
        workspace: &WorkspaceName,
        question: &FitModel,
        requested: Option<i32>,
    ) -> Result<Option<Arc<FittedModel>>, EngineError> {
        let Some(request_id) = &question.request_id else { return Ok(None) };
        let shelf = self.shelf(workspace).await?;
        let Some(model) = shelf.iter().find(|model| model.request_id.as_ref() == Some(request_id)) else {
            return Ok(None);
        };
        let same = (model.kind(), model.unit(), model.requested_last_day)
            == (question.kind, question.unit, requested);
        if same { Ok(Some(model.clone())) } else { Err(EngineError::RequestIdReused(request_id.clone())) }
    }

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
        let usable = |model: &Arc<FittedModel>| !model.is_outgrown(moment);
        if let Some(model) = self.past_model(workspace, last_day, moment).filter(usable) {
            return Ok(model);
        }
        let _one_at_a_time = self.models.fitting.lock().await;
        if let Some(model) = self.past_model(workspace, last_day, moment).filter(usable) {
            return Ok(model);
        }
        let (kind, unit) = (default.kind(), default.unit());
        let mut model = self.fit(workspace, kind, unit, last_day, moment, true, &silent()).await?;
        model.id = format!("past-{}", date_of(last_day));
        let model = Arc::new(model);
        self.keep_past_model(workspace, last_day, moment, model.clone());
        Ok(model)
    }

    /// The default model; fitted now if there is none, or if it was fitted by itself to much less than there is.
    async fn ready_default(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
    ) -> Result<Arc<FittedModel>, EngineError> {
        let ready = |model: &&Arc<FittedModel>| !model.is_outgrown(moment);
        let shelf = self.shelf(workspace).await?;
        let default = default_of(&shelf);
        if let Some(model) = default.filter(ready) {
            return Ok(model.clone());
        }
        let _one_at_a_time = match (self.models.fitting.try_lock(), default) {
            (Ok(held), _) => held,
            // Somebody is at it, and an outgrown model is better than waiting.
            (Err(_), Some(outgrown)) => return Ok(outgrown.clone()),
            (Err(_), None) => self.models.fitting.lock().await,
        };
        if let Some(model) = default_of(&self.shelf(workspace).await?).filter(ready) {
            return Ok(model.clone());
        }
        let now = self.moment(workspace, When::default()).await?;
        let last_day = last_whole_day(&now);
        let model =
            self.fit(workspace, DEFAULT_KIND, TimeUnit::Week, last_day, &now, true, &silent()).await?;
        let customers = model.purchases.customers;
        tracing::info!(%workspace, model = model.id, customers, "fitted the default model");
        self.shelve(workspace, model).await
    }

    #[expect(clippy::too_many_arguments, reason = "each is one word of the question")]
    async fn fit(
        &self,
        workspace: &WorkspaceName,
        kind: PurchaseModelKind,
        unit: TimeUnit,
        last_day: i32,
        moment: &Moment,
        automatic: bool,
        listen: &Listener,
    ) -> Result<FittedModel, EngineError> {
        if listen(FitStage::Reading).is_break() {
            return Err(EngineError::Cancelled);
        }
        let sample = self.sample(workspace, last_day, moment).await?;
        let Sample { summaries, first_day, last_day } = sample;
        let hear = listen.clone();
        let fits = move || -> Result<_, FitError> {
            let table = PatternTable::from_summaries(&summaries);
            let purchases = fit_purchase_model(kind, &table, unit, &mut |progress| {
                let (iterations, log_likelihood) = (progress.iteration, progress.log_likelihood);
                hear(FitStage::Fitting { model: name_of(kind), iterations, log_likelihood })
            })?;
            let values = ValueTable::from_summaries(&summaries);
            let value = fit_gamma_gamma(&values, &mut |progress| {
                let (iterations, log_likelihood) = (progress.iteration, progress.log_likelihood);
                hear(FitStage::Fitting { model: "Gamma-Gamma", iterations, log_likelihood })
            });
            match value {
                Err(FitError::Cancelled) => Err(FitError::Cancelled),
                value => Ok((purchases, value.map_err(|error| error.to_string()))),
            }
        };
        let (purchases, value) = tokio::task::spawn_blocking(fits)
            .await
            .map_err(|error| EngineError::Internal(error.to_string()))?
            .map_err(|error| match error {
                FitError::Cancelled => EngineError::Cancelled,
                other => EngineError::InsufficientHistory(other.to_string()),
            })?;
        let id = self.next_model_id(workspace, kind).await?;
        let days = (first_day, last_day);
        let now = self.clock.now();
        Ok(FittedModel::new(id, now, days, moment, automatic, purchases, value))
    }

    async fn sample(
        &self,
        workspace: &WorkspaceName,
        last_day: i32,
        moment: &Moment,
    ) -> Result<Sample, EngineError> {
        let zone = moment.zone.clone();
        let cut = Cut { as_of: start_of_day(&zone, last_day + 1), revision: Some(moment.revision) };
        let add = move |summaries: &mut Vec<PurchaseSummary>, history: &History<'_>| {
            summaries.extend(summary(history, &zone, last_day));
        };
        let summaries = lojal_store::fold(&*self.store, workspace, cut, Vec::new, add).await?.concat();
        let first_day = summaries.iter().map(|summary| summary.first_day).min().ok_or_else(|| {
            EngineError::InsufficientHistory(format!(
                "there is no purchase up to {} to fit a model to; record transactions first, or ask about a later day",
                date_of(last_day)
            ))
        })?;
        Ok(Sample { summaries, first_day, last_day })
    }
}

fn start_of_day(zone: &Zone, day: i32) -> EventTime {
    zone.start_of(date_of(day))
}

/// The last day that is over at a moment.
fn last_whole_day(moment: &Moment) -> i32 {
    moment.zone.day_of(moment.as_of) - 1
}

/// For fits that nobody waits to hear of.
fn silent() -> Listener {
    Arc::new(|_| ControlFlow::Continue(()))
}

fn name_of(kind: PurchaseModelKind) -> &'static str {
    match kind {
        PurchaseModelKind::BgNbd => "BG/NBD",
        PurchaseModelKind::MbgNbd => "MBG/NBD",
    }
}
