//! The likelihood of purchases at a gamma-distributed rate, as if nobody ever left: that of the NBD model, and a factor of that of
//! every model whose customers leave after a purchase.
//!
//! ```text
//! l = sum n [ ln (r)_e - e ln alpha - (r+e) L(T) ],   L(t) = ln(1 + t/alpha)                                 (1)
//! ```
//!
//! for e events of a Poisson process by the age T: purchases, or k times as many stages of an Erlang-k process.
//!
//! Times are whole days, so L and its derivatives are tables; the Gamma functions depend on x alone. Within a group of
//! equal x the derivatives need only five sums.

use crate::clv::fitting::optimize::Evaluation;
use crate::clv::fitting::parallel;
use crate::clv::histories::patterns::PatternTable;
use crate::statistics::special::Rising;

/// For one day `t`: `ln(1 + t/alpha)`, `1/(alpha + t)` and `1/alpha - 1/(alpha + t)`.
#[derive(Clone, Copy)]
pub(crate) struct DayTerms {
    pub(crate) ln_ratio: f64,
    pub(crate) inverse: f64,
    pub(crate) lost: f64,
}

impl DayTerms {
    /// Of every day up to the longest age in a table; `alpha` is in units of so many days.
    pub(crate) fn of_all_days(table: &PatternTable, unit_days: f64, alpha: f64) -> Vec<Self> {
        (0..=table.longest_age_days())
            .map(|day| {
                let t = f64::from(day) / unit_days;
                let inverse = 1.0 / (alpha + t);
                Self { ln_ratio: (t / alpha).ln_1p(), inverse, lost: t * inverse / alpha }
            })
            .collect()
    }
}

/// Sums over the customers of one group, by their ages.
#[derive(Default)]
pub(crate) struct AgeSums {
    pub(crate) n: f64,
    ln_ratio: f64,
    inverse: f64,
    inverse_squared: f64,
    lost: f64,
}

impl AgeSums {
    pub(crate) fn add(&mut self, n: f64, age: DayTerms) {
        self.n += n;
        self.ln_ratio += n * age.ln_ratio;
        self.inverse += n * age.inverse;
        self.inverse_squared += n * age.inverse * age.inverse;
        self.lost += n * age.lost;
    }

    /// (1) of a group whose customers all had so many events, in the parameters themselves.
    pub(crate) fn likelihood(&self, events: u32, [r, alpha]: [f64; 2]) -> Evaluation<2> {
        let Self { n, ln_ratio, inverse, inverse_squared, lost } = *self;
        let rate = Rising::new(r, events);
        let events = f64::from(events);
        let rho = r + events;
        Evaluation {
            value: n * (rate.ln - events * alpha.ln()) - rho * ln_ratio,
            gradient: [n * rate.first - ln_ratio, r * lost - events * inverse],
            hessian: [[n * rate.second, lost], [lost, -n * r / (alpha * alpha) + rho * inverse_squared]],
        }
    }
}

/// The log-likelihood of a table of patterns under the NBD model.
pub(crate) struct NbdLikelihood<'a> {
    pub(crate) table: &'a PatternTable,
    /// Days in the model's unit of time.
    pub(crate) unit_days: f64,
}

impl NbdLikelihood<'_> {
    /// Mean log-likelihood a customer, with derivatives in the logarithms of r and alpha.
    pub(crate) fn evaluate(&self, ln_parameters: &[f64; 2]) -> Evaluation<2> {
        let parameters = ln_parameters.map(f64::exp);
        let table = self.table;
        let days = DayTerms::of_all_days(table, self.unit_days, parameters[1]);
        parallel::mean(&table.pieces(), table.customers(), &parameters, |group| {
            let mut ages = AgeSums::default();
            let rows = group.rows.clone();
            for (&age, &n) in table.age_days[rows.clone()].iter().zip(&table.weights[rows]) {
                ages.add(n, days[age as usize]);
            }
            ages.likelihood(group.repeat_purchases, parameters)
        })
    }
}
