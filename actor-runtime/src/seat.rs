//! The seat: where an idle actor waits, and where its callers find it.
//!
//! While the loop has nothing to do, it leaves the actor in its seat. A caller that finds it there
//! runs its handler at once, on its own thread. While the loop has work, the seat is empty and every
//! call goes through the mailbox. Invariants:
//!
//! 1. Whoever touches the actor's state has taken the actor out of the seat (the loop) or holds the
//!    seat's lock (a caller). So one handler runs at a time, and sees what those before it did.
//! 2. A caller goes on only if the loop still rests once it holds the lock. Whatever is queued, or
//!    closes the mailbox, ends the rest before it is done. So no call is run before a message that
//!    was accepted earlier.
//! 3. Whatever ends the rest wakes the loop, whether or not a caller runs a handler. The loop then
//!    asks for its actor until it has it. So no wake-up is lost, and a caller that leaves the seat
//!    need not look whether somebody waits for it.
//! 4. The actor is taken out of its seat before its end is reported, on every road. So a handler
//!    that runs on a caller's thread is over by then.
//!
//! Only the loop of an actor that was started as a task of tokio uses a seat. The handler of a caller
//! runs with the seat locked: it is the one lock here under which a user's code runs, and the only
//! ones who ever wait for it are threads that are there for nothing else.

use std::{
    any::Any,
    io,
    ops::{Deref, DerefMut},
    sync::{Arc as StdArc, OnceLock, TryLockError},
    task::{Context as TaskContext, Poll, Waker, ready},
};

use crate::{
    actor::{Actor, Context, Message},
    catch::{catch, drop_caught, wake},
    current,
    error::{CallError, Method},
    exit::ExitReason,
    home::{self, Home},
    mailbox::Shared,
    observe::{self, Life},
    reply::{Caller, Failure},
    ring,
    run::OnPanic,
    sync::{Arc, Mutex, MutexGuard, bug, lock, thread},
};

/// See the module.
pub(crate) struct Seat<M> {
    place: Mutex<Place<M>>,
    /// How to wait for a caller; there once the loop is known to use the seat.
    aside: OnceLock<Aside<M>>,
}

/// What is in a seat, or was.
pub(crate) struct Place<M> {
    /// There while the loop has nothing to do.
    pub(crate) occupant: Option<Box<dyn Occupant<M>>>,
    /// Why the actor has to end: a handler panicked on a caller's thread.
    pub(crate) broken: Option<Box<ExitReason>>,
}

/// A caller runs a handler.
pub(crate) struct Occupied;

/// An actor in its seat, to those who know only its messages.
pub(crate) trait Occupant<M>: Send {
    /// Runs the handler of `message` on this thread. Its answer is in `answer` then, an `Option` of
    /// the answer's type.
    fn answer(
        &mut self,
        message: M,
        answer: &mut dyn Any,
        shared: &Shared<M>,
    ) -> Result<(), Box<Panicked>>;

    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// A panic on a caller's thread.
pub(crate) struct Panicked {
    method: Method,
    text: StdArc<str>,
    /// What it means to the actor.
    on_panic: OnPanic,
    /// What the caller is told.
    error: CallError,
}

/// What has to be done on a thread that may block. Only an actor whose messages may go to another
/// thread has a seat that is used, and by way of these functions nobody else has to ask for that.
struct Aside<M> {
    wake_later: fn(Arc<Shared<M>>, Waker) -> io::Result<()>,
    end_later: fn(Arc<Shared<M>>),
}

impl<M> Seat<M> {
    pub(crate) fn new() -> Self {
        let place = Mutex::new(Place { occupant: None, broken: None });
        Self { place, aside: OnceLock::new() }
    }

    /// Whether the loop uses it.
    pub(crate) fn is_used(&self) -> bool {
        self.aside.get().is_some()
    }

    fn try_lock(&self) -> Result<MutexGuard<'_, Place<M>>, Occupied> {
        match self.place.try_lock() {
            Ok(place) => Ok(place),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => Err(Occupied),
        }
    }

    /// Leaves the actor to its callers.
    pub(crate) fn leave(&self, occupant: Box<dyn Occupant<M>>) {
        lock(&self.place).occupant = Some(occupant);
    }

    /// Takes the actor back, and the reason why it has to end, if there is one.
    ///
    /// # Errors
    ///
    /// If a caller runs a handler right now.
    pub(crate) fn take(&self) -> Result<Place<M>, Occupied> {
        let mut place = match self.try_lock() {
            Ok(place) => place,
            Err(Occupied) if bug("the end does not wait for a caller") => {
                return Ok(Place { occupant: None, broken: None });
            }
            Err(Occupied) => return Err(Occupied),
        };
        Ok(Place { occupant: place.occupant.take(), broken: place.broken.take() })
    }
}

impl<M: Message + Send> Seat<M> {
    /// From here on, callers find the actor here.
    pub(crate) fn open(&self) {
        let _ = self.aside.set(Aside { wake_later, end_later });
    }
}

impl<M: Message> Seat<M> {
    /// Runs the handler of the message that `make` makes, if the actor is in its seat and may.
    ///
    /// An error is boxed, so that an answer is not moved about with room for one.
    #[inline]
    pub(crate) fn call<R: 'static>(
        shared: &Shared<M>,
        cx: &mut TaskContext<'_>,
        make: impl FnOnce() -> Option<M>,
    ) -> Poll<Option<Result<R, Box<CallError>>>> {
        let Ok(mut place) = shared.seat.try_lock() else {
            if bug("a call is lost where another is run") {
                drop(make());
            }
            return Poll::Ready(None);
        };
        let Place { occupant: Some(occupant), broken: None } = &mut *place else {
            return Poll::Ready(None);
        };
        if !shared.is_resting() {
            return Poll::Ready(None);
        }
        // Only now, so that nothing has to be given back where the handler does not run.
        ready!(home::proceed(cx));
        let Some(message) = make() else {
            return Poll::Ready(None);
        };
        let mut answer = None::<R>;
        Poll::Ready(match occupant.answer(message, &mut answer, shared) {
            Ok(()) => answer.map(Ok),
            Err(panicked) => Some(Err((*panicked).end(shared, place))),
        })
    }
}

impl Panicked {
    /// Ends the actor whose handler panicked, if that is its end.
    #[cold]
    fn end<M: Message>(
        self,
        shared: &Shared<M>,
        mut place: MutexGuard<'_, Place<M>>,
    ) -> Box<CallError> {
        let Self { method, text: message, on_panic, error } = self;
        let ends = on_panic == OnPanic::End;
        if ends && !bug("nobody finds it broken") {
            place.broken = Some(Box::new(ExitReason::Panicked { method, message }));
        }
        drop(place);
        if ends {
            // The loop does the rest. But who is told of the panic finds the mailbox closed.
            shared.seal();
            shared.disturb();
        }
        Box::new(error)
    }
}

/// An actor, and what its handlers find around themselves wherever they run.
pub(crate) struct Resident<A: Actor> {
    pub(crate) actor: A,
    pub(crate) context: Arc<Context<A>>,
    pub(crate) home: Option<Home>,
    pub(crate) life: Life,
    pub(crate) on_panic: OnPanic,
}

impl<A: Actor> Deref for Resident<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.actor
    }
}

impl<A: Actor> DerefMut for Resident<A> {
    fn deref_mut(&mut self) -> &mut A {
        &mut self.actor
    }
}

impl<A: Actor<Message: Send, Undelivered: Send> + Send> Occupant<A::Message> for Resident<A> {
    fn answer(
        &mut self,
        message: A::Message,
        answer: &mut dyn Any,
        shared: &Shared<A::Message>,
    ) -> Result<(), Box<Panicked>> {
        let method = message.envelope().method();
        let _running = current::running(shared.id());
        let Self { actor, context, home, life, on_panic } = self;
        let _at_home = home.as_ref().and_then(Home::enter);
        if A::TAKES_BACK {
            take_back(actor, context, method)?;
        }
        shared.begin_inline(method);
        let outcome = observe::handling_here(life, A::Message::ACTOR, method, || {
            catch(|| actor.dispatch_now(message, context, Caller::here(answer)))
        });
        shared.end_inline();
        ring::over(shared.id());
        outcome.map_err(|text| {
            current::answer_lost_in_panic(&text, None, &on_panic.of_others());
            shared.panicked(method, &text);
            let method = Method::new(A::Message::ACTOR, method);
            let error = CallError::Panicked { method, message: text.clone() };
            Box::new(Panicked { method, text, on_panic: *on_panic, error })
        })
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Gives the actor what came back, before the handler of `method` runs.
fn take_back<A: Actor>(
    actor: &mut A,
    context: &Context<A>,
    method: &'static str,
) -> Result<(), Box<Panicked>> {
    let Some(unread) = &context.unread else {
        return Ok(());
    };
    while let Some(undelivered) = unread.next() {
        catch(|| actor.take_back(undelivered)).map_err(|text| {
            current::answer_lost_in_panic(&text, None, &Failure::Stopped);
            let error = CallError::Stopped { method: Method::new(A::Message::ACTOR, method) };
            let method = Method::new(A::Message::ACTOR, "undelivered");
            Box::new(Panicked { method, text, on_panic: OnPanic::End, error })
        })?;
    }
    Ok(())
}

/// How the loop seats its actor. It cannot know by itself that the actor may go to another thread.
pub(crate) type AsOccupant<A> = fn(Box<Resident<A>>) -> Box<dyn Occupant<<A as Actor>::Message>>;

pub(crate) fn occupant<A>(resident: Box<Resident<A>>) -> Box<dyn Occupant<A::Message>>
where
    A: Actor<Message: Send, Undelivered: Send> + Send,
{
    resident
}

/// How the loop waits for a caller that runs a handler.
///
/// A caller that leaves the seat tells nobody: to do that without fail would cost every call half as
/// much again. So the loop asks, in turn with the other tasks. Where a handler takes long, a thread
/// waits in its place.
#[derive(Default)]
pub(crate) struct Patience(usize);

impl Patience {
    /// How often the loop asks before a thread waits. Most handlers are over at the first time.
    const TIMES: usize = if cfg!(shuttle) { 2 } else { 64 };

    /// Has the loop polled again when it may be worth to ask again.
    pub(crate) fn ask_later<M: Message>(&mut self, shared: &Arc<Shared<M>>, cx: &TaskContext<'_>) {
        self.0 += 1;
        if bug("the loop asks for its actor once") {
            return;
        }
        if let Some(aside) = shared.seat.aside.get().filter(|_| self.0 >= Self::TIMES)
            && (aside.wake_later)(shared.clone(), cx.waker().clone()).is_ok()
        {
            // Should another caller be there by then, it begins anew.
            self.0 = 0;
        } else {
            cx.waker().wake_by_ref();
        }
    }
}

/// Wakes the loop when no caller runs a handler.
fn wake_later<M: Message + Send>(shared: Arc<Shared<M>>, waker: Waker) -> io::Result<()> {
    let thread = thread::Builder::new().name(format!("{} waits", M::ACTOR));
    thread.spawn(move || {
        drop(lock(&shared.seat.place));
        wake(waker);
    })?;
    Ok(())
}

/// Ends an actor whose loop was dropped while a caller runs a handler.
pub(crate) fn end_when_free<M: Message>(shared: &Arc<Shared<M>>) {
    if let Some(aside) = shared.seat.aside.get() {
        (aside.end_later)(shared.clone());
    }
}

fn end_later<M: Message + Send>(shared: Arc<Shared<M>>) {
    let thread = thread::Builder::new().name(format!("{} ends", M::ACTOR));
    let of_thread = shared.clone();
    if thread.spawn(move || end(&of_thread)).is_err() {
        end(&shared);
    }
}

fn end<M: Message>(shared: &Shared<M>) {
    let left = lock(&shared.seat.place).occupant.take();
    let ending = current::ending();
    drop_caught(left);
    drop(ending);
    shared.end(ExitReason::Aborted);
}
