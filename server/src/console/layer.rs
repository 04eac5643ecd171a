//! Which requests the console answers: what is asked for under its path, and `/`. Every call of gRPC goes past it.

use std::task::{Context, Poll};

use axum::body::Body as Content;
use bytes::Bytes;
use futures::future::{Either, Ready, ready};
use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use tonic::body::Body;
use tower::{Layer, Service};

use super::files::{self, File};
use super::{PATH, headers};
use crate::host_layer::Hosts;

/// What a request without a page is told.
const NO_SUCH_PAGE: &str = "there is no such page; the console is at /console/\n";
const STRANGER: &str = "nothing is served to this name or page; see server.hosts in the configuration\n";
const ONLY_READ: &str = "pages can only be read; calls go to the paths of their methods\n";

/// Serves the console, or lets everything past where there is none.
#[derive(Clone)]
pub(crate) struct ConsoleLayer {
    hosts: Option<Hosts>,
}

impl ConsoleLayer {
    /// Served where it is `enabled`, to those whom `hosts` lets in.
    pub(crate) fn new(enabled: bool, hosts: Hosts) -> Self {
        Self { hosts: enabled.then_some(hosts) }
    }
}

impl<S> Layer<S> for ConsoleLayer {
    type Service = WithConsole<S>;

    fn layer(&self, inner: S) -> WithConsole<S> {
        WithConsole { inner, hosts: self.hosts.clone() }
    }
}

/// A service with pages beside it.
#[derive(Clone)]
pub(crate) struct WithConsole<S> {
    inner: S,
    hosts: Option<Hosts>,
}

impl<S, B> Service<Request<B>> for WithConsole<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response<Body>, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.hosts.as_ref().and_then(|hosts| answer(hosts, &request)) {
            Some(page) => Either::Right(ready(Ok(page))),
            None => Either::Left(self.inner.call(request)),
        }
    }
}

/// The answer to a request that is for the console.
fn answer<B>(hosts: &Hosts, request: &Request<B>) -> Option<Response<Body>> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().path();
    let within = match path.strip_prefix(PATH) {
        Some(name) => name,
        None if path == "/" && is_read || path == PATH.trim_end_matches('/') => "..",
        None => return None,
    };
    let page = if hosts.check(request.uri(), request.headers()).is_err() {
        said(StatusCode::FORBIDDEN, STRANGER)
    } else if !is_read {
        let mut refusal = said(StatusCode::METHOD_NOT_ALLOWED, ONLY_READ);
        refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        refusal
    } else if within == ".." {
        let mut elsewhere = made(StatusCode::TEMPORARY_REDIRECT, headers::guards(), Bytes::new());
        elsewhere.headers_mut().insert(LOCATION, HeaderValue::from_static(PATH));
        elsewhere
    } else {
        files::named(within).map_or_else(
            || said(StatusCode::NOT_FOUND, NO_SUCH_PAGE),
            |file| of_file(file, request.headers()),
        )
    };
    // The headers of a page without the page.
    let is_head = *request.method() == Method::HEAD;
    Some(if is_head { page.map(|_| Body::empty()) } else { page })
}

fn of_file(file: &File, asked: &HeaderMap) -> Response<Body> {
    let is_packed = !file.packed.is_empty() && headers::takes_gzip(asked);
    let content = if is_packed { &file.packed } else { &file.plain };
    let mut told = headers::of(file, is_packed, content.len());
    if headers::has(asked, &headers::tag(file, is_packed)) {
        told.remove(CONTENT_LENGTH);
        return made(StatusCode::NOT_MODIFIED, told, Bytes::new());
    }
    made(StatusCode::OK, told, content.clone())
}

fn said(status: StatusCode, sentence: &'static str) -> Response<Body> {
    let mut told = headers::guards();
    told.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    told.insert(CONTENT_LENGTH, HeaderValue::from(sentence.len()));
    made(status, told, Bytes::from_static(sentence.as_bytes()))
}

fn made(status: StatusCode, told: HeaderMap, content: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::new(Content::from(content)));
    *response.status_mut() = status;
    *response.headers_mut() = told;
    response
}
