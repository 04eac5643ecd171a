//! Newton's method for a smooth function of a few positive parameters, maximised over their logarithms within a box.
//!
//! With an exact Hessian a handful of steps suffices. Where the function is not concave, a multiple of the identity is
//! added until the step points uphill; steps that do not gain are halved. A parameter that is pushed against a side
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
        Self {
            value: 0.0,
            gradient: [0.0; N],
            hessian: [[0.0; N]; N],
        }
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
            (at[i] <= self.low[i] && gradient[i] <= 0.0)
                || (at[i] >= self.high[i] && gradient[i] >= 0.0)
        })
    }

    fn clamp(&self, at: &[f64; N]) -> [f64; N] {
        std::array::from_fn(|i| at[i].clamp(self.low[i], self.high[i]))
    }
}

/// The Cholesky factor of a symmetric matrix plus `shift` times the identity; `None` unless positive definite.
fn cholesky<const N: usize>(matrix: &[[f64; N]; N], shift: f64) -> Option<[[f64; N]; N]> {
    let mut factor = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
            if i == j {
                let pivot = matrix[i][i] + shift - dot;
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
pub(crate) fn covariance<const N: usize>(
    optimum: &Optimum<N>,
    customers: f64,
) -> Option<[[f64; N]; N]> {
    let factor = cholesky(
        &information(&optimum.evaluation.hessian, &optimum.held),
        0.0,
    )?;
    let mut inverse = [[0.0; N]; N];
    for i in (0..N).filter(|&i| !optimum.held[i]) {
        let mut unit = [0.0; N];
        unit[i] = 1.0;
        let column = solve(&factor, &unit);
        for j in 0..N {
            inverse[j][i] = if optimum.held[j] {
                0.0
            } else {
                column[j] / customers
            };
        }
    }
    Some(inverse)
}

/// A step uphill and whether it is Newton's own.
fn uphill<const N: usize>(evaluation: &Evaluation<N>, held: &[bool; N]) -> ([f64; N], bool) {
    let matrix = information(&evaluation.hessian, held);
    let gradient = std::array::from_fn(|i| if held[i] { 0.0 } else { evaluation.gradient[i] });
    let largest = matrix
        .iter()
        .flatten()
        .fold(f64::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let mut shift = 0.0;
    loop {
        if let Some(factor) = cholesky(&matrix, shift) {
            return (solve(&factor, &gradient), shift <= 0.0);
        }
        // Ends: once the shift exceeds the matrix' largest entry N times over, the sum is positive definite.
        shift = if shift > 0.0 {
            4.0 * shift
        } else {
            1e-4 * largest
        };
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
        let held = bounds.held(&at, &evaluation.gradient);
        let (step, newton) = uphill(&evaluation, &held);
        let gain: f64 = (0..N)
            .filter(|&i| !held[i])
            .map(|i| evaluation.gradient[i] * step[i])
            .sum();
        if newton && 0.5 * gain <= DECREMENT {
            // The last step: too small to be judged by the value, so it is taken on trust unless it is nonsense.
            let last = bounds.clamp(&std::array::from_fn(|i| at[i] + step[i]));
            let there = function(&last);
            if there.is_finite()
                && there.value >= evaluation.value - ROUNDING * (1.0 + evaluation.value.abs())
            {
                (at, evaluation) = (last, there);
            }
            break if held.contains(&true) {
                Termination::ConvergedAtBound
            } else {
                Termination::Converged
            };
        }
        match line_search(&function, &at, &evaluation, &step, gain, bounds) {
            Some(better) => (at, evaluation) = better,
            None => break Termination::NoProgress,
        }
    };
    let held = bounds.held(&at, &evaluation.gradient);
    ControlFlow::Continue(Optimum {
        at,
        evaluation,
        held,
        iterations,
        termination,
    })
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
    let mut length = (MAX_STEP / longest).min(1.0);
    let rounding = ROUNDING * (1.0 + evaluation.value.abs());
    for _ in 0..MAX_HALVINGS {
        let next = bounds.clamp(&std::array::from_fn(|i| at[i] + length * step[i]));
        let there = function(&next);
        if there.is_finite()
            && there.value >= evaluation.value + SUFFICIENT_GAIN * length * gain - rounding
        {
            return Some((next, there));
        }
        length *= 0.5;
    }
    None
}
