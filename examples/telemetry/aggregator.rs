//! The actor around the [`Buffer`].

use std::{collections::VecDeque, mem};

use actor_runtime::{Context, Reply, WeakHandle, actor};

use super::{
    buffer::{Buffer, Limits, Refusal, Stats},
    frame::{Frame, SatelliteId},
};

/// Collects the frames of all satellites.
#[derive(Debug)]
pub struct Aggregator {
    buffer: Buffer,
    /// Emergency frames that wait for room, each with the reply of its uplink. An uplink waits for its
    /// reply before it sends another, so there is at most one entry per uplink.
    held_back: VecDeque<(Frame, Reply<()>)>,
}

#[actor(mailbox = 128)]
impl Aggregator {
    /// Creates an empty aggregator.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { buffer: Buffer::new(limits), held_back: VecDeque::new() }
    }

    /// Stores a routine frame. If the buffer is full, the oldest routine frame is dropped.
    pub fn push(&mut self, frame: Frame) {
        self.buffer.push(frame);
    }

    /// Stores an emergency frame and replies when it is stored.
    ///
    /// While the buffer is full of emergency frames, the reply is delayed. Wait for it before sending the
    /// next frame; this is the only backpressure.
    ///
    /// # Cancel safety
    ///
    /// The frame is stored even if the caller is dropped, once the message has been accepted.
    #[handler(run_abandoned)]
    pub fn report(&mut self, frame: Frame, stored: Reply<()>) {
        match self.buffer.push_emergency(frame) {
            Ok(()) => stored.send(()),
            Err(frame) => self.held_back.push_back((frame, stored)),
        }
    }

    /// Returns the number of stored frames.
    pub fn depth(&self) -> usize {
        self.buffer.depth()
    }

    /// Removes up to `max` frames: emergency frames first, and the oldest first within each priority.
    ///
    /// # Cancel safety
    ///
    /// The frames return to the buffer if the [`Drained`] is dropped without [`take`](Drained::take).
    pub fn drain(&mut self, max: usize, context: &Context<Self>) -> Drained {
        let frames = self.buffer.drain(max);
        self.admit_held_back();
        Drained { frames, aggregator: context.handle().clone() }
    }

    /// Returns the current statistics.
    pub fn stats(&self) -> Stats {
        Stats { held_back: self.held_back.len(), ..self.buffer.stats() }
    }

    /// Gives one uplink the exclusive right to send frames of a satellite, until the claim is dropped.
    ///
    /// # Errors
    ///
    /// See [`Refusal`].
    pub fn claim(
        &mut self,
        satellite: SatelliteId,
        context: &Context<Self>,
    ) -> Result<Claim, Refusal> {
        let newest = self.buffer.claim(satellite)?;
        Ok(Claim { satellite, newest, aggregator: context.handle().clone() })
    }

    /// Ends a claim.
    pub(crate) fn release(&mut self, satellite: SatelliteId) {
        self.buffer.release(satellite);
    }

    /// Returns drained frames to the buffer.
    pub(crate) fn put_back(&mut self, frames: Vec<Frame>) {
        self.buffer.put_back(frames);
    }

    /// Stores the remaining frames beyond the limit, so that none is lost at shutdown.
    #[on_stop]
    fn keep_held_back(&mut self) {
        for (frame, stored) in self.held_back.drain(..) {
            self.buffer.keep(frame);
            stored.send(());
        }
    }

    fn admit_held_back(&mut self) {
        while self.buffer.has_room_for_emergency()
            && let Some((frame, stored)) = self.held_back.pop_front()
        {
            // This cannot fail, because there is room.
            if self.buffer.push_emergency(frame).is_ok() {
                stored.send(());
            }
        }
    }
}

impl Aggregator {
    /// Returns the buffer, with the stored frames and the account of each satellite.
    #[must_use]
    pub fn buffer(&self) -> &Buffer {
        &self.buffer
    }
}

/// Frames removed from the buffer by a drain.
///
/// Dropping this without calling [`take`](Self::take) returns the frames to the aggregator, so that a caller
/// that is cancelled loses none while the aggregator is running.
#[derive(Debug)]
#[must_use = "the frames return to the aggregator when this is dropped"]
pub struct Drained {
    frames: Vec<Frame>,
    aggregator: WeakHandle<AggregatorHandle>,
}

impl Drained {
    /// Takes the frames.
    #[must_use]
    pub fn take(mut self) -> Vec<Frame> {
        mem::take(&mut self.frames)
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        let frames = mem::take(&mut self.frames);
        if frames.is_empty() {
            return;
        }
        let count = frames.len();
        let put_back = self
            .aggregator
            .upgrade()
            .is_some_and(|aggregator| aggregator.put_back(frames).cast_now().is_ok());
        if !put_back {
            tracing::error!(
                count,
                "drained frames were lost: not taken, and the aggregator has stopped"
            );
        }
    }
}

/// The exclusive right to send frames of a satellite. Dropping the claim releases it.
#[derive(Debug)]
#[must_use = "the satellite is released when its claim is dropped"]
pub struct Claim {
    satellite: SatelliteId,
    newest: Option<u64>,
    aggregator: WeakHandle<AggregatorHandle>,
}

impl Claim {
    /// Returns the highest sequence number that was received from the satellite.
    #[must_use]
    pub fn newest(&self) -> Option<u64> {
        self.newest
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(aggregator) = self.aggregator.upgrade() {
            // A stopped aggregator has no claims, so an error can be ignored.
            let _ = aggregator.release(self.satellite).cast_now();
        }
    }
}
