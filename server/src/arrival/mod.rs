//! Messages on their way in: memory follows what has arrived, not what was announced.
//!
//! tonic makes room for a message as soon as its first five bytes say how long it will be, and whoever sends those bytes
//! alone, on many streams, has memory reserved for gigabytes that never come. So a message is held back here, as the
//! pieces in which it came, until all of it is there. What is held, and what it takes once it is decoded, counts for
//! its connection and for all of them together, until the call it belongs to is done with it; beyond the limit a call is
//! refused. What came compressed is unpacked here, so that it is counted as what it becomes.

mod unpack;
mod weigh;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use lojal_domain::limits;
use parking_lot::Mutex;
use tonic::{Code, Status};
use tower::{Layer, Service};

use crate::config;
use crate::peer::{Gauge, Peer};
use unpack::Encoding;
pub(crate) use weigh::Schema;

/// A flag and the length, before each message.
const PREFIX: usize = 5;
/// The flag of a message that is compressed.
const COMPRESSED: u8 = 1;
/// Smaller messages are not counted: the number of calls bounds what they hold.
const COUNTED_FROM: usize = 1_024;
/// Messages of a stream that are worked on at once, the one that arrives included. Those before them are done with.
const IN_WORK: usize = 6;

/// Holds messages back until they are whole.
#[derive(Clone)]
pub(crate) struct ArrivalLayer(Arc<Bounds>);

struct Bounds {
    held: Gauge,
    most: usize,
    most_per_connection: usize,
    schema: Schema,
}

impl ArrivalLayer {
    /// With the limits of a configuration, for messages as `schema` describes them.
    pub(crate) fn new(config: &config::Server, schema: Schema) -> Self {
        Self(Arc::new(Bounds {
            held: Gauge::default(),
            most: config.request_bytes,
            most_per_connection: config.request_bytes_per_connection,
            schema,
        }))
    }
}

impl<S> Layer<S> for ArrivalLayer {
    type Service = Arrivals<S>;

    fn layer(&self, inner: S) -> Arrivals<S> {
        Arrivals { inner, bounds: self.0.clone() }
    }
}

/// A service whose messages arrive whole.
#[derive(Clone)]
pub(crate) struct Arrivals<S> {
    inner: S,
    bounds: Arc<Bounds>,
}

impl<S, R> Service<Request<tonic::body::Body>> for Arrivals<S>
where
    S: Service<Request<Arriving>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<tonic::body::Body>) -> Self::Future {
        let encoding = Encoding::take(request.headers_mut());
        let peer = request.extensions().get::<Arc<Peer>>().cloned();
        let message = self.bounds.schema.message_of(request.uri().path());
        let in_work = InWork::default();
        let account = Account { bounds: self.bounds.clone(), peer, in_work: in_work.clone() };
        let request = request.map(|body| Arriving::new(body, account, message, encoding));
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answered = answer.await;
            // What was sent whole is done with when the answer begins. A stream that goes on has a share in it.
            drop(in_work);
            answered
        })
    }
}

/// Messages of a call that are not done with, the latest last.
type InWork = Arc<Mutex<VecDeque<Weight>>>;

/// What a message takes of the room for messages, given back when it is dropped.
struct Weight {
    bounds: Arc<Bounds>,
    peer: Option<Arc<Peer>>,
    bytes: usize,
}

impl Weight {
    fn add(&mut self, bytes: usize) -> Result<(), Status> {
        let bounds = &self.bounds;
        if let Some(peer) = &self.peer
            && !peer.request_bytes.try_add(bytes, bounds.most_per_connection)
        {
            let most = bounds.most_per_connection;
            return Err(lojal_rpc::error::too_much_at_once("request_bytes_per_connection", most));
        }
        if !bounds.held.try_add(bytes, bounds.most) {
            self.peer.iter().for_each(|peer| peer.request_bytes.remove(bytes));
            return Err(lojal_rpc::error::too_much_at_once("request_bytes", bounds.most));
        }
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Weight {
    fn drop(&mut self) {
        self.peer.iter().for_each(|peer| peer.request_bytes.remove(self.bytes));
        self.bounds.held.remove(self.bytes);
    }
}

/// Where the messages of a call are counted.
struct Account {
    bounds: Arc<Bounds>,
    peer: Option<Arc<Peer>>,
    in_work: InWork,
}

impl Account {
    fn weight(&self) -> Weight {
        Weight { bounds: self.bounds.clone(), peer: self.peer.clone(), bytes: 0 }
    }
}

/// The messages of a call, each passed on when all of it is there.
pub(crate) struct Arriving {
    body: tonic::body::Body,
    account: Account,
    /// Which message it is, if the schema knows.
    message: Option<usize>,
    encoding: Option<Encoding>,
    /// What has come of a message that is not whole yet.
    pieces: VecDeque<Bytes>,
    arrived: usize,
    prefix: [u8; PREFIX],
    weight: Option<Weight>,
    /// Messages that are whole.
    whole: VecDeque<Bytes>,
    trailers: Option<HeaderMap>,
    /// A message that is too large for anybody, and all after it, is the decoder's to refuse.
    too_large: bool,
}

impl Arriving {
    fn new(
        body: tonic::body::Body,
        account: Account,
        message: Option<usize>,
        encoding: Option<Encoding>,
    ) -> Self {
        Self {
            body,
            account,
            message,
            encoding,
            pieces: VecDeque::new(),
            arrived: 0,
            prefix: [0; PREFIX],
            weight: None,
            whole: VecDeque::new(),
            trailers: None,
            too_large: false,
        }
    }

    /// Bytes of the message that arrives, prefix included; none before its prefix is there.
    fn expected(&self) -> Option<usize> {
        let [_, length @ ..] = self.prefix;
        (self.arrived >= PREFIX).then(|| PREFIX + u32::from_be_bytes(length) as usize)
    }

    /// Takes in what came.
    fn take_in(&mut self, mut bytes: Bytes) -> Result<(), Status> {
        while !bytes.is_empty() {
            if self.too_large {
                self.whole.push_back(std::mem::take(&mut bytes));
                break;
            }
            // As far as the prefix first, which says how far the message goes.
            let wanted = self.expected().unwrap_or(PREFIX) - self.arrived;
            let piece = bytes.split_to(wanted.min(bytes.len()));
            for (place, byte) in self.prefix.iter_mut().skip(self.arrived).zip(&piece) {
                *place = *byte;
            }
            self.arrived += piece.len();
            self.pieces.push_back(piece);
            let Some(expected) = self.expected() else { continue };
            if expected > PREFIX + limits::MESSAGE_BYTES {
                self.too_large = true;
                self.pass_on();
            } else if expected > COUNTED_FROM {
                self.count()?;
            }
            if self.arrived == expected {
                self.finish(expected)?;
            }
        }
        Ok(())
    }

    /// Counts what has arrived.
    fn count(&mut self) -> Result<(), Status> {
        let weight = self.weight.get_or_insert_with(|| self.account.weight());
        weight.add(self.arrived - weight.bytes)
    }

    /// A message is whole.
    fn finish(&mut self, expected: usize) -> Result<(), Status> {
        let mut size = expected;
        if let Some(encoding) = self.encoding.filter(|_| self.prefix[0] == COMPRESSED) {
            let message = encoding.unpack(&mut self.pieces)?;
            size = message.len();
            self.pieces = VecDeque::from([message]);
            self.weight = None;
            if size > COUNTED_FROM {
                self.arrived = size;
                self.count()?;
            }
        }
        if let Some(mut weight) = self.weight.take() {
            if let Some(message) = self.message {
                let decoded = self.account.bounds.schema.weigh(message, &self.pieces, PREFIX, size);
                weight.add(decoded)?;
            }
            let mut in_work = self.account.in_work.lock();
            in_work.push_back(weight);
            if in_work.len() > IN_WORK {
                in_work.pop_front();
            }
        }
        self.pass_on();
        Ok(())
    }

    fn pass_on(&mut self) {
        self.whole.append(&mut self.pieces);
        self.arrived = 0;
        self.weight = None;
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        loop {
            if let Some(piece) = self.whole.pop_front() {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            if let Some(trailers) = self.trailers.take() {
                return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
            }
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => {
                        if let Err(refusal) = self.take_in(bytes) {
                            return Poll::Ready(Some(Err(refusal)));
                        }
                    }
                    Err(frame) => {
                        self.trailers = frame.into_trailers().ok();
                        // A message that was cut short is the decoder's to refuse.
                        self.pass_on();
                    }
                },
                // tonic would show what a caller gave up in the middle as what they sent to its end. Nothing more
                // comes, and the call is let go of.
                Some(Err(error)) if error.code() == Code::Cancelled => return Poll::Pending,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None if self.pieces.is_empty() => return Poll::Ready(None),
                None => self.pass_on(),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.whole.is_empty()
            && self.pieces.is_empty()
            && self.trailers.is_none()
            && self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests;
