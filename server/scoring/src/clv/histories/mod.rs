//! What is known of customers: purchases to (x, t_x, T), and equal customers counted, not repeated.
//!
//! | file | idea |
//! |---|---|
//! | `anniversaries` | purchases that come on anniversaries of the first |
//! | `calendar` | whole months and years from one day to another |
//! | `opportunities` | uses of opportunities, counted |
//! | `patterns` | (x, t_x, T) and mean values, counted |
//! | `regularity` | days between purchases |
//! | `summary` | one customer's purchases to their numbers |

pub(super) mod anniversaries;
mod calendar;
pub(super) mod opportunities;
pub(super) mod patterns;
pub(super) mod regularity;
pub(super) mod summary;
