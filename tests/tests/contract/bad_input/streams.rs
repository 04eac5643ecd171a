//! Imports that go wrong on the way.

use lojal_proto::v1;
use lojal_proto::v1::ErrorReason;
use lojal_tests::cdnow;
use lojal_tests::say::purchase;
use tonic::Code;

use super::{Checks, expected, invalid};

fn chunk(sequence: i64, id: &str, amount: &str) -> v1::ImportRequest {
    let time = "2026-03-01T12:00:00Z";
    cdnow::chunk(
        sequence,
        vec![purchase("c1", id, time, "1"), purchase("c1", &format!("{id}-b"), time, amount)],
    )
}

#[tokio::test]
async fn holes_in_the_sequence() {
    let mut checks = Checks::start().await;
    let gap = expected(Code::InvalidArgument, ErrorReason::SequenceGap, "");
    // Sequence numbers sent, how many of them are taken, and what is told.
    let cases: [(&[i64], usize, &str, &str); 5] = [
        (&[1, 3], 1, "2", "3"),
        (&[0], 0, "1", "0"),
        (&[2], 0, "1", "2"),
        (&[1, 1], 1, "2", "1"),
        (&[1, 2, -1], 2, "3", "-1"),
    ];
    for (case, (sequences, taken, due, received)) in cases.into_iter().enumerate() {
        let clients = checks.clients.in_workspace(&format!("case-{case}"));
        let chunks =
            sequences.iter().map(|sequence| chunk(*sequence, &format!("t{sequence}"), "1")).collect();
        let (acknowledged, ended) = clients.import(chunks).await;
        let numbers: Vec<i64> = acknowledged.iter().map(|answer| answer.sequence).collect();
        checks.check(numbers == sequences[..taken], || format!("{sequences:?}: acknowledged {numbers:?}"));
        if let Some(found) = checks.refused(&format!("{sequences:?}"), ended, gap) {
            let told = (found.metadata.get("expected").cloned(), found.metadata.get("received").cloned());
            let wanted = (Some(due.to_owned()), Some(received.to_owned()));
            checks.check(told == wanted, || format!("{sequences:?}: metadata {:?}", found.metadata));
        }
        let recorded = clients.workspace().await.transactions;
        checks.check(recorded == 2 * taken as i64, || format!("{sequences:?}: {recorded} rows recorded"));
    }
    checks.done();
}

#[tokio::test]
async fn a_bad_row_ends_the_stream_and_what_was_answered_stays() {
    let mut checks = Checks::start().await;
    let clients = checks.clients.clone();
    let chunks = vec![chunk(1, "t1", "1"), chunk(2, "t2", "1"), chunk(3, "t3", "1,0"), chunk(4, "t4", "1")];
    let (acknowledged, ended) = clients.import(chunks).await;
    assert_eq!(acknowledged.len(), 2);
    let bad = invalid("transactions.rows[1].amount.amount");
    let found = checks.refused("a bad row", ended, bad).unwrap();
    assert_eq!(found.metadata.get("sequence").map(String::as_str), Some("3"));
    let recorded = clients.workspace().await.transactions;
    // The chunk after the bad one may have been on its way; that one itself must not be there.
    assert!(recorded == 4 || recorded == 6, "{recorded} rows recorded");
    let request = v1::GetTimelineRequest { customer_id: "c1".to_owned(), ..Default::default() };
    let events = clients.customers.clone().get_timeline(request).await.unwrap().into_inner().events;
    assert!(!format!("{events:?}").contains("\"t3\""), "a good row of the bad chunk was recorded");

    let mut chunks = vec![chunk(1, "t5", "1,0"), chunk(2, "t6", "1")];
    for chunk in &mut chunks {
        chunk.skip_invalid = true;
    }
    let (acknowledged, ended) = clients.import(chunks).await;
    ended.unwrap();
    let first = acknowledged[0].result.as_ref().unwrap();
    assert_eq!((first.recorded, first.row_errors.len()), (1, 1));
    assert_eq!(first.row_errors[0].field, "transactions.rows[1].amount.amount");
    assert_eq!(acknowledged[1].result.as_ref().unwrap().recorded, 2);
    checks.done();
}

#[tokio::test]
async fn chunks_of_nothing() {
    let mut checks = Checks::start().await;
    let clients = checks.clients.clone();
    let empty = v1::ImportRequest { sequence: 1, ..Default::default() };
    checks.refused("no rows named", clients.import(vec![empty]).await.1, invalid("rows"));
    let empty = cdnow::chunk(1, Vec::new());
    checks.refused("no rows given", clients.import(vec![empty]).await.1, invalid("transactions.rows"));
    let (acknowledged, ended) = clients.import(Vec::new()).await;
    ended.unwrap();
    assert!(acknowledged.is_empty());
    assert_eq!(checks.revision().await, 0);
    checks.done();
}
