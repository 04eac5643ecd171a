//! Calls as bytes: as clients send them, and as none would.

use bytes::{BufMut as _, Bytes, BytesMut};
use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

/// Header lines that mean something to the server, and what else they may say.
const HEADERS: [(&str, &str); 22] = [
    ("lojal-workspace", ""),
    ("lojal-workspace", "default"),
    ("lojal-workspace", "shop-2"),
    ("lojal-workspace", "no such workspace"),
    ("lojal-workspace", "../../x"),
    ("grpc-timeout", ""),
    ("grpc-timeout", "1n"),
    ("grpc-timeout", "1m"),
    ("grpc-timeout", "0S"),
    ("grpc-timeout", "-1S"),
    ("grpc-timeout", "999999999H"),
    ("grpc-timeout", "5"),
    ("grpc-encoding", "gzip"),
    ("grpc-encoding", "zstd"),
    ("grpc-encoding", "br"),
    ("grpc-accept-encoding", "gzip,zstd,,"),
    ("authorization", "Basic abc"),
    ("authorization", "Bearer "),
    ("authorization", "Bearer lojal_0000000000000000_00"),
    ("x-request-id", "\u{e4}"),
    ("traceparent", "00-zz-1-01"),
    ("content-type", "application/grpc+json"),
];

/// The body of a call and header lines besides the usual ones.
pub(super) struct Sent {
    pub(super) body: Bytes,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    /// Whether it is what a client would send, around messages of any kind.
    pub(super) is_plain: bool,
}

impl Sent {
    /// Whether nothing is said of a deadline, so that the usual one holds.
    pub(super) fn keeps_deadline(&self) -> bool {
        self.headers.iter().all(|(name, _)| *name != "grpc-timeout")
    }
}

/// Puts messages into a body.
pub(super) fn send(random: &mut ChaCha8Rng, messages: Vec<Vec<u8>>) -> Sent {
    let mut messages = messages;
    let mut is_plain = true;
    let mut headers = Vec::new();
    if random.random_bool(0.1) {
        for message in &mut messages {
            garble(random, message);
        }
    }
    if random.random_bool(0.05) {
        is_plain = false;
        headers.extend(HEADERS.choose_multiple(random, 2).copied());
    }
    let mut body = BytesMut::new();
    for message in &messages {
        let mut flag = 0;
        let mut length = message.len() as u32;
        if random.random_bool(0.02) {
            is_plain = false;
            match random.random_range(0..4) {
                0 => flag = random.random(),
                1 => length = length.wrapping_add(random.random_range(0..3)).wrapping_sub(1),
                2 => length = random.random(),
                _ => flag = 1,
            }
        }
        body.put_u8(flag);
        body.put_u32(length);
        body.put_slice(message);
    }
    if random.random_bool(0.01) {
        is_plain = false;
        let mut bytes = body.to_vec();
        garble(random, &mut bytes);
        body = BytesMut::from(&bytes[..]);
    }
    Sent { body: body.freeze(), headers, is_plain }
}

/// Changes bytes.
pub(super) fn garble(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    for _ in 0..random.random_range(1..5) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 if at < bytes.len() => bytes[at] = random.random(),
            2 => bytes.truncate(at),
            3 => bytes.insert(at, random.random()),
            4 if at < bytes.len() => {
                bytes.remove(at);
            }
            _ => {
                let end = (at + random.random_range(0..20)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
}
