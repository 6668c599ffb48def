//! One request and what comes back.

use std::{borrow::Cow, fmt, time::Duration};

use bytes::Bytes;
use tokio::time::Instant;

use crate::{
    client::Client,
    control::Control,
    error::RemoteErrorKind as Kind,
    inbox::{Event, Waiting},
    wire::{Raw, Writer},
};

/// What is asked of one who serves a name.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) method: &'a str,
    /// The arguments, as a map in the codec of the link.
    pub(crate) arguments: &'a [u8],
    /// Whether to be told when the mailbox has the message.
    pub(crate) wants_accepted: bool,
}

/// A request that was sent. Dropping it tells the other side that its caller has gone, unless it is over.
pub(crate) struct Exchange {
    client: Client,
    waiting: Waiting,
    /// The process that has accepted the request.
    accepted_by: Option<u64>,
    is_over: bool,
}

/// What comes back.
#[derive(Debug)]
pub(crate) enum Reply {
    Accepted,
    Answer {
        value: Bytes,
        wants_read: bool,
    },
    Item {
        value: Bytes,
        number: u64,
    },
    /// So many items of a stream were sent by now.
    Sent {
        items: u64,
    },
    /// The end of a stream, with the number of its items.
    End {
        items: u64,
    },
}

impl Question<'_> {
    fn write(&self, client: &Client, number: Option<u64>, within: Duration) -> Result<Bytes, Kind> {
        if !client.has_name {
            return Err(Kind::InvalidName);
        }
        let settings = client.link.settings;
        let mut writer = Writer::new(settings.codec);
        writer.text("method", self.method);
        if let Some(number) = number {
            writer.number("caller", client.link.shared.process);
            writer.number("number", number);
            writer.number("within_ms", within.as_millis().try_into().unwrap_or(u64::MAX));
        }
        if self.wants_accepted {
            writer.flag("accepted");
        }
        writer.raw("arguments", self.arguments);
        let request = writer.finish();
        let (bytes, limit) = (request.len(), settings.max_message);
        if bytes > limit { Err(Kind::TooLarge { bytes, limit }) } else { Ok(request) }
    }

    /// Sends it to somebody who need not reply.
    pub(crate) async fn send(&self, client: &Client, within: Duration) -> Result<(), Kind> {
        let within = connected(client, within).await?;
        let message = self.write(client, None, within)?;
        let sent = client.link.shared.engine.send(&client.name, message, within).await;
        sent.map_err(|error| Kind::Disconnected { reason: error.to_string() })
    }

    /// Sends it, and begins to wait for replies.
    pub(crate) async fn ask(&self, client: &Client, within: Duration) -> Result<Exchange, Kind> {
        let within = connected(client, within).await?;
        let shared = &client.link.shared;
        let waiting = shared.inbox.wait();
        let number = waiting.number;
        let request = self.write(client, Some(number), within)?;
        let client = client.clone();
        // From here on it may have been sent.
        let mut exchange = Exchange { client, waiting, accepted_by: None, is_over: false };
        let sent = shared.engine.request(&exchange.client.name, number, request, within).await;
        match sent {
            Ok(()) => Ok(exchange),
            Err(error) => {
                exchange.is_over = true;
                Err(Kind::Disconnected { reason: error.to_string() })
            }
        }
    }
}

/// Waits for a connection, and returns how much time is left.
async fn connected(client: &Client, within: Duration) -> Result<Duration, Kind> {
    let Some(connected) = client.link.shared.engine.connected(within) else { return Ok(within) };
    let begun = Instant::now();
    match connected.await {
        Ok(()) => Ok(within.saturating_sub(begun.elapsed())),
        Err(error) => Err(Kind::Disconnected { reason: error.to_string() }),
    }
}

impl Exchange {
    /// Waits for the next reply.
    ///
    /// # Errors
    ///
    /// Why no further reply will come.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, as [`Waiting::next`].
    pub(crate) async fn next(
        &mut self,
        signature: &(dyn fmt::Display + Sync),
    ) -> Result<Reply, Kind> {
        let message = match self.waiting.next().await {
            Event::Reply(message) => message,
            Event::Nobody => return self.over(Err(Kind::Unreachable)),
            Event::Ended => return self.over(Err(Kind::Lost)),
            // It may be alive, and would like to know that nobody waits.
            Event::Lost => return Err(Kind::Lost),
        };
        let limit = self.client.link.settings.max_message;
        if message.len() > limit {
            let reason = format!("it has {} bytes, and {limit} are allowed", message.len());
            return Err(Kind::Unreadable { reason });
        }
        match self.read(&message, signature) {
            Ok(Ok(reply)) => match &reply {
                Reply::Answer { wants_read: false, .. } | Reply::End { .. } => self.over(Ok(reply)),
                Reply::Answer { .. }
                | Reply::Accepted
                | Reply::Item { .. }
                | Reply::Sent { .. } => Ok(reply),
            },
            Ok(Err(failure)) => self.over(Err(failure)),
            Err(reason) => Err(Kind::Unreadable { reason }),
        }
    }

    fn over<T>(&mut self, outcome: Result<T, Kind>) -> Result<T, Kind> {
        self.is_over = true;
        outcome
    }

    fn read(
        &mut self,
        message: &Bytes,
        signature: &(dyn fmt::Display + Sync),
    ) -> Result<Result<Reply, Kind>, String> {
        let (mut accepted, mut error, mut sent, mut end) = (None, None, None, None);
        let (mut answer, mut item, mut number, mut wants_read) = (None, None, None, false);
        Raw::message(message)?.each_or_null(|name, value| {
            match name {
                // A value can be null.
                b"answer" => answer = Some(message.slice_ref(value.bytes)),
                b"item" => item = Some(message.slice_ref(value.bytes)),
                _ if value.is_null() => {}
                b"accepted" => accepted = Some(value.number("accepted")?),
                b"error" => error = Some(value),
                b"sent" => sent = Some(value.number("sent")?),
                b"end" => end = Some(value.number("end")?),
                b"number" => number = Some(value.number("number")?),
                b"tell_when_read" => wants_read = value.flag("tell_when_read")?,
                // Of a later version.
                _ => {}
            }
            Ok(())
        })?;
        if let Some(process) = accepted {
            self.waiting.accepted_by(process);
            self.client.link.shared.follow(process);
            self.accepted_by = Some(process);
            return Ok(Ok(Reply::Accepted));
        }
        if let Some(error) = error {
            return Ok(Err(failure(error, signature)?));
        }
        Ok(Ok(match (sent, end, answer, item.zip(number)) {
            (Some(items), ..) => Reply::Sent { items },
            (_, Some(items), ..) => Reply::End { items },
            (_, _, Some(value), _) => Reply::Answer { value, wants_read },
            (_, _, _, Some((value, number))) => Reply::Item { value, number },
            _ => return Err("it is no reply that is known here".to_owned()),
        }))
    }

    /// Whether somebody has accepted the request.
    pub(crate) fn is_accepted(&self) -> bool {
        self.accepted_by.is_some()
    }

    /// Says that the answer was read.
    pub(crate) fn has_read(mut self) {
        self.is_over = true;
        self.tell(Control::Read);
    }

    /// Remembers that so many items of a stream were read.
    pub(crate) fn has_taken(&self, items: u64) {
        self.waiting.has_taken(items);
    }

    /// Says that so many items were read, and asks how many were sent.
    pub(crate) fn tell_taken(&self, items: u64, asks: bool) {
        self.tell(Control::Taken { items, asks });
    }

    fn tell(&self, what: Control) {
        let Self { client, waiting, accepted_by, .. } = self;
        client.link.shared.control(&client.name, *accepted_by, waiting.number, what);
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.is_over {
            self.tell(Control::Cancel);
        }
    }
}

/// The error that the other side has sent.
fn failure(error: Raw<'_>, signature: &(dyn fmt::Display + Sync)) -> Result<Kind, String> {
    let (mut kind, mut message) = (Cow::default(), None);
    error.each(|name, value| {
        match name {
            b"kind" => kind = value.text("kind")?,
            b"message" => message = Some(value.text("message")?.into_owned()),
            _ => {}
        }
        Ok(())
    })?;
    let reason = message.clone().unwrap_or_default();
    Ok(match &*kind {
        "full" => Kind::Full,
        // The caller knows after which time.
        "late" => Kind::TimedOut { after: Duration::ZERO, accepted: true },
        "unreachable" => Kind::Unreachable,
        "undecodable" => Kind::Undecodable { theirs: reason, ours: signature.to_string() },
        "stopped" => Kind::Stopped,
        "panicked" => Kind::Panicked { message },
        "unanswered" => Kind::Unanswered,
        "unreadable" => Kind::Unreadable { reason },
        _ => return Err(format!("the other side reports `{kind}`, which is not known here")),
    })
}
