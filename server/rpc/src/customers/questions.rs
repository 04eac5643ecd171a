//! Requests, checked.

use lojal_engine::{CustomerOrder, ListCustomers, RecordKind, TimelineOrder};
use lojal_proto::v1;

use crate::error::Refusal;
use crate::words::{filled_list, page, scope_with, unknown};

pub(crate) fn customer_order(order: i32) -> Result<CustomerOrder, Refusal> {
    Ok(match order.try_into().map_err(|_| unknown("order"))? {
        v1::CustomerOrder::Unspecified | v1::CustomerOrder::Recorded => CustomerOrder::Recorded,
        v1::CustomerOrder::Id => CustomerOrder::Id,
        v1::CustomerOrder::LastTransaction => CustomerOrder::LastTransaction,
        v1::CustomerOrder::NetSpend => CustomerOrder::NetSpend,
    })
}

/// A list of customers.
pub(crate) fn customers(request: v1::ListCustomersRequest) -> Result<ListCustomers, Refusal> {
    Ok(ListCustomers {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        order: customer_order(request.order)?,
        page: page(request.page_size, request.page_token),
    })
}

pub(crate) fn timeline_order(order: i32) -> Result<TimelineOrder, Refusal> {
    Ok(match order.try_into().map_err(|_| unknown("order"))? {
        v1::TimelineOrder::Unspecified | v1::TimelineOrder::Newest => TimelineOrder::Newest,
        v1::TimelineOrder::Oldest => TimelineOrder::Oldest,
    })
}

/// The kinds asked for, each once; none for all.
pub(crate) fn timeline_kinds(kinds: Vec<i32>) -> Result<Vec<RecordKind>, Refusal> {
    let mut named = Vec::new();
    for (i, kind) in filled_list(kinds).into_iter().enumerate() {
        let kind = match kind.try_into() {
            Ok(v1::TimelineKind::Transaction) => RecordKind::Transaction,
            Ok(v1::TimelineKind::Refund) => RecordKind::Refund,
            Ok(v1::TimelineKind::SurveyResponse) => RecordKind::Response,
            Ok(v1::TimelineKind::Attributes) => RecordKind::Attributes,
            Ok(v1::TimelineKind::Void) => RecordKind::Void,
            Ok(v1::TimelineKind::Interaction) => RecordKind::Interaction,
            Ok(v1::TimelineKind::Cost) => RecordKind::Cost,
            Ok(v1::TimelineKind::Unspecified) | Err(_) => {
                let message = "is not one of the kinds there are; leave kinds empty for all";
                return Err(Refusal::field(format!("kinds[{i}]"), message));
            }
        };
        if !named.contains(&kind) {
            named.push(kind);
        }
    }
    Ok(named)
}
