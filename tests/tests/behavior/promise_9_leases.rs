//! While an actor is leased, nobody comes between its holder's messages, and when the lease ends,
//! `#[on_release]` has run before anything else is handled. A lease never outlives its welcome: no
//! road leaves one behind.

use std::collections::BTreeSet;

use actor_runtime::{
    ActorHandle, Builder, CallError, Context, Exit, ExitReason, Lease, OnPanic, Reply, SendError,
    TrySendError, actor, spawn, spawn_thread,
};

use tokio::sync::mpsc;

use crate::support::{
    AN_HOUR, Gate, Log, Rig, now, outcome, pending, ready, rig, rig_with, said, still_pending,
};

/// Writes down what it does. Its mailbox holds two messages.
struct Ledger {
    log: Log,
    kept: Vec<Reply<u64>>,
    on_release: OnRelease,
}

enum OnRelease {
    Returns,
    Panics,
    Waits(Gate),
}

#[actor(mailbox = 2)]
impl Ledger {
    fn new(log: &Log) -> Self {
        Self { log: log.clone(), kept: Vec::new(), on_release: OnRelease::Returns }
    }

    #[on_idle]
    fn flush(&mut self) {
        if !self.kept.is_empty() {
            self.log.add("flush");
        }
        for reply in self.kept.drain(..) {
            reply.send(0);
        }
    }

    #[on_release]
    async fn roll_back(&mut self, context: &Context<Self>) {
        self.log.add(if context.handle().is_alive() { "release" } else { "release at the end" });
        match &self.on_release {
            OnRelease::Returns => {}
            OnRelease::Panics => panic!("on purpose"),
            OnRelease::Waits(gate) => gate.passed().await,
        }
    }

    #[on_stop]
    fn stop(&self) {
        self.log.add("stop");
    }

    /// Writes `number` down and answers with it.
    pub(crate) fn note(&mut self, number: u64) -> u64 {
        self.log.add(number.to_string());
        number
    }

    /// Waits for the gate.
    pub(crate) async fn wait(&mut self, gate: Gate) {
        gate.passed().await;
    }

    /// Answers when there is nothing else to do.
    pub(crate) fn note_idle(&mut self, reply: Reply<u64>) {
        self.kept.push(reply);
    }

    /// Panics.
    pub(crate) fn fail(&mut self) {
        panic!("on purpose");
    }

    /// Whether this came through a lease.
    pub(crate) fn is_leased(&self, context: &Context<Self>) -> bool {
        context.is_leased()
    }

    /// Ends the actor.
    pub(crate) fn finish(self) {
        self.log.add("finish");
    }

    /// Asks for a lease of itself.
    pub(crate) async fn lease_itself(&self, context: &Context<Self>) -> String {
        said(context.handle().upgrade().unwrap().lease().await)
    }

    /// Waits for the end of a lease of itself.
    pub(crate) async fn release(&self, lease: Lease<LedgerHandle>) -> String {
        said(lease.release().await)
    }

    /// Calls through a lease of itself.
    pub(crate) async fn call_through(&self, lease: Lease<LedgerHandle>) -> String {
        said(lease.note(1).await)
    }
}

fn ledger() -> (Log, LedgerHandle, Rig<Ledger>) {
    let log = Log::default();
    let (ledger, actor) = rig(Ledger::new(&log));
    (log, ledger, actor)
}

/// A ledger, and a lease of it that was taken.
fn leased() -> (Log, LedgerHandle, Rig<Ledger>, Lease<LedgerHandle>) {
    let (log, ledger, mut actor) = ledger();
    let lease = lease_of(&ledger, &mut actor);
    (log, ledger, actor, lease)
}

fn lease_of(ledger: &LedgerHandle, actor: &mut Rig<Ledger>) -> Lease<LedgerHandle> {
    let mut call = pending(ledger.lease());
    actor.turn();
    ready(&mut call).unwrap()
}

#[test]
fn nobody_comes_between_the_messages_of_a_lease() {
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
    // What is left of a lease when its actor closes is still the holder's.
    let lease = lease_of(&ledger, &mut actor);
    let through = lease.clone();
    let mut during = pending(through.is_leased());
    ledger.close();
    actor.turn();
    assert_eq!(ready(&mut during), Ok(true));
}

#[test]
fn a_lease_begins_in_its_turn() {
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
fn what_was_sent_through_a_lease_is_done_before_it_ends() {
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
fn release_waits_for_the_hook() {
    let log = Log::default();
    let gate = Gate::default();
    let waits = OnRelease::Waits(gate.clone());
    let (ledger, mut actor) = rig(Ledger { on_release: waits, ..Ledger::new(&log) });
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
fn a_lease_is_bounded_as_its_actor_is() {
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
fn a_lease_takes_the_room_of_one_message_until_it_begins() {
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
fn leases_take_turns() {
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
fn a_lease_that_is_not_taken_is_nobodys() {
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
    assert_eq!(log.take(), ["1"], "and no release of what nobody had");
    assert_eq!(ledger.stats().counts.skipped, 1);
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
    assert!(!clone.is_alive() && !weak.is_alive());
    assert!(matches!(now(clone.note(2)), Err(CallError::NotAccepted { .. })));
    assert!(matches!(clone.note(2).cast_now(), Err(SendError::Closed(_))));
    assert!(matches!(weak.upgrade().unwrap().note(2).try_cast(), Err(TrySendError::Closed(_))));
    drop(clone);
    assert!(weak.upgrade().is_none());
    ledger.note(3).try_cast().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["3"]);
}

#[test]
fn a_leased_handle_knows_its_actor() {
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
fn nobody_who_holds_a_lease_holds_up_the_shutdown() {
    let (log, ledger, mut actor, lease) = leased();
    ledger.note(9).try_cast().unwrap();
    let mut asked = pending(ledger.lease());
    lease.note(1).try_cast().unwrap();
    let mut shutdown = pending(ledger.shutdown());
    assert!(matches!(now(lease.note(2)), Err(CallError::NotAccepted { .. })));
    lease.note(3).cast_now().unwrap();
    actor.turn();
    assert_eq!(ready(&mut shutdown), ExitReason::Shutdown);
    assert_eq!(log.take(), ["1", "3", "release at the end", "9", "stop"]);
    let refused = outcome(&mut asked);
    assert_eq!(refused, "the actor stopped before it answered `Ledger::lease`");
    assert_eq!(now(lease.release()), Ok(()), "the hook has run");
}

#[test]
fn a_sender_that_waits_for_room_in_a_lease_is_told_of_its_end() {
    let (_, ledger, mut actor, lease) = leased();
    lease.note(1).try_cast().unwrap();
    lease.note(2).try_cast().unwrap();
    let clone = lease.clone();
    let mut waits = pending(clone.note(3));
    ledger.close();
    assert!(matches!(ready(&mut waits), Err(CallError::NotAccepted { .. })));
    actor.exit();
}

#[test]
fn on_every_other_road_to_its_actors_end_a_lease_gives_errors() {
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
        assert!(matches!(now(lease.note(1)), Err(CallError::NotAccepted { .. })));
        assert_eq!(said(now(lease.release())), stopped("on_release"));
        assert!(!log.take().contains(&"release".to_owned()), "road {number}");
    }
}

#[test]
fn an_abort_ends_an_actor_that_waits_for_its_holder() {
    let (log, ledger, mut actor, lease) = leased();
    actor.turn();
    ledger.abort();
    assert_eq!(actor.exit().reason, ExitReason::Aborted);
    let mut call = tokio_test::task::spawn(lease.note(1));
    assert!(call.poll().is_ready());
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn a_panic_in_a_leased_message_ends_the_lease_only_with_the_actor() {
    let log = Log::default();
    let options = Builder::new().on_panic(OnPanic::Continue);
    let (ledger, mut actor) = rig_with(options, Ledger::new(&log));
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
fn a_panic_in_the_hook_is_the_actors_end() {
    for on_panic in [OnPanic::End, OnPanic::Continue] {
        let log = Log::default();
        let options = Builder::new().on_panic(on_panic);
        let state = Ledger { on_release: OnRelease::Panics, ..Ledger::new(&log) };
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

#[test]
fn an_actor_flushes_before_it_is_leased_and_when_its_lease_rests() {
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
fn an_actor_does_not_lease_itself() {
    let (_, ledger, mut actor) = ledger();
    let mut call = pending(ledger.lease_itself());
    actor.turn();
    assert_eq!(
        ready(&mut call).unwrap(),
        "`Ledger::lease` was called from a handler of the same actor, which would wait for itself"
    );
    type Take = fn(&LedgerHandle, Lease<LedgerHandle>);
    let given: [(Take, &str); 2] = [
        (|ledger, lease| ledger.release(lease).cast_now().unwrap(), "on_release"),
        (|ledger, lease| ledger.call_through(lease).cast_now().unwrap(), "note"),
    ];
    for (take, _) in given {
        let lease = lease_of(&ledger, &mut actor);
        let through = lease.clone();
        take(&through, lease);
        actor.turn();
        let mut after = pending(ledger.note(1));
        actor.turn();
        assert_eq!(ready(&mut after), Ok(1), "the lease ended with the message it was in");
    }
}

#[test]
fn a_lease_is_not_leased() {
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
fn an_actor_that_has_stopped_is_not_leased() {
    let (_, ledger, mut actor) = ledger();
    ledger.close();
    assert_eq!(
        said(now(ledger.lease())),
        "`Ledger::lease` was not accepted: the actor has stopped"
    );
    actor.exit();
}

#[test]
fn what_stats_say_of_a_lease() {
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
async fn a_lease_can_be_given_up() {
    let log = Log::default();
    let ledger = spawn(Ledger::new(&log));
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
fn a_mocked_actor_is_leased_too() {
    let (ledger, mut messages) = LedgerHandle::mock();
    let mut call = pending(ledger.lease());
    let _abandoned = drop(pending(ledger.lease()));
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
    assert!(matches!(now(ledger.lease()), Err(CallError::NotAccepted { .. })));
}

/// A bank with one account, on a thread of its own, and transactions that are rolled back unless
/// they are committed.
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

    /// Writes `number` down: for good, unless in a transaction.
    pub(crate) fn write(&mut self, number: u64) {
        self.transaction.as_mut().unwrap_or(&mut self.kept).insert(number);
    }

    /// Writes `number` down if in a transaction.
    pub(crate) fn draft(&mut self, number: u64) {
        if let Some(transaction) = &mut self.transaction {
            transaction.insert(number);
        }
    }

    /// Makes the transaction last.
    pub(crate) fn commit(&mut self) {
        self.kept = self.transaction.take().expect("a transaction");
    }

    /// Ends the transaction without a trace.
    #[on_release]
    pub(crate) fn roll_back(&mut self) {
        self.transaction = None;
    }

    /// What was written for good.
    pub(crate) fn kept(&self) -> BTreeSet<u64> {
        self.kept.clone()
    }
}

/// Drops a transaction in its middle; each `Drop` sends something more, as drivers do.
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
    std::future::pending().await
}

/// Runs 200 transactions that are dropped in their middle, and makes a write right after each.
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
fn leases_on_plain_threads() {
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

/// Who is leased is handed over at its end like any actor.
#[test]
fn an_actor_that_was_leased_is_handed_back() {
    let (_, ledger, mut actor, lease) = leased();
    drop((lease, ledger));
    let Exit { reason, actor, .. } = actor.exit();
    assert_eq!(reason, ExitReason::HandlesDropped);
    assert!(actor.is_some());
}

/// Hears numbers beside its messages.
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

    /// Writes `number` down.
    pub(crate) fn note(&mut self, number: u64) {
        self.log.add(number.to_string());
    }
}

#[test]
fn a_leased_actor_still_hears_what_its_sources_give() {
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
