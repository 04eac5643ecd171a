//! The demo's answers as tables.

use comfy_table::{CellAlignment, Table, presets};
use lojal_proto::v1;

/// A table with words in the first column and numbers in the others.
fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_header(header.iter().copied());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}"))
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn value(estimate: Option<&v1::Estimate>) -> Option<f64> {
    estimate.and_then(|estimate| estimate.value)
}

pub(crate) fn segments(summary: &v1::SummarizeSegmentsResponse) -> String {
    let mut table =
        table(&["Segment", "Customers", "Share", "Spend, 365 d", "Share", "Days since", "Orders, 365 d"]);
    for row in &summary.segments {
        table.add_row([
            row.name.clone(),
            row.customers.to_string(),
            percent(row.customer_share),
            row.monetary.as_ref().map(|money| money.amount.clone()).unwrap_or_default(),
            percent(row.monetary_share),
            number(row.mean_recency_days, 0),
            number(row.mean_frequency, 1),
        ]);
    }
    table.to_string()
}

pub(crate) fn predictions(predictions: &[v1::Prediction]) -> String {
    let mut table =
        table(&["Customer", "CLV, 12 mo", "P(alive)", "Purchases, 12 mo", "A purchase", "x", "t_x", "T"]);
    for row in predictions {
        table.add_row([
            row.customer_id.clone(),
            number(value(row.clv.as_ref()), 2),
            number(value(row.alive_probability.as_ref()), 4),
            number(value(row.expected_purchases.as_ref()), 2),
            number(value(row.expected_value.as_ref()), 2),
            row.frequency.to_string(),
            row.recency_days.to_string(),
            row.age_days.to_string(),
        ]);
    }
    table.to_string()
}

pub(crate) fn nps(answer: &v1::GetNpsResponse) -> String {
    let mut table = table(&["", "NPS", "95 % interval", "Answers", "Promoters", "Passives", "Detractors"]);
    let interval = |estimate: &v1::Estimate| {
        format!("{} to {}", number(estimate.ci_low, 1), number(estimate.ci_high, 1))
    };
    let mut row = |name: &str, estimate: Option<&v1::Estimate>, counts: [i64; 3]| {
        let none = v1::Estimate::default();
        let estimate = estimate.unwrap_or(&none);
        let counts = counts.map(|count| count.to_string());
        let mut cells =
            vec![name.to_owned(), number(estimate.value, 1), interval(estimate), estimate.n.to_string()];
        cells.extend(counts);
        table.add_row(cells);
    };
    row("all answers", answer.nps.as_ref(), [answer.promoters, answer.passives, answer.detractors]);
    for each in &answer.rows {
        let label = each.period.as_ref().map_or(each.group.as_str(), |period| period.label.as_str());
        row(label, each.nps.as_ref(), [each.promoters, each.passives, each.detractors]);
    }
    table.to_string()
}

pub(crate) fn parameters(model: &v1::Model) -> String {
    let show = |parameters: &[v1::Parameter]| {
        let each = parameters
            .iter()
            .map(|parameter| format!("{} {}", parameter.name, number(value(parameter.estimate.as_ref()), 4)));
        each.collect::<Vec<_>>().join(", ")
    };
    format!(
        "BG/NBD {} (weeks), log-likelihood {:.3}; Gamma-Gamma {}",
        show(&model.parameters),
        model.log_likelihood,
        show(&model.value_parameters)
    )
}
