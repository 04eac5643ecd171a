//! Who bought when, cut in two: what a forecaster may know, and what came then.

use jiff::civil::Date;
use lojal_proto::v1;
use lojal_proto::v1::import_request::Rows;
use lojal_scoring::clv::CustomerHistory;
use lojal_tests::cdnow::chunk;
use lojal_tests::money;
use prost_types::Timestamp;

/// Of the days from the first purchase to the last, forecasters know so many: as many as a backtest of the server.
const CALIBRATION_SHARE: f64 = 2.0 / 3.0;
/// Rows of a chunk of an import: as many as one takes.
const CHUNK_ROWS: usize = 10_000;
const DAY_SECONDS: i64 = 86_400;
/// A set that ends later is told as if it had been this much earlier. The server takes what ended over a year ago for data at rest and
/// asks as of its end; of younger data it would see the time since as silence. After 28 years all days of the week and of the
/// year return.
const LAST_DAY_KEPT: i32 = 19_722;
const DAYS_OF_28_YEARS: i32 = 10_227;

/// What was paid on a day, and what was taken off the list price, in cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paid {
    pub(crate) cents: i64,
    pub(crate) discount_cents: i64,
}

impl Paid {
    /// Where nobody knows more. Only when customers buy is forecast here, and prices may tell of that.
    pub(crate) const TEN: Self = Self { cents: 1_000, discount_cents: 0 };
}

/// One customer: all that is known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Customer {
    pub(crate) id: String,
    /// Days since 1970-01-01 on which they bought, ascending, each once, at least one.
    pub(crate) days: Vec<i32>,
    /// What was paid on each of these days.
    pub(crate) paid: Vec<Paid>,
    /// The day on which they said how likely they are to recommend the shop, and what, 0 to 10.
    pub(crate) answer: Option<(i32, i32)>,
}

/// A customer at the cut.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known<'a> {
    pub(crate) id: &'a str,
    /// Purchase days up to the cut, ascending.
    pub(crate) days: &'a [i32],
    /// What was paid on each of these.
    pub(crate) paid: &'a [Paid],
    /// The same as models see it.
    pub(crate) history: CustomerHistory,
    /// Purchase days after the cut, up to the last day.
    pub(crate) came: f64,
}

/// Purchases of many customers, and where they are cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataSet {
    pub(crate) name: String,
    pub(crate) customers: Vec<Customer>,
    /// The first purchase of all.
    pub(crate) first: i32,
    /// The last day that forecasters know.
    pub(crate) cut: i32,
    /// The last day that is forecast.
    pub(crate) end: i32,
    /// Whether customers can buy once a year only, so that BG/BB is asked, too.
    pub(crate) is_yearly: bool,
}

impl DataSet {
    /// Cuts what was bought up to `end` at two thirds of its days.
    ///
    /// # Panics
    /// When nobody bought.
    pub(crate) fn new(name: &str, mut customers: Vec<Customer>, mut end: i32) -> Self {
        if end > LAST_DAY_KEPT {
            end -= DAYS_OF_28_YEARS;
            for customer in &mut customers {
                customer.days.iter_mut().for_each(|day| *day -= DAYS_OF_28_YEARS);
                customer.answer = customer.answer.map(|(day, score)| (day - DAYS_OF_28_YEARS, score));
            }
        }
        let first = customers.iter().filter_map(|customer| customer.days.first().copied()).min();
        let first = first.expect("somebody who bought");
        let cut = first + (CALIBRATION_SHARE * f64::from(end - first)) as i32;
        Self { name: name.to_owned(), customers, first, cut, end, is_yearly: false }
    }

    /// Days that are forecast.
    pub(crate) fn horizon_days(&self) -> i32 {
        self.end - self.cut
    }

    /// Customers who had bought by the cut, in the order of the set.
    pub(crate) fn known(&self) -> Vec<Known<'_>> {
        self.customers.iter().filter_map(|customer| self.at_the_cut(customer)).collect()
    }

    fn at_the_cut<'a>(&self, customer: &'a Customer) -> Option<Known<'a>> {
        let before = customer.days.partition_point(|day| *day <= self.cut);
        let until = customer.days.partition_point(|day| *day <= self.end);
        let (days, came) = (&customer.days[..before], until - before);
        let (first, last) = (*days.first()?, *days.last()?);
        let history = CustomerHistory {
            repeat_purchases: (days.len() - 1) as u32,
            recency_days: f64::from(last - first),
            age_days: f64::from(self.cut - first),
            first_day: None,
            pace: 1.0,
        };
        let paid = &customer.paid[..before];
        Some(Known { id: &customer.id, days, paid, history, came: came as f64 })
    }

    /// What was known at the cut, as chunks of an import: nothing later reaches the server, so nothing can look ahead.
    pub(crate) fn chunks(&self) -> Vec<v1::ImportRequest> {
        let of = |known: &Known<'_>| -> Vec<v1::Transaction> {
            known.days.iter().zip(known.paid).map(|(day, paid)| purchase(known.id, *day, *paid)).collect()
        };
        let bought: Vec<v1::Transaction> = self.known().iter().flat_map(of).collect();
        let said: Vec<v1::SurveyResponse> = self
            .customers
            .iter()
            .filter_map(|customer| Some((customer, customer.answer?)))
            .filter(|(_, (day, _))| *day <= self.cut)
            .map(|(customer, (day, score))| answer(&customer.id, day, score))
            .collect();
        let mut chunks: Vec<v1::ImportRequest> =
            bought.chunks(CHUNK_ROWS).zip(1..).map(|(rows, n)| chunk(n, rows.to_vec())).collect();
        for rows in said.chunks(CHUNK_ROWS) {
            let rows = Rows::SurveyResponses(v1::SurveyResponseRows { rows: rows.to_vec() });
            let sequence = chunks.len() as i64 + 1;
            chunks.push(v1::ImportRequest { sequence, rows: Some(rows), ..Default::default() });
        }
        chunks
    }

    /// The instant at which the forecast begins: the end of the last day known.
    pub(crate) fn as_of(&self) -> Timestamp {
        Timestamp { seconds: i64::from(self.cut + 1) * DAY_SECONDS, nanos: 0 }
    }
}

/// Days from 1970-01-01 to a date.
pub(crate) fn day_of(date: Date) -> i32 {
    let days = date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24;
    i32::try_from(days).expect("a date of a calendar")
}

/// The date of a day.
pub(crate) fn date_of(day: i32) -> Date {
    Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(day))
}

/// Noon of a day.
fn noon(day: i32) -> Option<Timestamp> {
    Some(Timestamp { seconds: i64::from(day) * DAY_SECONDS + DAY_SECONDS / 2, nanos: 0 })
}

fn purchase(customer: &str, day: i32, Paid { cents, discount_cents }: Paid) -> v1::Transaction {
    let euros = |cents: i64| money(&format!("{}.{:02}", cents / 100, cents % 100), "EUR");
    v1::Transaction {
        customer_id: customer.to_owned(),
        time: noon(day),
        amount: Some(euros(cents)),
        discount: (discount_cents > 0).then(|| euros(discount_cents)),
        ..Default::default()
    }
}

fn answer(customer: &str, day: i32, score: i32) -> v1::SurveyResponse {
    v1::SurveyResponse {
        response_id: format!("nps-{customer}"),
        customer_id: customer.to_owned(),
        time: noon(day),
        score: Some(score),
        metric: v1::SurveyMetric::Nps.into(),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(id: &str, days: &[i32]) -> Customer {
        let paid = vec![Paid::TEN; days.len()];
        Customer { id: id.to_owned(), days: days.to_vec(), paid, answer: Some((days[0], 9)) }
    }

    #[test]
    fn a_set_is_cut_at_two_thirds_and_nothing_later_is_told() {
        let set = DataSet::new("cut", vec![customer("a", &[100, 150, 301, 390]), customer("b", &[310])], 400);
        assert_eq!((set.first, set.cut, set.horizon_days()), (100, 300, 100));
        let known = set.known();
        assert_eq!(known.len(), 1, "who came later is not known");
        let history = CustomerHistory {
            repeat_purchases: 1,
            recency_days: 50.0,
            age_days: 200.0,
            first_day: None,
            pace: 1.0,
        };
        let paid = &[Paid::TEN; 2];
        assert_eq!(known[0], Known { id: "a", days: &[100, 150], paid, history, came: 2.0 });
        let times: Vec<i64> =
            set.chunks().into_iter().filter_map(|chunk| chunk.rows).flat_map(times).collect();
        assert_eq!(times.len(), 3, "two purchases and an answer");
        assert!(times.iter().all(|seconds| *seconds < set.as_of().seconds), "{times:?}");
    }

    fn times(rows: Rows) -> Vec<i64> {
        match rows {
            Rows::Transactions(rows) => rows.rows.into_iter().map(|row| row.time.unwrap().seconds).collect(),
            Rows::SurveyResponses(rows) => {
                rows.rows.into_iter().map(|row| row.time.unwrap().seconds).collect()
            }
            other => panic!("rows of another kind: {other:?}"),
        }
    }

    #[test]
    fn young_data_are_told_as_of_28_years_before() {
        let day = day_of(Date::constant(2026, 3, 31));
        let set = DataSet::new("young", vec![customer("a", &[day - 90, day])], day);
        assert_eq!(date_of(set.end), Date::constant(1998, 3, 31));
        assert_eq!(date_of(set.end).weekday(), date_of(day).weekday());
        assert_eq!(set.customers[0].answer, Some((set.first, 9)));
        assert_eq!(date_of(LAST_DAY_KEPT), Date::constant(2023, 12, 31));
    }
}
