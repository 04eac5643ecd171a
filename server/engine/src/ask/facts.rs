//! Facts: what can be said of a customer at an instant, by name. Filters compare them and groups are made of them.

use std::borrow::Cow;

use lojal_domain::{EventTime, History, InteractionKind, SurveyMetric, Zone};
use lojal_scoring::nps::NpsCategory;

use crate::ask::day::date_of;
use crate::ask::purchases::{kept_purchases, net_purchases};

/// What kind of value a fact has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactType {
    /// A text; empty when there is none.
    Text,
    /// A whole number.
    Integer,
    /// A number, perhaps with decimals.
    Number,
    /// Yes or no.
    Boolean,
    /// An instant.
    Instant,
}

/// What is said of a customer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FactValue<'a> {
    Text(Cow<'a, str>),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Instant(EventTime),
}

/// Attribute of customers that says where they came from.
pub const ACQUISITION_SOURCE: &str = "acquisition_source";
/// Attribute of customers that says who recommended us to them.
pub const REFERRED_BY: &str = "referred_by";

/// What facts are read at.
#[derive(Clone, Debug)]
pub(crate) struct Now {
    today: i32,
    zone: Zone,
}

impl Now {
    /// A day, and where days are cut.
    pub(crate) const fn new(today: i32, zone: Zone) -> Self {
        Self { today, zone }
    }

    /// Whole days of the calendar since an instant.
    fn days_since(&self, time: EventTime) -> i64 {
        (i64::from(self.today) - i64::from(self.zone.day_of(time))).max(0)
    }
}

/// Something that is known of every customer, or of those who have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The customer's id.
    CustomerId,
    /// Orders that were kept and paid for.
    Orders,
    /// What they came to, net of refunds, in the workspace's currency.
    Revenue,
    /// Revenue over orders.
    AverageOrderValue,
    /// The first order.
    FirstOrderTime,
    /// The last order.
    LastOrderTime,
    /// Days since the first order.
    TenureDays,
    /// Days since the last order.
    DaysSinceLastOrder,
    /// The month of the first order.
    AcquisitionMonth,
    /// The year of the first order.
    AcquisitionYear,
    /// Where the customer came from.
    AcquisitionSource,
    /// Who recommended us to them.
    ReferredBy,
    /// Whether anybody did.
    Referred,
    /// Refunds.
    Refunds,
    /// What was given back.
    Refunded,
    /// Answers to surveys that count.
    SurveyAnswers,
    /// Days since the last of them.
    DaysSinceLastAnswer,
    /// The last score given to the question of NPS.
    LastNps,
    /// What that makes of them.
    NpsCategory,
    /// The last score of satisfaction.
    LastCsat,
    /// Support cases.
    SupportCases,
    /// Visits.
    Visits,
    /// What was spent on the customer alone.
    Cost,
}

impl Fact {
    /// All of them, in the order they are listed.
    pub const ALL: [Self; 23] = [
        Self::CustomerId,
        Self::Orders,
        Self::Revenue,
        Self::AverageOrderValue,
        Self::FirstOrderTime,
        Self::LastOrderTime,
        Self::TenureDays,
        Self::DaysSinceLastOrder,
        Self::AcquisitionMonth,
        Self::AcquisitionYear,
        Self::AcquisitionSource,
        Self::ReferredBy,
        Self::Referred,
        Self::Refunds,
        Self::Refunded,
        Self::SurveyAnswers,
        Self::DaysSinceLastAnswer,
        Self::LastNps,
        Self::NpsCategory,
        Self::LastCsat,
        Self::SupportCases,
        Self::Visits,
        Self::Cost,
    ];

    /// The fact of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fact| fact.name() == name)
    }

    /// Its name, as filters and groups write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.description().0
    }

    /// What kind of value it has.
    #[must_use]
    pub const fn value_type(self) -> FactType {
        self.description().1
    }

    /// What it means.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        self.description().2
    }

    /// Whether customers can be grouped by it.
    #[must_use]
    pub const fn makes_groups(self) -> bool {
        match self {
            Self::CustomerId => false,
            _ => matches!(self.value_type(), FactType::Text | FactType::Integer | FactType::Boolean),
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table: a line a fact")]
    const fn description(self) -> (&'static str, FactType, &'static str) {
        use FactType::{Boolean, Instant, Integer, Number, Text};
        match self {
            Self::CustomerId => ("customer_id", Text, "The customer's id."),
            Self::Orders => ("orders", Integer, "All orders, without free and fully refunded ones."),
            Self::Revenue => (
                "revenue",
                Number,
                "What the orders came to, net of refunds, in the workspace's reporting currency.",
            ),
            Self::AverageOrderValue => (
                "average_order_value",
                Number,
                "Revenue over orders. A customer without orders does not have it.",
            ),
            Self::FirstOrderTime => {
                ("first_order_time", Instant, "The first order. A customer without orders does not have it.")
            }
            Self::LastOrderTime => {
                ("last_order_time", Instant, "The last order. A customer without orders does not have it.")
            }
            Self::TenureDays => (
                "tenure_days",
                Integer,
                "Calendar days since the first order. A customer without orders does not have it.",
            ),
            Self::DaysSinceLastOrder => (
                "days_since_last_order",
                Integer,
                "Calendar days since the last order. A customer without orders does not have it.",
            ),
            Self::AcquisitionMonth => (
                "acquisition_month",
                Text,
                "The month of the first order, such as \"2026-03\"; \"\" without orders.",
            ),
            Self::AcquisitionYear => (
                "acquisition_year",
                Text,
                "The year of the first order, such as \"2026\"; \"\" without orders.",
            ),
            Self::AcquisitionSource => {
                (ACQUISITION_SOURCE, Text, "Where the customer came from; \"\" when nobody said.")
            }
            Self::ReferredBy => {
                (REFERRED_BY, Text, "The id of the customer who recommended us; \"\" when nobody did.")
            }
            Self::Referred => ("referred", Boolean, "Whether a customer recommended us."),
            Self::Refunds => ("refunds", Integer, "Refunds ever."),
            Self::Refunded => {
                ("refunded", Number, "What was given back, in the workspace's reporting currency.")
            }
            Self::SurveyAnswers => {
                ("survey_answers", Integer, "Answers to surveys that count, of any metric.")
            }
            Self::DaysSinceLastAnswer => (
                "days_since_last_answer",
                Integer,
                "Calendar days since the last answer to a survey. A customer who never answered does not have it.",
            ),
            Self::LastNps => (
                "last_nps",
                Integer,
                "The last NPS score, 0 to 10. A customer who never answered it does not have it.",
            ),
            Self::NpsCategory => (
                "nps_category",
                Text,
                "\"promoter\", \"passive\" or \"detractor\" by the last answer; \"\" without one.",
            ),
            Self::LastCsat => (
                "last_csat",
                Integer,
                "The last raw satisfaction (CSAT) score, on whichever scale it was asked. A customer who never answered does not have it.",
            ),
            Self::SupportCases => ("support_cases", Integer, "Support cases ever."),
            Self::Visits => ("visits", Integer, "Visits ever."),
            Self::Cost => (
                "cost",
                Number,
                "What was spent on the customer alone, in the workspace's reporting currency.",
            ),
        }
    }

    /// Its value; none for a customer who does not have it.
    pub(crate) fn read<'a>(self, history: &History<'a>, now: &Now) -> Option<FactValue<'a>> {
        use FactValue::{Boolean, Instant, Integer, Number, Text};
        let orders = || kept_purchases(history).filter(|purchase| purchase.net_micros() > 0);
        let first = || orders().next().map(|order| order.time);
        let last = || orders().next_back().map(|order| order.time);
        let first_day = || first().map(|time| date_of(now.zone.day_of(time)));
        let attribute = |name| history.attribute(name);
        let last_score = |metric| history.answers(metric).last().and_then(|answer| answer.score);
        let interactions = |kind: InteractionKind| {
            history.interactions.iter().filter(|interaction| interaction.kind == kind).count() as i64
        };
        Some(match self {
            Self::CustomerId => Text(history.customer?.into()),
            Self::Orders => Integer(orders().count() as i64),
            Self::Revenue => {
                Number(units(net_purchases(history).map(|purchase| i128::from(purchase.net_micros())).sum()))
            }
            Self::AverageOrderValue => {
                let (count, micros) = orders()
                    .fold((0_i64, 0_i128), |(n, sum), order| (n + 1, sum + i128::from(order.net_micros())));
                if count == 0 {
                    return None;
                }
                Number(units(micros) / count as f64)
            }
            Self::FirstOrderTime => Instant(first()?),
            Self::LastOrderTime => Instant(last()?),
            Self::TenureDays => Integer(now.days_since(first()?)),
            Self::DaysSinceLastOrder => Integer(now.days_since(last()?)),
            Self::AcquisitionMonth => Text(match first_day() {
                Some(date) => format!("{:04}-{:02}", date.year(), date.month()).into(),
                None => "".into(),
            }),
            Self::AcquisitionYear => {
                Text(first_day().map_or_else(|| "".into(), |date| format!("{:04}", date.year()).into()))
            }
            Self::AcquisitionSource => Text(attribute(ACQUISITION_SOURCE).into()),
            Self::ReferredBy => Text(attribute(REFERRED_BY).into()),
            Self::Referred => Boolean(!attribute(REFERRED_BY).is_empty()),
            Self::Refunds => Integer(history.refunds.len() as i64),
            Self::Refunded => {
                Number(units(history.refunds.iter().map(|refund| i128::from(refund.amount.micros())).sum()))
            }
            Self::SurveyAnswers => Integer(history.all_answers().count() as i64),
            Self::DaysSinceLastAnswer => Integer(now.days_since(history.all_answers().last()?.time)),
            Self::LastNps => Integer(last_score(SurveyMetric::Nps)?.into()),
            Self::NpsCategory => {
                let score = last_score(SurveyMetric::Nps).and_then(|score| u8::try_from(score).ok());
                Text(score.and_then(NpsCategory::of).map_or("", NpsCategory::name).into())
            }
            Self::LastCsat => Integer(last_score(SurveyMetric::Csat)?.into()),
            Self::SupportCases => Integer(interactions(InteractionKind::SupportCase)),
            Self::Visits => Integer(interactions(InteractionKind::Visit)),
            Self::Cost => Number(units(history.cost_micros())),
        })
    }
}

/// An amount in units of currency.
fn units(micros: i128) -> f64 {
    micros as f64 / 1e6
}
