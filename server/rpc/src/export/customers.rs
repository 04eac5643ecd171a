//! Segments, loyalty and what is known of customers as columns, by the names of `lojal.v1.SegmentMember`, `Loyalty` and `Customer`.

use lojal_engine::{AttributeUse, CustomerView, LoyaltyView, SegmentMember};
use lojal_proto::v1::ExportColumnType::{Flag, Integer, Number, Text, Time};

use super::column::{Cell, Column, estimate};

pub(super) fn segments() -> Vec<Column<SegmentMember>> {
    type Row = SegmentMember;
    vec![
        Column::new("customer_id", Text, "The customer's id.", |row: &Row| Cell::text(&row.customer)),
        Column::new("segment", Text, "The segment.", |row: &Row| Cell::text(row.segment.word())),
        Column::new("scores_recency", Integer, "Score of recency, 1 to 5.", |row: &Row| {
            Cell::Integer(row.scores.recency.into())
        }),
        Column::new("scores_frequency", Integer, "Score of frequency, 1 to 5.", |row: &Row| {
            Cell::Integer(row.scores.frequency.into())
        }),
        Column::new("scores_monetary", Integer, "Score of monetary, 1 to 5.", |row: &Row| {
            Cell::Integer(row.scores.monetary.into())
        }),
        Column::new("values_recency_days", Integer, "Days since the last order.", |row: &Row| {
            Cell::Integer(row.values.recency_days)
        }),
        Column::new("values_frequency", Integer, "Orders in the window.", |row: &Row| {
            Cell::Integer(row.values.frequency)
        }),
        Column::new("values_monetary", Number, "Net spend in the window.", |row: &Row| {
            Cell::money(row.values.monetary_micros)
        }),
    ]
}

pub(super) fn loyalty() -> Vec<Column<LoyaltyView>> {
    type Row = LoyaltyView;
    let mut all =
        vec![Column::new("customer_id", Text, "The customer's id.", |row: &Row| Cell::text(&row.customer))];
    all.extend(estimate("score", "Loyalty, 0 to 100.", |row: &Row| Some(row.score.clone())));
    all.extend(estimate("attitude", "What they say, 0 to 100.", |row: &Row| Some(row.attitude.clone())));
    all.extend(estimate("behaviour", "What they do, 0 to 100.", |row: &Row| Some(row.behaviour.clone())));
    all.extend([
        Column::new("place", Text, "What both make of them.", |row: &Row| {
            Cell::text(row.scored.place.word())
        }),
        Column::new("is_on_the_border", Flag, "Whether they may as well have another place.", |row: &Row| {
            Cell::Flag(row.is_on_the_border)
        }),
        Column::number("coverage", "Weight of what is known of them, of 1.", |row: &Row| {
            Some(row.scored.coverage)
        }),
        Column::number("clv_12mo", "What they are expected to be worth in twelve months.", |row: &Row| {
            row.clv
        }),
        Column::number("value_at_risk", "The worth that hangs on whether they come back.", |row: &Row| {
            row.value_at_risk
        }),
    ]);
    all
}

pub(super) fn customers(attributes: Vec<AttributeUse>) -> Vec<Column<CustomerView>> {
    type Row = CustomerView;
    let mut all = vec![
        Column::new("customer_id", Text, "The customer's id.", |row: &Row| Cell::text(&row.customer)),
        Column::new("first_transaction_time", Time, "First purchase.", |row: &Row| {
            Cell::time(row.first_transaction)
        }),
        Column::new("last_transaction_time", Time, "Latest purchase.", |row: &Row| {
            Cell::time(row.last_transaction)
        }),
        count("transaction_count", "Purchases, refunded ones included.", |row| row.transactions),
        count("purchase_day_count", "Days with a purchase that was kept.", |row| row.purchase_days),
        Column::new("gross_spend", Number, "Paid, before refunds.", |row: &Row| {
            Cell::money(row.gross_micros)
        }),
        Column::new("net_spend", Number, "Paid, less what was given back.", |row: &Row| {
            Cell::money(row.net_micros)
        }),
        count("refund_count", "Refunds.", |row| row.refunds),
        count("survey_response_count", "Survey answers with a score.", |row| row.responses),
        Column::new("last_nps_score", Integer, "Latest NPS score, 0 to 10.", |row: &Row| {
            row.last_nps_score.map_or(Cell::None, |score| Cell::Integer(score.into()))
        }),
        count("interaction_count", "Interactions.", |row| row.interactions),
        Column::new("cost", Number, "Spent on them alone.", |row: &Row| Cell::money(row.cost_micros)),
    ];
    all.extend(attributes.into_iter().map(|AttributeUse { name, customers, .. }| {
        let description = format!("Their attribute {name}, which {customers} customers have.");
        let column = format!("attributes_{name}");
        Column::new(column, Text, description, move |row: &Row| match row.attributes.get(&name) {
            Some(value) => Cell::Text(value.as_str().into()),
            None => Cell::None,
        })
    }));
    all
}

fn count(
    name: &'static str,
    description: &'static str,
    of: fn(&CustomerView) -> u64,
) -> Column<CustomerView> {
    Column::new(name, Integer, description, move |row| {
        Cell::Integer(i64::try_from(of(row)).unwrap_or(i64::MAX))
    })
}
