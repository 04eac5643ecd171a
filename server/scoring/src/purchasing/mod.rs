//! How customers buy: how often, for how much, at whose recommendation and at which discount.
//!
//! | file | idea | source |
//! |---|---|---|
//! | `orders` | how often, for how much, and after how long | |
//! | `referrals` | what customers spend whom somebody recommended us to, against the others | |
//! | `discounts` | how much is bought at a discount, and who depends on it | |
//! | `concentration` | whether a shop lives off a few of them | Gini 1914; Lorenz 1905; Deltas 2003 |
//! | `robust_mean` | the median and the trimmed mean of millions of amounts | Tukey and McLaughlin 1963 |
//!
//! Tallies of parts add up, so the result does not depend on how the customers were divided.

mod concentration;
mod discounts;
mod orders;
mod referrals;
mod robust_mean;

pub use concentration::{Concentration, ResampledConcentration, Spender, Spenders};
pub use discounts::{DEPENDENT_ORDERS, DiscountSums, Discounted};
pub use orders::{OrderSums, mean_time, time_median, time_quantile};
pub use referrals::{Spending, SpendingRatio};
pub use robust_mean::RobustMean;
