//! What will customers do whose purchases are not here, but summed up by the caller?

use std::sync::Arc;

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{
    FitError, GammaGammaFit, Levels, PatternTable, PenalisedFit, PurchaseFit, PurchaseModelKind,
    PurchaseSummary, TimeUnit, fit_gamma_gamma, fit_penalised, fit_purchase_model, fit_value,
};
use lojal_store::Wanted;
use rayon::prelude::*;

use crate::ask::pool::while_wanted;
use crate::clv::fitted::{FittedModel, insufficient};
use crate::clv::forecast::{Forecast, Outlook, Prediction};
use crate::clv::model_by_stratum::Memories;
use crate::clv::sample::{Ages, values};
use crate::{Engine, EngineError, Provenance};

/// Predictions of one message, which has intervals.
const BATCH: usize = 250;
/// Of which each thread takes so many at a time.
const PART: usize = 50;

/// The id of a model that was fitted to summaries, and is not kept.
const BROUGHT: &str = "summaries";

/// A customer, summed up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BroughtSummary {
    /// x: purchase days after the first one.
    pub frequency: u32,
    /// t_x: days from the first purchase day to the last.
    pub recency_days: u32,
    /// T: days from the first purchase day to the last that was looked at.
    pub age_days: u32,
    /// Mean net value of the repeat purchase days; none where it is not known, or there are none.
    pub mean_value: Option<f64>,
}

/// By which model.
#[derive(Clone, Debug)]
pub enum BroughtModel {
    /// One that is kept in the workspace.
    Kept(String),
    /// One that is fitted to the summaries: of this kind by maximum likelihood; none for one that is fitted with beliefs about shops in
    /// general, which any number of customers determines.
    Fitted(Option<PurchaseModelKind>, TimeUnit),
}

/// What will customers do whose purchases are not here?
#[derive(Clone, Debug)]
pub struct PredictSummaries {
    /// Who they are, in the caller's words; empty, or as many as there are summaries.
    pub customers: Vec<String>,
    /// What they did.
    pub summaries: Vec<BroughtSummary>,
    /// By which model.
    pub model: BroughtModel,
    /// How to look ahead; the model it names is left aside.
    pub outlook: Outlook,
}

/// Predictions of summaries, a batch at a time.
pub struct SummaryPredictions<'e> {
    engine: &'e Engine,
    forecast: Arc<Forecast>,
    customers: Vec<String>,
    summaries: Vec<BroughtSummary>,
    /// How many were predicted.
    done: usize,
    with_intervals: bool,
}

impl SummaryPredictions<'_> {
    /// The model they are made with.
    #[must_use]
    pub fn model(&self) -> &Arc<FittedModel> {
        &self.forecast.model
    }

    /// Where they come from.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.forecast.provenance()
    }

    /// The next batch, in the order of the summaries; empty at the end.
    ///
    /// # Errors
    /// [`EngineError::Internal`] when the work broke off.
    pub async fn next(&mut self) -> Result<Vec<Prediction>, EngineError> {
        let batch = self.done..(self.done + BATCH).min(self.summaries.len());
        self.done = batch.end;
        let name = |i: usize| self.customers.get(i).cloned().unwrap_or_default();
        let asked: Vec<_> = batch.map(|i| (name(i), self.summaries[i])).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let (forecast, with_intervals) = (self.forecast.clone(), self.with_intervals);
        let work = move |wanted: &Wanted| {
            // Customers who are alike share what was found out about one of them.
            let predict = |part: &[(String, BroughtSummary)]| -> Vec<Prediction> {
                let mut memories = Memories::default();
                let wanted = part.iter().take_while(|_| !wanted.given_up());
                let predict = |(name, summary): &(String, BroughtSummary)| {
                    let summary = summary.on(forecast.today);
                    let mut prediction = forecast.summed_up(name, &summary, &mut memories);
                    if with_intervals {
                        forecast.add_intervals(&mut prediction, &mut memories);
                    }
                    prediction
                };
                wanted.map(predict).collect()
            };
            asked.par_chunks(PART).flat_map_iter(predict).collect()
        };
        let _turn = self.engine.scans.take().await?;
        self.engine.pool.run(work).await
    }
}

impl BroughtSummary {
    /// As if the day before `today` had been the last that was looked at.
    fn on(self, today: i32) -> PurchaseSummary {
        let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
        let first_day = today.saturating_sub(days(self.age_days));
        PurchaseSummary {
            frequency: self.frequency,
            recency_days: self.recency_days,
            age_days: self.age_days,
            first_day,
            last_day: first_day.saturating_add(days(self.recency_days)),
            mean_repeat_value: self.mean_value.filter(|_| self.frequency > 0),
            net_spend_micros: 0,
        }
    }

    /// What is wrong with it, and with which of its numbers.
    fn problem(&self) -> Option<(&'static str, String)> {
        let Self { frequency, recency_days, age_days, mean_value } = *self;
        if recency_days > age_days {
            let problem = format!(
                "is {recency_days} days and age_days {age_days}: the last purchase lies after the last day; \
                 recency is counted from the first purchase on, not back from today"
            );
            return Some(("recency_days", problem));
        }
        if frequency > recency_days {
            let problem = format!(
                "is {frequency} repeat purchase days, and recency_days {recency_days} leave no room for them; \
                 count days with a purchase after the first one, in days and not in weeks"
            );
            return Some(("frequency", problem));
        }
        if frequency == 0 && recency_days > 0 {
            let problem = format!("is {recency_days} without a repeat purchase; it is 0 then");
            return Some(("recency_days", problem));
        }
        let value = mean_value.filter(|value| !(value.is_finite() && value.abs() <= VALUE_MAX));
        value.map(|value| {
            ("mean_value", format!("is {value}; give what a repeat purchase was worth in the mean"))
        })
    }
}

/// What a purchase may be worth.
const VALUE_MAX: f64 = 1e12;

impl Engine {
    /// Answers [`PredictSummaries`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for summaries that cannot be, or a model that looks at more than they tell;
    /// [`EngineError::ModelNotFound`]; [`EngineError::InsufficientHistory`] when none can be fitted.
    pub async fn predict_summaries(
        &self,
        workspace: &WorkspaceName,
        question: PredictSummaries,
    ) -> Result<SummaryPredictions<'_>, EngineError> {
        let PredictSummaries { customers, summaries, model, outlook } = question;
        check(&summaries)?;
        let moment = self.moment(workspace, outlook.scope.clone()).await?;
        let today = moment.today();
        let (model, summaries) = match model {
            BroughtModel::Kept(id) => (self.model_named(workspace, &id).await?, summaries),
            BroughtModel::Fitted(kind, unit) => {
                let fits = move |wanted: &Wanted| (fit(kind, unit, &summaries, today, wanted), summaries);
                let (fitted, summaries) = self.compute(fits).await?;
                let Both { penalised, value, ages, days } = fitted.map_err(insufficient)?;
                let PenalisedFit { mode, posterior } = penalised;
                let now = self.clock.now();
                let mut model = FittedModel::new(BROUGHT.to_owned(), now, days, &moment, true, mode, value);
                model.with_posterior(posterior);
                model.with_customers(&[(Levels::default(), ages)]);
                model.reason = "fitted to the summaries of this question, and not kept".to_owned();
                (Arc::new(model), summaries)
            }
        };
        if model.kind().counts_opportunities() || model.covariate_names().next().is_some() {
            let problem = format!(
                "names {}, which looks at more of a customer than a summary tells; name a model of purchase days without covariates",
                model.id
            );
            return Err(EngineError::field("model_id", problem));
        }
        let with_intervals = outlook.intervals.is_some();
        let forecast = Arc::new(self.forecast_by(workspace, moment, &outlook, model).await?);
        Ok(SummaryPredictions { engine: self, forecast, customers, summaries, done: 0, with_intervals })
    }
}

fn check(summaries: &[BroughtSummary]) -> Result<(), EngineError> {
    if summaries.is_empty() {
        return Err(EngineError::field("frequency", "is empty; give each column one entry a customer"));
    }
    let wrong = summaries.iter().enumerate().find_map(|(i, summary)| Some((i, summary.problem()?)));
    wrong.map_or(Ok(()), |(i, (column, problem))| Err(EngineError::field(format!("{column}[{i}]"), problem)))
}

/// What a fit to summaries comes to.
struct Both {
    penalised: PenalisedFit,
    value: Result<GammaGammaFit, String>,
    ages: Ages,
    days: (i32, i32),
}

fn fit(
    kind: Option<PurchaseModelKind>,
    unit: TimeUnit,
    summaries: &[BroughtSummary],
    today: i32,
    wanted: &Wanted,
) -> Result<Both, FitError> {
    let summaries: Vec<PurchaseSummary> = summaries.iter().map(|summary| summary.on(today)).collect();
    let go_on = |_| while_wanted(wanted);
    let table = PatternTable::from_summaries(&summaries);
    let penalised = match kind {
        Some(kind) => {
            let mode: PurchaseFit = fit_purchase_model(kind, &table, unit, &mut { go_on })?;
            PenalisedFit { mode, posterior: Vec::new() }
        }
        None => fit_penalised(&table, unit, &mut { go_on })?,
    };
    let most = penalised.mode.most_repeat_purchases();
    let value = match kind {
        Some(_) => fit_gamma_gamma(&values(&summaries, most), &mut { go_on }),
        None => fit_value(&summaries, most, &mut { go_on }),
    };
    let value = value.map_err(|error| error.to_string());
    let first_day = summaries.iter().map(|summary| summary.first_day).min().unwrap_or(today);
    Ok(Both { penalised, value, ages: Ages::of(&summaries), days: (first_day, today) })
}
