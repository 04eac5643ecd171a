//! What became of those who showed signs on days in the past.

use std::cell::RefCell;

use lojal_domain::{Estimate, History, Horizon, Method, Methods, WorkspaceName};
use lojal_scoring::statistics::clusters::{PairSums, Repeats};
use lojal_scoring::statistics::proportion::wilson_clustered;
use lojal_scoring::warnings::{Fusion, Kind, Past};
use lojal_store::Parts;
use thread_local::ThreadLocal;

use crate::ask::purchases::kept_purchases;
use crate::clv::forecast::{Forecast, Outlook, Reach};
use crate::clv::model_by_stratum::Memories;
use crate::clv::when_due::WhenDue;
use crate::warnings::dates::PastDate;
use crate::warnings::reading::{Reader, Room};
use crate::warnings::shop::Shop;
use crate::{Engine, EngineError, Moment, Scope};

/// Customers of the past by how likely they were to leave, in so many parts.
const FIFTHS: usize = 5;
/// Customers of the past in a part, at least.
const FEWEST_IN_FIFTH: usize = 10;

/// Customers on days in the past, and how many of them left.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) n: u64,
    pub(crate) left: u64,
    beyond_first: u64,
    pairs: PairSums,
}

impl Counted {
    /// Adds a customer by what became of them after each of the days.
    fn add(&mut self, left: &[bool]) {
        if left.is_empty() {
            return;
        }
        self.n += left.len() as u64;
        self.left += left.iter().filter(|left| **left).count() as u64;
        self.beyond_first += left.len() as u64 - 1;
        self.pairs.add_customer(left.iter().map(|left| (1, i32::from(*left))));
    }

    fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.left += other.left;
        self.beyond_first += other.beyond_first;
        self.pairs.add(&other.pairs);
    }

    /// The share of those who left, with Wilson's interval, by customer; undefined of fewer than so many.
    pub(crate) fn share(&self, fewest: u64, confidence: f64) -> Estimate {
        let repeats = Repeats::new(self.beyond_first, &self.pairs, 1.0);
        let found = wilson_clustered(self.left, self.n, &repeats, confidence).filter(|_| self.n >= fewest);
        let Some((share, clustered)) = found else { return Estimate::plain(None, self.n, Method::Wilson) };
        let methods = Methods::from(Method::Wilson);
        let methods = if clustered.is_some() { methods.and(Method::ClusteredByCustomer) } else { methods };
        Estimate::plain(Some(share.share), self.n, methods)
            .between(Some(share.ci_low), Some(share.ci_high), confidence)
            .give_or_take(Some(share.standard_error))
    }
}

/// What was learned from the past.
pub(crate) struct Learned {
    /// Those with a sign of each kind.
    pub(crate) warned: [Counted; Kind::ALL.len()],
    /// Those who could have had one.
    pub(crate) possible: [Counted; Kind::ALL.len()],
    /// What signs say together.
    pub(crate) fusion: Fusion,
    /// Customers and days that it was learned from.
    pub(crate) cases: usize,
    /// Those by how likely they were to leave, as learned from the other days.
    pub(crate) fifths: Vec<Fifth>,
}

/// Customers of the past who were about as likely to leave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fifth {
    /// How many.
    pub n: u64,
    /// How likely they were in the mean, as learned from other days.
    pub predicted: f64,
    /// How many of them left.
    pub left: u64,
}

/// What was counted of some customers.
#[derive(Default)]
struct Part {
    warned: [Counted; Kind::ALL.len()],
    possible: [Counted; Kind::ALL.len()],
    past: Vec<Past>,
    room: Room,
}

/// A day in the past with all that was known on it.
struct Day {
    date: PastDate,
    reader: Reader,
    forecast: Forecast,
}

impl Engine {
    /// What became of those who showed signs on days in the past, when these things were usual.
    pub(super) async fn learned(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        horizon: Horizon,
        dates: &[PastDate],
        shops: Vec<Shop>,
    ) -> Result<Learned, EngineError> {
        let everybody = Moment { filter: None, landmark: None, is_default: false, ..moment.clone() };
        let mut days = Vec::with_capacity(dates.len());
        for (date, shop) in dates.iter().zip(shops) {
            let then = Moment { as_of: date.start, ..everybody.clone() };
            let forecast = self.forecast_at(workspace, then, &within(horizon)).await?;
            days.push(Day { date: *date, reader: Reader { shop, zone: moment.zone.clone() }, forecast });
        }
        let memories: ThreadLocal<RefCell<Vec<Memories>>> = ThreadLocal::new();
        let add = move |part: &mut Part, history: &History<'_>| {
            let mut memories = memories.get_or_default().borrow_mut();
            memories.resize_with(days.len(), Memories::default);
            look(&days, history, &mut memories, part);
        };
        let parts = self.scan(workspace, everybody.cut(), Parts::ALL, Part::default, add).await?;
        self.compute(move |_| learn(parts)).await
    }
}

/// How far warnings look.
pub(super) fn within(horizon: Horizon) -> Outlook {
    Outlook {
        reach: Reach::Within(horizon),
        scope: Scope::default(),
        model: None,
        when_due: WhenDue::Make,
        yearly_discount_rate: Outlook::YEARLY_DISCOUNT_RATE,
        intervals: None,
    }
}

/// Looks at a customer on each of the days.
fn look(days: &[Day], history: &History<'_>, memories: &mut [Memories], part: &mut Part) {
    let mut outcomes: [(Vec<bool>, Vec<bool>); Kind::ALL.len()] = Default::default();
    for (i, (day, memories)) in days.iter().zip(memories).enumerate() {
        let before = history.before(day.date.start);
        let signs = day.reader.read(&before, day.date.today, &mut part.room);
        if signs.possible == 0 {
            continue;
        }
        let within = |time| time >= day.date.start && time < day.date.end;
        let left = !kept_purchases(history).any(|purchase| within(purchase.time));
        for kind in Kind::ALL {
            let (warned, possible) = &mut outcomes[kind.index()];
            let has = |kinds: u8| kinds >> kind.index() & 1 == 1;
            if has(signs.possible) {
                possible.push(left);
            }
            if has(signs.kinds) {
                warned.push(left);
            }
        }
        if signs.kinds == 0 {
            continue;
        }
        let expected = day.forecast.expected(&before, day.date.today, memories);
        if let Some(purchase) = expected.and_then(|expected| expected.purchase_probability) {
            part.past.push(Past {
                customer: history.number,
                date: i as u8,
                kinds: signs.kinds,
                model: 1.0 - purchase,
                left,
            });
        }
    }
    for (kind, (warned, possible)) in Kind::ALL.into_iter().zip(&outcomes) {
        part.warned[kind.index()].add(warned);
        part.possible[kind.index()].add(possible);
    }
}

fn learn(parts: Vec<Part>) -> Learned {
    let (mut warned, mut possible) =
        ([Counted::default(); Kind::ALL.len()], [Counted::default(); Kind::ALL.len()]);
    let mut past = Vec::new();
    for part in parts {
        warned.iter_mut().zip(&part.warned).for_each(|(all, some)| all.merge(some));
        possible.iter_mut().zip(&part.possible).for_each(|(all, some)| all.merge(some));
        past.extend(part.past);
    }
    let (fusion, fifths) = (Fusion::learn(past.iter()), fifths(&past));
    Learned { warned, possible, fusion, cases: past.len(), fifths }
}

/// How likely customers were to leave, as learned from the other days, and how many did; nothing of few.
fn fifths(past: &[Past]) -> Vec<Fifth> {
    let dates: std::collections::BTreeSet<u8> = past.iter().map(|one| one.date).collect();
    if dates.len() < 2 || past.len() < FIFTHS * FEWEST_IN_FIFTH {
        return Vec::new();
    }
    let mut predicted = Vec::with_capacity(past.len());
    for date in dates {
        let others = Fusion::learn(past.iter().filter(|one| one.date != date));
        let own = past.iter().filter(|one| one.date == date);
        predicted.extend(own.map(|one| (others.fused(one.model, one.kinds).probability, one.left)));
    }
    predicted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ends = |i: usize| i * predicted.len() / FIFTHS;
    let fifth = |i: usize| {
        let some = &predicted[ends(i)..ends(i + 1)];
        let sum: f64 = some.iter().map(|(p, _)| p).sum();
        let left = some.iter().filter(|(_, left)| *left).count() as u64;
        Fifth { n: some.len() as u64, predicted: sum / some.len() as f64, left }
    };
    (0..FIFTHS).map(fifth).collect()
}
