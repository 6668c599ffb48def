//! An actor for leases.

use actor_runtime::{ActorHandle, Context, Lease, Reply, actor};

use super::{Gate, Log, Rig, pending, ready, rig, said};

/// Logs what it does. Its mailbox holds two messages.
pub(crate) struct Ledger {
    log: Log,
    kept: Vec<Reply<u64>>,
    on_release: OnRelease,
}

pub(crate) enum OnRelease {
    Returns,
    Panics,
    Waits(Gate),
}

#[actor(mailbox = 2)]
impl Ledger {
    pub(crate) fn new(log: &Log, on_release: OnRelease) -> Self {
        Self { log: log.clone(), kept: Vec::new(), on_release }
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
        self.log.add(if !context.handle().is_closed() { "release" } else { "release at the end" });
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

    /// Logs `number` and returns it.
    pub(crate) fn note(&mut self, number: u64) -> u64 {
        self.log.add(number.to_string());
        number
    }

    /// Waits for the gate.
    pub(crate) async fn wait(&mut self, gate: Gate) {
        gate.passed().await;
    }

    /// Replies in `#[on_idle]`.
    pub(crate) fn note_idle(&mut self, reply: Reply<u64>) {
        self.kept.push(reply);
    }

    /// Panics.
    pub(crate) fn fail(&mut self) {
        panic!("on purpose");
    }

    /// Whether this message came through a lease.
    pub(crate) fn is_leased(&self, context: &Context<Self>) -> bool {
        context.is_leased()
    }

    /// Ends the actor.
    pub(crate) fn finish(self) {
        self.log.add("finish");
    }

    /// Requests a lease of itself.
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

pub(crate) fn ledger() -> (Log, LedgerHandle, Rig<Ledger>) {
    let log = Log::default();
    let (ledger, actor) = rig(Ledger::new(&log, OnRelease::Returns));
    (log, ledger, actor)
}

/// A ledger, and a lease of it.
pub(crate) fn leased() -> (Log, LedgerHandle, Rig<Ledger>, Lease<LedgerHandle>) {
    let (log, ledger, mut actor) = ledger();
    let lease = lease_of(&ledger, &mut actor);
    (log, ledger, actor, lease)
}

pub(crate) fn lease_of(ledger: &LedgerHandle, actor: &mut Rig<Ledger>) -> Lease<LedgerHandle> {
    let mut call = pending(ledger.lease());
    actor.turn();
    ready(&mut call).unwrap()
}
