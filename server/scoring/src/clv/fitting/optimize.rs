//! Maximising over the logarithms of a few positive parameters within a box: [`super::newton`] for models whose number of
//! parameters is known beforehand.

use super::newton::{self, Local, Ranges};
use super::outcome::Termination;
use nalgebra::{DMatrix, DVector};
use std::ops::ControlFlow;

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

impl<const N: usize> Optimum<N> {
    /// Whether another search, at a place with this value, is on its last steps to this very maximum: the value is lower by as
    /// much as the curvature here says. At the border of the range it is never said.
    pub(crate) fn attracts(&self, at: &[f64], value: f64) -> bool {
        /// From farther below than this, a customer, a maximum cannot be told by its curvature.
        const NEAR: f64 = 1e-3;
        /// How well curvature and value have to agree: third derivatives have their say at that distance.
        const WITHIN: f64 = 1.3;
        /// And from farther away than this, in any logarithm: a long ridge is hardly curved, and may lead past its highest point
        /// to another.
        const FARTHEST: f64 = 0.5;
        let below = self.evaluation.value - value;
        let step: [f64; N] = std::array::from_fn(|i| at[i] - self.at[i]);
        let curvature: f64 = self
            .evaluation
            .hessian
            .iter()
            .zip(step)
            .map(|(row, d)| -0.5 * d * row.iter().zip(step).map(|(h, d)| h * d).sum::<f64>())
            .sum();
        self.termination == Termination::Converged
            && below < NEAR
            && step.iter().all(|d| d.abs() < FARTHEST)
            && (below / WITHIN..=below * WITHIN).contains(&curvature)
    }
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

impl<const N: usize> From<&Evaluation<N>> for Local {
    fn from(of: &Evaluation<N>) -> Self {
        Self {
            value: of.value,
            gradient: DVector::from_row_slice(&of.gradient),
            hessian: DMatrix::from_fn(N, N, |i, j| of.hessian[i][j]),
        }
    }
}

impl<const N: usize> From<&Local> for Evaluation<N> {
    fn from(of: &Local) -> Self {
        let hessian = std::array::from_fn(|i| std::array::from_fn(|j| of.hessian[(i, j)]));
        Self { value: of.value, gradient: array(of.gradient.as_slice()), hessian }
    }
}

/// The first entries of a slice that has at least so many.
fn array<T: Copy, const N: usize>(slice: &[T]) -> [T; N] {
    std::array::from_fn(|i| slice[i])
}

/// Inverse of the information at an optimum of a mean over so many customers, zero in the rows of held parameters; `None`
/// if it is singular.
pub(crate) fn covariance<const N: usize>(optimum: &Optimum<N>, customers: f64) -> Option<[[f64; N]; N]> {
    let local = Local::from(&optimum.evaluation);
    let inverse = newton::covariance(&local.hessian, &optimum.held, customers)?;
    Some(std::array::from_fn(|i| array(&inverse[i])))
}

/// [`newton::maximize`].
pub(crate) fn maximize<const N: usize, B>(
    function: impl Fn(&[f64; N]) -> Evaluation<N>,
    start: [f64; N],
    bounds: &Bounds<N>,
    decrement: f64,
    progress: impl FnMut(u32, &[f64], f64) -> ControlFlow<B>,
) -> ControlFlow<B, Optimum<N>> {
    let ranges = Ranges { low: bounds.low.to_vec(), high: bounds.high.to_vec() };
    let local = |at: &[f64]| Local::from(&function(&array(at)));
    newton::maximize(local, &start, &ranges, decrement, progress).map_continue(|peak| Optimum {
        at: array(&peak.at),
        evaluation: Evaluation::from(&peak.local),
        held: array(&peak.held),
        iterations: peak.iterations,
        termination: peak.termination,
    })
}
