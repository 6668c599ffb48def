//! Who is told of notifications and notices.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use actor_runtime::Replies;

use crate::{
    error::{Error, Notice, Result},
    listen::Notification,
};

#[derive(Default)]
pub(super) struct Listeners {
    listeners: Vec<Listener>,
    notices: Vec<Replies<Notice>>,
}

struct Listener {
    id: u64,
    channel: Arc<str>,
    to: Replies<Result<Notification>>,
    /// How many notifications found no room since the reader looked last.
    lost: Arc<AtomicU64>,
}

impl Listeners {
    pub(super) fn add(
        &mut self,
        id: u64,
        channel: Arc<str>,
        lost: Arc<AtomicU64>,
        to: Replies<Result<Notification>>,
    ) {
        self.listeners.push(Listener { id, channel, to, lost });
    }

    /// Removes a listener, and returns its channel if it was the last of it.
    pub(super) fn remove(&mut self, id: u64) -> Option<Arc<str>> {
        let at = self.listeners.iter().position(|listener| listener.id == id)?;
        let channel = self.listeners.swap_remove(at).channel;
        self.listeners.iter().all(|listener| listener.channel != channel).then_some(channel)
    }

    /// The server has answered `LISTEN`.
    pub(super) fn started(&mut self, id: u64, error: Option<Error>) {
        let Some(at) = self.listeners.iter().position(|listener| listener.id == id) else { return };
        match error {
            None => drop(self.listeners[at].to.try_send(Ok(Notification::Reconnected))),
            Some(error) => drop(self.listeners.swap_remove(at).to.finish(Err(error))),
        }
    }

    pub(super) fn notify(&mut self, process_id: i32, channel: &str, payload: &str) {
        let listeners = self.listeners.iter_mut();
        for listener in listeners.filter(|listener| &*listener.channel == channel) {
            let (channel, payload) = (listener.channel.clone(), payload.to_owned());
            let notification = Notification::Message { process_id, channel, payload };
            if listener.to.try_send(Ok(notification)).is_err() {
                listener.lost.fetch_add(1, Relaxed);
            }
        }
    }

    pub(super) fn add_notices(&mut self, to: Replies<Notice>) {
        self.notices.push(to);
    }

    pub(super) fn notice(&mut self, notice: &Notice) {
        self.notices.retain(|to| !to.is_closed());
        for to in &mut self.notices {
            // A reader that is slow misses some.
            let _ = to.try_send(notice.clone());
        }
    }

    /// The connection has ended.
    pub(super) fn end(&mut self, error: &Error) {
        for listener in self.listeners.drain(..) {
            let _ = listener.to.finish(Err(error.clone()));
        }
        self.notices.clear();
    }
}
