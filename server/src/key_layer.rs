//! Who may make a call: looked at before anything of it is read, by what the contract says of its method.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::{Either, Ready, ready};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response};
use lojal_domain::WorkspaceName;
use lojal_engine::{ApiKeys, KeyProblem, Principal, Tokens, bearer};
use lojal_rpc::{Access, keys, tokens};
use tonic::Status;
use tower::{Layer, Service};
use tracing::Span;

/// Whoever watches over the server has no key.
const ALWAYS_OPEN: &str = "/grpc.health.";
const REFLECTION: &str = "/grpc.reflection.";

/// Lets in who has a key, or a token, for what they ask.
#[derive(Clone)]
pub(crate) struct KeyLayer(Arc<Door>);

struct Door {
    keys: Arc<ApiKeys>,
    /// None where none are taken.
    tokens: Option<Arc<Tokens>>,
    /// What each method needs, by its path.
    methods: HashMap<String, Access>,
    is_reflection_open: bool,
}

impl KeyLayer {
    /// By these keys and tokens, for methods that need what `methods` says.
    pub(crate) fn new(
        keys: Arc<ApiKeys>,
        tokens: Option<Arc<Tokens>>,
        methods: Vec<Access>,
        is_reflection_open: bool,
    ) -> Self {
        let methods = methods.into_iter().map(|access| (format!("/{}", access.method), access)).collect();
        Self(Arc::new(Door { keys, tokens, methods, is_reflection_open }))
    }
}

impl Door {
    /// What lets a call in; none where nothing is needed.
    fn admit(&self, path: &str, headers: &HeaderMap) -> Result<Option<Principal>, Status> {
        let is_open =
            path.starts_with(ALWAYS_OPEN) || self.is_reflection_open && path.starts_with(REFLECTION);
        if is_open || !(self.tokens.is_some() || self.keys.are_needed()) {
            return Ok(None);
        }
        let principal = self.authenticate(headers)?;
        // The layer of the metrics is in the call's span whenever it hands a call on. Who is refused is worth knowing, too.
        match &principal {
            Principal::Key(key) => Span::current().record("key", &*key.name).record("key_id", &*key.id),
            Principal::Token(token) => Span::current().record("subject", &*token.shown),
        };
        // A path that is no method's is told so by the services, to whoever is known.
        let Some(access) = self.methods.get(path) else { return Ok(Some(principal)) };
        if !principal.may(access.scope) {
            return Err(keys::scope_missing(&principal, access));
        }
        if !access.names_workspace {
            check_workspace(&principal, headers)?;
        }
        Ok(Some(principal))
    }

    /// Whose key or token a call has.
    fn authenticate(&self, headers: &HeaderMap) -> Result<Principal, Status> {
        let mut given = headers.get_all(AUTHORIZATION).iter().map(http::HeaderValue::as_bytes);
        let (first, second) = (given.next(), given.next());
        // A key has no dots in it, and a token always has.
        let token = first.and_then(bearer).filter(|text| text.contains('.'));
        let known = match (second, &self.tokens, token) {
            // Which of them counts should not depend on who reads them.
            (Some(_), ..) => Err(KeyProblem::Malformed),
            (None, Some(tokens), Some(token)) => {
                let known = tokens.authenticate(token).map(Principal::Token);
                return known.map_err(|problem| tokens::token_refused(&problem, tokens.rules()));
            }
            _ => self.keys.authenticate(first).map(Principal::Key),
        };
        known.map_err(|problem| keys::unknown_caller(&problem, self.tokens.is_some()))
    }
}

/// Whether a caller may use the workspace that a call names. Where the message names it, the service looks.
fn check_workspace(principal: &Principal, headers: &HeaderMap) -> Result<(), Status> {
    // What is no name is nobody's; whoever may use all workspaces is told by the service what is wrong with it.
    let is_allowed =
        workspace(headers).map_or_else(|| principal.may_see_all(), |named| principal.may_see(&named));
    if is_allowed { Ok(()) } else { Err(keys::workspace_not_allowed(principal, &named(headers))) }
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
            Ok(principal) => {
                // From here on nobody needs it, and what is not there is not logged.
                request.headers_mut().remove(AUTHORIZATION);
                if let Some(principal) = principal {
                    request.extensions_mut().insert(principal);
                }
                Either::Left(self.inner.call(request))
            }
            Err(refusal) => Either::Right(ready(Ok(refusal.into_http()))),
        }
    }
}
