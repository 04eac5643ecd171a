//! Pareto/NBD: customers leave at any moment.
//!
//! | file | idea |
//! |---|---|
//! | `model` | all equations |
//! | `silence` | the integral over when they may have left |
//! | `departure` | chances to have left by a day, for tables |
//! | `purchases` | how many ahead |
//! | `discount` | their discounted sum |
//! | `fit` | starts, bounds, warnings |
//! | `likelihood` | of a table, with derivatives |
//! | `robust` | tests where nobody has published a number |

mod departure;
mod discount;
pub(crate) mod fit;
pub(crate) mod likelihood;
pub(crate) mod model;
mod purchases;
#[cfg(test)]
mod robust;
mod silence;
