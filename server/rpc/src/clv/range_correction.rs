//! How far out ranges of single customers reach.

use lojal_engine::{FittedTails, HeldRanges};
use lojal_proto::v1;

use crate::words::estimate;

pub(super) fn range_correction(tails: &FittedTails) -> v1::RangeCorrection {
    let [beyond_80, beyond_95] = tails.beyond();
    let HeldRanges { of_80, of_95 } = tails.held();
    let before = tails.held_before();
    v1::RangeCorrection {
        beyond_80,
        beyond_95,
        uncorrected_share_80: Some(estimate(before.of_80)),
        uncorrected_share_95: Some(estimate(before.of_95)),
        share_80: Some(estimate(of_80)),
        share_95: Some(estimate(of_95)),
    }
}
