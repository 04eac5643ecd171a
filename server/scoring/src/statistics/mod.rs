//! What several metrics count and compute with.
//!
//! | file | idea | source |
//! |---|---|---|
//! | `proportion` | how large is a share, and do two differ? | Wilson 1927; Newcombe 1998 |
//! | `multiple` | which of many differences are real? | Benjamini and Hochberg 1995 |
//! | `normal` | the normal distribution | |
//! | `special` | ratios of gamma functions and their like, without cancellation | |
//! | `numerics` | quadrature, and distributions that several models need | |

pub mod multiple;
pub mod normal;
pub(crate) mod numerics;
pub mod proportion;
pub(crate) mod special;
