//! The checked `select!`: that it is tokio's in everything but the check.
//!
//! The facts about the grammar and the order of events are those of tokio's own tests, in
//! `tokio/tests/macros_select.rs`.

mod borrows;
mod calls;
mod drop_everywhere;
mod grammar;
mod handlers;
mod known;
mod race;
mod requeue;
mod scope;
mod size;

use actor_runtime::cancel_safe::{AssumeCancelSafe, assume_cancel_safe};

/// Lets a future of a test into `select!`.
fn safe<F: IntoFuture>(future: F) -> AssumeCancelSafe<F::IntoFuture> {
    assume_cancel_safe("nothing in this test is lost with it", future)
}
