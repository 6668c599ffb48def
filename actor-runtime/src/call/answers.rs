//! [`Answers`]: a set of answers to wait for, as an event source.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use crate::{
    call::{
        answer::Answer,
        ready_list::{Member, ReadyList},
    },
    error::CallError,
    sync::Arc,
    thread::{
        current::{self, ActorId},
        reading,
    },
};

/// A set of [`Answer`]s, each with a key that comes back with its outcome.
///
/// It is to calls what tokio's `JoinSet` is to tasks, without a task: an actor sends calls to others, goes on
/// with its messages, and handles each answer as an event of the source [`next`](Self::next). The set also
/// implements [`Stream`].
///
/// An answer is polled when it is inserted and when it has arrived, and not because others have. So the cost of
/// an answer does not grow with the number of those that are waited for.
///
/// The key is any value. It may be what the answer is for: the [`Reply`](crate::Reply) of the caller to whom
/// the answer is passed on. Keys need not differ.
///
/// Dropping the set withdraws the calls, as [`Answer::withdraw`] does: a handler that has not begun is
/// skipped.
///
/// # Examples
///
/// An actor that passes calls on to others, and is not kept waiting by them:
///
/// ```
/// use actor_runtime::{Answers, CallError, Reply, actor, spawn};
///
/// struct Store;
///
/// #[actor]
/// impl Store {
///     /// Looks up a value, which takes time.
///     pub async fn load(&self, key: u32) -> u32 { key * 10 }
/// }
///
/// struct Front { store: StoreHandle, loads: Answers<Reply<u32>, u32> }
///
/// // Calls that are under way are answered before the actor ends.
/// #[actor(busy_if = !self.loads.is_empty())]
/// impl Front {
///     /// Passes the call on.
///     pub async fn load(&mut self, key: u32, reply: Reply<u32>) {
///         if let Ok(answer) = self.store.load(key).sent().await {
///             self.loads.insert(reply, answer);
///         }
///     }
///
///     #[on(self.loads.next())]
///     fn loaded(&mut self, (reply, outcome): (Reply<u32>, Result<u32, CallError>)) {
///         if let Ok(value) = outcome {
///             reply.send(value);
///         }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let front = spawn(Front { store: spawn(Store), loads: Answers::new() });
/// assert_eq!(front.load(7).await?, 70);
/// # Ok(())
/// # }
/// ```
pub struct Answers<K, R: 'static> {
    /// By number, so in order of insertion.
    waiting: BTreeMap<u64, Waiting<K, R>>,
    /// The same, by the actor that answers.
    by_actor: HashMap<ActorId, BTreeSet<u64>>,
    list: ReadyList,
    last: u64,
    polls: u64,
}

struct Waiting<K, R: 'static> {
    key: K,
    answer: Answer<R>,
    member: Arc<Member>,
}

impl<K, R> Answers<K, R> {
    /// Creates an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self {
            waiting: BTreeMap::new(),
            by_actor: HashMap::new(),
            list: ReadyList::default(),
            last: 0,
            polls: 0,
        }
    }

    /// Adds an answer, which [`next`](Self::next) returns with this key.
    pub fn insert(&mut self, key: K, answer: Answer<R>) {
        self.last += 1;
        let id = self.last;
        let member = self.list.add(id);
        self.by_actor.entry(answer.actor()).or_default().insert(id);
        self.waiting.insert(id, Waiting { key, answer, member });
    }

    /// Waits for the next outcome, and removes it from the set with its key. Outcomes come in the order in
    /// which they arrive.
    ///
    /// Returns `None` if the set is empty.
    ///
    /// # Errors
    ///
    /// The outcome is a [`CallError`] if there will be no answer. In a handler, it is
    /// [`WouldDeadlock`](crate::CallErrorKind::WouldDeadlock) if the actor that was called waits for the
    /// handler's actor.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: an outcome leaves the set only when it is returned.
    pub async fn next(&mut self) -> Option<(K, Result<R, CallError>)> {
        poll_fn(|cx| self.poll_outcome(cx)).await
    }

    /// Removes the first answer that was inserted with this key, and returns it.
    ///
    /// Compares keys one by one, in time proportional to their number.
    pub fn remove(&mut self, key: &K) -> Option<Answer<R>>
    where
        K: PartialEq,
    {
        let (id, _) = self.waiting.iter().find(|(_, waiting)| waiting.key == *key)?;
        let id = *id;
        self.take(id).map(|waiting| waiting.answer)
    }

    /// Returns the number of answers that [`next`](Self::next) has not returned.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Returns `true` if there is nothing to wait for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

impl<K, R> Answers<K, R> {
    fn poll_outcome(&mut self, cx: &mut Context<'_>) -> Poll<Option<(K, Result<R, CallError>)>> {
        while !self.waiting.is_empty() {
            let Poll::Ready(id) = self.list.poll_pop(cx.waker()) else {
                let refused = self.register_waits();
                return refused.map_or(Poll::Pending, |refused| Poll::Ready(Some(refused)));
            };
            // It may have been removed.
            let Some(Waiting { answer, member, .. }) = self.waiting.get_mut(&id) else { continue };
            self.polls += 1;
            let poll = |waker: &_| answer.poll_outcome(&mut Context::from_waker(waker));
            if let Poll::Ready(outcome) = member.poll(poll) {
                if let Some(Waiting { key, .. }) = self.take(id) {
                    return Poll::Ready(Some((key, outcome)));
                }
            }
        }
        Poll::Ready(None)
    }

    /// Records for whom the current handler waits: one wait for each actor is enough, because the first answer
    /// ends them all. Returns an answer whose actor waits for the handler.
    fn register_waits(&mut self) -> Option<(K, Result<R, CallError>)> {
        if current::caller().is_none() && !reading::is_anything_read() {
            return None;
        }
        let refused = self.by_actor.values().filter_map(BTreeSet::first).find_map(|id| {
            let error = self.waiting.get(id)?.answer.register_wait().err()?;
            Some((*id, error))
        });
        let (id, error) = refused?;
        let Waiting { key, answer, .. } = self.take(id)?;
        answer.withdraw();
        Some((key, Err(error)))
    }

    fn take(&mut self, id: u64) -> Option<Waiting<K, R>> {
        let waiting = self.waiting.remove(&id)?;
        let actor = waiting.answer.actor();
        if let Some(ids) = self.by_actor.get_mut(&actor) {
            ids.remove(&id);
            if ids.is_empty() {
                self.by_actor.remove(&actor);
            }
        }
        Some(waiting)
    }
}

impl<K, R> Default for Answers<K, R> {
    fn default() -> Self {
        Self::new()
    }
}

/// No field is structurally pinned.
impl<K, R> Unpin for Answers<K, R> {}

impl<K, R> Stream for Answers<K, R> {
    type Item = (K, Result<R, CallError>);

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_outcome(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), None)
    }
}

impl<K, R> Drop for Answers<K, R> {
    fn drop(&mut self) {
        for (_, Waiting { answer, .. }) in mem::take(&mut self.waiting) {
            answer.withdraw();
        }
    }
}

impl<K, R> fmt::Debug for Answers<K, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { waiting, polls, .. } = self;
        let mut answers = f.debug_struct("Answers");
        answers.field("len", &waiting.len()).field("polls", polls).finish_non_exhaustive()
    }
}
