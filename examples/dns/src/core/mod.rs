//! [`Core`]: the actor behind a [`Resolver`](crate::Resolver). It merges equal questions, keeps answers, and
//! asks servers until one of them answers.

mod asking;
mod request;

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use actor_runtime::{Answers, CallError, Reply, actor};
use hickory_proto::rr::{Name, RData, RecordType};
use tokio::time::{Instant, sleep_until};

use self::{
    asking::{Ask, Asking, QuestionId},
    request::{Request, RequestId, To},
};
use crate::{
    alarms::Alarms,
    answer::Answer,
    config::Config,
    error::LookupError,
    known::{Hit, Known},
    question::Question,
    server::{ServerStats, Servers},
    upstream::Said,
};

/// What a look-up ends with.
pub(crate) type Outcome = Result<Arc<Answer>, LookupError>;

/// The addresses of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The absolute name that was found. For the text of an address, it is its name in the reverse zone.
    pub name: Name,
    /// The addresses in the order of the answers, those of IPv6 first.
    pub addresses: Vec<IpAddr>,
}

/// What a resolver has done so far, and what it has to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Questions that were answered from the cache.
    pub hits: u64,
    /// Questions that were not.
    pub misses: u64,
    /// Questions that joined an equal one under way.
    pub merged: u64,
    /// The number of times that servers were asked.
    pub sent: u64,
    /// The number of times that a server was late, so that the next one, or the same again, was asked.
    pub hedged: u64,
    /// Answers that were looked up again before they expired.
    pub prefetched: u64,
    /// Expired answers that were given.
    pub stale: u64,
    /// Questions that no server has answered.
    pub failed: u64,
    /// Look-ups that were cancelled before they began.
    pub cancelled: u64,
    /// Answers in the cache.
    pub cached: usize,
    /// Questions under way.
    pub under_way: usize,
}

/// Where an outcome goes.
#[derive(Debug)]
enum Waiter {
    Caller(Reply<Outcome>),
    /// One of the questions of a request.
    Part(RequestId, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Alarm {
    Question(QuestionId),
    Request(RequestId),
}

/// The state of a resolver.
#[derive(Debug)]
pub(crate) struct Core {
    config: Config,
    servers: Servers,
    known: Arc<Known>,
    asking: HashMap<QuestionId, Asking>,
    by_question: HashMap<Question, QuestionId>,
    asks: Answers<Ask, Said>,
    requests: HashMap<RequestId, Request>,
    alarms: Alarms<Alarm>,
    last_question: QuestionId,
    last_request: RequestId,
    stats: Stats,
}

impl Core {
    pub(crate) fn new(config: Config, known: Arc<Known>) -> Self {
        Self {
            config,
            servers: Servers::new(),
            known,
            asking: HashMap::new(),
            by_question: HashMap::new(),
            asks: Answers::new(),
            requests: HashMap::new(),
            alarms: Alarms::new(),
            last_question: 0,
            last_request: 0,
            stats: Stats::default(),
        }
    }
}

// Callers wait in the mailbox while there are too many questions, instead of being refused.
#[actor(
    mailbox = 4096,
    messages_if = self.asking.len() < self.config.questions,
    busy_if = !self.asking.is_empty() || !self.requests.is_empty()
)]
impl Core {
    /// Returns the answer to a question.
    pub(crate) fn ask(&mut self, question: Question, reply: Reply<Outcome>) {
        let now = Instant::now();
        match self.find(&question, now) {
            Some(outcome) => reply.send(outcome),
            None => self.join(question, Some(Waiter::Caller(reply)), now),
        }
    }

    /// Looks up again what is about to expire.
    pub(crate) fn prefetch(&mut self, question: Question) {
        if !self.by_question.contains_key(&question) {
            self.stats.prefetched += 1;
            self.join(question, None, Instant::now());
        }
    }

    /// Looks a name up, in the search list if it is a relative one.
    pub(crate) fn search(&mut self, name: Name, kind: RecordType, reply: Reply<Outcome>) {
        self.request(name, vec![kind], To::Answer(reply));
    }

    /// Looks up both kinds of addresses.
    pub(crate) fn search_ip(&mut self, name: Name, reply: Reply<Result<Addresses, LookupError>>) {
        self.request(name, vec![RecordType::AAAA, RecordType::A], To::Addresses(reply));
    }

    /// Returns the statistics of each server.
    #[handler(always)]
    pub(crate) fn servers(&self) -> Vec<ServerStats> {
        self.servers.stats(Instant::now())
    }

    /// Replaces the servers. Questions under way go on with the new ones.
    #[handler(always)]
    pub(crate) fn set_servers(&mut self, servers: Vec<SocketAddr>) {
        self.servers.set(&servers, &self.config);
        self.config.servers = servers;
    }

    /// Forgets a name and those below it, or all names.
    #[handler(always)]
    pub(crate) fn flush(&mut self, name: Option<Name>) -> usize {
        self.known.flush(name.as_ref())
    }

    /// Returns the statistics.
    #[handler(always)]
    pub(crate) fn stats(&self) -> Stats {
        let (cached, hits, stale) = self.known.counts();
        Stats { cached, hits, stale, under_way: self.asking.len(), ..self.stats.clone() }
    }

    #[on_start]
    fn start(&mut self) {
        self.servers.set(&self.config.servers, &self.config);
    }

    #[on(self.asks.next(), if !self.asks.is_empty())]
    fn answered(&mut self, (ask, said): (Ask, Result<Said, CallError>)) {
        self.said(ask, said, Instant::now());
    }

    #[on(sleep_until(self.alarms.first()), if !self.alarms.is_empty())]
    fn rang(&mut self, (): ()) {
        let now = Instant::now();
        while let Some(alarm) = self.alarms.take_due(now) {
            match alarm {
                Alarm::Question(id) => self.question_rang(id, now),
                Alarm::Request(id) => self.request_rang(id),
            }
        }
    }

    /// Looks a question up without asking a server. An answer that is about to expire is looked up again.
    fn find(&mut self, question: &Question, now: Instant) -> Option<Outcome> {
        let Hit { outcome, is_due } = self.known.find(question, now)?;
        if is_due {
            self.prefetch(question.clone());
        }
        Some(outcome)
    }

    fn deliver(&mut self, waiter: Waiter, outcome: Outcome) {
        match waiter {
            Waiter::Caller(reply) => reply.send(outcome),
            Waiter::Part(id, part) => self.part(id, part, outcome),
        }
    }
}

impl Addresses {
    /// Collects the addresses of some answers.
    fn of<'a>(name: &Name, answers: impl Iterator<Item = &'a Arc<Answer>>) -> Self {
        let address = |data: &RData| match data {
            RData::A(address) => Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => Some(IpAddr::V6(address.0)),
            _ => None,
        };
        let addresses = answers.flat_map(|answer| answer.data().filter_map(address)).collect();
        Self { name: name.clone(), addresses }
    }
}
