//! Quadrature and distributions that several models need.
//!
//! | file | idea |
//! |---|---|
//! | `gauss_legendre` | nodes and weights |
//! | `panels` | integrals of log-concave functions |
//! | `mixing` | means over beta and gamma distributions |
//! | `reciprocal` | what a discount and a chance to leave make of all purchases to come |
//! | `negative_binomial` | its probabilities, one after the other |
//! | `definite` | matrices that can be solved with, and those that rounding alone makes so |
//! | `kept` | what was computed, for whoever asks again |

pub(crate) mod definite;
pub(crate) mod gauss_legendre;
pub(crate) mod kept;
pub(crate) mod mixing;
pub(crate) mod negative_binomial;
pub(crate) mod panels;
pub(crate) mod reciprocal;
