//! The surroundings of an inline handler: its caller's locals, its actor's runtime, and no lease.

use std::cell::Cell;

use actor_runtime::{ActorHandle, Builder, Context, actor, spawn};
use tokio::runtime::{self, Handle, Runtime};
use tokio_util::context::TokioContext;

use crate::support::{inlined, now, pending, ready, runs_inline};

thread_local! {
    static OF_THREAD: Cell<u32> = const { Cell::new(0) };
}

tokio::task_local! {
    static OF_TASK: u32;
}

/// The locals that a handler sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Locals {
    of_thread: u32,
    of_task: Option<u32>,
}

impl Locals {
    fn here() -> Self {
        Self { of_thread: OF_THREAD.get(), of_task: OF_TASK.try_with(|number| *number).ok() }
    }
}

struct Lookout;

#[actor]
impl Lookout {
    pub(crate) fn locals(&self) -> Locals {
        Locals::here()
    }

    #[handler(queued)]
    pub(crate) fn locals_in_the_loop(&self) -> Locals {
        Locals::here()
    }

    /// Sets the local of its thread.
    pub(crate) fn leave(&self, number: u32) {
        OF_THREAD.set(number);
    }

    /// Whether its caller holds a lease, and its locals.
    pub(crate) fn leased(&self, context: &Context<Self>) -> (bool, Locals) {
        (context.is_leased(), Locals::here())
    }

    pub(crate) fn runtime(&self) -> runtime::Id {
        Handle::current().id()
    }
}

fn runtime() -> Runtime {
    runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap()
}

fn lookout_on(runtime: &Runtime) -> LookoutHandle {
    Builder::new().on(runtime.handle().clone()).spawn(Lookout)
}

#[test]
fn an_inline_handler_sees_the_locals_of_its_caller() {
    let own = runtime();
    let lookout = lookout_on(&own);
    let calls = OF_TASK.scope(7, async move {
        let here = Locals { of_thread: 5, of_task: Some(7) };
        lookout.locals_in_the_loop().await.unwrap();
        OF_THREAD.set(5);
        // At first it may go through the loop.
        while runs_inline() && lookout.locals().await != Ok(here) {}
        if runs_inline() {
            assert_eq!(now(lookout.leave(6)), Ok(()));
            assert_eq!(OF_THREAD.get(), 6);
        }
        let elsewhere = lookout.locals_in_the_loop().await.unwrap();
        assert_eq!(elsewhere.of_task, None);
    });
    own.block_on(own.spawn(calls)).unwrap();
}

#[tokio::test]
async fn no_handler_runs_inline_during_a_lease() {
    let asked = OF_TASK.scope(7, async {
        let lookout = spawn(Lookout);
        lookout.locals_in_the_loop().await.unwrap();
        let (is_leased, there) = inlined(lookout.leased()).await.unwrap();
        assert_eq!((is_leased, there.of_task), (false, runs_inline().then_some(7)));

        let lease = lookout.lease().await.unwrap();
        let mut outside = pending(lookout.leased());
        for _ in 0..2 {
            let (is_leased, there) = lease.leased().await.unwrap();
            assert_eq!((is_leased, there.of_task), (true, None));
        }
        assert!(!outside.is_woken());
        lease.release().await.unwrap();
        lookout.locals_in_the_loop().await.unwrap();
        let (is_leased, there) = ready(&mut outside).unwrap();
        assert_eq!((is_leased, there.of_task), (false, None));
        inlined(lookout.leased()).await
    });
    let (is_leased, there) = asked.await.unwrap();
    assert_eq!((is_leased, there.of_task), (false, runs_inline().then_some(7)));
}

#[test]
fn the_actors_runtime_is_current_when_its_caller_has_entered_another() {
    let (own, other) = (runtime(), runtime());
    let (here, there) = (lookout_on(&own), lookout_on(&other));
    let (id, id_there) = (own.handle().id(), other.handle().id());
    let away = other.handle().clone();
    let task = own.spawn(async move {
        // Inside the other runtime first, then outside, then both in turns.
        for is_away in [true, false, false] {
            for _ in 0..3 {
                let there = there.clone();
                let calls = async move { there.runtime().await };
                let runtime = match is_away {
                    true => TokioContext::new(calls, away.clone()).await,
                    false => calls.await,
                };
                assert_eq!(runtime, Ok(id_there), "away {is_away}");
            }
        }
        for _ in 0..3 {
            assert_eq!(here.runtime().await, Ok(id));
            assert_eq!(there.runtime().await, Ok(id_there));
        }
        assert_eq!(Handle::current().id(), id);
    });
    own.block_on(task).unwrap();
}
