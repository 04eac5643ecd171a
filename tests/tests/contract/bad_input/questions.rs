//! Questions that cannot be answered.

use lojal_proto::v1;
use lojal_proto::v1::ErrorReason;
use lojal_tests::say::{purchase, record};
use lojal_tests::{Clients, at, cdnow, raw};
use tonic::{Code, Status};

use super::{Checks, Expected, expected, invalid};

const CUSTOMER_NOT_FOUND: Expected = expected(Code::NotFound, ErrorReason::CustomerNotFound, "");
const MODEL_NOT_FOUND: Expected = expected(Code::NotFound, ErrorReason::ModelNotFound, "");
const INSUFFICIENT: Expected = expected(Code::FailedPrecondition, ErrorReason::InsufficientHistory, "");

async fn segment(clients: &Clients, request: v1::GetCustomerSegmentRequest) -> Result<(), Status> {
    clients.segmentation.clone().get_customer_segment(request).await.map(drop)
}

async fn summary(clients: &Clients, request: v1::SummarizeSegmentsRequest) -> Result<(), Status> {
    clients.segmentation.clone().summarize_segments(request).await.map(drop)
}

async fn predict(clients: &Clients, request: v1::PredictCustomerRequest) -> Result<(), Status> {
    clients.clv.clone().predict_customer(request).await.map(drop)
}

async fn predict_all(clients: &Clients, request: v1::PredictCustomersRequest) -> Result<(), Status> {
    clients.predictions(request).await.map(drop)
}

async fn nps(clients: &Clients, request: v1::GetNpsRequest) -> Result<(), Status> {
    clients.nps.clone().get_nps(request).await.map(drop)
}

async fn timeline(clients: &Clients, request: v1::GetTimelineRequest) -> Result<(), Status> {
    clients.customers.clone().get_timeline(request).await.map(drop)
}

async fn customer(clients: &Clients, request: v1::GetCustomerRequest) -> Result<(), Status> {
    clients.customers.clone().get_customer(request).await.map(drop)
}

#[tokio::test]
async fn nobody_of_that_name() {
    let mut checks = Checks::start().await;
    let clients = checks.clients.clone();
    let id = || "nobody".to_owned();
    // In an empty workspace and in one with customers alike.
    for case in ["empty", "loaded"] {
        let answers = [
            customer(&clients, v1::GetCustomerRequest { customer_id: id(), as_of: None, known_at: None })
                .await,
            timeline(&clients, v1::GetTimelineRequest { customer_id: id(), ..Default::default() }).await,
            segment(&clients, v1::GetCustomerSegmentRequest { customer_id: id(), ..Default::default() })
                .await,
            predict(&clients, v1::PredictCustomerRequest { customer_id: id(), ..Default::default() }).await,
        ];
        for (index, answer) in answers.into_iter().enumerate() {
            let call = format!("{case}, call {index}");
            if let Some(found) = checks.refused(&call, answer, CUSTOMER_NOT_FOUND) {
                let named = found.metadata.get("customer_id").map(String::as_str);
                checks.check(named == Some("nobody"), || format!("{call}: metadata {:?}", found.metadata));
            }
        }
        cdnow::load(&clients).await;
    }
    // Known today, but not yet then.
    let before = Some(at("1996-06-01T00:00:00Z"));
    let request = v1::GetCustomerRequest { customer_id: "0001".to_owned(), as_of: before, known_at: None };
    checks.refused("before the first purchase", customer(&clients, request).await, CUSTOMER_NOT_FOUND);
    for (case, id) in [("empty", String::new()), ("long", "x".repeat(129)), ("control", "a\u{7f}".to_owned())]
    {
        let request = v1::GetCustomerRequest { customer_id: id, as_of: None, known_at: None };
        checks.refused(case, customer(&clients, request).await, invalid("customer_id"));
    }
    checks.done();
}

#[tokio::test]
async fn models_that_are_not_there_or_cannot_be() {
    let mut checks = Checks::start().await;
    let clients = checks.clients.clone();
    let named = || v1::GetModelRequest { model_id: "bg-nbd-7".to_owned() };
    let get = async |request| clients.clv.clone().get_model(request).await;
    checks.refused("no model at all", get(v1::GetModelRequest::default()).await, MODEL_NOT_FOUND);
    checks.refused("no model of that name", get(named()).await, MODEL_NOT_FOUND);
    let fit = |end: &str| v1::FitModelRequest { calibration_end: end.to_owned(), ..Default::default() };
    checks.refused("no customers", clients.fit(fit("")).await, INSUFFICIENT);
    // Nobody is predicted from a prior, which is no mistake.
    assert!(predict_all(&clients, v1::PredictCustomersRequest::default()).await.is_ok());
    record(&clients, vec![purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.50")]).await;
    checks.refused("one customer", clients.fit(fit("")).await, INSUFFICIENT);
    let one = || v1::PredictCustomerRequest { customer_id: "c1".to_owned(), ..Default::default() };
    assert!(predict(&clients, one()).await.is_ok());
    let revision = checks.revision().await;

    for end in ["1997-9-30", "30.09.1997", "1997-02-29", "1997-09-30T00:00:00Z", "soon", "99999-01-01"] {
        let answer = clients.fit(fit(end)).await;
        checks.not_recorded(end, answer, invalid("calibration_end"), revision).await;
    }
    let kind = v1::FitModelRequest { kind: 9, ..Default::default() };
    checks.refused("kind 9", clients.fit(kind).await, invalid("kind"));
    let unit = v1::FitModelRequest { time_unit: -1, ..Default::default() };
    checks.refused("unit -1", clients.fit(unit).await, invalid("time_unit"));
    let long = v1::FitModelRequest { request_id: "x".repeat(129), ..Default::default() };
    checks.refused("long request_id", clients.fit(long).await, invalid("request_id"));

    let clients = clients.in_workspace("cdnow");
    cdnow::load(&clients).await;
    let fit = |end: &str, kind: v1::ModelKind| v1::FitModelRequest {
        calibration_end: end.to_owned(),
        kind: kind.into(),
        request_id: "mine".to_owned(),
        ..Default::default()
    };
    let first = clients.fit(fit("1997-09-30", v1::ModelKind::BgNbd)).await.unwrap();
    let again = clients.fit(fit("1997-09-30", v1::ModelKind::BgNbd)).await.unwrap();
    assert_eq!(first, again, "the same request is the same model");
    let reused = expected(Code::FailedPrecondition, ErrorReason::RequestIdReused, "");
    checks.refused("other kind", clients.fit(fit("1997-09-30", v1::ModelKind::MbgNbd)).await, reused);
    checks.refused("other day", clients.fit(fit("1997-09-29", v1::ModelKind::BgNbd)).await, reused);
    let request = || v1::PredictCustomerRequest {
        customer_id: "0001".to_owned(),
        model_id: "pnbd-1".to_owned(),
        ..Default::default()
    };
    if let Some(found) = checks.refused("model", predict(&clients, request()).await, MODEL_NOT_FOUND) {
        let named = found.metadata.get("model_id").map(String::as_str);
        checks.check(named == Some("pnbd-1"), || format!("metadata {:?}", found.metadata));
    }
    let request = v1::PredictCustomersRequest { model_id: "pnbd-1".to_owned(), ..Default::default() };
    checks.refused("model of all", predict_all(&clients, request).await, MODEL_NOT_FOUND);
    checks.done();
}

#[tokio::test]
async fn windows_horizons_and_instants() {
    let mut checks = Checks::start().await;
    let clients = checks.clients.clone();
    cdnow::load(&clients).await;
    let who = || "0001".to_owned();
    for window in [
        "2026-Q5",
        "2026-Q0",
        "2026-13",
        "2026-02-30/2026-03-01",
        "2026-04-01/2026-01-01",
        "2026-01-01/2026-01-01",
        "0d",
        "-3d",
        "d",
        "3",
        "90 d",
        "90D",
        "99999999999d",
        "yesterday",
        "2026-01-01/",
        "\u{0}",
    ] {
        let request = v1::GetNpsRequest { window: window.to_owned(), ..Default::default() };
        checks.refused(&format!("NPS of {window:?}"), nps(&clients, request).await, invalid("window"));
        let request =
            v1::GetTimelineRequest { customer_id: who(), window: window.to_owned(), ..Default::default() };
        checks.refused(
            &format!("timeline of {window:?}"),
            timeline(&clients, request).await,
            invalid("window"),
        );
    }
    // A window of segments ends at as_of, so one with an end of its own is refused too.
    for window in ["2026-Q5", "0d", "2026-Q1", "1998-01-01/1998-04-01"] {
        let request = v1::SummarizeSegmentsRequest { window: window.to_owned(), ..Default::default() };
        checks.refused(
            &format!("segments of {window:?}"),
            summary(&clients, request).await,
            invalid("window"),
        );
    }
    for horizon in
        ["0d", "51y", "601mo", "2610w", "18264d", "all", "12", "-1d", "1997-Q1", "1e9d", "for ever"]
    {
        let case = format!("horizon {horizon:?}");
        let request = v1::PredictCustomerRequest {
            customer_id: who(),
            horizon: horizon.to_owned(),
            ..Default::default()
        };
        checks.refused(&case, predict(&clients, request).await, invalid("horizon"));
        let request = v1::PredictCustomersRequest { horizon: horizon.to_owned(), ..Default::default() };
        checks.refused(&case, predict_all(&clients, request).await, invalid("horizon"));
    }
    let broken = prost_types::Timestamp { seconds: 0, nanos: 2_000_000_000 };
    for instant in [at("9999-12-30T00:00:00Z"), at("1899-12-31T23:59:59Z"), broken] {
        let as_of = Some(instant);
        let case = format!("as of {instant:?}");
        let request = v1::SummarizeSegmentsRequest { as_of, ..Default::default() };
        checks.refused(&case, summary(&clients, request).await, invalid("as_of"));
        let request = v1::GetNpsRequest { as_of, ..Default::default() };
        checks.refused(&case, nps(&clients, request).await, invalid("as_of"));
        let request = v1::PredictCustomersRequest { as_of, ..Default::default() };
        checks.refused(&case, predict_all(&clients, request).await, invalid("as_of"));
        let request = v1::GetCustomerRequest { customer_id: who(), as_of, known_at: None };
        checks.refused(&case, customer(&clients, request).await, invalid("as_of"));
    }
    checks.done();
}

#[tokio::test]
async fn numbers_and_names_out_of_range() {
    let mut checks = Checks::start().await;
    let clients = checks.clients.clone();
    cdnow::load(&clients).await;
    let answer = v1::SurveyResponse {
        response_id: "a1".to_owned(),
        customer_id: "0001".to_owned(),
        time: Some(at("1998-03-01T00:00:00Z")),
        score: Some(9),
        ..Default::default()
    };
    let mut about_a_visit = answer.clone();
    about_a_visit.response_id = "a2".to_owned();
    about_a_visit.kind = v1::SurveyKind::Transactional.into();
    let request = v1::RecordSurveyResponsesRequest { survey_responses: vec![answer], skip_invalid: false };
    clients.ingest.clone().record_survey_responses(request).await.unwrap();
    for rate in [50.0, 10.001, -0.1, f64::NAN, f64::INFINITY] {
        let request = v1::PredictCustomersRequest { yearly_discount_rate: Some(rate), ..Default::default() };
        let answer = predict_all(&clients, request).await;
        checks.refused(&format!("rate {rate}"), answer, invalid("yearly_discount_rate"));
    }
    for limit in [0, -1] {
        let request = v1::PredictCustomersRequest { limit: Some(limit), ..Default::default() };
        checks.refused(&format!("limit {limit}"), predict_all(&clients, request).await, invalid("limit"));
    }
    let request = v1::PredictCustomersRequest { order: 9, ..Default::default() };
    checks.refused("order 9", predict_all(&clients, request).await, invalid("order"));
    for confidence in [2.0, 1.0, 0.5, 0.0, -1.0, 95.0, f64::NAN] {
        let request = v1::GetNpsRequest { confidence: Some(confidence), ..Default::default() };
        let answer = nps(&clients, request).await;
        checks.refused(&format!("confidence {confidence}"), answer, invalid("confidence"));
    }
    let request = v1::GetNpsRequest { interval: 99, ..Default::default() };
    checks.refused("interval 99", nps(&clients, request).await, invalid("interval"));
    let request = v1::GetNpsRequest { kind: 99, ..Default::default() };
    checks.refused("kind 99", nps(&clients, request).await, invalid("kind"));
    for name in ["no_such_attribute", "Capital", "a b", "x".repeat(65).as_str()] {
        let request = v1::GetNpsRequest { group_by: name.to_owned(), ..Default::default() };
        checks.refused(&format!("group by {name:?}"), nps(&clients, request).await, invalid("group_by"));
    }
    for segment in [12, -1] {
        let request = v1::ListSegmentMembersRequest { segment, ..Default::default() };
        let answer = clients.segmentation.clone().list_segment_members(request).await;
        checks.refused(&format!("segment {segment}"), answer, invalid("segment"));
    }
    let request =
        v1::RecordSurveyResponsesRequest { survey_responses: vec![about_a_visit], skip_invalid: false };
    clients.ingest.clone().record_survey_responses(request).await.unwrap();
    let request = v1::CompareNpsRequest { group_by: "channel".to_owned(), ..Default::default() };
    checks.refused("both kinds", clients.nps.clone().compare_nps(request).await, invalid("kind"));
    checks.done();
}

#[tokio::test]
async fn filters_that_mean_nothing() {
    let mut checks = Checks::start().await;
    let clients = checks.clients.clone();
    cdnow::load(&clients).await;
    let deep = format!("{}orders{} == 2", "(".repeat(900), ")".repeat(900));
    // As many as are parsed before they are counted.
    let parsed = format!("{}true{}", "!(".repeat(128), ")".repeat(128));
    let many = format!("market in [{}]", vec!["'a'"; 1_000].join(","));
    for text in [
        "orders >",
        "orders = 3",
        "orders == 'many'",
        "orders < 'many'",
        "orders",
        "no_such_attribute == 'a'",
        "attributes.no_such_attribute == ''",
        "revenue.matches('1')",
        "[1].all(x, x > 0)",
        "\u{0}",
        "čšž",
        deep.as_str(),
        parsed.as_str(),
        many.as_str(),
    ] {
        let filter = || text.to_owned();
        let case = |rpc: &str| format!("{rpc}, filter {}", text.chars().take(40).collect::<String>());
        let request = v1::SummarizeSegmentsRequest { filter: filter(), ..Default::default() };
        checks.refused(&case("segments"), summary(&clients, request).await, invalid("filter"));
        let request = v1::PredictCustomersRequest { filter: filter(), ..Default::default() };
        checks.refused(&case("predictions"), predict_all(&clients, request).await, invalid("filter"));
        let request = v1::ListCustomersRequest { filter: filter(), ..Default::default() };
        let answer = clients.customers.clone().list_customers(request).await;
        checks.refused(&case("customers"), answer, invalid("filter"));
        let request = v1::GetPurchaseStatsRequest { filter: filter(), ..Default::default() };
        let answer = clients.retention.clone().get_purchase_stats(request).await;
        checks.refused(&case("purchases"), answer, invalid("filter"));
        let request = v1::GetNpsRequest { filter: filter(), ..Default::default() };
        checks.refused(&case("nps"), nps(&clients, request).await, invalid("filter"));
    }
    // Whose facts cannot be compared is left out, and counted.
    let request =
        v1::GetPurchaseStatsRequest { filter: "100 / (orders - 1) > 0".to_owned(), ..Default::default() };
    let answer = clients.retention.clone().get_purchase_stats(request).await.unwrap().into_inner();
    let provenance = answer.provenance.unwrap();
    let told = provenance.warnings.iter().any(|warning| warning.contains("division by zero"));
    checks.check(provenance.excluded.len() == 2 && told, || format!("{provenance:?}"));
    checks.done();
}

#[tokio::test]
async fn workspaces_that_cannot_be() {
    let mut checks = Checks::start().await;
    for name in ["Capitals", "with space", "../up", "x/y", "a.b", &"x".repeat(65), "č"] {
        let Ok(value) = name.parse::<tonic::metadata::MetadataValue<tonic::metadata::Ascii>>() else {
            // Text that metadata cannot hold never leaves a client.
            continue;
        };
        let mut request = tonic::Request::new(v1::GetServerInfoRequest {});
        request.metadata_mut().insert("lojal-workspace", value.clone());
        let answer = checks.clients.admin.clone().get_server_info(request).await;
        checks.refused(&format!("workspace {name:?}"), answer, invalid("lojal-workspace"));
        let mut request = tonic::Request::new(tokio_stream::iter(cdnow::chunks(10_000)));
        request.metadata_mut().insert("lojal-workspace", value);
        let answer = checks.clients.ingest.clone().import(request).await;
        checks.refused(&format!("import into {name:?}"), answer, invalid("lojal-workspace"));
    }
    checks.done();
}

#[tokio::test]
async fn bytes_that_are_no_message() {
    let mut checks = Checks::start().await;
    let cases: [(&str, &'static [u8]); 4] = [
        ("an id that is not UTF-8", b"\x0a\x02\xff\xfe"),
        ("a length past the end", b"\x0a\x7fabc"),
        ("a wrong wire type", b"\x08\x01"),
        ("an endless number", b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
    ];
    for (case, bytes) in cases {
        let answer =
            raw::call(&checks.clients.channel, "/lojal.v1.CustomerService/GetCustomer", bytes.into()).await;
        checks.refused(case, answer, expected(Code::InvalidArgument, ErrorReason::InvalidField, ""));
    }
    checks.done();
}
