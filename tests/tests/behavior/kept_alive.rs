//! `#[actor(keep_alive)]`: an actor that does not end with its last handle.

use std::collections::{HashMap, HashSet};

use actor_runtime::{ActorHandle, Context, ExitReason, Scope, actor, pair, spawn, spawn_thread};
use tokio::sync::mpsc;

use crate::support::{Log, rig};

/// Lives for its source.
struct Server {
    requests: mpsc::UnboundedReceiver<u32>,
    log: Log,
}

#[actor(keep_alive)]
impl Server {
    /// Returns 1.
    pub(crate) fn one(&self) -> u32 {
        1
    }

    #[on(self.requests.recv())]
    fn request(&mut self, request: u32, context: &Context<Self>) {
        self.log.add(format!("request {request}"));
        if request == 0 {
            context.stop();
        }
    }

    #[on_stop]
    fn stop(&self) {
        self.log.add("stop");
    }
}

fn server() -> (Server, mpsc::UnboundedSender<u32>, Log) {
    let (sender, requests) = mpsc::unbounded_channel();
    let log = Log::default();
    (Server { requests, log: log.clone() }, sender, log)
}

#[test]
fn it_lives_without_handles_until_it_stops_itself() {
    let (server, requests, log) = server();
    let (handle, mut actor) = rig(server);
    drop(handle);
    actor.turn();
    requests.send(1).unwrap();
    actor.turn();
    assert!(actor.runs());
    requests.send(0).unwrap();
    actor.turn();
    assert_eq!(log.take(), ["request 1", "request 0", "stop"]);
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
}

#[test]
fn a_weak_handle_can_be_upgraded_without_any_handle() {
    let (server, _requests, _log) = server();
    let (handle, mut actor) = rig(server);
    let weak = handle.downgrade();
    drop(handle);
    actor.turn();
    weak.upgrade().unwrap().close();
    actor.turn();
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
}

#[tokio::test]
async fn it_ends_with_its_scope() {
    let (server, _requests, log) = server();
    let scope = Scope::new();
    scope.spawn(server);
    let ended = scope.shutdown().await;
    assert_eq!(ended.len(), 1);
    assert_eq!(log.take(), ["stop"]);
}

#[tokio::test]
async fn a_dropped_loop_ends_it() {
    let (server, requests, _log) = server();
    let (handle, run) = pair(server);
    let weak = handle.downgrade();
    drop(handle);
    drop(run);
    assert!(weak.is_closed());
    assert!(requests.is_closed(), "the state is dropped");
}

/// Has no source, and is kept alive for its state.
struct Cache(u32);

#[actor(keep_alive, mailbox = 1)]
impl Cache {
    /// Returns the value.
    pub(crate) fn value(&self) -> u32 {
        self.0
    }
}

#[tokio::test]
async fn it_keeps_its_state_between_handles() {
    for cache in [spawn(Cache(7)), spawn_thread(|| Cache(7)).unwrap()] {
        let weak = cache.downgrade();
        assert_eq!(cache.value().await, Ok(7));
        drop(cache);
        let again = weak.upgrade().unwrap();
        assert_eq!(again.value().await, Ok(7));
        assert_eq!(again.shutdown().await, ExitReason::Shutdown);
    }
}

#[tokio::test]
#[expect(
    clippy::mutable_key_type,
    reason = "clippy cannot see that the hash of a handle never changes"
)]
async fn handles_are_keys() {
    let (first, second) = (spawn(Cache(1)), spawn(Cache(2)));
    let (weak, copy) = (first.downgrade(), first.clone());
    assert!(first == copy && first != second);
    assert!(weak == copy.downgrade() && weak != second.downgrade());
    assert_eq!(weak.id(), first.id());
    let by_id: HashMap<_, _> = [(first.id(), 1), (second.id(), 2)].into();
    assert_eq!(by_id[&copy.id()], 1);
    let handles: HashSet<_> = [first.clone(), copy, second].into();
    assert_eq!(handles.len(), 2);
    let lease = first.lease().await.unwrap();
    assert!(*lease == first);
    assert_eq!(HashSet::from([weak]).len(), 1);
}
