//! Promise 6: a panic in a handler ends the actor, unless configured otherwise. Its caller gets the
//! panic's message, all other callers an error that the actor stopped, and the exit reason says so.
//! Nothing else is affected.

use actor_runtime::{ActorHandle, Builder, Context, ExitReason, OnPanic, Reply, actor};

use crate::support::{Gate, Log, LogsDrop, Probe, now, outcome, pending, rig, rig_with, said};

#[test]
fn the_caller_gets_the_panic_and_all_others_that_the_actor_stopped() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let mut kept = pending(probe.keep());
    actor.turn();
    let mut fail = pending(probe.fail("broken"));
    let mut queued = pending(probe.note(1));
    let mut waiting = pending(probe.note(2));
    actor.turn();
    assert_eq!(outcome(&mut fail), "`Probe::fail` panicked: broken");
    assert_eq!(outcome(&mut kept), "the actor stopped before it answered `Probe::keep`");
    assert_eq!(outcome(&mut queued), "the actor stopped before it answered `Probe::note`");
    // The handler that panicked had left its room to this message.
    assert_eq!(outcome(&mut waiting), "the actor stopped before it answered `Probe::note`");
}

#[test]
fn the_exit_reason_has_the_panic() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    probe.fail("broken").try_cast().unwrap();
    let exit = actor.exit();
    assert!(exit.actor.is_none(), "the panic may have left it broken");
    let ExitReason::Panicked { method, message } = &exit.reason else {
        panic!("{}", exit.reason);
    };
    assert_eq!((method.actor(), method.name(), &**message), ("Probe", "fail", "broken"));
    assert_eq!(exit.reason.to_string(), "`Probe::fail` panicked: broken");
    assert!(!exit.reason.is_orderly());
    assert_eq!(probe.exit_reason(), Some(exit.reason));
    assert_eq!(probe.stats().counts.panicked, 1);
}

#[test]
fn a_panic_after_an_await_is_the_same() {
    let gate = Gate::default();
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let mut fail = pending(probe.fail_behind(gate.clone()));
    actor.turn();
    gate.open();
    assert_eq!(actor.reason(), "`Probe::fail_behind` panicked: behind the gate");
    assert_eq!(outcome(&mut fail), "`Probe::fail_behind` panicked: behind the gate");
}

#[tokio::test]
async fn other_actors_are_not_affected() {
    let broken = actor_runtime::spawn(Probe::new(&Log::default()));
    let sound = actor_runtime::spawn(Probe::new(&Log::default()));
    assert_eq!(said(broken.fail("broken").await), "`Probe::fail` panicked: broken");
    assert_eq!(broken.exited().await.to_string(), "`Probe::fail` panicked: broken");
    assert_eq!(sound.note(1).await, Ok(1));
    assert_eq!(sound.shutdown().await, ExitReason::Shutdown);
}

#[test]
fn with_on_panic_continue_the_actor_carries_on() {
    let options = Builder::new().on_panic(OnPanic::Continue);
    let log = Log::default();
    let (probe, mut actor) = rig_with(options, Probe::new(&log));
    let mut kept = pending(probe.keep());
    actor.turn();
    let mut fail = pending(probe.fail("once"));
    let mut note = pending(probe.note(1));
    actor.turn();
    assert_eq!(outcome(&mut fail), "`Probe::fail` panicked: once");
    assert_eq!(outcome(&mut note), "answered 1");
    assert!(!kept.is_woken());
    assert_eq!(probe.stats().counts.panicked, 1);
    probe.answer_kept(3).try_cast().unwrap();
    actor.turn();
    assert_eq!(outcome(&mut kept), "answered 3");
    probe.close();
    assert_eq!(actor.reason(), "shut down");
}

/// Panics in unusual ways.
struct Oddity {
    kept: Vec<Reply<u32>>,
    _state: Option<LogsDrop>,
}

#[actor]
impl Oddity {
    fn new() -> Self {
        Self { kept: Vec::new(), _state: None }
    }

    /// Panics with a `String`.
    pub(crate) fn with_string(&self) {
        panic!("{} and {}", "one", "two");
    }

    /// Panics with a value that is not a text.
    pub(crate) fn with_number(&self) {
        std::panic::panic_any(7);
    }

    /// Catches its own panic, which dropped the reply.
    pub(crate) fn caught_inside(&self, reply: Reply<u32>) {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _lost = reply;
            panic!("not for the caller");
        }));
        assert!(caught.is_err());
    }

    /// Keeps the reply.
    pub(crate) fn keep(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }

    /// Panics while it holds the replies of other callers.
    pub(crate) fn with_replies_of_others(&mut self) {
        let _lost = std::mem::take(&mut self.kept);
        panic!("dropped them all");
    }

    /// Panics in the final handler.
    pub(crate) fn finish(self) {
        panic!("at the end");
    }

    /// Panics after it has stopped the actor.
    pub(crate) fn stop(&self, context: &Context<Self>) {
        context.stop();
        panic!("while stopping");
    }
}

#[test]
fn the_error_has_the_panic_message() {
    for (broken, text) in [
        (Oddity::call_with_string as fn() -> String, "`Oddity::with_string` panicked: one and two"),
        (
            Oddity::call_with_number,
            "`Oddity::with_number` panicked: (a payload that is not a string)",
        ),
        (Oddity::call_finish, "`Oddity::finish` panicked: at the end"),
        (Oddity::call_stop, "`Oddity::stop` panicked: while stopping"),
    ] {
        assert_eq!(broken(), text);
    }
}

/// Calls a handler, and returns the outcome of the call.
macro_rules! call {
    ($($name:ident => $handler:ident),*) => {
        impl Oddity {
            $(fn $name() -> String {
                let (oddity, mut actor) = rig(Oddity::new());
                let mut call = pending(oddity.$handler());
                let reason = actor.reason();
                let told = outcome(&mut call);
                assert_eq!(reason, told);
                told
            })*
        }
    };
}

call!(
    call_with_string => with_string,
    call_with_number => with_number,
    call_finish => finish,
    call_stop => stop
);

#[test]
fn a_reply_dropped_by_a_caught_panic_is_unanswered() {
    let (oddity, mut actor) = rig(Oddity::new());
    let mut call = pending(oddity.caught_inside());
    actor.turn();
    assert_eq!(outcome(&mut call), "`Oddity::caught_inside` dropped its reply without answering");
    assert!(actor.runs());
}

#[test]
fn other_replies_dropped_by_a_panic_fail_with_stopped() {
    let (oddity, mut actor) = rig(Oddity::new());
    let mut kept = pending(oddity.keep());
    let mut panics = pending(oddity.with_replies_of_others());
    actor.turn();
    assert_eq!(outcome(&mut kept), "the actor stopped before it answered `Oddity::keep`");
    assert_eq!(outcome(&mut panics), "`Oddity::with_replies_of_others` panicked: dropped them all");
}

#[test]
fn other_replies_dropped_by_a_panic_are_unanswered_if_the_actor_continues() {
    let options = Builder::new().on_panic(OnPanic::Continue);
    let (oddity, mut actor) = rig_with(options, Oddity::new());
    let mut kept = pending(oddity.keep());
    let mut panics = pending(oddity.with_replies_of_others());
    actor.turn();
    assert_eq!(outcome(&mut kept), "`Oddity::keep` dropped its reply without answering");
    assert_eq!(outcome(&mut panics), "`Oddity::with_replies_of_others` panicked: dropped them all");
}

#[test]
fn other_replies_dropped_by_a_panic_in_a_final_handler_fail_with_stopped() {
    let (oddity, mut actor) = rig(Oddity::new());
    let mut kept = pending(oddity.keep());
    let mut last = pending(oddity.finish());
    actor.turn();
    assert_eq!(outcome(&mut kept), "the actor stopped before it answered `Oddity::keep`");
    assert_eq!(outcome(&mut last), "`Oddity::finish` panicked: at the end");
}

#[test]
fn a_panic_while_the_state_is_dropped_is_in_the_exit_reason() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("boom");
        }
    }
    struct Carrier {
        _bomb: Bomb,
    }
    #[actor]
    impl Carrier {
        /// Does nothing.
        pub(crate) fn nothing(&self) {}
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let carrier = Builder::new().on(runtime.handle().clone()).spawn(Carrier { _bomb: Bomb });
    let reason = runtime.block_on(carrier.shutdown());
    assert_eq!(reason.to_string(), "`Carrier::drop` panicked: boom");
    assert!(now(carrier.nothing()).is_err());
}
