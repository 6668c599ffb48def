//! How [`select!`](crate::select) and `#[cancel_safe]` ask whether a future may be dropped.
//!
//! The macro asks about a place and a method name, [`ask`], and calls `__kind()` on the question. There
//! is one `__kind` for each reason to accept or to refuse, each in a trait of its own; method resolution
//! takes the first whose bounds hold. What it gives is a [`Kind`], a value without size.
//!
//! Then the future is passed through `SafeToDrop`, and through each trait in `texts` whose text may be the
//! one to show. All but one of them let every future of that kind pass, so a mistake is reported once, in
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
    refused::{LosesAnswer, LosesLease, LosesMessage, LosesResult, LosesTurn, Refuses},
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
    pub(super) fn new() -> Self {
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

/// Implemented by handles of actors: their methods are handlers.
#[doc(hidden)]
pub trait MakesCalls {}

/// A question about the receiver `R` and the method `M`, whose name has the hash `NAME`: see `declared`.
#[derive(Debug)]
pub struct Question<R: ?Sized, M, const NAME: u64 = 0>(
    PhantomData<fn() -> M>,
    PhantomData<fn(*const R)>,
);

impl<R: ?Sized, M, const NAME: u64> Question<R, M, NAME> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self(PhantomData, PhantomData)
    }
}

/// A method, by its name in [`m`] and by the hash of its name.
#[derive(Debug)]
pub struct Method<M, const NAME: u64>(PhantomData<fn() -> M>);

impl<M, const NAME: u64> Method<M, NAME> {
    /// As this is all type, there is only one.
    pub const IT: Self = Self(PhantomData);
}

/// Asks about a place. The place is borrowed, and nothing else.
#[inline(always)]
pub fn ask<R: ?Sized, M, const NAME: u64>(_: &R, _: Method<M, NAME>) -> Question<R, M, NAME> {
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
pub fn ask_unrun<R, M, const NAME: u64>(
    _: impl FnOnce() -> R,
    _: Method<M, NAME>,
) -> Question<R, M, NAME> {
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
            fn __kind(&self) -> Kind<Self::Why, Self::Method> {
                Kind::new()
            }
        }

        impl<R: ?Sized, M, const NAME: u64> $name for $($reference)* Question<R, M, NAME>
        where
            $($bounds)*
        {
            type Why = $why;
            type Method = M;
        }
    };
}

rank!(R01, [&&&&&&&&&&&&&], R::Why, where R: Refuses<M>);
rank!(R02, [&&&&&&&&&&&&], <R::Target as Refuses<M>>::Why,
    where M: m::Name, R: Deref<Target: Refuses<M>>);
rank!(R03, [&&&&&&&&&&&], <<R::Target as Deref>::Target as Refuses<M>>::Why,
    where M: m::Name, R: Deref<Target: Deref<Target: Refuses<M>>>);
rank!(R04, [&&&&&&&&&&], Known, where R: CancelSafeMethod<M>);
rank!(R05, [&&&&&&&&&], Known, where M: m::Name, R: Pointer<Target: CancelSafeMethod<M>>);
rank!(R06, [&&&&&&&&], Known,
    where M: m::Name, R: Pointer<Target: Pointer<Target: CancelSafeMethod<M>>>);
rank!(R07, [&&&&&&&], Source, where R: MakesFutures<M>);
rank!(R08, [&&&&&&], Handler, where M: m::Name, R: MakesCalls);
rank!(R09, [&&&&&], Handler, where M: m::Name, R: Deref<Target: MakesCalls>);
rank!(R10, [&&&&], Handler, where M: m::Name, R: Deref<Target: Deref<Target: MakesCalls>>);
// With three references, two and one: what `cancel_safe_methods!` declares, in `declared`.
rank!(R11, [], ByType, where);

/// What `__kind()` and `shape()` are called through. It brings no name into scope.
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
