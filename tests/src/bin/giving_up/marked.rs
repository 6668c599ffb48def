//! The actor that takes unread replies back.

use std::collections::VecDeque;

use actor_runtime::{actor, cancel_safe::assume_cancel_safe, spawn};

use crate::clients::Stack;

pub(crate) struct Marked {
    elements: VecDeque<u32>,
    came_back: u64,
}

#[actor]
impl Marked {
    pub(crate) fn start(elements: u32) -> MarkedHandle {
        spawn(Self { elements: (0..elements).collect(), came_back: 0 })
    }

    /// Takes the next element. Queued, since a caller that runs the handler inline always gets the reply.
    #[handler(queued)]
    #[cancel_safe(undelivered = put_back)]
    pub(crate) fn take(&mut self) -> Option<u32> {
        self.elements.pop_front()
    }

    /// Takes the next element, after a turn.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) async fn take_slowly(&mut self) -> Option<u32> {
        assume_cancel_safe("yielding loses nothing", tokio::task::yield_now()).await;
        self.elements.pop_front()
    }

    /// Ends the actor, and returns what is left.
    pub(crate) fn finish(self) -> (Vec<u32>, u64) {
        (self.elements.into(), self.came_back)
    }

    fn put_back(&mut self, element: Option<u32>) {
        if let Some(element) = element {
            self.came_back += 1;
            self.elements.push_front(element);
        }
    }
}

impl Stack for MarkedHandle {
    async fn pop(&self, slowly: bool) -> Option<u32> {
        if slowly {
            self.take_slowly().await.expect("the actor runs")
        } else {
            self.take().await.expect("the actor runs")
        }
    }

    async fn end(self) -> (Vec<u32>, u64) {
        self.finish().await.expect("the actor runs")
    }
}
