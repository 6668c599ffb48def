//! Ends a run that makes no progress, and prints what was in flight.

use std::{
    process,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::world::World;

/// Without an operation for this long, the run hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Watchdog {
    stop: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl Watchdog {
    pub(crate) fn watch(world: Arc<World>, replay: String) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut done = world.done();
            while stopped.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                if world.done() == done {
                    eprintln!("nothing happened for {PATIENCE:?}; {replay} --mode {}", world.mode);
                    world.print();
                    process::exit(1);
                }
                done = world.done();
            }
        });
        Self { stop, thread }
    }

    pub(crate) fn stop(self) {
        drop(self.stop);
        self.thread.join().expect("the watchdog does not panic");
    }
}
