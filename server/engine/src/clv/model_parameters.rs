//! The parameters of a fitted model, with their intervals and correlations.

use lojal_domain::{Estimate, Method};
use lojal_scoring::clv::{CONFIDENCE, CovariateFit, GammaGammaFit, PurchaseFit, Z_OF_CONFIDENCE};

use crate::ask::estimates::{around_in_logarithm, limited};
use crate::clv::estimated::{how_estimated, how_valued};
use crate::clv::fitted::FittedModel;

/// Correlations of coefficients that are smaller are left out: three hundred coefficients have fifty thousand.
const SMALLEST_CORRELATION: f64 = 0.1;

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its symbol, or the name of a coefficient.
    pub name: String,
    /// Its value.
    pub estimate: Estimate,
}

/// How two parameters go together.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// The one.
    pub first: String,
    /// The other.
    pub second: String,
    /// From -1 to 1, of their logarithms; of coefficients as they are.
    pub correlation: f64,
}

fn parameter(
    name: &str,
    value: f64,
    standard_error: Option<f64>,
    log_variance: f64,
    (how, n): (Method, u64),
) -> Parameter {
    // On the log scale, where the likelihood is closest to a parabola and an end below zero is impossible.
    let half = standard_error.map(|_| Z_OF_CONFIDENCE * log_variance.max(0.0).sqrt());
    let limits = around_in_logarithm(Some(value), half);
    let estimate = limited(Some(value), limits, n, how, CONFIDENCE).give_or_take(standard_error);
    Parameter { name: name.to_owned(), estimate }
}

/// The parameters of a purchase model.
pub(crate) fn of_purchases(fit: &PurchaseFit) -> Vec<Parameter> {
    let named = fit.model.parameter_names().iter().zip(fit.model.parameters()).enumerate();
    named
        .map(|(i, (name, value))| {
            let log_variance = fit.covariance_of_log_params.get(i).map_or(0.0, |row| row[i]);
            let error = fit.standard_errors.get(i).copied().flatten();
            parameter(name, value, error, log_variance, (how_estimated(&fit.estimation), fit.customers))
        })
        .collect()
}

/// The coefficients of covariates: logarithms of factors, so the interval is symmetric as they are.
fn coefficients(fit: &CovariateFit, n: u64) -> impl Iterator<Item = Parameter> {
    fit.coefficients.iter().map(move |coefficient| {
        let (value, error) = (coefficient.value, coefficient.standard_error);
        let half = error.map(|error| Z_OF_CONFIDENCE * error);
        let estimate = Estimate::plain(Some(value), n, Method::MaximumLikelihood)
            .between(half.map(|half| value - half), half.map(|half| value + half), CONFIDENCE)
            .give_or_take(error);
        Parameter { name: coefficient.name.clone(), estimate }
    })
}

/// How values go with frequency: the logarithm of a factor, too.
fn by_frequency(b: f64, fit: &GammaGammaFit) -> Parameter {
    let error = fit.by_frequency.map(|known| known.standard_error);
    let half = error.map(|error| Z_OF_CONFIDENCE * error);
    let estimate = Estimate::plain(Some(b), fit.customers, how_valued(fit))
        .between(half.map(|half| b - half), half.map(|half| b + half), CONFIDENCE)
        .give_or_take(error);
    Parameter { name: "b".to_owned(), estimate }
}

impl FittedModel {
    /// The parameters of the purchase model, then the coefficients of its covariates.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut all = of_purchases(&self.purchases);
        all.extend(self.covariates.iter().flat_map(|fit| coefficients(fit, self.purchases.customers)));
        all
    }

    /// The parameters of the value model; none without one.
    #[must_use]
    pub fn value_parameters(&self) -> Vec<Parameter> {
        let Some(value) = &self.value else { return Vec::new() };
        let found = [("p", value.model.p), ("q", value.model.q), ("gamma", value.model.gamma)];
        let named = found.into_iter().enumerate().map(|(i, (name, estimate))| {
            let log_variance = value.covariance_of_log_params[i][i];
            let ground = (how_valued(value), value.customers);
            parameter(name, estimate, value.standard_errors[i], log_variance, ground)
        });
        named.chain(value.model.by_frequency.map(|of| by_frequency(of.b, value))).collect()
    }

    /// How parameters go together, and those coefficients that do.
    #[must_use]
    pub fn correlations(&self) -> Vec<Correlation> {
        let (fit, covariates) = (&self.purchases, self.covariates.as_ref());
        let coefficients = covariates.iter().flat_map(|of| &of.coefficients).map(|one| one.name.as_str());
        let names: Vec<&str> = fit.model.parameter_names().iter().copied().chain(coefficients).collect();
        let covariance = covariates.map_or(&fit.covariance_of_log_params, |of| &of.covariance);
        let shared = fit.model.parameter_names().len();
        let mut pairs = Vec::new();
        for i in 0..covariance.len() {
            for j in 0..i {
                let spread = (covariance[i][i] * covariance[j][j]).sqrt();
                let correlation = (covariance[i][j] / spread).clamp(-1.0, 1.0);
                let told = i < shared || correlation.abs() >= SMALLEST_CORRELATION;
                if spread > 0.0 && told {
                    let (first, second) = (names[j].to_owned(), names[i].to_owned());
                    pairs.push(Correlation { first, second, correlation });
                }
            }
        }
        pairs
    }
}
