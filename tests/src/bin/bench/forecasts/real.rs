//! Real customers: CDNOW, the donations of 1995, and files of one's own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::{Date, date};
use lojal_tests::{cdnow, repository};
use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::data_set::{Customer, DataSet, Paid, day_of};

const DAY_SECONDS: i64 = 86_400;

/// What everybody spent and got back on each day.
type Spend = BTreeMap<String, BTreeMap<i32, Day>>;

/// What one customer spent on a day, and what of it was paid back.
#[derive(Clone, Copy, Default)]
struct Day {
    net: f64,
    is_refunded: bool,
}

impl Day {
    fn add(&mut self, amount: f64) {
        self.net += amount;
        self.is_refunded |= amount < 0.0;
    }

    /// As the server sees it: what was paid back altogether is no purchase, what costs nothing is one.
    fn is_purchase(self) -> bool {
        !self.is_refunded || self.net > 0.0
    }

    fn paid(self) -> Paid {
        Paid { cents: (100.0 * self.net).round() as i64, discount_cents: 0 }
    }
}

/// The CDNOW sample: 2,357 customers of 1997 and 1998.
pub(crate) fn cdnow() -> DataSet {
    let mut spend = Spend::new();
    for row in cdnow::rows() {
        let (time, amount) = (row.time.expect("a time"), row.amount.expect("an amount"));
        let day = i32::try_from(time.seconds / DAY_SECONDS).expect("a day of the sample");
        let amount: f64 = amount.amount.parse().expect("dollars");
        spend.entry(row.customer_id).or_default().entry(day).or_default().add(amount);
    }
    DataSet::new("cdnow", customers(spend), day_of(date(1998, 6, 30)))
}

/// 11,104 supporters of a charity who first gave in 1995, and did or did not in each year up to 2001 (Fader, Hardie and Shang 2010).
///
/// The file counts in how many of six years they gave and which was the last; which the others were is drawn here, each choice
/// as likely as any other, as it is for whoever gives at random as long as they give at all. A gift is a purchase on the last day of
/// its year.
pub(crate) fn donations(seed: u64) -> DataSet {
    let path = repository().join("server/scoring/tests/golden/donations.csv");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut customers = Vec::new();
    for row in csv::Reader::from_path(path).expect("the donations").deserialize() {
        let [gifts, last, _, supporters]: [usize; 4] = row.expect("four counts");
        for _ in 0..supporters {
            let mut between: Vec<usize> = (1..last).collect();
            let (drawn, _) = between.partial_shuffle(&mut random, gifts.saturating_sub(1));
            // The first and the last are the same year for whoever never gave again.
            let years: BTreeSet<usize> = drawn.iter().copied().chain([0, last]).collect();
            let end_of = |year: usize| day_of(date(1995 + year as i16, 12, 31));
            let days: Vec<i32> = years.into_iter().map(end_of).collect();
            let paid = vec![Paid::TEN; days.len()];
            customers.push(Customer { id: format!("s{:05}", customers.len()), days, paid, answer: None });
        }
    }
    DataSet { is_yearly: true, ..DataSet::new("donations", customers, day_of(date(2001, 12, 31))) }
}

/// A file with the columns `customer`, `date` (YYYY-MM-DD; what comes after is passed over) and, if it likes, `amount`. Rows of a day
/// are one purchase, and none if all was paid back (amounts below 0). The last day is that of the last row.
pub(crate) fn file(path: &Path) -> DataSet {
    let told = |problem: &str| format!("{}: {problem}", path.display());
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}", told(&error.to_string())));
    let header = reader.headers().expect("a first line").clone();
    let column = |name: &str| header.iter().position(|column| column.trim().eq_ignore_ascii_case(name));
    let need =
        |name: &str| column(name).unwrap_or_else(|| panic!("{}", told(&format!("no column {name:?}"))));
    let (customer, date, amount) = (need("customer"), need("date"), column("amount"));
    let mut spend = Spend::new();
    for (row, line) in reader.records().zip(2..) {
        let told = |problem: &str| told(&format!("line {line}: {problem}"));
        let row = row.unwrap_or_else(|error| panic!("{}", told(&error.to_string())));
        let text = |column: usize| row.get(column).unwrap_or_default().trim();
        let day: Date = text(date).get(..10).and_then(|day| day.parse().ok()).unwrap_or_else(|| {
            panic!("{}", told(&format!("{:?} does not begin with a date such as 2026-03-01", text(date))))
        });
        let amount: Option<f64> = amount.map(|amount| {
            text(amount).parse().unwrap_or_else(|_| panic!("{}", told("the amount is no number")))
        });
        let of_day = spend.entry(text(customer).to_owned()).or_default().entry(day_of(day)).or_default();
        // Without amounts every day is worth the same, however many rows it has.
        match amount {
            Some(amount) => of_day.add(amount),
            None => *of_day = Day { net: 10.0, is_refunded: false },
        }
    }
    let end = spend.values().filter_map(|days| days.keys().next_back()).max().copied();
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    DataSet::new(&name, customers(spend), end.unwrap_or_else(|| panic!("{}", told("no rows"))))
}

/// Everybody who ever bought, by id.
fn customers(spend: Spend) -> Vec<Customer> {
    let customer = |(id, days): (String, BTreeMap<i32, Day>)| {
        let kept = days.into_iter().filter(|(_, day)| day.is_purchase());
        let (days, paid): (Vec<i32>, Vec<Paid>) = kept.map(|(day, of)| (day, of.paid())).unzip();
        (!days.is_empty()).then_some(Customer { id, days, paid, answer: None })
    };
    spend.into_iter().filter_map(customer).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn cdnow_is_the_sample() {
        let set = cdnow();
        assert_eq!(set.customers.len(), cdnow::CUSTOMERS);
        let days: usize = set.customers.iter().map(|customer| customer.days.len()).sum();
        assert_eq!((days as i64, set.first), (cdnow::PURCHASE_DAYS, day_of(date(1997, 1, 1))));
    }

    #[test]
    fn donations_are_those_of_the_file() {
        let set = donations(1);
        assert_eq!(set, donations(1));
        assert_eq!(set.customers.len(), 11_104);
        assert!(set.customers.iter().all(|customer| customer.days.is_sorted_by(|a, b| a < b)));
        // 1,203 gave every year.
        assert_eq!(set.customers.iter().filter(|customer| customer.days.len() == 7).count(), 1_203);
        assert_eq!((set.cut, set.end), (day_of(date(1999, 12, 31)), day_of(date(2001, 12, 31))));
    }

    #[test]
    fn a_file_has_purchases_by_day() {
        let mut file = tempfile::Builder::new().prefix("shop").suffix(".csv").tempfile().unwrap();
        let rows = "date,customer,amount\n2020-01-01 09:30:00,a,5\n2020-01-01,a,-5\n2020-01-02,a,0\n2020-01-03,b,-2\n";
        file.write_all(rows.as_bytes()).unwrap();
        let set = super::file(file.path());
        let (days, paid) = (vec![day_of(date(2020, 1, 2))], vec![Paid { cents: 0, discount_cents: 0 }]);
        assert_eq!(set.customers, [Customer { id: "a".to_owned(), days, paid, answer: None }]);
        assert_eq!(set.end, day_of(date(2020, 1, 3)));
    }
}
