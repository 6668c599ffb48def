//! How an actor ends, who learns of it, and who receives its state.

use actor_runtime::{ActorHandle, Builder, Capacity, Context, ExitReason, actor};

use crate::support::{
    AN_HOUR, Gate, Log, Probe, now, outcome, pending, ready, rig, rig_with, still_pending,
};

#[test]
fn dropping_the_last_handle_ends_the_actor_after_accepted_messages() {
    let log = Log::default();
    let (probe, mut actor) = rig(Probe::new(&log));
    let other = probe.clone();
    probe.note(1).try_cast().unwrap();
    drop(probe);
    actor.turn();
    assert!(actor.runs(), "there is another handle");
    other.note(2).try_cast().unwrap();
    drop(other);
    let exit = actor.exit();
    assert_eq!(exit.reason, ExitReason::HandlesDropped);
    assert!(exit.reason.is_orderly());
    assert_eq!(log.take(), ["note 1", "note 2"]);
}

#[test]
fn answers_and_exited_do_not_keep_an_actor_alive() {
    let gate = Gate::default();
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let mut answer = pending(probe.wait(gate.clone()).try_call().unwrap());
    let mut exited = pending(probe.exited());
    drop(probe);
    gate.open();
    assert_eq!(actor.reason(), "the last handle was dropped");
    assert_eq!(outcome(&mut answer), "answered 0");
    assert_eq!(ready(&mut exited), ExitReason::HandlesDropped);
}

#[test]
fn a_weak_handle_does_not_keep_an_actor_alive() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let weak = probe.downgrade();
    let again = weak.upgrade().unwrap();
    assert!(again.is_same_actor(&probe));
    assert_eq!(probe.stats().handles, 2);
    drop(probe);
    assert!(!weak.is_closed());
    drop(again);
    assert!(weak.clone().upgrade().is_none(), "the last handle is gone");
    assert!(weak.is_closed());
    assert_eq!(actor.reason(), "the last handle was dropped");
}

#[test]
fn a_weak_handle_of_an_ended_actor_upgrades_to_a_closed_handle() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let weak = probe.downgrade();
    probe.close();
    actor.exit();
    let again = weak.upgrade().unwrap();
    assert!(now(again.note(1)).is_err());
    assert_eq!(again.exit_reason(), Some(ExitReason::Shutdown));
}

#[test]
fn closing_twice_keeps_the_first_reason() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    probe.close();
    probe.close();
    let mut shutdown = pending(probe.shutdown());
    let weak = probe.downgrade();
    drop(probe);
    assert_eq!(actor.reason(), "shut down");
    assert_eq!(ready(&mut shutdown), ExitReason::Shutdown);
    assert!(weak.upgrade().is_none());
}

#[test]
fn an_actor_is_alive_while_it_accepts_messages() {
    let gate = Gate::default();
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    assert!(!probe.is_closed());
    probe.wait(gate.clone()).try_cast().unwrap();
    actor.turn();
    probe.close();
    assert!(probe.is_closed());
    assert_eq!(probe.exit_reason(), None, "it is still at work");
    gate.open();
    actor.turn();
    assert_eq!(probe.exit_reason(), Some(ExitReason::Shutdown));
}

#[test]
fn many_tasks_can_wait_for_the_exit_and_some_give_up() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let mut waiters: Vec<_> = (0..10).map(|_| pending(probe.exited())).collect();
    waiters.truncate(7);
    waiters.drain(2..4);
    actor.turn();
    assert!(waiters.iter().all(|waiter| !waiter.is_woken()));
    probe.abort();
    actor.turn();
    for waiter in &mut waiters {
        assert_eq!(ready(waiter), ExitReason::Aborted);
    }
    assert_eq!(now(probe.exited()), ExitReason::Aborted);
}

#[test]
fn an_abort_ends_a_handler_at_its_await() {
    let log = Log::default();
    let (probe, mut actor) = rig(Probe::new(&log));
    let mut running = pending(probe.wait(Gate::default()));
    actor.turn();
    probe.note(1).try_cast().unwrap();
    probe.abort();
    probe.abort();
    let exit = actor.exit();
    assert_eq!(exit.reason, ExitReason::Aborted);
    assert!(exit.actor.is_none() && !exit.reason.is_orderly());
    assert_eq!(log.take(), ["wait"]);
    assert_eq!(outcome(&mut running), "the actor stopped before it answered `Probe::wait`");
}

#[test]
fn an_abort_takes_effect_between_two_handlers_that_do_not_await() {
    /// Aborts itself, and logs what it does afterwards.
    struct Hasty(Log);
    #[actor]
    impl Hasty {
        /// Aborts the actor.
        pub(crate) fn abort(&self, context: &Context<Self>) {
            ActorHandle::abort(&context.handle().upgrade().unwrap());
            self.0.add("aborted");
        }

        /// Logs that it ran.
        pub(crate) fn go_on(&self) {
            self.0.add("went on");
        }

        #[on_stop]
        fn on_stop(&mut self) {
            self.0.add("stopped");
        }
    }
    let log = Log::default();
    let (hasty, mut actor) = rig(Hasty(log.clone()));
    let mut abort = pending(hasty.abort());
    let mut queued = pending(hasty.go_on());
    actor.turn();
    assert_eq!(outcome(&mut abort), "answered ()");
    assert_eq!(outcome(&mut queued), "the actor stopped before it answered `Hasty::go_on`");
    assert_eq!(actor.reason(), "aborted");
    drop((abort, queued));

    let (hasty, mut actor) = rig(Hasty(log.clone()));
    hasty.abort().try_cast().unwrap();
    ActorHandle::close(&hasty);
    assert_eq!(actor.reason(), "aborted");
    assert_eq!(log.take(), ["aborted", "aborted"]);
}

#[test]
fn an_abort_wakes_an_idle_actor() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    actor.turn();
    probe.abort();
    assert_eq!(actor.reason(), "aborted");
}

#[test]
fn an_abort_interrupts_a_shutdown() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    probe.wait(Gate::default()).try_cast().unwrap();
    actor.turn();
    let mut shutdown = pending(probe.shutdown());
    actor.turn();
    still_pending(&mut shutdown);
    probe.abort();
    assert_eq!(actor.reason(), "aborted");
    assert_eq!(ready(&mut shutdown), ExitReason::Aborted);
}

#[test]
fn an_abort_after_the_exit_has_no_effect() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    probe.close();
    assert_eq!(actor.reason(), "shut down");
    probe.abort();
    assert_eq!(probe.exit_reason(), Some(ExitReason::Shutdown));
}

#[test]
fn stop_handles_accepted_messages_first() {
    let log = Log::default();
    let (probe, mut actor) = rig(Probe::new(&log));
    let mut stop = pending(probe.stop());
    probe.note(1).try_cast().unwrap();
    let mut late = pending(probe.note(2));
    assert_eq!(actor.reason(), "shut down");
    assert_eq!(outcome(&mut stop), "answered ()");
    // It waited for room, which `stop` left when it was taken.
    assert_eq!(outcome(&mut late), "answered 2");
    assert_eq!(log.take(), ["note 1", "note 2"]);
}

#[test]
fn a_final_handler_replies_and_ends_the_actor() {
    let (log, gate) = (Log::default(), Gate::default());
    let (probe, mut actor) = rig(Probe::new(&log));
    let mut finish = pending(probe.finish(gate.clone()));
    actor.turn();
    assert!(probe.is_closed());
    assert!(probe.note(1).cast_now().is_err(), "it is the last of all");
    gate.open();
    let exit = actor.exit();
    assert!(exit.actor.is_none(), "the handler took it");
    assert!(exit.reason.is_orderly());
    assert_eq!(exit.reason.to_string(), "finished by `Probe::finish`");
    assert_eq!(outcome(&mut finish), "answered 0");
    assert_eq!(log.take(), ["finish"]);
}

#[test]
fn a_final_handler_can_be_cast() {
    let (log, gate) = (Log::default(), Gate::default());
    gate.open();
    let (probe, mut actor) = rig(Probe::new(&log));
    probe.finish(gate).try_cast().unwrap();
    assert_eq!(actor.reason(), "finished by `Probe::finish`");
    assert_eq!(log.take(), ["finish"]);
}

/// Has a value to return.
#[derive(Debug, Default, PartialEq)]
struct Sum(u32);

#[actor]
impl Sum {
    /// Adds `number`.
    pub(crate) fn add(&mut self, number: u32) {
        self.0 += number;
    }

    /// Fails.
    pub(crate) fn fail(&mut self) {
        panic!("broken");
    }
}

#[test]
fn the_loop_returns_the_actor() {
    let (sum, mut actor) = rig(Sum::default());
    sum.add(3).try_cast().unwrap();
    drop(sum);
    let exit = actor.exit();
    assert_eq!(exit.actor, Some(Sum(3)));
    assert!(exit.start_error.is_none());
}

#[tokio::test]
async fn spawn_returning_returns_the_actor() {
    let (sum, running) = Builder::new().spawn_returning(Sum::default());
    sum.add(3).await.unwrap();
    sum.close();
    let exit = running.await;
    assert_eq!((exit.reason, exit.actor), (ExitReason::Shutdown, Some(Sum(3))));

    let (sum, running) = Builder::new().spawn_returning(Sum::default());
    sum.fail().cast().await.unwrap();
    let exit = running.await;
    assert_eq!(exit.reason.to_string(), "`Sum::fail` panicked: broken");
    assert_eq!(exit.actor, None);

    let (sum, running) = Builder::new().spawn_returning(Sum::default());
    sum.abort();
    assert_eq!(running.await.reason, ExitReason::Aborted);
}

#[test]
fn spawn_returning_returns_no_actor_if_its_runtime_is_gone() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let options = Builder::new().on(runtime.handle().clone());
    let (sum, running) = options.spawn_returning(Sum::default());
    drop(runtime);
    let exit = running.blocking();
    assert_eq!((exit.reason, exit.actor), (ExitReason::Aborted, None));
    assert_eq!(sum.exit_reason(), Some(ExitReason::Aborted));
}

#[test]
fn a_returned_actor_can_be_started_again() {
    let (sum, mut first) = rig(Sum::default());
    sum.add(3).try_cast().unwrap();
    sum.close();
    let (again, mut second) = rig(first.exit().actor.unwrap());
    again.add(4).try_cast().unwrap();
    assert!(!again.is_same_actor(&sum));
    again.close();
    assert_eq!(second.exit().actor, Some(Sum(7)));
}

#[tokio::test(start_paused = true)]
async fn builder_options() {
    let runtime = tokio::runtime::Handle::current();
    let options = Builder::new().name("till").mailbox(Capacity::bounded(3)).on(runtime);
    let sum = options.clone().spawn(Sum::default());
    assert_eq!((sum.name(), sum.mailbox_capacity()), ("till", Capacity::bounded(3)));
    assert_eq!(format!("{sum:?}"), "SumHandle(Handle { actor: \"Sum\", name: \"till\", .. })");
    sum.add(1).timeout(AN_HOUR).await.unwrap();
    let plain = actor_runtime::spawn(Sum::default());
    assert_eq!(plain.name(), "Sum");
    let (sum, _actor) = rig_with(options.mailbox(Capacity::UNBOUNDED), Sum::default());
    assert_eq!(sum.mailbox_capacity().messages(), None);
}

#[test]
#[should_panic(expected = "a mailbox holds at least one message")]
fn a_mailbox_capacity_of_zero_is_refused() {
    let _ = Capacity::bounded(0);
}

#[test]
fn handlers_take_precedence_over_handle_methods_of_the_same_name() {
    /// Has a handler with the name of a handle's method.
    struct Shop;
    #[actor]
    impl Shop {
        /// Closes the shop, not the actor.
        pub(crate) fn close(&self) -> &'static str {
            "closed for today"
        }
    }
    let (shop, mut actor) = rig(Shop);
    let mut call = pending(shop.close());
    actor.turn();
    assert_eq!(outcome(&mut call), "answered \"closed for today\"");
    drop(call);
    ActorHandle::close(&shop);
    assert_eq!(actor.reason(), "shut down");
}
