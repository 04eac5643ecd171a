//! A sign of what customers give back.

use lojal_domain::{History, Zone};
use lojal_scoring::warnings::{Episode, Kind, RECENT_DAYS, Recent, episode, more};

use crate::warnings::signs::{Seen, Sign, Signs};

/// Days before the recent ones in which refunds are counted.
const REFUND_DAYS: i32 = 270;
/// Refunds that are more than one mishap.
const FEWEST_REFUNDS: usize = 2;

/// More of what they buy is given back than was before.
pub(super) fn more_refunds(
    history: &History<'_>,
    zone: &Zone,
    today: i32,
    refunds: &mut Vec<(u32, i32)>,
    signs: &mut Signs,
) {
    // Of a purchase given back bit by bit the first bit counts.
    refunds.clear();
    let days = history.refunds.iter().map(|one| (one.transaction_record, zone.day_of(one.time)));
    refunds.extend(days);
    refunds.sort_unstable();
    refunds.dedup_by_key(|(record, _)| *record);
    refunds.sort_unstable_by_key(|(_, day)| *day);
    let bought: Vec<i32> = history.transactions.iter().map(|one| zone.day_of(one.time)).collect();
    let counts = |day: i32| {
        let until = |end: i32| {
            (refunds.partition_point(|(_, on)| *on <= end), bought.partition_point(|on| *on <= end))
        };
        let (now, recent, earlier) =
            (until(day), until(day - RECENT_DAYS), until(day - RECENT_DAYS - REFUND_DAYS));
        ((now.0 - recent.0, now.1 - recent.1), (recent.0 - earlier.0, recent.1 - earlier.1))
    };
    let p_value = |day: i32| {
        let ((recent, of), (earlier, of_earlier)) = counts(day);
        let looked = Recent {
            recent: recent as f64,
            earlier: earlier as f64,
            recent_exposure: of as f64,
            earlier_exposure: of_earlier as f64,
        };
        if recent < FEWEST_REFUNDS { Some(1.0) } else { more(&looked) }
    };
    let ((recent, of), (earlier, of_earlier)) = counts(today);
    let sign = episode(today, p_value).map(|Episode { onset, p_value }| Sign {
        onset,
        raised: onset,
        seen: Seen::MoreRefunds {
            recent: recent as u32,
            of: of as u32,
            earlier: earlier as u32,
            of_earlier: of_earlier as u32,
            p_value,
        },
    });
    signs.note(Kind::MoreRefunds, of >= FEWEST_REFUNDS && of_earlier > 0, sign);
}
