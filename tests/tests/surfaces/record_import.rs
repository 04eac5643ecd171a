//! `lojal import --records`: files of what is no purchase.

use std::fmt::Write as _;
use std::path::PathBuf;

use lojal_proto::v1;
use lojal_proto::v1::timeline_event::Event;
use lojal_tests::{Clients, Server, at, command, import, money, run, timeline};

fn file(directory: &tempfile::TempDir, text: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join("records.csv");
    std::fs::write(&path, text).unwrap();
    path
}

/// What happened to a customer, oldest first.
async fn events(clients: &Clients, customer: &str) -> Vec<Event> {
    let mut events: Vec<Event> =
        timeline(clients, customer).await.into_iter().map(|event| event.event.unwrap()).collect();
    events.reverse();
    events
}

#[tokio::test]
async fn refunds_of_purchases() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let orders =
        file(&directory, "customer_id,date,value,order_id\nc1,2026-03-01,10,o1\nc1,2026-03-02,20,o2\n");
    let _ = import(&server, &orders, &["--currency-code", "EUR"]).succeeded();
    let refunds = file(
        &directory,
        "Return ID;Order ID;Refund Date;Refund Amount\nr1;o1;2026-03-05;2,50\nr2;o2;2026-03-06;1.000,00 €\n",
    );
    let ran = import(&server, &refunds, &["--records", "refunds"]);
    assert!(ran.code == Some(1) && ran.err.contains("line 3:"), "more than was paid: {ran:?}");
    let refunds = file(
        &directory,
        "Return ID;Order ID;Refund Date;Refund Amount\nr1;o1;2026-03-05;2,50\nr2;o2;2026-03-06;4,00 €\n",
    );
    for counts in ["loaded 2 records (2 recorded, 0 there already)", "(0 recorded, 2 there already)"] {
        let printed = import(&server, &refunds, &["--records", "refunds"]).succeeded();
        assert!(printed.contains(counts), "{printed}");
        assert!(
            printed.contains("2 records, from 2026-03-05 to 2026-03-06, 6.50 in the reporting currency"),
            "{printed}"
        );
        assert!(
            printed.contains("Return ID for the refund id, Order ID for the transaction's id"),
            "{printed}"
        );
    }
    assert_eq!(clients.workspace().await.refunds, 2);
    let bad = file(&directory, "refund_id,order_id,date,amount\nr3,o1,2026-03-05,-1\n,o1,2026-03-05,1\n");
    let ran = import(&server, &bad, &["--records", "refunds"]);
    assert!(
        ran.code == Some(1) && ran.err.contains("line 2: the amount \"-1\" is not more than zero"),
        "{ran:?}"
    );
    assert!(ran.err.contains("line 3: the refund id is missing"), "{ran:?}");
    let ran = import(&server, &bad, &["--records", "refunds", "--skip-invalid"]);
    assert!(ran.code == Some(1) && ran.err.contains("nothing was loaded"), "{ran:?}");
}

#[tokio::test]
async fn answers_to_surveys() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let text = "id,user,answered_at,rating,feedback,topics\na1,c1,2026-03-01 10:00:00 +0100,4,\"good, mostly\",delivery; price\na2,,2026-03-02,2,,\n";
    let answers = file(&directory, text);
    let options = ["--records", "responses", "--set", "metric=csat", "--set", "kind=transactional"];
    let printed = import(&server, &answers, &options).succeeded();
    assert!(printed.contains("loaded 2 records (2 recorded"), "{printed}");
    assert!(
        printed.contains("2 records of 1 customer, from 2026-03-01 to 2026-03-02, 1 of nobody who is named"),
        "{printed}"
    );
    let [Event::SurveyResponse(answer)] = &events(&clients, "c1").await[..] else { panic!("one answer") };
    assert_eq!(
        (answer.score, answer.metric(), answer.kind()),
        (Some(4), v1::SurveyMetric::Csat, v1::SurveyKind::Transactional)
    );
    assert_eq!(
        (answer.comment.as_str(), &*answer.topics),
        ("good, mostly", &["delivery".to_owned(), "price".to_owned()][..])
    );
    let time = timeline(&clients, "c1").await[0].time;
    assert_eq!(time, Some(at("2026-03-01T09:00:00Z")));
    for (text, options, words) in [
        ("id,date,nps\na1,2026-03-01,9\n", &[][..], "--column customer_id="),
        ("id,user,date,nps\na1,,2026-03-01,9\n", &[], "no row names anybody in the column \"user\""),
        (
            "id,user,date,nps\na1,c1,2026-03-01,11\n",
            &[],
            "line 2: the score 11 is not on the scale, which is 0 to 10",
        ),
        ("id,user,date,nps\na1,c1,2026-03-01,\n", &[], "the score is missing"),
        ("id,user,date,nps\na1,c1,2026-03-01,9\n", &["--set", "metric=love"], "nps, csat, ces1"),
        ("id,user,date,nps\na1,c1,2026-03-01,9\n", &["--set", "mood=good"], "response_id, customer_id, time"),
        ("id,user,date,nps\na1,c1,2026-03-01,9\n", &["--column", "score=stars"], "no column \"stars\""),
    ] {
        let ran =
            import(&server, &file(&directory, text), &[&["--records", "responses"][..], options].concat());
        assert!(ran.code == Some(1) && ran.err.contains(words), "{words}: {ran:?}");
    }
    // That nobody is to be known has to be said.
    let answers = file(&directory, "date,nps,note\n2026-03-01,9,x\n2026-03-01,9,y\n");
    let options = ["--records", "responses", "--column", "customer_id=", "--column", "comment=note"];
    for counts in ["(2 recorded, 0 there", "(0 recorded, 2 there"] {
        let printed = import(&server, &answers, &options).succeeded();
        assert!(printed.contains(counts) && printed.contains("without a response_id got one"), "{printed}");
    }
    assert_eq!(clients.workspace().await.survey_responses, 4);
    let mut low = "id,user,date,nps\n".to_owned();
    (0..30).for_each(|row| writeln!(low, "low{row},c{row},2026-03-01,{}", row % 5 + 1).unwrap());
    let printed = import(&server, &file(&directory, low), &["--records", "responses"]).succeeded();
    assert!(printed.contains("none of 30 NPS scores is above 5"), "{printed}");
}

#[tokio::test]
async fn interactions_and_costs() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let text = "event_id,customer,date,kind,name,status,case_id\ni1,c1,2026-03-01,support case,late,opened,k1\ni2,c1,2026-03-02,Campaign,spring,clicked,\n";
    let printed = import(&server, &file(&directory, text), &["--records", "interactions"]).succeeded();
    assert!(printed.contains("2 records of 1 customer"), "{printed}");
    let [Event::Interaction(case), Event::Interaction(campaign)] = &events(&clients, "c1").await[..] else {
        panic!("two interactions")
    };
    assert_eq!((case.kind(), case.case_id.as_str()), (v1::InteractionKind::SupportCase, "k1"));
    assert_eq!((campaign.kind(), campaign.status.as_str()), (v1::InteractionKind::Campaign, "clicked"));
    let text = "event_id,customer,date,kind\ni1,c1,2026-03-01,meeting\ni2,,2026-03-01,\n";
    let ran = import(&server, &file(&directory, text), &["--records", "interactions"]);
    assert!(ran.err.contains("the kind is \"meeting\"; give support_case, visit"), "{ran:?}");
    assert!(ran.err.contains("line 3: the customer is empty"), "{ran:?}");
    let text = "expense_id,date,end_time,cost,source,user\nm1,2026-03-01,2026-04-01,1200.50,ads,\nm2,2026-03-02,,5,,c1\n";
    let options = ["--records", "costs", "--set", "kind=acquisition", "--currency-code", "EUR"];
    let printed = import(&server, &file(&directory, text), &options).succeeded();
    assert!(printed.contains("(2 recorded") && printed.contains("1,205.50 EUR"), "{printed}");
    let cost = events(&clients, "c1").await.into_iter().find_map(|event| match event {
        Event::Cost(cost) => Some(cost),
        _ => None,
    });
    let cost = cost.unwrap();
    assert_eq!((cost.kind(), cost.amount), (v1::CostKind::Acquisition, Some(money("5.00", "EUR"))));
}

#[tokio::test]
async fn customers_with_a_column_for_each_fact() {
    let server = Server::start();
    let clients = server.clients().await;
    let directory = tempfile::tempdir().unwrap();
    let table = file(
        &directory,
        "E-Mail,Home Market,acquisition_source,referredBy\nA@shop.example,hr,ads,\nb@shop.example,de,,a@shop.example\nc@shop.example,,,\n",
    );
    let ran = import(&server, &table, &["--records", "customers"]);
    assert!(ran.err.contains("line 4: nothing is known of the customer"), "{ran:?}");
    let printed = import(&server, &table, &["--records", "customers", "--skip-invalid"]).succeeded();
    assert!(
        printed.contains("loaded 2 records") && printed.contains("Home Market for the attribute"),
        "{printed}"
    );
    let request = v1::GetCustomerRequest { customer_id: "a@shop.example".to_owned(), ..Default::default() };
    let found = clients.customers.clone().get_customer(request).await.unwrap().into_inner().customer.unwrap();
    let mut facts: Vec<_> = found.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    facts.sort();
    assert_eq!(facts, ["acquisition_source=ads", "home_market=hr"]);
    let both = file(&directory, "id,email,market\n1,a@shop.example,hr\n");
    let ran = import(&server, &both, &["--records", "customers"]);
    assert!(ran.code == Some(1) && ran.err.contains("\"id\" or by \"email\""), "{ran:?}");
    let printed = import(&server, &both, &["--records", "customers", "--customer-id", "id"]).succeeded();
    assert!(printed.contains("email for the attribute, market for the attribute"), "{printed}");
}

/// Chunks go on where they were answered: the file is the same, and the server remembers how far it came.
#[tokio::test]
async fn records_go_in_any_chunks_and_once() {
    let server = Server::start();
    let directory = tempfile::tempdir().unwrap();
    let mut text = "response_id,customer_id,date,score\n".to_owned();
    (0..25_000).for_each(|row| writeln!(text, "a{row},c{},2026-03-01,{}", row % 900, row % 11).unwrap());
    let answers = file(&directory, text);
    for (chunk, counts) in [("100000", "(25,000 recorded, 0 there"), ("7000", "(0 recorded, 25,000 there")] {
        let printed = import(&server, &answers, &["--records", "responses", "--chunk-rows", chunk]);
        assert_eq!(printed.err, "", "progress is for terminals");
        assert!(printed.clone().succeeded().contains(counts), "{printed:?}");
    }
    assert_eq!(server.clients().await.workspace().await.survey_responses, 25_000);
}

/// The same of an export, whose purchases and refunds are made of rows together.
#[tokio::test]
async fn an_export_goes_on_after_the_server_was_killed() {
    const ORDERS: i64 = 6_000;
    let directory = tempfile::tempdir().unwrap();
    let mut text = "Timestamp,$value,Person//ID,$event_id\n".to_owned();
    (0..ORDERS).for_each(|row| writeln!(text, "2026-01-{:02},{row},c{},", 1 + row % 28, row % 300).unwrap());
    let orders = file(&directory, text);
    let mut server = Server::start();
    let arguments = [
        "import",
        orders.to_str().unwrap(),
        "--profile",
        "klaviyo",
        "--column",
        "transaction_id=",
        "--chunk-rows",
        "20",
    ];
    let mut importing = command(&arguments)
        .args(["--server", server.url()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let clients = server.clients().await;
    while clients.workspace().await.transactions < 1_000 {}
    server.kill();
    assert!(!importing.wait().unwrap().success(), "an import without a server failed");
    server.start_again();
    let clients = server.clients().await;
    let before = clients.workspace().await.transactions;
    let again = run(command(&arguments).args(["--server", server.url()]), std::time::Duration::from_secs(60))
        .succeeded();
    let went_on =
        again.split_once("went on after the first ").unwrap().1.split_once(' ').unwrap().0.replace(',', "");
    let went_on: i64 = went_on.parse().unwrap();
    assert!(went_on > 0 && went_on <= before && went_on % 20 == 0, "{before}: {again}");
    assert_eq!(clients.workspace().await.transactions, ORDERS);
}
