//! [`Request`]: a look-up that consists of several questions, for the names of the search list or for both
//! kinds of addresses.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use actor_runtime::Reply;
use hickory_proto::{
    op::ResponseCode,
    rr::{Name, RecordType},
};
use tokio::time::Instant;

use super::{Addresses, Alarm, Core, Outcome, Waiter};
use crate::{error::LookupError, question::Question, search::Verdict};

/// Once there are addresses of one kind, those of the other are waited for so long (RFC 8305).
const PATIENCE: Duration = Duration::from_millis(50);

pub(crate) type RequestId = u64;

/// A look-up of several questions.
#[derive(Debug)]
pub(crate) struct Request {
    /// The absolute form of what the caller asked for.
    as_is: Name,
    current: Name,
    is_first: bool,
    /// The names to try after the current one.
    names: VecDeque<Name>,
    kinds: Vec<RecordType>,
    /// The outcome for each kind.
    parts: Vec<Option<Outcome>>,
    /// When the other kind is not waited for any more.
    patient_until: Option<Instant>,
    verdict: Verdict,
    to: To,
}

/// Who gets the result.
#[derive(Debug)]
pub(crate) enum To {
    Answer(Reply<Outcome>),
    Addresses(Reply<Result<Addresses, LookupError>>),
}

impl Request {
    pub(super) fn is_wanted(&self) -> bool {
        match &self.to {
            To::Answer(reply) => !reply.is_closed(),
            To::Addresses(reply) => !reply.is_closed(),
        }
    }

    /// Returns what the outcomes of all kinds say together. If one kind exists, the name does; if one
    /// failed, nothing is known.
    fn outcome(&self) -> Option<Outcome> {
        let outcomes = || self.parts.iter().flatten();
        let weight = |outcome: &&Outcome| match outcome {
            Ok(answer) if answer.exists() => 0,
            Err(_) => 1,
            Ok(answer) if answer.code() != ResponseCode::NXDomain => 2,
            Ok(_) => 3,
        };
        outcomes().min_by_key(weight).cloned()
    }

    fn exists(&self) -> bool {
        let exists = |outcome: &Outcome| outcome.as_ref().is_ok_and(|answer| answer.exists());
        self.parts.iter().flatten().any(exists)
    }
}

impl Core {
    pub(super) fn request(&mut self, name: Name, kinds: Vec<RecordType>, to: To) {
        let mut names = VecDeque::from(self.config.search.candidates(&name));
        let mut as_is = name;
        as_is.set_fqdn(true);
        let Some(current) = names.pop_front() else { return };
        self.last_request += 1;
        let parts = vec![None; kinds.len()];
        let request = Request {
            as_is,
            current,
            is_first: true,
            names,
            kinds,
            parts,
            patient_until: None,
            verdict: Verdict::default(),
            to,
        };
        self.requests.insert(self.last_request, request);
        self.ask_parts(self.last_request);
    }

    /// A question of a request has its outcome.
    pub(super) fn part(&mut self, id: RequestId, part: usize, outcome: Outcome) {
        let Some(request) = self.requests.get_mut(&id) else { return };
        request.parts[part] = Some(outcome);
        if self.is_decided(id) {
            self.ask_parts(id);
        }
    }

    /// The other kind of addresses is not waited for any more.
    pub(super) fn request_rang(&mut self, id: RequestId) {
        self.finish(id);
    }

    /// Asks the questions for the current name, and those for the next ones as long as the outcomes are known.
    fn ask_parts(&mut self, id: RequestId) {
        let now = Instant::now();
        loop {
            let Some(request) = self.requests.get(&id) else { return };
            let questions: Vec<Question> = request
                .kinds
                .iter()
                .map(|kind| Question::new(request.current.clone(), *kind))
                .collect();
            for (part, question) in questions.into_iter().enumerate() {
                let outcome = self.find(&question, now);
                if outcome.is_none() {
                    self.join(question, Some(Waiter::Part(id, part)), now);
                }
                if let Some(request) = self.requests.get_mut(&id) {
                    request.parts[part] = outcome;
                }
            }
            if !self.is_decided(id) {
                return;
            }
        }
    }

    /// Looks at the outcomes so far. Replies if there is enough of them, and returns `true` if the next name is
    /// to be tried.
    fn is_decided(&mut self, id: RequestId) -> bool {
        let Some(request) = self.requests.get_mut(&id) else { return false };
        let is_complete = request.parts.iter().all(Option::is_some);
        if request.exists() {
            if is_complete {
                self.finish(id);
            } else if request.patient_until.is_none() {
                let until = Instant::now() + PATIENCE;
                request.patient_until = Some(until);
                self.alarms.set(until, Alarm::Request(id));
            }
            return false;
        }
        let Some(outcome) = request.outcome().filter(|_| is_complete) else { return false };
        let is_as_is = request.current == request.as_is;
        let goes_on = request.verdict.record(outcome, is_as_is, request.is_first);
        // After a server that cannot be reached, only the name as it is may be tried.
        if !goes_on {
            let as_is = &request.as_is;
            request.names.retain(|name| name == as_is);
        }
        match request.names.pop_front() {
            Some(name) => {
                request.current = name;
                request.is_first = false;
                request.parts.fill(None);
                true
            }
            None => {
                self.finish(id);
                false
            }
        }
    }

    fn finish(&mut self, id: RequestId) {
        let Some(request) = self.requests.remove(&id) else { return };
        if let Some(at) = request.patient_until {
            self.alarms.cancel(at, Alarm::Request(id));
        }
        let outcome = if request.exists() { request.outcome() } else { request.verdict.finish() };
        let Some(outcome) = outcome else { return };
        match request.to {
            To::Answer(reply) => reply.send(outcome),
            To::Addresses(reply) => reply.send(outcome.and_then(|answer| {
                let answers = request.parts.iter().flatten().flatten();
                let addresses = Addresses::of(&request.current, answers);
                let is_empty = addresses.addresses.is_empty();
                if is_empty {
                    Err(LookupError::NotFound(Arc::clone(&answer)))
                } else {
                    Ok(addresses)
                }
            })),
        }
    }
}
