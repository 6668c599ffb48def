//! The actor around the buffer: its methods are its messages.

use std::{collections::VecDeque, mem};

use actor_runtime::{Context, Reply, WeakHandle, actor};

use super::{
    buffer::{Buffer, Limits, Refusal, Stats},
    frame::{Frame, SatelliteId},
};

/// Gathers the frames of all satellites.
#[derive(Debug)]
pub struct Aggregator {
    buffer: Buffer,
    /// Emergency frames that wait until others are drained, each with the uplink it holds back.
    /// There are no more of them than uplinks.
    held_back: VecDeque<(Frame, Reply<()>)>,
}

#[actor(mailbox = 128)]
impl Aggregator {
    /// An aggregator that stores nothing yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { buffer: Buffer::new(limits), held_back: VecDeque::new() }
    }

    /// Stores a routine frame; the oldest one is dropped when there are too many.
    pub fn push(&mut self, frame: Frame) {
        self.buffer.push(frame);
    }

    /// Stores an emergency frame, and answers when it is stored.
    ///
    /// Wait for the answer before you send the next one: it is late when there is no room, and
    /// nothing else holds you back. The frame itself is safe once the message is in the mailbox.
    #[handler(run_abandoned)]
    pub fn report(&mut self, frame: Frame, stored: Reply<()>) {
        match self.buffer.push_emergency(frame) {
            Ok(()) => stored.send(()),
            Err(frame) => self.held_back.push_back((frame, stored)),
        }
    }

    /// How many frames are stored.
    pub fn depth(&self) -> usize {
        self.buffer.depth()
    }

    /// Takes up to `max` frames out: emergency frames first, and of each kind the oldest first.
    ///
    /// They come back if nobody [takes](Drained::take) them.
    pub fn drain(&mut self, max: usize, context: &Context<Self>) -> Drained {
        let frames = self.buffer.drain(max);
        self.admit_held_back();
        Drained { frames, aggregator: context.handle().clone() }
    }

    /// What the aggregator is doing.
    pub fn stats(&self) -> Stats {
        Stats { held_back: self.held_back.len(), ..self.buffer.stats() }
    }

    /// Lets one uplink speak for a satellite, until the claim is dropped.
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

    /// Takes frames back that were drained and not wanted.
    pub(crate) fn put_back(&mut self, frames: Vec<Frame>) {
        self.buffer.put_back(frames);
    }

    /// What is held back when the aggregator ends is stored beyond the limit rather than lost.
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
            // There is room, so the frame is not refused.
            if self.buffer.push_emergency(frame).is_ok() {
                stored.send(());
            }
        }
    }
}

impl Aggregator {
    /// What is stored, and the account of every satellite.
    #[must_use]
    pub fn buffer(&self) -> &Buffer {
        &self.buffer
    }
}

/// Frames that were drained. They go back to the aggregator unless they are [taken](Self::take),
/// so that a caller who gives up in the wrong moment loses none.
#[derive(Debug)]
#[must_use = "the frames go back if nobody takes them"]
pub struct Drained {
    frames: Vec<Frame>,
    aggregator: WeakHandle<AggregatorHandle>,
}

impl Drained {
    /// The frames, which are the caller's now.
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
            tracing::error!(count, "drained frames were not taken, and the aggregator is gone");
        }
    }
}

/// The right to speak for a satellite. Dropping it lets another uplink have it.
#[derive(Debug)]
#[must_use = "the satellite is released when its claim is dropped"]
pub struct Claim {
    satellite: SatelliteId,
    newest: Option<u64>,
    aggregator: WeakHandle<AggregatorHandle>,
}

impl Claim {
    /// The highest sequence number the satellite has used.
    #[must_use]
    pub fn newest(&self) -> Option<u64> {
        self.newest
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(aggregator) = self.aggregator.upgrade() {
            // An aggregator that is gone has no claims.
            let _ = aggregator.release(self.satellite).cast_now();
        }
    }
}
