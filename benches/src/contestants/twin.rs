//! The twin: a hand-written actor on tokio, in the style of its tutorial.
//!
//! An enum, a bounded `mpsc` channel, a `oneshot` channel per call, and a task with a loop.

use tokio::sync::{mpsc, oneshot};

use crate::{contestant::Contestant, counter::Counter};

/// A message to the twin.
#[derive(Debug)]
pub enum Message {
    /// Adds, and replies if `reply` is set.
    Add {
        /// The amount to add.
        amount: u64,
        /// The reply channel; `None` for a cast.
        reply: Option<oneshot::Sender<u64>>,
    },
    /// Adds and replies, with an `async fn` that does not wait.
    AddReady {
        /// The amount to add.
        amount: u64,
        /// The reply channel.
        reply: oneshot::Sender<u64>,
    },
    /// Adds, yields to the scheduler once, and replies.
    AddAndYield {
        /// The amount to add.
        amount: u64,
        /// The reply channel.
        reply: oneshot::Sender<u64>,
    },
}

async fn run(mut counter: Counter, mut mailbox: mpsc::Receiver<Message>) {
    while let Some(message) = mailbox.recv().await {
        match message {
            Message::Add { amount, reply } => {
                let total = counter.add(amount);
                if let Some(reply) = reply {
                    // The caller may have been dropped.
                    let _ = reply.send(total);
                }
            }
            Message::AddReady { amount, reply } => {
                let _ = reply.send(counter.add_ready(amount).await);
            }
            Message::AddAndYield { amount, reply } => {
                let _ = reply.send(counter.add_and_yield(amount).await);
            }
        }
    }
}

/// The hand-written twin.
#[derive(Debug)]
pub struct Twin;

impl Contestant for Twin {
    type Handle = mpsc::Sender<Message>;
    type Answer = u64;

    async fn spawn(capacity: usize) -> Self::Handle {
        let (handle, mailbox) = mpsc::channel(capacity);
        tokio::spawn(run(Counter::default(), mailbox));
        handle
    }

    async fn call(handle: &Self::Handle, amount: u64) -> u64 {
        let (reply, answer) = oneshot::channel();
        let sent = handle.send(Message::Add { amount, reply: Some(reply) }).await;
        sent.expect("the twin runs");
        answer.await.expect("the twin replies")
    }

    async fn call_ready(handle: &Self::Handle, amount: u64) -> u64 {
        let (reply, answer) = oneshot::channel();
        let sent = handle.send(Message::AddReady { amount, reply }).await;
        sent.expect("the twin runs");
        answer.await.expect("the twin replies")
    }

    async fn call_yielding(handle: &Self::Handle, amount: u64) -> u64 {
        let (reply, answer) = oneshot::channel();
        let sent = handle.send(Message::AddAndYield { amount, reply }).await;
        sent.expect("the twin runs");
        answer.await.expect("the twin replies")
    }

    async fn cast(handle: &Self::Handle, amount: u64) {
        let sent = handle.send(Message::Add { amount, reply: None }).await;
        sent.expect("the twin runs");
    }

    fn try_cast(handle: &Self::Handle, amount: u64) {
        handle.try_send(Message::Add { amount, reply: None }).expect("there is room");
    }
}
