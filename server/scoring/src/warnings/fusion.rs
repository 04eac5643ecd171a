//! What several signs say together.
//!
//! | symbol | meaning |
//! |---|---|
//! | p | probability by the purchase models that a customer buys nothing within the horizon |
//! | z_k | 1 where there is a sign of kind k, else 0 |
//! | y | 1 for whoever did buy nothing |
//!
//! ```text
//! logit P(y = 1) = a + logit p + s l + sum over k of b_k z_k,   l = logit p held within 6 of 0
//! a, b_k ~ N(0, 1),  s ~ N(0, .5^2)
//! ```
//!
//! It is fitted to customers with a sign on days in the past after which the horizon has passed. Signs that go together share what they
//! say: their likelihood ratios are not multiplied, as they would be if each were measured by itself. `e^b_k` is what a sign of kind k adds
//! to the odds beside the others and the model, and is 1 as long as nothing is known of it. A customer may be there on several days; the
//! variance is clustered by customer.
//!
//! Sources: le Cessie and van Houwelingen, "Ridge estimators in logistic regression", *Applied Statistics* 41, 1992; Liang and Zeger,
//! "Longitudinal data analysis using generalized linear models", *Biometrika* 73, 1986 (the variance).

use nalgebra::{SMatrix, SVector};

use super::Kind;

/// The constant, the logit of the model, and the signs.
const TERMS: usize = 2 + Kind::ALL.len();
/// Standard deviation of the constant and of signs, before anything is known.
const SPREAD: f64 = 1.0;
/// The same of the slope.
const SPREAD_OF_SLOPE: f64 = 0.5;
/// A slope is learned from logits within this; what is surer is as much as it.
const SUREST: f64 = 6.0;
/// As sure as numbers are told apart from 0 and 1.
const CERTAIN: f64 = 30.0;

type Vector = SVector<f64, TERMS>;
type Matrix = SMatrix<f64, TERMS, TERMS>;

/// A customer with a sign on a day in the past.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Past {
    /// Who, by number.
    pub customer: u32,
    /// Which of the days.
    pub date: u8,
    /// Kinds of signs, a bit each by its place.
    pub kinds: u8,
    /// p.
    pub model: f64,
    /// y.
    pub left: bool,
}

/// What signs say together, as it was learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Fusion {
    coefficients: Vector,
    covariance: Matrix,
}

/// A probability with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fused {
    /// That they buy nothing within the horizon.
    pub probability: f64,
    /// Its logit.
    pub log_odds: f64,
    /// Of the logit.
    pub standard_error: f64,
}

impl Fused {
    /// The ends of an interval whose logit reaches so many standard errors either way.
    #[must_use]
    pub fn between(&self, reach: f64) -> (f64, f64) {
        let half = reach * self.standard_error;
        (expit(self.log_odds - half), expit(self.log_odds + half))
    }
}

fn expit(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln().clamp(-CERTAIN, CERTAIN)
}

/// What goes with a sign, the constant first.
fn terms(model: f64, kinds: u8) -> Vector {
    Vector::from_fn(|i, _| match i {
        0 => 1.0,
        1 => logit(model).clamp(-SUREST, SUREST),
        _ => f64::from(kinds >> (i - 2) & 1),
    })
}

/// What is believed of the terms before anything is known, as a precision.
fn beliefs() -> Matrix {
    let spread = |i: usize| if i == 1 { SPREAD_OF_SLOPE } else { SPREAD };
    Matrix::from_diagonal(&Vector::from_fn(|i, _| spread(i).powi(-2)))
}

impl Fusion {
    /// What nothing but beliefs say: p itself.
    #[must_use]
    pub fn of_beliefs() -> Self {
        let covariance = Matrix::from_diagonal(&beliefs().diagonal().map(|precision| 1.0 / precision));
        Self { coefficients: Vector::zeros(), covariance }
    }

    /// Learned from customers of the past, those of each together. Without any it is beliefs.
    #[must_use]
    pub fn learn<'p>(past: impl Iterator<Item = &'p Past> + Clone) -> Self {
        const STEPS: u32 = 50;
        const ENOUGH: f64 = 1e-10;
        let (beliefs, mut at) = (beliefs(), Vector::zeros());
        for _ in 0..STEPS {
            let (mut gradient, mut information) = (-(beliefs * at), beliefs);
            for one in past.clone() {
                let (x, p) = probability(&at, one);
                gradient += x * (f64::from(u8::from(one.left)) - p);
                information += x * x.transpose() * (p * (1.0 - p));
            }
            // With beliefs the information is never singular.
            let Some(step) = information.cholesky().map(|root| root.solve(&gradient)) else { break };
            at += step;
            if step.amax() < ENOUGH {
                break;
            }
        }
        Self { coefficients: at, covariance: covariance(past, &at, beliefs) }
    }

    /// What signs of a customer say together.
    #[must_use]
    pub fn fused(&self, model: f64, kinds: u8) -> Fused {
        let x = terms(model, kinds);
        let log_odds = logit(model) + self.coefficients.dot(&x);
        let standard_error = (x.transpose() * self.covariance * x)[0].max(0.0).sqrt();
        Fused { probability: expit(log_odds), log_odds, standard_error }
    }

    /// What a sign adds to the logarithm of the odds, beside the others and the model, and its standard error.
    #[must_use]
    pub fn log_odds_of(&self, kind: Kind) -> (f64, f64) {
        let place = 2 + kind.index();
        (self.coefficients[place], self.covariance[(place, place)].max(0.0).sqrt())
    }
}

fn probability(at: &Vector, one: &Past) -> (Vector, f64) {
    let x = terms(one.model, one.kinds);
    (x, expit(logit(one.model) + at.dot(&x)))
}

/// Clustered by customer: `H^-1 (sum over customers of g g' + beliefs) H^-1` with their gradients g.
fn covariance<'p>(past: impl Iterator<Item = &'p Past>, at: &Vector, beliefs: Matrix) -> Matrix {
    let (mut information, mut spread) = (beliefs, beliefs);
    let (mut own, mut whose) = (Vector::zeros(), None);
    for one in past {
        if whose != Some(one.customer) {
            spread += own * own.transpose();
            (own, whose) = (Vector::zeros(), Some(one.customer));
        }
        let (x, p) = probability(at, one);
        own += x * (f64::from(u8::from(one.left)) - p);
        information += x * x.transpose() * (p * (1.0 - p));
    }
    spread += own * own.transpose();
    information.try_inverse().map_or_else(Matrix::zeros, |inverse| inverse * spread * inverse)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn past() -> Vec<Past> {
        (0..60_u32)
            .map(|i| Past {
                customer: i / 2,
                date: (i % 2) as u8,
                kinds: [1, 3, 2, 9, 64][(i % 5) as usize],
                model: f64::from(1 + (7 * i) % 19) / 20.0,
                left: (3 * i + i * i) % 7 < 3,
            })
            .collect()
    }

    /// By `tests/golden/fusion.py`, which minimises the penalised likelihood with SciPy.
    #[test]
    fn coefficients_are_those_that_another_program_finds() {
        let past = past();
        let found = Fusion::learn(past.iter());
        let golden = [
            (0, -0.739_122_691, 0.525_614_725),
            (1, -0.891_921_041, 0.186_882_050),
            (2, -0.127_360_597, 0.550_093_667),
            (3, -0.078_505_618, 0.535_788_281),
            (4, 0.0, 1.0),
            (5, -0.170_234_935, 0.625_736_925),
            (8, 0.047_044_852, 0.683_198_797),
        ];
        for (place, value, error) in golden {
            assert!(
                (found.coefficients[place] - value).abs() < 1e-6,
                "{place}: {}",
                found.coefficients[place]
            );
            let own = found.covariance[(place, place)].sqrt();
            assert!((own - error).abs() < 1e-6, "{place}: {own}");
        }
    }

    #[test]
    fn without_a_past_it_is_the_model() {
        let nothing = Fusion::learn([].iter());
        let fused = nothing.fused(0.3, 0b101);
        assert!((fused.probability - 0.3).abs() < 1e-12);
        assert_eq!(nothing.coefficients, Fusion::of_beliefs().coefficients);
        assert!((nothing.covariance - Fusion::of_beliefs().covariance).amax() < 1e-12);
        let (low, high) = fused.between(1.96);
        assert!(low < 0.1 && high > 0.7, "{low} {high}");
    }

    #[test]
    fn signs_that_go_together_share_what_they_say() {
        // Two signs that are always there together, of whom nine in ten leave where the model says a half.
        let both =
            |i: u32| Past { customer: i, date: 0, kinds: 0b11, model: 0.5, left: !i.is_multiple_of(10) };
        let many: Vec<Past> = (0..4000).map(both).collect();
        let found = Fusion::learn(many.iter());
        assert!((found.fused(0.5, 0b11).probability - 0.9).abs() < 0.01);
        let (one, other) = (found.log_odds_of(Kind::Silence).0, found.log_odds_of(Kind::FewerOrders).0);
        assert!((one - other).abs() < 1e-9);
    }
}
