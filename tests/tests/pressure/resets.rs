//! Calls given up before the server has looked at them, as short deadlines make them: they cost the connection nothing,
//! while a flood of them is still cut off. `clients/go` tries the same with the deadlines of a real client.

use lojal_proto::v1;
use lojal_tests::http2::{Came, Connection};
use lojal_tests::{Server, cdnow};
use prost::Message as _;

const IMPORT: &str = "/lojal.v1.IngestService/Import";
const INFO: &str = "/lojal.v1.AdminService/GetServerInfo";
/// As many as a client with a call in every stream gives up at once, twice over.
const BURST: usize = 500;
/// More than any client would.
const FLOOD: usize = 20_000;

/// Two chunks of an import.
fn chunks() -> [Vec<u8>; 2] {
    let rows = cdnow::rows();
    let chunk =
        |sequence: i64, rows: &[v1::Transaction]| cdnow::chunk(sequence, rows.to_vec()).encode_to_vec();
    [chunk(1, &rows[..50]), chunk(2, &rows[50..100])]
}

/// Begins calls and gives each up, all in one piece, so that the server reads both at once.
fn burst(connection: &mut Connection, calls: usize) {
    for _ in 0..calls {
        let id = connection.call(INFO);
        connection.give_up(id);
    }
}

#[tokio::test]
async fn a_burst_of_short_deadlines_leaves_an_import_alone() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start();
    let [first, second] = chunks();
    let mut connection = Connection::open(server.authority()).await;
    let import = connection.call(IMPORT);
    connection.message(import, &first, false);
    assert!(connection.flush().await);
    assert!(matches!(connection.next().await, Came::Answer(id, _) if id == import));
    burst(&mut connection, BURST);
    connection.message(import, &second, true);
    assert!(connection.flush().await);
    // Before: GOAWAY, too_many_resets, and the import ended with it.
    let came = connection.next().await;
    assert!(matches!(&came, Came::Answer(id, _) if *id == import), "{came:?}");
    assert_eq!(server.clients().await.workspace().await.transactions, 100);
}

#[tokio::test]
async fn a_flood_is_cut_off() {
    let _alone = crate::MACHINE.write().await;
    let server = Server::start();
    let mut connection = Connection::open(server.authority()).await;
    burst(&mut connection, FLOOD);
    connection.flush().await;
    loop {
        match connection.next().await {
            Came::Answer(..) => {}
            Came::GoAway(why) => {
                assert!(why.contains("too_many_resets"), "{why}");
                break;
            }
            Came::Closed => break,
        }
    }
    server.clients().await.workspace().await;
}
