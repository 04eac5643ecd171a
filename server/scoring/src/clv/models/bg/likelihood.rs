//! The log-likelihood of a whole table of patterns, with its gradient and Hessian, in one pass.
//!
//! Equation (1) of `family`, for parameters r, alpha, a, b and weights n:
//!
//! ```text
//! l = sum n [ ln (r)_x + ln (b)_c - ln (a+b)_c - x ln alpha - rho L(T) + ln(1 + e^u) ]
//! u = ln a - ln(b+c-1) + rho D,   rho = r+x,   L(t) = ln(1 + t/alpha),   D = L(T) - L(t_x)
//! ```
//!
//! Times are whole days, so L and its derivatives are tables; all Gamma functions depend on x alone. What is left for
//! a pattern is one exponential and one logarithm. Within a group of equal x the derivatives need only eleven sums.
//!
//! Values are means over customers, so the optimizer's tolerances do not depend on how many there are.

use super::dropout_likelihood::{DropoutSums, ln_odds_of_leaving_last};
use crate::clv::fitting::optimize::Evaluation;
use crate::clv::fitting::parallel;
use crate::clv::histories::patterns::{Group, PatternTable};
use crate::clv::models::nbd::likelihood::{AgeSums, DayTerms};

/// The log-likelihood of one table under one of the two models.
pub(crate) struct Likelihood<'a> {
    pub(crate) table: &'a PatternTable,
    /// Days in the model's unit of time.
    pub(crate) unit_days: f64,
    /// Chances to leave before the first repeat purchase.
    pub(crate) first_chances: u32,
}

/// Sums over the rows of one group. `e` is the derivative of D in alpha, `f` that of e; `s = w (1-w)`.
#[derive(Default)]
struct Sums {
    ages: AgeSums,
    softplus: f64,
    /// Product of `1 + e^-|u|` over customers; its logarithm goes into `softplus` before it can overflow.
    product: f64,
    w: f64,
    wd: f64,
    we: f64,
    wf: f64,
    s: f64,
    sd: f64,
    se: f64,
    sdd: f64,
    sde: f64,
    see: f64,
}

impl Sums {
    /// So many factors of at most 2 stay far from overflow, and their rounding errors below those of the sums.
    const FACTORS: usize = 64;

    fn close_product(&mut self) {
        self.softplus += self.product.ln();
        self.product = 1.0;
    }

    /// `ln_odds` is `u` at D = 0.
    fn add_dropout(&mut self, n: f64, age: DayTerms, recency: DayTerms, rho: f64, ln_odds: f64) {
        let d = age.ln_ratio - recency.ln_ratio;
        let e = age.inverse - recency.inverse;
        let f = recency.inverse * recency.inverse - age.inverse * age.inverse;
        let u = ln_odds + rho * d;
        let small = (-u.abs()).exp();
        let share = 1.0 / (1.0 + small);
        self.softplus += n * u.max(0.0);
        if n > 1.5 {
            // Only the absolute error of ln(1 + small) matters here, so ln_1p is not needed.
            self.softplus += n * (1.0 + small).ln();
        } else {
            // One customer, by far the most frequent case: a factor is cheaper than a logarithm.
            self.product *= 1.0 + small;
        }
        let w = n * if u > 0.0 { share } else { small * share };
        let s = n * small * share * share;
        self.w += w;
        self.wd += w * d;
        self.we += w * e;
        self.wf += w * f;
        self.s += s;
        self.sd += s * d;
        self.se += s * e;
        self.sdd += s * d * d;
        self.sde += s * d * e;
        self.see += s * e * e;
    }

    /// What leaving adds, from the derivatives of `rho D` in r and alpha: `D`, `rho e`; `0`, `e`, `rho f`.
    fn dropout(&self, rho: f64) -> DropoutSums {
        DropoutSums {
            value: self.softplus,
            r: self.wd,
            alpha: rho * self.we,
            rr: self.sdd,
            r_alpha: self.we + rho * self.sde,
            alpha_alpha: rho * (self.wf + rho * self.see),
            w: self.w,
            s: self.s,
            s_r: self.sd,
            s_alpha: rho * self.se,
        }
    }
}

impl Likelihood<'_> {
    /// Mean log-likelihood a customer, with derivatives in the logarithms of r, alpha, a, b.
    pub(crate) fn evaluate(&self, ln_parameters: &[f64; 4]) -> Evaluation<4> {
        let parameters = ln_parameters.map(f64::exp);
        let days = DayTerms::of_all_days(self.table, self.unit_days, parameters[1]);
        parallel::mean(&self.table.pieces(), self.table.customers(), &parameters, |group| {
            self.of_group(group, parameters, &days)
        })
    }

    /// Value, gradient and Hessian of one group, in the parameters themselves.
    fn of_group(&self, group: &Group, [r, alpha, a, b]: [f64; 4], days: &[DayTerms]) -> Evaluation<4> {
        let x = group.repeat_purchases;
        let c = x + self.first_chances;
        let rho = r + f64::from(x);
        let sums = self.sums(group, rho, ln_odds_of_leaving_last(c, a, b), days);
        let purchases = sums.ages.likelihood(x, [r, alpha]);
        sums.dropout(rho).likelihood(&purchases, sums.ages.n, c, [a, b])
    }

    /// `ln_odds` is `u` at D = 0; `None` without a chance to leave.
    fn sums(&self, group: &Group, rho: f64, ln_odds: Option<f64>, days: &[DayTerms]) -> Sums {
        let rows = group.rows.clone();
        let mut sums = Sums { product: 1.0, ..Sums::default() };
        let (ages, recencies) = (&self.table.age_days[rows.clone()], &self.table.recency_days[rows.clone()]);
        let weights = &self.table.weights[rows];
        for (&age, &n) in ages.iter().zip(weights) {
            sums.ages.add(n, days[age as usize]);
        }
        let Some(ln_odds) = ln_odds else { return sums };
        let pieces = ages
            .chunks(Sums::FACTORS)
            .zip(recencies.chunks(Sums::FACTORS))
            .zip(weights.chunks(Sums::FACTORS));
        for ((ages, recencies), weights) in pieces {
            for ((&age, &recency), &n) in ages.iter().zip(recencies).zip(weights) {
                // A recency beyond the age is nonsense in the data; it is taken as the age.
                sums.add_dropout(n, days[age as usize], days[recency.min(age) as usize], rho, ln_odds);
            }
            sums.close_product();
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::oracle::{assert_derivatives, table};
    use crate::clv::{CustomerHistory, PurchaseModel, PurchaseModelKind, TimeUnit};

    const KINDS: [PurchaseModelKind; 2] = [PurchaseModelKind::BgNbd, PurchaseModelKind::MbgNbd];
    const PARAMETERS: [f64; 4] = [0.7, 5.0, 0.4, 2.0];

    fn likelihood(table: &PatternTable, kind: PurchaseModelKind) -> Likelihood<'_> {
        let first_chances = u32::from(kind == PurchaseModelKind::MbgNbd);
        Likelihood { table, unit_days: 7.0, first_chances }
    }

    #[test]
    fn the_table_sums_what_the_model_says_of_each_customer() {
        let table = table();
        for kind in KINDS {
            let likelihood = likelihood(&table, kind);
            let value = likelihood.evaluate(&PARAMETERS.map(f64::ln)).value * table.customers() as f64;
            let model = PurchaseModel::new(kind, PARAMETERS, TimeUnit::Week);
            let expected: f64 = table
                .rows()
                .map(|(x, recency, age, n)| {
                    n * model.log_likelihood(&CustomerHistory {
                        repeat_purchases: x,
                        recency_days: f64::from(recency),
                        age_days: f64::from(age),
                        first_day: None,
                        pace: 1.0,
                    })
                })
                .sum();
            assert!((value - expected).abs() < 1e-11 * expected.abs());
        }
    }

    #[test]
    fn derivatives_are_those_of_the_value() {
        let table = table();
        for kind in KINDS {
            let likelihood = likelihood(&table, kind);
            assert_derivatives(|at| likelihood.evaluate(at), &PARAMETERS.map(f64::ln), 1e-8);
        }
    }
}
