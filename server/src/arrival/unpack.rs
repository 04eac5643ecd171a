//! Messages that came compressed. They are unpacked here, where what they take is counted, and no further than a message may be large.

use std::collections::VecDeque;
use std::io::{self, Read};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use lojal_domain::limits;
use tonic::Status;

use super::PREFIX;

const ENCODING: &str = "grpc-encoding";
const ACCEPTED: &str = "grpc-accept-encoding";

/// As far back as zstd may look, in powers of two: the largest message. More would be memory for whoever announces it.
const WINDOW_LOG: u32 = 24;

/// How messages are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Gzip,
    Zstd,
}

impl Encoding {
    /// How the messages of a call are compressed, if they are so that this server can read them; what is left of its headers is what
    /// the services are to see. Answers are compressed for whoever compresses: many clients say of every call that they could read
    /// compressed answers, on the same machine too, where it takes longer than it saves.
    pub(super) fn take(headers: &mut HeaderMap) -> Option<Self> {
        let encoding = match headers.get(ENCODING).map(HeaderValue::as_bytes) {
            Some(b"gzip") => Self::Gzip,
            Some(b"zstd") => Self::Zstd,
            _ => {
                headers.remove(ACCEPTED);
                return None;
            }
        };
        headers.remove(ENCODING);
        Some(encoding)
    }

    /// A message as if it had been sent as it is: its prefix and its bytes.
    pub(super) fn unpack(self, pieces: &mut VecDeque<Bytes>) -> Result<Bytes, Status> {
        let most = limits::MESSAGE_BYTES;
        let packed = Pieces { pieces, skip: PREFIX };
        let mut message = vec![0; PREFIX];
        // One byte more tells that there is more.
        let limit = most as u64 + 1;
        let read = match self {
            Self::Gzip => flate2::read::MultiGzDecoder::new(packed).take(limit).read_to_end(&mut message),
            Self::Zstd => zstd::Decoder::new(packed).and_then(|mut packed| {
                packed.window_log_max(WINDOW_LOG)?;
                packed.take(limit).read_to_end(&mut message)
            }),
        };
        read.map_err(|_| lojal_rpc::error::unreadable_compression(self.name()))?;
        let length = message.len() - PREFIX;
        if length > most {
            return Err(lojal_rpc::error::message_too_large());
        }
        message[1..PREFIX].copy_from_slice(&(length as u32).to_be_bytes());
        Ok(message.into())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Reads pieces to their end, and lets go of each on the way.
struct Pieces<'p> {
    pieces: &'p mut VecDeque<Bytes>,
    /// Bytes at the beginning that are not read.
    skip: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(piece) = self.pieces.front_mut() {
            let skipped = piece.split_to(self.skip.min(piece.len()));
            self.skip -= skipped.len();
            if piece.is_empty() {
                self.pieces.pop_front();
                continue;
            }
            let part = piece.split_to(piece.len().min(into.len()));
            into[..part.len()].copy_from_slice(&part);
            return Ok(part.len());
        }
        Ok(0)
    }
}
