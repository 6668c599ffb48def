//! [`Sockets`]: the UDP sockets of a server, one of which is used for new questions.

use std::{collections::VecDeque, future::poll_fn, io, sync::Arc, time::Duration};

use actor_runtime::{cancel_safe, cancel_safe::assume_cancel_safe};
use tokio::{io::ReadBuf, time::Instant};

use super::Route;
use crate::network::Datagrams;
use std::task::{Context, Poll};

/// A socket is replaced after so many questions, or after this time, so that its port does not become known.
const QUESTIONS: u32 = 10_000;
const LIFETIME: Duration = Duration::from_secs(60);
/// A socket with so many questions under way is replaced, so that ids stay hard to guess.
const UNDER_WAY: u32 = 16_384;
/// A socket that received so many datagrams that answer no question is replaced, since ids may be guessed.
const STRIKES: u32 = 16;
/// Datagrams that wait until the system can take them. More are lost, as on any network.
const OUTBOX: usize = 1024;

/// The sockets to one server.
pub(crate) struct Sockets {
    current: Option<Socket>,
    /// Sockets that are not used for new questions, and have some under way.
    retired: Vec<Socket>,
    last: u64,
    buffer: Box<[u8]>,
}

struct Socket {
    number: u64,
    socket: Box<dyn Datagrams>,
    opened: Instant,
    questions: u32,
    under_way: u32,
    strikes: u32,
    outbox: VecDeque<Arc<[u8]>>,
}

/// What happened on a socket.
pub(crate) struct Received {
    pub(crate) socket: u64,
    pub(crate) datagram: io::Result<Vec<u8>>,
}

impl Sockets {
    pub(crate) fn new() -> Self {
        let buffer = vec![0; usize::from(u16::MAX)].into_boxed_slice();
        Self { current: None, retired: Vec::new(), last: 0, buffer }
    }

    /// Returns the number of the socket for the next question, which is opened if necessary.
    pub(crate) fn next(&mut self, route: &Route) -> io::Result<u64> {
        let now = Instant::now();
        let is_used_up = |socket: &Socket| {
            socket.questions >= QUESTIONS
                || socket.under_way >= UNDER_WAY
                || now.duration_since(socket.opened) >= LIFETIME
        };
        if let Some(old) = self.current.take_if(|socket| is_used_up(socket))
            && old.under_way > 0
        {
            self.retired.push(old);
        }
        if let Some(socket) = &mut self.current {
            socket.questions += 1;
            socket.under_way += 1;
            return Ok(socket.number);
        }
        let socket = route.network.datagrams(route.server)?;
        self.last += 1;
        self.current = Some(Socket {
            number: self.last,
            socket,
            opened: now,
            questions: 1,
            under_way: 1,
            strikes: 0,
            outbox: VecDeque::new(),
        });
        Ok(self.last)
    }

    /// Sends a datagram through the current socket.
    pub(crate) fn send(&mut self, datagram: Vec<u8>) -> io::Result<()> {
        let Some(socket) = &mut self.current else { return Ok(()) };
        match socket.socket.try_send(&datagram) {
            // A new socket may not know yet that it is ready.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if socket.outbox.len() < OUTBOX {
                    socket.outbox.push_back(datagram.into());
                }
                Ok(())
            }
            sent => sent.map(drop),
        }
    }

    /// A question that was sent through this socket is over.
    pub(crate) fn done(&mut self, number: u64) {
        if let Some(socket) = self.get(number) {
            socket.under_way = socket.under_way.saturating_sub(1);
        }
        self.retired.retain(|socket| socket.under_way > 0);
    }

    /// A datagram answered no question. Returns `true` if the socket is to be closed.
    pub(crate) fn strike(&mut self, number: u64) -> bool {
        self.get(number).is_some_and(|socket| {
            socket.strikes += 1;
            socket.strikes >= STRIKES
        })
    }

    /// Closes a socket.
    pub(crate) fn close(&mut self, number: u64) {
        self.current.take_if(|socket| socket.number == number);
        self.retired.retain(|socket| socket.number != number);
    }

    pub(crate) fn is_open(&self) -> bool {
        self.current.is_some() || !self.retired.is_empty()
    }

    /// Waits for a datagram, and sends those that wait.
    #[cancel_safe]
    pub(crate) async fn received(&mut self) -> Received {
        let received = poll_fn(|cx| self.poll_received(cx));
        assume_cancel_safe("a datagram is taken only when it is returned", received).await
    }

    fn poll_received(&mut self, cx: &mut Context<'_>) -> Poll<Received> {
        let Self { current, retired, buffer, .. } = self;
        for socket in current.iter_mut().chain(retired) {
            if let Poll::Ready(datagram) = socket.poll(buffer, cx) {
                return Poll::Ready(Received { socket: socket.number, datagram });
            }
        }
        Poll::Pending
    }

    fn get(&mut self, number: u64) -> Option<&mut Socket> {
        let mut sockets = self.current.iter_mut().chain(&mut self.retired);
        sockets.find(|socket| socket.number == number)
    }
}

impl Socket {
    fn poll(&mut self, buffer: &mut [u8], cx: &mut Context<'_>) -> Poll<io::Result<Vec<u8>>> {
        while let Some(datagram) = self.outbox.front() {
            match self.socket.try_send(datagram) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    match self.socket.poll_send_ready(cx)? {
                        Poll::Ready(()) => continue,
                        Poll::Pending => break,
                    }
                }
                Err(error) => return Poll::Ready(Err(error)),
                Ok(_) => _ = self.outbox.pop_front(),
            }
        }
        let mut read = ReadBuf::new(buffer);
        let ready = self.socket.poll_recv(cx, &mut read)?;
        ready.map(|()| Ok(read.filled().to_vec()))
    }
}

impl std::fmt::Debug for Sockets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { current, retired, last, .. } = self;
        let current = current.as_ref().map(|socket| socket.number);
        let mut sockets = f.debug_struct("Sockets");
        sockets.field("current", &current).field("retired", &retired.len()).field("last", last);
        sockets.finish_non_exhaustive()
    }
}
