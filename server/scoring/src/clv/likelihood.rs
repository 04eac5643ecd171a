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

use super::optimize::Evaluation;
use super::parallel;
use super::patterns::{Group, PatternTable};
use crate::special::Rising;

/// The log-likelihood of one table under one of the two models.
pub(crate) struct Likelihood<'a> {
    pub(crate) table: &'a PatternTable,
    /// Days in the model's unit of time.
    pub(crate) unit_days: f64,
    /// Chances to leave before the first repeat purchase.
    pub(crate) first_chances: u32,
}

/// For one day `t`: `ln(1 + t/alpha)`, `1/(alpha + t)` and `1/alpha - 1/(alpha + t)`.
#[derive(Clone, Copy)]
struct DayTerms {
    ln_ratio: f64,
    inverse: f64,
    lost: f64,
}

/// Sums over the rows of one group. `e` is the derivative of D in alpha, `f` that of e; `s = w (1-w)`.
#[derive(Default)]
struct Sums {
    n: f64,
    ln_ratio: f64,
    inverse: f64,
    inverse_squared: f64,
    lost: f64,
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

    fn add_age(&mut self, n: f64, age: DayTerms) {
        self.n += n;
        self.ln_ratio += n * age.ln_ratio;
        self.inverse += n * age.inverse;
        self.inverse_squared += n * age.inverse * age.inverse;
        self.lost += n * age.lost;
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
}

impl Likelihood<'_> {
    /// Mean log-likelihood a customer, with derivatives in the logarithms of r, alpha, a, b.
    pub(crate) fn evaluate(&self, ln_parameters: &[f64; 4]) -> Evaluation<4> {
        let [r, alpha, a, b] = ln_parameters.map(f64::exp);
        let days = self.day_terms(alpha);
        let pieces = self.table.pieces();
        let mut total = parallel::sum(pieces.len(), |piece| {
            let mut sum = Evaluation::default();
            for group in &pieces[piece] {
                let sums = self.sums(group, [r, a, b], &days);
                let x = group.repeat_purchases;
                sum.add(&Self::of_group(&sums, x, x + self.first_chances, [r, alpha, a, b]));
            }
            sum
        });
        total.scale(1.0 / self.table.customers() as f64);
        total.in_logarithms(&[r, alpha, a, b])
    }

    fn day_terms(&self, alpha: f64) -> Vec<DayTerms> {
        (0..=self.table.longest_age_days())
            .map(|day| {
                let t = f64::from(day) / self.unit_days;
                let inverse = 1.0 / (alpha + t);
                DayTerms { ln_ratio: (t / alpha).ln_1p(), inverse, lost: t * inverse / alpha }
            })
            .collect()
    }

    fn sums(&self, group: &Group, [r, a, b]: [f64; 3], days: &[DayTerms]) -> Sums {
        let rows = group.rows.clone();
        let chances = group.repeat_purchases + self.first_chances;
        let rho = r + f64::from(group.repeat_purchases);
        let ln_odds = (a / (b + f64::from(chances) - 1.0)).ln();
        let mut sums = Sums { product: 1.0, ..Sums::default() };
        let (ages, recencies) = (&self.table.age_days[rows.clone()], &self.table.recency_days[rows.clone()]);
        let weights = &self.table.weights[rows];
        for (&age, &n) in ages.iter().zip(weights) {
            sums.add_age(n, days[age as usize]);
        }
        if chances == 0 {
            return sums;
        }
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

    /// Value, gradient and Hessian of one group, in the parameters themselves.
    fn of_group(sums: &Sums, x: u32, c: u32, [r, alpha, a, b]: [f64; 4]) -> Evaluation<4> {
        let n = sums.n;
        let x_real = f64::from(x);
        let rho = r + x_real;
        let rate = Rising::new(r, x);
        let stay = Rising::new(b, c);
        let all = Rising::new(a + b, c);
        // Derivatives of u in a and b.
        let ua = 1.0 / a;
        let ub = if c > 0 { -1.0 / (b + f64::from(c) - 1.0) } else { 0.0 };

        let value =
            n * (rate.ln + stay.ln - all.ln - x_real * alpha.ln()) - rho * sums.ln_ratio + sums.softplus;
        let gradient = [
            n * rate.first - sums.ln_ratio + sums.wd,
            r * sums.lost - x_real * sums.inverse + rho * sums.we,
            -n * all.first + ua * sums.w,
            n * (stay.first - all.first) + ub * sums.w,
        ];
        let rr = n * rate.second + sums.sdd;
        let r_alpha = sums.lost + sums.we + rho * sums.sde;
        let alpha_alpha = -n * r / (alpha * alpha) + rho * (sums.inverse_squared + sums.wf + rho * sums.see);
        let aa = -n * all.second + ua * ua * (sums.s - sums.w);
        let ab = -n * all.second + ua * ub * sums.s;
        let bb = n * (stay.second - all.second) + ub * ub * (sums.s + sums.w);
        let (ra, rb) = (ua * sums.sd, ub * sums.sd);
        let (alpha_a, alpha_b) = (ua * rho * sums.se, ub * rho * sums.se);
        Evaluation {
            value,
            gradient,
            hessian: [
                [rr, r_alpha, ra, rb],
                [r_alpha, alpha_alpha, alpha_a, alpha_b],
                [ra, alpha_a, aa, ab],
                [rb, alpha_b, ab, bb],
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{CustomerHistory, PurchaseModel, PurchaseModelKind, PurchaseSummary, TimeUnit};

    fn table() -> PatternTable {
        let rows = [
            (0, 0, 100),
            (0, 0, 272),
            (1, 12, 272),
            (2, 213, 272),
            (7, 206, 250),
            (29, 264, 266),
            (90, 300, 301),
        ];
        PatternTable::from_summaries(rows.map(|(frequency, recency_days, age_days)| PurchaseSummary {
            frequency,
            recency_days,
            age_days,
            first_day: 0,
            last_day: 0,
            mean_repeat_value: None,
            net_spend_micros: 0,
        }))
    }

    const KINDS: [PurchaseModelKind; 2] = [PurchaseModelKind::BgNbd, PurchaseModelKind::MbgNbd];
    const PARAMETERS: [f64; 4] = [0.7, 5.0, 0.4, 2.0];

    #[test]
    fn the_table_sums_what_the_model_says_of_each_customer() {
        let table = table();
        for kind in KINDS {
            let likelihood = Likelihood {
                table: &table,
                unit_days: 7.0,
                first_chances: u32::from(kind == PurchaseModelKind::MbgNbd),
            };
            let value = likelihood.evaluate(&PARAMETERS.map(f64::ln)).value * table.customers() as f64;
            let model = PurchaseModel::new(kind, PARAMETERS, TimeUnit::Week);
            let expected: f64 = table
                .rows()
                .map(|(x, recency, age, n)| {
                    n * model.log_likelihood(&CustomerHistory {
                        repeat_purchases: x,
                        recency_days: f64::from(recency),
                        age_days: f64::from(age),
                    })
                })
                .sum();
            assert!((value - expected).abs() < 1e-11 * expected.abs());
        }
    }

    #[test]
    fn derivatives_are_those_of_the_value() {
        /// Central differences are good to about the square of the step, and to rounding over the step.
        const STEP: f64 = 1e-5;
        const ALLOWED: f64 = 1e-8;
        let table = table();
        for kind in KINDS {
            let likelihood = Likelihood {
                table: &table,
                unit_days: 7.0,
                first_chances: u32::from(kind == PurchaseModelKind::MbgNbd),
            };
            let at = PARAMETERS.map(f64::ln);
            let exact = likelihood.evaluate(&at);
            for i in 0..4 {
                let moved = |by: f64| {
                    let mut there = at;
                    there[i] += by;
                    likelihood.evaluate(&there)
                };
                let (up, down) = (moved(STEP), moved(-STEP));
                let slope = (up.value - down.value) / (2.0 * STEP);
                assert!((slope - exact.gradient[i]).abs() < ALLOWED, "{kind:?} {i}: {slope}");
                for j in 0..4 {
                    let slope = (up.gradient[j] - down.gradient[j]) / (2.0 * STEP);
                    assert!((slope - exact.hessian[i][j]).abs() < ALLOWED, "{kind:?} {i} {j}: {slope}");
                }
            }
        }
    }
}
