//! What is seen in a history as of a day.

use lojal_domain::{Disposition, History, InteractionKind, Scale, SurveyMetric, Zone};
use lojal_scoring::warnings::{
    Asked, EARLIER_DAYS, Episode, HOLDS_DAYS, Kind, LowerScore, ON, OwnGaps, RECENT_DAYS, Recent, Unanswered,
    Weighed, episode, fewer, lower_score, more, unanswered, weigh,
};

use crate::ask::purchases::kept_purchases;
use crate::warnings::shop::Shop;

/// Gaps of a customer's own before a silence is one.
const FEWEST_GAPS: u32 = 2;
/// Days before the recent ones that must be known of a customer.
const FEWEST_EARLIER_DAYS: i32 = 60;
/// Days before the recent ones in which refunds are counted.
const REFUND_DAYS: i32 = 270;
/// Refunds that are more than one mishap.
const FEWEST_REFUNDS: usize = 2;
/// Days within which a hard time and a case that was opened again belong together.
const TOGETHER_DAYS: i32 = 30;
/// What is as easy as this, of 0 to 1, was hard; and from here on it was easy.
const HARD: f64 = 1.0 / 3.0;
const EASY: f64 = 0.5;
/// What a case is called that was opened again.
const REOPENED: [&str; 3] = ["reopened", "re-opened", "reopen"];
/// No silence is waited for longer, in days.
const LONGEST: f64 = 36_500.0;

/// A sign of a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sign {
    /// The day that it begins with, in the workspace's zone: of a silence the last purchase, else the first day on which it holds.
    pub onset: i32,
    /// The first day on which it holds.
    pub raised: i32,
    /// What is seen.
    pub seen: Seen,
}

/// What is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    /// They have not bought for longer than nine in ten of their gaps last.
    Silence {
        /// Days since the last purchase.
        days: i32,
        /// Days that nine in ten gaps such as theirs are over by.
        usual: f64,
        /// Gaps of theirs.
        gaps: u32,
    },
    /// They bought on fewer days than before.
    FewerOrders {
        /// Days in recent days.
        recent: u32,
        /// Days before them.
        earlier: u32,
        /// Over how many days that was.
        earlier_days: i32,
        /// How probable so few are.
        p_value: f64,
    },
    /// They spent less than before.
    LowerSpend {
        /// In recent days, in millionths.
        recent_micros: i64,
        /// Before them.
        earlier_micros: i64,
        /// Over how many days that was.
        earlier_days: i32,
        /// How probable so little is.
        p_value: f64,
    },
    /// They gave a lower NPS score than before.
    LowerNps {
        /// Than this one.
        from: i16,
        /// The last one.
        to: i16,
    },
    /// It was hard for them, and a case of theirs was opened again.
    HardService {
        /// The day of the hard time.
        hard: i32,
        /// The day on which the case was opened again.
        reopened: i32,
    },
    /// They give back more of what they buy.
    MoreRefunds {
        /// Purchases of which something was given back in recent days.
        recent: u32,
        /// Purchases in recent days.
        of: u32,
        /// Purchases of which something was given back before them.
        earlier: u32,
        /// Purchases before them.
        of_earlier: u32,
        /// How probable so many are.
        p_value: f64,
    },
    /// They have stopped answering surveys.
    Unanswered {
        /// Surveys since the last answer.
        unanswered: u32,
        /// Surveys before that were answered.
        answered: u32,
        /// Surveys before.
        asked: u32,
        /// How probable so many are that are not answered.
        p_value: f64,
    },
}

impl Seen {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Silence { .. } => Kind::Silence,
            Self::FewerOrders { .. } => Kind::FewerOrders,
            Self::LowerSpend { .. } => Kind::LowerSpend,
            Self::LowerNps { .. } => Kind::LowerNps,
            Self::HardService { .. } => Kind::HardService,
            Self::MoreRefunds { .. } => Kind::MoreRefunds,
            Self::Unanswered { .. } => Kind::Unanswered,
        }
    }

    /// How probable what is seen is if nothing had changed; none where that is not what decides.
    #[must_use]
    pub const fn p_value(&self) -> Option<f64> {
        match self {
            Self::FewerOrders { p_value, .. }
            | Self::LowerSpend { p_value, .. }
            | Self::MoreRefunds { p_value, .. }
            | Self::Unanswered { p_value, .. } => Some(*p_value),
            Self::Silence { .. } | Self::LowerNps { .. } | Self::HardService { .. } => None,
        }
    }
}

/// What is seen of a customer.
#[derive(Default)]
pub(crate) struct Signs {
    /// Signs, one a kind at most, in the order of kinds.
    pub(crate) found: Vec<Sign>,
    /// Kinds of which there is one, a bit each.
    pub(crate) kinds: u8,
    /// Kinds of which there could have been one, a bit each.
    pub(crate) possible: u8,
}

impl Signs {
    fn note(&mut self, kind: Kind, is_possible: bool, sign: Option<Sign>) {
        let bit = 1 << kind.index();
        if is_possible || sign.is_some() {
            self.possible |= bit;
        }
        if let Some(sign) = sign {
            self.kinds |= bit;
            self.found.push(sign);
        }
    }
}

/// A purchase day, with sums over it and all days before.
#[derive(Clone, Copy)]
struct Day {
    day: i32,
    amount: f64,
    micros: i64,
    squares: f64,
}

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
        let mut signs = Signs::default();
        purchase_days(history, &self.zone, &mut room.days);
        if room.days.is_empty() {
            return signs;
        }
        self.silence(&room.days, today, &mut signs);
        fewer_orders(&room.days, today, &mut signs);
        lower_spend(&room.days, today, &mut signs);
        // Most customers have none of what the others look at.
        if !history.responses.is_empty() {
            self.lower_nps(history, today, &mut signs);
            self.hard_service(history, today, &mut signs);
        }
        if !history.refunds.is_empty() {
            self.more_refunds(history, today, &mut room.refunds, &mut signs);
        }
        if !history.responses.is_empty() {
            self.unanswered(history, today, &mut signs);
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

    fn lower_nps(&self, history: &History<'_>, today: i32, signs: &mut Signs) {
        let scores = || {
            let of_nps = history.answers(SurveyMetric::Nps).filter(|answer| answer.scale == Scale::NPS);
            of_nps.filter_map(|answer| Some((self.zone.day_of(answer.time), answer.score?)))
        };
        let sign = lower_score(scores(), today).map(|LowerScore { day, from, to }| Sign {
            onset: day,
            raised: day,
            seen: Seen::LowerNps { from, to },
        });
        let answered_lately = scores().skip(1).last().is_some_and(|(day, _)| today - day < HOLDS_DAYS);
        signs.note(Kind::LowerNps, answered_lately, sign);
    }

    fn hard_service(&self, history: &History<'_>, today: i32, signs: &mut Signs) {
        let reopened = history.interactions.iter().filter(|one| {
            one.kind == InteractionKind::SupportCase
                && REOPENED.iter().any(|word| one.status.eq_ignore_ascii_case(word))
        });
        let mut reopened = reopened.map(|one| self.zone.day_of(one.time)).peekable();
        if reopened.peek().is_none() {
            return;
        }
        // How easy it was, day by day, and when cases were opened again: whichever comes first.
        let mut ease = history.all_answers().filter_map(|answer| {
            let is_effort = matches!(answer.metric, SurveyMetric::Ces1 | SurveyMetric::Ces2);
            let (low, high) = (f64::from(answer.scale.lowest()), f64::from(answer.scale.highest()));
            let up = (f64::from(answer.score?) - low) / (high - low);
            let easy = if answer.scale.lower_is_better() { 1.0 - up } else { up };
            is_effort.then(|| (self.zone.day_of(answer.time), easy))
        });
        let mut ease_next = ease.next();
        let (mut hard, mut again, mut held) = (None::<i32>, None::<i32>, None::<(i32, i32, i32)>);
        loop {
            let case_first = match (ease_next, reopened.peek()) {
                (None, None) => break,
                (Some((answered, _)), Some(opened)) => opened <= &answered,
                (None, Some(_)) => true,
                (Some(_), None) => false,
            };
            let day = if case_first {
                again = reopened.next();
                again
            } else {
                let answer = ease_next;
                ease_next = ease.next();
                if let Some((day, easy)) = answer {
                    hard = (easy <= HARD).then_some(day).or(hard).filter(|_| easy < EASY);
                    held = held.filter(|_| easy < EASY);
                }
                answer.map(|(day, _)| day)
            };
            let together = hard.zip(again).filter(|(hard, again)| (hard - again).abs() <= TOGETHER_DAYS);
            if let Some(((hard, again), day)) = together.zip(day)
                && held.is_none_or(|(onset, ..)| day - onset >= HOLDS_DAYS)
            {
                held = Some((day, hard, again));
            }
        }
        let sign = held.filter(|(onset, ..)| today - onset < HOLDS_DAYS).map(|(onset, hard, reopened)| {
            Sign { onset, raised: onset, seen: Seen::HardService { hard, reopened } }
        });
        let lately = again.is_some_and(|day| today - day < HOLDS_DAYS);
        signs.note(Kind::HardService, lately, sign);
    }

    fn more_refunds(
        &self,
        history: &History<'_>,
        today: i32,
        refunds: &mut Vec<(u32, i32)>,
        signs: &mut Signs,
    ) {
        // Of a purchase given back bit by bit the first bit counts.
        refunds.clear();
        let days = history.refunds.iter().map(|one| (one.transaction_record, self.zone.day_of(one.time)));
        refunds.extend(days);
        refunds.sort_unstable();
        refunds.dedup_by_key(|(record, _)| *record);
        refunds.sort_unstable_by_key(|(_, day)| *day);
        let bought: Vec<i32> = history.transactions.iter().map(|one| self.zone.day_of(one.time)).collect();
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

    fn unanswered(&self, history: &History<'_>, today: i32, signs: &mut Signs) {
        // Without anything but answers nobody is known to have been asked in vain.
        if history.responses.iter().all(|response| response.disposition.is_answer()) {
            return;
        }
        let surveys = surveys(history, &self.zone);
        let lately = surveys.last().is_some_and(|survey| today - survey.day < HOLDS_DAYS);
        let answered = surveys.iter().filter(|survey| survey.answered).count() > 1;
        let found = unanswered(&surveys, self.shop.response_rate, today);
        let sign = found.map(|Unanswered { onset, unanswered, answered, asked, p_value }| Sign {
            onset,
            raised: onset,
            seen: Seen::Unanswered { unanswered, answered, asked, p_value },
        });
        signs.note(Kind::Unanswered, lately && answered, sign);
    }
}

/// Surveys that a customer was asked to answer and that reached them, in their order.
pub(crate) fn surveys(history: &History<'_>, zone: &Zone) -> Vec<Asked> {
    struct Instance {
        instance: u64,
        asked: Asked,
        bounced: bool,
    }
    let mut found: Vec<Instance> = Vec::new();
    for response in history.responses {
        let bounced = response.disposition == Disposition::Bounced;
        let answered = response.disposition.is_answer();
        match found.iter_mut().rfind(|known| known.instance == response.instance) {
            Some(known) => {
                known.asked.answered |= answered;
                known.bounced |= bounced;
            }
            None => found.push(Instance {
                instance: response.instance,
                asked: Asked { day: zone.day_of(response.time), answered },
                bounced,
            }),
        }
    }
    found.into_iter().filter(|one| one.asked.answered || !one.bounced).map(|one| one.asked).collect()
}

/// Fills `days` with the days on which somebody bought, and what they came to.
fn purchase_days(history: &History<'_>, zone: &Zone, days: &mut Vec<Day>) {
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

fn fewer_orders(days: &[Day], today: i32, signs: &mut Signs) {
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

fn lower_spend(days: &[Day], today: i32, signs: &mut Signs) {
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
