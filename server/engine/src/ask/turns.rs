//! Whose turn it is: heavy work waits until there is room for it, and callers take turns.
//!
//! Whatever looks at everybody or fits a model would, asked often enough at once, leave no time for anything else. So
//! only so much of it goes on at a time. The rest waits in a queue for each caller, and the queues are served in turn:
//! whoever asks six hundred things waits for their own, and whoever asks one thing waits for one of each other caller.
//! Leaving while one waits costs nothing, and takes nobody's turn.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::ask::caller::Caller;
use crate::quotas::QuotaReached;

/// Room for some work at a time.
#[derive(Clone)]
pub(crate) struct Turns(Arc<Mutex<State>>);

struct State {
    free: usize,
    /// Callers who wait, the next one first, each with what they wait for.
    waiting: VecDeque<(u64, VecDeque<oneshot::Sender<Turn>>)>,
}

/// Leave to work, given back when it is dropped.
pub(crate) struct Turn(Option<Turns>);

impl Turns {
    /// Room for so much at a time.
    pub(crate) fn new(room: usize) -> Self {
        Self(Arc::new(Mutex::new(State { free: room, waiting: VecDeque::new() })))
    }

    /// Waits for the turn of the caller at hand, whose call is a heavy one from now on.
    pub(crate) async fn take(&self) -> Result<Turn, QuotaReached> {
        let caller = Caller::current();
        caller.begin_heavy()?;
        let turn = {
            let mut state = self.0.lock();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Turn(Some(self.clone())));
            }
            let (give, turn) = oneshot::channel();
            match state.waiting.iter_mut().find(|(waits, _)| *waits == caller.number()) {
                Some((_, queue)) => queue.push_back(give),
                None => state.waiting.push_back((caller.number(), VecDeque::from([give]))),
            }
            turn
        };
        // The sender waits in the queue until it sends, and the queue lasts as long as the room does.
        Ok(turn.await.unwrap_or(Turn(None)))
    }

    /// A turn if there is room and nobody waits, for a caller whose call is a heavy one already.
    pub(crate) fn take_free(&self) -> Option<Turn> {
        let mut state = self.0.lock();
        state.free = state.free.checked_sub(1)?;
        Some(Turn(Some(self.clone())))
    }

    /// Takes back a turn: the next one who still waits has it.
    fn give_back(&self) {
        let mut state = self.0.lock();
        while let Some((caller, mut queue)) = state.waiting.pop_front() {
            let next = queue.pop_front();
            if !queue.is_empty() {
                state.waiting.push_back((caller, queue));
            }
            let Some(next) = next.filter(|next| !next.is_closed()) else { continue };
            match next.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // Left this very moment. The turn must not be given back twice, nor while the room is locked.
                Err(mut turn) => drop(turn.0.take()),
            }
        }
        state.free += 1;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    type Waits = Pin<Box<dyn Future<Output = Turn> + Send>>;

    fn wait(turns: &Turns, caller: u64) -> Waits {
        let turns = turns.clone();
        let mut waits: Waits =
            Box::pin(Caller::numbered(caller).run(async move { turns.take().await.unwrap() }));
        assert!(has(&mut waits).is_none(), "there is no room");
        waits
    }

    fn has(waits: &mut Waits) -> Option<Turn> {
        match waits.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn),
            Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn callers_take_turns_however_much_each_asks() {
        let turns = Turns::new(1);
        let mut turn = Some(turns.take().await.unwrap());
        // Five of the first caller's, then one each of two others.
        let mut waiting: Vec<(u64, Waits)> =
            [1, 1, 1, 1, 1, 2, 3].map(|caller| (caller, wait(&turns, caller))).into();
        let mut order = Vec::new();
        while !waiting.is_empty() {
            drop(turn.take());
            let mut next = None;
            waiting.retain_mut(|(caller, waits)| match has(waits) {
                Some(turn) => {
                    assert!(next.replace((*caller, turn)).is_none(), "two have the same turn");
                    false
                }
                None => true,
            });
            let (caller, had) = next.expect("somebody's turn");
            order.push(caller);
            turn = Some(had);
        }
        assert_eq!(order, [1, 2, 3, 1, 1, 1, 1]);
    }

    #[tokio::test]
    async fn whoever_leaves_takes_nobodys_turn() {
        let turns = Turns::new(2);
        let (first, second) = (turns.take().await.unwrap(), turns.take().await.unwrap());
        let leaves: Vec<Waits> = (0..600).map(|_| wait(&turns, 1)).collect();
        let mut stays = wait(&turns, 2);
        drop(leaves);
        drop(first);
        let third = has(&mut stays).expect("the only one who still waits");
        // One whose turn came and who leaves before looking passes it on.
        let (unlucky, mut patient) = (wait(&turns, 3), wait(&turns, 4));
        drop(second);
        assert!(has(&mut patient).is_none());
        drop(unlucky);
        assert!(has(&mut patient).is_some());
        drop(third);
        assert!(turns.0.lock().waiting.is_empty());
        assert_eq!(turns.0.lock().free, 2);
    }
}
