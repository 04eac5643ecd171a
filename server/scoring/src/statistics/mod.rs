//! What several metrics count and compute with.
//!
//! | file | idea | source |
//! |---|---|---|
//! | `proportion` | how large is a share, and do two differ? | Wilson 1927; Newcombe 1998 |
//! | `areas` | how well are two kinds told apart, and by which of two numbers better? | DeLong et al. 1988 |
//! | `homogeneity` | did a mix change among the same customers? | Stuart 1955; Maxwell 1970 |
//! | `logistic` | what goes with yes or no? | Berkson 1944 |
//! | `multiple` | which of many differences are real? | Benjamini and Hochberg 1995 |
//! | `clusters` | how sure is a mean of answers of which some are of the same customer? | Kish 1965; Korn and Graubard 1998 |
//! | `normal` | the normal distribution | |
//! | `beta_prime` | ratios of gamma variates | Peizer and Pratt 1968; Wise 1950 |
//! | `special` | ratios of gamma functions and their like, without cancellation | |
//! | `numerics` | quadrature, and distributions that several models need | |

pub mod areas;
pub(crate) mod beta_prime;
pub mod clusters;
pub mod homogeneity;
pub mod logistic;
pub mod multiple;
pub mod normal;
pub(crate) mod numerics;
pub mod proportion;
pub(crate) mod special;
