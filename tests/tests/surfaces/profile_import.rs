//! `lojal import` of exports as other systems write them: what they come to is in tests/vectors/profiles.json, to which the Python
//! package is held as well.

use std::path::PathBuf;

use lojal_proto::v1;
use lojal_proto::v1::timeline_event::Event;
use lojal_tests::{Server, at, import, paid, repository, timeline};
use serde_json::Value;

fn export(name: &str) -> PathBuf {
    repository().join("tests/fixtures/exports").join(name)
}

fn vectors(kind: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(repository().join("tests/vectors/profiles.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    all[kind].as_array().unwrap().clone()
}

fn file(directory: &tempfile::TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// `shop-3`, for the third file.
fn workspace(place: usize) -> String {
    format!("shop-{place}")
}

/// What is left out, as an import tells it.
fn left_out(case: &Value) -> Vec<String> {
    let reasons = case["left_out"].as_object().unwrap();
    reasons.iter().map(|(reason, count)| format!("left out: {count} {reason}\n")).collect()
}

#[tokio::test]
async fn orders_of_exports_come_to_what_they_say() {
    let server = Server::start();
    let all = server.clients().await;
    for (place, case) in vectors("orders").iter().enumerate() {
        let (name, profile) = (case["file"].as_str().unwrap(), case["profile"].as_str().unwrap());
        let count = |what: &str| case[what].as_i64().unwrap();
        let (records, refunds, customers) = (count("records"), count("refunds"), count("customers"));
        let workspace = workspace(place);
        let options = ["--workspace", &*workspace];
        let printed = import(&server, &export(name), &options).succeeded();
        let total = records + refunds;
        assert!(printed.starts_with(&format!("read as {profile}: ")), "{name}: {printed}");
        let mut words = left_out(case);
        words.push(format!("loaded {total} records ({total} recorded, 0 there already)"));
        words.push(format!("{records} records of {customers} customers, from "));
        for (code, amount) in case["totals"].as_object().unwrap() {
            let code = if code.is_empty() { "in the reporting currency" } else { code };
            words.push(format!(", {} {code}", amount.as_str().unwrap()));
        }
        for (code, amount) in case["refunded"].as_object().unwrap() {
            words.push(format!(", {refunds} refunds ({} {code})", amount.as_str().unwrap()));
        }
        for words in words {
            assert!(printed.contains(&words), "{name}: {words:?} in {printed}");
        }
        assert_eq!(printed.matches("left out").count(), left_out(case).len(), "{name}: {printed}");
        let found = all.in_workspace(&workspace).workspace().await;
        assert_eq!(
            (found.transactions, found.refunds, found.customers),
            (records, refunds, customers),
            "{name}"
        );
        // Again, in other chunks.
        let again =
            import(&server, &export(name), &[&options[..], &["--chunk-rows", "3"]].concat()).succeeded();
        assert!(again.contains(&format!("(0 recorded, {total} there already)")), "{name}: {again}");
    }
}

#[tokio::test]
async fn answers_of_exports_come_to_what_they_say() {
    let server = Server::start();
    let all = server.clients().await;
    for (place, case) in vectors("answers").iter().enumerate() {
        let (name, profile) = (case["file"].as_str().unwrap(), case["profile"].as_str().unwrap());
        let count = |what: &str| case[what].as_i64().unwrap();
        let (records, customers) = (count("records"), count("customers"));
        let workspace = workspace(place);
        let options = ["--workspace", &*workspace];
        let printed = import(&server, &export(name), &options).succeeded();
        assert!(printed.starts_with(&format!("read as {profile}: ")), "{name}: {printed}");
        for words in left_out(case) {
            assert!(printed.contains(&words), "{name}: {words:?} in {printed}");
        }
        assert!(printed.contains(&format!("({records} recorded, 0 there already)")), "{name}: {printed}");
        let clients = all.in_workspace(&workspace);
        let found = clients.workspace().await;
        assert_eq!((found.survey_responses, found.customers), (records, customers), "{name}");
        let nps = clients.nps.clone().get_nps(v1::GetNpsRequest::default()).await.unwrap().into_inner();
        let nps = nps.nps.unwrap().value.unwrap();
        assert!((nps - case["nps"].as_f64().unwrap()).abs() < 0.05 + 1e-9, "{name}: {nps}");
        let again = import(&server, &export(name), &[&options[..], &["--records", "responses"]].concat());
        let again = again.succeeded();
        assert!(again.contains(&format!("(0 recorded, {records} there already)")), "{name}: {again}");
    }
}

#[tokio::test]
async fn a_shop_s_orders_are_of_those_who_are_named_in_them() {
    let server = Server::start();
    let clients = server.clients().await;
    let printed = import(&server, &export("shopify_orders.csv"), &[]).succeeded();
    for words in [
        "took Email for the customer, Created at for the time, Total for the amount, Name for the transaction's id",
        "Financial Status for the status, Cancelled at for the cancelled, Refunded Amount for the refund amount",
        "--profile none",
    ] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    assert_eq!(paid(&clients, "c1@shop.example").await, ["11.50 EUR", "29.00 EUR", "34.00 EUR"]);
    assert_eq!(timeline(&clients, "c1@shop.example").await[0].time, Some(at("2026-02-11T09:06:00Z")));
}

#[tokio::test]
async fn without_a_profile_its_columns_are_read_by_their_names() {
    let server = Server::start();
    let clients = server.clients().await;
    // The lines of an order after its first have no total: they are told, not taken for something.
    for options in [&["--profile", "none"][..], &["--amount", "Total"]] {
        let ran = import(&server, &export("shopify_orders.csv"), options);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        // As an editor counts lines: notes of two orders go over several.
        for words in [
            "5 of 14 rows",
            "line 3: the amount is missing",
            "line 8:",
            "line 9:",
            "line 16:",
            "--skip-invalid",
        ] {
            assert!(ran.err.contains(words), "{words}: {ran:?}");
        }
    }
    assert_eq!(clients.workspace().await.customers, 0);
    let options = ["--skip-invalid", "--profile", "none"];
    let printed = import(&server, &export("shopify_orders.csv"), &options).succeeded();
    for words in [
        "(9 recorded, 0 there already)",
        "left out 5 rows",
        "took Email for the customer, Created at for the time, Total for the amount, Name for the transaction's id",
        "did not read Financial Status, Cancelled at, Refunded Amount",
    ] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    // They are the same purchases by either way.
    let printed = import(&server, &export("shopify_orders.csv"), &[]).succeeded();
    assert!(printed.contains("(0 recorded, 9 there already)"), "{printed}");
}

const STRIPE: &str = "id,Amount,Amount Refunded,Currency,Status,Created (UTC),Customer Email\n";

#[test]
fn what_an_export_does_not_tell_is_asked_for() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let row = |id: &str, status: &str| format!("{id},10.00,0,eur,{status},2026-03-01 10:00,a@shop.example\n");
    let odd = file(&directory, "odd.csv", format!("{STRIPE}{}{}", row("p1", "Paid"), row("p2", "On ice")));
    let ran = import(&server, &odd, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for words in ["nothing was loaded", "line 3:", "\"On ice\"", "--counted-status"] {
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    let printed = import(&server, &odd, &["--counted-status", "on ice"]).succeeded();
    assert!(printed.contains("(2 recorded"), "{printed}");
    // Not one of its orders counts.
    let pending = file(&directory, "pending.csv", format!("{STRIPE}{}", row("p3", "Pending")));
    let ran = import(&server, &pending, &[]);
    assert!(ran.code == Some(1) && ran.err.contains("nothing was loaded"), "{ran:?}");
    assert!(ran.out.contains("left out: 1 pending"), "{ran:?}");
}

#[test]
fn profiles_that_do_not_fit_are_refused() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let plain = file(&directory, "plain.csv", "customer_id,date,value\nc1,2026-03-01,1\n");
    let both = file(
        &directory,
        "both.csv",
        "Timestamp,$value,Person//ID,Respondent ID,Collector ID,Start Date\n2026-03-01,1,c1,r,c,2026-03-01\n",
    );
    let cases: [(&PathBuf, &[&str], &[&str]); 5] = [
        (
            &plain,
            &["--profile", "shopify"],
            &["not an export of shopify", "lacks \"Name\"", "customer_id, date, value"],
        ),
        (&plain, &["--profile", "etsy"], &["\"etsy\"", "klaviyo, odoo, shopify"]),
        (&both, &[], &["\"klaviyo\" and of \"surveymonkey\"", "--profile klaviyo"]),
        (&plain, &["--records", "costs", "--profile", "shopify"], &["--profile is for exports"]),
        (&plain, &["--set", "metric=csat"], &["--set is for records other than transactions"]),
    ];
    for (file, options, words) in cases {
        let ran = import(&server, file, options);
        assert_eq!(ran.code, Some(1), "{options:?}: {ran:?}");
        for word in words {
            assert!(ran.err.contains(word), "{word}: {ran:?}");
        }
    }
    let printed =
        import(&server, &both, &["--profile", "klaviyo", "--time-zone", "Europe/Zagreb"]).succeeded();
    assert!(printed.starts_with("read as klaviyo"), "{printed}");
}

#[tokio::test]
async fn dates_that_can_be_read_in_two_ways_are_asked_about() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let row = |id: &str, day: &str| format!("{id},\"1.250,00 €\",0,eur,Paid,{day},a@shop.example\n");
    let open = file(&directory, "open.csv", format!("{STRIPE}{}", row("p1", "3/4/2026")));
    let ran = import(&server, &open, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("the day or with the month") && ran.err.contains("--time-format"), "{ran:?}");
    // Another row decides, as it does for the decimal mark.
    let text = format!("{STRIPE}{}{}", row("p1", "3/4/2026"), row("p2", "25/4/2026"));
    let decided = file(&directory, "decided.csv", text);
    let printed = import(&server, &decided, &[]).succeeded();
    assert!(printed.contains("from 2026-04-03 to 2026-04-25, 2,500.00 EUR"), "{printed}");
    let clients = server.clients().await;
    assert_eq!(paid(&clients, "a@shop.example").await, ["1250.00 EUR", "1250.00 EUR"]);
    let text = format!("{STRIPE}{}{}", row("p1", "3/25/2026"), row("p2", "25/4/2026"));
    let ran = import(&server, &file(&directory, "both.csv", text), &[]);
    assert!(ran.code == Some(1) && ran.err.contains("begins with the day"), "{ran:?}");
    let printed = import(&server, &open, &["--time-format", "%m/%d/%Y", "--workspace", "us"]).succeeded();
    assert!(printed.contains("from 2026-03-04"), "{printed}");
}

#[tokio::test]
async fn a_later_export_adds_what_is_new() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let header = "Name,Email,Financial Status,Created at,Total,Lineitem quantity,Currency,Refunded Amount,Cancelled at\n";
    let row = |name: &str, status: &str, refunded: &str| {
        format!("{name},a@shop.example,{status},2026-03-01 10:00:00 +0100,10.00,1,EUR,{refunded},\n")
    };
    let first = file(
        &directory,
        "first.csv",
        format!("{header}{}{}", row("#1", "paid", "0"), row("#2", "pending", "0")),
    );
    let printed = import(&server, &first, &[]).succeeded();
    assert!(printed.contains("(1 recorded") && printed.contains("left out: 1 pending"), "{printed}");
    let text = format!("{header}{}{}", row("#1", "partially_refunded", "4"), row("#2", "paid", "0"));
    let printed = import(&server, &file(&directory, "second.csv", text), &[]).succeeded();
    assert!(printed.contains("loaded 3 records (2 recorded, 1 there already)"), "{printed}");
    assert!(printed.contains("refunds count from the time of their order on"), "{printed}");
    let workspace = clients.workspace().await;
    assert_eq!((workspace.transactions, workspace.refunds), (2, 1));
    // More was given back since then: what was added is a refund of its own, once.
    let text =
        format!("{header}{}{}", row("#1", "partially_refunded", "5.5"), row("#2", "partially_refunded", "1"));
    let third = file(&directory, "third.csv", text);
    let printed = import(&server, &third, &[]).succeeded();
    assert!(printed.contains("loaded 4 records (2 recorded, 2 there already)"), "{printed}");
    assert!(printed.contains("note: more was given back of 1 orders than is recorded"), "{printed}");
    let printed = import(&server, &third, &[]).succeeded();
    assert!(printed.contains("loaded 4 records (0 recorded, 4 there already)"), "{printed}");
    let given_back = |events: &[v1::TimelineEvent]| -> Vec<(String, String)> {
        let refunds = events.iter().filter_map(|event| match &event.event {
            Some(Event::Refund(refund)) => {
                Some((refund.refund_id.clone(), refund.amount.clone().unwrap().amount))
            }
            _ => None,
        });
        let mut refunds: Vec<_> = refunds.collect();
        refunds.sort();
        refunds
    };
    let refunds = [("#1/refund", "4.00"), ("#1/refund/5.5", "1.50"), ("#2/refund", "1.00")];
    let refunds = refunds.map(|(id, amount)| (id.to_owned(), amount.to_owned()));
    assert_eq!(given_back(&timeline(&clients, "a@shop.example").await), refunds);
    // An older export says less, which changes nothing.
    let text = format!("{header}{}{}", row("#1", "partially_refunded", "3"), row("#2", "paid", "0"));
    let printed = import(&server, &file(&directory, "fourth.csv", text), &[]).succeeded();
    assert!(printed.contains("(0 recorded, 3 there already)"), "{printed}");
    assert!(printed.contains("note: 1 orders have more given back than this export says"), "{printed}");
    assert_eq!(given_back(&timeline(&clients, "a@shop.example").await), refunds);
}
