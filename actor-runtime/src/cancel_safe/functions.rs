//! Functions whose futures are cancel safe, although their types cannot be named.

use std::marker::PhantomData;

use super::{AssumeCancelSafe, assume_cancel_safe};

/// <https://docs.rs/tokio/1.54.1/tokio/task/fn.yield_now.html>: it only yields, and may do so again.
pub use tokio::task::yield_now;

/// Not documented as cancel safe. From the first call on, tokio handles the signal, so one that arrives
/// while no future waits does not end the process.
#[cfg(feature = "signal")]
pub use tokio::signal::ctrl_c;

/// Stands in for tokio's function without the feature `signal`.
#[cfg(not(feature = "signal"))]
pub fn ctrl_c() {}

/// A future, and the type of the future that a known function returns.
#[derive(Debug)]
pub struct Same<F, G>(Option<F>, PhantomData<fn() -> G>);

impl<F, G> Same<F, G> {
    /// Pairs them, to compare their types. The function is not called.
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
