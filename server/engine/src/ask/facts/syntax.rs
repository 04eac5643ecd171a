//! How facts are written, in filters and in groups alike.

use cel_core::{Expr, SpannedExpr};
use lojal_domain::limits;

use super::term::Argument;

/// What attributes are read from when a fact or nothing else has their name.
pub(crate) const ATTRIBUTES: &str = "attributes";

/// Whether a text opens more than a parser should go into. One with as many signs in its texts is refused too, and can be rewritten.
pub(crate) fn is_too_deep(text: &str) -> bool {
    text.bytes().filter(|byte| b"([{!-?".contains(byte)).count() > limits::FILTER_DEPTH * 4
}

/// The attribute that a name means.
pub(crate) fn attribute_of(name: &str) -> &str {
    name.strip_prefix(ATTRIBUTES).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
}

/// The attribute that is read by `attributes.x` or `attributes["x"]`.
pub(crate) fn attribute_access(node: &Expr) -> Option<&str> {
    let is_attributes = |expr: &SpannedExpr| matches!(&expr.node, Expr::Ident(name) if name == ATTRIBUTES);
    match node {
        Expr::Member { expr, field, optional: false } if is_attributes(expr) => Some(field),
        Expr::Index { expr, index, optional: false } if is_attributes(expr) => match &index.node {
            Expr::String(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// What stands between the brackets of a call. `is_fact` tells names of facts from those of attributes.
pub(crate) fn argument(of: &SpannedExpr, is_fact: impl Fn(&str) -> bool) -> Argument<'_> {
    if let Some(name) = attribute_access(&of.node) {
        return Argument::Attribute(name);
    }
    match &of.node {
        Expr::String(text) => Argument::Text(text),
        Expr::Ident(name) if !is_fact(name) => Argument::Attribute(attribute_of(name)),
        _ => Argument::Other,
    }
}
