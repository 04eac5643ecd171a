//! Is this customer still there, and what will he be worth?

use std::sync::Arc;

use lojal_domain::{CustomerId, History, Horizon, WorkspaceName};
use lojal_scoring::clv::{ClvPlan, CustomerHistory, purchases_ahead};

use crate::models::FittedModel;
use crate::purchases::summary;
use crate::{Engine, EngineError, Moment, Provenance, When};

/// The definition of predictions.
pub(crate) const DEFINITION: &str = "clv@1";

/// How to look ahead.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// How far.
    pub horizon: Horizon,
    /// When.
    pub when: When,
    /// With this model; none for the default.
    pub model: Option<String>,
    /// Discount rate a year.
    pub yearly_discount_rate: f64,
}

/// Is this customer still there, and what will he be worth?
#[derive(Clone, Debug)]
pub struct PredictCustomer {
    /// Who.
    pub customer: CustomerId,
    /// How to look ahead.
    pub outlook: Outlook,
}

/// What a customer is predicted to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Who.
    pub customer: String,
    /// Probability that he is still a customer.
    pub alive_probability: f64,
    /// Expected purchase days within the horizon.
    pub expected_purchases: f64,
    /// Expected value of one; none without a value model.
    pub expected_value: Option<f64>,
    /// Discounted value within the horizon; none without a value model.
    pub clv: Option<f64>,
    /// Repeat purchase days.
    pub frequency: u32,
    /// Days from the first purchase day to the last.
    pub recency_days: u32,
    /// Days from the first purchase day to the last before the instant.
    pub age_days: u32,
    /// Mean value of repeat purchase days.
    pub mean_value: Option<f64>,
}

/// An outlook with everything looked up that does not depend on the customer.
pub(crate) struct Forecast {
    pub(crate) moment: Moment,
    pub(crate) model: Arc<FittedModel>,
    plan: ClvPlan,
    today: i32,
}

impl Forecast {
    /// The prediction for one history; none for a customer without a purchase.
    pub(crate) fn predict(&self, history: &History<'_>) -> Option<Prediction> {
        let summary = summary(history, &self.moment.zone, self.today)?;
        let seen = CustomerHistory::from(&summary);
        let purchases = &self.model.purchases.model;
        let value = self.model.value.as_ref().and_then(|value| {
            value.model.expected_value(summary.frequency, summary.mean_repeat_value.unwrap_or(0.0))
        });
        let ahead = purchases_ahead(purchases, &self.plan, &seen);
        Some(Prediction {
            customer: history.customer.unwrap_or_default().to_owned(),
            alive_probability: purchases.p_alive(&seen),
            expected_purchases: ahead.expected,
            expected_value: value,
            clv: value.map(|value| ahead.discounted * value),
            frequency: summary.frequency,
            recency_days: summary.recency_days,
            age_days: summary.age_days,
            mean_value: summary.mean_repeat_value,
        })
    }

    pub(crate) fn provenance(&self) -> Provenance {
        let mut provenance = self.moment.provenance(DEFINITION, None);
        provenance.warnings.extend(self.model.warnings());
        provenance
    }
}

impl Engine {
    /// Looks up what an outlook needs.
    pub(crate) async fn forecast(
        &self,
        workspace: &WorkspaceName,
        outlook: &Outlook,
    ) -> Result<Forecast, EngineError> {
        let moment = self.moment(workspace, outlook.when).await?;
        let plan = ClvPlan::of_months(outlook.horizon.days(), outlook.yearly_discount_rate)
            .ok_or_else(|| EngineError::field("horizon", "is out of range"))?;
        let model = match &outlook.model {
            Some(id) => self.model_named(workspace, id).await?,
            None => self.model_for(workspace, &moment).await?,
        };
        let today = moment.today();
        Ok(Forecast { moment, model, plan, today })
    }

    /// Answers [`PredictCustomer`].
    ///
    /// # Errors
    /// [`EngineError::CustomerNotFound`]; [`EngineError::InsufficientHistory`] for a customer without a purchase, or
    /// when no model can be fitted; [`EngineError::ModelNotFound`].
    pub async fn predict_customer(
        &self,
        workspace: &WorkspaceName,
        PredictCustomer { customer, outlook }: PredictCustomer,
    ) -> Result<(Prediction, Arc<FittedModel>, Provenance), EngineError> {
        let forecast = match self.forecast(workspace, &outlook).await {
            Ok(forecast) => forecast,
            Err(error) => {
                // A customer nobody knows is the caller's mistake whatever the model.
                let moment = self.moment(workspace, outlook.when).await?;
                let known = self.store.history(workspace, &customer, moment.cut(), &mut |_| {}).await?;
                return Err(if known {
                    error
                } else {
                    EngineError::CustomerNotFound { customer, as_of: moment.as_of }
                });
            }
        };
        let mut prediction = None;
        let mut look = |history: &History<'_>| prediction = forecast.predict(history);
        if !self.store.history(workspace, &customer, forecast.moment.cut(), &mut look).await? {
            return Err(EngineError::CustomerNotFound { customer, as_of: forecast.moment.as_of });
        }
        let prediction = prediction.ok_or_else(|| {
            EngineError::InsufficientHistory(format!(
                "customer \"{customer}\" has kept no purchase made before {}, so there is nothing to predict from",
                forecast.moment.as_of
            ))
        })?;
        let provenance = forecast.provenance();
        Ok((prediction, forecast.model, provenance))
    }
}
