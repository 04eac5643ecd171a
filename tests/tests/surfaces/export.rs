//! `lojal export`: whole tables as files.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use arrow_ipc::reader::FileReader;
use lojal_tests::abuse::Shop;
use lojal_tests::say::{answer, attributes, buy, refused_in_words, respond};
use lojal_tests::{Clients, Ran, Server, command, run, until};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use rustix::process::{Pid, Signal, kill_process};

const AT_MOST: Duration = Duration::from_secs(60);
const CUSTOMERS: usize = 40;
const TABLES: [&str; 6] = ["predictions", "segments", "loyalty", "customers", "transactions", "responses"];

fn export(server: &Server, table: &str, out: &Path, options: &[&str]) -> Ran {
    let mut asked = command(&["export", table, "--server", server.url(), "--out"]);
    run(asked.arg(out).args(options), AT_MOST)
}

async fn record(clients: &Clients) {
    let ids: Vec<String> = (0..CUSTOMERS).map(|n| format!("c{n}")).collect();
    let days = ["2026-01-05", "2026-02-07", "2026-03-01"];
    let bought = ids.iter().flat_map(|id| days.map(|day| (id.as_str(), day, "7.25")));
    buy(clients, bought).await;
    let told = ids.iter().map(|id| answer(&format!("a-{id}"), id, lojal_proto::v1::SurveyMetric::Nps, 8));
    respond(clients, told.collect()).await;
    attributes(clients, [("c1".to_owned(), "market", "hr, \"north\"")]).await;
}

/// Rows and columns of a file.
fn shape(path: &Path) -> (usize, usize) {
    let file = File::open(path).unwrap();
    match path.extension().unwrap().to_str().unwrap() {
        "parquet" => {
            let reader = SerializedFileReader::new(file).unwrap();
            let told = reader.metadata().file_metadata();
            (told.num_rows() as usize, told.schema_descr().num_columns())
        }
        "csv" => {
            let mut reader = csv::Reader::from_reader(file);
            let columns = reader.headers().unwrap().len();
            (reader.records().map(Result::unwrap).count(), columns)
        }
        _ => {
            let reader = FileReader::try_new(file, None).unwrap();
            let columns = reader.schema().fields().len();
            (reader.map(|batch| batch.unwrap().num_rows()).sum(), columns)
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_is_a_file_in_every_format() {
    let server = Server::start();
    record(&server.clients().await).await;
    let directory = tempfile::tempdir().unwrap();
    for table in TABLES {
        let shapes = ["parquet", "csv", "arrow"].map(|ending| {
            let out = directory.path().join(format!("{table}.{ending}"));
            let told = export(&server, table, &out, &["--as-of", "2026-04-01"]).succeeded();
            assert!(told.starts_with("wrote ") && told.contains(" rows to "), "{told}");
            shape(&out)
        });
        let rows = if table == "transactions" { CUSTOMERS * 3 } else { CUSTOMERS };
        assert_eq!(shapes[0].0, rows, "{table}");
        assert_eq!(shapes, [shapes[0]; 3], "{table}");
    }
    let out = directory.path().join("some.csv");
    let some = ["--columns", "attributes_market,customer_id", "--filter", "orders >= 3"];
    _ = export(&server, "customers", &out, &some).succeeded();
    let text = std::fs::read_to_string(&out).unwrap();
    let lines: Vec<&str> = text.lines().take(3).collect();
    assert_eq!(lines, ["attributes_market,customer_id", ",c0", "\"hr, \"\"north\"\"\",c1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_written_is_told_and_leaves_nothing() {
    let server = Server::start();
    record(&server.clients().await).await;
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::write(at("there.csv"), "mine").unwrap();
    std::fs::create_dir(at("place.csv")).unwrap();
    std::os::unix::fs::symlink(at("gone.csv"), at("link.csv")).unwrap();
    let none = &[][..];
    let cases: [(&str, &str, &[&str], &[&str]); 8] = [
        ("customers", "place.csv", &["--force"], &["is a directory"]),
        ("customers", "link.csv", none, &["is there already"]),
        ("customers", "table.xlsx", none, &["end it in .parquet, .csv or .arrow"]),
        ("customers", "there.csv", none, &["is there already", "--force"]),
        ("customers", "no/such/place.csv", none, &["cannot write", "No such file or directory"]),
        ("customers", "a.csv", &["--horizon", "12mo"], &["are for predictions"]),
        ("customers", "b.csv", &["--columns", "spend"], &["which this table does not have", "net_spend"]),
        ("customers", "c.csv", &["--workspace", "nowhere"], &["there is no workspace \"nowhere\""]),
    ];
    for (table, out, options, words) in cases {
        refused_in_words(out, &export(&server, table, &at(out), options), words);
    }
    let mut left: Vec<_> =
        std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["link.csv", "place.csv", "there.csv"]);
    assert_eq!(std::fs::read_to_string(at("there.csv")).unwrap(), "mine");
    _ = export(&server, "customers", &at("there.csv"), &["--force"]).succeeded();
    assert_eq!(shape(&at("there.csv")).0, CUSTOMERS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_writes_the_same_file_at_once_or_stops_leaves_a_whole_file() {
    let server = Server::start();
    Shop::of(60_000).load(&server.clients().await).await;
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("all.csv");
    let begin = |table: &str| {
        let mut asked = command(&["export", table, "--force", "--server", server.url(), "--out"]);
        asked.arg(&out).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    for mut one in [begin("transactions"), begin("customers")] {
        assert!(one.wait().unwrap().success());
    }
    // The one that came last, and nothing of the other.
    assert!([(90_000, 7), (60_000, 12)].contains(&shape(&out)), "{:?}", shape(&out));

    std::fs::remove_file(&out).unwrap();
    let mut stopped = begin("transactions");
    _ = until("a file", AT_MOST, || std::fs::read_dir(directory.path()).unwrap().next());
    kill_process(Pid::from_child(&stopped), Signal::INT).unwrap();
    let is_whole = stopped.wait().unwrap().success();
    let left = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(left, usize::from(is_whole), "what was not whole is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_spreadsheet_takes_a_text_for_a_formula() {
    let server = Server::start();
    let clients = server.clients().await;
    let ids = ["=1+1", "+c2", "-c3", "@c4", "c5", "c-6"];
    buy(&clients, ids.map(|id| (id, "2026-03-01", "7.25"))).await;
    attributes(&clients, [("c5".to_owned(), "market", "=HYPERLINK(\"//x\"),\"north\"")]).await;
    let directory = tempfile::tempdir().unwrap();
    let cells = |options: &[&str]| -> Vec<Vec<String>> {
        let out = directory.path().join("customers.csv");
        let _ = export(
            &server,
            "customers",
            &out,
            &[&["--force", "--columns", "customer_id,net_spend,attributes_market"], options].concat(),
        )
        .succeeded();
        let mut reader = csv::Reader::from_path(&out).unwrap();
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    let first = |rows: &[Vec<String>]| rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>();
    let guarded = cells(&[]);
    assert_eq!(first(&guarded), ["'=1+1", "'+c2", "'-c3", "'@c4", "c5", "c-6"]);
    assert_eq!(guarded[4][1..], ["7.25", "'=HYPERLINK(\"//x\"),\"north\""]);
    let raw = cells(&["--raw"]);
    assert_eq!(first(&raw), ids);
    assert_eq!(raw[4][2], "=HYPERLINK(\"//x\"),\"north\"");
    // What is below zero is a number and no text.
    let out = directory.path().join("predictions.csv");
    let _ = export(&server, "predictions", &out, &[]).succeeded();
    let mut reader = csv::Reader::from_path(&out).unwrap();
    let numbers = reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
    assert!(numbers.filter(|cell| cell.starts_with('\'')).all(|cell| cell[1..].parse::<f64>().is_err()));
    refused_in_words(
        "raw",
        &export(&server, "customers", &directory.path().join("a.parquet"), &["--raw"]),
        &["--raw is for CSV"],
    );
}
