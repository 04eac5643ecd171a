//! RetentionService: who stays, one file a family of answers.
//!
//! | file | idea |
//! |---|---|
//! | `service` | the calls |
//! | `checks` | what their questions share |
//! | `counts` | headcounts |
//! | `cohorts`, `survival` | by age |
//! | `revenue`, `costs` | in money |
//! | `purchasing` | orders and gaps |
//! | `projection` | beyond what was seen |

mod checks;
mod cohorts;
mod costs;
pub(crate) mod counts;
mod projection;
pub(crate) mod purchasing;
pub(crate) mod revenue;
mod service;
mod survival;

#[cfg(test)]
mod tests;
