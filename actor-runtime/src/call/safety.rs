//! What `select!` and `#[cancel_safe]` accept of calls.
//!
//! - A call of a handler marked `#[cancel_safe]` may be dropped, and may be borrowed by a branch. Its
//!   arguments are dropped with it, so those that it takes by value have to be copies or handles.
//! - Any other call must not be dropped: its handler may or may not have run, and its answer is lost.
//! - Nor may a branch borrow an unsent call, because polling the branch for the first time sends the
//!   message, and when that happens is not visible in the code.
//! - Casts are refused for the same reasons: a dropped cast has either sent its message or lost it.
//! - An [`Answer`] that is polled by `&mut` loses nothing.

use std::{ops::Deref, pin::Pin};

use crate::{
    call::{
        Call,
        answer::Answer,
        cast::{Cast, Sent},
        flatten::Flatten,
        mark::{Marked, Unmarked},
        recipient::Recipient,
        request::Request,
        timeout::Timeout,
    },
    cancel_safe::{
        ByMut, ByTemporary, ByValue, CancelSafe, Carries, LosesAnswer, LosesMessage, LosesTurn,
        Refuses, lent_only, m,
    },
    slot::message::Message,
};

/// By `&mut` only: dropping an [`Answer`] drops the call.
#[diagnostic::do_not_recommend]
impl<R> CancelSafe for &mut Answer<R> {}

lent_only! {
    [R] Answer<R>: LosesResult;
}

#[diagnostic::do_not_recommend]
impl<M, R, Q, A, S> CancelSafe for Call<'_, R, M, Q, Marked<A>, S>
where
    M: Message,
    Q: Request<M, R>,
    S: Recipient<M>,
{
}

#[diagnostic::do_not_recommend]
impl<M, R, Q, A, S> CancelSafe for Sent<'_, M, R, Q, Marked<A>, S>
where
    M: Message,
    Q: Request<M, R>,
    S: Recipient<M>,
{
}

impl<M: Message, R, Q, A, S> Carries for Call<'_, R, M, Q, Marked<A>, S> {
    type Arguments = A;
}

impl<M: Message, R, Q, A, S> Carries for Sent<'_, M, R, Q, Marked<A>, S> {
    type Arguments = A;
}

impl<C: Carries> Carries for Flatten<C> {
    type Arguments = C::Arguments;
}

#[diagnostic::do_not_recommend]
impl<C> CancelSafe for Flatten<C>
where
    C: CancelSafe,
    Flatten<C>: Future,
{
}

impl<C: Carries> Carries for Timeout<C> {
    type Arguments = C::Arguments;
}

/// A new `Timeout` waits for the full duration again.
#[diagnostic::do_not_recommend]
impl<C> CancelSafe for Timeout<C>
where
    C: CancelSafe,
    Timeout<C>: Future,
{
}

/// A future that sends a message when it is first polled, and must not be dropped after that.
pub trait SendsWhenPolled {
    /// What dropping the future loses.
    type Loses;
}

impl<M: Message, R, Q, S> SendsWhenPolled for Call<'_, R, M, Q, Unmarked, S> {
    type Loses = LosesAnswer;
}

impl<M: Message, R, Q, S> SendsWhenPolled for Sent<'_, M, R, Q, Unmarked, S> {
    type Loses = LosesAnswer;
}

impl<M: Message, R, Q, S> SendsWhenPolled for Cast<'_, M, R, Q, S> {
    type Loses = LosesMessage;
}

impl<C: SendsWhenPolled> SendsWhenPolled for Flatten<C> {
    type Loses = C::Loses;
}

impl<C: SendsWhenPolled> SendsWhenPolled for Timeout<C> {
    type Loses = C::Loses;
}

/// Refuses a type in every form that a branch can take it: by `&mut`, by value, and as a temporary.
macro_rules! refuse {
    ($( [$($generics:tt)*] $ty:ty: $sending:ty; )*) => { $(
        impl<$($generics)*> Refuses<ByMut> for $ty {
            type Why = LosesTurn;
        }

        impl<$($generics)*> Refuses<ByValue> for $ty {
            type Why = <$sending as SendsWhenPolled>::Loses;
        }

        impl<$($generics)*> Refuses<ByTemporary> for $ty {
            type Why = <$sending as SendsWhenPolled>::Loses;
        }
    )* };
}

refuse! {
    ['a, M: Message, R, Q, S] Call<'a, R, M, Q, Unmarked, S>: Self;
    ['a, M: Message, R, Q, S] Sent<'a, M, R, Q, Unmarked, S>: Self;
    ['a, M: Message, R, Q, S] Cast<'a, M, R, Q, S>: Self;
    [C: SendsWhenPolled] Timeout<C>: Self;
    [C: SendsWhenPolled] Flatten<C>: Self;
    [C: SendsWhenPolled] &mut C: C;
    [C: SendsWhenPolled] Box<C>: C;
    [P: Deref<Target: SendsWhenPolled>] Pin<P>: P::Target;
}

impl<P: Deref<Target: SendsWhenPolled>> Refuses<m::as_mut> for Pin<P> {
    type Why = LosesTurn;
}
