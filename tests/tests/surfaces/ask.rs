//! `lojal ask`: questions from a terminal, as tables, JSON and CSV.

use std::collections::BTreeMap;
use std::time::Duration;

use lojal_proto::v1;
use lojal_proto::v1::loyalty_service_client::LoyaltyServiceClient;
use lojal_tests::say::{answer, attributes, buy, on, refused_in_words, respond};
use lojal_tests::{Clients, Ran, Server, command, run};
use serde_json::Value;

const AT_MOST: Duration = Duration::from_secs(60);
const AS_OF: &str = "2026-05-01";
const CUSTOMERS: usize = 80;

/// Every question there is.
const QUESTIONS: [&[&str]; 9] = [
    &["loyalty"],
    &["loyalty", "--customer", "c7"],
    &["segments"],
    &["transitions"],
    &["clv"],
    &["nps"],
    &["csat"],
    &["retention"],
    &["facts"],
];

fn ask(server: &Server, question: &[&str], options: &[&str]) -> Ran {
    run(command(&["ask"]).args(question).args(options).args(["--server", server.url()]), AT_MOST)
}

fn asked(server: &Server, question: &[&str], options: &[&str]) -> String {
    let options = [&["--as-of", AS_OF], options].concat();
    ask(server, question, &options).succeeded()
}

fn json(server: &Server, question: &[&str], options: &[&str]) -> Value {
    let text = asked(server, question, &[&["--json"], options].concat());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Rows by the names of their columns.
fn rows(server: &Server, question: &[&str], options: &[&str]) -> Vec<BTreeMap<String, String>> {
    let text = asked(server, question, &[&["--csv"], options].concat());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let named =
        |record: csv::StringRecord| header.iter().zip(&record).map(|(a, b)| (a.into(), b.into())).collect();
    reader.records().map(|record| named(record.unwrap())).collect()
}

/// The line of a table that begins with these words, without frames and blanks between columns.
fn line(table: &str, words: &str) -> String {
    let is_space = |letter: char| letter.is_whitespace() || ('\u{2500}'..='\u{257f}').contains(&letter);
    let plain =
        |line: &str| line.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let found = table.lines().map(plain).find(|line| line.starts_with(words));
    found.unwrap_or_else(|| panic!("no line begins with {words:?}:\n{table}"))
}

/// Eighty customers of two markets who bought one to four times. Those of hr like it, half of the others do, and those who bought
/// most often most.
async fn shop() -> (Server, Clients) {
    let server = Server::start();
    let clients = server.clients().await;
    let people = || (0..CUSTOMERS).map(|n| (n, format!("c{n}")));
    let market = |n: usize| if n.is_multiple_of(2) { "hr" } else { "si" };
    attributes(&clients, people().map(|(n, who)| (who, "market", market(n)))).await;
    let bought = people().flat_map(|(n, who)| {
        (0..=n % 4)
            .map(move |month| (who.clone(), format!("2026-{:02}-{:02}", month + 1, n % 28 + 1), "12.50"))
    });
    buy(&clients, bought).await;
    let said = people().flat_map(|(n, who)| {
        let likes = n % 2 == 0 || n % 4 == 3;
        [
            answer(&format!("n{n}"), &who, v1::SurveyMetric::Nps, if likes { 10 } else { 0 }),
            answer(&format!("s{n}"), &who, v1::SurveyMetric::Csat, if likes { 5 } else { 2 }),
        ]
    });
    respond(&clients, said.collect()).await;
    (server, clients)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_is_answered_in_every_form() {
    let (server, _) = shop().await;
    for question in QUESTIONS {
        let shown = asked(&server, question, &[]);
        let first = shown.lines().next().unwrap();
        assert!(first.ends_with("as of 2026-05-01T00:00:00Z"), "{question:?}: {first}");
        assert!(shown.lines().count() > 4 && !shown.contains('\u{1b}'), "{question:?}: {shown}");
        let whole = json(&server, question, &[]);
        assert_eq!(whole["provenance"]["asOf"], "2026-05-01T00:00:00Z", "{question:?}: {whole}");
        let rows = rows(&server, question, &[]);
        assert!(!rows.is_empty() && rows[0].len() > 3, "{question:?}: {rows:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_and_rows_tell_what_is_so() {
    let (server, clients) = shop().await;
    // Of hr 40 of 40 are promoters, of si every second.
    let table = asked(&server, &["nps"], &["--group-by", "market"]);
    assert!(line(&table, "all answers 50.0").ends_with("80 60 0 20"), "{table}");
    assert!(line(&table, "hr 100.0").ends_with("40 40 0 0"), "{table}");
    let by_market = rows(&server, &["nps"], &["--group-by", "market"]);
    let told: Vec<[&str; 4]> =
        by_market.iter().map(|row| ["group", "nps", "nps_n", "detractors"].map(|name| &*row[name])).collect();
    assert_eq!(told, [["hr", "100", "40", "0"], ["si", "0", "40", "20"]]);
    let whole = json(&server, &["nps"], &[]);
    let request = v1::GetNpsRequest { as_of: on(AS_OF), ..v1::GetNpsRequest::default() };
    let nps = clients.nps.clone().get_nps(request).await.unwrap().into_inner().nps.unwrap();
    assert_eq!(whole["nps"]["ciLow"].as_f64(), nps.ci_low);
    assert_eq!((&whole["promoters"], &whole["passives"]), (&"60".into(), &"0".into()));

    let table = asked(&server, &["csat"], &["--group-by", "market"]);
    assert!(table.contains("Mean of 1 to 5"), "{table}");
    assert!(line(&table, "si 50.0 %").ends_with("40 3.50"), "{table}");

    // Of each four customers 4, 3, 2 and 1 bought in the first four months.
    let months = rows(
        &server,
        &["retention"],
        &["--window", "2026-01-01/2026-04-01", "--interval", "month", "--activity-window", "30d"],
    );
    let labels: Vec<&str> = months.iter().map(|row| &*row["period_label"]).collect();
    assert_eq!(labels, ["2026-01", "2026-02", "2026-03"]);
    let table = asked(
        &server,
        &["retention"],
        &["--group-by", "market", "--interval", "month", "--window", "2026-03-01/2026-05-01"],
    );
    line(&table, "hr, 2026-04");

    let segments = rows(&server, &["segments"], &[]);
    let customers: usize = segments.iter().map(|row| row["customers"].parse::<usize>().unwrap()).sum();
    assert_eq!((segments.len(), customers), (11, CUSTOMERS));
    assert_eq!(segments[0]["segment"], "champions");
    let apart = rows(&server, &["segments", "--group-by", "market", "--interval", "quarter"], &[]);
    let last = apart.iter().map(|row| &row["period_label"]).max().unwrap();
    let lately = apart.iter().filter(|row| row["period_label"] == *last);
    let customers: usize = lately.map(|row| row["customers"].parse::<usize>().unwrap()).sum();
    assert_eq!(customers, CUSTOMERS, "in {last}");
    let shown = asked(&server, &["segments", "--group-by", "market"], &[]);
    assert!(shown.contains("hr") && shown.contains("Champions"), "{shown}");
    let moved = rows(&server, &["transitions"], &["--from", "2026-02-01"]);
    let customers: usize = moved.iter().map(|row| row["customers"].parse::<usize>().unwrap()).sum();
    assert_eq!(customers, CUSTOMERS);
    let told = asked(&server, &["transitions"], &["--from", "2026-02-01", "--group-by", "market"]);
    assert!(told.starts_with("Who moved between segments since 2026-02-01T00:00:00Z"), "{told}");
    assert!(told.contains("in a segment both times moved"), "{told}");

    let best = rows(&server, &["clv"], &["--top", "3", "--horizon", "90d"]);
    let clv: Vec<f64> = best.iter().map(|row| row["clv"].parse().unwrap()).collect();
    assert!(clv.len() == 3 && clv.is_sorted_by(|a, b| a >= b), "{clv:?}");
    assert!(asked(&server, &["clv"], &["--horizon", "90d"]).contains("CLV, 90 d"));
    // Longer than one message of the stream.
    assert_eq!(json(&server, &["clv"], &["--top", "80"])["predictions"].as_array().unwrap().len(), CUSTOMERS);

    let facts = asked(&server, &["facts"], &[]);
    line(&facts, "orders(\"90d\") integer yes");
    assert!(
        line(&facts, "market text yes").ends_with("an attribute of 80 customers: hr 40, si 40"),
        "{facts}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loyalty_is_explained_in_words_and_numbers() {
    let (server, clients) = shop().await;
    let places = rows(&server, &["loyalty"], &[]);
    let names: Vec<&str> = places.iter().map(|row| &*row["place"]).collect();
    assert_eq!(names, ["true", "latent", "spurious", "none", "unknown"]);
    let customers: Vec<usize> = places.iter().map(|row| row["customers"].parse().unwrap()).collect();
    assert_eq!(customers.iter().sum::<usize>(), CUSTOMERS);
    let table = asked(&server, &["loyalty"], &[]);
    assert!(line(&table, &format!("True {}", customers[0])).contains(" 100.0 "), "{table}");
    assert!(line(&table, "all customers 80 100.0 %").contains(" 50.0 80 "), "{table}");
    assert_eq!(rows(&server, &["loyalty"], &["--group-by", "market"]).len(), 10);
    line(&asked(&server, &["loyalty"], &["--group-by", "market"]), "hr Latent");

    let request = v1::GetLoyaltyRequest {
        customer_id: "c7".to_owned(),
        as_of: on(AS_OF),
        ..v1::GetLoyaltyRequest::default()
    };
    let answer = LoyaltyServiceClient::new(clients.channel.clone()).get_loyalty(request).await.unwrap();
    let loyalty = answer.into_inner().loyalty.unwrap();
    let score = loyalty.score.unwrap().value.unwrap();
    let explained = asked(&server, &["loyalty", "--customer", "c7"], &[]);
    assert_eq!(explained.lines().nth(1), Some(&*loyalty.sentence));
    assert!(line(&explained, "Score of 100").ends_with(&format!(" {score:.1}")), "{explained}");
    line(&explained, "Recommendation answered 10 of 10 about recommendation on 2026-03-01; 1 answer");
    let points = rows(&server, &["loyalty", "--customer", "c7"], &[]);
    let points: f64 = points.iter().map(|row| row["points"].parse::<f64>().unwrap()).sum();
    assert!((loyalty.base + points - score).abs() < 1e-9);
    let whole = json(&server, &["loyalty", "--customer", "c7"], &[]);
    assert_eq!(whole["loyalty"]["score"]["value"].as_f64(), Some(score));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_are_about_some_customers_of_a_workspace_at_an_instant() {
    let (server, clients) = shop().await;
    let croatia = ["--filter", "market == \"hr\""];
    for (question, field) in [("nps", "promoters"), ("loyalty", "customers"), ("segments", "customers")] {
        let sum = |rows: Vec<BTreeMap<String, String>>| -> usize {
            rows.iter().map(|row| row[field].parse::<usize>().unwrap()).sum()
        };
        assert_eq!(sum(rows(&server, &[question], &croatia)), 40, "{question}");
    }
    let shown = asked(&server, &["segments"], &croatia);
    assert!(shown.starts_with(
        "Who belongs where, in EUR, as of 2026-05-01T00:00:00Z, of customers with market == \"hr\"\n"
    ));
    assert_eq!(rows(&server, &["clv"], &[&croatia[..], &["--top", "80"]].concat()).len(), 40);
    assert_eq!(rows(&server, &["retention"], &croatia).len(), 1);
    // Before the answers.
    let ran = ask(&server, &["nps", "--json"], &["--as-of", "2026-03-01T12:00:00Z"]).succeeded();
    assert_eq!(serde_json::from_str::<Value>(&ran).unwrap()["nps"]["n"], "0");
    assert_eq!(json(&server, &["nps"], &["--window", "2026-04"])["nps"]["n"], "0");
    // Words in capitals are words.
    assert_eq!(
        json(&server, &["nps"], &["--interval", "MONTH"]),
        json(&server, &["nps"], &["--interval", "month"])
    );
    // Another workspace has its own customers.
    let other = clients.in_workspace("other");
    attributes(&other, [("only".to_owned(), "market", "hr")]).await;
    respond(&other, vec![answer("a", "only", v1::SurveyMetric::Nps, 0)]).await;
    assert_eq!(json(&server, &["nps"], &["--workspace", "other"])["nps"]["value"], -100.0);
}

/// Whatever the server refuses is told in its own sentence.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_the_servers() {
    let (server, clients) = shop().await;
    let told = |ran: Ran, message: &str| {
        refused_in_words(message, &ran, &[]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(1), &*format!("error: {message}\n")));
    };
    let request = v1::GetNpsRequest { filter: "orders >".to_owned(), ..Default::default() };
    let refused = clients.nps.clone().get_nps(request).await.unwrap_err();
    told(ask(&server, &["nps", "--filter", "orders >"], &[]), refused.message());
    let request =
        v1::GetLoyaltyRequest { customer_id: "zoe".to_owned(), as_of: on(AS_OF), ..Default::default() };
    let refused = LoyaltyServiceClient::new(clients.channel.clone()).get_loyalty(request).await.unwrap_err();
    told(ask(&server, &["loyalty", "--customer", "zoe", "--as-of", AS_OF], &["--json"]), refused.message());
    let request = v1::PredictCustomersRequest { horizon: "soon".to_owned(), ..Default::default() };
    let refused = clients.clv.clone().predict_customers(request).await.unwrap_err();
    told(ask(&server, &["clv", "--horizon", "soon"], &["--csv"]), refused.message());
    for (arguments, words) in [
        (&["nps", "--window", "never"][..], &["never", "2026-Q1"][..]),
        (&["nps", "--group-by", "nothing"], &["nothing"]),
        (&["nps", "--as-of", "2026-01-01T12:00:00"], &["--as-of", "with its zone"]),
        (&["nps", "--interval", "century"], &["century", "quarter"]),
        (&["nps", "--workspace", "NO!"], &["--workspace"]),
        (&["nps", "--json", "--csv"], &["--json", "--csv"]),
        (&["nps", "--raw"], &["--raw", "--csv"]),
        (&["clv", "--top", "0"], &["--top"]),
        (&["segments", "--series-window", "12mo"], &["--interval"]),
        (&["loyalty", "--customer", "c7", "--group-by", "market"], &["--customer", "--group-by"]),
        (&["weather"], &["weather"]),
    ] {
        refused_in_words(&format!("{arguments:?}"), &ask(&server, arguments, &[]), words);
    }
    let nobody = run(&mut command(&["ask", "nps", "--server", "127.0.0.1:1"]), AT_MOST);
    refused_in_words("no server", &nobody, &["no server answers at http://127.0.0.1:1", "lojal serve"]);
}
