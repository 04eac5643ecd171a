//! How the amounts of a column are written: which mark is the decimal one, which groups thousands, which currency signs.
//!
//! Nothing is guessed. A column decides by a value that can be read one way only; where none does, whoever loads is asked.
//! The Python package has the same rules in `loading/numbers.py`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::import::habits::pattern;

/// As people write them beside amounts, with the codes of those that stand for one currency only.
const CODES: [(&str, &str); 15] = [
    ("€", "EUR"),
    ("£", "GBP"),
    ("₹", "INR"),
    ("₺", "TRY"),
    ("₽", "RUB"),
    ("₴", "UAH"),
    ("₩", "KRW"),
    ("₪", "ILS"),
    ("฿", "THB"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("kn", "HRK"),
    ("лв", "BGN"),
    ("lei", "RON"),
];

const WHICH: &str = "say which mark is the decimal one, with --decimal . or --decimal ,";

static WRITTEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let signs: Vec<&str> = CODES.iter().map(|(sign, _)| *sign).collect();
    let unit = format!(r"(?:{}|лв\.|[A-Z]{{0,3}}\$|¥|kr\.?|Fr\.?|din\.?|[A-Z]{{3}})", signs.join("|"));
    let blanks = r"' \u{a0}\u{202f}\u{2009}\u{2019}";
    pattern(&format!(r"^({unit})?\s*([+-]?)\s*({unit})?\s*([0-9][0-9.,{blanks}]*)\s*({unit})?(-?)$"))
});
static GROUPED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^[1-9][0-9]{0,2}[.,][0-9]{3}$"));

/// How numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// The decimal mark; none while nothing decides.
    pub(crate) decimal: Option<char>,
}

impl Numbers {
    /// A number as a plain decimal. What is no number stays as it is, for others to refuse.
    pub(crate) fn plain(self, text: &str, what: &str) -> Result<String, String> {
        let Some(Parts { digits, is_negative, .. }) = parts(text) else { return Ok(text.to_owned()) };
        let mark = self.decimal.or_else(|| decisive(&digits));
        if mark.is_none() && digits.contains(['.', ',']) {
            return Err(format!(
                "the {what} {text:?} may be a thousand and more, or one with three decimals; {WHICH}"
            ));
        }
        let (whole, decimals) = match mark.and_then(|mark| digits.split_once(mark)) {
            Some((whole, decimals)) => (whole, decimals),
            None => (&*digits, ""),
        };
        let grouping = if mark == Some('.') { ',' } else { '.' };
        let groups: Vec<&str> = whole.split(grouping).collect();
        let (first, rest) = (groups.first().map_or(0, |group| group.len()), &groups[1..]);
        let is_misgrouped =
            !rest.is_empty() && (!(1..=3).contains(&first) || rest.iter().any(|group| group.len() != 3));
        if is_misgrouped || decimals.contains(['.', ',']) {
            let mark = mark.unwrap_or('.');
            return Err(format!("the {what} {text:?} does not fit the decimal mark {mark:?}; {WHICH}"));
        }
        let sign = if is_negative { "-" } else { "" };
        let point = if decimals.is_empty() { "" } else { "." };
        Ok(format!("{sign}{}{point}{decimals}", groups.concat()))
    }
}

/// How the numbers of a column are written, and the currency signs in it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// For each mark that a value decides on, the first such value.
    marks: Vec<(char, String)>,
    pub(crate) units: BTreeSet<String>,
    /// Whether a value has a mark at all.
    pub(crate) is_marked: bool,
}

impl Seen {
    pub(crate) fn add(&mut self, text: &str) {
        self.is_marked |= text.contains(['.', ',']);
        let Some(Parts { digits, unit, .. }) = parts(text) else { return };
        if !unit.is_empty() {
            self.units.insert(unit);
        }
        if let Some(mark) = decisive(&digits)
            && !self.marks.iter().any(|(known, _)| *known == mark)
        {
            self.marks.push((mark, text.to_owned()));
        }
    }

    /// What follows from the values, unless the caller says it.
    pub(crate) fn numbers(&self, said: Option<char>) -> anyhow::Result<Numbers> {
        match (&*self.marks, said) {
            (_, Some(mark)) => Ok(Numbers { decimal: Some(mark) }),
            ([(_, first), (_, second), ..], None) => {
                anyhow::bail!("{first:?} and {second:?} are written with different decimal marks; {WHICH}")
            }
            (marks, None) => Ok(Numbers { decimal: marks.first().map(|(mark, _)| *mark) }),
        }
    }
}

/// The code of the currency that is meant by a sign; none where it may be one of several.
pub(crate) fn code_of(unit: &str) -> Option<&str> {
    let known = CODES.iter().find(|(sign, _)| *sign == unit.trim_end_matches('.'));
    let is_code = unit.len() == 3 && unit.bytes().all(|byte| byte.is_ascii_uppercase());
    known.map(|(_, code)| *code).or(is_code.then_some(unit))
}

struct Parts {
    /// With their marks.
    digits: String,
    is_negative: bool,
    unit: String,
}

/// What a number is made of; none for no number.
fn parts(text: &str) -> Option<Parts> {
    let text = text.trim().replace('\u{2212}', "-");
    // As accountants write what is negative.
    let bracketed = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    let found = WRITTEN.as_ref()?.captures(bracketed.unwrap_or(&text))?;
    let part = |place| found.get(place).map_or("", |part| part.as_str());
    let units: Vec<&str> = [1, 3, 5].into_iter().map(part).filter(|unit| !unit.is_empty()).collect();
    if units.len() > 1 || (!part(2).is_empty() && !part(6).is_empty()) {
        return None;
    }
    Some(Parts {
        digits: part(4).chars().filter(|letter| letter.is_ascii_digit() || ".,".contains(*letter)).collect(),
        is_negative: bracketed.is_some() || part(2) == "-" || part(6) == "-",
        unit: units.concat(),
    })
}

/// The decimal mark of a number that can be read one way only.
fn decisive(digits: &str) -> Option<char> {
    let mark = match (digits.rfind('.'), digits.rfind(',')) {
        (Some(dot), Some(comma)) => return Some(if dot > comma { '.' } else { ',' }),
        (Some(_), None) => '.',
        (None, Some(_)) => ',',
        (None, None) => return None,
    };
    if digits.matches(mark).count() > 1 {
        // It groups thousands, so the other one is for decimals.
        return Some(if mark == '.' { ',' } else { '.' });
    }
    let may_be_grouped = GROUPED.as_ref().is_some_and(|grouped| grouped.is_match(digits));
    (!may_be_grouped).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let (point, comma, open) =
            (Numbers { decimal: Some('.') }, Numbers { decimal: Some(',') }, Numbers::default());
        for (numbers, text, plain) in [
            (comma, "1.234,50 €", "1234.50"),
            (point, "EUR 1,234.5", "1234.5"),
            (point, "(12.50)", "-12.50"),
            (point, "$12.50-", "-12.50"),
            (open, "12", "12"),
            (open, "1 234 567,8", "1234567.8"),
            (open, "\u{2212}7", "-7"),
            (comma, "12.500", "12500"),
            (open, "free", "free"),
            (point, "- kn 5", "-5"),
        ] {
            assert_eq!(numbers.plain(text, "amount").as_deref(), Ok(plain), "{text:?}");
        }
        assert!(open.plain("1.234", "amount").unwrap_err().contains("--decimal"));
        assert!(point.plain("1.234,5", "amount").unwrap_err().contains("does not fit"));
    }

    #[test]
    fn a_column_decides_by_what_can_be_read_one_way() {
        let decided = |values: &[&str]| {
            let mut seen = Seen::default();
            values.iter().for_each(|value| seen.add(value));
            seen.numbers(None).map(|numbers| numbers.decimal).map_err(|told| told.to_string())
        };
        assert_eq!(decided(&["12,50", "1.234"]), Ok(Some(',')));
        assert_eq!(decided(&["12", "1.234"]), Ok(None));
        assert_eq!(decided(&["1,234,567"]), Ok(Some('.')));
        assert!(decided(&["12.50", "7,5"]).unwrap_err().contains("different decimal marks"));
        assert_eq!(
            (code_of("€"), code_of("CHF"), code_of("$"), code_of("лв.")),
            (Some("EUR"), Some("CHF"), None, Some("BGN"))
        );
    }
}
