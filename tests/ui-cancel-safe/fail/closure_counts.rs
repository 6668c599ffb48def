//! The caret is under the future: what `poll_fn` does while it waits is not known.

use actor_runtime::cancel_safe;

pub struct Worker;

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> u32 {
        let mut polls = 0;
        std::future::poll_fn(|_| {
            polls += 1;
            std::task::Poll::Ready(polls)
        })
        .await
    }
}

fn main() {}
