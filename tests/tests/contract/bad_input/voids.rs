//! Voids that cannot be recorded, and customers that cannot be handed over or forgotten.

use lojal_proto::v1;
use lojal_proto::v1::ErrorReason;
use lojal_tests::say::{purchase, record};
use lojal_tests::{Clients, at, money};
use tonic::{Code, Response, Status};

use super::{Checks, Expected, expected, invalid};

async fn voids(
    clients: &Clients,
    voids: Vec<v1::TransactionVoid>,
    skip_invalid: bool,
) -> Result<Response<v1::VoidTransactionsResponse>, Status> {
    clients.ingest.clone().void_transactions(v1::VoidTransactionsRequest { voids, skip_invalid }).await
}

fn void(id: &str, time: Option<&str>, reason: &str) -> v1::TransactionVoid {
    v1::TransactionVoid { transaction_id: id.to_owned(), time: time.map(at), reason: reason.to_owned() }
}

#[tokio::test]
async fn voids_that_are_malformed() {
    let mut checks = Checks::start().await;
    record(&checks.clients, vec![purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.50")]).await;
    let revision = checks.revision().await;
    let mut nanos = void("t1", Some("2026-03-02T12:00:00Z"), "");
    nanos.time = Some(prost_types::Timestamp { seconds: 0, nanos: -1 });
    let cases: Vec<(&str, Vec<v1::TransactionVoid>, &'static str)> = vec![
        ("no rows", Vec::new(), "voids"),
        ("no id", vec![void("t1", None, ""), void("", None, "")], "voids[1].transaction_id"),
        ("a long id", vec![void(&"x".repeat(129), None, "")], "voids[0].transaction_id"),
        ("in the far future", vec![void("t1", Some("2100-01-01T00:00:00Z"), "")], "voids[0].time"),
        ("a malformed time", vec![nanos], "voids[0].time"),
        ("a long reason", vec![void("t1", None, &"x".repeat(257))], "voids[0].reason"),
    ];
    for (case, rows, field) in cases {
        let answer = voids(&checks.clients, rows, false).await;
        checks.not_recorded(case, answer, invalid(field), revision).await;
    }
    let many = voids(&checks.clients, vec![void("t1", None, ""); 10_001], false).await;
    let limit = expected(Code::ResourceExhausted, ErrorReason::LimitExceeded, "");
    checks.not_recorded("too many rows", many, limit, revision).await;
    checks.done();
}

#[tokio::test]
async fn voids_that_cannot_be_taken() {
    let mut checks = Checks::start().await;
    let (noon, later) = ("2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z");
    record(&checks.clients, vec![purchase("c1", "t1", noon, "12.50"), purchase("c1", "t2", noon, "1")]).await;
    voids(&checks.clients, vec![void("t1", Some(later), "fraud")], false).await.unwrap();
    let revision = checks.revision().await;
    let conflict = expected(Code::AlreadyExists, ErrorReason::RecordConflict, "voids[0]");
    let unknown = expected(Code::NotFound, ErrorReason::TransactionNotFound, "voids[0].transaction_id");
    let cases: Vec<(&str, v1::TransactionVoid, Expected)> = vec![
        ("of an unknown transaction", void("t9", None, ""), unknown),
        ("before its transaction", void("t2", Some("2026-03-01T11:59:59Z"), ""), invalid("voids[0].time")),
        ("another time", void("t1", Some(noon), "fraud"), conflict),
        ("no time", void("t1", None, "fraud"), conflict),
        ("another reason", void("t1", Some(later), "test"), conflict),
    ];
    for (case, row, expected) in cases {
        let answer = voids(&checks.clients, vec![row], false).await;
        checks.not_recorded(case, answer, expected, revision).await;
    }
    // A refund of what was taken back, whenever it was.
    let request = v1::RecordRefundsRequest {
        refunds: vec![v1::Refund {
            refund_id: "r1".to_owned(),
            transaction_id: "t1".to_owned(),
            time: Some(at(noon)),
            amount: Some(money("1", "EUR")),
        }],
        skip_invalid: false,
    };
    let answer = checks.clients.ingest.clone().record_refunds(request).await;
    let reason = ErrorReason::TransactionVoided;
    let voided = expected(Code::FailedPrecondition, reason, "refunds[0].transaction_id");
    checks.not_recorded("a refund of a voided transaction", answer, voided, revision).await;
    // The good row of two is taken, and what is wrong with the other is told.
    let rows = vec![void("t9", None, ""), void("t2", None, "test")];
    let answer = voids(&checks.clients, rows, true).await.unwrap().into_inner().result.unwrap();
    assert_eq!((answer.recorded, answer.revision), (1, revision + 1));
    assert_eq!(answer.row_errors[0].reason(), ErrorReason::TransactionNotFound);
    checks.done();
}

#[tokio::test]
async fn customers_that_cannot_be_handed_over_or_forgotten() {
    let mut checks = Checks::start().await;
    record(&checks.clients, vec![purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.50")]).await;
    let customers = checks.clients.customers.clone();
    let export = async |id: &str| {
        let request = v1::ExportCustomerRequest { customer_id: id.to_owned() };
        customers.clone().export_customer(request).await?.into_inner().message().await
    };
    let unknown = expected(Code::NotFound, ErrorReason::CustomerNotFound, "");
    checks.refused("an unknown customer", export("nobody").await, unknown);
    checks.refused("no customer", export("").await, invalid("customer_id"));
    for id in [String::new(), "x".repeat(129), "a\nb".to_owned()] {
        let case = format!("erasing {id:?}");
        let answer = customers.clone().erase_customer(v1::EraseCustomerRequest { customer_id: id }).await;
        checks.refused(&case, answer, invalid("customer_id"));
    }
    checks.done();
}

#[tokio::test]
async fn known_at_out_of_range_is_refused_by_every_question() {
    let mut checks = Checks::start().await;
    record(&checks.clients, vec![purchase("c1", "t1", "2026-03-01T12:00:00Z", "12.50")]).await;
    let known_at = || Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 });
    let id = || "c1".to_owned();
    let c = checks.clients.clone();
    macro_rules! refused {
        ($client:ident . $call:ident ( $request:expr )) => {
            let answer = c.$client.clone().$call($request).await.map(|_| ());
            checks.refused(stringify!($call), answer, invalid("known_at"));
        };
    }
    refused!(customers.get_customer(v1::GetCustomerRequest {
        customer_id: id(),
        as_of: None,
        known_at: known_at()
    }));
    refused!(
        customers.list_customers(v1::ListCustomersRequest { known_at: known_at(), ..Default::default() })
    );
    refused!(customers.get_timeline(v1::GetTimelineRequest {
        customer_id: id(),
        known_at: known_at(),
        ..Default::default()
    }));
    refused!(nps.get_nps(v1::GetNpsRequest { known_at: known_at(), ..Default::default() }));
    refused!(segmentation.get_customer_segment(v1::GetCustomerSegmentRequest {
        customer_id: id(),
        known_at: known_at(),
        ..Default::default()
    }));
    refused!(
        segmentation
            .summarize_segments(v1::SummarizeSegmentsRequest { known_at: known_at(), ..Default::default() })
    );
    refused!(segmentation.list_segment_members(v1::ListSegmentMembersRequest {
        segment: v1::Segment::Loyal.into(),
        known_at: known_at(),
        ..Default::default()
    }));
    refused!(
        segmentation.get_rfm_scheme(v1::GetRfmSchemeRequest { known_at: known_at(), ..Default::default() })
    );
    refused!(clv.predict_customer(v1::PredictCustomerRequest {
        customer_id: id(),
        known_at: known_at(),
        ..Default::default()
    }));
    refused!(
        clv.predict_customers(v1::PredictCustomersRequest { known_at: known_at(), ..Default::default() })
    );
    checks.done();
}
