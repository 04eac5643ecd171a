//! Early warnings, and how far to trust them, as tables.

use comfy_table::ContentArrangement;
use lojal_proto::v1;

use crate::show::{UNKNOWN, WIDTH, interval, number, percent, table, value};

const fn kind(of: v1::EarlyWarningKind) -> &'static str {
    match of {
        v1::EarlyWarningKind::Unspecified => UNKNOWN,
        v1::EarlyWarningKind::Silence => "Silence",
        v1::EarlyWarningKind::FewerOrders => "Fewer orders",
        v1::EarlyWarningKind::LowerSpend => "Lower spend",
        v1::EarlyWarningKind::LowerNps => "Lower NPS",
        v1::EarlyWarningKind::HardService => "Hard service",
        v1::EarlyWarningKind::MoreRefunds => "More refunds",
        v1::EarlyWarningKind::Unanswered => "Unanswered",
    }
}

/// The day of an instant.
fn day(of: Option<&prost_types::Timestamp>) -> String {
    let text = crate::show::at(of);
    text.split_once('T').map_or(text.clone(), |(day, _)| day.to_owned())
}

/// Warnings, each with what is seen, how likely they are to leave, and how often that came after such warnings.
pub(crate) fn warnings(of: &[v1::EarlyWarning]) -> String {
    let numbers = ["Since", "Leaves", "Such did", "CLV, 12 mo", "At risk"];
    let mut table = table(&["Customer", "Sign", "What is seen"], &numbers);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    for one in of {
        table.add_row([
            one.customer_id.clone(),
            kind(one.kind()).to_owned(),
            one.evidence.clone(),
            day(one.raised_at.as_ref()),
            percent(value(one.churn_probability.as_ref())),
            percent(value(one.measured_precision.as_ref())),
            number(one.clv_12mo, 2),
            number(one.value_at_risk, 2),
        ]);
    }
    table.to_string()
}

/// How many warnings a list is about, and what is at risk.
pub(crate) fn warned(totals: Option<&v1::EarlyWarningTotals>) -> String {
    let Some(totals) = totals else { return String::new() };
    let worth = totals.value_at_risk.as_ref().and_then(|money| money.amount.parse().ok());
    format!(
        "{} warnings of {} customers, with whom {} is at risk",
        totals.warnings,
        totals.customers,
        number(worth, 2)
    )
}

/// What became of such as were warned of on days in the past.
pub(crate) fn warning_quality(answer: &v1::GetWarningQualityResponse) -> String {
    let numbers = ["Warnings", "Left", "Precision", "95 %", "Of all who could", "Lift", "Recall", "Odds"];
    let mut table = table(&["Sign"], &numbers);
    for row in &answer.kinds {
        table.add_row([
            kind(row.kind()).to_owned(),
            row.warnings.to_string(),
            row.warnings_left.to_string(),
            percent(value(row.measured_precision.as_ref())),
            interval(row.measured_precision.as_ref(), percent),
            percent(value(row.base_rate.as_ref())),
            number(row.lift, 2),
            percent(row.recall),
            number(value(row.likelihood_ratio.as_ref()), 2),
        ]);
    }
    let days: Vec<String> = answer.dates.iter().map(|date| day(Some(date))).collect();
    let days = if days.is_empty() { "none".to_owned() } else { days.join(", ") };
    format!("{table}\nDays in the past: {days}")
}
