//! Plain threads that block, and are woken.

use std::{sync::mpsc, task::Poll, thread};

use actor_runtime::{actor, spawn_thread};

/// Blocks its own thread, as an actor on its own thread may.
pub struct Blocking {
    other: Option<BlockingHandle>,
}

#[actor(local)]
impl Blocking {
    /// Replies.
    pub fn get(&self) -> u32 {
        7
    }

    /// Is woken for one wait while its thread blocks in another.
    pub async fn both(&self) -> u32 {
        let (send, receive) = mpsc::channel();
        let mut thread = None;
        let mut asked = 0;
        std::future::poll_fn(move |cx| {
            if let Ok(value) = receive.try_recv() {
                return Poll::Ready(value);
            }
            if thread.is_none() {
                let (send, waker) = (send.clone(), cx.waker().clone());
                let other = self.other.clone().expect("there is another");
                let woken = thread::spawn(move || {
                    waker.wake();
                    // Only now is there a value, so this wake-up must not be lost.
                    send
                })
                .join()
                .expect("no panic");
                // The thread parks in here, and consumes an unpark token meant for the loop.
                asked += other.get().blocking().expect("the other is alive");
                let _ = woken.send(asked);
                thread = Some(());
            }
            Poll::Pending
        })
        .await
    }
}

#[test]
fn a_wake_up_is_not_lost_in_a_nested_wait() {
    let other = spawn_thread(|| Blocking { other: None }).unwrap();
    let blocking = spawn_thread(move || Blocking { other: Some(other) }).unwrap();
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || done.send(blocking.both().blocking()));
    let answer = is_done.recv_timeout(std::time::Duration::from_secs(20));
    assert_eq!(answer.expect("it waits for ever"), Ok(7));
}
