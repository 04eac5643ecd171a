//! Rules of thumb: what a customer will buy by counting alone. The three that need no dates are those of the server's backtests.

use lojal_scoring::clv::NaiveRule;

use super::data_set::{DataSet, Known};

const QUARTER_DAYS: i32 = 91;
const YEAR_DAYS: i32 = 365;

/// A rule of thumb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// One of the server's: same rate `x h / T`, same period `x h / length of the data`, hiatus.
    Naive(NaiveRule),
    /// As many repeat purchases as in as long a time before the cut.
    LastWindow,
    /// As often as in the last 91 days.
    LastQuarter,
    /// As many repeat purchases as on the same days of the year before.
    LastYear,
}

impl Rule {
    /// All rules that the data are long enough for.
    pub(crate) fn all(set: &DataSet) -> Vec<Self> {
        let mut all: Vec<Self> = NaiveRule::ALL.map(Self::Naive).into();
        all.extend([Self::LastWindow, Self::LastQuarter, Self::LastYear]);
        all.retain(|rule| rule.is_possible(set));
        all
    }

    /// Whether there are data of all the days the rule looks at.
    fn is_possible(self, set: &DataSet) -> bool {
        let known = set.cut - set.first + 1;
        match self {
            Self::Naive(_) => true,
            Self::LastWindow => known >= set.horizon_days(),
            Self::LastQuarter => known >= QUARTER_DAYS,
            Self::LastYear => known >= YEAR_DAYS && set.horizon_days() <= YEAR_DAYS,
        }
    }

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Naive(NaiveRule::SameRate) => "same rate",
            Self::Naive(NaiveRule::SamePeriod) => "same period",
            Self::Naive(NaiveRule::Hiatus) => "hiatus",
            Self::LastWindow => "last window",
            Self::LastQuarter => "last quarter",
            Self::LastYear => "same season last year",
        }
    }

    /// Purchases of a customer from the cut to the end.
    pub(crate) fn expected(self, set: &DataSet, known: &Known<'_>) -> f64 {
        let horizon = set.horizon_days();
        // Purchases on the days after `after`, up to `until`; the first one says when a customer came and not how often they do.
        let bought = |after: i32, until: i32| {
            let days = known.days.iter().skip(1);
            days.filter(|day| **day > after && **day <= until).count() as f64
        };
        match self {
            Self::Naive(rule) => {
                let data_days = f64::from(set.cut - set.first + 1);
                rule.expected_purchases(&known.history, data_days, f64::from(horizon))
            }
            Self::LastWindow => bought(set.cut - horizon, set.cut),
            Self::LastQuarter => {
                bought(set.cut - QUARTER_DAYS, set.cut) * f64::from(horizon) / f64::from(QUARTER_DAYS)
            }
            Self::LastYear => bought(set.cut - YEAR_DAYS, set.cut - YEAR_DAYS + horizon),
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "counts, and quotients that are exact")]
mod tests {
    use super::super::data_set::Customer;
    use super::*;

    /// 601 days, of which 401 are known and 200 forecast. One customer of the first day, with purchases long ago, a year before the
    /// holdout, and lately.
    fn set() -> DataSet {
        let days = vec![1_000, 1_020, 1_050, 1_210, 1_320, 1_399, 1_500];
        let customers = vec![Customer { id: "a".to_owned(), days, answer: None }];
        DataSet::new("rules", customers, 1_600)
    }

    #[test]
    fn rules_count() {
        let set = set();
        assert_eq!((set.cut, set.horizon_days()), (1_400, 200));
        let told: Vec<(&str, f64)> = {
            let known = &set.known()[0];
            Rule::all(&set).into_iter().map(|rule| (rule.name(), rule.expected(&set, known))).collect()
        };
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
        ];
        assert_eq!(told.len(), wanted.len());
        for ((name, told), (wanted_name, wanted)) in told.into_iter().zip(wanted) {
            assert_eq!(name, wanted_name);
            assert!((told - wanted).abs() < 1e-12, "{name}: {told}, not {wanted}");
        }
    }

    #[test]
    fn the_first_purchase_counts_for_nobody() {
        let customers = vec![Customer { id: "a".to_owned(), days: vec![1_390], answer: None }];
        let mut set = set();
        set.customers.extend(customers);
        let known = &set.known()[1];
        assert!(Rule::all(&set).into_iter().all(|rule| rule.expected(&set, known) == 0.0));
    }

    #[test]
    fn a_year_before_needs_a_year() {
        let days = vec![1_000, 1_020];
        let customers = vec![Customer { id: "a".to_owned(), days, answer: None }];
        let rules = Rule::all(&DataSet::new("short", customers, 1_300));
        assert!(!rules.contains(&Rule::LastYear) && rules.contains(&Rule::LastWindow));
    }
}
