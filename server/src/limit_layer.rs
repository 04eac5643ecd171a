//! Limits on calls: how many at once, on one connection and in all, how many of them streams, how long they may take, and what
//! quotas of keys and workspaces leave of them.
//!
//! tonic has layers for some of it, but they stand outside of everything else, where their refusals get neither details nor
//! what browsers need, and they let go of a call when its answer begins. This one stands inside, so a refusal is an answer
//! like any other, and it counts a call until the last of its answer was taken or the caller is gone.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Request, Response};
use http_body::{Body, Frame, SizeHint};
use lojal_engine::{CallQuota, MemoryBudget, Principal, Quotas};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};
use tonic::Status;
use tower::{Layer, Service};

use crate::peer::Peer;
use crate::{config, key_layer};

/// tonic keeps the caller's deadline too, and would speak first if both passed at the same moment.
const AHEAD: Duration = Duration::from_millis(1);

static GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// Whoever asks how a server is must hear it when it has too much to do.
const ALWAYS_ANSWERED: [&str; 2] = ["/grpc.health.", "/grpc.reflection."];

/// Puts limits on a service.
#[derive(Clone)]
pub(crate) struct LimitLayer(Arc<CallLimits>);

struct CallLimits {
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    streams_per_connection: usize,
    /// Until an answer begins.
    longest: Duration,
    /// Paths of methods whose answers are streams.
    streaming: Vec<String>,
    quotas: Quotas,
    memory: Option<Arc<MemoryBudget>>,
}

impl LimitLayer {
    /// The limits of a configuration; `streaming` are the methods whose answers are streams.
    pub(crate) fn new(
        config: &config::Server,
        quotas: Quotas,
        memory: Option<Arc<MemoryBudget>>,
        streaming: Vec<String>,
    ) -> Self {
        let room = |most: usize| Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Self(Arc::new(CallLimits {
            calls: room(config.calls),
            streams: room(config.streams),
            streams_per_connection: config.streams_per_connection,
            longest: Duration::from_secs(config.call_seconds),
            streaming: streaming.into_iter().map(|method| format!("/{method}")).collect(),
            quotas,
            memory,
        }))
    }
}

impl CallLimits {
    /// Takes a call in; what it hands back is held for as long as the call is under way.
    fn admit<B>(
        &self,
        request: &Request<B>,
        principal: Option<&Principal>,
        peer: Option<&Arc<Peer>>,
    ) -> Result<Held, Status> {
        let path = request.uri().path();
        let mut held = Held::default();
        if ALWAYS_ANSWERED.iter().any(|prefix| path.starts_with(prefix)) {
            return Ok(held);
        }
        // What is no name of a workspace is refused further in.
        let workspace = || key_layer::workspace(request.headers()).unwrap_or_default();
        let within = self.quotas.take_call(principal, workspace);
        held.quota = within.map_err(|reached| lojal_rpc::error::quota_reached(&reached))?;
        let take = |room: &Arc<Semaphore>, limit, what| {
            room.clone().try_acquire_owned().map_err(|_| lojal_rpc::error::too_many(limit, what))
        };
        held.call = Some(take(&self.calls, "calls", "calls are under way on all connections")?);
        if self.streaming.iter().any(|streaming| streaming == path) {
            held.stream = Some(take(&self.streams, "streams", "streams are open on all connections")?);
            if let Some(peer) = peer {
                if !peer.streams.try_add(1, self.streams_per_connection) {
                    let (limit, what) = ("streams_per_connection", "streams are open on this connection");
                    return Err(lojal_rpc::error::too_many(limit, what));
                }
                held.peer = Some(peer.clone());
            }
        }
        Ok(held)
    }
}

/// What a call under way holds.
#[derive(Default)]
struct Held {
    call: Option<OwnedSemaphorePermit>,
    stream: Option<OwnedSemaphorePermit>,
    /// What the call may use, and uses.
    quota: Option<Arc<CallQuota>>,
    /// Of whose streams it is one.
    peer: Option<Arc<Peer>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(peer) = &self.peer {
            peer.streams.remove(1);
        }
    }
}

impl<S> Layer<S> for LimitLayer {
    type Service = Limited<S>;

    fn layer(&self, inner: S) -> Limited<S> {
        Limited { inner, limits: self.0.clone() }
    }
}

/// A service with limits.
#[derive(Clone)]
pub(crate) struct Limited<S> {
    inner: S,
    limits: Arc<CallLimits>,
}

impl<S, B, R> Service<Request<B>> for Limited<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
    R: Send + 'static,
{
    type Response = Response<Answer<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let peer = request.extensions().get::<Arc<Peer>>().cloned();
        let principal = request.extensions().get::<Principal>().cloned();
        let held = match self.limits.admit(&request, principal.as_ref(), peer.as_ref()) {
            Ok(held) => held,
            Err(refusal) => return Box::pin(std::future::ready(Ok(refusal.into_http()))),
        };
        let asked = request.headers().get(&GRPC_TIMEOUT).and_then(|value| deadline(value.to_str().ok()?));
        let until = asked.and_then(|asked| Instant::now().checked_add(asked));
        let longest = self.limits.longest;
        let limit = asked.map_or(longest, |asked| asked.min(longest)).saturating_sub(AHEAD);
        let caller = peer.map(|peer| peer.caller()).unwrap_or_default();
        let caller =
            caller.within(held.quota.clone()).in_memory(self.limits.memory.clone()).let_in_by(principal);
        let answer = caller.run(self.inner.call(request));
        Box::pin(async move {
            let Ok(answered) = tokio::time::timeout(limit, answer).await else {
                return Ok(lojal_rpc::error::deadline_passed().into_http());
            };
            let until = until.map(|until| Box::pin(tokio::time::sleep_until(until)));
            Ok(answered?.map(|body| Answer { body: Some(body), until, held }))
        })
    }
}

/// The rest of an answer, for which a call is held until its end, and which ends at the caller's deadline.
pub(crate) struct Answer<R> {
    /// None once it has ended; a refusal has none.
    body: Option<R>,
    until: Option<Pin<Box<Sleep>>>,
    held: Held,
}

impl<R> Default for Answer<R> {
    fn default() -> Self {
        Self { body: None, until: None, held: Held::default() }
    }
}

impl<R> Answer<R> {
    fn end(&mut self) {
        self.body = None;
        self.held = Held::default();
    }
}

impl<R: Body<Data = Bytes> + Unpin> Body for Answer<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = Pin::new(body).poll_frame(context);
        match &frame {
            Poll::Ready(None | Some(Err(_))) => self.end(),
            Poll::Ready(Some(Ok(frame))) if frame.is_trailers() => self.end(),
            Poll::Ready(Some(Ok(_))) => {}
            Poll::Pending => {
                let passed = self.until.as_mut().is_some_and(|until| until.as_mut().poll(context).is_ready());
                if passed {
                    // Letting go of what makes the answer ends the work for it.
                    self.end();
                    let mut trailers = HeaderMap::new();
                    let _ = lojal_rpc::error::deadline_passed().add_header(&mut trailers);
                    return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                }
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

/// The `grpc-timeout` header: up to eight digits and a unit.
fn deadline(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u64 = if digits.len() <= 8 { digits.parse().ok()? } else { return None };
    Some(match unit {
        "H" => Duration::from_secs(number * 3_600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_read_as_grpc_writes_them() {
        assert_eq!(deadline("100u"), Some(Duration::from_micros(100)));
        assert_eq!(deadline("99999999H"), Some(Duration::from_secs(99_999_999 * 3_600)));
        for nonsense in ["", "u", "1", "1x", "-1S", "123456789S", "1é"] {
            assert_eq!(deadline(nonsense), None, "{nonsense}");
        }
    }
}
