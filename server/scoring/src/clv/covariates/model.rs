//! Covariates: what is known of a customer besides their purchases, and does not change in time, shifts how often they
//! buy and how readily they leave.
//!
//! Fader and Hardie, "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models", 2007
//! (brucehardie.com/notes/019). With z the dummy-coded values of a customer's attributes (0 for the reference value):
//!
//! ```text
//! both         alpha_i = alpha exp(-g_rate' z)       mean purchase rate      r / alpha_i   times exp(g_rate' z)
//! Pareto/NBD   beta_i  = beta  exp(-g_dropout' z)    mean dropout rate       s / beta_i    times exp(g_dropout' z)
//! BG/NBD       a_i     = a     exp( g_dropout' z)    odds to leave, in mean  a_i / b       times exp(g_dropout' z)
//! ```
//!
//! For BG/NBD the note lets `b` vary with coefficients of its own. Here they are 0: see `server/docs/numerics/covariates.md`.
//!
//! The logarithms of a customer's four parameters are a linear map of theta, the logarithms of the four shared parameters
//! followed by the coefficients. Everything else follows from that map: likelihoods, derivatives, covariances, predictions.

use crate::clv::uncertainty::directions::directions;
use crate::clv::{GammaGammaFit, PurchaseModel, PurchaseModelKind, Uncertainty};
use crate::statistics::normal::two_sided_p;
use serde::{Deserialize, Serialize};
use statrs::function::gamma::gamma_ur;

/// Parameters that every model with covariates shares between customers.
pub(crate) const SHARED: usize = 4;

/// The level of a value that nobody had in the fit; it counts as the reference.
const UNSEEN: u16 = u16::MAX;

/// One attribute of customers, with the values that were told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covariate {
    /// Its name.
    pub name: String,
    /// The value with which the others are compared: the most frequent one.
    pub reference: String,
    /// The other values, sorted.
    pub others: Vec<String>,
}

/// A way in which a covariate shifts a model.
#[derive(Debug)]
pub(crate) struct Effect {
    /// Its name in those of coefficients.
    name: &'static str,
    /// What one unit of a coefficient adds to the logarithms of the four parameters.
    shift: [f64; SHARED],
    /// Whether customers who never came back say something about it that is worth having.
    pub(crate) without_repeats: bool,
}

/// The effects a covariate has on a kind of model; `None` for models that take no covariates.
pub(crate) const fn effects(kind: PurchaseModelKind) -> Option<&'static [Effect]> {
    const RATE: Effect = Effect { name: "rate", shift: [0.0, -1.0, 0.0, 0.0], without_repeats: true };
    const ODDS: Effect = Effect { name: "dropout", shift: [0.0, 0.0, 1.0, 0.0], without_repeats: false };
    const SPEED: Effect = Effect { name: "dropout", shift: [0.0, 0.0, 0.0, -1.0], without_repeats: false };
    match kind {
        PurchaseModelKind::BgNbd => Some(&[RATE, ODDS]),
        PurchaseModelKind::ParetoNbd => Some(&[RATE, SPEED]),
        _ => None,
    }
}

/// A customer's values: for each covariate 0 for the reference, `k` for the `k`-th of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Levels(Vec<u16>);

impl Levels {
    pub(crate) fn of<'v>(covariates: &[Covariate], value_of: impl Fn(&str) -> &'v str) -> Self {
        let level = |covariate: &Covariate| {
            let value = value_of(&covariate.name);
            if value == covariate.reference {
                return 0;
            }
            let place = covariate.others.binary_search_by(|other| other.as_str().cmp(value));
            place.map_or(UNSEEN, |i| i as u16 + 1)
        };
        Self(covariates.iter().map(level).collect())
    }

    /// Positions of the covariates with a value that nobody had in the fit.
    pub fn unseen(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().filter(|(_, level)| **level == UNSEEN).map(|(i, _)| i)
    }
}

/// One column a value, for what depends on values and not on what they do.
pub(crate) const COLUMN: &[Effect] = &[Effect { name: "", shift: [0.0; SHARED], without_repeats: true }];

/// Where coefficients stand in theta, and what they shift.
#[derive(Debug)]
pub(crate) struct Shape {
    effects: &'static [Effect],
    /// Other values of the covariates before each.
    offsets: Vec<usize>,
    columns: usize,
}

impl Shape {
    pub(crate) fn new(effects: &'static [Effect], covariates: &[Covariate]) -> Self {
        let mut columns = 0;
        let offsets = covariates
            .iter()
            .map(|covariate| {
                let offset = columns;
                columns += covariate.others.len();
                offset
            })
            .collect();
        Self { effects, offsets, columns }
    }

    /// Number of parameters with the coefficients.
    pub(crate) const fn parameters(&self) -> usize {
        SHARED + self.effects.len() * self.columns
    }

    /// The positions in theta of a value's coefficients, each with its effect.
    pub(crate) fn places(
        &self,
        covariate: usize,
        level: u16,
    ) -> impl Iterator<Item = (usize, &'static Effect)> + '_ {
        let column = self.offsets[covariate] + usize::from(level.max(1)) - 1;
        (0..).zip(self.effects).map(move |(i, effect)| (SHARED + i * self.columns + column, effect))
    }

    /// The linear map from theta to a customer's four logarithms, without its zeros: columns by their position in theta.
    pub(crate) fn map(&self, levels: &Levels) -> Vec<(usize, [f64; SHARED])> {
        let shared = (0..SHARED).map(|i| (i, std::array::from_fn(|j| f64::from(u8::from(i == j)))));
        let own = levels
            .0
            .iter()
            .enumerate()
            .filter(|(_, level)| **level != 0 && **level != UNSEEN)
            .flat_map(|(covariate, &level)| self.places(covariate, level))
            .map(|(place, effect)| (place, effect.shift));
        shared.chain(own).collect()
    }

    /// Names of the coefficients in their order.
    fn names(&self, covariates: &[Covariate]) -> Vec<String> {
        let values = || covariates.iter().flat_map(|of| of.others.iter().map(move |value| (&of.name, value)));
        self.effects
            .iter()
            .flat_map(|effect| values().map(move |(name, value)| format!("{}: {name}={value}", effect.name)))
            .collect()
    }
}

/// A linear map applied.
pub(crate) fn mapped(map: &[(usize, [f64; SHARED])], theta: &[f64]) -> [f64; SHARED] {
    let mut sum = [0.0; SHARED];
    for (place, column) in map {
        for (slot, shift) in sum.iter_mut().zip(column) {
            *slot += shift * theta[*place];
        }
    }
    sum
}

/// The logarithm by which a value of an attribute multiplies how often customers buy, or how readily they leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coefficient {
    /// Such as `rate: channel=web`.
    pub name: String,
    /// The estimate.
    pub value: f64,
    /// Its standard error; `None` for one that is held or not identified.
    pub standard_error: Option<f64>,
}

impl Coefficient {
    /// The estimate in standard errors (Wald).
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        self.standard_error.filter(|error| *error > 0.0).map(|error| self.value / error)
    }

    /// Probability of an estimate as far from 0 if it were 0 (two-sided, normal).
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.z().map(two_sided_p)
    }
}

/// Whether a larger model is worth its parameters (Wilks 1938).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LikelihoodRatioTest {
    /// Twice the difference of the log-likelihoods.
    pub statistic: f64,
    /// Parameters more.
    pub degrees_of_freedom: u32,
    /// Probability of such a difference if the additional parameters meant nothing.
    pub p_value: f64,
}

impl LikelihoodRatioTest {
    /// From the log-likelihoods of the smaller and the larger model.
    pub(crate) fn new(smaller: f64, larger: f64, degrees_of_freedom: u32) -> Self {
        // The larger one starts from the smaller one, so only rounding can make this negative.
        let statistic = (2.0 * (larger - smaller)).max(0.0);
        let p_value = match degrees_of_freedom {
            0 => 1.0,
            _ if statistic > 0.0 => gamma_ur(0.5 * f64::from(degrees_of_freedom), 0.5 * statistic),
            _ => 1.0,
        };
        Self { statistic, degrees_of_freedom, p_value }
    }
}

/// What a fit with covariates knows beside the shared parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CovariateFit {
    /// The attributes.
    pub covariates: Vec<Covariate>,
    /// Of every value but the reference: first those of how often customers buy, then those of how readily they leave.
    pub coefficients: Vec<Coefficient>,
    /// Covariance of the logarithms of the shared parameters and, after them, of the coefficients; zero for what is held.
    pub covariance: Vec<Vec<f64>>,
    /// All covariates against none.
    pub test: LikelihoodRatioTest,
}

/// Directions in which all parameters vary together, for intervals of sums over customers with different values.
#[derive(Debug, Clone, PartialEq)]
pub struct Directions(Vec<Vec<f64>>);

impl CovariateFit {
    /// Without estimates yet.
    pub(crate) fn unfitted(covariates: Vec<Covariate>, shape: &Shape) -> Self {
        let coefficient = |name| Coefficient { name, value: 0.0, standard_error: None };
        let coefficients = shape.names(&covariates).into_iter().map(coefficient).collect();
        let test = LikelihoodRatioTest::new(0.0, 0.0, 0);
        Self { covariates, coefficients, covariance: Vec::new(), test }
    }

    /// The levels of a customer, given their value of each attribute.
    pub fn levels<'v>(&self, value_of: impl Fn(&str) -> &'v str) -> Levels {
        Levels::of(&self.covariates, value_of)
    }

    /// Those of a customer of whom nothing is known.
    #[must_use]
    pub fn reference(&self) -> Levels {
        Levels(vec![0; self.covariates.len()])
    }

    /// The model of the customers with these values, from that of the reference.
    #[must_use]
    pub fn model(&self, reference: &PurchaseModel, levels: &Levels) -> PurchaseModel {
        let Some(effects) = effects(reference.kind()) else { return *reference };
        let mut theta: Vec<f64> = reference.parameters().iter().map(|p| p.ln()).collect();
        theta.extend(self.coefficients.iter().map(|coefficient| coefficient.value));
        let map = Shape::new(effects, &self.covariates).map(levels);
        if map.len() == SHARED {
            return *reference;
        }
        PurchaseModel::new(reference.kind(), mapped(&map, &theta).map(f64::exp), reference.unit())
    }

    /// What intervals of customers with these values are made of; `model` is theirs.
    #[must_use]
    pub fn uncertainty(
        &self,
        model: &PurchaseModel,
        levels: &Levels,
        value: Option<&GammaGammaFit>,
    ) -> Option<Uncertainty> {
        let map = Shape::new(effects(model.kind())?, &self.covariates).map(levels);
        let mut covariance = vec![vec![0.0; SHARED]; SHARED];
        for (i, column) in &map {
            for (k, other) in &map {
                let entry = self.covariance.get(*i)?.get(*k)?;
                for (row, left) in covariance.iter_mut().zip(column) {
                    for (slot, right) in row.iter_mut().zip(other) {
                        *slot += left * entry * right;
                    }
                }
            }
        }
        Uncertainty::around(*model, &directions(&covariance)?, value)
    }

    /// The directions of [`Self::joint_uncertainty`]; `None` where the data identify nothing.
    #[must_use]
    pub fn directions(&self) -> Option<Directions> {
        directions(&self.covariance).map(Directions)
    }

    /// The same as [`Self::uncertainty`] in directions that are those of everybody, so that sums over customers with different
    /// values can be moved together.
    #[must_use]
    pub fn joint_uncertainty(
        &self,
        model: &PurchaseModel,
        levels: &Levels,
        directions: &Directions,
        value: Option<&GammaGammaFit>,
    ) -> Option<Uncertainty> {
        let map = Shape::new(effects(model.kind())?, &self.covariates).map(levels);
        let columns: Vec<Vec<f64>> =
            directions.0.iter().map(|direction| mapped(&map, direction).to_vec()).collect();
        Uncertainty::around(*model, &columns, value)
    }
}
