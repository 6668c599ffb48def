//! The actor that reads.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    time::Duration,
};

use actor_runtime::{Builder, Context, Restarts, actor};
use tokio::sync::oneshot;

use crate::{
    error::{Error, Result},
    interrupt::Caller,
    options::Options,
    pool::queue::{Attendance, Connection, Job, Queue},
    store::Store,
};

/// The number of reads after which a reader looks whether it was aborted or shut down.
const READS: usize = 256;

/// Runs reads, one at a time.
pub(super) struct Reader {
    /// Dropped before the writer's handle: the connection that closes last removes the write-ahead log, which a connection
    /// that reads cannot do.
    store: Store,
    queue: Arc<Queue>,
    _writer: Arc<dyn Any + Send + Sync>,
}

#[actor(busy_if = self.queue.waiting() > 0)]
impl Reader {
    #[on_start]
    fn boot(&mut self, context: &Context<Self>) -> Result<(), Error> {
        self.store.boot(context.watch())
    }

    #[on(self.queue.arrival())]
    fn run_reads(&mut self, (): ()) {
        for _ in 0..READS {
            let Some(read) = self.queue.take() else { return };
            if read.run(&mut self.store) == Connection::HasFailed {
                // Ends this life. The next one has a new connection.
                resume_unwind(Box::new("the connection of a reader has failed"));
            }
        }
    }
}

/// Starts a reader, which keeps `writer` alive.
pub(super) async fn start(
    options: &Options,
    queue: &Arc<Queue>,
    writer: &Arc<dyn Any + Send + Sync>,
) -> Result<ReaderHandle> {
    let minute = Duration::from_secs(60);
    let restarts =
        Restarts::new(20, minute).backoff(Duration::from_millis(1)..=Duration::from_secs(1));
    let (options, queue, writer) = (options.clone(), queue.clone(), writer.clone());
    let attendance = Attendance::new(&queue);
    let make = move |_: &_| {
        let _ = &attendance;
        Ok(Reader { store: options.open()?, queue: queue.clone(), _writer: writer.clone() })
    };
    Ok(Builder::new().name("reader").restart(restarts).start_thread_with(make).await?)
}

/// Returns a job that runs `work` and sends its result to `answer`.
pub(super) fn job<T: Send + 'static>(
    work: impl FnOnce(&rusqlite::Connection) -> Result<T> + Send + 'static,
    answer: oneshot::Sender<Result<T>>,
) -> Job {
    Box::new(move |store, is_gone| {
        let run = AssertUnwindSafe(|| store.view(Caller::Flag(is_gone), work));
        match catch_unwind(run) {
            Ok(outcome) => {
                let has_failed = outcome.as_ref().is_err_and(Error::is_of_file);
                // Otherwise the caller is gone.
                let _ = answer.send(outcome);
                if has_failed { Connection::HasFailed } else { Connection::Works }
            }
            Err(panic) => {
                let _ = answer.send(Err(Error::Panicked(text(&*panic).into())));
                resume_unwind(panic)
            }
        }
    })
}

/// Returns the message of a panic.
fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
