//! Commands that remove an element, and those of them that wait for one: `BLPOP` and its relatives.
//!
//! A command that finds no element leaves its reply in [`Waiting`]. Whenever a key has changed that a client
//! waits for, [`serve`] gives its elements to the clients that have waited longest.
//!
//! An element may be sent to a client that has just disconnected, or whose time has just elapsed. The
//! connection drops its call then, and the element returns to the store, which puts it back: see
//! [`put_back`].

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    time::Duration,
};

use actor_runtime::Reply;
use bytes::Bytes;

use crate::{frame::Frame, number::parse_float};

use super::{
    Request,
    access::{Access, Fault, Outcome, SYNTAX},
    collections::{Effect, change, change_quietly, make, read},
    events::{Class, Event},
    keyspace::Keyspace,
    lists::{End, List},
    sorted::{self, SortedSet},
    value::Value,
};

impl End {
    fn parse(word: &[u8]) -> Result<Self, Fault> {
        match word.to_ascii_uppercase().as_slice() {
            b"LEFT" => Ok(Self::Front),
            b"RIGHT" => Ok(Self::Back),
            _ => Err(SYNTAX),
        }
    }
}

/// What a command removes.
#[derive(Clone, Debug)]
enum What {
    Element(End),
    /// An element, which is added to another list.
    Move(End, Bytes, End),
    Member(End),
}

/// A command that removes an element from the first of its keys that has one.
#[derive(Clone, Debug)]
pub(crate) struct Pop {
    keys: Vec<Bytes>,
    what: What,
    /// How long it waits for an element. `None` is without limit.
    pub(crate) timeout: Option<Duration>,
}

impl Pop {
    /// Parses a command. `words` are its name and its arguments.
    pub(crate) fn parse(words: &[Bytes]) -> Result<Self, Fault> {
        use End::{Back, Front};
        let name = words[0].to_ascii_uppercase();
        let (keys, what, timeout) = match (name.as_slice(), &words[1..]) {
            (b"BLPOP", [keys @ .., timeout]) => (keys, What::Element(Front), Some(timeout)),
            (b"BRPOP", [keys @ .., timeout]) => (keys, What::Element(Back), Some(timeout)),
            (b"BZPOPMIN", [keys @ .., timeout]) => (keys, What::Member(Front), Some(timeout)),
            (b"BZPOPMAX", [keys @ .., timeout]) => (keys, What::Member(Back), Some(timeout)),
            (b"RPOPLPUSH", [_, to]) => (&words[1..2], What::Move(Back, to.clone(), Front), None),
            (b"BRPOPLPUSH", [_, to, timeout]) => {
                (&words[1..2], What::Move(Back, to.clone(), Front), Some(timeout))
            }
            (_, [_, to, from_end, to_end, timeout @ ..]) => {
                let what = What::Move(End::parse(from_end)?, to.clone(), End::parse(to_end)?);
                (&words[1..2], what, timeout.first())
            }
            _ => return Err(SYNTAX),
        };
        let timeout = timeout.map(|timeout| parse_timeout(timeout)).transpose()?.flatten();
        // A slice would keep the client's whole read buffer in memory while it waits.
        let own = |key: &Bytes| Bytes::copy_from_slice(key);
        let what = match what {
            What::Move(from, to, end) => What::Move(from, own(&to), end),
            other => other,
        };
        Ok(Self { keys: keys.iter().map(own).collect(), what, timeout })
    }

    /// Removes an element from the first key that has one.
    fn run(&self, keyspace: &mut Keyspace, database: usize) -> Result<Option<Popped>, Fault> {
        for key in &self.keys {
            if let Some(popped) = self.run_at(keyspace, database, key)? {
                return Ok(Some(popped));
            }
        }
        Ok(None)
    }

    fn run_at(
        &self,
        keyspace: &mut Keyspace,
        database: usize,
        key: &Bytes,
    ) -> Result<Option<Popped>, Fault> {
        let access = &mut Access::new(keyspace, database, b"");
        if let What::Move(_, to, _) = &self.what
            && access.exists(key)
        {
            read::<List>(access, to)?;
        }
        Ok(match &self.what {
            What::Member(end) => {
                let pop = |sorted: &mut SortedSet| sorted.pop(*end == End::Back);
                let event = sorted::popped(*end);
                let popped = change(access, key, event, pop)?.flatten();
                popped.map(|(member, score)| Popped::Member(database, key.clone(), member, score))
            }
            What::Element(end) => {
                let pop = |list: &mut List| end.pop(list);
                let popped = change(access, key, end.popped(), pop)?.flatten();
                popped.map(|element| Popped::Element(database, key.clone(), element, *end))
            }
            What::Move(from, to, end) => {
                r#move(access, (key, *from), (to, *end))?.map(Popped::Moved)
            }
        })
    }

    /// The reply if there is no element.
    fn nothing(&self) -> Frame {
        if matches!(self.what, What::Move(..)) { Frame::Null } else { Frame::NullArray }
    }
}

/// Moves an element to an end of another list, or of the same.
fn r#move(
    access: &mut Access<'_>,
    (from, from_end): (&Bytes, End),
    (to, to_end): (&Bytes, End),
) -> Result<Option<Bytes>, Fault> {
    let (element, effect) = if from == to {
        let rotate = |list: &mut List| {
            let element = from_end.pop(list)?;
            to_end.push(list, element.clone());
            Some(element)
        };
        change_quietly(access, from, rotate)?
    } else {
        change_quietly(access, from, |list: &mut List| from_end.pop(list))?
    }
    .unwrap_or((None, Effect::None));
    if let Some(element) = &element {
        if from == to {
            access.notify(to_end.pushed(), to);
        } else {
            make::<List>(access, to)?;
            let push = |list: &mut List| to_end.push(list, element.clone());
            change(access, to, to_end.pushed(), push)?;
        }
    }
    effect.notify(access, from, from_end.popped());
    Ok(element)
}

/// Parses a timeout in seconds. Zero is none.
fn parse_timeout(word: &[u8]) -> Result<Option<Duration>, Fault> {
    let seconds = parse_float(word).filter(|seconds| seconds.is_finite());
    let seconds = seconds.ok_or(Fault("ERR timeout is not a float or out of range".into()))?;
    if seconds < 0.0 {
        return Err(Fault("ERR timeout is negative".into()));
    }
    let timeout = Duration::try_from_secs_f64(seconds).ok();
    let timeout = timeout.filter(|timeout| i64::try_from(timeout.as_millis()).is_ok());
    let timeout = timeout.ok_or(Fault("ERR timeout is out of range".into()))?;
    Ok(Some(timeout).filter(|timeout| !timeout.is_zero()))
}

/// Runs a command that removes an element, and does not wait for one: also in a transaction.
pub(crate) fn pop_at_once(access: &mut Access<'_>, words: &[Bytes]) -> Outcome {
    let words: Vec<Bytes> =
        [Bytes::copy_from_slice(access.word())].into_iter().chain(words.iter().cloned()).collect();
    let pop = Pop::parse(&words)?;
    let popped = pop.run(access.keyspace, access.database)?;
    Ok(popped.map_or_else(|| pop.nothing(), Frame::from))
}

/// What was removed for a client. It returns to the store if the client does not get it.
#[derive(Debug)]
pub(crate) enum Popped {
    /// The database and the key, the element, and the end that it was at.
    Element(usize, Bytes, Bytes, End),
    /// An element that is already in another list.
    Moved(Bytes),
    /// The database and the key, the member, and its score.
    Member(usize, Bytes, Bytes, f64),
    /// The command failed.
    Failed(Fault),
}

impl From<Popped> for Frame {
    fn from(popped: Popped) -> Self {
        match popped {
            Popped::Element(_, key, element, _) => {
                Self::Array(vec![Self::Bulk(key), Self::Bulk(element)])
            }
            Popped::Moved(element) => Self::Bulk(element),
            Popped::Member(_, key, member, score) => {
                Self::Array(vec![Self::Bulk(key), Self::Bulk(member), Self::Double(score)])
            }
            Popped::Failed(fault) => fault.into(),
        }
    }
}

/// A client that waits for an element.
#[derive(Debug)]
struct Waiter {
    database: usize,
    pop: Pop,
    reply: Reply<Popped>,
}

/// All clients that wait for elements, in order.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    waiters: BTreeMap<u64, Waiter>,
    /// The waiters for each key.
    keys: HashMap<(usize, Bytes), BTreeSet<u64>>,
    /// The keys that were changed since the waiters were served.
    changed: VecDeque<(usize, Bytes)>,
    /// The number of the last waiter.
    last: u64,
    /// Waiters that are gone are removed when there are this many.
    sweeps_at: usize,
}

impl Waiting {
    /// Returns the number of clients that wait.
    pub(crate) fn len(&self) -> usize {
        self.waiters.values().filter(|waiter| !waiter.reply.is_closed()).count()
    }

    /// Returns the number of waits, including those of clients that are gone.
    pub(crate) fn kept(&self) -> usize {
        self.waiters.len()
    }

    /// Notes that a key was changed.
    pub(crate) fn touch(&mut self, database: usize, key: &[u8]) {
        if self.keys.is_empty() {
            return;
        }
        let key = (database, Bytes::copy_from_slice(key));
        if self.keys.contains_key(&key) && self.changed.back() != Some(&key) {
            self.changed.push_back(key);
        }
    }

    /// Notes that all keys of a database may have changed.
    pub(crate) fn touch_all(&mut self, database: usize) {
        self.changed.extend(self.keys.keys().filter(|(other, _)| *other == database).cloned());
    }

    /// Ends all waits with an error.
    pub(crate) fn end(&mut self, fault: &Fault) {
        self.keys.clear();
        for waiter in std::mem::take(&mut self.waiters).into_values() {
            waiter.reply.send(Popped::Failed(fault.clone()));
        }
    }

    fn add(&mut self, waiter: Waiter) {
        if self.waiters.len() >= self.sweeps_at {
            self.sweep();
        }
        self.last += 1;
        for key in &waiter.pop.keys {
            self.keys.entry((waiter.database, key.clone())).or_default().insert(self.last);
        }
        self.waiters.insert(self.last, waiter);
    }

    fn remove(&mut self, number: u64) -> Option<Waiter> {
        let waiter = self.waiters.remove(&number)?;
        for key in &waiter.pop.keys {
            let key = (waiter.database, key.clone());
            if let Some(waiters) = self.keys.get_mut(&key) {
                waiters.remove(&number);
                if waiters.is_empty() {
                    self.keys.remove(&key);
                }
            }
        }
        Some(waiter)
    }

    /// Removes the waiters that are gone, so that at most half of them are, and a few.
    fn sweep(&mut self) {
        const FEW: usize = 64;
        let gone = self.waiters.iter().filter(|(_, waiter)| waiter.reply.is_closed());
        for number in gone.map(|(number, _)| *number).collect::<Vec<_>>() {
            self.remove(number);
        }
        self.sweeps_at = 2 * self.waiters.len() + FEW;
    }

    /// Returns the number of the first waiter for a key that is not gone, behind the one with the number `after`.
    fn next(&mut self, key: &(usize, Bytes), after: u64) -> Option<u64> {
        loop {
            let number = *self.keys.get(key)?.range(after + 1..).next()?;
            if self.waiters.get(&number).is_some_and(|waiter| !waiter.reply.is_closed()) {
                return Some(number);
            }
            self.remove(number);
        }
    }
}

/// Replies to a command at once if there is an element, and leaves it waiting otherwise.
pub(crate) fn pop_or_wait(keyspace: &mut Keyspace, request: &Request, reply: Reply<Popped>) {
    let pop = match Pop::parse(&request.words) {
        Ok(pop) => pop,
        Err(fault) => return reply.send(Popped::Failed(fault)),
    };
    let database = request.database;
    match pop.run(keyspace, database) {
        Ok(Some(popped)) => reply.send(popped),
        Ok(None) => keyspace.waiting.add(Waiter { database, pop, reply }),
        Err(fault) => reply.send(Popped::Failed(fault)),
    }
}

/// Gives the elements of the keys that were changed to the clients that wait for them.
pub(crate) fn serve(keyspace: &mut Keyspace) {
    while let Some(key) = keyspace.waiting.changed.pop_front() {
        let mut last = 0;
        while let Some(number) = keyspace.waiting.next(&key, last)
            && let Some(waiter) = keyspace.waiting.waiters.get(&number)
        {
            last = number;
            let pop = waiter.pop.clone();
            let popped = match pop.run_at(keyspace, key.0, &key.1) {
                Ok(Some(popped)) => popped,
                // There is no such key, or its elements are all given away.
                Ok(None) => break,
                // It waits for another type, and those behind it may not.
                Err(_) if !is_right_type(keyspace, &key, &pop.what) => continue,
                Err(fault) => Popped::Failed(fault),
            };
            if let Some(waiter) = keyspace.waiting.remove(number) {
                waiter.reply.send(popped);
            }
        }
    }
}

fn is_right_type(keyspace: &Keyspace, (database, key): &(usize, Bytes), what: &What) -> bool {
    let value = keyspace.get(*database, key).map(|entry| &entry.value);
    match what {
        What::Member(_) => matches!(value, Some(Value::Sorted(_))),
        What::Element(_) | What::Move(..) => matches!(value, Some(Value::List(_))),
    }
}

/// Puts back what a client did not get, where it was.
///
/// If the key holds a value of another type by now, there is no such place, and the element is dropped.
pub(crate) fn put_back(keyspace: &mut Keyspace, popped: Popped) {
    match popped {
        Popped::Element(database, key, element, end) => {
            keyspace.forget(database, &key);
            let access = &mut Access::new(keyspace, database, b"");
            if make::<List>(access, &key).is_ok() {
                // This cannot fail: the type is right.
                let push = |list: &mut List| end.push(list, element);
                let _ = change(access, &key, end.pushed(), push);
            }
        }
        Popped::Member(database, key, member, score) => {
            keyspace.forget(database, &key);
            let access = &mut Access::new(keyspace, database, b"");
            if make::<SortedSet>(access, &key).is_ok() {
                let event = Event(Class::Sorted, "zadd");
                let _ = change(access, &key, event, |sorted: &mut SortedSet| {
                    // If it was added again meanwhile, its new score stays.
                    if sorted.score(&member).is_none() {
                        sorted.insert(&member, score);
                    }
                });
            }
        }
        Popped::Moved(_) | Popped::Failed(_) => {}
    }
    serve(keyspace);
}
