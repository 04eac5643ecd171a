//! Newton's method for a smooth function of any number of parameters within a box.
//!
//! With an exact Hessian a handful of steps suffices. Where the function is not concave, the Hessian's eigenvalues are
//! taken as negative, so that the step points uphill; steps that do not gain are halved. A parameter that is pushed against a side
//! of the box is held there and the others go on: that is how a solution at infinity ("nobody ever leaves") is found and
//! can be said to be one. Nothing here is random.
//!
//! The number of parameters is not known before the data are, once there are covariates; [`super::optimize`] has the same for
//! models whose number is.

use super::outcome::Termination;
use std::ops::ControlFlow;

/// Half of the squared distance to the maximum, in standard deviations of one customer's worth of data, below which
/// one more full step reaches the last digits: Newton's error after it is of the order of the decrement itself.
pub(crate) const LAST_DIGITS: f64 = 1e-14;

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

/// A function's value with its first and second derivatives.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) hessian: Vec<Vec<f64>>,
}

impl Local {
    /// Nothing yet, of so many parameters.
    pub(crate) fn zero(parameters: usize) -> Self {
        Self { value: 0.0, gradient: vec![0.0; parameters], hessian: vec![vec![0.0; parameters]; parameters] }
    }

    pub(crate) fn scale(&mut self, factor: f64) {
        self.value *= factor;
        self.gradient.iter_mut().for_each(|g| *g *= factor);
        self.hessian.iter_mut().flatten().for_each(|h| *h *= factor);
    }

    fn is_finite(&self) -> bool {
        self.value.is_finite()
            && self.gradient.iter().all(|g| g.is_finite())
            && self.hessian.iter().flatten().all(|h| h.is_finite())
    }
}

/// Where a search ended.
#[derive(Debug, Clone)]
pub(crate) struct Peak {
    pub(crate) at: Vec<f64>,
    pub(crate) local: Local,
    /// Parameters that are held at the end of their range.
    pub(crate) held: Vec<bool>,
    pub(crate) iterations: u32,
    pub(crate) termination: Termination,
}

/// The range of each parameter.
#[derive(Debug, Clone)]
pub(crate) struct Ranges {
    pub(crate) low: Vec<f64>,
    pub(crate) high: Vec<f64>,
}

impl Ranges {
    /// Which parameters are at an end of their range with the gradient pushing outwards.
    fn held(&self, at: &[f64], gradient: &[f64]) -> Vec<bool> {
        (0..at.len())
            .map(|i| {
                (at[i] <= self.low[i] && gradient[i] <= 0.0) || (at[i] >= self.high[i] && gradient[i] >= 0.0)
            })
            .collect()
    }

    /// Whether a parameter at an end of its range would be moved out of it.
    fn leaves(&self, i: usize, at: f64, step: f64) -> bool {
        (at <= self.low[i] && step < 0.0) || (at >= self.high[i] && step > 0.0)
    }

    /// How much of a step can be taken before a parameter reaches the end of its range. Cutting off only that parameter's
    /// part would bend the step, and a bent Newton step may lead downhill.
    fn room(&self, at: &[f64], step: &[f64]) -> f64 {
        (0..at.len()).fold(1.0, |room: f64, i| {
            let end = if step[i] < 0.0 { self.low[i] } else { self.high[i] };
            let beyond = (at[i] + step[i] - end) * step[i].signum() > 0.0;
            if beyond { room.min((end - at[i]) / step[i]) } else { room }
        })
    }

    fn clamp(&self, at: impl Iterator<Item = f64>) -> Vec<f64> {
        at.zip(&self.low).zip(&self.high).map(|((at, &low), &high)| at.clamp(low, high)).collect()
    }

    /// A part of a step from a place, brought back into the box.
    fn after(&self, at: &[f64], length: f64, step: &[f64]) -> Vec<f64> {
        self.clamp(at.iter().zip(step).map(|(at, step)| at + length * step))
    }
}

/// The Cholesky factor of a symmetric matrix; `None` unless it is positive definite.
fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = matrix.len();
    let mut factor = vec![vec![0.0; n]; n];
    for i in 0..n {
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

fn solve(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let n = right.len();
    let mut solution = right.to_vec();
    for i in 0..n {
        let dot: f64 = (0..i).map(|k| factor[i][k] * solution[k]).sum();
        solution[i] = (solution[i] - dot) / factor[i][i];
    }
    for i in (0..n).rev() {
        let dot: f64 = (i + 1..n).map(|k| factor[k][i] * solution[k]).sum();
        solution[i] = (solution[i] - dot) / factor[i][i];
    }
    solution
}

/// The negated Hessian, with held parameters cut out (their row and column are the identity's).
fn information(hessian: &[Vec<f64>], held: &[bool]) -> Vec<Vec<f64>> {
    let entry = |i: usize, j: usize| match (held[i] || held[j], i == j) {
        (false, _) => -hessian[i][j],
        (true, true) => 1.0,
        (true, false) => 0.0,
    };
    (0..held.len()).map(|i| (0..held.len()).map(|j| entry(i, j)).collect()).collect()
}

/// Inverse of the information at the maximum of a mean over so many customers, zero in the rows of held parameters; `None`
/// if it is singular.
pub(crate) fn covariance(hessian: &[Vec<f64>], held: &[bool], customers: f64) -> Option<Vec<Vec<f64>>> {
    let n = held.len();
    let factor = cholesky(&information(hessian, held))?;
    let mut inverse = vec![vec![0.0; n]; n];
    for i in (0..n).filter(|&i| !held[i]) {
        let mut unit = vec![0.0; n];
        unit[i] = 1.0;
        let column = solve(&factor, &unit);
        for j in 0..n {
            inverse[j][i] = if held[j] { 0.0 } else { column[j] / customers };
        }
    }
    Some(inverse)
}

/// Eigenvalues and the matrix of eigenvectors (columns) of a symmetric matrix, by Jacobi's rotations.
fn eigen(matrix: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
    /// Matrices of three or four rows are diagonal to the last bit after about six, larger ones after a few more; a direction
    /// uphill does not need the last bit.
    const SWEEPS: usize = 12;
    let n = matrix.len();
    let mut m = matrix.to_vec();
    let mut vectors: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for (p, q) in (0..SWEEPS).flat_map(|_| (0..n).flat_map(|p| (p + 1..n).map(move |q| (p, q)))) {
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
    ((0..n).map(|i| m[i][i]).collect(), vectors)
}

/// A step uphill: Newton's own, or where the function is not concave, Newton's along each eigenvector as if it were.
/// Along a ridge, where the curvature all but vanishes, that is a long step; it ends at `MAX_STEP`.
fn uphill(local: &Local, held: &[bool]) -> Vec<f64> {
    let n = held.len();
    let matrix = information(&local.hessian, held);
    let gradient: Vec<f64> = (0..n).map(|i| if held[i] { 0.0 } else { local.gradient[i] }).collect();
    if let Some(factor) = cholesky(&matrix) {
        return solve(&factor, &gradient);
    }
    let (values, vectors) = eigen(&matrix);
    let mut step = vec![0.0; n];
    for (k, value) in values.into_iter().enumerate() {
        let slope: f64 = (0..n).map(|i| vectors[i][k] * gradient[i]).sum();
        let length = (slope / value.abs().max(f64::MIN_POSITIVE)).clamp(-MAX_STEP, MAX_STEP);
        for i in 0..n {
            step[i] += length * vectors[i][k];
        }
    }
    step
}

/// A step uphill that does not push a parameter out of its range: those that would be are held.
fn feasible_step(local: &Local, at: &[f64], ranges: &Ranges) -> (Vec<bool>, Vec<f64>) {
    let mut held = ranges.held(at, &local.gradient);
    loop {
        let step = uphill(local, &held);
        let leaving = (0..at.len()).find(|&i| !held[i] && ranges.leaves(i, at[i], step[i]));
        match leaving {
            Some(i) => held[i] = true,
            None => return (held, step),
        }
    }
}

/// Maximises from one start, until the maximum is a step away that is as small as `decrement`. `progress` hears of every
/// iteration, where it is and of the value there, and may stop the search.
///
/// `Break` if it was stopped.
pub(crate) fn maximize<B>(
    function: impl Fn(&[f64]) -> Local,
    start: &[f64],
    ranges: &Ranges,
    decrement: f64,
    mut progress: impl FnMut(u32, &[f64], f64) -> ControlFlow<B>,
) -> ControlFlow<B, Peak> {
    let mut at = ranges.clamp(start.iter().copied());
    let mut local = function(&at);
    let mut iterations = 0;
    let termination = loop {
        progress(iterations, &at, local.value)?;
        if !local.is_finite() {
            break Termination::NoProgress;
        }
        if iterations == MAX_ITERATIONS {
            break Termination::IterationLimit;
        }
        iterations += 1;
        let (held, step) = feasible_step(&local, &at, ranges);
        let gain: f64 = (0..at.len()).filter(|&i| !held[i]).map(|i| local.gradient[i] * step[i]).sum();
        if 0.5 * gain <= decrement {
            // The last step: too small to be judged by the value, so it is taken on trust unless it is nonsense.
            let last = ranges.after(&at, 1.0, &step);
            let there = function(&last);
            if there.is_finite() && there.value >= local.value - ROUNDING * (1.0 + local.value.abs()) {
                (at, local) = (last, there);
            }
            break if held.contains(&true) { Termination::ConvergedAtBound } else { Termination::Converged };
        }
        match line_search(&function, &at, &local, &step, gain, ranges) {
            Some(better) => (at, local) = better,
            None => break Termination::NoProgress,
        }
    };
    let held = ranges.held(&at, &local.gradient);
    ControlFlow::Continue(Peak { at, local, held, iterations, termination })
}

/// Halves a step until it gains enough.
fn line_search(
    function: impl Fn(&[f64]) -> Local,
    at: &[f64],
    local: &Local,
    step: &[f64],
    gain: f64,
    ranges: &Ranges,
) -> Option<(Vec<f64>, Local)> {
    let longest = step.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
    let mut length = (MAX_STEP / longest).min(ranges.room(at, step));
    let rounding = ROUNDING * (1.0 + local.value.abs());
    for _ in 0..MAX_HALVINGS {
        let next = ranges.after(at, length, step);
        let there = function(&next);
        if there.is_finite() && there.value >= local.value + SUFFICIENT_GAIN * length * gain - rounding {
            return Some((next, there));
        }
        length *= 0.5;
    }
    None
}
