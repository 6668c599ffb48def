//! Futures of the standard library.

use std::future::{Pending, Ready};

use super::named;

named! {
    /// Never completes, so it cannot lose anything.
    [T] Pending<T>;
    /// Completes when it is first polled, so there is no partial progress to lose.
    [T] Ready<T>;
}
