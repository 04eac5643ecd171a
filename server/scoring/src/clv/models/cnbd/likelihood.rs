//! The log-likelihood of a whole table of patterns under BG/CNBD-k or MBG/CNBD-k, with its gradient and Hessian, in one pass.
//!
//! Equation (1) of `model`, without its constant C, for parameters r, alpha, a, b and weights n:
//!
//! ```text
//! l = sum n [ ln (r)_kx + ln (b)_c - ln (a+b)_c - kx ln alpha - rho L(T) + ln(S + e^u) ]
//! u = ln a - ln(b+c-1) + rho D,   rho = r+kx,   L(t) = ln(1 + t/alpha),   D = L(T) - L(t_x)
//! S = sum_{j<k} c_j z^j,   c_j = (rho)_j/j!,   z = (T-t_x)/(alpha+T)
//! ```
//!
//! The derivatives of the last term are in `bg::dropout_likelihood`. As in `bg::likelihood`, logarithms of times are tables over
//! whole days and the coefficients of S and of its derivatives depend on x alone; a pattern costs one exponential, two logarithms
//! and six polynomials of k terms. For k = 1 it is that file's likelihood, which is asked instead.

use super::MAX_K;
use crate::clv::fitting::optimize::Evaluation;
use crate::clv::fitting::parallel;
use crate::clv::histories::patterns::{Group, PatternTable};
use crate::clv::models::bg::dropout_likelihood::{DropoutSums, ln_odds_of_leaving_last};
use crate::clv::models::bg::likelihood::Likelihood;
use crate::clv::models::nbd::likelihood::{AgeSums, DayTerms};
use crate::statistics::special::Rising;

/// The log-likelihood of one table under one of the two models, for one k.
pub(crate) struct CnbdLikelihood<'a> {
    pub(crate) table: &'a PatternTable,
    /// Days in the model's unit of time.
    pub(crate) unit_days: f64,
    /// Chances to leave before the first repeat purchase.
    pub(crate) first_chances: u32,
    pub(crate) k: u32,
}

/// Polynomials in z: S, its first two derivatives in r, and those derivatives of z that alpha asks for.
struct Polynomials {
    k: usize,
    /// For each j: `c_j`, `c_j' `, `c_j''`, `j c_j`, `j (j+1) c_j`, `j c_j'`.
    coefficients: [[f64; 6]; MAX_K as usize],
}

impl Polynomials {
    fn new(k: u32, rho: f64) -> Self {
        let mut coefficients = [[0.0; 6]; MAX_K as usize];
        let mut factorial = 1.0;
        for (j, slot) in (0..k).zip(&mut coefficients) {
            let rising = Rising::new(rho, j);
            let stage = f64::from(j);
            factorial *= stage.max(1.0);
            let c = rising.ln.exp() / factorial;
            let first = c * rising.first;
            let second = c * (rising.first * rising.first + rising.second);
            *slot = [c, first, second, stage * c, stage * (stage + 1.0) * c, stage * first];
        }
        Self { k: k as usize, coefficients }
    }

    fn at(&self, z: f64) -> [f64; 6] {
        self.coefficients[..self.k]
            .iter()
            .rev()
            .fold([0.0; 6], |sums, row| std::array::from_fn(|i| sums[i] * z + row[i]))
    }
}

/// First and second derivatives in r and alpha: r, alpha, then r r, r alpha, alpha alpha.
#[derive(Clone, Copy)]
struct Slopes {
    r: f64,
    alpha: f64,
    rr: f64,
    r_alpha: f64,
    alpha_alpha: f64,
}

impl DropoutSums {
    /// Adds a row whose chance to have left is the share `w` of the sum.
    fn add(&mut self, n: f64, w: f64, stayed: &Slopes, left: &Slopes) {
        let both = |stayed: f64, left: f64| n * ((1.0 - w) * stayed + w * left);
        let s = n * w * (1.0 - w);
        let (dr, d_alpha) = (left.r - stayed.r, left.alpha - stayed.alpha);
        self.r += both(stayed.r, left.r);
        self.alpha += both(stayed.alpha, left.alpha);
        self.rr += both(stayed.rr, left.rr) + s * dr * dr;
        self.r_alpha += both(stayed.r_alpha, left.r_alpha) + s * dr * d_alpha;
        self.alpha_alpha += both(stayed.alpha_alpha, left.alpha_alpha) + s * d_alpha * d_alpha;
        self.w += n * w;
        self.s += s;
        self.s_r += s * dr;
        self.s_alpha += s * d_alpha;
    }
}

/// `ln S` and its slopes, from `T - t_x` and `1/(alpha+T)`.
fn ln_stages(polynomials: &Polynomials, silence: f64, inverse: f64) -> (f64, Slopes) {
    let [s, s_r, s_rr, s_1, s_2, s_r1] = polynomials.at(silence * inverse);
    let (r, alpha) = (s_r / s, -inverse * s_1 / s);
    let slopes = Slopes {
        r,
        alpha,
        rr: s_rr / s - r * r,
        r_alpha: -inverse * s_r1 / s - r * alpha,
        alpha_alpha: inverse * inverse * s_2 / s - alpha * alpha,
    };
    (s.ln(), slopes)
}

/// `rho D` and its slopes.
fn ln_left(rho: f64, age: DayTerms, recency: DayTerms) -> (f64, Slopes) {
    let d = age.ln_ratio - recency.ln_ratio;
    let e = age.inverse - recency.inverse;
    let f = recency.inverse * recency.inverse - age.inverse * age.inverse;
    (rho * d, Slopes { r: d, alpha: rho * e, rr: 0.0, r_alpha: e, alpha_alpha: rho * f })
}

impl CnbdLikelihood<'_> {
    /// Mean log-likelihood a customer, with derivatives in the logarithms of r, alpha, a, b.
    pub(crate) fn evaluate(&self, ln_parameters: &[f64; 4]) -> Evaluation<4> {
        if self.k == 1 {
            let Self { table, unit_days, first_chances, .. } = *self;
            return Likelihood { table, unit_days, first_chances }.evaluate(ln_parameters);
        }
        let parameters = ln_parameters.map(f64::exp);
        let days = DayTerms::of_all_days(self.table, self.unit_days, parameters[1]);
        parallel::mean(&self.table.pieces(), self.table.customers(), &parameters, |group| {
            self.of_group(group, parameters, &days)
        })
    }

    /// `ln_odds` is `u` at D = 0; `None` without a chance to leave.
    fn sums(
        &self,
        group: &Group,
        rho: f64,
        ln_odds: Option<f64>,
        days: &[DayTerms],
    ) -> (AgeSums, DropoutSums) {
        let polynomials = Polynomials::new(self.k, rho);
        let (mut ages, mut sums) = (AgeSums::default(), DropoutSums::default());
        for row in group.rows.clone() {
            let (age, n) = (self.table.age_days[row], self.table.weights[row]);
            // A recency beyond the age is nonsense in the data; it is taken as the age.
            let recency = self.table.recency_days[row].min(age);
            let silence = f64::from(age - recency) / self.unit_days;
            let (age, recency) = (days[age as usize], days[recency as usize]);
            ages.add(n, age);
            let (ln_s, stayed) = ln_stages(&polynomials, silence, age.inverse);
            let (rho_d, left) = ln_left(rho, age, recency);
            let (ln_more, w) = ln_odds.map_or((0.0, 0.0), |ln_odds| {
                let v = ln_odds + rho_d - ln_s;
                let small = (-v.abs()).exp();
                let share = 1.0 / (1.0 + small);
                (v.max(0.0) + small.ln_1p(), if v > 0.0 { share } else { small * share })
            });
            sums.value += n * (ln_s + ln_more);
            sums.add(n, w, &stayed, &left);
        }
        (ages, sums)
    }

    /// Value, gradient and Hessian of one group, in the parameters themselves.
    fn of_group(&self, group: &Group, [r, alpha, a, b]: [f64; 4], days: &[DayTerms]) -> Evaluation<4> {
        let events = group.repeat_purchases.saturating_mul(self.k);
        let c = group.repeat_purchases + self.first_chances;
        let rho = r + f64::from(events);
        let (ages, sums) = self.sums(group, rho, ln_odds_of_leaving_last(c, a, b), days);
        sums.likelihood(&ages.likelihood(events, [r, alpha]), ages.n, c, [a, b])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::answers::{Answers, Observed};
    use crate::clv::models::bg::family::Family;
    use crate::clv::models::cnbd::model::Cnbd;
    use crate::clv::oracle::{Random, assert_derivatives, close, summary, table};

    const PARAMETERS: [[f64; 4]; 3] = [[0.7, 5.0, 0.4, 2.0], [4.0, 60.0, 3.0, 0.3], [0.05, 0.4, 20.0, 90.0]];

    fn all() -> impl Iterator<Item = (u32, u32, [f64; 4])> {
        [1, 2, 3, 12]
            .into_iter()
            .flat_map(|k| [0, 1].into_iter().flat_map(move |d| PARAMETERS.map(|p| (k, d, p))))
    }

    #[test]
    fn the_table_sums_what_the_model_says_of_each_customer() {
        let table = table();
        for (k, first_chances, [r, alpha, a, b]) in all() {
            let likelihood = CnbdLikelihood { table: &table, unit_days: 7.0, first_chances, k };
            let value = likelihood.evaluate(&[r, alpha, a, b].map(f64::ln)).value * table.customers() as f64;
            let model = Cnbd::new(k, Family { r, alpha, a, b, first_chances });
            let expected: f64 = table
                .rows()
                .map(|(x, recency, age, n)| {
                    let (recency, age) = (f64::from(recency) / 7.0, f64::from(age) / 7.0);
                    n * model.log_likelihood(&Observed { x, recency, age })
                })
                .sum();
            close(&format!("{model:?}"), value, expected, 1e-11);
        }
    }

    #[test]
    fn derivatives_are_those_of_the_value() {
        let table = table();
        for (k, first_chances, parameters) in all() {
            let likelihood = CnbdLikelihood { table: &table, unit_days: 7.0, first_chances, k };
            let at = parameters.map(f64::ln);
            let allowed = 1e-8 * likelihood.evaluate(&at).value.abs().max(1.0);
            assert_derivatives(|at| likelihood.evaluate(at), &at, allowed);
        }
    }

    #[test]
    fn threads_and_repetition_do_not_matter() {
        let mut random = Random(2016);
        let rows: Vec<_> = (0..30_000)
            .map(|i| {
                let age = 200.0 + 400.0 * random.uniform();
                let x = i % 5;
                summary(x, if x == 0 { 0 } else { (age * random.uniform()) as u32 }, age as u32)
            })
            .collect();
        let at = PARAMETERS[0].map(f64::ln);
        let on = |threads, table: &PatternTable| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let likelihood = CnbdLikelihood { table, unit_days: 7.0, first_chances: 1, k: 3 };
            format!("{:?}", pool.install(|| likelihood.evaluate(&at)))
        };
        let table = PatternTable::from_summaries(&rows);
        assert!(table.pieces().len() > 2);
        assert_eq!(on(1, &table), on(2, &table));
        let repeated = PatternTable::from_summaries(rows.iter().chain(&rows));
        let weighted = PatternTable::from_weighted_summaries(rows.iter().map(|s| (s, 2)));
        assert_eq!(on(2, &repeated), on(2, &weighted));
    }
}
