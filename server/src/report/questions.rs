//! What the console asks when its screens are opened, and nothing else was chosen on them.
//!
//! The test of the console in a browser (`server/console/test`) opens a report and fails where a picture finds no answer, so what is asked here
//! and what is asked there stay the same.

use anyhow::Context as _;
use jiff::ToSpan as _;
use jiff::civil::Date;
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::{Map, Value, json};

/// A question as it is sent.
#[derive(Debug)]
pub(super) struct Question {
    /// Such as `NpsService/GetNps`.
    pub(super) method: String,
    /// What is asked, but for when.
    asked: Map<String, Value>,
    pub(super) message: Vec<u8>,
    /// Whether there is no report without an answer to it.
    pub(super) is_needed: bool,
}

impl Question {
    /// What the page finds the answer by: the method and what was asked, in the order of names. When is left out, as all of a report
    /// is of one moment.
    pub(super) fn key(&self) -> String {
        // Maps of this kind are in the order of names.
        let asked = Value::Object(self.asked.clone());
        format!("{} {}", self.method, asked)
    }
}

/// What customers in all are worth, which is asked before it is asked in bands.
pub(super) const WORTH: &str = "ClvService/SummarizePredictions";
/// Where bands of worth are cut, as multiples of the mean. The page takes their names from the answer.
const MULTIPLES: [f64; 14] = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0];

/// How a question says when.
#[derive(Clone, Copy)]
enum When {
    /// It does not.
    Never,
    /// By the instant.
    AsOf,
    /// By the last day before, in this field.
    LastDay(&'static str),
}

/// All of them but the bands of worth. Those that name single customers only `with_customers`.
pub(super) fn questions(as_of: Option<Date>, with_customers: bool) -> anyhow::Result<Vec<Question>> {
    use When::{AsOf, LastDay, Never};
    // Without these two there is nothing to report: the workspace is not there, or the key opens nothing.
    let needed = [
        ("AdminService/GetServerInfo", Never, json!({})),
        ("SegmentationService/SummarizeSegments", AsOf, json!({"window": "365d"})),
    ];
    let of_everybody = [
        (WORTH, AsOf, json!({"horizon": "12mo"})),
        ("NpsService/GetNps", AsOf, json!({"window": "365d"})),
        ("LoyaltyService/SummarizeLoyalty", AsOf, json!({})),
        (
            "RetentionService/GetPurchaseStats",
            AsOf,
            json!({"window": "12mo", "interval": "CALENDAR_INTERVAL_MONTH"}),
        ),
        ("ClvService/Backtest", LastDay("holdoutEnd"), json!({})),
        ("SegmentationService/GetRfmScheme", AsOf, json!({})),
        ("SegmentationService/SummarizeSegments", AsOf, json!({"groupBy": "rfm_recency, rfm_frequency"})),
        ("SegmentationService/GetSegmentTransitions", AsOf, json!({})),
        ("RetentionService/GetRevenueConcentration", AsOf, json!({"window": "12mo"})),
        ("ClvService/GetTracking", LastDay("until"), json!({})),
        ("NpsService/GetNps", AsOf, json!({"interval": "CALENDAR_INTERVAL_QUARTER"})),
        ("NpsService/GetNps", AsOf, json!({"groupBy": "segment"})),
        ("CustomerService/ListFacts", AsOf, json!({})),
        ("RetentionService/GetCohorts", AsOf, json!({"interval": "CALENDAR_INTERVAL_MONTH", "limit": 24})),
        ("RetentionService/GetSurvival", AsOf, json!({"steps": 500})),
    ];
    let of_single_ones = [
        ("LoyaltyService/ListEarlyWarnings", AsOf, json!({"limit": 8})),
        ("SegmentationService/ListSegmentMembers", AsOf, json!({"pageSize": 50})),
        (
            "ClvService/PredictCustomers",
            AsOf,
            json!({"horizon": "12mo", "order": "PREDICTION_ORDER_CLV", "limit": 20, "withRanges": true}),
        ),
    ];
    let others = of_everybody.into_iter().chain(of_single_ones.into_iter().filter(|_| with_customers));
    let needed = needed.into_iter().map(|asked| (true, asked));
    let asked = needed.chain(others.map(|asked| (false, asked)));
    let pool = lojal_proto::descriptors()?;
    let question = |(is_needed, (method, when, said))| {
        Ok(Question { is_needed, ..question(pool, method, said, when, as_of)? })
    };
    asked.map(question).collect()
}

/// What customers are worth in bands around this mean; none where they are worth nothing.
pub(super) fn bands(as_of: Option<Date>, mean: f64) -> anyhow::Result<Option<Question>> {
    if !(mean > 0.0 && mean.is_finite()) {
        return Ok(None);
    }
    let mut bounds: Vec<f64> = MULTIPLES.iter().map(|multiple| readable(multiple * mean)).collect();
    bounds.dedup();
    let bounds: Vec<String> = bounds.iter().map(f64::to_string).collect();
    let said = json!({"horizon": "12mo", "groupBy": format!("band(clv_12mo, {})", bounds.join(", "))});
    let pool = lojal_proto::descriptors()?;
    let mut question = question(pool, WORTH, said, When::AsOf, as_of)?;
    // The page looks for bands, wherever it would cut them itself.
    question.asked.insert("groupBy".to_owned(), Value::from("band(clv_12mo)"));
    Ok(Some(question))
}

/// With one digit that counts, or two for those from 1 to 2: bounds are read.
fn readable(bound: f64) -> f64 {
    let scale = 10_f64.powf(bound.log10().floor());
    let step = if bound / scale < 2.0 { scale / 10.0 } else { scale };
    let rounded = (bound / step).round() * step;
    // Without what a tenth leaves behind in binary.
    format!("{rounded:.9}").parse().unwrap_or(rounded)
}

fn question(
    pool: &DescriptorPool,
    method: &str,
    said: Value,
    when: When,
    as_of: Option<Date>,
) -> anyhow::Result<Question> {
    let Value::Object(asked) = said else { anyhow::bail!("{method} asks no object") };
    let mut whole = asked.clone();
    match (when, as_of) {
        (When::AsOf, Some(day)) => {
            whole.insert("asOf".to_owned(), Value::from(format!("{day}T00:00:00Z")));
        }
        (When::LastDay(field), Some(day)) => {
            let before = day.checked_sub(1.day()).context("--as-of is the first day there is")?;
            whole.insert(field.to_owned(), Value::from(before.to_string()));
        }
        _ => {}
    }
    let (service, name) = method.split_once('/').unwrap_or_default();
    let service = pool.get_service_by_name(&format!("lojal.v1.{service}"));
    let input = service.and_then(|service| Some(service.methods().find(|each| each.name() == name)?.input()));
    let input = input.with_context(|| format!("the contract has no {method}"))?;
    let message = DynamicMessage::deserialize(input, Value::Object(whole))?.encode_to_vec();
    Ok(Question { method: method.to_owned(), asked, message, is_needed: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_found_by_what_they_ask_whenever_that_is() {
        let keys = |as_of: Option<&str>| -> Vec<String> {
            let as_of = as_of.map(|day| day.parse().unwrap());
            questions(as_of, true).unwrap().iter().map(Question::key).collect()
        };
        let now = keys(None);
        assert_eq!(now, keys(Some("1998-07-01")));
        let stats = "RetentionService/GetPurchaseStats {\"interval\":\"CALENDAR_INTERVAL_MONTH\",\"window\":\"12mo\"}";
        assert!(now.iter().any(|key| key == stats), "{now:#?}");
        let mut once = now.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), now.len(), "each is asked once");
        let without = questions(None, false).unwrap();
        assert!(
            without.len() < now.len()
                && without
                    .iter()
                    .all(|each| !each.method.contains("List") || each.method.ends_with("ListFacts"))
        );
    }

    #[test]
    fn bands_are_cut_where_people_would() {
        let bands = bands(None, 43.21).unwrap().unwrap();
        assert_eq!(
            bands.key(),
            "ClvService/SummarizePredictions {\"groupBy\":\"band(clv_12mo)\",\"horizon\":\"12mo\"}"
        );
        let sent = String::from_utf8_lossy(&bands.message).into_owned();
        assert!(
            sent.contains("band(clv_12mo, 2, 4, 9, 15, 20, 30, 40, 60, 90, 130, 200, 300, 500, 900)"),
            "{sent}"
        );
        for nothing in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(super::bands(None, nothing).unwrap().is_none());
        }
    }
}
