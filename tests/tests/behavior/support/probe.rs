//! The scripted actor that most tests use; it keeps a log.

use actor_runtime::{Context, Reply, actor};

use super::{Gate, Log};

/// Does what its messages say. Its mailbox holds two messages.
pub(crate) struct Probe {
    log: Log,
    kept: Vec<Reply<u64>>,
}

#[actor(mailbox = 2)]
impl Probe {
    pub(crate) fn new(log: &Log) -> Self {
        Self { log: log.clone(), kept: Vec::new() }
    }

    /// Logs `number` and returns it.
    pub(crate) fn note(&mut self, number: u64) -> u64 {
        self.log.add(format!("note {number}"));
        number
    }

    /// Like `note`, but runs for abandoned calls, too.
    #[handler(run_abandoned)]
    pub(crate) fn note_anyway(&mut self, number: u64) -> u64 {
        self.log.add(format!("note {number} anyway"));
        number
    }

    /// Starts, waits for the gate, and completes.
    pub(crate) async fn wait(&mut self, gate: Gate) -> u64 {
        self.log.add("wait");
        gate.passed().await;
        self.log.add("waited");
        0
    }

    /// Panics.
    pub(crate) fn fail(&mut self, text: &str) -> u64 {
        panic!("{text}");
    }

    /// Waits for the gate and panics.
    pub(crate) async fn fail_behind(&mut self, gate: Gate) -> u64 {
        gate.passed().await;
        panic!("behind the gate");
    }

    /// Replies when `answer_kept` is called.
    pub(crate) fn keep(&mut self, reply: Reply<u64>) {
        self.kept.push(reply);
    }

    /// Sends `number` to all kept replies.
    pub(crate) fn answer_kept(&mut self, number: u64) {
        for reply in self.kept.drain(..) {
            reply.send(number);
        }
    }

    /// Drops the reply.
    pub(crate) fn forget(&mut self, reply: Reply<u64>) {
        drop(reply);
    }

    /// Stops the actor from within.
    pub(crate) fn stop(&mut self, context: &Context<Self>) {
        context.stop();
    }

    /// Waits for the gate, as the last handler.
    pub(crate) async fn finish(self, gate: Gate) -> u64 {
        gate.passed().await;
        self.log.add("finish");
        0
    }
}
