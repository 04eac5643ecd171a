//! That every field of a row is refused by its name, and that a row which is taken comes back whole in a timeline.

use std::collections::HashMap;

use lojal_domain::{Currency, EventTime, Record};
use lojal_engine::Recorded;
use lojal_proto::v1;
use prost_types::Timestamp;

use super::columns;
use super::faults::Problem;
use super::rows::{Row, RowContext};
use crate::checking::{Spoiled, unset};
use crate::customers::answers::timeline_event;

const DAY: i64 = 86_400;

fn at(days: i64) -> Option<Timestamp> {
    Some(Timestamp { seconds: days * DAY, nanos: 0 })
}

fn money(amount: &str, code: &str) -> Option<v1::Money> {
    Some(v1::Money { amount: amount.to_owned(), currency_code: code.to_owned() })
}

fn read<R: Row>(row: R) -> Result<Record, Vec<Problem>> {
    let now = EventTime::from_micros(20_000 * DAY * 1_000_000);
    row.into_record(&RowContext { now, currency: Currency::parse("EUR").unwrap() })
}

/// A row of which everything is given is taken, and each way to spoil it is refused by the field it names.
fn each<R: Row + Clone>(row: &R, cases: &[Spoiled<R>]) {
    assert!(read(row.clone()).is_ok(), "nothing is wrong with it");
    for (spoil, field) in cases {
        let mut spoiled = row.clone();
        spoil(&mut spoiled);
        assert_eq!(faults(spoiled), [*field]);
    }
}

/// The fields that are at fault.
fn faults<R: Row>(row: R) -> Vec<&'static str> {
    read(row).expect_err("a fault").iter().map(|problem| problem.field).collect()
}

/// What a timeline shows of a row.
fn shown<R: Row>(row: R) -> v1::TimelineEvent {
    let record = read(row).unwrap();
    let record = match record {
        Record::Transaction(transaction) => {
            // As if its money had been converted on its way in.
            let converted = Some(lojal_domain::Amount::parse("11.00").unwrap());
            Record::Transaction(lojal_domain::Transaction { converted, ..transaction })
        }
        Record::Cost(cost) => {
            let converted = Some(lojal_domain::Amount::parse("4.00").unwrap());
            Record::Cost(lojal_domain::Cost { converted, ..cost })
        }
        record => record,
    };
    let position = lojal_engine::Position { time: EventTime::from_micros(5_000_000), record: 1 };
    let recorded = Recorded { position, recorded_at: EventTime::from_micros(6_000_000), record };
    timeline_event(recorded, Currency::parse("EUR").unwrap())
}

/// The fields of a row's event that its timeline leaves out, other events being unset.
fn left_out(event: &v1::TimelineEvent, name: &str) -> Vec<String> {
    let events = ["transaction", "refund", "survey_response", "attributes", "void", "interaction", "cost"];
    let others: Vec<&str> = events.into_iter().filter(|event| *event != name).collect();
    unset(event, "TimelineEvent").into_iter().filter(|field| !others.contains(&&**field)).collect()
}

#[test]
fn transactions() {
    let row = v1::Transaction {
        customer_id: "ann".to_owned(),
        transaction_id: "t1".to_owned(),
        time: at(19_000),
        amount: money("12.50", "USD"),
        occurrence: 0,
        discount: money("2.50", "USD"),
    };
    each(
        &row,
        &[
            (|row| row.customer_id = String::new(), "customer_id"),
            (|row| row.transaction_id = "x".repeat(129), "transaction_id"),
            (|row| row.occurrence = 2, "occurrence"),
            (|row| (row.transaction_id, row.occurrence) = (String::new(), -1), "occurrence"),
            (|row| row.time = None, "time"),
            (|row| row.time = at(20_002), "time"),
            (|row| row.time = Some(Timestamp { seconds: i64::MAX, nanos: 0 }), "time"),
            (|row| row.amount = None, "amount"),
            (|row| row.amount = money("12,50", "USD"), "amount.amount"),
            (|row| row.amount = money("12.50", "DOLLAR"), "amount.currency_code"),
            (|row| row.discount = money("-1", ""), "discount.amount"),
            (|row| row.discount = money("1", "EUR"), "discount.currency_code"),
        ],
    );
    let event = shown(row);
    assert_eq!(left_out(&event, "transaction"), Vec::<String>::new());
}

#[test]
fn refunds_and_voids() {
    let refund = v1::Refund {
        refund_id: "r1".to_owned(),
        transaction_id: "t1".to_owned(),
        time: at(19_000),
        amount: money("1.00", "EUR"),
    };
    each(
        &refund,
        &[
            (|row| row.refund_id = String::new(), "refund_id"),
            (|row| row.transaction_id = String::new(), "transaction_id"),
            (|row| row.time = None, "time"),
            (|row| row.amount = None, "amount"),
            (|row| row.amount = money("0", "EUR"), "amount.amount"),
        ],
    );
    assert_eq!(left_out(&shown(refund), "refund"), Vec::<String>::new());
    let void =
        v1::TransactionVoid { transaction_id: "t1".to_owned(), time: None, reason: "a test".to_owned() };
    each(
        &void,
        &[
            (|row| row.transaction_id = String::new(), "transaction_id"),
            (|row| row.time = at(20_002), "time"),
            (|row| row.reason = "x".repeat(10_000), "reason"),
        ],
    );
    assert_eq!(left_out(&shown(void), "void"), Vec::<String>::new());
}

#[test]
fn survey_responses() {
    let row = v1::SurveyResponse {
        response_id: "a1".to_owned(),
        customer_id: "ann".to_owned(),
        time: at(19_000),
        score: Some(2),
        metric: v1::SurveyMetric::Custom.into(),
        kind: v1::SurveyKind::Transactional.into(),
        survey_id: "own".to_owned(),
        channel: "mail".to_owned(),
        comment: "slow".to_owned(),
        scale_min: Some(1),
        scale_max: Some(4),
        disposition: v1::SurveyDisposition::Partial.into(),
        topics: vec!["delivery".to_owned()],
        weight: Some(1.5),
        lower_is_better: true,
    };
    each(
        &row,
        &[
            (|row| row.response_id = String::new(), "response_id"),
            (|row| row.customer_id = "x".repeat(129), "customer_id"),
            (|row| row.time = None, "time"),
            (|row| row.score = Some(5), "score"),
            (|row| row.disposition = v1::SurveyDisposition::Bounced.into(), "score"),
            (|row| (row.score, row.disposition) = (None, 0), "score"),
            (|row| row.metric = 99, "metric"),
            (|row| row.kind = 99, "kind"),
            (|row| row.survey_id = String::new(), "survey_id"),
            (|row| row.survey_id = "x".repeat(129), "survey_id"),
            (|row| row.channel = "x".repeat(129), "channel"),
            (|row| row.comment = "x".repeat(100_000), "comment"),
            (|row| row.scale_min = None, "scale_min"),
            (|row| row.scale_max = Some(0), "scale_max"),
            (
                |row| (row.metric, row.scale_min, row.scale_max) = (v1::SurveyMetric::Nps.into(), None, None),
                "lower_is_better",
            ),
            (|row| row.disposition = 99, "disposition"),
            (|row| row.topics = vec!["x".to_owned(), String::new()], "topics"),
            (|row| row.topics = vec!["x".to_owned(); 1_000], "topics"),
            (|row| row.weight = Some(0.0), "weight"),
            (|row| row.weight = Some(f64::NAN), "weight"),
        ],
    );
    assert_eq!(left_out(&shown(row), "survey_response"), Vec::<String>::new());
}

#[test]
fn interactions() {
    let row = v1::Interaction {
        interaction_id: "i1".to_owned(),
        customer_id: "ann".to_owned(),
        time: at(19_000),
        kind: v1::InteractionKind::SupportCase.into(),
        name: "repair".to_owned(),
        channel: "street".to_owned(),
        status: "done".to_owned(),
        topics: vec!["advice".to_owned()],
        case_id: "case-9".to_owned(),
    };
    each(
        &row,
        &[
            (|row| row.interaction_id = String::new(), "interaction_id"),
            (|row| row.customer_id = String::new(), "customer_id"),
            (|row| row.time = None, "time"),
            (|row| row.kind = 99, "kind"),
            (|row| row.kind = v1::InteractionKind::Visit.into(), "case_id"),
            (|row| row.case_id = "x".repeat(129), "case_id"),
            (|row| row.name = "x".repeat(129), "name"),
            (|row| row.channel = "x".repeat(129), "channel"),
            (|row| row.status = "x".repeat(129), "status"),
            (|row| row.topics = vec!["x".repeat(10_000)], "topics"),
        ],
    );
    assert_eq!(left_out(&shown(row), "interaction"), Vec::<String>::new());
}

#[test]
fn costs() {
    let of_a_market = v1::Cost {
        cost_id: "ads-1".to_owned(),
        kind: v1::CostKind::Acquisition.into(),
        customer_id: String::new(),
        source: "ads".to_owned(),
        market: "hr".to_owned(),
        time: at(19_000),
        // A period may go on when it is recorded.
        end_time: at(20_020),
        amount: money("5", "USD"),
    };
    each(
        &of_a_market,
        &[
            (|row| row.cost_id = String::new(), "cost_id"),
            (|row| row.kind = 99, "kind"),
            (|row| row.source = "x".repeat(129), "source"),
            (|row| row.market = "x".repeat(129), "market"),
            (|row| row.time = None, "time"),
            (|row| row.time = at(20_002), "time"),
            (|row| row.end_time = at(19_000), "end_time"),
            (|row| row.end_time = at(19_000 + 18_264), "end_time"),
            (|row| row.amount = None, "amount"),
            (|row| row.amount = money("0", "USD"), "amount.amount"),
            (|row| row.amount = money("-1", "USD"), "amount.amount"),
            (|row| row.amount = money("1", "X"), "amount.currency_code"),
        ],
    );
    let of_one = v1::Cost {
        customer_id: "ann".to_owned(),
        source: String::new(),
        market: String::new(),
        ..of_a_market
    };
    each(
        &of_one,
        &[
            (|row| row.customer_id = "x".repeat(129), "customer_id"),
            // What a customer came by, and where they are, their attributes say.
            (|row| row.source = "ads".to_owned(), "source"),
            (|row| row.market = "hr".to_owned(), "market"),
        ],
    );
    assert_eq!(left_out(&shown(of_one), "cost"), Vec::<String>::new());
}

#[test]
fn attributes() {
    let row = v1::CustomerUpsert {
        customer_id: "ann".to_owned(),
        attributes: HashMap::from([("market".to_owned(), "hr".to_owned())]).into_iter().collect(),
        effective_time: at(19_000),
        acquisition_source: "referral".to_owned(),
        referred_by: "bob".to_owned(),
    };
    each(
        &row,
        &[
            (|row| row.customer_id = String::new(), "customer_id"),
            (|row| row.effective_time = at(20_002), "effective_time"),
            (|row| row.referred_by = "ann".to_owned(), "referred_by"),
            (|row| row.acquisition_source = "x".repeat(100_000), "acquisition_source"),
            (
                |row| drop(row.attributes.insert("acquisition_source".to_owned(), "ads".to_owned())),
                "acquisition_source",
            ),
            (|row| drop(row.attributes.insert(String::new(), "x".to_owned())), "attributes"),
            (|row| drop(row.attributes.insert("long".to_owned(), "x".repeat(100_000))), "attributes"),
        ],
    );
    let nothing = v1::CustomerUpsert { customer_id: "ann".to_owned(), ..Default::default() };
    assert_eq!(faults(nothing), ["attributes"], "nothing is said");
    let event = shown(row);
    assert_eq!(left_out(&event, "attributes"), Vec::<String>::new());
    let Some(v1::timeline_event::Event::Attributes(found)) = event.event else { panic!("{event:?}") };
    let names: Vec<&str> = found.attributes.keys().map(String::as_str).collect();
    assert_eq!(names, ["acquisition_source", "market", "referred_by"]);
}

/// A template that is filled in only in part, as grpcurl makes one, says no more than that part.
#[test]
fn what_is_left_empty_is_not_there() {
    let nothing = at(0);
    let bare = v1::Transaction {
        customer_id: "ann".to_owned(),
        transaction_id: "t1".to_owned(),
        time: at(19_000),
        amount: money("12.50", ""),
        ..v1::Transaction::default()
    };
    let left = v1::Transaction { discount: money("", ""), ..bare.clone() };
    assert_eq!(read(left).unwrap(), read(bare.clone()).unwrap());
    let unpaid = v1::Transaction { amount: money("", ""), ..bare };
    assert_eq!(faults(unpaid), ["amount"]);

    let bare = v1::TransactionVoid { transaction_id: "t1".to_owned(), ..v1::TransactionVoid::default() };
    let left = v1::TransactionVoid { time: nothing, ..bare.clone() };
    assert_eq!(read(left).unwrap(), read(bare).unwrap());

    let bare = v1::CustomerUpsert {
        customer_id: "ann".to_owned(),
        acquisition_source: "ads".to_owned(),
        ..v1::CustomerUpsert::default()
    };
    let attributes = HashMap::from([(String::new(), String::new())]);
    let left = v1::CustomerUpsert {
        attributes: attributes.into_iter().collect(),
        effective_time: nothing,
        ..bare.clone()
    };
    assert_eq!(read(left).unwrap(), read(bare).unwrap());

    let bare = v1::Interaction {
        interaction_id: "i1".to_owned(),
        customer_id: "ann".to_owned(),
        time: at(19_000),
        ..v1::Interaction::default()
    };
    let left = v1::Interaction { topics: vec![String::new()], ..bare.clone() };
    assert_eq!(read(left).unwrap(), read(bare).unwrap());

    let bare = v1::Cost {
        cost_id: "k1".to_owned(),
        time: at(19_000),
        amount: money("5", ""),
        ..v1::Cost::default()
    };
    let left = v1::Cost { end_time: nothing, ..bare.clone() };
    assert_eq!(read(left).unwrap(), read(bare).unwrap());
}

/// Whoever corrects a row does so once.
#[test]
fn every_fault_of_a_row_is_named() {
    let long = || "x".repeat(10_000);
    let transaction = v1::Transaction {
        transaction_id: "t1".to_owned(),
        occurrence: 2,
        amount: money("-1", ""),
        discount: money("1", "USD"),
        ..v1::Transaction::default()
    };
    let all = ["customer_id", "occurrence", "amount.amount", "discount.currency_code", "time"];
    assert_eq!(faults(transaction), all);
    assert_eq!(faults(v1::Refund::default()), ["refund_id", "transaction_id", "amount", "time"]);
    let void = v1::TransactionVoid { reason: long(), time: at(30_000), ..v1::TransactionVoid::default() };
    assert_eq!(faults(void), ["transaction_id", "time", "reason"]);
    let upsert = v1::CustomerUpsert {
        effective_time: at(30_000),
        attributes: HashMap::from([("NO".to_owned(), String::new())]).into_iter().collect(),
        referred_by: "a\nb".to_owned(),
        ..v1::CustomerUpsert::default()
    };
    assert_eq!(faults(upsert), ["referred_by", "customer_id", "attributes", "effective_time"]);
    let response =
        v1::SurveyResponse { score: Some(11), weight: Some(-1.0), comment: long(), ..Default::default() };
    assert_eq!(faults(response), ["response_id", "weight", "comment", "time", "score"]);
    let interaction = v1::Interaction { kind: 99, status: long(), ..v1::Interaction::default() };
    assert_eq!(faults(interaction), ["kind", "interaction_id", "customer_id", "time", "status"]);
    let cost = v1::Cost {
        customer_id: "ann".to_owned(),
        source: "ads".to_owned(),
        market: "hr".to_owned(),
        ..v1::Cost::default()
    };
    assert_eq!(faults(cost), ["cost_id", "source", "market", "time", "amount"]);
}

#[test]
fn every_fault_of_a_row_in_columns_is_named() {
    let context = RowContext { now: EventTime::from_micros(0), currency: Currency::parse("EUR").unwrap() };
    let rows = || v1::TransactionColumns {
        customer_ids: "ann\nbob\tby".to_owned(),
        times: vec![-1, 200 * DAY * 1_000_000],
        amounts: vec![1, -1],
        discounts: vec![0, -1],
        occurrences: vec![1, -1],
        ..v1::TransactionColumns::default()
    };
    let refusal = columns::read(rows(), false, &context).unwrap_err();
    let all = ["customer_id", "time", "amount", "occurrence", "discount"];
    assert_eq!(refusal.violated(), all.map(|field| format!("columns[1].{field}")));
    // The good row is recorded once, however much is wrong with the other.
    let read = columns::read(rows(), true, &context).unwrap();
    assert_eq!(read.columns.len(), 1);
}
