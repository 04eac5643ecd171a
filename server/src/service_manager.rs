//! What the service manager that started the server is told, where there is one: systemd, or what speaks as it does (`sd_notify(3)`).
//!
//! Each of these does nothing where nobody listens (`NOTIFY_SOCKET`).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use lojal_store_sled::Loaded;
use sd_notify::NotifyState;
use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;

use crate::metrics::Metrics;
use crate::readiness::Readiness;

/// How soon the first sentence follows another, and how soon later ones do, each after twice the time: small logs are read in no time.
const LOOK_FIRST: Duration = Duration::from_millis(20);
const LOOK_LATER: Duration = Duration::from_secs(2);
/// What a start may take from the last block that was read. The longest of what follows them is to merge small ones.
const MORE_TO_START: Duration = Duration::from_secs(300);
/// What a stop may take beside its notice and drain: to close the store, and to send the last spans.
const MORE_TO_STOP: Duration = Duration::from_secs(20);

/// News that wait for a manager that does not read; what comes on top is lost.
const WAITING: usize = 16;
/// So long a stop waits until the manager has heard of it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Calls are taken from now on, or again.
pub(crate) fn ready() {
    post(|| tell(&[NotifyState::Ready]));
}

/// Files are read again, until [`ready`].
pub(crate) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => post(move || tell(&[NotifyState::Reloading, now])),
        Err(error) => {
            tracing::warn!(%error, "the service manager is not told of reading again: there is no clock");
        }
    }
}

/// The server stops, which may take so long by what is configured.
pub(crate) async fn stopping(at_most: Duration) {
    let (done, told) = oneshot::channel();
    post(move || {
        tell(&[NotifyState::Stopping, more(at_most + MORE_TO_STOP)]);
        let _ = done.send(());
    });
    // Where nobody listens it is over at once, and who does not read is not waited for.
    let _ = tokio::time::timeout(PATIENCE, told).await;
}

/// Tells how the server is whenever that changes, and asks for more time while its log is read, until what is handed back is dropped.
pub(crate) fn follow(readiness: Arc<Readiness>, metrics: Arc<Metrics>) -> Option<AbortOnDropHandle<()>> {
    is_there().then(|| AbortOnDropHandle::new(tokio::spawn(told(readiness, metrics))))
}

async fn told(readiness: Arc<Readiness>, metrics: Arc<Metrics>) {
    let (mut last, mut read, mut wait) = (String::new(), Loaded::default(), LOOK_FIRST);
    loop {
        let (_, sentence) = readiness.told(metrics.calls_in_flight());
        let so_far = readiness.loading.so_far();
        // Only for what goes on: a start that hangs has the unit's own time, and ends.
        let gets_further = std::mem::replace(&mut read, so_far) != so_far;
        if sentence != last || gets_further {
            last.clone_from(&sentence);
            post(move || {
                let mut news = vec![NotifyState::Status(&sentence)];
                if gets_further {
                    news.push(more(MORE_TO_START));
                }
                tell(&news);
            });
        }
        tokio::time::sleep(wait).await;
        wait = LOOK_LATER.min(wait * 2);
    }
}

/// Says that the server is alive twice in the time after which the manager takes it for dead, until what is handed back is dropped.
///
/// `answers` asks what callers ask for: while it is not done, or not true, nothing is said.
pub(crate) fn beat<F: Future<Output = bool> + Send + 'static>(
    answers: impl Fn() -> F + Send + Sync + 'static,
) -> Option<AbortOnDropHandle<()>> {
    let every = sd_notify::watchdog_enabled().filter(|time| !time.is_zero() && is_there())? / 2;
    let alive = || post(|| tell(&[NotifyState::Watchdog]));
    Some(AbortOnDropHandle::new(tokio::spawn(beats(every, answers, alive))))
}

async fn beats<F: Future<Output = bool>>(every: Duration, answers: impl Fn() -> F, alive: impl Fn()) {
    // An interval of nothing is none.
    let mut due = tokio::time::interval(every.max(Duration::from_millis(1)));
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        due.tick().await;
        if answers().await {
            alive();
        }
    }
}

fn is_there() -> bool {
    std::env::var_os("NOTIFY_SOCKET").is_some_and(|path| !path.is_empty())
}

fn more(time: Duration) -> NotifyState<'static> {
    NotifyState::ExtendTimeoutUsec(u32::try_from(time.as_micros()).unwrap_or(u32::MAX))
}

/// Tells something from a thread of its own, one after the other: a manager that does not read holds up its socket, and should hold
/// up neither calls nor a stop.
fn post(work: impl FnOnce() + Send + 'static) {
    type Work = Box<dyn FnOnce() + Send>;
    static OUTBOX: LazyLock<Option<SyncSender<Work>>> = LazyLock::new(|| {
        let (outbox, news) = sync_channel::<Work>(WAITING);
        let thread = std::thread::Builder::new().name("service-manager".to_owned());
        thread.spawn(move || news.iter().for_each(|work| work())).ok().map(|_| outbox)
    });
    if is_there()
        && let Some(outbox) = &*OUTBOX
    {
        let _ = outbox.try_send(Box::new(work));
    }
}

fn tell(news: &[NotifyState<'_>]) {
    static WARNED: AtomicBool = AtomicBool::new(false);
    if let Err(error) = sd_notify::notify(news)
        && !WARNED.swap(true, Ordering::Relaxed)
    {
        tracing::warn!(%error, "the service manager cannot be told how the server is; look at NOTIFY_SOCKET");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn who_does_not_answer_is_not_told_alive() {
        // Answers four times, then says no once, then hangs.
        let asked = Arc::new(AtomicU32::new(0));
        let counts = asked.clone();
        let answers = move || {
            let turn = counts.fetch_add(1, Ordering::Relaxed);
            async move {
                if turn >= 5 {
                    std::future::pending::<()>().await;
                }
                turn < 4
            }
        };
        let (tell, mut told) = mpsc::unbounded_channel();
        let alive = move || {
            tell.send(()).unwrap();
        };
        let _beats = AbortOnDropHandle::new(tokio::spawn(beats(Duration::from_millis(1), answers, alive)));
        for _ in 0..4 {
            told.recv().await.unwrap();
        }
        while asked.load(Ordering::Relaxed) < 6 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let more = tokio::time::timeout(Duration::from_millis(100), told.recv()).await;
        assert!(more.is_err(), "told alive while it hangs");
    }

    #[test]
    fn times_that_are_too_long_to_write_are_the_longest() {
        assert_eq!(more(Duration::from_secs(2)).to_string(), "EXTEND_TIMEOUT_USEC=2000000");
        assert_eq!(more(Duration::from_secs(10_000)).to_string(), "EXTEND_TIMEOUT_USEC=4294967295");
    }
}
