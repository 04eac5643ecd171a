//! The BG/BB model: customers who can use an opportunity or not, a donation, an event, a season.
//!
//! Assumptions (Fader, Hardie and Shang, "Customer-base analysis in a discrete-time noncontractual setting",
//! *Marketing Science* 29(6), 2010, section 3):
//!
//! 1. at the beginning of each opportunity a customer leaves for good with probability `theta`;
//! 2. if they have not left, they use the opportunity with probability `p`;
//! 3. `p` varies between customers as Beta(alpha, beta);
//! 4. `theta` varies between customers as Beta(gamma, delta);
//! 5. `p` and `theta` are independent.
//!
//! | paper | here | unit | range |
//! |---|---|---|---|
//! | alpha, beta, gamma, delta | fields of the same names | none | > 0 |
//! | x | `Observed::x`, `used` | opportunities used | 0 ..= t_x |
//! | t_x | `Observed::recency`, `last_used` | index of the last one used; 0 if x = 0 | 0 ..= n |
//! | n | `Observed::age`, `opportunities` | opportunities so far | >= 0 |
//!
//! With p ~ Beta(alpha+x, beta+t_x-x) and theta ~ Beta(gamma, delta+t_x) after the last use, and `q`, `left`, `used` of the file
//! `race` for `N = n - t_x` opportunities since:
//!
//! ```text
//! L(x, t_x, n)  = (alpha)_x (beta)_(t_x-x)/(alpha+beta)_t_x (delta)_t_x/(gamma+delta)_t_x (q_N + left(N))            (1)
//! P(alive at n) = q_N / (q_N + left(N))                                                                          (2)
//! ```
//!
//! For a customer who is alive at n, p ~ Beta(A, B) with A = alpha+x, B = beta+n-x, and theta ~ Beta(gamma, D) with D = delta+n:
//!
//! ```text
//! P(alive at n+m) = P(alive at n) V_m,   V_m = (D)_m/(gamma+D)_m                                          eq. A10 (3)
//! E[X(n, n+m)]    = P(alive at n) A/(A+B) sum_{i=1}^m V_i                                                  eq. 13  (4)
//!   sum_{i=1}^m V_i = E[(1-theta) (1-(1-theta)^m)/theta]                                                           (5)
//! P(X = y)        = P(alive at n) [ sum_{i=y}^{m-1} V_i gamma/(gamma+D+i) BB(y; i) + V_m BB(y; m) ],  y > 0        (6)
//!   BB(y; i)      = C(i, y) (A)_y (B)_(i-y)/(A+B)_i
//! DERT            = P(alive at n) A/(A+B) sum_{i>=1} V_i (1+d)^-i = P(alive at n) A/(A+B) E[(1-theta)/(d+theta)] (7)
//! ```
//!
//! Equation (6) for a new customer is eq. 7 of the paper.
//!
//! "Alive at n" means not left when opportunity n came, so whoever used it was alive; they may be gone at n+1. Time is
//! counted in opportunities, one to a `unit`. Between whole numbers of opportunities, expectations and probabilities
//! ahead are interpolated linearly. The discount of (7) is a whole opportunity's: a continuous `rate` becomes
//! `d = e^rate - 1`.
//!
//! Failure region: opportunities that come at different times for different customers, or several uses of one, are not
//! seen; a customer who used none looks as one who left at once.

use super::race::{MAX_TERMS, Race};
use crate::clv::answers::{Answers, Observed};
use crate::clv::{ParameterError, TimeUnit};
use crate::statistics::numerics::mixing::{chances, ln_rising, ln_survival, settle};
use crate::statistics::numerics::negative_binomial::Scaled;
use serde::{Deserialize, Serialize};

/// Parameters of the BG/BB model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BgBb {
    /// First parameter of the beta distribution of use; the mean chance to use an opportunity is `alpha / (alpha + beta)`.
    pub alpha: f64,
    /// Second parameter of it.
    pub beta: f64,
    /// First parameter of the beta distribution of dropout; the mean chance to leave is `gamma / (gamma + delta)`.
    pub gamma: f64,
    /// Second parameter of it.
    pub delta: f64,
    /// The time from one opportunity to the next.
    pub unit: TimeUnit,
}

/// What the model looks at in one customer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OpportunityHistory {
    /// x: opportunities used, without the one that made them a customer.
    pub used: u32,
    /// t_x: index of the last one used, the first being 1; 0 if none was.
    pub last_used: u32,
    /// n: opportunities so far.
    pub opportunities: u32,
}

impl From<&OpportunityHistory> for Observed {
    fn from(history: &OpportunityHistory) -> Self {
        let (recency, age) = (f64::from(history.last_used), f64::from(history.opportunities));
        Self { x: history.used, recency, age }
    }
}

/// A customer in whole opportunities: x, t_x and n. What cannot be is brought into range: a last use after n is at n, and
/// more uses than opportunities until then are as many.
struct Counted {
    x: f64,
    last: f64,
    n: f64,
}

impl Counted {
    fn new(of: &Observed) -> Self {
        let n = of.age.round().max(0.0);
        let last = if of.x == 0 { 0.0 } else { of.recency.round().clamp(0.0, n) };
        Self { x: f64::from(of.x).min(last), last, n }
    }
}

/// `f` at a whole number, or on the line between its values at the next ones.
fn interpolated(time: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (whole, part) = (time.floor(), time.fract());
    let at = f(whole);
    if part > 0.0 { at + part * (f(whole + 1.0) - at) } else { at }
}

impl BgBb {
    /// alpha, beta, gamma, delta.
    #[must_use]
    pub const fn parameters(&self) -> [f64; 4] {
        [self.alpha, self.beta, self.gamma, self.delta]
    }

    /// Whether the parameters are positive and finite; to be asked once about a model that was read from outside.
    ///
    /// # Errors
    ///
    /// Names the first parameter that is not.
    pub fn check(&self) -> Result<(), ParameterError> {
        for (name, value) in ["alpha", "beta", "gamma", "delta"].into_iter().zip(self.parameters()) {
            if !(value > 0.0 && value.is_finite()) {
                return Err(ParameterError { name, value });
            }
        }
        Ok(())
    }

    /// The race between use and leaving since the last use.
    fn since_last(&self, of: &Counted) -> Race {
        Race { a: self.alpha + of.x, b: self.beta + (of.last - of.x), g: self.gamma, d: self.delta + of.last }
    }

    /// The race ahead of a customer who is alive at n.
    fn ahead(&self, of: &Counted) -> Race {
        Race { a: self.alpha + of.x, b: self.beta + (of.n - of.x), g: self.gamma, d: self.delta + of.n }
    }

    fn p_alive_counted(&self, of: &Counted) -> f64 {
        let race = self.since_last(of);
        let silent = of.n - of.last;
        let left = race.left_within(silent);
        if left > 0.0 { 1.0 / (1.0 + (left.ln() - race.ln_neither(silent)).exp()) } else { 1.0 }
    }

    /// Probability that they have not left when opportunity n came.
    #[must_use]
    pub fn p_alive(&self, of: &OpportunityHistory) -> f64 {
        Answers::p_alive(self, &of.into())
    }

    /// Probability that they will not have left when opportunity n + `ahead` comes.
    #[must_use]
    pub fn p_alive_after(&self, of: &OpportunityHistory, ahead: u32) -> f64 {
        Answers::p_alive_after(self, &of.into(), f64::from(ahead))
    }

    /// Expected number of opportunities used of the next `ahead`.
    #[must_use]
    pub fn expected_uses(&self, of: &OpportunityHistory, ahead: u32) -> f64 {
        Answers::expected_purchases(self, &of.into(), f64::from(ahead))
    }

    /// Probabilities that they use exactly 0, 1, 2, ... of the next `ahead` opportunities; fills `out`.
    pub fn use_probabilities(&self, of: &OpportunityHistory, ahead: u32, out: &mut [f64]) {
        Answers::purchase_probabilities(self, &of.into(), f64::from(ahead), out);
    }

    /// Probability that they use at least one of the next `ahead` opportunities.
    #[must_use]
    pub fn p_use_within(&self, of: &OpportunityHistory, ahead: u32) -> f64 {
        Answers::p_purchase_within(self, &of.into(), f64::from(ahead))
    }

    /// Opportunities within which the next use comes with probability `q`, given that one comes at all; `None` if `q` is
    /// not within (0, 1) or the wait is longer than any number.
    #[must_use]
    pub fn wait_quantile(&self, of: &OpportunityHistory, q: f64) -> Option<f64> {
        let valid = q > 0.0 && q < 1.0;
        valid.then(|| Answers::wait_quantile(self, &of.into(), q)).filter(|wait| wait.is_finite())
    }

    /// Expected number of all uses ahead, discounted by `exp(-rate)` an opportunity; `None` unless `rate > 0`.
    #[must_use]
    pub fn discounted_uses(&self, of: &OpportunityHistory, rate: f64) -> Option<f64> {
        (rate > 0.0).then(|| Answers::discounted_purchases(self, &of.into(), rate))
    }

    /// Logarithm of the likelihood of a history, without combinatorial constants.
    #[must_use]
    pub fn log_likelihood(&self, of: &OpportunityHistory) -> f64 {
        Answers::log_likelihood(self, &of.into())
    }
}

impl Answers for BgBb {
    /// The logarithm of (1).
    fn log_likelihood(&self, of: &Observed) -> f64 {
        let of = Counted::new(of);
        let race = self.since_last(&of);
        let silent = of.n - of.last;
        ln_rising(self.alpha, of.x) + ln_rising(self.beta, of.last - of.x)
            - ln_rising(self.alpha + self.beta, of.last)
            + ln_survival(self.gamma, self.delta, of.last)
            + (race.ln_neither(silent).exp() + race.left_within(silent)).ln()
    }

    /// (2).
    fn p_alive(&self, of: &Observed) -> f64 {
        self.p_alive_counted(&Counted::new(of))
    }

    /// (3).
    fn p_alive_after(&self, of: &Observed, time: f64) -> f64 {
        let of = Counted::new(of);
        let race = self.ahead(&of);
        self.p_alive_counted(&of) * interpolated(time, |m| ln_survival(race.g, race.d, m).exp())
    }

    /// (4).
    fn expected_if_alive(&self, of: &Observed, horizons: &dyn Fn(usize) -> f64, expected: &mut [f64]) {
        let race = self.ahead(&Counted::new(of));
        for (i, slot) in expected.iter_mut().enumerate() {
            *slot = race.a / (race.a + race.b) * interpolated(horizons(i), |m| periods_alive(&race, m));
        }
    }

    /// (6).
    fn purchase_probabilities(&self, of: &Observed, horizon: f64, out: &mut [f64]) {
        let of = Counted::new(of);
        let (race, alive) = (self.ahead(&of), self.p_alive_counted(&of));
        let (whole, part) = (horizon.floor(), horizon.fract());
        use_distribution(&race, whole, out);
        if part > 0.0 {
            let mut later = vec![0.0; out.len()];
            use_distribution(&race, whole + 1.0, &mut later);
            out.iter_mut().zip(later).for_each(|(p, later)| *p += part * (later - *p));
        }
        out.iter_mut().for_each(|p| *p *= alive);
        if let Some(none) = out.first_mut() {
            *none += 1.0 - alive;
        }
    }

    /// `used(m)` of the file `race`.
    fn p_purchase_if_alive(&self, of: &Observed, horizon: f64) -> f64 {
        let race = self.ahead(&Counted::new(of));
        interpolated(horizon, |m| race.used_within(m))
    }

    fn wait_quantile(&self, of: &Observed, q: f64) -> f64 {
        self.ahead(&Counted::new(of)).wait_quantile(q)
    }

    /// (7).
    fn discounted_if_alive(&self, of: &Observed, rate: f64) -> f64 {
        let race = self.ahead(&Counted::new(of));
        let d = rate.exp_m1();
        let periods = settle(|step| {
            let points = chances(race.g, race.d, step);
            points.iter().map(|theta| theta.weight * theta.ln_not_p.exp() / (d + theta.p)).sum()
        });
        race.a / (race.a + race.b) * periods
    }
}

/// (5): the expected number of the next `m` opportunities at which a customer who is alive still is.
fn periods_alive(race: &Race, m: f64) -> f64 {
    /// Up to so many opportunities the sum is cheaper than the points of a distribution.
    const SUMMED: f64 = 512.0;
    if m <= SUMMED {
        let (mut sum, mut alive, mut i) = (0.0, 1.0, 0.0);
        while i < m {
            alive *= (race.d + i) / (race.g + race.d + i);
            sum += alive;
            i += 1.0;
        }
        return sum;
    }
    settle(|step| {
        let points = chances(race.g, race.d, step);
        let periods = |p: f64, ln_not_p: f64| {
            if p * m > f64::MIN_POSITIVE { ln_not_p.exp() * -(m * ln_not_p).exp_m1() / p } else { m }
        };
        points.iter().map(|theta| theta.weight * periods(theta.p, theta.ln_not_p)).sum()
    })
}

/// (6) for a customer who is alive, `m` opportunities ahead.
fn use_distribution(race: &Race, m: f64, out: &mut [f64]) {
    if m > MAX_TERMS {
        return long_use_distribution(race, m, out);
    }
    for (y, slot) in (0_u32..).zip(out) {
        let y = f64::from(y);
        *slot = if y > m { 0.0 } else { uses_within(race, m, y) };
    }
}

/// One probability of (6): BB(y; i) for `i = y`, then each from the one before.
fn uses_within(race: &Race, m: f64, y: f64) -> f64 {
    let all = race.a + race.b;
    let mut used = Scaled::from_ln(ln_rising(race.a, y) - ln_rising(all, y));
    let mut alive = ln_survival(race.g, race.d, y).exp();
    let (mut sum, mut i) = (0.0, y);
    while i < m {
        let after = race.g + race.d + i;
        sum += alive * race.g / after * used.value();
        alive *= (race.d + i) / after;
        used.multiply((i + 1.0) / (i + 1.0 - y) * ((race.b + i - y) / (all + i)));
        i += 1.0;
    }
    sum + alive * used.value()
}

/// (6) as a mean over p and theta: with `s` of the file `race`, the number of opportunities of m at which something
/// happens, a use or leaving, would be binomial without end, so
///
/// ```text
/// P(X = y) = E[ used^y ( left P(K > y) + P(K = y) ) ],   K ~ Bin(m, 1-s),   used = p(1-theta)/(1-s), left = 1 - used
/// ```
fn long_use_distribution(race: &Race, m: f64, out: &mut [f64]) {
    /// One step for all y: where m is beyond [`MAX_TERMS`] the mean is this exact with it.
    const STEP: f64 = 0.0625;
    let ln_choose: Vec<f64> = (0..out.len())
        .scan(0.0, |sum, y| {
            let y = y as f64;
            let now = *sum;
            *sum += ((m - y) / (y + 1.0)).max(f64::MIN_POSITIVE).ln();
            Some(now)
        })
        .collect();
    out.fill(0.0);
    race.pairs(STEP, |pair| {
        let ln_decided = (-pair.ln_neither.exp_m1()).max(f64::MIN_POSITIVE).ln();
        let (mut more, mut weight, mut y) = (1.0_f64, pair.weight, 0.0);
        for (slot, ln_choose) in out.iter_mut().zip(&ln_choose) {
            let exactly = (ln_choose + y * ln_decided + (m - y) * pair.ln_neither).exp();
            more = (more - exactly).max(0.0);
            *slot += weight * (pair.left * more + exactly);
            weight *= pair.used;
            y += 1.0;
        }
    });
}

#[cfg(test)]
mod tests;
