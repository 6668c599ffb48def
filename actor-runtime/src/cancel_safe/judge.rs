//! How [`select!`](crate::select) and `#[cancel_safe]` ask whether a future may be dropped.
//!
//! The macro asks about a place and a method name, [`ask`], and calls `kind()` on the question. There
//! is one `kind` for each reason to accept or to refuse, each in a trait of its own; method resolution
//! takes the first whose bounds hold. What it gives is a [`Kind`], a value without size.
//!
//! Then the future is passed through [`SafeToDrop`], and through each trait whose text may be the one
//! to show. All but one of them let every future of that kind pass, so a mistake is reported once, in
//! the words that fit it.
//!
//! 1. The ranks are listed in the order in which they are tried, from the most references to none.
//! 2. A receiver is looked through at most two references, boxes or guards.
//! 3. A text is shown only if its trait is the one that the macro names: rustc takes the text of the
//!    outermost trait. Hence a trait for each text, and not one trait with a reason.
//! 4. They are methods of traits and not functions, because rustc then quotes no source of ours; and
//!    they give back the future's own type, so that what follows is not an error too.
//! 5. Nothing here does anything when it runs.
//! 6. Every trait here is `#[doc(hidden)]`: rustdoc lists blanket impls of other traits on the page of
//!    every type of a user's crate.

use std::{
    marker::PhantomData,
    ops::{Deref, DerefMut},
    pin::Pin,
};

use super::{
    CancelSafe, CancelSafeMethod, IntoCancelSafe,
    absent::of_tokio,
    m,
    refused::{
        LosesAnswer, LosesBytes, LosesGathered, LosesLease, LosesMessage, LosesPlace, LosesResult,
        LosesTurn, LosesValue, Refuses,
    },
    shape::SomeFuture,
};

/// Not a method: `&mut place`.
#[derive(Debug)]
pub enum ByMut {}

/// Not a method: `&place`.
#[derive(Debug)]
pub enum ByRef {}

/// Not a method: `place`.
#[derive(Debug)]
pub enum ByValue {}

/// Not a method: an expression whose value lives no longer than the `select!`.
#[derive(Debug)]
pub enum ByTemporary {}

/// A method that has no name in [`m`].
#[derive(Debug)]
pub enum OtherMethod {}

impl m::Name for OtherMethod {}

/// What is known about a future before it is made: the reason, and the method it is about.
#[derive(Debug)]
pub struct Kind<Why, M>(PhantomData<fn() -> (Why, M)>);

impl<Why, M> Kind<Why, M> {
    /// As this is all type, there is only one.
    #[inline(always)]
    fn new() -> Self {
        Self(PhantomData)
    }
}

impl<Why, M> Clone for Kind<Why, M> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<Why, M> Copy for Kind<Why, M> {}

/// The method is documented as cancel safe, or the future is only lent.
#[derive(Debug)]
pub enum Known {}

/// The place is a source of cancel safe futures.
#[derive(Debug)]
pub enum Source {}

/// Nothing is known before the future is made.
#[derive(Debug)]
pub enum ByType {}

/// The receiver is a handle of an actor, so the method is one of its handlers.
#[derive(Debug)]
pub enum Handler {}

/// What a place is made into before it is polled.
///
/// It is one method of a trait and not one of each `Kind`, so that a kind which is not known because of
/// a mistake in its branch is not a second error.
pub trait Prepare<P> {
    /// Makes the future of a source, and passes everything else.
    fn prepare(kind: Self, place: P) -> impl Sized;
}

#[allow(refining_impl_trait, reason = "the type itself is what is asked about")]
impl<S: IntoCancelSafe, M> Prepare<S> for Kind<Source, M> {
    #[inline]
    fn prepare(_: Self, source: S) -> impl CancelSafe<Output = S::Output> {
        source.into_cancel_safe()
    }
}

/// All other places are futures already.
macro_rules! futures_already {
    ($($why:ty),*) => { $(
        #[allow(refining_impl_trait, reason = "the type itself is what is asked about")]
        impl<F, M> Prepare<F> for Kind<$why, M> {
            #[inline(always)]
            fn prepare(_: Self, future: F) -> F {
                future
            }
        }
    )* };
}

futures_already!(
    Known,
    ByType,
    Handler,
    LosesResult,
    LosesAnswer,
    LosesMessage,
    LosesLease,
    LosesTurn
);

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
        note = "or mark the handler `#[cancel_safe]`, and say what becomes of an answer nobody takes"
    )

    /// The same in a body, where a future cannot be kept over a loop.
    trait SafeToDropInBody lets [Known Source Handler LosesPlace LosesBytes LosesValue LosesGathered LosesResult LosesAnswer
        LosesMessage LosesLease LosesTurn] (
        message = "this future is not known to be cancel safe",
        label = "work or data can be lost here if this future is dropped before it completes",
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
        label = "if this is dropped first, nobody can wait for it again",
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
        note = "or mark the handler `#[cancel_safe]`, and say what becomes of an answer nobody takes"
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
        note = "nothing else is lost, as a lease that nobody took is given back, but among busy callers its turn may never come",
        note = "to keep the place: make it once before the loop, `let mut call = pin!(handle.lease())`, and select on `&mut call`",
        note = "if starting again is fine: say so, `assume_cancel_safe(\"it may be requeued\", handle.lease())`"
    )

    /// A message that was sent before it is lent.
    trait WasSent lets [Known Source ByType Handler] (
        message = "this message is not sent before the `select!`",
        label = "nothing is sent until this branch is polled, and other branches may win first",
        note = "send it before the loop, `let mut answer = handle.method(..).sent().await?`, and select on `&mut answer`",
        note = "or, if nobody wants the answer, `handle.method(..).cast().await?`: it waits for room only"
    )
}

/// A future, by the shape of its type: see `shape`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a future",
    label = "a branch of `select!` waits for a future",
    note = "a receiver or another source is lent: `&mut receiver`",
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

/// A handler that is marked has a call whose type says it.
#[diagnostic::do_not_recommend]
impl<F: CancelSafe, M> SafeHandler<Handler, M> for F {}

#[diagnostic::do_not_recommend]
impl<F: CancelSafe, M> KeepsItsAnswer<Handler, M> for F {}

/// Implemented by handles of actors: their methods are handlers.
#[doc(hidden)]
pub trait MakesCalls {}

/// A question about the receiver `R` and the method `M`.
#[derive(Debug)]
pub struct Question<R: ?Sized, M>(PhantomData<fn() -> M>, PhantomData<fn(*const R)>);

impl<R: ?Sized, M> Question<R, M> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self(PhantomData, PhantomData)
    }
}

/// Asks about a place. The place is borrowed, and nothing else.
#[inline(always)]
pub fn ask<R: ?Sized, M>(_: &R, _: PhantomData<M>) -> Question<R, M> {
    Question::new()
}

/// Asks about a place that is lent.
#[inline(always)]
pub fn ask_lent<R: ?Sized>(_: &R) -> Question<R, ByMut> {
    Question::new()
}

/// Asks about a place that is shared.
#[inline(always)]
pub fn ask_shared<R: ?Sized>(_: &R) -> Question<R, ByRef> {
    Question::new()
}

/// Asks about a value.
#[inline(always)]
pub fn ask_value<R: ?Sized>(_: &R) -> Question<R, ByValue> {
    Question::new()
}

/// Asks about what an accessor would give. It is not called.
#[inline(always)]
pub fn ask_unrun<R, M>(_: impl FnOnce() -> R, _: PhantomData<M>) -> Question<R, M> {
    Question::new()
}

/// Nothing is asked: the type has to say it.
#[inline(always)]
#[must_use]
pub fn unasked() -> Kind<ByType, ByTemporary> {
    Kind::new()
}

/// References, boxes and guards, whose methods are those of what they refer to. A type of the user's that
/// is `Deref` may have methods of its own.
pub trait Pointer: Deref {}

impl<T: ?Sized> Pointer for &T {}
impl<T: ?Sized> Pointer for &mut T {}
impl<T: ?Sized> Pointer for Box<T> {}
impl<T: ?Sized> Pointer for std::sync::Arc<T> {}
impl<T: ?Sized> Pointer for std::rc::Rc<T> {}
impl<P: Deref> Pointer for Pin<P> {}
impl<T: ?Sized> Pointer for std::sync::MutexGuard<'_, T> {}
impl<T: ?Sized> Pointer for std::sync::RwLockReadGuard<'_, T> {}
impl<T: ?Sized> Pointer for std::sync::RwLockWriteGuard<'_, T> {}
impl<T: ?Sized> Pointer for std::cell::Ref<'_, T> {}
impl<T: ?Sized> Pointer for std::cell::RefMut<'_, T> {}

of_tokio! {
    impl<T: ?Sized> Pointer for sync::MutexGuard<'_, T> {}
    impl<T: ?Sized> Pointer for sync::OwnedMutexGuard<T> {}
    impl<T: ?Sized> Pointer for sync::RwLockReadGuard<'_, T> {}
    impl<T: ?Sized> Pointer for sync::RwLockWriteGuard<'_, T> {}
    impl<T: ?Sized> Pointer for sync::OwnedRwLockReadGuard<T> {}
    impl<T: ?Sized> Pointer for sync::OwnedRwLockWriteGuard<T> {}
}

/// Implements one rank: the trait, the references before it, the reason and when it holds.
macro_rules! rank {
    ($name:ident, [$($reference:tt)*], $why:ty, where $($bounds:tt)*) => {
        #[doc(hidden)]
        pub trait $name {
            /// The reason.
            type Why;
            /// The method it is about.
            type Method;
            /// Says both.
            #[inline(always)]
            fn kind(&self) -> Kind<Self::Why, Self::Method> {
                Kind::new()
            }
        }

        impl<R: ?Sized, M> $name for $($reference)* Question<R, M> where $($bounds)* {
            type Why = $why;
            type Method = M;
        }
    };
}

rank!(R01, [&&&&&&&&&&], R::Why, where R: Refuses<M>);
rank!(R02, [&&&&&&&&&], <R::Target as Refuses<M>>::Why,
    where M: m::Name, R: Deref<Target: Refuses<M>>);
rank!(R03, [&&&&&&&&], <<R::Target as Deref>::Target as Refuses<M>>::Why,
    where M: m::Name, R: Deref<Target: Deref<Target: Refuses<M>>>);
rank!(R04, [&&&&&&&], Known, where R: CancelSafeMethod<M>);
rank!(R05, [&&&&&&], Known, where M: m::Name, R: Pointer<Target: CancelSafeMethod<M>>);
rank!(R06, [&&&&&], Known,
    where M: m::Name, R: Pointer<Target: Pointer<Target: CancelSafeMethod<M>>>);
rank!(R07, [&&&&], Source, where R: MakesFutures<M>);
rank!(R08, [&&&], Handler, where M: m::Name, R: MakesCalls);
rank!(R09, [&&], Handler, where M: m::Name, R: Deref<Target: MakesCalls>);
rank!(R10, [&], Handler, where M: m::Name, R: Deref<Target: Deref<Target: MakesCalls>>);
rank!(R11, [], ByType, where);

/// What `kind()` and `shape()` are called through. It brings no name into scope.
pub mod traits {
    pub use super::super::{
        given::{EndsByError as _, EndsByNone as _, EndsNever as _},
        shape::{LooksLikeFuture as _, LooksLikeNothing as _},
        timer::{LooksLikeTimer as _, LooksTimeless as _},
    };
    pub use super::{
        R01 as _, R02 as _, R03 as _, R04 as _, R05 as _, R06 as _, R07 as _, R08 as _, R09 as _,
        R10 as _, R11 as _,
    };
}

/// A place that, passed as `M` says, is a source.
#[doc(hidden)]
pub trait MakesFutures<M> {}

impl<R> MakesFutures<ByMut> for R where for<'a> &'a mut R: IntoCancelSafe {}
impl<R> MakesFutures<ByRef> for R where for<'a> &'a R: IntoCancelSafe {}
impl<R: IntoCancelSafe> MakesFutures<ByValue> for R {}
impl<R: IntoCancelSafe> MakesFutures<ByTemporary> for R {}

/// The future lives outside of the `select!`, which therefore drops nothing of it.
impl<F: Future + ?Sized> CancelSafeMethod<ByMut> for F {}
impl<F: Future + ?Sized> CancelSafeMethod<ByValue> for Pin<&mut F> {}
impl<F: Future + Unpin + ?Sized> CancelSafeMethod<ByValue> for &mut F {}
impl<P: DerefMut<Target: Future>> CancelSafeMethod<m::as_mut> for Pin<P> {}
