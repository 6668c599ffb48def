//! The writing half of a connection, which combines replies and published messages into large writes.
//!
//! A connection writes through an [`Outbox`] and waits if its client reads too slowly. The hub writes
//! through a [`WeakOutbox`], which never waits.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use actor_runtime::{ActorHandle, Context, Scope, TrySendError, WeakHandle, actor, spawn};
use bytes::{Bytes, BytesMut};
use tokio::{io::AsyncWriteExt, net::tcp::OwnedWriteHalf};

/// The buffer is written once it has this many bytes.
const MAX_BUFFERED: usize = 64 * 1024;

/// A connection waits for its writer when the client has more unread bytes than this.
const HIGH_WATER_MARK: usize = 1024 * 1024;

/// A subscriber with more unread bytes than this is disconnected, because publishers do not wait for it.
/// Redis has the same default.
const OUTPUT_LIMIT: usize = 32 * 1024 * 1024;

/// Writes to one client.
///
/// The writer is shut down after its connection, and writes its buffer before it exits. If the connection
/// is aborted, so is the writer.
#[derive(Debug)]
pub struct Writer {
    stream: OwnedWriteHalf,
    /// Bytes that were not yet passed to the socket.
    gathered: BytesMut,
    /// The number of bytes in the mailbox and in `gathered`. Shared with the outboxes.
    unread: Arc<AtomicUsize>,
}

#[actor(mailbox = 1024)]
impl Writer {
    /// Adds bytes to the buffer, and writes it if it is large.
    pub async fn write(&mut self, bytes: Bytes, context: &Context<Self>) {
        if self.gathered.is_empty() {
            // This does not copy if the bytes are not shared, which is the usual case.
            self.gathered = BytesMut::from(bytes);
        } else {
            self.gathered.extend_from_slice(&bytes);
        }
        if self.gathered.len() >= MAX_BUFFERED {
            self.flush(context).await;
        }
    }

    /// Writes the buffer. This also runs once after the mailbox has closed and was drained.
    #[on_idle]
    async fn flush(&mut self, context: &Context<Self>) {
        let written = self.stream.write_all(&self.gathered).await;
        self.unread.fetch_sub(self.gathered.len(), Relaxed);
        self.gathered.clear();
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
    unread: Arc<AtomicUsize>,
}

impl Outbox {
    /// Spawns a writer.
    pub(crate) fn new(stream: OwnedWriteHalf) -> Self {
        let unread = Arc::new(AtomicUsize::new(0));
        let writer = Writer { stream, gathered: BytesMut::new(), unread: unread.clone() };
        Self { writer: spawn(writer), unread }
    }

    /// Adds the writer to a scope.
    pub(crate) fn belongs_to(&self, scope: &Scope) {
        scope.add(&self.writer);
    }

    /// Sends bytes to the client. Returns `false` if the writer has exited.
    ///
    /// Waits until the bytes were handled if the client has more than [`HIGH_WATER_MARK`] unread bytes.
    pub(crate) async fn send(&self, bytes: Bytes) -> bool {
        let unread = self.unread.fetch_add(bytes.len(), Relaxed);
        let write = self.writer.write(bytes);
        if unread > HIGH_WATER_MARK { write.await.is_ok() } else { write.cast().await.is_ok() }
    }

    /// Creates a handle that never waits and does not keep the writer alive.
    pub(crate) fn downgrade(&self) -> WeakOutbox {
        WeakOutbox { writer: self.writer.downgrade(), unread: self.unread.clone() }
    }
}

/// The hub's and the server's handle to a writer.
#[derive(Clone, Debug)]
pub struct WeakOutbox {
    writer: WeakHandle<WriterHandle>,
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
    /// Returns an error if the client has more than [`OUTPUT_LIMIT`] unread bytes, or if the mailbox of its
    /// writer is full.
    pub(crate) fn push(&self, bytes: Bytes) -> Result<(), TooSlow> {
        let Some(writer) = self.writer.upgrade() else {
            return Ok(());
        };
        let length = bytes.len();
        let unread = self.unread.fetch_add(length, Relaxed) + length;
        let is_full = matches!(writer.write(bytes).try_cast(), Err(TrySendError::Full(_)));
        if unread > OUTPUT_LIMIT || is_full { Err(TooSlow) } else { Ok(()) }
    }

    /// Returns the number of bytes that wait to be written to the client.
    pub(crate) fn unread(&self) -> usize {
        self.unread.load(Relaxed)
    }
}
