//! Futures of the standard library.

use std::future::{Pending, Ready};

use super::named;

named! {
    /// It never gives anything, so it cannot lose anything.
    [T] Pending<T>;
    /// It is ready at once, and whoever makes it again has the value again.
    [T] Ready<T>;
}
