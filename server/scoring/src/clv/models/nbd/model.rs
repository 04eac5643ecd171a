//! The NBD model: customers who buy at their own rate and never leave.
//!
//! Assumptions (Ehrenberg, "The pattern of consumer purchases", *Applied Statistics* 8(1), 1959):
//!
//! 1. a customer buys in a Poisson process of rate `lambda`, for ever;
//! 2. `lambda` varies between customers as Gamma(r, alpha).
//!
//! ```text
//! L(x, T)      = (r)_x alpha^r (alpha+T)^-(r+x)                                                             (1)
//! E[Y(t)]      = (r+x)/(alpha+T) t                                                                          (2)
//! P(Y(t) = n)  = (r+x)_n/n! (t/(alpha+T+t))^n ((alpha+T)/(alpha+T+t))^(r+x)                                 (3)
//! P(no purchase for t) = ((alpha+T)/(alpha+T+t))^(r+x)                                                      (4)
//! DERT         = (r+x)/(alpha+T) / rate                                                                     (5)
//! ```
//!
//! `(z)_n` is the rising factorial; t_x says nothing, since nobody leaves.
//!
//! | paper | field | unit | range |
//! |---|---|---|---|
//! | r | `r` | none | > 0 |
//! | alpha | `alpha` | the model's unit of time | > 0 |
//!
//! It is the yardstick: what a model with dropout gains over it is what dropout explains. References for (1) to (4):
//! Schmittlein, Bemmaor and Morrison, "Why does the NBD model work?", *Marketing Science* 4(3), 1985; Morrison and
//! Schmittlein, "Generalizing the NBD model for customer purchases", *Journal of Business & Economic Statistics* 6(2), 1988.
//!
//! Failure region: customers do leave, so long forecasts are too high (on CDNOW by more than half), and [`Nbd`] says
//! of a customer who has been silent for years that they are alive.

use crate::clv::TimeUnit;
use crate::clv::answers::{Answers, Observed};
use crate::statistics::numerics::negative_binomial::NegativeBinomial;
use crate::statistics::special::Rising;
use serde::{Deserialize, Serialize};

/// Parameters of the NBD model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Nbd {
    /// Shape of the gamma distribution of purchase rates: the smaller, the more customers differ.
    pub r: f64,
    /// Rate parameter of that distribution, in units of time; the mean purchase rate is `r / alpha`.
    pub alpha: f64,
    /// The unit of time of `alpha`.
    pub unit: TimeUnit,
}

impl Nbd {
    /// Shape of the rate's distribution for this customer.
    fn rho(&self, of: &Observed) -> f64 {
        self.r + f64::from(of.x)
    }

    /// The horizon in units of the rate parameter for this customer.
    fn share(&self, of: &Observed, horizon: f64) -> f64 {
        horizon / (self.alpha + of.age)
    }
}

impl Answers for Nbd {
    /// The logarithm of (1).
    fn log_likelihood(&self, of: &Observed) -> f64 {
        Rising::ln(self.r, of.x)
            - f64::from(of.x) * self.alpha.ln()
            - self.rho(of) * (of.age / self.alpha).ln_1p()
    }

    fn p_alive(&self, _: &Observed) -> f64 {
        1.0
    }

    fn p_alive_after(&self, _: &Observed, _: f64) -> f64 {
        1.0
    }

    /// (2).
    fn expected_if_alive(&self, of: &Observed, horizons: &dyn Fn(usize) -> f64, expected: &mut [f64]) {
        for (i, slot) in expected.iter_mut().enumerate() {
            *slot = self.rho(of) * self.share(of, horizons(i));
        }
    }

    /// (3).
    fn purchase_probabilities(&self, of: &Observed, horizon: f64, out: &mut [f64]) {
        for (slot, p) in out.iter_mut().zip(NegativeBinomial::new(self.rho(of), self.share(of, horizon))) {
            *slot = p;
        }
    }

    /// One minus (4).
    fn p_purchase_if_alive(&self, of: &Observed, horizon: f64) -> f64 {
        -(-self.rho(of) * self.share(of, horizon).ln_1p()).exp_m1()
    }

    /// (4) solved for t.
    fn wait_quantile(&self, of: &Observed, q: f64) -> f64 {
        (self.alpha + of.age) * (-(-q).ln_1p() / self.rho(of)).exp_m1()
    }

    /// (5).
    fn discounted_if_alive(&self, of: &Observed, rate: f64) -> f64 {
        self.rho(of) / (self.alpha + of.age) / rate
    }
}

#[cfg(test)]
mod tests;
