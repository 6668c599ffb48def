//! The connection, an actor that reads the requests of one client and sends the replies in order.
//!
//! Requests that were read together are processed together. Consecutive commands for the store are sent to
//! it as one message, and so are consecutive `PUBLISH` commands to the hub. Their replies are combined
//! into one message to the writer, unless they are large.

mod blocking;
mod client;
mod config;
mod debug;
mod hello;
mod info;
mod local;
mod monitor;
mod pubsub;
mod teardown;
mod transaction;

use std::{
    pin::pin,
    sync::{Arc, atomic::AtomicUsize},
};

use actor_runtime::{CallError, CallErrorKind, Context, SendError, actor, select};
use bytes::{Bytes, BytesMut};
use tokio::{net::tcp::OwnedReadHalf, task::yield_now};

use crate::{
    command::{self, Command, Local, Run, StoreCommand},
    frame::{Frame, Protocol},
    hub::{HubHandle, Post, Subscriptions},
    reader::{FrameReader, ReadError, Words},
    server::ServerHandle,
    status::ClientStatus,
    store::{Request, StoreHandle, access::Fault, events::Notifications},
    writer::{Limits, Outbox},
};

pub(crate) use self::teardown::AbortHandle;
use self::{teardown::Registration, transaction::Transaction};

/// The maximum number of commands in one message to the store or the hub.
const MAX_BATCH: usize = 1024;

/// Replies are sent to the writer once they have this many bytes.
const MAX_BUFFERED: usize = 64 * 1024;

/// The initial capacity of the buffer for replies. It is sent with the replies, and then freed.
const SMALL_REPLIES: usize = 512;

/// Handles to the other actors, and the settings that a connection needs.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    pub(crate) store: StoreHandle,
    pub(crate) hub: HubHandle,
    /// Set by `CONFIG SET`.
    pub(crate) notifications: Notifications,
    /// The number of clients that are shown all commands.
    pub(crate) monitoring: Arc<AtomicUsize>,
    pub(crate) server: actor_runtime::WeakHandle<ServerHandle>,
    /// The number of databases.
    pub(crate) databases: usize,
    /// Whether `DEBUG PANIC` is allowed.
    pub(crate) allows_debug: bool,
    pub(crate) limits: Limits,
}

/// The connection of one client.
#[derive(Debug)]
pub(crate) struct Connection {
    reader: FrameReader<OwnedReadHalf>,
    outbox: Outbox,
    services: Services,
    /// The state shown by `CLIENT LIST`, shared with the server.
    status: Arc<ClientStatus>,
    /// Unregisters the connection from the other actors on drop.
    registration: Registration,
    protocol: Protocol,
    database: usize,
    name: Bytes,
    subscriptions: Subscriptions,
    transaction: Option<Transaction>,
    reply_mode: ReplyMode,
    /// Commands that were read but not yet run.
    batch: Batch,
    /// Lines for the clients that monitor, about the commands in the batch.
    lines: BytesMut,
    /// Replies that were not yet sent to the writer.
    replies: BytesMut,
    /// Passed to the hub, which aborts slow subscribers.
    abort_handle: AbortHandle,
    /// Whether the connection closes after the pending replies.
    is_closing: bool,
}

/// Consecutive commands for the same actor.
#[derive(Debug, Default)]
enum Batch {
    #[default]
    Empty,
    Store(Vec<Request>),
    Posts(Vec<Post>),
}

/// Which replies are sent, as set by `CLIENT REPLY`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ReplyMode {
    #[default]
    On,
    Off,
    /// The reply to the next command is skipped.
    SkipNext,
    /// The reply to the current command is skipped.
    SkipCurrent,
}

/// The reply to a command whose actor has already exited.
pub(crate) const SHUTTING_DOWN: Fault =
    Fault(std::borrow::Cow::Borrowed("ERR the server is shutting down"));

/// The reply to a command that another actor did not answer, so that a call of an actor ends with `?`.
///
/// An actor that has panicked is restarted, so the connection stays.
impl From<CallError> for Fault {
    fn from(error: CallError) -> Self {
        if has_panicked(&error) { format!("ERR {error}").into() } else { SHUTTING_DOWN }
    }
}

impl<M> From<SendError<M>> for Fault {
    fn from(_: SendError<M>) -> Self {
        SHUTTING_DOWN
    }
}

fn has_panicked(error: &CallError) -> bool {
    matches!(error.kind(), CallErrorKind::Panicked { .. })
}

#[actor(mailbox = 1)]
impl Connection {
    /// Ties the writer to the connection: it is shut down afterwards, or aborted with it.
    #[on_start]
    fn own_writer(&mut self, context: &Context<Self>) {
        self.outbox.belongs_to(context.children());
    }

    /// Runs a request, and all others that are already in the buffer of the reader.
    #[on(self.reader.read_frame())]
    async fn serve(&mut self, read: Result<Option<Words>, ReadError>, context: &Context<Self>) {
        let mut next = match read {
            Ok(words) => Ok(words),
            Err(ReadError::Protocol(error)) => Err(error),
            Err(ReadError::Io(_)) => Ok(None),
        };
        self.is_closing |= matches!(next, Ok(None));
        self.status.touch();
        let mut commands = 0;
        while !self.is_closing {
            commands += 1;
            if commands % MAX_BATCH == 0 {
                // Commands need not wait for anything, and much may have been read ahead.
                yield_now().await;
            }
            match next {
                Ok(Some(words)) => self.enqueue(words).await,
                Ok(None) => break,
                Err(error) => {
                    let text = format!("ERR Protocol error: {error}");
                    self.reply(Frame::Error(text.into())).await;
                    self.is_closing = true;
                }
            }
            next = self.reader.parse_frame();
        }
        self.run_batch().await;
        self.send().await;
        if self.is_closing {
            context.stop();
        }
    }
}

impl Connection {
    pub(crate) fn new(
        reader: OwnedReadHalf,
        outbox: Outbox,
        status: Arc<ClientStatus>,
        services: Services,
        abort_handle: AbortHandle,
    ) -> Self {
        let registration = Registration::new(status.id, &services);
        Self {
            reader: FrameReader::new(reader),
            outbox,
            services,
            status,
            registration,
            protocol: Protocol::default(),
            database: 0,
            name: Bytes::new(),
            subscriptions: Subscriptions::default(),
            transaction: None,
            reply_mode: ReplyMode::default(),
            batch: Batch::default(),
            lines: BytesMut::new(),
            replies: BytesMut::new(),
            abort_handle,
            is_closing: false,
        }
    }

    fn server(&self) -> Result<ServerHandle, Fault> {
        self.services.server.upgrade().ok_or(SHUTTING_DOWN)
    }

    /// Adds a command to the batch, or runs the batch and then the command.
    async fn enqueue(&mut self, words: Words) {
        if self.reply_mode == ReplyMode::SkipNext {
            self.reply_mode = ReplyMode::SkipCurrent;
        }
        if let Err(fault) = self.try_enqueue(words).await {
            self.reply(fault.into()).await;
        }
        if self.reply_mode == ReplyMode::SkipCurrent {
            self.run_batch().await;
            self.reply_mode = ReplyMode::On;
        }
    }

    async fn try_enqueue(&mut self, words: Words) -> Result<(), Fault> {
        let command = match self.check(&words) {
            Ok(command) => command,
            Err(_) if command::is_http(&words[0]) => {
                self.refuse_http().await;
                return Ok(());
            }
            Err(fault) => return Err(self.break_transaction(&words[0], fault).await),
        };
        self.status.set_command(command, &words);
        if let Some(transaction) = self.transaction.as_mut().filter(|_| !command.is_immediate()) {
            transaction.queued.push((command, words));
            self.status.set_queued(Some(transaction.queued.len()));
            self.reply(Frame::Simple("QUEUED")).await;
            return Ok(());
        }
        // Those that the connection runs are shown afterwards: `EXEC` follows its commands.
        if !matches!(command.run, Run::Local(_)) {
            self.show(command, &words);
        }
        match command.run {
            Run::Store(command) => self.batch_request(command, words).await,
            Run::Blocking(command) => {
                self.run_batch().await;
                let request = Request { command, database: self.database, words };
                if let Some(frame) = self.pop(request).await? {
                    self.reply(frame).await;
                }
            }
            Run::Publish { is_sharded } => self.batch_post(is_sharded, words).await,
            Run::Local(local) => {
                self.run_batch().await;
                let done = self.run_local(local, &words[1..]).await;
                self.show(command, &words);
                self.report().await;
                if let Some(frame) = done? {
                    self.reply(frame).await;
                }
            }
        }
        Ok(())
    }

    /// Looks up a command, and checks that it may run in the current state.
    fn check(&self, words: &[Bytes]) -> Result<&'static Command, Fault> {
        let command = Command::of(words)?;
        let is_subscriber = self.protocol == Protocol::Resp2 && self.subscriptions.total() > 0;
        if is_subscriber && !command.is_for_subscribers() {
            let name = command.full_name(words);
            return Err(format!("ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context").into());
        }
        if self.registration.is_monitor && command.uses_keys() {
            return Err(Fault("ERR Replica can't interact with the keyspace".into()));
        }
        Ok(command)
    }

    /// Closes the connection without a reply, also to earlier requests: a browser might show it to an attacker.
    async fn refuse_http(&mut self) {
        let peer = self.status.peer;
        tracing::warn!("possible attack: {peer} sends HTTP requests; its connection is closed");
        self.run_batch().await;
        self.replies.clear();
        self.is_closing = true;
    }

    async fn batch_request(&mut self, command: StoreCommand, words: Words) {
        let request = Request { command, database: self.database, words };
        match &mut self.batch {
            Batch::Store(requests) if requests.len() < MAX_BATCH => requests.push(request),
            _ => {
                self.run_batch().await;
                self.batch = Batch::Store(vec![request]);
            }
        }
    }

    async fn batch_post(&mut self, is_sharded: bool, words: Words) {
        let post = Post { is_sharded, channel: words[1].clone(), payload: words[2].clone() };
        match &mut self.batch {
            Batch::Posts(posts) if posts.len() < MAX_BATCH => posts.push(post),
            _ => {
                self.run_batch().await;
                self.batch = Batch::Posts(vec![post]);
            }
        }
    }

    /// Runs the batch and buffers the replies.
    async fn run_batch(&mut self) {
        self.report().await;
        match std::mem::take(&mut self.batch) {
            Batch::Empty => {}
            Batch::Store(requests) => {
                let count = requests.len();
                match self.services.store.run(requests).await {
                    Ok(frames) => self.write_all(frames).await,
                    Err(error) => self.refuse(count, error),
                }
            }
            Batch::Posts(posts) => {
                let count = posts.len();
                match self.services.hub.publish(posts).await {
                    Ok(counts) => self.write_all(counts.into_iter().map(Frame::count)).await,
                    Err(error) => self.refuse(count, error),
                }
            }
        }
    }

    /// Buffers replies. Waits for a slow client if the buffer is full.
    async fn write_all(&mut self, frames: impl IntoIterator<Item = Frame>) {
        for frame in frames {
            self.write(&frame);
            if self.replies.len() >= MAX_BUFFERED {
                self.send().await;
            }
        }
    }

    fn refuse(&mut self, count: usize, error: CallError) {
        self.is_closing |= !has_panicked(&error);
        let frame = Frame::from(Fault::from(error));
        for _ in 0..count {
            self.write(&frame);
        }
    }

    /// Buffers a reply, after the replies to the batch.
    async fn reply(&mut self, frame: Frame) {
        self.run_batch().await;
        self.write_all([frame]).await;
    }

    fn write(&mut self, frame: &Frame) {
        if self.sends_replies() {
            if self.replies.is_empty() {
                self.replies.reserve(SMALL_REPLIES);
            }
            frame.encode(self.protocol, &mut self.replies);
        }
    }

    /// Sends the buffered replies to the writer.
    ///
    /// If that has to wait for the client to read, requests are read meanwhile: the client may not read a
    /// reply before it has written all its requests.
    async fn send(&mut self) {
        if self.replies.is_empty() {
            return;
        }
        let Self { outbox, reader, services, .. } = self;
        let mut sent = pin!(outbox.send(std::mem::take(&mut self.replies)));
        let is_sent = loop {
            select! {
                biased;
                is_sent = &mut sent => break is_sent,
                () = reader.read_ahead(services.limits.requests) => {}
            }
        };
        self.is_closing |= !is_sent;
    }

    async fn run_local(&mut self, local: Local, words: &[Bytes]) -> Result<Option<Frame>, Fault> {
        match local {
            Local::Exec => self.exec().await,
            _ => self.run_simple(local, words).await,
        }
    }
}
