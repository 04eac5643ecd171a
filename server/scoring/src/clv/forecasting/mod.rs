//! What is ahead of a customer, and what it is worth.
//!
//! | file | idea |
//! |---|---|
//! | `credibility` | how much of it is the customer's own record |
//! | `known` | what is known of a customer |
//! | `ensemble` | models that answer as one |
//! | `forecast` | purchase model and value model together |
//! | `if_alive` | what a customer does if they are alive, and a memory of it |
//! | `lifetime_value` | discounted sums over a plan |
//! | `outcome` | what may come, beside what is expected |
//! | `prior` | what is assumed before anything can be fitted |
//! | `totals` | what is expected of many customers together |

pub(super) mod credibility;
pub(super) mod ensemble;
pub(super) mod forecast;
pub(super) mod if_alive;
pub(super) mod known;
pub(super) mod lifetime_value;
pub(super) mod outcome;
pub(super) mod prior;
pub(super) mod totals;
