//! Who stays.
//!
//! | file | idea |
//! |---|---|
//! | `activity` | how long a purchase makes active |
//! | `suggest_activity_window` | how long it should |
//! | `get_retention`, `get_lifecycle` | headcounts by period |
//! | `get_cohorts`, `cohort_rows`, `get_survival` | by age |
//! | `curve_steps` | how finely curves are listed |
//! | `get_revenue_retention`, `get_revenue_concentration`, `get_costs` | in money |
//! | `get_purchase_stats`, `purchase_tally`, `purchase_stats` | orders, revenue and gaps between purchases |
//! | `purchase_referrals` | who recommended us |
//! | `revenue_tally` | what is compared of two periods |
//! | `project_retention` | how many stay longer than was seen |

pub(crate) mod activity;
pub(crate) mod cohort_rows;
pub(crate) mod curve_steps;
pub(crate) mod get_cohorts;
pub(crate) mod get_costs;
pub(crate) mod get_lifecycle;
pub(crate) mod get_purchase_stats;
pub(crate) mod get_retention;
pub(crate) mod get_revenue_concentration;
pub(crate) mod get_revenue_retention;
pub(crate) mod get_survival;
pub(crate) mod project_retention;
pub(crate) mod purchase_referrals;
pub(crate) mod purchase_stats;
pub(crate) mod purchase_tally;
pub(crate) mod revenue_tally;
pub(crate) mod suggest_activity_window;
