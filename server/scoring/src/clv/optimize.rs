//! Newton's method for a smooth function of a few positive parameters, maximised over their logarithms within a box.
//!
//! With an exact Hessian a handful of steps suffices. Where the function is not concave, the Hessian's eigenvalues are
//! taken as negative, so that the step points uphill; steps that do not gain are halved. A parameter that is pushed against a side
//! of the box is held there and the others go on: that is how a solution at infinity ("nobody ever leaves") is found and
//! can be said to be one. Nothing here is random.

use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Half of the squared distance to the maximum, in standard deviations of one customer's worth of data, below which
/// one more full step reaches the last digits: Newton's error after it is of the order of `DECREMENT` itself.
const DECREMENT: f64 = 1e-14;

/// Longest step in any logarithm: a factor of about seven.
const MAX_STEP: f64 = 2.0;

/// Share of the gain promised by the gradient that a step must bring (Armijo).
const SUFFICIENT_GAIN: f64 = 1e-4;

/// Two values nearer than this share of them cannot be told apart.
const ROUNDING: f64 = 1e-13;

/// A step halved so often moves nothing.
const MAX_HALVINGS: u32 = 50;

/// Evaluations after which a search is given up; well-posed ones take about ten.
const MAX_ITERATIONS: u32 = 200;

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Termination {
    /// At a maximum: the gradient vanishes and the Hessian is negative definite.
    Converged,
    /// At a maximum on the border: at least one parameter is held at the end of its range.
    ConvergedAtBound,
    /// No step improves any more although the gradient does not quite vanish.
    NoProgress,
    /// Too many iterations.
    IterationLimit,
    /// There was no search: the model was not fitted to anything.
    NotFitted,
}

impl Termination {
    pub(crate) const fn converged(self) -> bool {
        matches!(self, Self::Converged | Self::ConvergedAtBound)
    }
}

/// A function's value with its first and second derivatives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evaluation<const N: usize> {
    pub(crate) value: f64,
    pub(crate) gradient: [f64; N],
    pub(crate) hessian: [[f64; N]; N],
}

impl<const N: usize> Default for Evaluation<N> {
    fn default() -> Self {
        Self { value: 0.0, gradient: [0.0; N], hessian: [[0.0; N]; N] }
    }
}

impl<const N: usize> Evaluation<N> {
    pub(crate) fn add(&mut self, other: &Self) {
        self.value += other.value;
        for i in 0..N {
            self.gradient[i] += other.gradient[i];
            for j in 0..N {
                self.hessian[i][j] += other.hessian[i][j];
            }
        }
    }

    pub(crate) fn scale(&mut self, factor: f64) {
        self.value *= factor;
        self.gradient.iter_mut().for_each(|g| *g *= factor);
        self.hessian.iter_mut().flatten().for_each(|h| *h *= factor);
    }

    /// From derivatives in the parameters to derivatives in their logarithms.
    pub(crate) fn in_logarithms(mut self, parameters: &[f64; N]) -> Self {
        for i in 0..N {
            self.gradient[i] *= parameters[i];
            for j in 0..N {
                self.hessian[i][j] *= parameters[i] * parameters[j];
            }
            self.hessian[i][i] += self.gradient[i];
        }
        self
    }

    fn is_finite(&self) -> bool {
        self.value.is_finite()
            && self.gradient.iter().all(|g| g.is_finite())
            && self.hessian.iter().flatten().all(|h| h.is_finite())
    }
}

/// Where a search ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Optimum<const N: usize> {
    /// Logarithms of the parameters.
    pub(crate) at: [f64; N],
    pub(crate) evaluation: Evaluation<N>,
    /// Parameters that are held at the end of their range.
    pub(crate) held: [bool; N],
    pub(crate) iterations: u32,
    pub(crate) termination: Termination,
}

/// The end of a search with any number of parameters, as a report needs it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Logarithms of the parameters.
    pub(crate) at: Vec<f64>,
    pub(crate) held: Vec<bool>,
    /// Covariance of the logarithms, zero for what is held; `None` if the information is singular.
    pub(crate) covariance: Option<Vec<Vec<f64>>>,
    /// Of all customers.
    pub(crate) log_likelihood: f64,
    pub(crate) iterations: u32,
    pub(crate) termination: Termination,
}

impl Found {
    /// From the optimum of a mean over so many customers.
    pub(crate) fn new<const N: usize>(optimum: &Optimum<N>, customers: f64) -> Self {
        Self {
            at: optimum.at.to_vec(),
            held: optimum.held.to_vec(),
            covariance: covariance(optimum, customers).map(|matrix| matrix.map(Vec::from).to_vec()),
            log_likelihood: optimum.evaluation.value * customers,
            iterations: optimum.iterations,
            termination: optimum.termination,
        }
    }

    /// Delta method: the standard error of a parameter is the parameter times that of its logarithm. `None` for one that is
    /// held, or of which the data say next to nothing.
    pub(crate) fn standard_errors(&self) -> Vec<Option<f64>> {
        /// A standard error of a logarithm above this: the parameter may as well be ten times as large.
        const LARGEST_LOG_ERROR: f64 = 2.3;
        let error = |i: usize| {
            let error = self.covariance.as_ref()?[i][i].sqrt();
            (!self.held[i] && error < LARGEST_LOG_ERROR).then(|| self.at[i].exp() * error)
        };
        (0..self.at.len()).map(error).collect()
    }
}

/// [`Found::standard_errors`] of the optimum of a mean over so many customers.
pub(crate) fn standard_errors<const N: usize>(best: &Optimum<N>, customers: f64) -> [Option<f64>; N] {
    let errors = Found::new(best, customers).standard_errors();
    std::array::from_fn(|i| errors[i])
}

/// The range of each parameter's logarithm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds<const N: usize> {
    pub(crate) low: [f64; N],
    pub(crate) high: [f64; N],
}

impl<const N: usize> Bounds<N> {
    /// Which parameters are at an end of their range with the gradient pushing outwards.
    fn held(&self, at: &[f64; N], gradient: &[f64; N]) -> [bool; N] {
        std::array::from_fn(|i| {
            (at[i] <= self.low[i] && gradient[i] <= 0.0) || (at[i] >= self.high[i] && gradient[i] >= 0.0)
        })
    }

    /// Whether a parameter at an end of its range would be moved out of it.
    fn leaves(&self, i: usize, at: f64, step: f64) -> bool {
        (at <= self.low[i] && step < 0.0) || (at >= self.high[i] && step > 0.0)
    }

    /// How much of a step can be taken before a parameter reaches the end of its range. Cutting off only that parameter's
    /// part would bend the step, and a bent Newton step may lead downhill.
    fn room(&self, at: &[f64; N], step: &[f64; N]) -> f64 {
        (0..N).fold(1.0, |room: f64, i| {
            let end = if step[i] < 0.0 { self.low[i] } else { self.high[i] };
            let beyond = (at[i] + step[i] - end) * step[i].signum() > 0.0;
            if beyond { room.min((end - at[i]) / step[i]) } else { room }
        })
    }

    fn clamp(&self, at: &[f64; N]) -> [f64; N] {
        std::array::from_fn(|i| at[i].clamp(self.low[i], self.high[i]))
    }
}

/// The Cholesky factor of a symmetric matrix; `None` unless it is positive definite.
fn cholesky<const N: usize>(matrix: &[[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut factor = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
            if i == j {
                let pivot = matrix[i][i] - dot;
                // Relative to the diagonal, so that a singular matrix is not passed by rounding.
                let definite = pivot > f64::EPSILON * matrix[i][i].abs();
                if !definite {
                    return None;
                }
                factor[i][i] = pivot.sqrt();
            } else {
                factor[i][j] = (matrix[i][j] - dot) / factor[j][j];
            }
        }
    }
    Some(factor)
}

fn solve<const N: usize>(factor: &[[f64; N]; N], right: &[f64; N]) -> [f64; N] {
    let mut solution = *right;
    for i in 0..N {
        let dot: f64 = (0..i).map(|k| factor[i][k] * solution[k]).sum();
        solution[i] = (solution[i] - dot) / factor[i][i];
    }
    for i in (0..N).rev() {
        let dot: f64 = (i + 1..N).map(|k| factor[k][i] * solution[k]).sum();
        solution[i] = (solution[i] - dot) / factor[i][i];
    }
    solution
}

/// The negated Hessian, with held parameters cut out (their row and column are the identity's).
fn information<const N: usize>(hessian: &[[f64; N]; N], held: &[bool; N]) -> [[f64; N]; N] {
    std::array::from_fn(|i| {
        std::array::from_fn(|j| match (held[i] || held[j], i == j) {
            (false, _) => -hessian[i][j],
            (true, true) => 1.0,
            (true, false) => 0.0,
        })
    })
}

/// Inverse of the information at an optimum of a mean over so many customers, zero in the rows of held parameters; `None`
/// if it is singular.
pub(crate) fn covariance<const N: usize>(optimum: &Optimum<N>, customers: f64) -> Option<[[f64; N]; N]> {
    let factor = cholesky(&information(&optimum.evaluation.hessian, &optimum.held))?;
    let mut inverse = [[0.0; N]; N];
    for i in (0..N).filter(|&i| !optimum.held[i]) {
        let mut unit = [0.0; N];
        unit[i] = 1.0;
        let column = solve(&factor, &unit);
        for j in 0..N {
            inverse[j][i] = if optimum.held[j] { 0.0 } else { column[j] / customers };
        }
    }
    Some(inverse)
}

/// Eigenvalues and the matrix of eigenvectors (columns) of a symmetric matrix, by Jacobi's rotations.
fn eigen<const N: usize>(matrix: &[[f64; N]; N]) -> ([f64; N], [[f64; N]; N]) {
    /// Matrices of three or four rows are diagonal to the last bit after about six.
    const SWEEPS: usize = 12;
    let mut m = *matrix;
    let mut vectors: [[f64; N]; N] =
        std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))));
    for (p, q) in (0..SWEEPS).flat_map(|_| (0..N).flat_map(|p| (p + 1..N).map(move |q| (p, q)))) {
        if m[p][q].abs() <= f64::MIN_POSITIVE {
            continue;
        }
        let slope = (m[q][q] - m[p][p]) / (2.0 * m[p][q]);
        let tan = slope.signum() / (slope.abs() + slope.hypot(1.0));
        let cos = 1.0 / tan.hypot(1.0);
        let sin = tan * cos;
        for row in m.iter_mut().chain(&mut vectors) {
            (row[p], row[q]) = (cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]);
        }
        let (upper, lower) = m.split_at_mut(q);
        for (at_p, at_q) in upper[p].iter_mut().zip(&mut lower[0]) {
            (*at_p, *at_q) = (cos * *at_p - sin * *at_q, sin * *at_p + cos * *at_q);
        }
    }
    (std::array::from_fn(|i| m[i][i]), vectors)
}

/// A step uphill: Newton's own, or where the function is not concave, Newton's along each eigenvector as if it were.
/// Along a ridge, where the curvature all but vanishes, that is a long step; it ends at `MAX_STEP`.
fn uphill<const N: usize>(evaluation: &Evaluation<N>, held: &[bool; N]) -> [f64; N] {
    let matrix = information(&evaluation.hessian, held);
    let gradient = std::array::from_fn(|i| if held[i] { 0.0 } else { evaluation.gradient[i] });
    if let Some(factor) = cholesky(&matrix) {
        return solve(&factor, &gradient);
    }
    let (values, vectors) = eigen(&matrix);
    let mut step = [0.0; N];
    for (k, value) in values.into_iter().enumerate() {
        let slope: f64 = (0..N).map(|i| vectors[i][k] * gradient[i]).sum();
        let length = (slope / value.abs().max(f64::MIN_POSITIVE)).clamp(-MAX_STEP, MAX_STEP);
        for i in 0..N {
            step[i] += length * vectors[i][k];
        }
    }
    step
}

/// A step uphill that does not push a parameter out of its range: those that would be are held.
fn feasible_step<const N: usize>(
    evaluation: &Evaluation<N>,
    at: &[f64; N],
    bounds: &Bounds<N>,
) -> ([bool; N], [f64; N]) {
    let mut held = bounds.held(at, &evaluation.gradient);
    loop {
        let step = uphill(evaluation, &held);
        let leaving = (0..N).find(|&i| !held[i] && bounds.leaves(i, at[i], step[i]));
        match leaving {
            Some(i) => held[i] = true,
            None => return (held, step),
        }
    }
}

/// Maximises from one start. `progress` hears of every iteration and may stop the search.
///
/// `Err(())` if it was stopped.
pub(crate) fn maximize<const N: usize>(
    function: impl Fn(&[f64; N]) -> Evaluation<N>,
    start: [f64; N],
    bounds: &Bounds<N>,
    mut progress: impl FnMut(u32, f64) -> ControlFlow<()>,
) -> ControlFlow<(), Optimum<N>> {
    let mut at = bounds.clamp(&start);
    let mut evaluation = function(&at);
    let mut iterations = 0;
    let termination = loop {
        if let ControlFlow::Break(()) = progress(iterations, evaluation.value) {
            return ControlFlow::Break(());
        }
        if !evaluation.is_finite() {
            break Termination::NoProgress;
        }
        if iterations == MAX_ITERATIONS {
            break Termination::IterationLimit;
        }
        iterations += 1;
        let (held, step) = feasible_step(&evaluation, &at, bounds);
        let gain: f64 = (0..N).filter(|&i| !held[i]).map(|i| evaluation.gradient[i] * step[i]).sum();
        if 0.5 * gain <= DECREMENT {
            // The last step: too small to be judged by the value, so it is taken on trust unless it is nonsense.
            let last = bounds.clamp(&std::array::from_fn(|i| at[i] + step[i]));
            let there = function(&last);
            if there.is_finite()
                && there.value >= evaluation.value - ROUNDING * (1.0 + evaluation.value.abs())
            {
                (at, evaluation) = (last, there);
            }
            break if held.contains(&true) { Termination::ConvergedAtBound } else { Termination::Converged };
        }
        match line_search(&function, &at, &evaluation, &step, gain, bounds) {
            Some(better) => (at, evaluation) = better,
            None => break Termination::NoProgress,
        }
    };
    let held = bounds.held(&at, &evaluation.gradient);
    ControlFlow::Continue(Optimum { at, evaluation, held, iterations, termination })
}

/// Halves a step until it gains enough.
fn line_search<const N: usize>(
    function: impl Fn(&[f64; N]) -> Evaluation<N>,
    at: &[f64; N],
    evaluation: &Evaluation<N>,
    step: &[f64; N],
    gain: f64,
    bounds: &Bounds<N>,
) -> Option<([f64; N], Evaluation<N>)> {
    let longest = step.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
    let mut length = (MAX_STEP / longest).min(bounds.room(at, step));
    let rounding = ROUNDING * (1.0 + evaluation.value.abs());
    for _ in 0..MAX_HALVINGS {
        let next = bounds.clamp(&std::array::from_fn(|i| at[i] + length * step[i]));
        let there = function(&next);
        if there.is_finite() && there.value >= evaluation.value + SUFFICIENT_GAIN * length * gain - rounding {
            return Some((next, there));
        }
        length *= 0.5;
    }
    None
}
