//! The seat: where an idle actor waits, and where its callers find it.
//!
//! While the loop has nothing to do, it leaves the actor in its seat. A caller that finds it there
//! takes it, runs its handler at once on its own thread, and puts it back. While the loop has work,
//! the seat is empty and every call goes through the mailbox. Invariants:
//!
//! 1. Whoever touches the actor's state has it in hand: it is in one place at a time. So one handler
//!    runs at a time, and sees what those before it did.
//! 2. A caller looks for the actor only while the loop rests. Whatever is queued, or closes the
//!    mailbox, ends the rest before it is done. So a call never overtakes a message that was accepted
//!    before it was made.
//! 3. Who wants an actor that is not in its seat leaves a note there. Whoever puts the actor back
//!    finds the note in the same step, and does what it says. So no wake-up is lost, and the loop
//!    does not have to ask twice.
//! 4. Who finds a note instead of the actor puts it back; what has come there meanwhile is dealt with
//!    as in 3. So neither a note nor the actor stays in a wrong hand.
//! 5. The actor is out of its seat before its end is reported, on every road. So a handler that
//!    runs on a caller's thread is over by then.
//!
//! Only the loop of an actor that was started as a task of tokio uses a seat.

use std::{
    any::Any,
    hint,
    mem::{self, ManuallyDrop},
    ops::{Deref, DerefMut},
    sync::Arc as StdArc,
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
    sync::{Arc, AtomicBool, Exchange, Ordering, bug},
};

/// See the module.
pub(crate) struct Seat<M> {
    place: Exchange<Place<M>>,
    /// Whether the loop uses it.
    is_used: AtomicBool,
    /// Whether the loop has left its actor. Then it is here or with a caller.
    is_left: AtomicBool,
}

/// What is exchanged in a seat.
pub(crate) struct Place<M> {
    content: Content<M>,
    /// The actor's runtime, if it is known.
    home: Option<Home>,
    life: Life,
}

enum Content<M> {
    Actor(Box<dyn Occupant<M>>),
    /// An actor that has to end, because a handler panicked on a caller's thread.
    Broken(Box<(Box<dyn Occupant<M>>, ExitReason)>),
    /// The actor is with its loop.
    Nothing,
    /// A note: the loop wants its actor.
    Wanted(Waker),
    /// A note: the loop is gone, and the actor is to end.
    Forsaken,
}

impl<M> Place<M> {
    fn new(content: Content<M>, home: Option<Home>) -> Box<Self> {
        Box::new(Self { content, home, life: Life::unknown() })
    }

    fn is_note(&self) -> bool {
        matches!(self.content, Content::Wanted(_) | Content::Forsaken)
    }
}

/// A caller runs a handler.
pub(crate) struct Occupied;

/// An actor in its seat, to those who know only its messages.
pub(crate) trait Occupant<M>: Send {
    /// Runs the handler of `message` on this thread. Its answer is in `answer` then, an `Option` of the
    /// answer's type.
    fn answer(&mut self, message: M, answer: &mut dyn Any) -> Result<(), Box<Panicked>>;

    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// A panic on a caller's thread.
pub(crate) struct Panicked {
    text: StdArc<str>,
    /// What it means to the actor.
    on_panic: OnPanic,
    /// Whether the handler ran: the actor may have panicked over what came back before.
    in_handler: bool,
}

impl<M> Seat<M> {
    pub(crate) fn new() -> Self {
        let [is_used, is_left] = [AtomicBool::new(false), AtomicBool::new(false)];
        Self { place: Exchange::empty(), is_used, is_left }
    }

    /// From here on, callers may find the actor here.
    pub(crate) fn open(&self) {
        self.is_used.store(true, Ordering::Relaxed);
    }

    /// Whether the loop uses it.
    pub(crate) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }

    /// Takes the actor for its end, if the loop has left it.
    ///
    /// # Errors
    ///
    /// If a caller runs a handler right now, which has to be over first. It finds the note that the
    /// loop wants its actor if there is a `waker`, and ends the actor itself if there is none.
    pub(crate) fn vacate(&self, waker: Option<&Waker>) -> Result<Option<Box<Place<M>>>, Occupied> {
        if !self.is_left.load(Ordering::Relaxed) || bug("the end does not wait for a caller") {
            return Ok(None);
        }
        let note = || waker.cloned().map_or(Content::Forsaken, Content::Wanted);
        self.take_or(note).map(Some).ok_or(Occupied)
    }

    /// Takes the actor, or leaves a `note` for whoever has it.
    fn take_or(&self, note: impl FnOnce() -> Content<M>) -> Option<Box<Place<M>>> {
        // An older note is of no use any more.
        if let Some(place) = self.place.take().filter(|place| !place.is_note()) {
            return Some(place);
        }
        if bug("nobody is told that the actor is wanted") {
            return None;
        }
        let place = self.place.put(Place::new(note(), None)).filter(|place| !place.is_note())?;
        // It came back in between, so the note is of no use either.
        drop(self.place.take());
        Some(place)
    }
}

impl<M: Message> Seat<M> {
    /// Runs the handler of the message that `make` makes, if the actor is in its seat. The caller has
    /// made sure that the loop rests.
    ///
    /// An error is boxed, so that an answer is not moved about with room for one.
    #[inline]
    pub(crate) fn call<R: 'static>(
        shared: &Shared<M>,
        method: &'static str,
        cx: &mut TaskContext<'_>,
        make: impl FnOnce() -> Option<M>,
    ) -> Poll<Option<Result<R, Box<CallError>>>> {
        let Some(place) = shared.seat.place.take().or_else(|| take_soon(shared)) else {
            if bug("a call is lost where another is run") {
                drop(make());
            }
            return Poll::Ready(None);
        };
        let mut taken = Taken::new(shared, place);
        let Some(Place { content: Content::Actor(occupant), home, life, .. }) = taken.place()
        else {
            return Poll::Ready(None);
        };
        // Only now, so that nothing has to be given back where the handler does not run.
        ready!(home::proceed(cx));
        let mut answer = None::<R>;
        let outcome = {
            let _at_home = home.as_ref().and_then(Home::enter);
            let Some(message) = make() else {
                return Poll::Ready(None);
            };
            let _running = current::running(shared.id());
            let is_watched = shared.begin_inline(method);
            let outcome = observe::handling_here(life, M::ACTOR, method, || {
                occupant.answer(message, &mut answer)
            });
            if is_watched {
                shared.end_inline();
            }
            outcome
        };
        ring::over(shared.id());
        match (outcome, answer) {
            (Ok(()), Some(answer)) => Poll::Ready(Some(Ok(answer))),
            (Ok(()), None) => Poll::Ready(None),
            (Err(panicked), _) => Poll::Ready(Some(Err(taken.panicked(method, *panicked)))),
        }
    }
}

/// Takes an actor that another caller has, if that puts it back within a moment: most handlers are over
/// sooner than a task is switched. Nobody looks on once something is queued.
#[cold]
fn take_soon<M: Message>(shared: &Shared<M>) -> Option<Box<Place<M>>> {
    /// How often the seat is looked at, and how long is waited in between.
    const LOOKS: usize = if cfg!(shuttle) { 1 } else { 16 };
    const PAUSES: usize = 8;
    for _ in 0..LOOKS {
        (0..PAUSES).for_each(|_| hint::spin_loop());
        if !shared.is_resting() {
            return None;
        }
        if let Some(place) = shared.seat.place.take() {
            return Some(place);
        }
    }
    None
}

/// What was found in the seat: put back when this is dropped.
struct Taken<'a, M: Message> {
    shared: &'a Shared<M>,
    place: Option<ManuallyDrop<Box<Place<M>>>>,
}

impl<M: Message> Drop for Taken<'_, M> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(place) = self.place.take()
            && !(place.is_note() && bug("who finds a note keeps it"))
            && let Some(other) = self.shared.seat.place.put(ManuallyDrop::into_inner(place))
        {
            crossed(self.shared, *other);
        }
    }
}

impl<'a, M: Message> Taken<'a, M> {
    fn new(shared: &'a Shared<M>, place: Box<Place<M>>) -> Self {
        Self { shared, place: Some(ManuallyDrop::new(place)) }
    }

    #[inline]
    fn place(&mut self) -> Option<&mut Place<M>> {
        self.place.as_mut().map(|place| &mut ***place)
    }

    /// Ends the actor after a panic, if that is its end. Gives what the caller is told.
    #[cold]
    fn panicked(self, method: &'static str, panicked: Panicked) -> Box<CallError> {
        let Panicked { text: message, on_panic, in_handler } = panicked;
        let called = Method::new(M::ACTOR, method);
        let (method, error) = if in_handler {
            (called, CallError::Panicked { method: called, message: message.clone() })
        } else {
            (Method::new(M::ACTOR, "undelivered"), CallError::Stopped { method: called })
        };
        self.shared.panicked(method.name(), &message);
        if on_panic == OnPanic::End {
            self.end(ExitReason::Panicked { method, message });
        }
        Box::new(error)
    }

    /// Has the loop end its actor.
    fn end(mut self, reason: ExitReason) {
        if let Some(place) = &mut self.place
            && !bug("nobody finds it broken")
            && let Content::Actor(actor) = mem::replace(&mut place.content, Content::Nothing)
        {
            place.content = Content::Broken(Box::new((actor, reason)));
        }
        let shared = self.shared;
        drop(self);
        // The loop does the rest. But who is told of the panic finds the mailbox closed.
        shared.seal();
        shared.disturb();
    }
}

/// Deals with what was in the seat when something else was put there.
#[cold]
fn crossed<M: Message>(shared: &Shared<M>, place: Place<M>) {
    match place.content {
        Content::Wanted(waker) if !bug("nobody reads the note") => wake(waker),
        Content::Forsaken => end_or_leave(shared),
        Content::Wanted(_) | Content::Nothing => {}
        Content::Actor(_) | Content::Broken(_) if bug("what crosses a note is lost") => {}
        // What was put there was a note, and there may be another one by now.
        Content::Actor(_) | Content::Broken(_) => {
            drop(Taken::new(shared, Box::new(place)));
        }
    }
}

/// Ends an actor whose loop is gone, or leaves that to the caller that runs a handler right now.
fn end_or_leave<M: Message>(shared: &Shared<M>) {
    if let Some(place) = shared.seat.take_or(|| Content::Forsaken) {
        let ending = current::ending();
        drop_caught(place);
        drop(ending);
        shared.end(ExitReason::Aborted);
    }
}

/// An actor, and what its handlers find around themselves wherever they run.
pub(crate) struct Resident<A: Actor> {
    pub(crate) actor: A,
    pub(crate) context: Arc<Context<A>>,
    pub(crate) on_panic: OnPanic,
    /// How it sits in its seat, if callers may find it there.
    pub(crate) sitting: Option<Sitting<A>>,
}

/// How an actor becomes one that is found in its seat. The loop cannot know by itself that the actor
/// may go to another thread.
type AsOccupant<A> = fn(Box<Resident<A>>) -> Box<dyn Occupant<<A as Actor>::Message>>;

pub(crate) struct Sitting<A: Actor> {
    as_occupant: AsOccupant<A>,
    /// There while the actor is with the loop.
    place: Option<Box<Place<A::Message>>>,
}

impl<A: Actor<Message: Send, Undelivered: Send> + Send> Sitting<A> {
    /// For an actor whose runtime is `home`.
    pub(crate) fn new(home: Option<Home>) -> Self {
        let place = Place::new(Content::Nothing, home);
        Self { as_occupant: |resident| resident, place: Some(place) }
    }
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
    fn answer(&mut self, message: A::Message, answer: &mut dyn Any) -> Result<(), Box<Panicked>> {
        if A::TAKES_BACK {
            self.take_back()?;
        }
        let Self { actor, context, on_panic, .. } = self;
        catch(|| actor.dispatch_now(message, context, Caller::here(answer))).map_err(|text| {
            current::answer_lost_in_panic(&text, None, &on_panic.of_others());
            Box::new(Panicked { text, on_panic: *on_panic, in_handler: true })
        })
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

impl<A: Actor> Resident<A> {
    /// Gives the actor what came back.
    fn take_back(&mut self) -> Result<(), Box<Panicked>> {
        let Some(unread) = &self.context.unread else {
            return Ok(());
        };
        while let Some(undelivered) = unread.next() {
            catch(|| self.actor.take_back(undelivered)).map_err(|text| {
                current::answer_lost_in_panic(&text, None, &Failure::Stopped);
                Box::new(Panicked { text, on_panic: OnPanic::End, in_handler: false })
            })?;
        }
        Ok(())
    }

    /// Leaves the actor to its callers, or gives it back if it is not for them.
    pub(crate) fn leave(mut self: Box<Self>, shared: &Shared<A::Message>) -> Option<Box<Self>> {
        let Some(sitting) = &mut self.sitting else {
            return Some(self);
        };
        let as_occupant = sitting.as_occupant;
        let Some(mut place) = sitting.place.take() else {
            return Some(self);
        };
        place.life = Life::here();
        place.content = Content::Actor(as_occupant(self));
        shared.seat.is_left.store(true, Ordering::Relaxed);
        // What was there is a note of the loop's own, and of no use any more.
        drop(shared.seat.place.put(place));
        None
    }

    /// Takes the actor back, and the reason why it has to end, if there is one. If a caller runs a
    /// handler right now, the loop is woken when that is over.
    pub(crate) fn poll_back(
        shared: &Shared<A::Message>,
        cx: &TaskContext<'_>,
    ) -> Poll<(Option<Box<Self>>, Option<ExitReason>)> {
        let Some(mut place) = shared.seat.take_or(|| Content::Wanted(cx.waker().clone())) else {
            if bug("the end does not wait for a caller") {
                return Poll::Ready((None, None));
            }
            return Poll::Pending;
        };
        shared.seat.is_left.store(false, Ordering::Relaxed);
        let (occupant, broken) = match mem::replace(&mut place.content, Content::Nothing) {
            Content::Actor(occupant) => (occupant, None),
            Content::Broken(broken) => (broken.0, Some(broken.1)),
            Content::Nothing | Content::Wanted(_) | Content::Forsaken => {
                return Poll::Ready((None, None));
            }
        };
        let mut resident = occupant.into_any().downcast::<Self>().ok();
        if let Some(Sitting { place: empty, .. }) =
            resident.as_mut().and_then(|resident| resident.sitting.as_mut())
        {
            *empty = Some(place);
        }
        Poll::Ready((resident, broken))
    }
}
