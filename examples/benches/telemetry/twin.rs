//! The same aggregator, written by hand: an enum with a `oneshot` for each answer, a loop that
//! matches it, and a handle. Claims and the return of unread frames are left out.

use std::{collections::VecDeque, fmt};

use actor_examples::telemetry::{Buffer, Frame, Limits, SatelliteId, buffer::Stats};
use tokio::sync::{mpsc, oneshot};

/// What travels from the handle to the loop.
enum Message {
    Push { frame: Frame },
    Report { frame: Frame, stored: oneshot::Sender<()> },
    Depth { reply: oneshot::Sender<usize> },
    Drain { max: usize, reply: oneshot::Sender<Vec<Frame>> },
    Stats { reply: oneshot::Sender<Stats> },
}

/// The loop's state.
struct Twin {
    buffer: Buffer,
    held_back: VecDeque<(Frame, oneshot::Sender<()>)>,
}

impl Twin {
    async fn run(mut self, mut mailbox: mpsc::Receiver<Message>) {
        while let Some(message) = mailbox.recv().await {
            match message {
                Message::Push { frame } => self.buffer.push(frame),
                Message::Report { frame, stored } => match self.buffer.push_emergency(frame) {
                    Ok(()) => {
                        let _ = stored.send(());
                    }
                    Err(frame) => self.held_back.push_back((frame, stored)),
                },
                Message::Depth { reply } => {
                    let _ = reply.send(self.buffer.depth());
                }
                Message::Drain { max, reply } => {
                    let frames = self.buffer.drain(max);
                    self.admit_held_back();
                    let _ = reply.send(frames);
                }
                Message::Stats { reply } => {
                    let _ = reply.send(self.buffer.stats());
                }
            }
        }
    }

    fn admit_held_back(&mut self) {
        while self.buffer.has_room_for_emergency()
            && let Some((frame, stored)) = self.held_back.pop_front()
        {
            if self.buffer.push_emergency(frame).is_ok() {
                let _ = stored.send(());
            }
        }
    }
}

/// The loop is gone.
#[derive(Debug)]
pub(crate) struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the aggregator has stopped")
    }
}

impl std::error::Error for Gone {}

/// A handle to the loop.
#[derive(Clone)]
pub(crate) struct TwinHandle {
    messages: mpsc::Sender<Message>,
}

impl TwinHandle {
    pub(crate) fn spawn(
        capacity: usize,
        satellites: impl IntoIterator<Item = SatelliteId>,
    ) -> Self {
        let (messages, mailbox) = mpsc::channel(capacity);
        let mut buffer = Buffer::new(Limits::default());
        for satellite in satellites {
            buffer.claim(satellite).expect("nobody has claimed it before");
        }
        tokio::spawn(Twin { buffer, held_back: VecDeque::new() }.run(mailbox));
        Self { messages }
    }

    pub(crate) async fn push(&self, frame: Frame) -> Result<(), Gone> {
        self.messages.send(Message::Push { frame }).await.map_err(|_| Gone)
    }

    pub(crate) fn try_push(&self, frame: Frame) -> Result<(), Frame> {
        self.messages.try_send(Message::Push { frame }).map_err(|error| match error.into_inner() {
            Message::Push { frame } => frame,
            _ => unreachable!("the message that comes back is the one that was sent"),
        })
    }

    pub(crate) async fn report(&self, frame: Frame) -> Result<(), Gone> {
        let (stored, answer) = oneshot::channel();
        self.messages.send(Message::Report { frame, stored }).await.map_err(|_| Gone)?;
        answer.await.map_err(|_| Gone)
    }

    pub(crate) async fn depth(&self) -> Result<usize, Gone> {
        let (reply, answer) = oneshot::channel();
        self.messages.send(Message::Depth { reply }).await.map_err(|_| Gone)?;
        answer.await.map_err(|_| Gone)
    }

    pub(crate) async fn drain(&self, max: usize) -> Result<Vec<Frame>, Gone> {
        let (reply, answer) = oneshot::channel();
        self.messages.send(Message::Drain { max, reply }).await.map_err(|_| Gone)?;
        answer.await.map_err(|_| Gone)
    }

    #[expect(dead_code, reason = "a handle has it; the benchmark does not ask")]
    pub(crate) async fn stats(&self) -> Result<Stats, Gone> {
        let (reply, answer) = oneshot::channel();
        self.messages.send(Message::Stats { reply }).await.map_err(|_| Gone)?;
        answer.await.map_err(|_| Gone)
    }
}
