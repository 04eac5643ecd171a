//! An outlook with everything looked up that does not depend on the customer, and what it says of each.

use std::sync::Arc;

use lojal_domain::{History, Horizon, Warning, WorkspaceName};
use lojal_scoring::clv::{
    Ahead, ClvPlan, CustomerHistory, Expected, Habits, IntervalMethod, Intervals, Known, Levels,
    OutcomeRanges, PurchaseCounts, PurchaseModel, PurchaseSummary, customer_ranges, expect_remembering,
    interval_of_probability, intervals,
};

use crate::ask::filter::Sieve;
use crate::ask::purchases::{Counting, purchase_days};
use crate::clv::at_hand::ModelAtHand;
use crate::clv::basis::BasisShares;
use crate::clv::beside_purchases::BesidePurchases;
use crate::clv::estimated::Estimates;
use crate::clv::expectations::{Column, ExpectationColumn};
use crate::clv::fitted::FittedModel;
use crate::clv::model_by_stratum::{Memories, StratumModels};
use crate::clv::when_due::WhenDue;
use crate::{Engine, EngineError, Moment, Provenance, Scope};

/// The definition of predictions.
pub(crate) const DEFINITION: &str = "clv@11";

/// Below this discount rate a year, what comes in a million years counts, of which no model knows, and sums lose their
/// digits.
const LOWEST_RATE_FOREVER: f64 = 1e-6;

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
    pub scope: Scope,
    /// With this model; none for the default.
    pub model: Option<String>,
    /// What to do where that is due to be chosen or fitted again.
    pub when_due: WhenDue,
    /// Discount rate a year.
    pub yearly_discount_rate: f64,
    /// How intervals are made; none for no intervals.
    pub intervals: Option<IntervalMethod>,
}

impl Outlook {
    /// How far to look ahead where a question does not say.
    pub const HORIZON: &str = "12mo";
    /// Discount rate a year where a question names none.
    pub const YEARLY_DISCOUNT_RATE: f64 = 0.1;
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
    /// Shops in general, more than this one.
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
    /// What may come, if asked for; none for ever.
    pub ranges: OutcomeRanges,
    /// What it rests on.
    pub basis: Basis,
    /// How much of it on what, if asked for.
    pub shares: Option<BasisShares>,
    /// Repeat purchase days.
    pub frequency: u32,
    /// Days from the first purchase day to the last.
    pub recency_days: u32,
    /// Days from the first purchase day to the last before the instant.
    pub age_days: u32,
    /// Mean value of repeat purchase days.
    pub mean_value: Option<f64>,
    /// What models look at of the purchases of the customer.
    pub(crate) history: CustomerHistory,
    /// What a learner looks at; none where the model has none.
    pub(crate) habits: Option<Habits>,
    /// The customer's values of the model's covariates.
    pub(crate) levels: Levels,
}

impl Prediction {
    /// What is expected, as estimates of its model, each when it is asked for.
    #[must_use]
    pub fn estimates<'m>(&'m self, model: &'m FittedModel, by: Option<IntervalMethod>) -> Estimates<'m> {
        Estimates { model, expected: &self.expected, intervals: &self.intervals, by }
    }

    /// What the models look at.
    pub(crate) fn known(&self) -> Known {
        Known { history: self.history, mean_value: self.mean_value, habits: self.habits }
    }
}

/// An outlook with everything looked up that does not depend on the customer.
pub(crate) struct Forecast {
    pub(crate) moment: Moment,
    pub(crate) model: Arc<FittedModel>,
    /// What to say where that is not the one that is due.
    pub(crate) provisional: Option<Warning>,
    pub(crate) ahead: Ahead,
    pub(crate) today: i32,
    pub(crate) strata: StratumModels,
    /// Whom it is about. The model is everybody's.
    sieve: Sieve,
    /// What it expects of whom, where that is remembered.
    pub(crate) column: Option<ExpectationColumn>,
    /// How sure it is of who still is a customer, where that is remembered.
    pub(crate) errors: Option<Column<1>>,
}

impl Forecast {
    /// The prediction for one history, still without intervals; none for a customer without a purchase, or one that the
    /// filter leaves out.
    pub(crate) fn predict(&self, history: &History<'_>, memories: &mut Memories) -> Option<Prediction> {
        if !self.sieve.passes(history) {
            return None;
        }
        let seen = self.seen(history, self.today)?;
        let levels = self.strata.levels(history);
        let basis = self.basis(seen.0.frequency, &levels);
        let mut prediction =
            self.nothing_expected(history.customer.unwrap_or_default(), &seen, (levels, basis));
        prediction.expected = match &self.column {
            Some(column) => column.expected(history, || Some(self.expected_of(&prediction, memories)))?,
            None => self.expected_of(&prediction, memories),
        };
        Some(prediction)
    }

    /// Whether a customer is one of those it is about.
    pub(crate) fn passes(&self, history: &History<'_>) -> bool {
        self.sieve.passes(history)
    }

    /// What the models look at in a history; none for a customer without a purchase, or one that the filter leaves out.
    pub(crate) fn known(&self, history: &History<'_>) -> Option<Known> {
        if !self.sieve.passes(history) {
            return None;
        }
        self.known_of(history, self.today)
    }

    fn known_of(&self, history: &History<'_>, today: i32) -> Option<Known> {
        let (summary, habits) = self.seen(history, today)?;
        let mean_value = summary.mean_repeat_value;
        let history = self.model.history((&summary, habits.as_ref()), today, self.horizon_days());
        Some(Known { history, mean_value, habits })
    }

    /// What is expected of a history by itself, as of a day that may be a later one; none for a customer without a purchase.
    pub(crate) fn expected(
        &self,
        history: &History<'_>,
        today: i32,
        memories: &mut Memories,
    ) -> Option<Expected> {
        match self.column.as_ref().filter(|_| today == self.today) {
            Some(column) => column.expected(history, || self.expected_anew(history, today, memories)),
            None => self.expected_anew(history, today, memories),
        }
    }

    fn expected_anew(&self, history: &History<'_>, today: i32, memories: &mut Memories) -> Option<Expected> {
        let known = self.known_of(history, today)?;
        let stratum = self.strata.of(&self.strata.levels(history));
        Some(expect_remembering(&stratum.base, &self.ahead, &known, memories.of(&stratum)))
    }

    /// The standard error of whether somebody still is a customer, a fraction of the work of all intervals; none where nothing is known of it.
    pub(crate) fn alive_error(&self, history: &History<'_>) -> Option<f64> {
        match &self.errors {
            Some(errors) => errors.error(history, || self.alive_error_anew(history)),
            None => self.alive_error_anew(history),
        }
    }

    fn alive_error_anew(&self, history: &History<'_>) -> Option<f64> {
        let stratum = self.strata.of(&self.strata.levels(history));
        let (known, uncertainty) = (self.known_of(history, self.today)?, stratum.uncertainty.as_ref()?);
        let alive = |model: &PurchaseModel| model.p_alive(&known.history);
        Some(interval_of_probability(uncertainty, &stratum.base, &known, alive)?.standard_error)
    }

    /// What models look at, and what a learner beside them does.
    fn seen(&self, history: &History<'_>, today: i32) -> Option<(PurchaseSummary, Option<Habits>)> {
        let zone = &self.moment.zone;
        let Some(fitted) = &self.model.learner else {
            return Some((self.counting().summary(history, zone, today)?, None));
        };
        let beside = BesidePurchases::asked_by(&fitted.learner, history, zone);
        let (summary, habits) = beside.summary_and_habits(purchase_days(history, zone), today)?;
        Some((summary, Some(habits)))
    }

    fn prediction(
        &self,
        customer: &str,
        seen: &(PurchaseSummary, Option<Habits>),
        told_by: (Levels, Basis),
        memories: &mut Memories,
    ) -> Prediction {
        let mut prediction = self.nothing_expected(customer, seen, told_by);
        prediction.expected = self.expected_of(&prediction, memories);
        prediction
    }

    fn expected_of(&self, prediction: &Prediction, memories: &mut Memories) -> Expected {
        let stratum = self.strata.of(&prediction.levels);
        expect_remembering(&stratum.base, &self.ahead, &prediction.known(), memories.of(&stratum))
    }

    /// The prediction, still without what is expected.
    fn nothing_expected(
        &self,
        customer: &str,
        (summary, habits): &(PurchaseSummary, Option<Habits>),
        (levels, basis): (Levels, Basis),
    ) -> Prediction {
        Prediction {
            customer: customer.to_owned(),
            expected: Expected::default(),
            intervals: Intervals::default(),
            ranges: OutcomeRanges::default(),
            basis,
            shares: None,
            frequency: summary.frequency,
            recency_days: summary.recency_days,
            age_days: summary.age_days,
            mean_value: summary.mean_repeat_value,
            history: self.model.history((summary, habits.as_ref()), self.today, self.horizon_days()),
            habits: *habits,
            levels,
        }
    }

    /// What its model counts.
    pub(crate) fn counting(&self) -> Counting {
        Counting::of(self.model.kind(), self.model.unit())
    }

    /// Whether customers with these values are predicted from those who have them, too, and not from everybody.
    fn tells_apart(&self, levels: &Levels) -> bool {
        self.model.covariates.is_some() && levels.unseen().next().is_none()
    }

    /// What a prediction of somebody with so many repeat purchases rests on.
    fn basis(&self, repeat_purchases: u32, levels: &Levels) -> Basis {
        if self.model.rests_on_prior() {
            Basis::Prior
        } else if repeat_purchases > 0 {
            Basis::Individual
        } else if self.tells_apart(levels) {
            Basis::Segment
        } else {
            Basis::Population
        }
    }

    /// The prediction for somebody of whom a summary is all that is known, still without intervals.
    pub(crate) fn summed_up(
        &self,
        customer: &str,
        summary: &PurchaseSummary,
        memories: &mut Memories,
    ) -> Prediction {
        let levels = self.strata.reference();
        let basis = self.basis(summary.frequency, &levels);
        self.prediction(customer, &(*summary, None), (levels, basis), memories)
    }

    /// Somebody who has just made their first purchase.
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
        // Nothing is known of them, so this is no segment's, though the model is that of the reference values.
        let basis = if self.model.rests_on_prior() { Basis::Prior } else { Basis::Population };
        let seen = (summary, self.model.learner.is_some().then(Habits::new_customer));
        self.prediction("", &seen, (self.strata.reference(), basis), &mut Memories::shared())
    }

    /// Adds the intervals.
    pub(crate) fn add_intervals(&self, prediction: &mut Prediction, memories: &mut Memories) {
        let stratum = self.strata.of(&prediction.levels);
        if let Some(uncertainty) = &stratum.uncertainty {
            let (known, memory) = (prediction.known(), memories.of(&stratum));
            prediction.intervals = intervals(uncertainty, &stratum.base, &self.ahead, &known, memory);
        }
    }

    /// Adds how much of it rests on what.
    pub(crate) fn add_shares(&self, prediction: &mut Prediction) {
        let stratum = self.strata.of(&prediction.levels);
        // Of a new customer, who has no name, no attribute is known.
        let by_attributes = !prediction.customer.is_empty() && self.tells_apart(&prediction.levels);
        prediction.shares = Some(self.model.shares(&stratum.base, prediction.age_days, by_attributes));
    }

    /// Days that it looks ahead; none for ever.
    pub(crate) fn horizon_days(&self) -> Option<f64> {
        match &self.ahead {
            Ahead::Within(plan) => Some(plan.horizon_days()),
            Ahead::Forever { .. } => None,
        }
    }

    /// Adds what may come, and gives back the distribution of purchases that it takes; none for ever.
    pub(crate) fn add_ranges(&self, prediction: &mut Prediction) -> Option<PurchaseCounts> {
        let (stratum, known) = (self.strata.of(&prediction.levels), prediction.known());
        let counts = PurchaseCounts::ahead(&stratum.base, &known, self.horizon_days()?);
        prediction.ranges = customer_ranges(&counts, stratum.base.value(), &known, stratum.base.tails());
        Some(counts)
    }

    /// What there is to say of those of whom the filter could not be decided so far.
    pub(crate) fn undecided(&self) -> Option<Warning> {
        self.sieve.warning()
    }

    pub(crate) fn provenance(&self) -> Provenance {
        let mut provenance = self.moment.provenance(DEFINITION, None);
        provenance.warnings.extend(self.provisional.clone());
        provenance.warnings.extend(self.model.warnings());
        provenance.warnings.extend(self.strata.warnings());
        provenance.warnings.extend(self.undecided());
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
        let moment = self.moment(workspace, outlook.scope.clone()).await?;
        self.forecast_at(workspace, moment, outlook).await
    }

    /// The same at a moment that is known already.
    pub(crate) async fn forecast_at(
        &self,
        workspace: &WorkspaceName,
        moment: Moment,
        outlook: &Outlook,
    ) -> Result<Forecast, EngineError> {
        let at_hand = match &outlook.model {
            Some(id) => ModelAtHand::due(self.model_named(workspace, id).await?),
            None => self.model_for(workspace, &moment.of_models(), outlook.when_due).await?,
        };
        let forecast = self.forecast_by(workspace, moment, outlook, at_hand.model).await?;
        Ok(Forecast { provisional: at_hand.provisional, ..forecast })
    }

    /// The same with this model, whatever the outlook names.
    pub(crate) async fn forecast_by(
        &self,
        workspace: &WorkspaceName,
        moment: Moment,
        outlook: &Outlook,
        model: Arc<FittedModel>,
    ) -> Result<Forecast, EngineError> {
        let sieve = self.sieve(workspace, &moment, None).await?;
        let ahead = match outlook.reach {
            Reach::Within(horizon) => ClvPlan::of_months(horizon.days(), outlook.yearly_discount_rate)
                .map(Ahead::Within)
                .ok_or_else(|| EngineError::field("horizon", "is out of range"))?,
            Reach::Forever if outlook.yearly_discount_rate >= LOWEST_RATE_FOREVER => {
                Ahead::Forever { yearly_rate: outlook.yearly_discount_rate }
            }
            Reach::Forever => {
                let problem = format!(
                    "is {}, and with hardly a discount what is to come for ever may be without end; \
                     choose a rate of at least {LOWEST_RATE_FOREVER}, or a horizon",
                    outlook.yearly_discount_rate
                );
                return Err(EngineError::field("yearly_discount_rate", problem));
            }
        };
        let strata = StratumModels::new(model.clone(), outlook.intervals)?;
        let today = moment.today();
        let (provisional, column, errors) = (None, None, None);
        Ok(Forecast { moment, model, provisional, ahead, today, strata, sieve, column, errors })
    }
}
