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
        mark::{Marked, Unmarked},
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
impl<M: Message, R, Q: Request<M, R>, A> CancelSafe for Call<'_, M, R, Q, Marked<A>> {}

#[diagnostic::do_not_recommend]
impl<M: Message, R, A> CancelSafe for Sent<'_, M, R, Marked<A>> {}

impl<M: Message, R, Q, A> Carries for Call<'_, M, R, Q, Marked<A>> {
    type Arguments = A;
}

impl<M: Message, R, A> Carries for Sent<'_, M, R, Marked<A>> {
    type Arguments = A;
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

impl<M: Message, R, Q> SendsWhenPolled for Call<'_, M, R, Q, Unmarked> {
    type Loses = LosesAnswer;
}

impl<M: Message, R> SendsWhenPolled for Sent<'_, M, R, Unmarked> {
    type Loses = LosesAnswer;
}

impl<M: Message> SendsWhenPolled for Cast<'_, M> {
    type Loses = LosesMessage;
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
    ['a, M: Message, R, Q] Call<'a, M, R, Q, Unmarked>: Self;
    ['a, M: Message, R] Sent<'a, M, R, Unmarked>: Self;
    ['a, M: Message] Cast<'a, M>: Self;
    [C: SendsWhenPolled] Timeout<C>: Self;
    [C: SendsWhenPolled] &mut C: C;
    [C: SendsWhenPolled] Box<C>: C;
    [P: Deref<Target: SendsWhenPolled>] Pin<P>: P::Target;
}

impl<P: Deref<Target: SendsWhenPolled>> Refuses<m::as_mut> for Pin<P> {
    type Why = LosesTurn;
}
