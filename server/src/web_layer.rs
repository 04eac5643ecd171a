//! What browsers need: gRPC-Web, and leave for a page to read the answers (CORS).
//!
//! Plain gRPC, which is nearly everything, goes past it: it neither pays for it nor carries its headers.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::TryFutureExt as _;
use futures::future::{Either, MapOk};
use http::header::{CONTENT_TYPE, HeaderName, ORIGIN};
use http::{Method, Request, Response, Version};
use tonic::body::Body;
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::{Layer, Service};
use tower_http::cors::{AllowHeaders, AllowOrigin, Cors, CorsLayer, ExposeHeaders};

use crate::host_layer::Hosts;

/// How long a browser may go on without asking again.
const ASK_AGAIN: Duration = Duration::from_secs(24 * 60 * 60);

/// Lets browsers in.
#[derive(Clone)]
pub(crate) struct WebLayer(Arc<CorsLayer>);

impl WebLayer {
    /// Pages of the origins that `hosts` lets call may read the answers.
    pub(crate) fn new(hosts: Hosts) -> Self {
        // What browsers hide unless told otherwise: without these a page sees no error.
        let exposed = ["grpc-status", "grpc-message", "grpc-status-details-bin", "x-request-id"];
        let cors = CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(move |origin, _| hosts.may_call(origin)))
            .allow_methods([Method::POST])
            // Those that are asked for, by name: "*" does not stand for authorization.
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(ExposeHeaders::list(exposed.map(HeaderName::from_static)))
            .max_age(ASK_AGAIN);
        Self(Arc::new(cors))
    }
}

impl<S> Layer<S> for WebLayer {
    type Service = Web<S>;

    fn layer(&self, inner: S) -> Web<S> {
        Web { inner, cors: self.0.clone() }
    }
}

/// A service that browsers may call too.
#[derive(Clone)]
pub(crate) struct Web<S> {
    inner: S,
    cors: Arc<CorsLayer>,
}

/// A service as browsers see it.
type Browsers<S> = Cors<GrpcWebService<S>>;

/// Hides what kind of body an answer has, as gRPC-Web does.
type Hide<R> = fn(Response<R>) -> Response<Body>;

impl<S, R> Service<Request<Body>> for Web<S>
where
    S: Service<Request<Body>, Response = Response<R>> + Clone,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<Box<dyn std::error::Error + Send + Sync>> + std::fmt::Display,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Either<MapOk<S::Future, Hide<R>>, <Browsers<S> as Service<Request<Body>>>::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if is_plain_grpc(&request) {
            let hide: Hide<R> = |answer| answer.map(Body::new);
            return Either::Left(self.inner.call(request).map_ok(hide));
        }
        // The one that is ready takes the call, and its copy waits for the next.
        let copy = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, copy);
        let mut browsers = self.cors.layer(GrpcWebLayer::new().layer(ready));
        Either::Right(browsers.call(request))
    }
}

/// Whether it is a call that no browser can make.
fn is_plain_grpc<B>(request: &Request<B>) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).map(http::HeaderValue::as_bytes);
    request.version() == Version::HTTP_2
        && request.method() == Method::POST
        && matches!(kind, Some(b"application/grpc" | b"application/grpc+proto"))
        && !request.headers().contains_key(ORIGIN)
}
