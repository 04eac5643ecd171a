//! Costs, as they are recorded and as timelines show them.

use lojal_domain::{
    Amount, Cost, CostId, CostKind, Currency, CustomerId, EventTime, MICROS_PER_DAY, Record, limits,
};
use lojal_proto::v1;

use prost_types::Timestamp;

use super::faults::{Faults, Problem, problem};
use super::rows::{Row, RowContext, label, money, time};
use crate::words::{filled, micros, money as money_in, money_of, timestamp};

pub(crate) const fn cost_kind(kind: CostKind) -> v1::CostKind {
    match kind {
        CostKind::Acquisition => v1::CostKind::Acquisition,
        CostKind::Service => v1::CostKind::Service,
        CostKind::Programme => v1::CostKind::Programme,
        CostKind::Incentive => v1::CostKind::Incentive,
        CostKind::Other => v1::CostKind::Other,
    }
}

fn cost_kind_of(kind: i32) -> Result<CostKind, Problem> {
    Ok(match kind.try_into() {
        Ok(v1::CostKind::Acquisition) => CostKind::Acquisition,
        Ok(v1::CostKind::Service) => CostKind::Service,
        Ok(v1::CostKind::Programme) => CostKind::Programme,
        Ok(v1::CostKind::Incentive) => CostKind::Incentive,
        Ok(v1::CostKind::Unspecified | v1::CostKind::Other) => CostKind::Other,
        Err(_) => return Err(problem("kind", "is not one of the values of CostKind")),
    })
}

/// The end of a period. Unlike what happened, it may be yet to come.
fn end_after(begin: EventTime, end: Timestamp) -> Result<EventTime, Problem> {
    let end = micros(end).filter(|end| *end > begin.micros());
    let end = end.ok_or_else(|| {
        problem("end_time", "is not after time; give the first instant after the period, or leave it out")
    })?;
    if end - begin.micros() > limits::HORIZON_DAYS * MICROS_PER_DAY {
        return Err(problem(
            "end_time",
            "is more than 50 years after time; give the first instant after the period, or record a cost a year",
        ));
    }
    Ok(EventTime::from_micros(end))
}

impl Row for v1::Cost {
    fn into_record(self, context: &RowContext) -> Result<Record, Vec<Problem>> {
        let mut faults = Faults::default();
        let id = faults.part(CostId::new(self.cost_id).map_err(|error| problem("cost_id", error)));
        let kind = faults.part(cost_kind_of(self.kind));
        let is_somebodys = !self.customer_id.is_empty();
        let customer = match self.customer_id {
            nobody if nobody.is_empty() => Some(None),
            id => faults.part(CustomerId::new(id).map(Some).map_err(|error| problem("customer_id", error))),
        };
        for (field, of) in [("source", &self.source), ("market", &self.market)] {
            if is_somebodys && !of.is_empty() {
                let message = "is given beside customer_id; give one of them, as the attributes of the customer say the rest";
                faults.add(field, message);
            }
        }
        let source = faults.part(label(self.source, "source", limits::ID_BYTES));
        let market = faults.part(label(self.market, "market", limits::ID_BYTES));
        let begin = faults.part(time(self.time, "time", context.now));
        let end = match (filled(self.end_time), begin) {
            (None, _) => Some(None),
            (Some(end), Some(begin)) => faults.part(end_after(begin, end).map(Some)),
            (Some(_), None) => None,
        };
        let money = faults.part(money(self.amount, context));
        if money.is_some_and(|money| money.amount <= Amount::ZERO) {
            faults.add("amount.amount", "is not more than zero; give what was spent");
        }
        let record = || {
            Some(Record::Cost(Cost {
                id: id?,
                kind: kind?,
                customer: customer?,
                source: source?,
                market: market?,
                time: begin?,
                end: end?,
                money: money?,
                converted: None,
            }))
        };
        faults.record(record())
    }
}

/// `reporting` is the workspace's currency.
pub(crate) fn cost_event(cost: &Cost, reporting: Currency) -> v1::CostEvent {
    v1::CostEvent {
        cost_id: cost.id.as_str().to_owned(),
        kind: cost_kind(cost.kind).into(),
        end_time: cost.end.map(timestamp),
        amount: Some(money_of(cost.money)),
        converted_amount: cost.converted.map(|amount| money_in(amount, reporting)),
    }
}
