//! Who may make a call: looked at before anything of it is read, by what the contract says of its method.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::{Either, Ready, ready};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response};
use lojal_domain::WorkspaceName;
use lojal_engine::{ApiKey, ApiKeys, KeyProblem};
use lojal_rpc::{Access, keys};
use tonic::Status;
use tower::{Layer, Service};
use tracing::Span;

/// Whoever watches over the server has no key.
const ALWAYS_OPEN: &str = "/grpc.health.";
const REFLECTION: &str = "/grpc.reflection.";

/// Lets in who has a key for what they ask.
#[derive(Clone)]
pub(crate) struct KeyLayer(Arc<Door>);

struct Door {
    keys: Arc<ApiKeys>,
    /// What each method needs, by its path.
    methods: HashMap<String, Access>,
    is_reflection_open: bool,
}

impl KeyLayer {
    /// By these keys, for methods that need what `methods` says.
    pub(crate) fn new(keys: Arc<ApiKeys>, methods: Vec<Access>, is_reflection_open: bool) -> Self {
        let methods = methods.into_iter().map(|access| (format!("/{}", access.method), access)).collect();
        Self(Arc::new(Door { keys, methods, is_reflection_open }))
    }
}

impl Door {
    /// The key that lets a call in; none where none is needed.
    fn admit(&self, path: &str, headers: &HeaderMap) -> Result<Option<Arc<ApiKey>>, Status> {
        let is_open =
            path.starts_with(ALWAYS_OPEN) || self.is_reflection_open && path.starts_with(REFLECTION);
        if is_open || !self.keys.are_needed() {
            return Ok(None);
        }
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let (first, second) = (given.next(), given.next());
        let known = match second {
            // Which of them counts should not depend on who reads them.
            Some(_) => Err(KeyProblem::Malformed),
            None => self.keys.authenticate(first.map(http::HeaderValue::as_bytes)),
        };
        let key = known.map_err(|problem| keys::unknown_caller(&problem))?;
        // The layer of the metrics is in the call's span whenever it hands a call on. Who is refused is worth knowing, too.
        Span::current().record("key", &*key.name).record("key_id", &*key.id);
        // A path that is no method's is told so by the services, to whoever has a key.
        let Some(access) = self.methods.get(path) else { return Ok(Some(key)) };
        if !key.may(access.scope) {
            return Err(keys::scope_missing(&key, access));
        }
        if !access.names_workspace {
            check_workspace(&key, headers)?;
        }
        Ok(Some(key))
    }
}

/// Whether a key is for the workspace that a call names. Where the message names it, the service looks.
fn check_workspace(key: &ApiKey, headers: &HeaderMap) -> Result<(), Status> {
    // What is no name is nobody's; keys for all workspaces leave it to the service to say what is wrong with it.
    let is_allowed = workspace(headers).map_or(key.workspaces.is_empty(), |named| key.may_see(&named));
    if is_allowed { Ok(()) } else { Err(keys::workspace_not_allowed(key, &named(headers))) }
}

fn named(headers: &HeaderMap) -> Cow<'_, str> {
    let named =
        headers.get(lojal_rpc::WORKSPACE).map_or(WorkspaceName::DEFAULT.as_bytes(), |name| name.as_bytes());
    String::from_utf8_lossy(named)
}

/// The workspace that a call names; none for what is no name.
pub(crate) fn workspace(headers: &HeaderMap) -> Option<WorkspaceName> {
    WorkspaceName::new(&*named(headers)).ok()
}

impl<S> Layer<S> for KeyLayer {
    type Service = Locked<S>;

    fn layer(&self, inner: S) -> Locked<S> {
        Locked { inner, door: self.0.clone() }
    }
}

/// A service that only those reach who may.
#[derive(Clone)]
pub(crate) struct Locked<S> {
    inner: S,
    door: Arc<Door>,
}

impl<S, B, R> Service<Request<B>> for Locked<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response<R>, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        match self.door.admit(request.uri().path(), request.headers()) {
            Ok(key) => {
                // From here on nobody needs it, and what is not there is not logged.
                request.headers_mut().remove(AUTHORIZATION);
                if let Some(key) = key {
                    request.extensions_mut().insert(key);
                }
                Either::Left(self.inner.call(request))
            }
            Err(refusal) => Either::Right(ready(Ok(refusal.into_http()))),
        }
    }
}
