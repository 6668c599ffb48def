//! `spawn_with` and its like: an actor that has a weak handle to itself when it is made.

use std::{panic, sync::Mutex};

use actor_runtime::{
    ActorHandle, Builder, CallErrorKind, Context, ExitReason, Scope, WeakHandle, actor,
};

use crate::support::now;

/// Knows itself.
struct Narcissus {
    me: WeakHandle<NarcissusHandle>,
    seen: u32,
}

#[actor]
impl Narcissus {
    #[on_start]
    fn look(&mut self, context: &Context<Self>) {
        assert_eq!(&self.me, context.handle());
        if let Some(me) = self.me.upgrade() {
            me.see().cast_now().unwrap();
        }
    }

    /// Is sent by the actor itself, before anything else.
    pub(crate) fn see(&mut self) {
        self.seen += 1;
    }

    /// Returns how often the actor has seen itself.
    pub(crate) fn seen(&self) -> u32 {
        self.seen
    }
}

fn narcissus(me: WeakHandle<NarcissusHandle>) -> Narcissus {
    Narcissus { me, seen: 0 }
}

async fn check(handle: NarcissusHandle) {
    // On a thread of its own, the actor may start after the call.
    while handle.seen().await.unwrap() < 1 {}
    assert_eq!(handle.stats().handles, 1, "its own handle does not count");
    let weak = handle.downgrade();
    drop(handle);
    assert!(weak.is_closed());
}

#[tokio::test]
async fn every_way_of_starting_passes_a_weak_handle() {
    check(actor_runtime::spawn_with(narcissus)).await;
    check(Builder::new().spawn_with(narcissus)).await;
    check(Scope::new().spawn_with(narcissus)).await;
    check(Builder::new().start_with(narcissus).await.unwrap()).await;
    check(Builder::new().spawn_thread_with(narcissus).unwrap()).await;
    check(Builder::new().start_thread_with(|me| Ok(narcissus(me))).await.unwrap()).await;
    let local = tokio::task::LocalSet::new();
    local.run_until(async { check(Builder::new().spawn_local_with(narcissus)).await }).await;

    let (handle, run) = Builder::new().pair_with(narcissus);
    tokio::spawn(run);
    check(handle).await;

    let (handle, running) = Builder::new().spawn_returning_with(narcissus);
    check(handle).await;
    let exit = running.await;
    assert_eq!((exit.reason, exit.actor.unwrap().seen), (ExitReason::HandlesDropped, 1));
}

#[tokio::test]
async fn calls_to_an_actor_whose_making_panics_end() {
    static KEPT: Mutex<Option<NarcissusHandle>> = Mutex::new(None);
    fn fail(me: WeakHandle<NarcissusHandle>) -> Narcissus {
        *KEPT.lock().unwrap() = me.upgrade();
        panic!("on purpose");
    }
    let check = || {
        let handle = KEPT.lock().unwrap().take().unwrap();
        let error = now(handle.seen()).unwrap_err();
        assert!(matches!(error.kind(), CallErrorKind::Closed), "{error}");
        handle.exit_reason().unwrap()
    };
    let ways: [fn(); 4] = [
        || drop(Builder::new().spawn_with(fail)),
        || drop(Builder::new().start_with(fail)),
        || drop(Builder::new().pair_with(fail)),
        || drop(Builder::new().spawn_returning_with(fail)),
    ];
    for way in ways {
        assert!(panic::catch_unwind(way).is_err());
        assert_eq!(check(), ExitReason::Aborted);
    }
    // On a thread of its own, the panic is the actor's.
    assert!(Builder::new().start_thread_with(|me| Ok(fail(me))).await.is_err());
    assert!(matches!(check(), ExitReason::Panicked { .. }));
}
