//! An actor as it goes from its loop to its seat and back.

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
    seat::{Back, Content, Place},
    slot::{caller::Caller, message::Message},
    sync::Arc,
    thread::{current, home::Home},
};

/// An actor, and what its handlers find around themselves wherever they run.
pub struct Resident<A: Actor> {
    pub(crate) actor: A,
    pub(crate) context: Arc<Context<A>>,
    pub(crate) on_panic: OnPanic,
    /// How it sits in its seat, if callers may find it there.
    pub(crate) seat_access: Option<SeatAccess<A>>,
}

/// An actor that is idle, as its callers find it.
///
/// `#[actor]` makes a type for it. What callers know of an actor is as public as its messages, and the
/// actor itself need not be.
pub trait AtRest<A: Actor>: Sized {
    /// `actor`, which its loop leaves.
    fn at_rest(actor: Box<Resident<A>>) -> Self;

    /// The actor, to a caller.
    fn resident(&mut self) -> &mut Resident<A>;

    /// The actor, back to its loop.
    fn into_resident(self) -> Box<Resident<A>>;
}

/// An idle actor to those who know only its messages.
pub trait Occupant<M>: Send {
    /// Runs the handler of `message` on this thread. Its answer is in `answer` then, an `Option` of the
    /// answer's type.
    fn answer(&mut self, message: M, answer: &mut dyn Any) -> Result<(), Box<Panicked>>;

    /// The actor, as a box of its type.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// A panic on a caller's thread.
#[expect(missing_debug_implementations, reason = "no user sees it")]
pub struct Panicked {
    pub(crate) text: StdArc<str>,
    /// What it means to the actor.
    pub(crate) on_panic: OnPanic,
    /// Whether the handler ran: the actor may have panicked over what came back before.
    pub(crate) in_handler: bool,
}

impl Panicked {
    /// Answers whom the handler took along.
    #[cold]
    pub(crate) fn of_handler(text: StdArc<str>, on_panic: OnPanic) -> Box<Self> {
        current::answer_lost_in_panic(&text, None, &on_panic.of_others());
        Box::new(Self { text, on_panic, in_handler: true })
    }
}

/// How an actor is left in its seat, and comes back.
pub(crate) struct SeatAccess<A: Actor> {
    as_at_rest: fn(Box<Resident<A>>) -> AtRestOf<A>,
    as_resident: fn(AtRestOf<A>) -> Box<Resident<A>>,
    /// There while the actor is with the loop.
    place: Option<Box<Place<A::Message>>>,
}

/// An actor that was left to its callers.
pub(crate) struct Seated<A: Actor> {
    as_resident: fn(AtRestOf<A>) -> Box<Resident<A>>,
}

/// An actor that was taken back, unless it is gone; and why it has to end, if it has to.
type Returned<A> = (Option<Box<Resident<A>>>, Option<ExitReason>);

type BoxOccupant<A> = Box<dyn Occupant<<A as Actor>::Message>>;

type AtRestOf<A> = <<A as Actor>::Message as Message>::AtRest;

impl<A: Actor<Message: Message<AtRest: AtRest<A>>>> SeatAccess<A> {
    /// For an actor whose runtime is `home`.
    pub(crate) fn new(home: Home) -> Self {
        Self {
            as_at_rest: AtRest::at_rest,
            as_resident: AtRest::into_resident,
            place: Some(Place::new(Content::Nothing, home)),
        }
    }
}

impl<A> SeatAccess<A>
where
    A: Drive<Message: Message<AtRest = BoxOccupant<A>> + Send, Undelivered: Send> + Send,
{
    /// As [`new`](Self::new), of an actor whose type its handle does not know.
    pub(crate) fn new_dyn(home: Home) -> Self {
        Self {
            as_at_rest: |resident| resident,
            as_resident: |occupant| {
                occupant.into_any().downcast().expect("who sits there has left its loop")
            },
            place: Some(Place::new(Content::Nothing, home)),
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
    /// Runs a handler on this thread.
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

    /// Gives the actor what came back.
    fn reclaim(&mut self) -> Result<(), Box<Panicked>> {
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

    /// Leaves the actor to its callers.
    ///
    /// # Errors
    ///
    /// The actor, if it is not for them.
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
    /// Takes the actor back, and the reason why it has to end, if there is one. If a caller runs a
    /// handler right now, the loop is woken when that is over.
    pub(crate) fn poll_return(
        &self,
        shared: &Shared<A::Message>,
        cx: &TaskContext<'_>,
    ) -> Poll<Returned<A>> {
        let Some(Back { actor, place, broken }) = ready!(shared.seat.poll_back(cx)) else {
            return Poll::Ready((None, None));
        };
        let mut resident = (self.as_resident)(actor);
        if let Some(seat_access) = &mut resident.seat_access {
            seat_access.place = Some(place);
        }
        Poll::Ready((Some(resident), broken))
    }
}

impl<A> Occupant<A::Message> for Resident<A>
where
    A: Drive<Message: Message<AtRest: Send> + Send, Undelivered: Send> + Send,
{
    fn answer(&mut self, message: A::Message, answer: &mut dyn Any) -> Result<(), Box<Panicked>> {
        self.run(|actor, context| actor.dispatch_now(message, context, Caller::here(answer)))
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
