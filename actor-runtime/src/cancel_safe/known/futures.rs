//! Streams, and the futures of the `futures` crates.

use futures_core::{Stream, TryStream};

use super::methods;

methods! {
    // `futures::StreamExt::next` is the same, but its documentation does not say so: the future holds a
    // reference to the stream and nothing else.
    "tokio-stream/0.1.19/tokio_stream/trait.StreamExt.html" [S: Stream + ?Sized] S: next;
    "tokio-stream/0.1.19/tokio_stream/trait.StreamExt.html" [S: TryStream + ?Sized] S: try_next;
}

/// What `futures_util` documents nowhere, but what can be read off: an adapter with one future and
/// nothing that it gathers.
#[cfg(feature = "futures")]
mod util {
    use futures_core::FusedStream;
    use futures_util::{future, stream};

    use super::{
        super::{super::CancelSafe, named},
        *,
    };

    named! {
        /// It holds a reference to the stream and nothing else.
        ['a, S: Stream + Unpin + ?Sized] stream::Next<'a, S>;
        /// It holds a reference to the stream and nothing else.
        ['a, S: FusedStream + Unpin + ?Sized] stream::SelectNextSome<'a, S>;
        /// It holds a reference to the stream and nothing else.
        ['a, S: TryStream + Unpin + ?Sized] stream::TryNext<'a, S>;
        /// As that of the standard library.
        [T] future::Pending<T>;
        /// As that of the standard library.
        [T] future::Ready<T>;
        /// If its future is.
        [F: CancelSafe] future::Fuse<F>;
        /// If its future is.
        [F: CancelSafe] future::OptionFuture<F>;
        /// If its future is: the function runs when the output is there, and never waits.
        [F: CancelSafe, G: FnOnce(F::Output) -> T, T] future::Map<F, G>;
        /// If both are.
        [L: CancelSafe, R: CancelSafe<Output = L::Output>] future::Either<L, R>;
    }
}
