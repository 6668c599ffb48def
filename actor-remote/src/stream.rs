//! [`RemoteStream`]: the values that a handler of another process answers with.

use std::{fmt, mem, sync::Arc, time::Duration};

use tokio::time::{Instant, timeout_at};

use crate::{
    call::{RemoteCall, deadline},
    engine::BoxFuture,
    error::{RemoteError, RemoteErrorKind as Kind},
    exchange::{Exchange, Question, Reply},
    life::{BEAT, Pulse},
    room::Room,
};

/// How many values the handler may send before the first of them is read.
pub(crate) const WINDOW: u64 = 16;

/// After so many values the handler may send as many more.
const STEP: u64 = WINDOW / 2;

/// So many questions in a row that are not answered mean that nobody serves the stream any more.
const UNANSWERED: u32 = 2;

/// A stream of values from a handler of another process. The call is sent when the first is waited for.
///
/// A handler may send 16 values before one is read, and then waits for its reader as a local one does.
///
/// # Cancel safety
///
/// Dropping it tells the handler, whose [`Replies`](actor_runtime::Replies) then refuses further values.
#[must_use = "a stream is not asked for until it is read"]
pub struct RemoteStream<R: 'static> {
    call: RemoteCall<R>,
    state: State,
}

enum State {
    Unsent,
    Opening(BoxFuture<'static, Result<Open, Kind>>),
    Open(Open),
    Over,
}

struct Open {
    exchange: Exchange,
    /// Values read.
    read: u64,
    /// When the handler is asked whether a value was lost on the way, if none comes until then.
    ask_at: Option<Instant>,
    /// How often it was asked and has not answered.
    unanswered: u32,
    /// Tells the other side that this process is alive, also while nobody reads.
    _pulse: Arc<Pulse>,
    /// A reply that came when the stream was opened.
    first: Option<Reply>,
}

impl<R: Send + 'static> RemoteStream<R> {
    pub(crate) fn new(call: RemoteCall<R>) -> Self {
        Self { call, state: State::Unsent }
    }

    /// Limits the time until the actor has accepted the call. Without it, the limit is that of the
    /// [link](crate::Link::timeout). The values that follow may take any time: the stream ends with
    /// [`Lost`](Kind::Lost) if their process is not heard for 3 seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { call: self.call.timeout(timeout), ..self }
    }

    /// Waits for the next value. Returns `None` when the stream has ended.
    ///
    /// # Errors
    ///
    /// Yields a [`RemoteError`] once, as the last item, if the call was not accepted or the stream has a gap or
    /// ended early.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: dropping the future loses no value.
    pub async fn next(&mut self) -> Option<Result<R, RemoteError>> {
        match self.advance().await {
            Ok(Some(value)) => Some(Ok(value)),
            Ok(None) => {
                self.state = State::Over;
                None
            }
            Err(kind) => {
                self.state = State::Over;
                Some(Err(self.call.error(kind)))
            }
        }
    }

    async fn advance(&mut self) -> Result<Option<R>, Kind> {
        let Self { call, state } = self;
        if let State::Unsent = state {
            *state = State::Opening(Box::pin(open(call)?));
        }
        if let State::Opening(opening) = state {
            let opened = opening.await?;
            *state = State::Open(opened);
        }
        let State::Open(open) = state else { return Ok(None) };
        let reply = match mem::take(&mut open.first) {
            Some(reply) => reply,
            None => open.next(call.signature).await?,
        };
        match reply {
            Reply::Item { value, number } if number == open.read => {
                open.take();
                let value = (call.answer.read)(&value, call.client.link.settings.codec);
                value.map(Some).map_err(|reason| Kind::Unreadable { reason })
            }
            Reply::End { items } if items == open.read => Ok(None),
            Reply::Item { .. } | Reply::Sent { .. } | Reply::End { .. } => Err(Kind::Lost),
            Reply::Accepted | Reply::Answer { .. } => {
                let reason = "it is no stream".to_owned();
                Err(Kind::Unreadable { reason })
            }
        }
    }
}

impl Open {
    fn take(&mut self) {
        self.read += 1;
        self.exchange.has_taken(self.read);
        if self.read % STEP == 0 {
            self.exchange.tell_taken(self.read, false);
        }
    }

    /// Waits for the next reply that is not about what was sent before.
    ///
    /// While none comes, it asks once a second how many values were sent: the last of them, or the end, may be lost, and
    /// also what was told of those that were read.
    async fn next(&mut self, signature: &(dyn fmt::Display + Sync)) -> Result<Reply, Kind> {
        loop {
            let ask_at = *self.ask_at.get_or_insert_with(|| Instant::now() + BEAT);
            match timeout_at(ask_at, self.exchange.next(signature)).await {
                Err(_) if self.unanswered == UNANSWERED => return Err(Kind::Lost),
                Err(_) => {
                    self.unanswered += 1;
                    self.ask_at = None;
                    self.exchange.tell_taken(self.read, true);
                }
                Ok(reply) => {
                    self.unanswered = 0;
                    self.ask_at = None;
                    match reply? {
                        Reply::Sent { items } if items == self.read => {}
                        reply => return Ok(reply),
                    }
                }
            }
        }
    }
}

/// Sends the call until there is room in the mailbox, and waits until it is accepted.
fn open<R: Send + 'static>(
    call: &RemoteCall<R>,
) -> Result<impl Future<Output = Result<Open, Kind>> + Send + use<R>, Kind> {
    let client = call.client.clone();
    let Question { method, arguments, .. } = call.question()?;
    let (method, arguments) = (method.to_owned(), arguments.to_vec());
    let (signature, timeout) = (call.signature, call.timeout);
    Ok(async move {
        let deadline = deadline(timeout);
        let mut room = Room::until(deadline);
        loop {
            let begun = Instant::now();
            let question =
                Question { method: &method, arguments: &arguments, wants_accepted: true };
            let within = deadline.saturating_duration_since(Instant::now());
            let mut exchange = question.ask(&client, within).await?;
            let reply = match timeout_at(deadline, exchange.next(signature)).await {
                Err(_) => return Err(Kind::TimedOut { after: timeout, accepted: false }),
                Ok(reply) => reply,
            };
            let first = match reply {
                Ok(Reply::Accepted) => None,
                Ok(reply) => Some(reply),
                Err(Kind::Full) => match room.may_come(begun.elapsed()).await {
                    true => continue,
                    false => return Err(Kind::Full),
                },
                Err(kind) => return Err(kind),
            };
            exchange.has_taken(0);
            let _pulse = client.link.shared.pulse();
            return Ok(Open { exchange, read: 0, ask_at: None, unanswered: 0, _pulse, first });
        }
    })
}

impl<R> fmt::Debug for RemoteStream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteStream").field("call", &self.call).finish_non_exhaustive()
    }
}
