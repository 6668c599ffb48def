//! Functions whose futures have no name, and of which it is known that dropping one loses nothing.

use std::marker::PhantomData;

use super::{AssumeCancelSafe, assume_cancel_safe};

/// <https://docs.rs/tokio/1.54.1/tokio/task/fn.yield_now.html>: it only gives way, and may do so again.
pub use tokio::task::yield_now;

/// Not documented. What it waits for is kept by tokio from the first call on, and a signal that comes
/// while nobody waits ends no process.
#[cfg(feature = "signal")]
pub use tokio::signal::ctrl_c;

/// Stands for the function of tokio where it is not known.
#[cfg(not(feature = "signal"))]
pub fn ctrl_c() {}

/// A future, and that of a function.
#[derive(Debug)]
pub struct Same<F, G>(Option<F>, PhantomData<fn() -> G>);

impl<F, G> Same<F, G> {
    /// Asks whether they are of one type. The function is not called.
    #[inline(always)]
    pub fn new(future: F, _: fn() -> G) -> Self {
        Self(Some(future), PhantomData)
    }

    #[inline(always)]
    fn take(&mut self) -> F {
        let Some(future) = self.0.take() else { unreachable!("it is taken once") };
        future
    }
}

#[doc(hidden)]
pub trait Known {
    type Future;
    fn known(&mut self) -> Self::Future;
}

impl<F: Future> Known for &mut Same<F, F> {
    type Future = AssumeCancelSafe<F>;

    #[inline(always)]
    fn known(&mut self) -> Self::Future {
        assume_cancel_safe("known", self.take())
    }
}

#[doc(hidden)]
pub trait Unknown {
    type Future;
    fn known(&mut self) -> Self::Future;
}

impl<F, G> Unknown for Same<F, G> {
    type Future = F;

    #[inline(always)]
    fn known(&mut self) -> F {
        self.take()
    }
}
