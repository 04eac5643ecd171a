//! Counts calls by method and code, and how long they take to their end.
//!
//! What a call ends with stands in its headers when it has no message, else in its trailers: so the body is watched. A
//! call whose body is dropped before its end was cancelled by its caller.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use tonic::{Code, Status};
use tower::{Layer, Service};

/// Paths that are not of a method that there is count as this one, so that callers cannot make up labels.
const UNKNOWN: &str = "unknown";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    method: String,
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    method: String,
}

/// Counts the calls of a service.
#[derive(Clone)]
pub(crate) struct MetricsLayer {
    ended: Family<Ended, Counter>,
    seconds: Family<Of, Histogram>,
    methods: Arc<[String]>,
}

impl MetricsLayer {
    /// Counts calls of these methods, given by their paths.
    pub(crate) fn new(methods: Vec<String>) -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.000_25, 2.0, 18));
        Self {
            ended: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            methods: methods.into(),
        }
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("lojal_calls", "Calls by method and the code they ended with", self.ended.clone());
        registry.register("lojal_call_seconds", "Seconds of a call to its end", self.seconds.clone());
    }

    fn begin(&self, path: &str) -> Call {
        let path = path.trim_start_matches('/');
        let known = self.methods.iter().find(|method| *method == path);
        let method = known.map_or(UNKNOWN, String::as_str).to_owned();
        Call { layer: self.clone(), method, begun: Instant::now(), code: None }
    }
}

impl<S> Layer<S> for MetricsLayer {
    type Service = Measured<S>;

    fn layer(&self, inner: S) -> Measured<S> {
        Measured { inner, layer: self.clone() }
    }
}

/// A service whose calls are counted.
#[derive(Clone)]
pub(crate) struct Measured<S> {
    inner: S,
    layer: MetricsLayer,
}

impl<S, B, R> Service<Request<B>> for Measured<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    R: Body<Data = Bytes> + Send + Unpin + 'static,
    R::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<tonic::body::Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut call = self.layer.begin(request.uri().path());
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            call.see(answer.headers());
            Ok(answer.map(|body| tonic::body::Body::new(Watched { body, call })))
        })
    }
}

/// A call under way. Counted when it is dropped.
struct Call {
    layer: MetricsLayer,
    method: String,
    begun: Instant,
    code: Option<Code>,
}

impl Call {
    fn see(&mut self, headers: &HeaderMap) {
        if let Some(status) = Status::from_header_map(headers) {
            self.code = Some(status.code());
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let method = std::mem::take(&mut self.method);
        let of = Of { method: method.clone() };
        self.layer.seconds.get_or_create(&of).observe(self.begun.elapsed().as_secs_f64());
        let code = format!("{:?}", self.code.unwrap_or(Code::Cancelled));
        self.layer.ended.get_or_create(&Ended { method, code }).inc();
    }
}

/// A body that is watched to its end.
struct Watched<R> {
    body: R,
    call: Call,
}

impl<R: Body<Data = Bytes> + Unpin> Body for Watched<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(trailers) = frame.trailers_ref()
        {
            self.call.see(trailers);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
