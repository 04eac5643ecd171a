//! The facts of one customer, read at an instant.

use std::borrow::Cow;
use std::sync::OnceLock;

use lojal_domain::{EventTime, History, InteractionKind, SurveyMetric, Window, Zone};
use lojal_scoring::clv::Expected;
use lojal_scoring::nps::NpsCategory;

use super::own_answers::{OwnAnswers, Rated, Standing};
use super::term::{Happening, ReadAs, Term};
use super::{ACQUISITION_SOURCE, Fact, REFERRED_BY};
use crate::ask::cases::cases_begun;
use crate::ask::day::date_of;
use crate::ask::discounts::discounted;
use crate::ask::purchases::{kept_purchases, net_purchases};

/// Whoever first ordered within so many days is new.
const NEW_DAYS: i64 = 90;
/// Days of the orders whose share at a discount is taken.
const DISCOUNT_WINDOW: Window = Window::days(365);

/// What is said of a customer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FactValue<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Instant(EventTime),
}

/// What facts are read at, and with.
#[derive(Clone, Debug)]
pub(crate) struct FactsAt {
    /// Events before this count.
    before: EventTime,
    /// The last day that has begun before it.
    today: i32,
    zone: Zone,
    /// Whether those who came later are read as they were right after their first purchase.
    from_first_purchase: bool,
    own: OwnAnswers,
}

impl FactsAt {
    /// At the end of what is known.
    pub(crate) const fn end(before: EventTime, today: i32, zone: Zone, own: OwnAnswers) -> Self {
        Self { before, today, zone, from_first_purchase: false, own }
    }

    /// At a landmark: of those who had bought before it as of then, of the others as of their first purchase. What follows has no part in it.
    pub(crate) const fn landmark(before: EventTime, today: i32, zone: Zone, own: OwnAnswers) -> Self {
        Self { before, today, zone, from_first_purchase: true, own }
    }

    /// The facts of a customer.
    pub(crate) fn of<'h, 'a>(&'h self, history: &History<'a>) -> CustomerFacts<'h, 'a> {
        let (mut before, mut today, mut known) = (self.before, self.today, *history);
        if self.from_first_purchase {
            let first = kept_purchases(history).next().map(|purchase| purchase.time.plus_micros(1));
            if let Some(first) = first.filter(|first| *first > before) {
                (before, today) = (first, self.zone.last_day_before(first));
            }
            known = history.before(before);
        }
        CustomerFacts::new(known, before, today, self)
    }
}

/// The facts of one customer, each read when it is asked for.
pub(crate) struct CustomerFacts<'h, 'a> {
    /// What was before the instant.
    history: History<'a>,
    before: EventTime,
    today: i32,
    at: &'h FactsAt,
    standing: OnceLock<Option<Standing>>,
    foretold: OnceLock<Option<Expected>>,
    rated: OnceLock<Option<Rated>>,
}

impl<'h, 'a> CustomerFacts<'h, 'a> {
    const fn new(history: History<'a>, before: EventTime, today: i32, at: &'h FactsAt) -> Self {
        Self {
            history,
            before,
            today,
            at,
            standing: OnceLock::new(),
            foretold: OnceLock::new(),
            rated: OnceLock::new(),
        }
    }

    /// The value of a term; none for a customer who does not have it.
    pub(crate) fn read(&self, term: &Term) -> Option<FactValue<'a>> {
        match term {
            Term::Attribute(name) => Some(FactValue::Text(self.attribute(name).into())),
            Term::Fact(fact) => self.fact(*fact),
            Term::Within(fact, window) => self.within(*window).fact(*fact),
            Term::Interactions(kind, window) => {
                let span = window.resolve(self.before, &self.at.zone);
                let count = self.interactions(*kind).filter(|time| span.contains(*time)).count();
                Some(FactValue::Integer(count as i64))
            }
            Term::DaysSince(what) => Some(FactValue::Integer(self.days_since(self.last(*what)?))),
            Term::Read(reading, name) => read_as(*reading, self.attribute(name), &self.at.zone),
        }
    }

    /// The value of an attribute, empty when not set.
    pub(crate) fn attribute(&self, name: &str) -> &'a str {
        self.history.attribute(name)
    }

    /// Whether it is what was said without a name.
    pub(crate) const fn is_of_nobody(&self) -> bool {
        self.history.customer.is_none()
    }

    /// Whole days of the calendar since an instant.
    fn days_since(&self, time: EventTime) -> i64 {
        (i64::from(self.today) - i64::from(self.at.zone.day_of(time))).max(0)
    }

    fn interactions(&self, kind: InteractionKind) -> impl DoubleEndedIterator<Item = EventTime> + use<'a> {
        let of_kind = self.history.interactions.iter().filter(move |interaction| interaction.kind == kind);
        of_kind.map(|interaction| interaction.time)
    }

    fn last(&self, what: Happening) -> Option<EventTime> {
        match what {
            Happening::Order => {
                kept_purchases(&self.history).rfind(|order| order.net_micros() > 0).map(|order| order.time)
            }
            Happening::Refund => self.history.refunds.last().map(|refund| refund.time),
            Happening::Answer => self.history.all_answers().last().map(|answer| answer.time),
            Happening::Interaction(kind) => self.interactions(kind).next_back(),
        }
    }

    /// The same customer, of whom only a window is looked at. Refunds of its orders stay, whenever they were, and so do those in the window.
    fn within(&self, window: Window) -> Self {
        let span = window.resolve(self.before, &self.at.zone);
        Self::new(self.history.since(span.start), self.before, self.today, self.at)
    }

    fn standing(&self) -> Option<Standing> {
        let look = || self.at.own.segments.as_ref()?.standing(&self.history, self.before, self.today);
        *self.standing.get_or_init(look)
    }

    fn foretold(&self) -> Option<Expected> {
        let look = || self.at.own.forecasts.as_ref()?.foretold(&self.history, self.today);
        *self.foretold.get_or_init(look)
    }

    fn rated(&self) -> Option<Rated> {
        let look = || self.at.own.loyalty.as_ref()?.rated(&self.history, self.before, self.today);
        *self.rated.get_or_init(look)
    }

    /// The value of a fact; none for a customer who does not have it.
    fn fact(&self, fact: Fact) -> Option<FactValue<'a>> {
        use FactValue::{Boolean, Instant, Integer, Number, Text};
        let history = &self.history;
        let orders = || kept_purchases(history).filter(|purchase| purchase.net_micros() > 0);
        let first = || orders().next().map(|order| order.time);
        let first_day = || first().map(|time| date_of(self.at.zone.day_of(time)));
        let last_score = |metric| history.answers(metric).last().and_then(|answer| answer.score);
        Some(match fact {
            Fact::CustomerId => Text(history.customer?.into()),
            Fact::Orders => Integer(orders().count() as i64),
            Fact::Revenue => {
                Number(units(net_purchases(history).map(|purchase| i128::from(purchase.net_micros())).sum()))
            }
            Fact::AverageOrderValue => {
                let (count, micros) = orders()
                    .fold((0_i64, 0_i128), |(n, sum), order| (n + 1, sum + i128::from(order.net_micros())));
                if count == 0 {
                    return None;
                }
                Number(units(micros) / count as f64)
            }
            Fact::FirstOrderTime => Instant(first()?),
            Fact::LastOrderTime => Instant(self.last(Happening::Order)?),
            Fact::TenureDays => Integer(self.days_since(first()?)),
            Fact::DaysSinceLastOrder => Integer(self.days_since(self.last(Happening::Order)?)),
            Fact::IsNew => Boolean(first().is_some_and(|first| self.days_since(first) < NEW_DAYS)),
            Fact::AcquisitionMonth => Text(match first_day() {
                Some(date) => format!("{:04}-{:02}", date.year(), date.month()).into(),
                None => "".into(),
            }),
            Fact::AcquisitionYear => {
                Text(first_day().map_or_else(|| "".into(), |date| format!("{:04}", date.year()).into()))
            }
            Fact::AcquisitionSource => Text(self.attribute(ACQUISITION_SOURCE).into()),
            Fact::ReferredBy => Text(self.attribute(REFERRED_BY).into()),
            Fact::Referred => Boolean(!self.attribute(REFERRED_BY).is_empty()),
            Fact::DiscountShare => {
                let span = DISCOUNT_WINDOW.resolve(self.before, &self.at.zone);
                let all = orders().filter(|order| span.contains(order.time)).count();
                if all == 0 {
                    return None;
                }
                Number(discounted(history, span).orders as f64 / all as f64)
            }
            Fact::Refunds => Integer(history.refunds.len() as i64),
            Fact::Refunded => {
                Number(units(history.refunds.iter().map(|refund| i128::from(refund.amount.micros())).sum()))
            }
            Fact::SurveyAnswers => Integer(history.all_answers().count() as i64),
            Fact::DaysSinceLastAnswer => Integer(self.days_since(self.last(Happening::Answer)?)),
            Fact::LastNps => Integer(last_score(SurveyMetric::Nps)?.into()),
            Fact::NpsCategory => {
                let score = last_score(SurveyMetric::Nps).and_then(|score| u8::try_from(score).ok());
                Text(score.and_then(NpsCategory::of).map_or("", NpsCategory::name).into())
            }
            Fact::LastCsat => Integer(last_score(SurveyMetric::Csat)?.into()),
            Fact::SupportCases => Integer(cases_begun(history).count() as i64),
            Fact::Visits => Integer(self.interactions(InteractionKind::Visit).count() as i64),
            Fact::Cost => Number(units(history.cost_micros())),
            of_the_server => return self.own(of_the_server),
        })
    }

    /// The value of a fact that is an answer of the server; none for a customer who does not have it, and for all other facts.
    fn own(&self, fact: Fact) -> Option<FactValue<'a>> {
        use FactValue::{Boolean, Integer, Number, Text};
        let score = |of: fn(&Standing) -> u8| Some(Integer(i64::from(of(&self.standing()?))));
        Some(match fact {
            Fact::Segment => Text(self.standing().map_or("", |standing| standing.segment.word()).into()),
            Fact::RfmRecency => return score(|standing| standing.scores.recency),
            Fact::RfmFrequency => return score(|standing| standing.scores.frequency),
            Fact::RfmMonetary => return score(|standing| standing.scores.monetary),
            Fact::HighValue => Boolean(self.standing().is_some_and(|standing| standing.is_high_value())),
            Fact::AtRisk => Boolean(self.standing().is_some_and(|standing| standing.is_at_risk())),
            Fact::AliveProbability => Number(self.foretold()?.alive),
            Fact::ChurnProbability => Number(1.0 - self.foretold()?.purchase_probability?),
            Fact::ExpectedPurchases => Number(self.foretold()?.purchases?),
            Fact::Clv => Number(self.foretold()?.clv?),
            Fact::ClvIfAlive => Number(self.foretold()?.clv_if_alive()?),
            Fact::ValueAtRisk => Number(self.foretold()?.value_at_risk()?),
            Fact::LoyaltyScore => Number(self.rated()?.score?),
            Fact::LoyaltyAttitude => Number(self.rated()?.attitude?),
            Fact::LoyaltyBehaviour => Number(self.rated()?.behaviour?),
            Fact::LoyaltyPlace => Text(self.rated().map_or("", |rated| rated.place.word()).into()),
            _ => return None,
        })
    }
}

/// A text as something else; none where it is none of that.
pub(crate) fn read_as(reading: ReadAs, text: &str, zone: &Zone) -> Option<FactValue<'static>> {
    let text = text.trim();
    match reading {
        ReadAs::Number => text.parse().ok().filter(|number: &f64| number.is_finite()).map(FactValue::Number),
        ReadAs::Date => {
            let day = || text.parse().ok().map(|date| zone.start_of(date));
            let instant = || {
                let instant: jiff::Timestamp = text.parse().ok()?;
                Some(EventTime::from_micros(instant.as_microsecond()))
            };
            instant().or_else(day).map(FactValue::Instant)
        }
        ReadAs::Flag => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(FactValue::Boolean(true)),
            "false" | "no" | "0" => Some(FactValue::Boolean(false)),
            _ => None,
        },
    }
}

/// An amount in units of currency.
fn units(micros: i128) -> f64 {
    micros as f64 / 1e6
}
