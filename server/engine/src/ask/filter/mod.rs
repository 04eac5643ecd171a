//! Filters: which customers a question is about, as a condition over their facts in CEL (the Common Expression Language
//! of cel.dev), such as `market == "hr" && orders >= 3`.
//!
//! A name that is no fact is taken for an attribute of customers, which is a text, empty when not set; `attributes.x`
//! and `attributes["x y"]` are always attributes. Calls such as `orders("90d")` are facts, too. A customer who lacks a fact that decides does
//! not match.

mod fold;
mod reading;

use std::fmt;
use std::ops::BitOr;
use std::sync::{Arc, LazyLock};

use cel_core::{
    Activation, Ast, CelType, Env, EvalErrorKind, FunctionDecl, OverloadDecl, Program, Timestamp, Value,
};
use lojal_domain::{MICROS_PER_SECOND, limits};

use self::reading::{Reading, place, too_deep, words};
use crate::EngineError;
use crate::ask::facts::own_answers::Needs;
use crate::ask::facts::reading::{CustomerFacts, FactValue};
use crate::ask::facts::syntax::is_too_deep;
use crate::ask::facts::term::Term;
use crate::ask::facts::{Fact, FactType};

pub(crate) use self::fold::Sieve;

const FIELD: &str = "filter";
/// Which customers a question is about.
#[derive(Clone)]
pub struct Filter(Arc<Compiled>);

struct Compiled {
    text: String,
    program: Program,
    /// What it names.
    names: Vec<Name>,
}

/// Something that a filter names.
struct Name {
    /// As it stands in the program.
    name: String,
    term: Term,
    /// Where it stands in the text.
    at: usize,
}

impl Compiled {
    /// Attributes, and where they stand.
    fn attributes(&self) -> impl Iterator<Item = (&str, usize)> {
        self.names.iter().filter_map(|name| Some((name.term.attribute()?, name.at)))
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.text.fmt(f)
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

/// All facts with their types, and numbers that compare whether or not they have decimals.
static ENVIRONMENT: LazyLock<Env> = LazyLock::new(|| {
    let mut env = Env::with_standard_library();
    for fact in Fact::ALL {
        env.add_variable(fact.name(), cel_type(fact.value_type()));
    }
    for operator in ["_<_", "_<=_", "_>_", "_>=_"] {
        let mixed = |id: &str, left, right| OverloadDecl::function(id, vec![left, right], CelType::Bool);
        env.add_function(
            FunctionDecl::new(operator)
                .with_overload(mixed("integer_number", CelType::Int, CelType::Double))
                .with_overload(mixed("number_integer", CelType::Double, CelType::Int)),
        );
    }
    env
});

const fn cel_type(of: FactType) -> CelType {
    match of {
        FactType::Text => CelType::String,
        FactType::Integer => CelType::Int,
        FactType::Number => CelType::Double,
        FactType::Boolean => CelType::Bool,
        FactType::Instant => CelType::Timestamp,
    }
}

impl Filter {
    /// Reads one.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] with the column for one that does not parse, compares what cannot be compared, or
    /// is no condition.
    pub fn parse(text: &str) -> Result<Self, EngineError> {
        let refuse = |problem: String| EngineError::field(FIELD, problem);
        if text.len() > limits::FILTER_BYTES {
            return Err(refuse(format!("has {} bytes; the most is {}", text.len(), limits::FILTER_BYTES)));
        }
        if is_too_deep(text) {
            return Err(refuse(too_deep()));
        }
        let parsed = ENVIRONMENT.parse(text);
        if let Some(error) = parsed.errors.first() {
            let at = error.span.start;
            // What people write who come from SQL.
            let hint = match text.get(at..).unwrap_or_default() {
                rest if rest.starts_with('=') && !rest.starts_with("==") => {
                    "; compare with ==, as in market == \"hr\""
                }
                rest if rest.starts_with("and ") => "; write && for and",
                rest if rest.starts_with("or ") => "; write || for or",
                _ => "",
            };
            return Err(refuse(format!("does not parse at {}: {}{hint}", place(text, at), error.message)));
        }
        let Some(mut expression) = parsed.ast else { return Err(refuse("does not parse".to_owned())) };
        let mut reading = Reading { text, names: Vec::new() };
        reading.prepare(&mut expression, 0).map_err(refuse)?;
        let mut env = ENVIRONMENT.clone();
        for Name { name, term, .. } in &reading.names {
            env.add_variable(name, cel_type(term.value_type()));
        }
        let checked = env.check(&expression);
        if let Some(error) = checked.errors.first() {
            return Err(refuse(
                reading.explain(error, &expression, &|id| checked.type_map.get(&id).cloned()),
            ));
        }
        reading.compare(&expression, &|id| checked.type_map.get(&id).cloned()).map_err(refuse)?;
        let result = checked.type_map.get(&expression.id);
        if result != Some(&CelType::Bool) {
            let found = result.map_or("nothing", words);
            return Err(refuse(format!(
                "is {found}, not a condition that is true or false; compare it with something, as in orders >= 3"
            )));
        }
        let ast = Ast::new_checked(expression, text, checked);
        let program = env.program(&ast).map_err(|error| refuse(format!("cannot be used: {error}")))?;
        Ok(Self(Arc::new(Compiled { text: text.to_owned(), program, names: reading.names })))
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// What the server has to answer before it can be told who matches.
    pub(crate) fn needs(&self) -> Needs {
        self.0.names.iter().map(|name| name.term.needs()).fold(Needs::NOTHING, BitOr::bitor)
    }

    /// Something of which customers who stay longer have more.
    pub(crate) fn growing(&self) -> Option<&str> {
        self.0.names.iter().find(|name| name.term.grows()).map(|name| name.name.as_str())
    }

    /// Whether it names attributes alone.
    fn is_of_attributes(&self) -> bool {
        self.0.names.iter().all(|name| matches!(name.term, Term::Attribute(_)))
    }

    /// Whether a customer matches.
    fn matches(&self, facts: &CustomerFacts<'_, '_>) -> Result<bool, String> {
        // Nothing is known of those who said what without a name.
        if facts.is_of_nobody() {
            return Ok(false);
        }
        match self.0.program.eval(&Facts { names: &self.0.names, facts }) {
            Value::Bool(matches) => Ok(matches),
            // They lack a fact.
            Value::Error(error) if error.kind == EvalErrorKind::UnknownIdentifier => Ok(false),
            Value::Error(error) => Err(error.message.clone()),
            _ => Ok(false),
        }
    }
}

/// The facts of a customer, read when they are asked for.
struct Facts<'h, 'a> {
    names: &'h [Name],
    facts: &'h CustomerFacts<'h, 'a>,
}

impl Activation for Facts<'_, '_> {
    fn resolve(&self, name: &str) -> Option<Value> {
        let term = &self.names.iter().find(|known| known.name == name)?.term;
        Some(match self.facts.read(term)? {
            FactValue::Text(text) => Value::String(text.as_ref().into()),
            FactValue::Integer(number) => Value::Int(number),
            FactValue::Number(number) => Value::Double(number),
            FactValue::Boolean(truth) => Value::Bool(truth),
            FactValue::Instant(time) => Value::Timestamp(Timestamp::new(
                time.micros().div_euclid(MICROS_PER_SECOND),
                (time.micros().rem_euclid(MICROS_PER_SECOND) * 1_000) as i32,
            )),
        })
    }
}

/// All facts by name.
pub(crate) fn fact_names() -> String {
    Fact::ALL.map(Fact::name).join(", ")
}

#[cfg(test)]
mod tests {
    use lojal_domain::{
        Amount, AttributeFact, EventTime, History, ResponseFact, ResponseId, SurveyResponse, TransactionFact,
        Zone,
    };

    use super::*;
    use crate::ask::facts::own_answers::OwnAnswers;
    use crate::ask::facts::reading::FactsAt;

    fn refusal(text: &str) -> String {
        match Filter::parse(text) {
            Ok(_) => panic!("{text} was taken"),
            Err(error) => error.to_string(),
        }
    }

    fn time(text: &str) -> EventTime {
        EventTime::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    /// Whether somebody matches who bought twice, for 30.50 in all, lives in hr and gave a 9.
    fn matches(text: &str) -> Result<bool, String> {
        let purchase = |day: &str, euros: i64, record| TransactionFact {
            time: time(day),
            amount: Amount::from_micros(euros * 10_000),
            record,
            occurrence: 0,
        };
        let transactions =
            [purchase("2026-01-10T12:00:00Z", 1_050, 0), purchase("2026-02-10T12:00:00Z", 2_000, 1)];
        let attributes = [
            AttributeFact { from: EventTime::MIN, name: "market".into(), value: "hr".into(), record: 2 },
            AttributeFact { from: EventTime::MIN, name: "orders".into(), value: "none".into(), record: 3 },
        ];
        let id = ResponseId::new("a").unwrap();
        let answer = SurveyResponse::nps(id, None, time("2026-02-11T12:00:00Z"), 9);
        let responses = [ResponseFact::of(&answer, 4, |name| name.into())];
        let history = History {
            customer: Some("ann"),
            transactions: &transactions,
            responses: &responses,
            attributes: &attributes,
            ..History::default()
        };
        let (as_of, zone) = (time("2026-03-02T00:00:00Z"), Zone::utc());
        let at = FactsAt::end(as_of, zone.last_day_before(as_of), zone, OwnAnswers::default());
        Filter::parse(text).map_err(|error| error.to_string())?.matches(&at.of(&history))
    }

    #[test]
    fn facts_and_attributes_are_compared() {
        for (text, expected) in [
            ("orders == 2", true),
            ("orders > 2", false),
            ("orders >= 1.5", true),
            ("revenue > 30 && revenue < 31", true),
            ("revenue == 30.5", true),
            ("average_order_value * 2.0 == revenue", true),
            ("market == \"hr\"", true),
            ("market != 'hr'", false),
            ("market in ['si', 'hr']", true),
            ("!(market in ['si', 'hr'])", false),
            ("attributes.market == 'hr'", true),
            ("attributes['market'].startsWith('h')", true),
            // A fact comes before an attribute of its name.
            ("orders == 2 && attributes.orders == 'none'", true),
            // What is not set is empty.
            ("plan == ''", true),
            ("customer_id == 'ann'", true),
            ("first_order_time < timestamp('2026-01-11T00:00:00Z')", true),
            ("last_order_time - first_order_time == duration('744h')", true),
            ("tenure_days == 50 && days_since_last_order == 19", true),
            ("acquisition_month == '2026-01' && acquisition_year == '2026'", true),
            ("last_nps == 9 && nps_category == 'promoter'", true),
            ("referred || orders % 2 == 0", true),
            ("orders == 2 ? market == 'hr' : false", true),
            ("size(market) == 2", true),
            // They never answered this; the other side decides.
            ("last_csat > 3", false),
            ("!(last_csat > 3)", false),
            ("last_csat > 3 || orders == 2", true),
            ("market == 'hr' // in Croatia", true),
        ] {
            assert_eq!(matches(text), Ok(expected), "{text}");
        }
        assert!(matches("orders / (orders - 2) == 1").unwrap_err().contains("division by zero"));
        assert!(matches("int(market) > 3").is_err());
    }

    #[test]
    fn what_cannot_be_meant_is_refused_at_its_column() {
        for (text, parts) in [
            ("orders >", &["filter does not parse at column 9"][..]),
            ("orders = 3", &["column 8", "'='", "compare with =="]),
            ("orders > 3 and market == 'hr'", &["column 12", "write && for and"]),
            ("market == 'hr", &["does not parse"]),
            ("(orders > 3", &["does not parse"]),
            ("", &["does not parse"]),
            ("orders", &["is a whole number, not a condition"]),
            ("'yes'", &["is a text, not a condition"]),
            ("orders == 'x'", &["compares a whole number with a text at column 1"]),
            ("orders == '3'", &["write 3 without quotes"]),
            ("orders < 'x'", &["compares a whole number with a text at column 1"]),
            ("orders > 1 && market > 3", &["compares a text with a whole number at column 15", "attribute"]),
            ("ordes > 3", &["column 1", "\"ordes\" is taken for an attribute", "orders, revenue"]),
            ("market in [1, 2]", &["compares a text with a whole number"]),
            ("'h' in market", &["column 8", "contains"]),
            ("last_order_time > '2026-01-01'", &["timestamp(\"2026-01-01T00:00:00Z\")"]),
            ("revenue / orders > 3", &["cannot take a number with decimals / a whole number", "double(x)"]),
            ("market.matches('^h')", &["calls matches at column", "startsWith"]),
            ("[1, 2].exists(x, x == orders)", &["do not know"]),
            ("cel.bind(a, 'x', a == market)", &["filter "]),
            ("has(attributes.market)", &["column 1", "is \"\""]),
            ("'market' in attributes", &["has attributes as a whole at column 13"]),
            ("last_nps == null", &["has null at column 13"]),
            ("{'a': 1}['a'] == 1", &["do not know"]),
            ("orders == 2 &&\n  market == 3", &["line 2, column 3"]),
            ("'čšž' == 4", &["column 1"]),
            ("[1, 'a'] == [1]", &["filter "]),
            ("99999999999999999999 == orders", &["column 1"]),
        ] {
            let message = refusal(text);
            for part in parts {
                assert!(message.contains(part), "{text}: {message}");
            }
        }
    }

    #[test]
    fn what_would_cost_too_much_is_refused() {
        assert!(refusal(&" ".repeat(limits::FILTER_BYTES + 1)).contains("the most is 2000"));
        for deep in [
            format!("{}orders{} == 2", "(".repeat(900), ")".repeat(900)),
            format!("{}true", "!".repeat(1_900)),
            format!("{}orders > 1", "-".repeat(1_900)),
            (0..300).map(|_| "1").collect::<Vec<_>>().join("+") + " == 300",
            format!("{}true", "true?".repeat(300)),
            "[".repeat(500),
            format!("market{}", ".a".repeat(900)),
            format!("market{}", "[0]".repeat(300)),
        ] {
            refusal(&deep);
        }
        // A long list is not deep.
        let many: Vec<String> = (0..150).map(|n| format!("'m{n}'")).collect();
        assert_eq!(matches(&format!("market in [{}]", many.join(","))), Ok(false));
    }
}
