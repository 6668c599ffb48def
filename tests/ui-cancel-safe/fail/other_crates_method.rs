//! The caret is under `self.caller.cancellation()`: of a method of another crate's type nothing is known.

use actor_runtime::cancel_safe;
use futures::channel::oneshot::Sender;

pub struct Worker {
    caller: Sender<u8>,
}

impl Worker {
    #[cancel_safe]
    pub async fn caller_left(&mut self) {
        self.caller.cancellation().await
    }
}

fn main() {}
