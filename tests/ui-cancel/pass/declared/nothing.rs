//! Without `cancel_safe_methods!`, a root with any names answers no question.

#![deny(warnings)]
#![allow(dead_code, non_upper_case_globals)]

use actor_runtime::select;
use tokio::sync::mpsc;

mod core {}
mod __select {}
struct Question;

trait Asked {
    fn kind(&self) {}
}

impl<T> Asked for T {}

#[::tokio::main(flavor = "current_thread")]
async fn main() {
    let (sender, mut receiver) = mpsc::channel(1);
    sender.send(7).await.unwrap();
    select! { number = receiver.recv() => assert_eq!(number, Some(7)) }
}
