//! Rules of thumb without any model: the yardstick that a model has to beat.
//!
//! With x repeat purchases of a customer in T days, h days to forecast and N(days) repeat purchases on some days:
//!
//! ```text
//! same rate               x h / T
//! same period             x h / length of the data
//! hiatus                  x h / T, but 0 after more than ten weeks of silence
//! last window             N(the h days up to the cut)
//! last quarter            N(the 91 days up to the cut) h / 91
//! same season last year   N(the days to forecast, 365 days earlier)
//! ```
//!
//! The last three know seasons, trends and pauses, and little of customers who seldom come. The first purchase counts for none of
//! them: it says when a customer came, and not how often they do. Forecasts that repeat the last period or the last season are what
//! any other is held against (Hyndman and Koehler, "Another look at measures of forecast accuracy", *International Journal of
//! Forecasting* 22, 2006).

use serde::{Deserialize, Serialize};

use crate::clv::CustomerHistory;

/// Silent for longer than this, a customer is taken for gone by [`NaiveRule::Hiatus`]. Ten weeks, as in the comparisons of
/// the literature on this data (Wübben and von Wangenheim, "Instant customer base analysis", *Journal of Marketing* 72,
/// 2008, let managers name it).
const HIATUS_DAYS: f64 = 70.0;
/// Thirteen weeks: each day of the week as often.
const QUARTER_DAYS: i32 = 91;
const YEAR_DAYS: i32 = 365;

/// A rule of thumb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NaiveRule {
    /// They go on as often as so far.
    SameRate,
    /// They buy as often as in as long a time of the data.
    SamePeriod,
    /// They go on as often as so far, unless they have been silent for more than ten weeks.
    Hiatus,
    /// They buy as many times as in as long a time before the cut.
    LastWindow,
    /// They buy as often as in the last 91 days.
    LastQuarter,
    /// They buy as many times as on the same days a year before.
    SameSeasonLastYear,
}

/// How many days a forecast knows, and how many it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForecastDays {
    /// From the first purchase of all to the cut, both included.
    pub known: i32,
    /// From the day after the cut to the end.
    pub ahead: i32,
}

/// Days of the past that a rule counts a customer's purchases of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedDays {
    /// The day before the first of them.
    pub after: i32,
    /// The last of them.
    pub until: i32,
}

impl CountedDays {
    /// Whether a day is one of them.
    #[must_use]
    pub const fn contain(self, day: i32) -> bool {
        day > self.after && day <= self.until
    }
}

impl NaiveRule {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::SameRate,
        Self::SamePeriod,
        Self::Hiatus,
        Self::LastWindow,
        Self::LastQuarter,
        Self::SameSeasonLastYear,
    ];
    /// Those that count purchases of some days.
    pub const OF_DAYS: [Self; 3] = [Self::LastWindow, Self::LastQuarter, Self::SameSeasonLastYear];

    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SameRate => "same rate",
            Self::SamePeriod => "same period",
            Self::Hiatus => "hiatus",
            Self::LastWindow => "last window",
            Self::LastQuarter => "last quarter",
            Self::SameSeasonLastYear => "same season last year",
        }
    }

    /// The days it counts purchases of to forecast `ahead` days after a cut; `None` where it looks at whole histories.
    #[must_use]
    pub const fn counted_days(self, cut: i32, ahead: i32) -> Option<CountedDays> {
        match self {
            Self::SameRate | Self::SamePeriod | Self::Hiatus => None,
            Self::LastWindow => Some(CountedDays { after: cut - ahead, until: cut }),
            Self::LastQuarter => Some(CountedDays { after: cut - QUARTER_DAYS, until: cut }),
            Self::SameSeasonLastYear => {
                Some(CountedDays { after: cut - YEAR_DAYS, until: cut - YEAR_DAYS + ahead })
            }
        }
    }

    /// Whether the data hold all days that it looks at.
    #[must_use]
    pub const fn is_possible(self, days: ForecastDays) -> bool {
        match self {
            Self::SameRate | Self::SamePeriod | Self::Hiatus => true,
            Self::LastWindow => days.known >= days.ahead,
            Self::LastQuarter => days.known >= QUARTER_DAYS,
            // Of a longer time the end would be a year before days that are not over.
            Self::SameSeasonLastYear => days.known >= YEAR_DAYS && days.ahead <= YEAR_DAYS,
        }
    }

    /// Purchases on the days that are forecast, given how many repeat purchases there were on its [`Self::counted_days`]; the others
    /// pass over that number.
    #[must_use]
    pub fn expected_purchases(self, of: &CustomerHistory, counted: f64, days: ForecastDays) -> f64 {
        let x = f64::from(of.repeat_purchases);
        let ahead = f64::from(days.ahead);
        let over = |days: f64| if days > 0.0 { x / days * ahead } else { 0.0 };
        match self {
            Self::SameRate => over(of.age_days),
            Self::SamePeriod => over(f64::from(days.known)),
            Self::Hiatus if of.age_days - of.recency_days > HIATUS_DAYS => 0.0,
            Self::Hiatus => over(of.age_days),
            Self::LastWindow | Self::SameSeasonLastYear => counted,
            Self::LastQuarter => counted * ahead / f64::from(QUARTER_DAYS),
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "counts, and quotients that are exact")]
mod tests {
    use super::*;

    /// 401 days are known and 200 forecast. Repeat purchases long ago, a year before the holdout, and lately.
    const DAYS: ForecastDays = ForecastDays { known: 401, ahead: 200 };
    const CUT: i32 = 1_400;
    const REPEATS: [i32; 5] = [1_020, 1_050, 1_210, 1_320, 1_399];

    fn told(rule: NaiveRule) -> f64 {
        let of = CustomerHistory {
            repeat_purchases: 5,
            recency_days: 399.0,
            age_days: 400.0,
            first_day: None,
            pace: 1.0,
        };
        let counted = rule
            .counted_days(CUT, DAYS.ahead)
            .map_or(f64::NAN, |counted| REPEATS.iter().filter(|&&day| counted.contain(day)).count() as f64);
        rule.expected_purchases(&of, counted, DAYS)
    }

    #[test]
    fn rules_count() {
        assert_eq!(told(NaiveRule::SameRate), 5.0 * 200.0 / 400.0);
        assert_eq!(told(NaiveRule::SamePeriod), 5.0 / 401.0 * 200.0);
        assert_eq!(told(NaiveRule::Hiatus), 5.0 * 200.0 / 400.0);
        // Days 1201 to 1400.
        assert_eq!(told(NaiveRule::LastWindow), 3.0);
        // Days 1310 to 1400.
        assert_eq!(told(NaiveRule::LastQuarter), 2.0 * 200.0 / 91.0);
        // Days 1036 to 1235.
        assert_eq!(told(NaiveRule::SameSeasonLastYear), 2.0);
    }

    #[test]
    fn a_long_silence_is_the_end_for_one_rule_alone() {
        let of = |recency_days| CustomerHistory {
            repeat_purchases: 2,
            recency_days,
            age_days: 200.0,
            first_day: None,
            pace: 1.0,
        };
        let hiatus = |recency_days| NaiveRule::Hiatus.expected_purchases(&of(recency_days), 0.0, DAYS);
        assert_eq!((hiatus(130.0), hiatus(129.0)), (2.0, 0.0));
        let newcomer = CustomerHistory {
            repeat_purchases: 0,
            recency_days: 0.0,
            age_days: 0.0,
            first_day: None,
            pace: 1.0,
        };
        assert!(NaiveRule::ALL.iter().all(|rule| rule.expected_purchases(&newcomer, 0.0, DAYS) == 0.0));
    }

    #[test]
    fn a_rule_needs_the_days_it_looks_at() {
        let possible = |known: i32, ahead: i32| {
            let all = NaiveRule::ALL.into_iter();
            let all = all.filter(|rule| rule.is_possible(ForecastDays { known, ahead }));
            all.skip(3).map(NaiveRule::name).collect::<Vec<_>>()
        };
        assert_eq!(possible(90, 91), [""; 0]);
        assert_eq!(possible(91, 91), ["last window", "last quarter"]);
        assert_eq!(possible(364, 400), ["last quarter"]);
        assert_eq!(possible(365, 365), ["last window", "last quarter", "same season last year"]);
        assert_eq!(possible(400, 366), ["last window", "last quarter"]);
    }
}
