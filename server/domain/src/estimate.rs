//! A number with how sure we are of it.

use std::fmt;

use crate::Warning;

/// One step of how an estimate or its interval was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// One count over another, without an interval.
    Ratio,
    /// Wilson's score interval of a share.
    Wilson,
    /// Newcombe's interval of the difference of two shares.
    Newcombe,
    /// A trinomial's mean; its interval after Rocks' three additional answers.
    AdjustedWald,
    /// The same, drawn from a population of known size.
    AdjustedWaldFinite,
    /// The same of weighted answers.
    WeightedAdjustedWald,
    /// Strata weighted by their share of all customers.
    PostStratified,
    /// The normal interval of a mean change of the same customers, which nps@1 had.
    PairedNormal,
    /// A mean with Student's interval.
    StudentT,
    /// The difference of two means with Welch's interval.
    WelchT,
    /// The mean change of the same customers with Student's interval.
    PairedT,
    /// A mean with its normal interval.
    Mean,
    /// A mean of shares, one each cohort, with its normal interval.
    MeanOfRates,
    /// A mean without its extremes, with its normal interval.
    TrimmedMean,
    /// A ratio of sums in which each customer is one observation, with its normal interval.
    RatioByCustomer,
    /// A ratio with an interval that is symmetric in its logarithm.
    LogDelta,
    /// A quantile with an interval by ranks.
    OrderStatistics,
    /// The area under a curve with DeLong's interval.
    DeLong,
    /// A standard error from how much each customer moves the figure.
    InfinitesimalJackknife,
    /// The product-limit estimate of Kaplan and Meier.
    KaplanMeier,
    /// Percentiles of resamples, widened for small samples.
    BootstrapExpandedPercentile,
    /// A model fitted by maximum likelihood.
    MaximumLikelihood,
    /// A model fitted with weak beliefs about shops in general.
    MaximumAPosteriori,
    /// The mean over models weighted by how well they agree with the data and with weak beliefs about shops in general.
    PosteriorMean,
    /// The mean over models of several kinds, each fitted by maximum likelihood, weighted by how well they forecast past days.
    Mixture,
    /// A model that nothing was fitted to.
    Prior,
    /// Standard errors of parameters carried over by slopes.
    DeltaMethod,
    /// Mean and variance of what models that stand for a posterior answer.
    PosteriorSpread,
    /// Standard errors of parameters carried over by slopes within models that are mixed, and the spread between these.
    MixtureSpread,
    /// Fits to data simulated from the model.
    ParametricBootstrap,
    /// Divided by what the model is likely to expect over what comes, by how far off it was on past days.
    Recalibrated,
    /// Of answers of which some are of the same customers: standard error and interval by customer.
    ClusteredByCustomer,
    /// Logistic regression with beliefs that pull its terms towards none.
    RidgeLogistic,
}

impl Method {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Wilson => "wilson",
            Self::Newcombe => "newcombe",
            Self::AdjustedWald => "adjusted_wald",
            Self::AdjustedWaldFinite => "adjusted_wald_finite",
            Self::WeightedAdjustedWald => "weighted_adjusted_wald",
            Self::PostStratified => "post_stratified",
            Self::PairedNormal => "paired_normal",
            Self::StudentT => "student_t",
            Self::WelchT => "welch_t",
            Self::PairedT => "paired_t",
            Self::Mean => "mean",
            Self::MeanOfRates => "mean_of_rates",
            Self::TrimmedMean => "trimmed_mean",
            Self::RatioByCustomer => "ratio_by_customer",
            Self::LogDelta => "log_delta",
            Self::OrderStatistics => "order_statistics",
            Self::DeLong => "de_long",
            Self::InfinitesimalJackknife => "infinitesimal_jackknife",
            Self::KaplanMeier => "kaplan_meier",
            Self::BootstrapExpandedPercentile => "bootstrap_expanded_percentile",
            Self::MaximumLikelihood => "maximum_likelihood",
            Self::MaximumAPosteriori => "maximum_a_posteriori",
            Self::PosteriorMean => "posterior_mean",
            Self::Mixture => "mixture",
            Self::Prior => "prior",
            Self::DeltaMethod => "delta_method",
            Self::PosteriorSpread => "posterior_spread",
            Self::MixtureSpread => "mixture_spread",
            Self::ParametricBootstrap => "parametric_bootstrap",
            Self::Recalibrated => "recalibrated",
            Self::ClusteredByCustomer => "clustered_by_customer",
            Self::RidgeLogistic => "ridge_logistic",
        }
    }
}

/// The steps of an estimate, at most three: how its value was estimated, how its interval was made, and what was done to both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Methods([Option<Method>; 3]);

impl Methods {
    /// These steps and one more. A fourth is left out.
    #[must_use]
    pub const fn and(mut self, method: Method) -> Self {
        let mut at = 0;
        while at < self.0.len() {
            if self.0[at].is_none() {
                self.0[at] = Some(method);
                break;
            }
            at += 1;
        }
        self
    }

    /// Each step, the first one first.
    pub fn iter(self) -> impl Iterator<Item = Method> {
        self.0.into_iter().flatten()
    }
}

impl From<Method> for Methods {
    fn from(method: Method) -> Self {
        Self([Some(method), None, None])
    }
}

impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, method) in self.iter().enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            f.write_str(method.name())?;
        }
        Ok(())
    }
}

/// A number that was estimated, with how sure we are of it. What is undefined has no value, never 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The number, in the unit that its field names; none where it is undefined.
    pub value: Option<f64>,
    /// Lower end of its interval, in the same unit; none where the data do not bound it.
    pub low: Option<f64>,
    /// Upper end of its interval, in the same unit; none where the data do not bound it.
    pub high: Option<f64>,
    /// Nominal coverage of the interval, in (0, 1); none without an interval.
    pub confidence: Option<f64>,
    /// Observations it rests on.
    pub n: u64,
    /// Standard error of the value, in the same unit; none where it is not known.
    pub standard_error: Option<f64>,
    /// By what its variance is larger than that of as many observations of as many customers; none where no customer is counted
    /// more than once.
    pub design_effect: Option<f64>,
    /// How it was computed.
    pub methods: Methods,
    /// What to keep in mind when using it.
    pub warnings: Vec<Warning>,
}

impl Estimate {
    /// What is undefined, by this method.
    #[must_use]
    pub fn undefined(methods: impl Into<Methods>) -> Self {
        Self { methods: methods.into(), ..Self::default() }
    }

    /// A number without an interval.
    #[must_use]
    pub fn plain(value: Option<f64>, n: u64, methods: impl Into<Methods>) -> Self {
        Self { value, n, ..Self::undefined(methods) }
    }

    /// The same with an interval of this coverage, if an end of it is known.
    #[must_use]
    pub fn between(self, low: Option<f64>, high: Option<f64>, confidence: f64) -> Self {
        let confidence = (low.is_some() || high.is_some()).then_some(confidence);
        Self { low, high, confidence, ..self }
    }

    /// The same with a standard error.
    #[must_use]
    pub fn give_or_take(self, standard_error: Option<f64>) -> Self {
        Self { standard_error, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_written_one_after_the_other() {
        let methods = Methods::from(Method::MaximumLikelihood);
        assert_eq!(methods.to_string(), "maximum_likelihood");
        let methods = methods.and(Method::DeltaMethod).and(Method::Recalibrated);
        assert_eq!(methods.to_string(), "maximum_likelihood, delta_method, recalibrated");
        assert_eq!(methods.and(Method::Prior), methods);
        assert_eq!(Methods::default().to_string(), "");
    }

    #[test]
    fn an_interval_without_an_end_has_no_coverage() {
        let estimate = Estimate::plain(Some(3.0), 7, Method::Mean);
        assert_eq!(estimate.clone().between(None, None, 0.95).confidence, None);
        assert_eq!(estimate.between(Some(1.0), None, 0.95).confidence, Some(0.95));
    }
}
