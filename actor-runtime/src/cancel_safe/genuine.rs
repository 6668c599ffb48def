//! Whether a method is the one that its name is known for.
//!
//! `read` is known of everything that is `AsyncRead`. A type may be that and have a `read` of its own,
//! which the compiler then calls. So the future is compared with that of the trait's method, of which
//! only the type is asked: a closure that calls it, and never runs, gives its type without a borrow.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

#[cfg(feature = "io-util")]
pub use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

use futures_core::Stream;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

use super::CancelSafe;

#[cfg(feature = "futures")]
pub mod futures {
    //! The methods of `futures_util`.
    pub use futures_util::{StreamExt, TryStreamExt};
}

#[cfg(feature = "tokio-stream")]
pub mod streams {
    //! The methods of `tokio_stream`.
    pub use tokio_stream::StreamExt;
}

/// A question about the type of a place.
#[derive(Debug)]
pub struct Place<R: ?Sized>(PhantomData<fn(*const R)>);

impl<R: ?Sized> Place<R> {
    /// Asks about a place. The place is borrowed, and nothing else.
    #[inline(always)]
    pub fn of(_: &R) -> Self {
        Self(PhantomData)
    }

    /// Asks about what an accessor would give. It is not called.
    #[inline(always)]
    pub fn given_by(_: impl FnOnce() -> R) -> Self
    where
        R: Sized,
    {
        Self(PhantomData)
    }
}

/// Types of futures, one of which is the right one. `()` stands for none.
#[derive(Debug)]
pub struct Futures<F, G>(PhantomData<fn() -> (F, G)>);

/// Nothing is known of the type, so its future has to be known by itself.
#[derive(Debug)]
pub struct Other;

/// An argument of a call that never runs.
pub fn any<T>() -> T {
    unreachable!("it only has a type")
}

/// Stands for a type of which nothing is known, so that a closure about it still has a type.
#[derive(Debug)]
pub struct Anything;

impl AsyncRead for Anything {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncBufRead for Anything {
    fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<&[u8]>> {
        Poll::Pending
    }

    fn consume(self: Pin<&mut Self>, _: usize) {}
}

impl AsyncWrite for Anything {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Poll::Pending
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Pending
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Pending
    }
}

impl Stream for Anything {
    type Item = Result<(), ()>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Pending
    }
}

/// Declares the questions about the methods of one trait, in three ranks: of what a reference refers to,
/// of the place itself, and of what is no such thing.
macro_rules! of_trait {
    ($method:ident, $bound:path: $lent:ident, $own:ident, $none:ident) => {
        #[doc(hidden)]
        pub trait $lent {
            type Of: ?Sized;
            fn $method<'w, F, G>(
                &self,
                _: impl FnOnce(&'w mut Self::Of) -> F,
                _: impl FnOnce(&'w mut Self::Of) -> G,
            ) -> Futures<F, G>
            where
                Self::Of: 'w,
            {
                Futures(PhantomData)
            }
        }

        impl<T: $bound + Unpin + ?Sized> $lent for &&Place<&mut T> {
            type Of = T;
        }

        #[doc(hidden)]
        pub trait $own {
            type Of: ?Sized;
            fn $method<'w, F, G>(
                &self,
                _: impl FnOnce(&'w mut Self::Of) -> F,
                _: impl FnOnce(&'w mut Self::Of) -> G,
            ) -> Futures<F, G>
            where
                Self::Of: 'w,
            {
                Futures(PhantomData)
            }
        }

        impl<T: $bound + Unpin + ?Sized> $own for &Place<T> {
            type Of = T;
        }

        #[doc(hidden)]
        pub trait $none {
            fn $method<'w, F, G>(
                &self,
                _: impl FnOnce(&'w mut Anything) -> F,
                _: impl FnOnce(&'w mut Anything) -> G,
            ) -> Other {
                Other
            }
        }

        impl<T: ?Sized> $none for Place<T> {}
    };
}

of_trait!(of_read, AsyncRead: ReadLent, ReadOwn, ReadNone);
of_trait!(of_buf_read, AsyncBufRead: BufReadLent, BufReadOwn, BufReadNone);
of_trait!(of_write, AsyncWrite: WriteLent, WriteOwn, WriteNone);
of_trait!(of_stream, Stream: StreamLent, StreamOwn, StreamNone);
of_trait!(of_try_stream, futures_core::TryStream: TryStreamLent, TryStreamOwn, TryStreamNone);

/// A future, and what it should be.
#[derive(Debug)]
pub struct Compared<F, W>(Option<F>, PhantomData<fn() -> W>);

impl<F, W> Compared<F, W> {
    /// Compares them.
    #[inline(always)]
    pub fn new(_: W, future: F) -> Self {
        Self(Some(future), PhantomData)
    }

    #[inline(always)]
    fn take(&mut self) -> F {
        let Some(future) = self.0.take() else { unreachable!("it is taken once") };
        future
    }
}

/// Implements one rank of `genuine`.
macro_rules! genuine {
    ($name:ident, [$($reference:tt)*] [$($generics:ident)*] $witness:ty $(, where $bound:path)?) => {
        #[doc(hidden)]
        pub trait $name {
            type Future;
            fn genuine(&mut self) -> Self::Future $(where Self::Future: $bound)?;
        }

        impl<F, $($generics),*> $name for $($reference)* Compared<F, $witness> {
            type Future = F;

            #[inline(always)]
            fn genuine(&mut self) -> F $(where F: $bound)? {
                self.take()
            }
        }
    };
}

genuine!(Unasked, [&mut &mut &mut] [] Other);
genuine!(IsFirst, [&mut &mut] [G] Futures<F, G>);
genuine!(IsSecond, [&mut] [G] Futures<G, F>);
genuine!(IsNeither, [] [W] W, where CancelSafe);

/// What the questions are called through. It brings no name into scope.
pub mod traits {
    pub use super::{
        BufReadLent as _, BufReadNone as _, BufReadOwn as _, IsFirst as _, IsNeither as _,
        IsSecond as _, ReadLent as _, ReadNone as _, ReadOwn as _, StreamLent as _,
        StreamNone as _, StreamOwn as _, TryStreamLent as _, TryStreamNone as _, TryStreamOwn as _,
        Unasked as _, WriteLent as _, WriteNone as _, WriteOwn as _,
    };
}

/// Nothing to compare with, without the feature that has the method.
#[doc(hidden)]
#[macro_export]
macro_rules! __genuine_nothing {
    ($($any:tt)*) => {
        $crate::cancel_safe::genuine::Other
    };
}

/// Asks for the future of a method of tokio's extension traits.
#[cfg(feature = "io-util")]
#[doc(hidden)]
#[macro_export]
macro_rules! __genuine_io {
    ($question:ident $trait:ident $method:ident $place:expr $(, $argument:expr)*) => {
        (&&&$place).$question(
            |place| $crate::cancel_safe::genuine::$trait::$method(place $(, $argument)*),
            |_| (),
        )
    };
}

#[cfg(not(feature = "io-util"))]
#[doc(hidden)]
pub use crate::__genuine_nothing as __genuine_io;

/// Asks for the future of a method of a stream, by the crates that have it.
#[cfg(all(feature = "futures", feature = "tokio-stream"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __genuine_stream {
    ($question:ident $trait:ident $method:ident $place:expr) => {
        (&&&$place).$question(
            |place| $crate::cancel_safe::genuine::futures::$trait::$method(place),
            |place| $crate::cancel_safe::genuine::streams::StreamExt::$method(place),
        )
    };
}

#[cfg(all(feature = "futures", not(feature = "tokio-stream")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __genuine_stream {
    ($question:ident $trait:ident $method:ident $place:expr) => {
        $crate::cancel_safe::genuine::Other
    };
}

#[cfg(not(feature = "futures"))]
#[doc(hidden)]
pub use crate::__genuine_nothing as __genuine_stream;

#[cfg(feature = "io-util")]
#[doc(hidden)]
pub use crate::__genuine_io;

#[cfg(feature = "futures")]
#[doc(hidden)]
pub use crate::__genuine_stream;
