//! `lojal export`: whole tables as files.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use arrow_ipc::reader::FileReader;
use lojal_tests::say::{answer, attributes, buy, refused_in_words, respond};
use lojal_tests::{Clients, Ran, Server, command, run};
use parquet::file::reader::{FileReader as _, SerializedFileReader};

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
    export(&server, "customers", &out, &some).succeeded();
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
    let none = &[][..];
    let cases: [(&str, &str, &[&str], &[&str]); 6] = [
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
    let left: Vec<_> =
        std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["there.csv"]);
    assert_eq!(std::fs::read_to_string(at("there.csv")).unwrap(), "mine");
    export(&server, "customers", &at("there.csv"), &["--force"]).succeeded();
    assert_eq!(shape(&at("there.csv")).0, CUSTOMERS);
}
