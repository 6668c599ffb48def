//! The caret is under `polls` in the closure.

use actor_runtime::{cancel_safe, cancel_safe::assume_cancel_safe};

pub struct Worker;

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> u32 {
        let mut polls = 0;
        assume_cancel_safe("counts", std::future::poll_fn(|_| {
            polls += 1;
            std::task::Poll::Ready(polls)
        }))
        .await
    }
}

fn main() {}
