//! What the console asks when its screens are opened, and nothing else was chosen on them.
//!
//! The test of the console in a browser (`server/console/test`) opens a report and fails where a picture finds no answer, so what is asked here
//! and what is asked there stay the same.

use anyhow::Context as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use lojal_proto::DESCRIPTORS;
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

/// Where the value of customers is cut, in bands: the page reads the bounds from the answer.
const BANDS: &str = "band(clv_12mo)";

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

/// All of them. Those that name single customers only `with_customers`.
pub(super) fn questions(
    as_of: Option<Date>,
    zone: &str,
    with_customers: bool,
) -> anyhow::Result<Vec<Question>> {
    use When::{AsOf, LastDay, Never};
    let pool = DescriptorPool::decode(DESCRIPTORS)?;
    let moment = as_of.map(|day| moment(day, zone)).transpose()?;
    let of_everybody = [
        ("AdminService/GetServerInfo", Never, json!({})),
        ("SegmentationService/SummarizeSegments", AsOf, json!({"window": "365d"})),
        ("ClvService/SummarizePredictions", AsOf, json!({"horizon": "12mo"})),
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
        ("ClvService/SummarizePredictions", AsOf, json!({"horizon": "12mo", "groupBy": BANDS})),
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
    let asked = of_everybody.into_iter().chain(of_single_ones.into_iter().filter(|_| with_customers));
    asked.map(|(method, when, said)| question(&pool, method, said, when, moment.as_ref())).collect()
}
