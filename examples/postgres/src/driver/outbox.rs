//! Bytes on their way to the server.

use std::{
    future::{Future, poll_fn},
    io,
    task::Poll,
};

use actor_runtime::{cancel_safe, cancel_safe::assume_cancel_safe};
use bytes::BytesMut;
use tokio::io::AsyncWriteExt;

use crate::transport::WriteHalf;

/// Bytes that are not written yet, and how many were.
#[derive(Default)]
pub(super) struct Outbox {
    pub(super) buffer: BytesMut,
    /// Bytes that were written since the start.
    pub(super) written: u64,
    /// Whether written bytes are to be flushed.
    pub(super) is_unflushed: bool,
}

impl Outbox {
    /// The position of the next byte that will be queued.
    pub(super) fn position(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    pub(super) fn is_done(&self) -> bool {
        self.buffer.is_empty() && !self.is_unflushed
    }

    /// Whether everything before a position has left for the server.
    pub(super) fn has_sent(&self, position: u64) -> bool {
        position <= self.written && !self.is_unflushed
    }

    pub(super) fn clear(&mut self) {
        self.buffer.clear();
        self.is_unflushed = false;
    }
}

/// Flushes what was written, or writes what there is.
///
/// If others are under way, it first lets the tasks run that are ready: callers that were just answered often call
/// again, and their requests become part of the same write. Before that, the other sources are polled once. So if the
/// first caller has gone, its statement is cancelled, and nothing is sent behind it.
#[cancel_safe]
pub(super) async fn transmit(
    writer: &mut WriteHalf,
    out: &mut Outbox,
    has_others: bool,
) -> io::Result<usize> {
    if out.is_unflushed {
        writer.flush().await?;
        return Ok(0);
    }
    if has_others {
        repeatable(assume_cancel_safe("it only waits", one_round())).await;
    }
    writer.write_buf(&mut out.buffer).await
}

/// Waits until the tasks have run that are ready now. `yield_now` of tokio would also wait for those that they wake, and
/// look for work elsewhere and at the sockets first, and the server would have nothing to do meanwhile.
fn one_round() -> impl Future<Output = ()> {
    let mut is_over = false;
    poll_fn(move |cx| {
        if std::mem::replace(&mut is_over, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}
