//! Quadrature and distributions that several models need.
//!
//! | file | idea |
//! |---|---|
//! | `gauss_legendre` | nodes and weights |
//! | `panels` | integrals of log-concave functions |
//! | `mixing` | means over beta and gamma distributions |
//! | `negative_binomial` | its probabilities, one after the other |
//! | `kept` | what was computed, for whoever asks again |

pub(crate) mod gauss_legendre;
pub(crate) mod kept;
pub(crate) mod mixing;
pub(crate) mod negative_binomial;
pub(crate) mod panels;
