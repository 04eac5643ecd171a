//! The log-likelihood of a whole table of patterns under the Pareto/NBD model, with its gradient and Hessian.
//!
//! Equation (1) of `model` with the chances D and the exponent e of `departure`, for weights n:
//!
//! ```text
//! l = sum n [ ln (r)_x - x ln alpha - rho L_alpha(t_x) - s L_beta(t_x) + ln W ]
//! W = D(t_x) + (1 - D(T)) q,     q = e^-e(t_x, T),     L_alpha(t) = ln(1 + t/alpha)
//! ```
//!
//! W is the chance to see nothing of a customer from t_x to T: they left, or they stayed and are yet to buy or to
//! leave. D depends on x and on one day, so for each group of equal x it is computed once for every day that occurs in
//! it; what is left for a pattern is one exponential. Second derivatives of D enter linearly and wait until the end of
//! the group.
//!
//! Values are means over customers, so the optimizer's tolerances do not depend on how many there are.

use super::departure::{Day, Jet, PAIRS, Parameters};
use crate::clv::fitting::optimize::Evaluation;
use crate::clv::fitting::parallel;
use crate::clv::histories::patterns::{Group, PatternTable};
use crate::statistics::special::Rising;
use rayon::prelude::*;

/// The log-likelihood of one table, prepared to be evaluated many times.
pub(crate) struct ParetoLikelihood {
    pieces: Vec<Vec<Part>>,
    /// Those that occur, ascending.
    days: Vec<u32>,
    customers: u64,
    /// Days in the model's unit of time.
    unit_days: f64,
}

/// Rows with equal x and the days that occur in them.
struct Part {
    x: u32,
    /// Ascending: at first days, then their positions among those of the whole table.
    days: Vec<u32>,
    rows: Vec<Row>,
}

/// A pattern; its days as positions in the part's.
struct Row {
    recency: u32,
    age: u32,
    customers: f64,
}

/// The days that occur, ascending, and the position of each among them.
fn ascending(occurring: impl Iterator<Item = u32> + Clone) -> (Vec<u32>, Vec<u32>) {
    // First a mark on every day that occurs, then its position.
    let mut positions = vec![0_u32; occurring.clone().max().map_or(0, |last| last as usize + 1)];
    for day in occurring {
        positions[day as usize] = 1;
    }
    let mut days = Vec::new();
    for (day, slot) in (0..).zip(&mut positions) {
        if *slot > 0 {
            *slot = days.len() as u32;
            days.push(day);
        }
    }
    (days, positions)
}

impl Part {
    fn new(table: &PatternTable, group: &Group) -> Self {
        let rows = group.rows.clone();
        let (ages, weights) = (&table.age_days[rows.clone()], &table.weights[rows.clone()]);
        // A recency beyond the age is nonsense in the data; it is taken as the age.
        let recencies = || table.recency_days[rows.clone()].iter().zip(ages).map(|(&t_x, &age)| t_x.min(age));
        let (days, positions) = ascending(recencies().chain(ages.iter().copied()));
        let position = |day: u32| positions[day as usize];
        let rows = recencies()
            .zip(ages)
            .zip(weights)
            .map(|((t_x, &age), &customers)| Row { recency: position(t_x), age: position(age), customers })
            .collect();
        Self { x: group.repeat_purchases, days, rows }
    }

    /// D with its derivatives on every day.
    fn departures(&self, of: &Parameters, days: &[Day]) -> Vec<Jet> {
        let mut jets = vec![Jet::default(); self.days.len()];
        for i in (1..self.days.len()).rev() {
            let (from, to) = (&days[self.days[i - 1] as usize], &days[self.days[i] as usize]);
            jets[i - 1] = of.earlier(from, to, &jets[i]);
        }
        jets
    }
}

/// Of one day in a part: what a row needs of it, and what the day is to collect from the rows.
struct Point {
    day: Day,
    value: f64,
    first: [f64; 4],
    /// Customers who were last seen on it.
    customers: f64,
    /// The factor with which second derivatives of its D enter.
    second: f64,
}

/// Sums over the rows of one part.
struct Sums {
    ln_w: f64,
    /// Product of W over customers; its logarithm goes into `ln_w` before it can underflow.
    product: f64,
    gradient: [f64; 4],
    /// In the order of [`PAIRS`].
    hessian: [f64; 10],
}

impl Sums {
    /// Below this a product is closed; a single W is far larger than the smallest number over it.
    const CLOSE_BELOW: f64 = 1e-150;

    fn close_product(&mut self) {
        self.ln_w += self.product.ln();
        self.product = 1.0;
    }

    fn add(&mut self, row: &Row, points: &mut [Point], rho: f64, s: f64) {
        let n = row.customers;
        let (from, to) = (&points[row.recency as usize], &points[row.age as usize]);
        let (ln_a, ln_b) = (to.day.ln_a - from.day.ln_a, to.day.ln_b - from.day.ln_b);
        let (inverse_a, inverse_b) =
            (to.day.inverse_a - from.day.inverse_a, to.day.inverse_b - from.day.inverse_b);
        let e = [ln_a, rho * inverse_a, ln_b, s * inverse_b];
        let q = (-rho * ln_a - s * ln_b).exp();
        let yet = 1.0 - to.value;
        let w = from.value + yet * q;
        let inverse = 1.0 / w;
        let share = n * q * inverse;
        let mut d = [0.0; 4];
        let mut half = [0.0; 4];
        for i in 0..4 {
            d[i] = (from.first[i] - q * (to.first[i] + yet * e[i])) * inverse;
            self.gradient[i] += n * d[i];
            half[i] = share * (to.first[i] + 0.5 * yet * e[i]);
        }
        for (k, (i, j)) in PAIRS.into_iter().enumerate() {
            self.hessian[k] += half[i] * e[j] + half[j] * e[i] - n * d[i] * d[j];
        }
        // The second derivatives of e itself.
        let own = share * yet;
        self.hessian[1] -= own * inverse_a;
        self.hessian[4] += own * e[1] * (to.day.inverse_a + from.day.inverse_a);
        self.hessian[8] -= own * inverse_b;
        self.hessian[9] += own * e[3] * (to.day.inverse_b + from.day.inverse_b);
        if n > 1.5 {
            self.ln_w += n * w.ln();
        } else {
            // One customer, by far the most frequent case: a factor is cheaper than a logarithm.
            self.product *= w;
            if self.product < Self::CLOSE_BELOW {
                self.close_product();
            }
        }
        points[row.recency as usize].customers += n;
        points[row.recency as usize].second += n * inverse;
        points[row.age as usize].second -= share;
    }
}

impl ParetoLikelihood {
    pub(crate) fn new(table: &PatternTable, unit_days: f64) -> Self {
        let pieces = table.pieces();
        let parts = |groups: &Vec<Group>| groups.iter().map(|group| Part::new(table, group)).collect();
        let mut pieces: Vec<Vec<Part>> = if pieces.len() > 1 {
            pieces.par_iter().map(parts).collect()
        } else {
            pieces.iter().map(parts).collect()
        };
        let (days, positions) = ascending(pieces.iter().flatten().flat_map(|part| &part.days).copied());
        for day in pieces.iter_mut().flatten().flat_map(|part| &mut part.days) {
            *day = positions[*day as usize];
        }
        Self { pieces, days, customers: table.customers(), unit_days }
    }

    /// Mean log-likelihood a customer, with derivatives in the logarithms of r, alpha, s, beta.
    pub(crate) fn evaluate(&self, ln_parameters: &[f64; 4]) -> Evaluation<4> {
        let parameters = ln_parameters.map(f64::exp);
        let [_, alpha, _, beta] = parameters;
        let days: Vec<Day> =
            self.days.iter().map(|&day| Day::new(f64::from(day) / self.unit_days, alpha, beta)).collect();
        parallel::mean(&self.pieces, self.customers, &parameters, |part| {
            Self::of_part(part, &parameters, &days)
        })
    }

    /// Value, gradient and Hessian of one part, in the parameters themselves.
    fn of_part(part: &Part, parameters: &[f64; 4], days: &[Day]) -> Evaluation<4> {
        let [r, alpha, s, beta] = *parameters;
        let rho = r + f64::from(part.x);
        let jets = part.departures(&Parameters { rho, alpha, s, beta }, days);
        let mut points: Vec<Point> = part
            .days
            .iter()
            .zip(&jets)
            .map(|(&day, jet)| Point {
                day: days[day as usize],
                value: jet.value,
                first: jet.first,
                customers: 0.0,
                second: 0.0,
            })
            .collect();
        let mut sums = Sums { ln_w: 0.0, product: 1.0, gradient: [0.0; 4], hessian: [0.0; 10] };
        for row in &part.rows {
            sums.add(row, &mut points, rho, s);
        }
        sums.close_product();
        for (point, jet) in points.iter().zip(&jets) {
            for (h, second) in sums.hessian.iter_mut().zip(jet.second) {
                *h += point.second * second;
            }
        }
        let mut sum = Self::until_last_seen(&points, part.x, parameters);
        sum.value += sums.ln_w;
        for (g, d) in sum.gradient.iter_mut().zip(sums.gradient) {
            *g += d;
        }
        for ((i, j), h) in PAIRS.into_iter().zip(sums.hessian) {
            sum.hessian[i][j] += h;
            if i != j {
                sum.hessian[j][i] += h;
            }
        }
        sum
    }

    /// Everything but ln W.
    fn until_last_seen(points: &[Point], x: u32, &[r, alpha, s, beta]: &[f64; 4]) -> Evaluation<4> {
        let rate = Rising::new(r, x);
        let x = f64::from(x);
        let rho = r + x;
        let mut sum = Evaluation::default();
        for Point { day, customers: n, .. } in points {
            let (lost_a, lost_b) = (day.t * day.inverse_a / alpha, day.t * day.inverse_b / beta);
            sum.value += n * (rate.ln - x * alpha.ln() - rho * day.ln_a - s * day.ln_b);
            sum.gradient[0] += n * (rate.first - day.ln_a);
            sum.gradient[1] += n * (r * lost_a - x * day.inverse_a);
            sum.gradient[2] -= n * day.ln_b;
            sum.gradient[3] += n * s * lost_b;
            sum.hessian[0][0] += n * rate.second;
            sum.hessian[0][1] += n * lost_a;
            sum.hessian[1][1] += n * (rho * day.inverse_a * day.inverse_a - r / (alpha * alpha));
            sum.hessian[2][3] += n * lost_b;
            sum.hessian[3][3] -= n * s * lost_b * (1.0 / beta + day.inverse_b);
        }
        sum.hessian[1][0] = sum.hessian[0][1];
        sum.hessian[3][2] = sum.hessian[2][3];
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::answers::{Answers, Observed};
    use crate::clv::models::pareto::model::Pareto;
    use crate::clv::oracle::{assert_derivatives, summary};

    fn table() -> PatternTable {
        let rows = [
            (0, 0, 0),
            (0, 0, 100),
            (0, 0, 272),
            (0, 0, 272),
            (1, 12, 272),
            (1, 13, 14),
            (2, 213, 272),
            (2, 300, 272),
            (7, 206, 250),
            (29, 264, 266),
            (90, 300, 301),
            (150, 150, 3000),
        ];
        PatternTable::from_summaries(rows.map(|(x, recency, age)| summary(x, recency, age)))
    }

    /// r, alpha, s, beta in weeks: usual ones, and corners of what a fit may try.
    const PARAMETERS: [[f64; 4]; 8] = [
        [0.55, 10.6, 0.61, 11.7],
        [0.55, 10.6, 1.0, 10.6],
        [4.0, 0.01, 0.1, 300.0],
        [4.0, 300.0, 3.0, 1e-3],
        [1e3, 1e4, 0.5, 20.0],
        [0.5, 10.0, 1e3, 1e5],
        [1e-3, 1e-3, 1e-3, 1e-3],
        [1.0, 1e-5, 1e-5, 1e5],
    ];

    #[test]
    fn the_table_sums_what_the_model_says_of_each_customer() {
        let table = table();
        let likelihood = ParetoLikelihood::new(&table, 7.0);
        for [r, alpha, s, beta] in PARAMETERS {
            let ln = [r, alpha, s, beta].map(f64::ln);
            let value = likelihood.evaluate(&ln).value * table.customers() as f64;
            let [r, alpha, s, beta] = ln.map(f64::exp);
            let model = Pareto { r, alpha, s, beta };
            let expected: f64 = table
                .rows()
                .map(|(x, recency, age, n)| {
                    let (recency, age) = (f64::from(recency.min(age)) / 7.0, f64::from(age) / 7.0);
                    n * model.log_likelihood(&Observed { x, recency, age })
                })
                .sum();
            assert!((value - expected).abs() < 1e-12 * expected.abs(), "{model:?}: {value} {expected}");
        }
    }

    #[test]
    fn derivatives_are_those_of_the_value() {
        /// Relative to the largest derivative, or to the value, whose rounding the step magnifies.
        const ALLOWED: f64 = 1e-9;
        let likelihood = ParetoLikelihood::new(&table(), 7.0);
        for parameters in PARAMETERS {
            let at = parameters.map(f64::ln);
            let exact = likelihood.evaluate(&at);
            let largest = exact.gradient.iter().chain(exact.hessian.iter().flatten());
            let allowed = ALLOWED * largest.fold(exact.value.abs().max(1.0), |m, d| m.max(d.abs()));
            assert_derivatives(|at| likelihood.evaluate(at), &at, allowed);
        }
    }
}
