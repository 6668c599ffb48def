//! [`TcpUpstream`]: a server over TCP, for answers that do not fit into a datagram.

use std::{io, time::Duration};

use actor_runtime::{Reply, actor};
use tokio::time::{Instant, sleep_until};

use super::{
    Lost, Response, Route, Said, decode, id_of,
    table::{Entry, Table},
};
use crate::{
    error::Failure,
    link::{Event, Link},
    question::Question,
};

/// A connection without questions is closed after this time.
const IDLE: Duration = Duration::from_secs(10);

/// A server over TCP. Questions are sent without waiting for the answers to earlier ones.
#[derive(Debug)]
pub(crate) struct TcpUpstream {
    route: Route,
    link: Link,
    /// The number of the connection.
    connection: u64,
    /// Whether the connection has brought an answer.
    is_proven: bool,
    table: Table,
    used: Instant,
}

impl TcpUpstream {
    pub(crate) fn new(route: Route) -> Self {
        let (link, table) = (Link::default(), Table::default());
        Self { route, link, connection: 0, is_proven: false, table, used: Instant::now() }
    }
}

#[actor(mailbox = unbounded, busy_if = !self.table.is_empty())]
impl TcpUpstream {
    /// Asks the server, through a connection that is opened if there is none.
    pub(crate) fn ask(&mut self, question: Question, reply: Reply<Said>) {
        let name = self.route.name(&question);
        let deadline = Instant::now() + self.route.timeout;
        let (has_edns, is_repeated) = (true, false);
        self.send(Entry { question, name, has_edns, is_repeated, deadline, reply });
    }

    #[on(self.link.received(true), if self.link.is_open())]
    fn received(&mut self, event: io::Result<Event>) {
        self.used = Instant::now();
        match event {
            Ok(Event::Message(message)) => self.read(&message),
            Ok(Event::Written) => {}
            Err(error) => self.lost(&error),
        }
    }

    #[on(sleep_until(self.table.deadline()), if !self.table.is_empty())]
    fn late(&mut self, (): ()) {
        for (_, entry) in self.table.remove_late(Instant::now()) {
            entry.reply.send(Err(Lost::Failed(Failure::NoAnswer)));
        }
        if !self.is_proven && self.table.is_empty() {
            self.link.close();
        }
    }

    #[on(sleep_until(self.used + IDLE), if self.link.is_open() && self.table.is_empty())]
    fn idle(&mut self, (): ()) {
        self.link.close();
    }

    fn send(&mut self, entry: Entry) {
        if !self.link.is_open() {
            self.connection += 1;
            self.is_proven = false;
            self.link.open(self.route.network.stream(self.route.server));
        }
        self.used = Instant::now();
        let (question, name) = (entry.question.clone(), entry.name.clone());
        let id = self.table.insert(self.connection, entry);
        self.link.send(&question.query(id, name, true).to_vec().unwrap_or_default());
    }

    /// Hands an answer to its caller. A message that answers no question is ignored, since it may be that of a
    /// question which has had its time; one that cannot be read ends the connection.
    fn read(&mut self, bytes: &[u8]) {
        let Some(message) = decode(bytes) else {
            return self.lost(&io::ErrorKind::InvalidData.into());
        };
        let key = (self.connection, id_of(bytes).unwrap_or_default());
        let is_answer = |entry: &Entry| entry.is_answered_by(&message, self.route.random_case);
        if !self.table.get(key).is_some_and(is_answer) {
            return;
        }
        let Some(entry) = self.table.remove(key) else { return };
        self.is_proven = true;
        entry.reply.send(if message.metadata.truncation {
            Err(Lost::Failed(Failure::Truncated))
        } else {
            Ok(Response { message, size: bytes.len() })
        });
    }

    /// The connection has ended. A server may close one that it has answered on at any time, so what was sent
    /// on it is sent again, once.
    fn lost(&mut self, error: &io::Error) {
        self.link.close();
        let (entries, is_proven) = (self.table.remove_socket(self.connection), self.is_proven);
        for entry in entries {
            if is_proven && !entry.is_repeated {
                self.send(Entry { is_repeated: true, ..entry });
            } else {
                entry.reply.send(Err(Lost::Failed(match error.kind() {
                    io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => {
                        Failure::Disconnected
                    }
                    kind => Failure::Unreachable(kind),
                })));
            }
        }
    }
}
