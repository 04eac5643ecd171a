//! Connections: how many there may be, and how each begins.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::{Stream, StreamExt as _, future};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::either::Either;
use tonic::transport::server::TcpIncoming;

use crate::peer::{Connection, SILENT_AT_MOST};
use crate::tls::InForce;

/// When nobody can be let in, because the process has no file descriptors left, say, this is how long until the next attempt.
const PAUSE: Duration = Duration::from_millis(100);
/// And how many attempts are between two warnings: a minute's.
const WARN_EVERY: u32 = 600;

/// Connections as they come, at most so many at once. Beyond that the next one waits here, and those after it with the operating
/// system, until somebody goes.
pub(crate) fn connections(
    listener: TcpListener,
    most: usize,
    tls: Option<InForce>,
) -> impl Stream<Item = io::Result<Connection>> {
    // Without this an answer of two frames waits for the peer's delayed acknowledgement: 40 ms.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let room = Arc::new(Semaphore::new(most));
    let failed = Arc::new(AtomicU32::new(0));
    let accepted = incoming.filter_map(move |accepted| {
        let failed = failed.clone();
        async move {
            match accepted {
                Ok(stream) => {
                    failed.store(0, Ordering::Relaxed);
                    Some(stream)
                }
                // The next one may be luckier.
                Err(error) if is_of_the_peer(&error) => None,
                Err(error) => {
                    // Trying again at once would only fail again, and take a core.
                    if failed.fetch_add(1, Ordering::Relaxed).is_multiple_of(WARN_EVERY) {
                        tracing::warn!(%error, "cannot accept connections; close some, or let the process have more files (ulimit -n)");
                    }
                    tokio::time::sleep(PAUSE).await;
                    None
                }
            }
        }
    });
    let admitted = accepted.then(move |stream| {
        let room = room.clone();
        async move {
            let permit = room.acquire_owned().await.map_err(io::Error::other)?;
            Ok::<_, io::Error>((stream, permit))
        }
    });
    // Handshakes go on beside one another: one that is slow holds up nobody.
    let greeted = admitted.map(move |admitted| greet(admitted, tls.clone())).buffer_unordered(most);
    greeted.filter_map(|greeted| future::ready(greeted.transpose()))
}

/// Whether a connection was given up by its peer before it was accepted.
fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

/// A connection that is ready for calls; none when its peer is not.
async fn greet(
    admitted: io::Result<(TcpStream, OwnedSemaphorePermit)>,
    tls: Option<InForce>,
) -> io::Result<Option<Connection>> {
    let (stream, permit) = admitted?;
    let Some(tls) = tls else { return Ok(Some(Connection::new(Either::Left(stream), permit))) };
    let config = tls.borrow().clone();
    let handshake = tokio::time::timeout(SILENT_AT_MOST, TlsAcceptor::from(config).accept(stream));
    // Apart from the task that accepts, since a handshake is a millisecond of work.
    match tokio::spawn(handshake).await.map_err(io::Error::other)? {
        Ok(Ok(stream)) => Ok(Some(Connection::new(Either::Right(Box::new(stream)), permit))),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a peer could not agree on TLS");
            Ok(None)
        }
        Err(_) => {
            tracing::debug!(seconds = SILENT_AT_MOST.as_secs(), "a peer did not finish its handshake");
            Ok(None)
        }
    }
}
