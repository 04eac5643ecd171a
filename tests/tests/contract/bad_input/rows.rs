//! Rows that cannot be recorded.

use lojal_proto::v1;
use lojal_proto::v1::ErrorReason;
use lojal_tests::say::{purchase, record};
use lojal_tests::{Clients, at, failure, money};
use tonic::{Code, Response, Status};

use super::{Checks, Expected, expected, invalid};

type Change<R> = fn(&mut R);

async fn transactions(
    clients: &Clients,
    rows: Vec<v1::Transaction>,
    skip_invalid: bool,
) -> Result<Response<v1::RecordTransactionsResponse>, Status> {
    let request = v1::RecordTransactionsRequest { transactions: rows, skip_invalid };
    clients.ingest.clone().record_transactions(request).await
}

async fn refunds(
    clients: &Clients,
    rows: Vec<v1::Refund>,
    skip_invalid: bool,
) -> Result<Response<v1::RecordRefundsResponse>, Status> {
    let request = v1::RecordRefundsRequest { refunds: rows, skip_invalid };
    clients.ingest.clone().record_refunds(request).await
}

async fn surveys(
    clients: &Clients,
    rows: Vec<v1::SurveyResponse>,
    skip_invalid: bool,
) -> Result<Response<v1::RecordSurveyResponsesResponse>, Status> {
    let request = v1::RecordSurveyResponsesRequest { survey_responses: rows, skip_invalid };
    clients.ingest.clone().record_survey_responses(request).await
}

async fn customers(
    clients: &Clients,
    rows: Vec<v1::CustomerUpsert>,
) -> Result<Response<v1::UpsertCustomersResponse>, Status> {
    let request = v1::UpsertCustomersRequest { customers: rows, skip_invalid: false };
    clients.customers.clone().upsert_customers(request).await
}

fn good() -> v1::Transaction {
    purchase("c1", "new", "2026-03-01T12:00:00Z", "12.50")
}

fn amount(text: &str) -> Option<v1::Money> {
    Some(money(text, "EUR"))
}

/// The bad row stands second, after a good one, which must not be recorded either.
const TRANSACTIONS: &[(&str, Change<v1::Transaction>, &str)] = &[
    ("empty id", |row| row.customer_id.clear(), "transactions[1].customer_id"),
    ("id of 129 bytes", |row| row.customer_id = "x".repeat(129), "transactions[1].customer_id"),
    ("id of 65 two-byte letters", |row| row.customer_id = "č".repeat(65), "transactions[1].customer_id"),
    ("line break in the id", |row| row.customer_id = "a\nb".to_owned(), "transactions[1].customer_id"),
    ("zero byte in the id", |row| row.customer_id = "a\0".to_owned(), "transactions[1].customer_id"),
    ("C1 control character", |row| row.customer_id = "a\u{85}".to_owned(), "transactions[1].customer_id"),
    ("long transaction id", |row| row.transaction_id = "x".repeat(129), "transactions[1].transaction_id"),
    ("tab in transaction id", |row| row.transaction_id = "a\tb".to_owned(), "transactions[1].transaction_id"),
    ("decimal comma", |row| row.amount = amount("12,5"), "transactions[1].amount.amount"),
    ("7 decimals", |row| row.amount = amount("0.1234567"), "transactions[1].amount.amount"),
    ("NaN", |row| row.amount = amount("NaN"), "transactions[1].amount.amount"),
    ("infinity", |row| row.amount = amount("inf"), "transactions[1].amount.amount"),
    ("exponent", |row| row.amount = amount("1e3"), "transactions[1].amount.amount"),
    ("hexadecimal", |row| row.amount = amount("0x10"), "transactions[1].amount.amount"),
    ("thousands separator", |row| row.amount = amount("1_000"), "transactions[1].amount.amount"),
    ("blank before", |row| row.amount = amount(" 12"), "transactions[1].amount.amount"),
    ("other digits", |row| row.amount = amount("１２"), "transactions[1].amount.amount"),
    ("currency in the amount", |row| row.amount = amount("12 EUR"), "transactions[1].amount.amount"),
    ("negative", |row| row.amount = amount("-0.01"), "transactions[1].amount.amount"),
    ("13 digits", |row| row.amount = amount("1000000000000"), "transactions[1].amount.amount"),
    ("empty amount", |row| row.amount = amount(""), "transactions[1].amount.amount"),
    ("no amount", |row| row.amount = None, "transactions[1].amount"),
    ("year 9999", |row| row.time = Some(at("9999-12-30T00:00:00Z")), "transactions[1].time"),
    ("before 1900", |row| row.time = Some(at("1899-12-31T23:59:59Z")), "transactions[1].time"),
    ("milliseconds for seconds", |row| row.time = seconds(1_772_366_400_000), "transactions[1].time"),
    ("the largest time there is", |row| row.time = seconds(i64::MAX), "transactions[1].time"),
    ("the smallest time there is", |row| row.time = seconds(i64::MIN), "transactions[1].time"),
    ("no time", |row| row.time = None, "transactions[1].time"),
    ("unknown currency", |row| row.amount = Some(money("1", "ZZZ")), "transactions[1].amount.currency_code"),
    ("small letters", |row| row.amount = Some(money("1", "eur")), "transactions[1].amount.currency_code"),
    ("currency name", |row| row.amount = Some(money("1", "Euro")), "transactions[1].amount.currency_code"),
    ("negative discount", |row| row.discount = amount("-1"), "transactions[1].discount.amount"),
    ("discount in percent", |row| row.discount = amount("10%"), "transactions[1].discount.amount"),
    ("discount of nothing said", |row| row.discount = amount(""), "transactions[1].discount.amount"),
    (
        "discount in another currency",
        |row| row.discount = Some(money("1", "USD")),
        "transactions[1].discount.currency_code",
    ),
    ("id and occurrence", |row| row.occurrence = 2, "transactions[1].occurrence"),
    ("negative occurrence", |row| nth(row, -1), "transactions[1].occurrence"),
    ("huge occurrence", |row| nth(row, 1_000_001), "transactions[1].occurrence"),
];

fn nth(row: &mut v1::Transaction, occurrence: i32) {
    row.transaction_id.clear();
    row.occurrence = occurrence;
}

fn seconds(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}

#[tokio::test]
async fn transactions_that_cannot_be_taken() {
    let mut checks = Checks::start().await;
    record(&checks.clients, vec![purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.50")]).await;
    let revision = checks.revision().await;
    for (case, change, field) in TRANSACTIONS {
        let mut bad = good();
        bad.transaction_id = "bad".to_owned();
        change(&mut bad);
        let answer = transactions(&checks.clients, vec![good(), bad], false).await;
        checks.not_recorded(case, answer, invalid(field), revision).await;
    }
    let conflict = expected(Code::AlreadyExists, ErrorReason::RecordConflict, "transactions[1]");
    let other = [
        purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.51"),
        purchase("c2", "t1", "2026-03-01T12:00:00Z", "12.50"),
        purchase("c1", "t1", "2026-03-01T12:00:01Z", "12.50"),
    ];
    for bad in other {
        let answer = transactions(&checks.clients, vec![good(), bad.clone()], false).await;
        checks.not_recorded(&format!("other content {bad:?}"), answer, conflict, revision).await;
    }
    let mut cheaper = purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.50");
    cheaper.discount = amount("1");
    let answer = transactions(&checks.clients, vec![good(), cheaper], false).await;
    checks.not_recorded("a discount after all", answer, conflict, revision).await;
    let twice = vec![good(), purchase("c2", "new", "2026-03-01T12:00:00Z", "1")];
    let answer = transactions(&checks.clients, twice, false).await;
    checks.not_recorded("two contents in one request", answer, conflict, revision).await;
    let mut dollars = purchase("c1", "t9", "2026-03-01T12:00:00Z", "1");
    dollars.amount = Some(money("1", "USD"));
    let answer = transactions(&checks.clients, vec![good(), dollars], false).await;
    let missing_rate = "transactions[1].amount.currency_code";
    let missing_rate = expected(Code::FailedPrecondition, ErrorReason::ExchangeRateMissing, missing_rate);
    checks.not_recorded("a second currency", answer, missing_rate, revision).await;
    let answer = transactions(&checks.clients, Vec::new(), false).await;
    checks.not_recorded("no rows", answer, invalid("transactions"), revision).await;

    // The first content stayed, to the byte, and the same again is a duplicate.
    let request = v1::GetTimelineRequest { customer_id: "c1".to_owned(), ..Default::default() };
    let timeline = checks.clients.customers.clone().get_timeline(request).await.unwrap().into_inner();
    assert_eq!(timeline.events.len(), 1);
    let mut same = purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.5");
    assert_eq!(record(&checks.clients, vec![same.clone()]).await.duplicates, 1, "12.5 is 12.50");
    same.discount = Some(money("0.00", ""));
    assert_eq!(record(&checks.clients, vec![same]).await.duplicates, 1, "a discount of 0 is none");
    checks.done();
}

fn refund(id: &str, transaction: &str, time: &str, amount: &str) -> v1::Refund {
    v1::Refund {
        refund_id: id.to_owned(),
        transaction_id: transaction.to_owned(),
        time: Some(at(time)),
        amount: Some(money(amount, "EUR")),
    }
}

#[tokio::test]
async fn refunds_that_cannot_be_taken() {
    let mut checks = Checks::start().await;
    record(&checks.clients, vec![purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.50")]).await;
    let later = "2026-03-02T12:00:00Z";
    let first = vec![refund("r1", "t1", later, "2.50")];
    refunds(&checks.clients, first.clone(), false).await.unwrap();
    let revision = checks.revision().await;
    let exceeds =
        expected(Code::FailedPrecondition, ErrorReason::RefundExceedsTransaction, "refunds[0].amount.amount");
    let unknown = expected(Code::NotFound, ErrorReason::TransactionNotFound, "refunds[0].transaction_id");
    let mut in_dollars = refund("r2", "t1", later, "1");
    in_dollars.amount = Some(money("1", "USD"));
    let mut without_time = refund("r2", "t1", later, "1");
    without_time.time = None;
    let mut without_amount = refund("r2", "t1", later, "1");
    without_amount.amount = None;
    let cases: Vec<(&str, v1::Refund, Expected)> = vec![
        ("more than the transaction", refund("r2", "t1", later, "12.51"), exceeds),
        ("more than is left", refund("r2", "t1", later, "10.01"), exceeds),
        ("of an unknown transaction", refund("r2", "t7", later, "1"), unknown),
        (
            "before the transaction",
            refund("r2", "t1", "2026-03-01T11:59:59Z", "1"),
            invalid("refunds[0].time"),
        ),
        ("of nothing", refund("r2", "t1", later, "0"), invalid("refunds[0].amount.amount")),
        ("negative", refund("r2", "t1", later, "-1"), invalid("refunds[0].amount.amount")),
        ("without an id", refund("", "t1", later, "1"), invalid("refunds[0].refund_id")),
        ("without a transaction", refund("r2", "", later, "1"), invalid("refunds[0].transaction_id")),
        ("without a time", without_time, invalid("refunds[0].time")),
        ("without an amount", without_amount, invalid("refunds[0].amount")),
        (
            "in another currency than its transaction's",
            in_dollars,
            invalid("refunds[0].amount.currency_code"),
        ),
        (
            "other content",
            refund("r1", "t1", later, "2.51"),
            expected(Code::AlreadyExists, ErrorReason::RecordConflict, "refunds[0]"),
        ),
    ];
    for (case, bad, expected) in cases {
        let answer = refunds(&checks.clients, vec![bad], false).await;
        checks.not_recorded(case, answer, expected, revision).await;
    }
    let two = vec![refund("r2", "t1", later, "6"), refund("r3", "t1", later, "6")];
    let answer = refunds(&checks.clients, two, false).await;
    let second = Expected { field: "refunds[1].amount.amount", ..exceeds };
    checks.not_recorded("two that are too much together", answer, second, revision).await;
    let again = refunds(&checks.clients, first, false).await.unwrap().into_inner().result.unwrap();
    assert_eq!((again.recorded, again.duplicates), (0, 1));
    checks.done();
}

fn answer_to_survey(id: &str) -> v1::SurveyResponse {
    v1::SurveyResponse {
        response_id: id.to_owned(),
        customer_id: "c1".to_owned(),
        time: Some(at("2026-03-01T12:00:00Z")),
        score: Some(9),
        ..Default::default()
    }
}

const SURVEYS: &[(&str, Change<v1::SurveyResponse>, &str)] = &[
    ("score 11", |row| row.score = Some(11), "survey_responses[1].score"),
    ("score -1", |row| row.score = Some(-1), "survey_responses[1].score"),
    ("a score that is 9 in a byte", |row| row.score = Some(265), "survey_responses[1].score"),
    ("no score", |row| row.score = None, "survey_responses[1].score"),
    ("a scale from 1", |row| row.scale_min = Some(1), "survey_responses[1].scale_min"),
    ("a scale to 5", |row| row.scale_max = Some(5), "survey_responses[1].scale_max"),
    ("unknown metric", |row| row.metric = 7, "survey_responses[1].metric"),
    ("unknown kind", |row| row.kind = -3, "survey_responses[1].kind"),
    ("no id", |row| row.response_id.clear(), "survey_responses[1].response_id"),
    ("customer of 129 bytes", |row| row.customer_id = "x".repeat(129), "survey_responses[1].customer_id"),
    ("no time", |row| row.time = None, "survey_responses[1].time"),
    ("the future", |row| row.time = Some(at("2199-01-01T00:00:00Z")), "survey_responses[1].time"),
    ("long comment", |row| row.comment = "x".repeat(2_001), "survey_responses[1].comment"),
    ("long survey id", |row| row.survey_id = "x".repeat(129), "survey_responses[1].survey_id"),
    ("long channel", |row| row.channel = "x".repeat(129), "survey_responses[1].channel"),
];

#[tokio::test]
async fn survey_answers_that_cannot_be_taken() {
    let mut checks = Checks::start().await;
    surveys(&checks.clients, vec![answer_to_survey("a1")], false).await.unwrap();
    let revision = checks.revision().await;
    for (case, change, field) in SURVEYS {
        let mut bad = answer_to_survey("bad");
        change(&mut bad);
        let answer = surveys(&checks.clients, vec![answer_to_survey("new"), bad], false).await;
        checks.not_recorded(case, answer, invalid(field), revision).await;
    }
    let mut other = answer_to_survey("a1");
    other.score = Some(2);
    let answer = surveys(&checks.clients, vec![other], false).await;
    let conflict = expected(Code::AlreadyExists, ErrorReason::RecordConflict, "survey_responses[0]");
    checks.not_recorded("other content", answer, conflict, revision).await;
    checks.done();
}

const CUSTOMERS: &[(&str, Change<v1::CustomerUpsert>, &str)] = &[
    ("no id", |row| row.customer_id.clear(), "customers[1].customer_id"),
    ("no facts", |row| row.attributes.clear(), "customers[1].attributes"),
    ("capital letters", |row| fact(row, "Market", "hr"), "customers[1].attributes"),
    ("name starts with a digit", |row| fact(row, "1st", "hr"), "customers[1].attributes"),
    ("name of 65 bytes", |row| fact(row, &"x".repeat(65), "hr"), "customers[1].attributes"),
    ("empty name", |row| fact(row, "", "hr"), "customers[1].attributes"),
    ("value of 257 bytes", |row| fact(row, "plan", &"x".repeat(257)), "customers[1].attributes"),
    ("year 9999", |row| row.effective_time = Some(at("9999-01-01T00:00:00Z")), "customers[1].effective_time"),
    ("their own referrer", |row| row.referred_by = "c1".to_owned(), "customers[1].referred_by"),
    ("referrer of 129 bytes", |row| row.referred_by = "x".repeat(129), "customers[1].referred_by"),
    ("line break in the referrer", |row| row.referred_by = "c\n2".to_owned(), "customers[1].referred_by"),
    (
        "source of 257 bytes",
        |row| row.acquisition_source = "x".repeat(257),
        "customers[1].acquisition_source",
    ),
    (
        "two sources",
        |row| {
            fact(row, "acquisition_source", "ads");
            row.acquisition_source = "search".to_owned();
        },
        "customers[1].acquisition_source",
    ),
    (
        "a referrer, and none",
        |row| {
            fact(row, "referred_by", "");
            row.referred_by = "c2".to_owned();
        },
        "customers[1].referred_by",
    ),
    (
        "64 facts and a source",
        |row| {
            row.attributes = (0..64).map(|index| (format!("f{index}"), "x".to_owned())).collect();
            row.acquisition_source = "ads".to_owned();
        },
        "customers[1].attributes",
    ),
    (
        "65 facts",
        |row| row.attributes = (0..65).map(|index| (format!("f{index}"), "x".to_owned())).collect(),
        "customers[1].attributes",
    ),
];

fn fact(row: &mut v1::CustomerUpsert, name: &str, value: &str) {
    row.attributes.insert(name.to_owned(), value.to_owned());
}

#[tokio::test]
async fn customers_that_cannot_be_taken() {
    let mut checks = Checks::start().await;
    let revision = checks.revision().await;
    for (case, change, field) in CUSTOMERS {
        let mut row = v1::CustomerUpsert { customer_id: "c1".to_owned(), ..Default::default() };
        fact(&mut row, "market", "hr");
        let mut bad = row.clone();
        change(&mut bad);
        let answer = customers(&checks.clients, vec![row, bad]).await;
        checks.not_recorded(case, answer, invalid(field), revision).await;
    }
    checks.done();
}

#[tokio::test]
async fn good_rows_are_recorded_and_bad_ones_listed_when_asked_for() {
    let mut checks = Checks::start().await;
    record(&checks.clients, vec![purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.50")]).await;
    let time = "2026-03-01T12:00:00Z";
    let mut without_time = purchase("c1", "t4", time, "1");
    without_time.time = None;
    let mut dollars = purchase("c1", "t7", time, "1");
    dollars.amount = Some(money("1", "USD"));
    let rows = vec![
        purchase("c1", "t1", time, "12.50"),
        purchase("", "t2", time, "1"),
        purchase("c1", "t3", time, "1"),
        without_time,
        purchase("c1", "t1", time, "99"),
        purchase("c1", "t5", time, "12,5"),
        purchase("c1", "t6", time, "2"),
        dollars,
        purchase("c2", "t8", time, "3"),
    ];
    let result = transactions(&checks.clients, rows, true).await.unwrap().into_inner().result.unwrap();
    assert_eq!((result.recorded, result.duplicates), (3, 1), "{result:?}");
    let errors: Vec<(i32, &str, ErrorReason)> =
        result.row_errors.iter().map(|error| (error.index, error.field.as_str(), error.reason())).collect();
    let listed = [
        (1, "transactions[1].customer_id", ErrorReason::InvalidField),
        (3, "transactions[3].time", ErrorReason::InvalidField),
        (4, "transactions[4]", ErrorReason::RecordConflict),
        (5, "transactions[5].amount.amount", ErrorReason::InvalidField),
        (7, "transactions[7].amount.currency_code", ErrorReason::ExchangeRateMissing),
    ];
    assert_eq!(errors, listed);
    assert!(result.row_errors.iter().all(|error| error.message.contains(&error.field)));
    assert_eq!(checks.clients.workspace().await.transactions, 4);

    let rows = vec![
        refund("r1", "t9", time, "1"),
        refund("r2", "t3", time, "0.5"),
        refund("r3", "t3", time, "0.6"),
        refund("", "t3", time, "0.1"),
        refund("r4", "t3", time, "0.5"),
    ];
    let result = refunds(&checks.clients, rows, true).await.unwrap().into_inner().result.unwrap();
    let errors: Vec<i32> = result.row_errors.iter().map(|error| error.index).collect();
    assert_eq!((result.recorded, errors), (2, vec![0, 2, 3]), "{:?}", result.row_errors);

    let rows = vec![answer_to_survey(""), answer_to_survey("a1")];
    let result = surveys(&checks.clients, rows, true).await.unwrap().into_inner().result.unwrap();
    assert_eq!((result.recorded, result.row_errors.len()), (1, 1));

    // Nothing but bad rows is no failure either when they are to be skipped.
    let revision = checks.revision().await;
    let result = transactions(&checks.clients, vec![purchase("", "t2", time, "1")], true).await;
    let result = result.unwrap().into_inner().result.unwrap();
    assert_eq!((result.recorded, result.row_errors.len()), (0, 1));
    let now = checks.revision().await;
    checks
        .check(now == revision, || format!("recording nothing moved the revision from {revision} to {now}"));
    checks.done();
}

/// Whoever corrects a row does so once: all that is wrong with it is told together, whether it keeps the others out or not.
#[tokio::test]
async fn a_row_with_two_faults_names_both() {
    let checks = Checks::start().await;
    let bad = v1::Transaction { customer_id: String::new(), amount: amount("-1"), ..good() };
    let rows = vec![good(), bad];
    let refused = transactions(&checks.clients, rows.clone(), false).await.unwrap_err();
    let told = failure(&refused);
    let fields = ["transactions[1].customer_id", "transactions[1].amount.amount"];
    assert_eq!(told.fields.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), fields, "{told:?}");
    let result = transactions(&checks.clients, rows, true).await.unwrap().into_inner().result.unwrap();
    assert_eq!((result.recorded, result.row_errors.len()), (1, 1));
    let error = &result.row_errors[0];
    assert_eq!((error.index, error.field.as_str()), (1, fields[0]));
    assert_eq!(error.fields, fields);
    for words in ["customer_id is empty", "; transactions[1].amount.amount is negative"] {
        assert!(error.message.contains(words), "{words}: {}", error.message);
    }
}
