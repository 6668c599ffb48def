//! The traits that refuse a future, each in its own words.
//!
//! See `judge`, which decides what is known of a future, and [points 3 and 4](super::judge) there.

use super::{
    CancelSafe,
    judge::{ByType, Handler, Kind, Known, Source},
    refused::{
        LosesAnswer, LosesBytes, LosesGathered, LosesLease, LosesMessage, LosesPlace, LosesResult,
        LosesTurn, LosesValue,
    },
    shape::SomeFuture,
};

/// A future, and what is known of it.
#[derive(Debug)]
pub struct Asked<Why, M, F>(Kind<Why, M>, F);

/// A future of which the question was asked.
#[inline(always)]
pub fn asked<Why, M, F>(kind: Kind<Why, M>, future: F) -> Asked<Why, M, F> {
    Asked(kind, future)
}

/// The future, when it has passed all texts.
#[inline(always)]
pub fn made<Why, M, F>(asked: Asked<Why, M, F>) -> F {
    asked.1
}

/// Declares a trait whose text is shown, and the reasons that it lets pass.
macro_rules! texts {
    ($(
        $(#[doc = $doc:literal])*
        trait $name:ident lets [$($pass:ident)*] $text:tt
    )*) => { $(
        $(#[doc = $doc])*
        #[diagnostic::on_unimplemented $text]
        #[doc(hidden)]
        pub trait $name<Why, M>: Sized {
            /// The future itself.
            #[inline(always)]
            fn pass(kind: Kind<Why, M>, future: Self) -> Self {
                let _ = kind;
                future
            }

            /// The same where a future and what is known of it go through all texts together.
            #[inline(always)]
            fn pass_asked(asked: Asked<Why, M, Self>) -> Asked<Why, M, Self> {
                asked
            }
        }

        $(
            #[diagnostic::do_not_recommend]
            impl<F, M> $name<$pass, M> for F {}
        )*
    )* };
}

#[allow(unused_imports, reason = "for `features`, where one is missing")]
pub(super) use texts;

texts! {
    /// A future that may be dropped, for whatever reason.
    trait SafeToDrop lets [Known Source Handler LosesPlace LosesBytes LosesValue LosesGathered LosesResult LosesAnswer
        LosesMessage LosesLease LosesTurn] (
        message = "this future is not known to be cancel safe",
        label = "work or data can be lost here if this future is dropped before it completes",
        note = "if the function is yours: mark it `#[cancel_safe]`",
        note = "if it is another crate's method, which its documents call cancel safe: declare it at the root of your crate, `actor_runtime::cancel_safe_methods! {{ Type: method; }}`",
        note = "to keep it while other branches win: make it once before the loop, `let mut future = pin!(..)`, and select on `&mut future`",
        note = "if dropping it is harmless: say why, `assume_cancel_safe(\"why\", future)`"
    )

    /// A call that may be dropped.
    trait SafeHandler lets [Known Source ByType LosesPlace LosesBytes LosesValue LosesGathered LosesResult LosesAnswer
        LosesTurn] (
        message = "the handler `{M}` is not marked `#[cancel_safe]`, so its call may not be dropped",
        label = "if this is dropped first, the actor may or may not do it, and its answer is lost",
        note = "to keep it while other branches win: send it before the loop, `let mut answer = handle.{M}(..).sent().await?`, and select on `&mut answer`",
        note = "or let it finish: `.await` it outside of `select!`",
        note = "or mark the handler `#[cancel_safe]`, and say what becomes of a reply that is never read"
    )

    /// The same in a body, where a future cannot be kept over a loop.
    trait SafeToDropInBody lets [Known Source Handler LosesPlace LosesBytes LosesValue LosesGathered LosesResult LosesAnswer
        LosesMessage LosesLease LosesTurn] (
        message = "this future is not known to be cancel safe",
        label = "work or data can be lost here if this future is dropped before it completes",
        note = "if the function is yours: mark it `#[cancel_safe]`",
        note = "if it is another crate's method, which its documents call cancel safe: declare it at the root of your crate, `actor_runtime::cancel_safe_methods! {{ Type: method; }}`",
        note = "if dropping it is harmless: say why, `assume_cancel_safe(\"why\", future)`"
    )

    /// The same of what a loop makes again in each turn, and lends to a `select!`.
    trait MadeOnce lets [Known Source Handler LosesPlace LosesBytes LosesValue LosesGathered LosesResult LosesAnswer
        LosesMessage LosesLease LosesTurn] (
        message = "this future is made again in each turn of the loop",
        label = "when another branch wins, it is dropped, with what it has done or received so far",
        note = "make it once before the loop, and select on `&mut` it in the loop",
        note = "if the function is yours: mark it `#[cancel_safe]`",
        note = "if dropping it is harmless: say why, `assume_cancel_safe(\"why\", future)`"
    )

    /// A wait that keeps its place in a fair queue, in a body.
    trait KeepsItsPlaceInBody lets [Known ByType Handler] (
        message = "dropping `{M}` gives up its place in the queue",
        label = "each time this is dropped, it starts again at the end of the queue",
        note = "nothing else is lost, but among busy waiters its turn may never come",
        note = "if starting again is fine, write `requeue(..)` around it"
    )

    /// A read or a write that is all or nothing, in a body.
    trait KeepsItsBytesInBody lets [Known ByType Handler] (
        message = "`{M}` loses bytes when it is dropped before it completes",
        label = "if this is dropped first, what was read or written so far is gone, or happens twice",
        note = "to read: take what is there with `read_buf` into a buffer in `self`, or use `Lines` or a codec",
        note = "to write: keep the bytes in `self` and write with `write_buf`, or write from a task or actor of its own"
    )

    /// A wait that keeps its place in a fair queue.
    trait KeepsItsPlace lets [Known ByType Handler] (
        message = "dropping `{M}` gives up its place in the queue",
        label = "each time this is dropped, it starts again at the end of the queue",
        note = "nothing else is lost, but among busy waiters its turn may never come",
        note = "to keep the place: make it once before the loop, `let mut {M} = pin!(..)`, and select on `&mut {M}`",
        note = "if starting again is fine, write `requeue(..)` around it"
    )

    /// A read or a write that is all or nothing.
    trait KeepsItsBytes lets [Known ByType Handler] (
        message = "`{M}` loses bytes when it is dropped before it completes",
        label = "if this is dropped first, what was read or written so far is gone, or happens twice",
        note = "to read: take what is there with `read_buf` into a buffer that outlives the loop, or use `Lines` or a codec",
        note = "to write: keep the bytes in `self` and write with `write_buf`, or write from a task or actor of its own",
        note = "or make it once before the loop, `let mut {M} = pin!(..)`, and select on `&mut {M}`"
    )

    /// A send that keeps its value.
    trait KeepsItsValue lets [Known ByType Handler] (
        message = "`{M}` drops its value when it is dropped before it completes",
        label = "if this is dropped first, the value was not sent, and is gone",
        note = "wait for room first and send then: `permit = requeue(&sender).reserve() => permit?.send(value)`"
    )

    /// A wait for many that keeps what has come in.
    trait KeepsWhatItGathered lets [Known ByType Handler] (
        message = "`{M}` loses what it has gathered when it is dropped before it completes",
        label = "if this is dropped first, what has come in so far is gone",
        note = "take one at a time into a collection that outlives the loop"
    )

    /// A future whose result can still be waited for when it was dropped.
    trait KeepsItsResult lets [Known Source ByType Handler LosesAnswer LosesMessage LosesLease] (
        message = "`{Self}` loses its result when it is dropped",
        label = "if this is dropped first, it cannot be waited for again",
        note = "make it before the loop, and select on `&mut` it"
    )

    /// A call that may be dropped, where its handler cannot be named.
    trait KeepsItsAnswer lets [
        Known Source ByType LosesPlace LosesBytes LosesValue LosesGathered LosesResult LosesMessage LosesLease LosesTurn
    ] (
        message = "this call is not marked `#[cancel_safe]`, so it may not be dropped",
        label = "if this is dropped first, the actor may or may not do it, and its answer is lost",
        note = "to keep it while other branches win: send it before the loop, `let mut answer = handle.method(..).sent().await?`, and select on `&mut answer`",
        note = "or let it finish: `.await` it outside of `select!`",
        note = "or mark the handler `#[cancel_safe]`, and say what becomes of a reply that is never read"
    )

    /// A cast that keeps its message.
    trait KeepsItsMessage lets [Known Source ByType LosesResult LosesAnswer LosesLease] (
        message = "a cast that is dropped before it completes may drop its message",
        label = "if this is dropped first, the message may be gone, with its arguments, or may have been sent",
        note = "to wait for room: `.await` it outside of `select!`, it waits for nothing else",
        note = "or do not wait: `handle.method(..).try_cast()` gives the message back if there is no room",
        note = "a mark `#[cancel_safe]` on the handler is about its calls, not about its casts"
    )

    /// A lease that keeps its place in the queue.
    trait KeepsItsLease lets [Known Source ByType LosesResult LosesAnswer LosesMessage] (
        message = "dropping `lease` gives up its place in the queue",
        label = "each time this is dropped, it starts again at the end of the queue",
        note = "nothing else is lost, as a lease that was not taken is given back, but among busy callers its turn may never come",
        note = "to keep the place: make it once before the loop, `let mut call = pin!(handle.lease())`, and select on `&mut call`",
        note = "if starting again is fine: say so, `assume_cancel_safe(\"it may be requeued\", handle.lease())`"
    )

    /// A message that was sent before it is lent.
    trait WasSent lets [Known Source ByType Handler] (
        message = "this message is not sent before the `select!`",
        label = "nothing is sent until this branch is polled, and other branches may win first",
        note = "send it before the loop, `let mut answer = handle.method(..).sent().await?`, and select on `&mut answer`",
        note = "or, if the reply is not needed, `handle.method(..).cast().await?`: it waits for room only"
    )
}

/// A future, by the shape of its type: see `shape`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a future",
    label = "a future is waited for here",
    note = "if it ends in `.await`, remove that: the branch is awaited here",
    note = "of a channel or a stream, wait for the next value: `receiver.recv()`, `stream.next()`",
    note = "a value that is there already needs no branch: use it in a handler"
)]
#[doc(hidden)]
pub trait IsFuture<Shape>: Sized {
    /// The branch itself.
    #[inline(always)]
    fn pass(shape: Shape, branch: Self) -> Self {
        let _ = shape;
        branch
    }
}

#[diagnostic::do_not_recommend]
impl<F> IsFuture<SomeFuture> for F {}

/// Of a future about which nothing else is known, the type has to say it.
#[diagnostic::do_not_recommend]
impl<F: CancelSafe, M> SafeToDrop<ByType, M> for F {}

#[diagnostic::do_not_recommend]
impl<F: CancelSafe, M> SafeToDropInBody<ByType, M> for F {}

#[diagnostic::do_not_recommend]
impl<F: CancelSafe, M> MadeOnce<ByType, M> for F {}

/// A handler that is marked has a call whose type says it.
#[diagnostic::do_not_recommend]
impl<F: CancelSafe, M> SafeHandler<Handler, M> for F {}

#[diagnostic::do_not_recommend]
impl<F: CancelSafe, M> KeepsItsAnswer<Handler, M> for F {}
