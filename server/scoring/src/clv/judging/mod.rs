//! How far off a model was.
//!
//! | file | idea |
//! |---|---|
//! | `accuracy` | purchases of each customer against what was expected |
//! | `tracking` | purchases of all, week by week |
//! | `proper` | how likely whole distributions made what came |
//! | `standing` | which of several models to believe, by several past days |
//! | `stacking` | how much each of several models counts in a forecast that mixes them |
//! | `naive` | rules of thumb to compare with |

pub(super) mod accuracy;
pub(super) mod naive;
pub(super) mod proper;
pub(super) mod stacking;
pub(super) mod standing;
pub(super) mod tracking;
