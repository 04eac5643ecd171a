//! Is this customer still there, and what will he be worth?

use std::sync::Arc;

use lojal_domain::{CustomerId, History, WorkspaceName, limits};
use lojal_scoring::clv::{Ahead, CustomerHistory, Interval, Purchase, PurchaseModel, Scale, summarize};

use crate::forecast::{Forecast, Outlook, Prediction};
use crate::models::FittedModel;
use crate::peers::{Memories, Peers};
use crate::purchases::purchase_days;
use crate::{Engine, EngineError, Provenance};

/// A distribution of purchases ends where so much is covered, or after so many numbers.
const COVERED: f64 = 0.999;
const MOST_PURCHASES: usize = 200;
/// Points of an alive history, the newest.
const MOST_POINTS: usize = 1_000;
const DAYS_PER_POINT: i32 = 7;
/// Whoever is less likely to buy within the horizon has no date for his next purchase.
const WORTH_A_DATE: f64 = 0.1;
/// Quantiles of the wait for the next purchase.
const WAIT_QUANTILES: [f64; 3] = [0.1, 0.5, 0.9];

/// Whom a prediction is about.
#[derive(Clone, Debug)]
pub enum Whom {
    /// A recorded customer.
    Customer(CustomerId),
    /// Somebody who has just made his first purchase.
    NewCustomer,
}

/// Is this customer still there, and what will he be worth?
#[derive(Clone, Debug)]
pub struct PredictCustomer {
    /// Who.
    pub whom: Whom,
    /// How to look ahead.
    pub outlook: Outlook,
    /// Also how many purchases are how probable, and when the next one comes.
    pub with_distribution: bool,
    /// Also how probable it was that he was a customer, since his first purchase.
    pub with_alive_history: bool,
}

/// How probable it was at the end of a day that he was a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlivePoint {
    /// The day, since 1970.
    pub day: i32,
    /// The probability.
    pub probability: f64,
    /// Whether he bought on that day.
    pub purchased: bool,
}

/// How many purchases are how probable, and when the next one comes.
#[derive(Clone, Debug, PartialEq)]
pub struct PurchaseDistribution {
    /// Probabilities of 0, 1, 2, ... purchases within the horizon; empty for ever.
    pub probabilities: Vec<f64>,
    /// Days until the next purchase, if one comes: 10, 50 and 90 %. None when hardly any will: a date would mislead.
    pub wait_days: Option<[Option<f64>; 3]>,
}

/// Everything about one customer.
#[derive(Clone, Debug)]
pub struct CustomerForecast {
    /// The prediction.
    pub prediction: Prediction,
    /// Probability that he is a customer at the end of the horizon; none for ever.
    pub alive_at_horizon: Option<(f64, Option<Interval>)>,
    /// If asked for.
    pub distribution: Option<PurchaseDistribution>,
    /// If asked for.
    pub alive_history: Vec<AlivePoint>,
    /// The model.
    pub model: Arc<FittedModel>,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Engine {
    /// Answers [`PredictCustomer`].
    ///
    /// # Errors
    /// [`EngineError::CustomerNotFound`]; [`EngineError::InsufficientHistory`] for a customer without a purchase;
    /// [`EngineError::ModelNotFound`]; [`EngineError::InvalidField`] for intervals the model does not have.
    pub async fn predict_customer(
        &self,
        workspace: &WorkspaceName,
        question: PredictCustomer,
    ) -> Result<CustomerForecast, EngineError> {
        let forecast = match self.forecast(workspace, &question.outlook).await {
            Ok(forecast) => forecast,
            Err(error) => return Err(self.unknown_first(workspace, &question, error).await?),
        };
        let (mut prediction, alive_history) = match &question.whom {
            Whom::NewCustomer => (forecast.new_customer(), Vec::new()),
            Whom::Customer(customer) => {
                self.look_at(workspace, customer, &forecast, question.with_alive_history).await?
            }
        };
        forecast.add_intervals(&mut prediction, &mut Memories::default());
        let history = prediction.known().history;
        let peers = forecast.peers.of(&prediction.levels);
        let distribution = question.with_distribution.then(|| distribution(&forecast, &peers, &history));
        Ok(CustomerForecast {
            alive_at_horizon: alive_at_horizon(&forecast, &peers, &history),
            prediction,
            distribution,
            alive_history,
            provenance: forecast.provenance(),
            model: forecast.model,
        })
    }

    /// The error to give: a customer nobody knows is the caller's mistake whatever the model.
    async fn unknown_first(
        &self,
        workspace: &WorkspaceName,
        question: &PredictCustomer,
        error: EngineError,
    ) -> Result<EngineError, EngineError> {
        let Whom::Customer(customer) = &question.whom else { return Ok(error) };
        let moment = self.moment(workspace, question.outlook.scope.clone()).await?;
        let known = self.store.history(workspace, customer, moment.cut(), &mut |_| {}).await?;
        let unknown = || EngineError::CustomerNotFound { customer: customer.clone(), as_of: moment.as_of };
        Ok(if known { error } else { unknown() })
    }

    async fn look_at(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        forecast: &Forecast,
        with_alive_history: bool,
    ) -> Result<(Prediction, Vec<AlivePoint>), EngineError> {
        let as_of = forecast.moment.as_of;
        let (mut prediction, mut points) = (None, Vec::new());
        let mut look = |history: &History<'_>| {
            prediction = forecast.predict(history, &mut Memories::default());
            if with_alive_history {
                // With the attributes he has now: the model knows no others of him.
                let model = &forecast.peers.of(&forecast.peers.levels(history)).pair.purchases;
                points = alive_history(forecast, model, history);
            }
        };
        if !self.store.history(workspace, customer, forecast.moment.cut(), &mut look).await? {
            return Err(EngineError::CustomerNotFound { customer: customer.clone(), as_of });
        }
        let prediction = prediction.ok_or_else(|| {
            EngineError::InsufficientHistory(format!(
                "customer \"{customer}\" has kept no purchase made before {as_of}, so there is nothing to predict from"
            ))
        })?;
        Ok((prediction, points))
    }
}

fn alive_at_horizon(
    forecast: &Forecast,
    peers: &Peers,
    history: &CustomerHistory,
) -> Option<(f64, Option<Interval>)> {
    let Ahead::Within(plan) = &forecast.ahead else { return None };
    let later = |model: &PurchaseModel| model.p_alive_after(history, plan.horizon_days());
    let base = &peers.pair.purchases;
    let probability = later(base);
    let interval = peers.uncertainty.as_ref().and_then(|uncertainty| {
        let ask = |other: &PurchaseModel| if other == base { probability } else { later(other) };
        let others: Vec<f64> = uncertainty.pairs().iter().map(|pair| ask(&pair.purchases)).collect();
        uncertainty.interval(Scale::Logit, probability, &others)
    });
    Some((probability, interval))
}

fn distribution(forecast: &Forecast, peers: &Peers, history: &CustomerHistory) -> PurchaseDistribution {
    let model = &peers.pair.purchases;
    let mut probabilities = Vec::new();
    if let Ahead::Within(plan) = &forecast.ahead {
        probabilities.resize(MOST_PURCHASES, 0.0);
        model.purchase_probabilities(history, plan.horizon_days(), &mut probabilities);
        let mut covered = 0.0;
        let enough = probabilities.iter().position(|p| {
            covered += p;
            covered >= COVERED
        });
        probabilities.truncate(enough.map_or(MOST_PURCHASES, |last| last + 1));
    }
    let in_sight = |days: &f64| *days <= limits::HORIZON_DAYS as f64;
    let within = match &forecast.ahead {
        Ahead::Within(plan) => plan.horizon_days(),
        Ahead::Forever { .. } => limits::HORIZON_DAYS as f64,
    };
    let comes = model.p_purchase_within(history, within) >= WORTH_A_DATE;
    let wait_days =
        comes.then(|| WAIT_QUANTILES.map(|q| model.wait_quantile_days(history, q).filter(in_sight)));
    PurchaseDistribution { probabilities, wait_days }
}

/// Week by week and on each purchase day, as far as was known at the end of each of those days.
fn alive_history(forecast: &Forecast, model: &PurchaseModel, history: &History<'_>) -> Vec<AlivePoint> {
    let (today, counting) = (forecast.today, forecast.counting());
    let purchases: Vec<Purchase> = purchase_days(history, &forecast.moment.zone).collect();
    let Some(first) = summarize(&purchases, today).map(|summary| summary.first_day) else {
        return Vec::new();
    };
    let mut days: Vec<i32> = (first..=today).step_by(DAYS_PER_POINT as usize).collect();
    days.extend(purchases.iter().map(|purchase| purchase.day).filter(|day| (first..=today).contains(day)));
    days.push(today);
    days.sort_unstable();
    days.dedup();
    let from = days.len().saturating_sub(MOST_POINTS);
    days[from..]
        .iter()
        .filter_map(|&day| {
            let summary = counting.summary_of(&purchases, day)?;
            let probability = model.p_alive(&CustomerHistory::from(&summary));
            Some(AlivePoint { day, probability, purchased: summary.last_day == day })
        })
        .collect()
}
