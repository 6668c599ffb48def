//! The driver, an actor that owns one connection.
//!
//! Callers encode their requests and decode the answers. The driver puts the bytes of all waiting requests into
//! one buffer, and hands each answer to whom it belongs. Reading and writing are both event sources, so a
//! server that blocks on its own answers cannot block the driver. What a handler writes itself, it writes without
//! waiting. Invariants:
//!
//! 1. A request is put into the buffer completely or not at all, and its exchange is added in the same step. So
//!    exchanges are answered in the order of `pending`, each by one `ReadyForQuery`, whoever is still waiting.
//! 2. Nothing is read while a stream has no room for what was read last, so a slow reader holds the server back.
//! 3. Nothing follows a request that may be a `COPY` before it is answered, and nothing but its data follows a
//!    `COPY .. FROM STDIN`.
//! 4. A transaction that its lease leaves open is rolled back by what is sent next.

mod cache;
mod cancelling;
mod exchange;
mod incoming;
mod listeners;
mod outbox;
mod prepared;
mod sending;
mod statements;

use std::{
    collections::VecDeque,
    future::pending,
    io,
    pin::Pin,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use actor_runtime::{Context, Replies, Reply, WeakHandle, actor, cancel_safe};
use bytes::{Bytes, BytesMut};
use postgres_protocol::message::frontend;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinError,
    time::{Sleep, sleep, timeout},
};

pub(crate) use self::{cache::Cache, prepared::Prepared};
use self::{
    cancelling::Cancelling,
    exchange::{CopyIn, Described, Exchange, To, first_caller},
    listeners::Listeners,
    outbox::{Outbox, transmit},
    statements::Statements,
};
use crate::{
    card::{Card, Status, count},
    error::{Closed, Error, Notice, Result},
    handshake::Ready,
    listen::Notification,
    request::{Piece, Request, Response},
    transport::{ReadHalf, WriteHalf},
};

/// The maximum number of requests under way.
const WINDOW: usize = 256;

/// Requests wait in the mailbox while this many bytes are not written yet.
const OUT_LIMIT: usize = 256 * 1024;

/// The room for a read.
const READ_SIZE: usize = 32 * 1024;

/// After a failed write, the time that the server has to say why.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// One connection.
pub(crate) struct Driver {
    read: ReadHalf,
    inbox: BytesMut,
    write: WriteHalf,
    out: Outbox,
    pending: VecDeque<Exchange>,
    /// What the stream in front has no room for.
    stalled: Option<Piece>,
    /// When `stalled` has lasted too long, if there is a limit.
    stall_ends: Option<Alarm>,
    /// When the connection is given up, and why, unless something is read before.
    doom: Option<(Alarm, Closed)>,
    cancelling: Cancelling,
    statements: Statements,
    listeners: Listeners,
    /// Whether the current lease has begun a transaction and not ended it.
    has_begun: bool,
    /// The current lease, if anything was sent in it.
    lease: Option<LeaseState>,
    /// Whether a rollback waits for the last request, which may be a `COPY`.
    rolls_back_later: bool,
    /// Why the last `COPY .. FROM STDIN` has ended before its data.
    copy_failed: Option<Error>,
    /// Why the server closes the connection.
    fatal: Option<Closed>,
    broken: Option<Closed>,
    card: Arc<Card>,
    me: WeakHandle<DriverHandle>,
}

/// Boxed, because the futures of sources are moved each time the driver waits.
type Alarm = Pin<Box<Sleep>>;

/// What was the case when the current lease began.
struct LeaseState {
    /// Where its bytes begin.
    start: u64,
    status_before: Status,
}

#[actor(mailbox = 256, first = mailbox, messages_if = self.accepts(), busy_if = self.is_busy())]
impl Driver {
    /// Sends a request, and returns the whole answer.
    pub(crate) fn run(
        &mut self,
        request: Request,
        reply: Reply<Result<Response>>,
        context: &Context<Self>,
    ) {
        self.note_lease(context);
        match self.check() {
            Ok(()) => self.send(request, To::Rows(Response::default(), reply)),
            Err(error) => reply.send(Err(error)),
        }
    }

    /// Sends a request, and streams the answer.
    pub(crate) fn stream(
        &mut self,
        request: Request,
        pieces: Replies<Result<Piece>>,
        context: &Context<Self>,
    ) {
        self.note_lease(context);
        match self.check() {
            Ok(()) => self.send(request, To::Stream(pieces)),
            Err(error) => drop(pieces.finish(Err(error))),
        }
    }

    /// Prepares a statement, or returns the one that was prepared for the same text.
    pub(crate) fn prepare(&mut self, sql: Arc<str>, reply: Reply<Result<Arc<Prepared>>>) {
        if self.is_copying() {
            return reply.send(Err(Error::Copying));
        }
        let Some(name) = self.statements.want(&sql, reply) else { return };
        count(&self.card.counters.prepared);
        let mut request = Request::extended();
        let put = request.parse(&name, &sql, &[]).and_then(|()| request.describe_statement(&name));
        let described = Described { sql, name, parameters: Vec::new(), columns: None };
        match put {
            // Preparing a `COPY` is not yet one.
            Ok(()) => {
                self.send(Request { is_alone: false, ..request.sync() }, To::Statement(described));
            }
            Err(error) => self.statements.prepared(described, Some(error), &self.me),
        }
    }

    /// Closes a statement, once its last user has dropped it.
    pub(crate) fn close_statement(&mut self, name: String) {
        let mut request = Request::extended();
        if frontend::close(b'S', &name, &mut request.frames).is_ok() {
            self.send_quietly(request.sync());
        }
    }

    /// Sends a request whose answer is for nobody. Used when something is dropped.
    pub(crate) fn run_quietly(&mut self, request: Request) {
        self.send_quietly(request);
    }

    /// Begins a `COPY .. FROM STDIN`. The caller holds a lease.
    pub(crate) fn copy_in(
        &mut self,
        request: Request,
        reply: Reply<Result<()>>,
        context: &Context<Self>,
    ) {
        self.note_lease(context);
        match self.check() {
            Ok(()) => {
                self.copy_failed = None;
                let copy = CopyIn { started: Some(reply), ..CopyIn::default() };
                self.send(Request { is_alone: false, ..request }, To::CopyIn(copy));
            }
            Err(error) => reply.send(Err(error)),
        }
    }

    /// Sends data of the `COPY`. Fails if the server has refused it.
    pub(crate) fn copy_data(&mut self, data: Bytes) -> Result<()> {
        if !self.is_copying() {
            return Err(self.copy_error());
        }
        let data =
            frontend::CopyData::new(data).map_err(|error| Error::Invalid(Arc::new(error)))?;
        data.write(&mut self.out.buffer);
        self.extend_last();
        Ok(())
    }

    /// Ends the data of the `COPY`, and returns the number of rows.
    pub(crate) fn copy_done(&mut self, reply: Reply<Result<u64>>) {
        match self.pending.back_mut().map(|exchange| &mut exchange.to) {
            Some(To::CopyIn(copy)) if copy.finished.is_none() => {
                copy.finished = Some(reply);
                frontend::copy_done(&mut self.out.buffer);
                self.extend_last();
            }
            _ => reply.send(Err(self.copy_error())),
        }
    }

    /// Abandons the `COPY`.
    pub(crate) fn copy_fail(&mut self) {
        if self.is_copying()
            && frontend::copy_fail("it was abandoned", &mut self.out.buffer).is_ok()
        {
            self.extend_last();
            if let Some(exchange) = self.pending.back_mut() {
                exchange.to = To::Nobody;
                exchange.is_quiet = true;
            }
        }
    }

    /// Streams the notifications of a channel.
    pub(crate) fn listen(
        &mut self,
        channel: Arc<str>,
        id: u64,
        lost: Arc<AtomicU64>,
        to: Replies<Result<Notification>>,
    ) {
        let sql = format!("LISTEN {}", quoted(&channel));
        self.listeners.add(id, channel, lost, to);
        match Request::simple(&sql) {
            Ok(request) => self.send(request, To::Listener(id)),
            Err(error) => self.listeners.started(id, Some(error)),
        }
    }

    /// Streams the notifications of all channels.
    pub(crate) fn notifications(
        &mut self,
        lost: Arc<AtomicU64>,
        to: Replies<Result<Notification>>,
    ) {
        self.listeners.add_all(lost, to);
    }

    /// Removes a listener that was dropped.
    pub(crate) fn unlisten(&mut self, id: u64) {
        let channel = self.listeners.remove(id);
        let request =
            channel.and_then(|name| Request::simple(&format!("UNLISTEN {}", quoted(&name))).ok());
        if let Some(request) = request {
            self.send_quietly(request);
        }
    }

    /// Streams notices.
    pub(crate) fn notices(&mut self, to: Replies<Notice>) {
        self.listeners.add_notices(to);
    }

    /// Cancels the statement that runs, if it is alone. Replies when it is over.
    #[handler(always)]
    pub(crate) fn cancel(&mut self, reply: Reply<Result<bool>>) {
        match self.pending.front() {
            // No caller waits for the rollback of a lease that has ended, so none can cancel it.
            Some(first) if first.is_quiet => reply.send(Ok(false)),
            Some(first) if self.cancelling.is_idle() && self.is_exposed(first) => {
                self.cancelling.begin(first.start, &self.card);
                self.cancelling.reply_later(reply);
            }
            Some(_) if !self.cancelling.is_idle() => self.cancelling.reply_later(reply),
            _ => reply.send(Ok(false)),
        }
    }

    /// What the lease left open ends before anybody else's request is sent.
    #[on_release]
    fn roll_back(&mut self) {
        self.copy_fail();
        let Some(lease) = self.lease.take() else { return };
        let is_known_idle = self.card.status() == Status::Idle && self.pending.is_empty();
        // A transaction that was open before the lease is somebody else's.
        let may_be_open = self.has_begun || lease.status_before == Status::Idle && !is_known_idle;
        self.has_begun = false;
        // What may be a `COPY` is over first. Nothing else is sent before.
        self.rolls_back_later =
            may_be_open && self.pending.back().is_some_and(|last| last.is_alone);
        if may_be_open && !self.rolls_back_later {
            self.send_roll_back();
        }
    }

    /// Says goodbye.
    #[on_stop]
    async fn terminate(&mut self) {
        if self.broken.is_none() {
            frontend::terminate(&mut self.out.buffer);
            let goodbye = async {
                self.write.write_all_buf(&mut self.out.buffer).await?;
                self.write.shutdown().await
            };
            let _ = timeout(LAST_WORDS, goodbye).await;
        }
        let error = Error::Closed {
            may_have_run: false,
            why: self.broken.clone().unwrap_or(Closed::ByClient),
        };
        self.listeners.end(&error);
    }

    #[on(self.read.read_buf(&mut self.inbox), if self.stalled.is_none() && self.broken.is_none())]
    fn received(&mut self, read: io::Result<usize>, context: &Context<Self>) {
        count(&self.card.counters.reads);
        let parsed = match read {
            Ok(0) => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            Ok(_) => self.parse(),
            Err(error) => Err(error.into()),
        };
        match parsed {
            Ok(()) => self.watch_silence(),
            Err(why) => self.breaks(why, context),
        }
    }

    #[on(transmit(&mut self.write, &mut self.out, self.pending.len() > 1), if self.may_write())]
    fn written(&mut self, written: io::Result<usize>) {
        match written {
            Ok(written) => {
                self.out.written += written as u64;
                self.out.is_unflushed = written > 0 && self.write.needs_flush();
                if written > 0 {
                    count(&self.card.counters.writes);
                }
            }
            Err(error) => {
                // The server may have said why before it closed the connection, so reading goes on.
                self.out.clear();
                self.doom = Some((alarm_in(LAST_WORDS), error.into()));
            }
        }
    }

    #[on(first_caller(self.pending.front_mut(), self.stalled.is_some()), if self.watches_first())]
    fn first_caller_moved(&mut self, (): (), context: &Context<Self>) {
        if let Some(piece) = self.stalled.take() {
            let Some(first) = self.pending.front_mut() else { return };
            self.stalled = first.piece(piece);
            self.watch_silence();
            if let Err(why) = self.parse() {
                return self.breaks(why, context);
            }
        }
        self.cancel_abandoned();
    }

    #[on(self.cancelling.requests.join_next(), if !self.cancelling.requests.is_empty())]
    fn cancel_requested(&mut self, _: Option<Result<(), JoinError>>) {
        self.cancelling.requested(&self.card);
    }

    #[on(reached(self.stall_ends.as_mut()), if self.stalled.is_some() && self.stall_ends.is_some())]
    fn stalled_too_long(&mut self, (): (), context: &Context<Self>) {
        self.stalled = None;
        let after = self.card.config.limits.stall.unwrap_or_default();
        if let Some(first) = self.pending.front_mut()
            && let To::Stream(pieces) = std::mem::replace(&mut first.to, To::Nobody)
        {
            let _ = pieces.finish(Err(Error::Stalled { after }));
            first.cancel_on_drop = true;
        }
        if let Err(why) = self.parse() {
            return self.breaks(why, context);
        }
        self.cancel_abandoned();
    }

    #[on(reached(self.doom.as_mut().map(|(alarm, _)| alarm)), if self.doom.is_some() && self.stalled.is_none())]
    fn given_up(&mut self, (): (), context: &Context<Self>) {
        if let Some((_, why)) = self.doom.take() {
            self.breaks(why, context);
        }
    }
}

impl Driver {
    pub(crate) fn new(
        ready: Ready,
        card: Arc<Card>,
        cache: Arc<Cache>,
        me: WeakHandle<DriverHandle>,
    ) -> Self {
        let Ready { read, write, mut inbox, notices, .. } = ready;
        inbox.reserve(READ_SIZE);
        Self {
            read,
            inbox,
            write,
            out: Outbox::default(),
            pending: VecDeque::new(),
            stalled: None,
            stall_ends: None,
            doom: None,
            cancelling: Cancelling::default(),
            statements: Statements::new(card.config.statements, cache),
            listeners: Listeners::new(notices),
            has_begun: false,
            lease: None,
            rolls_back_later: false,
            copy_failed: None,
            fatal: None,
            broken: None,
            card,
            me,
        }
    }
}

/// Waits until an alarm.
#[cancel_safe]
async fn reached(alarm: Option<&mut Alarm>) {
    match alarm {
        Some(alarm) => alarm.as_mut().await,
        None => pending().await,
    }
}

fn alarm_in(duration: Duration) -> Alarm {
    Box::pin(sleep(duration))
}

/// An identifier, quoted.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
