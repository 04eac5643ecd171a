use std::collections::VecDeque;
use std::io::{Read as _, Write as _};

use http_body_util::{BodyExt as _, StreamBody};
use lojal_proto::v1;
use prost::Message as _;

use super::*;

fn schema() -> Schema {
    Schema::of(lojal_proto::descriptors().unwrap())
}

fn framed(message: &impl prost::Message) -> Vec<u8> {
    let mut bytes = vec![0];
    bytes.extend((message.encoded_len() as u32).to_be_bytes());
    bytes.extend(message.encode_to_vec());
    bytes
}

const PATH: &str = "/lojal.v1.IngestService/RecordTransactions";

fn rows(count: usize) -> v1::RecordTransactionsRequest {
    let row = v1::Transaction { customer_id: "ann".to_owned(), ..Default::default() };
    v1::RecordTransactionsRequest { transactions: vec![row; count], ..Default::default() }
}

fn arriving(pieces: Vec<Vec<u8>>, most: usize, most_per_connection: usize) -> (Arriving, Arc<Bounds>) {
    let bounds = Arc::new(Bounds { held: Gauge::default(), most, most_per_connection, schema: schema() });
    let frames = pieces.into_iter().map(|piece| Ok::<_, Status>(Frame::data(Bytes::from(piece))));
    let body = tonic::body::Body::new(StreamBody::new(tokio_stream::iter(frames)));
    let message = bounds.schema.message_of(PATH);
    let account = Account { bounds: bounds.clone(), peer: None, in_work: InWork::default() };
    (Arriving::new(body, account, message, None), bounds)
}

#[tokio::test]
async fn messages_come_out_as_they_went_in_however_they_were_cut() {
    let sent: Vec<u8> = [1, 500, 0, 40].into_iter().flat_map(|count| framed(&rows(count))).collect();
    for size in [1, 2, 3, 5, 7, 64, 1_000, sent.len()] {
        let pieces = sent.chunks(size).map(<[u8]>::to_vec).collect();
        let (body, bounds) = arriving(pieces, usize::MAX, usize::MAX);
        let got = body.collect().await.unwrap().to_bytes();
        assert_eq!(got, sent, "in pieces of {size}");
        assert!(bounds.held.try_add(usize::MAX, usize::MAX), "something is still counted");
    }
}

#[tokio::test]
async fn nothing_is_passed_on_of_a_message_that_is_not_whole() {
    let sent = framed(&rows(500));
    let (mut body, bounds) = arriving(vec![sent[..2_000].to_vec()], usize::MAX, usize::MAX);
    // What came is passed on when no more comes, so that the decoder can say what is wrong; before that nothing is.
    let (send, receive) = tokio::sync::mpsc::channel(1);
    body.body = tonic::body::Body::new(StreamBody::new(tokio_stream::wrappers::ReceiverStream::new(receive)));
    send.send(Ok::<_, Status>(Frame::data(Bytes::copy_from_slice(&sent[..2_000])))).await.unwrap();
    let mut context = Context::from_waker(std::task::Waker::noop());
    assert!(Pin::new(&mut body).poll_frame(&mut context).is_pending());
    assert!(!bounds.held.try_add(1, 2_000) && bounds.held.try_add(1, 2_001), "what has arrived is counted");
    bounds.held.remove(1);
    send.send(Ok(Frame::data(Bytes::copy_from_slice(&sent[2_000..])))).await.unwrap();
    drop(send);
    assert_eq!(body.collect().await.unwrap().to_bytes(), sent);
}

#[tokio::test]
async fn what_would_take_too_much_is_refused() {
    let (body, _) = arriving(vec![framed(&rows(1_000))], 100_000, usize::MAX);
    let refused = body.collect().await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::ResourceExhausted, "{refused}");
    // Two bytes a row on the wire, hundreds in memory.
    let empty = v1::RecordTransactionsRequest {
        transactions: vec![v1::Transaction::default(); 100_000],
        ..Default::default()
    };
    assert!(framed(&empty).len() < 250_000);
    let (body, bounds) = arriving(vec![framed(&empty)], 16_000_000, usize::MAX);
    assert_eq!(body.collect().await.unwrap_err().code(), tonic::Code::ResourceExhausted);
    assert!(bounds.held.try_add(16_000_000, 16_000_000), "nothing of it is held any more");
}

#[test]
fn weights_follow_what_is_decoded() {
    let schema = schema();
    let message = schema.message_of(PATH).unwrap();
    let weigh = |bytes: &[u8]| {
        let pieces: VecDeque<Bytes> = bytes.chunks(3).map(Bytes::copy_from_slice).collect();
        schema.weigh(message, &pieces, 0, bytes.len())
    };
    let one = weigh(&rows(1).encode_to_vec());
    assert!(one >= size_of::<v1::Transaction>(), "{one}");
    assert_eq!(weigh(&rows(7).encode_to_vec()), 7 * one);
    // Nonsense is counted as far as it can be read.
    for nonsense in [&[0xff; 20][..], &[0x0a], &[0x0a, 0x80], &[0x0a, 0x05, 0x0a], &[0x0f], &[0x0b, 0x0c]] {
        assert!(weigh(nonsense) <= MESSAGE_OR_SO, "{nonsense:?}");
    }
}

/// More than any nonsense above can hold.
const MESSAGE_OR_SO: usize = 1_000;

fn packed(encoding: Encoding, message: &[u8]) -> Vec<u8> {
    let content = match encoding {
        Encoding::Gzip => {
            let mut packed = Vec::new();
            flate2::read::GzEncoder::new(message, flate2::Compression::best())
                .read_to_end(&mut packed)
                .unwrap();
            packed
        }
        Encoding::Zstd => zstd::encode_all(message, 19).unwrap(),
    };
    let mut bytes = vec![COMPRESSED];
    bytes.extend((content.len() as u32).to_be_bytes());
    bytes.extend(content);
    bytes
}

#[tokio::test]
async fn compressed_messages_come_out_as_if_they_had_not_been_and_are_counted_so() {
    let whole: Vec<u8> = [1, 500].into_iter().flat_map(|count| framed(&rows(count))).collect();
    for encoding in [Encoding::Gzip, Encoding::Zstd] {
        // One of a stream may be sent as it is.
        let mut sent = framed(&rows(1));
        sent.extend(packed(encoding, &rows(500).encode_to_vec()));
        for size in [1, 7, sent.len()] {
            let (mut body, bounds) =
                arriving(sent.chunks(size).map(<[u8]>::to_vec).collect(), usize::MAX, usize::MAX);
            body.encoding = Some(encoding);
            assert_eq!(body.collect().await.unwrap().to_bytes(), whole, "{encoding:?} in pieces of {size}");
            assert!(bounds.held.try_add(usize::MAX, usize::MAX), "something is still counted");
        }
        let (mut body, _) = arriving(vec![sent], 100_000, usize::MAX);
        body.encoding = Some(encoding);
        let refused = body.collect().await.unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted, "{refused}");
    }
}

#[tokio::test]
async fn what_unpacks_without_end_or_not_at_all_is_refused() {
    for encoding in [Encoding::Gzip, Encoding::Zstd] {
        let bomb = packed(encoding, &vec![0; 8 * limits::MESSAGE_BYTES]);
        assert!(bomb.len() < limits::MESSAGE_BYTES / 50, "{}", bomb.len());
        let mut broken = packed(encoding, &rows(500).encode_to_vec());
        broken.truncate(broken.len() / 2);
        let length = (broken.len() - PREFIX) as u32;
        broken.splice(1..PREFIX, length.to_be_bytes());
        // What asks for a window of 128 MB is refused before it has it.
        let mut cases = vec![(bomb, Code::ResourceExhausted), (broken, Code::InvalidArgument)];
        if encoding == Encoding::Zstd {
            let mut wide = zstd::Encoder::new(Vec::new(), 3).unwrap();
            wide.window_log(27).unwrap();
            wide.write_all(&rows(500).encode_to_vec()).unwrap();
            let content = wide.finish().unwrap();
            let wide = [&[COMPRESSED][..], &(content.len() as u32).to_be_bytes(), &content].concat();
            cases.push((wide, Code::InvalidArgument));
        }
        for (sent, code) in cases {
            let (mut body, bounds) = arriving(vec![sent], usize::MAX, usize::MAX);
            body.encoding = Some(encoding);
            assert_eq!(body.collect().await.unwrap_err().code(), code, "{encoding:?}");
            assert!(bounds.held.try_add(usize::MAX, usize::MAX), "something is still counted");
        }
    }
}
