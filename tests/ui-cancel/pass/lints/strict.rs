//! Nothing of the expansion is under a lint, not even where everything is denied.

#![deny(warnings, missing_docs, unsafe_code, unused_qualifications, unreachable_pub)]
#![deny(unused_lifetimes, single_use_lifetimes, trivial_casts, unused_results, let_underscore_drop)]
#![forbid(unsafe_code)]

use std::future::{pending, ready};

use actor_runtime::select;
use tokio::sync::mpsc;

async fn run(mut receiver: mpsc::Receiver<u8>) -> u8 {
    loop {
        select! {
            biased;
            Some(message) = receiver.recv(), if true => return message,
            _ = pending::<()>() => {}
            three = ready(3) => return three,
            else => return 0,
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (sender, receiver) = mpsc::channel(1);
    sender.send(7).await.unwrap();
    assert_eq!(run(receiver).await, 7);
}
