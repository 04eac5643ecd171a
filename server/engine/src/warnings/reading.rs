//! Signs, read from a history as of a day.

use lojal_domain::{History, Zone};
use lojal_scoring::warnings::{HOLDS_DAYS, Kind, OwnGaps};

use crate::warnings::answering::{hard_service, lower_nps, stopped_answering};
use crate::warnings::refunding::more_refunds;
use crate::warnings::shop::Shop;
use crate::warnings::signs::{Seen, Sign, Signs};
use crate::warnings::spending::{Day, fewer_orders, lower_spend, purchase_days};

/// Gaps of a customer's own before a silence is one.
const FEWEST_GAPS: u32 = 2;
/// No silence is waited for longer, in days.
const LONGEST: f64 = 36_500.0;

/// Room that is used again from one history to the next.
#[derive(Default)]
pub(crate) struct Room {
    days: Vec<Day>,
    refunds: Vec<(u32, i32)>,
}

/// Reads signs.
pub(crate) struct Reader {
    pub(crate) shop: Shop,
    pub(crate) zone: Zone,
}

impl Reader {
    /// What is seen in a history as of the end of a day that nothing in it is after. Nothing of whoever never bought.
    pub(crate) fn read(&self, history: &History<'_>, today: i32, room: &mut Room) -> Signs {
        let (mut signs, zone) = (Signs::default(), &self.zone);
        purchase_days(history, zone, &mut room.days);
        if room.days.is_empty() {
            return signs;
        }
        self.silence(&room.days, today, &mut signs);
        fewer_orders(&room.days, today, &mut signs);
        lower_spend(&room.days, today, &mut signs);
        // Most customers have none of what the others look at.
        if !history.responses.is_empty() {
            lower_nps(history, zone, today, &mut signs);
            hard_service(history, zone, today, &mut signs);
        }
        if !history.refunds.is_empty() {
            more_refunds(history, zone, today, &mut room.refunds, &mut signs);
        }
        if !history.responses.is_empty() {
            stopped_answering(history, zone, self.shop.response_rate, today, &mut signs);
        }
        signs
    }

    fn silence(&self, days: &[Day], today: i32, signs: &mut Signs) {
        let own = OwnGaps::between(days.iter().map(|day| day.day));
        let Some(last) = days.last().map(|day| day.day).filter(|_| own.gaps >= FEWEST_GAPS) else { return };
        let usual = self.shop.gaps.usual(&own).min(LONGEST);
        let raised = last.saturating_add(usual as i32 + 1);
        let holds = (raised..raised.saturating_add(HOLDS_DAYS)).contains(&today);
        let sign = holds.then_some(Sign {
            onset: last,
            raised,
            seen: Seen::Silence { days: today - last, usual, gaps: own.gaps },
        });
        signs.note(Kind::Silence, today < raised.saturating_add(HOLDS_DAYS), sign);
    }
}
