//! An actor of one thread, which handles batches.

use std::{io, rc::Rc, time::Duration};

use actor_runtime::{Builder, Replies, Reply, actor};

/// Commits waiting lines together. It is not [`Send`].
#[derive(Debug)]
pub struct Journal {
    lines: Rc<Vec<String>>,
    waiting: Vec<Reply<usize>>,
}

#[actor(local)]
impl Journal {
    /// Replies with the line's number when [`Self`] has committed it.
    pub fn append(&mut self, line: &str, reply: Reply<usize>) {
        Rc::make_mut(&mut self.lines).push(line.to_owned());
        self.waiting.push(reply);
    }

    /// Streams the lines that were [appended](Self::append).
    #[allow(clippy::future_not_send, reason = "a journal stays on its thread")]
    pub async fn lines(&self, prefix: &str, mut replies: Replies<String>) {
        for line in self.lines.iter().filter(|line| line.starts_with(prefix)) {
            if replies.send(line.clone()).await.is_err() {
                return;
            }
        }
    }

    /// Streams as many numbers as there is room for, without waiting as [`Self::lines`] does.
    pub fn numbers(&self, mut replies: Replies<usize>) {
        for number in 0..self.lines.len() {
            if replies.try_send(number).is_err() {
                return;
            }
        }
    }

    #[on_idle]
    #[on_stop]
    fn commit(&mut self) {
        for reply in self.waiting.drain(..) {
            reply.send(self.lines.len());
        }
    }
}

/// Starts a journal on a thread of its own.
///
/// # Errors
///
/// Fails if there is no thread for it.
pub fn open() -> io::Result<JournalHandle> {
    let open = || Ok(Journal { lines: Rc::default(), waiting: Vec::new() });
    let started = Builder::new().name("journal").batch(64).start_thread(open);
    started.blocking().map_err(io::Error::other)
}

/// Appends a line from a plain thread.
///
/// # Errors
///
/// Fails if the journal has ended.
pub fn append_blocking(journal: &JournalHandle, line: &str) -> io::Result<usize> {
    let call = journal.append(line).timeout(Duration::from_secs(1));
    call.blocking().map_err(io::Error::other)
}
