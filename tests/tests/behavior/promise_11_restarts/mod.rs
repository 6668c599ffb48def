//! Promise 11: an actor that is restarted gets a new state after a panic, behind the same handles and with
//! the same mailbox. Only the call whose handler panicked, and what the old state itself owed, fails.

mod backoff;
mod calls;
mod hooks;
mod inline;
mod order;
mod starts;
mod ways;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use actor_runtime::{
    Builder, Context, Life, Replies, Reply, RestartBuilder, Restarts, actor, by_hand::Drive,
};
use tokio::sync::mpsc;

use crate::support::{Gate, Log, LogsDrop, Rig};

const MINUTE: Duration = Duration::from_secs(60);

/// A builder of actors that are restarted at once.
fn at_once() -> RestartBuilder {
    Builder::new().restart(Restarts::at_once(10, MINUTE))
}

/// A builder of actors that are restarted after a second.
fn after_a_second() -> RestartBuilder {
    let second = Duration::from_secs(1);
    Builder::new().restart(Restarts::new(10, MINUTE).backoff(second..=second))
}

/// An actor that is restarted, whose loop is polled by hand.
fn rig_of<A: Drive>(
    builder: RestartBuilder,
    make: impl FnMut(&Life<A::Handle>) -> A + 'static,
) -> (A::Handle, Rig<A>) {
    let (handle, run) = builder.pair_with(make);
    (handle, Rig::of(run))
}

/// Where the lives of a [`Worker`] panic: in these hooks, in this order.
#[derive(Clone, Default)]
struct Script(Arc<Mutex<VecDeque<&'static str>>>);

impl Script {
    fn panic_in(&self, hook: &'static str) {
        self.0.lock().unwrap().push_back(hook);
    }

    /// Panics if this `hook` is the next.
    fn run(&self, hook: &str) {
        let mut hooks = self.0.lock().unwrap();
        if hooks.front().is_some_and(|next| *next == hook) {
            hooks.pop_front();
            drop(hooks);
            panic!("in {hook}");
        }
    }
}

/// What all lives of a [`Worker`] share.
#[derive(Clone, Default)]
struct Shop {
    log: Log,
    script: Script,
}

impl Shop {
    /// Makes the worker of a life.
    fn worker(&self, life: &Life<WorkerHandle>) -> Worker {
        self.log.add(format!("made {}", life.number()));
        self.script.run("make");
        self.make(life.number())
    }

    fn make(&self, life: u64) -> Worker {
        let _dropped = self.log.on_drop("dropped");
        Worker { shop: self.clone(), life, kept: Vec::new(), streams: Vec::new(), _dropped }
    }
}

/// Panics on request. Its mailbox holds two messages.
struct Worker {
    shop: Shop,
    /// The number of the life.
    life: u64,
    kept: Vec<Reply<u64>>,
    streams: Vec<Replies<u64>>,
    _dropped: LogsDrop,
}

#[actor(mailbox = 2)]
impl Worker {
    #[on_stop]
    fn stop(&mut self) {
        self.shop.log.add("stop");
        self.shop.script.run("stop");
    }

    #[on_release]
    fn release(&mut self) {
        self.shop.log.add("release");
        self.shop.script.run("release");
    }

    /// Logs `number`, and returns the number of the life.
    pub(crate) fn note(&mut self, number: u64) -> u64 {
        self.shop.log.add(format!("note {number} in {}", self.life));
        self.life
    }

    /// Panics.
    pub(crate) fn fail(&mut self) -> u64 {
        panic!("broken");
    }

    /// Waits for the gate, and panics.
    pub(crate) async fn fail_behind(&mut self, gate: Gate) -> u64 {
        gate.passed().await;
        panic!("behind the gate");
    }

    /// Keeps its reply.
    pub(crate) fn keep(&mut self, reply: Reply<u64>) {
        self.kept.push(reply);
    }

    /// Streams one number, and keeps the stream.
    pub(crate) fn stream(&mut self, mut replies: Replies<u64>) {
        replies.try_send(self.life).unwrap();
        self.streams.push(replies);
    }

    /// Starts a child that logs its end.
    pub(crate) fn start_child(&mut self, context: &Context<Self>) {
        context.children().spawn(Child(self.shop.log.clone()));
    }

    /// Returns the number of children.
    pub(crate) fn children(&self, context: &Context<Self>) -> usize {
        context.children().len()
    }

    /// Returns how many handlers have run, and panics as the last one.
    pub(crate) fn finish(self) -> u64 {
        panic!("as the last");
    }
}

/// Logs its end.
struct Child(Log);

#[actor(keep_alive)]
impl Child {
    #[on_stop]
    fn stop(&mut self) {
        self.0.add("child stopped");
    }

    /// Does nothing.
    pub(crate) fn nothing(&self) {}
}

/// Waits for events, and panics over 0.
struct Listener {
    events: mpsc::UnboundedReceiver<u32>,
    life: u64,
    asked: Option<Reply<u64>>,
    log: Log,
}

#[actor(keep_alive, busy_if = self.asked.is_some())]
impl Listener {
    #[on(self.events.recv())]
    fn event(&mut self, event: u32) {
        assert!(event != 0, "no event");
        self.log.add(format!("event {event} in {}", self.life));
        if let Some(asked) = self.asked.take() {
            asked.send(self.life);
        }
    }

    /// Is answered at the next event.
    pub(crate) fn ask(&mut self, reply: Reply<u64>) {
        self.asked = Some(reply);
    }

    /// Returns the number of the life.
    pub(crate) fn life(&self) -> u64 {
        self.life
    }
}

/// Waits for its own restart.
struct Selfish {
    me: actor_runtime::WeakHandle<SelfishHandle>,
}

#[actor]
impl Selfish {
    #[on_start]
    async fn wait(&mut self) {
        let me = self.me.upgrade().unwrap();
        let _ = actor_runtime::ActorHandle::restarted(&me).await;
    }

    /// Does nothing.
    pub(crate) fn nothing(&self) {}
}
