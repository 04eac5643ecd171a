//! What every purchase model answers about one customer.
//!
//! A model is a distribution of what a customer does after their first purchase; a customer is what was observed of
//! them. Each model file implements this trait from its own equations, and everything above it (intervals, backtests,
//! lifetime value) knows only the trait. Times are in the model's own unit here; the type [`crate::clv::PurchaseModel`]
//! converts from days.

/// What was observed of a customer, in the model's unit of time. A new customer is all zeros.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observed {
    /// x.
    pub(crate) x: u32,
    /// t_x, between 0 and the age; 0 if x = 0.
    pub(crate) recency: f64,
    /// T.
    pub(crate) age: f64,
}

/// The questions. Answers are finite for finite times, probabilities within [0, 1], expectations not negative.
///
/// Most split in two: whether a customer is alive, which depends on all that was observed, and what they do if so,
/// which for nearly every model depends on x and T alone. There are few of those, so whoever asks about a whole base
/// asks that once for each (`remembered`).
pub(crate) trait Answers {
    /// Logarithm of the likelihood in the literature's convention, without combinatorial constants.
    fn log_likelihood(&self, of: &Observed) -> f64;

    /// Probability that the customer has not left by now.
    fn p_alive(&self, of: &Observed) -> f64;

    /// Probability that they will not have left in `time` from now, whatever they do until then.
    fn p_alive_after(&self, of: &Observed, time: f64) -> f64;

    /// Whether what a customer does if they are alive depends on when they bought last, and not on x and T alone.
    fn recency_matters_if_alive(&self) -> bool {
        false
    }

    /// Expected numbers of purchases within several horizons if they are alive, `horizons(0) <= horizons(1) <= ...`;
    /// fills `expected`.
    fn expected_if_alive(&self, of: &Observed, horizons: &dyn Fn(usize) -> f64, expected: &mut [f64]);

    /// Probability of at least one purchase in the next `horizon` if they are alive, without the cancellation of
    /// `1 - P(0)`.
    fn p_purchase_if_alive(&self, of: &Observed, horizon: f64) -> f64;

    /// Discounted expected residual transactions if they are alive: the expected number of all purchases ahead, each
    /// discounted by `exp(-rate t)` with `rate > 0` per unit of time (DERT; Fader, Hardie and Lee, "RFM and CLV", 2005,
    /// eq. 2).
    fn discounted_if_alive(&self, of: &Observed, rate: f64) -> f64;

    /// Probabilities of exactly 0, 1, 2, ... purchases in the next `horizon`; fills `out`. What does not fit is the rest
    /// to 1.
    fn purchase_probabilities(&self, of: &Observed, horizon: f64, out: &mut [f64]);

    /// The time by which the next purchase has come with probability `q` in (0, 1), given that one comes at all. May be
    /// infinite for `q` near 1.
    fn wait_quantile(&self, of: &Observed, q: f64) -> f64;

    /// Expected number of purchases in the next `horizon`.
    fn expected_purchases(&self, of: &Observed, horizon: f64) -> f64 {
        let mut expected = [0.0];
        self.expected_purchases_at(of, &|_| horizon, &mut expected);
        expected[0]
    }

    /// Expected numbers of purchases within several horizons.
    fn expected_purchases_at(&self, of: &Observed, horizons: &dyn Fn(usize) -> f64, expected: &mut [f64]) {
        let p_alive = self.p_alive(of);
        if p_alive <= 0.0 {
            // Whoever has left buys nothing, however often they would have.
            expected.fill(0.0);
            return;
        }
        self.expected_if_alive(of, horizons, expected);
        for slot in expected {
            *slot *= p_alive;
        }
    }

    /// Probability of at least one purchase in the next `horizon`.
    fn p_purchase_within(&self, of: &Observed, horizon: f64) -> f64 {
        let p_alive = self.p_alive(of);
        if p_alive > 0.0 { p_alive * self.p_purchase_if_alive(of, horizon) } else { 0.0 }
    }

    /// Discounted expected residual transactions.
    fn discounted_purchases(&self, of: &Observed, rate: f64) -> f64 {
        let p_alive = self.p_alive(of);
        if p_alive > 0.0 { p_alive * self.discounted_if_alive(of, rate) } else { 0.0 }
    }
}
