//! `lojal import --dry-run`: what a file would be loaded as, without a server.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lojal_tests::{Ran, Server, command, import, repository, run};

fn file(directory: &tempfile::TempDir, text: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join("orders.csv");
    std::fs::write(&path, text).unwrap();
    path
}

/// Nobody listens there.
fn preview(file: &Path, options: &[&str]) -> Ran {
    let arguments = ["import", file.to_str().unwrap(), "--dry-run", "--server", "127.0.0.1:1"];
    run(command(&arguments).args(options), Duration::from_secs(60))
}

#[test]
fn columns_sums_and_problems_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let text = "customer,date,total,note\nc1,2026-03-01,10.50,first\nc2,2026-03-05,2.00,second\nc1,never,1.00,third\nc3,March,1.00,fourth\n,2026-03-01,1.00,fifth\nc4,later,1.00,\n";
    let orders = file(&directory, text);
    let ran = preview(&orders, &[]);
    assert_eq!(ran.code, Some(1), "a load would fail: {ran:?}");
    assert!(ran.err.contains("4 of 6 rows cannot be taken") && ran.err.contains("--skip-invalid"), "{ran:?}");
    for line in [
        "  customer  customer  c1 | c2 | c3",
        "  date      time      2026-03-01 | 2026-03-05 | never",
        "  total     amount    10.50 | 2.00 | 1.00",
        "  note                first | second | third",
        "6 rows: 2 records of 2 customers, from 2026-03-01 to 2026-03-05, 12.50 in the reporting currency",
        "Problem: 3 rows (lines 4, 5, 7): the time is \"never\"; write 2026-03-01, 20260301, 2026-03-01 12:00:00 or RFC 3339, or name the format with --time-format",
    ] {
        assert!(ran.out.lines().any(|told| told == line), "{line:?} in {}", ran.out);
    }
    assert!(ran.out.contains("Problem: 1 row (line 6): the customer"), "{ran:?}");
    assert!(ran.out.contains("Note: amounts name no currency"), "{ran:?}");
    let ran = preview(&orders, &["--skip-invalid", "--currency-code", "EUR"]).succeeded();
    assert!(ran.contains("12.50 EUR") && !ran.contains("name no currency"), "{ran}");
    // What a load tells is the same.
    let server = Server::start();
    let loaded = import(&server, &orders, &["--skip-invalid", "--currency-code", "EUR"]).succeeded();
    assert!(
        loaded.contains("\n2 records of 2 customers, from 2026-03-01 to 2026-03-05, 12.50 EUR\n"),
        "{loaded}"
    );
}

#[test]
fn what_looks_misread_is_told_before_and_after() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let mut text = "customer_id,date,value,order_id\n".to_owned();
    for row in 0..40 {
        let year = if row == 7 { 2006 } else { 2026 };
        writeln!(text, "c{row},{year}-02-{:02},{},o{}", 1 + row % 20, 1_500 + row, row / 2).unwrap();
    }
    let orders = file(&directory, text);
    let before = preview(&orders, &["--skip-invalid"]).succeeded();
    let after = import(&server, &orders, &["--skip-invalid", "--currency-code", "EUR"]).succeeded();
    for words in [
        "all amounts are whole and half of them are more than 1,000; if they are cents",
        "1 row is (line 9) of 2006-02-08, 7,298 days from all others",
        "20 of 40 rows have the id of a row before them and say something else",
    ] {
        assert!(before.contains(&format!("Note: {words}")), "{words}: {before}");
        assert!(after.contains(&format!("note: {words}")), "{words}: {after}");
    }
}

#[test]
fn exports_and_other_records_are_told_alike() {
    let directory = tempfile::tempdir().unwrap();
    let exports = repository().join("tests/fixtures/exports");
    let told = preview(&exports.join("shopify_refunds.csv"), &[]).succeeded();
    for words in [
        "An export of shopify: Shopify, export of orders",
        "34 rows: 25 records of 3 customers, from 2026-01-05 to 2026-03-18, 800.00 EUR, 10 refunds (203.00 EUR)",
        "Left out: 1 voided",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let told = preview(&exports.join("typeform_responses.csv"), &[]).succeeded();
    assert!(told.contains("13 rows: 12 records of 8 customers"), "{told}");
    let parquet = repository().join("tests/fixtures/parquet/ids-and-currencies.parquet");
    let told = preview(&parquet, &[]).succeeded();
    assert!(told.contains("records of") && told.contains("EUR"), "{told}");
    let costs = file(&directory, "expense_id,date,cost\nm1,2026-03-01,5\n");
    // Which column is missing is told beside what there is.
    let ran = preview(&costs, &["--records", "costs"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("  cost") && ran.err.contains("no column for the customer_id"), "{ran:?}");
    let told = preview(&costs, &["--records", "costs", "--column", "customer_id="]).succeeded();
    assert!(
        told.contains("1 row: 1 record, from 2026-03-01 to 2026-03-01, 5.00 in the reporting currency"),
        "{told}"
    );
    assert!(told.contains("Note: amounts name no currency"), "{told}");
    let empty = file(&directory, "customer_id,date,value\n");
    let ran = preview(&empty, &[]);
    assert!(ran.code == Some(1) && ran.err.contains("no rows"), "{ran:?}");
}
