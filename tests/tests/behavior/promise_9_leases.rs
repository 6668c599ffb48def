//! Promise 9: a leased actor handles the messages of the lease and no others, and `#[on_release]`
//! runs before anything else is handled. However an actor ends, its lease ends as well.

use std::collections::BTreeSet;

use actor_runtime::{
    ActorHandle, Builder, CallError, CallErrorKind, ExitReason, Lease, OnPanic, actor, spawn,
    spawn_thread,
};

use crate::support::{
    Gate, Ledger, LedgerHandle, Log, OnRelease, Rig, lease_of, leased, ledger, now, outcome,
    pending, ready, rig, rig_with, said, still_pending,
};

#[test]
fn no_other_message_comes_between_those_of_a_lease() {
    let (log, ledger, mut actor, lease) = leased();
    let mut others: Vec<_> = (10..14).map(|number| pending(ledger.note(number))).collect();
    for number in 1..=3 {
        let mut call = pending(lease.note(number));
        actor.turn();
        assert_eq!(ready(&mut call), Ok(number));
        others.iter_mut().for_each(still_pending);
    }
    assert_eq!(log.take(), ["1", "2", "3"]);
    drop(lease);
    actor.turn();
    assert_eq!(log.take(), ["release", "10", "11", "12", "13"]);
}

#[test]
fn a_handler_knows_whether_its_caller_holds_a_lease() {
    let (_, ledger, mut actor) = ledger();
    let mut before = pending(ledger.is_leased());
    let lease = lease_of(&ledger, &mut actor);
    assert_eq!(ready(&mut before), Ok(false));
    let through = lease.clone();
    let mut during = pending(through.is_leased());
    let mut after = pending(ledger.is_leased());
    drop(lease);
    actor.turn();
    assert_eq!((ready(&mut during), ready(&mut after)), (Ok(true), Ok(false)));
    // Messages left in a lease when its actor closes still belong to the lease.
    let lease = lease_of(&ledger, &mut actor);
    let through = lease.clone();
    let mut during = pending(through.is_leased());
    ledger.close();
    actor.turn();
    assert_eq!(ready(&mut during), Ok(true));
}

#[test]
fn a_lease_is_granted_in_its_turn() {
    let (log, ledger, mut actor) = ledger();
    ledger.note(1).try_cast().unwrap();
    let mut call = pending(ledger.lease());
    let _after = pending(ledger.note(2));
    actor.turn();
    assert_eq!(log.take(), ["1"]);
    drop(ready(&mut call).unwrap());
    actor.turn();
    assert_eq!(log.take(), ["release", "2"]);
}

#[test]
fn messages_of_a_lease_are_handled_before_it_ends() {
    let (log, ledger, mut actor, lease) = leased();
    let _next = pending(ledger.note(9));
    let clone = lease.clone();
    lease.note(1).try_cast().unwrap();
    let mut call = pending(clone.note(2));
    lease.note(3).cast_now().unwrap();
    drop(lease);
    clone.note(4).cast_now().unwrap();
    actor.turn();
    assert_eq!(ready(&mut call), Ok(2));
    assert_eq!(log.take(), ["1", "2", "3", "4", "release", "9"]);
}

#[test]
fn release_waits_for_on_release() {
    let log = Log::default();
    let gate = Gate::default();
    let waits = OnRelease::Waits(gate.clone());
    let (ledger, mut actor) = rig(Ledger::new(&log, waits));
    let lease = lease_of(&ledger, &mut actor);
    lease.note(1).try_cast().unwrap();
    let _next = pending(ledger.note(2));
    let mut release = pending(lease.release());
    actor.turn();
    still_pending(&mut release);
    assert_eq!(log.take(), ["1", "release"]);
    gate.open();
    actor.turn();
    assert_eq!(ready(&mut release), Ok(()));
    assert_eq!(log.take(), ["2"]);
}

#[test]
fn a_lease_dropped_before_it_was_received_has_no_effect() {
    let (log, ledger, mut actor) = ledger();
    let gate = Gate::default();
    ledger.wait(gate.clone()).try_cast().unwrap();
    actor.turn();
    // Dropped while it waits for room, in the mailbox, and granted.
    let (one, two) = (pending(ledger.lease()), pending(ledger.lease()));
    let no_room = pending(ledger.lease());
    drop((no_room, one));
    gate.open();
    actor.turn();
    assert!(two.is_woken(), "granted");
    let _next = pending(ledger.note(1));
    actor.turn();
    assert_eq!(log.take(), [""; 0], "leased");
    drop(two);
    actor.turn();
    assert_eq!(log.take(), ["1"], "and no release of a lease that was never received");
    assert_eq!(ledger.stats().counts.skipped, 1);
}

#[test]
fn a_lease_does_not_delay_a_shutdown() {
    let (log, ledger, mut actor, lease) = leased();
    ledger.note(9).try_cast().unwrap();
    let mut asked = pending(ledger.lease());
    lease.note(1).try_cast().unwrap();
    let mut shutdown = pending(ledger.shutdown());
    assert!(matches!(now(lease.note(2)).map_err(CallError::into_kind), Err(CallErrorKind::Closed)));
    lease.note(3).cast_now().unwrap();
    actor.turn();
    assert_eq!(ready(&mut shutdown), ExitReason::Shutdown);
    assert_eq!(log.take(), ["1", "3", "release at the end", "9", "stop"]);
    let refused = outcome(&mut asked);
    assert_eq!(refused, "the actor stopped before it answered `Ledger::lease`");
    assert_eq!(now(lease.release()), Ok(()), "the hook has run");
}

#[test]
fn a_sender_waiting_for_room_in_a_lease_fails_when_it_ends() {
    let (_, ledger, mut actor, lease) = leased();
    lease.note(1).try_cast().unwrap();
    lease.note(2).try_cast().unwrap();
    let clone = lease.clone();
    let mut waits = pending(clone.note(3));
    ledger.close();
    assert!(matches!(ready(&mut waits).map_err(CallError::into_kind), Err(CallErrorKind::Closed)));
    actor.exit();
}

#[test]
fn after_any_other_end_of_the_actor_a_lease_gives_errors() {
    let stopped = |method| format!("the actor stopped before it answered `Ledger::{method}`");
    type Road = fn(&LedgerHandle, &Lease<LedgerHandle>, &mut Rig<Ledger>);
    let roads: &[Road] = &[
        |ledger, _, _| ledger.abort(),
        |_, _, actor| actor.drop_loop(),
        |_, lease, _| lease.fail().cast_now().unwrap(),
        |_, lease, _| lease.finish().cast_now().unwrap(),
    ];
    for (number, road) in roads.iter().enumerate() {
        let (log, ledger, mut actor, lease) = leased();
        let gate = Gate::default();
        let clone = lease.clone();
        let mut running = pending(clone.wait(gate.clone()));
        actor.turn();
        let mut asked = pending(ledger.lease());
        let mut queued = pending(clone.note(1));
        road(&ledger, &lease, &mut actor);
        gate.open();
        actor.turn();
        assert!(!actor.runs(), "road {number}");
        let told = (outcome(&mut running), outcome(&mut queued));
        match number {
            0 | 1 => assert_eq!(told, (stopped("wait"), stopped("note"))),
            _ => assert_eq!(told, ("answered ()".to_owned(), "answered 1".to_owned())),
        }
        assert_eq!(outcome(&mut asked), stopped("lease"));
        assert!(matches!(
            now(lease.note(1)).map_err(CallError::into_kind),
            Err(CallErrorKind::Closed)
        ));
        assert_eq!(said(now(lease.release())), stopped("on_release"));
        assert!(!log.take().contains(&"release".to_owned()), "road {number}");
    }
}

#[test]
fn an_abort_ends_an_actor_that_waits_for_its_lease() {
    let (log, ledger, mut actor, lease) = leased();
    actor.turn();
    ledger.abort();
    assert_eq!(actor.exit().reason, ExitReason::Aborted);
    let mut call = tokio_test::task::spawn(lease.note(1));
    assert!(call.poll().is_ready());
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn a_panic_during_a_lease_ends_the_lease_only_with_the_actor() {
    let log = Log::default();
    let options = Builder::new().on_panic(OnPanic::Continue);
    let (ledger, mut actor) = rig_with(options, Ledger::new(&log, OnRelease::Returns));
    let lease = lease_of(&ledger, &mut actor);
    let through = lease.clone();
    let mut call = pending(through.fail());
    let _next = pending(ledger.note(2));
    actor.turn();
    assert_eq!(outcome(&mut call), "`Ledger::fail` panicked: on purpose");
    lease.note(1).try_cast().unwrap();
    drop(lease);
    actor.turn();
    assert_eq!(log.take(), ["1", "release", "2"]);
    assert_eq!(ledger.stats().counts.panicked, 1);
}

#[test]
fn a_panic_in_on_release_ends_the_actor() {
    for on_panic in [OnPanic::End, OnPanic::Continue] {
        let log = Log::default();
        let options = Builder::new().on_panic(on_panic);
        let state = Ledger::new(&log, OnRelease::Panics);
        let (ledger, mut actor) = rig_with(options, state);
        let lease = lease_of(&ledger, &mut actor);
        let mut next = pending(ledger.note(2));
        let mut release = pending(lease.release());
        assert_eq!(actor.reason(), "`Ledger::on_release` panicked: on purpose");
        assert_eq!(outcome(&mut release), "`Ledger::on_release` panicked: on purpose");
        assert_eq!(outcome(&mut next), "the actor stopped before it answered `Ledger::note`");
        assert_eq!(log.take(), ["release"]);
    }
}

/// A bank on a thread of its own, with transactions that are rolled back unless they are committed.
#[derive(Default)]
struct Bank {
    kept: BTreeSet<u64>,
    transaction: Option<BTreeSet<u64>>,
}

#[actor(mailbox = 4)]
impl Bank {
    /// Begins a transaction.
    pub(crate) fn begin(&mut self) {
        assert!(self.transaction.replace(self.kept.clone()).is_none(), "a transaction in another");
    }

    /// Writes `number`: permanently, unless in a transaction.
    pub(crate) fn write(&mut self, number: u64) {
        self.transaction.as_mut().unwrap_or(&mut self.kept).insert(number);
    }

    /// Writes `number` if in a transaction.
    pub(crate) fn draft(&mut self, number: u64) {
        if let Some(transaction) = &mut self.transaction {
            transaction.insert(number);
        }
    }

    /// Makes the transaction permanent.
    pub(crate) fn commit(&mut self) {
        self.kept = self.transaction.take().expect("a transaction");
    }

    /// Discards the transaction.
    #[on_release]
    pub(crate) fn roll_back(&mut self) {
        self.transaction = None;
    }

    /// The numbers written permanently.
    pub(crate) fn kept(&self) -> BTreeSet<u64> {
        self.kept.clone()
    }
}

/// Drops a transaction before it is committed; its `Drop` sends one more message, as drivers do.
async fn transaction_that_is_dropped(bank: &BankHandle, number: u64) {
    struct Transaction(Lease<BankHandle>);

    impl Drop for Transaction {
        fn drop(&mut self) {
            self.0.draft(u64::MAX).cast_now().unwrap();
        }
    }

    let lease = Transaction(bank.lease().await.unwrap());
    lease.0.begin().await.unwrap();
    lease.0.draft(number + 1_000_000).await.unwrap();
    std::future::pending::<()>().await;
}

/// Runs 200 transactions that are dropped before they are committed, with a write right after each.
async fn acknowledged_writes(bank: BankHandle) {
    let others = tokio::spawn({
        let bank = bank.clone();
        async move {
            for number in 1_000..1_200 {
                bank.write(number).await.unwrap();
            }
        }
    });
    for number in 0..200 {
        let mut transaction = Box::pin(transaction_that_is_dropped(&bank, number));
        for _ in 0..number % 16 {
            let _ = futures::poll!(transaction.as_mut());
            tokio::task::yield_now().await;
        }
        drop(transaction);
        bank.write(number).await.unwrap();
    }
    others.await.unwrap();
    let expected: BTreeSet<u64> = (0..200).chain(1_000..1_200).collect();
    assert_eq!(bank.kept().await.unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_acknowledged_after_a_dropped_transaction_survive() {
    acknowledged_writes(spawn(Bank::default())).await;
    acknowledged_writes(spawn_thread(Bank::default).unwrap()).await;
}

#[test]
fn leases_work_on_plain_threads() {
    let bank = spawn_thread(Bank::default).unwrap();
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let bank = bank.clone();
            std::thread::spawn(move || {
                for number in 0..50 {
                    let lease = bank.lease().blocking().unwrap();
                    lease.begin().blocking().unwrap();
                    lease.write(thread * 100 + number).blocking().unwrap();
                    if number % 2 == 0 {
                        lease.commit().blocking().unwrap();
                    }
                    lease.release().blocking().unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let expected =
        (0..4).flat_map(|thread| (0..50).step_by(2).map(move |number| thread * 100 + number));
    assert_eq!(bank.kept().blocking().unwrap(), expected.collect());
}
