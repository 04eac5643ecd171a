//! Who is at the other end of a connection, and what is held in memory for them.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use lojal_engine::Caller;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Sleep;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;
use tonic::transport::server::Connected;

/// The other end of a connection. Every request that comes over it has this among its extensions.
#[derive(Debug)]
pub(crate) struct Peer {
    number: u64,
    /// Where they are, for the log of calls.
    pub(crate) address: Option<SocketAddr>,
    /// Streams that are open.
    pub(crate) streams: Gauge,
    /// Bytes of messages that have arrived and are not done with.
    pub(crate) request_bytes: Gauge,
}

impl Peer {
    fn new(address: Option<SocketAddr>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        OPEN.fetch_add(1, Ordering::Relaxed);
        Self { number, address, streams: Gauge::default(), request_bytes: Gauge::default() }
    }

    /// Who asks, when they ask over this connection.
    pub(crate) fn caller(&self) -> Caller {
        Caller::numbered(self.number)
    }
}

/// Connections of this process that somebody still needs.
static OPEN: AtomicU64 = AtomicU64::new(0);

/// How many connections are open, until the last call over each is done with.
pub(crate) fn connections() -> u64 {
    OPEN.load(Ordering::Relaxed)
}

impl Drop for Peer {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How much of something there is.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicUsize);

impl Gauge {
    /// Adds so much, unless that would be more than `most`.
    pub(crate) fn try_add(&self, amount: usize, most: usize) -> bool {
        let add = |now: usize| now.checked_add(amount).filter(|sum| *sum <= most);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok()
    }

    pub(crate) fn remove(&self, amount: usize) {
        self.0.fetch_sub(amount, Ordering::Relaxed);
    }
}

/// Whoever says nothing for so long after connecting is let go. Later silences are the keepalive's to look into.
pub(crate) const SILENT_AT_MOST: Duration = Duration::from_secs(10);

/// Plain, or with TLS once both sides have agreed on it.
type Socket = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// A connection that was accepted.
pub(crate) struct Connection {
    stream: Socket,
    peer: Arc<Peer>,
    /// Until the first byte has come.
    silent_until: Option<Pin<Box<Sleep>>>,
    /// Given back when the connection closes.
    _room: OwnedSemaphorePermit,
}

impl Connection {
    pub(crate) fn new(stream: Socket, room: OwnedSemaphorePermit) -> Self {
        let socket = match &stream {
            Either::Left(plain) => plain,
            Either::Right(secured) => secured.get_ref().0,
        };
        // None of a peer that is gone already.
        let address = socket.peer_addr().ok();
        let silent_until = Some(Box::pin(tokio::time::sleep(SILENT_AT_MOST)));
        Self { stream, peer: Arc::new(Peer::new(address)), silent_until, _room: room }
    }
}

impl Connected for Connection {
    type ConnectInfo = Arc<Peer>;

    fn connect_info(&self) -> Arc<Peer> {
        self.peer.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(silent_until) = &mut self.silent_until {
            if read.is_ready() {
                self.silent_until = None;
            } else if silent_until.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::Gauge;

    #[test]
    fn a_gauge_never_passes_its_mark() {
        let gauge = Gauge::default();
        assert!(gauge.try_add(7, 10));
        assert!(!gauge.try_add(4, 10));
        assert!(gauge.try_add(3, 10));
        assert!(!gauge.try_add(usize::MAX, 10));
        gauge.remove(10);
        assert!(gauge.try_add(10, 10));
    }
}
