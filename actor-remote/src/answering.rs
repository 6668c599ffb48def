//! The answers of calls that are served.

use std::{
    future::pending,
    panic::{self, AssertUnwindSafe},
};

use actor_runtime::{Answer, CallError, ReplyStream};

use bytes::Bytes;

use crate::{
    caller::{Caller, Failure},
    codec::Codec,
    engine::Responder,
    incoming::Passed,
    method::{Arguments, Method},
    wire::Writer,
};

/// Refuses a request that cannot be read, in the codec that it seems to have.
pub(crate) fn refuse_unread(
    responder: Option<Box<dyn Responder>>,
    codec: Option<Codec>,
    reason: String,
) -> Passed {
    let Some(responder) = responder else { return Passed::silently() };
    Passed::later(async move {
        let message = Failure::Undecodable(reason).message(codec.unwrap_or_default());
        responder.respond(message).await;
    })
}

pub(crate) fn refuse(caller: Caller, failure: Failure) -> Passed {
    let reply = failure.message(caller.codec());
    Passed::now(caller, reply)
}

/// Passes the answer on, which is there already if the handler was run by the call.
pub(crate) fn answer<A: Arguments, R: Send + 'static>(
    mut caller: Caller,
    mut answer: Answer<R>,
    method: &'static Method<A, R>,
) -> Passed {
    if let Some(outcome) = answer.try_take() {
        let reply = reply(&caller, outcome, method);
        return Passed::now(caller, reply);
    }
    Passed::later(async move {
        let mut answer = Awaited(Some(answer));
        match caller.while_waiting(answer.outcome()).await {
            Ok(outcome) => caller.respond(reply(&caller, outcome, method)).await,
            Err(left) => caller.leave(left).await,
        }
    })
}

fn reply<A: Arguments, R>(
    caller: &Caller,
    outcome: Result<R, CallError>,
    method: &Method<A, R>,
) -> Bytes {
    let reply = match outcome {
        Ok(answer) => {
            let reply = caller.reply(|writer| method.write_answer("answer", &answer, writer));
            discard(answer);
            reply
        }
        Err(error) => Err(caller.failure(error)),
    };
    reply.unwrap_or_else(|failure| failure.message(caller.codec()))
}

/// Drops what was sent. If that panics, its receiver has it all the same.
fn discard<T>(sent: T) {
    let _ = panic::catch_unwind(AssertUnwindSafe(|| drop(sent)));
}

/// Passes the answer on, and takes it from the actor once the caller has read it.
pub(crate) async fn answer_until_read<A: Arguments, R>(
    mut caller: Caller,
    answer: Answer<R>,
    method: &Method<A, R>,
) {
    let codec = caller.codec();
    let mut answer = Awaited(Some(answer));
    let arrived = caller.while_waiting(answer.look(|answer| {
        let mut writer = Writer::new(codec);
        writer.flag("tell_when_read");
        method.write_answer("answer", answer, &mut writer)?;
        Ok(writer.finish())
    }));
    let reply = match arrived.await {
        Ok(Ok(Ok(reply))) => caller.fitting(reply),
        Ok(Ok(Err(reason))) => Err(Failure::Unreadable(reason)),
        Ok(Err(error)) => Err(caller.failure(error)),
        Err(left) => return caller.leave(left).await,
    };
    match reply {
        Ok(reply) => caller.respond(reply).await,
        // The caller cannot read the answer, so it returns to the actor.
        Err(failure) => return caller.fail(failure).await,
    }
    tokio::select! {
        () = caller.has_read() => answer.read(),
        _ = caller.left() => {}
    }
}

/// Passes the values on, as many as the caller is ready for.
pub(crate) async fn stream<A: Arguments, R>(
    mut caller: Caller,
    mut values: ReplyStream<R>,
    method: &Method<A, R>,
) {
    caller.open().await;
    let mut number = 0;
    loop {
        let next = async {
            match caller.is_ready(number) {
                true => values.next().await,
                false => pending().await,
            }
        };
        let value = tokio::select! {
            biased;
            left = caller.left() => return caller.leave(left).await,
            told = caller.told() => match told {
                Some(true) => {
                    caller.respond(caller.count("sent", number)).await;
                    continue;
                }
                Some(false) => continue,
                None => return,
            },
            value = next => value,
        };
        let reply = match value {
            Some(Ok(value)) => {
                let reply = caller.reply(|writer| {
                    writer.number("number", number);
                    method.write_answer("item", &value, writer)
                });
                discard(value);
                reply
            }
            Some(Err(error)) => Err(caller.failure(error)),
            None => return caller.respond(caller.count("end", number)).await,
        };
        match reply {
            Ok(reply) => caller.respond(reply).await,
            Err(failure) => return caller.fail(failure).await,
        }
        number += 1;
    }
}

/// An answer that is withdrawn, on purpose, if it is dropped before it has arrived.
struct Awaited<R: 'static>(Option<Answer<R>>);

impl<R> Awaited<R> {
    async fn outcome(&mut self) -> Result<R, CallError> {
        match &mut self.0 {
            Some(answer) => answer.await,
            None => pending().await,
        }
    }

    async fn look<T>(&mut self, look: impl FnOnce(&R) -> T) -> Result<T, CallError> {
        match &mut self.0 {
            Some(answer) => answer.look(look).await,
            None => pending().await,
        }
    }

    /// Takes the answer, which has arrived.
    fn read(&mut self) {
        if let Some(mut answer) = self.0.take() {
            drop(answer.try_take());
        }
    }
}

impl<R> Drop for Awaited<R> {
    fn drop(&mut self) {
        if let Some(answer) = self.0.take() {
            answer.withdraw();
        }
    }
}
