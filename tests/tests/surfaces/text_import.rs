//! `lojal import` of text as it comes: encodings, what separates columns, and what is no table at all.

use std::path::PathBuf;

use lojal_tests::{Server, import, paid};

fn file(directory: &tempfile::TempDir, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join("orders.csv");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn utf_16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(|unit: u16| unit.to_le_bytes()).collect()
}

#[tokio::test]
async fn files_of_every_encoding_are_the_same_purchases() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let text = "customer_id;date;value;currency\r\nJosé;2026-03-01;5;EUR\r\nJosé;2026-03-02;7;EUR\r\n";
    let cp1252: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let marked = format!("\u{feff}{text}");
    let said = format!("sep=;\r\n{text}");
    let cases: [(Vec<u8>, &[&str], &str); 7] = [
        (text.into(), &[], ""),
        (marked.into(), &[], ""),
        (utf_16(text), &[], "note: the file was read as UTF-16"),
        (cp1252.clone(), &[], "note: the file is not UTF-8 and was read as Windows-1252"),
        (cp1252, &["--encoding", "latin1"], ""),
        (said.into(), &[], ""),
        (text.replace(';', "\t").into(), &["--delimiter", "tab"], ""),
    ];
    for (place, (bytes, options, note)) in cases.iter().enumerate() {
        let printed = import(&server, &file(&directory, bytes), options).succeeded();
        let counts = if place == 0 { "(2 recorded, 0 there" } else { "(0 recorded, 2 there" };
        assert!(printed.contains(counts), "{place}: {printed}");
        assert_eq!(printed.contains("note: the file"), !note.is_empty(), "{place}: {printed}");
        assert!(printed.contains(note), "{place}: {printed}");
    }
    assert_eq!(paid(&server.clients().await, "José").await, ["5.00 EUR", "7.00 EUR"]);
    // Lines are counted as an editor counts them, whatever comes before the header.
    let ran = import(&server, &file(&directory, "sep=,\ncustomer_id,date,value\nc1,never,1\n"), &[]);
    assert!(ran.err.contains("line 3: the time"), "{ran:?}");
}

#[test]
fn what_is_no_table_is_told() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let good = "customer_id,date,value,note\nc1,2026-03-01,5,";
    let cases: [(Vec<u8>, &[&str], &str); 8] = [
        (b"PK\x03\x04 and so on".into(), &[], "a workbook or an archive"),
        (b"\x1f\x8b\x08 and so on".into(), &[], "unpack it first"),
        (b"customer_id,date,value\n\0\0\0".into(), &[], "is no text"),
        ([good.as_bytes(), "é\nc1,2026-03-01,5,".as_bytes(), b"\xe9\n"].concat(), &[], "line 3 of"),
        (good.into(), &["--encoding", "klingon"], "--encoding is \"klingon\""),
        (good.into(), &["--delimiter", "::"], "--delimiter"),
        (
            format!("{good}\"{}", "never closed\n".repeat(200_000)).into(),
            &[],
            "line 2 begins a record of more than 1 MiB",
        ),
        (format!("{}\n", "a,".repeat(1 << 20)).into(), &[], "line 1 begins a record of more than 1 MiB"),
    ];
    for (bytes, options, words) in cases {
        for dry in [&[][..], &["--dry-run"]] {
            let ran = import(&server, &file(&directory, &bytes), &[options, dry].concat());
            assert!(ran.code == Some(1) && ran.err.contains(words), "{words}: {ran:?}");
            assert!(ran.err.len() < 2_000, "{words}: {}", ran.err.len());
        }
    }
}

#[tokio::test]
async fn nothing_of_a_file_moves_the_cursor_of_a_terminal() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let evil = "\u{1b}[2Jgone\u{9b}1m";
    let text = format!(
        "customer_id,date,value,Status {evil},{evil}\nc1,2026-03-01,5,paid,{evil}\nc1,{evil},5,paid,\n"
    );
    for options in
        [&["--skip-invalid"][..], &[], &["--dry-run"], &["--customer-id", "nothing"], &["--records", "costs"]]
    {
        let ran = import(&server, &file(&directory, &text), options);
        for told in [&ran.out, &ran.err] {
            assert!(
                !told.chars().any(|letter| letter.is_control() && letter != '\n'),
                "{options:?}: {told:?}"
            );
        }
    }
    let names: Vec<String> = (0..50).map(|place| format!("column{place}")).collect();
    for options in [&[][..], &["--records", "costs"], &["--profile", "shopify"], &["--amount", "paid"]] {
        let ran = import(&server, &file(&directory, names.join(",")), options);
        assert!(
            ran.err.contains("column29 and 20 more") && !ran.err.contains("column30"),
            "{options:?}: {ran:?}"
        );
    }
    let text = format!("customer_id,date,value,id\nc1,2026-03-01,5,{}\n", "x".repeat(200));
    let ran = import(&server, &file(&directory, text), &["--transaction-id", "id"]);
    assert!(ran.code == Some(1) && ran.err.contains("line 2: the transaction's id"), "{ran:?}");
}

#[tokio::test]
async fn purchases_may_come_as_json() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let path = file(
        &directory,
        "{\"customer\":{\"id\":7,\"name\":\"x\"},\"date\":\"2026-03-01\",\"value\":12.5}\n{\"customer\":{\"id\":7},\"date\":\"2026-03-02\",\"value\":3}\n",
    );
    let printed = import(&server, &path, &["--currency-code", "EUR"]).succeeded();
    assert!(
        printed.contains("(2 recorded") && printed.contains("took customer for the customer"),
        "{printed}"
    );
    assert_eq!(paid(&server.clients().await, "7").await, ["12.50 EUR", "3.00 EUR"]);
}
