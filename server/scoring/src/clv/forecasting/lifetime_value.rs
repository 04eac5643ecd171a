//! Lifetime value: purchases ahead, times what one is worth, discounted.
//!
//! ```text
//! CLV = E[M] sum_k ( E[Y(t_k)] - E[Y(t_(k-1))] ) / (1 + d)^(t_k)                                                (1)
//! ```
//!
//! The purchases of a step count as paid at its end, the convention of Fader and Hardie's spreadsheets and of the Python
//! packages. It understates the value by about half a step's discount, which at monthly steps and 10 % a year
//! is 0.4 %.
//!
//! Failure region: given what is known of a customer, a purchase's value is taken as independent of how often they buy. Where big
//! spenders buy more often, (1) is too low for them and too high for the others, unless the value model knows
//! ([`ByFrequency`](crate::clv::ByFrequency)).

use crate::clv::parameters::DAYS_PER_YEAR;
use crate::clv::{CustomerHistory, PurchaseModel};

/// Steps evaluated at once; longer plans are cut into pieces of this length.
const STEPS_AT_ONCE: usize = 64;

/// No plan has more steps: a thousand years of months.
const MAX_STEPS: usize = 12_000;

/// How far ahead to look, and what a later payment is worth today.
#[derive(Debug, Clone, PartialEq)]
pub enum Ahead {
    /// Up to the end of a plan.
    Within(ClvPlan),
    /// For ever, each purchase discounted from its own time.
    Forever {
        /// Discount rate a year, above 0.
        yearly_rate: f64,
    },
}

impl Ahead {
    /// What it is made of: different for any two that differ.
    pub(super) fn bits(&self) -> [u64; 3] {
        match self {
            Self::Within(plan) => plan.bits(),
            // No plan has so many steps.
            Self::Forever { yearly_rate } => [yearly_rate.to_bits(), u64::MAX - 1, 0],
        }
    }
}

/// When purchases are paid and what a later payment is worth today. Made once and used for every customer.
#[derive(Debug, Clone, PartialEq)]
pub struct ClvPlan {
    /// End of each step in days from today, and the worth of one unit of currency paid then.
    steps: Vec<(f64, f64)>,
    /// What it was made of: the bits of the length, the number of steps or that they are months, the bits of the rate.
    made_of: [u64; 3],
}

impl ClvPlan {
    /// `count` steps of `step_days`, discounted by `rate_per_step` each: 12 steps of 4.345 weeks at 0.01 is
    /// the twelve months at one percent of the literature.
    ///
    /// `None` if the length is not positive, the rate not above -1, or there are more than 12,000 steps.
    #[must_use]
    pub fn of_steps(step_days: f64, count: usize, rate_per_step: f64) -> Option<Self> {
        let valid =
            step_days > 0.0 && step_days.is_finite() && rate_per_step > -1.0 && rate_per_step.is_finite();
        if !valid || count > MAX_STEPS {
            return None;
        }
        let steps = (1..=count).map(|k| (k as f64 * step_days, (1.0 + rate_per_step).powf(-(k as f64))));
        let made_of = [step_days.to_bits(), count as u64, rate_per_step.to_bits()];
        Some(Self { steps: steps.collect(), made_of })
    }

    /// Steps of a month up to `horizon_days`, the last one possibly shorter, discounted by `yearly_rate` compounded
    /// daily over the year.
    ///
    /// `None` if the horizon is not positive, the rate not above -1, or there are more than 12,000 months.
    #[must_use]
    pub fn of_months(horizon_days: f64, yearly_rate: f64) -> Option<Self> {
        const MONTH_DAYS: f64 = DAYS_PER_YEAR / 12.0;
        /// A last step shorter than this many months is the rounding of the horizon, not a step.
        const SHORTEST: f64 = 1e-9;
        let months = (horizon_days / MONTH_DAYS - SHORTEST).ceil();
        let valid =
            horizon_days > 0.0 && months <= MAX_STEPS as f64 && yearly_rate > -1.0 && yearly_rate.is_finite();
        if !valid {
            return None;
        }
        let count = months.max(1.0) as usize;
        let steps = (1..=count).map(|k| {
            let end = if k == count { horizon_days } else { k as f64 * MONTH_DAYS };
            (end, (1.0 + yearly_rate).powf(-end / DAYS_PER_YEAR))
        });
        let made_of = [horizon_days.to_bits(), u64::MAX, yearly_rate.to_bits()];
        Some(Self { steps: steps.collect(), made_of })
    }

    pub(super) const fn bits(&self) -> [u64; 3] {
        self.made_of
    }

    /// Days ahead the plan looks.
    #[must_use]
    pub fn horizon_days(&self) -> f64 {
        self.steps.last().map_or(0.0, |step| step.0)
    }
}

/// Lifetime value (1) of a customer whose purchases are worth `value_per_purchase`, in the same unit of currency.
///
/// Expected purchases at all steps share one series, so that twelve months cost little more than one.
#[must_use]
pub fn clv(model: &PurchaseModel, plan: &ClvPlan, history: &CustomerHistory, value_per_purchase: f64) -> f64 {
    purchases_ahead(model, plan, history).discounted * value_per_purchase
}

/// Purchases within a plan's horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PurchasesAhead {
    /// Their expected number.
    pub expected: f64,
    /// The same, each discounted from the end of its step: lifetime value (1) when a purchase is worth 1.
    pub discounted: f64,
}

/// Expected purchases of a customer within the plan's horizon, plain and discounted, for the price of one.
#[must_use]
pub fn purchases_ahead(model: &PurchaseModel, plan: &ClvPlan, history: &CustomerHistory) -> PurchasesAhead {
    let p_alive = model.p_alive(history);
    let ahead = purchases_if_alive(model, plan, history);
    PurchasesAhead { expected: p_alive * ahead.expected, discounted: p_alive * ahead.discounted }
}

/// The same of a customer who is alive.
pub(crate) fn purchases_if_alive(
    model: &PurchaseModel,
    plan: &ClvPlan,
    history: &CustomerHistory,
) -> PurchasesAhead {
    let mut ahead = PurchasesAhead { expected: 0.0, discounted: 0.0 };
    let mut expected = [0.0; STEPS_AT_ONCE];
    for steps in plan.steps.chunks(STEPS_AT_ONCE) {
        let expected = &mut expected[..steps.len()];
        model.expected_if_alive(history, |i| steps[i].0, expected);
        for (&now, &(_, worth)) in expected.iter().zip(steps) {
            // Rounding may make a step without purchases negative.
            ahead.discounted += (now - ahead.expected).max(0.0) * worth;
            ahead.expected = now;
        }
    }
    ahead
}

/// The textbook value of a customer who brings `margin` each period, stays with probability `retention` and is
/// discounted at `rate` a period (Gupta and Lehmann, 2004):
///
/// ```text
/// margin retention / (1 + rate - retention)      first margin after the first renewal
/// margin (1 + rate) / (1 + rate - retention)     `at_once`: one margin received today as well
/// ```
///
/// Textbooks mix the two. `None` unless `0 <= retention <= 1` and the sum is finite.
#[must_use]
pub fn perpetual_margin_value(margin: f64, retention: f64, rate: f64, at_once: bool) -> Option<f64> {
    let decay = 1.0 + rate - retention;
    if !((0.0..=1.0).contains(&retention) && decay > 0.0 && rate > -1.0) {
        return None;
    }
    let value = margin * if at_once { 1.0 + rate } else { retention } / decay;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn textbook_values() {
        let rounded = |v: f64| (v * 100.0).round() / 100.0;
        let value = |at_once| perpetual_margin_value(100.0, 0.8, 0.1, at_once).map(rounded);
        assert_eq!(value(false), Some(266.67));
        assert_eq!(value(true), Some(366.67));
        assert_eq!(perpetual_margin_value(100.0, 1.0, 0.0, false), None);
        assert_eq!(perpetual_margin_value(100.0, 1.5, 0.9, false), None);
    }

    #[test]
    fn a_plan_ends_at_its_horizon() {
        let plan = ClvPlan::of_months(100.0, 0.1).unwrap();
        assert_eq!(plan.steps.len(), 4);
        assert!((plan.horizon_days() - 100.0).abs() < 1e-12);
        assert_eq!(ClvPlan::of_months(DAYS_PER_YEAR, 0.1).unwrap().steps.len(), 12);
        let (end, worth) = ClvPlan::of_months(DAYS_PER_YEAR, 0.1).unwrap().steps[11];
        assert!((end - DAYS_PER_YEAR).abs() < 1e-12 && (worth - 1.0 / 1.1).abs() < 1e-15);
    }

    #[test]
    fn impossible_plans_are_refused() {
        for horizon in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
            assert_eq!(ClvPlan::of_months(horizon, 0.1), None);
            assert_eq!(ClvPlan::of_steps(horizon, 12_001, 0.1), None);
        }
        assert_eq!(ClvPlan::of_months(100.0, -1.0), None);
        assert_eq!(ClvPlan::of_steps(0.0, 1, 0.1), None);
        assert_eq!(ClvPlan::of_steps(1.0, 1, f64::NAN), None);
    }
}
