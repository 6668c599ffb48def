//! Requests on their way to the actor.

use std::{
    fmt,
    future::Future,
    task::{Context, Waker},
};

use actor_runtime::{
    Answer, Call, StreamCall, TrySendError,
    by_hand::{Message, Request as CallRequest, StreamRequest},
};
use bytes::Bytes;
use futures_util::FutureExt;
use tokio::task::JoinSet;

use crate::{
    answering,
    caller::{Caller, Failure},
    codec::Codec,
    engine::{BoxFuture, Request},
    link::Link,
    method::{Arguments, Method},
    request_head::RequestHead,
};

/// A request that was read up to its arguments, to be passed to the handler that it names.
pub struct Incoming<'a> {
    request: RequestHead<'a>,
    /// `None` if the sender wants no answer.
    caller: Option<Caller>,
    /// That of the task that serves.
    waker: &'a Waker,
}

/// A request that was passed on, or refused, and how it is answered.
#[must_use = "the caller waits for an answer"]
pub struct Passed(pub(crate) Answering);

/// How a request is answered.
pub(crate) enum Answering {
    /// Not at all: the caller wants no answer, or has gone.
    Silently,
    /// At once.
    Now(Caller, Bytes),
    /// By a future.
    Later(BoxFuture<'static, ()>),
}

impl Passed {
    pub(crate) fn silently() -> Self {
        Self(Answering::Silently)
    }

    pub(crate) fn now(caller: Caller, reply: Bytes) -> Self {
        Self(Answering::Now(caller, reply))
    }

    pub(crate) fn later(answering: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Answering::Later(Box::pin(answering)))
    }
}

/// Reads `request` and passes it on.
pub(crate) fn pass(
    link: &Link,
    request: Request,
    waker: &Waker,
    pass: &dyn Fn(Incoming<'_>) -> Passed,
) -> Passed {
    let Request { message, responder } = request;
    let limit = link.settings.max_message;
    let request = match message.len() {
        bytes if bytes > limit => Err(format!("it has {bytes} bytes, and {limit} are allowed")),
        _ => RequestHead::read(&message),
    };
    let request = match request {
        Ok(request) => request,
        Err(reason) => return answering::refuse_unread(responder, Codec::of(&message), reason),
    };
    let caller = match responder {
        Some(responder) => match Caller::of(&request, link, responder) {
            Some(caller) => Some(caller),
            None => return Passed::silently(),
        },
        None => None,
    };
    pass(Incoming { request, caller, waker })
}

impl Incoming<'_> {
    /// The name of the handler.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.request.method
    }

    /// Passes the request on by a call, if there is room in the mailbox.
    pub fn call<'h, A, R, M, Q, H>(
        self,
        method: &'static Method<A, R>,
        call: impl FnOnce(A) -> Call<'h, R, M, Q, H>,
    ) -> Passed
    where
        A: Arguments,
        R: Send + 'static,
        M: Message,
        Q: CallRequest<M, R>,
    {
        let waker = self.waker;
        let try_call =
            |call: Call<'h, R, M, Q, H>| call.poll_try_call(&mut Context::from_waker(waker));
        self.send(method, call, try_call, |caller, answer| {
            answering::answer(caller, answer, method)
        })
    }

    /// Like [`call`](Self::call), for a handler whose answer returns to the actor if it is not read.
    pub fn call_returning<'h, A, R, M, Q, H>(
        self,
        method: &'static Method<A, R>,
        call: impl FnOnce(A) -> Call<'h, R, M, Q, H>,
    ) -> Passed
    where
        A: Arguments,
        R: Send + 'static,
        M: Message,
        Q: CallRequest<M, R>,
    {
        // It is queued: an answer that a caller has at once, because it ran the handler, cannot return.
        self.send(method, call, Call::try_call, |caller, answer| {
            Passed::later(answering::answer_until_read(caller, answer, method))
        })
    }

    fn send<'h, A, R, M, Q, H>(
        self,
        method: &'static Method<A, R>,
        call: impl FnOnce(A) -> Call<'h, R, M, Q, H>,
        try_call: impl FnOnce(Call<'h, R, M, Q, H>) -> Result<Answer<R>, TrySendError<M>>,
        answering: impl FnOnce(Caller, Answer<R>) -> Passed,
    ) -> Passed
    where
        A: Arguments,
        R: Send + 'static,
        M: Message,
        Q: CallRequest<M, R>,
    {
        let arguments = match method.read_arguments(&self.request) {
            Ok(arguments) => arguments,
            Err(reason) => return self.refuse(Failure::undecodable(&reason, method)),
        };
        let call = call(arguments);
        let Some(caller) = self.caller else {
            // A message that does not fit is lost, as its sender knows.
            drop(call.try_cast());
            return Passed::silently();
        };
        match try_call(call) {
            Ok(answer) => answering(caller, answer),
            Err(TrySendError::Full(_)) => answering::refuse(caller, Failure::Full),
            Err(_) => answering::refuse(caller, Failure::Unreachable),
        }
    }

    /// Passes the request on by a call that is answered with a stream of values, if there is room in the mailbox.
    pub fn stream<'h, A, R, M, Q>(
        self,
        method: &'static Method<A, R>,
        call: impl FnOnce(A) -> StreamCall<'h, R, M, Q>,
    ) -> Passed
    where
        A: Arguments,
        R: Send + 'static,
        M: Message,
        Q: StreamRequest<M, R>,
    {
        let arguments = match method.read_arguments(&self.request) {
            Ok(arguments) => arguments,
            Err(reason) => return self.refuse(Failure::undecodable(&reason, method)),
        };
        let Some(caller) = self.caller else { return Passed::silently() };
        // A call that waits for room is withdrawn when it is dropped.
        match call(arguments).sent().now_or_never() {
            Some(Ok(values)) => {
                // In a task of its own. The task that serves waits for the same actor, and a handler is not held
                // back by a reader that does so.
                let mut streaming = JoinSet::new();
                streaming.spawn(answering::stream(caller, values, method));
                Passed::later(async move { drop(streaming.join_next().await) })
            }
            Some(Err(_)) => answering::refuse(caller, Failure::Unreachable),
            None => answering::refuse(caller, Failure::Full),
        }
    }

    /// Refuses the request, because there is no such handler.
    pub fn unknown(self, actor: &str) -> Passed {
        let reason = format!("`{actor}` has no handler `{}` for others", self.request.method);
        self.refuse(Failure::Undecodable(reason))
    }

    fn refuse(self, failure: Failure) -> Passed {
        match self.caller {
            Some(caller) => answering::refuse(caller, failure),
            None => Passed::silently(),
        }
    }
}

impl fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("method", &self.request.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passed").finish_non_exhaustive()
    }
}
