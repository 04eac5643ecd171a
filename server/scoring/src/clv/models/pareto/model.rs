//! The Pareto/NBD model: customers may leave at any moment, without a sign.
//!
//! Assumptions (Schmittlein, Morrison and Colombo, "Counting your customers: who are they and what will they do next?",
//! *Management Science* 33(1), 1987, section 2):
//!
//! 1. while alive, a customer buys in a Poisson process of rate `lambda`;
//! 2. `lambda` varies between customers as Gamma(r, alpha);
//! 3. they leave for good after a time that is exponential with rate `mu`;
//! 4. `mu` varies between customers as Gamma(s, beta);
//! 5. `lambda` and `mu` are independent.
//!
//! | paper | code | unit | range |
//! |---|---|---|---|
//! | r | `r` | none | > 0 |
//! | alpha | `alpha` | the model's unit of time | > 0 |
//! | s | `s` | none | > 0 |
//! | beta | `beta` | the model's unit of time | > 0 |
//! | x, t_x, T | `x`, `recency`, `age` | none; time; time | |
//!
//! With `rho = r+x`, `A = alpha+T`, `B = beta+T` and J the integral of the file `silence`:
//!
//! ```text
//! L(x, t_x, T) = (r)_x alpha^r beta^s A^-rho B^-s (1 + Q)                                                 (1)
//! Q = s int_(t_x)^T (A/(alpha+y))^rho (B/(beta+y))^s dy/(beta+y)                                          (2)
//!   = s/(beta+t_x) (A/(alpha+t_x))^rho (B/(beta+t_x))^s J(rho, s+1; alpha+t_x, beta+t_x; T-t_x)
//! P(alive)          = 1 / (1 + Q)                                                                         (3)
//! P(alive at T+t)   = P(alive) (B/(B+t))^s                                                                (4)
//! E[X(T, T+t)]      = P(alive) rho/A int_0^t (1+y/B)^-s dy                                                (5)
//! P(X(T, T+t) = n)  = 1{n=0} (1 - P(alive)) + P(alive) P(n),    P(n) of the file `purchases`              (6)
//! P(X(T, T+t) > 0)  = P(alive) rho/A J(rho+1, s; A, B; t)                                                 (7)
//! DERT(d)           = P(alive) rho/A B U(1, 2-s, d B),          U of the file `discount`                   (8)
//! ```
//!
//! (1) is the sum of the two ways to be silent since t_x, "still here" and "left at y", integrated over both gamma
//! distributions: Fader and Hardie, "A note on deriving the Pareto/NBD model and related expressions", 2005, section 3, before
//! the integral is written with 2F1; (3) and (5) are of their sections 5 and 6. (6) is Fader and Hardie, "Deriving the
//! conditional PMF of the Pareto/NBD model", 2014; (8) eq. 2 of Fader, Hardie and Lee, "RFM and CLV", *Journal of Marketing
//! Research* 42(4), 2005. Given that they are alive, lambda is Gamma(rho, A) and mu is Gamma(s, B), and (4) and (7)
//! follow. `(z)_n` is the rising factorial.
//!
//! Failure region: if nobody seems to leave, only s/beta has a meaning and goes to 0; if all customers leave or buy alike,
//! s and beta, or r and alpha, only have a ratio. With s <= 1 the expected number of purchases of an endless horizon is
//! infinite, so only horizons and discounted sums have an answer. Customers who buy more regularly than at random
//! look alive for too long.

use super::discount::discounted_time;
use super::purchases::ParetoAhead;
use super::silence::Decay;
use crate::clv::TimeUnit;
use crate::clv::answers::{Answers, Observed};
use crate::statistics::special::{Rising, softplus};
use serde::{Deserialize, Serialize};

/// Parameters of the Pareto/NBD model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ParetoNbd {
    /// Shape of the gamma distribution of purchase rates: the smaller, the more customers differ.
    pub r: f64,
    /// Rate parameter of that distribution, in units of time; the mean purchase rate is `r / alpha`.
    pub alpha: f64,
    /// Shape of the gamma distribution of dropout rates.
    pub s: f64,
    /// Rate parameter of that distribution, in units of time; the mean dropout rate is `s / beta`.
    pub beta: f64,
    /// The unit of time of `alpha` and `beta`.
    pub unit: TimeUnit,
}

impl ParetoNbd {
    pub(crate) const fn answers(&self) -> Pareto {
        Pareto { r: self.r, alpha: self.alpha, s: self.s, beta: self.beta }
    }
}

/// The model in its own unit of time: what answers the questions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pareto {
    pub(crate) r: f64,
    pub(crate) alpha: f64,
    pub(crate) s: f64,
    pub(crate) beta: f64,
}

/// `(e^z - 1) / z`, 1 at 0.
fn exp_m1_over(z: f64) -> f64 {
    if z.abs() < f64::MIN_POSITIVE { 1.0 } else { z.exp_m1() / z }
}

impl Pareto {
    fn rho(&self, of: &Observed) -> f64 {
        self.r + f64::from(of.x)
    }

    /// The logarithm of (2), the odds of having left; minus infinity if there was no time to.
    fn ln_odds_left(&self, of: &Observed) -> f64 {
        let silence = of.age - of.recency;
        let (a, b) = (self.alpha + of.recency, self.beta + of.recency);
        let rho = self.rho(of);
        let integral = Decay { p: rho, a, q: self.s + 1.0, b }.integral(silence);
        rho * (silence / a).ln_1p() + self.s * (silence / b).ln_1p() + self.s.ln() + (integral / b).ln()
    }

    fn ahead(&self, of: &Observed) -> ParetoAhead {
        ParetoAhead { rho: self.rho(of), a: self.alpha + of.age, s: self.s, b: self.beta + of.age }
    }

    /// The factor of (5) beside P(alive), `B (1 - (B/(B+t))^(s-1)) / (s-1)` without its pole at s = 1.
    fn purchases_if_alive(&self, of: &Observed, horizon: f64) -> f64 {
        let b = self.beta + of.age;
        let ln_growth = (horizon / b).ln_1p();
        let time = b * ln_growth * exp_m1_over((1.0 - self.s) * ln_growth);
        self.rho(of) / (self.alpha + of.age) * time
    }

    /// Time until a purchase that is made before leaving, as an unnormalised density: the integrand of (7).
    fn next_purchase(&self, of: &Observed) -> Decay {
        Decay { p: self.rho(of) + 1.0, a: self.alpha + of.age, q: self.s, b: self.beta + of.age }
    }
}

impl Answers for Pareto {
    /// The logarithm of (1).
    fn log_likelihood(&self, of: &Observed) -> f64 {
        Rising::ln(self.r, of.x)
            - f64::from(of.x) * self.alpha.ln()
            - self.rho(of) * (of.age / self.alpha).ln_1p()
            - self.s * (of.age / self.beta).ln_1p()
            + softplus(self.ln_odds_left(of))
    }

    /// (3).
    fn p_alive(&self, of: &Observed) -> f64 {
        1.0 / (1.0 + self.ln_odds_left(of).exp())
    }

    /// (4).
    fn p_alive_after(&self, of: &Observed, time: f64) -> f64 {
        self.p_alive(of) * (-self.s * (time / (self.beta + of.age)).ln_1p()).exp()
    }

    /// (5).
    fn expected_if_alive(&self, of: &Observed, horizons: &dyn Fn(usize) -> f64, expected: &mut [f64]) {
        for (i, slot) in expected.iter_mut().enumerate() {
            *slot = self.purchases_if_alive(of, horizons(i));
        }
    }

    /// (6).
    fn purchase_probabilities(&self, of: &Observed, horizon: f64, out: &mut [f64]) {
        let p_alive = self.p_alive(of);
        self.ahead(of).distribution(horizon, out);
        for slot in out.iter_mut() {
            *slot = (p_alive * *slot).min(1.0);
        }
        if let Some(none) = out.first_mut() {
            *none = (*none + (1.0 - p_alive)).min(1.0);
        }
    }

    /// (7).
    fn p_purchase_if_alive(&self, of: &Observed, horizon: f64) -> f64 {
        let rate = self.rho(of) / (self.alpha + of.age);
        (rate * self.next_purchase(of).integral(horizon)).min(1.0)
    }

    /// The inverse of (7) over its limit, in which P(alive) cancels.
    fn wait_quantile(&self, of: &Observed, q: f64) -> f64 {
        self.next_purchase(of).quantile(q)
    }

    /// (8).
    fn discounted_if_alive(&self, of: &Observed, rate: f64) -> f64 {
        let b = self.beta + of.age;
        (self.rho(of) / (self.alpha + of.age)) * (b * discounted_time(self.s, rate * b))
    }
}
