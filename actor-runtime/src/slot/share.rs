//! The owners of a slot, and its reuse.
//!
//! A slot is allocated once per call, unless this thread has just read an answer of the same type: then that slot is
//! used again. So a task that calls in a loop allocates nothing.

use std::{
    any::{Any, TypeId},
    cell::RefCell,
    mem::{self, forget},
    ops::Deref,
    task::Waker,
};

use triomphe::Arc;

use crate::{
    slot::{Slot, State},
    sync::{Mutex, get_mut},
    thread::ring::Link,
};

/// One of the owners of a slot.
///
/// Its reference count has no weak references. So it is known by one load whether an owner is the only one.
pub(super) struct Share<T>(Arc<Slot<T>>);

/// A share is a pointer, and nothing in the slot is pinned.
impl<T> Unpin for Share<T> {}

impl<T> Clone for Share<T> {
    #[inline]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Share<T> {
    type Target = Slot<T>;

    #[inline]
    fn deref(&self) -> &Slot<T> {
        &self.0
    }
}

impl<T: 'static> Share<T> {
    /// Makes a slot that waits, and whose outcome wakes `waker`.
    #[inline]
    pub(super) fn new(waker: Option<Waker>) -> Self {
        let state = State::Waiting(waker);
        let Some(mut share) = take_spare::<T>() else {
            return Self(Arc::new(Slot { state: Mutex::new(state), link: Link::default() }));
        };
        if let Some(slot) = Arc::get_mut(&mut share.0) {
            // The old state is `Closed` and needs no drop. `forget` spares the check of that.
            forget(mem::replace(slot.state_mut(), state));
        }
        share
    }

    /// Takes the outcome out of a slot whose other half is gone, and keeps the slot for reuse.
    ///
    /// # Errors
    ///
    /// The share, if the slot has another owner.
    #[inline]
    pub(super) fn take_outcome(mut self) -> Result<State<T>, Self> {
        let Some(slot) = Arc::get_mut(&mut self.0) else {
            return Err(self);
        };
        slot.link.cut();
        let outcome = mem::replace(slot.state_mut(), State::Closed);
        keep(self);
        Ok(outcome)
    }

    /// Returns `true` if the slot has another owner: its other half, or the loop (see [`marked`](super::marked)).
    #[inline]
    pub(super) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

impl<T> Slot<T> {
    fn state_mut(&mut self) -> &mut State<T> {
        get_mut(&mut self.state)
    }
}

/// The number of types of which a thread keeps a slot.
const TYPES: usize = 4;

/// The maximum size of a slot that is kept, in bytes.
const KEPT_BYTES: usize = 256;

/// A place for a slot of one type, an `Option<Share<T>>`.
type Place = (TypeId, Box<dyn Any>);

// std's, also in the models: no call uses a slot while it is kept, and no schedule depends on it.
std::thread_local! {
    /// The slots that this thread keeps for reuse. Their state is `Closed`, so none holds a value of the user.
    static SPARE: RefCell<[Option<Place>; TYPES]> = const { RefCell::new([const { None }; TYPES]) };
}

#[inline]
fn place_of<T: 'static>(places: &mut [Option<Place>; TYPES]) -> Option<&mut Option<Share<T>>> {
    let place = places.iter_mut().flatten().find(|place| place.0 == TypeId::of::<T>())?;
    place.1.downcast_mut()
}

#[inline]
fn take_spare<T: 'static>() -> Option<Share<T>> {
    if size_of::<Slot<T>>() > KEPT_BYTES {
        return None;
    }
    SPARE.try_with(|spare| place_of::<T>(&mut spare.borrow_mut())?.take()).ok()?
}

#[inline]
fn keep<T: 'static>(share: Share<T>) {
    if size_of::<Slot<T>>() > KEPT_BYTES {
        return;
    }
    // Without these thread-locals, the thread is about to end.
    let _ = SPARE.try_with(|spare| {
        let places = &mut *spare.borrow_mut();
        match place_of::<T>(places) {
            Some(place) => *place = Some(share),
            None => keep_first(places, share),
        }
    });
}

/// Keeps a slot of a type of which none was kept, if there is a place.
#[cold]
#[inline(never)]
fn keep_first<T: 'static>(places: &mut [Option<Place>; TYPES], share: Share<T>) {
    if let Some(place) = places.iter_mut().find(|place| place.is_none()) {
        *place = Some((TypeId::of::<T>(), Box::new(Some(share))));
    }
}
