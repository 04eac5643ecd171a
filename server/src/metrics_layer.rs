//! Counts calls by method and code, and how long they take to their end; logs each, and gives each a span, when asked to.
//!
//! What a call ends with stands in its headers when it has no message, else in its trailers: tower-http's trace layer looks
//! there. A call that is let go of before its end was cancelled by its caller, of which that layer tells nobody. So what it
//! keeps of a call to judge its end by counts the call when it is dropped. The span ends with the call, and is the log of it.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use http::{HeaderMap, Request, Response};
use lojal_domain::limits;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use tonic::{Code, Status};
use tower_http::classify::{ClassifiedResponse, ClassifyEos, ClassifyResponse, MakeClassifier};
use tower_http::trace::{MakeSpan, TraceLayer};
use tracing::Span;
use tracing::field::{Empty, display};

use crate::ids_layer::RequestId;
use crate::peer::Peer;
use crate::spans::Trace;

/// Under which calls are logged: `log.level = "info,lojal::calls=debug"` shows them.
pub(crate) const CALLS: &str = "lojal::calls";

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

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct At {
    limit: String,
}

/// The layer that every call passes. It has nothing to log by itself.
pub(crate) type MetricsLayer = TraceLayer<Calls, CallSpan, (), (), (), (), ()>;

/// Counts the calls of a server.
#[derive(Clone)]
pub(crate) struct Calls(Arc<Counted>);

struct Counted {
    ended: Family<Ended, Counter>,
    seconds: Family<Of, Histogram>,
    in_flight: Family<Of, Gauge>,
    refused: Family<At, Counter>,
    methods: Vec<Method>,
    unknown: Method,
}

/// What is counted of one method. Each is looked up by its labels once.
struct Method {
    path: String,
    seconds: OnceLock<Histogram>,
    in_flight: OnceLock<Gauge>,
    ended: [OnceLock<Counter>; CODES],
}

impl Method {
    fn new(path: String) -> Self {
        let ended = std::array::from_fn(|_| OnceLock::new());
        Self { path, seconds: OnceLock::new(), in_flight: OnceLock::new(), ended }
    }
}

impl Calls {
    /// Counts calls of these methods, given by their paths.
    pub(crate) fn new(methods: Vec<String>) -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.000_25, 2.0, 18));
        Self(Arc::new(Counted {
            ended: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            in_flight: Family::default(),
            refused: Family::default(),
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
        registry.register("lojal_calls_in_flight", "Calls that have not ended", counted.in_flight.clone());
        registry.register(
            "lojal_refused",
            "Calls refused by a limit, by its name, other where it has none",
            counted.refused.clone(),
        );
    }

    /// Calls that have not ended.
    pub(crate) fn in_flight(&self) -> u64 {
        let counted = &self.0;
        let methods = counted.methods.iter().chain([&counted.unknown]);
        let now = methods.filter_map(|method| method.in_flight.get()).map(Gauge::get).sum::<i64>();
        now.try_into().unwrap_or(0)
    }

    pub(crate) fn layer(self) -> MetricsLayer {
        let layer = TraceLayer::new(self).make_span_with(CallSpan).on_request(()).on_response(());
        layer.on_body_chunk(()).on_eos(()).on_failure(())
    }
}

/// A code as gRPC spells it.
fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// The method of a call, as the contract names it.
fn method<B>(request: &Request<B>) -> &str {
    request.uri().path().trim_start_matches('/')
}

/// What is logged of a call; nothing is made of it unless somebody asked.
#[derive(Clone)]
pub(crate) struct CallSpan;

impl<B> MakeSpan<B> for CallSpan {
    fn make_span(&mut self, request: &Request<B>) -> Span {
        let named = || request.headers().get(lojal_rpc::WORKSPACE)?.to_str().ok();
        // What is too long for a name is refused, and need not be kept.
        let workspace = || named().filter(|name| name.len() <= limits::WORKSPACE_BYTES);
        let of = request.extensions();
        let peer = || of.get::<Arc<Peer>>()?.address.map(display);
        tracing::debug_span!(
            target: CALLS,
            "call",
            method = method(request),
            request_id = of.get::<RequestId>().map(RequestId::as_str),
            trace_id = of.get::<Trace>().map(|trace| display(trace.id())),
            workspace = workspace(),
            peer = peer(),
            key = Empty,
            key_id = Empty,
            subject = Empty,
            code = Empty
        )
    }
}

impl MakeClassifier for Calls {
    type Classifier = Call;
    type FailureClass = ();
    type ClassifyEos = Call;

    fn make_classifier<B>(&self, request: &Request<B>) -> Call {
        let path = method(request);
        let method = self.0.methods.iter().position(|method| method.path == path);
        let begun = Instant::now();
        let trace = request.extensions().get::<Trace>().cloned();
        let call = UnderWay { counted: self.0.clone(), method, begun, code: OnceLock::new(), trace };
        if let Some(trace) = &call.trace {
            let id = request.extensions().get::<RequestId>().map_or("", RequestId::as_str);
            trace.name(&call.method().path, id);
        }
        call.gauge().inc();
        Call(Arc::new(call))
    }
}

/// A call under way; shared, since tower-http asks for what can be cloned, and a call is counted once.
#[derive(Clone)]
pub(crate) struct Call(Arc<UnderWay>);

impl Call {
    /// Keeps the code where it is told. The layer is in the call's span whenever it shows what came.
    fn see(&self, headers: &HeaderMap) {
        if let Some(told) = headers.get(Status::GRPC_STATUS) {
            let code = Code::from_bytes(told.as_bytes());
            if self.0.code.set(code).is_ok() && code == Code::ResourceExhausted {
                let limit = lojal_rpc::status::limit_of(headers).unwrap_or_else(|| "other".to_owned());
                self.0.counted.refused.get_or_create_owned(&At { limit }).inc();
            }
            Span::current().record("code", code_name(code));
        }
    }
}

impl ClassifyResponse for Call {
    type FailureClass = ();
    type ClassifyEos = Self;

    fn classify_response<B>(self, response: &Response<B>) -> ClassifiedResponse<(), Self> {
        self.see(response.headers());
        // A call is over when its body is, also where the headers have told the code.
        ClassifiedResponse::RequiresEos(self)
    }

    fn classify_error<E: std::fmt::Display + 'static>(self, _: &E) {}
}

impl ClassifyEos for Call {
    type FailureClass = ();

    fn classify_eos(self, trailers: Option<&HeaderMap>) -> Result<(), ()> {
        trailers.inspect(|trailers| self.see(trailers));
        Ok(())
    }

    fn classify_error<E: std::fmt::Display + 'static>(self, _: &E) {}
}

/// What is known of a call. Counted when it is dropped.
struct UnderWay {
    counted: Arc<Counted>,
    /// Its place; none for methods that there are not.
    method: Option<usize>,
    begun: Instant,
    code: OnceLock<Code>,
    trace: Option<Trace>,
}

impl UnderWay {
    fn method(&self) -> &Method {
        self.method.map_or(&self.counted.unknown, |place| &self.counted.methods[place])
    }

    fn gauge(&self) -> &Gauge {
        let method = self.method();
        let of = || Of { method: method.path.clone() };
        method.in_flight.get_or_init(|| self.counted.in_flight.get_or_create_owned(&of()))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.gauge().dec();
        let (counted, method) = (&*self.counted, self.method());
        let name = || method.path.clone();
        let seconds = || counted.seconds.get_or_create_owned(&Of { method: name() });
        method.seconds.get_or_init(seconds).observe(self.begun.elapsed().as_secs_f64());
        let code = self.code.get().copied().unwrap_or(Code::Cancelled);
        self.trace.iter().for_each(|trace| trace.end(code));
        let ended =
            || counted.ended.get_or_create_owned(&Ended { method: name(), code: code_name(code).to_owned() });
        if let Some(counter) = method.ended.get(code as usize) {
            counter.get_or_init(ended).inc();
        }
    }
}
