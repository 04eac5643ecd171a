//! Predictions as columns, by the names of `lojal.v1.Prediction`.

use std::sync::Arc;

use lojal_engine::{
    Basis, BasisShares, ChurnRisk, Estimates, FittedModel, IntervalMethod, OutcomeRange, Prediction,
};
use lojal_proto::v1::ExportColumnType::{Integer, Text};

use super::column::{Cell, Column, estimate};

/// A customer's.
pub(super) struct Row {
    pub(super) prediction: Prediction,
    pub(super) model: Arc<FittedModel>,
    /// How its intervals are made.
    pub(super) method: Option<IntervalMethod>,
}

impl Row {
    /// Those that a column asks for; most tables have few of them.
    fn estimates(&self) -> Estimates<'_> {
        self.prediction.estimates(&self.model, self.method)
    }
}

const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Individual => "individual",
        Basis::Segment => "segment",
        Basis::Population => "population",
        Basis::Prior => "prior",
    }
}

const fn risk(risk: ChurnRisk) -> &'static str {
    match risk {
        ChurnRisk::Low => "low",
        ChurnRisk::Medium => "medium",
        ChurnRisk::High => "high",
    }
}

pub(super) fn columns() -> Vec<Column<Row>> {
    let mut all = vec![
        Column::new("customer_id", Text, "The customer's id.", |row: &Row| {
            Cell::text(&row.prediction.customer)
        }),
        Column::new("frequency", Integer, "x: repeat purchase days so far.", |row: &Row| {
            Cell::Integer(row.prediction.frequency.into())
        }),
        Column::new(
            "recency_days",
            Integer,
            "t_x: days from the first purchase day to the last.",
            |row: &Row| Cell::Integer(row.prediction.recency_days.into()),
        ),
        Column::new(
            "age_days",
            Integer,
            "T: days from the first purchase day to the last day before as_of.",
            |row: &Row| Cell::Integer(row.prediction.age_days.into()),
        ),
        Column::number(
            "mean_value",
            "Mean net value of the repeat purchase days, in the reporting currency.",
            |row: &Row| row.prediction.mean_value,
        ),
    ];
    all.extend(estimates());
    all.extend([
        Column::number("value_at_risk", "Worth that hangs on whether they come back.", |row: &Row| {
            row.estimates().value_at_risk().value
        }),
        Column::number("clv_if_alive", "clv if they certainly were a customer still.", |row: &Row| {
            row.estimates().clv_if_alive().value
        })
        .on_demand(),
        Column::new("repeat_purchase_days", Integer, "As frequency.", |row: &Row| {
            Cell::Integer(row.prediction.frequency.into())
        })
        .on_demand(),
        Column::new("days_first_to_last", Integer, "As recency_days.", |row: &Row| {
            Cell::Integer(row.prediction.recency_days.into())
        })
        .on_demand(),
        Column::new("days_followed", Integer, "As age_days.", |row: &Row| {
            Cell::Integer(row.prediction.age_days.into())
        })
        .on_demand(),
        Column::new("churn_risk", Text, "The third in which churn_probability lies.", |row: &Row| {
            row.estimates().churn_risk().map_or(Cell::None, |of| Cell::text(risk(of)))
        }),
        Column::new("basis", Text, "What the prediction rests on.", |row: &Row| {
            Cell::text(basis(row.prediction.basis))
        }),
    ]);
    all.extend(ranges("purchases_range", "Purchase days that may come", |row| {
        row.prediction.ranges.purchases
    }));
    all.extend(ranges("spend_range", "What may be spent", |row| row.prediction.ranges.spend));
    all.extend([
        share("individual", |shares| shares.individual),
        share("segment", |shares| shares.segment),
        share("population", |shares| shares.population),
        share("prior", |shares| shares.prior),
    ]);
    all
}

fn estimates() -> impl Iterator<Item = Column<Row>> {
    let most = [
        estimate("alive_probability", "Probability that they are still a customer at as_of.", |row: &Row| {
            Some(row.estimates().alive_probability())
        }),
        estimate("expected_purchases", "Expected purchase days within the horizon.", |row: &Row| {
            Some(row.estimates().expected_purchases())
        }),
        estimate("clv", "Discounted value of the purchases within the horizon.", |row: &Row| {
            Some(row.estimates().clv())
        }),
        estimate("churn_probability", "Probability of no purchase within the horizon.", |row: &Row| {
            Some(row.estimates().churn_probability())
        }),
    ];
    let few = [
        estimate("expected_value", "Expected value of a purchase day.", |row: &Row| {
            Some(row.estimates().expected_value())
        }),
        estimate("purchase_probability", "Probability of a purchase within the horizon.", |row: &Row| {
            Some(row.estimates().purchase_probability())
        }),
        estimate(
            "recalibrated_purchases",
            "expected_purchases, corrected by how far off the model was on past days.",
            |row: &Row| row.estimates().recalibrated_purchases(),
        ),
        estimate("recalibrated_clv", "clv, corrected in the same way.", |row: &Row| {
            row.estimates().recalibrated_clv()
        }),
    ];
    most.into_iter().flatten().chain(few.into_iter().flatten().map(Column::on_demand))
}

/// A number of a range.
type Part = fn(OutcomeRange) -> f64;

fn ranges(
    name: &'static str,
    what: &str,
    of: fn(&Row) -> Option<OutcomeRange>,
) -> impl Iterator<Item = Column<Row>> + use<> {
    let parts: [(&str, &str, Part); 7] = [
        ("median", "as likely more as less", |range| range.median),
        ("low_80", "less with a probability of 10 %", |range| range.low_80),
        ("high_80", "more with a probability of 10 %", |range| range.high_80),
        ("low_95", "less with a probability of 2.5 %", |range| range.low_95),
        ("high_95", "more with a probability of 2.5 %", |range| range.high_95),
        ("probability_80", "probability of low_80 to high_80", |range| range.probability_80),
        ("probability_95", "probability of low_95 to high_95", |range| range.probability_95),
    ];
    let what = what.to_owned();
    parts.into_iter().map(move |(part, likely, read)| {
        let description = format!("{what}: {likely}. Only with_ranges.");
        Column::number(format!("{name}_{part}"), description, move |row| of(row).map(read)).on_demand()
    })
}

fn share(name: &'static str, of: fn(BasisShares) -> f64) -> Column<Row> {
    let description = format!("How much of it rests on what {name} means in basis. Only with_basis_shares.");
    let read = move |row: &Row| row.prediction.shares.map(of);
    Column::number(format!("basis_shares_{name}"), description, read).on_demand()
}
