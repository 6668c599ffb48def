//! Wakers that look at the actor while they are cloned or dropped: no lock may be held then.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use actor_runtime::{ActorHandle, Replies, WeakHandle, actor, pair};
use cooked_waker::{IntoWaker, Wake, WakeRef};
use tokio::sync::Notify;

/// Has something to wait for in every way.
#[derive(Default)]
pub struct Desk {
    gate: Arc<Notify>,
}

#[actor(mailbox = 1)]
impl Desk {
    /// Answers at once.
    pub fn answer(&self) -> u32 {
        7
    }

    /// Waits until the gate is opened.
    pub async fn wait(&self) {
        self.gate.notified().await;
    }

    /// Waits for a reader that does not read.
    pub async fn list(&self, mut values: Replies<u32>) {
        while values.send(1).await.is_ok() {}
    }
}

/// Looks at the mailbox whenever it is cloned or dropped.
struct Curious {
    desk: WeakHandle<DeskHandle>,
    looks: Arc<AtomicUsize>,
}

impl Curious {
    fn waker(desk: &DeskHandle, looks: &Arc<AtomicUsize>) -> Waker {
        Box::new(Self { desk: desk.downgrade(), looks: looks.clone() }).into_waker()
    }

    fn look(&self) {
        if let Some(desk) = self.desk.upgrade() {
            desk.mailbox_len();
            desk.stats();
            self.looks.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Clone for Curious {
    fn clone(&self) -> Self {
        self.look();
        Self { desk: self.desk.clone(), looks: self.looks.clone() }
    }
}

impl Drop for Curious {
    fn drop(&mut self) {
        self.look();
    }
}

impl WakeRef for Curious {
    fn wake_by_ref(&self) {}
}

impl Wake for Curious {}

/// Polls `future` with three wakers, so that each replaces the one before. It stays pending, and the
/// wakers have looked.
fn waits(desk: &DeskHandle, future: impl Future) {
    let mut future = pin!(future);
    let looks = Arc::new(AtomicUsize::new(0));
    for _ in 0..3 {
        let waker = Curious::waker(desk, &looks);
        assert!(matches!(future.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Pending));
    }
    assert!(looks.load(Ordering::Relaxed) > 3, "no waker was stored");
}

/// Runs `test` on another thread, so that a lock that is taken twice fails the test.
fn without_deadlock(test: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel();
    let thread = thread::spawn(move || {
        test();
        done.send(()).expect("the test waits");
    });
    if is_done.recv_timeout(Duration::from_secs(60)) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("a waker was cloned or dropped under a lock that it takes");
    }
    thread.join().expect("the test failed");
}

#[test]
fn a_caller_that_waits_for_room() {
    without_deadlock(|| {
        let (desk, _run) = pair(Desk::default());
        desk.answer().try_cast().unwrap();
        waits(&desk, desk.answer());
        waits(&desk, desk.answer().cast());
        waits(&desk, desk.answer().sent());
        waits(&desk, desk.list().sent());
        waits(&desk, desk.lease());
    });
}

#[test]
fn a_caller_that_waits_for_its_answer() {
    without_deadlock(|| {
        let (desk, _run) = pair(Desk::default());
        waits(&desk, desk.answer());
        waits(&desk, desk.lease());
        let mut values = desk.list();
        waits(&desk, values.next());
    });
}

#[test]
fn a_watcher_of_the_end() {
    without_deadlock(|| {
        let (desk, _run) = pair(Desk::default());
        waits(&desk, desk.exited());
        waits(&desk, desk.shutdown());
    });
}

#[test]
fn a_loop_without_a_message() {
    without_deadlock(|| {
        let (desk, run) = pair(Desk::default());
        waits(&desk, run);
    });
}

#[test]
fn a_loop_in_a_handler_that_waits() {
    without_deadlock(|| {
        let (desk, run) = pair(Desk::default());
        desk.wait().try_cast().unwrap();
        waits(&desk, run);
    });
}

#[test]
fn a_loop_whose_handler_waits_for_a_reader() {
    without_deadlock(|| {
        let (desk, run) = pair(Desk::default());
        let mut values = desk.list();
        let mut next = pin!(values.next());
        assert!(next.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        waits(&desk, run);
    });
}

#[test]
fn a_loop_that_parks_ahead_of_a_handler() {
    without_deadlock(|| {
        let (desk, run) = pair(Desk::default());
        let mut run = pin!(run);
        let looks = Arc::new(AtomicUsize::new(0));
        for _ in 0..3 {
            desk.answer().try_cast().unwrap();
            let waker = Curious::waker(&desk, &looks);
            assert!(run.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        assert!(looks.load(Ordering::Relaxed) > 3, "no waker was stored");
    });
}
