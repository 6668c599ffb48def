//! The writing half of a connection: replies and messages are gathered, and written together.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use actor_runtime::{ActorHandle, Context, Scope, TrySendError, WeakHandle, actor, spawn};
use bytes::{Bytes, BytesMut};
use tokio::{io::AsyncWriteExt, net::tcp::OwnedWriteHalf};

/// So much is gathered at most before it is written.
const MAX_BUFFERED: usize = 64 * 1024;

/// A connection whose client has so much to read is held back: it gets the next reply when it has read
/// some of it.
const HIGH_WATER_MARK: usize = 1024 * 1024;

/// A subscriber that has so much to read is cut off, because nobody waits for it. The number is Redis's
/// own limit for subscribers.
const OUTPUT_LIMIT: usize = 32 * 1024 * 1024;

/// Writes to one client. It ends when the connection does, and has written everything by then.
#[derive(Debug)]
pub struct Writer {
    stream: OwnedWriteHalf,
    /// What is to be written next.
    gathered: BytesMut,
    /// How many bytes are on their way to the client, in the mailbox and in here.
    unread: Arc<AtomicUsize>,
}

#[actor(mailbox = 1024)]
impl Writer {
    /// Writes some bytes, soon and in order.
    pub async fn write(&mut self, bytes: Bytes, context: &Context<Self>) {
        if self.gathered.is_empty() {
            // Nobody else has the bytes, so they need not be copied.
            self.gathered = BytesMut::from(bytes);
        } else {
            self.gathered.extend_from_slice(&bytes);
        }
        if self.gathered.len() >= MAX_BUFFERED {
            self.flush(context).await;
        }
    }

    /// Writes what was gathered. That is also the last thing that happens: a mailbox that has closed
    /// runs empty once more.
    #[on_idle]
    async fn flush(&mut self, context: &Context<Self>) {
        let written = self.stream.write_all(&self.gathered).await;
        self.unread.fetch_sub(self.gathered.len(), Relaxed);
        self.gathered.clear();
        if written.is_err() {
            // The client is gone. The connection learns of it with its next reply.
            context.stop();
        }
    }
}

/// The way to a client: its writer, and how much it has to read.
#[derive(Debug)]
pub struct Outbox {
    writer: WriterHandle,
    unread: Arc<AtomicUsize>,
}

impl Outbox {
    /// Starts a writer, and gives the way to it.
    pub(crate) fn new(stream: OwnedWriteHalf) -> Self {
        let unread = Arc::new(AtomicUsize::new(0));
        let writer = Writer { stream, gathered: BytesMut::new(), unread: unread.clone() };
        Self { writer: spawn(writer), unread }
    }

    /// The writer ends with a scope.
    pub(crate) fn belongs_to(&self, scope: &Scope) {
        scope.add(&self.writer);
    }

    /// Sends bytes to the client, and waits if it reads too slowly. Says whether it is still there.
    pub(crate) async fn send(&self, bytes: Bytes) -> bool {
        let unread = self.unread.fetch_add(bytes.len(), Relaxed);
        let write = self.writer.write(bytes);
        if unread > HIGH_WATER_MARK { write.await.is_ok() } else { write.cast().await.is_ok() }
    }

    /// For those who may not wait, and do not keep the connection.
    pub(crate) fn downgrade(&self) -> WeakOutbox {
        WeakOutbox { writer: self.writer.downgrade(), unread: self.unread.clone() }
    }
}

/// The way to a client, as long as its connection lives.
#[derive(Clone, Debug)]
pub struct WeakOutbox {
    writer: WeakHandle<WriterHandle>,
    unread: Arc<AtomicUsize>,
}

/// The client reads too slowly, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSlow;

impl WeakOutbox {
    /// Sends bytes to the client without waiting. What a client misses that is gone is no loss.
    ///
    /// # Errors
    ///
    /// If the client has too much to read already.
    pub(crate) fn push(&self, bytes: Bytes) -> Result<(), TooSlow> {
        let Some(writer) = self.writer.upgrade() else {
            return Ok(());
        };
        let length = bytes.len();
        let unread = self.unread.fetch_add(length, Relaxed) + length;
        let is_full = matches!(writer.write(bytes).try_cast(), Err(TrySendError::Full(_)));
        if unread > OUTPUT_LIMIT || is_full { Err(TooSlow) } else { Ok(()) }
    }

    /// How many bytes the client has to read.
    pub(crate) fn unread(&self) -> usize {
        self.unread.load(Relaxed)
    }
}
