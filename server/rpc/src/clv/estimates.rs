//! What an estimate rests on: how its model was estimated, from how many customers, and how its interval is made.

use jiff::ToSpan as _;
use jiff::civil::Date;
use lojal_proto::v1;
use lojal_scoring::clv::{CONFIDENCE, Estimation, GammaGammaFit, Interval, IntervalMethod, Termination};

/// How the parameters of a purchase model are estimated, and so what it expects.
pub(super) const fn how_estimated(estimation: &Estimation) -> &'static str {
    match estimation {
        Estimation::MaximumLikelihood => "maximum_likelihood",
        Estimation::MaximumAPosteriori { .. } => "maximum_a_posteriori",
        Estimation::Assumed => "prior",
    }
}

/// The same of a value model.
pub(super) fn how_valued(value: &GammaGammaFit) -> &'static str {
    match value.termination {
        Termination::NotFitted => "prior",
        _ => "maximum_likelihood",
    }
}

pub(super) fn date(day: i32) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(i64::from(day).days()).unwrap_or(Date::MAX).to_string()
}

/// What an estimate rests on: how its model was estimated, from how many customers, and how its interval is made.
#[derive(Clone, Copy)]
pub(super) struct Ground {
    pub(super) how: &'static str,
    pub(super) n: u64,
    pub(super) method: Option<IntervalMethod>,
}

/// An estimate with its interval.
pub(super) fn estimate(
    value: Option<f64>,
    interval: Option<Interval>,
    ground: Ground,
) -> Option<v1::Estimate> {
    let Ground { how, n, method } = ground;
    let interval_by = match (interval, method) {
        (Some(_), Some(IntervalMethod::Delta)) => ", delta_method",
        (Some(_), Some(IntervalMethod::Bootstrap)) => ", parametric_bootstrap",
        _ => "",
    };
    Some(v1::Estimate {
        value,
        ci_low: interval.map(|interval| interval.low),
        ci_high: interval.map(|interval| interval.high),
        confidence: if interval.is_some() { CONFIDENCE } else { 0.0 },
        n: n as i64,
        standard_error: interval.map(|interval| interval.standard_error),
        method: [how, interval_by].concat(),
        warnings: Vec::new(),
    })
}
