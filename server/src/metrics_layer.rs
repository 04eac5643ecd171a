//! Counts calls by method and code, and how long they take to their end.
//!
//! What a call ends with stands in its headers when it has no message, else in its trailers: so the body is watched. A
//! call whose body is dropped before its end was cancelled by its caller.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
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

/// How many codes there are.
const CODES: usize = 17;

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
pub(crate) struct MetricsLayer(Arc<Counted>);

struct Counted {
    ended: Family<Ended, Counter>,
    seconds: Family<Of, Histogram>,
    methods: Vec<Method>,
    unknown: Method,
}

/// What is counted of one method. Each is looked up by its labels once.
struct Method {
    path: String,
    seconds: OnceLock<Histogram>,
    ended: [OnceLock<Counter>; CODES],
}

impl Method {
    fn new(path: String) -> Self {
        Self { path, seconds: OnceLock::new(), ended: std::array::from_fn(|_| OnceLock::new()) }
    }
}

impl MetricsLayer {
    /// Counts calls of these methods, given by their paths.
    pub(crate) fn new(methods: Vec<String>) -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.000_25, 2.0, 18));
        Self(Arc::new(Counted {
            ended: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            methods: methods.into_iter().map(Method::new).collect(),
            unknown: Method::new(UNKNOWN.to_owned()),
        }))
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        let counted = &self.0;
        registry.register(
            "lojal_calls",
            "Calls by method and the code they ended with",
            counted.ended.clone(),
        );
        registry.register("lojal_call_seconds", "Seconds of a call to its end", counted.seconds.clone());
    }

    fn begin(&self, path: &str) -> Call {
        let path = path.trim_start_matches('/');
        let method = self.0.methods.iter().position(|method| method.path == path);
        Call { counted: self.0.clone(), method, begun: Instant::now(), code: None }
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
{
    type Response = Response<Watched<R>>;
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
            Ok(answer.map(|body| Watched { body, call }))
        })
    }
}

/// A call under way. Counted when it is dropped.
struct Call {
    counted: Arc<Counted>,
    /// Its place; none for methods that there are not.
    method: Option<usize>,
    begun: Instant,
    code: Option<Code>,
}

impl Call {
    fn see(&mut self, headers: &HeaderMap) {
        if let Some(code) = headers.get(Status::GRPC_STATUS) {
            self.code = Some(Code::from_bytes(code.as_bytes()));
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let counted = &*self.counted;
        let method = self.method.map_or(&counted.unknown, |place| &counted.methods[place]);
        let name = || method.path.clone();
        let seconds = || counted.seconds.get_or_create_owned(&Of { method: name() });
        method.seconds.get_or_init(seconds).observe(self.begun.elapsed().as_secs_f64());
        let code = self.code.unwrap_or(Code::Cancelled);
        let ended =
            || counted.ended.get_or_create_owned(&Ended { method: name(), code: format!("{code:?}") });
        if let Some(counter) = method.ended.get(code as usize) {
            counter.get_or_init(ended).inc();
        }
    }
}

/// A body that is watched to its end.
pub(crate) struct Watched<R> {
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
