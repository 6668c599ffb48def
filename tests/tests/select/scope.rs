//! `#[checked_select]` makes a plain `select!` the checked one.
//!
//! `ui-cancel/fail/scope` has what it refuses. Here the checked one is recognised by a branch that only it
//! accepts: a receiver in place of a future.

use std::future::ready;

use actor_runtime::checked_select;
use tokio::sync::mpsc::{self, Receiver};

fn receiver() -> Receiver<u8> {
    let (sender, receiver) = mpsc::channel(1);
    sender.try_send(1).unwrap();
    receiver
}

#[checked_select]
async fn in_a_function(receiver: &mut Receiver<u8>) -> Option<u8> {
    tokio::select! { value = &mut *receiver => value }
}

struct Holder(Receiver<u8>);

#[checked_select]
impl Holder {
    async fn in_an_impl(&mut self) -> Option<u8> {
        ::tokio::select! { value = &mut self.0 => value }
    }
}

impl Holder {
    #[checked_select]
    async fn on_a_method(&mut self) -> Option<u8> {
        let value = tokio::select! { value = &mut self.0 => value };
        value
    }
}

#[checked_select]
mod in_a_module {
    use tokio::select;

    use super::Receiver;

    pub(super) async fn deep(receiver: &mut Receiver<u8>) -> Option<u8> {
        async fn deeper(receiver: &mut Receiver<u8>) -> Option<u8> {
            select! { value = &mut *receiver => value }
        }
        deeper(receiver).await
    }

    /// An import that is only used by the replaced macro.
    pub(super) async fn plain() {
        let _ = async {
            select! { else => {} }
        }
        .await;
    }
}

#[checked_select]
trait Reads {
    async fn read(&mut self) -> Option<u8>;

    async fn in_a_trait(receiver: &mut Receiver<u8>) -> Option<u8> {
        tokio::select! { value = receiver => value }
    }
}

impl Reads for Holder {
    async fn read(&mut self) -> Option<u8> {
        None
    }
}

#[checked_select]
async fn nested(first: &mut Receiver<u8>, second: &mut Receiver<u8>) -> Option<u8> {
    let mut wait = async || tokio::select! { value = &mut *first => value };
    tokio::select! {
        biased;
        value = ready(()), if { tokio::select! { _ = ready(()) => true } } => {
            let () = value;
            tokio::select! { value = &mut *second => { value } }
        }
        _ = actor_runtime::cancel_safe::assume_cancel_safe("never polled", wait()) => None,
        else => tokio::select! { else => None },
    }
}

#[checked_select(crate = ::actor_runtime)]
async fn with_a_path(receiver: &mut Receiver<u8>) -> Option<u8> {
    tokio::select! { value = receiver => value }
}

/// Macros of other crates with the same name are not replaced.
#[checked_select]
async fn of_other_crates() -> u8 {
    mod other {
        macro_rules! select {
            ($($tokens:tt)*) => {
                7
            };
        }
        pub(super) use select;
    }
    other::select! { anything at all }
}

#[tokio::test]
async fn everywhere() {
    assert_eq!(in_a_function(&mut receiver()).await, Some(1));
    assert_eq!(Holder(receiver()).in_an_impl().await, Some(1));
    assert_eq!(Holder(receiver()).on_a_method().await, Some(1));
    assert_eq!(Holder(receiver()).read().await, None);
    assert_eq!(in_a_module::deep(&mut receiver()).await, Some(1));
    in_a_module::plain().await;
    assert_eq!(<Holder as Reads>::in_a_trait(&mut receiver()).await, Some(1));
    assert_eq!(nested(&mut receiver(), &mut receiver()).await, Some(1));
    assert_eq!(with_a_path(&mut receiver()).await, Some(1));
    assert_eq!(of_other_crates().await, 7);
}
