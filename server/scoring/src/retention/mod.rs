//! Who stays: retention, cohorts, survival, and what staying is worth.
//!
//! | file | idea | source |
//! |---|---|---|
//! | `headcount` | customers at the start and at the end, and three rates that are often taken for one another | |
//! | `series` | who was active at which instants, from their purchases | |
//! | `cohorts`, `cohort_answers` | customers who began together, age by age | |
//! | `lifecycle` | new, returning, resurrected, dormant | |
//! | `kaplan_meier` | how long customers stay when some have not left yet | Kaplan and Meier 1958; Greenwood 1926 |
//! | `log_rank` | whether groups stay equally long | Mantel 1966 |
//! | `activity_window` | how long a silence means that somebody is gone | |
//! | `revenue` | what the customers of a period spend a period later | Reichheld et al. 2021 |
//! | `bootstrap` | how sure that is, when few spend most | Efron 1979 |
//! | `projection` | intervals of a projected retention curve | Fader and Hardie 2007 |
//!
//! Whoever folds over millions of customers adds to the tallies here one customer at a time; tallies of parts add up, so
//! the result does not depend on how the customers were divided.

mod activity_window;
mod bootstrap;
mod cohort_answers;
mod cohorts;
mod headcount;
mod kaplan_meier;
mod lifecycle;
mod log_rank;
mod projection;
mod revenue;
mod series;

pub use activity_window::{ReturnCurve, ReturnPoint};
pub(crate) use bootstrap::mixed;
pub use bootstrap::{BLOCKS, Resampled, ResampledCustomer, expanded_percentiles, resample, spread};
pub use cohort_answers::CohortAnswers;
pub use cohorts::{CohortCell, CohortMode, CohortTally};
pub use headcount::Headcount;
pub use kaplan_meier::{Durations, KaplanMeier, Limits, RestrictedMean, SurvivalPoint};
pub use lifecycle::{LifecycleCounts, LifecycleTally};
pub use log_rank::{LogRank, log_rank};
pub use projection::{ProjectedPeriod, project};
pub use revenue::{EarnedGrowth, RevenueChange, Source};
pub use series::{ActivitySeries, SeriesTally};
