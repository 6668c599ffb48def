//! The checked `select!` behaves like tokio's.
//!
//! Many of these tests follow those of tokio, in `tokio/tests/macros_select.rs`.

mod borrows;
mod calls;
mod declared;
mod drop_everywhere;
mod grammar;
mod handlers;
mod known;
mod race;
mod requeue;
mod scope;
mod size;

use actor_runtime::cancel_safe::{AssumeCancelSafe, assume_cancel_safe};

// Peeking takes nothing out, and `closed` only waits.
actor_runtime::cancel_safe_methods! {
    tokio::net::UdpSocket: peek_sender;
    <T> tokio::sync::broadcast::Sender<T>: closed;
}

/// Makes any future of a test a branch.
fn safe<F: IntoFuture>(future: F) -> AssumeCancelSafe<F::IntoFuture> {
    assume_cancel_safe("nothing in this test is lost with it", future)
}
