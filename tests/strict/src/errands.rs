//! Arguments of many kinds, and actors in many places.

use std::{collections::HashMap, io, time::Duration};

use actor_runtime::{
    Answers, Builder, CallError, Reply, Restarts, Scope, actor, cancel_safe, select, spawn,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::{Barrier, mpsc},
    time::timeout,
};

/// Work that is sent to [`Errands`].
pub type Job = Box<dyn FnOnce() -> u32 + Send>;

/// Runs jobs. See [`ErrandsHandle`].
#[derive(Debug, Default)]
pub struct Errands {
    names: HashMap<String, Option<String>>,
    waiting: Answers<Reply<Option<String>>, Option<String>>,
}

#[actor(busy_if = !self.waiting.is_empty())]
impl Errands {
    /// Runs `job` after `(first, second)`, which [`Self`] only looks at.
    pub fn run(&mut self, job: Job, (first, second): (String, u32), _unused: Vec<u8>) -> u32 {
        let length = u32::try_from(first.len()).unwrap_or(second);
        self.names.clear();
        job() + length
    }

    #[must_use]
    /// Looks up `name`, which has to be owned. Compare [`Self::names`].
    pub fn find(&self, name: String, #[cfg(windows)] drive: String) -> Option<String> {
        #[cfg(windows)]
        let name = format!("{drive}:{name}");
        self.names.get(&name).cloned().flatten()
    }

    /// Replies with what [`Self::find`] of `other` gives.
    pub async fn ask(&mut self, other: ErrandsHandle, reply: Reply<Option<String>>) {
        if let Ok(answer) = other.names("a").sent().await {
            self.waiting.insert(reply, answer);
        }
    }

    /// Looks up a lent `name`.
    #[cancel_safe(idempotent)]
    pub fn names(&mut self, name: &str) -> Option<String> {
        self.names.remove(name).flatten()
    }

    /// Sends something to [`Self`].
    #[cfg(unix)]
    #[handler(queued)]
    pub const fn unix(&self) {}

    #[on(self.waiting.next())]
    fn replied(
        &mut self,
        (reply, outcome): (Reply<Option<String>>, Result<Option<String>, CallError>),
    ) {
        self.names.remove("");
        if let Ok(value) = outcome {
            reply.send(value);
        }
    }
}

/// Reads and writes with functions that may be dropped.
#[derive(Debug)]
pub struct Wire<S> {
    stream: S,
    buffer: Vec<u8>,
    lines: mpsc::Sender<String>,
}

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + Sync> Wire<S> {
    fn line(&mut self) -> Option<String> {
        let end = self.buffer.iter().position(|byte| *byte == b'\n')?;
        let line = self.buffer.drain(..=end).collect();
        String::from_utf8(line).ok()
    }

    /// Reads a line into [`Self`].
    ///
    /// # Errors
    ///
    /// Fails if the stream does.
    #[cancel_safe]
    pub async fn read(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(line) = all_or_nothing(self.line()) {
                return Ok(Some(line));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Writes nothing but what is left.
    ///
    /// # Errors
    ///
    /// Fails if the stream does.
    #[cancel_safe]
    pub async fn flush(&mut self, _reason: &str) -> io::Result<()> {
        repeatable(self.stream.flush()).await
    }

    /// Waits for whichever comes first. See [`Self::read`].
    pub async fn serve(&mut self, barrier: &Barrier, errands: &ErrandsHandle) -> u32 {
        let lines = self.lines.clone();
        select! {
            biased;
            _ = barrier.wait() => 0,
            Ok(Some(line)) = self.read(), if self.buffer.len() < 100 => u32::try_from(line.len()).unwrap_or(0),
            name = errands.names("a") => u32::from(name.is_ok()),
            permit = requeue(lines.reserve()) => {
                if let Ok(permit) = permit {
                    permit.send(String::new());
                }
                1
            }
            else => 2,
        }
    }
}

/// Starts actors of every kind, one of them in this function.
///
/// # Errors
///
/// Fails if one of them has ended.
pub async fn run_all() -> Result<u32, CallError> {
    #[derive(Default)]
    struct Inner(u32);

    #[actor]
    impl Inner {
        /// Adds one to [`Self`].
        pub fn add(&mut self, text: String) -> u32 {
            self.0 += u32::from(text.is_empty());
            self.0
        }
    }

    let scope = Scope::new();
    let errands = scope.spawn(Errands::default());
    let restarts = Restarts::new(5, Duration::from_mins(1));
    let inner = Builder::new().name("inner").restart(restarts).spawn_with(|_| Inner::default());
    let other = spawn(Errands::default());
    let found = errands.ask(other.clone()).timeout(Duration::from_secs(1)).await?;
    let number = errands.run(Box::new(|| 3), (String::new(), 1), Vec::new()).await?;
    let _ = timeout(Duration::from_secs(1), inner.add(String::new())).await;
    scope.shutdown().await;
    Ok(number + u32::from(found.is_some()))
}
