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

pub mod by_hand;
mod call;
pub mod cancel_safe;
mod catch;
mod error;
mod exit;
mod handle;
mod inline;
mod life;
mod mailbox;
mod observe;
pub mod prelude;
mod scope;
mod seat;
mod slot;
mod sync;
mod thread;

#[cfg(shuttle)]
#[doc(hidden)]
pub use crate::sync::seeded::seed_bug;

pub use crate::thread::batch;
pub use crate::{
    call::{
        Call,
        answer::Answer,
        cast::{Cast, Sent},
        dropped::{OnDroppedCall, on_dropped_call},
        stream::{ReplyStream, StreamCall},
        timeout::Timeout,
    },
    error::{CallError, CallErrorKind, Method, SendError, TrySendError},
    exit::{ExitReason, OnPanic},
    handle::{
        ActorHandle,
        exited::{Exited, Shutdown},
        lease::{Lease, LeaseCall, Release},
        mock::MockMailbox,
        weak::WeakHandle,
    },
    life::{
        actor::Actor,
        builder::Builder,
        context::Context,
        exit::Exit,
        spawn::{pair, spawn, spawn_local, spawn_thread, start},
        starting::{Running, StartError, Starting},
    },
    mailbox::{
        capacity::Capacity,
        stats::{Counts, LeaseStats, Stats},
    },
    scope::{MemberExit, Scope},
    slot::{acknowledged::Acknowledged, replies::Replies, reply::Reply},
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
