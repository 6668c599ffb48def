//! Plain threads, outside of any runtime, that call actors.

use std::sync::{Mutex, mpsc};

use tokio::sync::oneshot;

use crate::{options::Mode, world::lock};

type Job = Box<dyn FnOnce() + Send>;

/// The number of threads.
const THREADS: usize = 2;

pub(crate) struct Threads(Option<Mutex<mpsc::Sender<Job>>>);

impl Threads {
    /// Starts the threads, unless the run has to be deterministic.
    pub(crate) fn new(mode: Mode) -> Self {
        if mode == Mode::Current {
            return Self(None);
        }
        let (send, receive) = mpsc::channel::<Job>();
        let receive = std::sync::Arc::new(Mutex::new(receive));
        for _ in 0..THREADS {
            let receive = receive.clone();
            std::thread::spawn(move || {
                loop {
                    let job = lock(&receive).recv();
                    match job {
                        Ok(job) => job(),
                        Err(_) => return,
                    }
                }
            });
        }
        Self(Some(Mutex::new(send)))
    }

    /// Runs `job` on one of the threads. Returns `None` if there are none.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let threads = self.0.as_ref()?;
        let (send, receive) = oneshot::channel();
        let job = Box::new(move || {
            let _ = send.send(job());
        });
        lock(threads).send(job).expect("the threads live as long as the world");
        Some(receive.await.expect("the job does not panic"))
    }
}
