//! How far off would a model have been?

use lojal_domain::{Warning, WorkspaceName};
use lojal_scoring::clv::{
    Accuracy, CustomerHistory, FitError, GammaGamma, NaiveRule, PatternTable, PurchaseFit, PurchaseModelKind,
    Regularity, TimeUnit, Tracking, TrackingError, fit_gamma_gamma, fit_purchase_model,
};
use lojal_store::Wanted;
use rayon::prelude::*;

use crate::ask::pool::while_wanted;
use crate::ask::purchases::Counting;
use crate::clv::fit_warnings;
use crate::clv::forecast_scores::{self, ForecastScores};
use crate::clv::holdout::{Holdout, HoldoutDays};
use crate::clv::model_parameters::{self, Parameter};
use crate::clv::models::KIND_WITHOUT_HISTORY;
use crate::clv::sample::values;
use crate::{Engine, EngineError, Provenance, Scope};

/// The definition of backtests.
const DEFINITION: &str = "backtest@2";
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
    pub purchases: Option<Accuracy>,
    /// Of net spend; none without a value model.
    pub spend: Option<Accuracy>,
    /// How likely it made the purchase days that came; none when there is no forecast, of a rule where all or none bought, or where
    /// nobody asked.
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
        self.purchases.as_ref().map_or(f64::INFINITY, |accuracy| accuracy.rmse)
    }

    /// The name of who forecasts.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.forecaster {
            Forecaster::Model(kind) => kind.name(),
            Forecaster::Naive(NaiveRule::SameRate) => "same rate",
            Forecaster::Naive(NaiveRule::SamePeriod) => "same period",
            Forecaster::Naive(NaiveRule::Hiatus) => "hiatus",
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
        let answer = self.compare(workspace, vec![kind], question.days, question.unit).await?;
        match answer.models.iter().find_map(|result| result.problem.clone()) {
            Some(problem) => Err(EngineError::InsufficientHistory(problem)),
            None => Ok(answer),
        }
    }

    /// Backtests models on the same days, beside the rules of thumb.
    pub(crate) async fn compare(
        &self,
        workspace: &WorkspaceName,
        kinds: Vec<PurchaseModelKind>,
        days: HoldoutDays,
        unit: TimeUnit,
    ) -> Result<BacktestAnswer, EngineError> {
        let moment = self.moment(workspace, Scope::default()).await?;
        let counting = kinds.first().map_or(Counting::Days, |&kind| Counting::of(kind, unit));
        let holdout = self.holdout(workspace, days, &moment, counting).await?;
        let (calibration_end, holdout_end) = (holdout.calibration_end, holdout.holdout_end);
        let customers = holdout.before.len() as u64;
        let work = move |wanted: &Wanted| {
            let mut models = models(&holdout, &kinds, unit, wanted);
            for result in &mut models {
                let fit = result.fit.as_ref();
                result.scores = fit.and_then(|fit| forecast_scores::of_model(&fit.model, &holdout, wanted));
            }
            (models, naive(&holdout))
        };
        let (models, naive) = self.compute(work).await?;
        let provenance = moment.provenance(DEFINITION, None);
        Ok(BacktestAnswer { models, naive, calibration_end, holdout_end, customers, provenance })
    }
}

/// Each model, fitted to the calibration and held against the holdout, for as long as that is wanted; without scores, for
/// which only questions ask.
pub(crate) fn models(
    holdout: &Holdout,
    kinds: &[PurchaseModelKind],
    unit: TimeUnit,
    wanted: &Wanted,
) -> Vec<BacktestResult> {
    let regularity = Regularity::from_gaps(&holdout.gaps);
    let table = PatternTable::from_summaries(&holdout.before).with_regularity(regularity);
    // Models of opportunities leave nobody out.
    let of_opportunities = kinds.iter().any(|kind| kind.counts_opportunities());
    let most = if of_opportunities { u32::MAX } else { table.most_repeat_purchases() };
    let value = fit_gamma_gamma(&values(&holdout.before, most), &mut |_| while_wanted(wanted)).ok();
    let value = value.map(|fit| fit.model);
    let wanted_still = |_: &&PurchaseModelKind| !wanted.given_up();
    let kinds = kinds.iter().take_while(wanted_still);
    kinds.map(|&kind| model(holdout, kind, unit, &table, value, wanted)).collect()
}

fn model(
    holdout: &Holdout,
    kind: PurchaseModelKind,
    unit: TimeUnit,
    table: &PatternTable,
    value: Option<GammaGamma>,
    wanted: &Wanted,
) -> BacktestResult {
    let forecaster = Forecaster::Model(kind);
    let fit = match fit_purchase_model(kind, table, unit, &mut |_| while_wanted(wanted)) {
        Ok(fit) => fit,
        Err(error) => return without_forecast(forecaster, &error),
    };
    let model = fit.model;
    let expected: Vec<f64> = holdout
        .before
        .par_iter()
        .map(|before| model.expected_purchases(&CustomerHistory::from(before), holdout.days()))
        .collect();
    let spend = value.and_then(|value| {
        let worth = |before: &lojal_scoring::clv::PurchaseSummary| {
            value.expected_value(before.frequency, before.mean_repeat_value.unwrap_or(0.0))
        };
        let values: Option<Vec<f64>> =
            holdout.before.iter().zip(&expected).map(|(before, x)| worth(before).map(|v| v * x)).collect();
        Accuracy::of(&values?, &holdout.spend)
    });
    let curve = Tracking::of(
        &model,
        &holdout.births,
        &holdout.repeats,
        (holdout.first_day, holdout.holdout_end),
        WEEK,
    );
    BacktestResult {
        forecaster,
        purchases: Accuracy::of(&expected, &holdout.purchases),
        spend,
        scores: None,
        // The curve counts purchase days.
        tracking: curve.error_after(holdout.calibration_end).filter(|_| !kind.counts_opportunities()),
        fit: Some(fit),
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

fn naive(holdout: &Holdout) -> Vec<BacktestResult> {
    NaiveRule::ALL
        .iter()
        .map(|&rule| {
            let purchases = |before| {
                rule.expected_purchases(
                    &CustomerHistory::from(before),
                    holdout.calibration_days(),
                    holdout.days(),
                )
            };
            let expected: Vec<f64> = holdout.before.iter().map(purchases).collect();
            let spend: Vec<f64> = holdout
                .before
                .iter()
                .zip(&expected)
                .map(|(before, x)| x * before.mean_repeat_value.unwrap_or(0.0))
                .collect();
            BacktestResult {
                forecaster: Forecaster::Naive(rule),
                fit: None,
                purchases: Accuracy::of(&expected, &holdout.purchases),
                spend: Accuracy::of(&spend, &holdout.spend),
                scores: forecast_scores::of_order(&expected, holdout),
                tracking: None,
                problem: None,
            }
        })
        .collect()
}
