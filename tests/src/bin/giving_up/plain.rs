//! Hand-written actors that treat callers that are gone with different care.

use std::collections::VecDeque;

use tokio::sync::{mpsc, oneshot};

use crate::clients::Stack;

/// What the actor does about callers that are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Care {
    None,
    /// Skips messages whose caller is gone.
    Skip,
    /// Also puts back a reply that cannot be sent.
    Requeue,
}

impl Care {
    pub(crate) const ALL: [Self; 3] = [Self::None, Self::Skip, Self::Requeue];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "`mpsc` and `oneshot` by hand",
            Self::Skip => "the same, skipping callers that are gone",
            Self::Requeue => "the same, keeping what cannot be sent",
        }
    }
}

#[derive(Debug)]
enum Message {
    Pop { slowly: bool, reply: oneshot::Sender<Option<u32>> },
    End { reply: oneshot::Sender<(Vec<u32>, u64)> },
}

#[derive(Clone)]
pub(crate) struct Plain(mpsc::Sender<Message>);

impl Plain {
    pub(crate) fn start(care: Care, elements: u32) -> Self {
        let (sender, receiver) = mpsc::channel(64);
        tokio::spawn(serve((0..elements).collect(), care, receiver));
        Self(sender)
    }
}

async fn serve(mut elements: VecDeque<u32>, care: Care, mut messages: mpsc::Receiver<Message>) {
    let mut came_back = 0;
    while let Some(message) = messages.recv().await {
        match message {
            Message::Pop { reply, .. } if care != Care::None && reply.is_closed() => {}
            Message::Pop { slowly, reply } => {
                if slowly {
                    tokio::task::yield_now().await;
                }
                if let Err(Some(element)) = reply.send(elements.pop_front())
                    && care == Care::Requeue
                {
                    came_back += 1;
                    elements.push_front(element);
                }
            }
            Message::End { reply } => {
                // If this fails, so does `end`.
                let _ = reply.send((std::mem::take(&mut elements).into(), came_back));
            }
        }
    }
}

impl Stack for Plain {
    async fn pop(&self, slowly: bool) -> Option<u32> {
        let (reply, answer) = oneshot::channel();
        self.0.send(Message::Pop { slowly, reply }).await.expect("the actor runs");
        answer.await.ok().flatten()
    }

    async fn end(self) -> (Vec<u32>, u64) {
        let (reply, answer) = oneshot::channel();
        self.0.send(Message::End { reply }).await.expect("the actor runs");
        answer.await.expect("the actor runs")
    }
}
