//! What the server sends, and how a connection ends.

use std::{io, sync::atomic::Ordering::Relaxed};

use actor_runtime::Context;
use bytes::{Buf, Bytes};
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::{backend::Message, frontend};

use super::{
    Driver, READ_SIZE, alarm_in,
    exchange::{Exchange, To},
};
use crate::{
    card::count,
    error::{Closed, Error, Notice, ServerError},
};

/// The letter and the length of a message, without the letter.
fn header(buffer: &[u8]) -> Result<Option<(u8, usize)>, Closed> {
    let [tag, length @ ..] = buffer else { return Ok(None) };
    let Some(length) = length.first_chunk() else { return Ok(None) };
    match usize::try_from(i32::from_be_bytes(*length)) {
        Ok(length) if length >= 4 => Ok(Some((*tag, length + 1))),
        _ => Err(Closed::Protocol("a message has no length".into())),
    }
}

/// How many bytes at the beginning are complete messages with this letter.
fn run_of(wanted: u8, buffer: &[u8]) -> Result<usize, Closed> {
    let mut end = 0;
    while let Some((tag, length)) = header(&buffer[end..])? {
        if tag != wanted || buffer.len() - end < length {
            break;
        }
        end += length;
    }
    Ok(end)
}

fn unexpected(tag: u8) -> Closed {
    Closed::Protocol(format!("an unexpected message `{}`", tag.escape_ascii()).into())
}

impl Driver {
    /// Handles the messages that were read completely, until a stream has no room.
    pub(super) fn parse(&mut self) -> Result<(), Closed> {
        while self.stalled.is_none() {
            let Some((tag, length)) = header(&self.inbox)? else { break };
            if self.inbox.len() < length {
                break;
            }
            match tag {
                // Rows, and the data of a `COPY`.
                b'D' | b'd' => self.rows(tag)?,
                // Parse, bind and close are complete; the data of a `COPY` is; there are no columns; a portal has more.
                b'1' | b'2' | b'3' | b'c' | b'n' | b's' => self.inbox.advance(length),
                b'Z' => self.ready(length)?,
                b'C' | b'I' => self.complete(length)?,
                _ => match Message::parse(&mut self.inbox).map_err(Closed::from)? {
                    Some(message) => self.handle(tag, message)?,
                    None => break,
                },
            }
        }
        if self.inbox.capacity() - self.inbox.len() < READ_SIZE / 4 {
            self.inbox.reserve(READ_SIZE);
        }
        Ok(())
    }

    fn first(&mut self, tag: u8) -> Result<&mut Exchange, Closed> {
        self.pending.front_mut().ok_or_else(|| unexpected(tag))
    }

    fn rows(&mut self, tag: u8) -> Result<(), Closed> {
        let rows = run_of(tag, &self.inbox)?;
        let rows = self.inbox.split_to(rows);
        let first = self.first(tag)?;
        self.stalled = match tag {
            b'd' => first.copy_data(rows),
            _ => first.rows(rows),
        };
        self.watch_stall();
        Ok(())
    }

    fn ready(&mut self, length: usize) -> Result<(), Closed> {
        let message = self.inbox.split_to(length);
        let Some(exchange) = self.pending.pop_front() else { return Err(unexpected(b'Z')) };
        self.card.set_status(message.get(5).copied().unwrap_or(b'I'));
        self.card.pending.store(self.pending.len(), Relaxed);
        if let Some(lease) = self.lease.as_mut().filter(|lease| exchange.start < lease.start) {
            lease.status_before = self.card.status();
        }
        self.cancelling.over(exchange.start);
        match exchange.to {
            To::Statement(described) => {
                self.statements.prepared(described, exchange.error, &self.me);
            }
            To::Listener(id) => self.listeners.started(id, exchange.error),
            _ => {
                if exchange.is_unfinished_copy() {
                    self.copy_failed.clone_from(&exchange.error);
                }
                exchange.answer();
            }
        }
        if self.pending.is_empty() && std::mem::take(&mut self.rolls_back_later) {
            self.send_roll_back();
        }
        self.cancel_abandoned();
        Ok(())
    }

    fn complete(&mut self, length: usize) -> Result<(), Closed> {
        let mut message = self.inbox.split_to(length);
        message.advance(5);
        message.truncate(message.len().saturating_sub(1));
        let tag: Bytes = message.freeze();
        if matches!(&*tag, b"DISCARD ALL" | b"DEALLOCATE ALL") {
            self.statements.forget_all();
        }
        self.first(b'C')?.complete(tag);
        Ok(())
    }

    fn handle(&mut self, tag: u8, message: Message) -> Result<(), Closed> {
        match message {
            Message::RowDescription(columns) => {
                self.stalled = self.first(tag)?.columns(columns);
                self.watch_stall();
            }
            Message::ParameterDescription(body) => {
                if let To::Statement(described) = &mut self.first(tag)?.to {
                    described.parameters = body.parameters().collect().map_err(Closed::from)?;
                }
            }
            Message::ErrorResponse(body) => self.refused(ServerError::parse(body.fields())),
            Message::NoticeResponse(body) => {
                if self.pending.front().is_none_or(|first| !first.is_quiet) {
                    self.listeners.notice(&Notice::parse(body.fields()));
                }
            }
            Message::ParameterStatus(body) => {
                let (name, value) =
                    (body.name().map_err(Closed::from)?, body.value().map_err(Closed::from)?);
                self.card.set_parameter(name, value);
            }
            Message::NotificationResponse(body) => {
                let channel = body.channel().map_err(Closed::from)?;
                let payload = body.message().map_err(Closed::from)?;
                self.listeners.notify(body.process_id(), channel, payload);
            }
            Message::CopyInResponse(_) => self.wants_data()?,
            Message::CopyOutResponse(_) => self.first(tag)?.is_copy_out(),
            _ => return Err(unexpected(tag)),
        }
        Ok(())
    }

    fn refused(&mut self, error: ServerError) {
        if error.is_fatal() {
            self.fatal = Some(Closed::ByServer(Box::new(error)));
        } else if let Some(first) = self.pending.front_mut() {
            first.error.get_or_insert(Error::Server(Box::new(error)));
        }
    }

    /// The server waits for the data of a `COPY`.
    fn wants_data(&mut self) -> Result<(), Closed> {
        let first = self.first(b'G')?;
        if let To::CopyIn(copy) = &mut first.to {
            if let Some(started) = copy.started.take() {
                started.send(Ok(()));
            }
            return Ok(());
        }
        if first.is_quiet {
            return Ok(()); // It was abandoned, and `CopyFail` is on its way.
        }
        // A `COPY` for which there is no data. Nothing was sent behind it, except for the `Sync` of the extended
        // protocol, which the server has skipped.
        first.error.get_or_insert(Error::NotCopy { expected: "`copy_in` for COPY .. FROM STDIN" });
        let is_extended = first.is_extended;
        frontend::copy_fail("there is no data", &mut self.out.buffer).map_err(Closed::from)?;
        if is_extended {
            frontend::sync(&mut self.out.buffer);
        }
        self.extend_last();
        Ok(())
    }

    /// Whether a cancel request can hit this exchange, which is the first, and nothing else.
    pub(super) fn is_exposed(&self, first: &Exchange) -> bool {
        self.out.has_sent(first.end)
            && self.pending.get(1).is_none_or(|next| next.start >= self.out.written)
    }

    /// Whether the first caller is watched: for room, or because its statement is to be cancelled with it.
    pub(super) fn watches_first(&self) -> bool {
        self.stalled.is_some()
            || self.cancelling.is_idle()
                && self
                    .pending
                    .front()
                    .is_some_and(|first| first.cancel_on_drop && self.out.has_sent(first.end))
    }

    /// Cancels the first exchange if its caller has gone and wanted that.
    pub(super) fn cancel_abandoned(&mut self) {
        if self.stalled.is_some() || !self.watches_first() {
            return;
        }
        let Some(first) = self.pending.front().filter(|first| first.is_abandoned()) else { return };
        if self.is_exposed(first) {
            self.cancelling.begin(first.start, &self.card);
        } else if let Some(first) = self.pending.front_mut() {
            count(&self.card.counters.uncancelled);
            first.cancel_on_drop = false;
        }
    }

    fn watch_stall(&mut self) {
        if self.stalled.is_some()
            && let Some(limit) = self.card.config.limits.stall
        {
            self.stall_ends = Some(alarm_in(limit));
        }
    }

    /// Something was read: the server is not silent.
    pub(super) fn watch_silence(&mut self) {
        if self.card.config.limits.silence.is_some() {
            match self.pending.is_empty() {
                true => self.doom = None,
                false => self.watch_silence_from_now(),
            }
        }
    }

    pub(super) fn watch_silence_from_now(&mut self) {
        if let Some(limit) = self.card.config.limits.silence {
            self.doom = Some((alarm_in(limit), Closed::Silent(limit)));
        }
    }

    /// The connection has ended: everyone is answered, and the driver stops.
    pub(super) fn breaks(&mut self, why: Closed, context: &Context<Self>) {
        let failed_write =
            self.doom.take().map(|(_, why)| why).filter(|why| matches!(why, Closed::Io(_)));
        let is_end =
            matches!(&why, Closed::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof);
        let why = match (self.fatal.take(), failed_write) {
            (Some(fatal), _) => fatal,
            (None, Some(failed_write)) if is_end => failed_write,
            _ => why,
        };
        let _ = self.card.end.set(why.clone());
        self.end_all(&why);
        self.broken = Some(why);
        context.stop();
    }

    pub(super) fn end_all(&mut self, why: &Closed) {
        self.stalled = None;
        let written = self.out.written;
        for mut exchange in self.pending.drain(..) {
            let may_have_run = exchange.start < written;
            let error = Error::Closed { may_have_run, why: why.clone() };
            match exchange.to {
                To::Statement(described) => {
                    self.statements.prepared(described, Some(error), &self.me);
                }
                _ => {
                    exchange.error = Some(error);
                    exchange.answer();
                }
            }
        }
        self.card.pending.store(0, Relaxed);
        let error = Error::Closed { may_have_run: false, why: why.clone() };
        self.statements.end(&error);
        self.listeners.end(&error);
        self.cancelling.end();
        self.out.clear();
    }
}
