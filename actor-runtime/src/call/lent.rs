//! Requests whose types can be named.
//!
//! What a handler borrows, such as a `&str`, is converted when the call is made. The method of the handle
//! is generic over what it converts, and a type that it returned as `impl Trait` would capture these
//! parameters: the call would borrow its argument. So the request has a type that names what it owns,
//! and function pointers in place of closures.

use super::request::{Request, StreamRequest};
use crate::slot::{message::Message, replies::Replies, reply::Reply};

/// The request of a handler that borrows arguments: the values that the call owns, and a function that
/// builds the message of them.
#[derive(Debug)]
pub struct Lent<A, M: Message, R: 'static> {
    pub(crate) arguments: A,
    make: fn(A, Reply<R>) -> M,
}

impl<A, M: Message, R> Lent<A, M, R> {
    #[inline]
    pub(crate) fn new(arguments: A, make: fn(A, Reply<R>) -> M) -> Self {
        Self { arguments, make }
    }
}

impl<A, M: Message, R> Request<M, R> for Lent<A, M, R> {
    #[inline]
    fn into_message(self, reply: Reply<R>) -> M {
        (self.make)(self.arguments, reply)
    }
}

/// As [`Lent`], for a handler that answers with a stream.
#[derive(Debug)]
pub struct LentStream<A, M: Message, T: 'static> {
    arguments: A,
    make: fn(A, Replies<T>) -> M,
}

impl<A, M: Message, T> LentStream<A, M, T> {
    pub(crate) fn new(arguments: A, make: fn(A, Replies<T>) -> M) -> Self {
        Self { arguments, make }
    }
}

impl<A, M: Message, T> StreamRequest<M, T> for LentStream<A, M, T> {
    fn into_message(self, replies: Replies<T>) -> M {
        (self.make)(self.arguments, replies)
    }
}
