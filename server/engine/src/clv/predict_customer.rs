//! Is this customer still there, and what will they be worth?

use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_domain::{CustomerId, Estimate, History, Record, WorkspaceName, limits};
use lojal_scoring::clv::{
    ConfidenceInterval, Ensemble, IntervalMethod, Known, Purchase, PurchaseCounts, PurchaseModel,
    interval_of_probability, summarize,
};

use crate::ask::purchases::purchase_days;
use crate::clv::beside_purchases::BesidePurchases;
use crate::clv::estimated::EstimatedPrediction;
use crate::clv::fitted::FittedModel;
use crate::clv::forecast::{Forecast, Outlook, Prediction};
use crate::clv::model_by_stratum::{Memories, StratumModel};
use crate::clv::moved_by_habits::{MovedOdds, MovedPace};
use crate::clv::sample::cut_after;
use crate::{Engine, EngineError, Moment, Provenance};

/// A list of probabilities ends where so much is covered, or after so many numbers.
const COVERED: f64 = 0.999;
const MOST_PURCHASES: usize = 200;
/// Records of a customer read at once.
const RECORDS_AT_ONCE: usize = 1_000;
/// Points of an alive history, the newest.
const MOST_POINTS: usize = 1_000;
const DAYS_PER_POINT: i32 = 7;
/// Whoever is less likely to buy within the horizon has no date for their next purchase.
const WORTH_A_DATE: f64 = 0.1;
/// Quantiles of the wait for the next purchase.
const WAIT_QUANTILES: [f64; 3] = [0.1, 0.5, 0.9];

/// Whom a prediction is about.
#[derive(Clone, Debug)]
pub enum Whom {
    /// A recorded customer.
    Customer(CustomerId),
    /// Somebody who has just made their first purchase.
    NewCustomer,
}

/// Is this customer still there, and what will they be worth?
#[derive(Clone, Debug)]
pub struct PredictCustomer {
    /// Who.
    pub whom: Whom,
    /// How to look ahead.
    pub outlook: Outlook,
    /// Also how many purchases are how probable, what may come, and when the next one comes.
    pub with_distribution: bool,
    /// Also how probable it was that they were a customer, since their first purchase.
    pub with_alive_history: bool,
}

/// How probable it was at the end of a day that they were a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlivePoint {
    /// The day, since 1970.
    pub day: i32,
    /// The probability.
    pub probability: f64,
    /// Whether they bought on that day.
    pub purchased: bool,
}

/// How many purchases are how probable, and when the next one comes.
#[derive(Clone, Debug, PartialEq)]
pub struct PurchaseDistribution {
    /// Probabilities of 0, 1, 2, ... purchases within the horizon; empty for ever.
    pub probabilities: Vec<f64>,
    /// Probability of more than the last of them; none for ever.
    pub more: Option<f64>,
    /// Days until the next purchase, if one comes: 10, 50 and 90 %. None when hardly any will: a date would mislead.
    pub wait_days: Option<[Option<f64>; 3]>,
}

/// Everything about one customer.
#[derive(Clone, Debug)]
pub struct CustomerForecast {
    /// The prediction.
    pub prediction: Prediction,
    /// Probability that they are a customer at the end of the horizon; none for ever.
    pub alive_at_horizon: Option<(f64, Option<ConfidenceInterval>)>,
    /// If asked for.
    pub distribution: Option<PurchaseDistribution>,
    /// If asked for.
    pub alive_history: Vec<AlivePoint>,
    /// How their habits move the odds of another purchase; none where no learner stands beside the models.
    pub moved_odds: Option<MovedOdds>,
    /// How their habits move the pace at which they come; none where no trees tell it.
    pub moved_pace: Option<MovedPace>,
    /// The model.
    pub model: Arc<FittedModel>,
    /// How intervals are made.
    intervals: Option<IntervalMethod>,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl CustomerForecast {
    /// The prediction as estimates.
    #[must_use]
    pub fn estimated(&self) -> EstimatedPrediction {
        self.prediction.estimates(&self.model, self.intervals).all()
    }

    /// Probability that they are a customer at the end of the horizon; none for ever.
    #[must_use]
    pub fn estimated_alive_at_horizon(&self) -> Option<Estimate> {
        self.alive_at_horizon.map(|found| self.model.estimated_probability(found, self.intervals))
    }
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
        forecast.add_intervals(&mut prediction, &mut Memories::shared());
        let known = prediction.known();
        forecast.add_shares(&mut prediction);
        let stratum = forecast.strata.of(&prediction.levels);
        let distribution = question.with_distribution.then(|| {
            let counts = forecast.add_ranges(&mut prediction);
            distribution(&forecast, &stratum, &known, counts.as_ref())
        });
        Ok(CustomerForecast {
            alive_at_horizon: alive_at_horizon(&forecast, &stratum, &known),
            moved_odds: MovedOdds::of(&stratum.base, &known),
            moved_pace: MovedPace::of(&stratum.base, &known),
            prediction,
            distribution,
            alive_history,
            provenance: forecast.provenance(),
            model: forecast.model,
            intervals: question.outlook.intervals,
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
        Ok(if known { error } else { moment.customer_not_found(customer) })
    }

    async fn look_at(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        forecast: &Forecast,
        with_alive_history: bool,
    ) -> Result<(Prediction, Vec<AlivePoint>), EngineError> {
        let as_of = forecast.moment.as_of;
        let mut prediction = None;
        let mut look = |history: &History<'_>| {
            prediction = forecast.predict(history, &mut Memories::shared());
        };
        if !self.store.history(workspace, customer, forecast.moment.cut(), &mut look).await? {
            return Err(forecast.moment.customer_not_found(customer));
        }
        let prediction = prediction.ok_or_else(|| {
            EngineError::InsufficientHistory(format!(
                "customer \"{customer}\" has kept no purchase made before {as_of}, so there is nothing to predict from"
            ))
        })?;
        if !with_alive_history {
            return Ok((prediction, Vec::new()));
        }
        // With the attributes they have now: the model knows no others of them.
        let stratum = forecast.strata.of(&prediction.levels);
        let eras = self.eras(workspace, customer, forecast).await?;
        Ok((prediction, alive_history(forecast, &stratum.base, &eras)))
    }

    /// A customer's time, cut where a refund or a void changed what had been known of earlier days.
    async fn eras(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        forecast: &Forecast,
    ) -> Result<Vec<Era>, EngineError> {
        let (moment, today) = (&forecast.moment, forecast.today);
        let changes = self.days_of_changes(workspace, customer, moment).await?;
        let mut eras = Vec::with_capacity(changes.len() + 1);
        let mut from = i32::MIN;
        for until in changes.iter().map(|day| day - 1).chain([today]) {
            let cut = if until < today { cut_after(moment, until) } else { moment.cut() };
            let (mut purchases, mut beside) = (Vec::new(), BesidePurchases::default());
            let mut look = |history: &History<'_>| {
                purchases = purchase_days(history, &moment.zone).collect();
                beside = BesidePurchases::of(history, &moment.zone);
            };
            self.store.history(workspace, customer, cut, &mut look).await?;
            eras.push(Era { from, until, purchases, beside });
            from = until + 1;
            // There may be thousands, and others to be served meanwhile.
            tokio::task::yield_now().await;
        }
        Ok(eras)
    }

    /// The days on which a refund or a void of the customer took effect, ascending.
    async fn days_of_changes(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        moment: &Moment,
    ) -> Result<BTreeSet<i32>, EngineError> {
        let mut days = BTreeSet::new();
        let mut before = None;
        loop {
            let page =
                self.store.timeline(workspace, customer, moment.cut(), before, RECORDS_AT_ONCE).await?;
            let changes =
                page.iter().filter(|event| matches!(event.record, Record::Refund(_) | Record::Void(_)));
            days.extend(changes.map(|event| moment.zone.day_of(event.position.time)));
            match page.last() {
                Some(last) if page.len() == RECORDS_AT_ONCE => before = Some(last.position),
                _ => return Ok(days),
            }
        }
    }
}

/// Days over which nothing changed what was known of the days before.
struct Era {
    /// First day.
    from: i32,
    /// Last day.
    until: i32,
    /// Purchases as they were known then.
    purchases: Vec<Purchase>,
    /// What was known beside these.
    beside: BesidePurchases,
}

fn alive_at_horizon(
    forecast: &Forecast,
    stratum: &StratumModel,
    known: &Known,
) -> Option<(f64, Option<ConfidenceInterval>)> {
    let horizon_days = forecast.horizon_days()?;
    let later = |model: &PurchaseModel| model.p_alive_after(&known.history, horizon_days);
    let uncertainty = stratum.uncertainty.as_ref();
    let interval =
        uncertainty.and_then(|uncertainty| interval_of_probability(uncertainty, &stratum.base, known, later));
    Some((stratum.base.probability(known, later), interval))
}

fn distribution(
    forecast: &Forecast,
    stratum: &StratumModel,
    known: &Known,
    counts: Option<&PurchaseCounts>,
) -> PurchaseDistribution {
    let model = &stratum.base;
    let listed = counts.map_or(0, |counts| counts.holding(COVERED).min(MOST_PURCHASES));
    let probabilities = counts.map_or(Vec::new(), |counts| counts.probabilities()[..listed].to_vec());
    let more = counts.map(|counts| counts.more_than(listed));
    let in_sight = |days: &f64| *days <= limits::HORIZON_DAYS as f64;
    let within = forecast.horizon_days().unwrap_or(limits::HORIZON_DAYS as f64);
    let comes = model.probability(known, |model| model.p_purchase_within(&known.history, within));
    let wait = |q| model.wait_quantile_days(&known.history, q).filter(in_sight);
    let wait_days = (comes >= WORTH_A_DATE).then(|| WAIT_QUANTILES.map(wait));
    PurchaseDistribution { probabilities, more, wait_days }
}

/// Week by week and on each purchase day, as far as was known at the end of each of those days.
fn alive_history(forecast: &Forecast, base: &Ensemble, eras: &[Era]) -> Vec<AlivePoint> {
    let (today, counting) = (forecast.today, forecast.counting());
    let first = |era: &Era| summarize(&era.purchases, era.until).map(|summary| summary.first_day);
    let Some(first) = eras.iter().filter_map(first).min() else { return Vec::new() };
    let mut days: Vec<i32> = (first..=today).step_by(DAYS_PER_POINT as usize).collect();
    for era in eras {
        let bought = era.purchases.iter().map(|purchase| purchase.day);
        days.extend(bought.filter(|day| (era.from.max(first)..=era.until).contains(day)));
    }
    days.push(today);
    days.sort_unstable();
    days.dedup();
    let point = |&day: &i32| {
        let era = eras.iter().find(|era| day <= era.until)?;
        let summary = counting.summary_of(&era.purchases, day)?;
        let habits = base.learner().and_then(|_| era.beside.habits(&era.purchases, day));
        let history = forecast.model.history((&summary, habits.as_ref()), day, None);
        let known = Known { habits, ..Known::from(history) };
        let probability = base.probability(&known, |model| model.p_alive(&history));
        Some(AlivePoint { day, probability, purchased: summary.last_day == day })
    };
    let points: Vec<AlivePoint> = days.iter().rev().filter_map(point).take(MOST_POINTS).collect();
    points.into_iter().rev().collect()
}
