//! What the rows of a file come to, and what about them looks as if something was misread. The Python package has the same
//! doubts in `loading/summary.py`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::hash::BuildHasherDefault;

use indicatif::HumanCount;
use jiff::civil::Date;
use lojal_domain::{EventTime, decimal_of};
use xxhash_rust::xxh3::xxh3_64;

use crate::import::occurrences::AsIs;
use crate::import::profiles::is_whole;

const DAY: i64 = 86_400_000_000;
const UNIT: i64 = 1_000_000;
/// Of fewer rows it may be chance.
const ENOUGH: u64 = 30;
const FAR_DAYS: i64 = 365;
/// More rows than one in so many that share an id are no accident.
const SHARED_FROM: u64 = 10;
const NAMED: usize = 3;
/// Customers that are told apart while purchases are sent: as many as stay in a processor's cache, so that loading takes no longer.
const CUSTOMERS_MAX: usize = 100_000;
/// Ids that are remembered, which takes 36 MB; rows after so many count one each.
const IDS_MAX: usize = 1_000_000;

type Hashes = HashSet<u64, BuildHasherDefault<AsIs>>;

/// What a row is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted<'a> {
    pub(crate) line: u64,
    /// Empty for a row without one.
    pub(crate) id: &'a str,
    /// Empty for nobody.
    pub(crate) customer: &'a str,
    pub(crate) time: Option<EventTime>,
    /// A code, empty for the workspace's, and millionths.
    pub(crate) amount: Option<(&'a str, i64)>,
}

/// Counts rows as they are read. Customers and ids are held as hashes, which are nine bytes each.
#[derive(Default)]
pub(crate) struct Tally {
    rows: u64,
    records: u64,
    customers: Hashes,
    /// Whether no more than [`CUSTOMERS_MAX`] of them are told apart, and whether there were more.
    is_quick: bool,
    has_more: bool,
    anonymous: u64,
    ids: HashMap<u64, u64, BuildHasherDefault<AsIs>>,
    /// Rows that have the id of a row before them, and whether one of these says something else.
    shared: u64,
    differs: bool,
    span: Option<(EventTime, EventTime)>,
    totals: Totals,
    refunds: u64,
    refunded: Totals,
    days: BTreeMap<i64, OfDay>,
    /// The day of the row before, whose rows are not yet among `days`.
    day: (i64, OfDay),
    /// Rows with amounts that are not whole, and with more than a thousand.
    broken: u64,
    large: u64,
}

#[derive(Clone, Debug, Default)]
struct OfDay {
    rows: u64,
    /// The lines of the first of them.
    first: [u64; NAMED],
}

impl OfDay {
    fn add(&mut self, line: u64) {
        if let Some(slot) = usize::try_from(self.rows).ok().and_then(|row| self.first.get_mut(row)) {
            *slot = line;
        }
        self.rows += 1;
    }

    /// The lines of the first rows.
    fn lines(&self) -> &[u64] {
        &self.first[..usize::try_from(self.rows).unwrap_or(NAMED).min(NAMED)]
    }
}

/// Sums by currency, of which there is hardly ever more than one.
#[derive(Clone, Debug, Default)]
struct Totals(Vec<(String, i128)>);

impl Totals {
    fn add(&mut self, code: &str, micros: i64) {
        match self.0.iter_mut().find(|(known, _)| known == code) {
            Some((_, total)) => *total += i128::from(micros),
            None => self.0.push((code.to_owned(), i128::from(micros))),
        }
    }
}

impl Tally {
    /// One that takes hardly any time: of very many customers it tells that there are so many.
    pub(crate) fn quick() -> Self {
        Self { is_quick: true, ..Self::default() }
    }

    /// Counts a row; those with the id of one before are the same record.
    pub(crate) fn add(&mut self, row: &Counted<'_>) {
        self.rows += 1;
        if let Some(time) = row.time {
            self.count_day(time, row.line);
        }
        if let Some((_, micros)) = row.amount {
            self.broken += u64::from(micros % UNIT != 0);
            self.large += u64::from(micros > 1_000 * UNIT);
        }
        if !row.id.is_empty() && self.ids.len() < IDS_MAX && self.is_known(row) {
            return;
        }
        self.records += 1;
        if row.customer.is_empty() {
            self.anonymous += 1;
        } else if !self.has_more {
            self.customers.insert(xxh3_64(row.customer.as_bytes()));
            self.has_more = self.is_quick && self.customers.len() > CUSTOMERS_MAX;
        }
        if let Some(time) = row.time {
            let (first, last) = self.span.unwrap_or((time, time));
            self.span = Some((first.min(time), last.max(time)));
        }
        if let Some((code, micros)) = row.amount {
            self.totals.add(code, micros);
        }
    }

    /// Counts a refund of what is counted.
    pub(crate) fn refund(&mut self, code: &str, micros: i64) {
        self.refunds += 1;
        self.refunded.add(code, micros);
    }

    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    pub(crate) fn names_no_currency(&self) -> bool {
        !self.totals.0.is_empty() && self.totals.0.iter().all(|(code, _)| code.is_empty())
    }

    fn is_known(&mut self, row: &Counted<'_>) -> bool {
        let (code, micros) = row.amount.unwrap_or_default();
        let time = row.time.map_or(0, EventTime::micros).cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let amount = micros.cast_unsigned().wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
        let says =
            xxh3_64(row.customer.as_bytes()) ^ time.rotate_left(17) ^ amount ^ xxh3_64(code.as_bytes());
        match self.ids.insert(xxh3_64(row.id.as_bytes()), says) {
            None => false,
            Some(before) => {
                self.shared += 1;
                self.differs |= before != says;
                true
            }
        }
    }

    fn count_day(&mut self, time: EventTime, line: u64) {
        let day = time.micros().div_euclid(DAY);
        if self.day.0 != day {
            self.put_day();
            self.day.0 = day;
        }
        self.day.1.add(line);
    }

    fn put_day(&mut self) {
        let (day, of) = (self.day.0, std::mem::take(&mut self.day.1));
        if of.rows > 0 {
            let known = self.days.entry(day).or_default();
            of.lines().iter().for_each(|&line| known.add(line));
            known.rows += of.rows - of.lines().len() as u64;
        }
    }

    /// What looks as if something was misread.
    pub(crate) fn doubts(&mut self) -> Vec<String> {
        self.put_day();
        let mut doubts = Vec::new();
        if self.rows < ENOUGH {
            return doubts;
        }
        let rows = HumanCount(self.rows);
        let customers = self.customers.len() as u64;
        if customers == self.rows && !self.has_more {
            doubts.push(format!(
                "each of {rows} rows is of another customer; see whether the column taken for the customer is the id of each row"
            ));
        }
        if self.looks_like_cents() {
            doubts.push(
                "all amounts are whole and half of them are more than 1,000; if they are cents, divide them by 100 and load them into another workspace"
                    .to_owned(),
            );
        }
        doubts.extend(self.far_from_the_rest());
        doubts.extend(self.shared_ids());
        doubts
    }

    /// What to tell of rows that share an id; none where hardly any do.
    pub(crate) fn shared_ids(&self) -> Option<String> {
        if self.rows < ENOUGH || self.shared * SHARED_FROM <= self.rows {
            return None;
        }
        let differ = match self.differs {
            true => "and say something else, so that they are refused",
            false => "and count once with it",
        };
        Some(format!(
            "{} of {} rows have the id of a row before them {differ}; if they are lines of orders, add them up with --lines; if each is a record of its own, name another column for the id, or none, as in --column transaction_id=",
            HumanCount(self.shared),
            HumanCount(self.rows)
        ))
    }

    fn looks_like_cents(&self) -> bool {
        let totals = &self.totals.0;
        let whole_anyway = totals.iter().all(|(code, _)| is_whole(code));
        // Half of them, and the lower of the two in the middle.
        !totals.is_empty()
            && !whole_anyway
            && self.broken == 0
            && self.rows - self.large <= (self.rows - 1) / 2
    }

    /// A few rows that lie more than a year, and twice the span of all others, before or after these.
    fn far_from_the_rest(&self) -> Option<String> {
        let days: Vec<i64> = self.days.keys().copied().collect();
        let gaps = days.windows(2).enumerate().map(|(place, pair)| (pair[1] - pair[0], place));
        let (gap, place) = gaps.max()?;
        let (before, after) = days.split_at(place + 1);
        for (few, rest) in [(before, after), (after, before)] {
            let span = rest[rest.len() - 1] - rest[0];
            if gap <= FAR_DAYS.max(2 * span) || few.len() >= rest.len() {
                continue;
            }
            let of: Vec<&OfDay> = few.iter().filter_map(|day| self.days.get(day)).collect();
            let rows: u64 = of.iter().map(|of| of.rows).sum();
            if rows > (self.rows / 100).max(NAMED as u64) {
                continue;
            }
            let mut lines: Vec<u64> = of.iter().flat_map(|of| of.lines().iter().copied()).collect();
            lines.sort_unstable();
            let until =
                if few.len() > 1 { format!(" to {}", date(few[few.len() - 1])) } else { String::new() };
            return Some(format!(
                "{} ({}) of {}{until}, {} days from all others; see whether the year is right, as questions end with the latest data",
                if rows == 1 { "1 row is".to_owned() } else { format!("{} rows are", HumanCount(rows)) },
                listed(&lines, rows),
                date(few[0]),
                HumanCount(gap.unsigned_abs())
            ));
        }
        None
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: u64, one: &str| {
            format!("{} {one}{}", HumanCount(count), if count == 1 { "" } else { "s" })
        };
        write!(f, "{}", counted(self.records, "record"))?;
        match self.customers.len() as u64 {
            0 => {}
            _ if self.has_more => write!(f, " of more than {} customers", HumanCount(CUSTOMERS_MAX as u64))?,
            customers => write!(f, " of {}", counted(customers, "customer"))?,
        }
        if let Some((first, last)) = self.span {
            let day = |time: EventTime| date(time.micros().div_euclid(DAY));
            write!(f, ", from {} to {}", day(first), day(last))?;
        }
        for (code, total) in &self.totals.0 {
            write!(f, ", {}", sum(*total, code))?;
        }
        if self.refunds > 0 {
            let given: Vec<String> = self.refunded.0.iter().map(|(code, total)| sum(*total, code)).collect();
            write!(f, ", {} ({})", counted(self.refunds, "refund"), given.join(", "))?;
        }
        if self.anonymous > 0 && !self.customers.is_empty() {
            write!(f, ", {} of nobody who is named", HumanCount(self.anonymous))?;
        }
        Ok(())
    }
}

/// `293,876.50 EUR`.
fn sum(micros: i128, code: &str) -> String {
    let decimal = decimal_of(micros, 2);
    let (whole, decimals) = decimal.split_once('.').unwrap_or((&decimal, "00"));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), |number: u64| HumanCount(number).to_string());
    let code = if code.is_empty() { "in the reporting currency" } else { code };
    format!("{sign}{whole}.{decimals} {code}")
}

/// The first lines of some rows: `line 3`, `lines 3, 8, 9, ...`.
pub(crate) fn listed(lines: &[u64], rows: u64) -> String {
    let first: Vec<String> = lines.iter().take(NAMED).map(ToString::to_string).collect();
    let more = if rows > first.len() as u64 { ", ..." } else { "" };
    format!("{} {}{more}", if rows == 1 { "line" } else { "lines" }, first.join(", "))
}

fn date(day: i64) -> String {
    let since = jiff::SignedDuration::from_hours(day.saturating_mul(24));
    Date::constant(1970, 1, 1)
        .checked_add(since)
        .map_or_else(|_| format!("day {day}"), |date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(rows: &[(&str, &str, i64, i64)]) -> Tally {
        let mut tally = Tally::default();
        for (line, (id, customer, day, amount)) in (2..).zip(rows) {
            let time = Some(EventTime::from_micros(day * DAY + 5));
            tally.add(&Counted { line, id, customer, time, amount: Some(("EUR", *amount)) });
        }
        tally
    }

    #[test]
    fn records_are_counted_once_by_their_ids() {
        let mut counted =
            tally(&[("a", "c1", 20_000, 1_500_000), ("a", "c1", 20_000, 1_500_000), ("", "c2", 20_001, 3)]);
        counted.add(&Counted { line: 5, id: "", customer: "", time: None, amount: None });
        counted.refund("EUR", 500_000);
        assert_eq!(
            counted.to_string(),
            "3 records of 2 customers, from 2024-10-04 to 2024-10-05, 1.500003 EUR, 1 refund (0.50 EUR), 1 of nobody who is named"
        );
        assert!(counted.doubts().is_empty(), "too few to doubt");
    }

    #[test]
    fn very_many_customers_are_not_told_apart_while_they_are_sent() {
        for (mut tally, expected) in [
            (Tally::quick(), "100,002 records of more than 100,000 customers"),
            (Tally::default(), "100,002 records of 100,002 customers"),
        ] {
            for line in 0..100_002 {
                let customer = format!("c{line}");
                tally.add(&Counted { line, id: "", customer: &customer, time: None, amount: None });
            }
            assert_eq!(tally.to_string(), expected);
        }
    }

    #[test]
    fn what_looks_misread_is_told() {
        let row = |row: i64| ("", if row % 2 == 0 { "c1" } else { "c2" }, 20_000 + row % 9, 12_500_000);
        let good: Vec<_> = (0..60).map(row).collect();
        assert_eq!(tally(&good).doubts(), Vec::<String>::new());
        let cents: Vec<_> = good.iter().map(|row| (row.0, row.1, row.2, 1_250 * UNIT)).collect();
        assert!(tally(&cents).doubts()[0].contains("divide them by 100"));
        let mut far = good.clone();
        far[7].2 = 29_000;
        let told = tally(&far).doubts();
        assert!(
            told[0].contains("1 row is (line 9) of 2049-05-26") && told[0].contains("8,992 days"),
            "{told:?}"
        );
        let names: Vec<String> = (0..60).map(|row| row.to_string()).collect();
        let others: Vec<_> = names.iter().map(|name| ("", &**name, 20_000, 12_500_000)).collect();
        assert!(tally(&others).doubts()[0].contains("another customer"));
        let lines: Vec<_> = (0..60).map(|row| (&*names[row / 3], "c1", 20_000, row as i64)).collect();
        assert!(tally(&lines).doubts()[0].contains("40 of 60 rows have the id"));
    }
}
