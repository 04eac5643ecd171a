//! What a model says of customers, as estimates: with their intervals, and with what they rest on.

use lojal_domain::{Estimate, Method, Methods};
use lojal_scoring::clv::{
    CONFIDENCE, ConfidenceInterval, Estimation, Expected, ExpectedTotal, GammaGammaFit, IntervalMethod,
    Intervals, OutcomeRanges, Scatter, Termination, Totals, Uncertainty, shared_variance, total_ranges,
    variance_of_groups,
};

use crate::clv::fitted::FittedModel;

/// How likely a customer is to be gone, in thirds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChurnRisk {
    /// At most a third.
    Low,
    /// At most two thirds.
    Medium,
    /// More than that.
    High,
}

impl ChurnRisk {
    /// The risk of a probability.
    #[must_use]
    pub fn of(churn: f64) -> Self {
        const THIRD: f64 = 1.0 / 3.0;
        if churn <= THIRD {
            Self::Low
        } else if churn <= 2.0 * THIRD {
            Self::Medium
        } else {
            Self::High
        }
    }
}

/// What a customer is predicted to do.
#[derive(Clone, Debug)]
pub struct EstimatedPrediction {
    /// Probability that they are still a customer.
    pub alive_probability: Estimate,
    /// Purchase days within the horizon.
    pub expected_purchases: Estimate,
    /// Mean value of a purchase day, in currency units.
    pub expected_value: Estimate,
    /// Discounted value within the horizon, in currency units.
    pub clv: Estimate,
    /// Probability that they buy within the horizon.
    pub purchase_probability: Estimate,
    /// Probability that they do not.
    pub churn_probability: Estimate,
    /// The same in words; none where it is undefined.
    pub churn_risk: Option<ChurnRisk>,
    /// Value if they certainly are a customer still, in currency units.
    pub clv_if_alive: Estimate,
    /// Value that hangs on whether they come back, in currency units.
    pub value_at_risk: Estimate,
    /// Purchase days, corrected by how far off the model was on past days; none where it was held against none.
    pub recalibrated_purchases: Option<Estimate>,
    /// Discounted value, corrected by how far off the model was on past days; none where it was held against none.
    pub recalibrated_clv: Option<Estimate>,
}

/// What all customers are predicted to do.
#[derive(Clone, Debug)]
pub struct EstimatedTotals {
    /// Customers with a purchase.
    pub customers: u64,
    /// Those of them who are still there.
    pub alive_customers: Estimate,
    /// Their purchase days within the horizon.
    pub expected_purchases: Estimate,
    /// Their discounted value, in currency units.
    pub clv: Estimate,
    /// Value that hangs on whether they come back, in currency units.
    pub value_at_risk: Estimate,
    /// Purchase days, corrected by how far off the model was on past days; none where it was held against none.
    pub recalibrated_purchases: Option<Estimate>,
    /// Discounted value, corrected by how far off the model was on past days; none where it was held against none.
    pub recalibrated_clv: Option<Estimate>,
    /// What they may come to; none for ever.
    pub ranges: OutcomeRanges,
}

/// How the parameters of a purchase model were estimated, and so what it expects.
pub(crate) const fn how_estimated(estimation: &Estimation) -> Method {
    match estimation {
        Estimation::MaximumLikelihood => Method::MaximumLikelihood,
        Estimation::MaximumAPosteriori { .. } => Method::MaximumAPosteriori,
        Estimation::Assumed => Method::Prior,
    }
}

/// The same of a value model.
pub(crate) const fn how_valued(value: &GammaGammaFit) -> Method {
    match value.termination {
        Termination::NotFitted => Method::Prior,
        _ if value.prior_share.is_some() => Method::MaximumAPosteriori,
        _ => Method::MaximumLikelihood,
    }
}

/// What an estimate rests on: how its model was estimated, from how many customers, and how its interval is made.
#[derive(Clone, Copy)]
struct Ground {
    how: Method,
    n: u64,
    by: Option<IntervalMethod>,
}

impl Ground {
    fn estimate(self, value: Option<f64>, interval: Option<ConfidenceInterval>) -> Estimate {
        let methods = Methods::from(self.how);
        let methods = match (interval, self.by) {
            (Some(_), Some(IntervalMethod::Delta)) => methods.and(Method::DeltaMethod),
            (Some(_), Some(IntervalMethod::Posterior)) => methods.and(Method::PosteriorSpread),
            (Some(_), Some(IntervalMethod::Mixture)) => methods.and(Method::MixtureSpread),
            (Some(_), Some(IntervalMethod::Bootstrap)) => methods.and(Method::ParametricBootstrap),
            _ => methods,
        };
        let estimate = Estimate::plain(value, self.n, methods);
        let Some(interval) = interval else { return estimate };
        estimate
            .between(Some(interval.low), Some(interval.high), CONFIDENCE)
            .give_or_take(Some(interval.standard_error))
    }
}

/// The interval of what is left to 1.
fn rest(interval: ConfidenceInterval) -> ConfidenceInterval {
    ConfidenceInterval {
        standard_error: interval.standard_error,
        low: 1.0 - interval.high,
        high: 1.0 - interval.low,
    }
}

impl FittedModel {
    /// What is said of purchases rests on the purchase model.
    fn of_purchases(&self, by: Option<IntervalMethod>) -> Ground {
        // Of a mean over models the spread of these takes the place of the delta method.
        let (how, spread) = if self.is_mixed() {
            (Method::Mixture, IntervalMethod::Mixture)
        } else if self.is_averaged() {
            (Method::PosteriorMean, IntervalMethod::Posterior)
        } else {
            (how_estimated(&self.purchases.estimation), IntervalMethod::Delta)
        };
        let by = by.map(|by| if by == IntervalMethod::Delta { spread } else { by });
        Ground { how, n: self.purchases.customers, by }
    }

    /// An answer divided by what the model is likely to expect over what comes; none where it was not held against a past day.
    fn recalibrated(
        &self,
        (value, interval): (Option<f64>, Option<ConfidenceInterval>),
        by: Option<IntervalMethod>,
    ) -> Option<Estimate> {
        let bias = self.recalibration()?;
        let interval = interval.map(|interval| ConfidenceInterval {
            standard_error: interval.standard_error / bias,
            low: interval.low / bias,
            high: interval.high / bias,
        });
        let estimate = self.of_purchases(by).estimate(value.map(|value| value / bias), interval);
        Some(Estimate { methods: estimate.methods.and(Method::Recalibrated), ..estimate })
    }

    /// A probability to be alive, with its interval if there is one.
    pub(crate) fn estimated_probability(
        &self,
        (value, interval): (f64, Option<ConfidenceInterval>),
        by: Option<IntervalMethod>,
    ) -> Estimate {
        self.of_purchases(by).estimate(Some(value), interval)
    }

    /// What sums over customers may come to, given how these or an even part of them scatter: also as far off as this model was on past
    /// days of everybody and, as far as these are fewer, of groups.
    pub(crate) fn total_ranges(
        &self,
        totals: &Totals,
        uncertainty: Option<&Uncertainty>,
        scatter: &Scatter,
    ) -> OutcomeRanges {
        let expected = |(mean, interval): (Option<f64>, Option<ConfidenceInterval>)| {
            let mean = mean?;
            let log_error = interval.map_or(0.0, |interval| interval.standard_error / mean);
            Some(ExpectedTotal { mean, log_error })
        };
        let Some(purchases) = expected(totals.purchases(uncertainty)) else {
            return OutcomeRanges::default();
        };
        let spend = expected(totals.spend(uncertainty));
        let share = (totals.customers() as f64 / self.purchases.customers.max(1) as f64).min(1.0);
        let off = shared_variance(&self.past_log_errors())
            + (1.0 - share) * self.group_variance.unwrap_or_else(|| variance_of_groups(&[]));
        total_ranges(scatter, &purchases, spend.as_ref(), off)
    }

    /// Sums over customers, as estimates.
    pub(crate) fn estimated_totals(
        &self,
        totals: &Totals,
        uncertainty: Option<&Uncertainty>,
    ) -> EstimatedTotals {
        let by = uncertainty.map(Uncertainty::method);
        let of = |(value, interval)| self.of_purchases(by).estimate(value, interval);
        let (purchases, clv) = (totals.purchases(uncertainty), totals.clv(uncertainty));
        EstimatedTotals {
            customers: totals.customers(),
            alive_customers: of(totals.alive(uncertainty)),
            expected_purchases: of(purchases),
            clv: of(clv),
            value_at_risk: of(totals.value_at_risk(uncertainty)),
            recalibrated_purchases: self.recalibrated(purchases, by),
            recalibrated_clv: self.recalibrated(clv, by),
            ranges: OutcomeRanges::default(),
        }
    }
}

/// What is predicted of a customer, each number as an estimate when it is asked for: whoever wants a few of millions does not wait for all.
#[derive(Clone, Copy)]
pub struct Estimates<'m> {
    pub(crate) model: &'m FittedModel,
    pub(crate) expected: &'m Expected,
    pub(crate) intervals: &'m Intervals,
    pub(crate) by: Option<IntervalMethod>,
}

impl Estimates<'_> {
    fn of_purchases(self, value: Option<f64>, interval: Option<ConfidenceInterval>) -> Estimate {
        self.model.of_purchases(self.by).estimate(value, interval)
    }

    /// See [`EstimatedPrediction::alive_probability`].
    #[must_use]
    pub fn alive_probability(self) -> Estimate {
        self.of_purchases(Some(self.expected.alive), self.intervals.alive)
    }

    /// See [`EstimatedPrediction::expected_purchases`].
    #[must_use]
    pub fn expected_purchases(self) -> Estimate {
        self.of_purchases(self.expected.purchases, self.intervals.purchases)
    }

    /// See [`EstimatedPrediction::expected_value`].
    #[must_use]
    pub fn expected_value(self) -> Estimate {
        let Self { model, expected, intervals, by } = self;
        let of_values = model.value.as_ref().map_or(model.of_purchases(by), |value| Ground {
            how: how_valued(value),
            n: value.customers,
            by,
        });
        of_values.estimate(expected.value, intervals.value)
    }

    /// See [`EstimatedPrediction::clv`].
    #[must_use]
    pub fn clv(self) -> Estimate {
        self.of_purchases(self.expected.clv, self.intervals.clv)
    }

    /// See [`EstimatedPrediction::purchase_probability`].
    #[must_use]
    pub fn purchase_probability(self) -> Estimate {
        self.of_purchases(self.expected.purchase_probability, self.intervals.purchase_probability)
    }

    fn churn(self) -> Option<f64> {
        self.expected.purchase_probability.map(|probability| 1.0 - probability)
    }

    /// See [`EstimatedPrediction::churn_probability`].
    #[must_use]
    pub fn churn_probability(self) -> Estimate {
        self.of_purchases(self.churn(), self.intervals.purchase_probability.map(rest))
    }

    /// See [`EstimatedPrediction::churn_risk`].
    #[must_use]
    pub fn churn_risk(self) -> Option<ChurnRisk> {
        self.churn().map(ChurnRisk::of)
    }

    /// See [`EstimatedPrediction::clv_if_alive`].
    #[must_use]
    pub fn clv_if_alive(self) -> Estimate {
        self.of_purchases(self.expected.clv_if_alive(), None)
    }

    /// See [`EstimatedPrediction::value_at_risk`].
    #[must_use]
    pub fn value_at_risk(self) -> Estimate {
        self.of_purchases(self.expected.value_at_risk(), None)
    }

    /// See [`EstimatedPrediction::recalibrated_purchases`].
    #[must_use]
    pub fn recalibrated_purchases(self) -> Option<Estimate> {
        self.model.recalibrated((self.expected.purchases, self.intervals.purchases), self.by)
    }

    /// See [`EstimatedPrediction::recalibrated_clv`].
    #[must_use]
    pub fn recalibrated_clv(self) -> Option<Estimate> {
        self.model.recalibrated((self.expected.clv, self.intervals.clv), self.by)
    }

    /// All of them.
    #[must_use]
    pub fn all(self) -> EstimatedPrediction {
        EstimatedPrediction {
            alive_probability: self.alive_probability(),
            expected_purchases: self.expected_purchases(),
            expected_value: self.expected_value(),
            clv: self.clv(),
            purchase_probability: self.purchase_probability(),
            churn_probability: self.churn_probability(),
            churn_risk: self.churn_risk(),
            clv_if_alive: self.clv_if_alive(),
            value_at_risk: self.value_at_risk(),
            recalibrated_purchases: self.recalibrated_purchases(),
            recalibrated_clv: self.recalibrated_clv(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn churn_is_told_in_thirds() {
        for (churn, risk) in [
            (0.0, ChurnRisk::Low),
            (1.0 / 3.0, ChurnRisk::Low),
            (0.34, ChurnRisk::Medium),
            (2.0 / 3.0, ChurnRisk::Medium),
            (0.67, ChurnRisk::High),
            (1.0, ChurnRisk::High),
        ] {
            assert_eq!(ChurnRisk::of(churn), risk, "{churn}");
        }
    }

    #[test]
    fn an_estimate_says_how_its_interval_was_made_if_it_has_one() {
        let interval = ConfidenceInterval { standard_error: 0.1, low: 0.3, high: 0.7 };
        for (by, methods) in [
            (IntervalMethod::Delta, "maximum_likelihood, delta_method"),
            (IntervalMethod::Posterior, "maximum_likelihood, posterior_spread"),
            (IntervalMethod::Mixture, "maximum_likelihood, mixture_spread"),
            (IntervalMethod::Bootstrap, "maximum_likelihood, parametric_bootstrap"),
        ] {
            let ground = Ground { how: Method::MaximumLikelihood, n: 9, by: Some(by) };
            let with = ground.estimate(Some(0.5), Some(interval));
            assert_eq!((with.methods.to_string().as_str(), with.confidence), (methods, Some(0.95)));
            let without = ground.estimate(Some(0.5), None);
            assert_eq!(
                (without.methods.to_string().as_str(), without.confidence),
                ("maximum_likelihood", None)
            );
        }
    }

    #[test]
    fn the_interval_of_the_rest_is_turned() {
        let turned = rest(ConfidenceInterval { standard_error: 0.1, low: 0.25, high: 0.5 });
        assert_eq!((turned.low, turned.high), (0.5, 0.75));
    }
}
