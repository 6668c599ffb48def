//! What a call carries, and drops with it.
//!
//! A call of a marked handler may be dropped, but its arguments are dropped with it. A copy is with its
//! caller too, and so is what a handle stands for. Anything else is gone, so `select!` asks each argument.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{
    CancelSafe,
    look::{IsOther, Outlives},
    shape::Look,
};

/// A future that holds what its caller has given away: `(first, (second, ()))`.
pub trait Carries {
    /// The types.
    type Arguments;
}

pin_project! {
    /// A future in a `timeout(..)`, which was asked for itself.
    #[derive(Debug)]
    pub struct Wrapped<F> {
        #[pin]
        future: F,
    }
}

/// Wraps a future that was asked for itself.
#[inline(always)]
pub fn wrapped<F: Future>(future: F) -> Wrapped<F> {
    Wrapped { future }
}

impl<F: Future> Future for Wrapped<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}

#[diagnostic::do_not_recommend]
impl<F: Future> CancelSafe for Wrapped<F> {}

/// Implements it for futures around a future.
macro_rules! around {
    ($($ty:ident)::+) => {
        impl<F: Future + Carries> Carries for $($ty)::+<F> {
            type Arguments = F::Arguments;
        }
    };
}

around!(Wrapped);
around!(tokio::time::Timeout);
around!(tokio::task::coop::Unconstrained);
around!(tokio::task::coop::Coop);

/// Arguments that are not asked yet.
#[derive(Debug)]
pub struct Arguments<L>(PhantomData<fn(L)>);

/// An argument that is gone with the call; `()` for none.
#[derive(Debug)]
pub struct Gone<A>(PhantomData<fn(A)>);

/// Declares one rank of a question, a method without arguments.
macro_rules! rank {
    ($method:ident: $( $name:ident {
        $( [$($generics:tt)*] $ty:ty => $out:ident<$to:ty>, where [$($bounds:tt)*]; )*
    } )*) => { $(
        #[doc(hidden)]
        pub trait $name {
            /// The answer.
            type Answer;
            /// Asks.
            fn $method(&self) -> Self::Answer;
        }

        $(
            impl<$($generics)*> $name for $ty where $($bounds)* {
                type Answer = $out<$to>;

                #[inline(always)]
                fn $method(&self) -> $out<$to> {
                    $out(PhantomData)
                }
            }
        )*
    )* };
}

rank! { arguments:
    OfCarrier { [F] &Look<F> => Arguments<F::Arguments>, where [F: Carries]; }
    OfOther { [F] Look<F> => Arguments<()>, where []; }
}

rank! { ask_next:
    IsCopied { [A, L] &&Arguments<(A, L)> => Arguments<L>, where [A: Copy]; }
    IsHandle { [A, L] &Arguments<(A, L)> => Arguments<L>, where [A: Outlives<IsOther>]; }
    IsMoved {
        [A, L] Arguments<(A, L)> => Gone<A>, where [];
        [] Arguments<()> => Arguments<()>, where [];
        [A] Gone<A> => Gone<A>, where [];
    }
}

rank! { gone:
    IsGone {
        [L] Arguments<L> => Gone<()>, where [];
        [A] Gone<A> => Gone<A>, where [];
    }
}

/// A call that carries nothing which is gone with it.
#[diagnostic::on_unimplemented(
    message = "this call drops its argument of type `{A}` when it is dropped before it completes",
    label = "if this is dropped first, the argument may not have been handled, and is gone",
    note = "send it before the loop, `let mut answer = handle.method(..).sent().await?`, and select on `&mut answer`",
    note = "or lend it: a handler that takes `&str`, `&[T]` or `&Path` copies it into the message",
    note = "if it is a copy that you can make again: say so, `assume_cancel_safe(\"why\", call)`"
)]
#[doc(hidden)]
pub trait KeepsItsArguments<A>: Sized {
    /// The future itself.
    #[inline(always)]
    fn pass(gone: Gone<A>, future: Self) -> Self {
        let _ = gone;
        future
    }
}

#[diagnostic::do_not_recommend]
impl<F> KeepsItsArguments<()> for F {}

/// What the questions are called through. It brings no name into scope.
pub mod traits {
    pub use super::{
        IsCopied as _, IsGone as _, IsHandle as _, IsMoved as _, OfCarrier as _, OfOther as _,
    };
}
