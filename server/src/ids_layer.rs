//! Gives every call an id, by which its caller, its answer and the log name it, and finds the trace it belongs to.
//!
//! The caller's `x-request-id` is taken if it can be shown anywhere; else one is made. It stands in the headers of the answer, in
//! the log of calls, and in the details of an error that is the server's own fault.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use http_body::{Body, Frame, SizeHint};
use lojal_domain::Entropy;
use tower::{Layer, Service};

use crate::spans::{Spans, Trace};

/// Where a call and its answer carry its id.
pub(crate) static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Letters of an id that a caller may choose.
const LETTERS: usize = 128;
/// Random bytes of an id that is made here, shown as twice as many digits.
const RANDOM_BYTES: usize = 16;

/// The id of a call; it stands among the extensions of its request. Visible ASCII letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    /// The one that a caller chose, or a new one.
    fn of(headers: &HeaderMap, entropy: &dyn Entropy) -> Self {
        let mut chosen = headers.get_all(&REQUEST_ID).iter();
        match (chosen.next(), chosen.next()) {
            (Some(id), None) if is_fit(id) => Self(id.clone()),
            _ => Self::random(entropy),
        }
    }

    fn random(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; RANDOM_BYTES];
        // Without random bytes ids are all the same, which is no reason to refuse calls.
        let _ = entropy.fill(&mut bytes);
        let digits = format!("{:032x}", u128::from_be_bytes(bytes));
        Self(HeaderValue::from_str(&digits).unwrap_or(HeaderValue::from_static("0")))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// Whether an id can be shown in headers and logs as it is.
fn is_fit(id: &HeaderValue) -> bool {
    (1..=LETTERS).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
}

/// Gives calls their ids.
#[derive(Clone)]
pub(crate) struct IdsLayer {
    entropy: Arc<dyn Entropy>,
    spans: Option<Arc<Spans>>,
}

impl IdsLayer {
    /// Makes ids of random bytes, and spans if they go anywhere.
    pub(crate) fn new(entropy: Arc<dyn Entropy>, spans: Option<Arc<Spans>>) -> Self {
        Self { entropy, spans }
    }
}

impl<S> Layer<S> for IdsLayer {
    type Service = Named<S>;

    fn layer(&self, inner: S) -> Named<S> {
        Named { inner, ids: self.clone() }
    }
}

/// A service whose calls have ids.
#[derive(Clone)]
pub(crate) struct Named<S> {
    inner: S,
    ids: IdsLayer,
}

impl<S, B, R> Service<Request<B>> for Named<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<Told<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let id = RequestId::of(request.headers(), &*self.ids.entropy);
        let fault = Fault { id: id.clone(), uri: request.uri().clone() };
        if let Some(trace) = Trace::of(request.uri().path(), request.headers(), self.ids.spans.as_deref()) {
            request.extensions_mut().insert(trace);
        }
        request.extensions_mut().insert(id);
        let answer = self.inner.call(request);
        Box::pin(async move {
            let mut response = answer.await?;
            fault.see(response.headers_mut());
            response.headers_mut().insert(&REQUEST_ID, fault.id.0.clone());
            Ok(response.map(|body| Told { body, fault }))
        })
    }
}

/// What is said of a call that failed here.
struct Fault {
    id: RequestId,
    uri: Uri,
}

impl Fault {
    /// Looks at headers or trailers, which tell how a call ended.
    fn see(&self, headers: &mut HeaderMap) {
        if lojal_rpc::status::name_fault(headers, self.id.as_str()) {
            // What failed was logged where it did, without knowing of which call.
            let method = self.uri.path().trim_start_matches('/');
            tracing::error!(request_id = self.id.as_str(), method, "a call failed by a fault of the server");
        }
    }
}

/// An answer, at whose end the id is told when it failed.
pub(crate) struct Told<R> {
    body: R,
    fault: Fault,
}

impl<R: Body<Data = Bytes> + Unpin> Body for Told<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        let mut frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &mut frame
            && let Some(trailers) = frame.trailers_mut()
        {
            self.fault.see(trailers);
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

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, StreamBody};
    use lojal_domain::{EntropyError, SystemEntropy};
    use tonic_types::StatusExt as _;
    use tower::ServiceExt as _;

    use super::*;

    struct Counting;

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
            bytes.iter_mut().zip(0..).for_each(|(byte, number)| *byte = number);
            Ok(())
        }
    }

    fn id_of(given: &[&[u8]]) -> String {
        let value = |bytes: &&[u8]| (REQUEST_ID.clone(), HeaderValue::from_bytes(bytes).unwrap());
        let mut headers = HeaderMap::new();
        given.iter().map(value).for_each(|(name, value)| _ = headers.append(name, value));
        RequestId::of(&headers, &Counting).as_str().to_owned()
    }

    #[test]
    fn a_callers_id_is_kept_if_it_can_be_shown() {
        const MADE: &str = "000102030405060708090a0b0c0d0e0f";
        assert_eq!(id_of(&[b"order-17/3"]), "order-17/3");
        assert_eq!(id_of(&[&[b'a'; 128]]), "a".repeat(128));
        for unfit in [&b""[..], &[b'a'; 129], b"two words", "\u{e9}".as_bytes(), b"tab\there"] {
            assert_eq!(id_of(&[unfit]), MADE, "{unfit:?}");
        }
        assert_eq!(id_of(&[]), MADE);
        assert_eq!(id_of(&[b"one", b"two"]), MADE);
    }

    /// What the layer makes of an answer whose status stands in its headers or its trailers.
    async fn told(status: tonic::Status, in_headers: bool) -> (HeaderMap, HeaderMap) {
        let inner = tower::service_fn(move |_: Request<()>| {
            let mut trailers = HeaderMap::new();
            status.add_header(&mut trailers).unwrap();
            let mut response = Response::new(StreamBody::new(futures::stream::iter(
                (!in_headers).then(|| Ok::<_, std::io::Error>(Frame::<Bytes>::trailers(trailers.clone()))),
            )));
            if in_headers {
                *response.headers_mut() = trailers;
            }
            std::future::ready(Ok::<_, std::io::Error>(response))
        });
        let layer = IdsLayer::new(Arc::new(Counting), None);
        let request = Request::builder().uri("/lojal.v1.NpsService/GetNps").header(&REQUEST_ID, "order-17");
        let response = layer.layer(inner).oneshot(request.body(()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.headers, body.collect().await.unwrap().trailers().cloned().unwrap_or_default())
    }

    #[tokio::test]
    async fn a_fault_names_its_call_wherever_its_status_stands() {
        for in_headers in [true, false] {
            let (headers, trailers) = told(tonic::Status::internal("the server failed"), in_headers).await;
            assert_eq!(headers[&REQUEST_ID], "order-17");
            let status =
                tonic::Status::from_header_map(if in_headers { &headers } else { &trailers }).unwrap();
            assert_eq!((status.code(), status.message()), (tonic::Code::Internal, "the server failed"));
            assert_eq!(status.get_details_error_info().unwrap().metadata["request_id"], "order-17");
            // What is the caller's to mend is passed on as it is.
            let (headers, trailers) = told(tonic::Status::not_found("no such customer"), in_headers).await;
            assert_eq!(headers[&REQUEST_ID], "order-17");
            let status =
                tonic::Status::from_header_map(if in_headers { &headers } else { &trailers }).unwrap();
            assert!(status.details().is_empty());
        }
    }

    #[test]
    fn ids_that_are_made_differ() {
        let made = || RequestId::random(&SystemEntropy).as_str().to_owned();
        let (first, second) = (made(), made());
        assert_ne!(first, second);
        assert_eq!(first.len(), 32);
    }
}
