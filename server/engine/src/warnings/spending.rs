//! Signs of what customers buy: fewer days with a purchase, and less spent on them.

use lojal_domain::{History, Zone};
use lojal_scoring::warnings::{
    EARLIER_DAYS, Episode, Kind, ON, RECENT_DAYS, Recent, Weighed, episode, fewer, weigh,
};

use crate::ask::purchases::kept_purchases;
use crate::warnings::signs::{Seen, Sign, Signs};

/// Days before the recent ones that must be known of a customer.
const FEWEST_EARLIER_DAYS: i32 = 60;

/// A purchase day, with sums over it and all days before.
#[derive(Clone, Copy)]
pub(super) struct Day {
    pub(super) day: i32,
    amount: f64,
    micros: i64,
    squares: f64,
}

/// Fills `days` with the days on which somebody bought, and what they came to.
pub(super) fn purchase_days(history: &History<'_>, zone: &Zone, days: &mut Vec<Day>) {
    days.clear();
    let mut own: Option<(i32, i64)> = None;
    let mut sums = (0_i64, 0.0, 0.0);
    let mut close = |day: i32, micros: i64| {
        let amount = micros.max(0) as f64;
        sums = (sums.0.saturating_add(micros.max(0)), sums.1 + amount, sums.2 + amount * amount);
        days.push(Day { day, micros: sums.0, amount: sums.1, squares: sums.2 });
    };
    for purchase in kept_purchases(history) {
        let day = zone.day_of(purchase.time);
        match &mut own {
            Some((known, micros)) if *known == day => *micros = micros.saturating_add(purchase.net_micros()),
            _ => {
                if let Some((day, micros)) = own.replace((day, purchase.net_micros())) {
                    close(day, micros);
                }
            }
        }
    }
    if let Some((day, micros)) = own {
        close(day, micros);
    }
}

/// Recent days and those before them, as places among purchase days; none where too little was before.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Windows {
    start: usize,
    middle: usize,
    end: usize,
    earlier_days: i32,
}

impl Windows {
    fn at(days: &[Day], day: i32) -> Option<Self> {
        let first = days.first()?.day;
        let recent = day - RECENT_DAYS;
        let start = first.max(recent - EARLIER_DAYS);
        let earlier_days = recent - start;
        // The first purchase is what they are followed from.
        let place = |end: i32| days.partition_point(|one| one.day <= end);
        (earlier_days >= FEWEST_EARLIER_DAYS).then(|| Self {
            start: place(start),
            middle: place(recent),
            end: place(day),
            earlier_days,
        })
    }

    fn recent(&self, recent: f64, earlier: f64) -> Recent {
        let (recent_exposure, earlier_exposure) = (f64::from(RECENT_DAYS), f64::from(self.earlier_days));
        Recent { recent, earlier, recent_exposure, earlier_exposure }
    }

    /// Whether nothing in recent days would have been a sign of so much in all of them.
    fn is_possible(&self, all: f64) -> bool {
        fewer(&self.recent(0.0, all)).is_some_and(|p| p <= ON)
    }
}

/// Remembers the probability of the day before, which most days share.
fn remembering(days: &[Day], p_value: impl Fn(&Windows) -> Option<f64>) -> impl FnMut(i32) -> Option<f64> {
    let mut last: Option<(Windows, Option<f64>)> = None;
    move |day| {
        let windows = Windows::at(days, day)?;
        match last {
            Some((known, p)) if known == windows => p,
            _ => {
                let p = p_value(&windows);
                last = Some((windows, p));
                p
            }
        }
    }
}

/// Fewer days with a purchase than before.
pub(super) fn fewer_orders(days: &[Day], today: i32, signs: &mut Signs) {
    let counts = |windows: &Windows| (windows.end - windows.middle, windows.middle - windows.start);
    let p_value = |windows: &Windows| {
        let (recent, earlier) = counts(windows);
        fewer(&windows.recent(recent as f64, earlier as f64))
    };
    let Some(windows) = Windows::at(days, today) else { return };
    let (recent, earlier) = counts(&windows);
    let is_possible = windows.is_possible((recent + earlier) as f64);
    let sign = episode(today, remembering(days, p_value)).map(|Episode { onset, p_value }| Sign {
        onset,
        raised: onset,
        seen: Seen::FewerOrders {
            recent: recent as u32,
            earlier: earlier as u32,
            earlier_days: windows.earlier_days,
            p_value,
        },
    });
    signs.note(Kind::FewerOrders, is_possible, sign);
}

/// Less spent than before.
pub(super) fn lower_spend(days: &[Day], today: i32, signs: &mut Signs) {
    let sums = |place: usize| match place.checked_sub(1) {
        Some(before) => days[before],
        None => Day { day: 0, amount: 0.0, micros: 0, squares: 0.0 },
    };
    let between = |from: usize, to: usize| {
        let (from, to) = (sums(from), sums(to));
        // Sums of squares lose digits where they are taken off each other.
        Weighed { sum: (to.amount - from.amount).max(0.0), squares: (to.squares - from.squares).max(0.0) }
    };
    let counts = |windows: &Windows| {
        weigh(&between(windows.middle, windows.end), &between(windows.start, windows.middle))
    };
    let p_value = |windows: &Windows| {
        let (recent, earlier) = counts(windows)?;
        fewer(&windows.recent(recent, earlier))
    };
    let Some(windows) = Windows::at(days, today) else { return };
    let Some((recent, earlier)) = counts(&windows) else { return };
    let is_possible = windows.is_possible(recent + earlier);
    let micros = |from: usize, to: usize| sums(to).micros - sums(from).micros;
    let sign = episode(today, remembering(days, p_value)).map(|Episode { onset, p_value }| Sign {
        onset,
        raised: onset,
        seen: Seen::LowerSpend {
            recent_micros: micros(windows.middle, windows.end),
            earlier_micros: micros(windows.start, windows.middle),
            earlier_days: windows.earlier_days,
            p_value,
        },
    });
    signs.note(Kind::LowerSpend, is_possible, sign);
}
