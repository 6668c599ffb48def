//! Which futures may be dropped before they are ready.
//!
//! A future is *cancel safe* if dropping it before it is ready, and making it again, is the same as
//! never having made it. That is [tokio's definition][tokio]. [`select!`](crate::select) and
//! [`timeout`] drop futures, and a future that is not cancel safe then takes along what it had done
//! or got so far. Here the property is a trait, so the compiler can ask for it.
//!
//! | you have | it is cancel safe if |
//! |---|---|
//! | a future with a name | its type is [`CancelSafe`] |
//! | `place.method(..)` | the pair of type and method is a [`CancelSafeMethod`], or its future is `CancelSafe` |
//! | `&mut receiver`, `&listener`, `&token` | it is [`IntoCancelSafe`] |
//! | `&mut future`, where `future` lives outside of the loop | always: nothing of it is dropped |
//! | a lock, a permit, a place in a channel | you say that it may `requeue` |
//! | a method of another crate's type | you declare it, with `cancel_safe_methods!` |
//! | anything else | you say why: [`assume_cancel_safe`] |
//!
//! What is known of tokio's types is what their documentation promises; each impl cites the page.
//! tokio's types are known whenever tokio has them, whatever its features are. Other crates are known
//! with the features `tokio-util`, `join-map` (its `JoinMap`), `tokio-stream` and `futures`.
//!
//! Nothing here knows of actors.
//!
//! [tokio]: https://docs.rs/tokio/1.54.1/tokio/macro.select.html#cancellation-safety
//!
#![cfg_attr(
    all(feature = "macros", feature = "sync", feature = "net", feature = "io-util"),
    doc = include_str!("../../docs/cancel-safety.md")
)]

mod absent;
mod assume;
#[doc(hidden)]
pub mod carries;
#[doc(hidden)]
pub mod declared;
#[cfg(feature = "test-util")]
mod drop_everywhere;
#[doc(hidden)]
pub mod features;
#[doc(hidden)]
pub mod functions;
#[doc(hidden)]
pub mod genuine;
mod given;
#[doc(hidden)]
pub mod judge;
mod known;
#[doc(hidden)]
pub mod look;
mod methods;
mod refused;
#[doc(hidden)]
pub mod remade;
#[cfg(feature = "sync")]
mod requeue;
mod safe;
#[doc(hidden)]
pub mod select;
mod shape;
mod sources;
#[doc(hidden)]
pub mod texts;
mod timeout;
mod timer;
mod turns;

#[cfg(feature = "test-util")]
pub use self::drop_everywhere::drop_everywhere;
#[cfg(feature = "sync")]
pub use self::requeue::{Queue, Requeue, requeue};
pub use self::{
    assume::{AssumeCancelSafe, all_or_nothing, assume_cancel_safe, repeatable},
    methods::{CancelSafeMethod, m},
    safe::{BoxCancelSafe, CancelSafe, IntoCancelSafe},
    timeout::timeout,
};
pub(crate) use self::{carries::Carries, refused::lent_only, turns::Turns};

// Errors name these, and print a path of one word only for what is in a public module.
#[doc(hidden)]
pub use self::{
    given::{Given, Gives},
    judge::{
        ByMut, ByRef, ByTemporary, ByType, ByValue, Handler, Known, MakesCalls, OtherMethod, Source,
    },
    look::{Mutable, Receiver, Shared},
    refused::{
        LosesAnswer, LosesBytes, LosesGathered, LosesLease, LosesMessage, LosesPlace, LosesResult,
        LosesTurn, LosesValue, Refuses,
    },
    shape::{NoFuture, SomeFuture},
    texts::{
        IsFuture, KeepsItsAnswer, KeepsItsBytes, KeepsItsBytesInBody, KeepsItsLease,
        KeepsItsMessage, KeepsItsPlace, KeepsItsPlaceInBody, KeepsItsResult, KeepsItsValue,
        KeepsWhatItGathered, MadeOnce, SafeHandler, SafeToDrop, SafeToDropInBody, WasSent,
    },
    timer::{FromNow, KeepsItsTime, NoTimer},
    turns::First,
};
