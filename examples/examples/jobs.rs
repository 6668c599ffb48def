//! A job queue with several workers: a worker that panics is restarted, and its job is tried again.
//!
//! Run with `cargo run -p actor-examples --example jobs`, and its tests with `cargo test -p actor-examples --example jobs`.
//!
//! - No job is lost. The queue keeps a job until its worker has answered, and a shutdown completes all jobs that
//!   were accepted.
//! - No job runs twice at once. A worker answers when a handler is over, also if it has panicked, and only then
//!   is the job given to another worker.
//! - A job that always panics fails after a few attempts, and stops nothing else.

use std::{collections::VecDeque, panic, sync::Arc, time::Duration};

use actor_runtime::{
    ActorHandle, CallError, CallErrorKind, Context, Reply, Restarts, Scope, actor,
};
use tokio::task::{JoinError, JoinSet};

/// Some work, which may panic. Its argument is the number of the attempt, from 1.
type Work = Arc<dyn Fn(u32) -> u64 + Send + Sync>;

/// The most attempts for a job.
const ATTEMPTS: u32 = 3;

/// Runs one job at a time.
struct Worker {
    /// What a worker would have to set up: a connection, a cache.
    done: u64,
}

#[actor]
impl Worker {
    /// Runs a job.
    pub(crate) async fn run(&mut self, work: Work, attempt: u32) -> u64 {
        tokio::task::yield_now().await;
        let output = work(attempt);
        self.done += 1;
        output
    }
}

/// Why a job has no output: its last attempt panicked with this message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFailed(String);

/// A job in the queue.
struct Job {
    work: Work,
    /// The number of attempts so far.
    attempts: u32,
    reply: Reply<Result<u64, JobFailed>>,
}

/// What a worker has made of a job.
struct Outcome {
    worker: WorkerHandle,
    job: Job,
    output: Result<u64, CallError>,
}

/// Gives jobs to its workers.
#[expect(missing_debug_implementations, reason = "jobs are closures")]
pub struct Queue {
    size: usize,
    /// How often each worker may be restarted.
    restarts: Restarts,
    idle: Vec<WorkerHandle>,
    waiting: VecDeque<Job>,
    /// The calls of the workers that have a job.
    running: JoinSet<Outcome>,
}

#[actor(busy_if = !self.running.is_empty())]
impl Queue {
    /// Creates a queue with `size` workers.
    #[must_use]
    pub fn new(size: usize, restarts: Restarts) -> Self {
        let (idle, waiting) = (Vec::new(), VecDeque::new());
        Self { size, restarts, idle, waiting, running: JoinSet::new() }
    }

    #[on_start]
    fn hire(&mut self, context: &Context<Self>) {
        self.idle = (0..self.size).map(|_| self.worker(context)).collect();
    }

    /// Runs `work` on a worker, and returns its output.
    pub fn submit(&mut self, work: Work, reply: Reply<Result<u64, JobFailed>>) {
        self.waiting.push_back(Job { work, attempts: 0, reply });
        self.assign();
    }

    #[on(self.running.join_next(), if !self.running.is_empty())]
    fn finished(&mut self, outcome: Result<Outcome, JoinError>, context: &Context<Self>) {
        let Outcome { worker, mut job, output } = outcome.expect("calls do not panic");
        let worker = match output.map_err(CallError::into_kind) {
            Ok(output) => {
                job.reply.send(Ok(output));
                worker
            }
            // The worker is restarted. Its next job waits in its mailbox meanwhile.
            Err(CallErrorKind::Panicked { message }) => {
                if job.attempts < ATTEMPTS {
                    self.waiting.push_back(job);
                } else {
                    job.reply.send(Err(JobFailed(message.to_string())));
                }
                worker
            }
            // It was restarted too often, and has ended before it came to this job.
            Err(_) => {
                job.attempts -= 1;
                self.waiting.push_front(job);
                self.worker(context)
            }
        };
        self.idle.push(worker);
        self.assign();
    }

    /// Starts a worker, which ends with this actor.
    fn worker(&self, context: &Context<Self>) -> WorkerHandle {
        context.children().spawn_restarting(self.restarts.clone(), |_| Worker { done: 0 })
    }

    /// Gives jobs to idle workers.
    fn assign(&mut self) {
        while let Some(worker) = self.idle.pop() {
            let Some(mut job) = self.waiting.pop_front() else {
                self.idle.push(worker);
                return;
            };
            job.attempts += 1;
            self.running.spawn(async move {
                let output = worker.run(job.work.clone(), job.attempts).await;
                Outcome { worker, job, output }
            });
        }
    }
}

/// Panics without a report on the terminal.
fn fail(text: &'static str) -> u64 {
    panic::resume_unwind(Box::new(text))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scope = Scope::new();
    let restarts = Restarts::at_once(5, Duration::from_secs(1));
    let queue = scope.spawn(Queue::new(4, restarts));

    // Every job whose number ends with a zero panics in its first attempt, and the job 13 in all of them.
    let jobs: Vec<_> = (0..100_u64)
        .map(|number| {
            let work: Work = Arc::new(move |attempt| match number {
                13 => fail("unlucky"),
                _ if number % 10 == 0 && attempt == 1 => fail("the first attempt"),
                _ => number * number,
            });
            let queue = queue.clone();
            tokio::spawn(async move { queue.submit(work).await })
        })
        .collect();

    for (number, job) in (0..).zip(jobs) {
        let expected =
            if number == 13 { Err(JobFailed("unlucky".into())) } else { Ok(number * number) };
        assert_eq!(job.await??, expected);
    }
    println!("100 jobs, one of which has failed");
    drop(scope.shutdown().await);
    assert!(queue.exit_reason().is_some_and(|reason| reason.is_orderly()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use super::*;

    /// A job that panics now and then, and fails the test if it runs twice at once or is completed twice.
    #[derive(Clone, Default)]
    struct Watched(Arc<(AtomicBool, AtomicU32)>);

    impl Watched {
        fn work(&self, panics: impl Fn(u32) -> bool + Send + Sync + 'static) -> Work {
            let watched = self.clone();
            Arc::new(move |attempt| {
                let (is_running, completed) = &*watched.0;
                assert!(!is_running.swap(true, Ordering::SeqCst), "runs twice at once");
                std::thread::yield_now();
                is_running.store(false, Ordering::SeqCst);
                if panics(attempt) {
                    return fail("injected");
                }
                completed.fetch_add(1, Ordering::SeqCst);
                u64::from(attempt)
            })
        }

        fn completed(&self) -> u32 {
            self.0.1.load(Ordering::SeqCst)
        }
    }

    /// A number that looks random.
    fn mix(seed: u64, number: u64, attempt: u32) -> u64 {
        let mut x = seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(attempt) << 32;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    fn restarts(most: usize) -> Restarts {
        Restarts::at_once(most, Duration::from_secs(3600))
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_job_is_lost_or_runs_twice_at_once() {
        for seed in 0..20 {
            // With few restarts, workers are also replaced.
            let most = if seed % 2 == 0 { usize::MAX } else { 3 };
            let scope = Scope::new();
            let queue = scope.spawn(Queue::new(4, restarts(most)));
            let mut jobs = Vec::new();
            for number in 0..200 {
                let (queue, watched) = (queue.clone(), Watched::default());
                let panics = move |attempt| mix(seed, number, attempt).is_multiple_of(3);
                let work = watched.work(panics);
                let job = tokio::spawn(async move { queue.submit(work).await });
                jobs.push((job, watched, panics));
            }
            for (job, watched, panics) in jobs {
                let first = (1..=ATTEMPTS).find(|attempt| !panics(*attempt));
                let expected = first.map(u64::from).ok_or(JobFailed("injected".into()));
                assert_eq!(job.await.unwrap().unwrap(), expected);
                assert_eq!(watched.completed(), u32::from(first.is_some()));
            }
            drop(scope.shutdown().await);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_shutdown_completes_what_was_accepted() {
        let scope = Scope::new();
        let queue = scope.spawn(Queue::new(2, restarts(usize::MAX)));
        let mut jobs = Vec::new();
        for _ in 0..50 {
            let work: Work = Arc::new(|attempt| if attempt == 1 { fail("once") } else { 7 });
            jobs.push(queue.submit(work).sent().await.unwrap());
        }
        drop(scope.shutdown().await);
        for job in jobs {
            assert_eq!(job.await.unwrap(), Ok(7));
        }
    }

    #[tokio::test]
    async fn a_worker_that_has_ended_is_replaced() {
        let scope = Scope::new();
        let queue = scope.spawn(Queue::new(1, restarts(0)));
        for _ in 0..5 {
            let unlucky = queue.submit(Arc::new(|_| fail("always"))).await.unwrap();
            assert_eq!(unlucky, Err(JobFailed("always".into())));
            assert_eq!(queue.submit(Arc::new(|_| 1)).await.unwrap(), Ok(1));
        }
        drop(scope.shutdown().await);
    }
}
