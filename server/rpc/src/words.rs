//! What many messages share: instants, money, windows, pages, provenance.

use jiff::ToSpan as _;
use jiff::civil::Date;
use lojal_domain::{
    Amount, Currency, CustomerId, Estimate, EventTime, Exclusion, Interval, MICROS_PER_SECOND, Money, Span,
    Window,
};
use lojal_engine::{CONFIDENCE, FactsAsOf, Filter, PageRequest, Period, Provenance, Scope};
use lojal_proto::v1;
use prost_types::Timestamp;

use crate::codes;
use crate::error::Refusal;

/// 1900-01-01 and 2200-01-01, between which an `as_of` makes sense.
const AS_OF_SECONDS: std::ops::Range<i64> = -2_208_988_800..7_258_118_400;

pub(crate) fn timestamp(time: EventTime) -> Timestamp {
    let seconds = time.micros().div_euclid(MICROS_PER_SECOND);
    let nanos = time.micros().rem_euclid(MICROS_PER_SECOND) * 1_000;
    Timestamp { seconds, nanos: nanos as i32 }
}

/// An instant in microseconds; what is finer is cut off.
pub(crate) fn micros(timestamp: Timestamp) -> Option<i64> {
    if !(0..1_000_000_000).contains(&timestamp.nanos) {
        return None;
    }
    timestamp.seconds.checked_mul(MICROS_PER_SECOND)?.checked_add(i64::from(timestamp.nanos) / 1_000)
}

/// A message that says something. One that is left empty, as in a template of grpcurl's, is no value; of instants that is
/// 1970-01-01T00:00:00Z.
pub(crate) fn filled<M: Default + PartialEq>(message: Option<M>) -> Option<M> {
    message.filter(|message| *message != M::default())
}

/// A list that says something. In a template it has one element, which is empty.
pub(crate) fn filled_list<T: Default + PartialEq>(list: Vec<T>) -> Vec<T> {
    if list == [T::default()] { Vec::new() } else { list }
}

/// What part of history a question is about.
pub(crate) fn scope(as_of: Option<Timestamp>, known_at: Option<Timestamp>) -> Result<Scope, Refusal> {
    let (as_of, known_at) = (instant("as_of", as_of)?, instant("known_at", known_at)?);
    Ok(Scope { as_of, known_at, ..Scope::default() })
}

/// The same for a question that may be about some customers only; about all when the filter is empty.
pub(crate) fn scope_with(
    as_of: Option<Timestamp>,
    known_at: Option<Timestamp>,
    filter: &str,
) -> Result<Scope, Refusal> {
    let filter = if filter.trim().is_empty() { None } else { Some(Filter::parse(filter)?) };
    Ok(Scope { filter, ..scope(as_of, known_at)? })
}

/// The same for a question about what becomes of customers, which says when facts are read.
pub(crate) fn scope_of_outcome(
    as_of: Option<Timestamp>,
    known_at: Option<Timestamp>,
    filter: &str,
    facts_as_of: i32,
) -> Result<Scope, Refusal> {
    let facts_as_of = match v1::FactsAsOf::try_from(facts_as_of) {
        Ok(v1::FactsAsOf::Unspecified) => None,
        Ok(v1::FactsAsOf::Start) => Some(FactsAsOf::Start),
        Ok(v1::FactsAsOf::End) => Some(FactsAsOf::End),
        Err(_) => return Err(unknown("facts_as_of")),
    };
    Ok(Scope { facts_as_of, ..scope_with(as_of, known_at, filter)? })
}

pub(crate) fn instant(field: &str, timestamp: Option<Timestamp>) -> Result<Option<EventTime>, Refusal> {
    let Some(timestamp) = filled(timestamp) else { return Ok(None) };
    let in_range = AS_OF_SECONDS.contains(&timestamp.seconds);
    match micros(timestamp).filter(|_| in_range) {
        Some(micros) => Ok(Some(EventTime::from_micros(micros))),
        None => {
            Err(Refusal::field(field, "is out of range; name an instant between the years 1900 and 2200"))
        }
    }
}

pub(crate) fn customer_id(id: String) -> Result<CustomerId, Refusal> {
    CustomerId::new(id).map_err(|problem| Refusal::field("customer_id", problem.to_string()))
}

/// A window, `all` when empty.
pub(crate) fn window(text: &str) -> Result<Window, Refusal> {
    if text.is_empty() {
        return Ok(Window::All);
    }
    Window::parse(text).map_err(|problem| Refusal::field("window", problem.to_string()))
}

/// The coverage that intervals are to have.
pub(crate) fn confidence(asked: Option<f64>) -> Result<f64, Refusal> {
    let confidence = asked.unwrap_or(CONFIDENCE);
    if confidence > 0.5 && confidence < 1.0 {
        return Ok(confidence);
    }
    let message = format!("is {confidence}; choose more than 0.5 and less than 1, such as 0.95");
    Err(Refusal::field("confidence", message))
}

/// A text, unless it is empty.
pub(crate) fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The refusal of a number that stands for nothing.
pub(crate) fn unknown(field: &'static str) -> Refusal {
    Refusal::field(field, "is not one of the values there are")
}

/// The length of a series' periods; none for no series.
pub(crate) fn interval(asked: i32) -> Result<Option<Interval>, Refusal> {
    Ok(match asked.try_into().map_err(|_| unknown("interval"))? {
        v1::CalendarInterval::Unspecified => None,
        v1::CalendarInterval::Day => Some(Interval::Day),
        v1::CalendarInterval::Week => Some(Interval::Week),
        v1::CalendarInterval::Month => Some(Interval::Month),
        v1::CalendarInterval::Quarter => Some(Interval::Quarter),
        v1::CalendarInterval::Year => Some(Interval::Year),
    })
}

pub(crate) fn period(period: Period) -> v1::SeriesPeriod {
    v1::SeriesPeriod {
        start: Some(timestamp(period.span.start)),
        end: Some(timestamp(period.span.end)),
        label: period.label,
        cut_off: period.is_cut_off,
    }
}

pub(crate) fn estimate(estimate: Estimate) -> v1::Estimate {
    let Estimate { value, low, high, confidence, n, standard_error, design_effect, methods, warnings } =
        estimate;
    let (warnings, warning_codes) = codes::warnings(warnings);
    v1::Estimate {
        value,
        ci_low: low,
        ci_high: high,
        confidence: confidence.unwrap_or_default(),
        n: n as i64,
        standard_error,
        design_effect,
        method: methods.to_string(),
        methods: codes::methods(methods),
        warnings,
        warning_codes,
    }
}

/// A day since 1970, as YYYY-MM-DD.
pub(crate) fn date(day: i32) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(i64::from(day).days()).unwrap_or(Date::MAX).to_string()
}

pub(crate) fn page(size: i32, token: String) -> PageRequest {
    PageRequest { size: Some(size), token }
}

pub(crate) fn money(amount: Amount, currency: Currency) -> v1::Money {
    v1::Money { amount: amount.to_decimal(currency.decimals()), currency_code: currency.code().to_owned() }
}

/// A sum of amounts, in millionths, which may be beyond the largest amount.
pub(crate) fn sum(micros: i128, currency: Currency) -> v1::Money {
    v1::Money {
        amount: lojal_domain::decimal_of(micros, currency.decimals()),
        currency_code: currency.code().to_owned(),
    }
}

/// An amount that was computed and not paid, such as a quotient, in millionths: rounded to the smallest that is paid in the
/// currency, halves away from zero.
pub(crate) fn rounded(micros: i128, currency: Currency) -> v1::Money {
    let smallest = 10_i128.pow(6_u32.saturating_sub(currency.decimals() as u32));
    let halves = (2 * micros.abs() + smallest) / (2 * smallest);
    sum(micros.signum() * halves * smallest, currency)
}

pub(crate) fn money_of(money_: Money) -> v1::Money {
    money(money_.amount, money_.currency)
}

pub(crate) fn provenance(provenance: Provenance) -> v1::Provenance {
    let Provenance {
        workspace,
        as_of,
        revision,
        known_at,
        definition,
        span,
        zone,
        currency,
        filter,
        facts_as_of,
        excluded,
        warnings,
    } = provenance;
    let (warnings, warning_codes) = codes::warnings(warnings);
    let exclusion = |of: Exclusion| v1::Exclusion {
        cause: of.cause.to_owned(),
        count: of.count as i64,
        code: codes::exclusion(of.code).into(),
    };
    let start = |span: Span| (span.start != EventTime::MIN).then(|| timestamp(span.start));
    v1::Provenance {
        workspace: workspace.to_string(),
        as_of: Some(timestamp(as_of)),
        revision: revision as i64,
        known_at: known_at.map(timestamp),
        filter,
        facts_as_of: facts_as_of.map(timestamp),
        definition: definition.to_owned(),
        window_start: span.and_then(start),
        window_end: span.map(|span| timestamp(span.end)),
        time_zone: zone.name().to_owned(),
        currency_code: currency.code().to_owned(),
        excluded: excluded.into_iter().map(exclusion).collect(),
        warnings,
        warning_codes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_amounts_are_told_to_the_smallest_unit() {
        let told = |micros, code: &str| rounded(micros, Currency::parse(code).unwrap()).amount;
        assert_eq!(told(12_345_678, "EUR"), "12.35");
        assert_eq!(told(-12_345_000, "EUR"), "-12.35");
        assert_eq!(told(12_344_999, "EUR"), "12.34");
        assert_eq!(told(12_500_000, "JPY"), "13");
        assert_eq!(told(0, "EUR"), "0.00");
    }

    #[test]
    fn an_instant_that_is_left_empty_is_none() {
        let empty = Some(Timestamp::default());
        assert_eq!(scope(empty, empty).unwrap().as_of, None);
        let second = Some(Timestamp { seconds: 0, nanos: 1_000 });
        assert_eq!(scope(second, None).unwrap().as_of, Some(EventTime::from_micros(1)));
    }
}
