//! The twin that answers with a text.

use tokio::sync::{mpsc, oneshot};

use crate::{
    contestant::{Answer, Contestant},
    counter::Counter,
};

/// A message to the twin.
#[derive(Debug)]
pub enum Message {
    /// Adds, and replies if `reply` is set.
    Add {
        /// The amount to add.
        amount: u64,
        /// The reply channel; `None` for a cast.
        reply: Option<oneshot::Sender<String>>,
    },
    /// Adds and replies, with an `async fn` that does not wait.
    AddReady {
        /// The amount to add.
        amount: u64,
        /// The reply channel.
        reply: oneshot::Sender<String>,
    },
    /// Adds, yields to the scheduler once, and replies.
    AddAndYield {
        /// The amount to add.
        amount: u64,
        /// The reply channel.
        reply: oneshot::Sender<String>,
    },
}

async fn run(mut counter: Counter, mut mailbox: mpsc::Receiver<Message>) {
    while let Some(message) = mailbox.recv().await {
        match message {
            Message::Add { amount, reply } => {
                let total = counter.add(amount).to_string();
                if let Some(reply) = reply {
                    // The caller may have been dropped.
                    let _ = reply.send(total);
                }
            }
            Message::AddReady { amount, reply } => {
                let _ = reply.send(counter.add_ready(amount).await.to_string());
            }
            Message::AddAndYield { amount, reply } => {
                let _ = reply.send(counter.add_and_yield(amount).await.to_string());
            }
        }
    }
}

/// The hand-written twin that answers with a text.
#[derive(Debug)]
pub struct TextTwin;

async fn call(
    handle: &mpsc::Sender<Message>,
    message: impl FnOnce(oneshot::Sender<String>) -> Message,
) -> String {
    let (reply, answer) = oneshot::channel();
    handle.send(message(reply)).await.expect("the twin runs");
    answer.await.expect("the twin replies")
}

impl Contestant for TextTwin {
    type Handle = mpsc::Sender<Message>;
    type Answer = String;

    async fn spawn(capacity: usize) -> Self::Handle {
        let (handle, mailbox) = mpsc::channel(capacity);
        tokio::spawn(run(Counter::default(), mailbox));
        handle
    }

    async fn call(handle: &Self::Handle, amount: u64) -> String {
        call(handle, |reply| Message::Add { amount, reply: Some(reply) }).await
    }

    async fn call_ready(handle: &Self::Handle, amount: u64) -> u64 {
        call(handle, |reply| Message::AddReady { amount, reply }).await.total()
    }

    async fn call_yielding(handle: &Self::Handle, amount: u64) -> u64 {
        call(handle, |reply| Message::AddAndYield { amount, reply }).await.total()
    }

    async fn cast(handle: &Self::Handle, amount: u64) {
        let sent = handle.send(Message::Add { amount, reply: None }).await;
        sent.expect("the twin runs");
    }

    fn try_cast(handle: &Self::Handle, amount: u64) {
        handle.try_send(Message::Add { amount, reply: None }).expect("there is room");
    }
}
