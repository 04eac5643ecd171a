//! Reading a filter: what has a place in one, what its parts are, and what is wrong with it, in words.

use cel_core::{BinaryOp, CelType, CheckError, CheckErrorKind, Expr, SpannedExpr};
use lojal_domain::limits;

use super::{Name, fact_names};
use crate::ask::facts::Fact;
use crate::ask::facts::syntax::{ATTRIBUTES, argument, attribute_access, attribute_of};
use crate::ask::facts::term::{Argument, Term};

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

/// How somebody finds a place in a filter: lines and columns from 1, in characters.
pub(super) fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    if line == 1 { format!("column {column}") } else { format!("line {line}, column {column}") }
}

pub(super) fn too_deep() -> String {
    format!(
        "is nested more than {} deep; make it simpler, and name several values with x in [\"a\", \"b\"]",
        limits::FILTER_DEPTH
    )
}

/// A type in words.
pub(super) fn words(of: &CelType) -> &'static str {
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
pub(super) struct Reading<'t> {
    pub(super) text: &'t str,
    /// What it names.
    pub(super) names: Vec<Name>,
}

/// The type of a part by its number.
pub(super) type TypeOf<'c> = dyn Fn(i64) -> Option<CelType> + 'c;

impl Reading<'_> {
    fn place(&self, of: &SpannedExpr) -> String {
        place(self.text, of.span.start)
    }

    /// Notes what is named.
    fn note(&mut self, name: &str, term: Term, at: usize) {
        if !self.names.iter().any(|known| known.name == name) {
            self.names.push(Name { name: name.to_owned(), term, at });
        }
    }

    fn is_attribute(&self, name: &str) -> bool {
        self.names.iter().any(|known| known.name == name && matches!(known.term, Term::Attribute(_)))
    }

    /// Makes a name of a call that is about a customer, such as `orders("90d")`.
    fn name_call(&mut self, expression: &mut SpannedExpr) -> Result<bool, String> {
        let Expr::Call { expr, args } = &expression.node else { return Ok(false) };
        let Expr::Ident(function) = &expr.node else { return Ok(false) };
        let arguments: Vec<Argument<'_>> =
            args.iter().map(|of| argument(of, |name| Fact::of(name).is_some())).collect();
        let Some(term) = Term::called(function, &arguments) else { return Ok(false) };
        let here = self.place(expression);
        let term = term.map_err(|problem| format!("calls {function} at {here}, which {problem}"))?;
        // As it is written, which says the same of the same.
        let span = expression.span.clone();
        let written = self.text.get(span.clone()).unwrap_or(function).to_owned();
        self.note(&written, term, span.start);
        expression.node = Expr::Ident(written);
        Ok(true)
    }

    /// Refuses what has no place in a filter, and makes a name of each attribute and of each call that is about a customer.
    pub(super) fn prepare(&mut self, expression: &mut SpannedExpr, depth: usize) -> Result<(), String> {
        if depth > limits::FILTER_DEPTH {
            return Err(too_deep());
        }
        let here = self.place(expression);
        if let Some(name) = attribute_access(&expression.node) {
            let (term, name) = (Term::Attribute(name.to_owned()), format!("{ATTRIBUTES}.{name}"));
            self.note(&name, term, expression.span.start);
            expression.node = Expr::Ident(name);
            return Ok(());
        }
        if self.name_call(expression)? {
            return Ok(());
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
                let name = name.clone();
                self.note(&name, Term::named(&name), expression.span.start);
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
                    _ => return Err(format!("calls something that is not a function at {here}")),
                };
                if !FUNCTIONS.contains(&name.as_str()) {
                    return Err(format!(
                        "calls {name} at {here}, which is not there; there are: {}; and facts of a window as in orders(\"90d\"), see ListFacts",
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
    pub(super) fn compare(&self, expression: &SpannedExpr, types: &TypeOf<'_>) -> Result<(), String> {
        match &expression.node {
            Expr::List(elements) => {
                elements.iter().try_for_each(|element| self.compare(&element.expr, types))
            }
            Expr::Unary { expr, .. } => self.compare(expr, types),
            Expr::Binary { op, left, right } => {
                let (of_left, of_right) = (types(left.id), types(right.id));
                let of_right = match (op, of_right) {
                    (BinaryOp::In, Some(CelType::List(element))) => Some((*element).clone()),
                    (BinaryOp::In, _) => return Err(self.no_list(right)),
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
        let hint = [left, right].into_iter().find_map(|part| match &part.node {
            Expr::Ident(name) if self.is_attribute(name) => Some(format!(
                "; {:?} is taken for an attribute, and attributes are texts: compare with a text, write int({name}) or double({name}), or use one of the facts: {}",
                attribute_of(name),
                fact_names()
            )),
            Expr::String(text) if *of_left == CelType::Timestamp || *of_right == CelType::Timestamp => {
                Some(format!("; write timestamp(\"2026-01-01T00:00:00Z\") instead of {text:?}"))
            }
            Expr::String(text) if text.parse::<f64>().is_ok() => Some(format!("; write {text} without quotes")),
            _ => None,
        });
        format!(
            "compares {} with {} at {}{}",
            words(of_left),
            words(of_right),
            self.place(left),
            hint.unwrap_or_default()
        )
    }

    fn no_list(&self, found: &SpannedExpr) -> String {
        format!(
            "looks for something in a value that is not a list at {}; write x in [\"a\", \"b\"], or x.contains(\"a\") for a text",
            self.place(found)
        )
    }

    /// What the checker found, for people.
    pub(super) fn explain(&self, error: &CheckError, expression: &SpannedExpr, types: &TypeOf<'_>) -> String {
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
                    if matches!(op, BinaryOp::In) {
                        return match &of_right {
                            CelType::List(element) => self.mismatch(left, &of_left, right, element),
                            _ => self.no_list(right),
                        };
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

/// Of operators that take numbers; comparisons and membership have sentences of their own.
const fn op_sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Mod => "%",
        BinaryOp::And => "&&",
        BinaryOp::Or => "||",
        _ => "and",
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
