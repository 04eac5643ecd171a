//! Filters: which customers a question is about, as a condition over their facts in CEL (the Common Expression Language
//! of cel.dev), such as `market == "hr" && orders >= 3`.
//!
//! A name that is no fact is taken for an attribute of customers, which is a text, empty when not set; `attributes.x`
//! and `attributes["x y"]` are always attributes. A customer who lacks a fact that decides does not match.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

use cel_core::{
    Activation, Ast, BinaryOp, CelType, CheckError, CheckErrorKind, Env, EvalErrorKind, Expr, FunctionDecl,
    OverloadDecl, Program, SpannedExpr, Timestamp, Value,
};
use lojal_domain::{History, MICROS_PER_SECOND, WorkspaceName, limits};

use crate::facts::{Fact, FactType, FactValue, Now};
use crate::groups::{known_names, note_attributes};
use crate::{Engine, EngineError, Moment};

const FIELD: &str = "filter";
/// What attributes are read from when a fact or nothing else has their name.
const ATTRIBUTES: &str = "attributes";
/// What may be called. Nothing here makes work or values that grow faster than the filter.
const FUNCTIONS: [&str; 17] = [
    "size",
    "startsWith",
    "endsWith",
    "contains",
    "int",
    "double",
    "string",
    "timestamp",
    "duration",
    "getFullYear",
    "getMonth",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getHours",
    "getMinutes",
];

/// Which customers a question is about.
#[derive(Clone)]
pub struct Filter(Arc<Compiled>);

struct Compiled {
    text: String,
    program: Program,
    /// Names taken for attributes, and where they stand.
    attributes: Vec<(String, usize)>,
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
        // What the parser goes into. A filter with as many of them in its texts is refused too, and can be rewritten.
        let opened = text.bytes().filter(|byte| b"([{!-?".contains(byte)).count();
        if opened > limits::FILTER_DEPTH * 4 {
            return Err(refuse(too_deep()));
        }
        let parsed = ENVIRONMENT.parse(text);
        if let Some(error) = parsed.errors.first() {
            return Err(refuse(format!(
                "does not parse at {}: {}",
                place(text, error.span.start),
                error.message
            )));
        }
        let Some(mut expression) = parsed.ast else { return Err(refuse("does not parse".to_owned())) };
        let mut reading = Reading { text, attributes: Vec::new() };
        reading.prepare(&mut expression, 0).map_err(refuse)?;
        let mut env = ENVIRONMENT.clone();
        for (name, _) in &reading.attributes {
            env.add_variable(name, CelType::String);
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
        Ok(Self(Arc::new(Compiled { text: text.to_owned(), program, attributes: reading.attributes })))
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether a customer matches.
    fn matches(&self, history: &History<'_>, now: &Now) -> Result<bool, String> {
        // Nothing is known of those who said what without a name.
        if history.customer.is_none() {
            return Ok(false);
        }
        match self.0.program.eval(&Facts { history, now }) {
            Value::Bool(matches) => Ok(matches),
            // He lacks a fact.
            Value::Error(error) if error.kind == EvalErrorKind::UnknownIdentifier => Ok(false),
            Value::Error(error) => Err(error.message.clone()),
            _ => Ok(false),
        }
    }
}

/// The facts of a customer, read when they are asked for.
struct Facts<'h, 'a> {
    history: &'h History<'a>,
    now: &'h Now,
}

impl Activation for Facts<'_, '_> {
    fn resolve(&self, name: &str) -> Option<Value> {
        if let Some(fact) = Fact::of(name) {
            return Some(match fact.read(self.history, self.now)? {
                FactValue::Text(text) => Value::String(text.as_ref().into()),
                FactValue::Integer(number) => Value::Int(number),
                FactValue::Number(number) => Value::Double(number),
                FactValue::Boolean(truth) => Value::Bool(truth),
                FactValue::Instant(time) => Value::Timestamp(Timestamp::new(
                    time.micros().div_euclid(MICROS_PER_SECOND),
                    (time.micros().rem_euclid(MICROS_PER_SECOND) * 1_000) as i32,
                )),
            });
        }
        Some(Value::String(self.history.attribute(attribute_of(name)).into()))
    }
}

/// The attribute that a name in a filter means.
fn attribute_of(name: &str) -> &str {
    name.strip_prefix(ATTRIBUTES).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
}

/// How somebody finds a place in a filter: lines and columns from 1, in characters.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    if line == 1 { format!("column {column}") } else { format!("line {line}, column {column}") }
}

fn too_deep() -> String {
    format!(
        "has more than {} parts within one another; make it simpler, and name several values with x in [\"a\", \"b\"]",
        limits::FILTER_DEPTH
    )
}

/// A type in words.
fn words(of: &CelType) -> &'static str {
    match of {
        CelType::String => "a text",
        CelType::Int | CelType::UInt => "a whole number",
        CelType::Double => "a number with decimals",
        CelType::Bool => "true or false",
        CelType::Timestamp => "an instant",
        CelType::Duration => "a duration",
        CelType::Null => "null",
        CelType::List(_) => "a list",
        _ => "something else",
    }
}

fn is_number(of: &CelType) -> bool {
    matches!(of, CelType::Int | CelType::UInt | CelType::Double)
}

/// A filter being read.
struct Reading<'t> {
    text: &'t str,
    attributes: Vec<(String, usize)>,
}

/// The type of a part by its number.
type TypeOf<'c> = dyn Fn(i64) -> Option<CelType> + 'c;

impl Reading<'_> {
    fn place(&self, of: &SpannedExpr) -> String {
        place(self.text, of.span.start)
    }

    /// Refuses what has no place in a filter, and makes a name of each attribute.
    fn prepare(&mut self, expression: &mut SpannedExpr, depth: usize) -> Result<(), String> {
        if depth > limits::FILTER_DEPTH {
            return Err(too_deep());
        }
        let here = self.place(expression);
        if let Some(name) = attribute_access(&expression.node) {
            expression.node = Expr::Ident(format!("{ATTRIBUTES}.{name}"));
        }
        match &mut expression.node {
            Expr::Null => {
                Err(format!("has null at {here}; a customer who lacks a fact does not match anyway"))
            }
            Expr::Bool(_) | Expr::Int(_) | Expr::UInt(_) | Expr::Float(_) | Expr::String(_) => Ok(()),
            Expr::Ident(name) => {
                if name == ATTRIBUTES {
                    return Err(format!(
                        "has attributes as a whole at {here}; read one, as in attributes.market or attributes[\"market\"]"
                    ));
                }
                if Fact::of(name).is_none() && !self.attributes.iter().any(|(known, _)| known == name) {
                    self.attributes.push((name.clone(), expression.span.start));
                }
                Ok(())
            }
            Expr::List(elements) => {
                elements.iter_mut().try_for_each(|element| self.prepare(&mut element.expr, depth + 1))
            }
            Expr::Unary { expr, .. } => self.prepare(expr, depth + 1),
            Expr::Binary { left, right, .. } => {
                self.prepare(left, depth + 1)?;
                self.prepare(right, depth + 1)
            }
            Expr::Ternary { cond, then_expr, else_expr } => {
                self.prepare(cond, depth + 1)?;
                self.prepare(then_expr, depth + 1)?;
                self.prepare(else_expr, depth + 1)
            }
            Expr::Call { expr, args } => {
                let name = match &mut expr.node {
                    Expr::Ident(name) => name.clone(),
                    Expr::Member { expr, field, .. } => {
                        let name = field.clone();
                        self.prepare(expr, depth + 1)?;
                        name
                    }
                    _ => return Err(format!("calls what is no function at {here}")),
                };
                if !FUNCTIONS.contains(&name.as_str()) {
                    return Err(format!(
                        "calls {name} at {here}, which is not there; there are: {}",
                        FUNCTIONS.join(", ")
                    ));
                }
                args.iter_mut().try_for_each(|argument| self.prepare(argument, depth + 1))
            }
            Expr::MemberTestOnly { .. } => Err(format!(
                "asks with has at {here}; an attribute that is not set is \"\", so compare it with that"
            )),
            _ => Err(format!(
                "has something at {here} that filters do not know; they have comparisons, &&, ||, !, in with a list, + - * / % and ?:"
            )),
        }
    }

    /// Refuses to ask whether things of different types are equal: they never are, so it is a mistake.
    fn compare(&self, expression: &SpannedExpr, types: &TypeOf<'_>) -> Result<(), String> {
        match &expression.node {
            Expr::List(elements) => {
                elements.iter().try_for_each(|element| self.compare(&element.expr, types))
            }
            Expr::Unary { expr, .. } => self.compare(expr, types),
            Expr::Binary { op, left, right } => {
                let (of_left, of_right) = (types(left.id), types(right.id));
                let of_right = match (op, of_right) {
                    (BinaryOp::In, Some(CelType::List(element))) => Some((*element).clone()),
                    (BinaryOp::In, _) => {
                        return Err(format!(
                            "looks for something in what is no list at {}; write x in [\"a\", \"b\"], or x.contains(\"a\") for a text",
                            self.place(right)
                        ));
                    }
                    (BinaryOp::Eq | BinaryOp::Ne, of_right) => of_right,
                    _ => None,
                };
                if let (Some(left_type), Some(right_type)) = (of_left, of_right)
                    && left_type != right_type
                    && !(is_number(&left_type) && is_number(&right_type))
                {
                    return Err(self.mismatch(left, &left_type, right, &right_type));
                }
                self.compare(left, types)?;
                self.compare(right, types)
            }
            Expr::Ternary { cond, then_expr, else_expr } => {
                [cond, then_expr, else_expr].into_iter().try_for_each(|part| self.compare(part, types))
            }
            Expr::Call { expr, args } => {
                if let Expr::Member { expr, .. } = &expr.node {
                    self.compare(expr, types)?;
                }
                args.iter().try_for_each(|argument| self.compare(argument, types))
            }
            _ => Ok(()),
        }
    }

    fn mismatch(
        &self,
        left: &SpannedExpr,
        of_left: &CelType,
        right: &SpannedExpr,
        of_right: &CelType,
    ) -> String {
        let hint = [(left, of_left), (right, of_right)].into_iter().find_map(|(part, of)| match &part.node {
            Expr::Ident(name) if Fact::of(name).is_none() => Some(format!(
                "; {:?} is taken for an attribute, and attributes are texts: compare with a text, write int({name}) or double({name}), or use one of the facts: {}",
                attribute_of(name),
                fact_names()
            )),
            Expr::String(text) if *of_left == CelType::Timestamp || *of_right == CelType::Timestamp => {
                Some(format!("; write timestamp(\"2026-01-01T00:00:00Z\") instead of {text:?}"))
            }
            Expr::String(text) if text.parse::<f64>().is_ok() => Some(format!("; write {text} without quotes")),
            _ => {
                let _ = of;
                None
            }
        });
        format!(
            "compares {} with {} at {}{}",
            words(of_left),
            words(of_right),
            self.place(left),
            hint.unwrap_or_default()
        )
    }

    /// What the checker found, for people.
    fn explain(&self, error: &CheckError, expression: &SpannedExpr, types: &TypeOf<'_>) -> String {
        let here = place(self.text, error.span.start);
        match &error.kind {
            CheckErrorKind::NoMatchingOverload { function, arg_types } => {
                let found = part(expression, error.expr_id);
                if let Some(Expr::Binary { op, left, right }) = found.map(|part| &part.node) {
                    let (of_left, of_right) = (types(left.id), types(right.id));
                    let types = arg_types.as_slice();
                    let of_left = of_left.or_else(|| types.first().cloned()).unwrap_or(CelType::Null);
                    let of_right = of_right.or_else(|| types.get(1).cloned()).unwrap_or(CelType::Null);
                    if matches!(op, BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge) {
                        return self.mismatch(left, &of_left, right, &of_right);
                    }
                    let sign = op_sign(*op);
                    return format!(
                        "cannot take {} {sign} {} at {here}; write int(x), double(x) or string(x) to make them alike",
                        words(&of_left),
                        words(&of_right)
                    );
                }
                let given: Vec<&str> = arg_types.iter().map(words).collect();
                format!("cannot call {function} with {} at {here}", given.join(", "))
            }
            CheckErrorKind::TypeMismatch { expected, actual } => {
                format!("has {} at {here}, where {} is needed", words(actual), words(expected))
            }
            other => format!("is not right at {here}: {other}"),
        }
    }
}

fn op_sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Mod => "%",
        BinaryOp::And => "&&",
        BinaryOp::Or => "||",
        BinaryOp::In => "in",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
    }
}

/// The attribute that is read by `attributes.x` or `attributes["x"]`.
fn attribute_access(node: &Expr) -> Option<String> {
    let is_attributes = |expr: &SpannedExpr| matches!(&expr.node, Expr::Ident(name) if name == ATTRIBUTES);
    match node {
        Expr::Member { expr, field, optional: false } if is_attributes(expr) => Some(field.clone()),
        Expr::Index { expr, index, optional: false } if is_attributes(expr) => match &index.node {
            Expr::String(name) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The part of a number.
fn part(of: &SpannedExpr, id: i64) -> Option<&SpannedExpr> {
    if of.id == id {
        return Some(of);
    }
    match &of.node {
        Expr::List(elements) => elements.iter().find_map(|element| part(&element.expr, id)),
        Expr::Unary { expr, .. } => part(expr, id),
        Expr::Binary { left, right, .. } => part(left, id).or_else(|| part(right, id)),
        Expr::Ternary { cond, then_expr, else_expr } => {
            [cond, then_expr, else_expr].into_iter().find_map(|expr| part(expr, id))
        }
        Expr::Member { expr, .. } => part(expr, id),
        Expr::Call { expr, args } => {
            part(expr, id).or_else(|| args.iter().find_map(|argument| part(argument, id)))
        }
        _ => None,
    }
}

/// All facts by name.
pub(crate) fn fact_names() -> String {
    Fact::ALL.map(Fact::name).join(", ")
}

/// Tells who matches, where nothing needs to be remembered.
pub(crate) struct Sieve(Option<(Filter, Now)>);

impl Sieve {
    /// Whether a customer is one of those the moment is about.
    pub(crate) fn passes(&self, history: &History<'_>) -> bool {
        self.0.as_ref().is_none_or(|(filter, now)| filter.matches(history, now) == Ok(true))
    }
}

/// Tells who matches, and remembers what there is to say about it.
struct Matcher {
    filter: Filter,
    now: Now,
    met: Met,
}

/// What was met on the way.
#[derive(Default)]
struct Met {
    /// Customers who did not match.
    left_out: u64,
    /// Customers whose facts could not be compared, and why the first could not.
    failed: u64,
    failure: Option<String>,
    /// Names of attributes, to say which there are.
    attributes: BTreeSet<Arc<str>>,
}

impl Met {
    fn merge(&mut self, other: Self) {
        self.left_out += other.left_out;
        self.failed += other.failed;
        self.failure = self.failure.take().or(other.failure);
        self.attributes.extend(other.attributes);
    }
}

impl Matcher {
    /// Whether a customer matches.
    fn matches(&mut self, history: &History<'_>) -> bool {
        if !self.filter.0.attributes.is_empty() {
            note_attributes(&mut self.met.attributes, history);
        }
        match self.filter.matches(history, &self.now) {
            Ok(true) => return true,
            Ok(false) => self.met.left_out += u64::from(history.customer.is_some()),
            Err(failure) => {
                self.met.failed += 1;
                self.met.failure.get_or_insert(failure);
            }
        }
        false
    }
}

impl Engine {
    /// Folds over the histories of those customers a moment is about. What there is to say about the filter goes into
    /// the moment.
    ///
    /// # Errors
    /// Those of the store, and [`EngineError::InvalidField`] for a filter with an attribute nobody has.
    pub(crate) async fn fold<A, N, V>(
        &self,
        workspace: &WorkspaceName,
        moment: &mut Moment,
        new: N,
        visit: V,
    ) -> Result<Vec<A>, EngineError>
    where
        A: Send + 'static,
        N: Fn() -> A + Send + Sync + 'static,
        V: Fn(&mut A, &History<'_>) + Send + Sync + 'static,
    {
        let cut = moment.cut();
        let Some(filter) = moment.filter.clone() else {
            return Ok(lojal_store::fold(&*self.store, workspace, cut, new, visit).await?);
        };
        let now = moment.now();
        let new = move || {
            let matcher = Matcher { filter: filter.clone(), now: now.clone(), met: Met::default() };
            (new(), matcher)
        };
        let visit = move |(part, matcher): &mut (A, Matcher), history: &History<'_>| {
            if matcher.matches(history) {
                visit(part, history);
            }
        };
        let parts = lojal_store::fold(&*self.store, workspace, cut, new, visit).await?;
        let mut met = Met::default();
        let mut folded = Vec::with_capacity(parts.len());
        for (part, matcher) in parts {
            folded.push(part);
            met.merge(matcher.met);
        }
        moment.filtered(met)?;
        Ok(folded)
    }
}

impl Engine {
    /// A sieve for a moment, for walks, which may end before they have met everybody.
    ///
    /// # Errors
    /// Those of [`Self::fold`].
    pub(crate) async fn sieve(
        &self,
        workspace: &WorkspaceName,
        moment: &mut Moment,
    ) -> Result<Sieve, EngineError> {
        let Some(filter) = moment.filter.clone() else { return Ok(Sieve(None)) };
        self.fold(workspace, moment, || (), |(), _: &History<'_>| ()).await?;
        Ok(Sieve(Some((filter, moment.now()))))
    }
}

impl Moment {
    /// Takes down what a filter met.
    fn filtered(&mut self, met: Met) -> Result<(), EngineError> {
        let Some(filter) = &self.filter else { return Ok(()) };
        for (name, at) in &filter.0.attributes {
            let name = attribute_of(name);
            // Without customers nothing is known, and there is no reason to complain.
            let anybody = met.left_out + met.failed > 0 || !met.attributes.is_empty();
            if anybody && !met.attributes.iter().any(|known| **known == *name) {
                let problem = format!(
                    "has {name:?} at {}, which is no fact, and no customer has such an attribute; facts: {}; {}",
                    place(filter.text(), *at),
                    fact_names(),
                    known_names(&met.attributes),
                );
                return Err(EngineError::field(FIELD, problem));
            }
        }
        self.excluded = vec![("customers who do not match the filter".to_owned(), met.left_out)];
        if let Some(failure) = met.failure {
            self.excluded.push(("customers whose facts the filter cannot compare".to_owned(), met.failed));
            self.warnings.push(format!(
                "the filter could not be told of {} customers, who were left out: {failure}",
                met.failed
            ));
        }
        Ok(())
    }
}
