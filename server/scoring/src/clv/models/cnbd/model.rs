//! BG/CNBD-k and MBG/CNBD-k: the BG/NBD and MBG/NBD models for customers who buy more regularly than at random.
//!
//! Assumptions (Platzer and Reutterer, "Ticking away the moments: timing regularity helps to better predict customer
//! activity", *Marketing Science* 35(5), 2016; and "Incorporating regularity into models of noncontractual
//! customer-firm relationships", working paper, 2014):
//!
//! 1. while alive, a customer buys after times that are Erlang-k distributed with rate `lambda`: each is the sum of k exponential
//!    times, as if only every k-th event of a Poisson process were a purchase; the first purchase starts the clock;
//! 2. `lambda` varies between customers as Gamma(r, alpha); k is the same for all;
//! 3. at each of `c = x + d` chances they leave for good with probability `p ~ Beta(a, b)`: after every repeat purchase
//!    (BG, d = 0) or after every purchase (MBG, d = 1).
//!
//! | paper | here | unit | range |
//! |---|---|---|---|
//! | k | `k` | none | whole, 1 ..= 12 |
//! | r, a, b | `r`, `a`, `b` | none | > 0 |
//! | alpha | `alpha` | the model's unit of time | > 0 |
//! | litt | `Regularity::sum_ln` | logarithms of that unit | |
//!
//! With `rho = r + kx`, `z = (T-t_x)/(alpha+T)` and the rising factorial `(.)_n`:
//!
//! ```text
//! L       = C (b)_c/(a+b)_c (r)_kx alpha^r [ (alpha+T)^-rho S + 1{c>0} a/(b+c-1) (alpha+t_x)^-rho ]        (1)
//!   S     = sum_{j<k} (rho)_j/j! z^j                  j events since the last purchase, and no purchase       (2)
//!   ln C  = (k-1) litt - x ln Gamma(k)                the same for all parameters: `histories::regularity`   (3)
//! P(alive) = S / ( S + 1{c>0} a/(b+c-1) ((alpha+T)/(alpha+t_x))^rho )                                       (4)
//! ```
//!
//! Given that they are alive, the stage j (events since the last purchase) has the weights `W_j = (rho)_j/j! z^j / S`,
//! and given j the rate is Gamma(rho+j, alpha+T) and p is Beta(a, B), B = b+c. All that is ahead follows from these,
//! exactly; see the file `ahead`. For k = 1 all of it is the file `bg::family`, which is asked instead.
//!
//! Failure region: one k for all, so a customer base of machines and people fits neither; customers who buy in bursts
//! (litt smaller than at random) get k = 1.

use super::MAX_K;
use super::ahead::CnbdAhead;
use super::stages::Stages;
use crate::clv::TimeUnit;
use crate::clv::answers::{Answers, Observed};
use crate::clv::models::bg::family::Family;
use crate::statistics::numerics::mixing::{ln_rising, ln_survival};
use serde::{Deserialize, Serialize};

/// Parameters of the BG/CNBD-k model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BgCnbd {
    /// Regularity, 1 ..= [`MAX_K`]; 1 is the BG/NBD model.
    pub k: u32,
    /// Shape of the gamma distribution of rates.
    pub r: f64,
    /// Rate parameter of that distribution, in units of time; the mean purchase rate is about `r / alpha / k`.
    pub alpha: f64,
    /// First parameter of the beta distribution of dropout.
    pub a: f64,
    /// Second parameter of the beta distribution of dropout.
    pub b: f64,
    /// The unit of time of `alpha`.
    pub unit: TimeUnit,
}

/// Parameters of the MBG/CNBD-k model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MbgCnbd {
    /// Regularity, 1 ..= [`MAX_K`]; 1 is the MBG/NBD model.
    pub k: u32,
    /// Shape of the gamma distribution of rates.
    pub r: f64,
    /// Rate parameter of that distribution, in units of time; the mean purchase rate is about `r / alpha / k`.
    pub alpha: f64,
    /// First parameter of the beta distribution of dropout.
    pub a: f64,
    /// Second parameter of the beta distribution of dropout.
    pub b: f64,
    /// The unit of time of `alpha`.
    pub unit: TimeUnit,
}

impl BgCnbd {
    pub(crate) fn core(&self) -> Cnbd {
        let Self { k, r, alpha, a, b, .. } = *self;
        Cnbd::new(k, Family { r, alpha, a, b, first_chances: 0 })
    }
}

impl MbgCnbd {
    pub(crate) fn core(&self) -> Cnbd {
        let Self { k, r, alpha, a, b, .. } = *self;
        Cnbd::new(k, Family { r, alpha, a, b, first_chances: 1 })
    }
}

/// The four parameters, which of the two models, and k.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cnbd {
    pub(crate) family: Family,
    k: u32,
}

/// `ln(e^u + e^v)` without overflow.
fn ln_sum(u: f64, v: f64) -> f64 {
    u.max(v) + (-(u - v).abs()).exp().ln_1p()
}

impl Cnbd {
    /// `k` outside 1 ..= [`MAX_K`] is brought into it.
    pub(crate) fn new(k: u32, family: Family) -> Self {
        Self { family, k: k.clamp(1, MAX_K) }
    }

    fn chances(&self, x: u32) -> f64 {
        f64::from(x) + f64::from(self.family.first_chances)
    }

    /// `kx`.
    fn events(&self, x: u32) -> f64 {
        f64::from(x) * f64::from(self.k)
    }

    fn rho(&self, x: u32) -> f64 {
        self.family.r + self.events(x)
    }

    /// Logarithm of the second term in the brackets of (1) over `(alpha+T)^-rho`; `None` without a chance to leave.
    fn ln_left(&self, of: &Observed) -> Option<f64> {
        let c = self.chances(of.x);
        let Family { alpha, a, b, .. } = self.family;
        (c > 0.0).then(|| {
            let ln_time_ratio = ((of.age - of.recency) / (alpha + of.recency)).ln_1p();
            (a / (b + c - 1.0)).ln() + self.rho(of.x) * ln_time_ratio
        })
    }

    fn stages(&self, of: &Observed) -> Stages {
        Stages::new(self.k, self.rho(of.x), (of.age - of.recency) / (self.family.alpha + of.age))
    }

    fn ahead(&self, of: &Observed) -> CnbdAhead {
        let big_b = self.family.b + self.chances(of.x);
        CnbdAhead::new(self.stages(of), self.rho(of.x), self.family.a, big_b)
    }

    /// The horizon in units of the rate parameter for this customer.
    fn share(&self, of: &Observed, horizon: f64) -> f64 {
        horizon / (self.family.alpha + of.age)
    }
}

impl Answers for Cnbd {
    /// The logarithm of (1) without (3).
    fn log_likelihood(&self, of: &Observed) -> f64 {
        if self.k == 1 {
            return self.family.log_likelihood(of);
        }
        let Family { r, alpha, a, b, .. } = self.family;
        let events = self.events(of.x);
        let ln_alive = self.stages(of).sum.ln();
        ln_survival(a, b, self.chances(of.x)) + ln_rising(r, events)
            - events * alpha.ln()
            - self.rho(of.x) * (of.age / alpha).ln_1p()
            + self.ln_left(of).map_or(ln_alive, |ln_left| ln_sum(ln_alive, ln_left))
    }

    /// (4).
    fn p_alive(&self, of: &Observed) -> f64 {
        if self.k == 1 {
            return self.family.p_alive(of);
        }
        self.ln_left(of).map_or(1.0, |ln_left| 1.0 / (1.0 + (ln_left - self.stages(of).sum.ln()).exp()))
    }

    fn p_alive_after(&self, of: &Observed, time: f64) -> f64 {
        self.p_alive(of) * self.ahead(of).survival(self.share(of, time))
    }

    /// The stage since the last purchase matters.
    fn recency_matters_if_alive(&self) -> bool {
        self.k > 1
    }

    fn expected_if_alive(&self, of: &Observed, horizons: &dyn Fn(usize) -> f64, expected: &mut [f64]) {
        if self.k == 1 {
            return self.family.expected_if_alive(of, horizons, expected);
        }
        let ahead = self.ahead(of);
        for (i, slot) in expected.iter_mut().enumerate() {
            *slot = ahead.expected(self.share(of, horizons(i)));
        }
    }

    fn purchase_probabilities(&self, of: &Observed, horizon: f64, out: &mut [f64]) {
        let p_alive = self.p_alive(of);
        self.ahead(of).probabilities(self.share(of, horizon), out);
        out.iter_mut().for_each(|p| *p *= p_alive);
        if let Some(none) = out.first_mut() {
            *none += 1.0 - p_alive;
        }
    }

    fn p_purchase_if_alive(&self, of: &Observed, horizon: f64) -> f64 {
        self.ahead(of).next_within(self.share(of, horizon))
    }

    fn wait_quantile(&self, of: &Observed, q: f64) -> f64 {
        if self.k == 1 {
            return self.family.wait_quantile(of, q);
        }
        (self.family.alpha + of.age) * self.ahead(of).wait_quantile(q)
    }

    fn discounted_if_alive(&self, of: &Observed, rate: f64) -> f64 {
        self.ahead(of).discounted(rate * (self.family.alpha + of.age))
    }
}

#[cfg(test)]
mod tests;
