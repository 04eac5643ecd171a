//! HTTP/2 frame by frame, to send what no library would.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// Given up by the caller.
const CANCEL: u32 = 8;

/// A connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    authority: String,
    next: u32,
    /// Frames that wait to be sent together.
    out: Vec<u8>,
}

/// What came of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// Bytes of an answer.
    Answer(u32, Vec<u8>),
    /// The server ends the connection, and says why.
    GoAway(String),
    /// The connection is at its end.
    Closed,
}

impl Connection {
    /// Connects to a server.
    pub async fn open(authority: &str) -> Self {
        let stream = TcpStream::connect(authority).await.expect("a server to connect to");
        let out = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        let mut connection = Self { stream, authority: authority.to_owned(), next: 1, out };
        connection.frame(SETTINGS, 0, 0, &[]);
        connection
    }

    /// Begins a call and returns its stream.
    pub fn call(&mut self, path: &str) -> u32 {
        let id = self.next;
        self.next += 2;
        let authority = self.authority.clone();
        let headers = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", &authority),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
        ];
        let mut block = Vec::new();
        for (name, value) in headers {
            // A literal that is not to be remembered, without Huffman's code.
            block.push(0);
            for text in [name, value] {
                block.push(
                    u8::try_from(text.len()).ok().filter(|length| *length < 127).expect("a short text"),
                );
                block.extend_from_slice(text.as_bytes());
            }
        }
        self.frame(HEADERS, END_HEADERS, id, &block);
        id
    }

    /// Sends a message of a call.
    pub fn message(&mut self, id: u32, message: &[u8], ends: bool) {
        let length = u32::try_from(message.len()).expect("a message of a size that can be said");
        let framed = [&[0], &length.to_be_bytes()[..], message].concat();
        self.frame(DATA, if ends { END_STREAM } else { 0 }, id, &framed);
    }

    /// Gives a call up.
    pub fn give_up(&mut self, id: u32) {
        self.frame(RST_STREAM, 0, id, &CANCEL.to_be_bytes());
    }

    fn frame(&mut self, kind: u8, flags: u8, id: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).expect("a frame of a size that can be said");
        self.out.extend_from_slice(&length.to_be_bytes()[1..]);
        self.out.extend_from_slice(&[kind, flags]);
        self.out.extend_from_slice(&id.to_be_bytes());
        self.out.extend_from_slice(payload);
    }

    /// Sends all frames so far in one piece. False when the server has closed the connection.
    pub async fn flush(&mut self) -> bool {
        let out = std::mem::take(&mut self.out);
        self.stream.write_all(&out).await.is_ok()
    }

    /// What comes next of what matters.
    pub async fn next(&mut self) -> Came {
        let read = self.read();
        tokio::time::timeout(Duration::from_secs(20), read).await.expect("something in time")
    }

    async fn read(&mut self) -> Came {
        loop {
            let mut head = [0; 9];
            if self.stream.read_exact(&mut head).await.is_err() {
                return Came::Closed;
            }
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
            let mut payload = vec![0; length];
            if self.stream.read_exact(&mut payload).await.is_err() {
                return Came::Closed;
            }
            let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            match (head[3], head[4] & ACK) {
                (SETTINGS, 0) => self.frame(SETTINGS, ACK, 0, &[]),
                (PING, 0) => self.frame(PING, ACK, 0, &payload),
                (DATA, _) => return Came::Answer(id, payload),
                (GOAWAY, _) => {
                    return Came::GoAway(String::from_utf8_lossy(&payload[8..]).into_owned());
                }
                _ => continue,
            }
            if !self.flush().await {
                return Came::Closed;
            }
        }
    }
}
