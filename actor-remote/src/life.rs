//! Whether other processes are alive: each that serves something says so once a second, and each that reads a stream tells
//! the one that serves it.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::{
    control::{Control, topic_of_process},
    engine::Engine,
    inbox::lock,
    link::Shared,
};

/// The time between two beats.
pub(crate) const BEAT: Duration = Duration::from_secs(1);

/// After so much silence a process counts as lost.
pub(crate) const SILENCE: Duration = Duration::from_millis(2500);

/// The processes whose beats are listened to, because they have accepted calls of this one.
#[derive(Debug, Default)]
pub(crate) struct Followed(Mutex<HashSet<u64>>);

/// Kept by every service and by every open stream. The beats end with the last one.
pub(crate) struct Pulse;

impl fmt::Debug for Pulse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pulse")
    }
}

impl Shared {
    /// Listens to the beats of `process` for as long as it has calls of this link.
    pub(crate) fn follow(self: &Arc<Self>, process: u64) {
        if lock(&self.followed.0).insert(process) {
            tokio::spawn(follow(Arc::downgrade(self), process));
        }
    }

    /// Returns what keeps the beats of this process going.
    pub(crate) fn pulse(self: &Arc<Self>) -> Arc<Pulse> {
        let mut pulse = lock(&self.pulse);
        if let Some(pulse) = pulse.upgrade() {
            return pulse;
        }
        let new = Arc::new(Pulse);
        *pulse = Arc::downgrade(&new);
        tokio::spawn(beat(Arc::downgrade(self), Arc::downgrade(&new)));
        new
    }
}

fn topic(process: u64) -> String {
    format!("beat.{process}")
}

async fn beat(link: Weak<Shared>, pulse: Weak<Pulse>) {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        let (Some(link), Some(_)) = (link.upgrade(), pulse.upgrade()) else { return };
        // One that cannot be sent is missed by those who listen.
        if link.listening.initialized() {
            let _ = link.engine.publish(&topic(link.process), Bytes::from_static(b"{}")).await;
        }
        for (number, process, items) in link.inbox.streams() {
            let message = Control::Taken { items, asks: false }.message(link.process, number);
            let _ = link.engine.publish(&topic_of_process(process), message).await;
        }
    }
}

async fn follow(link: Weak<Shared>, process: u64) {
    let Some(engine) = link.upgrade().map(|link| link.engine.clone()) else { return };
    let goes_on = || {
        let Some(link) = link.upgrade() else { return false };
        // A call that is accepted meanwhile waits for the lock, or is seen.
        let mut followed = lock(&link.followed.0);
        let goes_on = link.inbox.waits_for(process);
        if !goes_on {
            followed.remove(&process);
        }
        goes_on
    };
    let is_lost = is_lost(engine, process, goes_on).await;
    if let (true, Some(link)) = (is_lost, link.upgrade()) {
        lock(&link.followed.0).remove(&process);
        link.inbox.lose(process);
    }
}

/// Listens to the beats of `process`. Returns `true` when it is not heard any more, and `false` when `goes_on` does,
/// which is asked after each beat.
async fn is_lost(engine: Arc<dyn Engine>, process: u64, goes_on: impl Fn() -> bool) -> bool {
    let Ok(mut beats) = engine.subscribe(&topic(process)).await else {
        // As long as the engine refuses it, nothing is heard.
        return true;
    };
    loop {
        if !matches!(timeout(SILENCE, beats.next()).await, Ok(Some(_))) {
            return true;
        }
        if !goes_on() {
            return false;
        }
    }
}
