//! A connection: reads commands, has them run, and sends the replies in their order.
//!
//! What was read together is run together: commands for the store that follow each other are one message,
//! and so are messages to be published; the replies to all of it are one message to the writer.

mod client;
mod hello;
mod lifeline;
mod local;
mod pubsub;
mod server;
mod transaction;

use std::sync::Arc;

use actor_runtime::{Context, actor};
use bytes::{Bytes, BytesMut};
use tokio::net::{TcpStream, tcp::OwnedReadHalf};

use crate::{
    card::Card,
    command::{Command, Local, Run, StoreCommand},
    frame::{Frame, Protocol},
    hub::{HubHandle, Post, Subscriptions},
    reader::{FrameReader, ReadError, Words},
    server::ServerHandle,
    store::{Request, StoreHandle, access::Fault},
    writer::{Outbox, WeakOutbox},
};

pub(crate) use self::lifeline::Lifeline;
use self::{lifeline::Membership, transaction::Transaction};

/// So many commands are one message at most.
const TOGETHER: usize = 1024;

/// So many bytes of replies are gathered at most before they are sent to the writer.
const GATHER: usize = 64 * 1024;

/// What a connection can reach.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    pub(crate) store: StoreHandle,
    pub(crate) hub: HubHandle,
    pub(crate) server: actor_runtime::WeakHandle<ServerHandle>,
    /// How many databases there are.
    pub(crate) databases: usize,
}

/// One client.
#[derive(Debug)]
pub(crate) struct Connection {
    reader: FrameReader<OwnedReadHalf>,
    outbox: Outbox,
    surroundings: Surroundings,
    /// What others may see of the connection.
    card: Arc<Card>,
    /// Ends all that others have of it.
    membership: Membership,
    protocol: Protocol,
    database: usize,
    name: Bytes,
    subscriptions: Subscriptions,
    transaction: Option<Transaction>,
    quiet: Quiet,
    /// Commands that were read and are run together.
    group: Group,
    /// Replies that were not sent yet.
    replies: BytesMut,
    /// For those who may have to cut the connection. It is there once the actor has started.
    lifeline: Option<Lifeline>,
    /// The client has said goodbye, or is told to go.
    is_over: bool,
}

/// Commands of one kind that follow each other.
#[derive(Debug, Default)]
enum Group {
    #[default]
    Empty,
    Store(Vec<Request>),
    Posts(Vec<Post>),
}

/// Which replies a client does not want, as `CLIENT REPLY` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Quiet {
    #[default]
    Never,
    Always,
    /// The next one.
    Next,
    /// The one of the command that runs now.
    Now,
}

/// What is left to be said when a connection was asked for something that it cannot ask others.
const GOING: Fault = Fault(std::borrow::Cow::Borrowed("ERR the server is shutting down"));

#[actor(mailbox = 1)]
impl Connection {
    /// The writer ends with the connection: after it, or at once if the connection is cut.
    #[on_start]
    fn own_writer(&mut self, context: &Context<Self>) {
        self.outbox.belongs_to(context.children());
        self.lifeline = Some(Lifeline::new(context.handle().clone()));
    }

    /// Runs a command, and what else was read with it.
    #[on(self.reader.read_frame())]
    async fn serve(&mut self, read: Result<Option<Words>, ReadError>, context: &Context<Self>) {
        let mut next = match read {
            Ok(words) => Ok(words),
            Err(ReadError::Protocol(error)) => Err(error),
            Err(ReadError::Io(_)) => Ok(None),
        };
        self.is_over |= matches!(next, Ok(None));
        self.card.is_active();
        while !self.is_over {
            match next {
                Ok(Some(words)) => self.take(words).await,
                Ok(None) => break,
                Err(error) => {
                    let text = format!("ERR Protocol error: {error}");
                    self.reply(Frame::Error(text.into())).await;
                    self.is_over = true;
                }
            }
            next = self.reader.parse_frame();
        }
        self.run_group().await;
        self.send().await;
        if self.is_over {
            context.stop();
        }
    }
}

impl Connection {
    /// The way to its client, for others.
    pub(crate) fn outbox(&self) -> WeakOutbox {
        self.outbox.downgrade()
    }

    pub(crate) fn new(stream: TcpStream, card: Arc<Card>, surroundings: Surroundings) -> Self {
        let (reader, writer) = stream.into_split();
        let membership = Membership::new(card.id, &surroundings);
        Self {
            reader: FrameReader::new(reader),
            outbox: Outbox::new(writer),
            surroundings,
            card,
            membership,
            protocol: Protocol::default(),
            database: 0,
            name: Bytes::new(),
            subscriptions: Subscriptions::default(),
            transaction: None,
            quiet: Quiet::default(),
            group: Group::default(),
            replies: BytesMut::new(),
            lifeline: None,
            is_over: false,
        }
    }

    /// Runs a command, or puts it with others to be run soon.
    async fn take(&mut self, words: Words) {
        if self.quiet == Quiet::Next {
            self.quiet = Quiet::Now;
        }
        if let Err(fault) = self.try_take(words).await {
            self.reply(fault.into()).await;
        }
        if self.quiet == Quiet::Now {
            self.run_group().await;
            self.quiet = Quiet::Never;
        }
    }

    async fn try_take(&mut self, words: Words) -> Result<(), Fault> {
        let command = match self.check(&words) {
            Ok(command) => command,
            Err(fault) => return Err(self.break_transaction(&words[0], fault).await),
        };
        self.card.runs(command);
        if let Some(transaction) = self.transaction.as_mut().filter(|_| !command.is_immediate()) {
            transaction.queued.push((command, words));
            self.card.has_queued(Some(transaction.queued.len()));
            self.reply(Frame::Simple("QUEUED")).await;
            return Ok(());
        }
        match command.run {
            Run::Store(command) => self.take_request(command, words).await,
            Run::Publish { is_sharded } => self.take_post(is_sharded, words).await,
            Run::Local(local) => {
                self.run_group().await;
                if let Some(frame) = self.run_local(local, &words[1..]).await? {
                    self.reply(frame).await;
                }
            }
        }
        Ok(())
    }

    /// Which command it is, if it may be run here and now.
    fn check(&self, words: &[Bytes]) -> Result<&'static Command, Fault> {
        let command = Command::of(words)?;
        let is_subscriber = self.protocol == Protocol::Resp2 && self.subscriptions.total() > 0;
        if is_subscriber && !command.is_for_subscribers() {
            let name = command.full_name(words);
            return Err(format!("ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context").into());
        }
        Ok(command)
    }

    async fn take_request(&mut self, command: StoreCommand, words: Words) {
        let request = Request { command, database: self.database, words };
        match &mut self.group {
            Group::Store(requests) if requests.len() < TOGETHER => requests.push(request),
            _ => {
                self.run_group().await;
                self.group = Group::Store(vec![request]);
            }
        }
    }

    async fn take_post(&mut self, is_sharded: bool, words: Words) {
        let post = Post { is_sharded, channel: words[1].clone(), payload: words[2].clone() };
        match &mut self.group {
            Group::Posts(posts) if posts.len() < TOGETHER => posts.push(post),
            _ => {
                self.run_group().await;
                self.group = Group::Posts(vec![post]);
            }
        }
    }

    /// Runs what was put together, and keeps the replies.
    async fn run_group(&mut self) {
        match std::mem::take(&mut self.group) {
            Group::Empty => {}
            Group::Store(requests) => {
                let count = requests.len();
                match self.surroundings.store.run(requests).await {
                    Ok(frames) => self.write_all(frames).await,
                    Err(_) => self.refuse(count),
                }
            }
            Group::Posts(posts) => {
                let count = posts.len();
                match self.surroundings.hub.publish(posts).await {
                    Ok(counts) => self.write_all(counts.into_iter().map(Frame::count)).await,
                    Err(_) => self.refuse(count),
                }
            }
        }
    }

    /// Keeps replies. They may be large, so a client that does not read them holds this up.
    async fn write_all(&mut self, frames: impl IntoIterator<Item = Frame>) {
        for frame in frames {
            self.write(&frame);
            if self.replies.len() >= GATHER {
                self.send().await;
            }
        }
    }

    fn refuse(&mut self, count: usize) {
        for _ in 0..count {
            self.write(&GOING.into());
        }
        self.is_over = true;
    }

    /// Replies to a command, after those that came before it.
    async fn reply(&mut self, frame: Frame) {
        self.run_group().await;
        self.write_all([frame]).await;
    }

    fn write(&mut self, frame: &Frame) {
        if self.is_heard() {
            frame.encode(self.protocol, &mut self.replies);
        }
    }

    /// Sends all replies to the writer, and says whether the client is still there.
    async fn send(&mut self) -> bool {
        if self.replies.is_empty() {
            return true;
        }
        let is_there = self.outbox.send(self.replies.split().freeze()).await;
        self.is_over |= !is_there;
        is_there
    }

    async fn run_local(&mut self, local: Local, words: &[Bytes]) -> Result<Option<Frame>, Fault> {
        match local {
            Local::Exec => self.exec().await,
            _ => self.run_simple(local, words).await,
        }
    }
}
