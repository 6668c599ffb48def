//! Promise 8: which thread a handler runs on.
//!
//! The handlers here always run on the actor's own task or thread: `async fn` handlers, and
//! handlers of actors with a thread of their own. For handlers that may run on a caller's thread,
//! see [`inline`](crate::inline).

use std::{
    rc::Rc,
    thread::{self, ThreadId},
};

use actor_runtime::{ActorHandle, actor};
use tokio::task::LocalSet;

/// Returns where its handlers run.
#[derive(Default)]
struct Here;

#[actor]
impl Here {
    /// The task an `async fn` runs on.
    pub(crate) async fn task(&self) -> Option<tokio::task::Id> {
        tokio::task::try_id()
    }

    /// The task an `async fn` runs on after an await.
    pub(crate) async fn task_later(&self) -> Option<tokio::task::Id> {
        tokio::task::yield_now().await;
        tokio::task::try_id()
    }

    /// The thread an `async fn` runs on.
    pub(crate) async fn thread(&self) -> ThreadId {
        thread::current().id()
    }

    /// The thread a `fn` runs on.
    pub(crate) fn thread_of_fn(&self) -> ThreadId {
        thread::current().id()
    }
}

/// Cannot leave its thread.
#[derive(Default)]
struct Stuck(Rc<()>);

#[actor(local)]
impl Stuck {
    /// The thread an `async fn` runs on.
    pub(crate) async fn thread(&self) -> ThreadId {
        assert_eq!(Rc::strong_count(&self.0), 1);
        thread::current().id()
    }

    /// The thread a `fn` runs on.
    pub(crate) fn thread_of_fn(&self) -> ThreadId {
        thread::current().id()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_async_fn_runs_on_the_actors_own_task() {
    let here = actor_runtime::spawn(Here);
    let task = here.task().await.unwrap();
    assert!(task.is_some());
    for _ in 0..100 {
        let here = here.clone();
        let (caller, later, again) = tokio::spawn(async move {
            (tokio::task::id(), here.task_later().await.unwrap(), here.task().await.unwrap())
        })
        .await
        .unwrap();
        assert_eq!((later, again), (task, task));
        assert_ne!(Some(caller), task);
    }
}

#[test]
fn handlers_of_an_actor_on_its_own_thread_run_there() {
    let here = actor_runtime::spawn_thread(|| Here).unwrap();
    let own = here.thread().blocking().unwrap();
    assert_ne!(own, thread::current().id());
    assert_eq!(here.thread_of_fn().blocking().unwrap(), own);
    let other = here.clone();
    let called = thread::spawn(move || other.thread_of_fn().blocking().unwrap()).join().unwrap();
    assert_eq!(called, own);
}

#[test]
fn handlers_of_a_local_actor_run_on_the_thread_that_created_it() {
    let made = actor_runtime::spawn_thread(|| Stuck(Rc::default())).unwrap();
    let own = made.thread().blocking().unwrap();
    assert_eq!(made.thread_of_fn().blocking().unwrap(), own);

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let local = LocalSet::new();
    let stuck = local.block_on(&runtime, async { actor_runtime::spawn_local(Stuck::default()) });
    let caller = thread::spawn({
        let stuck = stuck.clone();
        move || {
            let threads =
                (stuck.thread().blocking().unwrap(), stuck.thread_of_fn().blocking().unwrap());
            stuck.close();
            threads
        }
    });
    local.block_on(&runtime, stuck.exited());
    let own = thread::current().id();
    assert_eq!(caller.join().unwrap(), (own, own));
}
