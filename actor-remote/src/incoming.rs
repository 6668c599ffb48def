//! Requests on their way to the actor.

use std::{
    borrow::Cow,
    fmt,
    task::{Context, Waker},
};

use actor_runtime::{
    Answer, Call, StreamCall, TrySendError,
    by_hand::{Message, Request as CallRequest, StreamRequest},
};
use futures_util::FutureExt;
use tokio::task::JoinSet;

use crate::{
    answering,
    caller::{Caller, Failure},
    codec::Codec,
    engine::{BoxFuture, Request},
    link::Link,
    method::{Arguments, Method},
    wire::Fields,
};

/// A request that was read up to its arguments, to be passed to the handler that it names.
pub struct Incoming<'a> {
    request: Fields<'a>,
    method: Cow<'a, str>,
    /// `None` if the sender wants no answer.
    caller: Option<Caller>,
    /// That of the task that serves.
    waker: &'a Waker,
}

/// A request that was passed on, or refused: the future that answers it.
#[must_use = "the caller waits for an answer"]
pub struct Passed(pub(crate) BoxFuture<'static, ()>);

impl Passed {
    fn silently() -> Self {
        Self(Box::pin(async {}))
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
    let (limit, codec) = (link.settings.max_message, Codec::of(&message));
    let fields = match message.len() {
        bytes if bytes > limit => Err(format!("it has {bytes} bytes, and {limit} are allowed")),
        _ => Fields::of_message(&message),
    };
    let head = fields.and_then(|fields| Ok((fields.text("method")?, fields)));
    let (method, request) = match head {
        Ok((Some(method), request)) => (method, request),
        Ok((None, _)) => {
            return answering::refuse_unread(responder, codec, "it names no method".to_owned());
        }
        Err(reason) => return answering::refuse_unread(responder, codec, reason),
    };
    let caller = match responder.map(|responder| Caller::read(link, responder, &request)) {
        Some(Ok(Some(caller))) => Some(caller),
        // It has gone, or its request has come twice.
        Some(Ok(None)) => return Passed::silently(),
        Some(Err((responder, reason))) => {
            return answering::refuse_unread(Some(responder), codec, reason);
        }
        None => None,
    };
    pass(Incoming { request, method, caller, waker })
}

impl Incoming<'_> {
    /// The name of the handler.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
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
            Box::pin(answering::answer(caller, answer, method))
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
            Box::pin(answering::answer_until_read(caller, answer, method))
        })
    }

    fn send<'h, A, R, M, Q, H>(
        self,
        method: &'static Method<A, R>,
        call: impl FnOnce(A) -> Call<'h, R, M, Q, H>,
        try_call: impl FnOnce(Call<'h, R, M, Q, H>) -> Result<Answer<R>, TrySendError<M>>,
        answering: impl FnOnce(Caller, Answer<R>) -> BoxFuture<'static, ()>,
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
            Ok(answer) => Passed(answering(caller, answer)),
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
                Passed(Box::pin(async move { drop(streaming.join_next().await) }))
            }
            Some(Err(_)) => answering::refuse(caller, Failure::Unreachable),
            None => answering::refuse(caller, Failure::Full),
        }
    }

    /// Refuses the request, because there is no such handler.
    pub fn unknown(self, actor: &str) -> Passed {
        let reason = format!("`{actor}` has no handler `{}` for others", self.method);
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
        f.debug_struct("Incoming").field("method", &self.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passed").finish_non_exhaustive()
    }
}
