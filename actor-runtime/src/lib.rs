//! Actors from a struct and an `impl`.
//!
//! Put `#[actor]` on an `impl`, and its `pub` methods become the messages of an actor: the message enum, the reply slots,
//! the cloneable handle and the dispatch loop are written for you.
//!
//! - [`spawn()`], [`start()`], [`spawn_thread()`], [`spawn_local()`] and [`pair()`] start one.
//! - [`Call`] is what a handle's methods give: await it, or pick another way to send it.
//! - [`ActorHandle`] is what every handle can do: shut down, abort, watch the end, go weak.
//! - [`Scope`] owns actors and stops them in order.
//!
#![cfg_attr(feature = "macros", doc = include_str!("../../docs/guide.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod acknowledged;
mod actor;
mod answer;
pub mod batch;
mod block_on;
mod call;
mod call_safety;
pub mod cancel_safe;
mod catch;
mod current;
mod dropped;
mod error;
mod exit;
mod handle;
mod home;
mod lease;
mod linger;
mod mailbox;
mod mark;
mod mock;
mod observe;
mod reply;
mod request;
mod resident;
mod returns;
mod ring;
mod run;
mod scope;
mod seat;
mod send;
mod spawn;
mod stats;
mod stream;
mod sync;
mod timeout;
mod unread;

#[cfg(shuttle)]
#[doc(hidden)]
pub use crate::sync::seeded::seed_bug;

pub use crate::{
    acknowledged::Acknowledged,
    actor::{Actor, CannotFail, Capacity, Context, Envelope, Message, Spawn},
    answer::Answer,
    call::Call,
    dropped::{OnDroppedCall, on_dropped_call},
    error::{CallError, Method, SendError, TrySendError},
    exit::{Exit, ExitReason, Exited},
    handle::{ActorHandle, Handle, Shutdown, WeakHandle},
    lease::{Lease, LeaseCall, Release},
    mark::{Marked, Unmarked},
    mock::MockMailbox,
    reply::{Caller, PendingReply, Reply},
    request::Request,
    run::{Mailbox, OnPanic},
    scope::{Ended, Scope},
    send::{Cast, Sent},
    spawn::{
        Builder, Running, StartError, Starting, pair, spawn, spawn_local, spawn_thread, start,
    },
    stats::{Counts, LeaseStats, Stats},
    stream::{Replies, ReplyStream, StreamCall, TrySendValue},
    timeout::Timeout,
};

#[doc(hidden)]
pub mod __private;

#[cfg(feature = "macros")]
pub use actor_macros::{actor, cancel_safe, checked_select};

#[cfg_attr(feature = "macros", doc = include_str!("../../docs/select.md"))]
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! select {
    ($($branches:tt)*) => {
        $crate::__private::__select! { @ $crate $($branches)* }
    };
}

/// The README's code is compiled and run with the crate's other examples.
#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../../README.md")]
mod readme {}
