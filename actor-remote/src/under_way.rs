//! The calls that this process serves, and what their callers tell about them.

use std::{
    collections::{HashMap, HashSet, VecDeque, hash_map::Entry},
    mem,
    sync::{Arc, Mutex},
};

use tokio::sync::Notify;

use crate::{control::Control, inbox::lock};

/// Which call of which process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) caller: u64,
    pub(crate) number: u64,
}

/// How many calls may be cancelled before they have arrived. Requests and control messages are two streams, and the
/// second may be read first.
const EARLY: usize = 1024;

/// The calls under way.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<Table>);

#[derive(Default)]
struct Table {
    calls: HashMap<Key, Arc<Caller>>,
    early: HashSet<Key>,
    /// Oldest first.
    order: VecDeque<Key>,
}

/// What is known of the caller of a call.
#[derive(Default)]
pub(crate) struct Caller {
    gone: Notify,
    read: Notify,
    /// It has told something about its stream.
    told: Notify,
    stream: Mutex<Stream>,
}

/// What the caller has told about its stream.
#[derive(Default)]
struct Stream {
    taken: u64,
    asks: bool,
}

impl Caller {
    /// Completes when it has gone.
    pub(crate) async fn gone(&self) {
        self.gone.notified().await;
    }

    /// Completes when it has read its answer.
    pub(crate) async fn read(&self) {
        self.read.notified().await;
    }

    /// Completes when it has told something about its stream: whether it asks how many items were sent.
    pub(crate) async fn told(&self) -> bool {
        self.told.notified().await;
        mem::take(&mut lock(&self.stream).asks)
    }

    /// How many items of its stream it has read.
    pub(crate) fn taken(&self) -> u64 {
        lock(&self.stream).taken
    }

    pub(crate) fn tell(&self, what: Control) {
        match what {
            Control::Cancel => self.gone.notify_one(),
            Control::Read => self.read.notify_one(),
            Control::Taken { items, asks } => {
                let mut stream = lock(&self.stream);
                stream.taken = stream.taken.max(items);
                stream.asks |= asks;
                self.told.notify_one();
            }
        }
    }
}

impl UnderWay {
    /// Begins a call; `None` if its caller has gone, or if the call is under way already.
    pub(crate) fn begin(self: &Arc<Self>, key: Option<Key>) -> Option<Served> {
        let caller = Arc::new(Caller::default());
        if let Some(key) = &key {
            let mut table = lock(&self.0);
            if !table.early.is_empty() && table.early.remove(key) {
                return None;
            }
            match table.calls.entry(*key) {
                Entry::Occupied(_) => return None,
                Entry::Vacant(entry) => drop(entry.insert(caller.clone())),
            }
        }
        Some(Served { under_way: self.clone(), key, caller })
    }

    /// Passes on what a caller tells about a call.
    pub(crate) fn tell(&self, key: Key, what: Control) {
        let mut table = lock(&self.0);
        match table.calls.get(&key) {
            Some(caller) => caller.tell(what),
            None if what == Control::Cancel => table.cancel_early(key),
            None => {}
        }
    }

    /// The number of calls under way.
    pub(crate) fn len(&self) -> usize {
        lock(&self.0).calls.len()
    }
}

impl Table {
    fn cancel_early(&mut self, key: Key) {
        if self.order.len() == EARLY {
            if let Some(oldest) = self.order.pop_front() {
                self.early.remove(&oldest);
            }
        }
        if self.early.insert(key) {
            self.order.push_back(key);
        }
    }
}

/// A call under way. Dropping it ends that.
pub(crate) struct Served {
    under_way: Arc<UnderWay>,
    key: Option<Key>,
    pub(crate) caller: Arc<Caller>,
}

impl Served {
    /// The process of the caller; `None` if it has not said so, and cannot say that it has gone or has read something.
    pub(crate) fn process(&self) -> Option<u64> {
        self.key.map(|key| key.caller)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(key) = &self.key {
            lock(&self.under_way.0).calls.remove(key);
        }
    }
}
