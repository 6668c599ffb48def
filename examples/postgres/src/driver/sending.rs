//! How requests are queued, and when.

use std::{io, sync::atomic::Ordering::Relaxed};

use actor_runtime::Context;
use bytes::{Buf, Bytes};

use super::{
    Driver, LeaseState, OUT_LIMIT, WINDOW,
    exchange::{Exchange, To},
};
use crate::{
    card::count,
    error::{Error, Result},
    request::{Control, Request},
};

impl Driver {
    /// Whether another request may be sent.
    pub(super) fn accepts(&self) -> bool {
        self.pending.len() < WINDOW
            && self.out.buffer.len() < OUT_LIMIT
            && self.cancelling.is_idle()
            && self.pending.back().is_none_or(|last| !last.is_alone)
    }

    pub(super) fn is_busy(&self) -> bool {
        self.broken.is_none() && !(self.pending.is_empty() && self.out.is_done())
    }

    pub(super) fn may_write(&self) -> bool {
        !self.out.is_done() && self.cancelling.is_idle() && self.broken.is_none()
    }

    pub(super) fn is_copying(&self) -> bool {
        let last = self.pending.back().map(|exchange| &exchange.to);
        matches!(last, Some(To::CopyIn(copy)) if copy.finished.is_none())
    }

    /// The `COPY` is over before its end.
    pub(super) fn copy_error(&self) -> Error {
        match (&self.broken, &self.copy_failed) {
            (_, Some(error)) => error.clone(),
            (Some(why), None) => Error::Closed { may_have_run: true, why: why.clone() },
            (None, None) => Error::NotCopy { expected: "`copy_in` to begin a COPY" },
        }
    }

    /// Whether a request may be sent now.
    pub(super) fn check(&self) -> Result<()> {
        if let Some(why) = &self.broken {
            return Err(Error::Closed { may_have_run: false, why: why.clone() });
        }
        if self.is_copying() { Err(Error::Copying) } else { Ok(()) }
    }

    /// Notes what is the case before the first request of a lease.
    pub(super) fn note_lease(&mut self, context: &Context<Self>) {
        if context.is_leased() && self.lease.is_none() {
            let (start, status_before) = (self.out.position(), self.card.status());
            self.lease = Some(LeaseState { start, status_before });
        }
    }

    /// Queues a request. Its answer will go to `to`.
    pub(super) fn send(&mut self, request: Request, to: To) {
        count(&self.card.counters.requests);
        match request.control {
            Control::None => {}
            Control::Begin => self.has_begun = true,
            Control::End => self.has_begun = false,
        }
        let start = self.out.position();
        self.out.buffer.extend_from_slice(&request.frames);
        let exchange = Exchange {
            start,
            end: self.out.position(),
            to,
            error: None,
            tag: Bytes::new(),
            is_extended: request.is_extended,
            is_alone: request.is_alone,
            cancel_on_drop: request.cancel_on_drop,
            is_quiet: false,
        };
        if self.pending.is_empty() {
            self.watch_silence_from_now();
        }
        self.pending.push_back(exchange);
        self.card.pending.store(self.pending.len(), Relaxed);
        if let Some(why) = self.broken.clone() {
            self.end_all(&why);
        } else if self.pending.len() == 1 && self.out.written == start {
            self.write_now();
        }
    }

    /// Writes what the socket takes at once. The rest, and all of it over TLS, is left to the event source.
    ///
    /// Called for a request that is alone. No other shares its write, so to wait for the source would only cost time.
    fn write_now(&mut self) {
        if !self.may_write() {
            return;
        }
        match self.write.try_write(&self.out.buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            written => {
                self.out.buffer.advance(*written.as_ref().unwrap_or(&0));
                self.written(written);
            }
        }
    }

    pub(super) fn send_roll_back(&mut self) {
        if let Ok(request) = Request::simple("ROLLBACK") {
            self.send_quietly(request);
        }
    }

    pub(super) fn send_quietly(&mut self, request: Request) {
        self.send(request, To::Nobody);
        if let Some(last) = self.pending.back_mut() {
            last.is_quiet = true;
        }
    }

    /// More bytes were queued for the last exchange.
    pub(super) fn extend_last(&mut self) {
        let position = self.out.position();
        if let Some(last) = self.pending.back_mut() {
            last.end = position;
        }
    }
}
