//! Which metrics are asked for.

use lojal_proto::v1;

use super::known::{LIFECYCLE, REVENUE, names};
use super::measured::Metric;
use crate::error::Refusal;

/// Far more than there are.
const MOST: usize = 100;

/// Those that are named; all where none is.
pub(super) struct Wanted {
    names: Option<Vec<&'static str>>,
    /// Whether each period is measured apart.
    in_periods: bool,
    /// Whether the window begins somewhere.
    has_before: bool,
}

impl Wanted {
    pub(super) fn of(asked: &v1::ExportMetrics) -> Result<Self, Refusal> {
        let in_periods = asked.interval != 0;
        let has_before = asked.window != "all";
        if asked.metrics.is_empty() || asked.metrics == [""] {
            return Ok(Self { names: None, in_periods, has_before });
        }
        if asked.metrics.len() > MOST {
            let text = format!("are {}; name {MOST} or fewer", asked.metrics.len());
            return Err(Refusal::field("metrics.metrics", text));
        }
        let mut found = Vec::new();
        for (position, asked) in asked.metrics.iter().enumerate() {
            let refused = |text| Refusal::field(format!("metrics.metrics[{position}]"), text);
            let Some(name) = names().find(|name| name == asked) else {
                let shown: String = asked.chars().take(40).collect();
                let all = names().collect::<Vec<_>>().join(", ");
                return Err(refused(format!("is {shown:?}, which is no metric; choose of {all}")));
            };
            if found.contains(&name) {
                return Err(refused(format!("is {name} again; name each metric once")));
            }
            if !in_periods && LIFECYCLE.iter().any(|metric| metric.name == name) {
                let text = "which is of periods; name an interval too, such as CALENDAR_INTERVAL_MONTH";
                return Err(refused(format!("is {name}, {text}")));
            }
            found.push(name);
        }
        Ok(Self { names: Some(found), in_periods, has_before })
    }

    /// Whether this one is.
    pub(super) fn has(&self, name: &str) -> bool {
        match &self.names {
            Some(names) => names.contains(&name),
            None => {
                (self.in_periods || LIFECYCLE.iter().all(|metric| metric.name != name))
                    && (self.has_before || REVENUE.iter().all(|metric| metric.name != name))
            }
        }
    }

    /// Whether any of these is.
    pub(super) fn has_any<R>(&self, metrics: &[Metric<R>]) -> bool {
        metrics.iter().any(|metric| self.has(metric.name))
    }

    /// Whether they are named, and so told even where nothing is known of them.
    pub(super) fn are_named(&self) -> bool {
        self.names.is_some()
    }
}
