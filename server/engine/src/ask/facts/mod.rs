//! Facts: what can be said of a customer at an instant, by name. Filters compare them and groups are made of them.
//!
//! | file | idea |
//! |---|---|
//! | `term` | what a name or a call stands for |
//! | `reading` | the facts of one customer, read at an instant |
//! | `own_answers` | what the server itself has to say of a customer |
//! | `syntax` | how they are written |

pub(crate) mod own_answers;
pub(crate) mod reading;
pub(crate) mod syntax;
pub(crate) mod term;

use self::own_answers::Needs;

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

/// Attribute of customers that says where they came from.
pub const ACQUISITION_SOURCE: &str = "acquisition_source";
pub use lojal_domain::REFERRED_BY;

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
    /// Whether they first ordered lately.
    IsNew,
    /// Share of their orders that were at a discount.
    DiscountShare,
    /// The segment by recency and frequency.
    Segment,
    /// Score of recency.
    RfmRecency,
    /// Score of frequency.
    RfmFrequency,
    /// Score of what they spend.
    RfmMonetary,
    /// Whether they are among those who spend most.
    HighValue,
    /// Whether their segment is one of those that slip away.
    AtRisk,
    /// Probability that they still are a customer.
    AliveProbability,
    /// Probability that they do not buy within twelve months.
    ChurnProbability,
    /// Purchase days expected within twelve months.
    ExpectedPurchases,
    /// What these are worth.
    Clv,
    /// What they would be worth if they certainly were a customer.
    ClvIfAlive,
    /// The worth that hangs on whether they come back.
    ValueAtRisk,
    /// The loyalty score.
    LoyaltyScore,
    /// What they say.
    LoyaltyAttitude,
    /// What they do.
    LoyaltyBehaviour,
    /// What that makes of them.
    LoyaltyPlace,
}

impl Fact {
    /// All of them, in the order they are listed.
    pub const ALL: [Self; 41] = [
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
        Self::IsNew,
        Self::DiscountShare,
        Self::Segment,
        Self::RfmRecency,
        Self::RfmFrequency,
        Self::RfmMonetary,
        Self::HighValue,
        Self::AtRisk,
        Self::AliveProbability,
        Self::ChurnProbability,
        Self::ExpectedPurchases,
        Self::Clv,
        Self::ClvIfAlive,
        Self::ValueAtRisk,
        Self::LoyaltyScore,
        Self::LoyaltyAttitude,
        Self::LoyaltyBehaviour,
        Self::LoyaltyPlace,
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

    /// What the server has to answer before it can be read.
    pub(crate) const fn needs(self) -> Needs {
        match self {
            Self::Segment
            | Self::RfmRecency
            | Self::RfmFrequency
            | Self::RfmMonetary
            | Self::HighValue
            | Self::AtRisk => Needs::SEGMENTS,
            Self::AliveProbability
            | Self::ChurnProbability
            | Self::ExpectedPurchases
            | Self::Clv
            | Self::ClvIfAlive
            | Self::ValueAtRisk => Needs::FORECASTS,
            Self::LoyaltyScore | Self::LoyaltyAttitude | Self::LoyaltyBehaviour | Self::LoyaltyPlace => {
                Needs::LOYALTY
            }
            _ => Needs::NOTHING,
        }
    }

    /// Whether customers who stay longer have more of it, or are likelier to have it at all. All have it but who they are and how they came.
    pub(crate) const fn grows(self) -> bool {
        !matches!(
            self,
            Self::CustomerId
                | Self::FirstOrderTime
                | Self::AcquisitionMonth
                | Self::AcquisitionYear
                | Self::AcquisitionSource
                | Self::ReferredBy
                | Self::Referred
        )
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
            Self::SupportCases => (
                "support_cases",
                Integer,
                "Support cases ever. Interactions with the same case_id are one; each without one is its own.",
            ),
            Self::Visits => ("visits", Integer, "Visits ever."),
            Self::Cost => (
                "cost",
                Number,
                "What was spent on the customer alone, in the workspace's reporting currency.",
            ),
            Self::IsNew => ("is_new", Boolean, "Whether the first order was within the last 90 days."),
            Self::DiscountShare => (
                "discount_share",
                Number,
                "Share of the orders of the last 365 days that were at a discount, 0 to 1. A customer without such orders does not have it.",
            ),
            Self::Segment => (
                "segment",
                Text,
                "The segment by recency and frequency within 365 days: \"champions\", \"loyal\", \"potential_loyalist\", \"new\", \"promising\", \"need_attention\", \"about_to_sleep\", \"at_risk\", \"cant_lose_them\", \"hibernating\" or \"lost\"; \"\" without a purchase.",
            ),
            Self::RfmRecency => (
                "rfm_recency",
                Integer,
                "Score of recency among all customers, 1 to 5, 5 the most recent. A customer without a purchase does not have it.",
            ),
            Self::RfmFrequency => (
                "rfm_frequency",
                Integer,
                "Score of orders within 365 days among all customers, 1 to 5, 5 the most. A customer without a purchase does not have it.",
            ),
            Self::RfmMonetary => (
                "rfm_monetary",
                Integer,
                "Score of net spend within 365 days among all customers, 1 to 5, 5 the most. A customer without a purchase does not have it.",
            ),
            Self::HighValue => (
                "high_value",
                Boolean,
                "Whether they are in the upper fifth by net spend within 365 days (rfm_monetary is 5).",
            ),
            Self::AtRisk => {
                ("at_risk", Boolean, "Whether the segment is at_risk, cant_lose_them or about_to_sleep.")
            }
            Self::AliveProbability => (
                "alive_probability",
                Number,
                "Probability that they still are a customer, 0 to 1, by the default model. A customer without a purchase does not have it.",
            ),
            Self::ChurnProbability => (
                "churn_probability",
                Number,
                "Probability that they do not buy within twelve months, 0 to 1, by the default model. A customer without a purchase does not have it.",
            ),
            Self::ExpectedPurchases => (
                "expected_purchases_12mo",
                Number,
                "Purchase days expected within twelve months, by the default model. A customer without a purchase does not have it.",
            ),
            Self::Clv => (
                "clv_12mo",
                Number,
                "What the purchases expected within twelve months are worth, discounted by 10 % a year, in the workspace's reporting currency. A customer without a purchase does not have it.",
            ),
            Self::ClvIfAlive => (
                "clv_if_alive",
                Number,
                "clv_12mo / alive_probability: what they would be worth if they certainly were a customer. A customer without a purchase does not have it.",
            ),
            Self::ValueAtRisk => (
                "value_at_risk",
                Number,
                "churn_probability clv_12mo: the worth that hangs on whether they come back, small for those who surely do and for those whom nobody can save. A customer without a purchase does not have it.",
            ),
            Self::LoyaltyScore => (
                "loyalty_score",
                Number,
                "The loyalty score by the last version of the workspace's model, 0 to 100. A customer of whom too little is known does not have it.",
            ),
            Self::LoyaltyAttitude => (
                "loyalty_attitude",
                Number,
                "The score over what they say alone, 0 to 100. A customer who has not said anything lately does not have it.",
            ),
            Self::LoyaltyBehaviour => (
                "loyalty_behaviour",
                Number,
                "The score over what they do alone, 0 to 100. A customer without a purchase does not have it.",
            ),
            Self::LoyaltyPlace => (
                "loyalty_place",
                Text,
                "\"true\", \"latent\", \"spurious\", \"none\" or, without an attitude, \"unknown\"; \"\" without a purchase.",
            ),
        }
    }
}
