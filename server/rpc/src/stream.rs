//! Answers that are streams: made as they are read, and no further once the caller is gone.

use lojal_engine::Caller;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::error::Refusal;

/// Messages that may wait for a slow reader, where they are large. With the one that is being made, they are all that a
/// stream which is not read holds here.
pub(crate) const WAITING: usize = 1;

/// Done when the server stops.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, which is as good as stopped.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// Where the messages of an answer go.
pub(crate) struct Messages<M>(mpsc::Sender<Result<M, Status>>);

impl<M> Messages<M> {
    /// Sends the next one, once there is room for it. After the caller is gone it leads nowhere, and whoever makes them is
    /// let go.
    pub(crate) async fn send(&self, message: M) {
        if self.0.send(Ok(message)).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Sends one that is not worth waiting for, if there is room for it; false when the caller is gone.
    pub(crate) fn offer(&self, message: M) -> bool {
        let _ = self.0.try_send(Ok(message));
        !self.0.is_closed()
    }

    /// Another way to the same answer.
    pub(crate) fn share(&self) -> Self {
        Self(self.0.clone())
    }
}

/// An answer whose messages `make` sends, on a task of its own in the caller's name; `waiting` of them may wait to be read.
/// A refusal is its last.
pub(crate) fn answer<M, F>(
    waiting: usize,
    make: impl FnOnce(Messages<M>) -> F,
) -> ReceiverStream<Result<M, Status>>
where
    M: Send + 'static,
    F: Future<Output = Result<(), Refusal>> + Send + 'static,
{
    let (messages, stream) = mpsc::channel(waiting);
    let made = make(Messages(messages.clone()));
    tokio::spawn(Caller::current().run(async move {
        let ended = tokio::select! {
            ended = made => ended,
            () = messages.closed() => return,
        };
        if let Err(refusal) = ended {
            let _ = messages.send(Err(refusal.into_status())).await;
        }
    }));
    ReceiverStream::new(stream)
}
