//! What it makes of a prediction that a customer's odds of another purchase are others than the models say.
//!
//! With the odds `o` times what they were, a probability and everything that hangs on it become
//!
//! ```text
//! p'    = p o / (1 - p + p o)                                                                                    (1)
//! P'(n) = P(n) B' / B  for n >= 1,    E'[N] = E[N] B' / B                                                        (2)
//! ```
//!
//! with B the probability of a purchase within the horizon: who comes back is another question than how often those do who come back,
//! and trees answer the first. P(alive) moves by the same odds, and as (1) is monotone, B' stays below it.
//!
//! Trees count so much, `w`, and the models the rest, as any members of a mixture do: `(1 - w) p + w p'`.

/// By how much a customer's odds move, and how much that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::clv) struct Shift {
    weight: f64,
    odds: f64,
}

impl Shift {
    /// What the models say.
    pub(in crate::clv) const NONE: Self = Self { weight: 0.0, odds: 1.0 };

    /// By so many log-odds, counting so much.
    pub(in crate::clv) fn by(log_odds: f64, weight: f64) -> Self {
        Self { weight, odds: log_odds.exp() }
    }

    /// The same, counting so much.
    pub(in crate::clv) const fn counting(self, weight: f64) -> Self {
        Self { weight, ..self }
    }

    /// (1) of a probability, which rounding makes no more than sure.
    pub(in crate::clv) fn of(self, p: f64) -> f64 {
        (p * self.factor(p)).min(1.0)
    }

    /// p'/p, which what hangs on a purchase within the horizon is multiplied by, given how probable that is.
    pub(in crate::clv) fn factor(self, p: f64) -> f64 {
        let Self { weight, odds } = self;
        (1.0 - weight) + weight * (odds / (1.0 - p + p * odds))
    }

    /// 1 - p', from 1 - p: next to nothing does not become nothing.
    pub(in crate::clv) fn of_rest(self, rest: f64) -> f64 {
        let Self { weight, odds } = self;
        (rest * ((1.0 - weight) + weight / (rest + (1.0 - rest) * odds))).min(1.0)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what no rounding touches")]
mod tests {
    use super::*;

    #[test]
    fn odds_move_and_the_ends_stay() {
        let twice = Shift::by(2.0_f64.ln(), 1.0);
        for (p, moved) in [(0.0, 0.0), (0.5, 2.0 / 3.0), (0.2, 1.0 / 3.0), (1.0, 1.0)] {
            assert!((twice.of(p) - moved).abs() < 1e-15, "{p}");
            let half = Shift { weight: 0.5, ..twice }.of(p);
            assert!((half - 0.5 * (p + moved)).abs() < 1e-15, "{p}");
            assert_eq!(Shift::NONE.of(p), p);
            assert!((twice.of_rest(1.0 - p) - (1.0 - moved)).abs() < 1e-15, "{p}");
        }
        assert_eq!((Shift::NONE.of_rest(1e-30), twice.of_rest(1e-30)), (1e-30, 0.5e-30));
        // Where a purchase is next to impossible, it becomes more probable by the odds.
        assert!((twice.factor(1e-12) - 2.0).abs() < 1e-9);
    }
}
