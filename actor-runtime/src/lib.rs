//! Actors from a struct and an `impl`, on tokio.
//!
//! Put `#[actor]` on an `impl`, and its `pub` methods become the messages of an actor: the message
//! enum, the reply slots, the cloneable handle and the dispatch loop are written for you.
//!
#![cfg_attr(
    feature = "macros",
    doc = r#"
```
use actor_runtime::{actor, spawn};

#[derive(Default)]
struct Counter { total: u64 }

#[actor]
impl Counter {
    /// Adds `amount` and returns the new total.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

# #[tokio::main(flavor = "current_thread")]
# async fn main() -> Result<(), actor_runtime::CallError> {
let counter: CounterHandle = spawn(Counter::default());
assert_eq!(counter.add(2).await?, 2);
# Ok(())
# }
```
"#
)]
//!
//! The [guide](crate::_guide) introduces everything in order, the [cookbook](crate::_cookbook) has
//! recipes, and [migration](crate::_migration) is for actors that exist; [promises](crate::_promises) lists what
//! is guaranteed, [supervision](crate::_supervision) what happens when an actor fails, and
//! [performance](crate::_performance) what it costs. `use
//! actor_runtime::prelude::*` imports what most files need.
//!
//! # Start an actor
//!
//! | | |
//! |---|---|
//! | [`spawn()`] | as a task of the current tokio runtime |
//! | [`start()`] | the same, and wait until `#[on_start]` has succeeded: [`Starting`], [`StartError`] |
//! | [`spawn_thread()`] | on a thread of its own, for blocking work |
//! | [`spawn_with()`] | on a tokio task, for actors that keep a weak handle to themselves |
//! | [`spawn_local()`] | on a `LocalSet`, for actors that are not `Send` |
//! | [`pair()`] | as a handle and a future, for any executor |
//! | [`Builder`] | with a name, another [`Capacity`], an [`OnPanic`] policy, [batches](batch) |
//! | [`Scope`] | as a member of a group that is shut down in order |
//! | [`RestartBuilder`] | with a factory, and restarted after a panic: [`Restarts`], [`Life`] |
//!
//! [`Actor`] is the trait that `#[actor]` implements, with the hooks; [`Context`] is what a handler
//! can learn about its own actor. [`by_hand`] shows an actor without the macro.
//!
//! # Call it
//!
//! | | |
//! |---|---|
//! | [`Call`] | what a handle's methods return: await it, or pick another way to send it |
//! | [`Cast`] | sends without a reply; [`SendError`], [`TrySendError`], which hold the [`Unsent`] message |
//! | [`Sent`], [`Answer`] | waits for room, then has the answer as a value |
//! | [`Timeout`] | gives up after a duration |
//! | [`Flatten`] | joins the error of the call and that of its handler |
//! | [`StreamCall`], [`ReplyStream`] | a call that is answered with many values |
//! | [`Lease`], [`LeaseCall`], [`Release`] | exclusive access for several messages |
//! | [`CallError`], [`CallErrorKind`], [`Method`] | why there is no answer |
//! | [`on_dropped_call`] | reports calls that are dropped after they were sent, in debug builds |
//!
//! A handler that answers later takes a [`Reply`] as a parameter, and one that answers many times
//! [`Replies`]; [`Acknowledged`] tells it that its answer was read.
//!
//! # Watch it
//!
//! | | |
//! |---|---|
//! | [`ActorHandle`] | what every handle can do: statistics, closing, leases, [`mock`](ActorHandle::mock) |
//! | [`WeakHandle`] | a handle that does not keep the actor alive |
//! | [`Stats`], [`Counts`], [`LeaseStats`] | what the actor is doing right now |
//! | [`Exited`], [`ExitReason`] | waits for the end, and says why it came |
//! | [`Restarted`], [`Restart`], [`RestartStats`] | waits for a restart, and says why the last life ended |
//! | [`Exit`], [`Running`] | the end with the actor's state |
//! | [`MockMailbox`] | a mailbox without an actor, for tests |
//!
//! # Stop it
//!
//! | | |
//! |---|---|
//! | [`ActorHandle::shutdown`] | closes the mailbox, handles what was accepted, waits: [`Shutdown`] |
//! | [`ActorHandle::close`], [`Context::stop`] | the same without waiting |
//! | [`ActorHandle::abort`] | ends it at its next `.await` |
//! | [`Scope::shutdown`] | stops a group, last started first: [`MemberExit`] |
//!
//! An actor whose last handle is dropped handles what it accepted, and ends.
//!
//! # Cancel safety
//!
//! [`select!`], [`macro@cancel_safe`] and [`macro@checked_select`] refuse what loses data when it is
//! dropped; [`mod@cancel_safe`] has the traits and words behind them. They work without actors too.
//!
//! # Features
//!
//! | | |
//! |---|---|
//! | `macros` (default) | [`macro@actor`], [`macro@cancel_safe`], [`select!`], [`cancel_safe_methods!`] |
//! | `signal` (default) | `Scope::until_signal` |
//! | `sync` (default) | `cancel_safe::requeue` |
//! | `tokio-util`, `join-map`, `tokio-stream`, `futures` | the types of these crates that [`select!`] and [`macro@cancel_safe`] know |
//! | `net`, `io-util`, `process`, `fs` | the module of tokio; its types are known whenever tokio has them |
//! | `test-util` | `cancel_safe::drop_everywhere` |
//! | `tracing`, `metrics` | a span per actor and message; counters, gauges and histograms |
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod by_hand;
mod call;
pub mod cancel_safe;
mod catch;
mod debug;
mod error;
mod exit;
mod handle;
mod inline;
mod life;
mod mailbox;
mod observe;
mod one_block;
pub mod prelude;
mod seat;
mod slot;
mod sync;
mod thread;

#[cfg(shuttle)]
#[doc(hidden)]
pub use crate::sync::seeded::seed_bug;

#[doc(hidden)]
pub use crate::one_block::names::*;
pub use crate::thread::batch;
pub use crate::{
    call::{
        Call,
        answer::Answer,
        answers::Answers,
        cast::{Cast, Sent},
        dropped::{OnDroppedCall, on_dropped_call},
        flatten::Flatten,
        stream::{ReplyStream, StreamCall},
        timeout::Timeout,
    },
    error::{CallError, CallErrorKind, Method, SendError, TrySendError, Unsent},
    exit::{ExitReason, OnPanic},
    handle::{
        ActorHandle,
        exited::{Exited, Shutdown},
        lease::{Lease, LeaseCall, Release},
        mock::MockMailbox,
        restarted::Restarted,
        weak::WeakHandle,
    },
    life::{
        actor::Actor,
        builder::Builder,
        context::Context,
        exit::Exit,
        restart::{Life, Restarts, builder::RestartBuilder},
        scope::{MemberExit, Scope},
        spawn::{pair, spawn, spawn_local, spawn_thread, spawn_with, start},
        starting::{Running, StartError, Starting},
    },
    mailbox::{
        capacity::Capacity,
        restarts::{Restart, RestartStats},
        stats::{Counts, LeaseStats, Stats},
    },
    slot::{acknowledged::Acknowledged, replies::Replies, reply::Reply, watch::Watch},
    thread::current::ActorId,
};

#[doc(hidden)]
pub mod __private;

#[cfg(feature = "macros")]
pub use actor_macros::{actor, cancel_safe, checked_select};

#[cfg_attr(feature = "macros", doc = include_str!("../docs/select.md"))]
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! select {
    ($($branches:tt)*) => {
        $crate::__private::__select! { @ $crate $($branches)* }
    };
}

/// Declares that calls of these methods may be dropped, for types of other crates.
///
/// A future of an `async fn` has no name, so its type cannot say that it is cancel safe, and a crate that
/// owns neither the trait nor the type cannot implement
/// [`CancelSafeMethod`](cancel_safe::CancelSafeMethod). Declare such a method once, at the root of your crate.
/// Then [`select!`], `#[on]` and the bodies of `#[cancel_safe]` functions accept its calls in all of the
/// crate, also through references, `Box`, `Arc` and guards:
///
/// ```ignore
/// actor_runtime::cancel_safe_methods! {
///     quinn::Connection: accept_bi, accept_uni, read_datagram;
///     quinn::Endpoint: accept;
/// }
/// ```
///
/// A declaration is trusted like [`assume_cancel_safe`](cancel_safe::assume_cancel_safe). Declare what the
/// documentation of the method promises: if its future is dropped before it is ready, nothing is lost, and
/// calling it again is the same as waiting on.
///
/// # Where it stands
///
/// - It stands once, at the root of the crate: in `lib.rs` or `main.rs`, outside of all functions. An
///   integration test, an example and a binary are crates of their own.
/// - It holds for the crate that it stands in, and for no other.
/// - It is about calls on a variable or field, such as `self.connection.accept_bi()`. It is not about calls on
///   a value that another call returned.
/// - A generic type has its parameters in front, and bounds behind: `<T> other::Sender<T>: closed where T: Send;`
///
/// # Errors
///
/// These are compile errors: an empty list, a method that is known already, such as `recv` of tokio's
/// `Receiver`, a handler of an actor, and a list that is not at the root.
///
/// # Examples
///
/// Peeking takes nothing out of a socket, so it may be dropped:
///
#[cfg_attr(feature = "net", doc = "```standalone_crate")]
#[cfg_attr(not(feature = "net"), doc = "```ignore")]
/// use std::{io, net::SocketAddr};
///
/// use actor_runtime::{cancel_safe, select};
/// use tokio::net::UdpSocket;
///
/// actor_runtime::cancel_safe_methods! {
///     UdpSocket: peek_sender;
/// }
///
/// #[cancel_safe]
/// async fn sender(socket: &UdpSocket) -> io::Result<SocketAddr> {
///     socket.peek_sender().await
/// }
///
/// async fn either(left: &UdpSocket, right: &UdpSocket) -> io::Result<SocketAddr> {
///     select! {
///         address = left.peek_sender() => address,
///         address = right.peek_sender() => address,
///     }
/// }
/// # fn main() {}
/// ```
///
/// Wrong: `bytes` is filled in several steps, and what was read is lost when the call is dropped.
///
/// ```no_run,standalone_crate
/// struct Port;
///
/// impl Port {
///     async fn packet(&mut self) -> Vec<u8> {
///         let mut bytes = vec![self.byte().await];
///         bytes.push(self.byte().await);     // dropped here, it loses the first byte
///         bytes
///     }
/// #     async fn byte(&mut self) -> u8 { 0 }
/// }
///
/// actor_runtime::cancel_safe_methods! { Port: packet; }
/// # fn main() {}
/// ```
///
/// Mark a method of your own `#[cancel_safe]` instead, which checks its body.
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! cancel_safe_methods {
    ($($declared:tt)*) => {
        $crate::__private::__cancel_safe_methods! { @ $crate $($declared)* }
    };
}

/// The guide: everything in order, with examples.
#[cfg(all(any(doc, doctest), feature = "macros"))]
#[doc = ""]
#[doc = "[performance]: crate::_performance"]
#[doc = ""]
#[doc = include_str!("../docs/guide.md")]
pub mod _guide {}

/// Recipes: complete programs for what actors are often used for.
#[cfg(all(any(doc, doctest), feature = "macros"))]
#[doc = ""]
#[doc = include_str!("../docs/cookbook.md")]
pub mod _cookbook {}

/// From an actor by hand, from kameo and from ractor.
#[cfg(all(any(doc, doctest), feature = "macros"))]
#[doc = ""]
#[doc = include_str!("../docs/migration.md")]
pub mod _migration {}

/// What happens when an actor fails: restarting, watching, scopes in scopes, escalating.
#[cfg(all(any(doc, doctest), feature = "macros"))]
#[doc = include_str!("../docs/supervision.md")]
pub mod _supervision {}

/// What is promised, and the tests that show it.
#[cfg(any(doc, doctest))]
#[doc = ""]
#[doc = "[performance]: crate::_performance#what-differs"]
#[doc = ""]
#[doc = include_str!("../docs/promises.md")]
pub mod _promises {}

/// Where handlers run, what they cost, and how to measure it.
#[cfg(all(any(doc, doctest), feature = "macros"))]
#[doc = ""]
#[doc = "[promises]: crate::_promises#8-threads-and-tasks"]
#[doc = ""]
#[doc = include_str!("../docs/performance.svg")]
#[doc = ""]
#[doc = include_str!("../docs/performance.md")]
pub mod _performance {}

/// The README's code is compiled and run with the crate's other examples.
#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../../README.md")]
mod readme {}
