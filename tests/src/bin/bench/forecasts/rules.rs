//! Rules of thumb: what a customer will buy by counting alone. All but one are those of the server's backtests.

use lojal_scoring::clv::{CountedDays, ForecastDays, NaiveRule};

use super::data_set::{DataSet, Known};
use super::scores::{Forecast, mean};

/// A rule of thumb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// One of the server's.
    Naive(NaiveRule),
    /// Everybody as everybody did in as long a time before the cut: the mean of whoever was known when that began, and the share of
    /// them who bought again. The only rule with a probability.
    Alike,
}

impl Rule {
    /// All rules that the data are long enough for.
    pub(crate) fn all(set: &DataSet) -> Vec<Self> {
        let mut all: Vec<Self> = NaiveRule::ALL.map(Self::Naive).into();
        all.push(Self::Alike);
        all.retain(|rule| rule.is_possible(set));
        all
    }

    /// Whether there are data of all the days the rule looks at.
    fn is_possible(self, set: &DataSet) -> bool {
        match self {
            Self::Naive(rule) => rule.is_possible(days(set)),
            Self::Alike => !witnesses(set).is_empty(),
        }
    }

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Naive(rule) => rule.name(),
            Self::Alike => "everybody alike",
        }
    }

    /// What customers do from the cut to the end.
    pub(crate) fn forecast(self, set: &DataSet, known: &[Known<'_>]) -> Forecast {
        match self {
            Self::Naive(rule) => {
                let counted = rule.counted_days(set.cut, set.horizon_days());
                let of = |known: &Known<'_>| {
                    let count = counted.map_or(0.0, |counted| repeats(known.days, counted));
                    rule.expected_purchases(&known.history, count, days(set))
                };
                Forecast { expected: known.iter().map(of).collect(), again: None }
            }
            Self::Alike => {
                let came = witnesses(set);
                let again: Vec<f64> = came.iter().map(|came| came.min(1.0)).collect();
                let all = |value: f64| vec![value; known.len()];
                Forecast { expected: all(mean(&came)), again: Some(all(mean(&again))) }
            }
        }
    }
}

fn days(set: &DataSet) -> ForecastDays {
    ForecastDays { known: set.cut - set.first + 1, ahead: set.horizon_days() }
}

/// Purchases on some days; the first one says when a customer came and not how often they do.
fn repeats(days: &[i32], counted: CountedDays) -> f64 {
    days.iter().skip(1).filter(|day| counted.contain(**day)).count() as f64
}

/// What those who were known one horizon before the cut bought from then to the cut.
fn witnesses(set: &DataSet) -> Vec<f64> {
    let begin = set.cut - set.horizon_days();
    let known =
        set.customers.iter().filter(|customer| customer.days.first().is_some_and(|day| *day <= begin));
    known.map(|customer| repeats(&customer.days, CountedDays { after: begin, until: set.cut })).collect()
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "counts, and quotients that are exact")]
mod tests {
    use super::super::data_set::{Customer, Paid};
    use super::*;

    /// 601 days, of which 401 are known and 200 forecast. One customer of the first day, with purchases long ago, a year before the
    /// holdout, and lately.
    fn set() -> DataSet {
        let days = vec![1_000, 1_020, 1_050, 1_210, 1_320, 1_399, 1_500];
        let paid = vec![Paid::TEN; days.len()];
        let customers = vec![Customer { id: "a".to_owned(), days, paid, answer: None }];
        DataSet::new("rules", customers, 1_600)
    }

    #[test]
    fn rules_count() {
        let set = set();
        assert_eq!((set.cut, set.horizon_days()), (1_400, 200));
        let known = set.known();
        let rules = Rule::all(&set).into_iter();
        let told: Vec<(&str, f64)> =
            rules.map(|rule| (rule.name(), rule.forecast(&set, &known).expected[0])).collect();
        // x = 5, T = 400, and the last purchase was a day before the cut.
        let wanted = [
            ("same rate", 5.0 * 200.0 / 400.0),
            ("same period", 5.0 * 200.0 / 401.0),
            ("hiatus", 5.0 * 200.0 / 400.0),
            // Days 1201 to 1400.
            ("last window", 3.0),
            // Days 1310 to 1400.
            ("last quarter", 2.0 * 200.0 / 91.0),
            // Days 1036 to 1235.
            ("same season last year", 2.0),
            // Nobody else was there on day 1200.
            ("everybody alike", 3.0),
        ];
        assert_eq!(told.len(), wanted.len());
        for ((name, told), (wanted_name, wanted)) in told.into_iter().zip(wanted) {
            assert_eq!(name, wanted_name);
            assert!((told - wanted).abs() < 1e-12, "{name}: {told}, not {wanted}");
        }
    }

    #[test]
    fn the_first_purchase_counts_for_nobody() {
        let mut set = set();
        set.customers.push(Customer {
            id: "b".to_owned(),
            days: vec![1_390],
            paid: vec![Paid::TEN],
            answer: None,
        });
        let known = set.known();
        let own = Rule::all(&set).into_iter().filter(|rule| *rule != Rule::Alike);
        assert!(own.map(|rule| rule.forecast(&set, &known).expected[1]).all(|expected| expected == 0.0));
    }

    #[test]
    fn everybody_is_told_what_those_before_them_did() {
        let mut set = set();
        // One came back once in days 1201 to 1400, one did not, one was not known on day 1200.
        let others = [vec![1_100, 1_300], vec![1_200], vec![1_201, 1_300]];
        let paid = |days: &[i32]| vec![Paid::TEN; days.len()];
        let others =
            others.map(|days| Customer { id: "b".to_owned(), paid: paid(&days), days, answer: None });
        set.customers.extend(others);
        let told = Rule::Alike.forecast(&set, &set.known());
        assert_eq!(told.expected, [4.0 / 3.0; 4]);
        assert_eq!(told.again, Some(vec![2.0 / 3.0; 4]));
    }

    #[test]
    fn a_year_before_needs_a_year() {
        let days = vec![1_000, 1_020];
        let paid = vec![Paid::TEN; days.len()];
        let customers = vec![Customer { id: "a".to_owned(), days, paid, answer: None }];
        let rules = Rule::all(&DataSet::new("short", customers, 1_300));
        assert!(
            !rules.contains(&Rule::Naive(NaiveRule::SameSeasonLastYear))
                && rules.contains(&Rule::Naive(NaiveRule::LastWindow))
        );
    }
}
