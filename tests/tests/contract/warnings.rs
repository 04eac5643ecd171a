//! Early warnings through the contract: real purchases, and a server that is stopped in between.

use lojal_proto::v1;
use lojal_tests::say::{buy, refused, value};
use lojal_tests::{Clients, Server, at, cdnow, failure};

async fn list(clients: &Clients, request: v1::ListEarlyWarningsRequest) -> v1::ListEarlyWarningsResponse {
    let mut stream = clients.loyalty.clone().list_early_warnings(request).await.unwrap().into_inner();
    let mut all = stream.message().await.unwrap().expect("even an empty list has a message");
    assert!(all.totals.is_some() && all.provenance.is_some());
    while let Some(message) = stream.message().await.unwrap() {
        assert!(message.totals.is_none() && message.provenance.is_none());
        all.warnings.extend(message.warnings);
    }
    all
}

fn at_the_end() -> v1::ListEarlyWarningsRequest {
    v1::ListEarlyWarningsRequest { as_of: Some(at(cdnow::END)), limit: 1_000, ..Default::default() }
}

#[tokio::test]
async fn warnings_of_cdnow_are_measured_and_fused() {
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let all = list(&clients, at_the_end()).await;
    let totals = all.totals.unwrap();
    assert_eq!(totals.warnings as usize, all.warnings.len());
    assert_eq!(totals.by_kind.iter().map(|of| of.warnings).sum::<i64>(), totals.warnings);
    let silent = v1::EarlyWarningKind::Silence;
    let silences: Vec<_> = all.warnings.iter().filter(|one| one.kind() == silent).collect();
    assert!(silences.len() > 20, "{}", silences.len());
    for one in &all.warnings {
        let probability = one.churn_probability.as_ref().unwrap();
        assert!(probability.ci_low <= probability.value && probability.value <= probability.ci_high);
        assert_eq!(one.warning_id.rsplit('@').next(), Some(one.customer_id.as_str()));
        assert!(!one.evidence.is_empty() && one.onset.is_some() && one.raised_at.is_some());
    }
    let worth: Vec<f64> = all.warnings.iter().filter_map(|one| one.value_at_risk).collect();
    assert!(worth.is_sorted_by(|a, b| a >= b));
    // A silence is followed by another more often than not, and more often than among all who come back.
    let request = v1::GetWarningQualityRequest { as_of: Some(at(cdnow::END)), ..Default::default() };
    let quality = clients.loyalty.clone().get_warning_quality(request).await.unwrap().into_inner();
    assert_eq!(quality.dates.len(), 4);
    let of_silence = quality.kinds.iter().find(|row| row.kind() == silent).unwrap();
    assert!(of_silence.warnings > 200 && of_silence.lift.unwrap() > 1.1, "{of_silence:?}");
    assert_eq!(silences[0].measured_precision, of_silence.measured_precision);
    assert_eq!(silences[0].base_rate, of_silence.base_rate);
    for fifth in &quality.calibration {
        let came = value(&fifth.observed);
        assert!((fifth.predicted - came).abs() < 0.2, "{fifth:?}");
    }
    // Nobody answers surveys there, so nobody stops.
    let mute = quality.kinds.iter().find(|row| row.kind() == v1::EarlyWarningKind::Unanswered).unwrap();
    assert_eq!((mute.possible, mute.measured_precision.as_ref().unwrap().value), (0, None));
}

#[tokio::test]
async fn an_acknowledgement_and_a_watch_survive_a_restart() {
    let mut server = Server::start();
    let clients = server.clients().await;
    let now = jiff::Timestamp::now();
    let day = |ago: i64| (now - jiff::SignedDuration::from_hours(24 * ago)).strftime("%Y-%m-%d").to_string();
    let days: Vec<String> = (0..30).map(|n| day(7 * n + 60)).collect();
    let purchases = ["anna", "ben"].into_iter().flat_map(|who| days.iter().map(move |day| (who, day, "20")));
    buy(&clients, purchases).await;
    let question = || v1::ListEarlyWarningsRequest {
        kinds: vec![v1::EarlyWarningKind::Silence.into()],
        ..Default::default()
    };
    let listed = list(&clients, question()).await;
    let mut ids: Vec<String> = listed.warnings.iter().map(|one| one.warning_id.clone()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["anna", "ben"].map(|who| format!("silence@{}@{who}", day(60))));
    let watch = |token: &str| v1::WatchEarlyWarningsRequest {
        kinds: question().kinds,
        resume_token: token.to_owned(),
        ..Default::default()
    };
    let mut stream = clients.loyalty.clone().watch_early_warnings(watch("")).await.unwrap().into_inner();
    let first = stream.message().await.unwrap().unwrap();
    assert_eq!(first.warnings.len(), 2);
    let note =
        |note: &str| v1::AcknowledgeWarningRequest { warning_id: ids[0].clone(), note: note.to_owned() };
    let first_time = clients.loyalty.clone().acknowledge_warning(note("called")).await.unwrap().into_inner();
    assert!(!first_time.was_acknowledged);
    // A watch does not keep the server from stopping.
    server.restart();
    assert!(stream.message().await.is_err(), "the watch ends with the server");
    let clients = server.clients().await;
    let again = clients.loyalty.clone().acknowledge_warning(note("again")).await.unwrap().into_inner();
    assert_eq!((again.was_acknowledged, again.note.as_str()), (true, "called"));
    assert_eq!(again.acknowledged_at, first_time.acknowledged_at);
    let rest = list(&clients, question()).await;
    assert_eq!(rest.warnings.len(), 1);
}

#[tokio::test]
async fn nonsense_about_warnings_is_refused_in_a_sentence() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("anna", "2026-01-01", "20")]).await;
    let listing = async |request: v1::ListEarlyWarningsRequest| {
        let mut stream = clients.loyalty.clone().list_early_warnings(request).await?.into_inner();
        stream.message().await
    };
    let ask = v1::ListEarlyWarningsRequest::default;
    for (case, field, request) in [
        ("short", "horizon", v1::ListEarlyWarningsRequest { horizon: "3d".to_owned(), ..ask() }),
        ("no length", "horizon", v1::ListEarlyWarningsRequest { horizon: "soon".to_owned(), ..ask() }),
        (
            "below 0",
            "min_value_at_risk",
            v1::ListEarlyWarningsRequest { min_value_at_risk: Some(-1.0), ..ask() },
        ),
        (
            "NaN",
            "min_value_at_risk",
            v1::ListEarlyWarningsRequest { min_value_at_risk: Some(f64::NAN), ..ask() },
        ),
        ("a kind", "kinds", v1::ListEarlyWarningsRequest { kinds: vec![99], ..ask() }),
        ("an order", "order", v1::ListEarlyWarningsRequest { order: 99, ..ask() }),
        ("below 1", "limit", v1::ListEarlyWarningsRequest { limit: -1, ..ask() }),
        ("too many", "limit", v1::ListEarlyWarningsRequest { limit: 100_001, ..ask() }),
        ("low", "confidence", v1::ListEarlyWarningsRequest { confidence: Some(0.2), ..ask() }),
        ("half", "filter", v1::ListEarlyWarningsRequest { filter: "orders >".to_owned(), ..ask() }),
    ] {
        refused(case, listing(request).await, field);
    }
    let token = v1::WatchEarlyWarningsRequest { resume_token: "nonsense".to_owned(), ..Default::default() };
    let mut stream = clients.loyalty.clone().watch_early_warnings(token).await.unwrap().into_inner();
    refused("a token", stream.message().await, "resume_token");
    let acknowledge = async |id: &str, note: &str| {
        let request = v1::AcknowledgeWarningRequest { warning_id: id.to_owned(), note: note.to_owned() };
        clients.loyalty.clone().acknowledge_warning(request).await
    };
    refused("no name", acknowledge("", "").await, "warning_id");
    refused("a long name", acknowledge(&"x".repeat(161), "").await, "warning_id");
    refused("a long note", acknowledge("silence@2026-01-01@anna", &"x".repeat(257)).await, "note");
    for unknown in ["silence@2026-01-01@anna", "nonsense"] {
        let found = failure(&acknowledge(unknown, "").await.unwrap_err());
        assert_eq!((found.code, &*found.reason), (tonic::Code::NotFound, "WARNING_NOT_FOUND"), "{found:?}");
    }
}
