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
    /// Notices that came before anybody asked for them.
    early: Vec<Notice>,
}

struct Listener {
    /// What it is dropped by. One for all channels is just not read any more.
    id: Option<u64>,
    /// `None` for all of them.
    channel: Option<Arc<str>>,
    to: Replies<Result<Notification>>,
    /// How many notifications found no room since the reader looked last.
    lost: Arc<AtomicU64>,
}

impl Listeners {
    /// `early` are the notices that came while connecting.
    pub(super) fn new(early: Vec<Notice>) -> Self {
        Self { early, ..Self::default() }
    }

    pub(super) fn add(
        &mut self,
        id: u64,
        channel: Arc<str>,
        lost: Arc<AtomicU64>,
        to: Replies<Result<Notification>>,
    ) {
        self.listeners.push(Listener { id: Some(id), channel: Some(channel), to, lost });
    }

    pub(super) fn add_all(&mut self, lost: Arc<AtomicU64>, to: Replies<Result<Notification>>) {
        self.listeners.push(Listener { id: None, channel: None, to, lost });
    }

    /// Removes a listener, and returns its channel if it was the last of it.
    pub(super) fn remove(&mut self, id: u64) -> Option<Arc<str>> {
        let at = self.listeners.iter().position(|listener| listener.id == Some(id))?;
        let channel = self.listeners.swap_remove(at).channel;
        self.listeners.iter().all(|listener| listener.channel != channel).then_some(channel?)
    }

    /// The server has answered `LISTEN`.
    pub(super) fn started(&mut self, id: u64, error: Option<Error>) {
        let Some(at) = self.listeners.iter().position(|listener| listener.id == Some(id)) else {
            return;
        };
        match error {
            None => drop(self.listeners[at].to.try_send(Ok(Notification::Reconnected))),
            Some(error) => drop(self.listeners.swap_remove(at).to.finish(Err(error))),
        }
    }

    pub(super) fn notify(&mut self, process_id: i32, channel: &str, payload: &str) {
        self.listeners.retain(|listener| listener.id.is_some() || !listener.to.is_closed());
        for listener in &mut self.listeners {
            if listener.channel.as_deref().is_some_and(|wanted| wanted != channel) {
                continue;
            }
            let channel = listener.channel.clone().unwrap_or_else(|| channel.into());
            let payload = payload.to_owned();
            let notification = Notification::Message { process_id, channel, payload };
            if listener.to.try_send(Ok(notification)).is_err() {
                listener.lost.fetch_add(1, Relaxed);
            }
        }
    }

    pub(super) fn add_notices(&mut self, mut to: Replies<Notice>) {
        for notice in self.early.drain(..) {
            let _ = to.try_send(notice);
        }
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
