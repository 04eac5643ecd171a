//! RetentionService: who stays, one file a family of answers.
//!
//! | file | idea |
//! |---|---|
//! | `service` | the calls |
//! | `estimates` | what the families share |
//! | `counts` | headcounts |
//! | `cohorts`, `survival` | by age |
//! | `revenue` | in money |
//! | `purchasing` | orders and gaps |
//! | `projection` | beyond what was seen |

mod cohorts;
mod counts;
mod estimates;
mod projection;
mod purchasing;
mod revenue;
mod service;
mod survival;
