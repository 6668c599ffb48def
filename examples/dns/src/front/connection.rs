//! [`Connection`]: a client over TCP. Its questions are under way together, and answered as answers come.

use std::io;

use actor_runtime::{Answers, CallError, Context, actor};
use hickory_proto::op::ResponseCode;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until},
};

use super::{
    Service, count,
    query::{Query, coded, respond},
};
use crate::{
    core::Outcome,
    link::{Event, Link},
    question::Question,
    wire::Wanted,
};

/// A client that has so many bytes to read has no further query read.
const UNREAD: usize = 262_144;

/// A client over TCP.
#[derive(Debug)]
pub(crate) struct Connection {
    link: Link,
    service: Service,
    asked: Answers<(Question, Wanted), Outcome>,
    /// Whether queries are read: not while there is too much to do, nor after the client has sent its last.
    reads: bool,
    has_ended: bool,
    /// When something happened last.
    used: Instant,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, service: Service) -> Self {
        let (link, asked) = (Link::accepted(stream), Answers::new());
        Self { link, service, asked, reads: true, has_ended: false, used: Instant::now() }
    }
}

#[actor(keep_alive, busy_if = !self.asked.is_empty() || self.link.unwritten() > 0)]
impl Connection {
    #[on(self.link.received(self.reads), if self.link.is_open())]
    fn received(&mut self, event: io::Result<Event>, context: &Context<Self>) {
        match event {
            Ok(Event::Message(message)) => self.read(&message),
            Ok(Event::Written) => self.used = Instant::now(),
            // The client may wait for answers, although it has no further queries.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => self.has_ended = true,
            Err(_) => {
                self.link.close();
                self.asked = Answers::new();
                return context.stop();
            }
        }
        self.settle(context);
    }

    #[on(self.asked.next(), if !self.asked.is_empty())]
    fn answered(
        &mut self,
        (asked, outcome): ((Question, Wanted), Result<Outcome, CallError>),
        context: &Context<Self>,
    ) {
        let outcome = outcome.unwrap_or_else(|error| Err(error.into()));
        self.respond(&asked.0, &asked.1, &outcome);
        self.settle(context);
    }

    /// The client does nothing, or does not read its answers.
    #[on(sleep_until(self.used + self.service.config.idle), if self.asked.is_empty())]
    fn idle(&mut self, (): (), context: &Context<Self>) {
        self.link.close();
        context.stop();
    }

    fn read(&mut self, message: &[u8]) {
        self.used = Instant::now();
        let stats = &self.service.stats;
        count(&stats.tcp);
        let (question, wanted) = match Query::read(message, false) {
            Query::Ignore => return count(&stats.ignored),
            Query::Respond(response) => {
                count(&stats.refused);
                count(&stats.responses);
                return self.link.send(&response);
            }
            Query::Ask(question, wanted) => (question, wanted),
        };
        if let Some(outcome) = self.service.resolver.cached(&question) {
            return self.respond(&question, &wanted, &outcome);
        }
        match self.service.resolver.core().ask(question.clone()).try_call() {
            Ok(answer) => self.asked.insert((question, wanted), answer),
            Err(_) => {
                count(&stats.failed);
                self.link.send(&coded(&question, &wanted, ResponseCode::ServFail));
            }
        }
    }

    fn respond(&mut self, question: &Question, wanted: &Wanted, outcome: &Outcome) {
        self.used = Instant::now();
        count(&self.service.stats.responses);
        if outcome.is_err() {
            count(&self.service.stats.failed);
        }
        self.link.send(&respond(question, wanted, outcome));
    }

    /// Reads on if there is not too much to do, and stops if the client has got all of its answers.
    fn settle(&mut self, context: &Context<Self>) {
        let is_free = self.asked.len() < self.service.config.per_client;
        self.reads = !self.has_ended && is_free && self.link.unwritten() < UNREAD;
        if self.has_ended && self.asked.is_empty() && self.link.unwritten() == 0 {
            context.stop();
        }
    }
}
