//! How far off a model was.
//!
//! | file | idea |
//! |---|---|
//! | `score` | a figure with its standard error |
//! | `accuracy` | purchases of each customer against what was expected |
//! | `growth` | what a new customer is expected to have bought by many ages |
//! | `influence` | how far such figures would move with other customers |
//! | `tracking` | purchases of all, week by week |
//! | `proper` | how likely whole distributions made what came |
//! | `standing` | which of several models to believe, by several past days |
//! | `stacking` | how much each of several models counts in a forecast that mixes them |
//! | `drift` | at which pace purchases will come, by past forecasts that were off in the same direction |
//! | `gain` | what a pace would have gained on past days, and how much of it counts |
//! | `season` | what comes every year |
//! | `groups` | how far off forecasts of groups are beside the whole shop's |
//! | `tails` | how far out ranges of single customers have to reach |
//! | `naive` | rules of thumb to compare with |

pub(super) mod accuracy;
pub(super) mod drift;
pub(super) mod gain;
pub(super) mod groups;
mod growth;
mod influence;
pub(super) mod naive;
pub(super) mod proper;
pub(super) mod score;
pub(super) mod season;
pub(super) mod stacking;
pub(super) mod standing;
pub(super) mod tails;
pub(super) mod tracking;
