//! What a source of events gives its handler, and whether it says that there is nothing more.
//!
//! A handler may take what its source gives, or leave out the `Option` around it: then it is not
//! run for `None`.

use super::shape::{NoFuture, SomeFuture};

/// What a source gave, for a handler that takes `T`.
#[derive(Debug)]
pub struct Given<T> {
    /// `None` if the handler does not ask for it.
    pub(super) value: Option<T>,
    /// Whether the source has nothing more, for now or for good.
    pub(super) is_end: bool,
}

impl<T> Given<T> {
    /// What was given, and whether it was the end.
    #[inline]
    #[must_use]
    pub fn new(value: Option<T>, is_end: bool) -> Self {
        Self { value, is_end }
    }
}

/// What a source gives is what the handler takes, perhaps with an `Option` around it.
#[diagnostic::on_unimplemented(
    message = "this handler takes `{T}`, but its source gives `{Self}`",
    label = "the source gives `{Self}`",
    note = "a handler takes what its source gives; where that is `Option<T>`, it may take `T`, and is not run for `None`"
)]
#[doc(hidden)]
pub trait Gives<Shape, T>: Sized {
    /// The value, unless it says that there is none. The shape comes first, so that rustc knows it
    /// when it looks for the impl.
    fn give(shape: Shape, given: Self) -> Option<T>;
}

#[diagnostic::do_not_recommend]
impl<T> Gives<SomeFuture, T> for T {
    #[inline]
    fn give(_: SomeFuture, given: Self) -> Option<T> {
        Some(given)
    }
}

#[diagnostic::do_not_recommend]
impl<T> Gives<SomeFuture, T> for Option<T> {
    #[inline]
    fn give(_: SomeFuture, given: Self) -> Option<T> {
        given
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> Gives<SomeFuture, Result<T, E>> for Result<Option<T>, E> {
    #[inline]
    fn give(_: SomeFuture, given: Self) -> Option<Result<T, E>> {
        given.transpose()
    }
}

/// What is no future was reported, and gives nothing.
#[diagnostic::do_not_recommend]
impl<O, T> Gives<NoFuture, T> for O {
    fn give(_: NoFuture, _: Self) -> Option<T> {
        None
    }
}

/// A question about what a source gave.
#[derive(Debug)]
pub struct Outcome<'a, O>(pub &'a O);

/// An end that an error tells.
pub trait EndsByError {
    /// Whether this is the end.
    fn is_end(&self) -> bool;
}

#[cfg(feature = "sync")]
mod sync {
    use tokio::sync::{broadcast, watch};

    use super::{EndsByError, Outcome};

    impl<T> EndsByError for &&Outcome<'_, Result<T, broadcast::error::RecvError>> {
        #[inline]
        fn is_end(&self) -> bool {
            matches!(self.0, Err(broadcast::error::RecvError::Closed))
        }
    }

    impl<T> EndsByError for &&Outcome<'_, Result<T, watch::error::RecvError>> {
        #[inline]
        fn is_end(&self) -> bool {
            self.0.is_err()
        }
    }
}

/// An end that is the lack of a value.
pub trait EndsByNone {
    /// Whether this is the end.
    fn is_end(&self) -> bool;
}

impl<T> EndsByNone for &Outcome<'_, Option<T>> {
    #[inline]
    fn is_end(&self) -> bool {
        self.0.is_none()
    }
}

impl<T, E> EndsByNone for &Outcome<'_, Result<Option<T>, E>> {
    #[inline]
    fn is_end(&self) -> bool {
        matches!(self.0, Ok(None))
    }
}

/// No end that anybody could see.
pub trait EndsNever {
    /// Whether this is the end.
    #[inline]
    fn is_end(&self) -> bool {
        false
    }
}

impl<O> EndsNever for Outcome<'_, O> {}
