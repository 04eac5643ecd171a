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
use crate::statistics::numerics::definite::cholesky;
use nalgebra::{DMatrix, DVector, SymmetricEigen};
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

/// Rotations after which eigenvectors are given up, and the gradient is followed: a few for each parameter suffice, and a
/// search must end whatever it is given.
const MAX_ROTATIONS: usize = 10_000;

/// A function's value with its first and second derivatives.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    pub(crate) value: f64,
    pub(crate) gradient: DVector<f64>,
    pub(crate) hessian: DMatrix<f64>,
}

impl Local {
    /// Nothing yet, of so many parameters.
    pub(crate) fn zero(parameters: usize) -> Self {
        let (gradient, hessian) = (DVector::zeros(parameters), DMatrix::zeros(parameters, parameters));
        Self { value: 0.0, gradient, hessian }
    }

    pub(crate) fn scale(&mut self, factor: f64) {
        self.value *= factor;
        self.gradient *= factor;
        self.hessian *= factor;
    }

    fn is_finite(&self) -> bool {
        self.value.is_finite() && self.gradient.iter().chain(&self.hessian).all(|d| d.is_finite())
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
    fn held(&self, at: &[f64], gradient: &DVector<f64>) -> Vec<bool> {
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
            // Not by the sign of the step: one of -0 leads nowhere.
            let beyond = at[i] + step[i] < self.low[i] || at[i] + step[i] > self.high[i];
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

/// The parameters that are not held.
fn free(held: &[bool]) -> Vec<usize> {
    (0..held.len()).filter(|&i| !held[i]).collect()
}

/// The negated Hessian of free parameters.
fn information(hessian: &DMatrix<f64>, free: &[usize]) -> DMatrix<f64> {
    -hessian.select_rows(free).select_columns(free)
}

/// Inverse of the information at the maximum of a mean over so many customers, zero in the rows of held parameters; `None`
/// if it is singular.
pub(crate) fn covariance(hessian: &DMatrix<f64>, held: &[bool], customers: f64) -> Option<Vec<Vec<f64>>> {
    let free = free(held);
    let inverse = cholesky(&information(hessian, &free), f64::EPSILON)?.inverse();
    let mut covariance = vec![vec![0.0; held.len()]; held.len()];
    for (row, &i) in inverse.row_iter().zip(&free) {
        for (entry, &j) in row.iter().zip(&free) {
            covariance[i][j] = entry / customers;
        }
    }
    Some(covariance)
}

/// A step uphill: Newton's own, or where the function is not concave, Newton's along each eigenvector as if it were.
/// Along a ridge, where the curvature all but vanishes, that is a long step; it ends at `MAX_STEP`.
fn uphill(local: &Local, held: &[bool]) -> Vec<f64> {
    let free = free(held);
    let matrix = information(&local.hessian, &free);
    let gradient = local.gradient.select_rows(&free);
    let along = |slope: f64, curvature: f64| {
        (slope / curvature.abs().max(f64::MIN_POSITIVE)).clamp(-MAX_STEP, MAX_STEP)
    };
    let of_free = if let Some(factor) = cholesky(&matrix, f64::EPSILON) {
        factor.solve(&gradient)
    } else if let Some(eigen) = SymmetricEigen::try_new(matrix, f64::EPSILON, MAX_ROTATIONS) {
        let lengths = eigen.eigenvectors.tr_mul(&gradient).zip_map(&eigen.eigenvalues, along);
        eigen.eigenvectors * lengths
    } else {
        gradient
    };
    let mut step = vec![0.0; held.len()];
    for (part, i) in of_free.iter().zip(free) {
        step[i] = *part;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `-(x^2-1)^2 - (y-3)^2 - z`: two maxima, and a saddle between them; z goes to the low end of its range.
    fn two_tops(at: &[f64]) -> Local {
        let [x, y, z] = [at[0], at[1], at[2]];
        let gradient = DVector::from_column_slice(&[-4.0 * x * (x * x - 1.0), -2.0 * (y - 3.0), -1.0]);
        let diagonal = DVector::from_column_slice(&[4.0 - 12.0 * x * x, -2.0, 0.0]);
        let value = -(x * x - 1.0).powi(2) - (y - 3.0).powi(2) - z;
        Local { value, gradient, hessian: DMatrix::from_diagonal(&diagonal) }
    }

    #[test]
    fn a_search_leaves_a_saddle_and_holds_what_is_pushed_against_a_side() {
        let ranges = Ranges { low: vec![-9.0; 3], high: vec![9.0; 3] };
        let found = maximize(two_tops, &[0.1, 0.0, 1.0], &ranges, LAST_DIGITS, |_, _, _| {
            ControlFlow::<()>::Continue(())
        });
        let ControlFlow::Continue(peak) = found else { panic!("nobody stopped it") };
        assert_eq!(
            (peak.termination, &*peak.held),
            (Termination::ConvergedAtBound, &[false, false, true][..])
        );
        for (at, expected) in peak.at.iter().zip([1.0, 3.0, -9.0]) {
            assert!((at - expected).abs() < 1e-9, "{peak:?}");
        }
        // Second derivatives of 8 and 2, of the mean over ten.
        let covariance = covariance(&peak.local.hessian, &peak.held, 10.0).unwrap();
        for (i, row) in covariance.iter().enumerate() {
            for (j, entry) in row.iter().enumerate() {
                let expected = if i == j { [1.0 / 80.0, 1.0 / 20.0, 0.0][i] } else { 0.0 };
                assert!((entry - expected).abs() < 1e-9, "{covariance:?}");
            }
        }
    }
}
