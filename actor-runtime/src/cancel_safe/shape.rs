//! Whether a branch is a future at all.
//!
//! rustc would say so by itself, but again for each thing that is done with the branch afterwards. So
//! what is none is reported once, and goes on as a future that gives `!`, with which nearly every
//! handler agrees.

use std::{
    future::{self, Pending},
    marker::PhantomData,
};

use super::judge::{ByTemporary, ByValue, Question};

/// A question about a type.
#[derive(Debug)]
pub struct Look<F>(PhantomData<fn(F)>);

/// A branch on its way.
#[derive(Debug)]
pub struct Held<F>(F);

impl<F> Held<F> {
    /// The branch.
    #[inline(always)]
    pub fn take(self) -> F {
        self.0
    }
}

/// Asks about the type of a value, which is passed through.
#[inline(always)]
pub fn look<F>((branch,): (F,)) -> (Look<F>, Held<F>) {
    (Look(PhantomData), Held(branch))
}

impl<F> Look<F> {
    /// Asks whether the value may be dropped.
    #[inline(always)]
    #[must_use]
    pub fn by_value(&self) -> Question<F, ByValue> {
        Question::new()
    }

    /// The same of a value that nothing outside of the `select!` holds.
    #[inline(always)]
    #[must_use]
    pub fn by_temporary(&self) -> Question<F, ByTemporary> {
        Question::new()
    }
}

/// It is a future.
#[derive(Debug, Clone, Copy)]
pub struct SomeFuture;

/// It is none.
#[derive(Debug, Clone, Copy)]
pub struct NoFuture;

#[doc(hidden)]
pub trait LooksLikeFuture {
    #[inline(always)]
    fn shape(&self) -> SomeFuture {
        SomeFuture
    }
}

impl<F: IntoFuture> LooksLikeFuture for &Look<F> {}

#[doc(hidden)]
pub trait LooksLikeNothing {
    #[inline(always)]
    fn shape(&self) -> NoFuture {
        NoFuture
    }
}

impl<F> LooksLikeNothing for Look<F> {}

/// Makes the future of a branch.
pub trait Make<F> {
    /// What it makes.
    type Future: Future;

    /// Makes it.
    fn make(self, branch: F) -> Self::Future;
}

impl<F: IntoFuture> Make<F> for SomeFuture {
    type Future = F::IntoFuture;

    #[inline(always)]
    fn make(self, branch: F) -> F::IntoFuture {
        branch.into_future()
    }
}

impl<F> Make<F> for NoFuture {
    type Future = Pending<Never>;

    fn make(self, _: F) -> Pending<Never> {
        future::pending()
    }
}

/// `!`, which stable Rust lets a function give and nothing else name.
type Never = <fn() -> ! as Gives>::Output;

#[doc(hidden)]
pub trait Gives {
    type Output;
}

impl<T> Gives for fn() -> T {
    type Output = T;
}
