//! Cases about answers that nobody waits for any more.
#![allow(missing_docs)] // each case is named after its sentence in the crate's documentation
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code that other crates' tests call

use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Waker};
use std::thread::ThreadId;

use lojal_domain::History;
use parking_lot::Mutex;

use super::Harness;
use super::records::*;
use crate::{Parts, Store, StoreError, fold, walk};

/// Customers there are to be looked at.
const CUSTOMERS: usize = 300;
/// At most so many are looked at after nobody waits any more: one for each thread of a large machine.
const A_FEW: usize = 64;

/// Looks at histories, and at the first of them waits until the test has let go.
struct Look {
    asks: ThreadId,
    looked_at: AtomicUsize,
    begun: Mutex<Option<Sender<()>>>,
    let_go: Mutex<Receiver<()>>,
}

impl Look {
    fn at(&self, _: &History<'_>) {
        self.looked_at.fetch_add(1, Ordering::SeqCst);
        // A store that reads while it is asked cannot be let go of before it is done.
        if std::thread::current().id() == self.asks {
            return;
        }
        if let Some(begun) = self.begun.lock().take() {
            begun.send(()).unwrap();
            self.let_go.lock().recv().unwrap();
        }
    }
}

/// Lets go of what looks at the histories of a store as soon as it has begun.
async fn let_go_of<F>(harness: &dyn Harness, ask: impl FnOnce(Arc<dyn Store>, Arc<Look>) -> F)
where
    F: Future<Output = Result<(), StoreError>>,
{
    let store = harness.open().await;
    append(&*store, (0..CUSTOMERS).map(|i| bought(&format!("t{i}"), &format!("c{i}"), 5, 1))).await;
    let ((begun, has_begun), (release, let_go)) = (channel(), channel());
    let asks = std::thread::current().id();
    let (begun, let_go) = (Mutex::new(Some(begun)), Mutex::new(let_go));
    let look = Arc::new(Look { asks, looked_at: AtomicUsize::new(0), begun, let_go });
    {
        let mut asked = pin!(ask(store, look.clone()));
        if let Poll::Ready(done) = asked.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done.unwrap();
        }
        has_begun.recv().expect("somebody is looked at");
    }
    release.send(()).expect("somebody waits to go on");
    // Whoever looks has a share of it until they have done.
    while Arc::strong_count(&look) > 1 {
        std::thread::yield_now();
    }
    let looked_at = look.looked_at.load(Ordering::SeqCst);
    assert!(looked_at <= A_FEW, "{looked_at} of {CUSTOMERS} were looked at for nobody");
}

pub async fn s34_letting_go_of_a_scan_ends_it(harness: &dyn Harness) {
    let scan = async |store: Arc<dyn Store>, look: Arc<Look>| {
        let visit = move |(): &mut (), history: &History<'_>| look.at(history);
        fold(&*store, &workspace(), all(), Parts::ALL, || (), visit).await.map(drop)
    };
    let_go_of(harness, scan).await;
}

pub async fn s34_letting_go_of_a_walk_ends_it(harness: &dyn Harness) {
    let through = async |store: Arc<dyn Store>, look: Arc<Look>| {
        let visit = move |(): &mut (), history: &History<'_>| {
            look.at(history);
            ControlFlow::Continue(())
        };
        walk(&*store, &workspace(), all(), None, (), visit).await
    };
    let_go_of(harness, through).await;
}
