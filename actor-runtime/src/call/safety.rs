//! What `select!` and `#[cancel_safe]` may do with calls.
//!
//! - A call of a handler that is marked `#[cancel_safe]` may be dropped, and lent.
//! - Any other call may not be dropped: its handler may or may not have run, and its answer is lost.
//! - Nor may such a call that is not sent be lent to a `select!` over and over: it is sent when its branch is
//!   first polled, and nobody can say when that is.
//! - Nor may a cast be dropped or lent, for the same reasons: its message was sent, or is gone with it.
//! - An answer that is lent loses nothing.

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
        ByMut, ByTemporary, ByValue, CancelSafe, LosesAnswer, LosesMessage, LosesTurn, Refuses,
        lent_only, m,
    },
    slot::message::Message,
};

/// By `&mut` only: a dropped answer is an answer nobody takes.
#[diagnostic::do_not_recommend]
impl<R> CancelSafe for &mut Answer<R> {}

lent_only! {
    [R] Answer<R>: LosesResult;
}

#[diagnostic::do_not_recommend]
impl<M: Message, R, Q: Request<M, R>> CancelSafe for Call<'_, M, R, Q, Marked> {}

#[diagnostic::do_not_recommend]
impl<M: Message, R> CancelSafe for Sent<'_, M, R, Marked> {}

/// Made again, it waits the full time again.
#[diagnostic::do_not_recommend]
impl<C> CancelSafe for Timeout<C>
where
    C: CancelSafe,
    Timeout<C>: Future,
{
}

/// What sends a message when it is polled, and must not be dropped from then on.
pub trait Unsent {
    /// What is lost when it is dropped.
    type Loses;
}

impl<M: Message, R, Q> Unsent for Call<'_, M, R, Q, Unmarked> {
    type Loses = LosesAnswer;
}

impl<M: Message, R> Unsent for Sent<'_, M, R, Unmarked> {
    type Loses = LosesAnswer;
}

impl<M: Message> Unsent for Cast<'_, M> {
    type Loses = LosesMessage;
}

impl<C: Unsent> Unsent for Timeout<C> {
    type Loses = C::Loses;
}

/// Refuses to be lent and to be dropped.
macro_rules! unsent {
    ($( [$($generics:tt)*] $ty:ty: $unsent:ty; )*) => { $(
        impl<$($generics)*> Refuses<ByMut> for $ty {
            type Why = LosesTurn;
        }

        impl<$($generics)*> Refuses<ByValue> for $ty {
            type Why = <$unsent as Unsent>::Loses;
        }

        impl<$($generics)*> Refuses<ByTemporary> for $ty {
            type Why = <$unsent as Unsent>::Loses;
        }
    )* };
}

unsent! {
    ['a, M: Message, R, Q] Call<'a, M, R, Q, Unmarked>: Self;
    ['a, M: Message, R] Sent<'a, M, R, Unmarked>: Self;
    ['a, M: Message] Cast<'a, M>: Self;
    [C: Unsent] Timeout<C>: Self;
    [C: Unsent] &mut C: C;
    [C: Unsent] Box<C>: C;
    [P: Deref<Target: Unsent>] Pin<P>: P::Target;
}

impl<P: Deref<Target: Unsent>> Refuses<m::as_mut> for Pin<P> {
    type Why = LosesTurn;
}
