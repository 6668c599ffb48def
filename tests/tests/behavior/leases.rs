//! Leases beyond what is promised: bounds, handles, refusals, and how they combine with other
//! features.

use actor_runtime::{
    ActorHandle, Answer, CallError, CallErrorKind, Exit, ExitReason, Lease, SendError,
    TrySendError, actor, spawn,
};
use tokio::sync::mpsc;

use crate::support::{
    AN_HOUR, Gate, Ledger, LedgerHandle, LedgerMessage, Log, OnRelease, lease_of, leased, ledger,
    now, pending, ready, rig, said,
};

#[test]
fn a_lease_has_the_bound_of_its_actor() {
    let (_, ledger, mut actor, lease) = leased();
    ledger.note(1).try_cast().unwrap();
    ledger.note(2).try_cast().unwrap();
    assert!(matches!(ledger.note(3).try_cast(), Err(TrySendError::Full(_))));
    lease.note(1).try_cast().unwrap();
    lease.note(2).try_cast().unwrap();
    assert!(matches!(lease.note(3).try_cast(), Err(TrySendError::Full(_))));
    let mut waits = pending(lease.note(4).cast());
    actor.turn();
    ready(&mut waits).unwrap();
    assert!(matches!(ledger.note(3).try_cast(), Err(TrySendError::Full(_))), "still leased");
}

#[test]
fn a_queued_lease_takes_the_room_of_one_message() {
    let (_, ledger, mut actor) = ledger();
    let _one = pending(ledger.lease());
    let _two = pending(ledger.lease());
    assert_eq!(ledger.mailbox_len(), 2);
    assert!(matches!(ledger.note(1).try_cast(), Err(TrySendError::Full(_))));
    let _three = pending(ledger.lease());
    assert_eq!(ledger.stats().waiting, 1);
    actor.turn();
    assert_eq!((ledger.mailbox_len(), ledger.stats().waiting), (2, 0));
}

#[test]
fn leases_are_granted_in_order() {
    let (log, ledger, mut actor) = ledger();
    let mut calls: Vec<_> = (0..4).map(|_| pending(ledger.lease())).collect();
    for (number, call) in (0..).zip(&mut calls) {
        actor.turn();
        let lease = ready(call).unwrap();
        lease.note(number).try_cast().unwrap();
        drop(lease);
    }
    actor.turn();
    assert_eq!(log.take(), ["0", "release", "1", "release", "2", "release", "3", "release"]);
}

#[test]
fn clones_of_a_leased_handle_end_with_the_lease() {
    let (log, ledger, mut actor, lease) = leased();
    let clone = lease.clone();
    let weak = lease.downgrade();
    clone.note(1).try_cast().unwrap();
    drop(lease);
    actor.turn();
    assert_eq!(log.take(), ["1", "release"]);
    assert!(clone.is_closed() && weak.is_closed());
    assert_eq!(now(clone.note(2)).map_err(CallError::into_kind), Err(CallErrorKind::LeaseEnded));
    assert!(matches!(clone.note(2).cast_now(), Err(SendError::LeaseEnded(_))));
    assert!(matches!(weak.upgrade().unwrap().note(2).try_cast(), Err(TrySendError::LeaseEnded(_))));
    drop(clone);
    assert!(weak.upgrade().is_none());
    ledger.note(3).try_cast().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["3"]);
}

#[test]
fn a_leased_handle_identifies_its_actor() {
    let (_, ledger, mut actor, lease) = leased();
    assert!(lease.is_same_actor(&ledger) && ledger.is_same_actor(&lease));
    assert_eq!(lease.name(), "Ledger");
    assert_eq!(format!("{lease:?}"), "Lease(LedgerHandle(Handle { actor: \"Ledger\", .. }))");
    assert_eq!(lease.exit_reason(), None);
    let mut exited = pending(lease.exited());
    lease.abort();
    actor.turn();
    assert_eq!(ready(&mut exited), ExitReason::Aborted);
    assert_eq!(lease.exit_reason(), Some(ExitReason::Aborted));
}

#[test]
fn a_lease_keeps_its_actor_alive() {
    let (log, ledger, mut actor, lease) = leased();
    drop(ledger);
    lease.note(1).try_cast().unwrap();
    actor.turn();
    assert!(actor.runs());
    let mut release = pending(lease.release());
    assert_eq!(actor.reason(), "the last handle was dropped");
    assert_eq!(ready(&mut release), Ok(()));
    assert_eq!(log.take(), ["1", "release at the end", "stop"]);
}

#[test]
fn on_idle_runs_before_a_lease_begins_and_when_its_mailbox_is_empty() {
    let (log, ledger, mut actor) = ledger();
    let mut other = pending(ledger.note_idle());
    let mut call = pending(ledger.lease());
    actor.turn();
    assert_eq!(ready(&mut other), Ok(0));
    let lease = ready(&mut call).unwrap();
    let through = lease.clone();
    let mut one = pending(through.note_idle());
    actor.turn();
    assert_eq!(ready(&mut one), Ok(0));
    let mut two = pending(through.note_idle());
    drop(lease);
    actor.turn();
    assert_eq!(ready(&mut two), Ok(0));
    assert_eq!(log.take(), ["flush", "flush", "flush", "release"]);
}

#[test]
fn a_handler_cannot_wait_for_a_lease_of_its_own_actor() {
    type Send = fn(LedgerHandle, Lease<LedgerHandle>) -> Answer<String>;
    let ways: [(&str, Send); 3] = [
        ("lease", |leased, _| leased.lease_itself().try_call().unwrap()),
        ("note", |leased, lease| leased.call_through(lease).try_call().unwrap()),
        ("on_release", |leased, lease| leased.release(lease).try_call().unwrap()),
    ];
    let (log, ledger, mut actor) = ledger();
    for (method, send) in ways {
        let lease = lease_of(&ledger, &mut actor);
        let mut answer = pending(send(lease.clone(), lease));
        actor.turn();
        let told = format!(
            "`Ledger::{method}` was called from a handler of the same actor, which would wait for itself"
        );
        assert_eq!(ready(&mut answer).unwrap(), told);
        assert_eq!(log.take(), ["release"], "the lease ended with the message it was in");
    }
}

#[test]
fn a_lease_cannot_be_leased() {
    let (_, ledger, mut actor, lease) = leased();
    assert_eq!(
        said(now(lease.lease())),
        "`Ledger::lease` would wait for its own caller: its actor waits for `Ledger::lease`, \
         which is the caller"
    );
    let mut call = pending(lease.note(1));
    actor.turn();
    assert_eq!(ready(&mut call), Ok(1), "the lease itself goes on");
    drop(ledger);
}

#[test]
fn a_stopped_actor_cannot_be_leased() {
    let (_, ledger, mut actor) = ledger();
    ledger.close();
    assert_eq!(
        said(now(ledger.lease())),
        "`Ledger::lease` was not accepted: the actor has stopped"
    );
    actor.exit();
}

#[test]
fn stats_describe_the_lease() {
    let (_, ledger, mut actor) = ledger();
    ledger.note(1).try_cast().unwrap();
    let mut call = pending(ledger.lease());
    assert_eq!(ledger.stats().lease, None);
    actor.turn();
    let lease = ready(&mut call).unwrap();
    assert_eq!(ledger.stats().handles, 2);
    assert_eq!(ledger.stats().running, None, "the message before the lease is over");
    let gate = Gate::default();
    lease.wait(gate.clone()).try_cast().unwrap();
    actor.turn();
    lease.note(1).try_cast().unwrap();
    lease.note(2).try_cast().unwrap();
    let through = lease.clone();
    let waits = pending(through.note(3).cast());
    let stats = lease.stats();
    assert_eq!(stats.running.unwrap().0, "wait");
    let of_lease = stats.lease.unwrap();
    assert_eq!((of_lease.queued, of_lease.waiting), (2, 1));
    assert_eq!(stats.counts.handled, 2);
    drop(waits);
    gate.open();
    drop(lease);
    actor.turn();
    let stats = ledger.stats();
    assert_eq!((stats.lease, stats.counts.handled, stats.handles), (None, 4, 1));
}

#[tokio::test(start_paused = true)]
async fn a_lease_request_can_time_out() {
    let log = Log::default();
    let ledger = spawn(Ledger::new(&log, OnRelease::Returns));
    let lease = ledger.lease().await.unwrap();
    let given_up = ledger.lease().timeout(AN_HOUR).await;
    let after = format!("`Ledger::lease` did not answer within {AN_HOUR:?}");
    assert_eq!(said(given_up), after);
    lease.note(1).await.unwrap();
    lease.release().await.unwrap();
    let lease = ledger.lease().timeout(AN_HOUR).await.unwrap();
    drop(lease);
    assert_eq!(ledger.note(2).await, Ok(2));
    assert_eq!(log.take(), ["1", "release", "release", "2"]);
}

#[test]
fn a_mocked_actor_can_be_leased() {
    let (ledger, mut messages) = LedgerHandle::mock();
    let mut call = pending(ledger.lease());
    drop(pending(ledger.lease()));
    ledger.note(9).try_cast().unwrap();
    assert!(messages.try_recv().is_none());
    let lease = ready(&mut call).unwrap();
    let through = lease.clone();
    let mut note = pending(through.note(1));
    let Some(LedgerMessage::Note { number: 1, reply }) = messages.try_recv() else {
        panic!("expected the message of the lease");
    };
    reply.send(7);
    assert_eq!(ready(&mut note), Ok(7));
    assert!(messages.try_recv().is_none());
    drop(lease);
    assert!(matches!(messages.try_recv(), Some(LedgerMessage::Note { number: 9, .. })));
    drop(messages);
    assert!(matches!(
        now(ledger.lease()).map_err(CallError::into_kind),
        Err(CallErrorKind::Closed)
    ));
}

/// An actor that was leased is returned at its end like any other.
#[test]
fn an_actor_that_was_leased_is_returned() {
    let (_, ledger, mut actor, lease) = leased();
    drop((lease, ledger));
    let Exit { reason, actor, .. } = actor.exit();
    assert_eq!(reason, ExitReason::HandlesDropped);
    assert!(actor.is_some());
}

/// Handles numbers from a source beside its messages.
struct Listener {
    log: Log,
    heard: mpsc::UnboundedReceiver<u64>,
}

#[actor]
impl Listener {
    #[on(self.heard.recv())]
    async fn hear(&mut self, number: u64) {
        tokio::task::yield_now().await;
        self.log.add(format!("heard {number}"));
    }

    #[on_release]
    fn release(&mut self) {
        self.log.add("release");
    }

    /// Logs `number`.
    pub(crate) fn note(&mut self, number: u64) {
        self.log.add(number.to_string());
    }
}

#[test]
fn a_leased_actor_still_handles_events() {
    let log = Log::default();
    let (sender, heard) = mpsc::unbounded_channel();
    let (listener, mut actor) = rig(Listener { log: log.clone(), heard });
    let mut call = pending(listener.lease());
    actor.turn();
    let lease = ready(&mut call).unwrap();
    listener.note(9).try_cast().unwrap();
    sender.send(1).unwrap();
    actor.turn();
    lease.note(2).try_cast().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["heard 1", "2"]);
    drop(lease);
    actor.turn();
    assert_eq!(log.take(), ["release", "9"]);
    let mut call = pending(listener.lease());
    actor.turn();
    let _lease = ready(&mut call).unwrap();
    sender.send(3).unwrap();
    listener.abort();
    assert_eq!(actor.exit().reason, ExitReason::Aborted);
}
