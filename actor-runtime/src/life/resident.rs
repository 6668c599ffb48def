//! An actor on its way from its loop to its seat and back.
//!
//! While the loop waits, it puts the actor into its [seat](crate::seat) as a [`Message::AtRest`], a
//! type that callers can name without naming the actor.

use std::{
    any::Any,
    ops::{Deref, DerefMut},
    sync::Arc as StdArc,
    task::{Context as TaskContext, Poll, ready},
};

use crate::{
    catch::catch,
    debug::opaque_debug,
    error::Failure,
    exit::{ExitReason, OnPanic},
    life::{actor::Actor, context::Context, drive::Drive},
    mailbox::Shared,
    seat::{Content, ReturnedActor, SeatBox},
    slot::{caller::Caller, message::Message},
    thread::current,
};

/// An actor with all that its handlers need, on whichever thread they run.
pub struct Resident<A: Actor> {
    pub(crate) actor: A,
    pub(crate) context: Context<A>,
    pub(crate) on_panic: OnPanic,
    /// How the actor enters its seat, if it has one.
    pub(crate) seat_access: Option<SeatAccess<A>>,
}

/// An idle actor of type `A` in its seat.
///
/// `#[actor]` generates a type that implements it. That type is as public as the messages, while the
/// actor itself may be private.
pub trait AtRest<A: Actor>: Sized {
    /// Borrows the actor for a handler.
    const OPEN: Open<Self, A>;
}

/// See [`AtRest::OPEN`].
pub type Open<R, A> = fn(&mut R) -> &mut Resting<A>;

/// What a type that implements [`AtRest`] wraps.
pub type Resting<A> = Box<Resident<A>>;

/// An idle actor whose type is known to its loop only, since its handle names just the message.
pub trait Occupant<M>: Send {
    /// Runs the handler of `message` on this thread, and stores its answer in `answer`, an `Option` of
    /// the answer's type.
    fn answer(&mut self, message: M, answer: &mut dyn Any) -> Result<(), Box<Panicked>>;

    /// Converts the box for a downcast to the actor with its context.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// A panic on the thread of a caller.
#[expect(missing_debug_implementations, reason = "no user sees it")]
pub struct Panicked {
    pub(crate) text: StdArc<str>,
    /// Whether the actor continues or ends.
    pub(crate) on_panic: OnPanic,
    /// Whether the handler panicked, and not the method that took an answer back before it.
    pub(crate) in_handler: bool,
}

impl Panicked {
    /// Completes the calls whose replies the handler was holding.
    #[cold]
    pub(crate) fn of_handler(text: StdArc<str>, on_panic: OnPanic) -> Box<Self> {
        current::fail_unwound(&text, None, &on_panic.of_others());
        Box::new(Self { text, on_panic, in_handler: true })
    }
}

/// How an actor enters its seat and returns.
pub(crate) struct SeatAccess<A: Actor> {
    as_at_rest: fn(Box<Resident<A>>) -> AtRestOf<A>,
    as_resident: fn(AtRestOf<A>) -> Box<Resident<A>>,
    /// `Some` while the actor is in its loop.
    place: Option<Box<SeatBox<A::Message>>>,
}

/// An actor that has entered its seat, as its loop knows it.
pub(crate) struct Seated<A: Actor> {
    as_resident: fn(AtRestOf<A>) -> Box<Resident<A>>,
}

/// The actor that returned, unless it is gone, and the reason to end if there is one.
type Returned<A> = (Option<Box<Resident<A>>>, Option<ExitReason>);

type BoxOccupant<A> = Box<dyn Occupant<<A as Actor>::Message>>;

/// The form of an idle actor.
pub(crate) type AtRestOf<A> = <<A as Actor>::Message as Message>::AtRest;

impl<A: Actor> SeatAccess<A> {
    /// Creates the access of an actor that enters its seat by `wrap` and returns by `unwrap`.
    pub(crate) fn new(
        wrap: fn(Resting<A>) -> AtRestOf<A>,
        unwrap: fn(AtRestOf<A>) -> Resting<A>,
    ) -> Self {
        let place = Some(SeatBox::new(Content::Nothing));
        Self { as_at_rest: wrap, as_resident: unwrap, place }
    }
}

impl<A> SeatAccess<A>
where
    A: Drive<Message: Message<AtRest = BoxOccupant<A>> + Send, Undelivered: Send> + Send,
{
    /// Like [`new`](Self::new), for an actor whose type its handle does not name.
    pub(crate) fn new_dyn() -> Self {
        Self {
            as_at_rest: |resident| resident,
            as_resident: |occupant| {
                occupant.into_any().downcast().expect("only this loop's actor enters its seat")
            },
            place: Some(SeatBox::new(Content::Nothing)),
        }
    }
}

opaque_debug!([A: Actor] Resident<A>, "Resident", actor = A::Message::ACTOR);

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

impl<A: Drive> Resident<A> {
    /// Runs a handler on this thread, after passing the actor the answers that came back.
    #[inline]
    pub(crate) fn run<R>(
        &mut self,
        handler: impl FnOnce(&mut A, &Context<A>) -> R,
    ) -> Result<R, Box<Panicked>> {
        if A::TAKES_BACK {
            self.reclaim()?;
        }
        let Self { actor, context, on_panic, .. } = self;
        catch(|| handler(actor, context)).map_err(|text| Panicked::of_handler(text, *on_panic))
    }

    /// Passes all answers that have come back to the actor.
    fn reclaim(&mut self) -> Result<(), Box<Panicked>> {
        let Some(unread) = &self.context.unread else {
            return Ok(());
        };
        while let Some(undelivered) = unread.next() {
            catch(|| self.actor.take_back(undelivered, &self.context)).map_err(|text| {
                current::fail_unwound(&text, None, &Failure::Stopped);
                Box::new(Panicked { text, on_panic: OnPanic::End, in_handler: false })
            })?;
        }
        Ok(())
    }

    /// Puts the actor into its seat.
    ///
    /// # Errors
    ///
    /// Returns the actor if it has no seat.
    pub(crate) fn enter_seat(
        mut self: Box<Self>,
        shared: &Shared<A::Message>,
    ) -> Result<Seated<A>, Box<Self>> {
        let Some(SeatAccess { as_at_rest, as_resident, place }) = &mut self.seat_access else {
            return Err(self);
        };
        let (as_at_rest, as_resident) = (*as_at_rest, *as_resident);
        let Some(place) = place.take() else {
            return Err(self);
        };
        shared.seat.leave(place, as_at_rest(self));
        Ok(Seated { as_resident })
    }
}

impl<A: Actor> Seated<A> {
    /// Takes the actor out of its seat, together with the reason to end if there is one. If a caller
    /// is running a handler, the loop is woken when that handler has returned.
    pub(crate) fn poll_return(
        &self,
        shared: &Shared<A::Message>,
        cx: &TaskContext<'_>,
    ) -> Poll<Returned<A>> {
        let Some(ReturnedActor { actor, seat_box, broken }) = ready!(shared.seat.poll_back(cx))
        else {
            return Poll::Ready((None, None));
        };
        let mut resident = (self.as_resident)(actor);
        if let Some(seat_access) = &mut resident.seat_access {
            seat_access.place = Some(seat_box);
        }
        Poll::Ready((Some(resident), broken))
    }
}

impl<A> Occupant<A::Message> for Resident<A>
where
    A: Drive<Message: Message<AtRest: Send> + Send, Undelivered: Send> + Send,
{
    fn answer(&mut self, message: A::Message, answer: &mut dyn Any) -> Result<(), Box<Panicked>> {
        self.run(|actor, context| actor.dispatch_to(message, context, Caller::inline(answer)))
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
