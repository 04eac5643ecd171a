//! What a warning is called: the same however often and whenever it is looked for.

use lojal_domain::CustomerId;
use lojal_scoring::warnings::Kind;
use xxhash_rust::xxh3::xxh3_64;

use crate::ask::day::{date_of, day_number};
use crate::warnings::signs::Sign;

/// What the parts of an id are joined by. A customer may have it in their name; they come last.
const JOINT: char = '@';

/// The name of a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WarningId {
    pub(crate) kind: Kind,
    pub(crate) onset: i32,
    pub(crate) customer: String,
}

impl WarningId {
    pub(crate) fn of(sign: &Sign, customer: &str) -> Self {
        Self { kind: sign.seen.kind(), onset: sign.onset, customer: customer.to_owned() }
    }

    /// As callers know it.
    pub(crate) fn text(&self) -> String {
        format!("{}{JOINT}{}{JOINT}{}", self.kind.name(), date_of(self.onset), self.customer)
    }

    /// None for what is no such name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, JOINT);
        let kind = Kind::named(parts.next()?)?;
        let onset = day_number(parts.next()?.parse().ok()?);
        let customer = CustomerId::new(parts.next()?).ok()?;
        Some(Self { kind, onset, customer: customer.to_string() })
    }

    pub(crate) fn hash(&self) -> u64 {
        xxh3_64(self.text().as_bytes())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::warnings::signs::Seen;

    #[test]
    fn a_name_says_whose_warning_it_is() {
        let seen = Seen::LowerNps { from: 9, to: 3 };
        let id = WarningId::of(&Sign { onset: 20_000, raised: 20_001, seen }, "anna@example.com");
        assert_eq!(id.text(), "lower_nps@2024-10-04@anna@example.com");
        assert_eq!(WarningId::parse(&id.text()).unwrap(), id);
        for nonsense in [
            "",
            "silence",
            "silence@2024-10-04",
            "silence@2024-13-04@a",
            "noise@2024-10-04@a",
            "silence@2024-10-04@",
        ] {
            assert_eq!(WarningId::parse(nonsense), None, "{nonsense}");
        }
    }
}
