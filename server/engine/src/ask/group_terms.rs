//! What customers are grouped by, as it is written: `segment`, `market, band(tenure_days, 30, 90, 365)`.

use std::borrow::Cow;
use std::cmp::Ordering;

use cel_core::{Env, Expr, SpannedExpr, UnaryOp};
use lojal_domain::limits;
use lojal_scoring::loyalty::Place;
use lojal_scoring::rfm::Segment;

use crate::EngineError;
use crate::ask::facts::reading::{CustomerFacts, FactValue};
use crate::ask::facts::syntax::{argument, attribute_access, attribute_of, is_too_deep};
use crate::ask::facts::term::{Argument, Term};
use crate::ask::facts::{Fact, FactType};

const BAND: &str = "band";
/// What a name cannot have that is written without quotes.
const SIGNS: [char; 6] = [',', '(', ')', '"', '\'', '['];

/// One of the things by which customers are grouped.
#[derive(Clone, Debug)]
pub(crate) struct GroupTerm {
    pub(crate) term: Term,
    /// Where numbers are cut, ascending; empty where each value is a group of its own.
    bounds: Vec<f64>,
}

/// How groups follow each other: what has no value first, numbers by size, words by their meaning or else by their letters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SortKey<'t> {
    Number(f64),
    Text(&'t str),
}

impl GroupTerm {
    /// Reads what is written, at most [`limits::GROUP_TERMS`] of them with commas between.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`].
    pub(crate) fn parse(field: &'static str, text: &str) -> Result<Vec<Self>, EngineError> {
        let refuse = |problem: String| EngineError::field(field, problem);
        let name = text.trim();
        let terms = if name.contains(SIGNS) {
            // A name that CEL would not read as one is written attributes["x y"].
            if text.len() > limits::FILTER_BYTES {
                return Err(refuse(format!(
                    "has {} bytes; the most is {}",
                    text.len(),
                    limits::FILTER_BYTES
                )));
            }
            if is_too_deep(text) {
                return Err(refuse(format!("cannot be read; {HOW}")));
            }
            let parsed = Env::with_standard_library().parse(&format!("[{text}]"));
            let elements = match parsed.ast.map(|list| list.node) {
                Some(Expr::List(elements)) if parsed.errors.is_empty() => elements,
                _ => return Err(refuse(format!("is {text:?}, which cannot be read; {HOW}"))),
            };
            elements
                .iter()
                .map(|element| Self::of(&element.expr))
                .collect::<Result<Vec<_>, _>>()
                .map_err(refuse)?
        } else {
            let term = match attribute_of(name) {
                attribute if attribute.len() < name.len() => Term::Attribute(attribute.to_owned()),
                name => Term::named(name),
            };
            vec![Self::whole(term).map_err(refuse)?]
        };
        if terms.len() > limits::GROUP_TERMS {
            return Err(refuse(format!("names {} things; the most is {}", terms.len(), limits::GROUP_TERMS)));
        }
        if let Some(twice) =
            (1..terms.len()).find(|&i| terms[..i].iter().any(|term| term.term == terms[i].term))
        {
            return Err(refuse(format!(
                "names the same thing twice, the second time in place {}",
                twice + 1
            )));
        }
        Ok(terms)
    }

    /// One whose values are each a group of their own.
    fn whole(term: Term) -> Result<Self, String> {
        if term == Term::Fact(Fact::CustomerId) {
            return Err(
                "is customer_id, which is another one for everybody; group by an attribute or a fact"
                    .to_owned(),
            );
        }
        match term.value_type() {
            FactType::Text | FactType::Integer | FactType::Boolean => Ok(Self { term, bounds: Vec::new() }),
            FactType::Number => {
                let name = term.name();
                Err(format!(
                    "is {name}, whose values are nearly all different; cut it into bands, as in band({name}, 10, 100)"
                ))
            }
            FactType::Instant => Err(format!(
                "is {}, whose values are nearly all different; group by acquisition_month, acquisition_year or by days, as in band(tenure_days, 30, 90, 365)",
                term.name()
            )),
        }
    }

    fn of(expression: &SpannedExpr) -> Result<Self, String> {
        match &expression.node {
            Expr::Call { expr, args } if matches!(&expr.node, Expr::Ident(name) if name == BAND) => {
                let Some((first, bounds)) = args.split_first().filter(|(_, bounds)| !bounds.is_empty())
                else {
                    return Err(format!(
                        "has a {BAND} without bounds; write where it is cut, as in {BAND}(tenure_days, 30, 90, 365)"
                    ));
                };
                let term = term_of(first)?;
                if !matches!(term.value_type(), FactType::Integer | FactType::Number) {
                    return Err(format!(
                        "cuts {} into bands, which is no number; write number({0}) if it is an attribute with numbers",
                        term.name()
                    ));
                }
                let bounds: Vec<f64> = bounds.iter().map(number_of).collect::<Option<_>>().ok_or_else(|| {
                    format!("has a {BAND} with bounds that are no numbers; write them as in {BAND}(tenure_days, 30, 90, 365)")
                })?;
                if bounds.len() > limits::GROUP_BOUNDS {
                    return Err(format!(
                        "has a {BAND} with {} bounds; the most is {}",
                        bounds.len(),
                        limits::GROUP_BOUNDS
                    ));
                }
                if bounds.windows(2).any(|pair| pair[0] >= pair[1]) {
                    return Err(format!("has a {BAND} whose bounds do not ascend; write the least first"));
                }
                Ok(Self { term, bounds })
            }
            _ => Self::whole(term_of(expression)?),
        }
    }

    /// The group that a customer is in; empty for those who lack what it is made by.
    pub(crate) fn value<'a>(&self, facts: &CustomerFacts<'_, 'a>) -> Cow<'a, str> {
        let value = facts.read(&self.term);
        if !self.bounds.is_empty() {
            return match value {
                Some(FactValue::Integer(number)) => self.band(number as f64).into(),
                Some(FactValue::Number(number)) => self.band(number).into(),
                _ => "".into(),
            };
        }
        match value {
            Some(FactValue::Text(text)) => text,
            Some(FactValue::Integer(number)) => number.to_string().into(),
            Some(FactValue::Boolean(truth)) => if truth { "true" } else { "false" }.into(),
            Some(FactValue::Number(_) | FactValue::Instant(_)) | None => "".into(),
        }
    }

    fn band(&self, number: f64) -> String {
        self.label(self.bounds.partition_point(|bound| *bound <= number))
    }

    /// The name of the band below a bound; the last is above them all.
    fn label(&self, band: usize) -> String {
        match (band.checked_sub(1).and_then(|below| self.bounds.get(below)), self.bounds.get(band)) {
            (None, Some(to)) => format!("under {to}"),
            (Some(from), Some(to)) => format!("{from} to under {to}"),
            (Some(from), None) => format!("{from} or more"),
            (None, None) => String::new(),
        }
    }

    /// Where a group stands among the others.
    pub(crate) fn sort_key<'t>(&self, value: &'t str) -> SortKey<'t> {
        let place = if value.is_empty() {
            Some(f64::NEG_INFINITY)
        } else if !self.bounds.is_empty() {
            (0..=self.bounds.len()).position(|band| self.label(band) == value).map(|band| band as f64)
        } else if self.term == Term::Fact(Fact::Segment) {
            Segment::ALL.iter().position(|segment| segment.word() == value).map(|place| place as f64)
        } else if self.term == Term::Fact(Fact::LoyaltyPlace) {
            Place::ALL.iter().position(|place| place.word() == value).map(|place| place as f64)
        } else if self.term.value_type() == FactType::Integer {
            value.parse().ok()
        } else {
            None
        };
        place.map_or(SortKey::Text(value), SortKey::Number)
    }
}

impl SortKey<'_> {
    pub(crate) fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

const HOW: &str = "write names of attributes and facts with commas between, as in market, band(tenure_days, 30, 90, 365); a name with other signs is written attributes[\"x y\"]";

fn number_of(expression: &SpannedExpr) -> Option<f64> {
    match &expression.node {
        Expr::Int(number) => Some(*number as f64),
        Expr::UInt(number) => Some(*number as f64),
        Expr::Float(number) => Some(*number).filter(|number| number.is_finite()),
        Expr::Unary { op: UnaryOp::Neg, expr } => number_of(expr).map(|number| -number),
        _ => None,
    }
}

fn term_of(expression: &SpannedExpr) -> Result<Term, String> {
    if let Some(name) = attribute_access(&expression.node) {
        return Ok(Term::Attribute(name.to_owned()));
    }
    match &expression.node {
        Expr::Ident(name) => Ok(Term::named(name)),
        Expr::Call { expr, args } => {
            let Expr::Ident(function) = &expr.node else {
                return Err(format!("has something that cannot be grouped by; {HOW}"));
            };
            let arguments: Vec<Argument<'_>> =
                args.iter().map(|one| argument(one, |name| Fact::of(name).is_some())).collect();
            match Term::called(function, &arguments) {
                Some(Ok(term)) => Ok(term),
                Some(Err(problem)) => Err(format!("calls {function}, which {problem}")),
                None => Err(format!("calls {function}, which is not there; {HOW}")),
            }
        }
        _ => Err(format!("has something that cannot be grouped by; {HOW}")),
    }
}
