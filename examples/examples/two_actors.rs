//! Two actors that know each other: a parent that owns a worker, and a worker that reports to its parent.
//!
//! Run with `cargo run -p actor-examples --example two_actors`. The worker has a weak handle, so neither keeps the other
//! alive. It reports with `cast_now`, which does not wait: with `cast`, each could wait for room in the
//! other's mailbox, and one of the messages would be refused.

use actor_runtime::{Context, WeakHandle, actor, spawn};

/// Splits the work and collects the results.
#[derive(Debug, Default)]
pub struct Parent {
    worker: Option<WorkerHandle>,
    results: Vec<u64>,
}

#[actor]
impl Parent {
    /// The worker is made when the parent starts, with a handle to the parent.
    #[on_start]
    fn hire(&mut self, context: &Context<Self>) {
        let worker = Worker { parent: context.handle().clone() };
        self.worker = Some(context.children().spawn(worker));
    }

    /// Passes a job on.
    pub async fn work(&mut self, job: u64) {
        if let Some(worker) = &self.worker {
            let _ = worker.square(job).cast().await;
        }
    }

    /// The results so far.
    pub fn results(&self) -> Vec<u64> {
        self.results.clone()
    }

    pub(crate) fn done(&mut self, result: u64) {
        self.results.push(result);
    }
}

/// Does the work.
#[derive(Debug)]
pub struct Worker {
    parent: WeakHandle<ParentHandle>,
}

#[actor]
impl Worker {
    /// Squares a number, and reports it.
    pub async fn square(&self, number: u64) {
        // There are no more results than jobs, so the parent's mailbox may grow by them. It fails only if
        // the parent has ended.
        if let Some(parent) = self.parent.upgrade() {
            let _ = parent.done(number * number).cast_now();
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parent = spawn(Parent::default());
    for job in 1..=5 {
        parent.work(job).await?;
    }
    let mut results = parent.results().await?;
    while results.len() < 5 {
        tokio::task::yield_now().await;
        results = parent.results().await?;
    }
    println!("{results:?}");
    assert_eq!(results, [1, 4, 9, 16, 25]);
    Ok(())
}
