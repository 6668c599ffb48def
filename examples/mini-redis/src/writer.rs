//! The writing half of a connection, which combines replies and published messages into large writes.
//!
//! A connection writes through an [`Outbox`] and waits if its client reads too slowly. The hub writes
//! through a [`WeakOutbox`], which never waits.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use actor_runtime::{ActorHandle, Context, Scope, WeakHandle, actor, spawn};
use bytes::{Bytes, BytesMut};
use tokio::{io::AsyncWriteExt, net::tcp::OwnedWriteHalf};

/// The buffer is written once it has this many bytes.
const MAX_BUFFERED: usize = 64 * 1024;

/// The bytes that a waiting message counts for, in addition to its content.
const OVERHEAD: usize = 64;

/// How much is buffered for a client that does not read, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests that are read while earlier ones wait for the client to read its replies. A client with more
    /// cannot write until it has read.
    pub requests: usize,
    /// Replies. A client that has not read more than this has no further requests run.
    pub replies: usize,
    /// Published messages and replies of a subscriber. A client with more is disconnected, because
    /// publishers do not wait for it.
    pub messages: usize,
}

impl Default for Limits {
    /// Limits so high that every client is served that Redis serves with its default settings.
    fn default() -> Self {
        const MEGABYTE: usize = 1024 * 1024;
        Self { requests: 1024 * MEGABYTE, replies: MEGABYTE, messages: 32 * MEGABYTE }
    }
}

/// Writes to one client.
///
/// The writer is shut down after its connection, and writes its buffer before it exits. If the connection
/// is aborted, so is the writer.
#[derive(Debug)]
pub struct Writer {
    stream: OwnedWriteHalf,
    /// Published bytes that were not yet passed to the socket, which other writers have as well.
    shared: Bytes,
    /// Bytes that were not yet passed to the socket. They follow those in `shared`.
    gathered: BytesMut,
    /// How much both count for in `unread`.
    gathered_size: usize,
    /// The size of what is in the mailbox, in `shared` and in `gathered`. Shared with the outboxes.
    unread: Arc<AtomicUsize>,
}

/// Returns how much a message counts for.
fn size(bytes: &[u8]) -> usize {
    bytes.len() + OVERHEAD
}

#[actor(mailbox = 1024)]
impl Writer {
    /// Adds bytes to the buffer, and writes it if it is large.
    pub async fn write(&mut self, bytes: BytesMut, context: &Context<Self>) {
        self.gathered_size += size(&bytes);
        if self.gathered.is_empty() {
            self.gathered = bytes;
        } else {
            self.gathered.extend_from_slice(&bytes);
        }
        if self.gathered.len() >= MAX_BUFFERED {
            self.flush(context).await;
        }
    }

    /// Adds bytes that other writers have as well. They are not copied unless others wait to be written.
    pub async fn write_shared(&mut self, bytes: Bytes, context: &Context<Self>) {
        if !self.gathered.is_empty() || !self.shared.is_empty() {
            return self.write(bytes.into(), context).await;
        }
        self.gathered_size += size(&bytes);
        self.shared = bytes;
    }

    /// Writes the buffer, and frees it. This also runs once after the mailbox has closed and was drained.
    #[on_idle]
    async fn flush(&mut self, context: &Context<Self>) {
        let shared = std::mem::take(&mut self.shared);
        let mut written = self.stream.write_all(&shared).await;
        if written.is_ok() {
            written = self.stream.write_all(&self.gathered).await;
        }
        self.unread.fetch_sub(std::mem::take(&mut self.gathered_size), Relaxed);
        self.gathered = BytesMut::new();
        if written.is_err() {
            // The client is gone. The connection notices when it sends the next reply.
            context.stop();
        }
    }
}

/// The connection's handle to its writer.
#[derive(Debug)]
pub struct Outbox {
    writer: WriterHandle,
    limits: Limits,
    unread: Arc<AtomicUsize>,
}

impl Outbox {
    /// Spawns a writer.
    pub(crate) fn new(stream: OwnedWriteHalf, limits: Limits) -> Self {
        let unread = Arc::new(AtomicUsize::new(0));
        let writer = Writer {
            stream,
            shared: Bytes::new(),
            gathered: BytesMut::new(),
            gathered_size: 0,
            unread: unread.clone(),
        };
        Self { writer: spawn(writer), limits, unread }
    }

    /// Adds the writer to a scope.
    pub(crate) fn belongs_to(&self, scope: &Scope) {
        scope.add(&self.writer);
    }

    /// Sends bytes to the client. Returns `false` if the writer has exited.
    ///
    /// Waits until the bytes were handled if the client has more than [`Limits::replies`] to read.
    pub(crate) async fn send(&self, bytes: BytesMut) -> bool {
        let unread = self.unread.fetch_add(size(&bytes), Relaxed);
        let write = self.writer.write(bytes);
        if unread > self.limits.replies { write.await.is_ok() } else { write.cast().await.is_ok() }
    }

    /// Creates a handle that never waits and does not keep the writer alive.
    pub(crate) fn downgrade(&self) -> WeakOutbox {
        let (writer, unread) = (self.writer.downgrade(), self.unread.clone());
        WeakOutbox { writer, limit: self.limits.messages, unread }
    }
}

/// The hub's and the server's handle to a writer.
#[derive(Clone, Debug)]
pub struct WeakOutbox {
    writer: WeakHandle<WriterHandle>,
    limit: usize,
    unread: Arc<AtomicUsize>,
}

/// The error of a client that does not read fast enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSlow;

impl WeakOutbox {
    /// Sends bytes to the client without waiting. Does nothing if the writer has exited.
    ///
    /// # Errors
    ///
    /// Returns an error if the client has more than [`Limits::messages`] to read.
    pub(crate) fn push(&self, bytes: Bytes) -> Result<(), TooSlow> {
        let Some(writer) = self.writer.upgrade() else {
            return Ok(());
        };
        let size = size(&bytes);
        if self.unread.fetch_add(size, Relaxed) + size > self.limit {
            return Err(TooSlow);
        }
        // The limit above bounds the mailbox. An error means that the writer has exited.
        let _ = writer.write_shared(bytes).cast_now();
        Ok(())
    }

    /// Returns the number of bytes that wait to be written to the client.
    pub(crate) fn unread(&self) -> usize {
        self.unread.load(Relaxed)
    }
}
