//! An outlook with everything looked up that does not depend on the customer, and what it says of each.

use std::sync::Arc;

use lojal_domain::{History, Horizon, WorkspaceName};
use lojal_scoring::clv::{
    Ahead, ClvPlan, CustomerHistory, Expected, IntervalMethod, Intervals, Known, Memory, PurchaseSummary,
    Uncertainty, expect_remembering, intervals,
};

use crate::models::FittedModel;
use crate::purchases::Counting;
use crate::{Engine, EngineError, Moment, Provenance, When};

/// The definition of predictions.
pub(crate) const DEFINITION: &str = "clv@1";

/// How far to look ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// So far.
    Within(Horizon),
    /// For ever.
    Forever,
}

/// How to look ahead.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// How far.
    pub reach: Reach,
    /// When.
    pub when: When,
    /// With this model; none for the default.
    pub model: Option<String>,
    /// Discount rate a year.
    pub yearly_discount_rate: f64,
    /// How intervals are made; none for no intervals.
    pub intervals: Option<IntervalMethod>,
}

/// What a prediction rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The customer's own repeat purchases.
    Individual,
    /// Customers with the same attributes.
    Segment,
    /// All customers.
    Population,
    /// Shops in general.
    Prior,
}

/// What a customer is predicted to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Who; empty for a new customer.
    pub customer: String,
    /// What is expected.
    pub expected: Expected,
    /// How sure that is.
    pub intervals: Intervals,
    /// What it rests on.
    pub basis: Basis,
    /// Repeat purchase days.
    pub frequency: u32,
    /// Days from the first purchase day to the last.
    pub recency_days: u32,
    /// Days from the first purchase day to the last before the instant.
    pub age_days: u32,
    /// Mean value of repeat purchase days.
    pub mean_value: Option<f64>,
}

impl Prediction {
    /// What the models look at.
    pub(crate) fn known(&self) -> Known {
        let history = CustomerHistory {
            repeat_purchases: self.frequency,
            recency_days: f64::from(self.recency_days),
            age_days: f64::from(self.age_days),
        };
        Known { history, mean_value: self.mean_value }
    }
}

/// An outlook with everything looked up that does not depend on the customer.
pub(crate) struct Forecast {
    pub(crate) moment: Moment,
    pub(crate) model: Arc<FittedModel>,
    pub(crate) ahead: Ahead,
    pub(crate) today: i32,
    pub(crate) uncertainty: Option<Uncertainty>,
}

impl Forecast {
    /// The prediction for one history, still without intervals; none for a customer without a purchase.
    pub(crate) fn predict(&self, history: &History<'_>, memory: &mut Memory) -> Option<Prediction> {
        let summary = self.counting().summary(history, &self.moment.zone, self.today)?;
        Some(self.prediction(history.customer.unwrap_or_default(), &summary, memory))
    }

    /// What the models look at in a history; none for a customer without a purchase.
    pub(crate) fn known(&self, history: &History<'_>) -> Option<Known> {
        let summary = self.counting().summary(history, &self.moment.zone, self.today)?;
        Some(Known { history: CustomerHistory::from(&summary), mean_value: summary.mean_repeat_value })
    }

    fn prediction(&self, customer: &str, summary: &PurchaseSummary, memory: &mut Memory) -> Prediction {
        let mut prediction = Prediction {
            customer: customer.to_owned(),
            expected: Expected::default(),
            intervals: Intervals::default(),
            basis: self.basis(summary.frequency),
            frequency: summary.frequency,
            recency_days: summary.recency_days,
            age_days: summary.age_days,
            mean_value: summary.mean_repeat_value,
        };
        prediction.expected =
            expect_remembering(&self.model.pair(), &self.ahead, &prediction.known(), memory);
        prediction
    }

    /// What its model counts.
    pub(crate) fn counting(&self) -> Counting {
        Counting::of(self.model.kind(), self.model.unit())
    }

    /// What a prediction of somebody with so many repeat purchases rests on.
    pub(crate) fn basis(&self, repeat_purchases: u32) -> Basis {
        if self.model.is_prior() {
            Basis::Prior
        } else if repeat_purchases > 0 {
            Basis::Individual
        } else {
            Basis::Population
        }
    }

    /// Somebody who has just made his first purchase.
    pub(crate) fn new_customer(&self) -> Prediction {
        let summary = PurchaseSummary {
            frequency: 0,
            recency_days: 0,
            age_days: 0,
            first_day: self.today,
            last_day: self.today,
            mean_repeat_value: None,
            net_spend_micros: 0,
        };
        self.prediction("", &summary, &mut Memory::default())
    }

    /// Adds the intervals.
    pub(crate) fn add_intervals(&self, prediction: &mut Prediction, memory: &mut Memory) {
        if let Some(uncertainty) = &self.uncertainty {
            prediction.intervals =
                intervals(uncertainty, &self.model.pair(), &self.ahead, &prediction.known(), memory);
        }
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
        let ahead = match outlook.reach {
            Reach::Within(horizon) => ClvPlan::of_months(horizon.days(), outlook.yearly_discount_rate)
                .map(Ahead::Within)
                .ok_or_else(|| EngineError::field("horizon", "is out of range"))?,
            Reach::Forever if outlook.yearly_discount_rate > 0.0 => {
                Ahead::Forever { yearly_rate: outlook.yearly_discount_rate }
            }
            Reach::Forever => {
                let problem = "is 0, and without a discount what is to come for ever may be infinite; \
                               choose a rate above 0, or a horizon";
                return Err(EngineError::field("yearly_discount_rate", problem));
            }
        };
        let model = match &outlook.model {
            Some(id) => self.model_named(workspace, id).await?,
            None => self.model_for(workspace, &moment).await?,
        };
        let uncertainty = match outlook.intervals {
            None => None,
            Some(IntervalMethod::Delta) => model.delta(),
            Some(IntervalMethod::Bootstrap) => Some(model.bootstrap().ok_or_else(|| {
                EngineError::field(
                    "interval_method",
                    format!(
                        "asks for the bootstrap, but model {} has no replicates; fit it with bootstrap_replicates and name it, or leave interval_method out",
                        model.id
                    ),
                )
            })?),
        };
        let today = moment.today();
        Ok(Forecast { moment, model, ahead, today, uncertainty })
    }
}
