//! [`Udp`]: the clients of one UDP socket.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use actor_runtime::{ActorHandle, Answers, CallError, Context, ExitReason, actor};
use hickory_proto::op::ResponseCode;
use tokio::{net::UdpSocket, time::Instant};

use super::{
    Service,
    clients::Clients,
    count,
    query::{Query, coded, is_truncated, respond, truncated},
};
use crate::{core::Outcome, question::Question, wire::Wanted};

/// Queries are read in batches of this size, before answers of servers are looked at.
const BATCH: usize = 32;

/// The clients of one UDP socket.
#[derive(Debug)]
pub(crate) struct Udp {
    socket: UdpSocket,
    buffer: Box<[u8]>,
    service: Service,
    clients: Clients,
    asked: Answers<Asked, Outcome>,
}

/// A question under way.
#[derive(Debug)]
struct Asked {
    from: SocketAddr,
    question: Question,
    wanted: Wanted,
}

impl Udp {
    pub(super) fn new(socket: UdpSocket, service: Service) -> Self {
        let buffer = vec![0; 4096].into_boxed_slice();
        let clients = Clients::new(service.config.bytes_per_second);
        Self { socket, buffer, service, clients, asked: Answers::new() }
    }
}

#[actor(keep_alive, busy_if = !self.asked.is_empty())]
impl Udp {
    /// Reads the queries that have arrived.
    #[on(self.socket.recv_from(&mut self.buffer[..]))]
    async fn received(&mut self, received: io::Result<(usize, SocketAddr)>) {
        let mut received = received;
        for left in (0..BATCH).rev() {
            // An error is that of a response which could not be delivered.
            if let Ok((length, from)) = received {
                self.read(length, from).await;
            }
            if left > 0 {
                received = self.socket.try_recv_from(&mut self.buffer);
            }
            if received.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
                return;
            }
        }
    }

    #[on(self.asked.next(), if !self.asked.is_empty())]
    async fn answered(&mut self, (asked, outcome): (Asked, Result<Outcome, CallError>)) {
        self.clients.end(asked.from.ip());
        let outcome = outcome.unwrap_or_else(|error| Err(error.into()));
        self.respond(&asked, &outcome).await;
    }

    /// Without a resolver, there is nothing to answer with.
    #[on(self.service.resolver.core().exited())]
    fn resolver_ended(&mut self, _: ExitReason, context: &Context<Self>) {
        context.stop();
    }

    async fn read(&mut self, length: usize, from: SocketAddr) {
        let stats = &self.service.stats;
        count(&stats.udp);
        if !self.service.config.access.allows(from.ip()) || from.port() == 0 {
            return count(&stats.ignored);
        }
        let (question, wanted) = match Query::read(&self.buffer[..length], true) {
            Query::Ignore => return count(&stats.ignored),
            Query::Respond(response) => {
                count(&stats.refused);
                // Two programs must not answer each other's errors for ever.
                if self.may_send(from.ip(), response.len()) {
                    self.send(&response, from).await;
                }
                return;
            }
            Query::Ask(question, wanted) => (question, wanted),
        };
        // The answers in the cache are given without limits, since they cost nothing.
        let cached = self.service.resolver.cached(&question);
        let asked = Asked { from, question, wanted };
        match cached {
            Some(outcome) => self.respond(&asked, &outcome).await,
            None => self.ask(asked).await,
        }
    }

    /// Asks the resolver, unless there is too much under way.
    async fn ask(&mut self, asked: Asked) {
        let config = &self.service.config;
        let code = if self.asked.len() >= config.under_way {
            count(&self.service.stats.failed);
            ResponseCode::ServFail
        } else if !self.clients.begin(asked.from.ip(), config.per_client, Instant::now()) {
            count(&self.service.stats.refused);
            ResponseCode::Refused
        } else {
            match self.service.resolver.core().ask(asked.question.clone()).try_call() {
                Ok(answer) => return self.asked.insert(asked, answer),
                Err(_) => {
                    self.clients.end(asked.from.ip());
                    count(&self.service.stats.failed);
                    ResponseCode::ServFail
                }
            }
        };
        self.send(&coded(&asked.question, &asked.wanted, code), asked.from).await;
    }

    async fn respond(&mut self, asked: &Asked, outcome: &Outcome) {
        let Asked { from, question, wanted } = asked;
        let mut response = respond(question, wanted, outcome);
        if !self.may_send(from.ip(), response.len()) {
            response = truncated(question, wanted);
        }
        if outcome.is_err() {
            count(&self.service.stats.failed);
        }
        if is_truncated(&response) {
            count(&self.service.stats.truncated);
        }
        self.send(&response, *from).await;
    }

    /// Returns whether a response of this length may be sent to a client, and counts it.
    fn may_send(&mut self, client: IpAddr, length: usize) -> bool {
        let is_free = client.to_canonical().is_loopback() && !self.service.config.limits_loopback;
        is_free || self.clients.spend(client, length, Instant::now())
    }

    async fn send(&self, response: &[u8], to: SocketAddr) {
        count(&self.service.stats.responses);
        // A client that is not there any more is no reason to do something.
        let _ = self.socket.send_to(response, to).await;
    }
}
