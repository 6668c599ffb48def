//! What is known to be cancel safe, and who promises it.
//!
//! One file per crate. A pair or a type is here only if its documentation promises it, but for
//! what says otherwise and argues for it.

mod futures;
mod std;
mod tokio;
#[cfg(feature = "tokio-stream")]
mod tokio_stream;
#[cfg(feature = "tokio-util")]
mod tokio_util;

/// Implements `CancelSafeMethod` for methods that a page of docs.rs promises.
macro_rules! methods {
    ($( $page:literal [$($generics:tt)*] $ty:ty: $($method:ident)* ; )*) => {
        $( methods!(@each $page [$($generics)*] [$ty] $($method)*); )*
    };
    (@each $page:literal $generics:tt $ty:tt $($method:ident)*) => {
        $( methods!(@one $page $generics $ty $method); )*
    };
    (@one $page:literal [$($generics:tt)*] [$ty:ty] $method:ident) => {
        #[doc = concat!(
            "Promised by [`", stringify!($method), "`](https://docs.rs/", $page, "#method.",
            stringify!($method), ")."
        )]
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> $crate::cancel_safe::CancelSafeMethod<
            $crate::cancel_safe::m::$method
        > for $ty {}
    };
}

/// Implements `CancelSafe` for futures that have a name.
macro_rules! named {
    ($( $(#[$doc:meta])+ [$($generics:tt)*] $ty:ty; )*) => { $(
        $(#[$doc])+
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> $crate::cancel_safe::CancelSafe for $ty {}
    )* };
}

use {methods, named};
