//! That answers reach the wire whole. What timelines show of a record is tested with how it is recorded.

use std::collections::BTreeMap;

use lojal_domain::{Currency, EventTime};
use lojal_engine::{Counts, CustomerView, Erased, Erasure, RecordKind};

use super::{answers, questions};
use crate::checking::{refused, unset};

#[test]
fn a_customer_reaches_the_wire_whole() {
    let at = |micros| Some(EventTime::from_micros(micros));
    let view = CustomerView {
        customer: "ann".to_owned(),
        attributes: BTreeMap::from([("market".to_owned(), "hr".to_owned())]),
        first_transaction: at(1_000_000),
        last_transaction: at(2_000_000),
        transactions: 3,
        purchase_days: 2,
        gross_micros: 30_000_000,
        net_micros: 20_000_000,
        refunds: 4,
        responses: 5,
        last_nps_score: Some(9),
        interactions: 6,
        cost_micros: 7_000_000,
    };
    let answer = answers::customer(view, Currency::parse("EUR").unwrap());
    assert_eq!(unset(&answer, "Customer"), Vec::<String>::new());
    let amounts = [&answer.gross_spend, &answer.net_spend, &answer.cost]
        .map(|money| money.as_ref().unwrap().amount.as_str());
    assert_eq!(amounts, ["30.00", "20.00", "7.00"]);
    let counts = [
        answer.transaction_count,
        answer.purchase_day_count,
        answer.refund_count,
        answer.survey_response_count,
        answer.interaction_count,
    ];
    assert_eq!((counts, answer.last_nps_score), ([3, 2, 4, 5, 6], Some(9)));
}

#[test]
fn a_receipt_reaches_the_wire_whole_and_counts_every_kind() {
    let counts =
        (1..).zip(RecordKind::all()).fold(Counts::default(), |sum, (count, kind)| sum.with(kind, count));
    let erasure = Erasure {
        receipt_id: "e1".to_owned(),
        time: EventTime::from_micros(1_000_000),
        erased: Erased { revision: 7, counts, references: 2 },
    };
    let answer = answers::receipt(erasure);
    assert_eq!(unset(&answer, "ErasureReceipt"), Vec::<String>::new());
    let told = answer.transactions
        + answer.refunds
        + answer.survey_responses
        + answer.attribute_records
        + answer.voids
        + answer.interactions
        + answer.costs;
    assert_eq!(told, counts.iter().map(|(_, count)| count as i64).sum::<i64>(), "no kind is left out");
}

#[test]
fn every_order_and_kind_is_taken_for_what_it_is() {
    let kinds = questions::timeline_kinds(vec![1, 2, 3, 4, 5, 6, 7, 3]).unwrap();
    assert_eq!(kinds, RecordKind::all().collect::<Vec<RecordKind>>());
    assert_eq!(questions::timeline_kinds(vec![0]).unwrap(), []);
    for (kinds, field) in [(vec![1, 0], "kinds[1]"), (vec![8], "kinds[0]")] {
        assert_eq!(refused(questions::timeline_kinds(kinds)), field);
    }
    use lojal_engine::{CustomerOrder, TimelineOrder};
    let order = |value| questions::customer_order(value).unwrap();
    let orders = [
        CustomerOrder::Recorded,
        CustomerOrder::Recorded,
        CustomerOrder::Id,
        CustomerOrder::LastTransaction,
        CustomerOrder::NetSpend,
    ];
    assert_eq!([0, 1, 2, 3, 4].map(order), orders);
    let order = |value| questions::timeline_order(value).unwrap();
    assert_eq!([0, 1, 2].map(order), [TimelineOrder::Newest, TimelineOrder::Newest, TimelineOrder::Oldest]);
    assert_eq!(refused(questions::customer_order(9)), "order");
    assert_eq!(refused(questions::timeline_order(9)), "order");
}
