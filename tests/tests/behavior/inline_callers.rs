//! Only tasks of the actor's own runtime run its handlers inline. So a handler may do the same things to its
//! runtime for every caller, and whether the actor is idle or busy.

use std::{future::Future, pin::Pin, thread};

use actor_runtime::{Builder, CallError, OnPanic, actor};
use tokio::{
    runtime::{self, Handle, Runtime, RuntimeFlavor},
    task::{self, LocalSet, block_in_place},
};
use tokio_util::context::TokioContext;

use crate::support::{runs_inline, said, until};

struct Desk;

#[actor]
impl Desk {
    /// Returns the task that runs this handler.
    pub(crate) fn task(&self) -> Option<task::Id> {
        task::try_id()
    }

    /// Returns the task of the actor.
    pub(crate) async fn own_task(&self) -> Option<task::Id> {
        task::try_id()
    }

    /// Returns the current runtime, after starting a task there.
    pub(crate) fn runtime(&self) -> runtime::Id {
        drop(tokio::spawn(async {}));
        Handle::current().id()
    }

    /// Blocks its thread as is allowed on a runtime with several threads.
    pub(crate) fn block_in_place(&self) -> bool {
        block_in_place(|| true)
    }

    /// Blocks its thread as is never allowed in a task.
    pub(crate) fn block_on(&self) -> bool {
        Handle::current().block_on(async { true })
    }

    /// Keeps the actor busy.
    pub(crate) async fn work(&self) {
        task::yield_now().await;
    }
}

type Calls = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A place to call an actor from, and how to poll calls to completion there. The runtime is that of the
/// actor.
type Caller = (&'static str, fn(&Runtime, Calls));

fn several_threads() -> Runtime {
    runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

fn one_thread() -> Runtime {
    runtime::Builder::new_current_thread().build().unwrap()
}

/// Runs `f` on a thread that is no part of any runtime.
fn on_thread(f: impl FnOnce() + Send) {
    thread::scope(|scope| scope.spawn(f).join()).unwrap();
}

/// Polls `calls` by an executor that is not tokio's.
fn foreign(calls: Calls) {
    futures::executor::block_on(calls);
}

/// Callers that are no tasks of the actor's runtime.
const FROM_ELSEWHERE: [Caller; 14] = [
    ("a thread", |_, calls| on_thread(|| foreign(calls))),
    ("a thread in the context of the runtime", |own, calls| {
        let _entered = own.enter();
        foreign(calls);
    }),
    ("a thread that blocks on a runtime", |_, calls| one_thread().block_on(calls)),
    ("a thread that blocks on a runtime, in the context of the actor's", |own, calls| {
        one_thread().block_on(async {
            let _entered = own.enter();
            calls.await;
        });
    }),
    ("a task of a runtime with one thread", |_, calls| {
        let other = one_thread();
        other.block_on(other.spawn(calls)).unwrap();
    }),
    ("a task of a runtime with several threads", |_, calls| {
        let other = several_threads();
        other.block_on(other.spawn(calls)).unwrap();
    }),
    ("a task of another runtime, in the context of the actor's", |own, calls| {
        let other = several_threads();
        let calls = TokioContext::new(calls, own.handle().clone());
        other.block_on(other.spawn(calls)).unwrap();
    }),
    ("a local task of another runtime", |_, calls| {
        LocalSet::new().block_on(&one_thread(), async { task::spawn_local(calls).await.unwrap() });
    }),
    ("a local task of a runtime with several threads", |_, calls| {
        LocalSet::new()
            .block_on(&several_threads(), async { task::spawn_local(calls).await.unwrap() });
    }),
    ("a blocking task of another runtime", |_, calls| {
        let other = several_threads();
        other.block_on(other.spawn_blocking(|| foreign(calls))).unwrap();
    }),
    ("a blocking task of another runtime that blocks on it", |_, calls| {
        let other = several_threads();
        other.block_on(other.spawn_blocking(|| Handle::current().block_on(calls))).unwrap();
    }),
    ("a runtime that a task of another one drives", |_, calls| {
        let other = several_threads();
        let drive = async move { block_in_place(move || one_thread().block_on(calls)) };
        other.block_on(other.spawn(drive)).unwrap();
    }),
    ("a blocking task of the runtime", |own, calls| {
        let (done, is_done) = std::sync::mpsc::channel();
        own.spawn_blocking(move || {
            foreign(calls);
            done.send(()).unwrap();
        });
        driven(own, || is_done.try_recv().is_ok());
    }),
    ("a blocking task of the runtime that blocks on it", |own, calls| {
        let (done, is_done) = std::sync::mpsc::channel();
        own.spawn_blocking(move || {
            Handle::current().block_on(calls);
            done.send(()).unwrap();
        });
        driven(own, || is_done.try_recv().is_ok());
    }),
];

/// Callers that are no tasks of a runtime with several threads.
const AROUND_SEVERAL_THREADS: [Caller; 3] = [
    ("the root", |own, calls| own.block_on(calls)),
    ("a local task that the root drives", |own, calls| {
        LocalSet::new().block_on(own, async { task::spawn_local(calls).await.unwrap() });
    }),
    ("the root, beside a local set", |own, calls| own.block_on(LocalSet::new().run_until(calls))),
];

/// Tasks of the runtime.
const TASKS: [Caller; 2] = [
    ("a task", |own, calls| own.block_on(own.spawn(calls)).unwrap()),
    ("a task in another", |own, calls| {
        own.block_on(own.spawn(async { tokio::spawn(calls).await.unwrap() })).unwrap();
    }),
];

/// Drives `own` until `condition` holds.
fn driven(own: &Runtime, mut condition: impl FnMut() -> bool) {
    until(|| {
        own.block_on(task::yield_now());
        condition()
    });
}

/// Lets the root of a runtime with one thread run for as long as calls are made elsewhere.
fn with_root(own: &Runtime, calls: impl FnOnce() + Send) {
    if own.handle().runtime_flavor() == RuntimeFlavor::MultiThread {
        return calls();
    }
    let (done, is_done) = tokio::sync::oneshot::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            calls();
            done.send(()).unwrap();
        });
        own.block_on(is_done).unwrap();
    });
}

fn desk_on(own: &Runtime) -> DeskHandle {
    Builder::new().on(own.handle().clone()).on_panic(OnPanic::Continue).spawn(Desk)
}

/// Lets calls be made by all callers that `own` may have.
fn for_all_callers(own: &Runtime, calls: impl Fn(&'static str) -> Calls + Sync) {
    let has_threads = own.handle().runtime_flavor() == RuntimeFlavor::MultiThread;
    for (name, call) in FROM_ELSEWHERE {
        let drives_it = name.contains("of the runtime") && name.starts_with("a blocking");
        if has_threads || drives_it {
            call(own, calls(name));
        } else {
            with_root(own, || call(own, calls(name)));
        }
    }
    for (name, call) in TASKS {
        call(own, calls(name));
    }
    for (name, call) in AROUND_SEVERAL_THREADS {
        call(own, calls(name));
    }
}

/// Whether the caller is one that runs handlers of an actor on a runtime with several threads.
fn is_task(name: &str) -> bool {
    TASKS.iter().any(|(task, _)| *task == name)
}

#[test]
fn only_tasks_of_the_actors_runtime_run_handlers_inline() {
    let own = several_threads();
    let desk = desk_on(&own);
    for_all_callers(&own, |name| {
        let desk = desk.clone();
        Box::pin(async move {
            let loops = desk.own_task().await;
            for _ in 0..20 {
                let ran_by = desk.task().await;
                assert!(ran_by == loops || is_task(name), "{name}");
            }
            // At first it may go through the loop.
            while runs_inline() && is_task(name) && desk.task().await != Ok(task::try_id()) {}
        })
    });
}

#[test]
fn the_actors_runtime_is_current_for_every_caller() {
    for own in [several_threads(), one_thread()] {
        let (desk, id) = (desk_on(&own), own.handle().id());
        for_all_callers(&own, |name| {
            let desk = desk.clone();
            Box::pin(async move {
                for _ in 0..3 {
                    assert_eq!(desk.runtime().await, Ok(id), "{name}");
                    desk.own_task().await.unwrap();
                }
            })
        });
    }
}

/// Checks that a handler has the same outcome for every caller, and whether the actor is idle or busy.
fn always(own: &Runtime, call: Ask, expected: &str) {
    let desk = desk_on(own);
    for_all_callers(own, |name| {
        let (desk, expected) = (desk.clone(), expected.to_owned());
        Box::pin(async move {
            for is_busy in [false, true, false, true] {
                desk.own_task().await.unwrap();
                if is_busy {
                    desk.work().try_cast().unwrap();
                }
                let outcome = said(call(desk.clone()).await);
                assert!(outcome.contains(&expected), "{name}, busy {is_busy}: {outcome}");
            }
        })
    });
}

type Ask = fn(DeskHandle) -> Pin<Box<dyn Future<Output = Result<bool, CallError>> + Send>>;

const BLOCK_IN_PLACE: Ask = |desk| Box::pin(async move { desk.block_in_place().await });
const BLOCK_ON: Ask = |desk| Box::pin(async move { desk.block_on().await });

#[test]
fn block_in_place_works_for_every_caller() {
    always(&several_threads(), BLOCK_IN_PLACE, "answered true");
}

#[test]
fn block_in_place_panics_for_every_caller_of_an_actor_on_one_thread() {
    always(
        &one_thread(),
        BLOCK_IN_PLACE,
        "can call blocking only when running on the multi-threaded",
    );
}

#[test]
fn block_on_panics_for_every_caller() {
    always(&several_threads(), BLOCK_ON, "Cannot start a runtime from within a runtime");
    always(&one_thread(), BLOCK_ON, "Cannot start a runtime from within a runtime");
}
