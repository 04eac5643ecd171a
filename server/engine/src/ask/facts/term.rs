//! What a name or a call in a filter or a group stands for.

use lojal_domain::{InteractionKind, Window};

use super::{Fact, FactType, Needs};

/// Something that is read of a customer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    /// An attribute, as a text.
    Attribute(String),
    /// A fact.
    Fact(Fact),
    /// A fact of what happened in a window up to the instant: `orders("90d")`.
    Within(Fact, Window),
    /// How often something happened in such a window: `interactions("campaign", "30d")`.
    Interactions(InteractionKind, Window),
    /// Days since the last of something: `days_since("support_case")`.
    DaysSince(Happening),
    /// An attribute read as something other than a text: `number(age)`.
    Read(ReadAs, String),
}

/// Something that happens again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    Order,
    Refund,
    Answer,
    Interaction(InteractionKind),
}

/// What an attribute is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadAs {
    Number,
    Date,
    Flag,
}

impl ReadAs {
    pub(crate) const ALL: [Self; 3] = [Self::Flag, Self::Number, Self::Date];

    /// What it makes of a text.
    pub(crate) const fn value_type(self) -> FactType {
        match self {
            Self::Number => FactType::Number,
            Self::Date => FactType::Instant,
            Self::Flag => FactType::Boolean,
        }
    }
}

/// What stands between the brackets of a call.
pub(crate) enum Argument<'t> {
    /// A text in quotes.
    Text(&'t str),
    /// The name of an attribute.
    Attribute(&'t str),
    /// Anything else.
    Other,
}

const INTERACTIONS: &str = "interactions";
const DAYS_SINCE: &str = "days_since";
const READINGS: [(&str, ReadAs); 3] =
    [("number", ReadAs::Number), ("date", ReadAs::Date), ("flag", ReadAs::Flag)];

const KINDS: [(&str, InteractionKind); 4] = [
    ("support_case", InteractionKind::SupportCase),
    ("visit", InteractionKind::Visit),
    ("campaign", InteractionKind::Campaign),
    ("other", InteractionKind::Other),
];
const KINDS_IN_WORDS: &str = "\"support_case\", \"visit\", \"campaign\" or \"other\"";

/// Facts that may be asked of a window.
const WITHIN: [Fact; 9] = [
    Fact::Orders,
    Fact::Revenue,
    Fact::AverageOrderValue,
    Fact::DiscountShare,
    Fact::Refunds,
    Fact::Refunded,
    Fact::SurveyAnswers,
    Fact::SupportCases,
    Fact::Visits,
];

impl Term {
    /// What a name stands for: a fact, or else an attribute.
    pub(crate) fn named(name: &str) -> Self {
        Fact::of(name).map_or_else(|| Self::Attribute(name.to_owned()), Self::Fact)
    }

    /// What a call stands for; none for a function that is not about a customer. The error says how the function is called.
    pub(crate) fn called(function: &str, arguments: &[Argument<'_>]) -> Option<Result<Self, String>> {
        if let Some(fact) = WITHIN.into_iter().find(|fact| fact.name() == function) {
            let [Argument::Text(window)] = arguments else {
                return Some(Err(format!("takes a window up to as_of, as in {function}(\"90d\")")));
            };
            return Some(window_of(window).map(|window| Self::Within(fact, window)));
        }
        if let Some((_, reading)) = READINGS.into_iter().find(|(name, _)| *name == function) {
            // What is no attribute is a number or a text that is turned into one, as CEL does it.
            let [Argument::Attribute(name)] = arguments else {
                return Some(Err(format!("takes an attribute, as in {function}(attributes.name)")));
            };
            return Some(Ok(Self::Read(reading, (*name).to_owned())));
        }
        match function {
            INTERACTIONS => Some(match arguments {
                [Argument::Text(kind), Argument::Text(window)] => match kind_of(kind) {
                    Some(kind) => window_of(window).map(|window| Self::Interactions(kind, window)),
                    None => Err(format!("is asked for {kind:?}; there are {KINDS_IN_WORDS}")),
                },
                _ => Err(format!(
                    "takes a kind and a window up to as_of, as in {function}(\"campaign\", \"30d\"); kinds are {KINDS_IN_WORDS}"
                )),
            }),
            DAYS_SINCE => Some(match arguments {
                [Argument::Text(what)] => happening(what).map(Self::DaysSince).ok_or_else(|| {
                    format!(
                        "is asked for {what:?}; there are \"order\", \"refund\", \"answer\", {KINDS_IN_WORDS}"
                    )
                }),
                _ => Err(format!(
                    "takes what happened, as in {function}(\"support_case\"); there are \"order\", \"refund\", \"answer\", {KINDS_IN_WORDS}"
                )),
            }),
            _ => None,
        }
    }

    /// Functions that are about a customer, with what they are for: name, type, meaning.
    fn functions() -> impl Iterator<Item = (String, FactType, String)> {
        let within = WITHIN.into_iter().map(|fact| {
            let name = format!("{}(\"90d\")", fact.name());
            let meaning = format!("The same as {} of what happened in a window up to as_of.", fact.name());
            (name, fact.value_type(), meaning)
        });
        let others = [
            (
                "interactions(\"campaign\", \"30d\")",
                FactType::Integer,
                "Interactions of a kind in a window up to as_of: support_case, visit, campaign or other.",
            ),
            (
                "days_since(\"support_case\")",
                FactType::Integer,
                "Calendar days since the last order, refund, answer, support_case, visit, campaign or other. A customer who had none does not have it.",
            ),
            (
                "number(attributes.name)",
                FactType::Number,
                "An attribute read as a number. A customer for whom it is none does not have it.",
            ),
            (
                "date(attributes.name)",
                FactType::Instant,
                "An attribute read as a date or an instant, such as \"2026-03-01\". A customer for whom it is none does not have it.",
            ),
            (
                "flag(attributes.name)",
                FactType::Boolean,
                "An attribute read as true, yes or 1, or as false, no or 0. A customer for whom it is none of these does not have it.",
            ),
        ];
        within.chain(others.map(|(name, of, meaning)| (name.to_owned(), of, meaning.to_owned())))
    }

    /// How it is called.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Fact(fact) => fact.name().to_owned(),
            Self::Attribute(name) => name.clone(),
            Self::Within(fact, _) => format!("{} of a window", fact.name()),
            Self::Interactions(..) => INTERACTIONS.to_owned(),
            Self::DaysSince(_) => DAYS_SINCE.to_owned(),
            Self::Read(_, name) => format!("{name} read as something else"),
        }
    }

    /// What kind of value it has.
    pub(crate) const fn value_type(&self) -> FactType {
        match self {
            Self::Attribute(_) => FactType::Text,
            Self::Fact(fact) | Self::Within(fact, _) => fact.value_type(),
            Self::Interactions(..) | Self::DaysSince(_) => FactType::Integer,
            Self::Read(reading, _) => reading.value_type(),
        }
    }

    /// The attribute it reads.
    pub(crate) fn attribute(&self) -> Option<&str> {
        match self {
            Self::Attribute(name) | Self::Read(_, name) => Some(name),
            _ => None,
        }
    }

    /// What the server has to answer before it can be read.
    pub(crate) const fn needs(&self) -> Needs {
        match self {
            Self::Fact(fact) => fact.needs(),
            _ => Needs::NOTHING,
        }
    }

    /// Whether customers who stay longer have more of it, or are likelier to have it at all.
    pub(crate) const fn grows(&self) -> bool {
        match self {
            Self::Fact(fact) => fact.grows(),
            Self::Within(..) | Self::Interactions(..) | Self::DaysSince(_) => true,
            Self::Attribute(_) | Self::Read(..) => false,
        }
    }
}

/// Functions that filters and groups know, each with an example of how it is called, its type and its meaning.
pub fn fact_functions() -> impl Iterator<Item = (String, FactType, String)> {
    Term::functions()
}

fn window_of(text: &str) -> Result<Window, String> {
    match Window::parse_relative(text) {
        Ok(Window::All) | Err(_) => {
            let shown: String = text.chars().take(40).collect();
            Err(format!(
                "is asked for {shown:?}; write a window up to as_of such as \"90d\", \"12w\", \"12mo\" or \"1y\""
            ))
        }
        Ok(window) => Ok(window),
    }
}

fn kind_of(name: &str) -> Option<InteractionKind> {
    KINDS.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
}

fn happening(name: &str) -> Option<Happening> {
    match name {
        "order" => Some(Happening::Order),
        "refund" => Some(Happening::Refund),
        "answer" => Some(Happening::Answer),
        name => kind_of(name).map(Happening::Interaction),
    }
}
