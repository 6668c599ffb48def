//! [`Asking`]: a question under way, and the servers that were asked.

use std::{sync::Arc, time::Duration};

use actor_runtime::CallError;
use tokio::time::Instant;

use super::{Alarm, Core, Outcome, Waiter};
use crate::{
    answer::Answer,
    config::Stale,
    error::{Attempt, Failed, Failure, LookupError},
    question::Question,
    server::ServerId,
    upstream::{Lost, Said},
};

/// When all servers were asked, they are asked again after this time, then twice this time, and so on.
const REPEAT: Duration = Duration::from_millis(250);

pub(crate) type QuestionId = u64;

/// A question under way. All who ask it wait for the same answer.
#[derive(Debug)]
pub(crate) struct Asking {
    question: Question,
    waiters: Vec<Waiter>,
    /// Each time that a server was asked, with the failure if it has failed.
    attempts: Vec<(ServerId, std::net::SocketAddr, Option<Failure>)>,
    /// The servers that were asked in this round.
    asked: Vec<ServerId>,
    round: u32,
    under_way: usize,
    begun: Instant,
    /// The server that was asked last, and when.
    last: Option<(ServerId, Instant)>,
    /// When the next server is asked.
    next_at: Instant,
    alarm: Instant,
    /// An answer that has expired, and when it is given.
    stale: Option<(Arc<Answer>, Instant)>,
    /// Whether the answer is wanted by the cache.
    is_refresh: bool,
    /// The servers that have answered with a failure.
    refused_by: Vec<ServerId>,
}

/// One time that a server is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    question: QuestionId,
    server: ServerId,
    at: Instant,
    attempt: usize,
    is_tcp: bool,
}

impl Core {
    /// Waits for the answer to a question together with all others who ask it. Without a waiter, the answer is
    /// for the cache.
    pub(super) fn join(&mut self, question: Question, waiter: Option<Waiter>, now: Instant) {
        if let Some(id) = self.by_question.get(&question).copied() {
            self.stats.merged += 1;
            let was_wanted = self.is_wanted(id);
            let Some(asking) = self.asking.get_mut(&id) else { return };
            asking.waiters.extend(waiter);
            if !was_wanted {
                asking.next_at = now;
                self.set_alarm(id);
            }
            return;
        }
        self.stats.misses += 1;
        self.last_question += 1;
        let id = self.last_question;
        let stale = match self.config.stale {
            Stale::After { after, .. } => {
                self.known.find_stale(&question, now).map(|answer| (answer, now + after))
            }
            Stale::No => None,
        };
        self.by_question.insert(question.clone(), id);
        let is_refresh = waiter.is_none();
        let asking = Asking {
            question,
            waiters: waiter.into_iter().collect(),
            attempts: Vec::new(),
            asked: Vec::new(),
            round: 0,
            under_way: 0,
            begun: now,
            last: None,
            next_at: now,
            alarm: now,
            stale,
            is_refresh,
            refused_by: Vec::new(),
        };
        self.asking.insert(id, asking);
        self.ask_next(id, now);
        self.ask_probe(id, now);
        self.set_alarm(id);
    }

    /// A server has answered, or has not.
    pub(super) fn said(&mut self, ask: Ask, said: Result<Said, CallError>, now: Instant) {
        let said = said.unwrap_or(Err(Lost::Failed(Failure::Removed)));
        if let Some(server) = self.servers.get(ask.server) {
            match &said {
                Ok(_) | Err(Lost::Truncated) => {
                    server.answered((!ask.is_tcp).then(|| now - ask.at), now);
                }
                // The server may be alive, and only not to be reached over TCP.
                Err(Lost::Failed(failure)) if !ask.is_tcp => server.lost(ask.at, *failure, now),
                Err(Lost::Failed(_)) => {}
            }
        }
        let Some(asking) = self.asking.get_mut(&ask.question) else { return };
        asking.under_way -= 1;
        match said {
            Ok(response) => match Answer::from_response(&asking.question, response, now) {
                Ok(answer) => self.answer(ask, answer, now),
                Err(code) => {
                    asking.refused_by.push(ask.server);
                    if let Some(server) = self.servers.get(ask.server) {
                        server.refused(code);
                    }
                    self.attempt_failed(ask, Failure::Code(code), now);
                }
            },
            Err(Lost::Truncated) => self.ask_over_tcp(ask, now),
            Err(Lost::Failed(failure)) => self.attempt_failed(ask, failure, now),
        }
    }

    /// A time of a question has come.
    pub(super) fn question_rang(&mut self, id: QuestionId, now: Instant) {
        let is_wanted = self.is_wanted(id);
        let Some(asking) = self.asking.get_mut(&id) else { return };
        if now >= asking.begun + self.config.total {
            return self.fail(id, now);
        }
        if let Some((answer, _)) = asking.stale.take_if(|(_, at)| *at <= now) {
            asking.is_refresh = true;
            let waiters = std::mem::take(&mut asking.waiters);
            self.known.hold(&asking.question, now);
            let stale: Outcome = Ok(self.known.stale(&answer, now));
            for waiter in waiters {
                self.deliver(waiter, stale.clone());
            }
        } else if is_wanted && now >= asking.next_at {
            if let Some((last, at)) = asking.last
                && let Some(server) = self.servers.get(last)
            {
                server.late(at, now);
                self.stats.hedged += 1;
            }
            let is_asked = self.ask_next(id, now);
            if !is_asked && self.asking.get(&id).is_some_and(|asking| asking.under_way == 0) {
                return self.fail(id, now);
            }
        } else if !is_wanted && asking.under_way == 0 {
            return self.forget(id);
        }
        self.set_alarm(id);
    }

    /// Asks the best server that was not asked in this round, or begins a new one. Returns `false` if there are
    /// no servers.
    fn ask_next(&mut self, id: QuestionId, now: Instant) -> bool {
        let Some(asking) = self.asking.get_mut(&id) else { return false };
        if !self.servers.has_other_than(&asking.asked) && !asking.asked.is_empty() {
            asking.asked.clear();
            asking.round += 1;
        }
        let Some(server) = self.servers.best(&asking.asked, now) else { return false };
        let (server, hedge) = (server.id, server.hedge());
        self.send(id, server, now);
        let Some(asking) = self.asking.get_mut(&id) else { return false };
        asking.last = Some((server, now));
        let wait = if self.servers.has_other_than(&asking.asked) {
            hedge
        } else {
            REPEAT * 2_u32.pow(asking.round.min(6))
        };
        asking.next_at = now + wait;
        true
    }

    /// Asks a server of which little is known, besides the one that is expected to answer.
    fn ask_probe(&mut self, id: QuestionId, now: Instant) {
        let Some(asking) = self.asking.get(&id) else { return };
        let probe = self.servers.probe(now).map(|server| server.id);
        if let Some(server) = probe.filter(|server| !asking.asked.contains(server)) {
            self.send(id, server, now);
        }
    }

    fn send(&mut self, id: QuestionId, server: ServerId, now: Instant) {
        let (Some(asking), Some(to)) = (self.asking.get_mut(&id), self.servers.get(server)) else {
            return;
        };
        to.ask(now);
        self.stats.sent += 1;
        let attempt = asking.attempts.len();
        asking.asked.push(server);
        asking.attempts.push((server, to.address(), None));
        // The mailbox has no bound, so this fails only if the actor has panicked.
        match to.udp.ask(asking.question.clone()).try_call() {
            Ok(answer) => {
                asking.under_way += 1;
                let ask = Ask { question: id, server, at: now, attempt, is_tcp: false };
                self.asks.insert(ask, answer);
            }
            Err(_) => {
                asking.attempts[attempt].2 = Some(Failure::Removed);
                to.restart();
            }
        }
    }

    fn ask_over_tcp(&mut self, ask: Ask, now: Instant) {
        let (Some(asking), Some(server)) =
            (self.asking.get_mut(&ask.question), self.servers.get(ask.server))
        else {
            return self.attempt_failed(ask, Failure::Removed, now);
        };
        server.truncated();
        match server.tcp().ask(asking.question.clone()).try_call() {
            Ok(answer) => {
                asking.under_way += 1;
                self.asks.insert(Ask { is_tcp: true, at: now, ..ask }, answer);
            }
            Err(_) => self.attempt_failed(ask, Failure::Removed, now),
        }
    }

    fn answer(&mut self, ask: Ask, answer: Answer, now: Instant) {
        if let Some(server) = self.servers.get(ask.server) {
            server.helped();
        }
        let answer = Arc::new(answer);
        let Some(asking) = self.remove(ask.question) else { return };
        for server in asking.refused_by {
            if let Some(server) = self.servers.get(server) {
                server.blamed(now);
            }
        }
        self.known.keep(&asking.question, answer.clone());
        for waiter in asking.waiters {
            self.deliver(waiter, Ok(answer.clone()));
        }
    }

    /// A server has failed: asks the next one, if a caller waits and there is one that was not asked.
    fn attempt_failed(&mut self, ask: Ask, failure: Failure, now: Instant) {
        let id = ask.question;
        let is_wanted = self.is_wanted(id);
        let Some(asking) = self.asking.get_mut(&id) else { return };
        asking.attempts[ask.attempt].2 = Some(failure);
        if is_wanted && self.servers.has_other_than(&asking.asked) {
            self.ask_next(id, now);
            self.set_alarm(id);
        } else if asking.under_way == 0 {
            // A datagram may be lost, so silence is no reason to give up before the time is over.
            let is_silence =
                |(_, _, failure): &(_, _, Option<_>)| *failure == Some(Failure::NoAnswer);
            if !is_wanted {
                self.forget(id);
            } else if !asking.attempts.iter().any(is_silence) {
                self.fail(id, now);
            }
        }
    }

    /// No server has answered.
    fn fail(&mut self, id: QuestionId, now: Instant) {
        let Some(asking) = self.remove(id) else { return };
        let attempt = |(_, server, failure): (_, _, Option<_>)| Attempt {
            server,
            failure: failure.unwrap_or(Failure::NoAnswer),
        };
        let failed = Arc::new(Failed {
            question: asking.question,
            after: now - asking.begun,
            attempts: asking.attempts.into_iter().map(attempt).collect(),
        });
        tracing::debug!("{failed}");
        self.known.keep_failure(&failed.question, failed.clone(), now);
        let outcome = match asking.stale {
            Some((answer, _)) => Ok(self.known.stale(&answer, now)),
            None => {
                self.stats.failed += 1;
                Err(LookupError::Failed(failed))
            }
        };
        for waiter in asking.waiters {
            self.deliver(waiter, outcome.clone());
        }
    }

    /// All callers have gone, and no server is going to answer.
    fn forget(&mut self, id: QuestionId) {
        if let Some(asking) = self.remove(id) {
            tracing::debug!("`{}` is not asked any more: its callers have gone", asking.question);
        }
    }

    fn remove(&mut self, id: QuestionId) -> Option<Asking> {
        let asking = self.asking.remove(&id)?;
        self.by_question.remove(&asking.question);
        self.alarms.cancel(asking.alarm, Alarm::Question(id));
        Some(asking)
    }

    /// Returns whether the answer is still wanted.
    fn is_wanted(&self, id: QuestionId) -> bool {
        let waits = |waiter: &Waiter| match waiter {
            Waiter::Caller(reply) => !reply.is_closed(),
            Waiter::Part(id, _) => self.requests.get(id).is_some_and(|request| request.is_wanted()),
        };
        let asking = self.asking.get(&id);
        asking.is_some_and(|asking| asking.is_refresh || asking.waiters.iter().any(waits))
    }

    /// Sets the alarm of a question to the first of its times.
    fn set_alarm(&mut self, id: QuestionId) {
        let is_wanted = self.is_wanted(id);
        let Some(asking) = self.asking.get_mut(&id) else { return };
        self.alarms.cancel(asking.alarm, Alarm::Question(id));
        let end = asking.begun + self.config.total;
        let next = if is_wanted { asking.next_at } else { end };
        let stale_at = asking.stale.as_ref().map_or(end, |(_, at)| *at);
        asking.alarm = next.min(stale_at).min(end);
        self.alarms.set(asking.alarm, Alarm::Question(id));
    }
}
