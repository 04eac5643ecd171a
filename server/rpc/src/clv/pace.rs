//! At which pace purchases come that models expect.

use lojal_engine::{FittedDrift, FittedPace, FittedSeason};
use lojal_proto::v1;

use crate::words::estimate;

pub(super) fn pace(pace: &FittedPace) -> v1::Pace {
    let drift = |drift: &FittedDrift| v1::Drift {
        yearly_factor: drift.yearly_factor(),
        weight: Some(estimate(drift.weight())),
        log_score_gain: Some(estimate(drift.gain())),
    };
    let season = |season: &FittedSeason| v1::Season {
        monthly_factors: season.months(),
        weight: Some(estimate(season.weight())),
    };
    v1::Pace { drift: pace.drift.as_ref().map(drift), season: pace.season.as_ref().map(season) }
}
