//! The feed, an actor that hands each notification to all browsers.

use actor_runtime::{Replies, actor, cancel_safe::assume_cancel_safe};
use postgres_actor::{Notification, PoolListener};

/// A change, for a browser.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A job as JSON.
    Job(String),
    /// Changes may have been missed: all jobs are to be read again.
    Reload,
}

/// Listens, and knows who wants to know.
pub(crate) struct Feed {
    listener: PoolListener,
    readers: Vec<Replies<Change>>,
}

#[actor]
impl Feed {
    /// Streams changes, beginning with [`Change::Reload`]. A reader that is too slow is dropped, and comes back:
    /// that is what browsers do.
    pub(crate) fn changes(&mut self, mut reader: Replies<Change>) {
        if reader.try_send(Change::Reload).is_ok() {
            self.readers.push(reader);
        }
    }

    #[on(assume_cancel_safe("its documentation says so", self.listener.next()))]
    fn notified(&mut self, notification: Notification) {
        let change = match notification {
            Notification::Message { payload, .. } => Change::Job(payload),
            _ => Change::Reload,
        };
        self.readers.retain_mut(|reader| reader.try_send(change.clone()).is_ok());
    }
}

impl Feed {
    pub(crate) fn new(listener: PoolListener) -> Self {
        Self { listener, readers: Vec::new() }
    }
}
