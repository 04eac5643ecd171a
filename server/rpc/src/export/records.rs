//! Purchases and survey responses as columns.

use lojal_domain::{Disposition, SurveyKind, SurveyMetric};
use lojal_engine::{ExportedResponse, ExportedTransaction};
use lojal_proto::v1::ExportColumnType::{Flag, Integer, Number, Text, Time};

use super::column::{Cell, Column};

pub(super) fn transactions() -> Vec<Column<ExportedTransaction>> {
    type Row = ExportedTransaction;
    vec![
        Column::new("customer_id", Text, "The customer's id.", |row: &Row| Cell::text(&row.customer)),
        Column::new("time", Time, "When.", |row: &Row| Cell::Time(row.time)),
        Column::new("value", Number, "Paid, in the reporting currency.", |row: &Row| {
            Cell::money(row.gross_micros)
        }),
        Column::new("refunded", Number, "Given back of it.", |row: &Row| Cell::money(row.refunded_micros)),
        Column::new("net_value", Number, "value less refunded.", |row: &Row| {
            Cell::money(row.gross_micros - row.refunded_micros)
        }),
        Column::new(
            "discount",
            Number,
            "Taken off the list price, where something was said of it.",
            |row: &Row| row.discount_micros.map_or(Cell::None, Cell::money),
        ),
        Column::new(
            "number",
            Integer,
            "Its place among the customer's purchases, from 1 on.",
            |row: &Row| Cell::Integer(row.number.into()),
        ),
        Column::new("transaction_id", Text, "Its id.", |row: &Row| Cell::text(&row.id)).on_demand(),
    ]
}

const fn metric(metric: SurveyMetric) -> &'static str {
    match metric {
        SurveyMetric::Nps => "nps",
        SurveyMetric::Csat => "csat",
        SurveyMetric::Ces1 => "ces_1",
        SurveyMetric::Ces2 => "ces_2",
        SurveyMetric::Trust => "trust",
        SurveyMetric::Custom => "custom",
    }
}

const fn kind(kind: SurveyKind) -> &'static str {
    match kind {
        SurveyKind::Relationship => "relationship",
        SurveyKind::Transactional => "transactional",
    }
}

const fn disposition(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Invited => "invited",
        Disposition::Bounced => "bounced",
        Disposition::Delivered => "delivered",
        Disposition::Dismissed => "dismissed",
        Disposition::Partial => "partial",
        Disposition::Completed => "completed",
    }
}

pub(super) fn responses() -> Vec<Column<ExportedResponse>> {
    type Row = ExportedResponse;
    vec![
        Column::new("customer_id", Text, "The customer's id.", |row: &Row| Cell::text(&row.customer)),
        Column::new("time", Time, "When.", |row: &Row| Cell::Time(row.time)),
        Column::new("metric", Text, "What was measured.", |row: &Row| Cell::text(metric(row.metric))),
        Column::new("kind", Text, "What it was about.", |row: &Row| Cell::text(kind(row.kind))),
        Column::new("disposition", Text, "How far it came.", |row: &Row| {
            Cell::text(disposition(row.disposition))
        }),
        Column::new("score", Integer, "The raw score.", |row: &Row| {
            row.score.map_or(Cell::None, |score| Cell::Integer(score.into()))
        }),
        Column::new("scale_min", Integer, "The lowest score that could be given.", |row: &Row| {
            Cell::Integer(row.scale.lowest().into())
        }),
        Column::new("scale_max", Integer, "The highest score that could be given.", |row: &Row| {
            Cell::Integer(row.scale.highest().into())
        }),
        Column::new("lower_is_better", Flag, "Whether a lower score is a better one.", |row: &Row| {
            Cell::Flag(row.scale.lower_is_better())
        }),
        Column::new("survey", Text, "The survey's name.", |row: &Row| Cell::text(&row.survey)),
        Column::new("channel", Text, "How it was asked.", |row: &Row| Cell::text(&row.channel)),
        Column::new("topics", Text, "What it is about, with commas between.", |row: &Row| {
            Cell::text(&row.topics)
        }),
        Column::new("comment", Text, "What was written.", |row: &Row| Cell::text(&row.comment)),
        Column::new("response_id", Text, "Its id.", |row: &Row| Cell::text(&row.id)).on_demand(),
    ]
}
