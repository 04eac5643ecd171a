//! Segments, predictions and facts of customers as tables.

use comfy_table::ContentArrangement;
use lojal_proto::v1;

use crate::show::{amount, number, of_whom, percent, table, value};

/// What a line of prose may take, in letters.
const WIDTH: u16 = 140;

pub(crate) fn segments(summary: &v1::SummarizeSegmentsResponse, window: &str) -> String {
    let (spend, orders) = (format!("Spend, {window}"), format!("Orders, {window}"));
    let is_apart = !summary.rows.is_empty();
    let is_grouped = summary.rows.iter().any(|row| !row.group.is_empty());
    let words: &[&str] = if is_apart { &["Of", "Segment"] } else { &["Segment"] };
    let mut table = table(words, &["Customers", "Share", &spend, "Share", "Days since", &orders]);
    // Of many groups and periods, segments of nobody say nothing.
    let apart = summary.rows.iter().filter(|row| row.customers > 0);
    for row in summary.segments.iter().filter(|_| !is_apart).chain(apart) {
        let of = is_apart.then(|| of_whom(&row.group, row.period.as_ref(), is_grouped));
        table.add_row(of.into_iter().chain([
            row.name.clone(),
            row.customers.to_string(),
            percent(row.customer_share),
            amount(row.monetary.as_ref()),
            percent(row.monetary_share),
            number(row.mean_recency_days, 0),
            number(row.mean_frequency, 1),
        ]));
    }
    table.to_string()
}

pub(crate) fn predictions(predictions: &[v1::Prediction], horizon: &str) -> String {
    let (clv, purchases) = (format!("CLV, {horizon}"), format!("Purchases, {horizon}"));
    let mut table = table(&["Customer"], &[&clv, "P(alive)", &purchases, "A purchase", "x", "t_x", "T"]);
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

pub(crate) fn facts(facts: &[v1::CustomerFact]) -> String {
    let mut table = table(&["Name", "Type", "Groups", "Meaning"], &[]);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    for fact in facts {
        table.add_row([
            fact.name.clone(),
            type_of(fact),
            if fact.makes_groups { "yes" } else { "no" }.to_owned(),
            meaning(fact),
        ]);
    }
    table.to_string()
}

fn type_of(fact: &v1::CustomerFact) -> String {
    let word = |of: v1::FactType| match of {
        v1::FactType::Unspecified => "",
        v1::FactType::Text => "text",
        v1::FactType::Integer => "integer",
        v1::FactType::Number => "number",
        v1::FactType::Boolean => "yes or no",
        v1::FactType::Instant => "instant",
    };
    match fact.reads_as() {
        v1::FactType::Unspecified | v1::FactType::Text => word(fact.r#type()).to_owned(),
        other => format!("{}, reads as {}", word(fact.r#type()), word(other)),
    }
}

fn meaning(fact: &v1::CustomerFact) -> String {
    if !fact.is_attribute {
        return fact.description.clone();
    }
    let values = fact.values.iter().map(|each| format!("{} {}", each.value, each.customers));
    let values = values.collect::<Vec<_>>().join(", ");
    let customers = fact.customers();
    if values.is_empty() {
        format!("an attribute of {customers} customers")
    } else {
        format!("an attribute of {customers} customers: {values}")
    }
}
