//! [`Upstream`]: a server over UDP. Many questions are under way on one socket, told apart by their ids.

use std::io;

use actor_runtime::{Reply, actor};
use hickory_proto::op::ResponseCode;
use tokio::time::{Instant, sleep_until};

use super::{
    Lost, Response, Route, Said, decode, id_of,
    sockets::{Received, Sockets},
    table::{Entry, Table},
};
use crate::{error::Failure, question::Question};

/// A server over UDP.
#[derive(Debug)]
pub(crate) struct Upstream {
    route: Route,
    sockets: Sockets,
    table: Table,
    has_edns: bool,
}

impl Upstream {
    pub(crate) fn new(route: Route) -> Self {
        Self { route, sockets: Sockets::new(), table: Table::default(), has_edns: true }
    }
}

// The resolver bounds the number of questions.
#[actor(mailbox = unbounded, busy_if = !self.table.is_empty())]
impl Upstream {
    /// Asks the server once. The answer is waited for whether or not the caller still wants it, because it
    /// tells whether the server is alive.
    pub(crate) fn ask(&mut self, question: Question, reply: Reply<Said>) {
        let (name, has_edns) = (self.route.name(&question), self.has_edns);
        let deadline = Instant::now() + self.route.timeout;
        self.send(Entry { question, name, has_edns, is_repeated: false, deadline, reply });
    }

    #[on(self.sockets.received(), if self.sockets.is_open())]
    fn received(&mut self, Received { socket, datagram }: Received) {
        match datagram {
            Ok(datagram) => self.read(socket, &datagram),
            Err(error) => self.fail(socket, &error),
        }
    }

    #[on(sleep_until(self.table.deadline()), if !self.table.is_empty())]
    fn late(&mut self, (): ()) {
        for (socket, entry) in self.table.remove_late(Instant::now()) {
            self.sockets.done(socket);
            entry.reply.send(Err(Lost::Failed(Failure::NoAnswer)));
        }
    }

    fn send(&mut self, entry: Entry) {
        let socket = match self.sockets.next(&self.route) {
            Ok(socket) => socket,
            Err(error) => return refuse(entry, &error),
        };
        let (question, name, has_edns) =
            (entry.question.clone(), entry.name.clone(), entry.has_edns);
        let id = self.table.insert(socket, entry);
        // A name that was decoded or parsed can be encoded.
        let query = question.query(id, name, has_edns).to_vec().unwrap_or_default();
        if let Err(error) = self.sockets.send(query) {
            self.fail(socket, &error);
        }
    }

    /// Hands an answer to its caller, if it is one: it came from the server's address and port to that of the
    /// question, and has its id, its question and, with 0x20, its upper and lower case.
    fn read(&mut self, socket: u64, datagram: &[u8]) {
        let key = id_of(datagram).map(|id| (socket, id));
        let found = key.and_then(|key| Some((key, self.table.get(key)?)));
        let answer = found.and_then(|(key, entry)| Some((key, entry, decode(datagram)?)));
        let Some((key, entry, message)) = answer else { return self.strike(socket) };
        let code = message.metadata.response_code;
        let knows_no_edns = entry.has_edns
            && matches!(code, ResponseCode::FormErr | ResponseCode::NotImp)
            && message.edns.is_none();
        // Servers that do not know EDNS may leave out the question. Nothing of their answer is used.
        let is_refusal = knows_no_edns && message.queries.is_empty();
        if !is_refusal && !entry.is_answered_by(&message, self.route.random_case) {
            return self.strike(socket);
        }
        let Some(entry) = self.table.remove(key) else { return };
        self.sockets.done(socket);
        if knows_no_edns {
            return self.send(Entry { has_edns: false, ..entry });
        }
        // The server answers without EDNS what it refused with it.
        self.has_edns &= entry.has_edns || code == ResponseCode::FormErr;
        entry.reply.send(if message.metadata.truncation {
            Err(Lost::Truncated)
        } else {
            Ok(Response { message, size: datagram.len() })
        });
    }

    /// A datagram answers no question. If there are many, they may be forged: the questions of this
    /// socket are asked again from another port.
    fn strike(&mut self, socket: u64) {
        if self.sockets.strike(socket) {
            tracing::warn!("{} sends answers to questions that were not asked", self.route.server);
            self.sockets.close(socket);
            for entry in self.table.remove_socket(socket) {
                self.send(entry);
            }
        }
    }

    /// The system reports that the server cannot be reached.
    fn fail(&mut self, socket: u64, error: &io::Error) {
        self.sockets.close(socket);
        for entry in self.table.remove_socket(socket) {
            refuse(entry, error);
        }
    }
}

fn refuse(entry: Entry, error: &io::Error) {
    entry.reply.send(Err(Lost::Failed(Failure::Unreachable(error.kind()))));
}
