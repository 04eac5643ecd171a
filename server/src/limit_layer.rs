//! Bounds on calls: how many at once, and how long one may take until its answer starts.
//!
//! tonic has layers for both, but they stand outside of everything else, where their refusals get neither details nor
//! what browsers need. This one stands inside, so a refusal is an answer like any other.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use tokio::sync::Semaphore;
use tonic::Status;
use tower::{Layer, Service};

/// tonic keeps the caller's deadline too, and would speak first if both passed at the same moment.
const AHEAD: Duration = Duration::from_millis(1);

/// Puts bounds on a service.
#[derive(Clone)]
pub(crate) struct Bounds {
    calls: Arc<Semaphore>,
    longest: Duration,
}

impl Bounds {
    /// At most so many calls at once on all connections, each answered within `longest`.
    pub(crate) fn new(calls: usize, longest: Duration) -> Self {
        Self { calls: Arc::new(Semaphore::new(calls.min(Semaphore::MAX_PERMITS))), longest }
    }
}

impl<S> Layer<S> for Bounds {
    type Service = Bounded<S>;

    fn layer(&self, inner: S) -> Bounded<S> {
        Bounded { inner, bounds: self.clone() }
    }
}

/// A service with bounds.
#[derive(Clone)]
pub(crate) struct Bounded<S> {
    inner: S,
    bounds: Bounds,
}

impl<S, B, R> Service<Request<B>> for Bounded<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    R: Default + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Ok(permit) = self.bounds.calls.clone().try_acquire_owned() else {
            return Box::pin(async { Ok(refuse(lojal_rpc::error::overloaded())) });
        };
        let asked = request.headers().get("grpc-timeout").and_then(|value| deadline(value.to_str().ok()?));
        let limit = asked.map_or(self.bounds.longest, |asked| asked.min(self.bounds.longest));
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answered = tokio::time::timeout(limit.saturating_sub(AHEAD), answer).await;
            drop(permit);
            answered.unwrap_or_else(|_| Ok(refuse(lojal_rpc::error::deadline_passed())))
        })
    }
}

fn refuse<R: Default>(status: Status) -> Response<R> {
    status.into_http()
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
