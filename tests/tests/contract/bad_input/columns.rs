//! Purchases in columns that cannot be recorded.

use lojal_proto::v1;
use lojal_proto::v1::ErrorReason;
use lojal_proto::v1::import_request::Rows;
use lojal_tests::say::{purchase, record};
use lojal_tests::{Clients, money, timeline};
use tonic::{Code, Status};

use super::{Checks, expected, invalid};

/// 2026-03-01T12:00:00Z.
const NOON: i64 = 1_772_366_400_000_000;

type Change = fn(&mut v1::TransactionColumns);

fn two_rows() -> v1::TransactionColumns {
    v1::TransactionColumns {
        customer_ids: "c1\nc2".to_owned(),
        times: vec![NOON, NOON],
        amounts: vec![12_500_000, 0],
        currency_code: "EUR".to_owned(),
        ..Default::default()
    }
}

fn chunk(columns: v1::TransactionColumns, skip_invalid: bool) -> v1::ImportRequest {
    v1::ImportRequest { sequence: 1, skip_invalid, rows: Some(Rows::Columns(columns)), ..Default::default() }
}

async fn import(
    clients: &Clients,
    columns: v1::TransactionColumns,
    skip_invalid: bool,
) -> Result<v1::WriteResult, Status> {
    let (mut answers, ended) = clients.import(vec![chunk(columns, skip_invalid)]).await;
    ended?;
    Ok(answers.remove(0).result.unwrap())
}

/// The bad row stands second, after a good one, which must not be recorded either.
const CASES: &[(&str, Change, &str)] = &[
    ("no customers", |it| it.customer_ids.clear(), "columns.customer_ids"),
    ("a time too few", |it| it.times.truncate(1), "columns.times"),
    ("a time too many", |it| it.times.push(NOON), "columns.times"),
    ("no times", |it| it.times.clear(), "columns.times"),
    ("an amount too few", |it| it.amounts.truncate(1), "columns.amounts"),
    ("no amounts", |it| it.amounts.clear(), "columns.amounts"),
    ("an id too few", |it| it.transaction_ids = "t1".to_owned(), "columns.transaction_ids"),
    ("an id too many", |it| it.transaction_ids = "t1\nt2\nt3".to_owned(), "columns.transaction_ids"),
    ("an occurrence too few", |it| it.occurrences = vec![1], "columns.occurrences"),
    ("an occurrence too many", |it| it.occurrences = vec![1, 1, 1], "columns.occurrences"),
    ("a discount too few", |it| it.discounts = vec![1], "columns.discounts"),
    ("negative discount", |it| it.discounts = vec![1, -1], "columns[1].discount"),
    ("discount of 13 digits", |it| it.discounts = vec![0, 1_000_000_000_000_000_000], "columns[1].discount"),
    ("empty customer", |it| it.customer_ids = "c1\n\n".to_owned(), "columns[1].customer_id"),
    ("129 bytes", |it| it.customer_ids = format!("c1\n{}", "x".repeat(129)), "columns[1].customer_id"),
    (
        "65 two-byte letters",
        |it| it.customer_ids = format!("c1\n{}", "č".repeat(65)),
        "columns[1].customer_id",
    ),
    ("carriage return", |it| it.customer_ids = "c1\nc2\r\n".to_owned(), "columns[1].customer_id"),
    ("zero byte", |it| it.customer_ids = "c1\nc\0".to_owned(), "columns[1].customer_id"),
    ("C1 control character", |it| it.customer_ids = "c1\nc\u{85}".to_owned(), "columns[1].customer_id"),
    ("long id", |it| it.transaction_ids = format!("\n{}", "x".repeat(129)), "columns[1].transaction_id"),
    ("tab in id", |it| it.transaction_ids = "\na\tb".to_owned(), "columns[1].transaction_id"),
    ("before 1900", |it| it.times[1] = -2_208_988_800_000_001, "columns[1].time"),
    ("far future", |it| it.times[1] = 253_402_214_400_000_000, "columns[1].time"),
    ("seconds for microseconds, times a million", |it| it.times[1] = NOON * 1_000, "columns[1].time"),
    ("the largest time there is", |it| it.times[1] = i64::MAX, "columns[1].time"),
    ("the smallest time there is", |it| it.times[1] = i64::MIN, "columns[1].time"),
    ("negative", |it| it.amounts[1] = -1, "columns[1].amount"),
    ("the smallest amount there is", |it| it.amounts[1] = i64::MIN, "columns[1].amount"),
    ("13 digits", |it| it.amounts[1] = 1_000_000_000_000_000_000, "columns[1].amount"),
    ("the largest amount there is", |it| it.amounts[1] = i64::MAX, "columns[1].amount"),
    (
        "occurrence beside an id",
        |it| (it.transaction_ids, it.occurrences) = ("\nt2".to_owned(), vec![1, 1]),
        "columns[1].occurrence",
    ),
    ("negative occurrence", |it| it.occurrences = vec![1, -1], "columns[1].occurrence"),
    ("huge occurrence", |it| it.occurrences = vec![1, 1_000_001], "columns[1].occurrence"),
    ("unknown currency", |it| it.currency_code = "ZZZ".to_owned(), "columns.currency_code"),
    ("small letters", |it| it.currency_code = "eur".to_owned(), "columns.currency_code"),
];

#[tokio::test]
async fn columns_that_cannot_be_taken() {
    let mut checks = Checks::start().await;
    record(&checks.clients, vec![purchase("c9", "t9", "2026-03-01T12:00:00Z", "1")]).await;
    let revision = checks.revision().await;
    for (case, change, field) in CASES {
        let mut columns = two_rows();
        change(&mut columns);
        let answer = import(&checks.clients, columns, false).await;
        if let Some(found) = checks.not_recorded(case, answer, invalid(field), revision).await {
            let sequence = found.metadata.get("sequence").map(String::as_str);
            checks.check(sequence == Some("1"), || format!("{case}: names chunk {sequence:?}"));
        }
    }
    let conflict = expected(Code::AlreadyExists, ErrorReason::RecordConflict, "columns[1]");
    let mut columns = two_rows();
    columns.transaction_ids = "t1\nt9".to_owned();
    let answer = import(&checks.clients, columns.clone(), false).await;
    checks.not_recorded("the id of another purchase", answer, conflict, revision).await;
    columns.transaction_ids = "t1\nt1".to_owned();
    let answer = import(&checks.clients, columns, false).await;
    checks.not_recorded("two contents in one chunk", answer, conflict, revision).await;
    // What is at the very edge is taken.
    let mut columns = two_rows();
    columns.times[1] = -2_208_988_800_000_000;
    columns.amounts[1] = 999_999_999_999_999_999;
    columns.transaction_ids = format!("\n{}", "x".repeat(128));
    let taken = import(&checks.clients, columns, false).await.unwrap();
    assert_eq!((taken.recorded, taken.duplicates), (2, 0));
    checks.done();
}

#[tokio::test]
async fn more_rows_than_columns_take() {
    let mut checks = Checks::start().await;
    let rows = |count: usize| v1::TransactionColumns {
        customer_ids: (0..count).map(|row| format!("c{row}\n")).collect(),
        times: vec![NOON; count],
        amounts: vec![1; count],
        ..Default::default()
    };
    let limit = expected(Code::ResourceExhausted, ErrorReason::LimitExceeded, "");
    for skip_invalid in [false, true] {
        let answer = import(&checks.clients, rows(100_001), skip_invalid).await;
        let found = checks.not_recorded("100,001 rows", answer, limit, 0).await.unwrap();
        assert_eq!(found.metadata["limit"], "rows_per_columns");
        assert_eq!(found.metadata["maximum"], "100000");
    }
    assert_eq!(import(&checks.clients, rows(100_000), false).await.unwrap().recorded, 100_000);
    checks.done();
}

#[tokio::test]
async fn bad_rows_of_columns_can_be_skipped() {
    let checks = Checks::start().await;
    record(&checks.clients, vec![purchase("c9", "t9", "2026-03-01T12:00:00Z", "1")]).await;
    let columns = v1::TransactionColumns {
        customer_ids: "c1\n\nc3\nc4\nc5\nc6\nc7".to_owned(),
        times: vec![NOON, NOON, i64::MAX, NOON, NOON, NOON, NOON],
        amounts: vec![1, 1, 1, -1, 1, 1, 1_000_000],
        transaction_ids: "\n\n\n\nt5\nt9\n".to_owned(),
        occurrences: vec![2, 1, 1, 1, 7, 0, 3],
        ..Default::default()
    };
    let result = import(&checks.clients, columns.clone(), true).await.unwrap();
    assert_eq!((result.recorded, result.duplicates), (2, 0), "{result:?}");
    let told: Vec<(i32, &str, &str)> = result
        .row_errors
        .iter()
        .map(|error| (error.index, &*error.field, error.reason().as_str_name()))
        .collect();
    let bad = "ERROR_REASON_INVALID_FIELD";
    let wanted = [
        (1, "columns[1].customer_id", bad),
        (2, "columns[2].time", bad),
        (3, "columns[3].amount", bad),
        (4, "columns[4].occurrence", bad),
        (5, "columns[5]", "ERROR_REASON_RECORD_CONFLICT"),
    ];
    assert_eq!(told, wanted);
    // The good rows kept their places: what goes with c7 is theirs.
    let customer = v1::GetCustomerRequest { customer_id: "c7".to_owned(), ..Default::default() };
    let found = checks.clients.customers.clone().get_customer(customer).await.unwrap().into_inner();
    assert_eq!(found.customer.unwrap().gross_spend.unwrap().amount, "1.00");
    let again = import(&checks.clients, columns, true).await.unwrap();
    assert_eq!((again.recorded, again.duplicates, again.row_errors.len()), (0, 2, 5));
    let mut all_bad = two_rows();
    all_bad.amounts = vec![-1, -1];
    let result = import(&checks.clients, all_bad, true).await.unwrap();
    assert_eq!((result.recorded, result.row_errors.len()), (0, 2));
    checks.done();
}

#[tokio::test]
async fn columns_in_another_currency() {
    let mut checks = Checks::start().await;
    record(&checks.clients, vec![purchase("c9", "t9", "2026-03-01T12:00:00Z", "1")]).await;
    let revision = checks.revision().await;
    let dollars = v1::TransactionColumns { currency_code: "USD".to_owned(), ..two_rows() };
    let missing = expected(
        Code::FailedPrecondition,
        ErrorReason::ExchangeRateMissing,
        "columns[0].amount.currency_code",
    );
    let answer = import(&checks.clients, dollars.clone(), false).await;
    checks.not_recorded("no rate", answer, missing, revision).await;
    let skipped = import(&checks.clients, dollars.clone(), true).await.unwrap();
    assert_eq!((skipped.recorded, skipped.row_errors.len()), (0, 2));
    assert_eq!(skipped.row_errors[0].reason(), ErrorReason::ExchangeRateMissing);
    let rate = |date: &str, rate: &str| v1::ExchangeRate {
        currency_code: "USD".to_owned(),
        date: date.to_owned(),
        rate: rate.to_owned(),
    };
    let rates = v1::SetExchangeRatesRequest {
        rates: vec![rate("2026-02-01", "0.5"), rate("2026-03-02", "0.25")],
        ..Default::default()
    };
    checks.clients.workspaces.clone().set_exchange_rates(rates).await.unwrap();
    let mut dated = dollars.clone();
    dated.times[1] += 86_400_000_000;
    dated.amounts[1] = 8_000_000;
    let taken = import(&checks.clients, dated.clone(), false).await.unwrap();
    assert_eq!(taken.recorded, 2);
    // Converted with the rate of its day, as rows are, and the same rows are duplicates.
    let spent = |customer: &str| {
        let request = v1::GetCustomerRequest { customer_id: customer.to_owned(), ..Default::default() };
        let mut customers = checks.clients.customers.clone();
        async move { customers.get_customer(request).await.unwrap().into_inner().customer.unwrap().gross_spend }
    };
    assert_eq!(spent("c1").await, Some(money("6.25", "EUR")));
    assert_eq!(spent("c2").await, Some(money("2.00", "EUR")));
    let mut row = purchase("c1", "", "2026-03-01T12:00:00Z", "12.5");
    row.amount = Some(money("12.50", "USD"));
    assert_eq!(record(&checks.clients, vec![row]).await.duplicates, 1);
    assert_eq!(import(&checks.clients, dated, false).await.unwrap().duplicates, 2);
    checks.done();
}

/// Records two purchases without ids, and returns the id that was derived for the first.
async fn derived(checks: &Checks) -> String {
    assert_eq!(import(&checks.clients, two_rows(), false).await.unwrap().recorded, 2);
    let events = timeline(&checks.clients, "c1").await;
    let Some(v1::timeline_event::Event::Transaction(bought)) = &events[0].event else {
        panic!("no purchase: {events:?}")
    };
    assert!(bought.transaction_id.starts_with("auto-"), "{bought:?}");
    bought.transaction_id.clone()
}

#[tokio::test]
async fn whoever_exported_a_derived_id_may_send_it_with_its_purchase() {
    let checks = Checks::start().await;
    let id = derived(&checks).await;
    let same = v1::TransactionColumns { transaction_ids: format!("{id}\n"), ..two_rows() };
    let again = import(&checks.clients, same, false).await.unwrap();
    assert_eq!((again.recorded, again.duplicates), (0, 2));
    let row = purchase("c1", &id, "2026-03-01T12:00:00Z", "12.50");
    assert_eq!(record(&checks.clients, vec![row]).await.duplicates, 1);
    checks.done();
}

#[tokio::test]
async fn a_derived_id_is_of_one_purchase_only() {
    let mut checks = Checks::start().await;
    let id = derived(&checks).await;
    let revision = checks.revision().await;
    let conflict = expected(Code::AlreadyExists, ErrorReason::RecordConflict, "columns[0]");
    let changes: [(&str, Change); 3] = [
        ("another amount", |it| it.amounts[0] += 1),
        ("another time", |it| it.times[0] += 1),
        ("another customer", |it| it.customer_ids = "c3\nc2".to_owned()),
    ];
    for (case, change) in changes {
        let mut other = v1::TransactionColumns { transaction_ids: format!("{id}\n"), ..two_rows() };
        change(&mut other);
        let answer = import(&checks.clients, other, false).await;
        checks.not_recorded(case, answer, conflict, revision).await;
    }
    let row = purchase("c1", &id, "2026-03-01T12:00:01Z", "12.50");
    let request = v1::RecordTransactionsRequest { transactions: vec![row], skip_invalid: false };
    let answer = checks.clients.ingest.clone().record_transactions(request).await;
    let conflict = expected(Code::AlreadyExists, ErrorReason::RecordConflict, "transactions[0]");
    checks.not_recorded("as a row", answer, conflict, revision).await;
    checks.done();
}
