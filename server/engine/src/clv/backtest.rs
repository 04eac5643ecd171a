//! How far off would a model have been?

use std::sync::Arc;

use lojal_domain::{Warning, WorkspaceName};
use lojal_scoring::clv::{
    CustomerHistory, FitError, GammaGamma, NaiveRule, PurchaseFit, PurchaseModelKind, PurchaseSummary,
    TimeUnit, Tracking, TrackingError, fit_gamma_gamma,
};
use lojal_store::Wanted;
use rayon::prelude::*;

use crate::ask::pool::while_wanted;
use crate::clv::fit_warnings;
use crate::clv::fitted_holdout::FittedHoldout;
use crate::clv::forecast_accuracy::ForecastAccuracy;
use crate::clv::forecast_scores::{self, ForecastScores};
use crate::clv::holdout::{Holdout, HoldoutDays, Whose};
use crate::clv::model_parameters::{self, Parameter};
use crate::clv::models::KIND_WITHOUT_HISTORY;
use crate::clv::rule_counts::count_of;
use crate::clv::sample::values;
use crate::{Engine, EngineError, Moment, Provenance, Scope};

/// The definition of backtests.
const DEFINITION: &str = "backtest@9";
/// Days of the periods of tracking errors.
const WEEK: i32 = 7;

/// How far off would a model have been?
#[derive(Clone, Debug)]
pub struct Backtest {
    /// Which; none for the kind of the default model.
    pub kind: Option<PurchaseModelKind>,
    /// On which days.
    pub days: HoldoutDays,
    /// Unit of time of the parameters.
    pub unit: TimeUnit,
}

/// Who forecasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forecaster {
    /// A model.
    Model(PurchaseModelKind),
    /// A rule of thumb.
    Naive(NaiveRule),
}

/// How a forecaster did.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestResult {
    /// Who.
    pub forecaster: Forecaster,
    /// A model's fit to the calibration.
    pub fit: Option<PurchaseFit>,
    /// Of purchase days; none when there is no forecast.
    pub purchases: Option<ForecastAccuracy>,
    /// Of net spend; none without a value model.
    pub spend: Option<ForecastAccuracy>,
    /// How likely it made the purchase days that came; none when there is no forecast, and of a rule where all or none bought.
    pub scores: Option<ForecastScores>,
    /// Of the curve of all customers.
    pub tracking: Option<TrackingError>,
    /// Why there is no forecast.
    pub problem: Option<String>,
}

impl BacktestResult {
    /// Root mean squared error of purchases, by which results are ranked; infinite without a forecast.
    #[must_use]
    pub fn rmse(&self) -> f64 {
        self.purchases.as_ref().and_then(|accuracy| accuracy.rmse.value).unwrap_or(f64::INFINITY)
    }

    /// The name of who forecasts.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.forecaster {
            Forecaster::Model(kind) => kind.name(),
            Forecaster::Naive(rule) => rule.name(),
        }
    }

    /// The parameters of a model.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter> {
        self.fit.as_ref().map(model_parameters::of_purchases).unwrap_or_default()
    }

    /// What to keep in mind, in sentences.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.fit.iter().flat_map(fit_warnings::warnings).collect()
    }
}

/// Results of a backtest with their days.
#[derive(Clone, Debug)]
pub struct BacktestAnswer {
    /// Of the models.
    pub models: Vec<BacktestResult>,
    /// Of the rules of thumb.
    pub naive: Vec<BacktestResult>,
    /// Last day the models knew.
    pub calibration_end: i32,
    /// Last day that was forecast.
    pub holdout_end: i32,
    /// Customers who had bought by then.
    pub customers: u64,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Engine {
    /// Answers [`Backtest`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for days that do not work; [`EngineError::InsufficientHistory`] when the model cannot
    /// be fitted to the calibration.
    pub async fn backtest(
        &self,
        workspace: &WorkspaceName,
        question: Backtest,
    ) -> Result<BacktestAnswer, EngineError> {
        let kind = match question.kind {
            Some(kind) => kind,
            None => {
                let default = self.default_model(workspace).await?;
                default.map_or(KIND_WITHOUT_HISTORY, |model| model.kind())
            }
        };
        let moment = self.moment(workspace, Scope::default()).await?;
        let cuts = self.cuts(workspace, question.days, &moment).await?;
        let fitted = self
            .fit_holdout(workspace, &[kind], question.unit, cuts.last, Whose::EVERYBODY, (&moment, None))
            .await?;
        let answer = self.held_against(fitted, &moment).await?;
        match answer.models.iter().find_map(|result| result.problem.clone()) {
            Some(problem) => Err(EngineError::InsufficientHistory(problem)),
            None => Ok(answer),
        }
    }

    /// Holds models, beside the rules of thumb, against what came after the day they were fitted on.
    pub(crate) async fn held_against(
        &self,
        fitted: Arc<FittedHoldout>,
        moment: &Moment,
    ) -> Result<BacktestAnswer, EngineError> {
        let (calibration_end, holdout_end) = (fitted.holdout.calibration_end, fitted.holdout.holdout_end);
        let customers = fitted.holdout.before.len() as u64;
        let work = move |wanted: &Wanted| (models(&fitted, wanted), naive(&fitted.holdout));
        let (models, naive) = self.compute(work).await?;
        let provenance = moment.provenance(DEFINITION, None);
        Ok(BacktestAnswer { models, naive, calibration_end, holdout_end, customers, provenance })
    }
}

/// Each model, for as long as that is wanted.
fn models(fitted: &FittedHoldout, wanted: &Wanted) -> Vec<BacktestResult> {
    let FittedHoldout { holdout, most_repeat_purchases, fits, .. } = fitted;
    let values = values(&holdout.before, *most_repeat_purchases);
    let value = fit_gamma_gamma(&values, &mut |_| while_wanted(wanted)).ok().map(|fit| fit.model);
    let result = |(kind, fit): &(PurchaseModelKind, Result<PurchaseFit, FitError>)| match fit {
        Ok(fit) => model(holdout, fit, value, wanted),
        Err(error) => without_forecast(Forecaster::Model(*kind), error),
    };
    let if_wanted = |fit: &_| (!wanted.given_up()).then(|| result(fit));
    fits.par_iter().filter_map(if_wanted).collect()
}

fn model(holdout: &Holdout, fit: &PurchaseFit, value: Option<GammaGamma>, wanted: &Wanted) -> BacktestResult {
    let (model, kind) = (fit.model, fit.model.kind());
    let expected = holdout.expected_by(&model);
    let spend = value.and_then(|value| {
        let worth = |before: &PurchaseSummary| {
            value.expected_value(before.frequency, before.mean_repeat_value.unwrap_or(0.0))
        };
        let values: Option<Vec<f64>> =
            holdout.before.iter().zip(&expected).map(|(before, x)| worth(before).map(|v| v * x)).collect();
        ForecastAccuracy::of(&values?, &holdout.spend)
    });
    let curve = Tracking::of(
        &model,
        &holdout.births,
        &holdout.repeats,
        (holdout.first_day, holdout.holdout_end),
        WEEK,
        &mut || while_wanted(wanted),
    );
    BacktestResult {
        forecaster: Forecaster::Model(kind),
        purchases: ForecastAccuracy::of(&expected, &holdout.purchases),
        spend,
        scores: forecast_scores::of_model(&model, holdout, wanted),
        // The curve counts purchase days.
        tracking: curve
            .continue_value()
            .filter(|_| !kind.counts_opportunities())
            .and_then(|curve| curve.error_after(holdout.calibration_end)),
        fit: Some(fit.clone()),
        problem: None,
    }
}

fn without_forecast(forecaster: Forecaster, error: &FitError) -> BacktestResult {
    let problem = Some(error.to_string());
    BacktestResult {
        forecaster,
        fit: None,
        purchases: None,
        spend: None,
        scores: None,
        tracking: None,
        problem,
    }
}

/// Each rule that the data are long enough for.
fn naive(holdout: &Holdout) -> Vec<BacktestResult> {
    let days = holdout.forecast_days();
    let is_possible = |rule: &NaiveRule| {
        rule.is_possible(days) && (holdout.counts.is_some() || !NaiveRule::OF_DAYS.contains(rule))
    };
    NaiveRule::ALL.into_par_iter().filter(is_possible).map(|rule| by_rule(rule, holdout)).collect()
}

fn by_rule(rule: NaiveRule, holdout: &Holdout) -> BacktestResult {
    let days = holdout.forecast_days();
    let counted = |i: usize| holdout.counts.as_ref().map_or(0.0, |counts| count_of(rule, &counts[i]));
    let of_each = holdout.before.iter().enumerate();
    let expected: Vec<f64> = of_each
        .map(|(i, before)| rule.expected_purchases(&CustomerHistory::from(before), counted(i), days))
        .collect();
    let spend: Vec<f64> = holdout
        .before
        .iter()
        .zip(&expected)
        .map(|(before, x)| x * before.mean_repeat_value.unwrap_or(0.0))
        .collect();
    BacktestResult {
        forecaster: Forecaster::Naive(rule),
        fit: None,
        purchases: ForecastAccuracy::of(&expected, &holdout.purchases),
        spend: ForecastAccuracy::of(&spend, &holdout.spend),
        scores: forecast_scores::of_order(&expected, holdout),
        tracking: None,
        problem: None,
    }
}
