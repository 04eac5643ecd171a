//! On which scale what is computed from fitted parameters is about normal, so that no end of an interval is impossible.

/// Two-sided 95 %: what intervals of predictions cover.
pub const CONFIDENCE: f64 = 0.95;

/// Normal quantile of [`CONFIDENCE`].
pub const Z_OF_CONFIDENCE: f64 = 1.959_963_984_540_054;

/// On which scale an answer is about normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalScale {
    /// Positive numbers.
    Log,
    /// Probabilities.
    Logit,
    /// How many of so many customers.
    Among(u64),
}

impl IntervalScale {
    /// An answer on the scale; `None` at the end of its range or if it is not finite.
    pub(super) fn to(self, answer: f64) -> Option<f64> {
        let on_scale = match self {
            Self::Log | Self::Among(_) => answer.ln(),
            Self::Logit => logit(answer),
        };
        on_scale.is_finite().then_some(on_scale)
    }

    /// The ends of an interval around an answer, the standard error being on the scale. Rounding must not push an answer out
    /// of its own interval.
    pub(super) fn ends(self, answer: f64, at: f64, error: f64) -> Option<(f64, f64)> {
        let (low, high) = (at - Z_OF_CONFIDENCE * error, at + Z_OF_CONFIDENCE * error);
        let (low, high) = match self {
            Self::Log => (low.exp(), high.exp()),
            Self::Logit => (logistic(low), logistic(high)),
            Self::Among(all) => {
                let all = all as f64;
                let rest = all - answer;
                if rest <= 0.0 {
                    // Nobody leaves: as for one customer's probability of 1, there is nothing to vary.
                    return None;
                }
                (low.exp(), all - rest * (-Z_OF_CONFIDENCE * error * answer / rest).exp())
            }
        };
        Some((low.min(answer), high.max(answer)))
    }

    /// How fast an answer moves with its place on the scale.
    pub(super) fn slope(self, answer: f64) -> f64 {
        match self {
            Self::Log | Self::Among(_) => answer,
            Self::Logit => answer * (1.0 - answer),
        }
    }
}

/// Log-odds of a probability.
pub(in crate::clv) fn logit(p: f64) -> f64 {
    p.ln() - (-p).ln_1p()
}

/// The probability of log-odds.
pub(in crate::clv) fn logistic(u: f64) -> f64 {
    1.0 / (1.0 + (-u).exp())
}
