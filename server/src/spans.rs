//! Spans of calls, for a collector that takes OTLP: one a call, below the span of whoever called, if they told theirs as W3C's
//! Trace Context has it.
//!
//! They are made by OpenTelemetry's own interface and not by way of `tracing`: a call's kind, its name and its end are what that
//! has no words for, and a server that exports nothing pays nothing.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{
    Span as _, SpanContext, SpanKind, Status, TraceContextExt as _, TraceId, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, Span};
use parking_lot::Mutex;
use tonic::Code;

use crate::config;

/// How long a collector may take for what it is sent.
const EXPORT_WITHIN: Duration = Duration::from_secs(10);
/// And for the last of it, when the server stops.
const LAST_WITHIN: Duration = Duration::from_secs(2);
/// Those who watch over the server ask every few seconds, which nobody wants to see one by one.
const WITHOUT_SPANS: &str = "/grpc.health.";

/// Sends spans to a collector.
pub(crate) struct Spans {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Spans {
    /// Where the configuration says; none when it names nobody. Within a runtime, which sends them.
    pub(crate) fn start(config: &config::Traces) -> anyhow::Result<Option<Arc<Self>>> {
        if config.endpoint.is_empty() {
            return Ok(None);
        }
        let exporter = SpanExporter::builder()
            .with_tonic()
            .with_endpoint(&config.endpoint)
            .with_timeout(EXPORT_WITHIN)
            .build()
            .with_context(|| {
                format!("cannot send traces to {:?}; correct traces.endpoint", config.endpoint)
            })?;
        let resource = Resource::builder()
            .with_service_name(config.service.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        // Whoever calls decides for the whole of a trace, if they have one.
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.share)));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(sampler)
            .with_resource(resource.build())
            .build();
        let tracer = provider.tracer("lojal");
        Ok(Some(Arc::new(Self { provider, tracer })))
    }

    /// Sends what is left, for as long as may be waited for it.
    pub(crate) fn finish(&self) {
        if let Err(error) = self.provider.shutdown_with_timeout(LAST_WITHIN) {
            tracing::warn!(%error, "not all traces reached their collector");
        }
    }
}

/// The trace that a call belongs to; it stands among the extensions of its request.
#[derive(Clone)]
pub(crate) struct Trace {
    id: TraceId,
    /// The call's own, when spans are sent anywhere.
    span: Option<Arc<Mutex<Span>>>,
}

impl Trace {
    /// That which its caller told, or which begins here; none when nobody wants to know.
    pub(crate) fn of(path: &str, headers: &HeaderMap, spans: Option<&Spans>) -> Option<Self> {
        let parent = told(headers);
        let Some(spans) = spans.filter(|_| !path.starts_with(WITHOUT_SPANS)) else {
            return Some(Self { id: parent?.trace_id(), span: None });
        };
        let above = parent.map(|parent| Context::new().with_remote_span_context(parent)).unwrap_or_default();
        let call = spans.tracer.span_builder("call").with_kind(SpanKind::Server);
        let span = call.start_with_context(&spans.tracer, &above);
        Some(Self { id: span.span_context().trace_id(), span: Some(Arc::new(Mutex::new(span))) })
    }

    pub(crate) fn id(&self) -> TraceId {
        self.id
    }

    /// What call it is: its method, as the contract names it, and its id.
    pub(crate) fn name(&self, method: &str, request_id: &str) {
        let Some(span) = &self.span else { return };
        let mut span = span.lock();
        span.update_name(method.to_owned());
        span.set_attribute(KeyValue::new("rpc.system", "grpc"));
        if let Some((service, method)) = method.split_once('/') {
            span.set_attribute(KeyValue::new("rpc.service", service.to_owned()));
            span.set_attribute(KeyValue::new("rpc.method", method.to_owned()));
        }
        span.set_attribute(KeyValue::new("lojal.request_id", request_id.to_owned()));
    }

    /// The call ended with a code.
    pub(crate) fn end(&self, code: Code) {
        let Some(span) = &self.span else { return };
        let mut span = span.lock();
        span.set_attribute(KeyValue::new("rpc.grpc.status_code", i64::from(code as i32)));
        if is_fault(code) {
            span.set_status(Status::error(code.description()));
        }
        span.end();
    }
}

/// Whether a code says that the server failed, as OpenTelemetry's conventions for gRPC have it, and not the caller.
fn is_fault(code: Code) -> bool {
    use Code::{DataLoss, DeadlineExceeded, Internal, Unavailable, Unimplemented, Unknown};
    matches!(code, DataLoss | DeadlineExceeded | Internal | Unavailable | Unimplemented | Unknown)
}

/// The span of the caller, if they told it.
fn told(headers: &HeaderMap) -> Option<SpanContext> {
    if !headers.contains_key("traceparent") {
        return None;
    }
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
    Some(context.span().span_context().clone()).filter(SpanContext::is_valid)
}

struct Headers<'h>(&'h HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(traceparent: &'static str) -> Option<String> {
        let headers = HeaderMap::from_iter([("traceparent".parse().unwrap(), traceparent.parse().unwrap())]);
        Trace::of("/any", &headers, None).map(|trace| trace.id().to_string())
    }

    #[test]
    fn a_callers_trace_is_known_where_nothing_is_sent() {
        let told = id_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        assert_eq!(told.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        for nonsense in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(id_of(nonsense), None, "{nonsense}");
        }
        assert!(Trace::of("/any", &HeaderMap::new(), None).is_none());
    }
}
