//! Something between a client and the server that counts what passes, and can hold back what the server says.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use tokio::select;

use crate::client::{Result, Target, soon};

/// A relay for one connection, on threads of its own.
pub(crate) struct Relay {
    pub(crate) target: Target,
    wire: Arc<Wire>,
}

#[derive(Default)]
struct Wire {
    passed: Mutex<Passed>,
    released: Condvar,
}

/// What has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    is_held: bool,
    /// Requests, each of which the server answers with `ReadyForQuery`.
    pub(crate) requests: usize,
    /// Answers to them, up to `ReadyForQuery`.
    pub(crate) answers: usize,
    /// The most requests that were under way at once.
    pub(crate) most: usize,
    /// Reads from the client.
    pub(crate) reads: usize,
    /// Messages of the client.
    pub(crate) messages: usize,
    /// Whether the client has said goodbye.
    pub(crate) is_terminated: bool,
    /// Bytes of the client.
    pub(crate) sent: usize,
    /// Bytes of the server.
    pub(crate) received: usize,
}

impl Relay {
    pub(crate) fn new(target: &Target) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let wire = Arc::new(Wire::default());
        let (to, passes) = (target.port, wire.clone());
        thread::spawn(move || {
            let client = listener.accept()?.0;
            let server = TcpStream::connect(("127.0.0.1", to))?;
            client.set_nodelay(true)?;
            server.set_nodelay(true)?;
            let (client_too, server_too, answers) =
                (client.try_clone()?, server.try_clone()?, passes.clone());
            thread::spawn(move || {
                answers.pass(server_too, client_too, Frames::default(), Wire::answered)
            });
            passes.pass(
                client,
                server,
                Frames { is_startup: true, ..Frames::default() },
                Wire::asked,
            )
        });
        Ok(Self { target: Target { port, ..target.clone() }, wire })
    }

    pub(crate) fn passed(&self) -> Passed {
        *self.wire.passed()
    }

    /// Holds back what the server says from here on, also that it closes the connection.
    pub(crate) fn hold(&self) {
        self.wire.passed().is_held = true;
    }

    /// Holds back what the server says, and drops a call once its request has passed.
    pub(crate) async fn drop_sent(&self, call: impl Future<Output = Result<()>>) -> Result<()> {
        let before = self.passed().requests;
        self.hold();
        select! {
            ended = call => ended,
            is_sent = soon(|| self.passed().requests > before) => {
                if is_sent { Ok(()) } else { Err("it is not sent".into()) }
            }
        }
    }

    pub(crate) fn release(&self) {
        self.wire.passed().is_held = false;
        self.wire.released.notify_all();
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.release();
    }
}

impl Wire {
    fn passed(&self) -> MutexGuard<'_, Passed> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes on what one side says, until it ends.
    fn pass(
        &self,
        mut from: TcpStream,
        mut to: TcpStream,
        mut frames: Frames,
        note: fn(&Self, usize, Vec<u8>),
    ) -> io::Result<()> {
        let mut buffer = [0; 64 * 1024];
        loop {
            let read = from.read(&mut buffer)?;
            note(self, read, frames.tags(&buffer[..read]));
            if read == 0 {
                return to.shutdown(Shutdown::Write);
            }
            to.write_all(&buffer[..read])?;
        }
    }

    fn asked(&self, read: usize, tags: Vec<u8>) {
        let mut passed = self.passed();
        passed.reads += 1;
        passed.sent += read;
        passed.messages += tags.len();
        for tag in tags {
            passed.requests += usize::from(matches!(tag, b'Q' | b'S'));
            passed.is_terminated |= tag == b'X';
        }
        passed.most = passed.most.max(passed.requests - passed.answers);
    }

    fn answered(&self, read: usize, tags: Vec<u8>) {
        let passed = self.passed();
        let mut passed = self
            .released
            .wait_while(passed, |passed| passed.is_held)
            .unwrap_or_else(PoisonError::into_inner);
        passed.received += read;
        // Before the first request, the server says that it is ready for it.
        if passed.requests > 0 {
            passed.answers += tags.into_iter().filter(|&tag| tag == b'Z').count();
        }
    }
}

/// Where the messages of one side begin.
#[derive(Default)]
struct Frames {
    /// The first message of a client has no tag.
    is_startup: bool,
    header: Vec<u8>,
    body: usize,
}

impl Frames {
    /// The tags of the messages whose header is complete with these bytes.
    fn tags(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut tags = Vec::new();
        while !bytes.is_empty() {
            let skipped = self.body.min(bytes.len());
            self.body -= skipped;
            bytes = &bytes[skipped..];
            let missing = (if self.is_startup { 4 } else { 5 }) - self.header.len();
            let (taken, rest) = bytes.split_at(missing.min(bytes.len()));
            self.header.extend_from_slice(taken);
            bytes = rest;
            if taken.len() == missing
                && let Some((tag, length)) = self.header.split_last_chunk()
            {
                self.body = u32::from_be_bytes(*length) as usize - 4;
                tags.extend_from_slice(tag);
                self.is_startup = false;
                self.header.clear();
            }
        }
        tags
    }
}
