//! What `select!` and `#[cancel_safe]` may do with calls.
//!
//! The one place where [`cancel_safe`](crate::cancel_safe) meets actors.
//!
//! - A call of a handler that is marked `#[cancel_safe]` may be dropped, and lent.
//! - Any other call may not be dropped: its handler may or may not have run, and its answer is lost.
//! - Nor may such a call that is not sent be lent to a `select!` over and over: it is sent when its branch is
//!   first polled, and nobody can say when that is.
//! - An answer that is lent loses nothing.

use std::{ops::Deref, pin::Pin};

use crate::{
    actor::Message,
    answer::Answer,
    call::Call,
    cancel_safe::{
        ByMut, ByTemporary, ByValue, CancelSafe, LosesAnswer, LosesTurn, MakesCalls, Refuses,
        lent_only, m,
    },
    handle::ActorHandle,
    mark::{Marked, Unmarked},
    reply::Reply,
    send::{Cast, Sent},
    timeout::Timeout,
};

/// The methods of a handle are handlers, so an error may speak of them by name.
impl<H: ActorHandle> MakesCalls for H {}

/// By `&mut` only: a dropped answer is an answer nobody takes.
#[diagnostic::do_not_recommend]
impl<R> CancelSafe for &mut Answer<R> {}

lent_only! {
    [R] Answer<R>;
}

#[diagnostic::do_not_recommend]
impl<M: Message, R, F: FnOnce(Reply<R>) -> M> CancelSafe for Call<'_, M, R, F, Marked> {}

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
pub trait Unsent {}

impl<M: Message, R, F> Unsent for Call<'_, M, R, F, Unmarked> {}
impl<M: Message, R> Unsent for Sent<'_, M, R, Unmarked> {}
impl<M: Message> Unsent for Cast<'_, M> {}
impl<C: Unsent> Unsent for Timeout<C> {}

/// Refuses to be lent and to be dropped.
macro_rules! unsent {
    ($( [$($generics:tt)*] $ty:ty; )*) => { $(
        impl<$($generics)*> Refuses<ByMut> for $ty {
            type Why = LosesTurn;
        }

        impl<$($generics)*> Refuses<ByValue> for $ty {
            type Why = LosesAnswer;
        }

        impl<$($generics)*> Refuses<ByTemporary> for $ty {
            type Why = LosesAnswer;
        }
    )* };
}

unsent! {
    ['a, M: Message, R, F] Call<'a, M, R, F, Unmarked>;
    ['a, M: Message, R] Sent<'a, M, R, Unmarked>;
    ['a, M: Message] Cast<'a, M>;
    [C: Unsent] Timeout<C>;
    [C: Unsent] &mut C;
    [C: Unsent] Box<C>;
    [P: Deref<Target: Unsent>] Pin<P>;
}

impl<P: Deref<Target: Unsent>> Refuses<m::as_mut> for Pin<P> {
    type Why = LosesTurn;
}
